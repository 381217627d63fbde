"""A foreign start that takes long -> whether it can run beside the open notebook, from first.d, and what keeps it.

What a script of first.d exports reaches nobody, its arguments are none, and the notebook is open when it begins. So it
can where it does nothing before the notebook's command but work, and is a script of a POSIX shell that

- names its arguments once, in its last line, `exec "$@"`, which does nothing then, or not at all
- exports nothing: no `export`, no `source`, no `eval`, no variable that the notebook's environment has already
- hands over to nothing else, and starts no notebook itself
- leaves nothing running, which the first cell may want
- does nothing that Jupyter reads when it starts, such as its configuration

What cannot be told from the text keeps it where it is: `start`, as repo2docker has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..model import Finding
from ..rule import Rule
from ..text import decode
from . import shell, slow
from .call import Call
from .directory import Directory
from .runs import Run, runs
from .source import shown

# The answer that names the directories whose start does.
ANSWER = "starts_beside"
FOLDER = "first.d"

_SHELLS = ("", "sh", "bash", "dash", "ash")
_ARGUMENTS = re.compile(r"\$(?:[@*#1-9]|\{[@*#1-9!])|\b(?:shift|getopts)\b")
_HANDS_OVER = re.compile(r"(?:exec\s+(?:--\s+)?)?\"?\$(?:@|\{@\})\"?\s*;?")
_COMMAND = r"(?:^|[;&|({!)]\s*|\b(?:then|else|do|time|if|elif|while|until)\s+)"
# What a variable is set to, as far as it goes: each way of a character leads on, or nowhere.
_VALUE = (
    r"(?:\"(?:\\.|[^\"\\])*\"|'[^']*'|`[^`]*`|\$?\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
    r"|\\.|\$(?!\()|[^\s;&|\"'`()$\\])*"
)
_ONE, _BEFORE, _AFTER = (rf"\w+\+?=(?=(?P<{name}>{_VALUE}))(?P={name})" for name in ("one", "before", "after"))
_BEGINS = rf"{_COMMAND}(?:{_BEFORE}\s+)*"
_SETS = re.compile(
    _BEGINS + r"(?:(?:builtin|command)\s+)?(?:export|unset|source|eval|umask|ulimit|\.(?=\s)|coproc"
    r"|(?:declare|typeset|local|readonly)\s+(?:-\w+\s+)*-\w*x\w*|set\s[^;&|]*?(?<=\s)(?:-\w*a\w*|-\w*o\s+allexport)"
    r"|(?:conda|mamba|micromamba)\s+activate|module\s+load)(?!\w)"
)
_NAMES = r"(?:PATH|HOME|SHELL|USER|TZ|TMPDIR|LANG|JAVA_HOME|(?:LC|LD|NB|R|CONDA|JUPYTER|PYTHON)\w*)"
_KNOWN = re.compile(rf"{_BEGINS}(?={_NAMES}\+?=){_ONE}(?:\s+{_AFTER})*\s*(?:$|[;&|)(\"'`])")
_FILLS = re.compile(
    rf"{_BEGINS}(?:read|mapfile|readarray|printf\s+-v|readonly|declare|typeset)\s(?:[^;&|]*\s)?{_NAMES}(?!\w)"
)
_REPLACES = re.compile(_BEGINS + r"exec\s")
_SERVERS = (
    *("pg_ctl", "pg_ctlcluster", "service", "systemctl", "supervisord", "start-stop-daemon", "daemonize"),
    *("setsid", "screen", "tmux", "systemd-run", "at", "batch"),
)
_DETACHED = ("--daemonize", "--daemon", "--fork", "--detach")
_CONTAINERS = ("docker", "podman", "docker-compose")
_NOTEBOOKS = re.compile(r"jupyter-?(?:lab|labhub|notebook|server|nbclassic|hub-singleuser)?|notebook|nbclassic|voila")
_PAGES = re.compile(r"lab|labhub|notebook|server|nbclassic|retro|voila")
_READ_AT_START = re.compile(r"jupyter_\w*config|\.jupyter/|/etc/jupyter|labextensions/|overrides\.json")
_OF_JUPYTER = ("labextension", "nbextension", "serverextension", "server", "workspaces", "extension")

BB416 = Rule(
    "BB416",
    "start does what takes long, and could do it beside the open notebook",
    "from `first.d` it takes as long as it needs, with its progress shown, and the notebook does not wait. What it "
    "exports reaches nobody there, so that a start that exports, leaves something running or looks at the notebook's "
    "command stays where it is",
    "answer `starts_beside` with the directory's name; or put the lines that take long into a script of their own in "
    "`binder/first.d`",
)


class Obstacle(NamedTuple):
    """`line` counts from 1."""

    line: int
    reason: str


def can(directory: Directory) -> bool:
    """Whether its start takes long, and can do so beside the notebook."""
    return bool(slow.found(directory)) and obstacle(directory) is None


def offered(directories: Iterable[Directory]) -> list[tuple[Directory, Run]]:
    """Those that can, each with the first thing that takes long."""
    return [(directory, slow.found(directory)[0]) for directory in directories if can(directory)]


def obstacle(directory: Directory) -> Obstacle | None:
    """The first thing that keeps the start where it is."""
    path = directory.path("start")
    text, _ = decode(shell.unix(directory.tree[path], path))
    if "\0" in text or shell.interpreter(text) not in _SHELLS:
        return Obstacle(1, "is no script of a POSIX shell")
    found = [*_in_lines(text), *_in_runs(runs(directory.tree, path), path)]
    return min(found, default=None)


def _in_lines(text: str) -> Iterator[Obstacle]:
    lines = list(shell.commands(text))
    last = lines[-1] if lines else shell.Line(0, "", True)
    is_over = last.top and bool(_HANDS_OVER.fullmatch(last.text))
    for number, raw in enumerate(text.split("\n"), 1):
        if _ARGUMENTS.search(raw) and not raw.lstrip().startswith("#") and not (is_over and number >= last.number):
            yield Obstacle(number, "names the notebook's command, or its own arguments, which are none there")
    for line in lines:
        if _REPLACES.search(line.text) and not (is_over and line is last):
            yield Obstacle(line.number, "hands over to something else than the notebook's command")
        elif any(kind.search(line.text) for kind in (_SETS, _KNOWN, _FILLS)):
            yield Obstacle(line.number, "sets what the notebook is to have, which is lost there")


def _in_runs(every: Iterable[Run], path: str) -> Iterator[Obstacle]:
    for run in every:
        line = run.call.line if run.path == path else 0
        if not run.call.waited_for or _stays(run.call):
            yield Obstacle(line, f"leaves '{shown(run.call.program)}' running, which the first cell may want")
        elif _is_notebook(run.call):
            yield Obstacle(line, "starts a notebook of its own, which would be a second one")
        elif _is_for_jupyter(run.call):
            yield Obstacle(line, "does what Jupyter reads when it starts")


def _stays(call: Call) -> bool:
    """Whether it leaves something behind."""
    arguments = {*call.arguments}
    is_container = call.program in _CONTAINERS and "-d" in arguments
    return call.program in _SERVERS or is_container or bool({*_DETACHED} & arguments)


def _is_notebook(call: Call) -> bool:
    if not _NOTEBOOKS.fullmatch(call.program) or {"--version", "--help"} & {*call.arguments}:
        return bool(re.fullmatch(r"start-(?:notebook|singleuser)(?:\.sh|\.py)?", call.program))
    word = next((word for word in call.arguments if not word.startswith("-")), "")
    return call.program != "jupyter" or bool(_PAGES.fullmatch(word))


def _is_for_jupyter(call: Call) -> bool:
    if call.program.startswith("jupyter") and {*_OF_JUPYTER} & {call.program.partition("-")[2], *call.arguments}:
        return True
    if any(map(_READ_AT_START.search, (*call.targets, *call.words))):
        return True
    return "install" in call.arguments and any("jupyter" in word for word in call.arguments)


def examine(directory: Directory) -> Iterator[Finding]:
    """One for a start that takes long, and is not run beside the notebook."""
    takers = slow.found(directory)
    if not takers:
        return
    path = directory.path("start")
    lines = sorted({run.call.line for run in takers if run.path == path})
    where = f"in {'line' if len(lines) == 1 else 'lines'} {', '.join(map(str, lines))}" if lines else "in what it calls"
    kept = obstacle(directory)
    if kept is None:
        reason = f"does {where} what takes long, and could do it beside the open notebook, from {FOLDER}"
        remedy = f"name it in an answer: copier update --trust --data '{ANSWER}=[{directory.label}]'"
        yield _at(directory, lines[0] if lines else 0, reason, remedy)
        return
    at = f"line {kept.line}" if kept.line else "a script that it calls"
    reason = f"does {where} what takes long, and cannot do it beside the open notebook: {at} {kept.reason}"
    remedy = f"put the lines that take long into a script of their own in {FOLDER}"
    yield _at(directory, kept.line, reason, remedy)


def _at(directory: Directory, line: int, reason: str, remedy: str) -> Finding:
    path = directory.path("start")
    lines = decode(directory.tree[path].data)[0].split("\n")
    text = shown(lines[line - 1].strip()) if line else ""
    return directory.finding(BB416, path, reason, remedy, line=line, text=text)
