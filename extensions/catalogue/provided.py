"""What the installed components provide for others: how a component finds whatever is there, and knows no name.

    provides:
      sql: postgresql+psycopg://$PGUSER:$PGPASSWORD@$PGHOST/$PGDATABASE
      web: {name: OpenRefine, path: openrefine/}

- an interface is a name, and what it means is the same for all that provide it:

    sql        address of the course's database, as SQLAlchemy takes it, with user, password, host and database where it
               is a server's, since programs read it that know no variables of its clients; of a port that is not a
               server's usual one, the number; of a file the whole path, sqlite:////path
    mongodb    address of the course's database, as its drivers take it
    redis      address, as Redis' clients take it
    sparql     address that SPARQL queries are sent to
    mqtt       address of the broker, mqtt://HOST:PORT
    bolt       address, as Neo4j's drivers take it
    postgres-extension    name of an extension, which PostgreSQL makes before the author's first file
    web        {name, path}: a page behind the notebook's proxy, and its path below the notebook's address
    panel      path of a page that shows, saves, restores and restarts the services, below the notebook's address; it
               has a tile, *Services*
    java       the major version that runs
    r          the program that runs a script of R
    r-ide      path of an editor for R, below the notebook's address

- a value is text, a number, or a mapping of these; in text `$NAME` is a variable of the session, as it is in `env`, and
  whoever reads it there replaces it: in an address after it has been taken apart, for a password may hold `@`, `/`, `%`
- files that are rendered have it as `provided`, {interface: [{component, value}, ...]} in the order of the components;
  report.json has the same
- what other people's files want (`foreign.wanted`) and nothing that was asked for provides brings along the first that
  does, by name; `wanted` in files that are rendered says what they want
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .selection import select
from .units import Component

Provided = dict[str, list[dict[str, Any]]]


def by_interface(components: Iterable[Component]) -> Provided:
    """{interface: [{component, value}, ...]}, the interfaces in the order of their names."""
    found: Provided = {}
    for component in components:
        for interface, value in component.provides.items():
            found.setdefault(interface, []).append({"component": component.name, "value": value})
    return dict(sorted(found.items()))


def providing(interfaces: Iterable[str], asked: Iterable[str], components: Mapping[str, Component]) -> list[str]:
    """The names asked for, and for each interface that these lack one that provides it, where there is one."""
    names = [*asked]
    for interface in interfaces:
        if not any(interface in component.provides for component in select(names, components)):
            others = (one.name for one in components.values() if interface in one.provides and not one.retired)
            names += [*others][:1]
    return names
