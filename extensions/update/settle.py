"""What is left to do when Copier has merged an update into a repository, before anything is committed.

- `report.json` is the new version's: it tells readers, and nobody writes in it
- what git rejected and Copier did not find is a conflict, too: `rejects`
- in a file that Copier left unmerged, what a formatter changed is no edit: `reformat`
- a file in which authors write (`WOVEN`) that Copier left unmerged is woven: see `weave.py`
    - in a script (`HOOKS`) lines belong together: it is woven where both neighbours of the author's lines are still
      there and bash can read the result, and left as git merges it where not
- without a conflict its entry in the index is again the one before the update, as Copier leaves those it merges
- what a merge of texts has lost comes back: `lost`
- a file that is written once, and that the author has deleted since, stays deleted: Copier writes what is in
  `_skip_if_exists` anew whenever it is not there
- a file of a component or an output that is gone is deleted by Copier; where the author had edited it, its edits go
  into the file that has its place (`renamed`), a seed and what git does not have are brought back, and any other file
  is named, with the command that shows it
- what git does not see was in the index for the time of the update: `hidden`
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from .. import git
from ..repo2docker import BINDER_DIRS, HOOKS
from . import before, hidden, lost, reformat, rejects, renamed
from . import state as at
from .former import Former, former_files
from .state import State
from .weave import keeps_neighbours, weave

# Names in the Binder directory; each has an anchor, or is a list.
WOVEN = ("apt.txt", "environment.yml", "env", "downloads.txt", "requirements.late.txt", *HOOKS)


def is_needed(repository: Path, names: Mapping[str, str], report: bytes) -> bool:
    """Whether there is something left to do.

    `names` are the components that have another name now: old -> new; `report` is what this update writes.
    """
    state = at.read(repository, _digests(report))
    steps = (
        lambda: state.unmerged,
        lambda: _old_report(state, report),
        lambda: list(_rejected(state)),
        lambda: next(lost.find(state), None),
        lambda: _recreated(state, names),
        lambda: _deleted(state),
        lambda: hidden.shown(state),
    )
    return any(step() for step in steps)


def settle(repository: Path, names: Mapping[str, str], report: bytes, answers_file: str) -> Iterator[str]:
    """Do it, step by step; what was done, a line each."""
    state = at.read(repository, _digests(report))
    if path := _old_report(state, report):
        (repository / path).write_bytes(report)
        if path in state.unmerged:
            at.settled(state, [state.unmerged[path][2]])
    for path, reject in _rejected(state):
        _take_up(state, path, reject)
    state = at.read(repository, state.now)
    for path, entries in state.unmerged.items():
        if entries.keys() == {1, 2, 3}:
            yield from _settle_unmerged(state, path, entries)
    with former_files(repository, answers_file) as former:
        for one in list(lost.find(state)):
            yield from lost.mend(state, one, former)
        for path in _recreated(state, names):
            (repository / path).unlink()
            yield f"{path} stays deleted"
        unseen = hidden.shown(state)
        for path in _deleted(state):
            yield _settle_deleted(state, path, unseen, former)
    if unseen:
        hidden.hide(repository, unseen)


def _digests(report: bytes) -> dict[str, str]:
    return before.digests([before.parsed(report)])


def _old_report(state: State, report: bytes) -> str:
    """The path of a report that is not this update's; empty where it is, or the author has deleted it."""
    for folder in BINDER_DIRS:
        path = f"{folder}/report.json"
        if f"{folder}/apt.txt" in state.now and state.on_disk(path) not in (None, report):
            return path
    return ""


def _rejected(state: State) -> Iterator[tuple[str, bytes]]:
    """The files of which git rejected a change that Copier did not find, and what was rejected."""
    for path in state.entries:
        reject = state.on_disk(path + rejects.SUFFIX)
        if reject is not None and path + rejects.SUFFIX not in state.entries and rejects.is_reject(reject):
            yield path, reject


def _take_up(state: State, path: str, reject: bytes) -> None:
    """Merge it as Copier would have."""
    entry, theirs = state.entries[path], state.on_disk(path)
    ours = git.read(state.repository, f":./{path}")
    former = rejects.without_hunks(ours, reject)
    merged = None if theirs is None else git.merged(ours, former, theirs, (at.OURS, at.FORMER, at.THEIRS))
    if theirs is None or merged is None:
        return
    (state.repository / path).write_bytes(merged)
    (state.repository / (path + rejects.SUFFIX)).unlink()
    if at.has_markers(merged):
        at.leave_to_the_author(state, path, entry, former, theirs)


def _settle_unmerged(state: State, path: str, entries: Mapping[int, git.Entry]) -> Iterator[str]:
    former, ours, theirs = (git.read(state.repository, f":{stage}:./{path}") for stage in (1, 2, 3))
    mine = _joined(reformat.undone(_lines(former), _lines(ours)))
    content = _woven(path, former, mine, theirs)
    if content is None and mine != ours:
        content = git.merged(mine, former, theirs, (at.OURS, at.FORMER, at.THEIRS))
    if content is None:
        return
    (state.repository / path).write_bytes(content)
    if not at.has_markers(content):
        at.settled(state, [entries[2]])
    if mine != ours:
        yield f"{path} has generated lines in their own form again; as you had it: git show HEAD:./{path}"


def _woven(path: str, former: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """The merged lines; None where the file is not woven."""
    folder, _, name = path.rpartition("/")
    if name not in WOVEN or folder not in BINDER_DIRS:
        return None
    versions = _lines(former), _lines(ours), _lines(theirs)
    merged, clean = weave(*versions)
    content = _joined(merged)
    if name in HOOKS and (not keeps_neighbours(*versions) or (clean and not _is_bash(content))):
        return None
    return content


def _lines(content: bytes) -> list[str]:
    return content.decode(errors="surrogateescape").split("\n")


def _joined(lines: list[str]) -> bytes:
    return "\n".join(lines).encode(errors="surrogateescape")


def _is_bash(script: bytes) -> bool:
    """Whether bash can read it; True where there is none to ask."""
    try:
        done = subprocess.run(["bash", "-n"], check=False, capture_output=True, input=script)
    except OSError:
        return True
    return done.returncode == 0


def _recreated(state: State, names: Mapping[str, str]) -> list[str]:
    """The files, written once, that the author had deleted and that are there again."""
    once = {"README.md", *(f"{folder}/.gitattributes" for folder in BINDER_DIRS)} if state.former else set()
    for path in state.former:
        folder, _, rest = path.partition("/seed/")
        if rest and folder in BINDER_DIRS:
            component, _, name = rest.partition("/")
            once |= {path, f"{folder}/seed/{names.get(component, component)}/{name}"}
    return sorted(once.intersection(git.listed(state.repository, "--others", "--exclude-standard")))


def _deleted(state: State) -> list[str]:
    """The files that Copier deleted with their component or output though they are not as they were generated."""
    return before.changed(state.repository, git.listed(state.repository, "--deleted"), state.former)


def _settle_deleted(state: State, path: str, unseen: list[str], former: Former) -> str:
    if path.split("/")[1:2] == ["seed"]:
        _restore(state.repository, path)
        return f"{path} stays, as you edited it"
    if new := renamed.carry(state, path, git.read(state.repository, f":./{path}"), former):
        return f"{path} is {new} now, with your edits"
    if path in unseen:
        _restore(state.repository, path)
        return f"{path} stays, though what it was part of is gone: your edits are not in git"
    return f"{path} is gone with what it was part of; your edits: git show HEAD:./{path}"


def _restore(repository: Path, path: str) -> None:
    """The file as it is in the index, without the filters that a checkout would ask."""
    target, content = repository / path, git.read(repository, f":./{path}")
    (mode,) = (entry.mode for entry in git.entries(repository, "--", path))
    target.parent.mkdir(parents=True, exist_ok=True)
    if mode == "120000":
        target.symlink_to(os.fsdecode(content))
    else:
        target.write_bytes(content)
        target.chmod(target.stat().st_mode | 0o111 if mode == "100755" else target.stat().st_mode)
