"""The commands on the pages, as somebody copies them: the fenced blocks of shell, and what stands behind a `$`.

A comment right above a block says where it is run, `<!-- run in: a course -->`, or why it is not,
`<!-- not run: it asks GitHub -->`. A block without one goes on where the block above it was run; the first of a page
is run in an empty folder. `PLACES` are the places that there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SHELLS = ("sh", "bash", "shell", "console")
FENCE = re.compile(r"^( *)```(\S*)\s*$")
SAID = re.compile(r"^ *<!-- (run in|not run): (\S.*) -->$")
NEW = "an empty folder"


@dataclass(frozen=True)
class Block:
    """`place` is empty where it goes on with the block above; `reason` says why it is not run."""

    page: str
    line: int
    script: str
    place: str = ""
    reason: str = ""


class PageError(Exception):
    """What of a page cannot be read, with its line."""


def blocks(page: Path, name: str) -> Iterator[Block]:
    """Those of a page, in their order."""
    lines = page.read_text(encoding="utf-8").split("\n")
    said, number = None, 0
    while number < len(lines):
        start = FENCE.match(lines[number])
        marked = SAID.match(lines[number])
        if marked:
            said = (number, marked[1], marked[2])
        elif start:
            end = next(at for at in range(number + 1, len(lines)) if lines[at].strip() == "```")
            text = [line[len(start[1]) :] for line in lines[number + 1 : end]]
            if script := _script(start[2], text):
                place, reason = ("", "") if said is None else (said[2], "") if said[1] == "run in" else ("", said[2])
                yield Block(name, number + 1, script, place, reason)
                said = None
            number = end
        elif lines[number].strip() and said is not None:
            break
        number += 1
    if said is not None:
        raise PageError(f"{name}:{said[0] + 1}: there are no commands below this comment; remove it")


def _script(language: str, lines: list[str]) -> str:
    """The commands among these lines; none where there are none."""
    if prompted := [line[2:] for line in lines if line.startswith("$ ")]:
        return "\n".join(prompted) + "\n"
    return "\n".join(lines) + "\n" if language in SHELLS else ""
