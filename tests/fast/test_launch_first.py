"""binder/launch and first.d: minutes of work beside the open notebook, its progress, its end, and who waits for it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from launch.words import plain
from tests.fast.launching import PYTHON, Repository, alive, finish, make_repository, number_in, text, until

repository = pytest.fixture(make_repository)
# As long as it takes, in steps that the test decides on: `echo NAME >>$HOME/go` each.
STEPS = """#!/bin/bash
set -euo pipefail
echo $$ >$HOME/pid
echo up >>$HOME/runs
for step in 1 2 3; do
  echo "step $step of 3"
  until [[ $(wc -l <$HOME/go) -ge $step ]]; do sleep 0.02; done
done 2>/dev/null
echo over >>$HOME/over
"""
ONCE = "#!/bin/sh\n# once per volume\necho up >>$HOME/runs\n"
SERVER = '#!/bin/sh\ncp $HOME/over "$SERVICE_DATA/starts"\nexec sleep 1000\n'
READY = '#!/bin/sh\ntest -s "$SERVICE_DATA/starts"\n'
UP = "up\n"


def go(repository: Repository, steps: int = 3) -> None:
    with (repository.home / "go").open("a") as file:
        file.write("go\n" * steps)


def script(repository: Repository, name: str = "work") -> Any:
    return repository.status()["first"][name]


def until_state(repository: Repository, state: str, name: str = "work") -> None:
    until(f"{name} is {state}", lambda: script(repository, name)["state"] == state)


def row(repository: Repository, name: str) -> tuple[int, str]:
    """The exit status of verify, and its line about something."""
    done = repository.script("verify")
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    return done.returncode, next((line for line in lines if line.startswith(f"{name} ")), "")


def again(repository: Repository, name: str = "work") -> tuple[int, str]:
    done = repository.call("--again", name)
    return done.returncode, done.stderr.strip()


def session(repository: Repository) -> None:
    """One from its beginning to its end, in which all that is to be done is done."""
    process = repository.opened()
    until("all is done", lambda: all(one["state"] == "done" for one in repository.status()["first"].values()))
    finish(process)


def test_the_notebook_is_open_while_it_goes_on(repository: Repository) -> None:
    repository.hook("exports", '#!/bin/sh\nexport GIVEN=yes\nexec "$@"\n')
    repository.first("work", STEPS)
    repository.first("next", "#!/bin/sh\npwd\nenv\n")
    (repository.binder / "order").write_text("work\n")
    process = repository.opened(notebook="echo open; exec sleep 1000")
    until("it says how far it is", lambda: script(repository)["line"] == "step 1 of 3")
    assert repository.out == "open\n"
    running = script(repository)
    assert (running["state"], running["reason"], running["times"]) == ("running", "", "session")
    assert time.time() - 60 < running["since"] < time.time()
    assert running["log"] == str(repository.run / "log/first.d-work.log")
    waiting = script(repository, "next")
    assert (waiting["state"], waiting["reason"]) == ("waiting", "it waits for first.d/work")
    assert row(repository, "first.d/work") == (0, "first.d/work running ok step 1 of 3")
    assert row(repository, "first.d/next") == (0, "first.d/next waiting ok it waits for first.d/work")
    notebook, work = (os.getpriority(os.PRIO_PROCESS, pid) for pid in (process.pid, number_in(repository.home / "pid")))
    assert work == min(notebook + 10, 19)
    go(repository, 1)
    until("it comes nearer", lambda: script(repository)["line"] == "step 2 of 3")
    go(repository, 2)
    until_state(repository, "done", "next")
    assert script(repository)["state"] == "done"
    wrote = text(repository.run / "log/first.d-next.log").splitlines()
    assert wrote[0] == str(repository.root), "the folder of the repository"
    assert "GIVEN=yes" in wrote
    assert not [line for line in wrote if line.startswith("SERVICE")]
    assert row(repository, "first.d/work")[0] == 0
    assert finish(process) == -signal.SIGTERM


def test_one_session_runs_it_once_and_the_next_one_again(repository: Repository) -> None:
    repository.first("work", "#!/bin/sh\necho up >>$HOME/runs\n")
    session(repository)
    assert text(repository.home / "runs") == UP
    session(repository)
    assert text(repository.home / "runs") == UP * 2
    assert not (repository.home / ".binder-data").exists()


def test_it_comes_after_a_start_script_that_takes_long(repository: Repository) -> None:
    repository.environment["START_SECONDS"] = "0"
    repository.hook("slow", '#!/bin/sh\nuntil [ -e $HOME/now ]; do sleep 0.02; done\nexec "$@"\n')
    repository.first("work", "#!/bin/sh\necho up >>$HOME/runs\n")
    process = repository.opened()
    until("it waits", lambda: script(repository)["reason"] == "it waits for start.d/slow")
    assert not (repository.home / "runs").exists()
    (repository.home / "now").touch()
    until_state(repository, "done")
    finish(process)


SHAPES: dict[str, bytes] = {
    "no shebang": b"echo up >>$HOME/runs\n",
    "carriage returns in the shebang": b"#!/bin/sh\r\necho up >>$HOME/runs\n",
    "lost interpreter": b"#!/opt/gone/bin/bash\necho up >>$HOME/runs\n",
    "Python": b"#!/usr/bin/env python3\nimport os\nopen(os.environ['HOME'] + '/runs', 'a').write('up\\n')\n",
}


@pytest.mark.parametrize("content", SHAPES.values(), ids=SHAPES)
def test_run_bits_and_line_ends_may_be_lost(repository: Repository, content: bytes) -> None:
    repository.first("a work", "")
    (repository.binder / "first.d/a work").write_bytes(content)
    session(repository)
    assert text(repository.home / "runs") == UP


LEAVES = """#!/bin/bash
sleep 1000 & echo $! >>$HOME/pids
setsid sleep 1000 & echo $! >>$HOME/pids
(trap '' TERM; sleep 1000 & echo $! >>$HOME/pids; wait) &
echo half of it
"""


@pytest.mark.parametrize(
    "end", ["UP; wait", "trap '' TERM; UP; while :; do sleep 0.05; done", "trap 'exit 0' TERM; UP; wait"]
)
def test_term_in_the_middle_leaves_nothing(repository: Repository, end: str) -> None:
    repository.keep_data()
    end = end.replace("UP", "touch $HOME/up")
    repository.first("work", f"{LEAVES.replace('bash', 'bash' + chr(10) + '# once per volume', 1)}{end}\n")
    repository.first("zz-next", "#!/bin/sh\n")
    process = repository.opened("--grace", 1)
    until("it is half done", (repository.home / "up").exists)
    pids = [int(pid) for pid in text(repository.home / "pids").split()]
    assert [alive(pid) for pid in pids] == [True] * len(pids)
    began = time.monotonic()
    assert finish(process) == -signal.SIGTERM
    assert time.monotonic() - began < 15
    assert [alive(pid) for pid in pids] == [False] * len(pids)
    reason = "the session ended before it was done, so it runs again in the next one"
    for name in ("work", "zz-next"):
        found = script(repository, name)
        assert (found["state"], found["reason"]) == ("stopped", reason)
    assert row(repository, "first.d/work") == (1, f"first.d/work stopped FAILED {reason}")
    (repository.binder / "first.d/work").write_text(f"{ONCE}echo $(wc -l <$HOME/pids)\n")
    session(repository)
    assert text(repository.home / "runs") == UP, "what was cut off runs again"


def test_it_is_told_at_once_and_may_end_in_its_own_way(repository: Repository) -> None:
    trap = "trap 'echo >$HOME/told; exit' TERM; touch $HOME/up; while :; do sleep 0.02; done"
    repository.first("work", f"#!/bin/bash\n{trap}\n")
    process = repository.opened(traps="trap '' TERM", notebook="until [ -e $HOME/told ]; do sleep 0.02; done")
    until("it runs", (repository.home / "up").exists)
    process.terminate()
    assert process.wait(60) == 0, "the notebook ended because the script had been told before"


def test_it_is_stopped_when_the_notebook_ends_by_itself(repository: Repository) -> None:
    repository.first("work", STEPS)
    process = repository.opened(notebook="until [ -s $HOME/pid ]; do sleep 0.02; done")
    assert process.wait(60) == 0
    assert not alive(number_in(repository.home / "pid"))
    assert script(repository)["state"] == "stopped"


def test_it_ends_when_launch_is_killed(repository: Repository) -> None:
    repository.first("work", STEPS)
    process = repository.opened()
    pid = number_in(repository.home / "pid")
    process.kill()
    until("it is gone", lambda: not alive(pid))
    assert row(repository, "first.d/work")[1].startswith("first.d/work stopped FAILED the session ended before")


def test_term_before_the_notebook_begins_nothing(repository: Repository) -> None:
    repository.hook("slow", "#!/bin/sh\ntouch $HOME/up\nexec sleep 1000\n")
    repository.first("work", "#!/bin/sh\necho up >>$HOME/runs\n")
    process = repository.launch("--", "true")
    until("the start script runs", (repository.home / "up").exists)
    finish(process)
    assert script(repository)["state"] == "stopped"
    assert not (repository.home / "runs").exists()


def test_one_that_fails_is_named_and_the_next_one_follows(repository: Repository) -> None:
    wrong = "sleep 1000 & echo $! >$HOME/pids\necho \"cannot open 'a b'\" >&2\n[ -e $HOME/now ] || exit 3\n"
    repository.first("a-work", f"#!/bin/sh\n{wrong}")
    repository.first("b-work", "#!/bin/sh\necho up >>$HOME/runs\n")
    process = repository.opened()
    until_state(repository, "done", "b-work")
    found, reason = script(repository, "a-work"), "exited with status 3: cannot open 'a b'"
    assert (found["state"], found["reason"], found["line"]) == ("failed", reason, "cannot open 'a b'")
    assert f"first.d/a-work failed: {reason} (log: {found['log']})" in repository.err
    assert text(Path(found["log"])) == "cannot open 'a b'\n"
    assert row(repository, "first.d/a-work") == (1, f"first.d/a-work failed FAILED {reason}")
    child = number_in(repository.home / "pids")
    until("what it has left is ended", lambda: not alive(child))
    (repository.home / "now").touch()
    assert again(repository, "a-work") == (0, "")
    until_state(repository, "done", "a-work")
    assert row(repository, "first.d/a-work") == (0, "first.d/a-work done ok")
    child = number_in(repository.home / "pids")
    assert alive(child), "what one that ends well has left is ours"
    assert text(repository.home / "runs") == UP, "the other one is not begun again"
    finish(process)
    assert not alive(child)


def test_again_says_why_not(repository: Repository) -> None:
    repository.first("work", STEPS)
    repository.first("x-next", "#!/bin/sh\n")
    process = repository.opened()
    until_state(repository, "running")
    assert again(repository) == (1, "launch: first.d/work: failed: it is running")
    assert again(repository, "x-next") == (1, "launch: first.d/x-next: failed: it is waiting")
    there = "failed: there is no first.d/gone here, but work, x-next"
    assert again(repository, "gone") == (1, f"launch: first.d/gone: {there}")
    go(repository)
    until_state(repository, "done", "x-next")
    assert again(repository) == (0, ""), "whoever asks for it means it"
    until("it has run once more", lambda: text(repository.home / "over") == "over\nover\n")
    finish(process)
    assert "no launch is running" in again(repository)[1]


def test_once_per_volume(repository: Repository) -> None:
    repository.keep_data()
    repository.first("work", ONCE)
    session(repository)
    session(repository)
    assert text(repository.home / "runs") == UP
    kept = script(repository)
    assert (kept["times"], kept["line"]) == ("volume", "it was done in an earlier session")
    assert (repository.kept("first.d") / "work/done").exists()
    repository.first("work", f"{ONCE}true\n")
    session(repository)
    assert text(repository.home / "runs") == UP * 2, "a script that has changed runs again"
    process = repository.opened()
    until_state(repository, "done")
    assert again(repository) == (0, "")
    until("whoever asks for it means it", lambda: text(repository.home / "runs") == UP * 3)
    finish(process)


@pytest.mark.parametrize(
    "line", ["# Once per volume.", "// once per volume", "-- once  per volume --", "#once per volume"]
)
def test_ways_to_say_once(repository: Repository, line: str) -> None:
    repository.keep_data()
    repository.first("work", f"#!/bin/sh\ntrue || \\\n{line}\n")
    process = repository.opened()
    assert script(repository)["times"] == "volume"
    finish(process)


@pytest.mark.parametrize("line", ["echo once per volume", "# not once per volume", "#\n" * 20 + "# once per volume"])
def test_what_does_not_say_once(repository: Repository, line: str) -> None:
    repository.keep_data()
    repository.first("work", f"#!/bin/sh\n{line}\n")
    process = repository.opened()
    assert script(repository)["times"] == "session"
    finish(process)


def test_without_a_volume_it_is_once_per_session(repository: Repository) -> None:
    repository.first("work", ONCE)
    session(repository)
    session(repository)
    assert text(repository.home / "runs") == UP * 2
    assert script(repository)["times"] == "session"


def test_one_that_failed_has_not_been_done(repository: Repository) -> None:
    repository.keep_data()
    repository.first("work", f"{ONCE}[ -e $HOME/now ]\n")
    process = repository.opened()
    until_state(repository, "failed")
    finish(process)
    (repository.home / "now").touch()
    session(repository)
    session(repository)
    assert text(repository.home / "runs") == UP * 2


def test_another_course_of_that_name_has_its_own(repository: Repository) -> None:
    repository.keep_data()
    repository.first("work", ONCE)
    session(repository)
    other = repository.root / "other" / "binder"
    shutil.copytree(repository.binder, other)
    repository.binder = other
    session(repository)
    assert text(repository.home / "runs") == UP * 2
    session(repository)
    assert text(repository.home / "runs") == UP * 2


def test_two_sessions_with_one_home_folder(repository: Repository) -> None:
    repository.keep_data()
    repository.first("work", STEPS.replace("bash\n", "bash\n# once per volume\n"))
    one = repository.opened()
    until_state(repository, "running")
    run, repository.run = repository.run, repository.run.parent / "second"
    repository.environment["BINDER_RUN"] = str(repository.run)
    two = repository.opened()
    until("it waits", lambda: script(repository)["reason"] == "another session with this home folder runs it")
    handles = [len(os.listdir(f"/proc/{two.pid}/fd"))]
    time.sleep(2.5)
    handles.append(len(os.listdir(f"/proc/{two.pid}/fd")))
    assert handles[0] == handles[1], "it has asked again meanwhile"
    go(repository)
    until_state(repository, "done")
    assert text(repository.home / "runs") == UP
    assert script(repository)["line"] == "it was done in an earlier session"
    finish(two)
    repository.run = run
    finish(one)


def test_a_mark_that_cannot_be_kept_is_told(repository: Repository) -> None:
    repository.keep_data()
    repository.first("work", ONCE)
    (repository.kept("first.d") / "work/done.new").mkdir(parents=True)
    process = repository.opened()
    until_state(repository, "done")
    told = "first.d/work: that it is done cannot be kept in"
    assert told in repository.status()["notes"][0]
    assert told in repository.script("verify").stdout
    finish(process)


def waits(repository: Repository, on_demand: bool = False) -> None:
    repository.first("work", f"{STEPS}[[ ! -e $HOME/wrong ]] || {{ echo no such dump; exit 1; }}\n")
    files = {"on_demand": ""} if on_demand else {}
    repository.service("server", SERVER, READY, after="work\n", **files)


def test_a_service_waits_for_it(repository: Repository) -> None:
    waits(repository)
    repository.service("other")
    began = time.monotonic()
    process = repository.opened("--deadline", 100)
    assert time.monotonic() - began < 60, "the notebook does not wait for it"
    found = repository.state("server")
    assert (found["state"], found["reason"], found["pid"]) == ("waiting", "it waits for first.d/work", 0)
    assert repository.state("other")["state"] == "ready"
    assert "launch: server waits for first.d/work\n" in repository.err
    assert row(repository, "server") == (1, "server waiting FAILED it waits for first.d/work")
    using = repository.launch("--wait", "server")
    go(repository, 2)
    until("it comes nearer", lambda: script(repository)["line"] == "step 3 of 3")
    assert repository.state("server")["state"] == "waiting"
    assert using.poll() is None
    go(repository, 1)
    assert using.wait(60) == 0
    assert repository.data("server", "starts") == "over\n"
    assert repository.state("server")["restarts"] == 0
    assert row(repository, "server") == (0, "server ready ok")
    finish(process)


def test_a_service_fails_with_it_and_comes_back_with_it(repository: Repository) -> None:
    waits(repository)
    (repository.home / "wrong").touch()
    process = repository.opened()
    using = repository.launch("--use", "server")
    go(repository)
    assert using.wait(60) == 1
    reason = "it starts after first.d/work, which failed"
    assert f"launch: server: failed: {reason}" in repository.err
    found = repository.state("server")
    assert (found["state"], found["reason"]) == ("failed", reason)
    assert row(repository, "server") == (1, f"server failed FAILED {reason}")
    assert "no such dump" in row(repository, "first.d/work")[1]
    assert repository.call("--wait", "server").stderr == f"launch: server: failed: {reason}\n"
    (repository.home / "wrong").unlink()
    (repository.home / "go").unlink()
    assert again(repository) == (0, "")
    until("it waits again", lambda: repository.state("server")["state"] == "waiting")
    go(repository)
    until("it is there", lambda: repository.state("server")["state"] == "ready")
    finish(process)


def test_a_service_on_demand_waits_when_it_is_asked_for(repository: Repository) -> None:
    waits(repository, on_demand=True)
    process = repository.opened()
    assert repository.state("server")["state"] == "on-demand"
    using = repository.launch("--use", "server")
    until("it waits", lambda: repository.state("server")["state"] == "waiting")
    go(repository)
    until("it is there", lambda: repository.state("server")["state"] == "ready")
    finish(using)
    finish(process)


def test_term_while_a_service_waits(repository: Repository) -> None:
    waits(repository)
    process = repository.opened()
    assert finish(process) == -signal.SIGTERM
    assert repository.state("server")["state"] == "stopped"
    assert repository.data("server", "starts") == ""


def test_a_service_restarts_without_waiting_again(repository: Repository) -> None:
    waits(repository)
    go(repository)
    process = repository.opened()
    until("it is there", lambda: repository.state("server")["state"] == "ready")
    os.kill(repository.state("server")["pid"], signal.SIGKILL)
    until("it is there again", lambda: repository.state("server")["restarts"] == 1)
    until("and ready", lambda: repository.state("server")["state"] == "ready")
    assert again(repository) == (0, "")
    until_state(repository, "done")
    assert repository.state("server")["restarts"] == 1
    (repository.home / "wrong").touch()
    assert again(repository) == (0, "")
    until_state(repository, "failed")
    os.kill(repository.state("server")["pid"], signal.SIGKILL)
    until("it is there, whatever came of that", lambda: repository.state("server")["restarts"] == 2)
    until("and ready", lambda: repository.state("server")["state"] == "ready")
    finish(process)


def test_a_name_that_is_not_there_is_noted(repository: Repository) -> None:
    repository.service("db", after="gone\n")
    process = repository.opened()
    assert repository.state("db")["state"] == "ready"
    note = "db is to start after first.d/gone, which is not there"
    os.kill(repository.state("db")["pid"], signal.SIGKILL)
    until("it runs again", lambda: repository.state("db")["restarts"] == 1 and repository.state("db")["pid"])
    assert repository.status()["notes"] == [note]
    assert repository.err.count(note) == 1
    finish(process)


def test_a_build_runs_none_and_waits_for_none(repository: Repository) -> None:
    repository.first("work", "#!/bin/sh\necho up >>$HOME/runs\n")
    repository.service("db", after="work\n", load='#!/bin/sh\ncp "$1" "$SERVICE_DATA"\n')
    seed = repository.binder / "seed/db"
    seed.mkdir(parents=True)
    (seed / "one.txt").touch()
    done = repository.call("--build", "db")
    assert done.returncode == 0, done.stderr
    assert "first.d" not in done.stderr
    assert (repository.built("db") / "data/one.txt").exists()
    assert not (repository.home / "runs").exists()


def test_it_may_need_a_service_itself(repository: Repository) -> None:
    """And the notebook's processes are not kept from using it."""
    repository.service("db")
    repository.service("lazy", on_demand="")
    wait = f'{PYTHON} -I -S "$BINDER_DIR/launch" --wait'
    repository.first("work", f"#!/bin/sh\nset -e\n{wait} db\n{wait} lazy\necho loaded\n")
    repository.first("wrong", f"#!/bin/sh\n{wait} nothing\n")
    process = repository.opened()
    until_state(repository, "failed", "wrong")
    until_state(repository, "done")
    assert script(repository)["line"] == "loaded"
    assert repository.state("lazy")["state"] == "ready"
    assert "there is no service nothing here, but db, lazy" in script(repository, "wrong")["reason"]
    finish(process)


def test_a_flood_is_told_once_in_a_second_and_has_an_end(repository: Repository) -> None:
    flood = "while [ ! -e $HOME/now ]; do seq 1000; done; printf 'a\\rb\\033[31m red\\033[0m\\a\\tend\\r'; sleep 1000"
    repository.first("work", f"#!/bin/sh\n{flood}\n")
    process = repository.opened()
    until_state(repository, "running")
    log, seen, limit = Path(script(repository)["log"]), set[int](), time.monotonic() + 3
    while time.monotonic() < limit:
        seen.add((repository.run / "status.json").stat().st_mtime_ns)
        time.sleep(0.01)
    assert 2 <= len(seen) <= 6, "its progress, and that its log was cut"
    assert log.stat().st_size < 60_000_000
    (repository.home / "now").touch()
    until("the last line, as a terminal would show it", lambda: script(repository)["line"] == "b red end")
    assert finish(process) == -signal.SIGTERM


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("a\tb  c", "a b c"),
        ("\x1b[1;32m50 %\x1b[K", "50 %"),
        ("\x1b]0;title\x07text\x1b]8;;http://x\x1b\\link", "textlink"),
        ("\x1b", ""),
        ("a\x00b\x7f\u202ec\ufffd", "abc\ufffd"),
        ("é" * 2000, "é" * 900),
    ],
)
def test_what_a_terminal_would_act_on_is_left_out(given: str, shown: str) -> None:
    assert plain(given) == shown


def test_status_has_them_where_nothing_runs(repository: Repository) -> None:
    repository.first("work", "#!/bin/sh\necho all of it\n")
    session(repository)
    done = repository.call("--status")
    assert done.returncode == 1
    found = json.loads(done.stdout)["first"]["work"]
    assert (found["state"], found["line"]) == ("done", "all of it")


def test_the_grace_of_what_a_failed_run_left_is_not_the_next_ones(repository: Repository) -> None:
    """The first run leaves what ignores TERM, and fails; the second takes longer than the grace, and is done."""
    helper = "sh -c 'trap \"\" TERM; echo $$ >$HOME/helper; while :; do sleep 0.05; done' &\n"
    fails = f"[ -e $HOME/helper ] || {{ {helper}until [ -s $HOME/helper ]; do sleep 0.02; done; exit 3; }}\n"
    repository.first("content", f"#!/bin/sh\n{fails}sleep 2.5\n")
    process = repository.opened("--grace", 1)
    until("it has failed", lambda: repository.status()["first"]["content"]["state"] == "failed")
    assert again(repository, "content") == (0, "")
    until("it has ended", lambda: repository.status()["first"]["content"]["state"] in ("done", "failed"))
    assert repository.status()["first"]["content"]["state"] == "done"
    finish(process)
