"""A repository after Copier's merge: what the last update generated, what this one did, and what git has of each file.

`former` and `now` are digests by path, of the last update and of this one; `entries` the author's versions, in the
index as they were before the update but for those that Copier left `unmerged`, which have up to three stages each.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .. import git
from ..repo2docker import BINDER_DIRS
from . import before

# The labels are Copier's.
OURS, FORMER, THEIRS = "before updating", "last update", "after updating"
REGULAR = ("100644", "100755")


@dataclass(frozen=True)
class State:
    repository: Path
    former: Mapping[str, str]
    now: Mapping[str, str]
    entries: Mapping[str, git.Entry]
    unmerged: Mapping[str, Mapping[int, git.Entry]]

    def on_disk(self, path: str) -> bytes | None:
        """The file; None where there is none, or something else."""
        target = self.repository / path
        try:
            return None if target.is_symlink() or not target.is_file() else target.read_bytes()
        except OSError:
            return None

    @property
    def knows_all(self) -> bool:
        """Whether `former` has every file, as the reports of older versions have not."""
        return any(f"{folder}/apt.txt" in self.former for folder in BINDER_DIRS)


def read(repository: Path, now: Mapping[str, str]) -> State:
    """The state of a repository to which this update wrote the files of `now`."""
    former = before.generated(repository)
    paths = {*former, *now, *(f"{folder}/report.json" for folder in BINDER_DIRS)}
    entries, unmerged = {}, dict[str, dict[int, git.Entry]]()
    for entry in git.entries(repository, "--", *sorted(paths)):
        if entry.stage:
            unmerged.setdefault(entry.path, {})[entry.stage] = entry
        else:
            entries[entry.path] = entry
    return State(repository, former, now, entries, unmerged)


def digest(content: bytes) -> str:
    """As reports have it."""
    return hashlib.sha256(content).hexdigest()


def blob_name(content: bytes, like: str) -> str:
    """What git calls an object of this content, in the repository that calls another one `like`."""
    make = hashlib.sha1 if len(like) == 40 else hashlib.sha256
    return make(b"blob %d\0" % len(content) + content).hexdigest()


def has_markers(content: bytes) -> bool:
    """Whether a merge left a conflict in it."""
    lines = {line.rstrip() for line in content.splitlines()}
    return f"<<<<<<< {OURS}".encode() in lines and f">>>>>>> {THEIRS}".encode() in lines


def leave_to_the_author(state: State, path: str, entry: git.Entry, former: bytes | None, theirs: bytes) -> None:
    """The file as unmerged in the index, as Copier leaves one; what is on the disk is another matter."""
    stages = [(1, former), (3, theirs)]
    written = [(stage, git.store(state.repository, content)) for stage, content in stages if content is not None]
    entries = [git.Entry(entry.mode, name, stage, path) for stage, name in written]
    git.change_index(state.repository, [path], [git.Entry(entry.mode, entry.object, 2, path), *entries])


def settled(state: State, entries: Iterable[git.Entry]) -> None:
    """Those files as merged: the index has the author's version again, as Copier leaves those without a conflict."""
    entries = list(entries)
    there = [git.Entry(entry.mode, entry.object, 0, entry.path) for entry in entries]
    git.change_index(state.repository, [entry.path for entry in entries], there)
