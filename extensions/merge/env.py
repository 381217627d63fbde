"""binder/env: the variables that postBuild, start, verify and the services share.

- the course's answers first, then component by component, in order: the answers to its questions, under their names in
  upper case, and its manifest's `env`; a later value may refer to an earlier name
- one owner a name: a second one clashes
- answers are quoted literally; where one is open, a value that the container was given comes first
- manifest values stand in double quotes, where `$NAME` is expanded
- true and false are written so, a list one item a line
"""

from __future__ import annotations

import itertools
import shlex
from collections.abc import Container, Iterable, Mapping
from typing import Any

from ..catalogue.manifest import Component
from ..model import Entry, Merged, Want, merge_wants

ANCHOR = "# Your own variables go below this line."
COURSE = "course"


def merge(
    components: Iterable[Component],
    course: Mapping[str, Any],
    answers: Mapping[str, Any],
    open_: Container[str] = (),
) -> Merged:
    """`course`: answers that belong to no component; `answers`: all of them. Both keyed by question name."""
    wants = [_answer(name, value, COURSE, name in open_) for name, value in course.items()]
    for component in components:
        own = sorted(name for name in answers if name.startswith(component.prefix))
        wants += [_answer(name, answers[name], component.name) for name in own]
        file = f"components/{component.name}/component.yml"
        wants += [(name, Want(f'"{text}"', component.name, file, 0)) for name, text in component.env.items()]
    return merge_wants("variable", wants, lambda texts: None, "one component may own a variable; rename the other")


def _answer(name: str, value: Any, owner: str, is_open: bool = False) -> tuple[str, Want]:
    quoted, variable = shlex.quote(as_text(value)), name.upper()
    text = f"${{{variable}:-{quoted}}}" if is_open else quoted
    return variable, Want(text, owner, f"answer {name}", 0)


def as_text(value: Any) -> str:
    """An answer as a variable's value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "\n".join(map(as_text, value))
    return str(value)


def render(merged: Merged) -> str:
    """`export` lines under the name of the component they are from, then the author's anchor.

    The name stands above, not beside: shfmt aligns comments, and one long line would then move all others.
    """
    lines = []
    for owner, entries in itertools.groupby(merged.entries, key=lambda entry: entry.provenance):
        lines += [f"# {owner}", *(line for entry in entries for line in _lines(entry))]
    return "".join(f"{line}\n" for line in [*lines, ANCHOR])


def _lines(entry: Entry) -> list[str]:
    return [f"export {entry.name}={entry.text}", *entry.lost]
