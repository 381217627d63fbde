"""The Jinja extension: Copier's names for what the engine does, and nothing else.

What needs no Copier is registered by `expressions.register`; here is what depends on a run of it: the destination, the
operation, how errors are told.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import yaml
from copier._main import _operation
from copier.errors import UserMessageError
from jinja2 import Environment, pass_context
from jinja2.ext import Extension
from jinja2.runtime import Context
from pathspec import GitIgnoreSpec

P = ParamSpec("P")
R = TypeVar("R")

FOLDER = Path(__file__).resolve().parent

if TYPE_CHECKING:
    from extensions import composition as _composition
    from extensions import errors as _errors
    from extensions import expressions as _expressions
    from extensions import rendering as _rendering
    from extensions.answers import choices as _choices
    from extensions.answers import destination as _destination
    from extensions.answers import former as _former
    from extensions.answers import given as _given
    from extensions.answers import questions as _questions
    from extensions.catalogue import files as _files
    from extensions.catalogue import manifest as _manifest
    from extensions.catalogue import selection as _selection
    from extensions.catalogue import units as _units
    from extensions.foreign import adopt as _adopt
    from extensions.foreign import adoption as _adoption
    from extensions.update import changes as _changes
    from extensions.update import closing as _closing
    from extensions.update import migrate as _migrate
    from extensions.update import settle as _settle
    from extensions.update import source as _source
else:
    _spec = importlib.util.spec_from_file_location("loading", FOLDER / "loading.py")
    _loading = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(_loading)
    _import = functools.partial(
        lambda engine, name: importlib.import_module(f"{engine}.{name}"), _loading.load_engine(FOLDER)
    )
    _composition, _errors = map(_import, ("composition", "errors"))
    _expressions, _rendering = map(_import, ("expressions", "rendering"))
    _choices, _destination = map(_import, ("answers.choices", "answers.destination"))
    _former, _given, _questions = map(_import, ("answers.former", "answers.given", "answers.questions"))
    _files, _manifest = map(_import, ("catalogue.files", "catalogue.manifest"))
    _selection, _units = map(_import, ("catalogue.selection", "catalogue.units"))
    _adopt, _adoption = map(_import, ("foreign.adopt", "foreign.adoption"))
    _changes, _closing = map(_import, ("update.changes", "update.closing"))
    _migrate, _settle, _source = map(_import, ("update.migrate", "update.settle", "update.source"))


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
        environment.concat = _files.concat  # type: ignore[method-assign]
        self._compositions: dict[str, _composition.Composition] = {}
        self._register()

    @_for_users
    def _register(self) -> None:
        _expressions.register(self.environment, self.catalogue, _for_users)
        self.environment.globals.update(
            adoptable=pass_context(_for_users(self.adoptable)),
            adopt_choices=pass_context(_for_users(self.adopt_choices)),
            adopted_contents=pass_context(_for_users(self.adopted_contents)),
            check_input=_for_users(self.check_input),
            closing=pass_context(_for_users(self.closing)),
            component_choices=pass_context(_for_users(self.component_choices)),
            composition=pass_context(_for_users(self.composition)),
            is_draft=functools.partial(_manifest.is_draft, FOLDER.parent),
            is_to_migrate=_for_users(self.is_to_migrate),
            is_to_settle=_for_users(self.is_to_settle),
            loses_nothing=pass_context(_for_users(self.loses_nothing)),
        )

    @functools.cached_property
    def catalogue(self) -> _units.Catalogue:
        return _manifest.read_catalogue(FOLDER.parent)

    @functools.cached_property
    def questions(self) -> _questions.Questions:
        return _questions.read(FOLDER.parent)

    def check_input(self, configuration: Any) -> bool:
        """True, where the answers given on the command line and the destination can be used."""
        _destination.check_writable(Path(configuration["dst_path"]))
        before, data = self._before(configuration), configuration["data"]
        context = {"_copier_conf": configuration, "check_input": lambda _: True}
        evaluate = _expressions.evaluator(self.environment, context)
        _given.check(data, before or {}, self.catalogue, self.questions, evaluate, bool(configuration["defaults"]))
        if before is not None and "components" not in data:  # Copier drops an unknown one without a word
            _selection.select(before["components"], self.catalogue.components)
        if before is not None and _operation.get() == "update":
            _given.check_binder_dir(data.get("binder_dir"), before["binder_dir"])
        if "adopt" in data:
            found = _adoptable(configuration) if before is None else before.get("adopted") or ()
            _given.check_adopt(data["adopt"], found, before is None)
        return True

    def _before(self, configuration: Any) -> Mapping[str, Any] | None:
        """The answers of the run before this one, as this version names them; None where there was none."""
        answers = _answers_before(configuration)
        if answers is not None and _former.is_former(answers) and _operation.get() == "copy":
            _destination.refuse_former(str(configuration["answers_file"]))
        return None if answers is None else _former.upgraded(answers, self.catalogue.outputs, self.environment)

    def adoptable(self, context: Context) -> list[str]:
        """The Binder configurations in the destination of a first copy."""
        return _adoptable(context["_copier_conf"])

    def adopt_choices(self, context: Context) -> str:
        return _choices.adoptable(self.adoptable(context))

    def adopted_contents(self, context: Context) -> str:
        """What the directories of the answer `adopt` hold, as YAML."""
        return yaml.safe_dump(_adopt.read(Path(context["_copier_conf"]["dst_path"]), context["adopt"]))

    def component_choices(self, context: Context) -> str:
        configuration = context["_copier_conf"]
        before = _answers_before(configuration) or {}
        asked = configuration["data"].get("components", before.get("components", []))
        return _choices.components(self.catalogue, _questions.names("components", asked))

    def is_to_migrate(self, configuration: Any) -> bool:
        """True, where an update leaves something to do before it renders; checks all answers first."""
        self.check_input(configuration)
        return _migrate.is_needed(Path(configuration["dst_path"]), str(configuration["answers_file"]), self.catalogue)

    def is_to_settle(self, configuration: Any) -> bool:
        """True, where an update leaves something to do after Copier's merge."""
        names = _units.current_names(self.catalogue.components)
        return _settle.is_needed(Path(configuration["dst_path"]), names)

    def composition(self, context: Context) -> _composition.Composition:
        """The composition for the answers in the context, checked."""
        answers = {name: value for name, value in context.get_all().items() if _is_answer(name, value)}
        answers.pop(_questions.LAST, None)  # known after the first time
        answers["_answers_file"] = context["_copier_conf"]["answers_file"].as_posix()
        key = json.dumps(answers, sort_keys=True, default=str)
        if key not in self._compositions:
            self._compositions[key] = _rendering.compose(self.catalogue, answers, self.environment)
        return self._compositions[key]

    def loses_nothing(self, context: Context) -> bool:
        """True, where a copy replaces nothing in its destination but what was adopted; an update merges."""
        conf = context["_copier_conf"]
        destination, answers_file = Path(conf["dst_path"]), conf["answers_file"].as_posix()
        if _operation.get() != "copy" or not destination.exists():
            return True
        ours = _answers_before(conf) is not None
        if (destination / answers_file).exists() and not ours:
            _destination.refuse_answers(answers_file)
        kept = GitIgnoreSpec.from_lines([*_destination.KEPT, *conf["skip_if_exists"], *conf["exclude"], answers_file])
        planned = _rendering.plan(self.catalogue, self.environment, context.get_all(), self.composition(context))
        written = ((file.path, file.content) for file in planned if not kept.match_file(file.path))
        may_replace = conf["overwrite"] or not conf["defaults"]
        _destination.check(destination, written, _adoption.files(context["adopted"]), ours, may_replace)
        return True

    def closing(self, context: Context) -> str:
        """What is to be said when all is written: never an error."""
        destination, changed = Path(context["_copier_conf"]["dst_path"]), self._changed(context)
        composition, source = self.composition(context), str(context["_copier_answers"].get("_src_path", ""))
        told = _source.line(source, composition) if _operation.get() == "copy" else ""
        return told + _closing.message(composition, destination, changed)

    def _changed(self, context: Context) -> list[str]:
        """What an update has changed for this repository, as lines; a copy has nothing to compare with."""
        conf, commit = context["_copier_conf"], context["_copier_answers"].get("_commit")
        if _operation.get() != "update" or not commit:
            return []
        repository, answers_file = Path(conf["dst_path"]), conf["answers_file"].as_posix()
        installed, has_launch = context["installed"], self.composition(context).has_launch
        return list(_changes.lines(FOLDER.parent, repository, answers_file, commit, installed, has_launch))


def _is_answer(name: str, value: Any) -> bool:
    return not name.startswith("_") and isinstance(value, (str, int, float, bool, list, dict, type(None)))


def _adoptable(configuration: Any) -> list[str]:
    """Nothing on an update, which renders from the answers alone, and nothing where Binder Blocks was before."""
    if _operation.get() != "copy" or _answers_before(configuration) is not None:
        return []
    return _adopt.adoptable(Path(configuration["dst_path"]))


def _answers_before(configuration: Any) -> Mapping[str, Any] | None:
    """The answers of the copy or update before this one; None where there was none."""
    return _adopt.our_answers(Path(configuration["dst_path"]) / configuration["answers_file"])
