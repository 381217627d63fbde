"""What was asked for -> what is installed, in order.

- a former name stands for the component that has had it
- everything a component `requires` comes along, and stands before it
- `after` orders two components when both are there, and brings nothing along
- between components that nothing orders, names decide, so the order is a function of the names alone
- an unknown name, a conflict or a cycle is an error that names the components
"""

from __future__ import annotations

import difflib
import graphlib
import heapq
from collections.abc import Iterable, Mapping

from ..errors import BlocksError
from .manifest import Component, current_names


def select(asked: Iterable[str], catalogue: Mapping[str, Component]) -> list[Component]:
    """The components to install, in order; raises `BlocksError` for what cannot be installed."""
    chosen = _closure(asked, catalogue)
    _refuse_conflicts(chosen)
    return _ordered(chosen)


def _closure(asked: Iterable[str], catalogue: Mapping[str, Component]) -> dict[str, Component]:
    chosen: dict[str, Component] = {}
    names = current_names(catalogue)
    waiting = [(names.get(name, name), "") for name in asked]
    while waiting:
        name, wanted_by = waiting.pop()
        if name in chosen:
            continue
        if name not in catalogue:
            raise BlocksError(_unknown(name, wanted_by, catalogue))
        chosen[name] = catalogue[name]
        waiting += [(other, name) for other in catalogue[name].requires]
    return chosen


def _unknown(name: str, wanted_by: str, catalogue: Mapping[str, Component]) -> str:
    if wanted_by:
        return f"components/{wanted_by}/component.yml: requires '{name}', which is not in the catalogue"
    close = difflib.get_close_matches(name, catalogue, n=1)
    hint = f"did you mean '{close[0]}'? " if close else ""
    return f"components: there is no component '{name}'; {hint}There are: {', '.join(catalogue)}"


def _refuse_conflicts(chosen: Mapping[str, Component]) -> None:
    for component in chosen.values():
        for other in component.conflicts:
            if other in chosen:
                first, second = sorted((component.name, other))
                raise BlocksError(f"components: '{first}' and '{second}' cannot be installed together; choose one")


def _ordered(chosen: Mapping[str, Component]) -> list[Component]:
    sorter = graphlib.TopologicalSorter(
        {
            name: [other for other in (*component.requires, *component.after) if other in chosen]
            for name, component in sorted(chosen.items())
        }
    )
    try:
        sorter.prepare()
    except graphlib.CycleError as error:
        cycle = " -> ".join(reversed(error.args[1]))
        raise BlocksError(f"components: 'requires' and 'after' form a cycle: {cycle}; remove one of them") from error
    order: list[Component] = []
    ready: list[str] = []
    while sorter.is_active():
        for name in sorter.get_ready():
            heapq.heappush(ready, name)
        name = heapq.heappop(ready)
        order.append(chosen[name])
        sorter.done(name)
    return order
