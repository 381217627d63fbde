"""The Jinja extension: registers what copier.yml and the template call, and nothing else.

Copier renders two versions of the catalogue in one process when it updates, from four clones of it. The engine is
therefore loaded under a module name made from its source: relative imports stay inside one version, and a version is
compiled once. All of it is imported at once: the clone that it came from may be gone later.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import importlib.util
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import yaml
from copier._main import _operation
from copier.errors import UserMessageError
from jinja2 import Environment, TemplateError, pass_context
from jinja2.ext import Extension
from jinja2.runtime import Context
from pathspec import GitIgnoreSpec

P = ParamSpec("P")
R = TypeVar("R")


def load_engine(folder: Path) -> str:
    """Make the package in `folder` importable, unless the same source is already; the name to import it under."""
    sources = sorted(folder.rglob("*.py"))
    content = b"".join(b"%b\0%b\0" % (bytes(path.relative_to(folder)), path.read_bytes()) for path in sources)
    name = "binder_blocks_" + hashlib.sha256(content).hexdigest()[:16]
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


def _modules(*names: str) -> Iterator[Any]:
    return (importlib.import_module(f"{_NAME}.{name}") for name in names)


_base, _compose, _errors, _hub_profile, _image = _modules("base", "composition", "errors", "hub_profile", "image")
_questions, _overwrite = _modules("answers.given", "answers.destination")
_catalogue, _files, _selection = _modules("catalogue.manifest", "catalogue.files", "catalogue.selection")
_adopt, _imports, _links = _modules("foreign.adopt", "foreign.imports", "links.table")
_changes, _closing, _own, _settle = _modules("update.changes", "update.closing", "update.own", "update.settle")
_apt, _conda, _downloads = _modules("merge.apt", "merge.conda", "merge.downloads")
_env, _pip = _modules("merge.env", "merge.pip")


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
        self._compositions: dict[str, Any] = {}
        environment.globals.update(
            adoptable=pass_context(_for_users(self.adoptable)),
            adopt_choices=pass_context(_for_users(self.adopt_choices)),
            adopted_contents=pass_context(_for_users(self.adopted_contents)),
            check_input=_for_users(self.check_input),
            closing=pass_context(_for_users(self.closing)),
            component_choices=pass_context(_for_users(self.component_choices)),
            composition=pass_context(_for_users(self.composition)),
            is_draft=functools.partial(_catalogue.is_draft, _FOLDER.parent),
            loses_nothing=pass_context(_for_users(self.loses_nothing)),
            python_versions=_questions.PYTHON_VERSIONS,
            renamed=_for_users(self.renamed),
            former_names=self.former_names,
            is_unsettled=self.is_unsettled,
            verbatim=self.verbatim,
        )
        environment.filters.update(
            base_refusal=self.base_refusal,
            binder_dir_default=_for_users(_adopt.binder_dir),
            build_branch_refusal=self.build_branch_refusal,
            hub_refusal=self.hub_refusal,
            image_refusal=self.image_refusal,
            imports_refusal=self.imports_refusal,
            link_refusal=self.link_refusal,
            python_default=_for_users(self.python_default),
            refusal=self.refusal,
            resolve=_for_users(self.resolve),
            slug=_compose.slug,
            render_apt=_apt.render,
            render_apt_names=_apt.render_names,
            render_apt_sources=_apt.render_sources,
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
        before = self._check_before(configuration)
        _questions.check_updates({**(before or {}), **configuration["data"]})
        if before is not None and _operation.get() == "update":
            _questions.check_binder_dir(configuration["data"].get("binder_dir"), before["binder_dir"])
            _questions.check_base(configuration["data"], before)
        if "adopt" in configuration["data"]:
            found = _adoptable(configuration) if before is None else before.get("adopted") or ()
            _questions.check_adopt(configuration["data"]["adopt"], found, before is None)
        return True

    def _check_before(self, configuration: Any) -> Any:
        """The answers before this run, whose components are all known: Copier drops an unknown one without a word."""
        before = _answers_before(configuration)
        if before is not None and "components" not in configuration["data"]:
            _selection.select(before["components"], self.catalogue)
        return before

    def adoptable(self, context: Context) -> list[str]:
        """The Binder configurations in the destination of a first copy."""
        return _adoptable(context["_copier_conf"])

    def adopt_choices(self, context: Context) -> str:
        return str(_questions.adoptable(self.adoptable(context)))

    def adopted_contents(self, context: Context) -> str:
        """What the directories of the answer `adopt` hold, as YAML."""
        return yaml.safe_dump(_adopt.read(Path(context["_copier_conf"]["dst_path"]), context["adopt"]))

    def python_default(self, adopted: Any) -> str:
        return str(_adopt.python_version(adopted, _questions.PYTHON_VERSIONS, _questions.PYTHON_DEFAULT))

    def _validate(self, source: str, answers: Any) -> str:
        return self.environment.from_string(source).render(answers)

    def component_choices(self, context: Context) -> str:
        configuration = context["_copier_conf"]
        before = _answers_before(configuration) or {}
        asked = configuration["data"].get("components", before.get("components", []))
        return str(_questions.choices(self.catalogue, _questions.names("components", asked, "[]")))

    def renamed(self, configuration: Any) -> dict[str, Any]:
        """What migrate.py has to know of components that are called otherwise now; checks all answers first."""
        self.check_input(configuration)
        before, repository = _answers_before(configuration), Path(configuration["dst_path"])
        if before is None:
            return {"names": {}, "edited": []}
        former = _catalogue.current_names(self.catalogue)
        there = {*before["components"], *_changes.installed(repository, before["binder_dir"])}
        names = {name: former[name] for name in sorted(there & former.keys())}
        kinds = ("postBuild.d", "start.d", "verify.d", "services")
        folders = [f"{before['binder_dir']}/{kind}/{name}" for name in names for kind in kinds]
        return {"names": names, "edited": _settle.edited(repository, folders)}

    def former_names(self) -> str:
        """All that have another name in this catalogue, as `old=new,old=new`."""
        return ",".join("=".join(pair) for pair in sorted(_catalogue.current_names(self.catalogue).items()))

    def resolve(self, asked: Any, pulls: Any = None) -> list[str]:
        """Names asked for -> names installed, in order, with what links need that pull notebooks."""
        wanted = _links.with_nbgitpuller(asked, pulls)
        return [component.name for component in _selection.select(wanted, self.catalogue)]

    def refusal(self, asked: Iterable[str]) -> str:
        """Why these cannot be installed together; empty where they can."""
        return _refusal(lambda: self.resolve(asked))

    def imports_refusal(self, value: Any) -> str:
        """Why these cannot be imported; empty where they can."""
        return _refusal(lambda: _imports.references(value))

    @staticmethod
    def hub_refusal(value: Any, name: str) -> str:
        """Why an entry for a hub cannot have this answer; empty where it can."""
        return _refusal(lambda: _hub_profile.check(name, value))

    @staticmethod
    def base_refusal(image: Any, kind: Any) -> str:
        """Why nothing can be built on this image; empty where it can."""
        return _refusal(lambda: _base.check(image, kind))

    @staticmethod
    def image_refusal(value: Any) -> str:
        """Why no image can have this name; empty where one can."""
        return _refusal(lambda: _image.check(value))

    @staticmethod
    def build_branch_refusal(updates: str) -> str:
        """Why these updates cannot come to a branch that is not the default one; empty where they can."""
        return _refusal(lambda: _links.check_updates(updates))

    @staticmethod
    def link_refusal(value: Any, name: str) -> str:
        """Why no links can be made of this answer; empty where they can."""
        return _refusal(lambda: _links.check(name, value))

    def is_unsettled(self, configuration: Any) -> bool:
        """True, where an update leaves something for settle.py to do."""
        repository = Path(configuration["dst_path"])
        before, names = _settle.generated(repository), _catalogue.current_names(self.catalogue)
        return (
            any(_settle.unmerged(repository))
            or bool(_settle.recreated(repository, before, names))
            or bool(_settle.deleted(repository, before))
        )

    def composition(self, context: Context) -> Any:
        """The composition for the answers in the context, checked."""
        answers = {name: value for name, value in context.get_all().items() if _is_answer(name, value)}
        answers.pop("checked", None)  # known after the first time
        key = json.dumps(answers, sort_keys=True, default=str)
        if key not in self._compositions:
            components = tuple(self.catalogue[name] for name in answers["installed"])
            composition = _compose.Composition(
                *(tuple(answers["components"]), components, answers, functools.partial(self._render, answers)),
                *_foreign(answers, self.catalogue),
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

    def loses_nothing(self, context: Context) -> bool:
        """True, where a copy replaces nothing in its destination but what was adopted; an update merges."""
        conf = context["_copier_conf"]
        destination, answers_file = Path(conf["dst_path"]), conf["answers_file"].as_posix()
        if _operation.get() != "copy" or not destination.exists():
            return True
        ours = _answers_before(conf) is not None
        if (destination / answers_file).exists() and not ours:
            _overwrite.refuse_answers(answers_file)
        adopted = _adopt.files(context["adopted"])
        may_replace = conf["overwrite"] or not conf["defaults"]
        _overwrite.check(destination, self._written(context, answers_file), adopted, ours, may_replace)
        return True

    def _written(self, context: Context, answers_file: str) -> Iterator[tuple[str, Callable[[], bytes]]]:
        """Path and content of each file that Copier will write, but for those it writes once and the answers."""
        conf, template = context["_copier_conf"], _FOLDER.parent / "template"
        kept = GitIgnoreSpec.from_lines([*_overwrite.KEPT, *conf["skip_if_exists"], *conf["exclude"]])
        written = {file.path: file.text.encode for file in self.composition(context).placed}
        for source in sorted(path for path in template.rglob("*") if path.is_file()):
            name = source.relative_to(template).as_posix()
            if "{% yield" not in name:  # those are the placed ones
                path = self.environment.from_string(name.removesuffix(".jinja")).render(context.get_all())
                written[path] = functools.partial(self._content, context, source)
        for path, content in written.items():
            if all(path.split("/")) and path != answers_file and not kept.match_file(path):
                yield path, content

    def _content(self, context: Context, source: Path) -> bytes:
        if source.suffix != ".jinja":
            return source.read_bytes()
        name = source.relative_to(_FOLDER.parent).as_posix()
        return self.environment.get_template(name).render(context.get_all()).encode()

    def closing(self, context: Context) -> str:
        """What is to be said when all is written: never an error."""
        composition, binder_dir = self.composition(context), context["binder_dir"]
        generated = {
            "apt.txt": (_apt.render_names if composition.has_plain_apt else _apt.render)(composition.apt),
            "environment.yml": _conda.render(composition.environment),
            "env": _env.render(composition.env),
            "downloads.txt": _downloads.render(composition.downloads),
            "requirements.late.txt": _pip.render_late(composition.late),
        }
        own = _own.check(
            Path(context["_copier_conf"]["dst_path"]),
            {f"{binder_dir}/{name}": text for name, text in generated.items()},
            [
                *(f"{binder_dir}/{name}" for name in ("Dockerfile", "postBuild", "start")),
                *(file.path for file in composition.placed),
            ],
        )
        said = composition.clashes, composition.findings, own, self._changed(context)
        return str(_closing.text(binder_dir, composition.directories, *said))

    def _changed(self, context: Context) -> list[str]:
        """What an update has changed for this repository, as lines; a copy has nothing to compare with."""
        conf, commit = context["_copier_conf"], context["_copier_answers"].get("_commit")
        if _operation.get() != "update" or not commit:
            return []
        installed, has_launch = context["installed"], self.composition(context).has_launch
        before = _changes.before(Path(conf["dst_path"]), conf["answers_file"].as_posix())
        return list(_changes.lines(_FOLDER.parent, before, commit, installed, has_launch))

    @staticmethod
    def verbatim(path: str) -> str:
        """A file of the catalogue as it is; an include would render it, and code is full of braces."""
        return (_FOLDER.parent / path).read_text(encoding="utf-8")

    @staticmethod
    def report(composition: Any) -> str:
        return json.dumps(composition.report(), indent=2, ensure_ascii=False) + "\n"


def _is_answer(name: str, value: Any) -> bool:
    return not name.startswith("_") and isinstance(value, (str, int, float, bool, list, dict, type(None)))


def _refusal(attempt: Callable[[], Any]) -> str:
    try:
        attempt()
    except _errors.BlocksError as error:
        return str(error)
    return ""


def _adoptable(configuration: Any) -> list[str]:
    """Nothing on an update, which renders from the answers alone, and nothing where Binder Blocks was before."""
    if _operation.get() != "copy" or _answers_before(configuration) is not None:
        return []
    return list(_adopt.found(Path(configuration["dst_path"])))


def _answers_before(configuration: Any) -> Any:
    """The answers of the copy or update before this one; None where there was none."""
    return _adopt.our_answers(Path(configuration["dst_path"]) / configuration["answers_file"])


def _foreign(answers: dict[str, Any], taken: Iterable[str]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Other people's directories, in the order of their precedence, and what was found while they were read.

    `taken` are names that no import may have beside its lines.
    """
    adopted, binder_dir = _adopt.directories(answers.get("adopted")), answers["binder_dir"]
    taken = [*taken, *(directory.label for directory in adopted)]
    loaded = _imports.load_all(answers.get("imports") or [], binder_dir, taken)
    directories = (*adopted, *(one.directory for one in loaded))
    return directories, (*_adopt.findings(adopted, binder_dir), *(note for one in loaded for note in one.findings))
