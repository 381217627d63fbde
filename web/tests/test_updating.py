"""What an update changes, as the page says it: of a file of answers, and of a repository's files."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.fast import conftest
from tests.fast.conftest import MakeCatalogue, commit, committed_course, copier, git, manifest, write_components
from web.composer import session

make_catalogue = conftest.make_catalogue

PORT = "{name}_port:\n  type: int\n  default: {default}\n  when: \"{{{{ '{name}' in installed }}}}\"\n"
COLOUR = (
    "alpha_colour:\n  type: str\n  choices: [{choices}]\n  default: red\n  when: \"{{{{ 'alpha' in installed }}}}\"\n"
)
CHANGELOG = """# Changelog

## [Unreleased]

## [1.1.0] - 2026-11-30

### Changed

- **alpha**: It is better now.
- **gamma**: Nobody has it.

## [1.0.0] - 2026-11-01

### Added

- **alpha**, **gamma**: They are here.
"""
# A renamed one, one that is gone, one that is retired, a choice that is no more, and a question that is new.
CATALOGUE = {
    "alpha/component.yml": manifest("Alpha"),
    "alpha/questions.yml": COLOUR.format(choices="red, blue") + "alpha_size:\n  type: int\n  default: 3\n"
    '  when: "{{ \'alpha\' in installed }}"\n  validator: "{% if alpha_size > 9 %}must be less{% endif %}"\n',
    "alpha/apt.txt": "libalpha\n",
    "depot/component.yml": manifest("Depot", formerly="[basis]"),
    "depot/questions.yml": PORT.format(name="depot", default='"{{ basis_port | default(4000) }}"'),
    "other/component.yml": manifest("Other", retired="use depot instead"),
}
FORMER: dict[str, Any] = {
    "_commit": "1.0.0",
    "_src_path": "gh:owner/blocks",
    "adopted": {},
    "binder_dir": "binder",
    "course_name": "Old",
    "components": ["alpha", "basis", "lost", "other"],
    "outputs": [],
    "imports": [],
    "accepted": [],
    "settled": [],
    "python_version": "3.13",
    "keep_data": "image",
    "guide": "README.md",
    "alpha_colour": "green",
    "basis_port": 5555,
    "of_before": "x" * 1000,
}


def opened(root: Path, work: Path, version: str = "1.1.0") -> session.Session:
    (root / "CHANGELOG.md").write_text(CHANGELOG)
    page = session.Session(str(root), json.dumps({"source": "gh:owner/blocks", "version": version}), str(work))
    call(page, "start")
    return page


def call(page: session.Session, verb: str, data: bytes | None = None, **given: Any) -> Any:
    made = page.call(verb, json.dumps(given), data)
    return made if isinstance(made, bytes) else json.loads(made)


def drop(page: session.Session, answers: dict[str, Any]) -> Any:
    return call(page, "open", yaml.safe_dump(answers).encode(), name=".copier-answers.yml")


def said(answer: Any) -> dict[tuple[str, str], tuple[str, str]]:
    return {(one["kind"], one["name"]): (one["was"], one["now"]) for one in answer["update"]["answers"]}


def test_each_answer_and_what_becomes_of_it(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    page = opened(make_catalogue(CATALOGUE), tmp_path / "work")
    answer = drop(page, FORMER)
    assert answer.get("refusal") == "", answer
    told = said(answer)
    assert told.pop(("dropped", "of_before"))[0].endswith("x ...")
    assert told == {
        ("renamed", "basis"): ("", "depot"),
        ("gone", "lost"): ("", ""),
        ("retired", "other"): ("", ""),
        ("changed", "alpha_colour"): ("green", "red"),
        ("taken", "depot_port"): ("basis_port", "5555"),
        ("new", "alpha_size"): ("", "3"),
    }
    assert answer["update"]["news"] == ["alpha (1.1.0, changed): It is better now."]
    assert call(page, "file", path=".copier-answers.yml")["lines"].count("depot_port: 5555") == 1
    with zipfile.ZipFile(io.BytesIO(call(page, "take", kind="zip"))) as taken:
        answers = yaml.safe_load(taken.read(".copier-answers.yml"))
    assert (answers["depot_port"], answers["components"]) == (5555, ["alpha", "depot", "other"])
    assert call(page, "close")["update"] == {}


def test_an_update_does_what_was_said(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    """The same answers file in a repository, and Copier's update of it."""
    former = {"alpha/component.yml": manifest("Alpha"), "basis/component.yml": manifest("Basis")}
    former |= {"alpha/questions.yml": COLOUR.format(choices="red, green")}
    former |= {"basis/questions.yml": PORT.format(name="basis", default=4000), "alpha/apt.txt": "libalpha-old\n"}
    root = make_catalogue(former)
    given = ("components=[alpha, basis]", "alpha_colour=green", "basis_port=5555")
    course = committed_course(root, tmp_path / "course", *given)
    (course / "binder/apt.txt").write_text((course / "binder/apt.txt").read_text() + "mine\n")
    (course / "notes.txt").write_text("mine\n")
    git(course, "commit", "--all", "--quiet", "--message", "Mine")
    git(course, "add", "--all")
    git(course, "commit", "--quiet", "--message", "Notes")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in git(course, "ls-files").split():
            archive.write(course / path, f"course-main/{path}")

    shutil.rmtree(root / "components")
    write_components(root, CATALOGUE)
    (root / "CHANGELOG.md").write_text(CHANGELOG)
    commit(root, "1.1.0")
    page = opened(root, tmp_path / "work")
    answer = call(page, "open", packed.getvalue(), name="course.zip")
    assert answer["update"]["answers"]
    changed = {one["path"]: one["change"] for one in answer["files"] if one["change"]} | answer["gone"]
    result = copier("update", "--trust", "--defaults", course)
    assert result.returncode == 0, result.stderr
    lines = git(course, "status", "--porcelain", "--untracked-files=all").splitlines()
    assert {line.split()[-1] for line in lines} == changed.keys()
    assert changed["binder/apt.txt"] == "merged"
    assert "notes.txt" not in changed
    now = yaml.safe_load((course / ".copier-answers.yml").read_text())
    for (kind, name), (_, value) in said(answer).items():
        if kind in ("changed", "taken", "new"):
            assert str(now[name]) == value


def test_an_answer_that_is_refused_stays_in_its_field(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    page = opened(make_catalogue(CATALOGUE), tmp_path / "work")
    answer = drop(page, {**FORMER, "alpha_size": 12})
    (one,) = (one for one in answer["update"]["answers"] if one["kind"] == "refused")
    assert (one["name"], one["was"], one["why"]) == ("alpha_size", "12", "must be less")
    assert next(one for one in answer["questions"] if one["name"] == "alpha_size")["value"] == "12"


def test_a_data_file_lacks_nothing(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    page = opened(make_catalogue(CATALOGUE), tmp_path / "work")
    answer = drop(page, {"components": "basis", "basis_port": 5555})
    assert {kind for kind, _ in said(answer)} == {"renamed", "taken"}
    assert drop(page, {"components": ["depot"]})["update"] == {}


@pytest.mark.parametrize(
    ("made", "page", "stands"),
    [
        ("1.1.0", "1.1.0", "same"),
        ("1.0.0", "1.1.0", "older"),
        ("1.2.0", "1.1.0", "newer"),
        ("abcdef0", "1.1.0", "unknown"),
        (5, "1.1.0", "older"),
    ],
)
def test_how_the_versions_stand(
    make_catalogue: MakeCatalogue, tmp_path: Path, made: Any, page: str, stands: str
) -> None:
    answer = drop(opened(make_catalogue(CATALOGUE), tmp_path / "work", page), {**FORMER, "_commit": made})
    assert answer["update"]["stands"] == ("newer" if made == 5 else stands)


def test_answers_of_any_form_end_in_one_line(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    page = opened(make_catalogue(CATALOGUE), tmp_path / "work")
    values: tuple[Any, ...] = (5, {"a": 1}, [["x"]], "a: [", None, ["<b>" * 9999], {"a": {"b": ["c"]}})
    for name in ("components", "outputs", "binder_dir", "adopted", "imports", "course_name"):
        for value in values:
            answer = drop(page, {**FORMER, name: value})
            assert "\n" not in answer.get("error", "") + answer.get("refusal", "")
            assert len(json.dumps(answer)) < 200_000
    assert call(page, "clear")["files"]
