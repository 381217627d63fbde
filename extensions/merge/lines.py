"""Entries of a list with one entry a line, and the comments around them.

- what stands between a line's `#` and its end is the comment of its entries
- in a foreign fragment a comment that stands alone, and the ones right above it, belong to the next entry, if no empty
  line comes between; all others trail
- the anchors of a merged file are not kept: the file that it is merged into has its own
- in a component's fragment such comments are notes for who maintains it, and stay there
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from ..model import Fragment, Want, one_line

ANCHOR = re.compile(r"Your own .* go below this line\b")

# The line before its comment, and the comment.
Split = Callable[[str], "tuple[str, str]"]


def wants(fragment: Fragment, split: Split, trailing: list[str]) -> Iterator[Want]:
    """The entries of `fragment`; comments that belong to none go to `trailing`."""
    above: list[str] = []
    for number, line in enumerate(fragment.text.splitlines(), start=1):
        text, comment = split(line)
        if text:
            yield Want(text, fragment.component, fragment.file, number, comment, tuple(above))
            above = []
        elif comment and fragment.foreign:
            above += kept([comment])
        elif above:
            trailing += kept(above, fragment.component)
            above = []
    trailing += kept(above, fragment.component)


def kept(comments: Iterable[str], component: str = "") -> list[str]:
    """The comments that say something, with the component's name where they stand far from its entries."""
    prefix = f"{component}: " if component else ""
    return [prefix + one_line(comment) for comment in comments if comment and not ANCHOR.match(comment)]
