"""apt.txt.

- repo2docker reads the text before `#`, one entry a line; several names on one line are split
- union by name, first appearance decides the place
- a pinned entry (`name=version`) beats a bare name; two different pins clash
- a comment stays with its line
- what is no package name breaks the build (and stands unquoted in a command): an error in a component, left out of
  what other people wrote, and found
- for a base image that gives the file to xargs: names alone, without comments and anchor
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..errors import BlocksError
from ..model import Finding, Fragment, Merged, Want, merge_wants
from . import lines

ANCHOR = "# Your own Debian packages go below this line."
PACKAGE = re.compile(r"[a-z0-9][a-z0-9.+-]*(:[a-z0-9]+)?([=/][A-Za-z0-9.+:~*_-]+)?")


def merge(fragments: Iterable[Fragment]) -> Merged:
    """All packages of all fragments, by name."""
    findings: list[Finding] = []
    trailing: list[str] = []
    wants = [pair for fragment in fragments for pair in _read(fragment, findings, trailing)]
    merged = merge_wants("apt", wants, _pinned, "drop one of the two pins")
    merged.findings, merged.trailing = findings, trailing
    return merged


def _split(line: str) -> tuple[str, str]:
    text, _, comment = line.partition("#")
    return text.strip(), comment.strip()


def _read(fragment: Fragment, findings: list[Finding], trailing: list[str]) -> Iterator[tuple[str, Want]]:
    for want in lines.wants(fragment, _split, trailing):
        names = want.text.split()
        for name in names:
            one = want if len(names) == 1 else want._replace(text=name)
            if PACKAGE.fullmatch(name):
                yield re.split("[=/]", name, maxsplit=1)[0], one
            elif fragment.foreign:
                findings.append(_no_package(one))
            else:
                raise BlocksError(f"{want.place}: '{name}' is no package name; write it like 'name' or 'name=version'")


def _no_package(want: Want) -> Finding:
    return Finding(
        *("BB201", want.component, want.file, want.line, want.text),
        "is no package name, and would break the build",
        "write it like 'name' or 'name=version'",
        left_out=True,
    )


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
