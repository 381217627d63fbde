"""Components -> fragments to merge, and files to place.

    apt.txt environment.yml requirements.txt requirements.late.txt downloads.txt   merged with those of the others
    postBuild start verify           <binder>/postBuild.d/<component>, start.d, verify.d
    service/*                        <binder>/services/<component>/*, and its former names in a file `formerly`
    seed/NAME/*                      <binder>/seed/NAME/*, written once, where the component NAME is installed
    jupyter_server_config.json       <binder>/jupyter_server_config.d/<component>.json
    files/*                          the same path in the repository's root
    component.yml questions.yml README.md tests.yml proof.yml tests/*   about the component, not copied

A file whose name ends in `.jinja` is rendered with the answers, and left out where it renders to nothing; any other
is taken verbatim. A file that is none of these, or two components giving one path, is an error.
"""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from .. import repo2docker
from ..errors import BlocksError
from ..model import Fragment
from ..text import read_text
from .units import Component, Unit

MERGED = ("apt.txt", "environment.yml", "requirements.txt", "requirements.late.txt", "downloads.txt")
HOOKS = (*repo2docker.HOOKS, "verify")
ABOUT = ("component.yml", "questions.yml", "README.md", "tests.yml", "proof.yml")
JUPYTER = "jupyter_server_config.json"
SUFFIX = ".jinja"


class Render(Protocol):
    """The source of a `.jinja` file and the path to name in a message -> its text, rendered with the answers."""

    def __call__(self, source: str, where: str, /, **more: object) -> str: ...


class Raw(str):
    """Bytes that are no UTF-8 text, as a text that encodes to them: Copier renders texts, and encodes what it gets."""

    data: bytes

    def __new__(cls, data: bytes) -> Raw:
        raw = super().__new__(cls, data.decode("latin-1"))
        raw.data = data
        return raw

    def __str__(self) -> Raw:
        return self

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return self.data


def as_text(data: bytes) -> str:
    """What `File.text` is for these bytes."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return Raw(data)


def concat(parts: Iterable[str]) -> str:
    """As Jinja's, which would make an ordinary `str` of a single `Raw`."""
    every = list(parts)
    return every[0] if len(every) == 1 else "".join(every)


@dataclass(frozen=True)
class File:
    """`path` is relative to the repository's root; `text` may be `Raw`."""

    path: str
    text: str
    executable: bool


def read(unit: Unit, name: str, render: Render) -> Fragment | None:
    """The unit's file `name`, or its rendered `name.jinja`; None where it has neither or that is empty."""
    for source in (name, name + SUFFIX):
        path = unit.folder / source
        if path.is_file():
            where = unit.where(source)
            text = read_text(path, where)
            text = render(text, where) if source.endswith(SUFFIX) else text
            return Fragment(unit.name, where, text) if text.strip() or source == name else None
    return None


def fragments(units: Iterable[Unit], name: str, render: Render) -> list[Fragment]:
    """That file of every unit that has it, in their order."""
    return [fragment for unit in units if (fragment := read(unit, name, render))]


def place(components: Iterable[Component], binder_dir: str, render: Render) -> list[File]:
    """Every file that is copied rather than merged, sorted by path."""
    components = list(components)
    names = {component.name for component in components}
    files: dict[str, File] = {}
    owners: dict[str, str] = {}
    for component in components:
        for file in _placed(component, binder_dir, render):
            if _is_for_another(file.path, binder_dir, names):
                continue
            if file.path in files:
                owner = owners[file.path]
                raise BlocksError(f"{component.where()}: {file.path} is a file of '{owner}' too; rename one")
            files[file.path] = file
            owners[file.path] = component.name
    return [files[path] for path in sorted(files)]


def _is_for_another(path: str, binder_dir: str, names: Container[str]) -> bool:
    """Whether it is a seed of a component that is not installed."""
    seeds = f"{binder_dir}/seed/"
    return path.startswith(seeds) and path.removeprefix(seeds).split("/")[0] not in names


def _placed(component: Component, binder_dir: str, render: Render) -> Iterator[File]:
    for source in component.files():
        name = source.removesuffix(SUFFIX)
        path = target(component, name, binder_dir)
        if path is None:
            continue
        fragment = read(component, name, render)
        if fragment is not None:
            yield File(path, fragment.text, os.access(component.folder / source, os.X_OK))
        if name == "service/run" and component.formerly:
            former = "".join(f"{name}\n" for name in component.formerly)
            yield File(f"{binder_dir}/services/{component.name}/formerly", former, executable=False)


def target(component: Component, name: str, binder_dir: str) -> str | None:
    """Where the file `name`, without `.jinja`, is placed; None where it is merged or about the component.

    Raises `BlocksError` for a file that is no component's.
    """
    if name in MERGED or name in ABOUT or name.startswith("tests/"):
        return None
    if name in HOOKS:
        return f"{binder_dir}/{name}.d/{component.name}"
    if name == JUPYTER:
        return f"{binder_dir}/jupyter_server_config.d/{component.name}.json"
    folder, _, rest = name.partition("/")
    if rest and folder == "service":
        return f"{binder_dir}/services/{component.name}/{rest}"
    if rest and folder == "seed":
        return f"{binder_dir}/seed/{rest}"
    if rest and folder == "files":
        return rest
    raise BlocksError(f"{component.where(name)}: no such file in a component; put it under files/")
