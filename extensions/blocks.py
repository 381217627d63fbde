"""The Jinja extension: registers what copier.yml and the template call, and nothing else.

Copier renders two versions of the catalogue in one process when it updates. The engine is therefore loaded under a
module name of its own for each folder it lies in: its relative imports stay inside one version.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import importlib.util
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from copier.errors import UserMessageError
from jinja2 import Environment, TemplateError, pass_context
from jinja2.ext import Extension
from jinja2.runtime import Context

P = ParamSpec("P")
R = TypeVar("R")


def load_engine(folder: Path) -> str:
    """Make the package in `folder` importable; the name to import it under."""
    name = "binder_blocks_" + hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            name, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        if spec is None or spec.loader is None:
            raise ImportError(f"no package in {folder}")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return name


_FOLDER = Path(__file__).resolve().parent
_NAME = load_engine(_FOLDER)
_catalogue, _compose, _errors, _questions, _selection, _apt, _conda, _downloads, _env, _pip = (
    importlib.import_module(f"{_NAME}.{module}")
    for module in (
        *("catalogue", "compose", "errors", "questions", "selection"),
        *("merge.apt", "merge.conda", "merge.downloads", "merge.env", "merge.pip"),
    )
)


def _for_users(function: Callable[P, R]) -> Callable[P, R]:
    """The engine's errors as Copier's: one line, exit code 1, nothing written."""

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except _errors.BlocksError as error:
            raise UserMessageError(str(error)) from error

    return wrapper


class Blocks(Extension):
    """Globals and filters for copier.yml and the template."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self._compositions: dict[str, Any] = {}
        environment.globals.update(
            check_input=_for_users(self.check_input),
            component_choices=_for_users(self.component_choices),
            composition=pass_context(_for_users(self.composition)),
            is_draft=functools.partial(_catalogue.is_draft, _FOLDER.parent),
            python_versions=_questions.PYTHON_VERSIONS,
        )
        environment.filters.update(
            resolve=_for_users(self.resolve),
            refusal=self.refusal,
            slug=_compose.slug,
            render_apt=_apt.render,
            render_conda=_conda.render,
            render_downloads=_downloads.render,
            render_env=_env.render,
            render_late=_pip.render_late,
            report=self.report,
        )

    @functools.cached_property
    def catalogue(self) -> Any:
        return _catalogue.read_catalogue(_FOLDER.parent)

    def check_input(self, configuration: Any) -> bool:
        """True, where the answers given on the command line and the destination can be used."""
        _questions.check_destination(Path(configuration["dst_path"]))
        _questions.check(configuration["data"], self.catalogue, self._validate)
        return True

    def _validate(self, source: str, answers: Any) -> str:
        return self.environment.from_string(source).render(answers)

    def component_choices(self) -> str:
        return str(_questions.choices(self.catalogue.values()))

    def resolve(self, asked: Any) -> list[str]:
        """Names asked for -> names installed, in order."""
        return [component.name for component in _selection.select(asked, self.catalogue)]

    def refusal(self, asked: Iterable[str]) -> str:
        """Why these cannot be installed together; empty where they can."""
        try:
            self.resolve(asked)
        except _errors.BlocksError as error:
            return str(error)
        return ""

    def composition(self, context: Context) -> Any:
        """The composition for the answers in the context, checked."""
        answers = {name: value for name, value in context.get_all().items() if _is_answer(name, value)}
        key = json.dumps(answers, sort_keys=True, default=str)
        if key not in self._compositions:
            components = tuple(self.catalogue[name] for name in answers["installed"])
            composition = _compose.Composition(
                tuple(answers["components"]), components, answers, functools.partial(self._render, answers)
            )
            composition.check()
            self._compositions[key] = composition
        return self._compositions[key]

    def _render(self, answers: dict[str, Any], source: str, where: str) -> str:
        try:
            return self.environment.from_string(source).render(answers)
        except TemplateError as error:
            line = getattr(error, "lineno", None)
            raise _errors.BlocksError(f"{where}{f':{line}' if line else ''}: {error}") from error

    @staticmethod
    def report(composition: Any) -> str:
        return json.dumps(composition.report(), indent=2, ensure_ascii=False) + "\n"


def _is_answer(name: str, value: Any) -> bool:
    return not name.startswith("_") and isinstance(value, (str, int, float, bool, list, dict, type(None)))
