"""Each data file of examples/ makes a course, without a clash among its blocks, and says at its top what it is for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from extensions.rendering import render
from tests import units
from tests.fast.conftest import ROOT, git

EXAMPLES = sorted((ROOT / "examples").glob("*.yml"))
# What stands in for a repository that is not to be had where these tests run, by the name of the file.
LISTS = [
    {"environment.yml": "dependencies: [python=3.11, numpy, dask]\n"},
    {"requirements.txt": "numpy==2.2.2\npandas==2.2.3\n", "runtime.txt": "python-3.11\n"},
]


def local(folder: Path, files: dict[str, str]) -> str:
    """A repository of these files, as an import."""
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=x")
    return f"{folder}@{git(folder, 'rev-parse', 'HEAD').strip()}"


def answers(path: Path, scratch: Path) -> dict[str, Any]:
    given: dict[str, Any] = yaml.safe_load(path.read_text())
    units.require(given.get("components", ()))
    units.require_outputs(*given.get("outputs", ()))
    if given.get("imports"):
        assert all(len(one.partition("@")[2]) == 40 for one in given["imports"]), "an import stands at a commit"
        given["imports"] = [local(scratch / str(number), files) for number, files in enumerate(LISTS)]
    return given


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_makes_a_course(path: Path, tmp_path: Path) -> None:
    given = answers(path, tmp_path)
    files = render(units.CATALOGUE, given)
    assert {"binder/start", "binder/postBuild", "binder/environment.yml", ".copier-answers.yml"} <= files.keys()
    page = files["binder/README.md"][0].decode()
    for name in given["components"]:
        assert f"## {units.COMPONENTS[name].title}" in page
    assert "## Clashes" not in page or given.get("imports")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_says_what_it_is_for(path: Path) -> None:
    assert path.read_text().startswith("# ")


def test_there_are_six() -> None:
    assert len(EXAMPLES) >= 6
