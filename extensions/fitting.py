"""What is said to a terminal fits its `WIDTH` columns: longer lines are broken between words, and nowhere else.

Where no terminal reads it, in a log or the text of a pull request, a line stays one, so that it can be searched for.
The second line of an item of a list stands below the first one's text. A path or an address is never broken.
"""

from __future__ import annotations

import re
import sys
import textwrap

WIDTH = 80
MARK = re.compile(r"(?:- |\d+\. )?")


def fitted(text: str) -> str:
    """The text for standard error."""
    return "\n".join(map(broken, text.split("\n"))) if sys.stderr.isatty() else text


def broken(line: str) -> str:
    """The line as one or more, of which none is too long that has a space to break it at."""
    if len(line) <= WIDTH:
        return line
    indent = " " * MARK.match(line).end()  # type: ignore[union-attr]
    lines = textwrap.wrap(line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines)
