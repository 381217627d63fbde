"""What was asked for -> what is installed, in order.

- a former name stands for the unit that has had it
- everything a unit `requires` comes along, and stands before it
- `after` orders two units when both are there, and brings nothing along
- between units that nothing orders, names decide, so the order is a function of the names alone
- an unknown name (the nearest that is offered is told), a conflict (on the version of Java, too) or a cycle is an error
  that names the units
"""

from __future__ import annotations

import difflib
import graphlib
import heapq
from collections.abc import Iterable, Mapping
from typing import TypeVar

from ..errors import BlocksError
from . import java
from .units import HELPERS, Component, Unit, current_names

U = TypeVar("U", bound=Unit)


def select(asked: Iterable[str], units: Mapping[str, U], kind: type[Unit] = Component) -> list[U]:
    """The units of one `kind` to install, in order; raises `BlocksError` for what cannot be installed."""
    chosen = _closure(asked, units, kind)
    _refuse_conflicts(chosen)
    java.check(unit for unit in chosen.values() if isinstance(unit, Component))
    return _ordered(chosen)


def _closure(asked: Iterable[str], units: Mapping[str, U], kind: type[Unit]) -> dict[str, U]:
    chosen: dict[str, U] = {}
    names = current_names(units)
    waiting = [(names.get(name, name), "") for name in asked]
    while waiting:
        name, wanted_by = waiting.pop()
        if name in chosen:
            continue
        if name not in units:
            raise BlocksError(_unknown(name, wanted_by, units, kind))
        chosen[name] = units[name]
        waiting += [(other, name) for other in units[name].requires]
    return chosen


def _unknown(name: str, wanted_by: str, units: Mapping[str, U], kind: type[Unit]) -> str:
    if wanted_by:
        return f"{units[wanted_by].where(kind.MANIFEST)}: requires '{name}', which is not in the catalogue"
    offered = [name for name, unit in units.items() if not isinstance(unit, Component) or unit.category != HELPERS]
    close = difflib.get_close_matches(name, offered, n=1) or difflib.get_close_matches(name, units, n=1)
    hint = f"did you mean '{close[0]}'? " if close else ""
    return f"{kind.SHELF}: there is no {kind.NOUN} '{name}'; {hint}{kind.LISTED} has all"


def _refuse_conflicts(chosen: Mapping[str, Unit]) -> None:
    for unit in chosen.values():
        for other in unit.conflicts:
            if other in chosen:
                first, second = sorted((unit.name, other))
                raise BlocksError(f"{unit.SHELF}: '{first}' and '{second}' cannot be installed together; choose one")


def _ordered(chosen: Mapping[str, U]) -> list[U]:
    sorter = graphlib.TopologicalSorter(
        {
            name: [other for other in (*unit.requires, *unit.after) if other in chosen]
            for name, unit in sorted(chosen.items())
        }
    )
    try:
        sorter.prepare()
    except graphlib.CycleError as error:
        cycle, shelf = " -> ".join(reversed(error.args[1])), chosen[error.args[1][0]].SHELF
        raise BlocksError(f"{shelf}: 'requires' and 'after' form a cycle: {cycle}; remove one of them") from error
    order: list[U] = []
    ready: list[str] = []
    while sorter.is_active():
        for name in sorter.get_ready():
            heapq.heappush(ready, name)
        name = heapq.heappop(ready)
        order.append(chosen[name])
        sorter.done(name)
    return order
