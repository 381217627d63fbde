"""A student's report made from `diagnose --text` alone names the cause of what was planted, through the real launch."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from diagnosis.facts import Facts
from diagnosis.findings import findings
from tests.fast.diagnosing import bundled, make_diagnosed, told
from tests.fast.launching import FOREVER, SAVES, Repository, finish, until

repository = pytest.fixture(make_diagnosed)

LISTENS = """#!/bin/sh
exec python3 -c '
import socket, time
server = socket.socket()
server.bind(("127.0.0.1", {port}))
server.listen()
open("'"$SERVICE_DATA"'/starts", "w").write("up")
time.sleep(1000)'
"""
FILLS = """#!/bin/sh
set -e
echo up >"$SERVICE_DATA/starts"
head -c 3000000 /dev/zero >"$SERVICE_DATA/large"
exec sleep 1000
"""


def failed(repository: Repository, name: str) -> None:
    until(f"{name} has failed", lambda: repository.state(name)["state"] == "failed")


def test_nothing_is_wrong(repository: Repository) -> None:
    repository.service("one")
    process = repository.opened()
    text = told(repository)
    assert "Nothing was found wrong" in text
    assert "Services: one ready" in text
    finish(process)


def test_a_place_for_data_that_cannot_be_written_to(repository: Repository) -> None:
    """Root may write everywhere, but not below a file."""
    repository.keep_data()
    repository.service("one")
    kept = repository.kept("one")
    kept.parent.parent.mkdir(parents=True)
    if os.geteuid():
        kept.parent.mkdir()
        kept.parent.chmod(0o555)
    else:
        kept.parent.write_text("a file is in the way")
    process = repository.opened()
    text = told(repository)
    assert "1. one runs, but: its data is not kept, and gone with the container" in text
    assert "course/one (" in text.partition("Likeliest cause: it ")[2]
    finish(process)


def test_no_place_for_data_at_all(repository: Repository) -> None:
    repository.service("one")
    for folder in (repository.conda / "var/binder", repository.run / "data"):
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.write_text("a file is in the way")
    process = repository.opened()
    failed(repository, "one")
    text = told(repository)
    assert "1. one has failed: there is no place for its data" in text
    assert f"it cannot use {repository.run}/data/one (" in text
    finish(process)


def test_a_server_that_is_killed_for_its_memory(repository: Repository) -> None:
    run = SAVES.replace("while", "(sleep 0.3; kill -KILL $$) &\necho working hard\nwhile")
    repository.service("one", run)
    process = repository.opened()
    failed(repository, "one")
    text = told(repository)
    assert "1. one has failed, started again 5 times: killed by SIGKILL" in text
    assert "ran out of memory" in text
    assert "larger session" in text
    finish(process)


def test_a_port_that_somebody_else_has(repository: Repository) -> None:
    with socket.socket() as foreign:
        foreign.bind(("127.0.0.1", 0))
        foreign.listen()
        port = foreign.getsockname()[1]
        repository.service("one", LISTENS.format(port=port))
        (repository.binder / "report.json").write_text(
            f'{{"ports": {{"one": {{"port": {port}, "component": "one"}}}}}}'
        )
        process = repository.opened()
        failed(repository, "one")
        text = told(repository)
    assert "1. one has failed" in text
    assert f"Likeliest cause: port {port} is taken by another process: process {os.getpid()} (" in text
    finish(process)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB; the test is skipped where none can be mounted."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m,mode=0777", "none", str(folder)]
    if os.geteuid() or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk(repository: Repository, small_disk: Path) -> None:
    """The home folder is full, and where data is kept: the text remains, and the file goes where there is room."""
    home = small_disk / "home"
    home.mkdir()
    repository.environment["HOME"] = str(home)
    with (repository.binder / "env").open("a") as file:
        file.write(f"export HOME={home}\n")
    repository.keep_data()
    repository.service("one", FILLS)
    process = repository.opened()
    failed(repository, "one")
    text = told(repository)
    assert text.index("A disk is full") < text.index("one has failed")
    assert f"the disk of {home} is full" in text
    assert bundled(repository)["summary.txt"]
    finish(process)


def test_a_start_script_that_fails(repository: Repository) -> None:
    repository.service("one")
    repository.hook("settings", "#!/bin/sh\necho reading settings\ncat /no/such/settings.ini\nexit 3\n")
    process = repository.opened()
    text = told(repository)
    assert "1. The start script start.d/settings failed: exited with status" in text
    assert "file /no/such/settings.ini is missing" in text
    finish(process)


def test_a_program_that_is_missing(repository: Repository) -> None:
    repository.service("one", "#!/bin/sh\nexec nosuchserver --port 1\n")
    process = repository.opened()
    failed(repository, "one")
    text = told(repository)
    assert "1. one has failed, started again 2 times: exited with status 127" in text
    assert "the program or file nosuchserver is missing in the image" in text
    assert "apt.txt" in text
    finish(process)


def test_a_service_that_is_late(repository: Repository) -> None:
    repository.service("one", FOREVER, ready="#!/bin/sh\necho loading 3 of 90 >&2\nexit 1\n")
    process = repository.opened("--deadline", 1)
    text = told(repository)
    assert "1. one is not ready yet: not ready: loading 3 of 90" in text
    assert "it takes long" in text
    finish(process)


def test_launch_was_killed(repository: Repository) -> None:
    repository.service("one")
    process = repository.opened()
    process.kill()
    process.wait()
    text = told(repository)
    assert "1. No service runs (one): launch is not running." in text
    assert "was killed" in text


def test_the_container_was_started_without_it(repository: Repository) -> None:
    repository.service("one")
    assert "started without binder/start" in told(repository)
    (repository.binder / "launch").unlink()
    assert "binder/ lacks launch" in told(repository)


def test_a_first_script_that_failed(repository: Repository) -> None:
    """As launch tells of it; nothing of it is known to run here."""
    repository.service("one")
    process = repository.opened()
    status = repository.call("--status").stdout.rstrip().rstrip("}")
    one = '"state": "failed", "reason": "exited with status 1", "line": "", "log": "first.d-fetch.log"'
    (repository.run / "log/first.d-fetch.log").write_text(
        "curl: (6) Could not resolve host: x.example: name resolution\n"
    )
    (repository.binder / "launch").write_text(f"print('''{status}, \"first\": {{\"fetch\": {{{one}}}}}}}''')")
    text = told(repository)
    assert "1. first.d/fetch failed: exited with status 1" in text
    assert "over the network" in text
    finish(process)


def test_a_service_that_waits_for_a_first_script(repository: Repository) -> None:
    """It is not ill, and what it waits for is named, with how far that is."""
    repository.first("work", "#!/bin/sh\necho loading 3 of 9\nexec sleep 1000\n")
    repository.service("db", after="work\n")
    process = repository.opened()
    until("its line is known", lambda: "loading 3" in repository.call("--status").stdout)
    text = told(repository)
    assert "1. db has not started yet: it waits for first.d/work" in text
    assert "Likeliest cause: first.d/work still runs: loading 3 of 9" in text
    assert "What to do: wait" in text
    assert "log is empty" not in text
    finish(process)


def test_a_service_whose_first_script_failed(repository: Repository) -> None:
    repository.first("work", "#!/bin/sh\necho no such course >&2\nexit 1\n")
    repository.service("db", after="work\n")
    process = repository.opened()
    failed(repository, "db")
    text = told(repository)
    assert "1. db has failed: it starts after first.d/work, which failed" in text
    assert "Likeliest cause: it needs what first.d/work makes, and that script failed" in text
    assert "2. first.d/work failed: exited with status 1" in text
    assert "no such course" in text
    finish(process)


def test_what_is_ill_comes_before_what_waits() -> None:
    """Of two services, and of two scripts, of which only one can run."""
    services = {
        "a": {"state": "waiting", "reason": "it waits for first.d/two"},
        "b": {"state": "failed", "reason": "exited with status 1"},
    }
    first = {"one": {"state": "running", "line": ""}, "two": {"state": "waiting", "line": ""}}
    facts = Facts(running=True, answers=True, status={"services": services, "first": first})
    told = [(one.wrong, one.cause) for one in findings(facts) if one.wrong.startswith(("a ", "b "))]
    assert told[0][0] == "b has failed: exited with status 1"
    assert told[1] == ("a has not started yet: it waits for first.d/two", "first.d/one still runs")
