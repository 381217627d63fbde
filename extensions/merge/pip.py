"""Requirements: the `pip:` list of environment.yml, requirements.txt, requirements.late.txt.

- by name as PEP 503 normalises it, extras and marker; two ranges become their intersection, disjoint ones clash
- options, files, URLs and version control links are kept as written, options first, order kept, duplicates once
- a comment stays with its line
- the late file keeps every line, in component order: its order is its meaning
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from ..errors import BlocksError
from .model import Entry, Fragment, Merged, Want, merge_wants, split_comment
from .versions import intersect, pip_range

LATE_ANCHOR = "# Your own late packages go below this line, one to a line, in the order of their installation."


def merge(wants: Iterable[Want]) -> Merged:
    """All requirements, by name."""
    merged = merge_wants(((_key(want), want) for want in wants), _combine, "make the two ranges overlap")
    merged.entries.sort(key=lambda entry: not entry.text.startswith("-"))
    return merged


def read(fragment: Fragment) -> Iterator[Want]:
    """The entries of a requirements file."""
    for number, line in enumerate(fragment.text.splitlines(), start=1):
        text, comment = split_comment(line)
        if text:
            yield Want(text, fragment.component, fragment.file, number, comment)


def parse(text: str) -> Requirement | None:
    """The requirement, or None for what is none: an option, a path, a URL without a name."""
    try:
        return Requirement(text)
    except InvalidRequirement:
        return None


def _key(want: Want) -> str:
    if want.text.startswith(("-", ".", "/")) or "://" in want.text.split(" @ ", 1)[0]:
        return want.text
    requirement = parse(want.text)
    if requirement is None:
        raise BlocksError(f"{want.place}: '{want.text}' is no requirement pip could read; write it like 'name>=1.2'")
    return _identity(requirement)


def _identity(requirement: Requirement) -> str:
    name = str(canonicalize_name(requirement.name))
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    return f"{name}{extras}" + (f" ; {requirement.marker}" if requirement.marker else "")


def _combine(texts: list[str]) -> str | None:
    requirements = [Requirement(text) for text in texts]
    first = requirements[0]
    if any(requirement.url for requirement in requirements):
        return None
    range_ = intersect([pip_range(str(requirement.specifier)) for requirement in requirements])
    if range_ is None:
        return None
    extras = f"[{','.join(sorted(first.extras))}]" if first.extras else ""
    return f"{first.name}{extras}{range_}" + (f" ; {first.marker}" if first.marker else "")


def render_late(fragments: Iterable[Fragment]) -> str:
    """requirements.late.txt: every line in component order, then the author's anchor."""
    entries = [Entry(want.text, want.text, (want,)) for fragment in fragments for want in read(fragment)]
    return "".join(f"{line}\n" for line in [*(entry.line for entry in entries), LATE_ANCHOR])
