"""The names of answers that are given: which no answer can have, and which are meant for another.

- a name that the templates use for something else would take its place there
- a question without a `when` that could be met is computed from the other answers
- a name that is close to a question's is that one, misspelt; any other passes, for a data file may serve other tools,
  and so does whatever begins with `_`
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable

from ..errors import BlocksError
from .questions import Questions

# As near as 'course' is to 'course_name'.
CLOSE = 0.7
# Jinja's name for a template, and the one by which the templates' file names hand on what is in the file.
TAKEN = ("self", "file")


def refuse_taken(names: Iterable[str], questions: Questions, used: Collection[str]) -> None:
    """Raises `BlocksError` for the first name that no answer can have; `used` are those of the engine's functions."""
    for name in names:
        if name in questions and questions[name].get("when") is False:
            raise BlocksError(f"{name}: follows from the other answers, and cannot be given; leave it out")
        if name not in questions and (name in used or name in TAKEN):
            raise BlocksError(
                f"{name}: is what the templates call something of their own; leave it out, or name it _{name}"
            )


def refuse_misspelt(names: Iterable[str], questions: Questions) -> None:
    """Raises `BlocksError` for the first name that is close to one that can be answered."""
    asked = [name for name, question in questions.items() if question.get("when") is not False]
    for name in names:
        if name in questions or name.startswith("_"):
            continue
        if close := difflib.get_close_matches(_plain(name), asked, 1, CLOSE):
            raise BlocksError(
                f"{name}: is no question; did you mean '{close[0]}'? What is for other tools can be named _{name}"
            )


def _plain(name: str) -> str:
    return name.strip().lower().replace("-", "_").replace(" ", "_")
