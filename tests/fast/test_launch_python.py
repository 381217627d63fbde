"""binder/launch under the Pythons that an author may have pinned: 3.8 and newer run it, with older ones it is said."""

from __future__ import annotations

import ast
import os
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from extensions.catalogue.manifest import read_catalogue
from extensions.rendering import render
from tests.fast.conftest import ROOT
from tests.fast.launching import LAUNCH, Repository, make_repository
from tests.fast.saved import SAVING

repository = pytest.fixture(make_repository)
OLDEST = (3, 8)
# Names of the standard library and keywords of its functions that came after 3.8, and that one is tempted to use.
YOUNGER = {"removeprefix", "removesuffix", "waitstatus_to_exitcode", "cache", "pidfd_open", "is_relative_to"}
YOUNGER |= {"pairwise", "batched", "strict", "zoneinfo", "graphlib", "tomllib", "StrEnum"}


def interpreter(version: str) -> str:
    """One of pyenv's, or one on PATH that works; skips the test where there is none."""
    there = [*map(str, (Path.home() / ".pyenv/versions").glob(f"{version}.*/bin/python3"))]
    for command in (*there, f"python{version}"):
        with suppress(OSError):
            told = subprocess.run([command, "-c", "import sys; print(sys.executable)"], capture_output=True, text=True)
            if told.returncode == 0:
                return str(Path(told.stdout.strip()).resolve())
    pytest.skip(f"there is no Python {version}")


@pytest.mark.parametrize("program", [LAUNCH, SAVING], ids=["launch", "saving"])
def test_nothing_younger_is_used(program: str) -> None:
    tree = ast.parse(program, feature_version=OLDEST)
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    names |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg}
    assert not names & YOUNGER
    unions = [node for node in ast.walk(tree) if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.BitOr)]
    assert not unions, "two dicts are joined so since 3.9"


def prefix(repository: Repository, version: str) -> Path:
    """An environment as conda makes it, with that Python in it."""
    folder = repository.root / "environment/bin"
    folder.mkdir(parents=True)
    (folder / f"python{version}").symlink_to(interpreter(version))
    (folder / "python3").symlink_to(f"python{version}")
    return folder.parent


def start(repository: Repository, version: str, command: str) -> subprocess.CompletedProcess[str]:
    """What repo2docker runs, of a rendered repository with a service and a hook of its author's own."""
    for path, (content, _) in render(read_catalogue(ROOT), {"components": []}).items():
        if path.startswith("binder/") and path != "binder/env":
            (repository.root / path).parent.mkdir(exist_ok=True, parents=True)
            (repository.root / path).write_bytes(content)
    repository.service("saves", format="#!/bin/sh\necho saves 1\n")
    repository.hook("one", '#!/bin/sh\nexport ONE=1\nexec "$@"\n')
    variables = {**repository.environment, "NB_PYTHON_PREFIX": str(prefix(repository, version))}
    words = ["bash", str(repository.binder / "start"), "sh", "-c", command]
    return subprocess.run(words, capture_output=True, check=False, env=variables, text=True, timeout=120)


@pytest.mark.parametrize("version", ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14"])
def test_services_and_hooks_run(repository: Repository, version: str) -> None:
    binder = repository.binder
    saved = f"bash {binder}/save --to {repository.root}/x.zip && bash {binder}/restore {repository.root}/x.zip"
    asked = f"bash {binder}/verify && bash {binder}/reset saves && {saved} && echo $ONE"
    done = start(repository, version, asked)
    assert done.returncode == 0, done.stderr
    assert "saves: ready; the old data is in" in done.stdout
    assert "saves: restored; the old data is in" in done.stdout
    assert done.stdout.endswith("\n1\n")
    variables = {**os.environ, **repository.environment}
    words = [interpreter(version), "-I", "-S", str(repository.binder / "launch"), "--build", "saves"]
    assert subprocess.run(words, check=False, env=variables).returncode == 0


@pytest.mark.parametrize("version", ["3.6", "3.7"])
def test_an_older_one_does_not_cost_the_notebook(repository: Repository, version: str) -> None:
    asked = f"echo open; bash {repository.binder}/verify; bash {repository.binder}/reset saves; exit 5"
    done = start(repository, version, asked)
    assert (done.returncode, done.stdout) == (5, "open\n")
    assert done.stderr.splitlines() == [
        f"start: launch needs Python 3.8 or newer, not python{version}: the notebook starts without services",
        "verify: launch needs Python 3.8 or newer, so no service runs",
        "reset: launch needs Python 3.8 or newer, so no service runs",
    ]
