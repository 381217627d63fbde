"""A session is saved in one container and restored in a fresh one of another image, whose databases are empty.

The components are those whose seeds have questions (tests.yml): the first image has the seeds, the next one has none,
and the same questions are asked there after the restore.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import Build, Run, Scaffold
from tests import units
from tests.image.containers import Container, podman
from tests.image.test_components import write_seeds

pytestmark = pytest.mark.unhurried

# One that needs other answers for its seeds has a test of its own.
SERVICES = [name for name in units.SERVICES if units.seeds(name).get("asked") and not units.seeds(name).get("answers")]
SAVED = "/tmp/saved/course.zip"


def made(scaffold: Scaffold, build: Build, name: str, with_seeds: bool) -> str:
    """An image of the course; the next release of it has a notebook more, and no seeds."""
    repository = scaffold(components=SERVICES, course_name="Saved")
    for component in SERVICES if with_seeds else ():
        write_seeds(repository, component, units.seeds(component)["files"])
    with (repository / "binder/env").open("a") as file:
        for component in SERVICES:
            file.writelines(f"export {key}={value}\n" for key, value in units.seeds(component).get("env", {}).items())
    (repository / "given.ipynb").write_text("of the course" if with_seeds else "of the next release")
    return build(repository, name)


def opened(running: Container) -> Container:
    running.wait_for_api()
    running.wait_for_services()
    return running


def answered(running: Container) -> dict[str, list[str]]:
    """What clients find, by component."""
    return {
        name: [
            running.bash(one["bash"]) if "bash" in one else running.python(one["python"])
            for one in units.seeds(name)["asked"]
        ]
        for name in SERVICES
    }


def brought(archive: Path, running: Container) -> None:
    running.bash(f"mkdir --parents {Path(SAVED).parent}")
    podman("cp", archive, f"{running.name}:{SAVED}")
    running.exec("chmod", "a+r", SAVED, user="root")


def test_saved_here_and_restored_in_the_next_release(
    scaffold: Scaffold, build: Build, container: Run, tmp_path: Path
) -> None:
    units.require(SERVICES)
    assert SERVICES
    first = opened(container(made(scaffold, build, "saved", True)))
    wanted = answered(first)
    assert {name: " ".join(said).split() for name, said in wanted.items()} == {
        name: " ".join(one["says"] for one in units.seeds(name)["asked"]).split() for name in SERVICES
    }
    first.bash('cd "$REPO_DIR"; echo mine >mine.ipynb; echo "mine, too" >given.ipynb')
    done = first.script("save", "--to", SAVED)
    print(done.stdout, done.stderr)
    assert done.returncode == 0, done.stderr
    assert first.verify().returncode == 0, "and all goes on"
    archive = tmp_path / "course.zip"
    podman("cp", f"{first.name}:{SAVED}", archive)
    first.stop()

    running = opened(container(made(scaffold, build, "saved-next", False)))
    brought(archive, running)
    looked = running.script("restore", "--look", SAVED)
    print(looked.stdout)
    done = running.script("restore", SAVED)
    print(done.stdout, done.stderr)
    assert done.returncode == 0, done.stderr + running.logs()
    assert answered(running) == wanted
    assert running.verify().returncode == 0
    assert running.bash('cd "$REPO_DIR"; cat mine.ipynb given.ipynb') == "mine\nmine, too\n"
    assert running.bash('cd "$REPO_DIR"; cat restored-over-*/repo/given.ipynb') == "of the next release"

    running.kill()
    running.wait()
    running.restart()
    opened(running)
    assert answered(running) == wanted, "after a kill, too"


def test_killed_half_way(scaffold: Scaffold, build: Build, container: Run) -> None:
    """The restore alone, and the whole container: the old data or the new is there, whole."""
    running = opened(container(made(scaffold, build, "saved", True)))
    wanted = answered(running)
    assert running.script("save", "--no-files", "--to", SAVED).returncode == 0
    for seconds in (1, 3, 6, 10):
        end = f'timeout --signal=KILL {seconds} bash "$REPO_DIR/binder/restore" --no-files {SAVED} || true'
        running.bash(end, timeout=200)
        opened(running)
        assert answered(running) == wanted, seconds
    script = f'nohup bash "$REPO_DIR/binder/restore" --no-files {SAVED} >/dev/null 2>&1 & sleep 4'
    running.bash(script)
    running.kill()
    running.wait()
    running.restart()
    opened(running)
    assert answered(running) == wanted
