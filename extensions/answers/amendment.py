"""`--data 'add=[...]'` and `--data 'remove=[...]'` of an update -> the answers that they change.

Whoever adds one block need not name the others, and cannot drop them by accident. Both take names of blocks and of
outputs, in a list or as one word.

- in `components` and `outputs` names come and go
- what comes along by itself (`companions`) is taken away by the answer `without`, and stays away until it is added
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ..catalogue.companions import WITHOUT, companions
from ..catalogue.selection import select
from ..catalogue.units import Catalogue
from ..errors import BlocksError
from .questions import names

ADD, REMOVE = "add", "remove"
VERBS = frozenset((ADD, REMOVE))
# The answers that they change.
LISTS = ("components", "outputs")


def amended(data: Mapping[str, Any], before: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """The answers that these two make, given those `before`; raises `BlocksError` for a name that cannot be."""
    added, removed = (names(verb, data.get(verb, [])) for verb in (ADD, REMOVE))
    known = {"components": catalogue.components, "outputs": catalogue.outputs}
    for verb, asked in ((ADD, added), (REMOVE, removed)):
        for answer in (*LISTS, WITHOUT):
            if asked and answer in data:
                raise BlocksError(f"{verb}: cannot be given beside '{answer}', which names all; leave one of them out")
    result: dict[str, Any] = {}
    for answer, units in known.items():
        there = [*(before.get(answer) or ())]
        coming = [name for name in added if name in units or (answer == "components" and not _is_output(name, known))]
        going = [name for name in removed if name in there]
        if coming or going:
            select(coming, units)  # says what there is, where there is no such block
            result[answer] = [
                name for name in [*there, *(one for one in coming if one not in there)] if name not in going
            ]
    away = [*(before.get(WITHOUT) or ())]
    for name in removed:
        if name in companions(catalogue.components) and name not in away and not _needing(name, before, catalogue):
            away.append(name)
        elif not any(name in (before.get(answer) or ()) for answer in LISTS):
            raise BlocksError(f"remove: {_absent(name, before, catalogue)}")
    away = [name for name in away if name not in added]
    return {**result, WITHOUT: away} if away != [*(before.get(WITHOUT) or ())] else result


def _is_output(name: str, known: Mapping[str, Collection[str]]) -> bool:
    return name in known["outputs"]


def _absent(name: str, before: Mapping[str, Any], catalogue: Catalogue) -> str:
    """Why a name cannot be taken away."""
    there = [*(before.get("components") or ()), *(before.get("outputs") or ())]
    if needing := _needing(name, before, catalogue):
        return f"'{name}' is needed by {' and '.join(map(repr, needing))}; it goes with that"
    return f"there is no '{name}' in this repository, which has {', '.join(there) or 'none'}"


def _needing(name: str, before: Mapping[str, Any], catalogue: Catalogue) -> list[str]:
    """The blocks asked for that need another one."""
    asked = before.get("components") or ()
    return [one for one in asked if one != name and name in _needed(one, catalogue)]


def _needed(name: str, catalogue: Catalogue) -> list[str]:
    return [one.name for one in select([name], catalogue.components)] if name in catalogue.components else []
