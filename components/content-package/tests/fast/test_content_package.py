"""What the component content-package decides, without a kernel and without pip."""

from __future__ import annotations

import fcntl
import os
import sys
import time
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

from tests.fast.conftest import ROOT

PROJECT = '[project]\nname = "coursepkg"\n'


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    loader = SourceFileLoader("content_package", str(ROOT / "components/content-package/postBuild"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    spec = spec_from_loader(loader.name, loader)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.delenv("REPO_DIR", raising=False)
    return module


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    (tmp_path / "clone/.git").mkdir(parents=True)
    (tmp_path / "clone/week 1").mkdir()
    return tmp_path / "clone"


@pytest.mark.parametrize(
    ("files", "is_package"),
    [
        ({}, False),
        ({"pyproject.toml": PROJECT}, True),
        ({"pyproject.toml": '[build-system]\nrequires = ["flit_core"]\n'}, True),
        ({"pyproject.toml": "[project.optional-dependencies]\n"}, True),
        ({"pyproject.toml": "[tool.ruff]\n# [project]\n"}, False),
        ({"pyproject.toml": "[projects]\n"}, False),
        ({"setup.py": "from setuptools import setup\n"}, True),
        ({"week 1/pyproject.toml": PROJECT}, False),
    ],
)
def test_what_a_package_is(hook: ModuleType, clone: Path, files: dict[str, str], is_package: bool) -> None:
    for name, text in files.items():
        (clone / name).write_text(text)
    assert hook.find(clone / "week 1") == (clone if is_package else None)
    assert hook.find(clone) == (clone if is_package else None)


def test_clones_that_are_left_alone(hook: ModuleType, clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (clone / "pyproject.toml").write_text(PROJECT)
    assert hook.find(clone.parent) is None, "it is not above the folder"
    monkeypatch.setenv("REPO_DIR", str(clone))
    assert hook.find(clone / "week 1") is None, "the environment is made of it"
    # A clone within that folder is another one.
    (clone / "course/.git").mkdir(parents=True)
    (clone / "course/setup.py").touch()
    assert hook.find(clone / "course") == clone / "course"
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert hook.find(clone / "course") is None


def test_what_has_it_installed_again(hook: ModuleType, clone: Path) -> None:
    (clone / "pyproject.toml").write_text(PROJECT)
    seen = [hook.state(clone)]
    for name, is_new in {
        "requirements.txt": True,
        "src/one/__init__.py": True,
        "two/__init__.py": True,
        "two/module.py": False,
        "week 1/start.ipynb": False,
    }.items():
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / name).write_text("x")
        assert (hook.state(clone) not in seen) is is_new, name
        seen.append(hook.state(clone))
    (clone / "pyproject.toml").write_text(PROJECT + 'version = "2"\n')
    assert hook.state(clone) not in seen


class Events:
    """IPython's, as far as the hook uses them."""

    def __init__(self) -> None:
        self.events = self
        self.callbacks: list[Callable[[object], None]] = [lambda _: None]

    def register(self, name: str, callback: Callable[[object], None]) -> None:
        assert name == "pre_run_cell"
        self.callbacks.append(callback)

    def unregister(self, name: str, callback: Callable[[object], None]) -> None:
        self.callbacks.remove(callback)


def first_cell(hook: ModuleType, monkeypatch: pytest.MonkeyPatch, folder: Path, library: Path) -> None:
    """A kernel is started in the folder, and runs two cells."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(hook, "_library", lambda: library)
    shell = Events()
    hook.prepare(shell)
    for _ in range(2):
        for callback in shell.callbacks[:]:
            callback(None)
    assert len(shell.callbacks) == 1


def pip(hook: ModuleType, monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Stands in for the environment's Python, which runs pip."""
    program = folder / "python"
    program.write_text(f"#!/bin/bash\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(hook.sys, "executable", str(program))


def test_a_failure_is_one_message(
    hook: ModuleType, clone: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (clone / "setup.py").touch()
    pip(hook, monkeypatch, tmp_path, "echo 'ERROR: No matching distribution for nothing'; echo more; exit 1")
    first_cell(hook, monkeypatch, clone, tmp_path / "library")
    said = capsys.readouterr().out
    assert said.count("could not be installed") == 1
    assert "ERROR: No matching distribution for nothing\n" in said
    first_cell(hook, monkeypatch, clone, tmp_path / "library")
    assert "could not be installed" in capsys.readouterr().out, "the next kernel tries again"


def test_what_pip_says_is_written_where_nobody_else_can(
    hook: ModuleType, clone: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not through a link either, should there be one."""
    (clone / "setup.py").touch()
    pip(hook, monkeypatch, tmp_path, "echo ERROR: no; exit 1")
    first_cell(hook, monkeypatch, clone, tmp_path / "library")
    log = tmp_path / f"library/{hook.NAME}-records/pip.log"
    assert f"All that pip said is in {log}." in capsys.readouterr().out
    assert (log.read_text(), log.stat().st_mode & 0o777) == ("ERROR: no\n", 0o600)
    (tmp_path / "mine").write_text("mine")
    log.unlink()
    log.symlink_to(tmp_path / "mine")
    first_cell(hook, monkeypatch, clone, tmp_path / "library")
    assert (tmp_path / "mine").read_text() == "mine"


def test_it_takes_no_longer_than_the_limit(
    hook: ModuleType, clone: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (clone / "setup.py").touch()
    monkeypatch.setattr(hook, "LIMIT", 0.5)
    pip(hook, monkeypatch, tmp_path, f"sleep 60 & echo $! >{tmp_path}/child; wait")
    begin = time.monotonic()
    first_cell(hook, monkeypatch, clone, tmp_path / "library")
    assert time.monotonic() - begin < 20
    assert "it was not done after 0.5 seconds" in capsys.readouterr().out
    child = Path(f"/proc/{(tmp_path / 'child').read_text().strip()}/stat")
    while child.exists() and child.read_text().split()[2] != "Z":
        assert time.monotonic() - begin < 30, "what pip started is still there"
        time.sleep(0.1)


def test_a_lock_that_another_kernel_holds(
    hook: ModuleType, clone: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (clone / "setup.py").touch()
    records = tmp_path / f"library/{hook.NAME}-records"
    records.mkdir(parents=True)
    monkeypatch.setattr(hook, "LIMIT", 0.5)
    with (records / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        first_cell(hook, monkeypatch, clone, tmp_path / "library")
    assert "another kernel is still installing a package" in capsys.readouterr().out
