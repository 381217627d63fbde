"""Whether one version range lies within another, by trying versions.

No arithmetic on ranges: the ecosystems' own implementations (packaging for pip, rattler for conda) are asked about
every version named in the two ranges and those around it. A version that the narrower range takes and the wider one
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
Takes = Callable[[str, str], bool]


def around(text: str) -> Iterator[str]:
    """Versions as named in a range, and their neighbours on every level."""
    yield from ("0", "0.0.1", "99999")
    for named in NAMED.findall(text):
        version = named.rstrip(".")
        yield from (version + suffix for suffix in AROUND)
        epoch, _, rest = version.rpartition("!")
        start = f"{epoch}!" if epoch else ""
        numbers = [int(number) for number in re.match(r"[\d.]*", rest)[0].strip(".").split(".") if number]  # type: ignore[index]
        for index, number in enumerate(numbers):
            level = numbers[:index]
            yield from (start + ".".join(map(str, [*level, number + step])) for step in (1, 2, 10))
            if number:
                yield start + ".".join(map(str, [*level, number - 1]))
                yield start + ".".join(map(str, [*level, number - 1, 999]))


@functools.lru_cache(maxsize=None)
def pip_takes(range_: str, version: str) -> bool:
    try:
        return _pip(range_).contains(Version(version), prereleases=True)
    except InvalidVersion:
        return False


@functools.lru_cache(maxsize=None)
def _pip(range_: str) -> SpecifierSet:
    return SpecifierSet(range_)


@functools.lru_cache(maxsize=None)
def conda_takes(range_: str, version: str) -> bool:
    known = _conda_version(version)
    return known is not None and (not range_ or bool(_conda(range_).matches(known)))


@functools.lru_cache(maxsize=None)
def _conda_version(version: str) -> rattler.Version | None:
    try:
        return rattler.Version(version)
    except Exception:  # rattler's own, of no common type
        return None


@functools.lru_cache(maxsize=None)
def _conda(range_: str) -> rattler.VersionSpec:
    return rattler.VersionSpec(range_)


@functools.lru_cache(maxsize=None)
def outside(takes: Takes, narrow: str, wide: str) -> str | None:
    """A version that `narrow` takes and `wide` does not."""
    if narrow == wide or not wide:
        return None
    return next((one for one in around(f"{narrow} {wide}") if takes(narrow, one) and not takes(wide, one)), None)


@functools.lru_cache(maxsize=None)
def common(takes: Takes, *ranges: str, final: bool = False) -> str | None:
    """A version that all take; `final`: no early one, nor a build of one's own."""
    tried = (one for one in around(" ".join(ranges)) if not final or re.fullmatch(r"[\d.!]+", one))
    return next((one for one in tried if all(takes(range_, one) for range_ in ranges)), None)
