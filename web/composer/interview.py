"""Copier's questions, answered from the page's state instead of a terminal.

`ask` runs Copier's own loop over the questions of copier.yml. Where Copier would prompt, what it would have shown is
written down (a `Shown`), and the answer is taken from the state. So types, help, choices, conditions, validators and
their messages are Copier's, and no question is listed anywhere else.

- settings are shown, too; whether a question is one is what its `ask` says without them
- an answer that is refused has its reason beside it; the one before it that was not, or the default, takes its place
- a question that has to be answered, and is not, is answered by its placeholder, and is `missing`
"""

from __future__ import annotations

import contextlib
import copy
import functools
import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import copier._main as copier_main
import copier._user_data as user_data
import yaml
from copier._template import Template
from copier.errors import UserMessageError
from jinja2 import pass_context

SETTINGS = "settings"
# What the command line gives is checked there; here it gives nothing, and this would cost half of the interview.
CHECKED = "check_input"
# Offers what is no block for everybody where somebody has asked for it: the command line there, the state here.
OFFERED = "component_choices"
# Its command cannot run in a browser: the value is kept for the command, and Copier sees none.
UNFETCHED = "imports"
PARSE = user_data.parse_yaml_string
# What a question remembers, beside its own fields.
DEFAULT, RENDERED = "_known_default", "_rendered"


@dataclass
class Shown:
    """A question as the page shows it; `type` is `text`, `bool`, `one` or `many`."""

    name: str
    type: str
    message: str
    is_setting: bool
    value: Any
    default: Any
    given: bool
    choices: list[dict[str, str]] = field(default_factory=list)
    placeholder: str = ""
    multiline: bool = False
    error: str = ""
    missing: bool = False

    def as_data(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def values(self) -> list[Any]:
        return [choice["value"] for choice in self.choices]


@dataclass
class Interview:
    """What was shown, what was answered, and why the run ended early, if it did."""

    shown: list[Shown]
    worker: Any
    refusal: str = ""

    @property
    def hidden(self) -> Any:
        """The names of questions that these answers leave out."""
        return self.worker.answers.hidden


class Catalogue:
    """The catalogue as Copier's template, of the version and source that the page was built from; read once."""

    def __init__(self, root: Path, source: str, version: str) -> None:
        self.root, self.source, self.version = root, source, version
        self.good: dict[str, Any] = {}
        self._environment: Any = None
        self._offered: dict[frozenset[str], Any] = {}

    @functools.cached_property
    def template(self) -> Any:
        template = Template(url=self.source)
        # What Copier would find out from git, of a clone of the source.
        known = {"vcs": None, "local_abspath": self.root, "commit": self.version, "commit_hash": None, "version": None}
        template.__dict__.update(known)
        return template

    def worker(self, destination: Path, data: Mapping[str, Any], ask: Sequence[str] = ()) -> Any:
        """Copier, about to render this catalogue; Jinja is set up once."""
        worker = copier_main.Worker(
            src_path=self.source,
            dst_path=destination,
            data=dict(data),
            ask=list(ask),
            defaults=True,
            overwrite=True,
            unsafe=True,
            quiet=True,
        )
        worker.__dict__["template"] = self.template
        if self._environment is None:
            self._environment = worker.jinja_env
        worker.__dict__["jinja_env"] = self._environment
        return worker

    @property
    def blocks(self) -> Any:
        """The engine's extension of Copier's Jinja."""
        return next(one for one in self._environment.extensions.values() if type(one).__name__ == "Blocks")

    def engine(self, name: str) -> Any:
        """A module of the engine, of the version that the catalogue has."""
        package = type(self.blocks)._register.__globals__["_rendering"].__package__
        return importlib.import_module(f"{package}.{name}")

    def offered(self, names: Any) -> Any:
        """The blocks that can be chosen, as the engine words them; once for all answers that change nothing of that."""
        units = self.blocks.catalogue.components
        helpers = self.engine("catalogue.units").HELPERS
        asked = frozenset(name for name in as_names(names) if name not in units or units[name].category == helpers)
        if asked not in self._offered:
            self._offered = {asked: self.engine("answers.choices").components(self.blocks.catalogue, asked)}
        return self._offered[asked]

    def ask(self, destination: Path, answers: Mapping[str, Any], left: Mapping[str, Any] | None = None) -> Interview:
        """The whole interview, with these answers, of a copy into that folder; `left` are of questions of before."""
        worker = self.worker(destination, {**(left or {}), SETTINGS: True}, ask=["*"])
        listener = _Listener(answers, self.good)
        refusal, names = "", answers.get("components")
        filters, known = self._environment.filters, self._environment.globals
        checked, filters[CHECKED] = filters[CHECKED], pass_context(lambda _, otherwise: otherwise)
        offered, known[OFFERED] = known[OFFERED], pass_context(lambda _: self.offered(names))
        token = copier_main._operation.set("copy")
        try:
            with listener.listening():
                worker._ask()
        except (UserMessageError, ValueError) as error:
            refusal = one_line(error)
        finally:
            copier_main._operation.reset(token)
            filters[CHECKED], known[OFFERED] = checked, offered
        return Interview(listener.shown, worker, refusal)


class _Listener:
    """Stands where Copier asks a terminal."""

    def __init__(self, answers: Mapping[str, Any], good: dict[str, Any]) -> None:
        self.answers, self.good = answers, good
        self.shown: list[Shown] = []
        self.current: Any = None

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        question, prompt = copier_main.Question, copier_main.unsafe_prompt

        class Asked(question):  # type: ignore[misc,valid-type]
            """Is prompted for whatever its default is: that is looked at with the answers.

            While it is looked at nothing that it is rendered from changes, so that each of its texts is rendered once.
            """

            def get_default(self) -> Any:
                known = self.__dict__
                if DEFAULT not in known:
                    self.validate_answer = lambda _: None
                    try:
                        known[DEFAULT] = super().get_default()
                    finally:
                        del self.validate_answer
                return known[DEFAULT]

            def render_value(self, value: Any, extra_answers: Mapping[str, Any] | None = None) -> Any:
                if extra_answers or not isinstance(value, str):
                    return super().render_value(value, extra_answers)
                rendered = self.__dict__.setdefault(RENDERED, {})
                if value not in rendered:
                    rendered[value] = super().render_value(value)
                return rendered[value]

        def noted(**details: Any) -> Any:
            self.current = Asked(**details)
            return self.current

        copier_main.Question, copier_main.unsafe_prompt = noted, self.prompt
        natives, parse = user_data.CAST_STR_TO_NATIVE, user_data.parse_yaml_string
        natives["yaml"] = user_data.parse_yaml_string = parsed
        try:
            yield
        finally:
            natives["yaml"] = user_data.parse_yaml_string = parse
            copier_main.Question, copier_main.unsafe_prompt = question, prompt

    def prompt(self, structures: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]) -> dict[str, Any]:
        structure, question = structures[0], self.current
        name = str(structure["name"])
        if name == SETTINGS:
            return {name: True}
        if not structure["when"]({}) or not question.get_ask():
            return {name: self._unasked(name, answers[name])}
        is_setting = not copier_main.cast_to_bool(question.render_value(question.ask, {SETTINGS: False}))
        shown = _shown(structure, name, is_setting)
        self.shown.append(shown)
        if name == UNFETCHED:
            shown.value, shown.given = as_text(self.answers.get(name, "")), name in self.answers
            return {name: answers[name]}
        return {name: self._answer(shown, structure)}

    def _unasked(self, name: str, otherwise: Any) -> Any:
        """The answer to a question that is not shown: what was given, as Copier takes it, unless it is computed."""
        if name not in self.answers or self.current.when is False:
            return otherwise
        try:
            return self.current.parse_answer(self.answers[name])
        except (ValueError, TypeError):
            return otherwise

    def _answer(self, shown: Shown, structure: Mapping[str, Any]) -> Any:
        """The answer in the state, if it is one; otherwise the best that there is."""
        cast, name = structure["filter"], shown.name
        if name in self.answers:
            shown.given, shown.value = True, _formed(self.answers[name], shown)
            shown.error = _refusal(shown, structure.get("validate"))
            if not shown.error:
                self.good[name] = shown.value
                return _cast(cast, shown.value)
            before = self.good.get(name)
            if before is not None and not _refusal(shown, structure.get("validate"), before):
                return _cast(cast, before)
        if shown.default is None and shown.type in ("text", "one"):
            shown.missing = True
            first = shown.choices[0]["value"] if shown.choices else ""
            return _cast(cast, shown.placeholder if shown.type == "text" else first)
        if name not in self.answers:
            shown.value = shown.default
            shown.error = _refusal(shown, structure.get("validate"))
        return _cast(cast, shown.default)


def parsed(text: str) -> Any:
    """As Copier reads YAML; what it has read already is copied, which takes a tenth of the time."""
    return copy.deepcopy(_parsed(text)) if isinstance(text, str) else PARSE(text)


@functools.lru_cache(maxsize=500)
def _parsed(text: str) -> Any:
    return PARSE(text)


def _cast(cast: Callable[[Any], Any], value: Any) -> Any:
    try:
        return cast(value)
    except (ValueError, TypeError) as error:
        raise ValueError(str(error)) from error


def _shown(structure: Mapping[str, Any], name: str, is_setting: bool) -> Shown:
    types = {"confirm": "bool", "checkbox": "many", "select": "one"}
    type_ = types.get(structure["type"], "text")
    choices = structure.get("choices", [])
    labels = [{"label": str(choice.title), "value": choice.value} for choice in choices]
    default: Any = structure.get("default")
    if type_ == "many":
        default = [choice.value for choice in choices if choice.checked]
    elif type_ == "one":
        default = getattr(default, "value", None)
    message = str(structure["message"]).strip()
    multiline = bool(structure.get("multiline"))
    return Shown(
        name, type_, message, is_setting, default, default, False, labels, structure.get("placeholder", ""), multiline
    )


def _formed(value: Any, shown: Shown) -> Any:
    """An answer, from the page or a data file, in the form that this question's field has."""
    if shown.type == "text":
        return as_text(value)
    if shown.type == "many":
        names, values = as_names(value), shown.values
        return [*(one for one in values if one in names), *(one for one in names if one not in values)]
    if shown.type == "one":
        return next((choice["value"] for choice in shown.choices if str(choice["value"]) == str(value)), str(value))
    return copier_main.cast_to_bool(value)


def as_names(value: Any) -> list[str]:
    """The names in an answer that is a list, also one that is written as text, or one plain word."""
    if isinstance(value, str):
        try:
            read = yaml.safe_load(value)
        except (yaml.YAMLError, ValueError, RecursionError):
            read = None
        value = read if isinstance(read, list) else [value] if value.strip() else []
    return [str(name) for name in value] if isinstance(value, list) else []


def as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None or isinstance(value, list | dict):
        return yaml.safe_dump(value, default_flow_style=True, width=2147483647).removesuffix("...\n").strip()
    return str(value)


def _refusal(shown: Shown, validate: Callable[[Any], Any] | None, value: Any = None) -> str:
    """Why this cannot be the answer; empty where it can."""
    value = shown.value if value is None else value
    values = shown.values
    if shown.type == "one" and value not in values:
        return f"must be one of {', '.join(map(str, values))}, not {value!r}"
    if shown.type == "many" and (unknown := [one for one in value if one not in values]):
        return f"there is no {', '.join(map(repr, unknown))} to choose"
    said = validate(value) if validate else True
    return "" if said is True else one_line(said).removeprefix(f"Validation error for question '{shown.name}': ")


def one_line(text: object) -> str:
    return " ".join(str(text).split())
