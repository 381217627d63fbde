"""What the files that `-r` and `-c` name ask for, beside the merged lines.

- the line that names the file stands, and what is in the file is not changed: a merged requirement that no version of
  it satisfies gives way, as pip would refuse both; it is a clash, whoever comes first
- beside a constraint the name stays, without the range, as a constraint asks for nothing
- two such files that contradict are a clash, too, which nobody can settle here: pip will refuse both
- against conda's line it is a clash as well: pip replaces what conda installed
- compared are ranges; a line with a marker, a link or an option is not
- what pip cannot install is found, as `unfit` and `pip_lines` have it, or read; not in a constraint
- a line that names requirements which are merged themselves is dropped: pip would read what was left out of these;
  its comments trail
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from ..model import Clash, Finding, Merged, Want
from . import both, names, pip, pip_lines, requirement, specs, spelling, unfit
from .lines import Included, Notes, without_anchors
from .versions import Range, overlap

WHOLE = "pip reads the file whole, and would refuse the two together"
REPLACED = "pip replaces what conda installed"
BREAKS = "and would break the build, as pip reads the file whole"


def unmerged(wants: Iterable[Want], merged: Collection[str], notes: Notes) -> list[Want]:
    """The wants without those that name a file of `merged`; what these include is noted no more."""
    asking = (one for one in notes.included if not one.line.text.startswith(pip.CONSTRAINTS))
    named = dict.fromkeys(one.line for one in asking if one.file in merged)
    for want in named:
        notes.trailing += without_anchors([*want.above, want.comment], want.component)
    notes.included = [one for one in notes.included if one.line not in named]
    return [want for want in wants if want not in named]


def examine(included: Iterable[Included]) -> Iterator[Finding]:
    """What pip cannot install, or read, in the files that it installs from; they stand as they are."""
    told = set[str]()
    for one in included:
        found = _unfit(one.want.text) if one.asks and one.want.place not in told else None
        if found:
            told.add(one.want.place)
            remedy = found.remedy.replace(", which was taken", "")
            yield one.want.finding(found.code, f"{found.reason}, {BREAKS}", remedy)


def _unfit(written: str) -> unfit.Unfit | None:
    text = " ".join(pip.HASH.sub("", written).split())
    if found := pip_lines.unfit(text):
        return found
    line = requirement.parse(requirement.NEXT.split(text)[0])
    asked = line.requirement
    if asked and not asked.marker and not asked.url:
        return unfit.of_pip(line.name, asked.shown)
    is_read = line.key or text == "--require-hashes"
    return None if is_read else unfit.Unfit(pip.BB202, "is no requirement that pip could read", spelling.form(text))


def settle(conda: Merged, merged: Merged, included: Iterable[Included]) -> None:
    """Change both; `included`: entries of files, each with the merged line that names the file."""
    known: dict[str, list[tuple[Want, Range]]] = {}
    for line, want, *_ in included:
        parsed = requirement.parse(want.text)
        asked = parsed.requirement
        if asked is None or asked.url or asked.marker or asked.version.sets is None or not asked.version.text:
            continue
        _give_way(merged, line, want, parsed.name, asked.version)
        _tell_of_conda(conda, want, parsed.name, asked)
        others = known.setdefault(parsed.name, [])
        for other, version in others:
            if other.place != want.place and not overlap([version, asked.version]):
                merged.clashes.append(_clash(parsed.name, (other,), (want,), want, WHOLE))
                break
        else:
            others.append((want, asked.version))


def _clash(name: str, won: tuple[Want, ...], lost: tuple[Want, ...], want: Want, why: str) -> Clash:
    return Clash("pip", name, won, lost, f"make the two ranges overlap, in {want.file}", why)


def _give_way(merged: Merged, line: Want, want: Want, name: str, version: Range) -> None:
    for entry in list(merged.entries):
        parsed = requirement.parse(entry.text)
        asked = parsed.requirement
        if parsed.name != name or asked is None or asked.url or asked.marker or overlap([version, asked.version]):
            continue
        fitting = [one for one in entry.wants if _fits(one, version)]
        lost = tuple(one for one in entry.wants if one not in fitting)
        merged.clashes = [one for one in merged.clashes if want.place not in [other.place for other in one.losing]]
        merged.clashes.append(_clash(name, (want,), lost, want, WHOLE))
        losing = (*lost, *(one for one in entry.losing if one.place != want.place))
        joined = requirement.combine([one.text for one in fitting]) if fitting else None
        if joined is None and line.text.startswith(pip.CONSTRAINTS):  # which asks for nothing by itself
            joined = asked.asking("", asked.extras, asked.options)
        if joined is None:
            merged.entries.remove(entry)
            file = next(one for one in merged.entries if line in one.wants)
            merged.entries[merged.entries.index(file)] = replace(file, losing=(*file.losing, *losing))
        else:
            kept = replace(entry, text=joined, wants=tuple(fitting) or entry.wants, losing=losing)
            merged.entries[merged.entries.index(entry)] = kept


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
