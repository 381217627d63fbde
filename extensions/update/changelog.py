"""CHANGELOG.md -> releases and their entries: the changelog is the data, in the form of Keep a Changelog.

    # Changelog                         what stands above the first release is for readers
    ## [Unreleased]                     at most once, above all releases
    ## [1.2.0] - 2026-12-01             version (PEP 440) and date (ISO 8601); ` [YANKED]` may follow
    ### Security                        one of `KINDS`
    - **postgres**, **mongodb**: text   an entry: the components it concerns, and what changed for their users,
      and it goes on here               on as many lines as it takes, indented, without an empty one
    [1.2.0]: https://example.org        targets of links are passed over

- anything else is an error, named with its file and line
- a component is named as its folder is; `engine`, `launch` and `fleet` (of no one repository) are names beside them
- a name that is no folder any more needs an entry under Removed, in its release or in a later one: so the names of
  retired and renamed components stay valid in old releases, and a slip of the pen is found in any
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from packaging.version import InvalidVersion, Version

from ..catalogue.keys import NAME
from ..errors import BlocksError

FILE = "CHANGELOG.md"
KINDS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
ENGINE, LAUNCH, FLEET = "engine", "launch", "fleet"
UNRELEASED = "Unreleased"

HEADING = re.compile(r"## \[(?P<version>[^\]]+)\](?: - (?P<date>\d{4}-\d\d-\d\d))?(?P<yanked> \[YANKED\])?")
NAMED = rf"\*\*(?:{NAME.pattern})\*\*"
ENTRY = re.compile(rf"- (?P<components>{NAMED}(?:, {NAMED})*): (?P<text>\S.*)")
LINK = re.compile(r"\[[^\]]+\]: \S+")


@dataclass(frozen=True)
class Entry:
    """One change; `line` is where it stands."""

    kind: str
    components: tuple[str, ...]
    text: str
    line: int = 0

    @property
    def said(self) -> tuple[str, tuple[str, ...], str]:
        """What it is recognised by, wherever it stands."""
        return self.kind, self.components, self.text


@dataclass(frozen=True)
class Release:
    """A version and its changes; without version and date what is not released yet."""

    version: Version | None = None
    date: date | None = None
    entries: tuple[Entry, ...] = ()
    line: int = 0

    def __str__(self) -> str:
        return str(self.version or UNRELEASED)


def parse(text: str, where: str = FILE) -> list[Release]:
    """The releases as the file has them; raises `BlocksError` for what does not fit the grammar."""
    releases: list[Release] = []
    kind = ""
    for number, line in _logical_lines(text):
        at = f"{where}:{number}"
        if line.startswith("## "):
            releases.append(_release(line, number, at, releases))
            kind = ""
        elif line.startswith("### ") and releases:
            kind = _kind(line, at)
        elif releases and not LINK.fullmatch(line):
            entry = _entry(line, kind, number, at)
            releases[-1] = replace(releases[-1], entries=(*releases[-1].entries, entry))
    return releases


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Number and text of each line that is not empty, an entry's further lines joined to its first."""
    start, held = 0, ""
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.rstrip()
        if held.startswith("- ") and line.startswith("  ") and not line.lstrip().startswith("- "):
            held += f" {line.strip()}"
            continue
        if held:
            yield start, held
        start, held = number, line
    if held:
        yield start, held


def _release(line: str, number: int, at: str, before: Sequence[Release]) -> Release:
    match = HEADING.fullmatch(line)
    if not match:
        raise BlocksError(f"{at}: must be '## [{UNRELEASED}]' or '## [1.2.0] - 2026-12-01', not {line!r}")
    if match["version"] == UNRELEASED:
        if before or match["date"]:
            raise BlocksError(f"{at}: {UNRELEASED} has no date and stands once, above the releases; move it there")
        return Release(line=number)
    release = Release(_version(match["version"], at), _date(match["date"], at), line=number)
    for other in before:
        if other.version == release.version:
            raise BlocksError(f"{at}: {release} is in line {other.line} already; put its entries there")
    return release


def _version(text: str, at: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion as error:
        raise BlocksError(f"{at}: '{text}' is no version (PEP 440); write one such as 1.2.0") from error


def _date(text: str | None, at: str) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError as error:
        raise BlocksError(f"{at}: '{text or ''}' is no date (ISO 8601); write one such as 2026-12-01") from error


def _kind(line: str, at: str) -> str:
    kind = line.removeprefix("### ")
    if kind not in KINDS:
        raise BlocksError(f"{at}: '{kind}' is no kind of change; use one of {', '.join(KINDS)}")
    return kind


def _entry(line: str, kind: str, number: int, at: str) -> Entry:
    match = ENTRY.fullmatch(line)
    if not match:
        raise BlocksError(f"{at}: must be an entry such as '- **postgres**, **mongodb**: text', not {line!r}")
    if not kind:
        raise BlocksError(f"{at}: stands under no kind of change; put a heading such as '### Fixed' above it")
    return Entry(kind, tuple(name.strip("*") for name in match["components"].split(", ")), match["text"], number)


def unknown(releases: Iterable[Release], folders: Collection[str]) -> Iterator[tuple[Entry, str]]:
    """The names that are no component's and none of ours, with their entries; `releases` newest first."""
    known = {*folders, ENGINE, LAUNCH, FLEET}
    for release in releases:
        known.update(name for entry in release.entries if entry.kind == "Removed" for name in entry.components)
        yield from ((entry, name) for entry in release.entries for name in entry.components if name not in known)
