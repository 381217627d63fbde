"""The reference course, built by repo2docker, under a base URL with an escaped character.

`stack` is built as Binder builds it; `kept_stack` as a hub's image: REPO_DIR outside HOME, data kept in HOME, and all
run bits lost but those of postBuild and start.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from conftest import ROOT, Run
from extensions.catalogue.selection import select
from tests import units
from tests.image import processes
from tests.image.containers import PORT, Container

pytestmark = pytest.mark.unhurried

ASKED = units.example(ROOT / "examples/tm351.yml")
COURSE = [] if units.missing(ASKED) else [component.name for component in select(ASKED, units.COMPONENTS)]
SERVICES = [name for name in COURSE if name in units.SERVICES]
# What a client finds of each one's seeded data.
SEEDED = {name: units.cases(name)["question"] for name in SERVICES if "question" in units.cases(name)}
# A writable HOME away from the repository.
HOME = ("--env=HOME=/scratch", "--tmpfs=/scratch:mode=1777")


def assert_works(container: Container) -> None:
    """The notebook answers, `verify` finds nothing wrong, and the seeded data is there."""
    print(f"/api after {container.wait_for_api():.1f} s")
    container.wait_for_services()
    verified = container.verify()
    assert verified.returncode == 0, verified.stdout + verified.stderr + container.logs()
    assert SEEDED
    for name, script in SEEDED.items():
        assert int(container.python(script)) > 1, name


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty volume for HOME, the notebook user's."""
    folder = tmp_path / "home"
    folder.mkdir()
    shutil.chown(folder, 1000, 1000)
    return folder


def test_stack_on_binder(stack: str, container: Run) -> None:
    running = container(stack)
    assert_works(running)
    rows = "SELECT count(*) > 0 FROM information_schema.tables WHERE table_schema = 'public'"
    assert running.bash(f'psql --no-align --tuples-only --command="{rows}"').strip() == "t"
    assert running.http("openrefine/")[0] == 200
    assert running.http("api/kernels", method="POST", body="{}")[0] == 201

    assert processes.beyond_loopback(running) <= {("0.0.0.0", PORT), ("::", PORT)}
    users = processes.users(running)
    assert len(users) > len(SERVICES)
    assert set(users.values()) == {1000}, users

    running.stop()
    assert running.exit_code() == 0


def test_service_that_is_down_is_named_with_the_reason(stack: str, tmp_path: Path, container: Run) -> None:
    broken = tmp_path / "run"
    broken.write_text("#!/usr/bin/env bash\necho the disk has gone >&2\nexit 3\n")
    broken.chmod(0o755)
    running = container(stack, f"--volume={broken}:/home/jovyan/binder/services/mongodb/run:ro")
    running.wait_for_api()
    running.wait_for_services()
    verified = running.verify()
    assert verified.returncode == 1
    row = next(line for line in verified.stdout.splitlines() if line.startswith("mongodb"))
    assert "the disk has gone" in verified.stdout, verified.stdout
    assert "the disk has gone" in running.logs()
    assert "the disk has gone" in json.dumps(running.status())
    assert "ok" not in row.split()
    assert int(running.python(SEEDED["postgres"])) > 1


def test_other_user_in_the_root_group(kept_stack: str, container: Run) -> None:
    # with the repository in HOME, which useradd closes to others, no other user could read it
    running = container(kept_stack, "--user=12345:0", *HOME)
    assert_works(running)
    assert set(processes.users(running).values()) == {12345}


def test_read_only_root(stack: str, container: Run) -> None:
    options = ("--read-only", "--read-only-tmpfs=false", "--tmpfs=/tmp:mode=1777,exec")
    running = container(stack, *options, *HOME)
    assert_works(running)


def test_empty_home_and_repository_elsewhere(kept_stack: str, home: Path, container: Run) -> None:
    running = container(kept_stack, f"--volume={home}:/home/jovyan")
    assert_works(running)
    running.bash("psql --command='CREATE TABLE mine (note text)'")
    running.stop()

    successor = container(kept_stack, f"--volume={home}:/home/jovyan")
    assert_works(successor)
    successor.bash("psql --command='SELECT * FROM mine'")


def test_second_container_on_the_same_data_is_refused_by_its_services(
    kept_stack: str, home: Path, container: Run
) -> None:
    first = container(kept_stack, f"--volume={home}:/home/jovyan")
    first.wait_for_api()
    first.wait_for_services()
    second = container(kept_stack, f"--volume={home}:/home/jovyan")
    second.wait_for_api()
    second.wait_for_services()
    services = second.status()["services"]
    assert {name for name in SERVICES if "another container" in services[name]["reason"]} >= {"postgres", "mongodb"}
    assert second.verify().returncode == 1
    assert first.verify().returncode == 0


def test_reset_brings_the_seeded_data_back(kept_stack: str, home: Path, container: Run) -> None:
    running = container(kept_stack, f"--volume={home}:/home/jovyan")
    running.wait_for_api()
    running.wait_for_services()
    running.bash("psql --command='CREATE TABLE mine (note text)'")
    result = running.script("reset", "postgres")
    assert result.returncode == 0, result.stdout + result.stderr
    assert running.try_exec("bash", "-c", '. "$REPO_DIR/binder/env"; psql --command="TABLE mine"').returncode == 1
    assert_works(running)
    assert list(home.glob(".binder-data/*/postgres/data.aside-*"))


def test_data_of_another_version_is_set_aside(kept_stack: str, home: Path, container: Run) -> None:
    with Container(kept_stack, f"--volume={home}:/home/jovyan") as first:
        first.wait_for_api()
        first.wait_for_services()
        first.stop()
    kept = next(home.glob(".binder-data/*/postgres"))
    (kept / "format").write_text("postgresql 9\n")
    running = container(kept_stack, f"--volume={home}:/home/jovyan")
    assert_works(running)
    assert "postgresql 9" in running.logs()
    assert [path.name for path in kept.glob("data.*") if path.is_dir()] == ["data.postgresql-9-1"]
