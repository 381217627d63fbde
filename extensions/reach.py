"""The ports of databases that a course's programs outside the container may reach.

- those of the components of the category databases, in the order of the components
- each has a variable for the port on the computer: COURSE_MONGODB_PORT, COURSE_NEO4J_BOLT_PORT
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .catalogue.manifest import Component

DATABASES = "databases"
# What asking for them alone gives.
UNREACHED = "the answer '{}' reaches nothing: no component here is a database with a port"


@dataclass(frozen=True)
class Port:
    title: str
    number: int
    variable: str


def ports(components: Iterable[Component]) -> list[Port]:
    databases = [one for one in components if one.category.casefold() == DATABASES]
    return [_port(one, label, number) for one in databases for label, number in one.ports.items()]


def _port(component: Component, label: str, number: int) -> Port:
    """A label that is the component's own name is not said twice."""
    is_only = label.casefold() == component.name
    name = component.name if is_only else f"{component.name}_{label}"
    variable = re.sub(r"\W", "_", f"course_{name}_port", flags=re.ASCII).upper()
    return Port(component.title if is_only else f"{component.title} ({label})", number, variable)
