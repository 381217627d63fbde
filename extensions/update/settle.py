"""What is left to do when Copier has merged an update into a repository, before anything is committed.

- a file in which authors write (`WOVEN`) that Copier left unmerged is woven: see `weave.py`
    - without a conflict its entry in the index is again the one before the update, as Copier leaves those it merges
    - in a script (`HOOKS`) lines belong together: it is woven where both neighbours of the author's lines are still
      there and bash can read the result, and left as git merges it where not
- a file that is written once, and that the author has deleted since, stays deleted: Copier writes what is in
  `_skip_if_exists` anew whenever it is not there
- a file of a component or an output that is gone is deleted by Copier; a seed that the author had edited is brought
  back as git has it, and any other file that the author had edited is named, with the command that shows it
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from .. import git
from ..repo2docker import BINDER_DIRS, HOOKS
from . import before
from .weave import keeps_neighbours, weave

# Names in the Binder directory; each has an anchor, or is a list.
WOVEN = ("apt.txt", "environment.yml", "env", "downloads.txt", "requirements.late.txt", *HOOKS)


def is_needed(repository: Path, names: Mapping[str, str]) -> bool:
    """Whether there is something left to do; `names` are the components that have another name now: old -> new."""
    generated = before.generated(repository)
    return bool(_unmerged(repository) or _recreated(repository, generated, names) or _deleted(repository, generated))


def settle(repository: Path, names: Mapping[str, str]) -> Iterator[str]:
    """Do it, step by step; what was done, a line each."""
    generated = before.generated(repository)
    for path, ours in _unmerged(repository).items():
        _settle_unmerged(repository, path, ours)
    for path in _recreated(repository, generated, names):
        (repository / path).unlink()
        yield f"{path} stays deleted"
    for path in _deleted(repository, generated):
        if path.split("/")[1:2] == ["seed"]:
            _restore(repository, path)
            yield f"{path} stays, as you edited it"
        else:
            yield f"{path} is gone with what it was part of; your edits: git show HEAD:./{path}"


def _unmerged(repository: Path) -> dict[str, git.Entry]:
    """The files to weave, unmerged and there in all three versions: path -> the author's entry."""
    stages: dict[str, dict[int, git.Entry]] = {}
    for entry in git.entries(repository, "--unmerged"):
        folder, _, name = entry.path.rpartition("/")
        if name in WOVEN and folder in BINDER_DIRS:
            stages.setdefault(entry.path, {})[entry.stage] = entry
    return {path: entries[2] for path, entries in stages.items() if len(entries) == 3}


def _settle_unmerged(repository: Path, path: str, entry: git.Entry) -> None:
    former, ours, theirs = (_lines(repository, f":{stage}:./{path}") for stage in (1, 2, 3))
    merged, clean = weave(former, ours, theirs)
    content = "\n".join(merged).encode(errors="surrogateescape")
    if path.rpartition("/")[2] in HOOKS:
        fits = keeps_neighbours(former, ours, theirs)
        if not fits or (clean and not _is_bash(content)):
            return
    (repository / path).write_bytes(content)
    if clean:
        git.change_index(repository, [path], [replace(entry, stage=0)])


def _lines(repository: Path, name: str) -> list[str]:
    return git.read(repository, name).decode(errors="surrogateescape").split("\n")


def _is_bash(script: bytes) -> bool:
    """Whether bash can read it; True where there is none to ask."""
    try:
        done = subprocess.run(["bash", "-n"], check=False, capture_output=True, input=script)
    except OSError:
        return True
    return done.returncode == 0


def _recreated(repository: Path, generated: Mapping[str, str], names: Mapping[str, str]) -> list[str]:
    """The files, written once, that the author had deleted and that are there again."""
    once = {"README.md"} if generated else set()
    for path in generated:
        folder, _, rest = path.partition("/seed/")
        if rest and folder in BINDER_DIRS:
            component, _, name = rest.partition("/")
            once |= {path, f"{folder}/seed/{names.get(component, component)}/{name}"}
    return sorted(once.intersection(git.listed(repository, "--others", "--exclude-standard")))


def _deleted(repository: Path, generated: Mapping[str, str]) -> list[str]:
    """The files that Copier deleted with their component or output though the author had edited them."""
    return before.edited(repository, git.listed(repository, "--deleted"), generated)


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
