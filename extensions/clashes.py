"""Clashes that no single file shows: ports, Java versions, launcher names, variables of two files.

- a port belongs to one component; a foreign start script that names it is a party too
- Java: every package of one that is asked for is installed; on PATH conda's comes first, else the highest version
- a name in Jupyter's launcher, or a path behind its proxy, belongs to one
- a variable of environment.yml that `binder/env` sets too has that file's value, as it is read later

Catalogue components never clash with one another: a clash of theirs alone is an error, in the catalogue. Where the
course, an import or an adopted directory is a party the answer `clashes` decides: `report` lists it and goes on with
the winner, `refuse` makes it an error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from . import servers as foreign_servers
from .catalogue.units import Component
from .errors import BlocksError
from .foreign.directory import Directory
from .merge import specs
from .model import Clash, Fragment, Merged, Want

JAVA = re.compile(r"openjdk-(\d+)-(?:jdk|jre)\b")
RACE = "one process can listen on it: the catalogue's services and the start scripts race for it"
OWN_JAVA = "the catalogue's servers run on the version of java_version all the same"
LATER = "binder/env is read after the environment is activated"


def ports(components: Iterable[Component], directories: Iterable[Directory]) -> Iterator[Clash]:
    """One for each port that two use."""
    components = [*components]
    owners: dict[int, Want] = {}
    for component in components:
        for label, port in component.ports.items():
            want = Want(f"{label}: {port}", component.name, component.where("component.yml"), 0)
            owner = owners.setdefault(port, want)
            if owner.component != component.name:
                yield Clash("port", f"port {port}", (owner,), (want,), "choose another port for one of them", RACE)
    for directory in directories:
        yield from _servers(owners, components, directory)


def _servers(owners: Mapping[int, Want], components: Iterable[Component], directory: Directory) -> Iterator[Clash]:
    """One for each component whose server the directory's start may begin, and for each port that it may use."""
    for component, theirs in foreign_servers.of_directory(components, directory):
        named = {port: wants for port, wants in theirs.naming.items() if owners[port].component == component.name}
        ours = {port: owners[port] for port in component.ports.values() if owners[port].component == component.name}
        if theirs.starting and ours:
            losing = dict.fromkeys(want for wants in (theirs.starting, *named.values()) for want in wants)
            subject = f"port{'s' * (len(ours) > 1)} {', '.join(map(str, ours))}"
            yield Clash("port", subject, tuple(ours.values()), tuple(losing), "leave it to one of the two", RACE)
            continue
        for port, wants in named.items():
            remedy = "if this line starts a server, leave it to one of the two"
            yield Clash("port", f"port {port}", (owners[port],), tuple(wants), remedy, RACE)


def java(apt: Merged, conda: Merged) -> Iterator[Clash]:
    """One, where several major versions of Java are installed."""
    versions: dict[int, list[Want]] = {}
    for entry in apt.entries:
        if match := JAVA.match(entry.name):
            versions.setdefault(int(match[1]), []).extend(entry.wants)
    first = 0
    for entry in conda.entries:
        spec = specs.parse(entry.text)
        match = re.search(r"\d+", spec.version.text) if spec and spec.name == "openjdk" else None
        if match:
            first = max(first, int(match[0]))
            versions.setdefault(int(match[0]), []).extend(entry.wants)
    if len(versions) > 1:
        winner = first or max(versions)
        losing = tuple(
            want for number in sorted(versions, reverse=True) if number != winner for want in versions[number]
        )
        remedy = "set JAVA_HOME where a program of yours needs another"
        why = "conda's comes first on PATH" if first else "all are installed; the highest is the one on PATH"
        yield Clash("java", "Java", tuple(versions[winner]), losing, remedy, f"{why}; {OWN_JAVA}")


def launchers(configurations: Iterable[Fragment]) -> Iterator[Clash]:
    """One for each server behind the proxy that two `jupyter_server_config.json` name."""
    owners: dict[str, Want] = {}
    for fragment in configurations:
        for name, server in servers(fragment.text).items():
            entry = server.get("launcher_entry") if isinstance(server, Mapping) else None
            title = entry.get("title") if isinstance(entry, Mapping) else None
            for subject in filter(None, (f"proxied path '{name}'", title and f"launcher entry '{title}'")):
                want = Want(str(name), fragment.component, fragment.file, 0)
                owner = owners.setdefault(subject, want)
                if owner.component != want.component:
                    yield Clash("launcher", subject, (owner,), (want,), "rename one of the two")


def servers(text: str) -> Mapping[str, object]:
    """Those that a `jupyter_server_config.json` puts behind the proxy, by name; none where it cannot be read."""
    try:
        found = json.loads(text)["ServerProxy"]["servers"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return found if isinstance(found, Mapping) else {}


def applications(configurations: Iterable[Fragment]) -> Iterator[tuple[str, str]]:
    """Title and path of each server behind the proxy that has a tile in the launcher."""
    for fragment in configurations:
        for name, server in servers(fragment.text).items():
            entry = server.get("launcher_entry", {}) if isinstance(server, Mapping) else None
            if isinstance(entry, Mapping) and entry.get("enabled", True):
                yield str(entry.get("title") or name), str(entry.get("path_info") or f"{name}/")


def variables(env: Merged, environment: Merged) -> list[Clash]:
    """One for each variable that `binder/env` sets otherwise; takes it out of those of environment.yml."""
    owners = {entry.name: entry for entry in env.entries}
    found = []
    for entry in list(environment.entries):
        owner = owners.get(entry.name)
        if owner is not None:
            found.append(Clash("variable", entry.name, owner.wants, entry.wants, "rename one of the two", LATER))
            environment.entries.remove(entry)
            index = env.entries.index(owner)
            env.entries[index] = owners[entry.name] = replace(owner, losing=(*owner.losing, *entry.wants))
    return found


def decide(clashes: Iterable[Clash], open_to: Iterable[str], refuse: bool) -> None:
    """Raises `BlocksError` for the first clash that may not be: all of them, if `refuse`.

    `open_to`: who may clash, as the labels of other people's directories and the names of the course's own components.
    """
    allowed = {*open_to}
    for clash in clashes:
        if refuse:
            raise BlocksError(f"clashes: refuse: {clash}")
        if allowed.isdisjoint(want.component for want in clash.parties):
            raise BlocksError(f"components do not fit together: {clash}")
