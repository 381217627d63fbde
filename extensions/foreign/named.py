"""What the words of scripts and lists name, of the files of their repository; too much is better than too little.

- of a script: each of its words that is the path of a file, a folder (then all files in it) or a pattern, without
  quotes, `$HOME/`, `$REPO_DIR/` or another variable, `~/`, `/home/jovyan/`, `./`; looked for from the root, from the
  script's own folder and from each folder it goes to with `cd`
- `pip install .`, `-e .`, `setup.py`, and `make`, `npm` and their like (`tools`) beside their file: all files there
- of a pip list: what it names with `-r`, `-c`, `-e`, or as a path
- words of comments do not count
"""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from ..comments import split_comment
from ..repo2docker import HOOKS
from ..text import decode
from . import tools
from .directory import Blob
from .runs import alone, runs

MAX_FILE = 1_000_000  # nothing is looked for in a larger one
MAX_LINE = 2_000  # of a longer one only the words are looked at
SCRIPTS = (".sh", ".bash", ".zsh", ".py", ".R", ".r", ".jl", ".pl", ".rb", ".js", ".sql", ".mk", ".conf")
_PATTERN = re.compile(r"[*?]")
_SPLIT = re.compile(r"[\s\"'`;|&()<>=,:]+")
_QUOTED = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'")
_PREFIX = re.compile(r"^(?:\$\{?\w+[^/]*/|~/|/home/jovyan/|\./|/)+")
_HERE = re.compile(r"(?:^|[\s\"'=])\.{1,2}/?(?:\[[^\]]*\])?[\"']?(?=[\s;&|)]|$)")
_INSTALL = re.compile(r"\bpip[\d.]*\b.*\binstall\b|\b(?:conda|mamba) develop\b")
_CD = re.compile(r"\b(?:cd|pushd)\s+[\"']?([^\s\"';&|)]+)")
_IMPORT = re.compile(r"^\s*(?:from|import)\s+(\w+(?:\.\w+)*)|\s-m\s+(\w+(?:\.\w+)*)")
_OPTION = re.compile(
    r"(?:^|[\s\"'])(?:(?:-r|-c|-e|--requirement|--constraint|--editable)[ =]*[\"']?|file:(?!/))([^\s\"'#]+)"
)
_PATH = re.compile(r"(?:^|[\s\"']|\bfile:(?!/))(\.{1,2}/?(?:\[[^\]]*\])?(?=[\s\"']|$)|[^\s\"':@]*/[^\s\"':@]*)")


def _normal(path: str) -> str:
    normal = posixpath.normpath(path)
    return "" if normal == "." else normal


def _strip(word: str) -> str:
    return _PREFIX.sub("", word)


class Words:
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
        for folder in self._built_from(path):
            yield from self.named(".", [folder])
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
                if "setup.py" in line or (_INSTALL.search(line) and _HERE.search(line)):
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

    def _built_from(self, path: str) -> Iterator[str]:
        """The folders whose files tell the tools that a script calls what to do."""
        if posixpath.basename(path) in HOOKS:
            for run in runs(self.tree, path):
                yield from tools.folders(run.call, run.cwd, self.folders)
        else:
            for call in alone(self.tree, path):
                for cwd in dict.fromkeys(["", posixpath.dirname(path)]):
                    yield from tools.folders(call, cwd, self.folders)

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
        if self.tree[path].size > MAX_FILE:
            return
        name, data = posixpath.basename(path), self.tree[path].data
        if re.fullmatch(r".*requirements.*\.txt|.*environment.*\.ya?ml|constraints.*\.txt", name):
            yield from self.of_list(path)
        elif name in (*HOOKS, "Makefile") or name.endswith(SCRIPTS) or data.startswith((b"#!", b"\xef\xbb\xbf#!")):
            yield from self.of_script(path)
