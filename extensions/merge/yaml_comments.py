"""Which comments of a YAML text belong to which of its nodes.

- a comment stays with the node on whose lines it is
- one that stands alone belongs to the entry right below it, with those right above it
- the others, as those beside keys, are left
"""

from __future__ import annotations

import yaml

from ..comments import split_comment
from .lines import without_anchors


class Comments:
    """Those of one text; each is given to one node.

    `near`: the lines, from 0, beside or below one. A node on any other line has none, which is faster to know.
    """

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines() if "#" in text else []
        self._possible = {number for number, line in enumerate(self._lines) if "#" in line}
        self._given: set[int] = set()
        self.near = self._possible | {number + 1 for number in self._possible}

    def of(self, node: yaml.Node) -> tuple[str, tuple[str, ...]]:
        """The one behind the node, and those that stand alone right above its line."""
        line, end = node.start_mark.line, node.end_mark
        # a block scalar ends where the next line begins
        rest = self._lines[end.line][end.column :] if end.column and end.line < len(self._lines) else ""
        self._given.update(range(line, end.line + (end.column > 0)))
        return split_comment(" " + rest)[1] if "#" in rest else "", self._above(line)

    def _above(self, line: int) -> tuple[str, ...]:
        first = line
        while self._is_alone(first - 1):
            first -= 1
        self._given.update(range(first, line))
        return tuple(without_anchors(self._lines[number].strip()[1:].strip() for number in range(first, line)))

    def _is_alone(self, line: int) -> bool:
        return line in self._possible and line not in self._given and self._lines[line].lstrip()[:1] == "#"

    def left(self) -> list[str]:
        """Those that belong to no node that was asked for, in the order of their lines."""
        return [split_comment(self._lines[number])[1] for number in sorted(self._possible - self._given)]
