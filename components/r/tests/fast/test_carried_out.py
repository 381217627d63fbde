"""An adopted repository's install.R and package, carried out by the component's postBuild with this machine's R."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from extensions.foreign import adopt
from extensions.rendering import render
from tests import units

ASKS = ["Rscript", "-e", "requireNamespace('IRkernel') && requireNamespace('remotes') || quit(status = 1)"]
HAS_R = shutil.which("Rscript") is not None and subprocess.run(ASKS, check=False, capture_output=True).returncode == 0
FILES = {
    "DESCRIPTION": "Package: ladle\nVersion: 1.0\nLicense: MIT\nTitle: T\nDescription: D.\nImports: stats\n"
    "Author: A\nMaintainer: A <a@example.org>\n",
    "NAMESPACE": "export(size)\n",
    "R/size.R": "size <- function() readLines(system.file('made-first.txt', package = 'ladle'))\n",
    "install.R": "dir.create('inst'); cat(getOption('repos'), file = 'inst/made-first.txt', sep = '\\n')\n",
    "runtime.txt": "r-4.3-2024-01-10\n",
}


CONDA = {"binder/environment.yml": "dependencies: [r-base, r-zoo]\n", "binder/install.R": "x\n"}
IN_FORCE = {"binder/runtime.txt": "r-4.3-2024-01-10\n", "binder/install.R": "x\n"}


@pytest.mark.parametrize(("files", "runs"), [(CONDA, True), (IN_FORCE, False)], ids=["conda's R", "repo2docker's R"])
def test_no_second_r_is_put_beside(files: dict[str, str], runs: bool, tmp_path: Path) -> None:
    (tmp_path / "binder").mkdir()
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    answers = {"course_name": "C", "components": [], "adopted": adopt.read(tmp_path, ["binder"])}
    rendered = {name: content.decode() for name, (content, _) in render(units.CATALOGUE, answers).items()}
    assert "r-base-core" not in rendered["binder/apt.txt"]
    assert ("binder/install.R" in rendered["binder/postBuild.d/r"]) == runs


@pytest.mark.skipif(not HAS_R, reason="this machine has no R with IRkernel and remotes")
def test_install_r_then_the_package(tmp_path: Path) -> None:
    course = tmp_path / "it's a course"
    for name, text in FILES.items():
        (course / name).parent.mkdir(parents=True, exist_ok=True)
        (course / name).write_text(text)
    answers = {"course_name": "C", "components": [], "adopted": adopt.read(course, ["."])}
    for name, (content, _) in render(units.CATALOGUE, answers).items():
        (course / name).parent.mkdir(parents=True, exist_ok=True)
        (course / name).write_bytes(content)
    programs = tmp_path / "env/bin"
    programs.mkdir(parents=True)
    # what IRkernel asks Jupyter for
    (programs / "jupyter").write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/asked\n')
    (programs / "jupyter").chmod(0o755)
    path = os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"]])
    places = {"CONDA_DIR": f"{tmp_path}/conda", "NB_PYTHON_PREFIX": f"{tmp_path}/env", "HOME": str(tmp_path)}
    script = '. binder/env; bash binder/postBuild.d/r; Rscript -e "cat(ladle::size())"'
    done = subprocess.run(
        ["bash", "-euc", script], check=False, capture_output=True, text=True, cwd=course,
        env={**os.environ, **places, "PATH": path},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("https://packagemanager.posit.co/cran/__linux__/")
    assert done.stdout.endswith("/2024-01-10")
    assert f"--prefix {tmp_path}/env" in (tmp_path / "asked").read_text()
    assert [place.name for place in (tmp_path / "conda/opt/r/library").iterdir()] == ["ladle"]
