"""What copier.yml, the template and units' files call in their expressions, and the Jinja that renders these.

`register` gives the names to any environment: Copier's, through `blocks`, and the one of `make_environment`, in which
nothing stands for a destination.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, TemplateError, pass_context
from jinja2.defaults import DEFAULT_NAMESPACE
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment

from . import outputs, report
from .answers import choices, given, interview, questions
from .bundle import bundle
from .catalogue import companions, files, java
from .catalogue.companions import accompanied
from .catalogue.provided import providing
from .catalogue.selection import select
from .catalogue.units import Catalogue, Output, current_names
from .compiled import keep_compiled
from .composition import MYBINDER_MEMORY, NOTEBOOK_MEMORY
from .errors import BlocksError
from .foreign import adoption, imports, wanted
from .foreign.directory import Directory
from .merge import apt, downloads, env, environment_text, pip
from .sandbox import restrict
from .text import slug, words

Function = Callable[..., Any]


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
    environment = SandboxedEnvironment(
        loader=FileSystemLoader(catalogue.root),
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters.update(to_json=json.dumps, to_nice_yaml=_to_nice_yaml)
    register(environment, catalogue)
    environment.globals.update(
        adoptable=list,
        adopt_choices=lambda: "{}",
        adopted_contents=lambda: "{}",
        asks=lambda _: True,
        guide_default=lambda: choices.GUIDES[0],
        unasked=str,
    )
    environment.filters["check_input"] = bool
    return environment


def used_names(environment: Environment) -> set[str]:
    """What templates find under a name, beside the answers and what Jinja has of its own."""
    return environment.globals.keys() - DEFAULT_NAMESPACE.keys()


def given_context(context: Context) -> Mapping[str, Any]:
    """What a template was rendered with, whatever it has set since."""
    return context.parent


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
            return interview.shown(str(error).removeprefix(f"{name}: "), name)
        return ""

    @pass_context
    def installed(context: Context, asked: Iterable[str], delivery: Iterable[str]) -> list[str]:
        """Names asked for -> names installed, in order, with what outputs, other people's files and services bring."""
        chosen = [catalogue.outputs[name] for name in delivery]
        brought = outputs.brought(chosen, renderer(environment, context.get_all()))
        wants = wanted_by(context.get("adopted"), context.get("imports"))
        names = providing(wants, [*asked, *brought], catalogue.components)
        names = accompanied(names, context.get(companions.WITHOUT) or (), catalogue.components)
        return [component.name for component in select(names, catalogue.components)]

    def java_versions(installed: Iterable[str], versions: Iterable[str]) -> list[str]:
        """Those on which all installed components run."""
        return java.allowed((catalogue.components[name] for name in installed), versions)

    def java_refusal(installed: Iterable[str], version: str) -> str:
        """Why Java cannot be this version; empty where it can."""
        return java.refusal((catalogue.components[name] for name in installed), version)

    def delivery(asked: Iterable[str]) -> list[str]:
        """Names asked for -> names of the outputs, in order."""
        return [output.name for output in select(asked, catalogue.outputs, Output)]

    def wanted_by(adopted: Any, imported: Any = None) -> wanted.Wanted:
        """What other people's directories want of the catalogue."""
        if not adopted and not imported:
            return {}
        own = adoption.directories(adopted)
        return wanted.wanted([*own, *imported_directories(imported, own)])

    read: dict[str, list[Directory]] = {}

    def imported_directories(value: Any, adopted: Iterable[Directory]) -> list[Directory]:
        """Those of an answer, read once: several questions look at them."""
        if not value:  # most have none, and what reads them is large
            return []
        taken = [directory.label for directory in adopted]
        key = json.dumps([value, taken], default=str)
        if key not in read:
            blocks = {*catalogue.components, *current_names(catalogue.components)}
            read[key] = [one.directory for one in imports.load_all(value, "", [*blocks, *taken], blocks)]
        return read[key]

    @pass_context
    def starts_beside(context: Context) -> str:
        """Choices, of the directories whose start takes long and can run beside the notebook."""
        own = adoption.directories(context.get("adopted"))
        return choices.starts_beside([*own, *imported_directories(context.get("imports"), own)])

    def python_default(adopted: Any, imported: Any = None) -> str:
        directories = imported_directories(imported, adoption.directories(adopted))
        return adoption.python_version(adopted, choices.PYTHON_VERSIONS, choices.PYTHON_DEFAULT, directories)

    def inside(path: str) -> Path:
        """A path of the catalogue; raises `BlocksError` for any other."""
        place = (catalogue.root / path).resolve()
        if not place.is_relative_to(catalogue.root.resolve()):
            raise BlocksError(f"{path}: is not in the catalogue")
        return place

    def verbatim(path: str) -> str:
        """A file of the catalogue as it is; an include would render it, and code is full of braces."""
        return inside(path).read_text(encoding="utf-8")

    @pass_context
    def component_choices(context: Context) -> str:
        return choices.components(catalogue, context.get("components") or ())

    @pass_context
    def coming_along(context: Context, asked: Iterable[str]) -> str:
        return interview.coming_along(asked, context.get(companions.WITHOUT) or (), catalogue.components)

    @pass_context
    def companion_choices(context: Context) -> str:
        return choices.companions(catalogue, context.get(companions.WITHOUT) or ())

    environment.globals.update(
        bundle=guard(lambda folder: bundle(inside(folder))),
        coming_along=guard(coming_along),
        companion_choices=companion_choices,
        companions=companions.companions(catalogue.components),
        component_choices=component_choices,
        free_memory=MYBINDER_MEMORY - NOTEBOOK_MEMORY,
        output_choices=lambda: choices.outputs(catalogue),
        python_versions=choices.PYTHON_VERSIONS,
        starts_beside_choices=guard(starts_beside),
        verbatim=guard(verbatim),
        wanted_by=guard(wanted_by),
    )
    restrict(environment)
    keep_compiled(environment)
    environment.filters.update(
        chosen=interview.Emptiness().refusal,
        binder_dir_default=guard(adoption.binder_dir),
        delivery=guard(delivery),
        installed=guard(installed),
        java_refusal=java_refusal,
        java_versions=guard(java_versions),
        python_default=guard(python_default),
        refused=refused,
        shell=shlex.quote,
        shown=interview.shown,
        slug=slug,
        words=words,
        render_apt_sources=apt.render_sources,
        render_conda=environment_text.render,
        render_downloads=downloads.render,
        render_env=env.render,
        render_late=pip.render_late,
        report=lambda composition: report.as_text(composition, report.texts(composition, catalogue.root)),
    )
