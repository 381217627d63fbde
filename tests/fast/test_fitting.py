"""What is said to a terminal of 80 columns, of the real catalogue's errors, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from extensions.fitting import WIDTH, broken
from tests.fast.conftest import copier
from tests.terminal import Terminal

LONG = "words of a text " * 12


@pytest.mark.parametrize(("mark", "below"), [("", ""), ("- ", "  "), ("12. ", "    ")])
def test_long_lines_are_broken_between_words(mark: str, below: str) -> None:
    lines = broken(mark + LONG).split("\n")
    assert len(lines) > 1
    assert max(map(len, lines)) <= WIDTH
    assert [line.startswith(below) and line[len(below)] != " " for line in lines[1:]] == [True] * (len(lines) - 1)
    assert " ".join(" ".join(lines).split()) == (mark + LONG).strip()


def test_paths_and_short_lines_stay() -> None:
    path = "/".join(["folder"] * 20)
    assert broken(f"see {path} now").split("\n") == ["see", path, "now"]
    assert broken("  short") == "  short"


@pytest.mark.parametrize("name", ["postgrs", "nosuch"])
def test_an_unknown_block_is_told_in_a_few_words(catalogue: Path, tmp_path: Path, name: str) -> None:
    with Terminal("copy", "--trust", f"--data=components=[{name}]", catalogue, tmp_path / "course") as terminal:
        assert terminal.end() == 1
        said = terminal.screen.replace("\r", "").strip().split("\n")
    assert said[0].startswith(f"components: there is no block '{name}'; ")
    assert len(said) <= 2
    assert max(map(len, said)) <= WIDTH


def test_the_end_of_a_copy_fits(catalogue: Path, tmp_path: Path) -> None:
    """With many blocks and a note; where no terminal reads it, the first line is one."""
    words = ["copy", "--trust", "--defaults", "--data-file", str(catalogue / "examples/tm351.yml"), str(catalogue)]
    with Terminal(*words, tmp_path / "course") as terminal:
        assert terminal.end() == 0
        said = terminal.screen.replace("\r", "")
    closing = said[said.index("Binder Blocks ") :]
    assert "nobody else can update from" in closing
    assert [line for line in closing.split("\n") if len(line) > WIDTH and " " in line.strip()] == []
    first = copier(*words, tmp_path / "other").stderr.partition("\nBinder Blocks ")[2].split("\n")[0]
    assert "services-panel" in first
    assert len(first) > WIDTH
