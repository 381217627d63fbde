"""A service's files go into an archive: its dump, or its data as it lies there, with modes, holes and links within it.

- nobody has that data open but who opens files by himself, such as a notebook: where it changes meanwhile, it
  is no copy
- sockets and pipes are of a server that runs, and left out; so are links that lead out of the data, which is said
"""

from __future__ import annotations

import os
import stat

from launch.words import Failure

from .manifest import is_plain, shown, stays_inside
from .words import tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .archive import Archive


def add_data(archive: Archive, data: str, name: str) -> None:
    """Raises Failure where somebody writes to it meanwhile, as who has a database open that is a file may do."""
    before = stamps(data)
    add_files(archive, data, name, is_data=True)
    if stamps(data) != before:
        raise Failure(f"somebody writes to {data}: close what has it open, such as a notebook's connection")


def stamps(folder: str) -> list[tuple[str, int, int]]:
    found = []
    for place, _, leaves in os.walk(folder):
        for leaf in leaves:
            told = os.lstat(os.path.join(place, leaf))
            found.append((os.path.join(place, leaf), told.st_size, told.st_mtime_ns))
    return sorted(found)


def add_files(archive: Archive, folder: str, name: str, is_data: bool = False) -> None:
    """All files; of data also the modes of its folders, and links within it."""
    if is_data:
        archive.manifest.folders[name] = stat.S_IMODE(os.lstat(folder).st_mode) & 0o777
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        inner = f"{name}/{entry.name}"
        if not is_plain(inner):
            raise Failure(f"{shown(entry.path)} has a name that no archive should have: rename it")
        if entry.is_dir(follow_symlinks=False):
            add_files(archive, entry.path, inner, is_data)
        elif entry.is_symlink():
            add_link(archive, inner, os.readlink(entry.path))
        elif entry.is_file(follow_symlinks=False):
            archive.add(inner, entry.path)


def add_link(archive: Archive, name: str, target: str) -> None:
    """Of data, and within it."""
    if stays_inside(name, target):
        archive.manifest.links[name] = target
    else:
        archive.manifest.values["left_out"].append(name)
        tell(f"{shown(name)} is left out: it is a link that leads out of the data")
