"""Components -> fragments to merge, and files to place.

    apt.txt environment.yml requirements.txt requirements.late.txt downloads.txt   merged with those of the others
    postBuild start first verify     <binder>/postBuild.d/<component>, start.d, first.d, verify.d
    service/*                        <binder>/services/<component>/*, and its former names in a file `formerly`
    seed/NAME/*                      <binder>/seed/NAME/*, written once, where the component NAME is installed
    seed/@NAME/*                     <binder>/seed/<component>/*, likewise, of each that provides the interface NAME
    lib/*                            <binder>/lib/<component>/*, what its own scripts install or read
    jupyter_server_config.json       <binder>/jupyter_server_config.d/<component>.json
    files/*                          the same path in the repository's root
    component.yml questions.yml README.md tests.yml proof.yml tests/*   about the component, not copied

A file whose name ends in `.jinja` is rendered with the answers, and left out where it renders to nothing; any other
is taken verbatim. A file that is none of these, or two components giving one path, is an error.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from .. import repo2docker
from ..errors import BlocksError
from ..model import Fragment
from ..text import read_text
from .units import Component, Unit

MERGED = ("apt.txt", "environment.yml", "requirements.txt", "requirements.late.txt", "downloads.txt")
HOOKS = (*repo2docker.HOOKS, "first", "verify")
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
    files: dict[str, File] = {}
    owners: dict[str, str] = {}
    for component in components:
        for file in _placed(component, binder_dir, render):
            for path in _paths(file.path, binder_dir, components):
                if path in files:
                    owner = owners[path]
                    raise BlocksError(f"{component.where()}: {path} is a file of '{owner}' too; rename one")
                files[path] = replace(file, path=path)
                owners[path] = component.name
    return [files[path] for path in sorted(files)]


def _paths(path: str, binder_dir: str, components: Iterable[Component]) -> list[str]:
    """Where it goes: a seed to the components that it is for, by their name or by what they provide."""
    seeds = f"{binder_dir}/seed/"
    if not path.startswith(seeds):
        return [path]
    name, _, leaf = path.removeprefix(seeds).partition("/")
    return [
        f"{seeds}{one.name}/{leaf}"
        for one in components
        if name == one.name or name in (f"@{interface}" for interface in one.provides)
    ]


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
    if rest and folder == "lib":
        return f"{binder_dir}/lib/{component.name}/{rest}"
    if rest and folder == "seed":
        return f"{binder_dir}/seed/{rest}"
    if rest and folder == "files":
        return rest
    raise BlocksError(f"{component.where(name)}: no such file in a component; put it under files/")
