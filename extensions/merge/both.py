"""One package from conda and from pip, where pip would replace conda's files.

- whoever asks for both in one file means it: both lines are kept
- conda's line has it for both, in a range that satisfies both: a version that one asks for holds beside another's bare
  name, whichever of the two asks for it
- extras are pip's alone: its line is kept beside conda's, which pip then finds in place
- a link is pip's line for both, where conda's is a bare name
- what cannot be one is a clash: who comes first wins, and conda's where that says nothing
- a line of pip's whose marker does not hold here concerns nobody
- which names are one package: `names`
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from packaging.markers import Marker

from ..model import PRECEDENCE, Clash, Entry, Merged, Want
from . import names, requirement, specs
from .requirement import Requirement

REMEDY = "keep one of the two"
REPLACED = "pip would replace conda's files"
HERE = {
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "sys_platform": "linux",
    "extra": "",
}
# What differs among the machines and versions that a course runs on.
ELSEWHERE = re.compile(r"platform_(?:machine|release|version)|implementation_version|python_full_version")
EQUAL = re.compile(r"={2,3}(?P<version>[^*]+?)(?P<any>\.\*)?")


def settle(conda: Merged, pip: Merged, python: str, ranks: Mapping[str, int]) -> None:
    """Change both for a file that is to be written; `ranks`: the components' places in the order of precedence."""
    for entry, known in _pairs(conda, pip):
        asked = requirement.parse(entry.text).requirement
        marker = asked.marker if asked else ""
        if ELSEWHERE.search(marker):
            _lose(conda, pip, known, entry, REPLACED)
        elif marker and not _holds(marker, python):
            continue
        elif asked is None or asked.url or asked.options:
            _link(conda, pip, known, entry, ranks)
        else:
            _join(conda, pip, known, entry, asked, ranks)


def compare(conda: Merged, pip: Merged) -> None:
    """The clashes in a file that is written: nothing in it can be joined any more."""
    for entry, known in _pairs(conda, pip):
        _lose(conda, pip, known, entry, REPLACED)


def _pairs(conda: Merged, pip: Merged) -> list[tuple[Entry, str]]:
    """Entries of pip's, and the names of conda's for the same packages."""
    if not pip.entries or not conda.entries:
        return []
    found: dict[str, Entry] = {}
    for entry in conda.entries:
        spec = specs.parse(entry.text)
        name = names.of_conda(spec.name) if spec else ""
        if name and entry.name != "pip":
            found.setdefault(name, entry)
    pairs = [(entry, names.of_pypi(requirement.parse(entry.text).name)) for entry in pip.entries]
    there = [(entry, found[name]) for entry, name in pairs if name in found]
    return [(entry, known.name) for entry, known in there if not _is_meant(known, entry)]


def _is_meant(conda: Entry, pip: Entry) -> bool:
    """Whether whoever asks for pip's asks for conda's in the same file: the one over the other, then."""
    files = {(want.component, want.file) for want in (*conda.wants, *conda.losing)}
    return files.issuperset((want.component, want.file) for want in pip.wants)


def _holds(marker: str, python: str) -> bool:
    """Whether the marker holds in every session, whatever machine renders the files."""
    return Marker(marker).evaluate({**HERE, "python_version": python})


def _join(conda: Merged, pip: Merged, name: str, entry: Entry, asked: Requirement, ranks: Mapping[str, int]) -> None:
    known = _named(conda, name)
    spec = specs.parse(known.text)
    text = f"{spec.shown if spec else name}{as_conda(asked)}"
    if specs.fits([known.text, text]) and (joined := specs.combine([known.text, text])):
        wants, losing = (*known.wants, *entry.wants), (*known.losing, *entry.losing)
        _put(conda, known, replace(known, text=joined, wants=wants, losing=losing))
    elif specs.parse(text) is None or _rank(known.wants, ranks) <= _rank(entry.wants, ranks):
        _lose(conda, pip, name, entry, PRECEDENCE)
        return
    else:
        fitting = tuple(want for want in known.wants if specs.fits([text, want.text]))
        losing = tuple(want for want in known.wants if want not in fitting)
        conda.clashes.append(Clash("conda and pip", known.name, entry.wants, losing, REMEDY))
        wants, losing = (*entry.wants, *fitting), (*losing, *known.losing, *entry.losing)
        _put(conda, known, replace(known, text=text, wants=wants, losing=losing))
    if not asked.extras:
        pip.entries.remove(entry)


def _link(conda: Merged, pip: Merged, name: str, entry: Entry, ranks: Mapping[str, int]) -> None:
    known = _named(conda, name)
    spec = specs.parse(known.text)
    bare = spec is not None and not (spec.version.text or spec.build or spec.channel or spec.more)
    if not bare and _rank(known.wants, ranks) <= _rank(entry.wants, ranks):
        _lose(conda, pip, name, entry, REPLACED)
        return
    if bare:
        joined = replace(entry, wants=(*entry.wants, *known.wants), losing=(*entry.losing, *known.losing))
    else:
        conda.clashes.append(Clash("conda and pip", known.name, entry.wants, known.wants, REMEDY))
        joined = replace(entry, losing=(*entry.losing, *known.wants, *known.losing))
    conda.entries.remove(known)
    _put(pip, entry, joined)


def _lose(conda: Merged, pip: Merged, name: str, entry: Entry, why: str) -> None:
    known = _named(conda, name)
    conda.clashes.append(
        Clash("conda and pip", known.name, known.wants, entry.wants, "keep conda's and drop pip's", why)
    )
    _put(conda, known, replace(known, losing=(*known.losing, *entry.wants, *entry.losing)))
    pip.entries.remove(entry)


def _named(merged: Merged, name: str) -> Entry:
    return next(entry for entry in merged.entries if entry.name == name)


def _put(merged: Merged, old: Entry, new: Entry) -> None:
    merged.entries[merged.entries.index(old)] = new


def _rank(wants: tuple[Want, ...], ranks: Mapping[str, int]) -> int:
    return min(ranks.get(want.component, len(ranks)) for want in wants)


def as_conda(asked: Requirement) -> str:
    """The range as conda writes it."""
    clauses = [clause for part in asked.version.sets or () for clause, _ in part.clauses]
    return ",".join(_clause(clause) for clause in clauses)


def _clause(clause: str) -> str:
    match = EQUAL.fullmatch(clause)
    if match is None:
        return clause
    return f"{'=' if match['any'] else '=='}{match['version']}"
