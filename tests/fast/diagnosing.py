"""A small derived repository, as for launch, with `diagnose` in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

from extensions.bundle import bundle
from tests.fast.conftest import ROOT
from tests.fast.launching import BINDER, PYTHON, Repository, Result, make_repository

DIAGNOSIS = bundle(ROOT / "diagnosis")
LIMIT = 2_000_000
SECONDS = 30


def make_diagnosed(tmp_path: Path) -> Iterator[Repository]:
    for repository in make_repository(tmp_path):
        (repository.binder / "diagnosis").write_text(DIAGNOSIS)
        shutil.copyfile(BINDER / "diagnose", repository.binder / "diagnose")
        (repository.binder / "start").write_text("")
        folder = repository.root / "prefix/bin"
        folder.mkdir(parents=True)
        (folder / "python3").symlink_to(PYTHON)
        repository.environment["NB_PYTHON_PREFIX"] = str(folder.parent)
        yield repository


def diagnose(repository: Repository, *arguments: object, **variables: str) -> Result:
    """Run it to its end, as a person does in a terminal."""
    command = ["bash", str(repository.binder / "diagnose"), *map(str, arguments)]
    return subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        cwd=repository.root,
        env={**repository.environment, **variables},
    )


def told(repository: Repository, **variables: str) -> str:
    """The text to paste, in one line: where it is wrapped is no matter."""
    done = diagnose(repository, "--text", **variables)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) <= 40, done.stdout
    assert max(map(len, lines)) <= 80, done.stdout
    return " ".join(done.stdout.split())


def bundled(repository: Repository, **variables: str) -> dict[str, str]:
    """What the zip holds."""
    target = repository.root / "bundle.zip"
    done = diagnose(repository, "--to", target, **variables)
    assert (done.returncode, done.stdout) == (0, f"{target}\n"), done.stderr
    assert target.stat().st_size < LIMIT
    assert os.stat(target).st_mode & 0o777 == 0o600
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}
