"""A service that is held: stopped as long as somebody copies or replaces its data, and no longer."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.fast.launching import FOREVER, SAVES, Repository, finish, make_repository, text, until

repository = pytest.fixture(make_repository)
KNOWN_GRACE = "HOLD_GRACE = 60\n"
NEVER_READY = "#!/bin/sh\nexit 1\n"


class Holder:
    """Somebody at the other end of the socket."""

    def __init__(self, repository: Repository, request: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(30)
        self.socket.connect(str(repository.run / "control"))
        self.socket.sendall(f"{request}\n".encode())
        self.lines = self.socket.makefile()

    def answer(self) -> str:
        return self.lines.readline().strip()

    def close(self) -> None:
        self.lines.close()
        self.socket.close()


def with_grace(launch: str, seconds: int) -> str:
    """It with another limit for what is held."""
    assert launch.count(KNOWN_GRACE) == 1
    return launch.replace(KNOWN_GRACE, KNOWN_GRACE.replace("60", str(seconds)))


def starts(repository: Repository) -> int:
    return len(repository.data("db", "starts").splitlines())


def state(repository: Repository) -> str:
    return str(repository.state("db")["state"])


def test_held_as_long_as_the_connection_is_open(repository: Repository) -> None:
    repository.service("db")
    process = repository.opened()
    holder = Holder(repository, "hold db")
    data = repository.run / "data/db/data"
    assert holder.answer() == f"held {data}"
    assert text(data / "saved") == "saved\n", "stopped by its signal, and its data is written"
    until("it is shown", lambda: state(repository) == "held")
    assert (repository.state("db")["pid"], starts(repository)) == (0, 1)
    done = repository.script("verify")
    assert "its data is copied or replaced" in done.stdout
    (data / "starts").write_text("of somebody else\n")
    holder.close()
    until("it starts again", lambda: state(repository) == "ready")
    assert text(data / "starts") == "of somebody else\nup\n", "with what is there then"
    assert "db: held" not in repository.err
    finish(process)


@pytest.mark.parametrize("moment", ["before it has stopped", "while it is held"])
def test_a_holder_that_dies_holds_nothing(repository: Repository, moment: str) -> None:
    repository.environment["SAVE_SECONDS"] = "1" if moment.startswith("before") else "0.1"
    repository.service("db")
    process = repository.opened()
    code = "import socket, sys, time; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]);"
    code += "s.sendall(b'hold db'); print(flush=True); print(s.recv(99), flush=True); time.sleep(1000)"
    command = [sys.executable, "-c", code, str(repository.run / "control")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        holder.stdout.readline()
        if moment.startswith("while"):
            assert "held" in holder.stdout.readline()
        holder.kill()
    until("it starts again", lambda: starts(repository) == 2 and state(repository) == "ready")
    assert repository.state("db")["restarts"] == 0, "no failure of its own"
    finish(process)


@pytest.mark.parametrize("request_line", ["hold db", "restart db", "reset db"])
def test_what_is_held_is_nobody_elses(repository: Repository, request_line: str) -> None:
    repository.service("db")
    process = repository.opened()
    holder = Holder(repository, "hold db")
    assert holder.answer().startswith("held ")
    other = Holder(repository, request_line)
    assert other.answer().startswith("failed: its data is copied or replaced")
    other.close()
    until("still held", lambda: state(repository) == "held")
    holder.close()
    until("it starts again", lambda: state(repository) == "ready")
    finish(process)


def test_who_wants_to_use_it_waits(repository: Repository) -> None:
    repository.service("db")
    process = repository.opened()
    holder = Holder(repository, "hold db")
    holder.answer()
    user = Holder(repository, "use db")
    until("still held", lambda: state(repository) == "held")
    holder.close()
    assert user.answer() == "ready"
    user.close()
    finish(process)


def test_what_never_becomes_ready_is_held(repository: Repository) -> None:
    repository.service("db", SAVES, NEVER_READY)
    process = repository.opened("--deadline", 0.1)
    until("it runs", lambda: starts(repository) == 1)
    holder = Holder(repository, "hold db")
    data = repository.run / "data/db/data"
    assert holder.answer() == f"held {data}"
    assert text(data / "saved") == "saved\n"
    until("it is shown", lambda: state(repository) == "held")
    holder.close()
    until("it starts again", lambda: starts(repository) == 2)
    until("it starts", lambda: state(repository) == "starting")
    finish(process)


def test_what_rests_until_it_is_tried_again_is_held(repository: Repository) -> None:
    repository.service("db", "#!/bin/sh\necho up >>$SERVICE_DATA/starts\nexit 3\n", NEVER_READY)
    process = repository.opened("--deadline", 0)
    until("it rests", lambda: state(repository) == "restarting")
    holder = Holder(repository, "hold db")
    assert holder.answer().startswith("held ")
    before = starts(repository)
    time.sleep(1)
    assert (state(repository), starts(repository)) == ("held", before)
    holder.close()
    until("it is tried again", lambda: starts(repository) > before)
    finish(process)


def test_what_is_being_stopped_is_told_so_once(repository: Repository) -> None:
    repository.environment["SAVE_SECONDS"] = "1"
    repository.service("db")
    process = repository.opened()
    restart = Holder(repository, "restart db")
    until("it is being stopped", lambda: state(repository) == "restarting")
    assert Holder(repository, "hold db").answer() == "failed: it is being stopped, and starts again"
    assert restart.answer() == "ready"
    assert repository.data("db", "saved") == "saved\n"
    finish(process)


def test_what_has_nothing_to_hold_is_not_held(repository: Repository) -> None:
    repository.service("db", FOREVER, NEVER_READY, on_demand="")
    process = repository.opened("--deadline", 0.1)
    assert Holder(repository, "hold db").answer() == "failed: it has no data yet"
    assert Holder(repository, "hold other").answer().startswith("failed: there is no service other here")
    finish(process)


def test_the_end_does_not_wait_for_a_holder(repository: Repository) -> None:
    repository.service("db", SAVES)
    process = repository.opened()
    holder = Holder(repository, "hold db")
    holder.answer()
    assert finish(process) == -signal.SIGTERM
    assert holder.answer() == ""
    holder.close()
    assert repository.state("db")["state"] == "stopped"
    assert starts(repository) == 1


def test_what_does_not_stop_is_killed_and_held_and_says_so(repository: Repository) -> None:
    launch = repository.binder / "launch"
    launch.write_text(with_grace(launch.read_text(), 1))
    repository.service("db", "#!/bin/sh\ntrap '' TERM\necho up >>$SERVICE_DATA/starts\nwhile :; do sleep 0.05; done\n")
    process = repository.opened("--grace", 0.5, "--deadline", 60)
    holder = Holder(repository, "hold db")
    assert holder.answer().startswith("held ")
    until("it is gone", lambda: state(repository) == "held" and repository.state("db")["pid"] == 0)
    assert repository.state("db")["reason"] == "it did not stop within 1 s and was killed"
    holder.close()
    until("it starts again", lambda: state(repository) == "ready")
    finish(process, signal.SIGTERM)


def test_the_data_of_a_failed_service_can_be_had(repository: Repository) -> None:
    repository.service("db", "#!/bin/sh\necho up >>$SERVICE_DATA/starts\nexit 3\n", NEVER_READY)
    process = repository.opened()
    until("it has failed", lambda: state(repository) == "failed")
    holder = Holder(repository, "hold db")
    assert holder.answer().startswith("held ")
    status = json.loads(repository.call("--status").stdout)
    assert status["services"]["db"]["state"] == "held"
    before = starts(repository)
    holder.close()
    until("it is tried again", lambda: starts(repository) > before)
    finish(process)
    assert os.path.exists(repository.run / "data/db/data/starts")


SLOW = """#!/bin/sh
trap 'sleep $STOPS; echo flushed >"$SERVICE_DATA/rows"; exit' TERM
echo half >"$SERVICE_DATA/rows"
echo up >>"$SERVICE_DATA/starts"
while :; do sleep 0.05; done
"""


def test_what_is_held_has_longer_to_stop_than_a_hub_gives(repository: Repository) -> None:
    repository.service("db", SLOW)
    repository.environment["STOPS"] = "2"
    process = repository.opened("--grace", 0.5)
    holder = Holder(repository, "hold db")
    data = holder.answer().removeprefix("held ")
    assert text(Path(data) / "rows") == "flushed\n"
    holder.close()
    finish(process)
