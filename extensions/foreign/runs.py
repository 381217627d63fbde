"""What somebody's postBuild or start runs, with the scripts of its repository that it calls in turn.

- followed: scripts of the shell and of Python, what `make` does for a target, supervisord's programs, a Procfile
- a script is followed once, as deep as people write
- `before` says of a start whether it comes before the notebook's command
"""

from __future__ import annotations

import functools
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ..text import decode
from . import python_calls, shell
from .call import LONGEST, MOST, Call
from .calls import calls
from .directory import Blob
from .places import UNKNOWN, is_inside, lead
from .wrappers import PYTHONS, SHELLS

LARGEST = 1_000_000
DEEPEST = 6
_BEFORE_NAME = re.compile(r"^(?:\$\{?\w+[^/]*/|~/|/home/jovyan/|\./|/)+")
_PROGRAM = re.compile(r"^[ \t]*command[ \t]*=(.*(?:\n[ \t]+\S.*)*)", re.MULTILINE)
_PROCESS = re.compile(r"^[\w-]+:[ \t]*(.+)", re.MULTILINE)
_MAKE = ("-C", "-f", "-j", "-I", "-o", "-W", "-l", "--directory", "--file", "--makefile")
_RECIPE = re.compile(r"^\t[ \t@+-]*(\S.*)", re.MULTILINE)
_RULE = re.compile(r"^([^\s:#=][^:#=\n]*):(?!=)([^\n]*)")


class Run(NamedTuple):
    """`path` is that of the script, `cwd` as in `places`."""

    path: str
    call: Call
    cwd: str
    before: bool = True


def runs(tree: Mapping[str, Blob], path: str) -> list[Run]:
    """All that the hook `path` runs, in order."""
    return list(_Follower(tree).follow(path, "", True, None, 0))


class _Follower:
    def __init__(self, tree: Mapping[str, Blob]) -> None:
        self.tree = tree
        self.seen: set[str] = set()
        self.made: dict[str, str] = {}  # scripts that a script writes by a here-document, by their place

    def follow(
        self, path: str, cwd: str, before: bool, caller: Call | None, depth: int, target: str = ""
    ) -> Iterator[Run]:
        if path in self.seen or depth > DEEPEST or len(self.tree[path].data) > LARGEST:
            return
        self.seen.add(path)
        text = decode(self.tree[path].data)[0]
        last = self._last(path, text)
        folders: dict[tuple[int, ...], str] = {(): cwd}
        for call in _calls(path, text, target):
            if caller:
                waited_for, guards = call.waited_for and caller.waited_for, call.guards | caller.guards
                call = call._replace(waited_for=waited_for, guards=guards)
            here = next(
                folders[call.shell[:end]] for end in range(len(call.shell), -1, -1) if call.shell[:end] in folders
            )
            is_before = before and (not last or call.line <= last)
            yield Run(path, call, here, is_before)
            if call.program in ("cd", "pushd"):
                folders[call.shell] = self._moved(path, here, call)
            yield from self._made(Run(path, call, here, is_before))
            for inner, of in self._called(path, here, call):
                yield from self.follow(inner, here, is_before, call, depth + 1, of)

    def _made(self, run: Run) -> Iterator[Run]:
        """What the call runs of a script that was written before, in its own line."""
        call, here = run.call, run.cwd
        written = call.targets if call.program == "cat" else call.arguments if call.program == "tee" else ()
        self.made.update({lead(here, word): call.given for word in written if call.given})
        words = call.arguments[:1] if call.program in (*SHELLS, "source", ".") else call.words[:1]
        for text in (self.made.pop(lead(here, word), "") for word in words):
            for inner in calls(text) if text else ():
                waited_for = call.waited_for and inner.waited_for
                yield run._replace(call=inner._replace(line=call.line, waited_for=waited_for))

    def _last(self, path: str, text: str) -> int:
        """The line in which a start comes to the notebook's command."""
        if posixpath.basename(path) != "start" or not shell.is_shell(text):
            return 0
        how, line, _ = shell.handover(text)
        return 0 if how == shell.NEVER else line.number

    def _moved(self, path: str, here: str, call: Call) -> str:
        word = next((word for word in call.arguments if not word.startswith("-")), "~")
        if re.match(r"\$_|\$\{0|\$\{BASH_SOURCE", word):  # its own folder, most likely
            return lead(posixpath.dirname(path), word.partition("/")[2] or ".")
        return lead(here, word)

    def _called(self, path: str, here: str, call: Call) -> Iterator[tuple[str, str]]:
        """The scripts of the repository that a call runs, each with what of it."""
        if not call.words:
            return
        program, arguments = call.program, call.arguments
        plain = [word for word in arguments if not word.startswith("-")]
        if program in ("make", "gmake"):
            valued = [arguments[at + 1] for at, word in enumerate(arguments[:-1]) if word in _MAKE]
            target = next((word for word in plain if word not in valued and "=" not in word), "")
            yield from ((name, target) for name in self._beside(here, arguments, "Makefile"))
        elif program in ("supervisord", "circusd"):
            yield from ((name, "") for word in plain for name in self._found(path, here, word))
        elif program in ("honcho", "foreman", "goreman", "overmind"):
            yield from ((name, "") for name in self._beside(here, arguments, "Procfile"))
        elif program in (*SHELLS, "source", ".") or PYTHONS.fullmatch(program):
            yield from ((name, "") for name in self._found(path, here, plain[0] if plain else ""))
        elif "/" in call.words[0]:
            yield from ((name, "") for name in self._found(path, here, call.words[0]))

    def _found(self, path: str, here: str, word: str) -> Iterator[str]:
        """The file of the tree that a word names, from where the script is or from where it stands."""
        place = lead(here, word)
        stripped = _BEFORE_NAME.sub("", word)
        folder = posixpath.dirname(path)
        for name in (place, stripped, posixpath.normpath(posixpath.join(folder, stripped))):
            if word and name in self.tree:
                yield name
                return

    def _beside(self, here: str, arguments: tuple[str, ...], name: str) -> Iterator[str]:
        folders = [here, *(lead(here, word) for word in arguments)]
        for folder in folders:
            for path in (folder, posixpath.join(folder, name)):
                if folder != UNKNOWN and is_inside(folder) and path in self.tree:
                    yield path
                    return


def alone(tree: Mapping[str, Blob], path: str) -> Sequence[Call]:
    """All that the file `path` may run, without what that runs in turn."""
    text = decode(tree[path].data)[0]
    if is_makefile(path):
        return _of_lines(text, _RECIPE)
    return _calls(path, text, "")


def is_makefile(path: str) -> bool:
    return posixpath.basename(path) in ("Makefile", "makefile", "GNUmakefile") or path.endswith(".mk")


@functools.lru_cache(maxsize=64)  # each hook is asked for several findings
def _calls(path: str, text: str, target: str) -> Sequence[Call]:
    """What a file that is run calls, by what it is."""
    name = posixpath.basename(path)
    if is_makefile(path):
        return _of_make(text, target)
    if name == "Procfile":
        return _of_lines(text, _PROCESS)
    if name.endswith((".conf", ".ini")):
        return _of_lines(text, _PROGRAM)
    if PYTHONS.fullmatch(shell.interpreter(text)) or name.endswith(".py"):
        return python_calls.calls(text)
    return calls(text) if shell.is_shell(text) and "\0" not in text else []


def _of_lines(text: str, pattern: re.Pattern[str]) -> list[Call]:
    found: list[Call] = []
    line, seen = 1, 0
    for match in pattern.finditer(text[:LONGEST]):
        if len(found) >= MOST:
            break
        line, seen = line + text.count("\n", seen, match.start(1)), match.start(1)
        found += [call._replace(line=line, waited_for=False) for call in calls(match[1].strip())]
    return found


def _of_make(text: str, target: str) -> list[Call]:
    """The recipes of the target, else of the first, and of what they need."""
    recipes: dict[str, tuple[list[str], list[tuple[int, str]]]] = {}
    current: list[tuple[int, str]] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("\t"):
            current.append((number, line.strip().lstrip("@-+")))
        elif rule := _RULE.match(line):
            current = []
            for name in rule[1].split():
                recipes.setdefault(name, (rule[2].split("#")[0].split(), current))
    wanted = [target or next((name for name in recipes if not name.startswith(".")), "")]
    for name in wanted:
        wanted += [need for need in recipes.get(name, ([], []))[0] if need not in wanted]
    lines = sorted({line for name in wanted for line in recipes.get(name, ([], []))[1]})
    return [call._replace(line=number) for number, line in lines[:MOST] for call in calls(line)]
