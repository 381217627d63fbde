"""What an update of a repository to this release changes: its answers always, its files where they are known.

- the old release is not here, and nothing is claimed of it: what a file of answers has is compared with what the
  questions of this release make of it
- names that units and answers had are those of today; a unit that is no more is left out, since an update stops at it
- an answer that is no choice any more gives way to the default, as an update has it; one that is refused for another
  reason stays in its field, since an update stops at it, too
- what a question of today takes over from one of before (`default: "{{ old | default(1) }}"`) is an answer
- a data file has what somebody gave, so nothing in it is missing
- what is new since a release, the changelog says
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any

from . import composing, interview

UNITS = ("components", "outputs")
COMMIT, SOURCE = "_commit", "_src_path"
LONGEST = 200


def carry(composer: composing.Composer, state: composing.State) -> None:
    """The answers that were opened, under the names of this release; what became of them goes into `state.carried`."""
    former = {name: value for name, value in state.former.items() if not name.startswith("_")}
    is_whole = all(name in former for name in composer.engine("foreign.adopt").OURS)
    answers = _migrated(composer, former) if is_whole else dict(former)
    said = [*_units(composer, former, answers)]
    questions, place = composer.catalogue.template.questions_data, composer.place(state.files)
    left = {name: value for name, value in answers.items() if name not in questions}
    answers = {name: value for name, value in answers.items() if name in questions}
    plain = composer.catalogue.ask(place, answers)
    defaults = {one.name: one.value for one in plain.shown}
    for one in composer.catalogue.ask(place, answers, left).shown if left else ():
        if one.name not in answers and one.value != defaults.get(one.name):
            answers[one.name] = one.value
    for one in plain.shown:
        if one.name not in answers or one.name in (*UNITS, interview.UNFETCHED):
            continue
        if one.name not in former:
            value = answers[one.name]
            said.append(_said("taken", one.name, _source(composer, one.name, value, former), value))
        elif one.error and one.choices:
            kept = [name for name in one.value if name in one.values] if one.type == "many" else None
            said.append(_said("changed", one.name, former[one.name], kept or one.default, one.error))
            answers.pop(one.name) if not kept else answers.update({one.name: kept})
        elif one.error:
            said.append(_said("refused", one.name, former[one.name], None, one.error))
    if is_whole:
        new = (one for one in plain.shown if one.name not in (*answers, *former, "adopt", *UNITS))
        said += [_said("new", one.name, None, one.default, interview.one_line(one.message)) for one in new]
    over = {one["was"] for one in said if one["kind"] == "taken"}
    gone = (name for name in former if name not in over and (name not in questions or name in plain.hidden))
    said += [_said("dropped", name, former[name]) for name in gone]
    state.answers, state.carried = answers, said


def _migrated(composer: composing.Composer, former: Mapping[str, Any]) -> dict[str, Any]:
    """As the update does it before it renders."""
    plain = {name: interview.as_names(former[name]) for name in UNITS if name in former}
    migrate = composer.engine("update.migrate").migrated
    return dict(migrate({**former, **plain}, composer.blocks.catalogue))


def _units(
    composer: composing.Composer, former: Mapping[str, Any], answers: dict[str, Any]
) -> Iterator[dict[str, str]]:
    """Units with another name, retired, or gone; these leave the answers."""
    catalogue = composer.blocks.catalogue
    current = composer.engine("catalogue.units").current_names(catalogue.components)
    for question, units in zip(UNITS, (catalogue.components, catalogue.outputs), strict=True):
        asked = interview.as_names(former.get(question))
        yield from (_said("renamed", name, None, current[name]) for name in asked if name in current)
        names = list(dict.fromkeys(current.get(name, name) for name in interview.as_names(answers.get(question))))
        yield from (_said("gone", name, None) for name in names if name not in units)
        if question in answers:
            answers[question] = [name for name in names if name in units]
        retired = ((name, getattr(units[name], "retired", "")) for name in names if name in units)
        yield from (_said("retired", name, None, None, why) for name, why in retired if why)
        if question not in former and answers.get(question):
            yield _said("new", question, None, answers[question], "an answer of its own now")


def _source(composer: composing.Composer, name: str, value: Any, former: Mapping[str, Any]) -> str:
    """The answer of before that this one has its value from, as far as that can be seen."""
    outputs = composer.blocks.catalogue.outputs.values()
    known = next((output.formerly[name] for output in outputs if name in output.formerly), "")
    questions = composer.catalogue.template.questions_data
    alike = (one for one in former if one not in questions and _text(former[one]) == _text(value))
    return known or next(alike, "")


def _said(kind: str, name: str, was: Any, now: Any = None, why: str = "") -> dict[str, str]:
    return {"kind": kind, "name": name[:LONGEST], "was": _text(was), "now": _text(now), "why": why}


def _text(value: Any) -> str:
    text = interview.as_text(value) if value is not None else ""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."


def told(composer: composing.Composer, state: composing.State, composition: Any) -> dict[str, Any]:
    """What the page says of the file that was opened; nothing where none was."""
    if not state.former or not (state.carried or COMMIT in state.former):
        return {}
    commit, catalogue = str(state.former.get(COMMIT, "")), composer.catalogue
    source = str(state.former.get(SOURCE, ""))
    stands, news = _news(composer, commit, composition) if commit else ("", [])
    return {
        "from": commit[:LONGEST],
        "to": catalogue.version,
        "stands": stands,
        "elsewhere": source[:LONGEST] if source and source != catalogue.source else "",
        "answers": state.carried,
        "news": news,
    }


def _news(composer: composing.Composer, commit: str, composition: Any) -> tuple[str, list[str]]:
    """How both versions stand to one another (`same`, `older`, `newer` or `unknown`), and the changelog's entries."""
    if commit == composer.catalogue.version:
        return "same", []
    changelog, since = composer.engine("update.changelog"), composer.engine("update.since")
    releases = _releases(composer)
    old, new = since.point(commit, releases), since.point(composer.catalogue.version, releases)
    if old.version is None:
        return "unknown", []
    if new.version is not None and old.version > new.version:
        return "newer", []
    names = {changelog.ENGINE, *([changelog.LAUNCH] if composition.has_launch else [])}
    names |= {one.name for one in composition.components}
    later = since.concerning(since.between(releases, old, new), names)
    entries = [(release, entry) for release in later for entry in release.entries]
    return "older", [
        f"{', '.join(entry.components)} ({release}, {entry.kind.lower()}): {entry.text}" for release, entry in entries
    ]


@functools.lru_cache(maxsize=1)
def _releases(composer: composing.Composer) -> Any:
    changelog = composer.engine("update.changelog")
    try:
        return changelog.parse((composer.catalogue.root / changelog.FILE).read_text(encoding="utf-8"))
    except (OSError, composer.engine("errors").BlocksError):
        return []
