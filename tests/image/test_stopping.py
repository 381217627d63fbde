"""SIGTERM, and SIGKILL one second later, loses nothing that was acknowledged.

- A round: every database has sessions open and writes just made, OpenRefine an edit five seconds old; the container is
  stopped. Its successor on the same volume has all rows and the edit, and each server's own evidence of a clean stop.
- BLOCKS_ROUNDS rounds (20), all on one volume. Where other work takes the processors and the kill came first, a round
  shows that nothing is lost, and is skipped, visibly, as evidence of a clean stop.
- The usual way, daemons and then `exec "$@"`, is judged by the same evidence, and fails.
- The same when the notebook ends by itself, as it does when idle.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.image.containers import HARNESS, Container, podman, wait_until

CLIENTS = Path(__file__).parent / "clients"
ROUNDS = int(os.environ.get("BLOCKS_ROUNDS", "20"))
KILLED = 128 + 9
BUSY = 3  # processes waiting for each processor: a second is then a third of one
ROWS = 5  # a round, in each database
DATABASES = ("postgres", "mongodb", "neo4j")


class Course:
    """The stack with its data in a home folder that outlives the containers, and what has been written to it."""

    def __init__(self, image: str, home: Path) -> None:
        self.image, self.home = image, home
        self.rounds, self.project, self.text = 0, "0", ""
        self.successor: Container | None = None

    def start(self, *options: str) -> Container:
        container = Container(self.image, f"--volume={self.home}:/home/jovyan", *options)
        container.wait_for_api()
        if not options:  # the usual way has no launch to ask
            container.wait_for_services()
        return container

    def python(self, container: Container, script: str, *arguments: str | int) -> subprocess.Popen[str]:
        """One of the clients, started inside the container."""
        words = ["podman", "exec", "--interactive", container.name, "bash", "-c"]
        words += ['. "$REPO_DIR/binder/env"; exec "$NB_PYTHON_PREFIX/bin/python3" - "$@"', "python"]
        command = [str(HARNESS / "in"), *words, *map(str, arguments)]
        with (CLIENTS / script).open() as file:
            return subprocess.Popen(command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def answer(self, container: Container, script: str, *arguments: str | int) -> str:
        process = self.python(container, script, *arguments)
        out, error = process.communicate(timeout=60)
        assert process.returncode == 0, error
        return out.strip()

    def write(self, container: Container) -> None:
        """An edit in OpenRefine, then rows in the databases; returns when the edit is five seconds old."""
        self.rounds += 1
        self.text = f"edited in round {self.rounds}"
        use_openrefine(container)
        self.project = self.answer(container, "refine.py", "edit", self.project, self.text)
        edited = time.monotonic()
        sessions = self.python(container, "sessions.py", self.rounds, ROWS)
        assert sessions.stdout is not None
        assert sessions.stderr is not None
        assert sessions.stdout.readline() == "written\n", sessions.stderr.read()
        wait_until("five seconds", lambda: time.monotonic() > edited + 5, 10)

    def on_disk(self) -> list[str]:
        """What the stopped servers' files say against a clean stop."""
        data = next(self.home.glob(".binder-data/*"))
        found = []
        postgres = Path("/home/jovyan") / data.relative_to(self.home) / "postgres/data"
        control = "$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)/pg_controldata " + str(postgres)
        mount = f"--volume={self.home}:/home/jovyan"
        said = podman("run", "--rm", "--network=none", mount, "--entrypoint=bash", self.image, "-c", control)
        state = next(line.split(":")[1].strip() for line in said.splitlines() if line.startswith("Database cluster"))
        if state != "shut down":
            found.append(f"postgres: unclean, pg_controldata says {state!r}")
        if (data / "mongodb/data/mongod.lock").stat().st_size:
            found.append("mongodb: unclean, its lock file is not empty")
        return found

    def in_container(self, container: Container) -> list[str]:
        """What the servers, started again, say against a clean stop, and what is lost."""
        found = []
        mongodb = container.exec("bash", "-c", "cat /tmp/binder-*/log/mongodb.log")
        if '"id":22271' in mongodb or "nclean shutdown" in mongodb:
            found.append("mongodb: unclean, it recovers")
        logs = (
            "cat /tmp/binder-*/log/neo4j.log; find $HOME/.binder-data /tmp -name debug.log -exec cat {} + 2>/dev/null"
        )
        if "Recovery required" in container.exec("bash", "-c", logs):
            found.append("neo4j: unclean, it recovers")
        counts = json.loads(self.answer(container, "counts.py"))
        expected = self.rounds * ROWS
        found += [f"{name}: {counts[name]} of {expected} rows" for name in DATABASES if counts[name] != expected]
        use_openrefine(container)
        if (text := self.answer(container, "refine.py", "read", self.project)) != self.text:
            found.append(f"openrefine: {text!r} instead of {self.text!r}")
        return found


def use_openrefine(container: Container) -> None:
    """It may start on first use only; ask as the notebook's proxy does."""
    path = "openrefine/command/core/get-version"
    wait_until("OpenRefine", lambda: container.http(path)[0] == 200, 40, log=container.logs)


def new_course(image: str, home: Path) -> Course:
    shutil.chown(home, 1000, 1000)
    return Course(image, home)


@pytest.fixture(scope="module")
def long_course(kept_stack: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    course = new_course(kept_stack, tmp_path_factory.mktemp("home"))
    yield course
    if course.successor:
        course.successor.remove()


@pytest.fixture
def course(kept_stack: str, tmp_path: Path) -> Course:
    return new_course(kept_stack, tmp_path)


@pytest.mark.parametrize("number", range(1, ROUNDS + 1))
def test_nothing_is_lost(long_course: Course, number: int) -> None:
    with long_course.successor or long_course.start() as container:
        long_course.write(container)
        load, took, code = os.getloadavg()[0], container.stop(grace=1), container.exit_code()
        print(f"round {number}: stopped in {took:.2f} s, exit code {code}, load {load:.1f}")
    found = long_course.on_disk()
    long_course.successor = long_course.start()  # the next round's too
    found += long_course.in_container(long_course.successor)
    assert [text for text in found if "unclean" not in text] == [], "lost"
    if found and code == KILLED and load > BUSY * (os.cpu_count() or 1):
        pytest.skip(f"load {load:.1f}: killed before it had ended; nothing is lost, a clean stop cannot be judged")
    assert found == []


def test_the_usual_way_fails_the_same_test(course: Course) -> None:
    with course.start() as container:  # the seeded data is put in its place
        container.stop()
    start = f"--volume={CLIENTS / 'daemons-then-exec'}:/srv/repo/binder/start:ro"
    with course.start(start) as container:
        course.write(container)
        container.stop(grace=1)
    found = course.on_disk()
    with course.start() as container:
        found += course.in_container(container)
    print("\n".join(found))
    for name in DATABASES:
        assert any(text.startswith(name) for text in found), name


def test_notebook_that_ends_by_itself(course: Course) -> None:
    with course.start() as container:
        course.write(container)
        assert container.http("api/shutdown", method="POST")[0] == 200
        assert container.wait() == 0
    found = course.on_disk()
    with course.start() as container:
        found += course.in_container(container)
    assert found == []
