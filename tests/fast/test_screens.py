"""The interview of the real catalogue on a screen of 80 columns and 24 lines, with a wrong answer at each question.

What was to be seen before each answer is kept as text in the test's folder, `screens.txt`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import yaml

from extensions.answers import choices, interview, questions
from extensions.expressions import evaluator, make_environment
from tests import units
from tests.fast.conftest import ROOT
from tests.terminal import DOWN, ENTER, SPACE, Terminal

MARK = "🎤"
CIRCLES = ("○", "●")
BLOCKS: dict[str, str] = yaml.safe_load(choices.components(units.CATALOGUE, ()))
OUTPUTS: dict[str, str] = yaml.safe_load(choices.outputs(units.CATALOGUE))
EVALUATE = evaluator(make_environment(units.CATALOGUE))
FIVE = ["duckdb", "postgres", "openrefine", "sqlite", "voila"]


class Screens:
    """What was seen, by the question whose it was."""

    def __init__(self, terminal: Terminal, folder: Path) -> None:
        self.terminal, self.file, self.seen = terminal, folder / "screens.txt", list[str]()

    def answer(self, wanted: str, keys: str) -> None:
        self.terminal.expect(wanted)
        self.keep()
        self.terminal.send(keys)

    def keep(self) -> None:
        self.seen.append(self.terminal.still())
        self.file.write_text("\n\n".join(f"{'-' * 80}\n{screen}" for screen in self.seen) + "\n")

    @property
    def lines(self) -> set[str]:
        return {line.strip() for screen in self.seen for line in screen.splitlines()}

    @property
    def asked(self) -> set[str]:
        """The first words of each question."""
        return {line.removeprefix(MARK).split("?")[0].strip() for line in self.lines if line.startswith(MARK)}

    def assert_whole(self, names: Sequence[str]) -> None:
        """Each line of the questions, and each label that was seen, stands in a line of its own."""
        known = questions.read(ROOT)
        for name in names:
            text = EVALUATE(str(known[name]["help"]), {"components": []})
            for line in text.splitlines():
                assert any(seen.removeprefix(MARK).strip().startswith(line.strip()) for seen in self.lines), line
        told = [line.removeprefix("»").strip() for line in self.lines]
        labels = {" ".join(line[1:].split()) for line in told if line.startswith(CIRCLES)}
        assert labels
        assert labels <= {" ".join(label.split()) for label in (*BLOCKS, *OUTPUTS)}


def choosing(names: Sequence[str], offered: dict[str, str]) -> str:
    """The keys that choose these."""
    order = list(offered.values())
    keys, at = "", 0
    for place in sorted(order.index(name) for name in names):
        keys, at = keys + DOWN * (place - at) + SPACE, place
    return keys + ENTER


def test_a_postgresql_course_in_four_questions(catalogue: Path, tmp_path: Path) -> None:
    units.require(["postgres"])
    with Terminal("copy", "--trust", catalogue, tmp_path / "course") as terminal:
        screens = Screens(terminal, tmp_path)
        screens.answer("What is the course called?", ENTER)
        screens.answer("must not be empty", f"Databases{ENTER}")
        screens.answer("Which blocks does it need?", ENTER)
        screens.answer(interview.NOTHING, choosing(["postgres"], BLOCKS))
        screens.answer("How do people get it?", ENTER)
        screens.answer(interview.NOTHING, ENTER)
        screens.answer("More settings", "x")
        screens.keep()
        terminal.send(ENTER)
        terminal.expect("What to do next")
        screens.keep()
        assert terminal.end() == 0
    assert len(screens.asked) == 4
    screens.assert_whole(["course_name", "components", "outputs"])
    answers = yaml.safe_load((tmp_path / "course/.copier-answers.yml").read_text())
    assert (answers["components"], answers["outputs"]) == (["postgres"], [])


def test_five_blocks_with_links_in_five_questions(catalogue: Path, tmp_path: Path) -> None:
    units.require(FIVE)
    units.require_outputs("links")
    with Terminal("copy", "--trust", catalogue, tmp_path / "course") as terminal:
        screens = Screens(terminal, tmp_path)
        screens.answer("What is the course called?", f"Databases{ENTER}")
        screens.answer("Which blocks does it need?", choosing(FIVE, BLOCKS))
        screens.answer("How do people get it?", choosing(["links"], OUTPUTS))
        screens.answer("More settings", ENTER)
        screens.answer("Where will this repository be", f"nowhere at all{ENTER}")
        terminal.expect("links_repository: ")
        screens.keep()
        terminal.send("\x01\x0b" + f"gh:historians/databases{ENTER}")
        terminal.expect("What to do next")
        screens.keep()
        assert terminal.end() == 0
    assert len(screens.asked) == 5
    screens.assert_whole(["course_name", "components", "links_repository"])
    answers = yaml.safe_load((tmp_path / "course/.copier-answers.yml").read_text())
    assert sorted(answers["components"]) == sorted(FIVE)
    assert answers["links_repository"] == "gh:historians/databases"


def test_a_list_is_typed_as_one_word(catalogue: Path, tmp_path: Path) -> None:
    """What stands in the line goes with the first key; an empty line is none."""
    units.require(["course-packages"])
    data = ["--data=course_name=A", "--data=components=course-packages", "--data=outputs=[]", "--data=settings=true"]
    names = [name for name in questions.read(ROOT) if name.startswith("course_packages_")]
    with Terminal("copy", "--trust", *data, catalogue, tmp_path / "course") as terminal:
        for _ in range(40):
            terminal.settle()
            if "Packages of the operating system?" in terminal.screen:
                break
            terminal.send(ENTER)
        terminal.expect("Packages of the operating system?")
        terminal.send(f"graphviz{ENTER}")
        terminal.expect("Packages from PyPI to install one after the other")
        terminal.send(ENTER)
        for _ in range(40):
            terminal.settle()
            if "What to do next" in terminal.screen:
                break
            terminal.send(ENTER)
        assert terminal.end() == 0
    answers = yaml.safe_load((tmp_path / "course/.copier-answers.yml").read_text())
    assert {name: answers[name] for name in names if answers[name]} == {"course_packages_apt": "graphviz"}
    assert "graphviz" in (tmp_path / "course/binder/apt.txt").read_text()


def test_who_stops_leaves_nothing_behind(catalogue: Path, tmp_path: Path) -> None:
    with Terminal("copy", "--trust", catalogue, tmp_path / "course") as terminal:
        terminal.expect("What is the course called?")
        terminal.send(f"Databases{ENTER}")
        terminal.expect("Which blocks does it need?")
        terminal.send("\x03")
        terminal.expect("Execution stopped by user")
        assert terminal.end() == 1
        assert "Traceback" not in terminal.screen
    assert [*tmp_path.iterdir()] == []
