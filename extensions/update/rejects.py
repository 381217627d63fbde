"""Hunks that git rejected and that nobody took up -> the file as it was before the author's change of those lines.

Copier has the author's changes applied to the new version, and finds what does not fit as new `*.rej` through
`git status`, which shows none where it is told to show no untracked files. What is left then is the new version with
those changes that did fit. Merging it with the author's version, over the author's without the rejected hunks, is what
Copier would have done.
"""

from __future__ import annotations

import re

from .lossy import LINE

SUFFIX = ".rej"
HEAD = re.compile(rb"diff a/.* b/.*\t\(rejected hunks\)")
HUNK = re.compile(rb"@@ -\d+(?:,\d+)? \+(?P<start>\d+)(?:,(?P<count>\d+))? @@")


def is_reject(content: bytes) -> bool:
    """Whether git wrote it."""
    return bool(HEAD.match(content))


def without_hunks(ours: bytes, reject: bytes) -> bytes:
    """The author's file with each rejected hunk taken back."""
    lines = LINE.findall(ours)
    # from the end, so that the numbers of the hunks before stay right
    for start, count, hunk in reversed(_hunks(reject)):
        first = start - 1 if count else start
        lines[first : first + count] = _before(hunk, lines[first : first + count])
    return b"".join(lines)


def _hunks(reject: bytes) -> list[tuple[int, int, list[bytes]]]:
    """Where each hunk is in the author's file, how many lines it has there, and its own lines."""
    found: list[tuple[int, int, list[bytes]]] = []
    for line in LINE.findall(reject):
        if match := HUNK.match(line):
            found.append((int(match["start"]), int(match["count"] or 1), []))
        elif found:
            found[-1][2].append(line)
    return found


def _before(hunk: list[bytes], mine: list[bytes]) -> list[bytes]:
    """The lines of the hunk before the change; those that did not change have the bytes of the author's file."""
    result: list[bytes] = []
    rest = iter(mine)
    for line in hunk:
        if line[:1] == b"-":
            result.append(line[1:])
        elif line[:1] == b"+":
            next(rest, None)
        elif line[:1] == b" ":
            result.append(next(rest, line[1:]))
        elif line[:1] == b"\\" and result:  # no line feed at the end of the file
            result[-1] = result[-1].removesuffix(b"\n")
    return result
