"""The answer `devcontainer_databases` and the composition -> what devcontainer.json needs."""

from __future__ import annotations

from dataclasses import dataclass

from extensions.composition import Composition
from extensions.outputs import Facts
from extensions.reach import UNREACHED, Port, ports


@dataclass(frozen=True)
class DevContainer:
    image: str
    reached: list[Port]


def facts(composition: Composition) -> Facts:
    asks = bool(composition.answers.get("devcontainer_databases"))
    reached = ports(composition.components) if asks else []
    values = DevContainer(composition.facts("image").values.name, reached)
    return Facts(values, (UNREACHED.format("devcontainer_databases"),) if asks and not reached else ())
