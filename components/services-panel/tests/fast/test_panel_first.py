"""First scripts on the page and in `%binder wait`, and the file for help; launch's answers are written for the test."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from tests.fast.conftest import ROOT

LIB = ROOT / "components/services-panel/lib"
FAILED = {"state": "failed", "reason": "exited with status 3: no licence", "line": "", "since": 5.0, "times": "volume"}


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"panel_{path.stem}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Session:
    """A control socket that answers what it is told to, and remembers what it was asked."""

    def __init__(self, run: Path) -> None:
        self.run = run
        self.services: dict[str, Any] = {}
        self.first: dict[str, Any] = {}
        self.asked: list[str] = []
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(str(run / "control"))
        self.server.listen()
        Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            with connection:
                self.asked.append(connection.recv(4096).decode())
                status = {"services": self.services, "hooks": {}, "first": self.first, "notes": []}
                answer = json.dumps(status) if self.asked[-1] == "status" else "ready"
                connection.sendall(answer.encode() + b"\n")

    def script(self, name: str, **values: Any) -> None:
        log = self.run / "log" / f"first.d-{name}.log"
        self.first = {**self.first, name: {**FAILED, "log": str(log), **values}}


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    with tempfile.TemporaryDirectory(prefix="bb-") as folder:  # a short path, for the socket's sake
        monkeypatch.setenv("BINDER_RUN", folder)
        monkeypatch.setenv("BINDER_DIR", f"{folder}/binder")
        (Path(folder) / "binder").mkdir()
        (Path(folder) / "log").mkdir()
        made = Session(Path(folder))
        yield made
        made.server.close()


def test_first_scripts_and_hooks_on_the_page(running: Session) -> None:
    """With their titles, and with the names by which their logs are asked for."""
    session = load(LIB / "binder_services/session.py")
    running.script("10-content", state="running", line="part 3 of 9")
    running.services["db"] = {"state": "waiting", "reason": "it waits for first.d/10-content", "pid": 0}
    found = asyncio.run(session.services())
    (one,) = found["first"]
    assert (one["title"], one["line"], one["log"]) == ("first.d/10-content", "part 3 of 9", "first.d-10-content")
    assert found["services"][0]["log"] == "db"
    assert session.log_of(one["log"]) is None
    (running.run / "log/first.d-10-content.log").write_text("x")
    assert session.log_of(one["log"]) == running.run / "log/first.d-10-content.log"


def test_a_launch_without_first_scripts(running: Session) -> None:
    """One that was made by an earlier version."""
    session: Any = load(LIB / "binder_services/session.py")
    status = {"services": {}, "hooks": {"a b": {"state": "done", "reason": ""}}, "notes": []}
    session.ask = lambda *_: asyncio.sleep(0, json.dumps(status))
    found = asyncio.run(session.services())
    assert found["first"] == []
    assert found["hooks"] == [
        {"name": "a b", "title": "start.d/a b", "log": "start.d-a b", "state": "done", "reason": ""}
    ]


@pytest.fixture
def magic(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    taken: list[Callable[[str], None]] = []
    shell = SimpleNamespace(register_magic_function=taken.append)
    modules: dict[str, dict[str, Any]] = {
        "IPython": {"get_ipython": lambda: shell},
        "IPython.core": {},
        "IPython.core.error": {"UsageError": type("UsageError", (Exception,), {})},
    }
    for name, values in modules.items():
        module = ModuleType(name)
        module.__dict__.update(values)
        monkeypatch.setitem(sys.modules, name, module)
    load(LIB / "startup.py")
    return taken[0]


def test_binder_waits_for_first_scripts(
    running: Session, magic: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """All of them before the services, and one that has a service's name before that service."""
    running.script("content", state="running", line="part 3 of 9", reason="")
    running.services = {"content": {"state": "waiting"}, "db": {"state": "ready"}}

    def end() -> None:
        time.sleep(1.5)
        running.script("content", state="done")

    Thread(target=end).start()
    magic("wait")
    said = capsys.readouterr().out
    assert "waiting for first.d/content, at most 120 s ... part 3 of 9" in said
    assert "first.d/content: done after" in said
    assert running.asked[-1] == "use content"
    magic("wait content db")
    assert "first.d" not in capsys.readouterr().out


def test_binder_tells_of_a_first_script_that_failed(running: Session, magic: Callable[[str], None]) -> None:
    running.script("content")
    with pytest.raises(Exception, match=r"first\.d/content failed: exited with status 3: no licence"):
        magic("wait content")
    running.script("content", state="running")
    with pytest.raises(Exception, match="content is not ready after 1 s"):
        magic("wait content 1")


@pytest.fixture
def helping(running: Session) -> Any:
    return load(LIB / "binder_services/diagnosing.py")


def program(running: Session, text: str) -> None:
    (running.run / "binder/diagnose").write_text(f"#!/usr/bin/env bash\n{text}\n")


def test_diagnose_is_asked(running: Session, helping: Any) -> None:
    """What it prints, without what a terminal would act on."""
    program(running, "printf '%s \\e[31mred\\a\\n' \"$@\"")
    assert asyncio.run(helping.diagnose("--list")) == "--list [31mred"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "this course has no binder/diagnose; it comes with the course's next update"),
        ("echo one >&2; echo two >&2; exit 1", "two"),
        ("exit 3", "diagnose ended with status 3"),
    ],
)
def test_diagnose_fails(running: Session, helping: Any, text: str | None, reason: str) -> None:
    if text:
        program(running, text)
    with pytest.raises(helping.RefusedError) as refused:
        asyncio.run(helping.diagnose("--text"))
    assert str(refused.value) == reason


def test_diagnose_hangs_or_nobody_waits(running: Session, helping: Any) -> None:
    """It is ended, and what it has started."""
    mark = running.run / "mark"
    program(running, f"(sleep 2; touch {mark}) & sleep 100")
    helping.SECONDS = 0.5
    with pytest.raises(helping.RefusedError, match=r"not come to its end within 0\.5 s"):
        asyncio.run(helping.diagnose("--text"))

    async def leave() -> None:
        task = asyncio.create_task(helping.diagnose("--text"))
        await asyncio.sleep(0.3)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(leave())
    time.sleep(2.5)
    assert not mark.exists()


def test_a_file_that_is_not_there_or_too_large(running: Session, helping: Any) -> None:
    with pytest.raises(helping.RefusedError, match="diagnose has made no file"):
        helping.content(running.run / "x.zip")
    (running.run / "x.zip").write_bytes(b"x" * 9)
    assert helping.content(running.run / "x.zip") == b"x" * 9
    helping.MOST_BYTES = 8
    with pytest.raises(helping.RefusedError, match="larger than"):
        helping.content(running.run / "x.zip")


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        ({"provides": {"web": [{"value": {"path": "b/x/"}}, {"value": {"path": "a/"}}]}}, ["b", "a"]),
        ({"provides": {}}, []),
        (None, []),
    ],
)
def test_the_order_of_tiles(tmp_path: Path, report: Any, expected: list[str]) -> None:
    path = tmp_path / "report.json"
    if report:
        path.write_text(json.dumps(report))
    assert load(LIB / "binder_services/tiles.py").order(path) == expected
