"""What is left to do after Copier's merge, by real Copier: lines woven, what was deleted or is edited, what is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from extensions.update.weave import MIDDLE, OURS, THEIRS
from tests.fast.conftest import MakeCatalogue, commit, copier, git, manifest, write_components, write_output

OLD = {
    "alpha/component.yml": manifest("Alpha"),
    "alpha/apt.txt": "one\ntwo\nthree\n",
    "alpha/seed/alpha/rows.csv": "a\n",
}
NEW = {
    **OLD,
    "alpha/apt.txt": "one\ntwo2\nthree\n",
    "alpha/seed/alpha/more.csv": "b\n",
}


def updated(make_catalogue: MakeCatalogue, course: Path, old: str, new: str, **files: str) -> str:
    """A course in which `old` became `new` in apt.txt, and whose seed and README were deleted, after an update.

    `files`: more of the author's, underscores for dots and slashes.
    """
    root = make_catalogue(OLD)
    commit(root, "1.0.0")
    copier("copy", "--trust", "--defaults", "--data", "components=[alpha]", root, course)
    commit(course)
    apt = course / "binder/apt.txt"
    apt.write_text(apt.read_text().replace(old, new))
    (course / "binder/seed/alpha/rows.csv").unlink()
    (course / "README.md").unlink()
    for name, text in files.items():
        (course / name.replace("__", "/").replace("_", ".")).write_text(text)
    commit(course)
    write_components(root, NEW)
    commit(root, "1.1.0")
    result = copier("update", "--trust", "--defaults", course)
    assert result.returncode == 0, result.stderr
    return result.stderr


def test_lines_beside_one_another_are_woven(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    said = updated(make_catalogue, tmp_path / "course", "two  # alpha\n", "two  # alpha\nmine\n")
    lines = (tmp_path / "course/binder/apt.txt").read_text().splitlines()
    assert lines[:4] == ["one  # alpha", "two2  # alpha", "mine", "three  # alpha"]
    assert " M binder/apt.txt" in git(tmp_path / "course", "status", "--porcelain").splitlines()
    assert "README.md stays deleted" in said


def test_a_line_that_both_changed_is_left_to_the_author(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    updated(make_catalogue, tmp_path / "course", "two  # alpha\nthree", "two=1  # alpha\nmine\nthree")
    text = (tmp_path / "course/binder/apt.txt").read_text()
    assert f"one  # alpha\n{OURS}\ntwo=1  # alpha\nmine\n{MIDDLE}\ntwo2  # alpha\n{THEIRS}\nthree  # alpha\n" in text
    assert "UU binder/apt.txt" in git(tmp_path / "course", "status", "--porcelain").splitlines()


def test_what_the_author_deleted_stays_deleted_and_new_seeds_come(
    make_catalogue: MakeCatalogue, tmp_path: Path
) -> None:
    updated(make_catalogue, tmp_path / "course", "x", "x")
    status = git(tmp_path / "course", "status", "--porcelain", "--untracked-files=all")
    assert "README.md" not in status
    assert "rows.csv" not in status
    assert "?? binder/seed/alpha/more.csv" in status


def test_a_file_that_git_does_not_see_is_left_alone(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    updated(make_catalogue, tmp_path / "course", "x", "x", _gitignore="/README.md\n", README_md="mine\n")
    assert (tmp_path / "course/README.md").read_text() == "mine\n"


@pytest.mark.parametrize("report", ["", "{", "[]", '{"files": 1}', '{"files": {"a": 1}}'])
def test_a_report_that_was_changed_is_no_error(make_catalogue: MakeCatalogue, tmp_path: Path, report: str) -> None:
    updated(make_catalogue, tmp_path / "course", "x", "x", binder__report_json=report)


def component_removed(make_catalogue: MakeCatalogue, course: Path) -> str:
    """`beta` is taken away after the author edited its seed, its script, and a list that it alone fills."""
    beta = {
        "beta/component.yml": manifest("Beta"),
        "beta/postBuild": "#!/bin/sh\necho beta\n",
        "beta/seed/beta/rows.csv": "a\n",
        "beta/seed/beta/same.csv": "a\n",
        "beta/requirements.late.txt": "late\n",
    }
    root = make_catalogue({**OLD, **beta})
    commit(root, "1.0.0")
    copier("copy", "--trust", "--defaults", "--data", "components=[alpha, beta]", root, course)
    commit(course)
    (course / "binder/seed/beta/rows.csv").write_text("mine\n")
    (course / "binder/postBuild.d/beta").write_text("#!/bin/sh\necho mine\n")
    with (course / "binder/requirements.late.txt").open("a") as file:
        file.write("my-late\n")
    commit(course)
    result = copier("update", "--trust", "--defaults", "--data", "components=[alpha]", course)
    assert result.returncode == 0, result.stderr
    return result.stderr


def test_edited_files_of_a_component_that_is_gone(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    course = tmp_path / "course"
    said = component_removed(make_catalogue, course)
    assert (course / "binder/seed/beta/rows.csv").read_text() == "mine\n"
    assert not (course / "binder/seed/beta/same.csv").exists()
    assert not (course / "binder/postBuild.d/beta").exists()
    assert (
        "binder/postBuild.d/beta is gone with what it was part of; your edits: git show HEAD:./binder/postBuild.d/beta"
        in said
    )
    assert "binder/seed/beta/rows.csv stays, as you edited it" in said
    assert git(course, "show", "HEAD:./binder/postBuild.d/beta") == "#!/bin/sh\necho mine\n"
    assert (course / "binder/requirements.late.txt").read_text().splitlines()[-1] == "my-late"


def test_edited_file_of_an_output_that_is_gone(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    root, course = make_catalogue({}), tmp_path / "course"
    write_output(root)
    commit(root, "1.0.0")
    copier("copy", "--trust", "--defaults", "--data", "outputs=[poster]", root, course)
    (course / "poster.txt").write_text("mine\n")
    commit(course)
    result = copier("update", "--trust", "--defaults", "--data", "outputs=[]", course)
    assert result.returncode == 0, result.stderr
    assert "poster.txt is gone with what it was part of; your edits: git show HEAD:./poster.txt" in result.stderr
    assert not (course / "poster.txt").exists()
