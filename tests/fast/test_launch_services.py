"""binder/launch and its services: starting, readiness, restarts, hooks, requests, status and verify."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from pathlib import Path

import pytest

from tests.fast.launching import FOREVER, Repository, alive, finish, make_repository, number_in, text, until

repository = pytest.fixture(make_repository)
FAILS = "#!/bin/sh\necho no licence found >&2\nexit 3\n"


def states(repository: Repository) -> dict[str, str]:
    return {name: one["state"] for name, one in repository.status()["services"].items()}


def sockets(pid: int) -> int:
    return sum("socket:" in os.readlink(one) for one in Path(f"/proc/{pid}/fd").iterdir())


def test_services_start_together_each_in_a_session_of_its_own(repository: Repository) -> None:
    waits = "#!/bin/sh\ncut -d ' ' -f 6 /proc/$$/stat >$SERVICE_DATA/sid; readlink /proc/$$/fd/0\n"
    waits += (
        "touch $HOME/$SERVICE; until [ -e $HOME/one ] && [ -e $HOME/two ] && [ -e $HOME/three ]; do sleep 0.02; done\n"
    )
    waits += "echo >$SERVICE_DATA/starts; exec sleep 1000\n"
    for name in ("one", "two", "three"):
        repository.service(name, waits)
    (repository.binder / "services" / "no-run").mkdir()
    process = repository.opened("--deadline", 60)
    assert states(repository) == dict.fromkeys(("one", "two", "three"), "ready"), "each has seen the others start"
    sessions = {repository.data(name, "sid").strip() for name in ("one", "two", "three")}
    assert sessions == {str(one["pid"]) for one in repository.status()["services"].values()}
    assert text(repository.run / "log" / "one.log") == "/dev/null\n"
    assert finish(process) == -signal.SIGTERM


def test_service_environment(repository: Repository) -> None:
    show = '#!/bin/sh\nenv >"$SERVICE_DATA/starts"; stat -c %a "$SERVICE_DATA" "$SERVICE_RUN"; pwd; exec sleep 1000\n'
    repository.service("one", show)
    stale = repository.run / "run" / "one"
    stale.mkdir(parents=True)
    (stale / "stale.pid").touch()
    finish(repository.opened(cwd="/"))
    seen = dict(line.split("=", 1) for line in repository.data("one", "starts").splitlines())
    assert {name: value for name, value in seen.items() if name.startswith(("SERVICE", "BINDER"))} == {
        "BINDER_DIR": str(repository.binder),
        "BINDER_RUN": str(repository.run),
        "SERVICE": "one",
        "SERVICE_DIR": str(repository.binder / "services" / "one"),
        "SERVICE_DATA": str(repository.run / "data" / "one" / "data"),
        "SERVICE_RUN": str(stale),
        "SERVICE_SEED": str(repository.binder / "seed" / "one"),
    }
    assert text(repository.run / "log" / "one.log").split() == ["700", "700", str(stale)]
    assert not list(stale.iterdir())


@pytest.mark.parametrize(
    "shebang",
    [
        "#!/bin/bash\r\n",
        "#!/usr/bin/env bash\r\n",
        "#!/usr/bin/env -S bash -eu\n",
        "#! /no/such/place/bash\n",
        "",
        "#!\n",
    ],
)
def test_scripts_run_through_the_interpreter_they_name(repository: Repository, shebang: str) -> None:
    """None of the files has its run bit."""
    repository.service(
        "one", shebang + ': >"$SERVICE_DATA/ran"\nexec sleep 1000\n', shebang + 'test -e "$SERVICE_DATA/ran"\n'
    )
    process = repository.opened("--deadline", 10)
    assert states(repository) == {"one": "ready"}
    assert finish(process) == -signal.SIGTERM


def test_service_that_exits_at_once_fails_long_before_the_deadline(repository: Repository) -> None:
    repository.service("fails", FAILS)
    repository.service("unready", FAILS, ready=None)
    repository.service("missing", "#!/bin/sh\nexec /no/such/server\n")
    repository.service("unasked", FAILS, ready="#!/no/such/interpreter\n")
    repository.service("saves")
    process = repository.opened("--deadline", 60)
    assert "late" not in repository.err
    found = states(repository)
    # Without a `ready` it counts as ready from its start to its end, so perhaps when the notebook opened.
    found.pop("unready")
    assert found == {"fails": "failed", "missing": "failed", "saves": "ready", "unasked": "failed"}
    until("it has failed", lambda: states(repository)["unready"] == "failed")
    assert repository.state("fails")["restarts"] == 2
    assert repository.state("fails")["reason"] == "exited with status 3: no licence found"
    assert "/no/such/server" in repository.state("missing")["reason"]
    assert "launch: fails: failed: exited with status 3: no licence found (log: " in repository.err
    assert finish(process) == -signal.SIGTERM


def test_deadline_opens_the_notebook_whatever_a_service_does(repository: Repository) -> None:
    repository.service("hung-run", "#!/bin/sh\nsleep 1000\n")
    repository.service("hung-ready", ready=FOREVER)
    repository.service("never-ready", ready="#!/bin/sh\necho still warming up >&2\nexit 1\n")
    repository.service("hung-format", format=FOREVER)
    repository.service("late", ready='#!/bin/sh\ntest -e "$HOME/now"\n')
    begin = time.monotonic()
    process = repository.opened("--deadline", 3, "--grace", 1)
    assert time.monotonic() - begin >= 3
    assert set(states(repository).values()) == {"starting"}
    until("the status says why", lambda: all(one["reason"] for one in repository.status()["services"].values()))
    reasons = {name: one["reason"] for name, one in repository.status()["services"].items()}
    assert reasons["never-ready"] == "not ready: still warming up"
    assert reasons["hung-ready"] == "no answer from ready"
    assert reasons["hung-format"] == "its data is prepared"
    assert all(f"launch: {name}: late: after " in repository.err for name in reasons)
    (repository.home / "now").touch()
    until("the late one is ready after all", lambda: repository.state("late")["state"] == "ready")
    assert "launch: late: ready after" in repository.err
    assert finish(process) == -signal.SIGTERM
    assert repository.data("late", "saved") == "saved\n"


def test_hung_ready_is_ended_and_dying_services_are_restarted_with_a_limit(repository: Repository) -> None:
    repository.service(
        "hangs-once", ready='#!/bin/sh\ntest -e "$HOME/asked" || { : >"$HOME/asked"; exec sleep 1000; }\n'
    )
    repository.service("crashes", '#!/bin/sh\necho up >>"$SERVICE_DATA/starts"\nsleep 0.2\necho bad luck\n')
    repository.service("survives")
    process = repository.opened("--deadline", 0.5)
    os.kill(repository.state("survives")["pid"], signal.SIGKILL)
    until("it runs again", lambda: repository.data("survives", "starts") == "up\nup\n")
    until("it is ready again", lambda: repository.state("survives")["state"] == "ready")
    assert repository.state("survives")["restarts"] == 1
    until("ready was asked again", lambda: repository.state("hangs-once")["state"] == "ready")
    assert repository.state("hangs-once")["ready_after"] < 15, "soon after the 5 s that it hung, not as much later"
    until("enough is enough", lambda: repository.state("crashes")["state"] == "failed")
    assert repository.data("crashes", "starts") == "up\n" * 6
    assert repository.state("crashes")["reason"] == "exited with status 0: bad luck"
    assert finish(process) == -signal.SIGTERM


def test_hooks_export_in_order_and_leave_no_other_trace(repository: Repository) -> None:
    repository.hook("a", '#!/bin/bash\nexport SEEN="$SEEN a" LINES="x\ny=1"\nexec "$@"\n')
    repository.hook("z", '#!/bin/sh\nSEEN=z; export SEEN; unset GONE; cd /; exec "$@"\n')
    (repository.binder / "order").write_text("postgres\nz\n")
    repository.service("one", '#!/bin/sh\necho "$SEEN" >"$SERVICE_DATA/starts"; exec sleep 1000\n')
    repository.environment["GONE"] = "soon"
    ended = repository.call("--", "env", "--null", cwd="/tmp")
    seen = dict(entry.split("=", 1) for entry in ended.stdout.rstrip("\0").split("\0"))
    assert (seen["SEEN"], seen["LINES"]) == ("z a", "x\ny=1")
    assert not {"GONE", "PWD", "OLDPWD", "SHLVL", "_"} & seen.keys()
    assert repository.data("one", "starts") == "z a\n"


def test_hooks_that_fail_are_slow_or_never_exec_are_named(repository: Repository) -> None:
    repository.hook("fails", "#!/bin/sh\necho cannot do this >&2\nexit 4\n")
    repository.hook("forgets", "#!/bin/sh\nexport LOST=1\n")
    repository.hook("hangs", "#!/bin/sh\nsleep 1000 & echo $! >$HOME/child; wait\n")
    repository.hook("zz-good", '#!/bin/sh\nexport GOOD=1\nexec "$@"\n')
    process = repository.opened("--deadline", 6, notebook="echo $GOOD$LOST; exec sleep 1000")
    hooks = repository.status()["hooks"]
    assert hooks["fails"] == {"state": "failed", "reason": "exited with status 4: cannot do this"}
    assert hooks["forgets"] == {"state": "failed", "reason": 'it ended without exec "$@", so its exports are lost'}
    assert hooks["hangs"]["state"] == "running"
    assert "it did not come to its exec within 6 s and goes on" in hooks["hangs"]["reason"]
    assert hooks["zz-good"] == {"state": "waiting", "reason": "it waits for start.d/hangs, which takes long"}
    assert "start.d/fails failed: exited with status 4" in repository.err
    child = number_in(repository.home / "child")
    assert alive(child)
    assert finish(process) == -signal.SIGTERM
    assert not alive(child)
    until("the notebook has said that neither is in it", lambda: repository.out == "\n")


def test_daemon_of_a_hook_is_stopped_cleanly(repository: Repository) -> None:
    daemon = "trap 'sleep 0.3; echo >$HOME/saved; exit' TERM; echo >$HOME/up; while :; do sleep 0.05; done"
    repository.hook("daemon", f'#!/bin/bash\nsh -c "{daemon.replace("$", chr(92) + "$")}" &\nexec "$@"\n')
    process = repository.opened(traps="trap '' TERM", notebook="until [ -e $HOME/saved ]; do sleep 0.05; done")
    until("the daemon is up", (repository.home / "up").exists)
    process.terminate()
    assert process.wait(60) == 0, "the notebook ended because the daemon had been told before"


def test_on_demand_service_starts_when_used(repository: Repository) -> None:
    repository.service("lazy", on_demand="")
    process = repository.opened()
    assert states(repository) == {"lazy": "on-demand"}
    user = repository.launch("--use", "lazy")
    until("it is ready", lambda: states(repository) == {"lazy": "ready"})
    second = repository.launch("--use", "lazy")
    until("both wait", lambda: sockets(process.pid) >= 3)  # and the one they have come to
    assert user.poll() is None
    assert finish(user) == -signal.SIGTERM
    assert states(repository) == {"lazy": "ready"}
    assert finish(process) == -signal.SIGTERM
    assert second.wait(60) == 1
    assert repository.data("lazy", "starts") == "up\n"
    assert "launch has ended" in repository.err or "everything is being stopped" in repository.err, "if it asked late"


def test_use_says_why_it_cannot(repository: Repository) -> None:
    none = repository.call("--use", "fails")
    assert none.returncode == 1
    assert "no launch is running" in none.stderr
    repository.service("fails", FAILS, on_demand="")
    repository.service("slow", ready="#!/bin/sh\nexit 1\n", on_demand="")
    repository.opened("--grace", 1)
    unknown = repository.call("--use", "other")
    assert unknown.returncode == 1
    assert "there is no service other here, but fails, slow" in unknown.stderr
    failed = repository.call("--use", "fails")
    assert failed.returncode == 1
    assert "no licence found" in failed.stderr
    slow = repository.call("--use", "slow", "--deadline", "0.5")
    assert slow.returncode == 1
    assert "no answer within" in slow.stderr


def ask(repository: Repository, request: str) -> str:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(60)
        connection.connect(str(repository.run / "control"))
        connection.sendall(request.encode())
        return connection.makefile().read().strip()


def test_restart_of_a_running_service(repository: Repository) -> None:
    """With the data that it has, told when it is ready, and no failure of its own."""
    repository.service("one")
    repository.opened()
    before = repository.state("one")
    assert ask(repository, "restart one") == "ready"
    until("the new one is written down", lambda: repository.state("one")["pid"] not in (0, before["pid"]))
    until("it is ready there, too", lambda: repository.state("one")["state"] == "ready")
    after = repository.state("one")
    assert after["restarts"] == 0
    assert after["since"] > before["since"] > time.time() - 600
    assert repository.data("one", "starts") == "up\nup\n"
    assert repository.data("one", "saved") == "saved\n"


def test_restart_of_one_that_has_failed(repository: Repository) -> None:
    repository.service("one", run="#!/bin/sh\nexit 3\n")
    repository.opened()
    until("it has failed", lambda: repository.state("one")["state"] == "failed")
    assert ask(repository, "restart one").startswith("failed: exited with status 3")


def test_reset_of_a_running_service(repository: Repository) -> None:
    repository.service("one")
    process = repository.opened()
    done = repository.script("reset", "one")
    assert done.returncode == 0, done.stderr
    aside = repository.run / "data" / "one" / "data.aside-1"
    assert done.stdout == f"one: ready; the old data is in {aside}\n"
    assert text(aside / "saved") == "saved\n"
    assert repository.data("one", "starts") == "up\n"
    assert repository.script("reset", "one").returncode == 0
    assert (aside.parent / "data.aside-2").exists()
    assert repository.script("reset", "two").returncode == 1
    assert repository.script("reset").returncode == 2
    assert finish(process) == -signal.SIGTERM


def test_status_tells_whether_launch_lives(repository: Repository) -> None:
    assert json.loads(repository.call("--status").stdout)["running"] is False
    repository.service("one")
    process = repository.opened()
    live = repository.call("--status")
    assert live.returncode == 0
    assert json.loads(live.stdout)["services"]["one"]["state"] == "ready"
    process.kill()
    process.wait()
    stale = repository.call("--status")
    assert stale.returncode == 1
    assert json.loads(stale.stdout)["services"]["one"]["state"] == "stopped"
    assert repository.status()["services"]["one"]["state"] == "ready", "the file alone would deceive"


def test_verify_names_what_is_wrong(repository: Repository) -> None:
    repository.service("bad", FAILS)
    repository.service("good")
    repository.service("lazy", on_demand="")
    questions = repository.binder / "verify.d"
    questions.mkdir()
    (questions / "lazy").write_text("#!/bin/sh\necho nobody there >&2\nexit 1\n")
    process = repository.opened()
    first = repository.script("verify")
    rows = {line.split()[0]: line.split(maxsplit=3)[1:] for line in first.stdout.splitlines()[1:]}
    assert rows == {
        "bad": ["failed", "FAILED", "exited with status 3: no licence found"],
        "good": ["ready", "ok"],
        "lazy": ["on-demand", "ok"],
    }
    assert first.returncode == 1
    (repository.binder / "services" / "bad" / "run").write_text("#!/bin/sh\nexec sleep 1000\n")
    (repository.binder / "services" / "bad" / "ready").unlink()
    user = repository.launch("--use", "bad")
    until("it is ready", lambda: repository.state("bad")["state"] == "ready")
    finish(user)
    (questions / "good").write_text("#!/bin/bash\r\necho asked\n")
    assert repository.script("verify").returncode == 0
    (questions / "good").write_text("#!/bin/sh\necho a b >&2\necho the table is empty >&2\nexit 2\n")
    asked = repository.script("verify")
    assert asked.returncode == 1
    assert "FAILED  the table is empty" in asked.stdout
    (questions / "good").unlink()
    use, starts = " ".join(repository.command("--use", "lazy")), repository.run / "data/lazy/data/starts"
    waits = f"until [ -s {starts} ]; do sleep 0.05; done; kill $!"
    (questions / "lazy").write_text(f"#!/bin/sh\n{use} & {waits}; echo wrong answer >&2; exit 1\n")
    assert "wrong answer" in repository.script("verify").stdout
    assert finish(process) == -signal.SIGTERM
    gone = repository.script("verify")
    assert gone.returncode == 1
    assert gone.stdout.count("no launch is running") == 3


def test_run_hook_runs_any_script(repository: Repository, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text('#!/bin/bash\r\necho "$0" "$@"\nexit 6\n')
    ended = repository.call("--run-hook", script, "a", "--", "b")
    assert (ended.returncode, ended.stdout) == (6, f"{script} a -- b\n")
