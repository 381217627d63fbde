"""Binder files of the author's that are not merged as they stand: said at the end of a copy or an update.

- one that has changed since its directory was adopted, or came to it; one that is gone was merged all the same
- a directory that could be adopted, and is not
- not in the folder of the merged files, where the merge writes
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..errors import BlocksError
from ..foreign import adopt, adoption, again
from ..model import Finding
from ..rule import Rule
from .own import OWN

BB609 = Rule(
    "BB609",
    "a file that was adopted has changed since, and the change is not merged",
    "its directory was read once; updates render from what it held then",
    "make the change in the merged file, or read the directory again: `copier update --data 'adopt=[NAME]'`",
)
BB610 = Rule(
    "BB610",
    "a Binder directory is not merged in",
    "it came after the first copy, or was left out then",
    "`copier update --data 'adopt=[NAME]'`; or `--data 'accepted=[BB610 NAME]'`, if it is to stay by itself",
)


def check(destination: Path, adopted: Mapping[str, Any], binder_dir: str) -> list[Finding]:
    """Nothing is changed; what cannot be read is not said here."""
    try:
        others = [name for name in adopt.adoptable(destination) if name not in adopted and name != binder_dir]
        return [*_changed(destination, adopted, binder_dir), *(_left(name) for name in others if name != adopt.ROOT)]
    except (BlocksError, OSError):
        return []


def _changed(destination: Path, adopted: Mapping[str, Any], binder_dir: str) -> Iterator[Finding]:
    there = again.present(destination, adopted, binder_dir)
    before, now = adoption.files(adopted), adoption.files(there)
    names = {posixpath.normpath(posixpath.join(name, file)): name for name in there for file in there[name]}
    for path in sorted(now):
        if before.get(path) != now[path]:
            reason = "has changed since it was adopted" if path in before else "came after its directory was adopted"
            remedy = (
                f"merge it with copier update --data 'adopt=[{names[path]}]', or write what it asks for in {binder_dir}"
            )
            yield Finding(BB609, OWN, path, 0, "", f"{reason}, and that is not merged", remedy)


def _left(name: str) -> Finding:
    reason = "is a Binder directory that is not merged in"
    remedy = f"merge it with copier update --data 'adopt=[{name}]', or let it be: --data 'accepted=[BB610 {name}]'"
    return Finding(BB610, OWN, name, 0, "", reason, remedy)
