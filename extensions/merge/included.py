"""What the files that `-r` and `-c` name ask for, beside the merged lines.

- the line that names the file stands, and what is in the file is not changed: a merged requirement that no version of
  it satisfies gives way, as pip would refuse both; it is a clash, whoever comes first
- beside a constraint the name stays, without the range, as a constraint asks for nothing
- two such files that contradict are a clash, too, which nobody can settle here: pip will refuse both
- against conda's line it is a clash as well: pip replaces what conda installed
- compared are ranges; a line with a marker, a link or an option is not
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..model import Clash, Merged, Want
from . import both, names, requirement, specs
from .versions import Range, overlap

CONSTRAINTS = ("-c", "--constraint")
WHOLE = "pip reads the file whole, and would refuse the two together"
REPLACED = "pip replaces what conda installed"


def settle(conda: Merged, pip: Merged, included: Iterable[tuple[Want, Want]]) -> None:
    """Change both; `included`: entries of files, each with the merged line that names the file."""
    known: dict[str, list[tuple[Want, Range]]] = {}
    for line, want in included:
        parsed = requirement.parse(want.text)
        asked = parsed.requirement
        if asked is None or asked.url or asked.marker or asked.version.sets is None or not asked.version.text:
            continue
        _give_way(pip, line, want, parsed.name, asked.version)
        _tell_of_conda(conda, want, parsed.name, asked)
        others = known.setdefault(parsed.name, [])
        for other, version in others:
            if other.place != want.place and not overlap([version, asked.version]):
                pip.clashes.append(_clash(parsed.name, (other,), (want,), want, WHOLE))
                break
        else:
            others.append((want, asked.version))


def _clash(name: str, won: tuple[Want, ...], lost: tuple[Want, ...], want: Want, why: str) -> Clash:
    return Clash("pip", name, won, lost, f"make the two ranges overlap, in {want.file}", why)


def _give_way(pip: Merged, line: Want, want: Want, name: str, version: Range) -> None:
    for entry in list(pip.entries):
        parsed = requirement.parse(entry.text)
        asked = parsed.requirement
        if parsed.name != name or asked is None or asked.url or asked.marker or overlap([version, asked.version]):
            continue
        fitting = [one for one in entry.wants if _fits(one, version)]
        lost = tuple(one for one in entry.wants if one not in fitting)
        pip.clashes = [one for one in pip.clashes if want.place not in [other.place for other in one.losing]]
        pip.clashes.append(_clash(name, (want,), lost, want, WHOLE))
        losing = (*lost, *(one for one in entry.losing if one.place != want.place))
        joined = requirement.combine([one.text for one in fitting]) if fitting else None
        if joined is None and line.text.startswith(CONSTRAINTS):  # which asks for nothing by itself
            joined = asked.asking("", asked.extras, asked.options)
        if joined is None:
            pip.entries.remove(entry)
            file = next(one for one in pip.entries if line in one.wants)
            pip.entries[pip.entries.index(file)] = replace(file, losing=(*file.losing, *losing))
        else:
            kept = replace(entry, text=joined, wants=tuple(fitting) or entry.wants, losing=losing)
            pip.entries[pip.entries.index(entry)] = kept


def _fits(want: Want, version: Range) -> bool:
    asked = requirement.parse(want.text).requirement
    return asked is not None and overlap([version, asked.version])


def _tell_of_conda(conda: Merged, want: Want, name: str, asked: requirement.Requirement) -> None:
    for entry in conda.entries:
        spec = specs.parse(entry.text)
        if spec and names.of_conda(spec.name) == names.of_pypi(name):
            text = f"{spec.shown}{both.as_conda(asked)}"
            mine = (want.component, want.file) in {(one.component, one.file) for one in entry.wants}
            if not mine and specs.parse(text) and not specs.fits([entry.text, text]):
                conda.clashes.append(_clash(name, (want,), entry.wants, want, REPLACED))
