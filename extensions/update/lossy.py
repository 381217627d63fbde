"""Lines that lost bytes on their way through a merge as text -> the author's lines again.

Copier compares versions as text, and drops from the author's changes whatever is not UTF-8. The merged lines are the
author's, without those bytes, and generated ones; in place of each of the former stands the author's own.
"""

from __future__ import annotations

import difflib
import re

LINE = re.compile(rb"[^\n]*\n|[^\n]+")


def is_text(content: bytes) -> bool:
    """Whether it is UTF-8."""
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def restored(ours: bytes, merged: bytes) -> bytes:
    """The merged file with the author's bytes."""
    mine, lines = LINE.findall(ours), LINE.findall(merged)
    keys = [_readable(line) for line in mine], [_readable(line) for line in lines]
    for kind, start, stop, first, _ in difflib.SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        for number in range(start, stop if kind == "equal" else start):
            if not is_text(mine[number]):
                lines[first + number - start] = mine[number]
    return b"".join(lines)


def _readable(line: bytes) -> bytes:
    return line.decode(errors="ignore").encode()
