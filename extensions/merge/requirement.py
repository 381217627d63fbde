"""One line of a requirements file, as far as two of them have to be compared.

    name[extra]>=1,<2 ; marker --config-settings ...     name @ link     git+https://...#egg=name     -e ..     -r file

- a requirement goes by its name as PEP 503 normalises it, and its marker
- of requirements two ranges become their intersection, extras their union; disjoint ranges, and different options
  behind a requirement, cannot be one
- a link names its package by `name @` or `#egg=`: it cannot be one with another link, or a version, for that package
- links and options that say the same are one, in their short and long form too; one `--index-url` only
- a path to a package stands for itself

Source: pip's reader of requirements files; `packaging` for what stands behind a name.
"""

from __future__ import annotations

import functools
import re
import shlex
from typing import NamedTuple

import packaging.requirements
from packaging.utils import canonicalize_name

from .versions import Range, intersect, overlap, pip_range

LINK = re.compile(r"(?:(?:git|hg|bzr|svn)\+)?[A-Za-z][A-Za-z0-9.+-]*://\S+|git\+\S+@\S+:\S+")
EGG = re.compile(r"#(?:.*&)?egg=([A-Za-z0-9][\w.-]*)")
LONG = {"-r": "--requirement", "-c": "--constraint", "-i": "--index-url", "-e": "--editable", "-f": "--find-links"}
VALUED = (
    "--(?:requirement|constraint|editable|index-url|extra-index-url|find-links|no-binary|only-binary|trusted-host"
    "|use-feature)"
)
FLAG = "--(?:no-index|prefer-binary|require-hashes|pre)"
OPTION = re.compile(
    rf"(?P<flag>{FLAG})|(?P<name>-[rcief]|{VALUED}(?=[ =]))(?: *= *| +|(?<=^-[rcief]))(?P<value>[^ =-].*)"
)
# Where the next option of a line begins.
NEXT = re.compile(rf" (?=(?:-[rcief]|{VALUED}|{FLAG})(?:[ =]|$))")
OF_REQUIREMENT = re.compile("--(?:hash|global-option|config-settings?)(?:=.*)?", re.DOTALL)
BEHIND = re.compile(" (?=--(?:hash|global-option|config-settings?)[ =])")
# Most requirements are this; `packaging` need not parse them.
BOUND = r"(?:[=!~]=|[<>]=?)[0-9][0-9A-Za-z.*]*"
SIMPLE = re.compile(rf"([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)((?:{BOUND}(?:,{BOUND})*)?)", re.ASCII)
PATH = re.compile(
    r"(?:\.{1,2}(?:[/\\\[]|$)|/|file:|[\w.-]+/[\w./-]*(?:\[[^\[\]]*\])?$"
    r"|[^\s@]+\.(?:whl|zip|tar\.gz|tgz|tar\.bz2)(?:\[[^\[\]]*\])?$)"
)


class Requirement(NamedTuple):
    """A package by name; `shown` is the name as it was written, `options` what stands behind it for pip."""

    shown: str
    version: Range
    extras: frozenset[str] = frozenset()
    marker: str = ""
    url: str = ""
    options: str = ""

    @property
    def condition(self) -> str:
        """The marker as it stands behind a version."""
        return f" ; {self.marker}" if self.marker else ""

    def asking(self, version: str, extras: frozenset[str], options: str) -> str:
        """Its text with these in place of its own."""
        wanted = f"[{','.join(sorted(extras))}]" if extras else ""
        return f"{self.shown}{wanted}{version}{self.condition}" + (f" {options}" if options else "")


class Line(NamedTuple):
    """`key` is what wants are grouped by, empty where pip could not read the line.

    `name`: the package, empty where nobody can tell. `canonical`: equal for links and options that say the same.
    `simple`: a name, perhaps with a range, and no file's name.
    """

    key: str
    name: str = ""
    canonical: str = ""
    requirement: Requirement | None = None
    simple: bool = False


@functools.lru_cache(maxsize=16384)
def parse(text: str) -> Line:
    """The line `text`, without its comment."""
    simple = SIMPLE.fullmatch(text)
    if simple and (version := pip_range(simple[2])).sets is not None and not PATH.match(text):
        name = str(canonicalize_name(simple[1]))
        return Line(name, name, text, Requirement(simple[1], version), simple=True)
    if text.startswith("-"):
        return _option(text)
    if LINK.fullmatch(text):
        return Line(_egg(text) or text, _egg(text), text)
    body, *behind = BEHIND.split(text, maxsplit=1)
    if " -" in body:  # pip reads options from there on
        return Line("")
    named = _requirement(body, "".join(behind)) if not behind or _are_options(behind[0]) else None
    if named is None:
        return Line(text, canonical=text) if PATH.match(text) else Line("")
    name = str(canonicalize_name(named.shown))
    return Line(name + named.condition, name, text, named)


def _option(text: str) -> Line:
    option = OPTION.fullmatch(text)
    if option is None or not _are_options(text):
        return Line("")
    long = LONG.get(option["name"], option["name"]) or option["flag"]
    canonical = f"{long} {option['value'] or ''}"
    name = _egg(canonical) if long == "--editable" else ""
    return Line(long if long == "--index-url" else name or canonical, name, canonical)


def _requirement(text: str, options: str) -> Requirement | None:
    try:
        parsed = packaging.requirements.Requirement(text)
        version = pip_range(str(parsed.specifier))
    except (ValueError, RecursionError):  # also for more digits than Python takes
        return None
    return Requirement(
        parsed.name, version, frozenset(parsed.extras), str(parsed.marker or ""), parsed.url or "", options
    )


def _are_options(text: str) -> bool:
    """Whether pip can split the words, the first is an option, and those that follow are options of a requirement."""
    try:
        words = shlex.split(text)
    except ValueError:
        return False
    return all(not word.startswith("-") or OF_REQUIREMENT.fullmatch(word) for word in words[1:])


def _egg(text: str) -> str:
    match = EGG.search(text)
    return str(canonicalize_name(match[1])) if match else ""


def combine(texts: list[str]) -> str | None:
    """One line for all of one key, or None."""
    lines = [parse(text) for text in texts]
    requirements = [line.requirement for line in lines if line.requirement]
    if len(requirements) < len(lines) or any(requirement.url for requirement in requirements):
        return _link_among(texts, lines)
    options = {requirement.options for requirement in requirements if requirement.options}
    version = intersect([requirement.version for requirement in requirements])
    if version is None or len(options) > 1:
        return None
    extras = frozenset[str]().union(*(requirement.extras for requirement in requirements))
    return requirements[0].asking(version, extras, "".join(options))


def fits(texts: list[str]) -> bool:
    """Whether `combine` has one for them."""
    requirements = [parse(text).requirement for text in texts]
    plain = [asked for asked in requirements if asked and not asked.url and not asked.options]
    if len(plain) == len(requirements):
        return overlap([asked.version for asked in plain])
    return combine(texts) is not None


def _link_among(texts: list[str], lines: list[Line]) -> str | None:
    """The one link, or option, where all others are bare names: these it satisfies."""
    links: dict[str, str] = {}
    for text, line in zip(texts, lines, strict=True):
        if not line.requirement or line.requirement.url:
            links.setdefault(line.canonical, text)
        elif line.requirement.version.text or line.requirement.extras:
            return None
    return next(iter(links.values())) if len(links) == 1 else None
