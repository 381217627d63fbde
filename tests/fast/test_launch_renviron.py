"""R has the variables of the session: with the real R where this machine has one."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.fast.launching import Repository, make_repository

repository = pytest.fixture(make_repository)
R = shutil.which("R")
needs_r = pytest.mark.skipif(R is None, reason="this machine has no R")
VALUES = {
    "PLAIN": "bolt://127.0.0.1:7687",
    "SPACES": " two  words ",
    "QUOTES": """it's "so" \\ here""",
    "DOLLAR": "a${PLAIN-x}$PLAIN #}",
    "EMPTY": "",
    "LETTERS": "Zoë",
}


def r_of(place: Path) -> Path:
    """A folder like that of an R of conda's; what `R` does is not asked."""
    (place / "bin").mkdir(parents=True)
    (place / "bin/R").touch()
    (place / "lib/R/etc").mkdir(parents=True)
    (place / "lib/R/etc/Renviron").touch()
    return place / "lib/R/etc/Renviron.site"


def start(repository: Repository, *command: str, **environment: str) -> str:
    done = repository.call("--", *command, env={**repository.environment, **environment})
    assert done.returncode == 0, done.stderr
    return done.stdout


def export(repository: Repository, values: dict[str, str]) -> None:
    """binder/env, and what it would have put into the environment of launch."""
    names = "".join(f"export {name}=\n" for name in values)
    (repository.binder / "env").write_text(names)
    repository.environment.update(values)


def test_in_the_folder_of_r(repository: Repository, tmp_path: Path) -> None:
    site = r_of(tmp_path / "env")
    site.write_text("MINE=1")
    export(repository, VALUES)
    prefix = str(tmp_path / "env")
    for _ in range(2):
        start(repository, "true", NB_PYTHON_PREFIX=prefix)
        text = site.read_text()
        assert text.startswith("MINE=1\n# binder: written at each start\n")
        assert text.count("\nPLAIN=${PLAIN-bolt://127.0.0.1:7687}\n") == 1
        assert "HOME=" not in text
    start(repository, "true", NB_PYTHON_PREFIX=prefix, PLAIN="other")
    assert "PLAIN=${PLAIN-other}\n" in site.read_text()
    assert "bolt" not in site.read_text()


def test_what_start_scripts_export(repository: Repository, tmp_path: Path) -> None:
    site = r_of(tmp_path / "env")
    repository.hook("mine", '#!/bin/sh\nexport ADDED=yes TERM=x\nexec "$@"\n')
    (repository.binder / "start").write_text("#!/bin/sh\nexport FROM_START=1\n")
    start(repository, "true", NB_PYTHON_PREFIX=str(tmp_path / "env"), UNRELATED="1", FROM_START="1")
    assert "FROM_START=${FROM_START-1}\n" in site.read_text()
    assert site.stat().st_mode & 0o777 == 0o600
    assert "ADDED=${ADDED-yes}\n" in site.read_text()
    assert "TERM" not in site.read_text()
    assert "UNRELATED" not in site.read_text()


def test_where_packages_are_is_told_and_what_r_makes_itself_is_not(repository: Repository, tmp_path: Path) -> None:
    site = r_of(tmp_path / "env")
    export(repository, {"R_LIBS": "/opt/library", "R_PROFILE": "/opt/profile", "R_HOME": "/opt/R", "R_FROM": "apt"})
    start(repository, "true", NB_PYTHON_PREFIX=str(tmp_path / "env"))
    assert "R_LIBS=${R_LIBS-/opt/library}\nR_PROFILE=${R_PROFILE-/opt/profile}\n" in site.read_text()
    assert not {"R_HOME", "R_FROM"} & {line.partition("=")[0] for line in site.read_text().splitlines()}


def test_without_r_nothing_is_written(repository: Repository) -> None:
    export(repository, VALUES)
    start(repository, "/bin/true", PATH="/nowhere")
    assert not (repository.home / ".Renviron").exists()


def test_a_file_that_cannot_be_written_is_said(repository: Repository, tmp_path: Path) -> None:
    site = r_of(tmp_path / "env")
    site.mkdir()
    done = repository.call(
        "--", "/bin/true", env={**repository.environment, "NB_PYTHON_PREFIX": str(tmp_path / "env"), "PATH": "/nowhere"}
    )
    assert done.returncode == 0
    assert f"R is not told the session's variables: {site}: Is a directory" in done.stderr


@needs_r
def test_the_real_r_reads_them(repository: Repository) -> None:
    """As RStudio starts it, with an environment of its own; in the home folder, as R is Debian's."""
    export(repository, VALUES)
    start(repository, "/bin/true")
    bare = {"PATH": os.environ["PATH"], "HOME": str(repository.home), "LANG": "C.UTF-8"}
    script = "for (name in commandArgs(TRUE)) cat(sprintf('%s=%s|\\n', name, Sys.getenv(name)))"

    def read(**more: str) -> str:
        words = [str(R), "--slave", "--no-save", "-e", script, "--args", *VALUES]
        done = subprocess.run(words, check=True, capture_output=True, text=True, env={**bare, **more}, cwd="/")
        return done.stdout

    assert read().splitlines() == [f"{name}={value}|" for name, value in VALUES.items()]
    assert "PLAIN=mine|" in read(PLAIN="mine")
