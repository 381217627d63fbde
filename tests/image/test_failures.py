"""Services that misbehave: the notebook opens all the same, and the failure is named wherever one would look.

The misbehaving services are mounted into an image of PostgreSQL, which has to go on working beside them.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from conftest import Build, Run, Scaffold

DEADLINE = 20  # launch's
SERVICES = {
    "exits": {"run": "echo no licence found; exit 7", "ready": "exit 1"},
    "never-ready": {"run": "exec sleep infinity", "ready": "echo warming up >&2; exit 1"},
    "hangs-preparing": {"run": "while :; do read -r -t 60 <> <(:); done", "ready": "exec sleep infinity"},
    "ignores-term": {"run": "trap '' TERM; while :; do sleep 1; done", "ready": "exit 0"},
}
FAILING = ("exits", "never-ready", "hangs-preparing")


@pytest.fixture(scope="module")
def postgres(scaffold: Scaffold, build: Build) -> str:
    return build(scaffold(components=["postgres"]), "postgres")


@pytest.fixture
def mounts(tmp_path: Path) -> list[str]:
    options = []
    for name, scripts in SERVICES.items():
        folder = tmp_path / name
        folder.mkdir()
        for script, text in scripts.items():
            (folder / script).write_text(f"#!/usr/bin/env bash\n{text}\n")
        options.append(f"--volume={folder}:/home/jovyan/binder/services/{name}:ro")
    return options


def test_notebook_opens_and_failures_are_named(postgres: str, mounts: list[str], container: Run) -> None:
    running = container(postgres, *mounts)
    running.wait_for_api(deadline=90)  # launch's share of it is in the log, the rest is the notebook's own start
    log, status, verified = running.logs(), json.dumps(running.status()), running.verify()
    waited = [float(seconds) for seconds in re.findall(r"late: after ([\d.]+) s .*; the notebook starts", log)]
    assert waited
    assert max(waited) < DEADLINE + 1
    for name in FAILING:
        assert name in log, log
        assert name in status, status
        assert name in verified.stdout, verified.stdout
    assert verified.returncode == 1
    assert "7" in next(line for line in verified.stdout.splitlines() if line.startswith("exits")), verified.stdout
    assert "warming up" in verified.stdout
    assert running.bash("psql --tuples-only --command='SELECT 41 + 1'").strip() == "42"

    assert running.stop(grace=30) < 15
    assert "ignores-term: it did not stop within" in running.logs()
    assert running.exit_code() == 0


def test_service_that_dies_is_restarted(postgres: str, container: Run) -> None:
    running = container(postgres)
    running.wait_for_api()
    running.wait_for_services()
    running.bash("pkill --signal KILL --oldest postgres")
    assert "postgres" in running.verify().stdout
    running.bash("for _ in {1..150}; do psql --command='SELECT 1' && exit; read -r -t 0.1 <> <(:) || :; done; exit 1")
    assert running.verify().returncode == 0
