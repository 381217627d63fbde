"""Releases of the changelog -> those that an update from one commit to another brings, for some components.

- a commit is what `git describe --tags --always` says: a release, with or without `v` before it; so many commits past
  one; or, where there are no tags, a hash, of which no version is known
- an update shows the releases later than the old commit and up to the new; Unreleased only where the new commit is
  past a release; from a commit that is no release, not the entries that its own changelog had already
- the newest release comes first, and in each Security before the other kinds, else as the file has them
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from packaging.version import InvalidVersion, Version

from .changelog import Entry, Release

DESCRIBED = re.compile(r"(?P<tag>[0-9A-Za-z].*?)(?P<past>-\d+-g[0-9a-f]+)?")
# A hash with no letter in it reads as a version.
HASH = re.compile(r"[0-9a-f]{7,40}")


@dataclass(frozen=True)
class Point:
    """Where a commit stands: at a version, or `past` it; without a version nothing is known."""

    version: Version | None
    past: bool


def point(commit: str, releases: Iterable[Release]) -> Point:
    """Where the commit stands that `git describe --tags --always` calls `commit`."""
    match = DESCRIBED.fullmatch(commit)
    try:
        version = Version(match["tag"]) if match else None
    except InvalidVersion:
        version = None
    if HASH.fullmatch(commit) and version not in [release.version for release in releases]:
        version = None
    return Point(version, version is None or bool(match and match["past"]))


def between(releases: Iterable[Release], old: Point, new: Point, known: Iterable[Entry] = ()) -> list[Release]:
    """What came after `old`, up to `new`; `known` are the entries that the changelog of `old` had."""
    before = {entry.said for entry in known} if old.past else ()
    return [
        replace(release, entries=tuple(entry for entry in release.entries if entry.said not in before))
        for release in releases
        if _is_later(release, old) and _is_in(release, new)
    ]


def _is_later(release: Release, old: Point) -> bool:
    return release.version is None or old.version is None or release.version > old.version


def _is_in(release: Release, new: Point) -> bool:
    if new.version is None or new.past:
        return True
    return release.version is not None and release.version <= new.version


def concerning(releases: Iterable[Release], names: Collection[str]) -> list[Release]:
    """Of each release the entries for those components, Security first; none that has nothing for them."""
    result = []
    for release in releases:
        entries = [
            replace(entry, components=tuple(filter(names.__contains__, entry.components))) for entry in release.entries
        ]
        entries = sorted((entry for entry in entries if entry.components), key=lambda entry: entry.kind != "Security")
        result.append(replace(release, entries=tuple(entries)))
    return [release for release in result if release.entries]


def markdown(releases: Iterable[Release]) -> list[str]:
    """Lines: a heading and a list for each release."""
    result = []
    for release in releases:
        result += ["", f"### {release}{f', {release.date}' if release.date else ''}", ""]
        result += [f"- {_named(entry.components)} ({entry.kind.lower()}): {entry.text}" for entry in release.entries]
    return result[1:]


def _named(components: Iterable[str]) -> str:
    return ", ".join(f"**{name}**" for name in components)
