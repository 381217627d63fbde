"""Texts in an answer: each is one line, all of which can be seen, of a length that somebody types.

They become names of databases, titles, variables of shells, keys of YAML and lines of lists, and are shown in terminals
and browsers. What none of these holds or shows is refused at the question.
"""

from __future__ import annotations

import re
from typing import Any

from ..errors import BlocksError
from ..text import HIDDEN

LONGEST = 1000
# Byte order marks, and what is no character: YAML holds neither.
UNSEEN = re.compile(rf"{HIDDEN.pattern}|[\ufeff\ufffe\uffff]")


def refuse(name: str, value: Any) -> None:
    """Raises `BlocksError` where a text in the answer `name` cannot be used."""
    waiting, seen = [value], set[int]()
    while waiting:
        one = waiting.pop()
        if isinstance(one, (list, dict)) and id(one) not in seen:  # YAML can name a list again, even in itself
            seen.add(id(one))
            waiting += reversed([*one, *one.values()] if isinstance(one, dict) else one)
        elif isinstance(one, str):
            _refuse(name, one)


def _refuse(name: str, text: str) -> None:
    if unseen := UNSEEN.search(text):
        raise BlocksError(f"{name}: {text!a}: has a character that cannot be seen, {unseen[0]!a}; write it on one line")
    if len(text) > LONGEST:
        raise BlocksError(f"{name}: must not be longer than {LONGEST} characters, and has {len(text)}")
