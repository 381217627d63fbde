"""Changes of the author's that a merge has lost without a conflict, in files that the update writes.

Copier carries them over as a text that `git diff` gives it, and not everything passes through that: bytes that are not
UTF-8, binary files, and whatever the user's own git takes for one, or ignores.

- a file that the new version has as it was is the author's again, byte for byte
- in one that the new version changes, the author's lines get their bytes back
- where nothing of the author's is left in it, it is merged once more; where it is no text, it stays the author's, and
  unmerged in the index, with the new version beside it
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .. import git
from . import state as at
from .former import Former
from .lossy import is_text, restored
from .state import State


@dataclass(frozen=True)
class Lost:
    """`whole`: nothing of the author's is left. `content`: what the file has to be, where that is known already."""

    path: str
    ours: bytes
    theirs: bytes
    content: bytes | None
    whole: bool = False


def find(state: State) -> Iterator[Lost]:
    """Of the files that git has, that are there, and that are merged."""
    changed = {}
    for path, entry in state.entries.items():
        merged = state.on_disk(path) if entry.mode in at.REGULAR and path in state.now else None
        if merged is not None and at.blob_name(merged, entry.object) != entry.object:
            changed[path] = merged
    contents = git.blobs(state.repository, (state.entries[path].object for path in changed))
    for path, merged in changed.items():
        ours = contents.get(state.entries[path].object)
        if ours is not None and _without_ends(ours) != _without_ends(merged):
            yield from _lost(state, path, ours, merged)


def _without_ends(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n")


def _lost(state: State, path: str, ours: bytes, merged: bytes) -> Iterator[Lost]:
    former, now = state.former.get(path), state.now[path]
    if at.digest(ours) == former:
        return
    if former == now:
        yield Lost(path, ours, merged, ours)
    elif at.digest(merged) == now and (former or state.knows_all):
        yield Lost(path, ours, merged, None, whole=True)
    elif not is_text(ours) and (content := restored(ours, merged)) != merged:
        yield Lost(path, ours, merged, content)


def mend(state: State, lost: Lost, former: Former) -> Iterator[str]:
    """Do it; what was done, a line each."""
    target, entry = state.repository / lost.path, state.entries[lost.path]
    if lost.content is not None:
        target.write_bytes(lost.content)
        yield f"{lost.path} keeps what you changed, which is no UTF-8 text, or none to your git"
        return
    base = former.read(lost.path) if lost.path in state.former else b""
    merged = None if base is None else git.merged(lost.ours, base, lost.theirs, (at.OURS, at.FORMER, at.THEIRS))
    if merged == lost.theirs:  # it has what the author changed
        return
    target.write_bytes(lost.ours if merged is None else merged)
    if merged is None or at.has_markers(merged):
        at.leave_to_the_author(state, lost.path, entry, base, lost.theirs)
    if merged is None:
        yield f"{lost.path} stays as you have it, and the new version has another: git checkout --theirs {lost.path}"
    else:
        yield f"{lost.path} was merged again: your git does not take it for a text, or ignores it"
