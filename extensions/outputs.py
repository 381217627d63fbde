"""The ways of a finished course to people: what an output refuses, knows, says and writes.

A folder under `outputs/`:

    output.yml questions.yml README.md   about the output; its questions are named `<output>_*`
    rules.py             what has to be computed: `check` and `facts`, see `Rules`; imports the engine as `extensions`
    section.md.jinja     its part of `<binder>/README.md`
    opening.md.jinja     its part of the repository's own `README.md`, which is written once
    apt.txt environment.yml requirements.txt requirements.late.txt downloads.txt   merged, last of all
    postBuild            <binder>/postBuild.d/<output>
    files/*              the same path in the repository; names are rendered, and so is a file that ends in `.jinja`
    tests/, other *.py   what it is tested with, and programs of its own that no course gets

- an output is made of a finished composition: it is no component, has no memory and no port, and may hold Python
- rendered files, sections and names get `output`, the values of its facts, beside the answers and `composition()`
- a file that is named in the manifest's `files` is left out where its condition is not met, a rendered one where it
  renders to nothing
"""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from .catalogue.files import MERGED, SUFFIX, File, Render, as_text
from .catalogue.units import Output
from .errors import BlocksError
from .loading import load_rules
from .text import read_text

SECTION, OPENING, NEXT = "section.md", "opening.md", "next.md"
ABOUT = ("output.yml", "questions.yml", "README.md")


@dataclass(frozen=True)
class Facts:
    """What an output knows of a composition: `output` in its files, lines for the end of a run, data for report.json.

    `report` is left out where it is None or empty; `updates`: it runs updates somewhere else, by itself.
    """

    values: Any = None
    notes: tuple[str, ...] = ()
    report: Any = None
    updates: bool = False


class Rules(Protocol):
    """A `rules.py`; one that lacks a function has nothing to say there."""

    def check(self, name: str, answers: Mapping[str, Any]) -> None:
        """Raises `BlocksError` where the answer `name` is wrong, in view of the answers before it."""

    def facts(self, composition: Any) -> Facts:
        """Raises `BlocksError` for what only the composition knows."""


@dataclass(frozen=True)
class Build:
    """How the image is built, where it is not by repo2docker alone.

    apt         `names` where the file apt.txt may hold names alone
    copy        the folder from which a copy of the repository runs, empty where the repository itself does
    repository  the folder that an image has the repository in, empty where that is the home folder
    builder     who runs postBuild; `starter`: who runs start
    options     what repo2docker has to be told, as words of its command line
    """

    apt: str = ""
    copy: str = ""
    repository: str = ""
    builder: str = "repo2docker"
    starter: str = "repo2docker"
    options: str = ""

    @property
    def is_usual(self) -> bool:
        """Whether it is repo2docker that builds, on its own base image."""
        return self.builder == Build.builder and not self.options


def check(outputs: Iterable[Output], name: str, answers: Mapping[str, Any]) -> None:
    """Raises `BlocksError` where one of the chosen outputs refuses the answer `name`."""
    for output in outputs:
        if function := getattr(load_rules(output.folder), "check", None):
            function(name, answers)


def facts(output: Output, composition: Any) -> Facts:
    """What the output knows; raises `BlocksError` where the composition does not do."""
    function = getattr(load_rules(output.folder), "facts", None)
    return function(composition) if function else Facts()


def is_met(condition: str, where: str, render: Render) -> bool:
    """Whether a condition of a manifest is, for these answers."""
    return render(f"{{% if {condition} %}}yes{{% endif %}}", where) == "yes"


def brought(outputs: Iterable[Output], render: Render) -> list[str]:
    """The components that come along with these outputs."""
    return [
        component
        for output in outputs
        for component, condition in output.brings.items()
        if is_met(condition, output.where(output.MANIFEST), render)
    ]


def build(outputs: Iterable[Output], render: Render) -> Build:
    """How the image is built; the last output that says something of it counts."""
    said = (
        (key, render(text, output.where(output.MANIFEST))) for output in outputs for key, text in output.build.items()
    )
    return Build(**{key: text for key, text in said if text})


def roots(output: Output) -> set[str]:
    """The names in the repository's root that it may write to."""
    return {path.split("/")[1].removesuffix(SUFFIX) for path in output.files() if path.startswith("files/")}


def part(output: Output, name: str, render: Render) -> str:
    """Its section or opening, rendered; empty where it has none."""
    path = output.folder / (name + SUFFIX)
    where = output.where(path.name)
    return render(read_text(path, where), where).strip() if path.is_file() else ""


def files(output: Output, binder_dir: str, render: Render) -> Iterator[File]:
    """What it writes, in the order of its own files; raises `BlocksError` for one that no output has."""
    for source in output.files():
        name = source.removesuffix(SUFFIX)
        folder, _, rest = name.partition("/")
        if source == "postBuild":
            yield _file(output, source, f"{binder_dir}/postBuild.d/{output.name}", render)
        elif folder == "files" and rest:
            where = output.where(output.MANIFEST)
            conditions = (text for pattern, text in output.placed.items() if fnmatch.fnmatchcase(rest, pattern))
            if all(is_met(condition, where, render) for condition in conditions):
                file = _file(output, source, render(rest, output.where(source)), render)
                if file.text or not source.endswith(SUFFIX):
                    yield file
        elif not (name in (*MERGED, *ABOUT, SECTION, OPENING, NEXT) or folder == "tests" or name.endswith(".py")):
            raise BlocksError(f"{output.where(source)}: no such file in an output; put it under files/")


def _file(output: Output, source: str, path: str, render: Render) -> File:
    place = output.folder / source
    if source.endswith(SUFFIX):
        where = output.where(source)
        text = render(read_text(place, where), where)
    else:
        text = as_text(place.read_bytes())
    return File(path, text, os.access(place, os.X_OK))
