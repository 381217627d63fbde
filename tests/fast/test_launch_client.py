"""The commands that ask the running launch: whom they believe, and of which repository it is."""

from __future__ import annotations

import json
import os
import resource
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.fast.launching import Repository, finish, make_repository, text, until

repository = pytest.fixture(make_repository)


def claims(repository: Repository, **more: Any) -> dict[str, Any]:
    """What somebody may answer who wants a program of theirs to be run."""
    state = {"state": "ready", "reason": ""}
    names = (str(repository.root / "evil"), "../../evil", "../evil", ".", "")
    services = dict.fromkeys(names, state)
    status = {"pid": 1, "running": True, "notebook": 2, "services": services, "hooks": {**services}, "notes": []}
    return {**status, "binder_dir": str(repository.binder), **more}


@contextmanager
def answering(repository: Repository, status: dict[str, Any]) -> Iterator[None]:
    """Somebody answers in BINDER_RUN, and left a status there; their program would leave a file."""
    evil = repository.root / "evil"
    evil.write_text(f"#!/bin/sh\ntouch {repository.root}/PWNED\n")
    (repository.binder / "verify.d").mkdir()
    (repository.run / "status.json").write_text(json.dumps(status))
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(repository.run / "control"))
        server.listen()

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    request = connection.recv(99)
                    connection.sendall(json.dumps(status).encode() + b"\n" if request == b"status" else b"ready\n")

        threading.Thread(target=serve, daemon=True).start()
        yield
        server.shutdown(socket.SHUT_RDWR)


def not_alone(repository: Repository, how: str) -> None:
    """BINDER_RUN as another user of the machine may have made it."""
    if how == "a link":
        repository.run.rename(repository.root / "moved")
        repository.run.symlink_to(repository.root / "moved")
    elif how == "written to by anybody":
        repository.run.chmod(0o777)
    elif os.geteuid():
        pytest.skip("only root can make what belongs to somebody else")
    else:
        os.chown(repository.run, 12345, 12345)
        repository.run.chmod(0o755)


@pytest.mark.parametrize("how", ["a link", "written to by anybody", "somebody else's"])
def test_nobody_is_believed_in_a_directory_of_others(repository: Repository, how: str) -> None:
    repository.service("db")
    with answering(repository, claims(repository)):
        not_alone(repository, how)
        done = repository.script("verify")
        rows = [line.split()[0] for line in done.stdout.splitlines()]
        assert (done.returncode, rows) == (1, ["SERVICE", "db"]), "neither their answer nor what they left"
        assert "is not this user's alone" in done.stdout
        assert "is not this user's alone" in repository.script("reset", "db").stderr
        assert "is not this user's alone" in repository.call("--use", "db").stderr
        assert json.loads(repository.call("--status").stdout)["running"] is False
    assert not (repository.root / "PWNED").exists()


def test_only_scripts_of_the_own_folder_are_run(repository: Repository) -> None:
    """Whoever answers."""
    with answering(repository, claims(repository)):
        repository.script("verify")
    assert not (repository.root / "PWNED").exists()


@pytest.mark.parametrize("status", [{"services": 3}, {}, {"binder_dir": 7}, {"binder_dir": None}], ids=str)
def test_an_answer_without_sense_is_none(repository: Repository, status: dict[str, Any]) -> None:
    with answering(repository, status):
        done = repository.script("verify")
    assert "Traceback" not in done.stderr


PLACES = ["a file", "a dangling link", "a link to a file", "a socket", "a pipe"]


@pytest.mark.parametrize("what", PLACES)
def test_what_has_the_name_of_the_directory_is_a_reason_for_another(repository: Repository, what: str) -> None:
    repository.service("saves")
    repository.run.rmdir()
    if what == "a file":
        repository.run.touch()
    elif what == "a socket":
        socket.socket(socket.AF_UNIX).bind(str(repository.run))
    elif what == "a pipe":
        os.mkfifo(repository.run)
    else:
        target = repository.root / ("out" if "file" in what else "nowhere")
        (repository.root / "out").touch()
        repository.run.symlink_to(target)
    done = repository.call("--", "sh", "-c", "echo $BINDER_RUN; cat $BINDER_RUN/status.json")
    run, _, status = done.stdout.partition("\n")
    assert json.loads(status)["services"]["saves"]["state"] == "ready", done.stderr
    assert Path(run).name.startswith("run.")
    assert "this launch uses" in done.stderr
    assert "Traceback" not in repository.script("verify").stderr


def test_a_log_folder_that_is_a_file_is_a_reason_too(repository: Repository) -> None:
    repository.service("saves")
    (repository.run / "log").touch()
    done = repository.call("--", "sh", "-c", "cat $BINDER_RUN/status.json")
    assert json.loads(done.stdout)["services"]["saves"]["state"] == "ready", done.stderr


def other_course(repository: Repository) -> Path:
    """Another repository of this user, on the same machine."""
    binder = repository.root / "other" / "binder"
    shutil.copytree(repository.binder, binder)
    (binder / "services/mine").rename(binder / "services/theirs")
    return binder


@pytest.mark.parametrize("is_running", [True, False])
def test_another_repositorys_launch_is_not_asked(repository: Repository, is_running: bool) -> None:
    repository.service("mine")
    repository.hook("done", '#!/bin/sh\nexec "$@"\n')
    binder = other_course(repository)
    shutil.copytree(binder / "services/theirs", binder / "services/mine")
    process = repository.opened()
    if not is_running:
        finish(process)
    repository.binder, mine = binder, repository.binder
    done = repository.script("verify")
    rows = {line.split()[0]: line.split()[1:3] for line in done.stdout.splitlines()[1:]}
    assert rows == {"mine": ["stopped", "FAILED"], "theirs": ["stopped", "FAILED"]}
    assert ("is of" in done.stdout) == is_running
    assert repository.script("reset", "mine").returncode == 1
    assert "no launch is running" in repository.call("--use", "mine").stderr
    repository.binder = mine
    assert repository.data("mine", "starts") == "up\n", "it was not reset"
    if is_running:
        assert repository.script("verify").returncode == 0
        finish(process)


def test_the_same_repository_by_another_way_is_asked(repository: Repository) -> None:
    repository.service("mine")
    process = repository.opened()
    (repository.root / "way").symlink_to(repository.root)
    repository.binder = repository.root / "way/binder"
    assert repository.script("verify").returncode == 0
    finish(process)


@pytest.mark.parametrize("name", ["../..", ".", "..", "/", "", "db/..", "other", "-- db"])
def test_reset_takes_names_of_services_alone(repository: Repository, name: str) -> None:
    repository.service("db")
    repository.keep_data()
    (repository.kept("db") / "data").mkdir(parents=True)
    (repository.home / "data").mkdir()
    before = sorted(repository.home.rglob("*"))
    done = repository.script("reset", name)
    assert done.returncode == 1
    assert f"there is no service {name} here, but db" in done.stderr
    assert sorted(repository.home.rglob("*")) == before


def waits_in_poll(pid: int) -> bool:
    """It sleeps, and did not wake up between two looks."""
    counts = []
    for _ in range(2):
        lines = text(Path(f"/proc/{pid}/status")).splitlines()
        counts.append([line for line in lines if "ctxt_switches" in line or line.startswith("State")])
        os.sched_yield()
    return counts[0] == counts[1] and "sleeping" in counts[0][0]


def test_more_connections_than_descriptors(repository: Repository) -> None:
    """launch rests meanwhile, says nothing, and answers again later."""
    repository.service("db")
    process = repository.opened()
    limits = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
    there = len(os.listdir(f"/proc/{process.pid}/fd"))
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (there + 2, limits[1]))
    asking = [socket.socket(socket.AF_UNIX) for _ in range(10)]
    for one in asking:
        one.connect(str(repository.run / "control"))
    until("two were taken", lambda: len(os.listdir(f"/proc/{process.pid}/fd")) == there + 2)
    until("it rests", lambda: waits_in_poll(process.pid))
    assert "Error" not in repository.err
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, limits)
    for one in asking:
        one.close()
    assert repository.script("verify").returncode == 0
    finish(process)


def test_whoever_asks_nothing_is_let_go(repository: Repository) -> None:
    repository.service("db")
    process = repository.opened()
    with socket.socket(socket.AF_UNIX) as silent:
        silent.connect(str(repository.run / "control"))
        silent.settimeout(60)
        assert silent.recv(9).strip() == b""
    finish(process)


def test_a_directory_too_deep_for_a_socket(repository: Repository) -> None:
    """Nobody can ask, and all else works."""
    repository.service("db")
    repository.environment["BINDER_RUN"] = str(repository.root / ("deep" * 30))
    done = repository.call("--", "sh", "-c", "cat $BINDER_RUN/status.json")
    status = json.loads(done.stdout)
    assert status["services"]["db"]["state"] == "ready"
    assert "nobody can ask this launch" in status["notes"][0]
