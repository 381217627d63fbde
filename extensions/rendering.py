"""Answers -> the files of a derived repository: a pure function of the catalogue and the answers.

    render(catalogue, answers) -> {path: (bytes, run bit)}

- `answers` are those of an answers file or a data file; what is missing is the default of its question, and a question
  that has none is an error
- paths are relative to the repository's root, and POSIX
- the files are those of `template/`, names rendered, a file that ends in `.jinja` rendered; those that Copier gets
  through the two templates whose names say `yield` (the components' and outputs'); and the answers file
- no clock, no network (but for `imports`, which git fetches), no environment, no destination: nothing is read but the
  catalogue. Copier gives the same bytes, which a test holds it to
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, TemplateError, pass_context
from jinja2.runtime import Context

from . import outputs, report
from .answers import choices, given, questions
from .bundle import bundle
from .catalogue import files
from .catalogue.manifest import Catalogue, Output
from .catalogue.selection import select
from .compiled import keep_compiled
from .composition import Composition
from .errors import BlocksError
from .foreign import adoption, imports
from .foreign.directory import Directory
from .merge import apt, downloads, env, environment_text, pip
from .model import Finding
from .text import slug

Function = Callable[..., Any]

TEMPLATE = "template"
ANSWERS_FILE = ".copier-answers.yml"


@dataclass(frozen=True)
class Planned:
    """A file that will be written, its content made when it is asked for."""

    path: str
    content: Callable[[], bytes]
    executable: bool


def render(catalogue: Catalogue, answers: Mapping[str, Any]) -> dict[str, tuple[bytes, bool]]:
    """The files for these answers; raises `BlocksError` for answers that are wrong."""
    environment = make_environment(catalogue)
    evaluate = evaluator(environment)
    asked = questions.read(catalogue.root)
    given.check(answers, {}, catalogue, asked, evaluate, is_final=True)
    complete, saved = questions.complete(asked, answers, evaluate)
    kept = {name: complete[name] for name in saved}
    composition = compose(catalogue, complete, environment)
    context = {
        **complete,
        "composition": lambda: composition,
        "_copier_answers": {**{name: value for name, value in answers.items() if name.startswith("_")}, **kept},
        "_copier_conf": {"answers_file": ANSWERS_FILE},
    }
    return {file.path: (file.content(), file.executable) for file in plan(catalogue, environment, context, composition)}


def plan(
    catalogue: Catalogue, environment: Environment, context: Mapping[str, Any], composition: Composition
) -> Iterator[Planned]:
    """Every file, in no order that matters."""
    for file in (*composition.files(executable=False), *composition.files(executable=True)):
        yield Planned(file.path, file.text.encode, file.executable)
    template = catalogue.root / TEMPLATE
    for source in sorted(path for path in template.rglob("*") if path.is_file()):
        name = source.relative_to(template).as_posix()
        if "{% yield" not in name:
            path = environment.from_string(name.removesuffix(files.SUFFIX)).render(context)
            yield Planned(
                path,
                functools.partial(_content, catalogue.root, source, environment, context),
                os.access(source, os.X_OK),
            )


def _content(root: Path, source: Path, environment: Environment, context: Mapping[str, Any]) -> bytes:
    if source.suffix != files.SUFFIX:
        return source.read_bytes()
    return environment.get_template(source.relative_to(root).as_posix()).render(context).encode()


def compose(catalogue: Catalogue, answers: Mapping[str, Any], environment: Environment) -> Composition:
    """The composition for complete answers, checked."""
    directories, found = _foreign(answers, catalogue.components)
    composition = Composition(
        tuple(answers["components"]),
        tuple(catalogue.components[name] for name in answers["installed"]),
        answers,
        renderer(environment, answers),
        directories,
        found,
        tuple(catalogue.outputs[name] for name in answers.get("delivery", ())),
    )
    composition.check()
    return composition


def _foreign(answers: Mapping[str, Any], taken: Iterable[str]) -> tuple[tuple[Directory, ...], tuple[Finding, ...]]:
    """Other people's directories, in the order of their precedence, and what was found while they were read.

    `taken` are names that no import may have beside its lines.
    """
    adopted, binder_dir = adoption.directories(answers.get("adopted")), answers["binder_dir"]
    taken = [*taken, *(directory.label for directory in adopted)]
    loaded = imports.load_all(answers.get("imports") or [], binder_dir, taken)
    directories = (*adopted, *(one.directory for one in loaded))
    return directories, (*adoption.findings(adopted, binder_dir), *(note for one in loaded for note in one.findings))


def renderer(environment: Environment, answers: Mapping[str, Any]) -> files.Render:
    """What renders a unit's file; an error in it names the file and the line."""

    def rendered(source: str, where: str, /, **more: object) -> str:
        try:
            return environment.from_string(source).render({**answers, **more})
        except TemplateError as error:
            line = getattr(error, "lineno", None)
            raise BlocksError(f"{where}{f':{line}' if line else ''}: {error}") from error

    return rendered


def evaluator(environment: Environment, more: Mapping[str, Any] | None = None) -> questions.Evaluate:
    """What renders the expressions of a question."""
    return lambda source, answers: environment.from_string(source).render({**answers, **(more or {})})


def make_environment(catalogue: Catalogue) -> Environment:
    """Jinja as Copier sets it up, with what stands for the destination: there is none."""
    environment = Environment(
        loader=FileSystemLoader(catalogue.root),
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701
    )
    environment.filters.update(to_json=json.dumps, to_nice_yaml=_to_nice_yaml)
    register(environment, catalogue)
    environment.globals.update(
        adoptable=list,
        adopt_choices=lambda: "{}",
        adopted_contents=lambda: "{}",
        check_input=lambda _: True,
    )
    return environment


def _to_nice_yaml(value: Any) -> str:
    return yaml.dump(value, indent=4, allow_unicode=True, default_flow_style=False)


def _as_is(function: Function) -> Function:
    return function


def register(environment: Environment, catalogue: Catalogue, guard: Callable[[Function], Function] = _as_is) -> None:
    """What copier.yml and the template call, wherever they are rendered; `guard` turns the engine's errors."""

    @pass_context
    def refused(context: Context, value: Any, name: str) -> str:
        """Why the answer cannot be this one; empty where it can."""
        try:
            given.refuse(name, {**context.get_all(), name: value}, catalogue)
        except BlocksError as error:
            return str(error).removeprefix(f"{name}: ")
        return ""

    @pass_context
    def installed(context: Context, asked: Iterable[str], delivery: Iterable[str]) -> list[str]:
        """Names asked for -> names installed, in order, with those that outputs bring along."""
        chosen = [catalogue.outputs[name] for name in delivery]
        brought = outputs.brought(chosen, renderer(environment, context.get_all()))
        return [component.name for component in select([*asked, *brought], catalogue.components)]

    def delivery(asked: Iterable[str]) -> list[str]:
        """Names asked for -> names of the outputs, in order."""
        return [output.name for output in select(asked, catalogue.outputs, Output)]

    def python_default(adopted: Any) -> str:
        return adoption.python_version(adopted, choices.PYTHON_VERSIONS, choices.PYTHON_DEFAULT)

    def verbatim(path: str) -> str:
        """A file of the catalogue as it is; an include would render it, and code is full of braces."""
        return (catalogue.root / path).read_text(encoding="utf-8")

    @pass_context
    def component_choices(context: Context) -> str:
        return choices.components(catalogue, context.get("components") or ())

    environment.globals.update(
        bundle=guard(lambda folder: bundle(catalogue.root / folder)),
        component_choices=component_choices,
        output_choices=lambda: choices.outputs(catalogue),
        python_versions=choices.PYTHON_VERSIONS,
        verbatim=verbatim,
    )
    keep_compiled(environment)
    environment.filters.update(
        binder_dir_default=guard(adoption.binder_dir),
        delivery=guard(delivery),
        installed=guard(installed),
        python_default=guard(python_default),
        refused=refused,
        slug=slug,
        render_apt_sources=apt.render_sources,
        render_conda=environment_text.render,
        render_downloads=downloads.render,
        render_env=env.render,
        render_late=pip.render_late,
        report=report.as_text,
    )
