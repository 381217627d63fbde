"""Which files of an imported repository come along: those that its scripts and lists need, as far as one can see.

- all files of its Binder folder, but for the lists that are merged; with a Binder folder that is the root: none
- what its scripts and lists name (`named`), and the same for each script carried, in turn; R's installations
  (`wanted`) are scripts, too
- a file of more than 1 MB, and what would be more than 500 files or 10 MB, is left out and found, scripts excepted
- never what belongs to Git or its hosts (`.git*`), found if it is in the Binder folder; nor a path that could not stand
  everywhere (`portable`), found too
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..model import Finding
from ..repo2docker import HOOKS, LISTS
from ..rule import Rule
from ..text import printable
from . import wanted
from .directory import Blob, Directory
from .named import MAX_FILE, Words
from .portable import is_path, portable, twins

MAX_BYTES, MAX_FILES = 10_000_000, 500


def of_git(path: str) -> bool:
    return any(part.lower().startswith(".git") and part != ".gitkeep" for part in path.split("/"))


def carried(directory: Directory) -> tuple[list[str], list[Finding]]:
    """The paths of the tree that come along, sorted, and what was left out."""
    tree = {path: blob for path, blob in directory.tree.items() if is_path(path) and not of_git(path)}
    words = Words(tree)
    hooks, lists = ([path for name in names if (path := directory.path(name)) in tree] for names in (HOOKS, LISTS))
    beside = words.folders.get(directory.folder, ()) if directory.folder else ()
    others = [*(path for path in beside if path not in lists), *wanted.carried(directory)]
    pending = deque(dict.fromkeys([*hooks, *(path for path in others if path in tree)]))
    seen = set(pending)

    def follow(path: str) -> None:
        for other in words.references(path):
            if other not in seen:
                seen.add(other)
                pending.append(other)

    for path in lists:
        follow(path)
    kept: list[str] = []
    large: list[str] = []
    beyond: list[str] = []
    odd: list[str] = []
    size = 0
    fetched: set[str] = set()
    while pending:
        path = pending.popleft()
        if path not in fetched:  # what is still to come, in one go
            fetched |= {*pending, path}
            directory.fetch(_within_limits(tree, [path, *pending]))
        length = tree[path].size
        if not portable(path):
            odd.append(path)
        elif length > MAX_FILE and path not in hooks:
            large.append(path)
        elif len(kept) == MAX_FILES or size + length > MAX_BYTES:
            beyond.append(path)
        else:
            kept.append(path)
            size += length
            follow(path)
    beneath = [path for path in directory.tree if path.startswith(directory.path(""))]
    ours = {directory.path(name) for name in HOOKS}
    second = {*twins(sorted(kept, key=lambda path: (path not in hooks, path)))}
    odd = sorted({*odd, *second, *(path for path in beneath if not is_path(path) or (of_git(path) and path in ours))})
    gits = sorted(path for path in beneath if directory.folder and of_git(path) and path not in odd)
    return sorted({*kept} - second), [*_left_out(directory, large, odd, gits, beyond)]


def _within_limits(tree: Mapping[str, Blob], paths: Iterable[str]) -> Iterator[str]:
    """The first of the paths that could be carried along."""
    size = 0
    for path in itertools.islice((path for path in paths if tree[path].size <= MAX_FILE), MAX_FILES):
        size += tree[path].size
        if size > MAX_BYTES:
            return
        yield path


BB551 = Rule(
    "BB551",
    "a file that scripts may need is too large to be carried along",
    "the repository would hold it for ever",
    "let postBuild fetch it, or copy it yourself",
)
BB552 = Rule(
    "BB552",
    "a file's name cannot stand on every system",
    "the repository could not be checked out there: `CON`, `aux.txt`, `a:b.txt`, a full stop or space at the end, "
    "`case.txt` beside `CASE.txt`",
    "rename it",
)
BB553 = Rule(
    "BB553",
    "more files than are carried along from one repository",
    "the repository would grow with each import",
    "let postBuild fetch them, or copy them yourself",
)
BB554 = Rule(
    "BB554",
    "a file of the Binder directory belongs to Git (`.gitignore`, `.gitconfig`) and is not carried along",
    "it could hide other files of the merged repository from Git",
    "rename it, if a script needs it",
)


def _left_out(
    directory: Directory, large: Sequence[str], odd: Sequence[str], gits: Sequence[str], beyond: Sequence[str]
) -> Iterator[Finding]:
    fetch = "let postBuild fetch it, or copy it into this repository and see that the scripts find it"
    reasons = (
        (BB551, large, f"is larger than {MAX_FILE // 1_000_000} MB and is not carried along", fetch),
        (BB552, odd, "has a path that cannot stand here and is not carried along", "rename it there"),
        (BB554, gits, "belongs to Git and is not carried along", "rename it there, if a script needs it"),
    )
    for code, paths, reason, remedy in reasons:
        for path in map(printable, paths):
            yield directory.finding(code, path, reason, remedy, True, text=path)
    if beyond:
        reason = (
            f"and {len(beyond) - 1} more files are beyond the {MAX_FILES} files and {MAX_BYTES // 1_000_000} MB "
            "that are carried along from one repository"
        )
        yield directory.finding(BB553, beyond[0], reason, fetch, True, text=beyond[0])
