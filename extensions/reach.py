"""The ports that a course's programs outside the container may reach.

- those that their manifests call `reachable`, in the order of the components
- each has a variable for the port on the computer: COURSE_MONGODB_PORT, COURSE_NEO4J_BOLT_PORT
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .catalogue.units import Component

# What asking for them alone gives.
UNREACHED = "the answer '{}' reaches nothing: no component here is a database with a port"


@dataclass(frozen=True)
class Port:
    title: str
    number: int
    variable: str


def ports(components: Iterable[Component]) -> list[Port]:
    return [_port(one, label, one.ports[label]) for one in components for label in one.reachable]


def _port(component: Component, label: str, number: int) -> Port:
    """A label that is the component's own name is not said twice."""
    is_only = label.casefold() == component.name
    name = component.name if is_only else f"{component.name}_{label}"
    variable = re.sub(r"\W", "_", f"course_{name}_port", flags=re.ASCII).upper()
    return Port(component.title if is_only else f"{component.title} ({label})", number, variable)
