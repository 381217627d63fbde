"""What a migration has done, taken back where the update is refused after it: the repository is as it was before.

A migration runs before the new version is rendered, which is where most refusals are found, and in a process of its
own. So it notes what it does in the repository's git directory; nothing is taken back where its note is not of the
commit and the answers that are there.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .. import git
from . import hidden

FILE = "binder-blocks-migration.json"


def note(
    repository: Path, answers: tuple[str, bytes, bytes], moved: Mapping[git.Entry, str], shown: Iterable[str]
) -> None:
    """Note the answers file, before and after; the entries that moved, and where to; the files put into the index."""
    name, before, after = answers
    text = json.dumps(
        {
            "head": _head(repository),
            "answers": [name, before.decode("latin-1"), after.decode("latin-1")],
            "moved": [[dataclasses.asdict(entry), path] for entry, path in moved.items()],
            "shown": [*shown],
        }
    )
    _place(repository).write_text(text)


def forget(repository: Path) -> None:
    """The update goes on, or another one begins."""
    with contextlib.suppress(git.GitError, OSError):
        _place(repository).unlink(missing_ok=True)


def undo(repository: Path) -> None:
    """Take back what was noted, if anything was."""
    try:
        place = _place(repository)
        noted = json.loads(place.read_text())
    except (git.GitError, OSError, ValueError):
        return
    place.unlink()
    with contextlib.suppress(git.GitError, OSError):  # the refusal is what is to be said
        _undo(repository, noted)


def _undo(repository: Path, noted: Mapping[str, Any]) -> None:
    name, before, after = noted["answers"]
    path = repository / name
    if noted["head"] != _head(repository) or path.read_bytes() != after.encode("latin-1"):
        return
    path.write_bytes(before.encode("latin-1"))
    moved = [(git.Entry(**entry), target) for entry, target in noted["moved"]]
    for entry, target in moved:
        (repository / entry.path).parent.mkdir(parents=True, exist_ok=True)
        (repository / target).rename(repository / entry.path)
        with contextlib.suppress(OSError):  # others are in it
            os.removedirs((repository / target).parent)
    git.change_index(repository, [target for _, target in moved], [entry for entry, _ in moved])
    hidden.hide(repository, noted["shown"])


def _head(repository: Path) -> str:
    return git.run("rev-parse", "HEAD", folder=repository).decode().strip()


def _place(repository: Path) -> Path:
    return repository / os.fsdecode(git.run("rev-parse", "--git-path", FILE, folder=repository)).rstrip("\n")
