"""What the page says of a session: of a real launch, of real processes, and of whatever stands in the README."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.fast.conftest import ROOT
from tests.fast.launching import Repository, make_repository, until

repository = pytest.fixture(make_repository)
LISTENS = (
    "import socket; one = socket.create_server(('127.0.0.1', 0)); print(one.getsockname()[1], flush=True); input()"
)
V1, V2 = {"/memory/memory.usage_in_bytes": "900"}, {"/memory.current": "900"}
README = """# Course

## Data base

Text.

```python
first
```

```r
other
```

```python
second
```

## Next

```bash
not ours
```
"""


@pytest.fixture
def session(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setenv("BINDER_RUN", str(repository.run))
    monkeypatch.setenv("BINDER_DIR", str(repository.binder))
    path = ROOT / "components/services-panel/lib/binder_services/session.py"
    spec = importlib.util.spec_from_file_location("panel_session", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def listener() -> Iterator[tuple[int, int]]:
    """A process in a session of its own, and the port that it listens on."""
    with subprocess.Popen(
        [sys.executable, "-c", LISTENS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout
        yield process.pid, int(process.stdout.readline())
        process.kill()


def test_a_real_launch(repository: Repository, session: ModuleType) -> None:
    repository.service("one")
    repository.opened()
    (one,) = asyncio.run(session.services(details=True))["services"]
    assert (one["name"], one["title"], one["state"]) == ("one", "one", "ready")
    assert one["memory"] > 10_000
    before = session.changed()
    assert asyncio.run(session.ask("restart one", 60)) == "ready"
    until("what changes is seen", lambda: session.changed() > before)
    (again,) = asyncio.run(session.services())["services"]
    assert again["pid"] != one["pid"]


def test_no_launch(session: ModuleType) -> None:
    assert asyncio.run(session.services(details=True)) == {
        "services": [],
        "hooks": [],
        "first": [],
        "notes": ["no launch is running"],
        "memory": None,
    }


def test_ports_and_memory_are_of_the_processes(session: ModuleType, listener: tuple[int, int]) -> None:
    """One that does not run has neither, though the kernel's own processes are of session 0."""
    pid, port = listener
    runs, ended = session.measured({"services": [{"pid": pid}, {"pid": 0}]})["services"]
    assert runs["ports"] == [port]
    assert 1_000_000 < runs["memory"] < 100_000_000
    assert (ended["ports"], ended["memory"]) == ([], 0)


def test_the_first_cell_of_each_language(repository: Repository, session: ModuleType) -> None:
    report = {
        "components": {"titles": {"db": "Data base", "other": "Not there"}},
        "provides": {"web": [{"component": "db", "value": {"name": "Data base", "path": "db/"}}]},
    }
    (repository.binder / "report.json").write_text(json.dumps(report))
    (repository.binder / "README.md").write_text(README)
    found = session.pages()
    assert found["db"] == {"title": "Data base", "web": "db/", "cells": {"python": "first", "r": "other"}}
    assert found["other"]["cells"] == {}


@pytest.mark.parametrize(
    ("files", "env", "expected"),
    [
        (
            {"/memory.current": "900", "/memory.max": "2000", "/memory.stat": "file 7\ninactive_file 100"},
            "",
            (800, 2000),
        ),
        ({"/memory.current": "900", "/memory.max": "max"}, "", (900, 0)),
        ({**V2, "/memory.max": "max"}, "3000", (900, 3000)),
        ({**V1, "/memory/memory.limit_in_bytes": "2000"}, "", (900, 2000)),
        ({**V1, "/memory/memory.limit_in_bytes": str(2**63 - 4096)}, "", (900, 0)),
        ({}, "", None),
    ],
    ids=["v2", "no limit", "the hub's limit", "v1", "v1 without limit", "no cgroup"],
)
def test_memory_of_the_session(
    session: ModuleType, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], env: str, expected: Any
) -> None:
    monkeypatch.setenv("MEM_LIMIT", env)
    monkeypatch.setattr(session, "read", lambda path: files.get(str(path).removeprefix("/sys/fs/cgroup"), ""))
    found = session.memory()
    assert (found and (found["used"], found["limit"])) == expected


@pytest.mark.parametrize("name", ["..", "../one", "../../etc/passwd", "", "/etc/passwd", "two"])
def test_no_other_file_is_a_log(repository: Repository, session: ModuleType, name: str) -> None:
    (repository.run / "log").mkdir()
    (repository.run / "log/one.log").touch()
    (repository.run / "one.log").touch()
    assert session.log_of("one") == Path(repository.run, "log/one.log")
    assert session.log_of(name) is None
