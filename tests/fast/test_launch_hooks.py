"""binder/launch and start scripts in every shape that people write them in: the notebook opens each time."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from extensions.foreign.directory import Blob, Directory
from extensions.foreign.scripts import place
from tests.fast.launching import Repository, alive, finish, make_repository, number_in, text, until

repository = pytest.fixture(make_repository)

# Runs its arguments as a child, with a helper beside them, and hands no signal on: as xvfb-run does.
AROUND = """#!/bin/sh
trap '' HUP
sleep 1000 &
echo $! >>$HOME/helpers
DISPLAY=:99 "$@"
status=$?
kill $!
echo over >>$HOME/over
exit $status
"""
BECOMES = '#!/bin/sh\nexport BUS=1\nexec "$@"\n'
PYTHON = "#!/usr/bin/env python3\nimport os, sys\nos.environ['A'] = '1'\nos.execvp(sys.argv[1], sys.argv[1:])\n"
CALLING = "#!/usr/bin/env python3\nimport subprocess, sys\nsys.exit(subprocess.call(sys.argv[1:]))\n"
# A notebook that ends in its own way when told.
TOLD = "import signal as s; s.pthread_sigmask(s.SIG_BLOCK, [15]); open('up', 'w'); s.sigwait([15]); exit(7)"
DONE: dict[str, str] = {"state": "done", "reason": ""}

SHAPES: dict[str, tuple[str | bytes, str, str]] = {
    "exec": ('#!/bin/bash\nexport A=1\nexec "$@"\n', "A=1", ""),
    "no shebang": ('export A=1\nexec "$@"\n', "A=1", ""),
    "carriage returns in the shebang": (b'#!/bin/sh\r\nexec "$@"\n', "", ""),
    "lost interpreter": ('#!/opt/gone/bin/bash\nexport A=1\nexec "$@"\n', "A=1", ""),
    "redirected": ('#!/bin/bash\nexec >/dev/null 2>&1\nexport A=1\nexec "$@"\n', "A=1", ""),
    "no quotes": ("#!/bin/sh\nexport A=1\nexec $@\n", "A=1", ""),
    "no quotes, all in one": ("#!/bin/sh\nexport A=1\nexec $*\n", "A=1", ""),
    "a login shell": ('#!/bin/bash\nexport A=1\nexec bash -l -c "$*"\n', "A=1", ""),
    "into a pipe": ('#!/bin/bash\nexport A=1\nexec "$@" 2>&1 | tee log\n', "A=1", ""),
    "in a function": ('#!/bin/bash\nrun() { export A=1; exec "$@"; }\nrun "$@"\n', "A=1", ""),
    "environment": ('#!/bin/sh\nexec env A=1 "$@"\n', "A=1", ""),
    "errors end it, none happens": ('#!/bin/bash\nset -euo pipefail\nexport A=1\nexec "$@"\n', "A=1", ""),
    "text after exec": ('#!/bin/sh\nexport A=1\nexec "$@"\nexport A=2\nexit 9\n', "A=1", ""),
    "unset": ('#!/bin/sh\nunset GIVEN\nexec "$@"\n', "GIVEN=", ""),
    "cd": ('#!/bin/sh\ncd /\nexport A=$PWD\nexec "$@"\n', "A=/", ""),
    "Python": (
        PYTHON,
        "A=1",
        "",
    ),
    "program that becomes it": ('#!/bin/sh\nexec becomes "$@"\n', "BUS=1", ""),
    "program around it": ('#!/bin/sh\nexec around "$@"\n', "DISPLAY=:99", ""),
    "program around it, no exec": ('#!/bin/bash\nexport A=1\naround "$@"\n', "A=1 DISPLAY=:99", ""),
    "around exec": ('#!/bin/sh\naround exec "$@"\n', "DISPLAY=:99", ""),
    "around exec, no shell stays": ('#!/bin/sh\nexec around exec "$@"\n', "DISPLAY=:99", ""),
    "around a function": ('#!/bin/bash\nmain() { around "$@"; }\nmain "$@"\n', "DISPLAY=:99", ""),
    "child": ('#!/bin/sh\nexport A=1\n"$@"\n', "A=1", ""),
    "child with more to do": ('#!/bin/sh\nexport A=1\n"$@"\necho more >>$HOME/over\n', "A=1", ""),
    "child in the background": ('#!/bin/sh\nexport A=1\n"$@" &\nwait\n', "A=1", ""),
    "child of Python": (
        CALLING,
        "",
        "",
    ),
    "child in a loop": ('#!/bin/sh\nuntil A=1 "$@"; do :; done\n', "A=1", ""),
    "no exec": ("#!/bin/sh\nexport A=1\n", "A=", 'it ended without exec "$@", so its exports are lost'),
    "another command": ("#!/bin/sh\nexec true\n", "", 'it ended without exec "$@", so its exports are lost'),
    "around nothing": ('#!/bin/sh\nexport A=1\nexec nice exec "$@"\n', "A=", "exited with status 127"),
    "not installed": ('#!/bin/sh\nexport A=1\nexec gone-run "$@"\n', "A=", "exited with status 127"),
    "fails": ("#!/bin/sh\necho no licence >&2\nexit 3\n", "", "exited with status 3: no licence"),
    "fails by set -e": ('#!/bin/bash\nset -e\nexport A=1\nfalse\nexec "$@"\n', "A=", "exited with status 1"),
    "killed": ("#!/bin/sh\nkill -KILL $$\n", "", "killed by SIGKILL"),
    "hangs": (
        "#!/bin/sh\necho waiting\nsleep 1000\n",
        "",
        "it did not come to its exec within 3 s and goes on: waiting",
    ),
    "empty": ("", "", 'it ended without exec "$@", so its exports are lost'),
}


@pytest.fixture
def programs(repository: Repository) -> None:
    folder = repository.root / "bin"
    folder.mkdir()
    for name, content in {"around": AROUND, "becomes": BECOMES}.items():
        (folder / name).write_text(content)
        (folder / name).chmod(0o755)
    repository.environment |= {"PATH": f"{folder}:{os.environ['PATH']}", "GIVEN": "yes"}


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize(("script", "environment", "reason"), SHAPES.values(), ids=SHAPES)
def test_notebook_opens(repository: Repository, script: str | bytes, environment: str, reason: str) -> None:
    (repository.binder / "start.d").mkdir()
    (repository.binder / "start.d/shape").write_bytes(script if isinstance(script, bytes) else script.encode())
    repository.hook("zz-next", '#!/bin/sh\nexport NEXT="after $A"\nexec "$@"\n')
    wanted = dict(pair.split("=", 1) for pair in environment.split())
    deadline = 3 if "within" in reason else 60
    ended = repository.call("--deadline", deadline, "--grace", 1, "--", "sh", "-c", "pwd; env; exit 5", cwd="/tmp")
    seen = dict(line.split("=", 1) for line in ended.stdout.splitlines()[1:])
    assert (ended.returncode, ended.stdout.splitlines()[0]) == (5, "/tmp"), ended.stderr
    assert {name: seen.get(name, "") for name in wanted} == wanted
    assert seen.get("NEXT") == (f"after {wanted.get('A', '')}" if "within" not in reason else None)
    found = repository.status()["hooks"]["shape"]
    assert found["reason"].startswith(reason) if reason else found == DONE, found
    assert ("start.d/shape failed" in ended.stderr) == (bool(reason) and found["state"] == "failed")
    for pid in text(repository.home / "helpers").split():
        assert not alive(int(pid))


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize("hook", ['exec around "$@"', 'around "$@"', 'sleep 1000 & echo $! >$HOME/helpers; "$@"; wait'])
def test_term_reaches_the_notebook_whatever_is_around_it(repository: Repository, hook: str) -> None:
    repository.hook("wraps", f"#!/bin/sh\n{hook}\n")
    process = repository.opened(notebook=f'exec {sys.executable} -c "{TOLD}"', cwd=repository.root)
    until("it can be told", (repository.root / "up").exists)
    helper = number_in(repository.home / "helpers")
    assert alive(helper)
    assert finish(process) == 7
    assert not alive(helper)


@pytest.mark.usefixtures("programs")
def test_daemon_of_a_wrapper_is_told_at_once(repository: Repository) -> None:
    daemon = "trap 'sleep 0.3; echo >$HOME/saved; exit' TERM; echo >$HOME/up; while :; do sleep 0.05; done"
    repository.hook("daemon", f"#!/bin/bash\nsh -c '{daemon.replace(chr(39), chr(34))}' &\nexec around \"$@\"\n")
    process = repository.opened(traps="trap '' TERM", notebook="until [ -e $HOME/saved ]; do sleep 0.05; done")
    until("the daemon is up", (repository.home / "up").exists)
    process.terminate()
    assert process.wait(60) == 0, "the notebook ended because the daemon had been told before"


@pytest.mark.usefixtures("programs")
def test_wrappers_in_wrappers_live_as_long_as_the_notebook(repository: Repository) -> None:
    repository.hook("a", '#!/bin/sh\nexec around "$@"\n')
    repository.hook("b", '#!/bin/sh\nexport SEEN=$DISPLAY\naround "$@"\nsleep 0.5\necho done >$HOME/after\n')
    repository.service("server", '#!/bin/sh\necho "$SEEN" >"$SERVICE_DATA/starts"; exec sleep 1000\n')
    process = repository.opened(notebook="while [ -e $HOME/helpers ]; do sleep 0.05; done; exit 3")
    helpers = [int(pid) for pid in text(repository.home / "helpers").split()]
    assert [alive(pid) for pid in helpers] == [True, True]
    assert repository.data("server", "starts") == ":99\n"
    assert repository.status()["hooks"] == {"a": DONE, "b": DONE}
    (repository.home / "helpers").unlink()
    assert process.wait(60) == 3
    assert [alive(pid) for pid in helpers] == [False, False]
    assert text(repository.home / "over") == "over\nover\n"
    assert text(repository.home / "after") == "done\n", "a wrapper may finish what it does after the notebook"


@pytest.mark.usefixtures("programs")
def test_wrapper_that_dies_is_named_and_the_notebook_stays(repository: Repository) -> None:
    repository.hook("wraps", '#!/bin/sh\necho $$ >$HOME/pid\n"$@"\n')
    process = repository.opened()
    os.kill(number_in(repository.home / "pid"), signal.SIGKILL)
    until("launch says so", lambda: "start.d/wraps failed: it ended before the notebook: killed" in repository.err)
    until("and keeps it", lambda: repository.status()["hooks"]["wraps"]["state"] == "failed")
    assert repository.script("verify").returncode == 1
    assert process.poll() is None
    assert finish(process) == -signal.SIGTERM


@pytest.mark.usefixtures("programs")
def test_wrapper_ends_when_launch_is_killed(repository: Repository) -> None:
    repository.hook("wraps", '#!/bin/sh\nexec around "$@"\n')
    process = repository.opened()
    helper = number_in(repository.home / "helpers")
    process.kill()
    until("it is gone", lambda: not alive(helper))


@pytest.mark.usefixtures("programs")
def test_term_while_a_wrapper_waits_means_no_notebook(repository: Repository) -> None:
    repository.hook("a", '#!/bin/sh\nexec around "$@"\n')
    repository.hook("b", "#!/bin/sh\necho >$HOME/up; sleep 1000\n")
    process = repository.launch("--", "touch", repository.root / "opened")
    until("the second one runs", (repository.home / "up").exists)
    assert finish(process) == -signal.SIGTERM
    assert not (repository.root / "opened").exists()
    assert not alive(number_in(repository.home / "helpers"))


def test_exports_of_many_and_a_daemon_left_behind(repository: Repository) -> None:
    for number in range(5):
        repository.hook(
            f"h{number}", f'#!/bin/sh\nexport ALL="$ALL {number}"\nsleep 1000 & echo $! >>$HOME/pids\nexec "$@"\n'
        )
    ended = repository.call("--", "sh", "-c", "echo $ALL")
    assert ended.stdout == "0 1 2 3 4\n"
    pids = text(repository.home / "pids").split()
    assert len(pids) == 5
    assert not any(alive(int(pid)) for pid in pids)


def placed(repository: Repository, slug: str, start: str, folder: str = "binder", imported: bool = True) -> Path:
    """The start of an import or an adopted directory with a helper, placed; the root of its files."""
    home = f"binder/imports/{slug}" if imported else ""
    helper = f"export HELPED_{slug}=$REPO_DIR\n"
    files = {f"{folder}/start".lstrip("/"): start, f"{folder}/helper.sh".lstrip("/"): helper}
    tree = {path: Blob(content.encode()) for path, content in files.items()}
    for file in place(Directory(slug, slug, "", folder, home, tree), "binder")[0]:
        path = repository.root / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.text.encode())  # without its run bit
    if not imported:
        (repository.root / folder / "helper.sh").write_text(helper)
    return repository.root / home


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize("repo_dir", [None, "/srv/repo"])
def test_imported_start_runs_among_its_files(repository: Repository, repo_dir: str | None) -> None:
    checks = 'source "$(dirname "$0")/helper.sh"\r\ntest -e binder/start || exit 9\r\ncd binder\r\n'
    start = f'#!/bin/bash\r\n{checks}exec around "$@"\r\n'
    one = placed(repository, "one", start)
    two = placed(repository, "two", start.replace("around ", "").replace("\r", ""))
    bare = placed(repository, "bare", '. ./helper.sh\nA=1 exec "$@"\n', folder="")
    if repo_dir:
        repository.environment["REPO_DIR"] = repo_dir
    ended = repository.call("--", "sh", "-c", "pwd; env", cwd="/tmp")
    lines = ended.stdout.splitlines()
    seen = dict(line.split("=", 1) for line in lines[1:])
    assert repository.status()["hooks"] == {"bare": DONE, "one": DONE, "two": DONE}, ended.stderr
    assert lines[0] == "/tmp"
    assert [seen[f"HELPED_{name}"] for name in ("one", "two", "bare")] == [str(one), str(two), str(bare)]
    assert (seen.get("REPO_DIR"), seen["DISPLAY"]) == (repo_dir, ":99")


@pytest.mark.parametrize("folder", ["binder", "other"])
def test_adopted_start_runs_in_the_root(repository: Repository, folder: str) -> None:
    start = '#!/bin/bash\n. "$(dirname "${BASH_SOURCE[0]}")/helper.sh"\nexport IN=$PWD\nexec "$@"\n'
    placed(repository, "adopted", start, folder, imported=False)
    ended = repository.call("--", "sh", "-c", "echo $IN; echo ${HELPED_adopted-none}", cwd="/tmp")
    assert ended.stdout == "/tmp\n\n", ended.stderr
    assert repository.status()["hooks"] == {"adopted": DONE}


def test_failing_imported_start_is_named(repository: Repository) -> None:
    placed(repository, "one", "#!/bin/sh\nset -e\necho no such thing >&2; false\n")
    ended = repository.call("--", "echo", "open")
    assert ended.stdout == "open\n"
    assert "start.d/one failed: exited with status 1: no such thing" in ended.stderr
