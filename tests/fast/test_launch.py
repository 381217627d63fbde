"""binder/launch as repo2docker sees it: what the notebook gets, signals, exit statuses, and nothing left behind."""

from __future__ import annotations

import os
import pty
import resource
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.fast.launching import IDLE, Repository, alive, finish, make_repository, number_in, text, until

repository = pytest.fixture(make_repository)

SHOW = "env -u _ -u BINDER_DIR -u BINDER_RUN | sort; pwd; grep ^Sig[BIC] /proc/self/status; printf '<%s>' \"$@\"; cat"
WRITES_DOWN_SIGNALS = """
for name in INT HUP QUIT USR1 USR2 WINCH CONT TERM; do trap "echo $name >>$HOME/signals" $name; done
trap 'exit 5' ALRM
"""


def test_notebook_gets_what_exec_would_give(repository: Repository, tmp_path: Path) -> None:
    repository.service("saves")
    arguments = ["sh", "-c", SHOW, "sh", "a b", "", "%40", "--", "é"]
    options = {"input": "typed", "cwd": tmp_path, "text": True, "capture_output": True}
    plain = subprocess.run(arguments, check=False, env=repository.environment, **options)  # type: ignore[call-overload]
    launched = repository.call("--", *arguments, cwd=tmp_path, input="typed")
    assert launched.stdout == plain.stdout
    assert "typed" in launched.stdout


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (["true"], 0),
        (["sh", "-c", "exit 7"], 7),
        (["sh", "-c", "kill -s USR1 $$"], -signal.SIGUSR1),
        (["sh", "-c", "kill -s KILL $$"], -signal.SIGKILL),
        (["no-such-command"], 127),
        (["/etc/passwd"], 126),
    ],
)
@pytest.mark.parametrize("services", [0, 1])
def test_status_is_the_notebooks(repository: Repository, command: list[str], status: int, services: int) -> None:
    for _ in range(services):
        repository.service("saves")
    ended = repository.call("--", *command)
    assert ended.returncode == status
    if status > 100:
        assert command[0] in ended.stderr


def test_without_services_and_hooks_launch_becomes_the_notebook(repository: Repository) -> None:
    process = repository.launch("--", "sh", "-c", "echo $$")
    assert process.wait(60) == 0
    assert repository.out.strip() == str(process.pid)
    assert not list(repository.run.iterdir())


@pytest.mark.parametrize(
    "arguments", [[], ["--"], ["--deadline"], ["--what", "3", "--", "true"], ["--use", "a", "--", "b"]]
)
def test_wrong_arguments_are_explained(repository: Repository, arguments: list[str]) -> None:
    ended = repository.call(*arguments)
    assert ended.returncode == 2
    assert "launch --use NAME" in ended.stderr


def test_signals_other_than_term_reach_the_notebook_alone(repository: Repository) -> None:
    repository.service("saves")
    process = repository.opened(traps=WRITES_DOWN_SIGNALS, notebook=IDLE)
    names = ["INT", "HUP", "QUIT", "USR1", "USR2", "WINCH", "CONT"]
    for name in names:
        process.send_signal(getattr(signal, f"SIG{name}"))
        until(name, lambda name=name: name in text(repository.home / "signals").split())  # type: ignore[misc]
    assert text(repository.home / "signals").split() == names
    assert finish(process, signal.SIGALRM) == 5
    assert repository.data("saves", "signals") == ""
    assert repository.data("saves", "saved") == "saved\n"


def test_term_is_relayed_each_time_and_a_notebook_that_ignores_it_is_waited_for(repository: Repository) -> None:
    repository.service("saves")
    process = repository.opened(traps=WRITES_DOWN_SIGNALS, notebook=IDLE)
    for count in (1, 2):
        process.terminate()
        until("TERM", lambda count=count: text(repository.home / "signals").split() == ["TERM"] * count)  # type: ignore[misc]
    until("the service has stopped", lambda: repository.state("saves")["state"] == "stopped")
    assert process.poll() is None
    assert finish(process, signal.SIGALRM) == 5
    assert repository.data("saves", "saved") == "saved\n"


def test_notebook_gives_way_to_services_that_stop(repository: Repository) -> None:
    repository.service("saves")
    lowest = 'until [ "$(nice)" = 19 ]; do sleep 0.02; done; exit'
    process = repository.opened(traps=f"trap '{lowest}' TERM", notebook=IDLE)
    assert finish(process) == 0, "it has seen its lowest priority while it ended"


def test_service_is_told_at_once_and_needs_no_more_than_its_own_time(repository: Repository) -> None:
    """It has saved while a notebook that takes longer, and is killed at last, still runs."""
    repository.environment["SAVE_SECONDS"] = "0.5"
    repository.service("saves")
    process = repository.opened(traps="trap '' TERM", notebook=IDLE)
    process.terminate()
    until("it has saved", lambda: repository.data("saves", "saved") == "saved\n")
    assert process.poll() is None
    process.kill()
    assert process.wait(60) == -signal.SIGKILL


def test_each_service_has_its_own_stop_signal(repository: Repository) -> None:
    for name, stop_signal in {"long": "SIGINT\r\n", "short": "usr1", "wrong": "SIGNONSENSE"}.items():
        traps = "".join(f"trap 'echo {one} >$SERVICE_DATA/got; exit' {one}\n" for one in ("INT", "USR1", "TERM"))
        run = f"#!/bin/sh\n{traps}echo >$SERVICE_DATA/starts\nwhile :; do sleep 0.05; done\n"
        repository.service(name, run, stop_signal=stop_signal)
    assert finish(repository.opened()) == -signal.SIGTERM
    got = {name: repository.data(name, "got").strip() for name in ("long", "short", "wrong")}
    assert got == {"long": "INT", "short": "USR1", "wrong": "TERM"}


@pytest.mark.parametrize("ending", ["exit 3", "kill -s KILL $$"])
def test_services_stop_when_the_notebook_is_gone(repository: Repository, ending: str) -> None:
    repository.service("saves")
    process = repository.opened(notebook=ending)
    assert process.wait(60) == (3 if "exit" in ending else -signal.SIGKILL)
    assert repository.data("saves", "saved") == "saved\n"
    assert repository.status()["running"] is False
    assert repository.state("saves")["state"] == "stopped"
    assert not (repository.run / "control").exists()


def test_killing_launch_is_killing_the_notebook_and_stopping_the_services(repository: Repository) -> None:
    repository.service("saves")
    process = repository.opened()
    notebook = repository.status()["notebook"]
    process.kill()
    process.wait()
    until("the notebook has gone", lambda: not alive(notebook))
    until("the service has saved", lambda: repository.data("saves", "saved"))


def test_service_that_ignores_term_is_killed_with_its_helpers_after_the_grace(repository: Repository) -> None:
    run = '#!/bin/sh\ntrap "" TERM\nsleep 1000 &\necho $! >$SERVICE_DATA/starts\nwhile :; do sleep 0.1; done\n'
    repository.service("stubborn", run)
    process = repository.opened("--grace", 1)
    helper = number_in(repository.run / "data/stubborn/data/starts")
    begin = time.monotonic()
    assert finish(process) == -signal.SIGTERM
    assert time.monotonic() - begin > 0.9
    assert not alive(helper)
    assert "stubborn: it did not stop within 1 s" in repository.err
    assert "killed" in repository.state("stubborn")["reason"]


def test_orphans_are_told_waited_for_and_at_last_killed(repository: Repository) -> None:
    repository.service("saves")
    polite = 'trap "sleep 0.3; echo >$HOME/polite; exit" TERM; echo $$ >$HOME/p; while :; do sleep 0.05; done'
    rude = 'trap "" TERM; echo $$ >$HOME/r; while :; do sleep 0.05; done'
    leave = "; ".join(f"(setsid sh -c '{one}' &)" for one in (polite, rude))
    process = repository.opened("--grace", 4, notebook=f"{leave}; while :; do sleep 0.05; done")
    pids = [repository.home / name for name in ("p", "r")]
    until("the orphans run", lambda: all(text(pid) for pid in pids))
    assert finish(process) == -signal.SIGTERM
    assert (repository.home / "polite").exists()
    assert not any(alive(number_in(pid)) for pid in pids)


def test_dead_orphans_do_not_stay_as_zombies(repository: Repository) -> None:
    repository.service("saves")
    process = repository.opened(notebook="(setsid sh -c 'echo $$ >$HOME/orphan; exit 9' &); exec sleep 1000")
    until("an orphan ran", lambda: text(repository.home / "orphan"))
    gone = Path("/proc") / text(repository.home / "orphan").strip()
    until("it is reaped", lambda: not gone.exists())
    assert finish(process) == -signal.SIGTERM


def test_term_while_services_start_means_no_notebook(repository: Repository) -> None:
    repository.service("slow", ready="#!/bin/sh\nexit 1\n")
    process = repository.launch("--", "touch", str(repository.home / "opened"))
    until("the service runs", lambda: repository.data("slow", "starts"))
    assert finish(process) == -signal.SIGTERM
    assert not (repository.home / "opened").exists()
    assert repository.data("slow", "saved") == "saved\n"


COUNTS_INTERRUPTS = """
import os, pathlib, signal
home = pathlib.Path(os.environ["HOME"])
signal.signal(signal.SIGINT, lambda *_: (home / "ints").open("a").write("INT\\n"))
(home / "opened").touch()
while True:
    signal.pause()
"""
JOB_SHELL = """
import fcntl, os, pathlib, sys, termios, time
home = pathlib.Path(os.environ["HOME"])
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
started, start = os.pipe()
job = os.fork()
if job == 0:
    os.read(started, 1)
    os.execvp(sys.argv[1], sys.argv[1:])
os.setpgid(job, job)
os.tcsetpgrp(0, job)
os.write(start, b"x")
while os.WIFSTOPPED(status := os.waitpid(job, os.WUNTRACED)[1]):
    (home / "stopped").touch()
    while not (home / "continue").exists():
        time.sleep(0.01)
    os.killpg(job, 18)
sys.exit(os.WEXITSTATUS(status))
"""


def test_services_are_out_of_reach_of_the_terminal(repository: Repository) -> None:
    """Ctrl-C reaches the notebook, once; Ctrl-Z stops the job, as its shell sees it; the services notice neither."""
    repository.service("saves")
    home = repository.home
    master, terminal = pty.openpty()
    shell = subprocess.Popen(
        [sys.executable, "-c", JOB_SHELL, *repository.command("--", sys.executable, "-c", COUNTS_INTERRUPTS)],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=repository.environment,
        start_new_session=True,
        text=True,
    )
    repository.processes.append(shell)
    os.close(terminal)
    until("the notebook is open", (home / "opened").exists)
    for count in (1, 2):
        os.write(master, b"\x03")
        until("Ctrl-C", lambda count=count: text(home / "ints").count("INT") >= count)  # type: ignore[misc]
    os.write(master, b"\x1a")
    until("the shell sees its job stop", (home / "stopped").exists)
    (home / "continue").touch()
    until("the notebook is asked to end", lambda: repository.status()["notebook"])
    os.kill(repository.status()["notebook"], signal.SIGTERM)
    shell.wait(60)
    os.close(master)
    assert text(home / "ints") == "INT\nINT\n"
    assert repository.data("saves", "signals") == ""
    assert repository.data("saves", "saved") == "saved\n"


def test_second_launch_beside_the_first_takes_another_runtime_directory(repository: Repository) -> None:
    repository.service("saves")
    first = repository.opened()
    second = repository.call("--", "sh", "-c", "echo $BINDER_RUN")
    assert "another launch is using" in second.stderr
    run = Path(second.stdout.strip())
    assert run != repository.run
    assert stat.S_IMODE(run.stat().st_mode) == 0o700
    assert repository.state("saves")["state"] == "ready"
    assert finish(first) == -signal.SIGTERM


def test_runtime_directory_that_is_a_link_is_not_used(repository: Repository, tmp_path: Path) -> None:
    repository.service("saves")
    (tmp_path / "elsewhere").mkdir()
    repository.run.rmdir()
    repository.run.symlink_to(tmp_path / "elsewhere")
    ended = repository.call("--", "true")
    assert "belongs to somebody else" in ended.stderr
    assert not list((tmp_path / "elsewhere").iterdir())


def test_notebook_opens_where_launch_itself_cannot_work(repository: Repository) -> None:
    repository.service("saves")
    repository.environment["BINDER_RUN"] = "/proc/nowhere"
    ended = repository.call("--", "echo", "open")
    assert (ended.returncode, ended.stdout) == (0, "open\n")
    assert "the notebook starts without services" in ended.stderr


def test_notebook_survives_what_launch_cannot_do(repository: Repository) -> None:
    """launch may open no more files, just when it has to start a service again and to answer a request."""
    repository.service("saves")
    process = repository.opened()
    limits = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (3, limits[1]))
    os.kill(repository.state("saves")["pid"], signal.SIGKILL)
    until("launch says so", lambda: "saves: failed: it cannot be started: Too many open files" in repository.err)
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, limits)
    user = repository.launch("--use", "saves")
    until("it runs again", lambda: repository.state("saves")["state"] == "ready")
    assert finish(user) == -signal.SIGTERM
    assert finish(process) == -signal.SIGTERM
