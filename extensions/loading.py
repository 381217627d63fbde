"""The engine as a package of its own version, and the Python of outputs against it.

Copier renders two versions of the catalogue in one process when it updates, from four clones of it. The engine is
therefore loaded under a module name made from its source: relative imports stay inside one version, and a version is
compiled once. All of it is read at once, as the clone that it came from may be gone later; a module is compiled when
something of it is used, since most courses need half of them.

An output's `rules.py` imports the engine as `extensions`, its name in the source. While such a file is executed, that
name stands for the version that executes it; afterwards for whatever it stood for before.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.util
import sys
from collections.abc import Iterator, Mapping
from importlib.abc import Loader
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import NoReturn

SOURCE_NAME = "extensions"
# Neither is for an importer: one needs Copier, the other runs.
LEFT_OUT = ("blocks", "__main__")
PACKAGE = "__init__"


class Sources(SourceFileLoader):
    """Loads a module from files that were read before."""

    def __init__(self, name: str, path: Path, sources: Mapping[Path, bytes]) -> None:
        super().__init__(name, str(path))
        self.sources = sources

    def get_data(self, path: str) -> bytes:
        if Path(path) not in self.sources:
            raise FileNotFoundError(path)
        return self.sources[Path(path)]

    def path_stats(self, path: str) -> NoReturn:
        raise FileNotFoundError(path)  # so that no compiled file is looked for beside it


def load_engine(folder: Path) -> str:
    """Make the package in `folder` importable, unless the same source is already; the name to import it under."""
    sources = _sources(folder)
    content = b"".join(b"%b\0%b\0" % (bytes(path.relative_to(folder)), source) for path, source in sources.items())
    name = "binder_blocks_" + hashlib.sha256(content).hexdigest()[:16]
    if name not in sys.modules:
        _add_package(name, folder, sources)
    return name


def load_as(name: str, folder: Path) -> None:
    """Make the package in `folder` importable under this name."""
    _add_package(name, folder, _sources(folder))


def _sources(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if _is_source(path)}


def _add_package(name: str, folder: Path, sources: Mapping[Path, bytes]) -> None:
    modules = (path for path in sources if path.suffix == ".py" and path.stem not in LEFT_OUT)
    # a package stands before what is in it
    for path in sorted(modules, key=lambda path: (len(path.parts), path.stem != PACKAGE, path)):
        _add_module(name, folder, path, sources)


def _add_module(engine: str, folder: Path, path: Path, sources: Mapping[Path, bytes]) -> None:
    """Put the module at `path` into the package `engine`, to be compiled at its first use."""
    is_package = path.stem == PACKAGE
    parts = (path.parent if is_package else path.with_suffix("")).relative_to(folder).parts
    full_name = ".".join((engine, *parts))
    loader: Loader = Sources(full_name, path, sources)
    spec = importlib.util.spec_from_file_location(
        full_name,
        path,
        loader=loader if is_package else importlib.util.LazyLoader(loader),
        submodule_search_locations=[str(path.parent)] if is_package else None,
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"no module at {path}")
    module = sys.modules[full_name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if parts:
        setattr(sys.modules[".".join((engine, *parts[:-1]))], parts[-1], module)


def _is_source(path: Path) -> bool:
    """Whether the engine is made of this file: a module, or what one of them reads when it is imported."""
    return path.is_file() and path.suffix in (".py", ".jinja", ".tsv")


def load_rules(folder: Path) -> ModuleType | None:
    """The module `rules.py` of an output's folder; None where it has none."""
    path = folder / "rules.py"
    return _rules(path.read_bytes(), str(path)) if path.is_file() else None


@functools.cache
def _rules(source: bytes, path: str) -> ModuleType:
    name = f"{__package__}.rules_{hashlib.sha256(source).hexdigest()[:16]}"
    if name not in sys.modules:
        module = ModuleType(name)
        module.__file__ = path
        with _in_its_source_name():
            sys.modules[name] = module  # dataclasses look there
            try:
                exec(compile(source, path, "exec"), module.__dict__)  # noqa: S102
            except BaseException:
                del sys.modules[name]  # half of one would refuse nothing the next time
                raise
    return sys.modules[name]


@contextlib.contextmanager
def _in_its_source_name() -> Iterator[None]:
    """The engine's modules under their names in the source, too."""
    engine = __package__ or SOURCE_NAME
    if engine == SOURCE_NAME:
        yield
        return
    before = {name: sys.modules.pop(name) for name in list(sys.modules) if _is_at(name, SOURCE_NAME)}
    ours = [name for name in sys.modules if _is_at(name, engine)]
    sys.modules.update({SOURCE_NAME + name.removeprefix(engine): sys.modules[name] for name in ours})
    try:
        yield
    finally:
        for name in [name for name in sys.modules if _is_at(name, SOURCE_NAME)]:
            del sys.modules[name]
        sys.modules.update(before)


def _is_at(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")
