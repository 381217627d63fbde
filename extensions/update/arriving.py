"""What an update would write where something of the author's stands, refused before anything is written.

Copier writes the new version's files first, and then merges what git has of the author's. So there is nothing to fear
for a file that git has, and for one that was generated before, which `hidden` shows to git. Refused are

- another file that stands at a new path and differs from what would be written: git ignores it, or is told not to look
- a new path through a symbolic link of the author's, unless files were generated through that link before
- any path that leads through a file or out of the repository, or where a folder stands
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path, PurePosixPath

from ..answers import destination
from ..errors import BlocksError
from . import before, hidden


def check(repository: Path, written: Iterable[tuple[str, Callable[[], bytes]]]) -> None:
    """Raises `BlocksError`; `written` are the paths and what they would hold."""
    former = before.generated(repository)
    met = {}
    for path, content in written:
        destination.check_reachable(repository, path)
        if path in former:
            continue
        if link := _link(repository, path, former):
            raise BlocksError(f"{path}: would be written through your symbolic link {link}; rename it{_NOTHING}")
        target = repository / path
        if target.is_symlink() or target.exists():
            met[path] = content
    known = hidden.known(repository, met)
    lost = sorted(path for path in met if path not in known and not _is_same(repository / path, met[path]))
    if lost:
        raise BlocksError(
            f"{', '.join(lost)}: would be overwritten, and not in git; rename, or git add --force and commit, "
            f"to have it merged{_NOTHING}"
        )


_NOTHING = " (nothing was written)"


def _link(repository: Path, path: str, former: Collection[str]) -> str:
    """The folder on the way that is a link through which nothing was generated before; empty where there is none."""
    folders = (parent.as_posix() for parent in PurePosixPath(path).parents if parent.name)
    links = [folder for folder in folders if (repository / folder).is_symlink()]
    return next((link for link in links if not any(old.startswith(f"{link}/") for old in former)), "")


def _is_same(target: Path, content: Callable[[], bytes]) -> bool:
    try:
        return not target.is_symlink() and target.read_bytes() == content()
    except OSError:
        return False
