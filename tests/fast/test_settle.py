"""What is left to do after Copier's merge: the author's lines woven into a list, and what stays deleted."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extensions.update.weave import MIDDLE, OURS, THEIRS, keeps_neighbours, weave
from tests.fast.conftest import MakeCatalogue, commit, copier, git, manifest, write_components, write_output


@pytest.mark.parametrize(
    ("former", "ours", "theirs", "merged"),
    [
        ("a b c", "a b mine c", "a B c", "a B mine c"),
        ("a b c", "a mine b c", "a B c", "a mine B c"),
        ("a b c", "a b mine c", "a c", "a mine c"),
        ("a b c", "a b mine c", "a b new c", "a b mine new c"),
        ("a b c d", "a b c mine d", "a d", "a mine d"),
        ("a b c d", "a b c mine d", "a X Y Z d", "a X Y Z mine d"),
        ("a b", "mine a b", "new a b", "new mine a b"),
        ("a b", "mine a b", "b", "mine b"),
        ("a b", "a b mine", "a", "a mine"),
        ("a b c", "a x c", "a b c new", "a x c new"),
        ("a b c", "a c", "A b c", "A c"),
        ("a b c", "a c", "a c", "a c"),
        ("a b c", "a", "a b", "a"),
        ("a b c", "a B c", "a B c", "a B c"),
        ("a b c", "a b x c y", "new a b c", "new a b x c y"),
    ],
)
def test_each_line_stands_for_itself(former: str, ours: str, theirs: str, merged: str) -> None:
    assert weave(former.split(), ours.split(), theirs.split()) == (merged.split(), True)


@pytest.mark.parametrize(
    ("former", "ours", "theirs", "merged"),
    [
        ("a b c", "a x c", "a B c", f"a|{OURS}|x|{MIDDLE}|B|{THEIRS}|c"),
        ("a b c", "a x c", "a c", f"a|{OURS}|x|{MIDDLE}|{THEIRS}|c"),
        ("a b c", "a c", "a B c", f"a|{OURS}|{MIDDLE}|B|{THEIRS}|c"),
        ("a b c d e", "x b c y e", "P", f"{OURS}|x|y|{MIDDLE}|P|{THEIRS}"),
        ("a b c", "a x c", "a P Q c", f"a|{OURS}|x|{MIDDLE}|P|Q|{THEIRS}|c"),
        ("a b c d", "a x c mine d", "A B c D", f"A|{OURS}|x|{MIDDLE}|B|{THEIRS}|c|mine|D"),
    ],
)
def test_just_the_line_that_both_changed_is_a_conflict(former: str, ours: str, theirs: str, merged: str) -> None:
    assert weave(former.split(), ours.split(), theirs.split()) == (merged.split("|"), False)


LISTS = st.lists(st.sampled_from("abcdefgh"), max_size=8)


@given(former=LISTS, theirs=LISTS, places=st.lists(st.integers(0, 8), max_size=4))
def test_lines_that_are_only_added_never_conflict(former: list[str], theirs: list[str], places: list[int]) -> None:
    ours = list(former)
    for number, place in enumerate(places):
        ours.insert(min(place, len(ours)), f"mine{number}")
    merged, clean = weave(former, ours, theirs)
    assert clean
    assert [line for line in merged if "mine" not in line] == theirs
    assert sorted(line for line in merged if "mine" in line) == sorted(line for line in ours if "mine" in line)


@given(former=LISTS, ours=LISTS, theirs=LISTS)
def test_nothing_that_anybody_wrote_is_lost(former: list[str], ours: list[str], theirs: list[str]) -> None:
    merged, _ = weave(former, ours, theirs)
    assert ({*ours} | {*theirs}) - {*former} <= {*merged}
    assert weave(former, former, theirs) == (theirs, True)
    assert weave(former, ours, former) == (ours, True)


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


@pytest.mark.parametrize(
    ("ours", "theirs", "fits"),
    [
        ("a mine b c", "A b c", True),
        ("a mine b c", "b c", False),
        ("a b c mine", "a b", False),
        ("a x c", "a B c", True),
        ("a x c", "a c", False),
        ("a x c", "a P Q c", False),
        ("a b c", "c", True),
    ],
)
def test_scripts_are_woven_only_where_the_lines_around_are_still_there(ours: str, theirs: str, fits: bool) -> None:
    assert keeps_neighbours(["a", "b", "c"], ours.split(), theirs.split()) is fits


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
