"""Files that are put into place: what stands there and differs goes into `restored-over-TIME` in the repository.

- all of it is on the disk before the first one has its name, and at each moment the old one or the new one has it
- refused before that: what is of the course itself, hidden files that nobody has named, ways through links, a folder
  where a file is to be; where home and repository are one folder, or one in the other, also two files for one path
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat

from launch.words import Failure

from .course import ROOT
from .manifest import shown
from .work import OVER, is_asked_for, is_named, is_ours, roots

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .manifest import Manifest
    from .verify import Verified

ONE_HERE = "it holds {} and {}, which have one place here: --no-files restores the services alone"


def targets(manifest: Manifest, patterns: list[str]) -> dict[str, str]:
    """Entry -> path; raises Failure where one may not be."""
    places = roots()
    found: dict[str, str] = {}
    names: dict[str, str] = {}
    for name in manifest.below("files"):
        label, _, inside = name.partition("/")[2].partition("/")
        if label not in ("repo", "home") or not inside:
            raise Failure(f"it holds files of no place that is known here: {shown(name)}")
        root = places.get(label, places["repo"])
        path = os.path.join(root, inside)
        if is_ours(path):
            raise Failure(f"it would change the course itself: {shown(name)}")
        if not is_asked_for(inside) and not is_named(label, inside, patterns):
            raise Failure(f"it holds a hidden file: {shown(name)}; name it by --file, or in binder/keep")
        check_way(root, path)
        other = names.setdefault(path, name)
        if other == name:
            found[name] = path
        elif manifest.entries[other]["sha256"] != manifest.entries[name]["sha256"]:
            raise Failure(ONE_HERE.format(shown(other), shown(name)))
    check_folders(names)
    return found


def check_folders(names: dict[str, str]) -> None:
    """No path is a folder of another."""
    seen = set()
    for path, name in names.items():
        above = os.path.dirname(path)
        while above not in seen and above != os.path.dirname(above):
            if above in names:
                raise Failure(ONE_HERE.format(shown(names[above]), shown(name)))
            seen.add(above)
            above = os.path.dirname(above)


def check_way(root: str, path: str) -> None:
    """Every folder on the way is one, and no link."""
    at = root
    parts = os.path.relpath(path, root).split("/")
    for number, part in enumerate(parts, start=1):
        if not os.access(at, os.W_OK | os.X_OK):
            raise Failure(f"nothing can be written to {shown(at)}")
        at = os.path.join(at, part)
        try:
            mode = os.lstat(at).st_mode
        except FileNotFoundError:
            return
        if not (stat.S_ISREG(mode) if number == len(parts) else stat.S_ISDIR(mode)):
            raise Failure(f"{shown(at)} is a link, or a folder where a file is to be: move it out of the way")


class Placing:
    """Files in a workshop of their root, and where each is to be."""

    def __init__(self, archive: Verified, stamp: str) -> None:
        self.archive, self.over = archive, os.path.join(ROOT, f"{OVER}{stamp}")
        self.staged: list[tuple[str, str, str]] = []
        self.placed = self.set_aside = 0

    def stage(self, shop: str, name: str, path: str) -> None:
        if is_same(path, self.archive.manifest.entries[name]["sha256"]):
            return
        staged = os.path.join(shop, str(len(self.staged)))
        self.archive.extract(name, staged)
        self.staged.append((name, staged, path))

    def place(self) -> None:
        for name, staged, path in self.staged:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if os.path.lexists(path):
                keep(path, os.path.join(self.over, name.partition("/")[2]))
                self.set_aside += 1
            os.replace(staged, path)
            self.placed += 1


def keep(path: str, target: str) -> None:
    os.makedirs(os.path.dirname(target), exist_ok=True)
    try:
        os.link(path, target, follow_symlinks=False)
    except OSError:  # another file system, or one without links
        shutil.copy2(path, target, follow_symlinks=False)


def is_same(path: str, sha256: str) -> bool:
    try:
        with open(path, "rb") as file:
            digest = hashlib.sha256()
            while piece := file.read(1 << 20):
                digest.update(piece)
    except OSError:
        return False
    return digest.hexdigest() == sha256
