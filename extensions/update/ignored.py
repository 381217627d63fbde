"""Generated files that git ignores: `git add` passes over them, so that no build and no other checkout has them.

One finding for each rule, with the file and the line where git has it from, the files, whole folders by their names,
and what to add so that they are committed. A repository that is none yet is looked at as it will be.
"""

from __future__ import annotations

import contextlib
import fnmatch
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from .. import git
from ..model import Finding
from ..rule import Rule

BB622 = Rule(
    "BB622",
    "git ignores generated files",
    "they are not committed, and so are missing wherever the repository is built",
    "add the lines that the finding names, or `git add --force` the files",
)
FILE = ".gitignore"


def find(destination: Path, paths: Iterable[str]) -> list[Finding]:
    """Those of the paths that are there, and in no commit since git ignores them; none where git cannot say."""
    rules: dict[str, tuple[str, int, str]] = {}
    inside = ""
    there = [path for path in paths if (destination / path).is_file()]
    with contextlib.suppress(git.GitError):  # no repository, or no git
        rules = dict(_rules(destination, there))
        inside = os.fsdecode(git.run("rev-parse", "--show-prefix", folder=destination)).strip() if rules else ""
    hidden: dict[tuple[str, int, str], set[str]] = {}
    for path in there:
        if path in rules:
            top = next(name for name in (*_folders(path), path) if name in rules)
            hidden.setdefault(rules[path], set()).add(top)
    return [_finding(*rule, sorted(names), there, inside) for rule, names in sorted(hidden.items())]


def _folders(path: str) -> list[str]:
    """The folders that it is in, the outermost first, as git ignores them."""
    return [f"{folder}/" for folder in reversed(PurePosixPath(path).parents) if folder.name]


def _rules(destination: Path, paths: Iterable[str]) -> Iterator[tuple[str, tuple[str, int, str]]]:
    """File or folder -> file, line and pattern of the rule that hides it."""
    asked = {name.rstrip("/"): name for path in paths for name in (path, *_folders(path))}
    given = "".join(f"{name}\0" for name in sorted(asked))
    # it takes no patterns, and fails where it is told so
    command = ("--no-literal-pathspecs", "check-ignore", "--verbose", "-z", "--stdin")
    try:
        output = git.run(*command, folder=destination, given=given, allowed=1)
    except git.GitError:
        with tempfile.TemporaryDirectory() as name:
            git.run("init", "--quiet", "--bare", "--template=", repository=Path(name))
            where = f"--work-tree={destination.resolve()}"
            output = git.run(where, *command, repository=Path(name), given=given, allowed=1)
    words = os.fsdecode(output).split("\0")
    for source, line, pattern, path in zip(*(words[start::4] for start in range(4)), strict=False):
        if not pattern.startswith("!"):
            yield asked[path], (source, int(line), pattern)


def _finding(source: str, line: int, pattern: str, names: list[str], paths: list[str], inside: str) -> Finding:
    """`inside`: where in its repository the course is."""
    ours = PurePosixPath(source).name == FILE and not PurePosixPath(source).is_absolute()
    file = source if ours else f"{inside}{FILE}"
    folder = file.removesuffix(FILE)
    lines = [text for name in names for text in _negations(pattern, name, paths, folder.removeprefix(inside))]
    reason = f"hides {', '.join(names)} from git, so no build has {'it' if len(names) == 1 else 'them'}"
    remedy = f"add at the end of {file} the line{'' if len(lines) == 1 else 's'} {'  '.join(lines)}"
    return Finding(BB622, "git", source, line, pattern, reason, remedy)


def _negations(pattern: str, name: str, paths: list[str], folder: str) -> Iterator[str]:
    """The lines that take a file or a folder back, written in a .gitignore in `folder`."""
    yield f"!/{name.removeprefix(folder)}"
    plain = pattern.strip("/")
    is_deep = "/" not in plain or "**" in plain
    last = plain.rpartition("/")[2]
    if name.endswith("/") and is_deep and any(fnmatch.fnmatchcase(PurePosixPath(path).name, last) for path in paths):
        yield f"!/{name.removeprefix(folder)}**"
