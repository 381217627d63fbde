"""binder/launch and start scripts that take long: waited for, never killed half-way, and said."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.fast.launching import Repository, alive, finish, make_repository, number_in, text, until

repository = pytest.fixture(make_repository)
# Fetches something anew, in as long as it takes.
FETCHES = """#!/bin/bash
rm -rf $HOME/content
touch $HOME/began
until [ -e $HOME/now ]; do sleep 0.05; done
mkdir $HOME/content
"""
READY = "export READY=1\n"
EXEC = 'exec "$@"\n'


def hooks(repository: Repository) -> dict[str, str]:
    return {name: one["state"] for name, one in repository.status()["hooks"].items()}


def environment(repository: Repository, seconds: str) -> None:
    """As a line of the author's in binder/env gives it."""
    repository.environment["START_SECONDS"] = seconds


def test_more_than_ten_seconds_are_no_matter(repository: Repository) -> None:
    """Nor is a child that it leaves behind, with nothing set."""
    script = "#!/bin/bash\nrm -rf content\nsleep 11\nmkdir content\nsleep 1000 &\necho $! >$HOME/child\n"
    repository.hook("slow", f"{script}{READY}{EXEC}")
    repository.service("saves")
    done = repository.launch("--", "sh", "-c", "ls; cat $HOME/child; echo $READY; touch $HOME/up; exec sleep 1000")
    child = number_in(repository.home / "child")
    until("the notebook is open", lambda: (repository.home / "up").exists())
    assert "goes on" not in repository.err
    assert alive(child)
    assert hooks(repository) == {"slow": "done"}
    assert finish(done) == -signal.SIGTERM
    assert repository.out.endswith(f"{child}\n1\n")
    assert not alive(child)


def test_what_takes_longer_than_the_notebook_waits_goes_on(repository: Repository) -> None:
    environment(repository, "0.5")
    repository.hook("a-slow", f"{FETCHES}{READY}export GIVEN=new\n{EXEC}")
    repository.hook("b-next", f"#!/bin/sh\nls $HOME/content >$HOME/next\n{EXEC}")
    repository.environment["GIVEN"] = "old"
    repository.service("saves")
    process = repository.opened(notebook="echo $READY-$GIVEN; exec sleep 1000")
    assert hooks(repository) == {"a-slow": "running", "b-next": "waiting"}
    assert repository.state("saves")["state"] == "ready"
    first = repository.script("verify")
    assert first.returncode == 1
    reason = "it did not come to its exec within 0.5 s and goes on"
    assert f"start.d/a-slow  running  FAILED  {reason}" in first.stdout
    assert f"export START_SECONDS=60 in {repository.binder}/env has the notebook wait" in first.stdout
    assert not (repository.home / "content").exists()
    (repository.home / "now").touch()
    until("both are done", lambda: hooks(repository) == {"a-slow": "failed", "b-next": "done"})
    assert (repository.home / "content").is_dir()
    assert (repository.home / "next").exists(), "it came after the other, as always"
    second = repository.script("verify").stdout
    assert "it took too long, so its exports came too late (GIVEN, READY)" in second
    until("the notebook has said it", lambda: repository.out == "-old\n")
    assert finish(process) == -signal.SIGTERM


def test_one_that_exports_nothing_has_lost_nothing(repository: Repository) -> None:
    environment(repository, "0")
    repository.hook("slow", f"{FETCHES}{EXEC}")
    process = repository.opened()
    assert hooks(repository) == {"slow": "running"}
    (repository.home / "now").touch()
    until("it is done", lambda: hooks(repository) == {"slow": "done"})
    assert repository.script("verify").returncode == 0
    assert finish(process) == -signal.SIGTERM


def test_as_long_as_it_takes(repository: Repository) -> None:
    """As repo2docker does; the services have their own time after that."""
    environment(repository, "inf")
    repository.hook("slow", f"{FETCHES}{READY}{EXEC}")
    repository.service("late", ready="#!/bin/sh\nsleep 1; exit 0\n")
    process = repository.launch("--deadline", 8, "--", "sh", "-c", "echo $READY; touch $HOME/up; exec sleep 1000")
    until("it runs", lambda: (repository.home / "began").exists())
    with pytest.raises(AssertionError, match="the deadline of the services"):
        until("the deadline of the services", lambda: (repository.home / "up").exists(), 9)
    (repository.home / "now").touch()
    until("the notebook is open", lambda: (repository.home / "up").exists())
    assert repository.state("late")["state"] == "ready"
    until("the notebook has said it", lambda: repository.out == "1\n")
    assert "late: late" not in repository.err
    assert finish(process) == -signal.SIGTERM


@pytest.mark.parametrize("seconds", ["soon", "-3", "nan", "1 0"])
def test_what_is_no_number_of_seconds_is_said(repository: Repository, seconds: str) -> None:
    environment(repository, seconds)
    repository.hook("one", f"#!/bin/sh\n{READY}{EXEC}")
    process = repository.opened(notebook="echo $READY; exec sleep 1000")
    assert repository.status()["notes"] == [f"START_SECONDS={seconds} is no number of seconds; 60 it is"]
    until("the notebook has said it", lambda: repository.out == "1\n")
    assert finish(process) == -signal.SIGTERM


SAVES = """#!/bin/bash
trap 'sleep 0.3; touch $HOME/saved; exit' TERM
echo $$ >$HOME/pid
while :; do sleep 0.05; done
"""


@pytest.mark.parametrize("seconds", ["0", "inf"])
def test_term_ends_it_cleanly(repository: Repository, seconds: str) -> None:
    """While the notebook waits for it, which never opens then, and beside it."""
    environment(repository, seconds)
    repository.hook("slow", SAVES)
    repository.hook("z-next", f"#!/bin/sh\ntouch $HOME/next\n{EXEC}")
    repository.service("saves")
    process = repository.launch("--deadline", 60, "--", "sh", "-c", "touch $HOME/up; exec sleep 1000")
    pid = number_in(repository.home / "pid")
    if seconds == "0":
        until("the notebook is open", lambda: (repository.home / "up").exists())
    assert finish(process) == -signal.SIGTERM
    assert (repository.home / "saved").exists()
    assert not (repository.home / "next").exists()
    assert not alive(pid)
    assert (repository.home / "up").exists() == (seconds == "0")


@pytest.mark.parametrize("seconds", ["0", "inf"])
def test_one_that_does_not_end_is_killed_after_the_grace(repository: Repository, seconds: str) -> None:
    environment(repository, seconds)
    repository.hook("slow", "#!/bin/bash\ntrap '' TERM\necho $$ >$HOME/pid\nwhile :; do sleep 0.05; done\n")
    process = repository.launch("--grace", 1, "--", "sleep", "1000")
    pid = number_in(repository.home / "pid")
    assert finish(process) == -signal.SIGTERM
    assert not alive(pid)


def test_a_wrapper_that_comes_late_stays_until_the_end(repository: Repository) -> None:
    environment(repository, "0")
    after = '"$@"\necho over >$HOME/over\n'
    repository.hook("slow", f"{FETCHES}{READY}{after}")
    process = repository.opened()
    (repository.home / "now").touch()
    until("it is known", lambda: hooks(repository) == {"slow": "failed"})
    assert "its exports came too late (READY)" in repository.status()["hooks"]["slow"]["reason"]
    assert not (repository.home / "over").exists()
    assert finish(process) == -signal.SIGTERM
    assert text(repository.home / "over") == "over\n"


def test_the_notebook_may_end_before_it(repository: Repository, tmp_path: Path) -> None:
    environment(repository, "0")
    repository.hook("slow", SAVES)
    process = repository.launch("--", "sh", "-c", "until [ -s $HOME/pid ]; do sleep 0.02; done; exit 4")
    assert process.wait(60) == 4
    assert (repository.home / "saved").exists()
