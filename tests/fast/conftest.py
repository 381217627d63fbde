"""Catalogues to test with: the real one for pytest-copier, and small ones made for a test."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import settings

from extensions.loading import load_rules
from tests import forks

ROOT = Path(__file__).resolve().parents[2]

# A machine that others keep busy is no mistake of ours.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

MakeCatalogue = Callable[[Mapping[str, str]], Path]


@pytest.fixture(scope="session")
def copier_template_root(catalogue: Path) -> Path:
    """pytest-copier's template: the working tree."""
    return catalogue


@pytest.fixture
def make_catalogue(tmp_path: Path) -> MakeCatalogue:
    """`make_catalogue({"alpha/apt.txt": ...})`: this engine with just these component files, outside git."""

    def make(files: Mapping[str, str]) -> Path:
        return write_catalogue(tmp_path / "catalogue", files)

    return make


def write_catalogue(root: Path, files: Mapping[str, str]) -> Path:
    root.mkdir()
    shutil.copy2(ROOT / "copier.yml", root)
    for folder in ("diagnosis", "extensions", "fleet", "launch", "outputs", "saving", "seeding", "template"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    write_components(root, files)
    return root


def write_components(root: Path, files: Mapping[str, str]) -> None:
    write_units(root / "components", files)


def write_units(shelf: Path, files: Mapping[str, str]) -> None:
    shelf.mkdir(exist_ok=True)
    for path, text in files.items():
        target = shelf / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)


def write_output(root: Path) -> None:
    """An output `poster`, which the answer `poster` brought before there were outputs."""
    folder = root / "outputs/poster"
    (folder / "files").mkdir(parents=True)
    (folder / "output.yml").write_text("title: Poster\nsummary: S\nwas: poster\nformerly: {poster_size: poster}\n")
    when = "\"{{ 'poster' in delivery }}\""
    (folder / "questions.yml").write_text(f"poster_size:\n  type: str\n  default: small\n  when: {when}\n")
    (folder / "files/poster.txt.jinja").write_text("{{ poster_size }}\n")


def manifest(title: str, **keys: object) -> str:
    return "".join(
        f"{key}: {value}\n" for key, value in {"title": title, "summary": "S", "category": "course", **keys}.items()
    )


def copier(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Real Copier in a process of its own, as a user runs it."""
    return forks.run([*map(str, arguments)], cwd or Path.cwd(), os.environ)


def load_seed(component: str) -> ModuleType:
    """What loads the seeds of a component, as a module."""
    loader = SourceFileLoader(f"{component}_load", str(ROOT / "components" / component / "service/load"))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rules_of(output: str) -> ModuleType:
    """The rules.py of an output; its folder may have a hyphen in its name, which a package has not."""
    module = load_rules(ROOT / "outputs" / output)
    assert module
    return module


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def commit(folder: Path, tag: str | None = None) -> None:
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "x")
    if tag:
        git(folder, "tag", tag)


def committed_course(root: Path, course: Path, *answers: str) -> Path:
    """A first copy of a catalogue, which becomes release 1.0.0; both are repositories of git then."""
    commit(root, "1.0.0")
    data = [word for answer in answers for word in ("--data", answer)]
    result = copier("copy", "--trust", "--defaults", *data, root, course)
    assert result.returncode == 0, result.stderr
    commit(course)
    return course


def tree(folder: Path) -> dict[str, bytes]:
    """Every file's bytes by relative path, git's own left out."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }
