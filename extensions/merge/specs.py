"""Conda match specifications, as far as two of them have to be compared.

    [channel::]name[version[=build]][[key=value,...]]     name=1.2=py310_0, name >=1,<2, name 1.2 py310_0, name[build=x]

- names are compared in lower case, packages of different `subdir` are different ones
- versions are compared as `versions` says; three parts (`name=1.2=build`) ask for just that version
- different channels, builds or other keys for one name cannot be one
- what conda refuses, such as `name=<1` and `name>=1,`, is none
- an address of a package file stands for itself

Source: conda's MatchSpec.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from .versions import Range, conda_range, intersect

SPECIFICATION = re.compile(
    r"(?:(?P<channel>[\w./:+~-]+?)::)?(?P<name>[A-Za-z0-9_][\w.-]*)"
    r"(?P<rest>(?:\s*[=<>!~,|]|\s+[\w*]|\s*$|(?=\[))[^\[\]]*)?(?P<more>\[[^\[\]]*\])?"
)
ADDRESS = re.compile(r"(?:https?|file)://\S+\.(?:conda|tar\.bz2)")
# A version, or a pattern of versions, behind at most one operator; `*` behind none that it has no sense with.
CLAUSE = r"\s*(?:(?:[=<>~]?=\s*)?\*|(?:(?:[=!<>~]=|[=<>])\s*)?\w[\w.+!-]*\*?)\s*"
VERSION = re.compile(rf"(?:{CLAUSE}(?:[,|]{CLAUSE})*)?")
BUILD = re.compile(r"[\w.*+-]+")
PAIR = re.compile(r"\s*([a-z_]\w*)\s*=\s*('[^']*'|\"[^\"]*\"|[^,'\"]*)\s*(?:,|$)")


@dataclass(frozen=True)
class Spec:
    """`key` is what specifications are grouped by, `name` the package in lower case."""

    key: str
    name: str
    shown: str
    channel: str
    version: Range
    build: str
    more: tuple[tuple[str, str], ...]


@functools.lru_cache(maxsize=16384)
def parse(text: str) -> Spec | None:
    """The specification, or None for what is none."""
    if ADDRESS.fullmatch(text):
        return Spec(text, "", text, "", conda_range(""), "", ())
    match = SPECIFICATION.fullmatch(text)
    more = _pairs(match["more"] or "") if match else None
    if match is None or more is None:
        return None
    version, build = _version_and_build((match["rest"] or "").strip())
    version, build = more.pop("version", version), more.pop("build", build)
    channel = more.pop("channel", match["channel"] or "")
    if not VERSION.fullmatch(version) or (build and not BUILD.fullmatch(build)):
        return None
    name = match["name"].lower()
    subdir = more.get("subdir", "")
    key = f"{name}[subdir={subdir}]" if subdir else name
    return Spec(key, name, match["name"], channel, _range(version, build), build, tuple(sorted(more.items())))


def _pairs(text: str) -> dict[str, str] | None:
    pairs, position, end = {}, 0, len(text) - 2
    inside = text[1:-1]
    while position < end:
        match = PAIR.match(inside, position)
        if match is None:
            return None
        pairs[match[1]] = match[2].strip().strip("'\"")
        position = match.end()
    return pairs


def _version_and_build(rest: str) -> tuple[str, str]:
    three = re.fullmatch(r"=\s*([^=<>!~,|\s]+)\s*=\s*([^=\s]+)", rest)
    if three:
        return f"=={three[1]}" if three[1] != "*" else "*", three[2]
    build = re.fullmatch(r"(.*[\w*])\s*=\s*([\w.*+-]+)", rest)
    if build:
        return build[1], build[2]
    words = re.sub(r"([=<>!~,|])\s+", r"\1", rest).split()
    if len(words) == 2 and words[1][0] not in "=<>!~,|":
        return words[0], words[1]
    return "".join(words), ""


def _range(version: str, build: str) -> Range:
    range_ = conda_range(version)
    return Range(version, None) if range_.sets is None else range_


def combine(texts: list[str]) -> str | None:
    """One specification for all of one key, or None."""
    specs = [spec for spec in map(parse, texts) if spec]
    channels = {spec.channel for spec in specs if spec.channel}
    builds = {spec.build for spec in specs if spec.build}
    others = {spec.more for spec in specs if spec.more}
    version = intersect([spec.version for spec in specs])
    if version is None or len(channels) > 1 or len(builds) > 1 or len(others) > 1:
        return None
    channel = "".join(f"{channel}::" for channel in channels)
    pairs = [f"{key}={value}" for more in others for key, value in more]
    exact = re.fullmatch(r"==([^=<>!~,|*]+)", version)
    for build in builds:
        if exact or not version:
            version = f"={exact[1] if exact else '*'}={build}"
        else:
            pairs = [f"version='{version}'", f"build={build}", *pairs]
            version = ""
    return f"{channel}{specs[0].shown}{version}" + (f"[{','.join(pairs)}]" if pairs else "")
