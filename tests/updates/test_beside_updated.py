"""A start script of others beside the notebook, in updates."""

from __future__ import annotations

from pathlib import Path

from tests.fast.conftest import commit, copier
from tests.fast.test_beside import COPY, SLOW, answers, blocks, course

__all__ = ["blocks", "course"]


def test_adopted_moved_and_brought_back(blocks: Path, course: Path) -> None:
    commit(blocks, "1.0")
    assert copier(*COPY, blocks, course).returncode == 0
    moved, kept = course / "binder/first.d/adopted-binder", course / "binder/start.d/adopted-binder"
    assert answers(course)["starts_beside"] == []
    assert kept.read_text() == SLOW
    for words, is_moved in (
        ((), False),
        (("--data=starts_beside=[binder]",), True),
        ((), True),
        (("--data=starts_beside=[]",), False),
    ):
        commit(course)
        result = copier("update", "--trust", "--defaults", *words, course)
        assert result.returncode == 0, result.stderr
        assert (moved.exists(), kept.exists()) == (is_moved, not is_moved)
        assert ("BB416 " in result.stderr) or ("BB416" in (course / "binder/report.json").read_text())
        assert (course / "binder/start.d/adopted-binder_a").exists()
