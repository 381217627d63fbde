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
    """Those of one text; each is given to one node."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines() if "#" in text else []
        self._possible = {number for number, line in enumerate(self._lines) if "#" in line}
        self._given: set[int] = set()

    def are_near(self, node: yaml.Node) -> bool:
        """Whether there may be one beside or above the node; fast, as most have none."""
        if not self._possible:
            return False
        line = node.start_mark.line
        return line != node.end_mark.line or line in self._possible or line - 1 in self._possible

    def beside(self, node: yaml.Node) -> str:
        """The one behind the node; those on its lines are given away."""
        first, end = node.start_mark.line, node.end_mark
        # a block scalar ends where the next line begins
        rest = self._lines[end.line][end.column :] if end.column and end.line < len(self._lines) else ""
        self._given.update(range(first, end.line + (end.column > 0)))
        return split_comment(" " + rest)[1] if "#" in rest else ""

    def above(self, node: yaml.Node) -> tuple[str, ...]:
        """Those that stand alone right above the node's line."""
        last = first = node.start_mark.line
        while self._is_alone(first - 1):
            first -= 1
        self._given.update(range(first, last))
        return tuple(without_anchors(self._lines[number].strip()[1:].strip() for number in range(first, last)))

    def _is_alone(self, line: int) -> bool:
        return line in self._possible and line not in self._given and self._lines[line].lstrip()[:1] == "#"

    def left(self) -> list[str]:
        """Those that belong to no node that was asked for, in the order of their lines."""
        return [split_comment(self._lines[number])[1] for number in sorted(self._possible - self._given)]
