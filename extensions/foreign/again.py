"""The answer `adopted`, read again in a repository that has it: what an update names, entry by entry.

- `NAME` is read, whether it is new or was there; `-NAME` is taken back; all else stays in the answer as it was
- a name is that of a folder `binder_*`, `binder` or `.binder`, or `.`, the root
- in the folder of the merged files only what the merge does not write is the author's: of the rest the answer keeps
  what it has
- the author's files stay as they are
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..errors import BlocksError
from . import adopt

NAMED = re.compile(r"\.?binder|\.|binder_[^/]+")


def again(destination: Path, adopted: Mapping[str, Any], asked: Iterable[str], binder_dir: str) -> dict[str, Any]:
    """The answer after an update that names `asked`; raises `BlocksError` for what cannot be read or taken back."""
    result = dict(adopted)
    for word in asked:
        name = word.removeprefix("-")
        if word.startswith("-"):
            if name not in result:
                there = ", ".join(f"'-{other}'" for other in result) or "nothing"
                raise BlocksError(f"adopt: '{name}' is not adopted, so it cannot be taken back; there is {there}")
            del result[name]
            continue
        contents = _read(destination, name, adopted.get(name) or {}, binder_dir)
        if not _counts(destination, name, contents, binder_dir):
            raise BlocksError(
                f"adopt: there is no Binder configuration to adopt in '{name}'; name a folder such as 'binder_gis', "
                "or '.' for the root"
            )
        result[name] = contents
    return result


def _read(destination: Path, name: str, before: Mapping[str, Any], binder_dir: str) -> dict[str, Any]:
    """What the directory holds, nothing where there is none of that name."""
    if not NAMED.fullmatch(name) or adopt.UNLISTED.search(name) or not (destination / name).is_dir():
        return {}
    if adopt.within(destination, destination / name) is None:
        return {}
    contents = adopt.read(destination, [name])[name]
    if name != binder_dir:
        return contents
    kept = {file: content for file, content in before.items() if file in adopt.REPLACED}
    return {**kept, **{file: content for file, content in contents.items() if file not in adopt.REPLACED}}


def _counts(destination: Path, name: str, contents: Mapping[str, Any], binder_dir: str) -> bool:
    if name == binder_dir:
        return any(file in adopt.COUNTING for file in contents)
    return bool(contents) and adopt.has_configuration(destination / name)


def present(destination: Path, adopted: Mapping[str, Any], binder_dir: str) -> dict[str, Any]:
    """What stands there now of what was adopted, as an answer; what cannot be read stays as it was."""
    found = {}
    for name, before in adopted.items():
        try:
            contents = _read(destination, name, before, binder_dir)
        except (BlocksError, OSError):
            contents = dict(before)
        if contents:
            found[name] = contents
    return found
