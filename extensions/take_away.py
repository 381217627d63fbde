"""The answers `take_away`, `reach_databases` and `devcontainer` -> what compose.yaml and devcontainer.json need.

- reached are the ports of the components of the category databases, when asked for
- each has a variable for the port on the computer: COURSE_MONGODB_PORT, COURSE_NEO4J_BOLT_PORT
- devcontainer.json names an image that others can pull, and stands beside the notebooks that it is opened with
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .catalogue.manifest import Component
from .errors import BlocksError

DATABASES = "databases"
# What `reach_databases` alone gives.
UNREACHED = "the answer 'reach_databases' reaches nothing: no component here is a database with a port"


@dataclass(frozen=True)
class Port:
    title: str
    number: int
    variable: str


def check(answers: Mapping[str, Any]) -> None:
    """Raises `BlocksError` for answers that lack another one."""
    if answers.get("devcontainer") and not answers.get("image"):
        raise BlocksError("devcontainer: needs an image that can be pulled; add --data image=ghcr.io/owner/name")
    if answers.get("devcontainer") and answers.get("build_branch_only"):
        raise BlocksError("devcontainer: would be on a branch without notebooks; take build_branch_only=false")
    if answers.get("reach_databases") and not (answers.get("take_away") or answers.get("devcontainer")):
        raise BlocksError("reach_databases: needs compose.yaml or devcontainer.json; add --data take_away=true")


def ports(components: Iterable[Component]) -> list[Port]:
    """Those of the databases, in the order of the components."""
    databases = [one for one in components if one.category.casefold() == DATABASES]
    return [_port(one, label, number) for one in databases for label, number in one.ports.items()]


def _port(component: Component, label: str, number: int) -> Port:
    """A label that is the component's own name is not said twice."""
    is_only = label.casefold() == component.name
    name = component.name if is_only else f"{component.name}_{label}"
    variable = re.sub(r"\W", "_", f"course_{name}_port", flags=re.ASCII).upper()
    return Port(component.title if is_only else f"{component.title} ({label})", number, variable)
