"""Components that got another name, or were retired: old answers stay good, and nothing is dropped."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml

from tests.fast.conftest import MakeCatalogue, commit, copier, git, manifest, tree, write_components

QUESTION = "{name}_port:\n  type: int\n  default: {default}\n  when: \"{{{{ '{name}' in installed }}}}\"\n"
OLD = {
    "basis/component.yml": manifest("Basis"),
    "basis/questions.yml": QUESTION.format(name="basis", default=4000),
    "basis/apt.txt": "libbasis\n",
    "basis/service/run": "#!/bin/sh\nexec sleep 9\n",
    "basis/seed/basis/rows.csv": "a\n",
    "other/component.yml": manifest("Other", after="[basis]"),
    "other/apt.txt": "libother\n",
}
RENAMED = {
    "store/component.yml": manifest("Store", formerly="[basis]"),
    "store/questions.yml": QUESTION.format(name="store", default='"{{ basis_port | default(4000) }}"'),
    "store/apt.txt": "libbasis\n",
    "store/service/run": "#!/bin/sh\nexec sleep 9\n",
    "store/seed/store/rows.csv": "a\n",
    "other/component.yml": manifest("Other", after="[store]"),
}


@pytest.fixture
def history(make_catalogue: MakeCatalogue) -> Path:
    """1.0.0 has `basis`, which is `store` in 1.1.0 and `depot` in 1.2.0; `other` is retired in 1.3.0."""
    root = make_catalogue(OLD)
    commit(root, "1.0.0")
    shutil.rmtree(root / "components/basis")
    write_components(root, RENAMED)
    commit(root, "1.1.0")
    shutil.rmtree(root / "components/store")
    depot = {name.replace("store", "depot"): text.replace("store", "depot") for name, text in RENAMED.items()}
    depot["depot/component.yml"] = manifest("Depot", formerly="[basis, store]")
    depot["depot/questions.yml"] = QUESTION.format(
        name="depot", default='"{{ store_port | default(basis_port) | default(4000) }}"'
    )
    write_components(root, depot)
    commit(root, "1.2.0")
    write_components(root, {"other/component.yml": manifest("Other", retired="use depot instead")})
    commit(root, "1.3.0")
    return root


def answers(course: Path) -> dict[str, object]:
    loaded: dict[str, object] = yaml.safe_load((course / ".copier-answers.yml").read_text())
    return loaded


def make_course(root: Path, course: Path, version: str, *data: str) -> None:
    words = [f"--data={one}" for one in ("components=[basis, other]", *data)]
    result = copier("copy", "--trust", "--defaults", "--vcs-ref", version, *words, root, course)
    assert result.returncode == 0, result.stderr
    (course / "binder/seed/basis/mine.csv").write_text("mine\n")
    commit(course)


@pytest.mark.parametrize(("version", "name"), [("1.1.0", "store"), ("1.2.0", "depot"), ("1.3.0", "depot")])
def test_renamed_component_keeps_answers_and_seeds(history: Path, tmp_path: Path, version: str, name: str) -> None:
    course = tmp_path / "course"
    make_course(history, course, "1.0.0", "basis_port=5555")
    result = copier("update", "--trust", "--defaults", "--vcs-ref", version, course)
    assert result.returncode == 0, result.stderr
    assert f"Component 'basis' is called '{name}' now" in result.stderr
    assert f"moved: binder/seed/basis/mine.csv -> binder/seed/{name}/mine.csv" in result.stderr
    assert answers(course)["components"] == sorted([name, "other"])
    assert answers(course)[f"{name}_port"] == 5555
    assert "basis_port" not in answers(course)
    assert (course / f"binder/seed/{name}/mine.csv").read_text() == "mine\n"
    assert not (course / "binder/seed/basis").exists()
    assert not (course / "binder/services/basis").exists()
    assert "basis" in (course / f"binder/services/{name}/formerly").read_text().split()
    assert git(course, "ls-files", "--unmerged") == ""
    commit(course)
    before = tree(course)
    assert copier("update", "--trust", "--defaults", "--vcs-ref", version, course).returncode == 0
    assert tree(course) == before, "once is enough"


def test_old_names_in_a_data_file_are_good_for_a_new_course(history: Path, tmp_path: Path) -> None:
    course, data = tmp_path / "course", tmp_path / "data.yml"
    data.write_text("components: [basis, other]\nbasis_port: 5555\n")
    result = copier("copy", "--trust", "--defaults", "--vcs-ref", "1.3.0", "--data-file", data, history, course)
    assert result.returncode == 0, result.stderr
    report = json.loads((course / "binder/report.json").read_text())
    asked, installed = (report["components"][key] for key in ("asked", "installed"))
    assert (asked, installed) == (["other", "basis"], ["depot", "other"])
    assert answers(course)["depot_port"] == 5555
    assert report["notes"][0] == "'basis' is called 'depot' now"


def test_recopy_drops_no_name(history: Path, tmp_path: Path) -> None:
    course = tmp_path / "course"
    make_course(history, course, "1.0.0")
    result = copier("recopy", "--trust", "--defaults", "--overwrite", "--vcs-ref", "1.3.0", course)
    assert result.returncode == 1
    assert "run copier update instead" in result.stderr


def test_retired_component_is_named_and_works_as_before(history: Path, tmp_path: Path) -> None:
    course = tmp_path / "course"
    make_course(history, course, "1.0.0")
    result = copier("update", "--trust", "--defaults", "--vcs-ref", "1.3.0", course)
    said = "'other' is retired: use depot instead; it works as before here"
    assert said in result.stderr
    assert said in (course / "binder/README.md").read_text()
    assert json.loads((course / "binder/report.json").read_text())["notes"] == [said]
    assert "libother  # other\n" in (course / "binder/apt.txt").read_text()
    assert answers(course)["components"] == ["depot", "other"]


def test_a_component_that_is_gone_without_a_trace_is_no_silent_loss(history: Path, tmp_path: Path) -> None:
    course = tmp_path / "course"
    make_course(history, course, "1.0.0")
    shutil.rmtree(history / "components/other")
    commit(history, "1.4.0")
    before = tree(course)
    result = copier("update", "--trust", "--defaults", course)
    assert result.returncode == 1
    assert "there is no block 'other'" in result.stderr
    assert len(result.stderr.strip().splitlines()) <= 2, result.stderr
    assert tree(course) == before
    result = copier("update", "--trust", "--defaults", "--data", "components=[basis]", course)
    assert result.returncode == 0, result.stderr


def test_a_name_is_never_used_again(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    root = make_catalogue({**OLD, "store/component.yml": manifest("Store", formerly="[other]")})
    result = copier("copy", "--trust", "--defaults", root, tmp_path / "course")
    assert result.returncode == 1
    assert "components/store/component.yml: the name 'other' is or was that of 'other'" in result.stderr


def test_a_component_and_an_output_have_two_names(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    """Their answers would be named alike."""
    root = make_catalogue(OLD)
    (root / "outputs/basis").mkdir()
    (root / "outputs/basis/output.yml").write_text("title: Basis\nsummary: S\n")
    result = copier("copy", "--trust", "--defaults", root, tmp_path / "course")
    assert result.returncode == 1
    assert "components/basis/component.yml: the name 'basis' is or was that of 'basis'" in result.stderr


def test_renamed_component_that_others_require(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    """Nobody asked for it by name; its edited files, seeds and what the author deleted follow all the same."""
    stack = {"stack/component.yml": manifest("Stack", requires="[basis]"), "basis/postBuild": "#!/bin/sh\necho basis\n"}
    root, course = make_catalogue({**OLD, **stack, "basis/seed/basis/more.csv": "m\n"}), tmp_path / "course"
    commit(root, "1.0.0")
    copier("copy", "--trust", "--defaults", "--data=components=[stack]", root, course)
    commit(course)
    (course / "binder/seed/basis/rows.csv").write_text("edited\n")
    (course / "binder/seed/basis/more.csv").unlink()
    (course / "binder/postBuild.d/basis").write_text("#!/bin/sh\necho MINE\n")
    commit(course)
    shutil.rmtree(root / "components/basis")
    write_components(root, {**RENAMED, "stack/component.yml": manifest("Stack", requires="[store]")})
    write_components(root, {"store/postBuild": "#!/bin/sh\necho store\n", "store/seed/store/more.csv": "m\n"})
    commit(root, "1.1.0")
    result = copier("update", "--trust", "--defaults", course)
    assert result.returncode == 0, result.stderr
    assert (course / "binder/seed/store/rows.csv").read_text() == "edited\n"
    assert not (course / "binder/seed/store/more.csv").exists()
    assert "echo MINE" in (course / "binder/postBuild.d/store").read_text()
    assert {
        line[3:] for line in git(course, "status", "--porcelain").splitlines() if line[:2] in ("AA", "UU", "AU")
    } == {"binder/postBuild.d/store"}


def test_wrong_answers_change_nothing_before_a_renaming(history: Path, tmp_path: Path) -> None:
    course = tmp_path / "course"
    make_course(history, course, "1.0.0")
    before = tree(course)
    result = copier("update", "--trust", "--defaults", "--data", "python_version=2.7", course)
    assert result.returncode == 1
    assert "python_version: must be one of" in result.stderr.splitlines()[-1]
    assert tree(course) == before


def test_an_update_does_not_move_the_binder_files(history: Path, tmp_path: Path) -> None:
    course = tmp_path / "course"
    make_course(history, course, "1.0.0")
    before = tree(course)
    result = copier("update", "--trust", "--defaults", "--data", "binder_dir=.binder", course)
    assert result.returncode == 1
    assert "an update cannot move the Binder files from 'binder' to '.binder'" in result.stderr
    assert tree(course) == before
