"""`--data 'add=[...]'` and `--data 'remove=[...]'` of an update -> the answers `components` and `outputs`.

Whoever adds one block need not name the others, and cannot drop them by accident. Both take names of blocks and of
outputs, in a list or as one word.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from ..catalogue.selection import select
from ..catalogue.units import Catalogue
from ..errors import BlocksError
from .questions import names

ADD, REMOVE = "add", "remove"
VERBS = frozenset((ADD, REMOVE))
# The answers that they change.
LISTS = ("components", "outputs")
WORD = re.compile(r"[\w-]+")


def amended(data: Mapping[str, Any], before: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """The answers that these two make, given those `before`; raises `BlocksError` for a name that cannot be."""
    added, removed = (_names(verb, data) for verb in (ADD, REMOVE))
    known = {"components": catalogue.components, "outputs": catalogue.outputs}
    for verb, asked in ((ADD, added), (REMOVE, removed)):
        for answer in LISTS:
            if asked and answer in data:
                raise BlocksError(f"{verb}: cannot be given beside '{answer}', which names all; leave one of them out")
    result = {}
    for answer, units in known.items():
        there = [*(before.get(answer) or ())]
        coming = [name for name in added if name in units or (answer == "components" and not _is_output(name, known))]
        going = [name for name in removed if name in there]
        if coming or going:
            select(coming, units)  # says what there is, where there is no such block
            result[answer] = [
                name for name in [*there, *(one for one in coming if one not in there)] if name not in going
            ]
    for name in removed:
        if not any(name in (before.get(answer) or ()) for answer in LISTS):
            raise BlocksError(f"remove: {_absent(name, before, catalogue)}")
    return result


def _names(verb: str, data: Mapping[str, Any]) -> list[str]:
    value = data.get(verb, [])
    return [value] if isinstance(value, str) and WORD.fullmatch(value) else names(verb, value)


def _is_output(name: str, known: Mapping[str, Collection[str]]) -> bool:
    return name in known["outputs"]


def _absent(name: str, before: Mapping[str, Any], catalogue: Catalogue) -> str:
    """Why a name cannot be taken away."""
    there = [*(before.get("components") or ()), *(before.get("outputs") or ())]
    needing = [
        one for one in before.get("components") or () if name in _needed(one, catalogue) and one in catalogue.components
    ]
    if needing:
        return f"'{name}' is needed by {' and '.join(map(repr, needing))}; it goes with that"
    return f"there is no '{name}' in this repository, which has {', '.join(there) or 'none'}"


def _needed(name: str, catalogue: Catalogue) -> list[str]:
    return [one.name for one in select([name], catalogue.components)] if name in catalogue.components else []
