"""When two requirements on one package can be one.

- a bare name asks for nothing: the other one stands
- a range within all the others stands alone; `===` asks for a spelling, and is within nothing but itself
- ranges that overlap are joined by commas, each clause once; conda's alternatives (`|`) are multiplied out
- ranges that cannot both hold, or that `packaging` cannot compare (`===` too), have no common text: the caller's clash
- what only early versions satisfy cannot hold (`=2.0` beside `<2.0a0`), unless one of the ranges asks for such alone

Source of the rule: PEP 440 as `packaging.specifiers` implements it; conda's `=1.2` and `1.2.*` are its `==1.2.*`, and
what stands alone, `1.2`, is `==1.2`.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple

from packaging.ranges import VersionRange
from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet

# Combinations of alternatives beyond which two ranges are not multiplied out but clash.
MOST_ALTERNATIVES = 16
# Characters of a clause; Python refuses numbers of more than 4,300 digits.
LONGEST = 1000


EARLY = re.compile("[A-Za-z]|!=")


class Alternative(NamedTuple):
    """`clauses`, and their text, as they are written and as PEP 440 has them; `unbounded`: from above.

    `early`: it may leave nothing but early versions of what another one takes.
    """

    clauses: tuple[tuple[str, str], ...]
    text: str
    pep440: str
    unbounded: bool
    early: bool


def _alternative(clauses: tuple[tuple[str, str], ...]) -> Alternative:
    text, pep440 = (",".join([clause[side] for clause in clauses]) for side in (0, 1))
    unbounded = all(clause[1].startswith((">", "!=")) for clause in clauses)
    return Alternative(clauses, text, pep440, unbounded, EARLY.search(pep440) is not None)


class Range(NamedTuple):
    """`text` as it can stand behind a name; `sets` the alternatives, None where it is no range PEP 440 knows.

    `lenient`: what the tool takes is a little more than PEP 440 has it. conda's `<2` takes 2.0rc1, and `>1` 1.post1.
    """

    text: str
    sets: tuple[Alternative, ...] | None
    lenient: bool = False


@functools.lru_cache(maxsize=4096)
def _versions(pep440: str) -> VersionRange:
    specifiers = [specifier for clause in pep440.split(",") if (specifier := _specifier(clause))]
    return SpecifierSet(specifiers).to_range()


@functools.lru_cache(maxsize=4096)
def _all_versions(pep440: tuple[str, ...]) -> VersionRange:
    """What is in all of them; those of the ones before the last are mostly known."""
    last = _versions(pep440[-1])
    return _all_versions(pep440[:-1]).intersection(last) if len(pep440) > 1 else last


@functools.lru_cache(maxsize=4096)
def _releases(pep440: tuple[str, ...]) -> VersionRange:
    """What is in all of them and is no early version."""
    specifiers = [specifier for clause in pep440[-1].split(",") if (specifier := _specifier(clause))]
    last = SpecifierSet(specifiers, prereleases=False).to_range()
    return _releases(pep440[:-1]).intersection(last) if len(pep440) > 1 else last


@functools.lru_cache(maxsize=4096)
def pip_range(text: str) -> Range:
    """A PEP 440 specifier set."""
    compact = text.replace(" ", "")
    clauses = tuple((clause, clause.replace("===", "==")) for clause in compact.split(",") if clause)
    valid = all(_specifier(pep440) for _, pep440 in clauses)
    return Range(compact, (_alternative(clauses),) if valid else None)


@functools.lru_cache(maxsize=4096)
def _specifier(text: str) -> Specifier | None:
    try:
        return Specifier(text) if len(text) <= LONGEST else None
    except InvalidSpecifier:
        return None


@functools.lru_cache(maxsize=4096)
def conda_range(text: str) -> Range:
    """The version of a conda match specification: `=1.2`, `>=1,<2`, `1.2.*`, `1.7|>=2`, `*`."""
    sets: list[Alternative] = []
    for written in text.split("|"):
        clauses = [_conda_clause(clause.strip()) for clause in written.split(",")]
        if any(clause is None for clause in clauses):
            return Range(text.strip(), None)
        sets.append(_alternative(tuple(dict.fromkeys(clause for clause in clauses if clause and clause[0]))))
    if not all(alternative.clauses for alternative in sets):
        return Range("", (_alternative(()),))
    return Range("|".join(alternative.text for alternative in sets), tuple(sets), lenient=True)


STRICT = re.compile(r"([<>])(?!=)")
CLAUSE = re.compile(r"(==|=|!=|>=|<=|>|<|~=)?\s*([0-9][0-9A-Za-z.!+_]*?)(\.?\*)?")


@functools.lru_cache(maxsize=4096)
def _conda_clause(clause: str) -> tuple[str, str] | None:
    """The clause as conda and as PEP 440 write it."""
    if clause in ("", "*", "=*", "==*"):
        return "", ""
    match = CLAUSE.fullmatch(clause)
    if not match:
        return None
    operator, version, wildcard = match.groups()
    fuzzy = operator == "=" or bool(wildcard)
    if fuzzy and operator in (None, "=", "=="):
        shown, pep440 = f"={version}", f"=={version}.*"
    elif fuzzy and operator != "!=":  # conda reads >=1.2.* as >=1.2
        shown = pep440 = f"{operator}{version}"
    else:
        shown = pep440 = f"{operator or '=='}{version}{'.*' if fuzzy else ''}"
    return (shown, pep440) if _specifier(pep440) else None


def intersect(ranges: list[Range]) -> str | None:
    """The text of a range that satisfies all, or None where there is none that can be written down."""
    asking = _asking(ranges)
    if len(asking) <= 1:
        return asking[0].text if asking else ""
    lenient = any(range_.lenient for range_ in asking)
    texts = [_text(combination, lenient) for combination in _combinations(asking)]
    return "|".join(dict.fromkeys(texts)) or None


def overlap(ranges: list[Range]) -> bool:
    """Whether `intersect` has a text for them; faster."""
    asking = _asking(ranges)
    return len(asking) <= 1 or next(_combinations(asking), None) is not None


def _asking(ranges: list[Range]) -> list[Range]:
    return list({range_.text: range_ for range_ in ranges if range_.text}.values())


def _combinations(asking: list[Range]) -> Iterator[tuple[Alternative, ...]]:
    """One alternative of each, where all of them can hold."""
    alternatives: list[tuple[Alternative, ...]] = []
    total = 1
    for range_ in asking:
        if range_.sets is None:
            return
        total *= len(range_.sets)
        alternatives.append(range_.sets)
    if total <= MOST_ALTERNATIVES:
        parts = itertools.product(*alternatives) if total > 1 else [tuple([only for (only,) in alternatives])]
        yield from filter(_can_hold, parts)


def _can_hold(parts: tuple[Alternative, ...]) -> bool:
    if False not in [part.unbounded for part in parts]:
        return True
    spellings = {clause for part in parts if "===" in part.text for clause, _ in part.clauses if "===" in clause}
    texts = tuple([part.pep440 for part in parts])
    if len(spellings) > 1 or _all_versions(texts).is_empty:
        return False
    if True not in [part.early for part in parts] or not _releases(texts).is_empty:
        return True
    return any(_releases((text,)).is_empty for text in texts)


def _text(parts: tuple[Alternative, ...], lenient: bool) -> str:
    together = _all_versions(tuple([part.pep440 for part in parts]))
    for part in parts:
        if _versions(part.pep440).is_subset(together) and all(_within(part, other, lenient) for other in parts):
            return part.text
    return ",".join(dict.fromkeys(shown for part in parts for shown, _ in part.clauses))


def _within(part: Alternative, other: Alternative, lenient: bool) -> bool:
    """Whether `other` takes all that `part` takes; the clauses that they share need no proof."""
    rest = [clause for clause in other.clauses if clause not in part.clauses]
    if any(shown.startswith("===") for shown, _ in rest):
        return False
    outer = STRICT.sub(r"\1=", part.pep440) if lenient else part.pep440
    return not rest or _versions(outer).is_subset(_versions(",".join(pep440 for _, pep440 in rest)))
