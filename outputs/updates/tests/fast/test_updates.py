"""Who looks for updates: what is written for each, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fast.conftest import MakeCatalogue, copier, manifest, tree
from tests.fast.test_copy import assert_refused

WORKFLOW = {
    ".github/binder-blocks/requirements.txt",
    ".github/binder-blocks/update.py",
    ".github/workflows/binder-blocks-update.yml",
}


@pytest.mark.parametrize(
    ("answers", "written"),
    [
        ((), WORKFLOW),
        (("updates_by=workflow",), WORKFLOW),
        (("updates_by=renovate",), {"renovate.json"}),
    ],
)
def test_files(make_catalogue: MakeCatalogue, tmp_path: Path, answers: tuple[str, ...], written: set[str]) -> None:
    root = make_catalogue({"alpha/component.yml": manifest("Alpha")})
    data = [word for answer in ("outputs=[updates]", *answers) for word in ("--data", answer)]
    for name, more in (("plain", []), ("course", data)):
        result = copier("copy", "--trust", "--defaults", *more, root, tmp_path / name)
        assert result.returncode == 0, result.stderr
    assert {*tree(tmp_path / "course")} - {*tree(tmp_path / "plain")} == written


def test_nobody_else(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    data = ("--data", "outputs=[updates]", "--data", "updates_by=daily")
    result = copier("copy", "--trust", "--defaults", *data, make_catalogue({}), tmp_path / "course")
    assert_refused(result.returncode, result.stderr, "updates_by: must be one of workflow, renovate")
    assert not (tmp_path / "course").exists()


@pytest.mark.parametrize(
    ("repository", "updates_by", "noted"),
    [
        ("gl:group/course", "workflow", True),
        ("https://git.example.org/a/b", "workflow", True),
        ("gl:group/course", "renovate", False),
        ("gh:owner/course", "workflow", False),
    ],
)
def test_workflow_that_nobody_runs(
    make_catalogue: MakeCatalogue, tmp_path: Path, repository: str, updates_by: str, noted: bool
) -> None:
    answers = ("outputs=[updates, links]", f"links_repository={repository}", f"updates_by={updates_by}")
    data = [word for answer in answers for word in ("--data", answer)]
    result = copier("copy", "--trust", "--defaults", *data, make_catalogue({}), tmp_path / "course")
    assert result.returncode == 0, result.stderr
    assert ("NOTE: the output 'updates' is a workflow of GitHub" in result.stderr) == noted
