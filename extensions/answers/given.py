"""Answers given with `--data` and `--data-file`, checked before the first question.

Copier checks them while it asks, and reports what is wrong as a traceback. Here the same rules, read from the same
questions, give one line. Checked are, in the order of the questions, the type, the choices, and the question's own
`validator`; where nothing more is asked (`--defaults`), what was not given is, too. Names that no question has are
looked at by `spelling`; those that were one before there were outputs are refused, as are those of an output that is
not chosen, of which nothing would come. The answers of the run before are the author's to edit, and of a form that a
question can have, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .. import outputs
from ..catalogue import companions
from ..catalogue.selection import select
from ..catalogue.units import Catalogue, Output
from ..errors import BlocksError
from ..foreign import adopt, imports
from ..yaml_files import parse_yaml
from . import spelling, texts
from .questions import LAST, Evaluate, Question, Questions, cast, complete, is_true, missing, names

# The starts that run beside the notebook.
STARTS = "starts_beside"
# Their defaults are read from the destination, or need all other answers.
UNREAD = ("adopt", "adopted", "settled", STARTS, "python_version", "binder_dir", "installed", LAST)
# The one answer that nobody types: files, as they were found.
READ = "adopted"


def check(
    data: Mapping[str, Any],
    before: Mapping[str, Any],
    catalogue: Catalogue,
    questions: Questions,
    evaluate: Evaluate,
    is_final: bool,
    is_typed: bool = True,
) -> None:
    """Raises `BlocksError` for the first answer in `data` that is wrong.

    `before` are the answers of the run before this one; `is_final`: nothing more is asked; `is_typed`: somebody wrote
    these names, and not Copier, which hands on what is left of former questions.
    """
    _refuse_former(data, catalogue, questions)
    if is_typed:
        spelling.refuse_misspelt(data, questions)
    for name in ("components", "outputs"):  # what other questions depend on
        if name in data:
            refuse(name, {**before, name: names(name, data[name])}, catalogue)
    if companions.WITHOUT in data:  # what an older answers file has there does no harm
        companions.check(names(companions.WITHOUT, data[companions.WITHOUT]), catalogue.components)
    known = {}
    for name in (name for name in questions if name in data or name in before):
        known[name] = cast(name, data.get(name, before.get(name)), questions[name])
        _check_form(name, known[name])
        allowed = [] if questions[name].get("multiselect") else _allowed(name, questions[name], evaluate)
        if allowed and str(known[name]) not in allowed:
            if name in data:
                raise BlocksError(f"{name}: must be one of {', '.join(allowed)}, not {known[name]!r}")
            del known[name]  # as Copier does: the default takes its place
    answers, _ = complete(questions, known, evaluate, skipped=UNREAD, is_final=False)
    for name, question in questions.items():
        is_asked = is_final and name not in UNREAD and is_true(question.get("when", True), answers, evaluate)
        if is_asked and name not in answers:
            raise missing(name, question)
        if is_asked or name in data:
            message = evaluate(str(question.get("validator", "")), answers).strip()
            if message:
                raise BlocksError(f"{name}: {message}")
    chosen = _chosen(answers, catalogue)
    for output in chosen if is_final else ():
        _refuse_stale(output, data, before, answers)
    if is_final or "outputs" in data:
        _refuse_unchosen(chosen, data, catalogue, questions)


def refuse(name: str, answers: Mapping[str, Any], catalogue: Catalogue) -> None:
    """Raises `BlocksError` where the answer `name` is wrong, in view of the answers before it."""
    _check_form(name, answers.get(name))
    if name == "components":
        select(answers[name] or (), catalogue.components)
    elif name == "imports":
        if answers[name] not in (None, "", []):  # most have none, and what reads them is large
            imports.references(answers[name])
    else:
        outputs.check(_chosen(answers, catalogue), name, answers)


def _chosen(answers: Mapping[str, Any], catalogue: Catalogue) -> list[Output]:
    return select(names("outputs", answers.get("outputs") or []), catalogue.outputs, Output)


def _check_form(name: str, value: Any) -> None:
    if name != READ:
        texts.refuse(name, value)
    elif value:
        adopt.refuse(value)


def _allowed(name: str, question: Question, evaluate: Evaluate) -> list[str]:
    """The choices of a question; none where it has none."""
    choices = question.get("choices")
    allowed = parse_yaml(evaluate(choices, {}), name) if isinstance(choices, str) else choices
    return [str(choice) for choice in (allowed.values() if isinstance(allowed, dict) else allowed or ())]


def _refuse_former(data: Mapping[str, Any], catalogue: Catalogue, questions: Questions) -> None:
    """Names of answers from before there were outputs, which Copier would pass over without a word."""
    for output in catalogue.outputs.values():
        current = {former: name for name, former in output.formerly.items()}
        for name in data:
            if name in questions or name.startswith("_"):
                continue
            if name in current:
                raise BlocksError(
                    f"{name}: is called '{current[name]}' now, of the output '{output.name}'; "
                    f"add --data 'outputs=[{output.name}]' --data {current[name]}=..."
                )
            if name == output.was:
                raise BlocksError(f"{name}: is an output now; add --data 'outputs=[{output.name}]'")


def _refuse_unchosen(
    chosen: Iterable[Output], data: Mapping[str, Any], catalogue: Catalogue, questions: Questions
) -> None:
    """Answers of an output that does not come along."""
    units = (*catalogue.components.values(), *catalogue.outputs.values())
    for name in (name for name in data if name in questions):
        owners = sorted((unit for unit in units if name.startswith(unit.prefix)), key=lambda unit: len(unit.prefix))
        if owners and isinstance(owners[-1], Output) and owners[-1] not in chosen:
            raise BlocksError(
                f"{name}: belongs to the output '{owners[-1].name}', which is not chosen; add that to the answer "
                "'outputs', or leave this one out"
            )


def _refuse_stale(
    output: Output, data: Mapping[str, Any], before: Mapping[str, Any], answers: Mapping[str, Any]
) -> None:
    for name, cause in output.renews.items():
        if name in before and name not in data and before.get(cause) != answers.get(cause):
            raise BlocksError(
                f"{cause}: '{before[name]}' is for '{cause}: {before.get(cause)}'; name another with --data {name}="
            )


def check_adopt(value: Any, found: Iterable[str], is_first: bool) -> None:
    """Raises `BlocksError` where the answer `adopt` names what is not among those found, now or the first time."""
    for name in names("adopt", value):
        if name not in found and not is_first:
            raise BlocksError(
                f"adopt: '{name}' was not adopted by the first copy; commit, then run copier update "
                f"--data 'adopt=[{name}]'"
            )
        if name not in found:
            there = ", ".join(found) or "none"
            raise BlocksError(f"adopt: there is no Binder configuration to adopt in '{name}'; found: {there}")


def check_beside(data: Mapping[str, Any], offered: Iterable[str]) -> None:
    """Raises `BlocksError` where a start is to run beside the notebook that is not among those `offered`."""
    offered = [*offered]
    for name in names(STARTS, data.get(STARTS) or []):
        if name not in offered:
            raise BlocksError(
                f"{STARTS}: '{name}' has no start that takes long and can run beside the notebook; "
                "leave it out: finding BB416 at the end of the run says what keeps it"
            )


def adopt_again(data: Mapping[str, Any], before: Mapping[str, Any]) -> list[str]:
    """What an update is to read again or take back; raises `BlocksError` for a list that names nothing."""
    asked = names("adopt", data.get("adopt") or [])
    if "adopt" in data and not asked and before.get("adopted"):
        one = next(iter(before["adopted"]))
        raise BlocksError(f"adopt: names nothing; '{one}' reads that directory again, '-{one}' takes it back")
    return asked


def check_binder_dir(given: Any, before: str) -> None:
    """Raises `BlocksError` where an update would have to move the Binder files, the author's among them."""
    if given not in (None, before):
        raise BlocksError(
            f"binder_dir: an update cannot move the Binder files from '{before}' to '{given}'; move them with git mv, "
            "change the answers file to match, commit, and run the update without this answer"
        )
