"""What somebody sees who is asked in a terminal: refusals, and what comes along with a choice.

Copier shows a refusal in one line below the prompt, behind "Validation error for question '<name>': ", and cuts it at
the terminal's width. So what is refused there is said in that line as far as it fits, and whole, above the prompt, once
Enter is pressed. Where nobody is asked, a refusal stays what it is.
"""

from __future__ import annotations

import asyncio
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..catalogue.companions import accompanied
from ..catalogue.selection import select
from ..catalogue.units import Component
from ..fitting import WIDTH, broken
from ..text import printable

# Copier's words around a refusal, in front of a text of this length.
AROUND = len("Validation error for question '': ")
# In front of the lines of a question stands an emoji.
LINE = 76
NOTHING = "none? Space chooses; Enter again"


def prompt() -> Any:
    """The prompt that runs; None where nobody is asked."""
    current = sys.modules.get("prompt_toolkit.application.current")
    return current.get_app_or_none() if current else None


def shown(refusal: str, name: str) -> str:
    """A refusal of the answer `name`, as it is to be given to Copier."""
    if not refusal or prompt() is None:
        return refusal
    if _is_entered():
        _say(f"{name}: {refusal}")
    return textwrap.shorten(refusal, WIDTH - AROUND - len(name), placeholder=" ...")


def _is_entered() -> bool:
    """Whether a key asked for the check; while somebody types, a task of the prompt's own does."""
    try:
        return asyncio.current_task() is None
    except RuntimeError:
        return False


def _say(text: str) -> None:
    from prompt_toolkit.application import run_in_terminal

    run_in_terminal(lambda: print(broken(printable(text))))


class Emptiness:
    """Asks once more whether a list is to be empty: Enter without Space is the usual mistake."""

    def __init__(self) -> None:
        self._asked: Any = None

    def refusal(self, value: Sequence[str]) -> str:
        """Why nothing chosen is not taken at once; empty the second time, and where nobody is asked."""
        running = prompt()
        if value or running is None or running is self._asked:
            return ""
        self._asked = running
        return NOTHING


def coming_along(asked: Iterable[str], without: Iterable[str], components: Mapping[str, Component]) -> str:
    """What these bring along, as lines in front of a question; empty where it is nothing."""
    asked = [*asked]
    needed = [component.name for component in select(asked, components)]
    brought = [components[name].title for name in needed if name not in asked]
    every = [component.name for component in select(accompanied(asked, without, components), components)]
    beside = [components[name] for name in every if name not in needed]
    told = [f"Coming along, since a block needs it: {', '.join(brought)}."] if brought else []
    told += [f"Coming along, since there is a {one.comes_with}: {one.title}." for one in beside if one.comes_with]
    lines = (line for text in told for line in textwrap.wrap(text, LINE, break_on_hyphens=False))
    return "".join(f"{line}\n" for line in lines)
