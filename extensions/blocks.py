"""The Jinja extension: Copier's names for what the engine does, and nothing else.

What needs no Copier is registered by `expressions.register`; here is what depends on a run of it: the destination, the
operation, how errors are told.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import inspect
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import yaml
from copier import _user_data
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
    from extensions import fitting as _fitting
    from extensions import git as _git
    from extensions import rendering as _rendering
    from extensions import report as _reporting
    from extensions.answers import amendment as _amendment
    from extensions.answers import choices as _choices
    from extensions.answers import destination as _destination
    from extensions.answers import draft as _draft
    from extensions.answers import former as _former
    from extensions.answers import given as _given
    from extensions.answers import questions as _questions
    from extensions.answers import spelling as _spelling
    from extensions.catalogue import files as _files
    from extensions.catalogue import manifest as _manifest
    from extensions.catalogue import selection as _selection
    from extensions.catalogue import units as _units
    from extensions.foreign import adopt as _adopt
    from extensions.foreign import adoption as _adoption
    from extensions.update import arriving as _arriving
    from extensions.update import before as _before
    from extensions.update import by_hand as _by_hand
    from extensions.update import changes as _changes
    from extensions.update import closing as _closing
    from extensions.update import kept as _kept
    from extensions.update import migrate as _migrate
    from extensions.update import renew as _renew
    from extensions.update import settle as _settle
    from extensions.update import source as _source
    from extensions.update import steps as _steps
    from extensions.update import undo as _undo
else:
    _spec = importlib.util.spec_from_file_location("loading", FOLDER / "loading.py")
    _loading = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(_loading)
    _engine = _loading.load_engine(FOLDER)
    # What importlib gives would be compiled, used or not.
    _import = {name.removeprefix(f"{_engine}."): module for name, module in sys.modules.items()}.__getitem__
    _composition, _errors = map(_import, ("composition", "errors"))
    _expressions, _fitting, _rendering = map(_import, ("expressions", "fitting", "rendering"))
    _git, _reporting = map(_import, ("git", "report"))
    _amendment, _choices = map(_import, ("answers.amendment", "answers.choices"))
    _destination, _draft = map(_import, ("answers.destination", "answers.draft"))
    _former, _given = map(_import, ("answers.former", "answers.given"))
    _questions, _spelling = map(_import, ("answers.questions", "answers.spelling"))
    _files, _manifest = map(_import, ("catalogue.files", "catalogue.manifest"))
    _selection, _units = map(_import, ("catalogue.selection", "catalogue.units"))
    _adopt, _adoption = map(_import, ("foreign.adopt", "foreign.adoption"))
    _arriving, _before = map(_import, ("update.arriving", "update.before"))
    _by_hand, _changes = map(_import, ("update.by_hand", "update.changes"))
    _closing, _kept, _migrate = map(_import, ("update.closing", "update.kept", "update.migrate"))
    _renew, _settle = map(_import, ("update.renew", "update.settle"))
    _source, _steps, _undo = map(_import, ("update.source", "update.steps", "update.undo"))


def _for_users(function: Callable[P, R]) -> Callable[P, R]:
    """The engine's errors as Copier's: one line, which fits a terminal there, exit code 1, nothing written."""

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except _errors.BlocksError as error:
            raise UserMessageError(_fitting.fitted(str(error))) from error

    return wrapper


_read_list = inspect.unwrap(_user_data.parse_yaml_list)


@functools.wraps(_read_list)
def _words(text: str) -> list[str]:
    """A list as Copier reads it, or one word, at which it ends in a traceback."""
    return [text] if _questions.WORD.fullmatch(text) else _read_list(text)


_user_data.parse_yaml_list = _words


class Blocks(Extension):
    """Globals and filters for copier.yml and the template."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.concat = _files.concat  # type: ignore[method-assign]
        self._compositions: dict[str, _composition.Composition] = {}
        self._texts: dict[int, dict[str, str]] = {}
        self._reports: dict[int, str] = {}
        self._is_checking = False
        self._register()

    @_for_users
    def _register(self) -> None:
        _expressions.register(self.environment, self.catalogue, _for_users)
        self._starts_beside: Any = self.environment.globals["starts_beside_choices"]
        self.environment.globals.update(
            adoptable=pass_context(_for_users(self.adoptable)),
            adopt_choices=pass_context(_for_users(self.adopt_choices)),
            adopted_contents=pass_context(_for_users(self.adopted_contents)),
            asks=pass_context(asks),
            check_answers_file=pass_context(_for_users(self.check_answers_file)),
            closing=pass_context(_for_users(self.closing)),
            component_choices=pass_context(_for_users(self.component_choices)),
            composition=pass_context(_for_users(self.composition)),
            guide_default=pass_context(_for_users(self.guide_default)),
            is_draft=lambda: _manifest.is_draft(FOLDER.parent),
            is_to_migrate=pass_context(_for_users(self.is_to_migrate)),
            is_to_settle=pass_context(_for_users(self.is_to_settle)),
            loses_nothing=pass_context(_for_users(self.loses_nothing)),
            new_report=pass_context(_for_users(self.new_report)),
            starts_beside_choices=pass_context(_for_users(self.starts_beside_choices)),
            unasked=pass_context(unasked),
        )
        self.environment.filters.update(fitted=_fitting.fitted, report=self.report)
        # A filter: of all names, no answer can take this one's place before it has looked at them.
        self.environment.filters["check_input"] = pass_context(_for_users(self.check_input))

    @functools.cached_property
    def catalogue(self) -> _units.Catalogue:
        return _manifest.read_catalogue(FOLDER.parent)

    @functools.cached_property
    def questions(self) -> _questions.Questions:
        return _questions.read(FOLDER.parent)

    def check_input(self, context: Context, otherwise: bool) -> bool:
        """True, where the answers given on the command line and the destination can be used."""
        if self._is_checking:  # the question that asks for it is among those that are looked at
            return otherwise
        self._is_checking = True
        try:
            with _taking_back(context):
                self._check_input(_configuration(context))
        finally:
            self._is_checking = False
        return otherwise

    def _check_input(self, configuration: Any) -> None:
        data, used = configuration["data"], _expressions.used_names(self.environment)
        _spelling.refuse_taken(data, self.questions, used)
        _destination.check_writable(Path(configuration["dst_path"]))
        if verbs := sorted(_amendment.VERBS & data.keys()):
            raise _errors.BlocksError(f"{verbs[0]}: is for updates; name all blocks: --data 'components=[...]'")
        before = self._before(configuration)
        _spelling.refuse_taken(before or (), self.questions, used)
        evaluate = _expressions.evaluator(self.environment, {"_copier_conf": configuration})
        is_typed = before is not None or _operation.get() == "copy"
        is_final = bool(configuration["defaults"])
        _given.check(data, before or {}, self.catalogue, self.questions, evaluate, is_final, is_typed)
        if before is not None and "components" not in data:  # Copier drops an unknown one without a word
            _selection.select(before["components"], self.catalogue.components)
        if before is not None and _operation.get() == "update":
            _given.check_binder_dir(data.get("binder_dir"), before["binder_dir"])
        if "adopt" in data and _operation.get() == "copy":
            found = _adoptable(configuration) if before is None else before.get("adopted") or ()
            _given.check_adopt(data["adopt"], found, before is None)

    def _before(self, configuration: Any) -> Mapping[str, Any] | None:
        """The answers of the run before this one, as this version names them; None where there was none."""
        answers = _answers_before(configuration)
        if answers is not None and _former.is_former(answers) and _operation.get() == "copy":
            _destination.refuse_former(str(configuration["answers_file"]))
        return None if answers is None else _former.upgraded(answers, self.catalogue.outputs, self.environment)

    def check_answers_file(self, context: Context) -> str:
        """Nothing to say, where Copier can read the answers file of the destination."""
        conf = _configuration(context)
        _destination.check_answers_file(Path(conf["dst_path"]), conf["answers_file"].as_posix())
        return ""

    def adoptable(self, context: Context) -> list[str]:
        """The Binder configurations in the destination of a first copy."""
        return _adoptable(_configuration(context))

    def adopt_choices(self, context: Context) -> str:
        return _choices.adoptable(self.adoptable(context))

    def adopted_contents(self, context: Context) -> str:
        """What the directories of the answer `adopt` hold, as YAML."""
        destination = Path(_configuration(context)["dst_path"])
        return yaml.safe_dump(_adopt.read(destination, _expressions.given_context(context)["adopt"]))

    def guide_default(self, context: Context) -> str:
        """The name of the Binder directory's page: another one where a first copy finds a README of the author's."""
        conf = _configuration(context)
        is_first = _operation.get() == "copy" and _answers_before(conf) is None
        readme, otherwise = _choices.GUIDES
        folder = Path(conf["dst_path"], context.get("binder_dir") or "")
        return otherwise if is_first and (folder / readme).exists() else readme

    def component_choices(self, context: Context) -> str:
        configuration = _configuration(context)
        before = _answers_before(configuration) or {}
        asked = configuration["data"].get("components", before.get("components", []))
        return _choices.components(self.catalogue, _questions.names("components", asked))

    def starts_beside_choices(self, context: Context) -> str:
        """Checks the answer first, of which Copier would say that it is no choice, in a traceback."""
        offered = str(self._starts_beside(context))
        _given.check_beside(_configuration(context)["data"], yaml.safe_load(offered).values())
        return offered

    def is_to_migrate(self, context: Context) -> bool:
        """True, where an update leaves something to do before it renders; checks all answers first.

        What `add` and `remove` ask for becomes the answers that they change: this is the first that an update calls.
        """
        configuration = _configuration(context)
        data, repository = configuration["data"], Path(configuration["dst_path"])
        _undo.forget(repository)
        if _amendment.VERBS & data.keys():
            amended = _amendment.amended(data, self._before(configuration) or {}, self.catalogue)
            for verb in _amendment.VERBS:
                data.pop(verb, None)
            data.update(amended)
        self._check_input(configuration)
        answers_file = str(configuration["answers_file"])
        if answers := _answers_before(configuration):
            rendered = _before.answered(repository, str(answers["binder_dir"]))
            sets = {name for name, question in self.questions.items() if question.get("multiselect")}
            _by_hand.check(answers_file, answers, rendered, sets)
        asked = _given.adopt_again(data, self._before(configuration) or {})
        compose = functools.partial(_rendering.composed, self.catalogue)
        renewing = functools.partial(_renew.renewed, repository, asked=asked, compose=compose)
        return _migrate.is_needed(repository, answers_file, self.catalogue, renewing)

    def is_to_settle(self, context: Context) -> bool:
        """True, where an update leaves something to do after Copier's merge."""
        names = _units.current_names(self.catalogue.components)
        return _settle.is_needed(Path(_configuration(context)["dst_path"]), names, self._report(context))

    def new_report(self, context: Context) -> str:
        """The report that this update writes, as git calls it in the repository, where what settles reads it."""
        return _git.store(Path(_configuration(context)["dst_path"]), self._report(context))

    def _report(self, context: Context) -> bytes:
        return self.report(self.composition(context)).encode()

    def report(self, composition: _composition.Composition) -> str:
        """binder/report.json of a composition that is kept here."""
        if id(composition) not in self._reports:
            self._reports[id(composition)] = _reporting.as_text(composition, self.texts(composition))
        return self._reports[id(composition)]

    def texts(self, composition: _composition.Composition) -> dict[str, str]:
        if id(composition) not in self._texts:
            self._texts[id(composition)] = _reporting.texts(composition, self.catalogue.root)
        return self._texts[id(composition)]

    def composition(self, context: Context) -> _composition.Composition:
        """The composition for the answers in the context, checked."""
        given = _expressions.given_context(context)
        asked = self.questions.keys() - {_questions.LAST}  # known after the first time
        answers = {name: value for name, value in given.items() if name in asked and _is_answer(value)}
        answers["_answers_file"] = _configuration(context)["answers_file"].as_posix()
        key = json.dumps(answers, sort_keys=True, default=str)
        if key not in self._compositions:
            with _keeping_answers(context):
                _given.check_beside(_configuration(context)["data"], answers.get(_given.STARTS) or ())
                self._compositions[key] = _rendering.compose(self.catalogue, answers, self.environment)
        return self._compositions[key]

    def loses_nothing(self, context: Context) -> bool:
        """True, where nothing of the author's is replaced but what was adopted, or what an update merges."""
        with _keeping_answers(context):
            return self._loses_nothing(context)

    def _loses_nothing(self, context: Context) -> bool:
        conf, given = _configuration(context), _expressions.given_context(context)
        destination, answers_file = Path(conf["dst_path"]), conf["answers_file"].as_posix()
        if not destination.exists():
            return True
        planned = [*_rendering.plan(self.catalogue, self.environment, given, self.composition(context))]
        excluded = GitIgnoreSpec.from_lines(conf["exclude"])
        _destination.check_places(destination, (file.path for file in planned if not excluded.match_file(file.path)))
        kept = GitIgnoreSpec.from_lines([*_destination.KEPT, *conf["skip_if_exists"], *conf["exclude"], answers_file])
        written = ((file.path, file.content) for file in planned if not kept.match_file(file.path))
        if _operation.get() != "copy":
            _arriving.check(destination, written)
            return True
        ours = _answers_before(conf) is not None
        if (destination / answers_file).exists() and not ours:
            _destination.refuse_answers(answers_file)
        may_replace = conf["overwrite"] or not conf["defaults"]
        _destination.check(destination, written, _adoption.files(given["adopted"]), ours, may_replace, answers_file)
        return True

    def closing(self, context: Context) -> str:
        """What is to be said when all is written: never an error."""
        conf, is_update = _configuration(context), _operation.get() == "update"
        destination, answers_file = Path(conf["dst_path"]), conf["answers_file"].as_posix()
        composition, changed = self.composition(context), self._changed(context)
        generated = self.texts(composition)
        said = _closing.message(composition, destination, generated, answers_file, is_update, changed)
        if not is_update:
            told = _source.line(str(context["_copier_answers"].get("_src_path", "")), composition)
            return told + said + "".join(f"\n{line}" for line in _steps.lines(composition, destination))
        _undo.forget(destination)
        before = _before.answers(destination, answers_file) or {}
        moves = [
            line for name in _amendment.LISTS for line in _steps.moves(before.get(name) or (), context.get(name) or ())
        ]
        moves += self._companions(destination, before, context)
        return "".join(f"\n{line}" for line in moves) + said

    def _companions(self, destination: Path, before: Mapping[str, Any], context: Context) -> list[str]:
        """What an update brought and took that comes along by itself, as lines."""
        asked = {*(before.get("components") or ()), *context["components"]}
        there = _before.installed(destination, str(before["binder_dir"])) if before else []
        components = {name: one for name, one in self.catalogue.components.items() if name not in asked}
        return _steps.companions(there, context["installed"], components)

    def _changed(self, context: Context) -> list[str]:
        """What an update has changed for this repository, as lines; a copy has nothing to compare with."""
        given = _expressions.given_context(context)
        conf, commit = _configuration(context), given["_copier_answers"].get("_commit")
        if _operation.get() != "update" or not commit:
            return []
        repository, answers_file = Path(conf["dst_path"]), conf["answers_file"].as_posix()
        installed, has_launch = given["installed"], self.composition(context).has_launch
        said = list(_changes.lines(FOLDER.parent, repository, answers_file, commit, installed, has_launch))
        moved = _kept.lines(repository, answers_file, self.composition(context))
        return [*moved, *([""] if moved and said else []), *said]


@contextlib.contextmanager
def _taking_back(context: Context) -> Iterator[None]:
    """Where an update is refused, what its migration has done is taken back."""
    try:
        yield
    except _errors.BlocksError:
        if _operation.get() == "update":
            _undo.undo(Path(_configuration(context)["dst_path"]))
        raise


@contextlib.contextmanager
def _keeping_answers(context: Context) -> Iterator[None]:
    """Where somebody's answers are refused together, these are kept, and the refusal says how to go on with them."""
    try:
        with _taking_back(context):
            yield
    except _errors.BlocksError as error:
        raise _errors.BlocksError(f"{error}{_kept_answers(context)}") from error


def _kept_answers(context: Context) -> str:
    """Where what somebody typed for a first copy is kept, as a line; empty where nobody did."""
    conf = _configuration(context)
    if _operation.get() != "copy" or conf["defaults"] or conf["pretend"]:
        return ""
    path = _draft.keep(context["_copier_answers"], Path(conf["dst_path"]))
    return f"; your answers are kept: when this is set right, run it again with --data-file {path}"


def asks(context: Context, name: str) -> bool:
    """Whether the interview has this question: the first one has it, an update where it has no answer yet."""
    if _operation.get() != "update":
        return True
    return name != _questions.SETTINGS and (name not in context["_copier_answers"] or bool(context.get("settings")))


def unasked(context: Context, value: str) -> str:
    """The value where nobody is asked; empty where somebody types it."""
    return value if _configuration(context)["defaults"] else ""


def _configuration(context: Context) -> Any:
    """Copier's, which no template can exchange."""
    return _expressions.given_context(context)["_copier_conf"]


def _is_answer(value: Any) -> bool:
    return isinstance(value, (str, int, float, bool, list, dict, type(None)))


def _adoptable(configuration: Any) -> list[str]:
    """Nothing on an update, which renders from the answers alone, and nothing where Binder Blocks was before."""
    if _operation.get() != "copy" or _answers_before(configuration) is not None:
        return []
    return _adopt.adoptable(Path(configuration["dst_path"]))


def _answers_before(configuration: Any) -> Mapping[str, Any] | None:
    """The answers of the copy or update before this one; None where there was none."""
    return _adopt.our_answers(Path(configuration["dst_path"]) / configuration["answers_file"])
