"""The author's files for one service, in binder/seed/NAME.

- each file and folder in the order of their names, hidden ones left out
- what no loader took is said at the build, kept beside the data, and told by --verify; a README or licence is not told
- a pointer of Git LFS is no seed, whatever the service: the build ends
"""

from __future__ import annotations

import os

from .files import listed, read, write
from .words import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .places import Places

POINTER = b"version https://git-lfs.github.com/"
ABOUT = ("readme", "license", "licence", "copying", "notice", "citation")


def seed_paths(places: Places) -> list[str]:
    return [os.path.join(places.seed, name) for name in listed(places.seed) if not name.startswith(".")]


def is_pointer(path: str) -> bool:
    """Whether it stands for a file that Git LFS has not fetched; if so, that is said."""
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        found = file.read(len(POINTER)) == POINTER
    if found:
        say(f"{path} is a pointer of Git LFS, not the file itself: git lfs pull before the build, or commit the file")
    return found


def pass_over(places: Places, path: str) -> None:
    kind = "file of this kind"
    if os.path.isdir(path):
        kind = "folder of this kind, and does not look at the files in it: move them up"
    say(f"{places.name}: {path} is passed over: {places.name} loads no {kind}")


def keep_names(places: Places, paths: list[str]) -> None:
    """Keep which files were passed over, for whoever runs --verify."""
    names = [os.path.basename(path) for path in paths]
    told = [name for name in names if name.lower().split(".")[0] not in ABOUT]
    if told:
        target = os.path.join(places.built, "passed-over")
        write(target, "".join(f"{name}\n" for name in told))
        os.chmod(target, 0o644)


def passed_over(places: Places) -> list[str]:
    """What was passed over when the data was made."""
    return read(os.path.join(places.built, "passed-over")).splitlines()
