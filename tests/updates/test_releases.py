"""What was released stays good: the answers of every release, its components' names and its questions' names.

`tests/releases/VERSION.yml` is a release's answers file with every component and question, made when it was cut and
never changed from its tag on (`tools/release.py`). Of 0.1.0 there is no tag yet: its file follows the names, with the
outputs' own answers in place of `image`, `updates` and others; what an update makes of checkouts that have those is
shown in test_former_answers.py.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from extensions.catalogue.units import current_names
from tests.fast.conftest import ROOT, commit, copier, git
from tests.units import COMPONENTS

FIXTURES = sorted((ROOT / "tests/releases").glob("*.yml"))
RENAME = "rename it with `formerly`, or retire it (CONTRIBUTING.md): a released name stays good"


@pytest.fixture(params=FIXTURES, ids=lambda path: path.stem)
def released(request: pytest.FixtureRequest) -> dict[str, Any]:
    answers: dict[str, Any] = yaml.safe_load(request.param.read_text())
    return answers


class Loader(yaml.SafeLoader):
    """copier.yml's `!include` stands for the questions of components and outputs, which are read one by one."""


Loader.add_constructor("!include", lambda loader, node: None)


def questions() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path in [ROOT / "copier.yml", *ROOT.glob("components/*/questions.yml"), *ROOT.glob("outputs/*/questions.yml")]:
        for document in yaml.load_all(path.read_text(), Loader=Loader):
            found |= document or {}
    return {name: question for name, question in found.items() if name[0] != "_"}


def test_there_is_a_release() -> None:
    assert FIXTURES


def test_components_have_their_names_still(released: dict[str, Any]) -> None:
    known = COMPONENTS.keys() | current_names(COMPONENTS).keys()
    assert not [f"{name}: {RENAME}" for name in released["components"] if name not in known]


def test_questions_are_asked_or_taken_over_still(released: dict[str, Any]) -> None:
    asked = questions()
    taken_over = " ".join(str(question.get("default")) for question in asked.values())
    words = set(re.findall(r"\w+", taken_over))
    assert not [f"{name}: {RENAME}" for name in released if name[0] != "_" and name not in asked.keys() | words]


def test_a_new_course_from_its_answers(released: dict[str, Any], catalogue: Path, tmp_path: Path) -> None:
    data = tmp_path / "answers.yml"
    data.write_text(yaml.safe_dump({name: value for name, value in released.items() if name[0] != "_"}))
    result = copier("copy", "--trust", "--defaults", "--data-file", data, catalogue, tmp_path / "course")
    assert result.returncode == 0, result.stderr
    written = yaml.safe_load((tmp_path / "course/.copier-answers.yml").read_text())
    names = current_names(COMPONENTS)
    now = {names.get(name, name) for name in released["components"]}
    assert {names.get(name, name) for name in written["components"]} == now
    same = [name for name in released if name in written and name[0] != "_" and name != "components"]
    assert {name: written[name] for name in same} == {name: released[name] for name in same}


def test_an_old_repository_updates(released: dict[str, Any], catalogue: Path, tmp_path: Path) -> None:
    """Its answers as they were; rendered by today's catalogue under the release's tag, whose own code needs its tag."""
    root = tmp_path / "catalogue"
    git(tmp_path, "clone", "--quiet", "--no-hardlinks", make_repository(catalogue, tmp_path / "source"), str(root))
    git(root, "tag", released["_commit"])
    course = tmp_path / "course"
    data = tmp_path / "answers.yml"
    data.write_text(yaml.safe_dump({name: value for name, value in released.items() if name[0] != "_"}))
    copier("copy", "--trust", "--defaults", "--data-file", data, root, course)
    (course / ".copier-answers.yml").write_text(yaml.safe_dump({**released, "_src_path": str(root)}))
    commit(course)
    commit(root, "99.0.0")
    result = copier("update", "--trust", "--defaults", course)
    assert result.returncode == 0, result.stderr
    assert git(course, "ls-files", "--unmerged") == ""
    assert yaml.safe_load((course / ".copier-answers.yml").read_text())["_commit"] == "99.0.0"


def make_repository(catalogue: Path, target: Path) -> str:
    shutil.copytree(catalogue, target)
    commit(target)
    return str(target)
