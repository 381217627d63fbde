"""Answers given with `--data` and `--data-file`, checked before the first question.

Copier checks them while it asks, and reports what is wrong as a traceback. Here the same rules, read from the same
questions, give one line. Checked are the fixed answers and those of every component's `questions.yml`: the type,
the choices, and the question's own `validator`. Other names pass: a data file may serve other tools too.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from .. import base, hub_profile, image
from ..catalogue.manifest import Component, current_names, parse_yaml, read_text
from ..catalogue.selection import select
from ..errors import BlocksError
from ..foreign import adopt
from ..foreign.imports import references
from ..links import table as link_table

PYTHON_VERSIONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
PYTHON_DEFAULT = "3.13"
BINDER_DIRS = ("binder", ".binder")
KEEP_DATA = ("image", "home")
CLASHES = ("report", "refuse")
UPDATES = ("none", "workflow", "renovate")
CHOICES = {
    "python_version": PYTHON_VERSIONS,
    "binder_dir": BINDER_DIRS,
    "keep_data": KEEP_DATA,
    "clashes": CLASHES,
    "updates": UPDATES,
    "base": base.KINDS,
}

BOOLEANS = ("build_branch", "build_branch_only", "take_away", "reach_databases", "devcontainer", "hub_profile")
LINKS = ("repository", "content", "hub", "binder_url")

# A validator's source and the answers given -> its message, empty where the answer is right.
Validate = Callable[[str, Mapping[str, Any]], str]


def choices(catalogue: Mapping[str, Component], asked: Iterable[str]) -> str:
    """The choices of the question `components` as YAML: labels with category and memory, in that order.

    Retired components come last, and former names only where they are `asked` for: Copier would drop an answer that is
    no choice without a word.
    """
    ordered = sorted(catalogue.values(), key=lambda one: (bool(one.retired), one.category, one.title))
    labels = {_label(component): component.name for component in ordered}
    former = current_names(catalogue)
    labels |= {f"{name} (called {former[name]} now)": name for name in sorted(former.keys() & {*asked})}
    return yaml.safe_dump(labels, sort_keys=False, width=1000)


def _label(component: Component) -> str:
    if component.retired:
        return f"Retired: {component.title} ({component.retired})"
    memory = f", {component.memory} MB" if component.memory else ""
    return f"{component.category}: {component.title} ({component.summary}{memory})"


def adoptable(found: Iterable[str]) -> str:
    """The choices of the question `adopt` as YAML."""
    labels = {"the root of the repository" if name == adopt.ROOT else name: name for name in found}
    return yaml.safe_dump(labels, sort_keys=False, width=1000)


def check(data: Mapping[str, Any], catalogue: Mapping[str, Component], validate: Validate) -> None:
    """Raises `BlocksError` for the first answer in `data` that is wrong."""
    if "course_name" in data and not str(data["course_name"] or "").strip():
        raise BlocksError("course_name: must not be empty")
    for name, allowed in CHOICES.items():
        if name in data:
            _check_choice(name, data[name], allowed)
    for name in BOOLEANS:
        if name in data:
            _cast(name, data[name], "bool")
    if "image" in data:
        image.check(data["image"])
    for name in hub_profile.CHECKS:
        if name in data:
            hub_profile.check(name, data[name])
    if "base_image" in data and data["base_image"] not in (None, ""):
        base.check(data["base_image"], data.get("base", base.REPO2DOCKER))
    if "components" in data:
        select(names("components", data["components"], "[postgres, openrefine]"), catalogue)
    if "imports" in data:
        references(_cast("imports", data["imports"], "yaml"))
    for name in LINKS:
        if name in data:
            link_table.check(name, _list(data[name]) if name == "content" else data[name])
    if "adopted" in data:
        adopt.directories(_cast("adopted", data["adopted"], "yaml"))
    for component in catalogue.values():
        if any(name.startswith(component.prefix) for name in data):
            _check_questions(component, data, validate)


def check_updates(answers: Mapping[str, Any]) -> None:
    """Raises `BlocksError` where updates were chosen that never reach the branch that the checkout is."""
    if all(_cast(name, answers.get(name, False), "bool") for name in ("build_branch", "build_branch_only")):
        link_table.check_updates(str(answers.get("updates", "none")))


def check_base(data: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    """Raises `BlocksError` where another kind of base would go on with the image of the one before."""
    kind, image = before.get("base", base.REPO2DOCKER), before.get("base_image")
    if image and "base_image" not in data and data.get("base", kind) != kind:
        raise BlocksError(
            f"base: '{image}' is for 'base: {kind}'; name another with --data base_image=, empty for none"
        )


def check_adopt(value: Any, found: Iterable[str], is_first: bool) -> None:
    """Raises `BlocksError` where the answer `adopt` names what is not among those found, now or the first time."""
    for name in names("adopt", value, "[binder]"):
        if name not in found and not is_first:
            raise BlocksError(f"adopt: '{name}' was not adopted by the first copy, and is not looked at any more")
        if name not in found:
            there = ", ".join(found) or "none"
            raise BlocksError(f"adopt: there is no Binder configuration to adopt in '{name}'; found: {there}")


def _list(value: Any) -> Any:
    """Text, as `--data` gives it, read as YAML; as it is, where it is none."""
    try:
        return parse_yaml(value, "") if isinstance(value, str) else value
    except BlocksError:
        return value


def check_binder_dir(given: Any, before: str) -> None:
    """Raises `BlocksError` where an update would have to move the Binder files, the author's among them."""
    if given not in (None, before):
        raise BlocksError(
            f"binder_dir: an update cannot move the Binder files from '{before}' to '{given}'; move them with git mv, "
            "change the answers file to match, commit, and run the update without this answer"
        )


def names(question: str, value: Any, example: str) -> list[str]:
    """An answer as a list of names."""
    result = _list(value)
    if not isinstance(result, list) or not all(isinstance(name, str) for name in result):
        raise BlocksError(f"{question}: must be a list of names, like {example}, not {value!r}")
    return result


def _check_choice(name: str, value: Any, allowed: Iterable[Any]) -> None:
    if str(value) not in [str(choice) for choice in allowed]:
        raise BlocksError(f"{name}: must be one of {', '.join(map(str, allowed))}, not {value!r}")


def _check_questions(component: Component, data: Mapping[str, Any], validate: Validate) -> None:
    path = component.folder / "questions.yml"
    if not path.is_file():
        return
    where = f"components/{component.name}/questions.yml"
    for name, question in (parse_yaml(read_text(path, where), where) or {}).items():
        if name in data and isinstance(question, dict):
            _check_answer(name, data[name], question, data, validate)


def _check_answer(
    name: str, given: Any, question: Mapping[str, Any], data: Mapping[str, Any], validate: Validate
) -> None:
    value = _cast(name, given, str(question.get("type", "yaml")))
    allowed = question.get("choices")
    if isinstance(allowed, dict):
        allowed = list(allowed.values())
    if isinstance(allowed, list):
        _check_choice(name, value, allowed)
    if "validator" in question:
        message = validate(str(question["validator"]), {**data, name: value}).strip()
        if message:
            raise BlocksError(f"{name}: {message}")


def _cast(name: str, value: Any, type_: str) -> Any:
    try:
        if type_ in ("int", "float"):
            return {"int": int, "float": float}[type_](value)
        if type_ == "bool" and isinstance(value, str):
            value = yaml.safe_load(value)
        if type_ == "yaml" and isinstance(value, str):
            return parse_yaml(value, name)
    except (TypeError, ValueError, yaml.YAMLError) as error:
        raise BlocksError(f"{name}: must be of type {type_}, not {value!r}") from error
    if type_ == "bool" and not isinstance(value, bool):
        raise BlocksError(f"{name}: must be true or false, not {value!r}")
    return value


def check_destination(path: Path) -> None:
    """Raises `BlocksError` where Copier could not write; found out by writing, and leaves nothing behind."""
    existing = path
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    if not existing.is_dir():
        raise BlocksError(f"{path}: cannot be written, {existing} is not a folder; choose another destination")
    try:
        tempfile.TemporaryDirectory(dir=existing).cleanup()
    except OSError as error:
        raise BlocksError(
            f"{path}: cannot be written, {existing}: {error.strerror}; choose another destination"
        ) from error
