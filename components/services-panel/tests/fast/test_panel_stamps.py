"""What tells that something has changed, in a repository of any size."""

from __future__ import annotations

import asyncio
import importlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fast.conftest import ROOT

pytest.importorskip("jupyter_server", reason="the page is a part of Jupyter Server")
MOST, FOLDERS = 20, 30


@pytest.fixture
def stamps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """With a repository that takes several looks."""
    for number in range(FOLDERS):
        folder = tmp_path / f"course/part-{number}/pictures"
        folder.mkdir(parents=True)
        (folder / "one.png").touch()
        (folder.parent / "mine.ipynb").touch()
    (tmp_path / "course/binder").mkdir()
    monkeypatch.setenv("BINDER_DIR", str(tmp_path / "course/binder"))
    monkeypatch.setenv("BINDER_RUN", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path / "course"))
    monkeypatch.syspath_prepend(str(ROOT / "components/services-panel/lib"))
    known = {*sys.modules}
    found = importlib.import_module("binder_services.stamps")
    monkeypatch.setattr(found, "MOST_ENTRIES", MOST)
    yield found
    for name in {*sys.modules} - known:
        if name.startswith("binder_services"):
            del sys.modules[name]


def files(told: Any, age: float) -> str:
    return str(asyncio.run(told.look(age))["files"])


def looks(told: Any, number: int) -> list[str]:
    """One after the other."""
    return [files(told, 1e-9) for _ in range(number)]


def test_nothing_has_changed(stamps: Any) -> None:
    """The first one is that of all of it."""
    told = stamps.Stamps()
    assert len({files(told, 1e-9), *looks(told, 12), files(told, 0)}) == 1


@pytest.mark.parametrize("number", range(0, FOLDERS, 7))
def test_each_change_is_seen(stamps: Any, tmp_path: Path, number: int) -> None:
    """Within a round, however far the last one is, and at once by what asks for all."""
    told, asked = stamps.Stamps(), stamps.Stamps()
    before = files(told, 1e-9)
    assert files(asked, 0) == before
    looks(told, number % 6)
    part = tmp_path / f"course/part-{number}"
    (part / "mine.ipynb").write_text("more")
    assert files(asked, 0) != before
    assert looks(told, 12)[-1] == files(asked, 0)


def test_what_has_gone_is_forgotten(stamps: Any, tmp_path: Path) -> None:
    told = stamps.Stamps()
    before = files(told, 1e-9)
    times = os.stat(tmp_path / "course/part-3")
    (tmp_path / "course/part-3/new").mkdir()
    (tmp_path / "course/part-3/new/a").touch()
    assert looks(told, 12)[-1] != before
    (tmp_path / "course/part-3/new/a").unlink()
    (tmp_path / "course/part-3/new").rmdir()
    os.utime(tmp_path / "course/part-3", ns=(times.st_atime_ns, times.st_mtime_ns))
    assert looks(told, 12)[-1] == before


def test_one_look_is_bounded(stamps: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    told = stamps.Stamps()
    files(told, 1e-9)
    seen: list[str] = []
    look = stamps.Walk.look

    def counted(walk: Any, folder: str) -> Any:
        seen.append(folder)
        return look(walk, folder)

    monkeypatch.setattr(stamps.Walk, "look", counted)
    files(told, 1e-9)
    assert 0 < len(seen) <= MOST
