"""Which tier a file of tests belongs to, and what is run of it where time is short."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from conftest import ROOT, in_turn, tier_at
from tests.image import proof


@pytest.mark.parametrize(
    ("path", "tier"),
    [
        ("tests/fast/test_a.py", "fast"),
        ("tests/updates/test_a.py", "updates"),
        ("tests/image/more/test_a.py", "image"),
        ("tests/test_image.py", "fast"),
        ("components/a/tests/browser/test_a.py", "browser"),
        ("components/image/tests/fast/test_a.py", "fast"),
        ("outputs/image/tests/test_a.py", "fast"),
        ("outputs/image/tests/updates/test_a.py", "updates"),
    ],
)
def test_folder_below_tests(path: str, tier: str) -> None:
    assert tier_at(Path(path)) == tier


@pytest.mark.parametrize(("until", "says"), [(0, "8 skipped"), (9_000_000_000, "8 passed")])
def test_what_begins_too_late_is_skipped_and_says_so(until: int, says: str) -> None:
    words = ["--quiet", "--numprocesses=0", "-p", "no:cacheprovider", "-k", "folder_below", f"--until={until}"]
    command = [sys.executable, "-m", "pytest", *words, __file__]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    assert says in done.stdout, done.stdout + done.stderr
    assert (proof.TIME_IS_UP in done.stdout) == ("skipped" in says)


def test_each_file_has_a_day_on_which_it_is_first() -> None:
    items: list[Any] = [
        SimpleNamespace(path=ROOT / "tests" / f"test_{name}.py", name=n) for name in "abcd" for n in "xy"
    ]
    days = [in_turn(items, day) for day in range(40)]
    assert {day[0].path for day in days} == {item.path for item in items}
    for day in days:
        assert sorted(map(id, day)) == sorted(map(id, items))
        assert [item.path for item in day[::2]] == [item.path for item in day[1::2]], "a file's tests stay together"
        assert [item.name for item in day] == ["x", "y"] * 4
