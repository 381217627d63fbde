"""What scripts seek in the home folder, where repo2docker puts a repository and where it is not here -> findings.

- imported: its files are below `imports/`; a link is made for what is among them (BB409), not for what its scripts make
- adopted: its repository is the course's, which an image may have elsewhere than in the home folder
- what scripts make in the folder that they begin in is not in the home folder then (`written`), an archive's content by
  the archive's name; what they make in the home folder is
- scripts alone, and Python files
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ..model import Finding
from ..repo2docker import HOOKS
from ..rule import Rule
from ..text import decode
from . import shell
from .directory import Directory
from .places import at_home, is_inside, lead
from .runs import Run, runs
from .shell import is_script
from .written import unpacked, written

HOME = re.compile(r"(?:\$\{?HOME\}?|~|/home/jovyan)/([^\s\"'`;|&()<>=,:]+)")
_CHANGES = {"rm", "rmdir", "chmod", "chown", "sed", "perl", "truncate"}
_SAYS = {"echo", "printf", "export", "cd", "pushd", "mkdir", "touch"}

BB409 = Rule(
    "BB409",
    "a path in the home folder, where an import's files no longer are",
    "they are in a folder of their own below `imports/`",
    "`$REPO_DIR/` and the path",
)
BB412 = Rule(
    "BB412",
    "a path in the home folder of something that the scripts make in their current folder",
    "under repo2docker the two are one; an import's scripts run in a folder of their own below `imports/`, and an "
    "image may have the repository elsewhere",
    "`$REPO_DIR/` and the path, or make it in the home folder",
)
BB413 = Rule(
    "BB413",
    "a path in the home folder, of the repository, with an output whose image has it elsewhere",
    "repo2docker puts a repository into the home folder; such an image leaves that to the session's own files",
    "`$REPO_DIR/` and the path",
)


def sought_at_home(directory: Directory, paths: Sequence[str]) -> Iterator[tuple[str, Finding]]:
    """What scripts among the files carried expect in the home folder, of those files."""
    there = _there(paths)
    for script, line, named in _lines(directory, paths):
        path = _fixed(named)
        if path in there:
            mirrored = posixpath.join(directory.home, path)
            reason = f"is sought in the home folder; a link from there to {mirrored} is made where none stands"
            yield path, directory.finding(BB409, script, reason, _remedy(path), line=line, text=named)


def of_repository(directory: Directory, repository: str) -> Iterator[Finding]:
    """What adopted scripts expect there of their own repository, which the image has in the folder `repository`."""
    paths = list(directory.tree)
    there = _there(paths)
    made = _Made(directory)
    for script, line, named in [*_lines(directory, paths), *_after_cd(directory, there)]:
        path = _fixed(named)
        first = path.partition("/")[0]
        if (path in there or first == directory.folder) and first not in made.at_home:
            reason = f"is sought in the home folder; in the image the repository is in {repository}"
            yield directory.finding(BB413, script, reason, _remedy(path), line=line, text=named)


def made_here(directory: Directory, paths: Sequence[str]) -> Iterator[Finding]:
    """What scripts expect there and make in the folder that they begin in."""
    made, there = _Made(directory), _there(paths)
    for script, line, named in [*_lines(directory, paths), *_after_cd(directory, made.here)]:
        path = _fixed(named)
        first = path.partition("/")[0]
        if path not in there and made.has(first):
            reason = f"is sought in the home folder, and '{first}' is made in the script's own, which is another here"
            yield directory.finding(BB412, script, reason, _remedy(path), line=line, text=named)


def _there(paths: Sequence[str]) -> set[str]:
    """The paths, and the folders that they are in."""
    return {parent for path in paths for parent in (path, *(path[: at.start()] for at in re.finditer("/", path)))}


def _remedy(path: str) -> str:
    return f'let the script say "$REPO_DIR/{path}"'


def _fixed(named: str) -> str:
    """The path, that of the folder where it is a pattern."""
    fixed = re.split(r"[*?]", named)
    return posixpath.normpath(named if len(fixed) == 1 else posixpath.dirname(fixed[0]) or ".")


def _lines(directory: Directory, paths: Sequence[str]) -> Iterator[tuple[str, int, str]]:
    """Script, line and path below the home folder; each path once in a script."""
    for script in paths:
        if is_script(directory.tree[script], script) or script.endswith(".py"):
            known: set[str] = set()
            for line in shell.commands(decode(directory.tree[script].data)[0]):
                for named in HOME.findall(line.text):
                    if _fixed(named) not in known:
                        known.add(_fixed(named))
                        yield script, line.number, named


def _runs(directory: Directory) -> Iterator[Run]:
    for name in filter(directory.has, HOOKS):
        yield from runs(directory.tree, directory.path(name))


def _after_cd(directory: Directory, there: set[str]) -> Iterator[tuple[str, int, str]]:
    """What is named from the home folder, where a script has gone there before."""
    known: set[tuple[str, str]] = set()
    for run in _runs(directory):
        for word in filter(_is_path, run.call.words if run.cwd[:1] == "~" and run.call.program not in _SAYS else ()):
            path = at_home(lead(run.cwd, word))
            if path.partition("/")[0] in there and (run.path, path) not in known:
                known.add((run.path, path))
                yield run.path, run.call.line, path


def _is_path(word: str) -> bool:
    """Whether a word is one from the current folder, and not the name of a program or a verb."""
    return bool(re.search(r"[./]", word)) and not word.startswith(("~", "$", "/", "-"))


@dataclass
class _Made:
    """The first parts of the paths that scripts make, in the folder they begin in and in the home folder."""

    directory: Directory
    here: set[str] = field(default_factory=set)
    at_home: set[str] = field(default_factory=set)
    archives: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for run in _runs(self.directory):
            for place in written(run.call, run.cwd) if run.call.program not in _CHANGES else ():
                if path := at_home(place):
                    self.at_home.add(path.partition("/")[0])
                elif place and is_inside(place):
                    self.here.add(place.partition("/")[0])
            if not run.cwd and (archive := unpacked(run.call)):
                self.archives.add(archive.lower())

    def has(self, first: str) -> bool:
        """Whether it is made in the folder that they begin in, and there alone."""
        if first in self.at_home or not first:
            return False
        by_archive = (
            len(first) > 1 and first[0] != "." and any(name.startswith(first.lower()) for name in self.archives)
        )
        return first in self.here or by_archive
