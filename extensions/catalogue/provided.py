"""What the installed components provide for others: how a component finds whatever is there, and knows no name.

    provides:
      sql: postgresql+psycopg://
      web: {name: OpenRefine, path: openrefine/}

- an interface is a name, and what it means is the same for all that provide it:

    sql        address of the course's database, as SQLAlchemy takes it
    mongodb    address of the course's database, as its drivers take it
    bolt       address, as Neo4j's drivers take it
    web        {name, path}: a page behind the notebook's proxy, and its path below the notebook's address
    java       the major version that runs

- a value is text, a number, or a mapping of these; in text `$NAME` is a variable of the session, as it is in `env`, and
  whoever reads it there replaces it
- files that are rendered have it as `provided`, {interface: [{component, value}, ...]} in the order of the components;
  report.json has the same
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .units import Component

Provided = dict[str, list[dict[str, Any]]]


def by_interface(components: Iterable[Component]) -> Provided:
    """{interface: [{component, value}, ...]}, the interfaces in the order of their names."""
    found: Provided = {}
    for component in components:
        for interface, value in component.provides.items():
            found.setdefault(interface, []).append({"component": component.name, "value": value})
    return dict(sorted(found.items()))
