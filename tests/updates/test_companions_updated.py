"""What comes along by itself, in updates."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.fast.conftest import commit, copier
from tests.fast.test_companions import blocks

__all__ = ["blocks"]


def test_a_course_gets_it_loses_it_and_has_it_back(blocks: Path, tmp_path: Path) -> None:
    """By updates: of a catalogue that has none yet to one that has it; left out, it stays away."""
    course, page = tmp_path / "course", blocks / "components/window/component.yml"
    whole = page.read_text()
    page.write_text(whole.replace("comes_with: service\n", ""))
    commit(blocks, "1.0")
    result = copier("copy", "--trust", "--defaults", "--data=components=[server]", blocks, course)
    assert result.returncode == 0, result.stderr
    assert "without" not in yaml.safe_load((course / ".copier-answers.yml").read_text())
    page.write_text(whole)
    for number, (words, there, said) in enumerate(
        [
            ([], True, "- Window comes along, since there is a service; --data 'remove=[window]' leaves it out.\n"),
            ([], True, ""),
            (["--data=remove=[window]"], False, "- Removed: window.\n"),
            ([], False, ""),
            (["--data=components=[server, plain]"], False, "- Added: plain.\n"),
            (["--data=add=[window]"], True, "- Added: window.\n"),
            (["--data=remove=[window]"], False, "- Removed: window.\n"),
        ],
        start=1,
    ):
        commit(course)
        commit(blocks, f"1.{number}")
        result = copier("update", "--trust", "--defaults", *words, course)
        assert result.returncode == 0, result.stderr
        assert said in result.stderr
        assert said or "window" not in result.stderr.split("Memory", 1)[1].casefold()
        assert result.stderr.count("indow.") + result.stderr.count("- Window") <= 1, result.stderr
        answers = yaml.safe_load((course / ".copier-answers.yml").read_text())
        assert ("window" in answers["components"]) == (words == ["--data=add=[window]"])
        assert ("tree" in (course / "binder/apt.txt").read_text()) == there, number
