"""Conda match specifications, as far as two of them have to be compared.

    [channel::]name[version[=build]][[key=value,...]]     name=1.2=py310_0, name >=1,<2, name 1.2 py310_0, name[build=x]

- names are compared in lower case, packages of different `subdir` are different ones
- versions are compared as `versions` says; three parts (`name=1.2=build`) ask for just that version
- different channels, builds or other keys for one name cannot be one
- what `versions` cannot read (parentheses) stands as it is, and fits with its like only
- a version or build in brackets stands in place of one before them; both have to be readable
- an address of a package file, `NAME-VERSION-BUILD.conda`, stands for itself

Source: conda's MatchSpec.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from .versions import Range, conda_range, intersect, overlap

SPECIFICATION = re.compile(
    r"(?:(?P<channel>(?:(?:https?|file|s3)://[\w.~-]*(?::\d+)?/)?[\w./+~-]+?)::)?(?P<name>[A-Za-z0-9_][\w.-]*)"
    r"(?P<rest>(?:\s*[=<>!~]|\s+[\w*(]|\s*$|(?=\[))[^\[\]]*)?(?P<more>\[[^\[\]]*\])?",
    re.ASCII,
)
# Most specifications are this.
BOUND = r"(?:==|>=|<=|!=|~=|=|<|>)[0-9]{1,18}(?:\.[0-9]{1,18})*"
SIMPLE = re.compile(rf"([A-Za-z0-9_][\w.-]*)((?:{BOUND}(?:,{BOUND})*)?)", re.ASCII)
ADDRESS = re.compile(
    r"(?:https?://(?:[\w.~%:-]+@)?[\w.~-]+(?::(?:\d{1,4}|[1-5]\d{4}|6[0-4]\d{3}))?|file://)/(?:[!-~]*/)?"
    r"[A-Za-z0-9_][\w.-]*-[\w.!+]+-[\w.!+]+\.(?:conda|tar\.bz2)",
    re.ASCII,
)
PART = "[0-9A-Za-z]+(?:_[0-9A-Za-z]+)*"
PARTS = rf"{PART}(?:\.{PART})*"
CLAUSE = rf"\(*(?:(?:==|=|!=|>=|<=|>|<|~=)?(?:\d+!)?{PARTS}(?:\+{PARTS})?(?:\.?\*)?|(?:==|=)?\*)\)*"
VERSION = re.compile(rf"{CLAUSE}(?:[,|]{CLAUSE})*", re.ASCII)
TOO_LARGE = re.compile(r"\d{19}")  # for a number of 64 bits, which is what mamba and rattler have
APART = re.compile(r"[=<>!~]\s+[=<>!~]")
BUILT = re.compile(r"([=<>!~].*[^=<>!~,|(])=([^=<>!~,|]+)")
BUILD = re.compile(r"\*|\*?[\w.+-]+(?:\*[\w.+-]+)*\*?", re.ASCII)
HEX = re.compile("(?:[0-9a-f]{32}){1,2}")
NUMBER = re.compile(r"(?:>=|<=|!=|==|=|>|<)?\d+", re.ASCII)
ANY = re.compile(r"[ -\[\]-~]+")  # no backslash: mamba reads it as an escape, conda as itself
KEYS = {"version": ANY, "build": BUILD, "build_number": NUMBER, "channel": ANY, "subdir": BUILD, "fn": ANY}
KEYS |= {"md5": HEX, "sha256": HEX, "license": ANY}
PAIR = re.compile(r"\s*([a-z_]\w*)\s*=\s*('[^']*'|\"[^\"]*\"|[^,'\"]*)\s*(?:,|$)")


class Spec(NamedTuple):
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
    simple = SIMPLE.fullmatch(text)
    if simple:
        name = simple[1].lower()
        return Spec(name, name, simple[1], "", conda_range(simple[2]), "", ())
    if ADDRESS.fullmatch(text):
        return Spec(text, "", text, "", conda_range(""), "", ())
    match = SPECIFICATION.fullmatch(text) if not APART.search(text) else None
    more = _pairs(match["more"] or "") if match else None
    if match is None or more is None:
        return None
    version, build = _version_and_build((match["rest"] or "").strip())
    versions, builds = [version, more.pop("version", version)], [build, more.pop("build", build)]
    channel = more.pop("channel", match["channel"] or "")
    if not all(map(_is_version, filter(None, versions))) or not all(map(BUILD.fullmatch, filter(None, builds))):
        return None
    version, build = versions[1], builds[1]
    name = match["name"].lower()
    subdir = more.get("subdir", "")
    key = f"{name}[subdir={subdir}]" if subdir else name
    return Spec(key, name, match["name"], channel, conda_range(version), build, tuple(sorted(more.items())))


def _pairs(text: str) -> dict[str, str] | None:
    pairs, position, end = {}, 0, len(text) - 2
    inside = text[1:-1]
    while position < end:
        match = PAIR.match(inside, position)
        value = match[2].strip().strip("'\"") if match else ""
        if match is None or match[1] not in KEYS or not KEYS[match[1]].fullmatch(value):
            return None
        pairs[match[1]] = value
        position = match.end()
    return pairs


def _version_and_build(rest: str) -> tuple[str, str]:
    compact = re.sub(r"\s*([=<>~,|()])\s*", r"\1", rest)
    version, _, build = compact.partition(" ")
    if not build and (built := BUILT.fullmatch(compact)):
        version, build = built.groups()
        version = version.removeprefix("=") if version.startswith("=*") else re.sub("^=(?!=)", "==", version)
    return version, build


def _is_version(text: str) -> bool:
    return bool(VERSION.fullmatch(text)) and text.count("(") == text.count(")") and not TOO_LARGE.search(text)


def combine(texts: list[str]) -> str | None:
    """One specification for all of one key, or None."""
    specs, channels, builds, others = _asked(texts)
    version = intersect([spec.version for spec in specs])
    if version is None or len(channels) > 1 or len(builds) > 1 or len(others) > 1:
        return None
    channel = "".join(f"{channel}::" for channel in channels)
    pairs = [f"{key}={_value(value)}" for more in others for key, value in more]
    exact = re.fullmatch(r"==([^=<>!~,|*]+)", version)
    for build in builds:
        if exact or not version:
            version = f"={exact[1] if exact else '*'}={build}"
        else:
            pairs = [f"version='{version}'", f"build={build}", *pairs]
            version = ""
    gap = " " if version and version[0] not in "=<>!~" else ""
    return f"{channel}{specs[0].shown}{gap}{version}" + (f"[{','.join(pairs)}]" if pairs else "")


def fits(texts: list[str]) -> bool:
    """Whether `combine` has one for them."""
    specs, channels, builds, others = _asked(texts)
    return len(channels) <= 1 and len(builds) <= 1 and len(others) <= 1 and overlap([spec.version for spec in specs])


def _asked(texts: list[str]) -> tuple[list[Spec], set[str], set[str], set[tuple[tuple[str, str], ...]]]:
    """The specifications; their channels, builds and other keys."""
    specs = [spec for spec in map(parse, texts) if spec]
    channels = {spec.channel for spec in specs if spec.channel}
    builds = {spec.build for spec in specs if spec.build}
    return specs, channels, builds, {spec.more for spec in specs if spec.more}


def _value(text: str) -> str:
    return text if BUILD.fullmatch(text) else f'"{text}"' if "'" in text else f"'{text}'"
