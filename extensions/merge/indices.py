"""Where pip looks for packages, in a list that several wrote.

- an option behind a requirement is ignored by pip, but for `requirement.OF_REQUIREMENT`: those that add a place become
  lines of their own, an index one more index; all others are left out
- a requirement behind an option's address is ignored too, and becomes a line of its own
- an index in a line of its own takes PyPI's place for all packages: where others ask for some, it becomes one more
  index, and `--no-index` a comment; not where they name the same one, or PyPI itself is named beside it
- a version that only its own index has (`2.1.0+cu118`) is asked for without its local part, where whoever asks for it
  names no place to look for it but PyPI; so is one that `===` asks for and that is no version to pip, by the name alone
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from packaging.version import VERSION_PATTERN

from ..errors import BlocksError
from ..model import Fragment, Want
from ..rule import Rule
from . import requirement
from .lines import Notes
from .requirement import LONG, OPTION

BB214 = Rule(
    "BB214",
    "an option stands behind a requirement, or a requirement behind an option",
    "pip ignores it there; what adds a place to look for packages is taken as a line of its own, `--index-url` as "
    "`--extra-index-url`, so that it does not take PyPI's place for all packages",
    "write it on a line of its own, if it is meant",
)
BB215 = Rule(
    "BB215",
    "an index takes PyPI's place",
    "all packages of the list are looked for there alone, also those of others: beside these, `--extra-index-url` is "
    "written for it, and `--no-index` is left out",
    "write `--extra-index-url`, if PyPI is to be asked too",
)
BB225 = Rule(
    "BB225",
    "a version that PyPI does not have",
    "a local version, such as `2.1.0+cu118`, is that of another index or of somebody's own build; the public one is "
    "taken, and the name alone where `===` asks for what is no version, such as `0.23ubuntu1`",
    "name the index, as `--extra-index-url`",
)

ADDING = ("--extra-index-url", "--find-links", "--trusted-host")
REPLACING = ("--index-url", "--no-index")
PYPI = re.compile(r"https?://pypi\.(?:org|python\.org)/(?:simple|pypi)/?")
LOCAL = re.compile(r"(?<=[^=])={2,3}\s*(?P<public>\d[\w.!]*)\+[\w.]+(?![^\s,;)])")
# What `pip freeze` writes of a version that follows no rule.
ARBITRARY = re.compile(r"(?<=[^=])===\s*(?P<version>[^\s,;)]+)")
VERSION = re.compile(VERSION_PATTERN, re.VERBOSE | re.IGNORECASE)
# What somebody's own build of a checkout is called.
UNKNOWN = re.compile(r"0(?:\.0)*(?:\.dev\d+)?")


def _option(text: str) -> tuple[str, str]:
    """The option's long name and its value; empty for what is none."""
    option = OPTION.fullmatch(text)
    if option is None:
        return "", ""
    return str(LONG.get(option["name"], option["name"]) or option["flag"]), option["value"] or ""


def behind(want: Want, fragment: Fragment, notes: Notes) -> Want | None:
    """An option behind a requirement as a line of its own; None where it is left out."""
    name, value = _option(want.text)
    index = name == "--index-url"
    instead = f"--extra-index-url {value}" if index else want.text if name in ADDING else ""
    reason = "stands behind a requirement, where pip ignores it"
    remedy = f"write '{instead}' on a line of its own" if instead else "remove it, or write it on a line of its own"
    _tell(
        want,
        fragment,
        notes,
        f"{reason}{'; it is' if instead else ', and is'} {'taken' if instead else 'left out'}"
        f"{' as one more index' if index else ' as a line of its own' if instead else ''}",
        remedy,
        index or not instead,
    )
    return want._replace(text=instead) if instead else None


def apart(want: Want, fragment: Fragment, notes: Notes) -> Iterator[Want]:
    """The option, and what stands behind its address."""
    name, value = _option(want.text)
    address, *words = value.split() or [""]
    if not words or name not in (*ADDING, "--index-url") or any(word.startswith("-") for word in words):
        yield want
        return
    yield want._replace(text=f"{name} {address}")
    for word in words:
        other = want._replace(text=word, above=())
        _tell(
            other,
            fragment,
            notes,
            "stands behind an option, where pip ignores it",
            "write it on a line of its own",
            False,
        )
        yield other


def _tell(want: Want, fragment: Fragment, notes: Notes, reason: str, remedy: str, left_out: bool) -> None:
    if not fragment.foreign:
        raise BlocksError(f"{want.place}: '{want.text}' {reason}; {remedy}")
    notes.findings.append(want.finding(BB214, reason, remedy, left_out))


def settle(wants: Iterable[Want], notes: Notes) -> list[Want]:
    """The wants of all, with those indices as one more that would take PyPI's place for others."""
    wants = list(wants)
    options = {want: _option(want.text) for want in wants if want.text[:1] == "-"}
    if local := [want for want in wants if ("+" in want.text or "===" in want.text) and want not in options]:
        placed = {want.component for want, (name, value) in options.items() if _is_place(name, value)}
        public = {want: _public(want, notes) for want in local if want.component not in placed}
        wants = [public.get(want, want) for want in wants]
    if not options:
        return wants
    replacing = [want for want, (name, value) in options.items() if name in REPLACING and not PYPI.fullmatch(value)]
    named = any(name in (*ADDING, "--index-url") and PYPI.fullmatch(value) for name, value in options.values())
    if not replacing or named:
        return wants
    asking = {want.component for want in wants if want not in options and want.text != "pip"}
    asking |= {want.component for want, (name, _) in options.items() if name == "--requirement"}
    asking |= {want.component for want in replacing if len({options[other] for other in replacing}) > 1}
    return [one for want in wants for one in (_settled(want, options, asking, notes) if want in replacing else [want])]


def _is_place(name: str, value: str) -> bool:
    """Whether the option names where else than on PyPI there are packages."""
    return name in (*ADDING, *REPLACING) and name != "--trusted-host" and not PYPI.fullmatch(value)


def _settled(want: Want, options: dict[Want, tuple[str, str]], asking: set[str], notes: Notes) -> Iterator[Want]:
    name, value = options[want]
    alike = {other.component for other, option in options.items() if option == (name, value)}
    others = sorted(asking - alike)
    reason = "takes PyPI's place for all packages of the list"
    if not others:
        notes.findings.append(want.finding(BB215, reason, "write '--extra-index-url', if PyPI is to be asked too"))
        yield want
    elif name == "--index-url":
        remedy = f"write '--extra-index-url {value}', as was done here"
        notes.findings.append(
            want.finding(BB215, f"{reason}, also those of {', '.join(others)}", remedy, left_out=True)
        )
        yield want._replace(text=f"--extra-index-url {value}")
    else:
        remedy = "remove it, or keep the list by itself"
        notes.findings.append(
            want.finding(BB215, f"{reason}, also those of {', '.join(others)}", remedy, left_out=True)
        )
        notes.comment_out(want)


def _public(want: Want, notes: Notes) -> Want:
    """A pin to a local version without its local part, or to what is no version without it."""
    asked = requirement.parse(want.text).requirement
    if asked is None or asked.url:
        return want
    match, public = LOCAL.search(want.text), ""
    if match:
        public = "" if UNKNOWN.fullmatch(match["public"]) else f"=={match['public']}"
    else:
        match = ARBITRARY.search(want.text)
        if match is None or VERSION.fullmatch(match["version"]):
            return want
    instead = want.text[: match.start()] + public + want.text[match.end() :]
    reason = f"is a version that PyPI does not have; '{instead}' was taken"
    notes.findings.append(want.finding(BB225, reason, "name its index, as --extra-index-url", left_out=True))
    return want._replace(text=instead)
