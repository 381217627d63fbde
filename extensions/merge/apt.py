"""apt.txt.

- repo2docker reads the text before `#`, one entry a line; several names on one line are split
- what is no name breaks the build (and stands unquoted in a command): the names in it are taken, as `apt_lines` says,
  and it is found
- union by name, first appearance decides the place
- a name that only apt-get can resolve (`postgresql-..-pgvector`, an expression) is a name like any other
- a pinned entry (`name=version`) beats a bare name; two different pins clash
- a name that is known to break the build is one that does not, or a comment, and found: the caller knows which
- comments, and what cannot be read, by the rules of `lines`
- for a base image that gives the file to xargs: names alone, without comments and anchor
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from ..errors import BlocksError
from ..model import Finding, Fragment, Merged, Want
from ..rule import Rule
from . import apt_lines, lines
from .lines import Notes
from .wants import merge_wants

ANCHOR = "# Your own Debian packages go below this line."

# What is known of an entry that would break the build: what to write in its place, empty for nothing, and the finding.
Known = Callable[[Want], "tuple[str, Finding] | None"]


def merge(fragments: Iterable[Fragment], known: Known = lambda _: None) -> Merged:
    """All packages of all fragments, by name."""
    notes = Notes()
    wants = [pair for fragment in fragments for pair in _read(fragment, notes, known)]
    merged = merge_wants("apt", wants, "drop one of the two pins", _pinned)
    merged.findings, merged.trailing = notes.findings, notes.trailing
    return merged


def _split(line: str) -> tuple[str, str]:
    text, _, comment = line.partition("#")
    return text.strip(), comment.strip()


BB201 = Rule(
    "BB201",
    "a line of apt.txt is a command, or has what is no package name",
    "it stands unquoted in a command and would break the build; the names in it are taken",
    "write the names alone, like `name` or `name=version`",
)


def _read(fragment: Fragment, notes: Notes, known: Known) -> Iterator[tuple[str, Want]]:
    for want in lines.wants(fragment, _split, notes):
        read = apt_lines.read(want.text)
        for word in read.refused:
            reason, remedy = "is no package name", "write it like 'name' or 'name=version'"
            notes.leave_out(want._replace(text=word), fragment, BB201, reason, remedy)
        if read.kind:
            _tell(want, read, fragment, notes)
        for name in read.names:
            yield from _known(want._replace(text=name), notes, known)


def _tell(want: Want, read: apt_lines.Line, fragment: Fragment, notes: Notes) -> None:
    """Find a line that is no list of names; raises `BlocksError` where a component has it."""
    names = " ".join(read.names)
    remedy = f"write '{names}' alone" if names else "remove it"
    if not fragment.foreign:
        raise BlocksError(f"{want.place}: '{want.text}' is {read.kind}; {remedy}")
    taken = "of which the names were taken" if names else "and names no package to install"
    notes.findings.append(want.finding(BB201, f"is {read.kind}, {taken}", remedy, left_out=not names))


def _known(want: Want, notes: Notes, known: Known) -> Iterator[tuple[str, Want]]:
    found = known(want)
    if found is None:
        yield _key(want.text), want
        return
    instead, finding = found
    notes.findings.append(finding)
    if instead:
        comment = "; ".join(filter(None, [want.comment, f"instead of {want.text}"]))
        yield _key(instead), want._replace(text=instead, comment=comment)
    else:
        notes.comment_out(want)


def _key(text: str) -> str:
    return re.split("[=/]", text, maxsplit=1)[0]


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
