"""Whether one version range lies within another, by trying versions.

No arithmetic on ranges: the ecosystems' own implementations (packaging for pip, rattler for conda) are asked about
every version named in the ranges and those around it. A version that the narrower range takes and the wider one
refuses is the proof that it is no subset.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator

import rattler
from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

NAMED = re.compile(r"(?:\d+!)?\d[0-9A-Za-z.+_!]*")
AROUND = ("", ".0", ".1", ".0.0.1", ".999", "a1", "b2", "rc1", ".post1", ".dev1", "+cu1")
FINAL = re.compile(r"[\d.!]+")

# Whether a range takes a version.
Takes = Callable[[str, str], bool]


def around(text: str) -> Iterator[str]:
    """The versions that a range names, and their neighbours on every level."""
    yield from ("0", "0.0.1", "99999")
    for named in NAMED.findall(text):
        version = named.rstrip(".")
        yield from (version + suffix for suffix in AROUND)
        epoch, _, rest = version.rpartition("!")
        start = f"{epoch}!" if epoch else ""
        numbers = [int(number) for number in re.split(r"[^\d.]", rest)[0].split(".") if number]
        for index, number in enumerate(numbers):
            levels = [[*numbers[:index], number + step] for step in (1, 2, 10)]
            if number:
                levels += [[*numbers[:index], number - 1], [*numbers[:index], number - 1, 999]]
            yield from (start + ".".join(map(str, level)) for level in levels)


@functools.cache
def pip_takes(range_: str, version: str) -> bool:
    try:
        return _pip(range_).contains(Version(version), prereleases=True)
    except InvalidVersion:
        return False


@functools.cache
def _pip(range_: str) -> SpecifierSet:
    return SpecifierSet(range_)


@functools.cache
def conda_takes(range_: str, version: str) -> bool:
    known = _conda_version(version)
    return known is not None and (not range_ or bool(_conda(range_).matches(known)))


@functools.cache
def _conda_version(version: str) -> rattler.Version | None:
    try:
        return rattler.Version(version)
    except Exception:  # rattler's have no type in common
        return None


@functools.cache
def _conda(range_: str) -> rattler.VersionSpec:
    return rattler.VersionSpec(range_)


@functools.cache
def outside(takes: Takes, narrow: str, *wide: str) -> str | None:
    """A version that `narrow` takes and one of `wide` does not."""
    tried = around(" ".join((narrow, *wide)))
    return next((one for one in tried if takes(narrow, one) and not all(takes(other, one) for other in wide)), None)


@functools.cache
def common(takes: Takes, *ranges: str, final: bool = False) -> str | None:
    """A version that all take; `final`: neither an early one nor somebody's own build."""
    tried = (one for one in around(" ".join(ranges)) if not final or FINAL.fullmatch(one))
    return next((one for one in tried if all(takes(range_, one) for range_ in ranges)), None)


@functools.cache
def refused(takes: Takes, range_: str, *wider: str) -> str | None:
    """A version that all of `wider` take and `range_` does not."""
    tried = around(" ".join((range_, *wider)))
    return next((one for one in tried if all(takes(other, one) for other in wider) and not takes(range_, one)), None)


@functools.cache
def beyond(conda: str, pip: str) -> str | None:
    """A release that conda's range takes and pip's does not."""
    tried = (one for one in around(f"{conda} {pip}") if FINAL.fullmatch(one))
    return next((one for one in tried if conda_takes(conda, one) and not pip_takes(pip, one)), None)
