"""What an update brings where something of the author's stands: it is refused, and everything is as it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fast.conftest import MakeCatalogue, commit, copier, git, manifest, tree

CATALOGUE = {
    "alpha/component.yml": manifest("Alpha"),
    "beta/component.yml": manifest("Beta"),
    "beta/files/data/rows.csv": "ours\n",
    "beta/files/one.csv": "ours\n",
}


def write(course: Path, path: str, text: str = "mine\n") -> None:
    (course / path).parent.mkdir(parents=True, exist_ok=True)
    (course / path).write_text(text)


def ignored(course: Path) -> None:
    write(course, ".gitignore", "*.csv\n")
    write(course, "one.csv")
    write(course, "data/rows.csv")


def not_shown(course: Path) -> None:
    git(course, "config", "status.showUntrackedFiles", "no")
    write(course, "one.csv")


def not_looked_at(course: Path) -> None:
    write(course, "one.csv")
    commit(course)
    git(course, "update-index", "--assume-unchanged", "one.csv")
    write(course, "one.csv", "newer\n")


def through_a_link(course: Path) -> None:
    write(course, ".gitignore", "docs/\n")
    write(course, "docs/rows.csv")
    (course / "data").symlink_to("docs")


def through_a_link_to_what_is_tracked(course: Path) -> None:
    write(course, "docs/other.csv")
    (course / "data").symlink_to("docs")


def out_of_the_repository(course: Path) -> None:
    (course.parent / "elsewhere").mkdir()
    (course / "data").symlink_to("../elsewhere")


def a_folder_where_a_file_was_written_once(course: Path) -> None:
    (course / "README.md").unlink()
    write(course, "README.md/x")


REFUSED: list[tuple[Callable[[Path], None], str]] = [
    (ignored, "data/rows.csv, one.csv: would be overwritten, and not in git"),
    (not_shown, "one.csv: would be overwritten, and not in git"),
    (not_looked_at, "one.csv: has changes that git is told not to see"),
    (through_a_link, "data/rows.csv: would be written through your symbolic link data"),
    (through_a_link_to_what_is_tracked, "data/rows.csv: would be written through your symbolic link data"),
    (out_of_the_repository, "data/rows.csv: would be written through a symbolic link out of the repository"),
    (a_folder_where_a_file_was_written_once, "README.md: is a folder, and a file of that name is needed"),
    (lambda course: write(course, "data"), "data: is a file, and a folder of that name is needed"),
    (lambda course: write(course, "one.csv/x"), "one.csv: is a folder, and a file of that name is needed"),
]


def start(make_catalogue: MakeCatalogue, course: Path, components: str = "[alpha]") -> None:
    root = make_catalogue(CATALOGUE)
    commit(root, "1.0.0")
    assert copier("copy", "--trust", "--defaults", f"--data=components={components}", root, course).returncode == 0
    commit(course)


@pytest.mark.parametrize(("change", "message"), REFUSED)
def test_refused(make_catalogue: MakeCatalogue, tmp_path: Path, change: Callable[[Path], None], message: str) -> None:
    course = tmp_path / "course"
    start(make_catalogue, course)
    change(course)
    if change is not not_shown and change is not not_looked_at:
        commit(course)
    before = tree(course), git(course, "ls-files", "--stage")
    result = copier("update", "--trust", "--defaults", "--data=components=[alpha, beta]", course)
    assert (result.returncode, message in result.stderr, "Traceback" in result.stderr) == (1, True, False), (
        result.stderr
    )
    assert (tree(course), git(course, "ls-files", "--stage")) == before


def test_what_is_in_git_is_merged_and_what_is_the_same_is_no_loss(
    make_catalogue: MakeCatalogue, tmp_path: Path
) -> None:
    course = tmp_path / "course"
    start(make_catalogue, course)
    write(course, ".gitignore", "/data/\n")
    write(course, "data/rows.csv", "ours\n")
    write(course, "one.csv")
    commit(course)
    result = copier("update", "--trust", "--defaults", "--data=components=[alpha, beta]", course)
    assert result.returncode == 0, result.stderr
    assert "UU one.csv" in git(course, "status", "--porcelain").splitlines()
    assert "mine" in (course / "one.csv").read_text().splitlines()


def test_a_folder_that_became_a_link_goes_on(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    course = tmp_path / "course"
    start(make_catalogue, course, "[beta]")
    (course / "data").rename(course / "docs")
    (course / "data").symlink_to("docs")
    commit(course)
    result = copier("update", "--trust", "--defaults", "--data=components=[alpha, beta]", course)
    assert result.returncode == 0, result.stderr
    assert (course / "docs/rows.csv").read_text() == "ours\n"
