"""Generated files that git does not see, and Copier with it.

Copier updates what is in git's index: a generated file that is not there loses the author's changes, or is deleted.

- before an update, such a file is put into the index, whether git ignores it or is told to show no untracked files;
  afterwards it is taken out again, and git has it nowhere else: one that goes with its component stays if it was edited
- a file with changes that git is told not to look at (`assume-unchanged`, `skip-worktree`) is refused
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from .. import git
from ..errors import BlocksError
from ..repo2docker import BINDER_DIRS
from .state import State


def find(repository: Path, generated: Iterable[str]) -> list[str]:
    """The generated files that are there and not in the index; raises `BlocksError` for changes that git hides."""
    listed = _listed(repository, "--others", {*generated, *(f"{folder}/report.json" for folder in BINDER_DIRS)})
    return [path for tag, path in listed if tag == "?" and not (repository / path).is_symlink()]


def known(repository: Path, paths: Iterable[str]) -> set[str]:
    """Those of the paths that are in the index; raises `BlocksError` for changes that git hides."""
    asked = {*paths}
    return {path for _, path in _listed(repository, "--cached", asked)} if asked else set()


def _listed(repository: Path, which: str, paths: Iterable[str]) -> list[tuple[str, str]]:
    """Tag and path of each in the index, and of those `which` adds; none with changes that git is told not to see."""
    lines = git.listed(repository, "-v", "--cached", which, "--", *sorted(paths))
    listed = [(line[0], line[2:]) for line in lines]
    for tag, path in listed:
        if (tag.islower() or tag == "S") and _differs(repository, path):
            flag = "skip-worktree" if tag in "sS" else "assume-unchanged"
            raise BlocksError(
                f"{path}: has changes that git is told not to see, and the update would discard them; "
                f"git update-index --no-{flag} {path}, commit them, and update again"
            )
    return listed


def _differs(repository: Path, path: str) -> bool:
    try:
        content = (repository / path).read_bytes()
    except OSError:  # a sparse checkout leaves it out
        return False
    known = git.blob(repository, f":./{path}")
    return known is not None and known.replace(b"\r\n", b"\n") != content.replace(b"\r\n", b"\n")


def show(repository: Path, paths: Iterable[str]) -> None:
    """Put these files into the index."""
    entries = []
    for path in paths:
        mode = "100755" if os.access(repository / path, os.X_OK) else "100644"
        entries.append(git.Entry(mode, git.store(repository, (repository / path).read_bytes()), 0, path))
    git.change_index(repository, (), entries)


def shown(state: State) -> list[str]:
    """The files that were put into the index: HEAD does not have them."""
    known = {*state.former, *(f"{folder}/report.json" for folder in BINDER_DIRS)}
    there = known.intersection({*state.entries, *state.unmerged})
    return sorted(there.difference(_in_head(state.repository, sorted(there))))


def _in_head(repository: Path, paths: list[str]) -> list[str]:
    if not paths:  # without a path git lists everything
        return []
    output = git.run("ls-tree", "-r", "-z", "--name-only", "HEAD", "--", *paths, folder=repository)
    return [os.fsdecode(path) for path in output.split(b"\0") if path]


def hide(repository: Path, paths: Iterable[str]) -> None:
    """Take them out of the index again."""
    git.change_index(repository, paths, ())
