"""A generated file that has another name since this update, as the one of a term that is over: the edits go along.

Which new file it is, is told by the lines: more than half of those of either are in both.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from .. import git
from . import state as at
from .former import Former
from .state import State

LIKE = 0.5


def successor(state: State, path: str, ours: bytes) -> str | None:
    """The file of this update that takes the place of `path`; None where there is none."""
    new = [name for name in state.now if name not in state.former and _kind(name) == _kind(path)]
    likeness = {name: alike(ours, content) for name in new if (content := state.on_disk(name)) is not None}
    best = max(sorted(likeness), key=lambda name: likeness[name], default=None)
    return best if best and likeness[best] > LIKE else None


def _kind(path: str) -> tuple[str, str]:
    pure = PurePosixPath(path)
    return pure.parts[0], pure.suffix


def alike(one: bytes, other: bytes) -> float:
    """How many lines are in both, of those of the longer one; from 0 to 1."""
    lines = _lines(one.splitlines()), _lines(other.splitlines())
    return len(lines[0] & lines[1]) / (max(map(len, lines)) or 1)


def _lines(lines: Iterable[bytes]) -> set[bytes]:
    return {line.strip() for line in lines if line.strip()}


def carry(state: State, path: str, ours: bytes, former: Former) -> str | None:
    """Merge the author's edits of `path` into the file in its place; its name, None where they cannot be."""
    new = successor(state, path, ours)
    base = former.read(path) if new else None
    theirs = state.on_disk(new) if new else None
    if new is None or base is None or theirs is None:
        return None
    merged = git.merged(ours, base, theirs, (at.OURS, at.FORMER, at.THEIRS))
    if merged is None:
        return None
    (state.repository / new).write_bytes(merged)
    git.change_index(state.repository, [path], ())  # no file any more that is gone with what was written in it
    if at.has_markers(merged):
        at.leave_to_the_author(state, new, state.entries[path], base, theirs)
    return new
