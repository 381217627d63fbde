"""What Copier's migrations run, as a process of its own in a repository that may hold anything."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from extensions.catalogue import manifest as manifests
from extensions.update import migrate
from tests.fast.conftest import MakeCatalogue, commit, git, manifest, write_output

ANSWERS = {"_commit": "1.0.0", "binder_dir": "binder", "components": ["old", "other"], "outputs": []}
COMPONENTS = {
    "new/component.yml": manifest("New", formerly="[old]"),
    "other/component.yml": manifest("Other"),
}
# Of the engine, of what it needs, and of Python.
MODULES = ("errors", "extensions", "git", "jinja2", "packaging", "pathspec", "update", "yaml", "argparse", "json")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """With modules of the author's that tell that they were imported."""
    folder = tmp_path / "course"
    (folder / "binder/seed/old").mkdir(parents=True)
    (folder / "binder/seed/old/rows.csv").write_text("1\n")
    (folder / ".copier-answers.yml").write_text(yaml.safe_dump(ANSWERS))
    for name in MODULES:
        (folder / f"{name}.py").write_text(f"open({str(tmp_path / 'imported')!r}, 'a').write('{name} ')\n")
    commit(folder)
    return folder


def run(catalogue: Path, course: Path, *words: str, path: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(catalogue / "extensions"), *words]
    environment = {**os.environ, "PYTHONPATH": path}
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=course, env=environment)


@pytest.mark.parametrize("path", ["", os.pathsep, ".", "{course}"])
def test_nothing_in_the_repository_is_imported(
    make_catalogue: MakeCatalogue, course: Path, tmp_path: Path, path: str
) -> None:
    root = make_catalogue(COMPONENTS)
    done = run(root, course, "migrate", ".copier-answers.yml", path=path.format(course=course))
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines() == [
        "Component 'old' is called 'new' now",
        "  moved: binder/seed/old/rows.csv -> binder/seed/new/rows.csv",
    ]
    store = ("git", "-C", str(course), "hash-object", "-w", "--stdin")
    report = subprocess.run(store, input="{}", capture_output=True, text=True, check=True).stdout.strip()
    settling = ("settle", ".copier-answers.yml", report)
    assert run(root, course, *settling, path=path.format(course=course)).stderr == ""
    assert not (tmp_path / "imported").exists(), (tmp_path / "imported").read_text()
    assert git(course, "status", "--porcelain").splitlines() == [
        " M .copier-answers.yml",
        "R  binder/seed/old/rows.csv -> binder/seed/new/rows.csv",
    ]
    assert yaml.safe_load((course / ".copier-answers.yml").read_text()) == {**ANSWERS, "components": ["new", "other"]}


def test_an_error_is_one_line(make_catalogue: MakeCatalogue, course: Path) -> None:
    root = make_catalogue(COMPONENTS)
    shutil.rmtree(course / ".git")
    done = run(root, course, "settle", ".copier-answers.yml", "0" * 40)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "not a git repository" in done.stderr
    (root / "components/new/component.yml").write_text("title: [\n")
    done = run(root, course, "migrate", ".copier-answers.yml")
    assert (done.returncode, done.stderr.splitlines()[1:]) == (1, [])
    assert done.stderr.startswith("components/new/component.yml:2: not valid YAML")


def test_answers_from_before_there_were_outputs(make_catalogue: MakeCatalogue, course: Path) -> None:
    root = make_catalogue(COMPONENTS)
    write_output(root)
    catalogue = manifests.read_catalogue(root)
    former = {**ANSWERS, "components": ["other"], "poster": "big"}
    del former["outputs"]
    path = course / ".copier-answers.yml"
    path.write_text(yaml.safe_dump(former))
    assert migrate.is_needed(course, path.name, catalogue)
    assert list(migrate.migrate(course, path.name, catalogue)) == ["The outputs are an answer of their own now: poster"]
    expected = {**ANSWERS, "components": ["other"], "outputs": ["poster"], "poster_size": "big"}
    assert yaml.safe_load(path.read_text()) == expected
    assert not migrate.is_needed(course, path.name, catalogue)


def test_a_repository_of_today_is_left_alone(make_catalogue: MakeCatalogue, course: Path) -> None:
    catalogue = manifests.read_catalogue(make_catalogue(COMPONENTS))
    assert migrate.is_needed(course, ".copier-answers.yml", catalogue)
    assert not migrate.is_needed(course, "another.yml", catalogue)
    (course / ".copier-answers.yml").write_text(yaml.safe_dump({**ANSWERS, "components": ["new", "other"]}))
    assert not migrate.is_needed(course, ".copier-answers.yml", catalogue)
