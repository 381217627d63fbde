"""The tree of a foreign commit as files that are safe to name, and to write.

- symbolic links are followed inside the tree only, a linked directory's files once; a link that leaves the tree, points
  to nothing or goes in circles is left out
- submodules are left out, and names that no file of ours may have: `.git`, `..`, control characters, backslashes, bytes
  that are not UTF-8, too long, both a file and a folder
- a file is read when its bytes are asked for, up to a total; a large one counts by its name and size alone, and has no
  bytes; `leave` takes those out that have to be read
"""

from __future__ import annotations

import bisect
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ..errors import BlocksError
from ..git import GitError
from ..rule import Rule
from ..text import HIDDEN, printable
from .directory import Blob
from .objects import Item, Objects
from .symlinks import Resolver

FILE_BYTES = 10**6
READ_BYTES = 40 * 10**6
READ_FILES = 2000
LINKS = 1000
LINKED_FILES = 20_000
# The longest name and path that every file system takes.
NAME_BYTES = 255
PATH_BYTES = 1000


@dataclass(frozen=True)
class Left:
    """Why something of the tree is not in it: the finding's code, reason and remedy; `text` is a link's target."""

    code: str
    reason: str
    remedy: str
    text: str = ""


BB501 = Rule(
    "BB501",
    "a symbolic link is not carried along",
    "it leads out of the repository, nowhere, or to too many files",
    "put a copy in its place",
)
BB502 = Rule(
    "BB502",
    "a submodule is not carried along",
    "it is another repository",
    "import that by itself",
)
BB503 = Rule(
    "BB503",
    "a Binder file is too large and was not read",
    "no list is that long",
    "keep it smaller",
)
BB504 = Rule(
    "BB504",
    "a file's name cannot be carried along",
    "it could lead out of the repository or not be written",
    "rename it",
)

SUBMODULE = Left(BB502, "is a submodule, which is not carried along", "import that repository by itself")
TOO_LARGE = Left(BB503, f"is larger than {FILE_BYTES // 10**6} MB and was not read", "keep it smaller")
NAME = Left(BB504, "has a name that cannot be carried along", "rename it")


class Tree(Mapping[str, Blob]):
    """Files by their POSIX path. `left` says, by printable path, what is not here and why."""

    def __init__(self, objects: Objects, origin: str, files: Mapping[str, Item], left: Mapping[str, Left]) -> None:
        self.origin, self.left = origin, dict(left)
        self.directories = _directories([*files, *left]) | {
            path for path, reason in left.items() if reason is SUBMODULE
        }
        self._objects, self._files = objects, files
        self._read: dict[str, bytes] = {}

    def __getitem__(self, path: str) -> Blob:
        return Stored(self, path, self._files[path])

    def __contains__(self, path: object) -> bool:
        return path in self._files

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def bytes_of(self, path: str) -> bytes:
        """None of a large file."""
        self.fetch([path])
        return self._read.get(self._files[path].object, b"")

    def leave(self, paths: Iterable[str]) -> None:
        """Take the large ones of these files out."""
        large = [path for path in paths if path in self._files and self._files[path].size > FILE_BYTES]
        self._files = {path: item for path, item in self._files.items() if path not in large}
        self.left |= dict.fromkeys(large, TOO_LARGE)

    def fetch(self, paths: Iterable[str]) -> None:
        """Read several files at once; asking for one after the other costs a process each."""
        found = (self._files[path] for path in paths)
        items = {item.object: item.size for item in found if item.size <= FILE_BYTES}
        missing = {name: size for name, size in items.items() if name not in self._read}
        if not missing:
            return
        size = sum(missing.values()) + sum(map(len, self._read.values()))
        if size > READ_BYTES or len(missing) + len(self._read) > READ_FILES:
            limit = f"{READ_FILES} files or {READ_BYTES // 10**6} MB"
            raise BlocksError(
                f"imports: {self.origin} more than {limit} of it would have to be read; import a subdirectory"
            )
        try:
            self._read.update(self._objects.read(missing))
        except GitError as error:
            raise BlocksError(f"imports: {self.origin} cannot be read: {error}") from error

    def under(self, folder: str) -> Tree:
        """The part of the tree below `folder`, as a tree; what was read is read again."""
        if not folder:
            return self
        prefix = folder + "/"
        files = {path[len(prefix) :]: item for path, item in self._files.items() if path.startswith(prefix)}
        left = {path[len(prefix) :]: left for path, left in self.left.items() if path.startswith(prefix)}
        return Tree(self._objects, self.origin, files, left)


class Stored(Blob):
    """A file of a tree, its bytes read when they are asked for."""

    def __init__(self, tree: Tree, path: str, item: Item) -> None:
        for name, value in (("_tree", tree), ("_path", path), ("_item", item)):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "executable", item.mode == "100755")

    @property
    def data(self) -> bytes:
        return self._tree.bytes_of(self._path)  # type: ignore[attr-defined,no-any-return]

    @property
    def size(self) -> int:
        return self._item.size  # type: ignore[attr-defined,no-any-return]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Blob) and (self.data, self.executable) == (other.data, other.executable)

    def __hash__(self) -> int:
        return hash((self.data, self.executable))


def read_tree(objects: Objects, origin: str) -> Tree:
    """The tree of the objects' commit; `origin` names it in errors of files that are read later."""
    sorting = _Sorting()
    for item in objects.items():
        sorting.add(item)
    _follow(sorting, objects)
    for path in _directories(sorting.files) & sorting.files.keys():
        del sorting.files[path]
        sorting.left[path] = NAME
    left = dict(sorted(sorting.left.items()))
    files = {path: sorting.files[path] for path in sorted(sorting.files)}
    return Tree(objects, origin, files, left)


@dataclass
class _Sorting:
    """Items by what becomes of them."""

    files: dict[str, Item] = field(default_factory=dict)
    links: dict[str, Item] = field(default_factory=dict)
    left: dict[str, Left] = field(default_factory=dict)

    def add(self, item: Item) -> None:
        try:
            path = item.path.decode()
        except UnicodeDecodeError:
            self.left[item.path.decode(errors="backslashreplace")] = NAME
            return
        if not _is_safe(path) or path in self.files or path in self.links:
            self.left[printable(path)] = NAME
        elif item.mode == "160000":
            self.left[path] = SUBMODULE
        else:
            (self.links if item.mode == "120000" else self.files)[path] = item


def _is_safe(path: str) -> bool:
    if HIDDEN.search(path) or "\\" in path or len(path.encode()) > PATH_BYTES:
        return False
    return all(map(_is_safe_name, path.split("/")))


def _is_safe_name(name: str) -> bool:
    # Windows and macOS drop dots and spaces at the end, and Windows knows .git as git~1 too.
    plain = name.rstrip(". ").lower()
    return plain not in ("", ".git", "git~1") and len(name.encode()) <= NAME_BYTES


def _directories(paths: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for path in paths:
        while (path := posixpath.dirname(path)) and path not in found:
            found.add(path)
    return found


def _follow(sorting: _Sorting, objects: Objects) -> None:
    """Put the files that the symbolic links lead to in their place."""
    links, files = sorting.links, sorting.files
    directories = _directories([*files, *links])
    for path in links.keys() & directories:
        del links[path]
        sorting.left[path] = NAME
    readable = [path for path in sorted(links) if links[path].size <= PATH_BYTES][:LINKS]
    blobs = objects.read(links[path].object for path in readable)
    targets = {path: blobs[links[path].object].decode(errors="backslashreplace") for path in readable}
    sorting.left.update(
        {path: _astray(f"is one of more than {LINKS}, or too long") for path in links.keys() - targets.keys()}
    )
    resolver = Resolver({*files}, directories, targets)
    found = {path: resolver.real(path) for path in targets}
    sorting.left.update({path: _astray(real.reason, targets[path]) for path, real in found.items() if not real.there})
    places = {path: real.path for path, real in found.items() if real.there}
    files.update({path: files[real] for path, real in places.items() if real in resolver.files})
    paths, room = sorted(files), LINKED_FILES
    for path, real in places.items():
        if real in resolver.files:
            continue
        # "0" follows "/" in ASCII, so that this is what stands below the directory.
        first, last = bisect.bisect(paths, f"{real}/"), bisect.bisect(paths, f"{real}0")
        if f"{path}/".startswith(f"{real}/") or not real:
            sorting.left[path] = _astray("leads to a folder that it stands in", targets[path])
        elif last - first > room:
            sorting.left[path] = _astray("leads to more files than are carried along", targets[path])
        else:
            room -= last - first
            linked = {path + name[len(real) :]: files[name] for name in paths[first:last]}
            files.update({name: item for name, item in linked.items() if _is_safe(name)})
            sorting.left.update({name: NAME for name in linked if not _is_safe(name)})


def _astray(reason: str, target: str = "") -> Left:
    return Left(BB501, f"is a symbolic link that {reason}", "put a copy in its place", printable(target))
