"""Entries of a list with one entry a line, and the comments around them.

- what stands between a line's `#` and its end is the comment of its entries
- in a foreign fragment a comment that stands alone, and the ones right above it, belong to the next entry, if no empty
  line comes between; all others trail
- the anchors of a merged file are not kept: the file that it is merged into has its own
- in a component's fragment such comments are notes for who maintains it, and stay there
- an entry that its tool could not read is an error in a component, left out of what other people wrote, and found
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from ..comments import one_line
from ..errors import BlocksError
from ..model import Finding, Fragment, Want

ANCHOR = re.compile(r"Your own .* go below this line\b")

# The line before its comment, and the comment.
Split = Callable[[str], "tuple[str, str]"]


class Included(NamedTuple):
    """An entry of a file that the entry `line` names, or of one that this file names; `file` is the named one.

    `asks`: pip installs it; a constraint asks for nothing.
    """

    line: Want
    want: Want
    file: str
    asks: bool


@dataclass
class Notes:
    """What reading came upon beside entries; `trailing` as in `Merged`.

    `included`: the entries of files that entries name.
    """

    findings: list[Finding] = field(default_factory=list)
    trailing: list[str] = field(default_factory=list)
    included: list[Included] = field(default_factory=list)

    def leave_out(self, want: Want, fragment: Fragment, code: str, reason: str, remedy: str) -> None:
        """Find an entry that cannot be used; raises `BlocksError` where a component has it."""
        if not fragment.foreign:
            raise BlocksError(f"{want.place}: '{want.text}' {reason}; {remedy}")
        self.findings.append(want.finding(code, f"{reason}, and would break the build", remedy, left_out=True))

    def comment_out(self, want: Want) -> None:
        """Keep an entry as what lost to another is kept: as a comment."""
        told = f"{want.component} wanted this" + (f" ({want.comment})" if want.comment else "")
        self.trailing += [*without_anchors(want.above), f"{one_line(want.text)}  # {one_line(told)}"]


def wants(fragment: Fragment, split: Split, notes: Notes) -> Iterator[Want]:
    """The entries of `fragment`; comments that belong to none trail."""
    above: list[str] = []
    for number, line in enumerate(fragment.text.splitlines(), start=1):
        text, comment = split(line)
        if text:
            yield Want(text, fragment.component, fragment.file, number, comment, tuple(above))
            above = []
        elif comment and fragment.foreign:
            above += without_anchors([comment])
        elif above:
            notes.trailing += without_anchors(above, fragment.component)
            above = []
    notes.trailing += without_anchors(above, fragment.component)


def without_anchors(comments: Iterable[str], component: str = "") -> list[str]:
    """The comments that say something, with the component's name where they stand far from its entries."""
    prefix = f"{component}: " if component else ""
    return [prefix + one_line(comment) for comment in comments if comment and not ANCHOR.match(comment)]
