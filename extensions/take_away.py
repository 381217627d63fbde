"""The answers `take_away`, `reach_databases` and `devcontainer` -> what compose.yaml and devcontainer.json need.

- reached are the ports of the components of the category databases, when asked for
- each has a variable for the port on the computer: COURSE_MONGODB_PORT, COURSE_NEO4J_BOLT_PORT
- devcontainer.json names an image that others can pull
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .catalogue import Component
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
    if answers.get("reach_databases") and not (answers.get("take_away") or answers.get("devcontainer")):
        raise BlocksError("reach_databases: needs compose.yaml or devcontainer.json; add --data take_away=true")


def ports(components: Iterable[Component]) -> list[Port]:
    """Those of the databases, in the order of the components."""
    found = []
    for component in components:
        if component.category.casefold() != DATABASES:
            continue
        for label, number in component.ports.items():
            is_other = component.name.casefold() not in (label.casefold(), "")
            words = ["course", component.name, *([label] if is_other else []), "port"]
            title = f"{component.title} ({label})" if is_other else component.title
            found.append(Port(title, number, "_".join(words).upper().replace("-", "_")))
    return found
