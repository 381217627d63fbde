"""The questions of copier.yml and of every unit that it includes, as data; and the answers that follow from some.

Read as Copier reads them: documents one after the other, where a later one replaces a question and keeps its place;
`!include` takes a pattern of files, here in the order of their names. A question is a mapping of its keys, and of
`UNIT`, the name of the unit whose it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from ..errors import BlocksError
from ..text import read_text
from ..yaml_files import Loader, parse_yaml, yaml_error

FILE = "copier.yml"
# Composes everything, and is no answer.
LAST = "checked"
# Whether there shall be more questions.
SETTINGS = "settings"
UNIT = "_unit"
WORD = re.compile(r"[^\s\[\]{},:#]+")
# Lists that are chosen from.
CHOICES = ("components", "outputs", "without", "starts_beside", "adopt")
# What says which units there are.
CHOSEN = ("delivery", "installed")

Question = Mapping[str, Any]
Questions = Mapping[str, Question]
# A template's source and the answers so far -> its text.
Evaluate = Callable[[str, Mapping[str, Any]], str]


def read(root: Path) -> Questions:
    """All questions of the catalogue at `root`, in the order in which they are asked."""
    path = root / FILE
    try:
        documents = list(yaml.load_all(read_text(path, FILE), Loader=_loader(root)))
    except yaml.YAMLError as error:
        raise yaml_error(error, FILE) from error
    return {
        name: value if isinstance(value, dict) else {"default": value}
        for document in _flattened(documents)
        for name, value in document.items()
        if not name.startswith("_")
    }


def _flattened(documents: list[Any]) -> Iterator[Mapping[str, Any]]:
    for document in documents:
        yield from _flattened(document) if isinstance(document, list) else [document or {}]


def _loader(root: Path) -> type[Any]:
    def include(loader: Any, node: Any) -> list[Any]:
        paths = sorted(root.glob(loader.construct_scalar(node)))
        names = [path.relative_to(root).as_posix() for path in paths]
        return [
            _of_unit(path, parse_yaml(read_text(path, name), name)) for path, name in zip(paths, names, strict=True)
        ]

    including = type("Including", (Loader,), {})
    including.add_constructor("!include", include)  # type: ignore[attr-defined]
    return including


def _of_unit(path: Path, questions: Any) -> Any:
    """Questions of a unit's file, each with the unit's name."""
    if not isinstance(questions, dict):
        return questions
    plain = {name: one if isinstance(one, dict) else {"default": one} for name, one in questions.items()}
    return {name: {**question, UNIT: path.parent.name} for name, question in plain.items()}


def complete(
    questions: Questions,
    given: Mapping[str, Any],
    evaluate: Evaluate,
    *,
    skipped: Container[str] = (LAST,),
    is_final: bool = True,
) -> tuple[dict[str, Any], list[str]]:
    """The answers that follow from those `given`, and the names of those that Copier saves.

    Where nothing more is asked (`is_final`), raises `BlocksError` for a question that has to be answered, and is not.
    `skipped` are questions whose default is not looked at. Nobody looks at what a unit asks that is not chosen, either,
    unless it is given.
    """
    answers: dict[str, Any] = {}
    saved: list[str] = []
    for name, question in questions.items():
        if name not in given and (name in skipped or not _is_chosen(question.get(UNIT), answers)):
            continue
        is_asked = is_true(question.get("when", True), answers, evaluate)
        if name in given and (is_asked or not is_final):
            answers[name] = cast(name, given[name], question)
        elif "default" in question:
            default = question["default"]
            value = evaluate(default, answers) if isinstance(default, str) else default
            answers[name] = cast(name, value, question)
        elif is_asked and is_final:
            raise missing(name, question)
        if question.get("multiselect") and name in answers and name not in skipped:
            answers[name] = _in_order(name, answers, question, evaluate)
        if is_asked and name in answers and not question.get("secret"):
            saved.append(name)
    return answers, saved


def _is_chosen(unit: str | None, answers: Mapping[str, Any]) -> bool:
    return unit is None or any(unit in (answers.get(name) or ()) for name in CHOSEN)


def _in_order(name: str, answers: Mapping[str, Any], question: Question, evaluate: Evaluate) -> list[str]:
    """The names in the order of the choices, as Copier has them."""
    offered = parse_yaml(evaluate(question["choices"], answers), name) or {}
    return [value for value in offered.values() if value in answers[name]]


def missing(name: str, question: Question) -> BlocksError:
    """What is said where a question has to be answered, and is not."""
    return BlocksError(f"{name}: has to be answered; add --data {name}={question.get('placeholder', '...')}")


def is_true(condition: Any, answers: Mapping[str, Any], evaluate: Evaluate) -> bool:
    """A question's `when` or `ask`, as Copier reads it."""
    if isinstance(condition, str):
        text = evaluate(condition, answers).strip().lower()
        return text not in ("", "n", "no", "f", "false", "off", "0", "none", "null", "~")
    return bool(condition)


def cast(name: str, value: Any, question: Question) -> Any:
    """The value as the question's type has it; raises `BlocksError` where it is none.

    Text stands for what it is as YAML, where the question does not ask for text.
    """
    type_ = str(question.get("type") or type(question.get("default")).__name__)
    if question.get("multiselect"):
        return names(name, value)
    if type_ == "str" and (isinstance(value, bool) or not isinstance(value, str | int | float)):
        raise BlocksError(f"{name}: must be text, not {value!r}; put it in quotes")
    try:
        if type_ in ("int", "float", "str"):
            return {"int": int, "float": float, "str": str}[type_](value)
        if type_ == "bool" and isinstance(value, str):
            value = yaml.safe_load(value)
        if type_ in ("yaml", "list", "dict") and isinstance(value, str):
            return parse_yaml(value, name)
    except (TypeError, ValueError, OverflowError, RecursionError, yaml.YAMLError) as error:
        if type_ in ("yaml", "list", "dict") and str(value).lstrip().startswith("["):
            raise BlocksError(f"{name}: {value}: is no list; put what has one of []{{}},#: in quotes") from error
        if type_ in ("yaml", "list", "dict") and question.get("validator"):
            return value  # which says what it has to be
        raise BlocksError(f"{name}: must be of type {type_}, not {value!r}") from error
    if type_ == "bool" and not isinstance(value, bool):
        raise BlocksError(f"{name}: must be true or false, not {value!r}")
    return value


def unfilled(answers: Mapping[str, Any], root: Path) -> dict[str, None]:
    """Empty lists of questions at which one types a list, as what is saved where nothing is typed."""
    empty = [name for name, value in answers.items() if value == [] and name not in CHOICES]
    asked = read(root) if empty else {}  # which takes its time, and is needed once
    return dict.fromkeys(name for name in empty if asked.get(name, {}).get("default") == "")


def names(question: str, value: Any) -> list[str]:
    """An answer that is a list of names; text is read as YAML, and one plain word is a list of one."""
    try:
        result = parse_yaml(value, question) if isinstance(value, str) else value
    except BlocksError:
        result = value
    if isinstance(result, str) and WORD.fullmatch(result):
        return [result]
    if not isinstance(result, list) or not all(isinstance(name, str) for name in result):
        example = "[binder]" if question == "adopt" else "[one, another]"
        raise BlocksError(f"{question}: must be a list of names, like {example}, not {value!r}")
    return result
