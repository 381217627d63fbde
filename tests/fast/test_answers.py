"""Answers that are none: names that no answer has, forms that no question takes, answers that an author edited."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from extensions.answers import given, spelling
from extensions.errors import BlocksError
from extensions.expressions import make_environment, used_names
from extensions.rendering import render
from tests import units
from tests.fast.conftest import ROOT, MakeCatalogue, commit, copier, git, manifest, tree
from tests.fast.test_copy import assert_refused
from tests.proofs import hostile

EVERY, EVALUATE = hostile.catalogue()
COMPUTED = [name for name, question in EVERY.items() if question.get("when") is False]
USED = sorted({*used_names(make_environment(units.CATALOGUE)), *spelling.TAKEN})
ALPHA = {"alpha/component.yml": manifest("Alpha"), "alpha/files/alpha.txt": "alpha\n"}


@pytest.mark.parametrize("name", [*COMPUTED, *USED])
def test_names_that_cannot_be_given(name: str) -> None:
    with pytest.raises(BlocksError, match=f"^{name}: (follows from the other|is what the templates call)"):
        render(units.CATALOGUE, {name: "x"})


# As Copier calls them, of which the engine's own stand-ins are some.
@pytest.mark.parametrize("name", ["checked", "course_slug", "composition", "adoptable", "file", "component"])
def test_names_that_cannot_be_given_to_copier(make_catalogue: MakeCatalogue, tmp_path: Path, name: str) -> None:
    (tmp_path / "answers.yml").write_text(f"{name}: [x]\n")
    root, course = make_catalogue(ALPHA), tmp_path / "course"
    result = copier("copy", "--trust", "--defaults", "--data-file", tmp_path / "answers.yml", root, course)
    assert_refused(result.returncode, result.stderr, f"{name}: ")
    assert not course.exists()


def test_the_first_check_has_no_name_to_take(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    data = ["--data", "check_input=x", "--data", "checked=true"]
    result = copier("copy", "--trust", "--defaults", *data, make_catalogue(ALPHA), tmp_path / "course")
    assert_refused(result.returncode, result.stderr, "checked: follows from the other answers")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("component", "components"),
        ("Components", "components"),
        ("course-name", "course_name"),
        ("course", "course_name"),
        ("pyton_version", "python_version"),
        ("output", "outputs"),
        ("import", "imports"),
    ],
)
def test_misspelt(name: str, meant: str) -> None:
    with pytest.raises(BlocksError, match=f"^{name}: is no question; did you mean '{meant}'"):
        render(units.CATALOGUE, {name: "x"})


@pytest.mark.parametrize("name", sorted(EVERY.keys() - {*COMPUTED}))
def test_a_letter_is_missing(name: str) -> None:
    for at in range(1, len(name)):
        misspelt = name[:at] + name[at + 1 :]
        if misspelt not in EVERY:
            with pytest.raises(BlocksError, match="did you mean"):
                spelling.refuse_misspelt([misspelt], EVERY)


@pytest.mark.parametrize("name", ["_component", "_src_path", "kubernetes", "x", "replicas", "_"])
def test_names_of_other_tools_pass(name: str) -> None:
    render(units.CATALOGUE, {name: "x"})


ODD: tuple[Any, ...] = (
    {"a": 1},
    [[]],
    5,
    True,
    None,
    "\x1b",
    float("inf"),
    "[2020-99-99]",
    "[" * 5000,
    yaml.safe_load("&a [*a]"),
)


@pytest.mark.parametrize("name", sorted(EVERY.keys() - {*COMPUTED}))
def test_answers_that_an_author_edited(name: str) -> None:
    """Whatever stands in the answers file is taken, left out, or refused in one line."""
    for value in ODD:
        try:
            given.check({}, {**hostile.COURSE, name: value}, units.CATALOGUE, EVERY, EVALUATE, is_final=True)
        except BlocksError as error:
            hostile.said(error)


@pytest.mark.parametrize(
    "adopted",
    [
        {"../../x": {"postBuild": ["a"]}},
        {".git/hooks": {"postBuild": ["a"]}},
        {"/x": {"postBuild": ["a"]}},
        {"binder_/../x": {"postBuild": ["a"]}},
        {"binder": {"../y": ["a"]}},
        {"binder": {"a\nb": ["a"]}},
        {"binder": {"": ["a"]}},
        {"binder_\x1b": {}},
        {5: {}},
        {"binder": ["postBuild"]},
        [],
        "x",
    ],
    ids=str,
)
def test_adopted_folders_that_no_copy_finds(adopted: Any) -> None:
    if adopted:
        with pytest.raises(BlocksError, match=r"^adopted: "):
            render(units.CATALOGUE, {"adopted": adopted})


@pytest.fixture
def course(make_catalogue: MakeCatalogue, tmp_path: Path) -> Path:
    """A course of a released catalogue, committed."""
    root, course = make_catalogue(ALPHA), tmp_path / "course"
    commit(root)
    git(root, "tag", "1.0.0")
    assert copier("copy", "--trust", "--defaults", "--data=components=[alpha]", root, course).returncode == 0
    commit(course)
    return course


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("course_name: {a: 1}", "course_name: must be text"),
        ('course_name: "a\\x1b"', "course_name: 'a\\x1b': has a character that cannot be seen"),
        ("adopted: {../../x: {postBuild: [a]}}", "adopted: '../../x': is no folder"),
        ("checked: true", "checked: follows from the other answers"),
        ("composition: x", "composition: is what the templates call"),
    ],
)
def test_an_update_of_edited_answers(course: Path, line: str, message: str) -> None:
    name = line.partition(":")[0]
    lines = [each for each in (course / ".copier-answers.yml").read_text().splitlines() if not each.startswith(name)]
    (course / ".copier-answers.yml").write_text("\n".join([*lines, line, ""]))
    commit(course)
    result = copier("update", "--trust", "--defaults", "--quiet", cwd=course)
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert result.returncode == 1
    assert git(course, "status", "--porcelain") == ""


def test_answers_of_former_questions_pass(course: Path) -> None:
    """Copier hands on what is left in the answers file, be it close to a question of today."""
    with (course / ".copier-answers.yml").open("a") as file:
        file.write("componentss: x\n")
    commit(course)
    before = yaml.safe_load((course / ".copier-answers.yml").read_text())
    given.check({}, before, units.CATALOGUE, EVERY, EVALUATE, is_final=True)
    result = copier("update", "--trust", "--defaults", "--quiet", cwd=course)
    assert result.returncode == 0, result.stderr


def test_the_answers_file_is_lost(course: Path) -> None:
    (course / ".copier-answers.yml").unlink()
    before = tree(course)
    result = copier("copy", "--trust", "--defaults", "--overwrite", course.parent / "catalogue", course)
    assert "git checkout COMMIT -- .copier-answers.yml" in result.stderr
    assert result.returncode == 1
    assert tree(course) == before


@pytest.mark.parametrize("path", ["binder/apt.txt", "README.md", "binder/postBuild", "alpha.txt"])
def test_what_is_no_file(make_catalogue: MakeCatalogue, tmp_path: Path, path: str) -> None:
    """Copier would wait for it, whether it writes the file or not."""
    place = tmp_path / "course" / path
    place.parent.mkdir(parents=True)
    os.mkfifo(place)
    data = ["--overwrite", "--data=components=[alpha]"]
    result = copier("copy", "--trust", "--defaults", *data, make_catalogue(ALPHA), tmp_path / "course")
    assert_refused(result.returncode, result.stderr, f"{path}: is neither a file nor a folder")


@pytest.mark.parametrize("path", ["binder/apt.txt", "README.md", "binder/.gitattributes", "alpha.txt"])
def test_a_folder_in_the_place_of_a_file(make_catalogue: MakeCatalogue, tmp_path: Path, path: str) -> None:
    """Whether the file is written once or each time."""
    root = make_catalogue(ALPHA)
    (tmp_path / "course" / path).mkdir(parents=True)
    before = tree(tmp_path / "course")
    data = ["--overwrite", "--data=components=[alpha]"]
    result = copier("copy", "--trust", "--defaults", *data, root, tmp_path / "course")
    assert_refused(result.returncode, result.stderr, f"{path}: is a folder, and a file of that name is needed")
    assert tree(tmp_path / "course") == before


@pytest.mark.parametrize("name", [".copier-answers.yml", "answers.yml"])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "are no answers of Copier; bring the file back with git checkout COMMIT"),
        ("- a\n", "are no answers of Copier"),
        ("1: 2\n", "are no answers of Copier"),
        ("<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> theirs\n", "not valid YAML"),
        ("a: &x [*x]\n", "is another template's answers file"),
    ],
)
def test_an_answers_file_without_answers(
    make_catalogue: MakeCatalogue, tmp_path: Path, name: str, text: str, message: str
) -> None:
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / name).write_text(text)
    options = ["--overwrite", "--data=components=[alpha]", f"--answers-file={name}"]
    result = copier("copy", "--trust", "--defaults", *options, make_catalogue(ALPHA), tmp_path / "course")
    assert_refused(result.returncode, result.stderr, name)
    assert message in result.stderr
    assert [path.name for path in (tmp_path / "course").iterdir()] == [name]


@pytest.mark.parametrize(
    "name", ["binder_{{ 7 * 191 }}", "binder_{{ verbatim('copier.yml') }}", "binder_{% raw %}", "binder_{#", "binder_{"]
)
def test_names_that_mean_something_to_jinja_are_adopted(
    make_catalogue: MakeCatalogue, tmp_path: Path, name: str
) -> None:
    root, course = make_catalogue(ALPHA), tmp_path / "course"
    commit(root)
    (course / name).mkdir(parents=True)
    (course / name / "requirements.txt").write_text("numpy\n")
    commit(course)
    result = copier("copy", "--trust", "--defaults", "--overwrite", root, course)
    assert result.returncode == 0, result.stderr
    answers = yaml.safe_load((course / ".copier-answers.yml").read_text())
    assert answers["adopted"] == {name: {"requirements.txt": ["numpy", ""]}}
    assert f"- numpy  # {name}\n" in (course / "binder/environment.yml").read_text()
    commit(course)
    again = copier("update", "--trust", "--defaults", "--quiet", cwd=course)
    assert again.returncode == 0, again.stderr
    assert git(course, "status", "--porcelain") == ""


@pytest.mark.parametrize(("script", "words"), [("fetch", []), ("fetch", ["x"]), ("start", [])])
def test_scripts_without_arguments(tmp_path: Path, script: str, words: list[str]) -> None:
    for path, (data, _) in render(units.CATALOGUE, {}).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    done = subprocess.run(["bash", f"binder/{script}", *words], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith(f"{script}: needs ")
    assert done.stderr.count("\n") == 1


COPIERS_OWN = {
    "broken data file": ("a: [\n", [], "yaml.parser.ParserError"),
    "markers": ("<<<<<<< a\n=======\nb: 1\n>>>>>>> b\n", [], "yaml.scanner.ScannerError"),
    "bytes": (b"a: \xff\n", [], "yaml.reader.ReaderError"),
    "list": ("- a\n", [], "object has no attribute 'items'"),
    "empty": ("", [], "object has no attribute 'items'"),
    "number": ("1: x\n", [], "Input should be a valid string"),
    "Copier's name": ("_copier_conf: x\n", [], "got multiple values for keyword argument '_copier_"),
    "no value": ("x: y\n", ["--data", "course_name"], "not enough values to unpack (expected 2, got 1)"),
    "no such version": ("x: y\n", ["--vcs-ref", "9.9.9"], "Unknown revision"),
}


@pytest.mark.parametrize(("text", "words", "quoted"), COPIERS_OWN.values(), ids=COPIERS_OWN)
def test_readme_quotes_what_copier_says(
    make_catalogue: MakeCatalogue, tmp_path: Path, text: str | bytes, words: list[str], quoted: str
) -> None:
    (tmp_path / "data.yml").write_bytes(text if isinstance(text, bytes) else text.encode())
    root = make_catalogue(ALPHA)
    commit(root)
    data = ["--data-file", tmp_path / "data.yml", *words]
    result = copier("copy", "--trust", "--defaults", *data, root, tmp_path / "course")
    assert_quoted(result, quoted)


def test_readme_quotes_what_copier_says_without_a_catalogue(tmp_path: Path) -> None:
    result = copier("copy", "--trust", "--defaults", tmp_path / "none", tmp_path / "course")
    assert_quoted(result, "Local template must be a directory.")


def test_readme_quotes_what_copier_says_in_another_folder(course: Path) -> None:
    shutil.rmtree(course / ".git")
    commit(course)
    result = copier("update", "--trust", "--defaults", cwd=course / "binder")
    assert_quoted(result, "Cannot update because cannot obtain old template references")


def assert_quoted(result: subprocess.CompletedProcess[str], quoted: str) -> None:
    assert result.returncode != 0
    assert quoted in result.stderr
    assert quoted in (ROOT / "docs/errors.md").read_text()
