"""Lists as text: encoding, tabs, NUL bytes, conflict markers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..foreign.pack import Pack
from ..model import Finding
from ..repo2docker import ENVIRONMENTS, LISTS, RUNTIME
from ..rule import Rule
from ..text import encoding_of

BB101 = Rule(
    "BB101",
    "a list is not UTF-8",
    "it was read by its byte order mark (UTF-16, UTF-32), else as Windows-1252, which may be wrong in comments",
    "save it as UTF-8",
)
BB102 = Rule(
    "BB102",
    "environment.yml is indented with tabs",
    "YAML forbids them; they were read as spaces",
    "indent with spaces",
)
BB103 = Rule(
    "BB103",
    "a list has NUL bytes",
    "no text has; the file may be damaged or in an encoding without byte order mark",
    "save it as UTF-8",
)
BB104 = Rule(
    "BB104",
    "a list has conflict markers",
    "somebody committed an unfinished merge",
    "resolve it where it comes from",
)


def examine(pack: Pack) -> Iterator[Finding]:
    """What is wrong with the lists as text."""
    for name in filter(pack.has, (*LISTS, RUNTIME)):
        encoding = encoding_of(pack.directory.tree[pack.directory.path(name)].data)
        if encoding != "UTF-8":
            reason = f"is not UTF-8 and was read as {encoding}"
            yield pack.finding(BB101, name, reason, "look at the result, above all its comments; save it as UTF-8")
        yield from _lines(pack, name)


def _lines(pack: Pack, name: str) -> Iterator[Finding]:
    text, path, finding = pack.text(name), pack.directory.path(name), pack.directory.finding
    if name in ENVIRONMENTS and (line := _line(r"^ *\t[ \t]*[^\s#]", text)):
        reason = "is indented with tabs, which YAML forbids; each was read as two spaces at most"
        yield finding(BB102, path, reason, "indent it with spaces", line=line)
    if line := _line("\0", text):
        reason = "has NUL bytes, which no text has"
        yield finding(BB103, path, reason, "look whether the file is damaged, and save it as UTF-8", line=line)
    if line := _line(r"^<{7}(?: |$)", text):
        reason = "has conflict markers, left where two versions could not be merged"
        yield finding(BB104, path, reason, "resolve the conflict where it comes from", line=line)


def _line(pattern: str, text: str) -> int:
    """The number of the first line where the pattern is found, 0 where it is not."""
    match = re.search(pattern, text, re.MULTILINE)
    return text.count("\n", 0, match.start()) + 1 if match else 0
