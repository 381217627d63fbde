"""Servers that somebody else's start begins, and a component brings too.

- a component says in `starts` by which programs people start its server, and as which service; what starts a service
  (`service NAME start`, `systemctl`, `docker run`) is known here
- a start that names another port for it begins another server
- what stops a server, or only asks it something, starts none
- a number of four or five digits in a start may be a port, too
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .catalogue.units import Component
from .foreign.directory import Directory
from .foreign.runs import Run, runs
from .model import Want
from .text import decode

PORT = re.compile(r"(?<![\w.])\d{4,5}(?![\w.])")
_GIVEN = re.compile(r"(?:^|\s)(?:-p|--?port)[= ]*(\d{2,5})\b|\bport=(\d{2,5})\b")
_VERSION = re.compile(r"(?:@|[-_]v?(?=\d)).*$")
_NO_START = {"--version", "-V", "--help", "--shutdown", "stop", "status"}
_BEGIN = {"start", "restart", "reload-or-restart", "run", "up", "create"}
# Program -> whether the service stands before the verb.
_MANAGERS = {
    **dict.fromkeys(("service", "invoke-rc.d", "rc-service", "sv"), True),
    **dict.fromkeys(("systemctl", "initctl", "supervisorctl", "brew", "snap", "docker", "podman", "nerdctl"), False),
}


@dataclass
class Foreign:
    """What of a directory's start is about a component: the lines that start its server, and those with its ports."""

    starting: list[Want] = field(default_factory=list)
    naming: dict[int, list[Want]] = field(default_factory=dict)


def of_directory(components: Iterable[Component], directory: Directory) -> Iterator[tuple[Component, Foreign]]:
    """For each component that the start of the directory is about, in order."""
    path = directory.path("start")
    if path not in directory.tree:
        return
    run = runs(directory.tree, path)
    lines = {path: _lines(directory, path)}
    for component in components:
        found = Foreign()
        for one in run:
            if starts(component, one.call.words) and not _is_told_otherwise(component, _text(directory, one)):
                known = lines.setdefault(one.path, _lines(directory, one.path))
                want = Want(known.get(one.call.line, ""), directory.label, directory.where(one.path), one.call.line)
                found.starting += [] if want in found.starting else [want]
        for number, line in lines[path].items():
            for port in {*map(int, PORT.findall(line))} & {*component.ports.values()}:
                want = Want(line, directory.label, directory.where(path), number)
                found.naming.setdefault(port, []).append(want)
        if found.starting or found.naming:
            yield component, found


def _lines(directory: Directory, path: str) -> dict[int, str]:
    """The lines of code of a script, by their number."""
    text, _ = decode(directory.tree[path].data)
    numbered = ((number, " ".join(line.split())) for number, line in enumerate(text.split("\n"), start=1))
    return {number: line for number, line in numbered if line and line[0] != "#"}


def _text(directory: Directory, run: Run) -> str:
    return decode(directory.tree[run.path].data)[0]


def starts(component: Component, words: tuple[str, ...]) -> bool:
    """Whether these words of a command start the component's server."""
    if not words or _NO_START & {*words[1:]}:
        return False
    name, arguments = words[0].rstrip("/").rpartition("/")[2], words[1:]
    if not _is_for(component, " ".join(arguments)):
        return False
    for command in component.starts.get("commands", ()):
        program, *needed = command.split()
        if program in (name, _VERSION.sub("", name)) and {*needed} <= {*arguments}:
            return True
    return any(service in component.starts.get("services", ()) for service in _services(words[0], name, arguments))


def _services(program: str, name: str, arguments: tuple[str, ...]) -> Iterator[str]:
    """Which services a service manager is told to start, without their versions."""
    if not _BEGIN & {*arguments}:
        return
    if "/init.d/" in program:
        yield _VERSION.sub("", name)
    elif name in _MANAGERS:
        for word in arguments[:1] if _MANAGERS[name] else arguments:
            last = word.rpartition("/")[2].partition(":")[0]
            yield _VERSION.sub("", last.removesuffix(".service"))


def _is_for(component: Component, arguments: str) -> bool:
    """Whether the port that the arguments name, if any, is one of the component's."""
    given = [int(one or other) for one, other in _GIVEN.findall(arguments)]
    return not given or not component.ports or any(port in component.ports.values() for port in given)


def _is_told_otherwise(component: Component, script: str) -> bool:
    """Whether the script sets another port in the variable that holds the component's."""
    ports = {name: value for name, value in component.env.items() if value.isdigit()}
    ports = {name: value for name, value in ports.items() if int(value) in component.ports.values()}
    given = {name: re.findall(rf"(?m)^[^#\n]*\b{name}=[\"']?(\d+)", script) for name in ports}
    return any(found and ports[name] not in found for name, found in given.items())
