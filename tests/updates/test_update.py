"""`copier update`: the author's own lines survive, and old and new catalogue never share code."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_copier.plugin import CopierFixture

from tests import units
from tests.fast.conftest import MakeCatalogue, commit, copier, git, manifest, tree, write_components

OWN_LINES = {
    "binder/apt.txt": ("# Your own Debian packages go below this line.", "tree"),
    "binder/environment.yml": ("  # Your own conda packages go below this line.", "  - pandas"),
    "binder/env": ("# Your own variables go below this line.", "export COLOUR=blue"),
    "binder/postBuild": ("# Your own steps go below this line.", "echo built"),
    "binder/start": ("# Your own exports and commands go below this line.", "export SHAPE=round"),
}
OWN_PIP_LINE = ("    # Your own pip packages go below this line.", "    - mine")


def add_own_lines(course: Path) -> list[tuple[Path, str]]:
    """One line below every anchor there is; where it went."""
    added = []
    for path, (anchor, line) in [*OWN_LINES.items(), ("binder/environment.yml", OWN_PIP_LINE)]:
        text = (course / path).read_text()
        assert f"{anchor}\n" in text, path
        (course / path).write_text(text.replace(f"{anchor}\n", f"{anchor}\n{line}\n"))
        added.append((course / path, line))
    for path in ("requirements.late.txt", "downloads.txt"):
        file = course / "binder" / path
        if file.exists():
            file.write_text(file.read_text() + "# mine\n")
            added.append((file, "# mine"))
    return added


def assert_kept(course: Path, added: list[tuple[Path, str]]) -> None:
    assert " U" not in git(course, "status", "--porcelain")
    for path, line in added:
        text = path.read_text()
        assert f"{line}\n" in text, f"{path} lost {line!r}:\n{text}"
        assert "<<<<<<<" not in text


OLD = {
    "alpha/component.yml": manifest("Alpha"),
    "alpha/apt.txt": "libalpha\n",
    "alpha/environment.yml": "dependencies:\n- alpha\n- pip:\n  - pyalpha\n",
    "beta/component.yml": manifest("Beta"),
    "beta/apt.txt": "libbeta\n",
    "gamma/component.yml": manifest("Gamma"),
    "gamma/environment.yml": "dependencies:\n- gamma\n",
}
NEW = {
    **OLD,
    "alpha/apt.txt": "libalpha2\n",
    "alpha/environment.yml": "dependencies:\n- alpha>=2\n- pip:\n  - pyalpha>=2\n  - more\n",
    "beta/environment.yml": "dependencies:\n- beta\n",
    "gamma/environment.yml": "dependencies:\n- pip:\n  - gamma\n",
}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[alpha, beta]", "[alpha, beta]"),
        ("[alpha]", "[alpha, beta, gamma]"),
        ("[alpha, beta, gamma]", "[gamma]"),
        ("[beta]", "[alpha]"),
        ("[]", "[gamma]"),
        ("[gamma]", "[]"),
    ],
)
def test_own_lines_survive_a_new_catalogue(
    make_catalogue: MakeCatalogue, tmp_path: Path, before: str, after: str
) -> None:
    root, course = make_catalogue(OLD), tmp_path / "course"
    commit(root, "1.0.0")
    assert copier("copy", "--trust", "--defaults", "--data", f"components={before}", root, course).returncode == 0
    commit(course)
    added = add_own_lines(course)
    commit(course)
    write_components(root, NEW)
    commit(root, "1.1.0")
    result = copier("update", "--trust", "--defaults", "--data", f"components={after}", course)
    assert result.returncode == 0, result.stderr
    assert_kept(course, added)
    fresh = tmp_path / "fresh"
    copier("copy", "--trust", "--defaults", "--data", f"components={after}", root, fresh)
    add_own_lines(fresh)
    assert tree(course) == tree(fresh)


def test_two_versions_of_the_engine_in_one_process(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    """The versions differ in a module that only siblings import; the file shows which one rendered it."""
    root, course = make_catalogue({"alpha/component.yml": manifest("Alpha"), "alpha/apt.txt": "x\n"}), tmp_path / "c"
    commit(root, "1.0.0")
    assert copier("copy", "--trust", "--defaults", "--data", "components=[alpha]", root, course).returncode == 0
    commit(course)
    model = root / "extensions/model.py"
    changed = model.read_text().replace("}  # {", "}  # of {")
    assert changed != model.read_text()
    model.write_text(changed)
    commit(root, "1.1.0")
    assert copier("update", "--trust", "--defaults", course).returncode == 0
    assert (course / "binder/apt.txt").read_text().startswith("x  # of alpha\n")


def test_failing_update_changes_nothing(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    root, course = make_catalogue(OLD), tmp_path / "course"
    commit(root, "1.0.0")
    copier("copy", "--trust", "--defaults", "--data", "components=[alpha]", root, course)
    commit(course)
    before = tree(course)
    for answer, message in (("components=[alfa]", "no block 'alfa'"), ("components={x: 1}", "must be a list")):
        result = copier("update", "--trust", "--defaults", "--data", answer, course)
        assert message in result.stderr
        assert len(result.stderr.strip().splitlines()) <= 2, result.stderr
        assert result.returncode == 1
        assert tree(course) == before
    write_components(root, {"beta/component.yml": "title: [\n"})
    commit(root, "1.1.0")
    result = copier("update", "--trust", "--defaults", course)
    assert "components/beta/component.yml:2: not valid YAML" in result.stderr
    assert result.returncode == 1
    assert tree(course) == before


def test_copy_of_uncommitted_changes_warns_and_can_be_mended(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    root, course = make_catalogue(OLD), tmp_path / "course"
    commit(root)
    write_components(root, NEW)
    result = copier("copy", "--trust", "--defaults", "--data", "components=[alpha]", root, course)
    assert result.returncode == 0, result.stderr
    assert "WARNING: the catalogue has changes that are not committed" in result.stderr
    commit(course)
    based_on = git(root, "rev-parse", "HEAD").strip()
    commit(root)
    assert "Unknown revision" in copier("update", "--trust", "--defaults", course).stderr
    answers = course / ".copier-answers.yml"
    lines = answers.read_text().splitlines()
    answers.write_text("\n".join(f"_commit: {based_on}" if line.startswith("_commit:") else line for line in lines))
    commit(course)
    result = copier("update", "--trust", "--defaults", course)
    assert result.returncode == 0, result.stderr
    assert "not committed" not in result.stderr


def test_real_catalogue_updates_to_other_components(copier: CopierFixture, tmp_path: Path) -> None:
    *before, after = units.SERVICES
    project = copier.copy(tmp_path / "course", components=before)
    project.run("git init --quiet && git add --all && git commit --quiet --message x")
    added = add_own_lines(project.path)
    project.run("git add --all && git commit --quiet --message own")
    project.update(components=[after])
    assert_kept(project.path, added)
    services = project.path / "binder/services"
    assert [path.name for path in services.iterdir()] == [after]
    assert (services / after / "run").exists()
