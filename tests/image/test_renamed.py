"""A repository made years ago: its component got another name, and another of its components was retired."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from conftest import Build, Run
from tests import units
from tests.image.containers import try_run

pytestmark = pytest.mark.unhurried

OLD = "relational"  # what `postgres` was called when the repository was made


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)


def commit(folder: Path, tag: str | None = None) -> None:
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "x")
    if tag:
        git(folder, "tag", tag)


def copier(*words: object) -> str:
    done = try_run(sys.executable, "-m", "copier", *map(str, words))
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def history(catalogue: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1.0.0: `postgres` has its old name. 1.1.0: it is `postgres`. 1.2.0: nbgitpuller is retired."""
    units.require(["postgres", "nbgitpuller"])
    root = tmp_path_factory.mktemp("history") / "catalogue"
    shutil.copytree(catalogue, root)
    today, old = root / "components/postgres", root / f"components/{OLD}"
    shutil.move(today, old)
    for name in ("questions.yml", "component.yml", "README.md.jinja"):
        text = (old / name).read_text()
        changed = text.replace("postgres_", f"{OLD}_").replace("POSTGRES_", f"{OLD.upper()}_")
        (old / name).write_text(changed.replace("'postgres'", f"'{OLD}'"))
    for path in [*root.glob("components/*/component.yml")]:
        path.write_text(path.read_text().replace("postgres,", f"{OLD},"))
    commit(root, "1.0.0")
    shutil.rmtree(root / "components")
    shutil.copytree(catalogue / "components", root / "components")
    with (today / "component.yml").open("a") as manifest:
        manifest.write(f"formerly: [{OLD}]\n")
    questions = yaml.safe_load((today / "questions.yml").read_text())
    for name, question in questions.items():
        former = name.replace("postgres_", f"{OLD}_")
        question["default"] = f"{{{{ {former} | default('{question['default']}') }}}}"
    (today / "questions.yml").write_text(yaml.safe_dump(questions))
    commit(root, "1.1.0")
    with (root / "components/nbgitpuller/component.yml").open("a") as manifest:
        manifest.write("retired: use a link to the repository instead\n")
    commit(root, "1.2.0")
    return root


def test_old_repository_updates_across_both_and_works(
    history: Path, tmp_path: Path, build: Build, container: Run
) -> None:
    course = tmp_path / "course"
    data = (f"components=[{OLD}, nbgitpuller]", f"{OLD}_db=archive", "keep_data=home", "python_version=3.13")
    words = [f"--data={one}" for one in data]
    copier("copy", "--trust", "--defaults", "--vcs-ref=1.0.0", *words, history, course)
    seed = course / f"binder/seed/{OLD}/mine.sql"
    seed.parent.mkdir(parents=True, exist_ok=True)
    seed.write_text("CREATE TABLE mine AS SELECT 42 AS answer;\n")
    commit(course)
    said = copier("update", "--trust", "--defaults", course)
    assert f"Component '{OLD}' is called 'postgres' now" in said
    assert f"moved: binder/seed/{OLD}/mine.sql -> binder/seed/postgres/mine.sql" in said
    assert "'nbgitpuller' is retired: use a link to the repository instead" in said
    report = json.loads((course / "binder/report.json").read_text())
    assert sorted(report["components"]["asked"]) == ["nbgitpuller", "postgres"]

    image, home = build(course, "renamed", repo_dir="/srv/repo"), tmp_path / "home"
    home.mkdir()
    shutil.chown(home, 1000, 1000)
    volume = f"--volume={home}:/home/jovyan"
    running = container(image, volume)
    running.wait_for_api()
    running.wait_for_services()
    verified = running.verify()
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert "nbgitpuller" in verified.stdout
    ask = 'source "$BINDER_DIR/env"; psql --tuples-only --no-align --command '
    assert running.bash(f"{ask} 'SELECT current_database(), answer FROM mine'").split("|") == ["archive", "42\n"]
    running.bash(f"{ask} 'UPDATE mine SET answer = 43'")
    running.stop()

    # As the old repository's containers left it, under the old name
    kept = home / ".binder-data/my-course"
    (kept / "postgres").rename(kept / OLD)
    again = container(image, volume)
    again.wait_for_api()
    again.wait_for_services()
    assert again.bash(f"{ask} 'SELECT answer FROM mine'") == "43\n"
    assert (kept / "postgres").is_dir()
    again.stop()
