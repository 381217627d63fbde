"""binder/launch where something has no end: logs, a process group, a stopped process, no process, no permission."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from launch import verification
from launch.groups import Group
from launch.logs import Logs, end_of
from launch.loop import Loop
from launch.session import Session
from launch.words import telling_lines
from tests.fast.launching import PYTHON, Repository, alive, finish, make_repository, number_in, text, until

repository = pytest.fixture(make_repository)
MEGABYTE = 1_000_000
FLOOD = "yes 'line of a flood' | head -c 40000000"


def size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


@pytest.mark.parametrize("status", [0, 1])
def test_the_log_of_a_service_has_an_end(repository: Repository, status: int) -> None:
    """And the reason of a failure is in what was kept of it."""
    log = repository.run / "log/floods.log"
    is_cut = f'[ "$(stat --format=%s "{log}")" -lt {8 * MEGABYTE} ]'
    waits = f"until [ -e $HOME/now ] && {is_cut}; do sleep 0.02; done; echo bind: Address already in use"
    goes_on = "exit 1" if status else "exec sleep 1000"
    repository.service("floods", f"#!/bin/sh\n{FLOOD}; touch $HOME/flooded\n{waits}; {goes_on}\n", ready=None)
    process = repository.opened()
    until("it is cut", lambda: (repository.home / "flooded").exists() and 0 < size(log) < 8 * MEGABYTE)
    assert text(log).startswith("line of a flood\n"), "whole lines"
    (repository.home / "now").touch()
    if status:
        until("it has failed", lambda: repository.state("floods")["state"] == "failed")
        assert "bind: Address already in use" in repository.state("floods")["reason"]
    until("it goes on behind", lambda: text(log).endswith("Address already in use\n"))
    done = repository.script("verify")
    assert done.returncode == status
    assert done.stdout.count(f"note: {log} is cut to its last lines") == 1
    finish(process)


class Growing(io.FileIO):
    """While it is read, more is written than was asked for; then the line that tells why."""

    def __init__(self, path: Path, times: int) -> None:
        super().__init__(path)
        self.path, self.times = path, times

    def read(self, size: int | None = -1) -> bytes:
        found = super().read(size)
        if self.times:
            self.times -= 1
            with self.path.open("ab") as file:
                file.write(b"line of a flood\n" * 500 if self.times else b"bind: Address already in use\n")
        return found or b""


@pytest.mark.parametrize("times", [0, 1, 9])
def test_the_end_of_a_log_that_grows_faster_than_it_is_read(tmp_path: Path, times: int) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"line of a flood\n" * 900)
    with Growing(log, times) as file:
        assert end_of(file, 1000) == log.read_bytes()[-1000:]
    assert log.read_bytes().endswith(b"use\n" if times else b"flood\n")
    with Growing(log, 10**6) as file:
        assert len(end_of(file, 1000)) == 1000, "one that never ends"


def test_what_came_behind_a_mark_is_found_in_a_log_that_was_cut_to_the_same_length(tmp_path: Path) -> None:
    """As each run of a server floods it in the same way."""
    session, log = Session(str(tmp_path), 1, 1), tmp_path / "log/db.log"
    logs = Logs(session, Nobody())  # type: ignore[arg-type]
    log.parent.mkdir()
    lengths, reasons = set(), []
    for number in range(3):
        begun = session.written(str(log))
        with log.open("ab") as file:
            file.write(b"line of a flood\n" * 1_000_000)
            file.flush()
            logs.look()
            file.write(b"bind: Address already in use, %d\n" % number)
        lengths.add(log.stat().st_size)
        reasons.append(telling_lines(str(log), session.offset(str(log), begun), 1))
        assert session.written(str(log)) == (number + 1) * 16_000_032
    assert len(lengths) == 1
    assert reasons == [f"bind: Address already in use, {number}" for number in range(3)]


def test_what_ready_and_hooks_and_their_daemons_write_has_an_end(repository: Repository) -> None:
    repository.service("asked", ready=f"#!/bin/sh\n{FLOOD}\ntouch $HOME/asked\n")
    repository.hook("writes", f'#!/bin/sh\n({FLOOD}; touch $HOME/written; exec sleep 1000) &\nexec "$@"\n')
    process = repository.opened()
    until("all is written", lambda: (repository.home / "asked").exists() and (repository.home / "written").exists())
    logs = [repository.run / "log" / name for name in ("asked.ready", "start.d-writes.log")]
    until("both are cut", lambda: all(0 < size(log) < 8 * MEGABYTE for log in logs))
    finish(process)


def test_what_a_question_of_verify_writes_is_not_all_held(repository: Repository) -> None:
    repository.service("db")
    (repository.binder / "verify.d").mkdir()
    (repository.binder / "verify.d/db").write_text(f"#!/bin/sh\n{FLOOD}; echo the end of it\nexit 1\n")
    process = repository.opened()
    assert "FAILED  the end of it" in repository.script("verify").stdout
    finish(process)


def test_a_late_answer_is_said_to_be_late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it has written before."""
    (tmp_path / "verify").write_text("#!/bin/sh\necho starting\necho still starting\nexec sleep 1000\n")
    monkeypatch.setattr(verification, "VERIFY_SECONDS", 1)
    assert verification.question(str(tmp_path / "verify")) == "no answer within 1 s: still starting"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_flood_leaves_room_on_a_small_disk(repository: Repository) -> None:
    options = ("--types", "tmpfs", "--options", "size=20m,mode=700", "tmpfs", str(repository.run))
    if subprocess.run(["mount", *options], check=False, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        wait = "until [ -e $HOME/now ]; do sleep 0.02; done"
        repository.service("floods", f"#!/bin/sh\n{wait}\nwhile :; do yes 2>&1; done\n", ready=None)
        repository.service("saves")
        process = repository.opened()
        (repository.home / "now").touch()
        until("the log is cut", lambda: "is cut to" in repository.err)
        until("there is room", lambda: shutil.disk_usage(repository.run).free > 15 * MEGABYTE)
        finish(process)
    finally:
        repository.end()
        subprocess.run(["umount", "--lazy", str(repository.run)], check=True)


# What servers wrote when something was wrong, and what of it has to be said, wherever it stands.
MORE = "\n".join(f"\tat Server.frame{number}(Server.java:{number})" for number in range(60))
TELLING = {
    "PostgreSQL": (
        'LOG:  starting\nLOG:  could not bind IPv4 address "127.0.0.1": Address already in use\n'
        'HINT:  Is another postmaster running?\nWARNING:  could not create listen socket for "127.0.0.1"\n'
        "FATAL:  could not create any TCP/IP sockets\nLOG:  database system is shut down\n",
        "Address already in use",
    ),
    "Java": (f"INFO up\njava.net.BindException: Address already in use\n{MORE}\n", "Address already in use"),
    "Neo4j": (f"ERROR Address localhost:7687 is already in use, cannot bind to it.\n{MORE}\n", "is already in use"),
    "MongoDB": (
        '{"s":"E","attr":{"error":{"errmsg":"Address already in use"}}}\n{"s":"I","msg":"Shutting down"}\n'
        '{"s":"I","msg":"a"}\n{"s":"I","msg":"b"}\n{"s":"I","msg":"Now exiting"}\n',
        "Address already in use",
    ),
    "Node": (f"Error: listen EADDRINUSE: address already in use :::3000\n{MORE}\n", "EADDRINUSE"),
    "a full disk": ("PANIC:  could not write: No space left on device\na\nb\nc\nd\n", "No space left on device"),
    "no permission": ("open: Permission denied\na\nb\nc\nd\n", "Permission denied"),
    "an older Java": (
        f"UnsupportedClassVersionError: class file has wrong class version 65.0\n{MORE}\n",
        "class version",
    ),
    "no library": ("x: error while loading shared libraries: l.so: cannot open shared object file\na\nb\nc\n", "l.so"),
    "no memory": (f"java.lang.OutOfMemoryError: Java heap space\n{MORE}\n", "OutOfMemoryError"),
    "only an error": ("a\nERROR: the licence is over\nb\nc\nd\n", "the licence is over"),
    "the cause before what follows of it": (
        "bind: Address already in use\nfatal: error a\nfatal: error b\nc\n",
        "bind:",
    ),
    "in a long line": ("x" * 900 + " Address already in use " + "y" * 900 + "\na\nb\nc\n", "Address already in use"),
    "nothing of the kind": ("a\nb\nc\nd\n", "b | c | d"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("log", "said"), TELLING.values(), ids=TELLING)
def test_the_line_that_tells_why_is_said(tmp_path: Path, log: str, said: str) -> None:
    (tmp_path / "log").write_text(log)
    told = telling_lines(str(tmp_path / "log"))
    assert said in told
    assert len(told) < 1000
    last = log.splitlines()[-1:]
    assert all(line.strip() in told for line in last), "and the end of it"


def test_a_service_without_its_port_says_so(repository: Repository) -> None:
    repository.service("db", "#!/bin/sh\necho 'bind: Address already in use'; seq 9; exit 1\n")
    process = repository.opened()
    reason = "exited with status 1: bind: Address already in use | 8 | 9"
    assert repository.state("db")["reason"] == reason
    assert f"FAILED  {reason}" in repository.script("verify").stdout
    finish(process)


DAEMONS = {
    "in a session of its own": "setsid sleep 1000 &",
    "by a double fork": "(setsid sh -c 'sleep 1000 & exit' &)",
    "in the background": "sleep 1000 &",
}


@pytest.mark.parametrize("how", DAEMONS.values(), ids=DAEMONS)
@pytest.mark.parametrize("ready", [None, "#!/bin/sh\nexit 0\n"])
def test_run_that_goes_into_the_background_is_explained(repository: Repository, how: str, ready: str | None) -> None:
    repository.service("db", f"#!/bin/sh\n{how}\nsleep 0.3\nexit 0\n", ready)
    process = repository.opened()
    until("it has failed", lambda: repository.state("db")["state"] == "failed")
    reason = repository.state("db")["reason"]
    assert reason.startswith("run ended, and what it started holds the data (process "), reason
    assert "it must exec the server in the foreground" in reason
    assert finish(process) == -signal.SIGTERM


def test_build_with_a_run_that_goes_into_the_background(repository: Repository) -> None:
    repository.service("db", "#!/bin/sh\nsetsid sleep 1000 &\nsleep 0.3\n", ready="#!/bin/sh\nexit 1\n")
    done = repository.call("--build", "db", "--", "true")
    assert done.returncode == 1
    assert "it must exec the server in the foreground" in done.stderr


def test_data_of_another_launch_is_still_called_so(repository: Repository) -> None:
    repository.service("db")
    repository.keep_data()
    process = repository.opened()
    second = repository.call("--", "true", env={**repository.environment, "BINDER_RUN": f"{repository.run}2"})
    assert "is in use by another container or launch" in second.stderr
    finish(process)


def test_a_stopped_service_still_saves(repository: Repository) -> None:
    repository.service("saves")
    process = repository.opened()
    os.kill(repository.state("saves")["pid"], signal.SIGSTOP)
    assert finish(process) == -signal.SIGTERM
    assert repository.data("saves", "saved") == "saved\n"
    assert "killed" not in repository.err


def test_stopped_processes_of_others_still_save(repository: Repository) -> None:
    """Those that a hook left behind, and what has become a child of launch."""
    saves = "trap 'echo >$HOME/saved-{0}; exit' TERM; echo $$ >$HOME/{0}; while :; do sleep 0.05; done"
    for name, how in (("daemon", "sh -c"), ("orphan", "setsid sh -c")):
        repository.hook(name, f'#!/bin/sh\n{how} "{saves.format(name).replace("$", chr(92) + "$")}" &\nexec "$@"\n')
    repository.service("other")
    process = repository.opened()
    for name in ("daemon", "orphan"):
        os.kill(number_in(repository.home / name), signal.SIGSTOP)
    assert finish(process) == -signal.SIGTERM
    assert (repository.home / "saved-daemon").exists()
    assert (repository.home / "saved-orphan").exists()


class Nobody:
    """A loop in which time goes by when a test says so."""

    def __init__(self) -> None:
        self.timers: dict[str, object] = {}

    def after(self, _: float, name: str, action: object) -> None:
        self.timers[name] = action

    def cancel(self, name: str) -> None:
        self.timers.pop(name, None)

    def go_on(self) -> None:
        for name in [*self.timers]:
            action = self.timers.pop(name)
            assert callable(action)
            action()


def test_the_number_of_an_empty_group_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system may give it to somebody else, who is not to be killed for it."""
    loop = Nobody()
    group = Group("db", loop)  # type: ignore[arg-type]
    with subprocess.Popen(
        ["sh", "-c", 'trap "" TERM; echo; exec sleep 1000'], start_new_session=True, stdout=-1
    ) as one:
        assert one.stdout
        one.stdout.readline()
        group.number = one.pid
        group.end(0.5)
        loop.go_on()
        assert group.number == one.pid, "somebody is in it"
        loop.go_on()
        loop.go_on()  # the grace is over
        assert one.wait() == -signal.SIGKILL
    loop.go_on()
    assert (group.number, loop.timers) == (0, {})
    group.number = one.pid
    group.end(0.5)
    assert (group.number, loop.timers) == (0, {}), "it was empty at once"
    monkeypatch.setattr(os, "killpg", lambda *_: pytest.fail("somebody was killed"))
    group.kill()


def test_a_failed_service_leaves_no_helper(repository: Repository) -> None:
    """One that ignores TERM is killed after the grace, not at a restart in an hour."""
    helper = "#!/bin/sh\nsh -c 'trap \"\" TERM; echo $$ >$HOME/helper; while :; do sleep 0.05; done' &\n"
    repository.service("db", f"{helper}until [ -s $HOME/helper ]; do sleep 0.02; done; exit 3\n")
    process = repository.opened("--grace", 1)
    until("it has failed", lambda: repository.state("db")["state"] == "failed")
    until("the helper is gone", lambda: not alive(number_in(repository.home / "helper")))
    finish(process)


def test_the_grace_of_a_helper_is_not_its_successors(repository: Repository) -> None:
    """The first run leaves one that ignores TERM; the second is a server, and goes on after the grace of the first."""
    helper = "sh -c 'trap \"\" TERM; echo $$ >$HOME/helper; while :; do sleep 0.05; done' &\n"
    first = f"[ -e $HOME/helper ] || {{ {helper}until [ -s $HOME/helper ]; do sleep 0.02; done; exit 3; }}\n"
    repository.service("db", f"#!/bin/sh\n{first}echo run >>$HOME/runs\nexec sleep 1000\n", ready=None)
    process = repository.opened("--grace", 1)
    until("its second run goes on", lambda: (repository.home / "runs").exists())
    assert not alive(number_in(repository.home / "helper"))
    time.sleep(2.5)  # more than the grace
    assert (repository.state("db")["restarts"], text(repository.home / "runs")) == (1, "run\n")
    finish(process)


NO_FORK = """
import os, runpy, sys
fork, left = os.fork, [{allowed}]
def limited():
    left[0] -= 1
    if left[0] < 0:
        raise BlockingIOError(11, "Resource temporarily unavailable")
    return fork()
os.fork = limited
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.mark.parametrize("hook", [None, 'exec "$@"', '"$@"'])
def test_services_do_not_stay_behind_where_the_notebook_gets_no_process(
    repository: Repository, hook: str | None
) -> None:
    """It takes the place of launch, when they have saved."""
    repository.service("saves")
    if hook:
        repository.hook("one", f"#!/bin/sh\n{hook}\n")
    code = NO_FORK.format(allowed=2 if hook else 1)
    command = [PYTHON, "-c", code, str(repository.binder / "launch"), "--deadline", "60", "--", "sh", "-c"]
    done = repository.call(command=[*command, "cat $BINDER_RUN/data/saves/data/*; echo open"])
    assert "the notebook starts without services" in done.stderr
    assert done.stdout == "saved\nup\nopen\n"
    assert repository.state("saves")["state"] == "stopped"


def test_hooks_that_get_no_process(repository: Repository) -> None:
    repository.service("saves")
    repository.hook("one", '#!/bin/sh\nexec "$@"\n')
    repository.hook("two", '#!/bin/sh\nexport TWO=2\nexec "$@"\n')
    code = NO_FORK.replace("left[0] -= 1", "left[0] -= 1 if left[0] != {allowed} else -100").format(allowed=0)
    code = code.replace("if left[0] < 0", "if left[0] == 100")
    command = [PYTHON, "-c", code, str(repository.binder / "launch"), "--deadline", "60", "--", "sh", "-c", "echo $TWO"]
    done = repository.call(command=command)
    assert done.stdout == "2\n", done.stderr
    assert repository.status()["hooks"]["one"]["reason"] == "it cannot be run: Resource temporarily unavailable"
    assert repository.state("saves")["restarts"] == 0


WITHOUT_RIGHTS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all")


@pytest.mark.parametrize("folder", ["services", "start.d", "services/shut", "order", "start.d/shut", "seed"])
def test_what_cannot_be_read_does_not_cost_the_notebook(repository: Repository, folder: str) -> None:
    if not shutil.which("setpriv"):
        pytest.skip("root can read all without setpriv")
    repository.service("saves")
    repository.service("shut")
    repository.hook("shut", '#!/bin/sh\nexec "$@"\n')
    repository.hook("mine", '#!/bin/sh\nexport MINE=1\nexec "$@"\n')
    for name in ("order", "seed"):
        (repository.binder / name).touch()
    (repository.binder / folder).chmod(0)
    try:
        wanted = [*(WITHOUT_RIGHTS if os.geteuid() == 0 else ()), *repository.command("--deadline", 60, "--")]
        done = repository.call(command=[*wanted, "sh", "-c", "echo open $MINE"])
    finally:
        (repository.binder / folder).chmod(0o700)
    assert done.stdout == ("open\n" if folder == "start.d" else "open 1\n"), done.stderr
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    if folder in ("services", "start.d"):
        assert f"{folder} cannot be read (Permission denied)" in done.stderr


def test_loop_is_what_groups_are_given() -> None:
    assert {"after", "cancel"} <= {*dir(Loop)} & {*dir(Nobody)}
