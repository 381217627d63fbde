"""When two requirements on one package can be one.

- a bare name asks for nothing: the other one stands
- a range within all the others stands alone; `===` asks for a spelling, and is within nothing but itself
- ranges that overlap are joined by commas, each clause once; conda's alternatives (`|`) are multiplied out
- ranges that cannot both hold, or that `packaging` cannot compare (`===` too), have no common text: the caller's clash

Source of the rule: PEP 440 as `packaging.specifiers` implements it; conda's `=1.2` and `1.2.*` are its `==1.2.*`, and
what stands alone, `1.2`, is `==1.2`.
"""

from __future__ import annotations

import functools
import itertools
import re
from dataclasses import dataclass, field
from typing import NamedTuple

from packaging.specifiers import SpecifierSet

# Combinations of alternatives beyond which two ranges are not multiplied out but clash.
MOST_ALTERNATIVES = 16


class Alternative(NamedTuple):
    """`clauses` as they are written and as PEP 440 has them; `outer` takes all that any reading of them takes.

    conda's `<2` takes 2.0rc1, PEP 440's does not; likewise `>1` and 1.post1.
    """

    clauses: tuple[tuple[str, str], ...]
    specifiers: SpecifierSet
    outer: SpecifierSet

    @property
    def text(self) -> str:
        return ",".join(shown for shown, _ in self.clauses)


@dataclass(frozen=True)
class Range:
    """`text` as it can stand behind a name; `sets` the alternatives, None where it is no range PEP 440 knows.

    Ranges of one text are equal: hashing a `SpecifierSet` parses its versions.
    """

    text: str
    sets: tuple[Alternative, ...] | None = field(compare=False)

    @property
    def specifiers(self) -> SpecifierSet | None:
        """The range, where there is just one alternative."""
        return self.sets[0].specifiers if self.sets is not None and len(self.sets) == 1 else None


@functools.lru_cache(maxsize=4096)
def pip_range(text: str) -> Range:
    """A PEP 440 specifier set."""
    compact = text.replace(" ", "")
    try:
        clauses = tuple((clause, clause.replace("===", "==")) for clause in compact.split(",") if clause)
        specifiers = _specifiers(",".join(pep440 for _, pep440 in clauses))
        return Range(compact, (Alternative(clauses, specifiers, specifiers),))
    except ValueError:
        return Range(compact, None)


def _specifiers(text: str) -> SpecifierSet:
    """Raises `ValueError` also for more digits than Python takes."""
    specifiers = SpecifierSet(text)
    hash(specifiers)  # parses the versions
    return specifiers


@functools.lru_cache(maxsize=4096)
def conda_range(text: str) -> Range:
    """The version of a conda match specification: `=1.2`, `>=1,<2`, `1.2.*`, `1.7|>=2`, `*`."""
    sets = []
    for alternative in text.split("|"):
        clauses = [_conda_clause(clause.strip()) for clause in alternative.split(",")]
        if any(clause is None for clause in clauses):
            return Range(text.strip(), None)
        pairs = tuple(dict.fromkeys(clause for clause in clauses if clause and clause[0]))
        pep440 = ",".join(pep440 for _, pep440 in pairs)
        sets.append(Alternative(pairs, SpecifierSet(pep440), SpecifierSet(STRICT.sub(r"\1=", pep440))))
    if any(not one.clauses for one in sets):
        return Range("", (Alternative((), SpecifierSet(), SpecifierSet()),))
    return Range("|".join(one.text for one in sets), tuple(sets))


STRICT = re.compile(r"([<>])(?!=)")
CLAUSE = re.compile(r"(==|=|!=|>=|<=|>|<|~=)?\s*([0-9][0-9A-Za-z.!+_]*?)(\.?\*)?")


def _conda_clause(clause: str) -> tuple[str, str] | None:
    """The clause as conda and as PEP 440 write it."""
    if clause in ("", "*", "=*", "==*"):
        return "", ""
    match = CLAUSE.fullmatch(clause)
    if not match:
        return None
    operator, version, wildcard = match.groups()
    fuzzy = operator == "=" or bool(wildcard)
    try:
        if fuzzy and operator in (None, "=", "=="):
            return f"={version}", str(_specifiers(f"=={version}.*"))
        if fuzzy and operator != "!=":  # conda reads >=1.2.* as >=1.2
            return f"{operator}{version}", str(_specifiers(f"{operator}{version}"))
        operator = operator or "=="
        star = ".*" if fuzzy else ""
        return f"{operator}{version}{star}", str(_specifiers(f"{operator}{version}{star}"))
    except ValueError:
        return None


def intersect(ranges: list[Range]) -> str | None:
    """The text of a range that satisfies all, or None where there is none that can be written down."""
    asking = list({range_.text: range_ for range_ in ranges if range_.text}.values())
    if len(asking) <= 1:
        return asking[0].text if asking else ""
    return _intersect(tuple(asking))


@functools.lru_cache(maxsize=4096)
def _intersect(asking: tuple[Range, ...]) -> str | None:
    alternatives: list[tuple[Alternative, ...]] = []
    total = 1
    for range_ in asking:
        if range_.sets is None:
            return None
        total *= len(range_.sets)
        alternatives.append(range_.sets)
    if total > MOST_ALTERNATIVES:
        return None
    texts = [_all_of(combination) for combination in itertools.product(*alternatives)]
    return "|".join(dict.fromkeys(text for text in texts if text is not None)) or None


def _all_of(parts: tuple[Alternative, ...]) -> str | None:
    together = SpecifierSet()
    for part in parts:
        together &= part.specifiers
    spellings = {shown for part in parts for shown, _ in part.clauses if shown.startswith("===")}
    if together.is_unsatisfiable() or len(spellings) > 1:
        return None
    for part in parts:
        if all(_within(part, other) for other in parts):
            return part.text
    return ",".join(dict.fromkeys(shown for part in parts for shown, _ in part.clauses))


def _within(part: Alternative, other: Alternative) -> bool:
    """Whether `other` takes all that `part` takes; the clauses that they share need no proof."""
    rest = [clause for clause in other.clauses if clause not in part.clauses]
    if any(shown.startswith("===") for shown, _ in rest):
        return False
    return not rest or part.outer.is_subset(SpecifierSet(",".join(pep440 for _, pep440 in rest)))
