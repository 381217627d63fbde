"""Which files of an imported repository come along: those that its scripts and lists need, as far as one can see.

- all files of its Binder folder, but for the lists that are merged; with a Binder folder that is the root: none
- what a script names: each of its words that is the path of a file, a folder (then all files in it) or a pattern,
  without quotes, `$HOME/`, `$REPO_DIR/` or another variable, `~/`, `/home/jovyan/`, `./`; looked for from the root,
  from the script's own folder and from each folder it goes to with `cd`
- `pip install .`, `-e .`, `setup.py`, and `make`, `npm` and their like beside their file: all files there
- what a pip list names with `-r`, `-c`, `-e`, or as a path
- the same for each script carried, in turn; words of comments do not count; too much is better than too little
- a file of more than 1 MB, and what would be more than 500 files or 10 MB, is left out and found, scripts excepted
- never what belongs to Git or its hosts (`.git*`), nor a path that could not stand everywhere; either is found, if it
  is in the Binder folder
"""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from ..comments import split_comment
from ..model import Finding
from .directory import Blob, Directory, decode

MAX_FILE, MAX_BYTES, MAX_FILES = 1_000_000, 10_000_000, 500
MAX_LINE = 2_000  # of a longer one only the words are looked at
HOOKS = ("postBuild", "start")
MERGED = ("apt.txt", "environment.yml", "environment.yaml", "requirements.txt")
SCRIPTS = (".sh", ".bash", ".zsh", ".py", ".R", ".r", ".jl", ".pl", ".rb", ".js", ".sql", ".mk", ".conf")
BUILDS = {
    "make": "Makefile",
    "npm": "package.json",
    "yarn": "package.json",
    "jlpm": "package.json",
    **dict.fromkeys(("poetry", "flit", "hatch", "pdm", "uv"), "pyproject.toml"),
}

_PATTERN = re.compile(r"[*?]")
_SPLIT = re.compile(r"[\s\"'`;|&()<>=,:]+")
_QUOTED = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'")
_PREFIX = re.compile(r"^(?:\$\{?\w+[^/]*/|~/|/home/jovyan/|\./|/)+")
_HERE = re.compile(r"(?:^|[\s\"'=])\.{1,2}/?(?:\[[^\]]*\])?[\"']?(?=[\s;&|)]|$)")
_INSTALL = re.compile(r"\bpip[\d.]*\b.*\binstall\b|\b(?:conda|mamba) develop\b")
_BUILD = re.compile(r"(?:^|[;&|({]\s*|\b(?:then|do)\s+)(make|npm|yarn|jlpm|poetry|flit|hatch|pdm|uv)\b")
_CD = re.compile(r"\b(?:cd|pushd)\s+[\"']?([^\s\"';&|)]+)")
_IMPORT = re.compile(r"^\s*(?:from|import)\s+(\w+(?:\.\w+)*)|\s-m\s+(\w+(?:\.\w+)*)")
_OPTION = re.compile(
    r"(?:^|[\s\"'])(?:(?:-r|-c|-e|--requirement|--constraint|--editable)[ =]*[\"']?|file:(?!/))([^\s\"'#]+)"
)
_PATH = re.compile(r"(?:^|[\s\"']|\bfile:(?!/))(\.{1,2}/?(?:\[[^\]]*\])?(?=[\s\"']|$)|[^\s\"':@]*/[^\s\"':@]*)")


def portable(path: str) -> bool:
    parts = path.split("/")
    return not any(part in ("", ".", "..") or re.search(r"[\\\x00-\x1f\x7f\ud800-\udfff]", part) for part in parts)


def printable(text: str) -> str:
    """Other people's text, as it may be shown on a terminal and written to a file."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _normal(path: str) -> str:
    normal = posixpath.normpath(path)
    return "" if normal == "." else normal


def _strip(word: str) -> str:
    return _PREFIX.sub("", word)


def of_git(path: str) -> bool:
    return any(part.lower().startswith(".git") and part != ".gitkeep" for part in path.split("/"))


class _Search:
    """What words name, in one tree."""

    def __init__(self, tree: Mapping[str, Blob]) -> None:
        self.tree = tree
        self.given: set[str] = set()  # folders and patterns whose files have been given already

    @cached_property
    def folders(self) -> dict[str, list[str]]:
        """Each folder's files, those of its folders included."""
        found: dict[str, list[str]] = {}
        for path in sorted(self.tree):
            folder = path
            while folder:
                folder = posixpath.dirname(folder)
                found.setdefault(folder, []).append(path)
        return found

    @cached_property
    def names(self) -> set[str]:
        """Of files and of folders, without their paths."""
        return {posixpath.basename(path) for path in [*self.tree, *self.folders]}

    def named(self, word: str, bases: Iterable[str]) -> Iterator[str]:
        """The files that a path, a folder's path or a pattern stands for, seen from some folders."""
        last = word.rstrip("/").rpartition("/")[2]
        if last not in self.names and last not in (".", "..") and not _PATTERN.search(last):
            return
        for base in bases:
            path = _normal(posixpath.join(base, word))
            if path in self.tree:
                yield path
            elif path not in self.given:
                self.given.add(path)
                if path in self.folders:
                    yield from self.folders[path]
                elif _PATTERN.search(last) and last.strip("*"):
                    beside = self.folders.get(posixpath.dirname(path), ())
                    yield from (found for found in fnmatch.filter(beside, path) if found.count("/") == path.count("/"))

    def of_script(self, path: str) -> Iterator[str]:
        """What a script names, some of it more than once."""
        text = decode(self.tree[path].data)[0]
        bases, cwd = dict.fromkeys(["", posixpath.dirname(path)]), ""
        known: set[str] = set()  # words looked for from all bases
        for line in text.split("\n"):
            if line.lstrip().startswith(("#", "--", "//")):
                continue
            words = _SPLIT.split(line)
            if len(line) <= MAX_LINE:
                for target in _CD.findall(line):
                    place = _normal(posixpath.join(cwd, _strip(target)))
                    if place in self.folders:
                        bases[place], cwd = None, place
                        known.clear()
                builds = (posixpath.join(cwd, BUILDS[tool]) in self.tree for tool in _BUILD.findall(line))
                if "setup.py" in line or any(builds) or (_INSTALL.search(line) and _HERE.search(line)):
                    yield from self.named(".", [cwd])
                for match in _IMPORT.findall(line):
                    module = "".join(match).replace(".", "/")
                    yield from self.named(module + ".py", bases)
                    yield from self.named(module, bases)
                words += ["".join(match) for match in _QUOTED.findall(line)]
            for word in dict.fromkeys(words):
                if word not in known:
                    known.add(word)
                    stripped = _strip(word)
                    if stripped.strip("./"):
                        yield from self.named(stripped, bases)

    def of_list(self, path: str) -> Iterator[str]:
        """What a list of packages names."""
        folder = posixpath.dirname(path)
        local = folder if path.endswith((".yml", ".yaml")) else ""
        for raw in decode(self.tree[path].data)[0].split("\n"):
            line = split_comment(raw[:MAX_LINE])[0]
            for word in [*_OPTION.findall(line), *_PATH.findall(line)]:
                path = re.sub("^file:(?!/)", "", word.partition("[")[0])
                yield from self.named(path, dict.fromkeys(["", folder]) if path.strip("./") else [local])

    def references(self, path: str) -> Iterator[str]:
        name, data = posixpath.basename(path), self.tree[path].data
        if len(data) > MAX_FILE:
            return
        if re.fullmatch(r".*requirements.*\.txt|.*environment.*\.ya?ml|constraints.*\.txt", name):
            yield from self.of_list(path)
        elif name in (*HOOKS, "Makefile") or name.endswith(SCRIPTS) or data.startswith((b"#!", b"\xef\xbb\xbf#!")):
            yield from self.of_script(path)


def carried(directory: Directory) -> tuple[list[str], list[Finding]]:
    """The paths of the tree that come along, sorted, and what was left out."""
    tree = {path: blob for path, blob in directory.tree.items() if portable(path) and not of_git(path)}
    search = _Search(tree)
    hooks, lists = ([path for name in names if (path := directory.path(name)) in tree] for names in (HOOKS, MERGED))
    beside = search.folders.get(directory.folder, ()) if directory.folder else ()
    pending = deque(dict.fromkeys([*hooks, *(path for path in beside if path not in lists)]))
    seen = set(pending)

    def follow(path: str) -> None:
        for other in search.references(path):
            if other not in seen:
                seen.add(other)
                pending.append(other)

    for path in lists:
        follow(path)
    kept: list[str] = []
    large: list[str] = []
    beyond: list[str] = []
    size = 0
    while pending:
        path = pending.popleft()
        length = len(tree[path].data)
        if length > MAX_FILE and path not in hooks:
            large.append(path)
        elif len(kept) == MAX_FILES or size + length > MAX_BYTES:
            beyond.append(path)
        else:
            kept.append(path)
            size += length
            follow(path)
    beneath = [path for path in directory.tree if path.startswith(directory.path(""))]
    ours = {directory.path(name) for name in HOOKS}
    odd = sorted(path for path in beneath if not portable(path) or (of_git(path) and path in ours))
    gits = sorted(path for path in beneath if directory.folder and of_git(path) and path not in odd)
    return sorted(kept), [*_left_out(directory, large, odd, gits, beyond)]


def _left_out(
    directory: Directory, large: list[str], odd: list[str], gits: list[str], beyond: list[str]
) -> Iterator[Finding]:
    fetch = "let postBuild fetch it, or copy it into this repository and see that the scripts find it"
    reasons = (
        ("BB551", large, f"is larger than {MAX_FILE // 1_000_000} MB and is not carried along", fetch),
        ("BB552", odd, "has a path that cannot stand here and is not carried along", "rename it there"),
        ("BB554", gits, "belongs to Git and is not carried along", "rename it there, if a script needs it"),
    )
    for code, paths, reason, remedy in reasons:
        for path in map(printable, paths):
            yield Finding(code, directory.label, directory.where(path), 0, path, reason, remedy, True)
    if beyond:
        reason = (
            f"and {len(beyond) - 1} more files are beyond the {MAX_FILES} files and {MAX_BYTES // 1_000_000} MB "
            "that are carried along from one repository"
        )
        yield Finding("BB553", directory.label, directory.where(beyond[0]), 0, beyond[0], reason, fetch, True)
