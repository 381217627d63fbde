"""An update that is refused after its migration: the repository is as it was, and the next one is not refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.fast.conftest import MakeCatalogue, commit, copier, git, manifest, tree, write_components

OLD = {
    "delta/component.yml": manifest("Delta"),
    "delta/service/command": "exec sleep infinity\n",
    "delta/postBuild": "echo delta\n",
}
NEW = {
    "omega/component.yml": manifest("Omega", formerly="[delta]"),
    "omega/service/command": "exec sleep infinity\n",
    "omega/postBuild": "echo omega\n",
    "beta/component.yml": manifest("Beta"),
    "beta/files/one.csv": "ours\n",
}


@pytest.fixture
def course(make_catalogue: MakeCatalogue, tmp_path: Path) -> Path:
    """A course of version 1.0.0, with seeds and edits of the author's, where git ignores a generated file."""
    root, course = make_catalogue(OLD), tmp_path / "course"
    commit(root, "1.0.0")
    assert copier("copy", "--trust", "--defaults", "--data=components=[delta]", root, course).returncode == 0
    for path, text in {"binder/seed/delta/rows.csv": "1\n", "binder/services/delta/own": "mine\n"}.items():
        (course / path).parent.mkdir(parents=True, exist_ok=True)
        (course / path).write_text(text)
    with (course / "binder/postBuild.d/delta").open("a") as script:
        script.write("echo mine\n")
    (course / ".gitignore").write_text("report.json\n/one.csv\n")
    commit(course)
    (root / "components/delta/component.yml").unlink()
    for path in ("postBuild", "service/command"):
        (root / "components/delta" / path).unlink()
    write_components(root, NEW)
    commit(root, "2.0.0")
    return course


def state(course: Path) -> tuple[Mapping[str, object], str, str]:
    return tree(course), git(course, "ls-files", "--stage"), git(course, "status", "--porcelain", "--ignored")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--data=components=[omega, beta]"], "one.csv: would be overwritten, and not in git"),
        (["--data=components=[omega, zeta]"], "there is no block 'zeta'"),
        (["--data=components=[omega]", "--data=imports=[/nowhere/at/all]"], "/nowhere/at/all"),
    ],
)
def test_it_is_as_it_was(course: Path, words: list[str], message: str) -> None:
    (course / "one.csv").write_text("mine\n")
    before = state(course)
    result = copier("update", "--trust", "--defaults", *words, course)
    assert (result.returncode, message in result.stderr) == (1, True), result.stderr
    assert state(course) == before
    (course / "one.csv").unlink()
    result = copier("update", "--trust", "--defaults", "--data=components=[omega, beta]", course)
    assert result.returncode == 0, result.stderr
    assert (course / "binder/seed/omega/rows.csv").read_text() == "1\n"
    assert "echo mine" in (course / "binder/postBuild.d/omega").read_text()
    assert [path.name for path in (course / ".git").glob("binder-blocks*")] == []


def test_what_an_earlier_run_has_left_is_not_taken_back(course: Path) -> None:
    """Somebody stopped one update after its migration, and kept what it had done."""
    (course / "one.csv").write_text("mine\n")
    answers = (course / ".copier-answers.yml").read_text()
    noted = {
        "head": git(course, "rev-parse", "HEAD").strip(),
        "answers": [".copier-answers.yml", "x", answers],
        "moved": [],
        "shown": [],
    }
    (course / ".git/binder-blocks-migration.json").write_text(json.dumps(noted))
    result = copier("update", "--trust", "--defaults", "--data=components=[omega, zeta]", course)
    assert result.returncode == 1
    assert (course / ".copier-answers.yml").read_text() == answers
