"""Which unit a file of the result, or a line of it, is from.

- a file that a unit places is that unit's as a whole
- a line of a merged file names its units in the comment at its end; in `env` they stand above their lines;
  in `order` a line is a name
- what is the template's own is nobody's
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable
from typing import Any

HEADED = "env"


def owners(composition: Any, target: Any, files: Callable[[Any], Iterable[str]]) -> dict[str, str]:
    """Path -> the unit that places the file, as the catalogue's folders say."""
    found = {}
    for component in composition.components:
        for source in files(component):
            path = target(component, source.removesuffix(".jinja"), composition.binder_dir)
            if path is not None:
                found[path] = component.name
    for output in composition.delivery:
        for source in files(output):
            if source.startswith("files/"):
                found[source.removeprefix("files/").removesuffix(".jinja")] = output.name
    return found


def names(composition: Any) -> set[str]:
    """Whoever can be the source of a line."""
    units = {unit.name for unit in (*composition.components, *composition.delivery)}
    return {*units, *(directory.label for directory in composition.directories)}


def lines(path: str, text: str, known: Container[str]) -> list[list[str]]:
    """For each line the names of those that it is from."""
    found, heading = [], list[str]()
    is_headed = path.rpartition("/")[2] == HEADED
    for line in text.splitlines():
        if is_headed and line.startswith("# "):
            heading = [line[2:]] if line[2:] in known else []
        beside = [line] if line in known else _beside(line, known)
        found.append(beside or (heading if is_headed else []))
    return found


def _beside(line: str, known: Container[str]) -> list[str]:
    """The names in the comment at the end of a line."""
    _, mark, comment = line.rpartition("  # ")
    if not mark:
        return []
    plain = re.sub(r"\([^()]*\)", "", comment)
    words: Iterable[str] = (word.strip() for part in plain.split(";") for word in part.split(","))
    return [word for word in dict.fromkeys(one.removesuffix(" wanted this") for one in words) if word in known]
