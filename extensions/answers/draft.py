"""Answers that somebody typed, kept in a data file where what they make is refused."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

HEAD = "# Answers of a copy that was refused; correct what it said, and give this file to copier with --data-file.\n"
# What is read from the destination anew.
UNKEPT = ("adopted",)


def keep(answers: Mapping[str, Any], destination: Path) -> Path:
    """Write the answers beside the destination, over nothing that is there; where they are."""
    kept = {name: value for name, value in answers.items() if not name.startswith("_") and name not in UNKEPT}
    text = HEAD + yaml.safe_dump(kept, sort_keys=False, allow_unicode=True)
    folder, name = destination.resolve().parent, destination.resolve().name or "course"
    for number in itertools.count(1):
        path = folder / f"{name}.answers{'' if number == 1 else f'-{number}'}.yml"
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            continue
        return path
    raise AssertionError("numbers do not end")
