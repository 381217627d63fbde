"""What a formatter did to generated lines is no edit: white space, and how a table is drawn.

The author's lines -> the same with the former generated ones wherever these differ in nothing else. White space beside
punctuation counts as none, as formatters add and drop it; between two words one is as good as many.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

SPACE = re.compile(r"\s+")
BESIDE = re.compile(r" ?([^\w\s]) ?")
RULE = re.compile(r"-{3,}")


def undone(former: Sequence[str], ours: Sequence[str]) -> list[str]:
    """The author's lines without what a formatter alone has changed."""
    result: list[str] = []
    keys = [_key(line) for line in former], [_key(line) for line in ours]
    for kind, start, stop, first, last in difflib.SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        alike = kind == "equal" or _key("\n".join(former[start:stop])) == _key("\n".join(ours[first:last]))
        result += former[start:stop] if alike else ours[first:last]
    return result


def _key(text: str) -> str:
    return RULE.sub("---", BESIDE.sub(r"\1", SPACE.sub(" ", text).strip()))
