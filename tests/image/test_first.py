"""first.d in a built course: minutes of work while a notebook is used, stopped half-way, once per volume.

BLOCKS_FIRST_SECONDS (60) is how long the work takes.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from conftest import Build, Run, Scaffold
from tests.image.containers import TOKEN, Container, wait_until

SECONDS = int(os.environ.get("BLOCKS_FIRST_SECONDS", "60"))
CELL = Path(__file__).parent / "clients/cell.py"
SLOWEST = 5  # seconds that a cell may take on a busy machine
WORK = f"""#!/usr/bin/env bash
# once per volume
set -euo pipefail
echo begun >>"$HOME/begun"
rm --recursive --force "$HOME/fetched"
mkdir "$HOME/fetched"
for ((part = 1; part <= {SECONDS}; part++)); do
  echo "part $part of {SECONDS}"
  head --bytes=4M /dev/urandom | gzip >"$HOME/fetched/$part"
  sleep 1
done
mv "$HOME/fetched" "$HOME/content"
"""
READER = f"""#!/usr/bin/env bash
set -euo pipefail
test -s "$HOME/content/{SECONDS}"
exec sleep infinity
"""
FAILS = "#!/bin/sh\necho 'the dump is damaged' >&2\nexit 1\n"


def course(scaffold: Scaffold) -> Path:
    """No block at all, and the author's own files, as a web upload leaves them: without run bits."""
    repository = scaffold(components=[], keep_data="home")
    for path, text in {
        "first.d/content": WORK,
        "first.d/wrong": FAILS,
        "services/reader/run": READER,
        "services/reader/after": "content\n",
        "services/reader/ready": "#!/bin/sh\nexit 0\n",
        "services/other/run": "#!/bin/sh\nexec sleep infinity\n",
        "services/other/after": "wrong\n",
    }.items():
        file = repository / "binder" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return repository


def state(running: Container, name: str = "content") -> Any:
    return running.status()["first"][name]


def use_the_notebook(running: Container, cells: int, pause: float) -> list[float]:
    """How long each cell took."""
    arguments = f"'{running.url()}' {TOKEN} {cells} {pause}"
    script = (
        f"exec \"$NB_PYTHON_PREFIX/bin/python3\" - {arguments} <<'END_OF_PYTHON'\n{CELL.read_text()}\nEND_OF_PYTHON"
    )
    return [float(line) for line in running.bash(script, timeout=600).split()]


def test_minutes_of_work_beside_the_notebook(scaffold: Scaffold, build: Build, container: Run, tmp_path: Path) -> None:
    image = build(course(scaffold), "first", repo_dir="/srv/repo")
    home = tmp_path / "home"
    home.mkdir()
    shutil.chown(home, 1000, 1000)
    volume = f"--volume={home}:/home/jovyan"
    content = home / "content"

    running = container(image, volume)
    print(f"the notebook answers after {running.wait_for_api():.1f} s")
    took = use_the_notebook(running, 10, 1)
    assert max(took) < SLOWEST, took
    found = state(running)
    assert (found["state"], found["times"]) == ("running", "volume")
    assert found["line"].endswith(f" of {SECONDS}")
    assert running.status()["services"]["reader"]["state"] == "waiting"
    print(f"stopped in the middle, at {found['line']}, in {running.stop(grace=30):.1f} s")
    assert running.exit_code() == 0, "nothing had to be killed"
    assert (home / "fetched").is_dir()
    assert not content.exists()
    assert not list(home.glob(".binder-data/*/first.d/content/done"))

    again = container(image, volume)
    again.wait_for_api()
    took = use_the_notebook(again, max(10, SECONDS // 3), 2)
    print(f"a cell takes {sorted(took)[len(took) // 2]:.3f} s, the slowest {max(took):.3f} s")
    assert max(took) < SLOWEST, took
    wait_until("it is done", lambda: state(again)["state"] == "done", 3 * SECONDS + 60, log=again.logs)
    wait_until("its service is ready", lambda: again.status()["services"]["reader"]["state"] == "ready", 30)
    wait_until("the other one has failed", lambda: state(again, "wrong")["state"] == "failed", 30)
    verified = again.verify()
    lines = [" ".join(line.split()) for line in verified.stdout.splitlines()]
    assert "first.d/content done ok" in lines
    assert "reader ready ok" in lines
    assert "first.d/wrong failed FAILED exited with status 1: the dump is damaged" in lines
    assert "other failed FAILED it starts after first.d/wrong, which failed" in lines
    assert verified.returncode == 1
    assert (home / "begun").read_text() == "begun\n" * 2
    assert content.is_dir()
    assert list(home.glob(".binder-data/*/first.d/content/done"))
    again.stop()

    third = container(image, volume)
    third.wait_for_api()
    wait_until("it knows", lambda: state(third)["state"] == "done", 30, log=third.logs)
    assert state(third)["line"] == "it was done in an earlier session"
    wait_until("its service is ready", lambda: third.status()["services"]["reader"]["state"] == "ready", 30)
    assert (home / "begun").read_text() == "begun\n" * 2
