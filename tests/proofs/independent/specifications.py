"""One line of a list, as conda or pip reads it, and whether a merged line does what another one asks for."""

from __future__ import annotations

import argparse
import functools
import posixpath
import re
from fnmatch import fnmatch
from typing import NamedTuple

import rattler
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from .ranges import beyond, conda_takes, outside, pip_takes

URL = re.compile(r"[A-Za-z][A-Za-z0-9.+-]*://|(?:git|hg|bzr|svn)\+")
EGG = re.compile(r"[#&]egg=([\w.-]+)")
ARCHIVES = (".whl", ".zip", ".tar.gz", ".tar.bz2", ".tgz")
OF_FILES, OF_PLACES = ("requirement", "constraint"), ("editable", "find_links")


class CondaLine(NamedTuple):
    name: str
    channel: str
    range_: str
    build: str
    more: tuple[str, ...]


class PipLine(NamedTuple):
    """`target` is a URL, or a path from the merged repository's root; `behind` the options of this one requirement."""

    option: str = ""
    target: str = ""
    name: str = ""
    extras: frozenset[str] = frozenset()
    range_: str = ""
    marker: str = ""
    behind: tuple[str, ...] = ()


@functools.cache
def conda_line(text: str) -> CondaLine | None:
    """None for what conda could not read."""
    try:
        spec = rattler.MatchSpec(text)
    except Exception:  # rattler's have no type in common
        return None
    channel = (spec.channel.name or spec.channel.base_url) if spec.channel else ""
    more = tuple(str(one) for one in (spec.subdir, spec.build_number, spec.md5, spec.sha256, spec.file_name))
    name = str(spec.name.normalized) if spec.name else ""
    return CondaLine(name, str(channel), spec.version or "", spec.build or "", more) if name else None


@functools.cache
def conda_implies(merged: CondaLine, wished: CondaLine) -> bool:
    return (
        merged.name == wished.name
        and wished.channel in ("", merged.channel)
        and (not wished.build or fnmatch(merged.build, wished.build))
        and all(want in ("None", have) for have, want in zip(merged.more, wished.more, strict=True))
        and outside(conda_takes, merged.range_, wished.range_) is None
    )


def _parser() -> argparse.ArgumentParser:
    """The options that pip's documentation allows in a requirements file."""
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False, allow_abbrev=False)
    for names in ("-i --index-url", "-c --constraint", "-r --requirement", "-e --editable", "-f --find-links"):
        parser.add_argument(*names.split())
    for name in ("--extra-index-url", "--no-binary", "--only-binary", "--trusted-host", "--use-feature"):
        parser.add_argument(name)
    for name in ("--no-index", "--prefer-binary", "--require-hashes", "--pre"):
        parser.add_argument(name, action="store_true")
    return parser


PARSER = _parser()


@functools.cache
def pip_line(text: str, files: str, places: str) -> PipLine | None:
    """A line whose `-r` files are found from the folder `files`, its local packages from `places`; None for no line."""
    if text.startswith("-"):
        return _option(text, files, places)
    body, *options = re.split(r"\s+(?=--)", text)
    behind = tuple(sorted(one for one in options if not one.startswith("--hash")))
    if URL.match(body):
        return PipLine(target=body, name=_egg(body), behind=behind)
    try:
        one = Requirement(body)
    except InvalidRequirement:
        local = body.startswith((".", "file:")) or "/" in body or body.endswith(ARCHIVES)
        return PipLine(target=_placed(body, places), behind=behind) if local and " " not in body else None
    if not one.url and body.endswith(ARCHIVES):
        return PipLine(target=_placed(body, places), behind=behind)
    named = one.url or "", canonicalize_name(one.name), frozenset(one.extras), str(one.specifier)
    return PipLine("", *named, str(one.marker or ""), behind)


def _option(text: str, files: str, places: str) -> PipLine | None:
    spaced = re.sub(r"^(-[rcief])(?=[^\s=])", r"\1 ", text)
    try:
        parsed, rest = PARSER.parse_known_args(re.split(r"\s+|=", spaced, maxsplit=1))
    except (argparse.ArgumentError, SystemExit):
        return None
    given = [(name, value) for name, value in vars(parsed).items() if value]
    if rest or len(given) != 1:
        return None
    name, value = given[0]
    target = value if isinstance(value, str) else ""
    if name in (*OF_FILES, *OF_PLACES) and not URL.match(target) and " @ " not in target:
        target = _placed(target, files if name in OF_FILES else places)
    return PipLine(name, target, _egg(target) if name == "editable" else "")


def _egg(text: str) -> str:
    match = EGG.search(text)
    return canonicalize_name(match[1]) if match else ""


def _placed(path: str, base: str) -> str:
    plain = re.sub("^file:(?!/)", "", path)
    if plain.startswith(("/", "~", "$", "file:")) or "\\" in plain:
        return path
    target, bracket, extras = plain.partition("[")
    return posixpath.normpath(posixpath.join(base, target)) + bracket + extras


@functools.cache
def pip_implies(merged: PipLine, wished: PipLine) -> bool:
    """A link, editable or not, satisfies a bare name; markers are equal, so that nothing is installed elsewhere."""
    if merged.marker != wished.marker or not set(wished.behind) <= set(merged.behind):
        return False
    if wished.option or wished.target:
        return (merged.option, merged.target) == (wished.option, wished.target)
    if merged.name != wished.name or not wished.extras <= merged.extras or merged.option not in ("", "editable"):
        return False
    return not wished.range_ if merged.target else outside(pip_takes, merged.range_, wished.range_) is None


# conda's names of what PyPI calls otherwise.
ALIASES = {
    "matplotlib-base": "matplotlib",
    "pytorch": "torch",
    "neo4j-python-driver": "neo4j",
    "psycopg2": "psycopg2-binary",
    "python-graphviz": "graphviz",
}

# Names that mean a program to conda, and what calls it to PyPI.
TWO_THINGS = ("nodejs", "graphviz", "pandoc", "julia", "redis", "docker")


@functools.cache
def across(conda: CondaLine, wished: PipLine) -> bool:
    """Whether a package of conda's is what somebody wishes of pip, in that range; it has no extras."""
    names = canonicalize_name(conda.name), ALIASES.get(conda.name)
    if wished.name not in names or wished.target or wished.extras or wished.option:
        return False
    return beyond(conda.range_, wished.range_) is None
