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
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment

from .answers import given, questions, spelling
from .catalogue import files
from .catalogue.provided import by_interface
from .catalogue.units import Catalogue, current_names
from .composition import Composition
from .expressions import evaluator, make_environment, renderer, used_names
from .foreign import adoption, dead, imports
from .foreign.directory import Directory
from .foreign.wanted import wanted
from .model import Finding

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
    spelling.refuse_taken(answers, asked, used_names(environment))
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
    directories, found = _foreign(answers, {*catalogue.components, *current_names(catalogue.components)})
    components = tuple(catalogue.components[name] for name in answers["installed"])
    composition = Composition(
        tuple(answers["components"]),
        components,
        answers,
        renderer(environment, {**answers, "provided": by_interface(components), "wanted": wanted(directories)}),
        directories,
        found,
        tuple(catalogue.outputs[name] for name in answers.get("delivery", ())),
    )
    composition.check()
    return composition


def composed(catalogue: Catalogue, answers: Mapping[str, Any]) -> Composition:
    """The composition for the answers of an answers file, of this version or an older one."""
    environment = make_environment(catalogue)
    complete, _ = questions.complete(questions.read(catalogue.root), answers, evaluator(environment))
    return compose(catalogue, complete, environment)


def _foreign(answers: Mapping[str, Any], blocks: set[str]) -> tuple[tuple[Directory, ...], tuple[Finding, ...]]:
    """Other people's directories, in the order of their precedence, and what was found while they were read.

    `blocks` are names of components, which no import may have beside its lines.
    """
    if not (answers.get("adopted") or answers.get("imports")):
        return (), ()
    adopted, binder_dir = adoption.directories(answers.get("adopted")), answers["binder_dir"]
    taken = [*blocks, *(directory.label for directory in adopted)]
    loaded = imports.load_all(answers.get("imports") or [], binder_dir, taken, blocks)
    directories = (*adopted, *(one.directory for one in loaded))
    return directories, (
        *dead.findings(answers.get("adopted"), binder_dir),
        *(note for one in loaded for note in one.findings),
    )
