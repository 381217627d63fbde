"""binder/env: the variables that postBuild, start, verify and the services share.

- owner by owner, in order: first the answers, under the names of their questions in upper case, then the shell
  expressions; a later value may refer to an earlier name
- one owner a name: a second one clashes
- answers are quoted literally; where one is overridable, a value that the container was given comes first
- expressions stand in double quotes, where `$NAME` is expanded
- true and false are written so, a list one item a line
"""

from __future__ import annotations

import itertools
import shlex
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ..model import Entry, Merged, Want
from .wants import merge_wants

ANCHOR = "# Your own variables go below this line."


class Owner(NamedTuple):
    """Who sets variables: `answers` by the names of their questions, `expressions` by those of the variables.

    `file` is where the expressions stand, as messages name it.
    """

    component: str
    answers: Mapping[str, Any]
    expressions: Mapping[str, str] = {}
    file: str = ""


def merge(owners: Iterable[Owner], overridable: Container[str] = ()) -> Merged:
    """All variables, owner by owner; `overridable`: names of the answers that the container may be given otherwise."""
    wants = (pair for owner in owners for pair in _wants(owner, overridable))
    return merge_wants("variable", wants, "one component may own a variable; rename the other")


def _wants(owner: Owner, overridable: Container[str]) -> Iterator[tuple[str, Want]]:
    for question, value in owner.answers.items():
        name, text = question.upper(), shlex.quote(as_text(value))
        text = f"${{{name}:-{text}}}" if question in overridable else text
        yield name, Want(text, owner.component, f"answer {question}", 0)
    for name, expression in owner.expressions.items():
        yield name, Want(f'"{expression}"', owner.component, owner.file, 0)


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
