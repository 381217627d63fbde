"""A program that a script calls, as it is read from the text, and how much is read."""

from __future__ import annotations

from typing import NamedTuple

# What is looked at: nobody writes more by hand.
LONGEST, DEEPEST, MOST = 200_000, 30, 5_000
# What only the run can tell.
UNKNOWN = "$_"


class Call(NamedTuple):
    """`line` counts from 1; `targets` are files written by `>`; `given` is a here-document or the like.

    `shell` tells subshells apart: a `cd` in `(1, 2)` does not count in `(1,)`.
    """

    line: int
    words: tuple[str, ...]
    targets: tuple[str, ...] = ()
    given: str = ""
    reads: bool = False
    guards: frozenset[str] = frozenset()
    waited_for: bool = True
    shell: tuple[int, ...] = ()
    function: str = ""

    @property
    def program(self) -> str:
        """Its name, without its folder."""
        return self.words[0].rstrip("/").rpartition("/")[2] if self.words else ""

    @property
    def arguments(self) -> tuple[str, ...]:
        return self.words[1:]
