"""When two requirements on one package can be one.

- a bare name asks for nothing: the other one stands
- a range within all the others stands alone
- ranges that overlap are joined by commas, each clause once
- ranges that cannot both hold, or that `packaging` cannot read, have no common text: the caller's clash

Source of the rule: PEP 440 as `packaging.specifiers` implements it; conda's `=1.2` and `1.2.*` are its `==1.2.*`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from packaging.specifiers import InvalidSpecifier, SpecifierSet


@dataclass(frozen=True)
class Range:
    """`text` as written behind the name; `specifiers` None where the text is no plain version range."""

    text: str
    specifiers: SpecifierSet | None


def pip_range(text: str) -> Range:
    """A PEP 440 specifier set."""
    try:
        return Range(text.replace(" ", ""), SpecifierSet(text))
    except InvalidSpecifier:
        return Range(text, None)


def conda_range(text: str) -> Range:
    """What stands behind the name in a conda match specification: `=1.2`, `>=1,<2`, `1.2.*`, `=1.2=py310_0`."""
    clauses = [_conda_clause(clause.strip()) for clause in text.split(",")] if text.strip() else []
    if any(clause is None for clause in clauses):
        return Range(text.strip(), None)
    return Range(text.replace(" ", ""), SpecifierSet(",".join(filter(None, clauses))))


def _conda_clause(clause: str) -> str | None:
    match = re.fullmatch(r"(==|=|!=|>=|<=|>|<|~=)?\s*([0-9][0-9A-Za-z.!+_]*?)(\.?\*)?", clause)
    if not match:
        return None
    operator, version, wildcard = match.groups()
    if operator == "=":
        operator, wildcard = "==", ".*"
    try:
        return str(SpecifierSet(f"{operator or '=='}{version}{'.*' if wildcard else ''}"))
    except InvalidSpecifier:
        return None


def intersect(ranges: list[Range]) -> str | None:
    """The text of a range that satisfies all, or None where there is none that can be written down."""
    asking = list({range_.text: range_ for range_ in ranges if range_.text}.values())
    if len(asking) <= 1:
        return asking[0].text if asking else ""
    if any(range_.specifiers is None for range_ in asking):
        return None
    specifiers = [range_.specifiers for range_ in asking if range_.specifiers is not None]
    if (specifiers[0] if len(specifiers) == 1 else _all_of(specifiers)).is_unsatisfiable():
        return None
    for range_, own in zip(asking, specifiers, strict=True):
        if all(own.is_subset(other) for other in specifiers):
            return range_.text
    return ",".join(dict.fromkeys(clause for range_ in asking for clause in range_.text.split(",")))


def _all_of(specifiers: list[SpecifierSet]) -> SpecifierSet:
    result = specifiers[0]
    for other in specifiers[1:]:
        result &= other
    return result
