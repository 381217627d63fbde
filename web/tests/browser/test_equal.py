"""The page's result is the command's, byte for byte, of a sample; `benchmarks/page.py --sets 200` runs more."""

from __future__ import annotations

from pathlib import Path

from web.tests import comparing, sampling

SAMPLE = 8


def test_the_page_makes_what_the_command_makes(dist: Path, released: Path, tmp_path: Path) -> None:
    found = comparing.compared(dist, released, sampling.sets(SAMPLE), tmp_path)
    assert {number: differences for number, differences in found if differences} == {}
