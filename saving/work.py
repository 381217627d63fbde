"""Which files are somebody's work.

- of the repository: what is newer than the image or came into the session after its start, whatever git says of it
- of the home folder, where that is another one and no volume of its own: the same
- besides them what `binder/keep` names, a pattern a line, `~/` before one of the home folder, and what --file names;
  a pattern names what a shell with `globstar` would, and all below that, when it is saved and when it comes back
- left out: hidden files and folders, unless they are named; copies of all sorts (FOREIGN); archives that `save` made,
  and what `restore` set aside; a file of more than 100 MB, unless it is named, which is said; links, pipes and devices
- what goes while it is looked for, or cannot be read, is left out, which is said
- never: what this course itself consists of, `.git` and kept data
"""

from __future__ import annotations

import glob
import os
import re
import stat
from fnmatch import fnmatchcase

from launch.files import read
from launch.places import BINDER_DIR
from launch.words import Failure

from .course import ROOT, slug
from .manifest import is_plain, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

LARGE = 100_000_000
FOREIGN = {"__pycache__", "node_modules", "lost+found"}
NEVER = {".git", ".binder-data"}
OVER = "restored-over-"


def roots() -> dict[str, str]:
    """`home` is left out where it is the repository's folder."""
    home = os.environ.get("HOME", "")
    found = {"repo": ROOT}
    if os.path.isabs(home) and os.path.isdir(home) and os.path.realpath(home) != ROOT:
        found["home"] = os.path.realpath(home)
    return found


def is_ours(path: str) -> bool:
    """Whether it is of the course itself, and nobody's to bring along."""
    binder = os.path.realpath(BINDER_DIR)
    parts = {part.casefold() for part in path.split("/")}
    return path == binder or path.startswith(f"{binder}/") or bool(parts & NEVER)


def is_asked_for(name: str) -> bool:
    """Whether no part of a name is hidden, so that nobody has to name it."""
    return not any(part.startswith(".") for part in name.split("/"))


def is_passed_over(leaf: str) -> bool:
    """By its name, unless somebody names it or what it is in."""
    if leaf.startswith(".") or leaf in FOREIGN:
        return True
    return leaf.startswith(OVER) or bool(re.fullmatch(re.escape(slug()) + r"-\d{8}-\d{6}(-\d+)?\.zip", leaf))


def kept_patterns() -> list[str]:
    lines = read(os.path.join(BINDER_DIR, "keep")).splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def split(pattern: str) -> tuple[str, str]:
    """Which root, and the pattern below it."""
    label, inside = ("home", pattern[2:]) if pattern.startswith("~/") else ("repo", pattern)
    if not inside or os.path.isabs(inside) or ".." in inside.split("/"):
        raise Failure(f"binder/keep and --file name what is in the repository or below ~/, not {shown(pattern)}")
    return label, os.path.normpath(inside)


def is_named(label: str, inside: str, patterns: Iterable[str]) -> bool:
    """Whether one of the patterns names it, or a folder that it is in: as `Choice.named` finds it."""
    found = [shape.split("/") for where, shape in map(split, patterns) if where == label]
    return any(matches(inside.split("/"), [part for part in shape if part != "."]) for shape in found)


def matches(parts: list[str], shape: list[str]) -> bool:
    if not shape:
        return True
    if shape == ["**"]:
        return bool(parts)
    if shape[0] == "**" and matches(parts, shape[1:]):
        return True
    if not parts or (parts[0].startswith(".") and not shape[0].startswith(".")):
        return False
    if shape[0] == "**":
        return matches(parts[1:], shape)
    return fnmatchcase(parts[0], shape[0]) and matches(parts[1:], shape[1:])


class Choice:
    """What is chosen, as pairs of name in the archive and path; `note` is told what is left out."""

    def __init__(self, is_new: Callable[[os.stat_result], bool], note: Callable[[str], None]) -> None:
        self.is_new, self.note, self.roots = is_new, note, roots()

    def files(self, patterns: Iterable[str]) -> list[tuple[str, str]]:
        """All of them, each once."""
        found: dict[str, tuple[str, str]] = {}
        for name, path in [*self.named(patterns), *self.new()]:
            found.setdefault(os.path.realpath(path), (name, path))
        return sorted(found.values())

    def named(self, patterns: Iterable[str]) -> Iterator[tuple[str, str]]:
        for pattern in patterns:
            label, inside = split(pattern)
            root = self.roots.get(label, self.roots["repo"])
            for path in sorted(glob.glob(os.path.join(glob.escape(root), inside), recursive=True)):
                path = os.path.normpath(path)
                name = os.path.normpath(f"files/{label}/{os.path.relpath(path, root)}")
                if os.path.realpath(path) != path:
                    self.note(f"{shown(path)} is left out: it is behind a link")
                elif os.path.isdir(path):
                    yield from self.below(path, name, True)
                elif not is_ours(path):
                    yield from self.one(path, name, True)

    def new(self) -> Iterator[tuple[str, str]]:
        for label, root in self.roots.items():
            if label == "repo" or not os.path.ismount(root):
                yield from self.below(root, f"files/{label}", False)

    def below(self, folder: str, name: str, is_named: bool) -> Iterator[tuple[str, str]]:
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            self.note(f"{shown(folder)} is left out: {error.strerror}")
            return
        for entry in entries:
            if not is_named and entry.path in self.roots.values():
                continue
            if not is_ours(entry.path) and (is_named or not is_passed_over(entry.name)):
                if entry.is_dir(follow_symlinks=False):
                    yield from self.below(entry.path, f"{name}/{entry.name}", is_named)
                elif entry.is_file(follow_symlinks=False):
                    yield from self.one(entry.path, f"{name}/{entry.name}", is_named)

    def one(self, path: str, name: str, is_named: bool) -> Iterator[tuple[str, str]]:
        try:
            told = os.lstat(path)
        except OSError as error:
            self.note(f"{shown(path)} is left out: {error.strerror}")
            return
        if not stat.S_ISREG(told.st_mode) or not (is_named or self.is_new(told)):
            return
        if not is_named and told.st_size > LARGE:
            self.note(f"{shown(path)} is left out: {told.st_size >> 20} MB; binder/keep may name it, or --file")
        elif not is_plain(name):
            self.note(f"{shown(path)} is left out: its name has what no archive should have")
        elif not os.access(path, os.R_OK):
            self.note(f"{shown(path)} is left out: it cannot be read")
        else:
            yield name, path
