"""The answers that an update renews from the repository, before it renders: `adopted` and `settled`.

Answers are all that the renders of an update share, so that what is in the repository goes in by them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..foreign import again
from . import before
from .settled import Compose, settled


def renewed(repository: Path, answers: Mapping[str, Any], asked: Iterable[str], compose: Compose) -> dict[str, Any]:
    """The answers; `asked` are the entries of `adopt`. Raises `BlocksError` where one of them cannot be done."""
    asked, had = list(asked), answers.get("adopted") or {}
    adopted = again.again(repository, had, asked, answers["binder_dir"])
    new = dict(answers) if adopted == had else {**answers, "adopted": adopted}
    if asked or answers.get("settled") or before.has_findings(repository, answers["binder_dir"]):
        done = settled(repository, new, compose)
        if done != (answers.get("settled") or []):
            return {**new, "settled": done}
    return new


def said(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What was renewed, a line each."""
    had, has = old.get("adopted") or {}, new.get("adopted") or {}
    lines = [f"adopted: {name} was read" for name in has if name not in had]
    lines += [f"adopted: {name} was read again" for name in has if name in had and has[name] != had[name]]
    return [*lines, *(f"adopted: {name} was taken back; its files stay" for name in had if name not in has)]
