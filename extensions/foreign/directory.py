"""A Binder directory that somebody else wrote, as a source of fragments like a component's folder.

`Directory` is all that the rest of the engine knows of it, wherever it came from: `imports` makes one of a commit of a
repository, `adoption` of what stood in the destination.

- Binder files are those of `binder/`, else `.binder/`, else of the root, as repo2docker chooses
- `environment.yml`, else `environment.yaml`
- text is decoded as `text.decode` says; all but UTF-8 is found
- relative paths are those of the tools: pip finds `-r` and `-c` files from the file that names them, and local packages
  from where it runs: the repository's root for requirements.txt (repo2docker) and requirements.late.txt (our
  postBuild), the file's own folder for environment.yml (mamba)
"""

from __future__ import annotations

import functools
import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from ..model import Finding, Fragment
from ..repo2docker import ENVIRONMENTS
from ..text import decode

# repo2docker's lists, and ours.
MERGED = ("apt.txt", "environment.yml", "requirements.txt", "requirements.late.txt")


@dataclass(frozen=True)
class Blob:
    """A file's bytes and run bit; symbolic links are resolved by whoever makes a `Directory`."""

    data: bytes
    executable: bool = False

    @property
    def size(self) -> int:
        return len(self.data)


@runtime_checkable
class Fetching(Protocol):
    """A tree whose files are read when they are asked for."""

    def fetch(self, paths: Iterable[str]) -> None: ...


@dataclass(frozen=True)
class Directory:
    """`tree` holds the files of the repository that it is from, by their POSIX path from its root.

    label   the provenance beside every line, such as `owner/repo` or `binder`; unique in a composition
    slug    the name of its scripts and folders: `import-owner-repo`, `adopted-binder`
    origin  what stands before a path in messages: `gh:owner/repo@0123456:`, empty for adopted ones
    folder  the folder of the Binder files in the tree, `""` for its root
    home    where the root of the tree stands in the derived repository: `binder/imports/owner-repo`, with those of
            its files that are carried along; `""` where all of them are there already (adopted)
    """

    label: str
    slug: str
    origin: str
    folder: str
    home: str
    tree: Mapping[str, Blob]

    def path(self, name: str) -> str:
        """The path in the tree of the Binder file `name`."""
        return f"{self.folder}/{name}" if self.folder else name

    def where(self, path: str) -> str:
        """A path of the tree as messages name it."""
        return self.origin + path

    def fetch(self, paths: Iterable[str]) -> None:
        """Read these files of the tree at once, where each by itself would cost a process."""
        if isinstance(self.tree, Fetching):
            self.tree.fetch(paths)

    def has(self, name: str) -> bool:
        return self.path(name) in self.tree

    def finding(
        self, code: str, path: str, reason: str, remedy: str, left_out: bool = False, line: int = 0, text: str = ""
    ) -> Finding:
        """One about a file of the tree."""
        return Finding(code, self.label, self.where(path), line, text, reason, remedy, left_out)


def environment_name(directory: Directory) -> str:
    return next(filter(directory.has, ENVIRONMENTS), ENVIRONMENTS[-1])


def fragment(directory: Directory, name: str, merged_in: str) -> Fragment | None:
    """The directory's Binder file `name` to merge into a file of the folder `merged_in`; None where it has none."""
    source = environment_name(directory) if name == "environment.yml" else name
    path = directory.path(source)
    if path not in directory.tree:
        return None
    text, _ = decode(directory.tree[path].data)
    files = _relative(posixpath.join(directory.home, directory.folder).rstrip("/"), merged_in)
    opener = functools.partial(_open, directory)
    if name == "environment.yml":
        return Fragment(directory.label, directory.where(path), text, True, files, files, open=opener)
    root = _relative(directory.home, "" if name == "requirements.late.txt" else merged_in)
    return Fragment(directory.label, directory.where(path), text, True, files, root, _beside(directory), opener)


def _open(directory: Directory, path: str) -> tuple[str, str] | None:
    """A file as messages name it, by its path from the folder of the Binder files, and its text; None for none."""
    there = posixpath.normpath(posixpath.join(directory.folder, path))
    return (directory.where(there), decode(directory.tree[there].data)[0]) if there in directory.tree else None


def _relative(path: str, start: str) -> str:
    """A folder as seen from another, both from the repository's root."""
    if start and path.startswith(f"{start}/"):
        return path[len(start) + 1 :]
    return posixpath.relpath(f"/{path}", f"/{start}")


def _beside(directory: Directory) -> frozenset[str]:
    """What stands in the folder of the Binder files."""
    folder = posixpath.join(directory.folder, "")
    names = (path[len(folder) :].split("/", 1)[0] for path in directory.tree if path.startswith(folder))
    return frozenset(names)
