"""apt.txt.

- repo2docker reads the text before `#`, one entry a line; several names on one line are split
- union by name, first appearance decides the place
- a name that only apt-get can resolve (`postgresql-..-pgvector`, an expression) is a name like any other
- a pinned entry (`name=version`) beats a bare name; two different pins clash
- what is no package name breaks the build (and stands unquoted in a command)
- comments, and what cannot be read, by the rules of `lines`
- for a base image that gives the file to xargs: names alone, without comments and anchor
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..model import Fragment, Merged, Want
from ..rule import Rule
from . import lines
from .lines import Notes
from .wants import merge_wants

ANCHOR = "# Your own Debian packages go below this line."
PACKAGE = re.compile(r"[a-z0-9][a-z0-9.+-]*(:[a-z0-9]+)?([=/][A-Za-z0-9.+:~*_-]+)?")


def merge(fragments: Iterable[Fragment]) -> Merged:
    """All packages of all fragments, by name."""
    notes = Notes()
    wants = [pair for fragment in fragments for pair in _read(fragment, notes)]
    merged = merge_wants("apt", wants, "drop one of the two pins", _pinned)
    merged.findings, merged.trailing = notes.findings, notes.trailing
    return merged


def _split(line: str) -> tuple[str, str]:
    text, _, comment = line.partition("#")
    return text.strip(), comment.strip()


BB201 = Rule(
    "BB201",
    "an entry of apt.txt is no package name",
    "it stands unquoted in a command and would break the build",
    "write it like `name` or `name=version`",
)


def _read(fragment: Fragment, notes: Notes) -> Iterator[tuple[str, Want]]:
    for line in lines.wants(fragment, _split, notes):
        names = line.text.split()
        for want in [line] if len(names) == 1 else [line._replace(text=name) for name in names]:
            if PACKAGE.fullmatch(want.text):
                yield re.split("[=/]", want.text, maxsplit=1)[0], want
            else:
                reason, remedy = "is no package name", "write it like 'name' or 'name=version'"
                notes.leave_out(want, fragment, BB201, reason, remedy)


def _pinned(texts: list[str]) -> str | None:
    pins = [text for text in texts if "=" in text or "/" in text]
    return pins[0] if len(pins) == 1 else None


def render_names(merged: Merged) -> str:
    """The file where it may hold nothing but packages."""
    return "".join(f"{entry.text}\n" for entry in merged.entries)


def render_sources(merged: Merged) -> str:
    """One package a line with its provenance, and all comments."""
    text = [line for entry in merged.entries for line in entry.lines(entry.text)]
    return "".join(f"{line}\n" for line in [*text, *(f"# {note}" for note in merged.trailing)])


def render(merged: Merged) -> str:
    """The file: the packages with their sources, then the author's anchor."""
    return f"{render_sources(merged)}{ANCHOR}\n"
