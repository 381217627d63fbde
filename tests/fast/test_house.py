"""What a machine can keep of the house: which way is inwards, and that the engine knows no unit by name.

The sentence of each folder stands in its `__init__.py`, and in CONTRIBUTING.md.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fast.conftest import ROOT

ENGINE = ROOT / "extensions"
# Folder -> what its modules may import, besides one another and the ground.
ARROWS = {
    "catalogue": set[str](),
    "merge": set[str](),
    "foreign": {"catalogue"},
    "links": {"foreign"},
    "findings": {"foreign"},
    "answers": {"catalogue", "foreign", "outputs"},
    "update": {"answers", "catalogue", "foreign", "merge", "composition"},
}
# Those that put it all together: nobody imports them.
ROOF = {"blocks", "__main__"}


def modules() -> list[Path]:
    return sorted(ENGINE.rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ENGINE).as_posix()


def imported(path: Path) -> Iterator[str]:
    """The folder or the module at the root of each import from the engine."""
    package = path.relative_to(ENGINE).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        start = [*package[: len(package) - node.level + 1], *filter(None, (node.module or "").split("."))]
        yield from start[:1] or [alias.name for alias in node.names]


def packages(path: Path) -> Iterator[str]:
    """The outermost name of each import; empty for a relative one."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "" if node.level else str(node.module).partition(".")[0]


def ground() -> set[str]:
    """The modules at the root that import no folder, nor another module that does."""
    targets = {path.stem: set(imported(path)) for path in ENGINE.glob("*.py")}
    found = set(targets)
    while outside := {name for name in found if targets[name] - found}:
        found -= outside
    return found


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_imports_go_inwards(path: Path) -> None:
    folder, *inside = path.relative_to(ENGINE).parts
    targets = set(imported(path))
    assert not targets & ROOF
    if inside:
        assert targets <= {folder, *ARROWS[folder], *ground()}


def test_every_folder_has_its_arrows() -> None:
    assert {path.parent.name for path in modules() if path.parent != ENGINE} == set(ARROWS)


def units() -> set[str]:
    return {path.name for shelf in ("components", "outputs") for path in (ROOT / shelf).iterdir() if path.is_dir()}


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_the_engine_knows_no_unit_by_name(path: Path) -> None:
    """Names of units are words, too: what is excused means the word."""
    prefixes = tuple(name.replace("-", "_") + "_" for name in units())
    nodes = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)]
    texts = {node.value for node in nodes if isinstance(node.value, str)}
    known = {text for text in texts if text in units() or (text.startswith(prefixes) and text.isidentifier())}
    assert known <= EXCUSED.get(name_of(path), set())


EXCUSED: dict[str, set[str]] = {
    "catalogue/keys.py": {"java"},  # a key of the manifest: which versions a component runs on
    "catalogue/manifest.py": {"java"},  # the same key
    "clashes.py": {"java"},  # two of Debian's packages and conda's, whoever asks for them
    # programs that a foreign script runs, whoever has them; a short name of cargo's run, and littler's program
    "foreign/tools.py": {"datasette", "r", "streamlit", "voila"},
    "repo2docker.py": {"r"},  # its pack, and the language in runtime.txt
}


@pytest.mark.parametrize("path", sorted((ROOT / "outputs").glob("*/rules.py")), ids=lambda path: path.parent.name)
def test_outputs_import_the_engine_alone(path: Path) -> None:
    assert set(packages(path)) <= {"extensions", *sys.stdlib_module_names}


@pytest.mark.parametrize("path", [path for path in modules() if path.stem not in ROOF], ids=name_of)
def test_the_engine_does_not_import_itself_by_name(path: Path) -> None:
    """Two versions of it are there in an update: by its name, one would import the other."""
    assert "extensions" not in set(packages(path))


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_every_module_opens_with_its_specification(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


def test_no_file_name_has_a_condition() -> None:
    """Shells, editors and linters can open every file; the two through which Copier gets all others aside."""
    shelves = [ROOT / name for name in ("components", "outputs", "template")]
    names = [path.relative_to(ROOT).as_posix() for shelf in shelves for path in shelf.rglob("*")]
    odd = [name for name in names if " " in name or "{%" in name]
    assert len(odd) == 2
    assert all("{% yield" in name for name in odd)
