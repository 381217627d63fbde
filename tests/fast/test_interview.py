"""The interview: what fits a terminal of 80 columns, and what is asked whom."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from extensions.answers import interview, questions
from extensions.answers.interview import AROUND, LINE
from extensions.expressions import evaluator, make_environment
from extensions.fitting import WIDTH
from extensions.text import words
from tests import units
from tests.fast.conftest import ROOT, MakeCatalogue, copier, git, manifest, tree
from tests.terminal import ENTER, SPACE, Terminal
from tools import cast

QUESTIONS = questions.read(ROOT)
ASKED = {name: one for name, one in QUESTIONS.items() if one.get("when") is not False and one.get("ask") is not False}
# In front of a choice: its pointer and its circle.
POINTER = len(" » ○ ")
EVALUATE = evaluator(make_environment(units.CATALOGUE))
ANSWERS, _ = questions.complete(
    {name: one for name, one in QUESTIONS.items() if "default" in one}, {}, EVALUATE, is_final=False
)


@pytest.mark.parametrize("name", ASKED)
def test_question_fits(name: str) -> None:
    question = ASKED[name]
    text = EVALUATE(str(question["help"]), ANSWERS)
    assert text.strip()
    assert "  " not in text.strip()
    lines = [*text.splitlines(), str(question.get("placeholder", ""))]
    assert [line for line in lines if len(line) > LINE] == []
    assert question.get("type") != "bool" or len(lines[-2]) + len(" (y/N)") <= LINE


@pytest.mark.parametrize("name", [name for name, one in ASKED.items() if one.get("type") == "yaml"])
def test_a_list_is_typed_into_an_empty_line(name: str) -> None:
    """Nothing stands there that one would type behind; what to type does, and goes with the first key."""
    assert ASKED[name]["default"] == ""
    assert ASKED[name]["placeholder"]


@pytest.mark.parametrize("name", [name for name, one in ASKED.items() if one.get("choices")])
def test_choices_fit(name: str) -> None:
    choices = ASKED[name]["choices"]
    choices = yaml.safe_load(EVALUATE(choices, ANSWERS)) if isinstance(choices, str) else choices
    assert [label for label in choices or () if len(str(label)) + POINTER > LINE] == []


def offered(name: str) -> list[str]:
    return [" ".join(str(label).split()) for label in yaml.safe_load(EVALUATE(ASKED[name]["choices"], ANSWERS))]


def title(label: str) -> str:
    """With its category."""
    return re.sub(r"^\d+ MB | \(.*", "", label)


def drawn() -> list[list[tuple[str, str]]]:
    """The choices of each still of the picture: the circle, and the label."""
    stills = []
    for still in cast.FILE.read_text().split('<g class="still"'):
        lines = (html.unescape(re.sub("<[^>]*>", "", line)) for line in re.findall("<text.*?</text>", still))
        found = (re.match(r"[ »]+([○●])(.+)", line) for line in lines)
        stills.append([(one[1], " ".join(one[2].split())) for one in found if one])
    return [still for still in stills if still]


def test_the_picture_of_the_interview_is_today_s() -> None:
    """Skipped where a block has been removed, so that what is left can be tested; in CI that is a failure."""
    today = [*offered("components"), *offered("outputs")]
    assert drawn(), "there are no choices in the picture"
    for still in drawn():
        labels = [label for _, label in still]
        at = today.index(labels[0]) if labels[0] in today else 0
        if labels != today[at : at + len(labels)]:
            is_removal = {*map(title, labels)} - {*map(title, today)} and not os.environ.get("CI")
            reason = f"{cast.FILE.name} shows other choices; commit, and python tools/cast.py draws it anew"
            (pytest.skip if is_removal else pytest.fail)(reason)


def test_the_picture_chooses_what_it_means() -> None:
    chosen = [label for still in drawn() for circle, label in still if circle == "●"]
    assert len(chosen) == 2
    assert cast.BLOCK in chosen[0]
    assert cast.OUTPUT in chosen[1]


@pytest.mark.parametrize("name", [name for name, one in ASKED.items() if one.get("validator")])
def test_refusal_fits(name: str) -> None:
    """What is written in the question; the others are cut, and said whole above the prompt."""
    if "refused(" in str(ASKED[name]["validator"]) or "filter shown(" in str(ASKED[name]["validator"]):
        return
    texts = [text.strip() for text in re.split(r"\{%.*?%\}|\{\{.*?\}\}", str(ASKED[name]["validator"]))]
    assert [text for text in texts if AROUND + len(name) + len(text) > WIDTH] == []


def test_settings_are_out_of_the_way() -> None:
    """Asked are the name, blocks, outputs, whether there shall be more, and what has no default that is right."""
    asked = [
        name for name, one in ASKED.items() if "asks(" in str(one.get("ask", True)) or one.get("ask", True) is True
    ]
    assert asked[:5] == ["course_name", "adopt", "components", "outputs", "settings"]
    for name in asked[5:]:
        assert ASKED[name].get("default", "") == "" or "choices" in ASKED[name], f"{name} has a default: a setting"
    for name in ASKED:
        if name not in asked:
            assert "default" in ASKED[name], f"{name} is not asked, and has no default"


def test_words() -> None:
    assert words("graphviz") == ["graphviz"]
    assert words(["a", "b"]) == ["a", "b"]
    assert words("") == words(None) == words([]) == []
    assert words({"a": 1}) == [{"a": 1}]


BLOCKS = {"one/component.yml": manifest("One", memory=20), "two/component.yml": manifest("Two")}


@pytest.fixture
def blocks(make_catalogue: MakeCatalogue) -> Path:
    return make_catalogue(BLOCKS)


def test_four_questions_make_a_course(blocks: Path, tmp_path: Path) -> None:
    """An empty name is refused; nothing chosen is asked once more; settings are saved, and not asked for."""
    with Terminal("copy", "--trust", blocks, tmp_path / "course") as terminal:
        terminal.expect("What is the course called?")
        terminal.send(ENTER)
        terminal.expect("must not be empty")
        terminal.send(f"Databases{ENTER}")
        terminal.expect("Which blocks does it need?")
        terminal.expect(" 20 MB  ")
        terminal.send(ENTER)
        terminal.expect(interview.NOTHING)
        terminal.send(SPACE + ENTER)
        terminal.expect("How do people get it?")
        terminal.send(ENTER)
        terminal.expect(interview.NOTHING)
        terminal.send(ENTER)
        terminal.expect("More settings")
        terminal.send(ENTER)
        terminal.expect("What to do next")
        assert terminal.end() == 0
    answers = yaml.safe_load((tmp_path / "course/.copier-answers.yml").read_text())
    assert answers["course_name"] == "Databases"
    assert answers["components"] == ["one"]
    assert answers["outputs"] == []
    assert answers["keep_data"] == "image"
    assert "settings" not in answers


def test_settings_are_asked_for_where_somebody_wants_them(blocks: Path, tmp_path: Path) -> None:
    with Terminal(
        "copy", "--trust", "--data=course_name=A", "--data=components=[one]", blocks, tmp_path / "c"
    ) as terminal:
        terminal.expect("How do people get it?")
        terminal.send(ENTER + ENTER)
        terminal.expect("More settings")
        terminal.send("y")
        terminal.expect("Which Binder repositories shall be merged in?")
        terminal.send(ENTER)
        terminal.expect("Which findings may be so?")


def answer_all(terminal: Terminal) -> None:
    """A name, all blocks, and no settings; nothing is asked after that."""
    terminal.expect("What is the course called?")
    terminal.send(f"Databases{ENTER}")
    terminal.expect("Which blocks does it need?")
    terminal.send(f"a{ENTER}")
    terminal.expect("More settings")
    terminal.send(ENTER)


def test_what_cannot_be_composed_keeps_the_answers(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    """Only the composition knows that two blocks have one file."""
    same = {f"{name}/files/notes.txt": "text\n" for name in ("one", "two")}
    catalogue = make_catalogue({**BLOCKS, **same})
    with Terminal("copy", "--trust", "--data=outputs=[]", catalogue, tmp_path / "course") as terminal:
        answer_all(terminal)
        terminal.expect("run it again with --data-file")
        assert terminal.end() == 1
    kept = yaml.safe_load((tmp_path / "course.answers.yml").read_text())
    assert kept["course_name"] == "Databases"
    assert kept["components"] == ["one", "two"]
    assert not (tmp_path / "course").exists()


def test_what_stands_in_the_way_keeps_the_answers(blocks: Path, tmp_path: Path) -> None:
    """Only the destination knows that a file of somebody's would be overwritten."""
    mine = tmp_path / "course/binder/verify"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine\n")
    with Terminal("copy", "--trust", "--data=outputs=[]", blocks, tmp_path / "course") as terminal:
        answer_all(terminal)
        terminal.expect("binder/verify: would be overwritten")
        terminal.expect("run it again with --data-file")
        assert terminal.end() == 1
    kept = tmp_path / "course.answers.yml"
    assert yaml.safe_load(kept.read_text())["components"] == ["one", "two"]
    mine.unlink()
    result = copier("copy", "--trust", "--defaults", f"--data-file={kept}", blocks, tmp_path / "course")
    assert result.returncode == 0, result.stderr


@pytest.fixture
def course(blocks: Path, tmp_path: Path) -> Path:
    """A repository with the block `one`, and its catalogue in git."""
    for folder in (blocks, tmp_path / "course"):
        if folder != blocks:
            result = copier("copy", "--trust", "--defaults", "--data=components=[one]", blocks, folder)
            assert result.returncode == 0, result.stderr
        git(folder, "init", "--quiet")
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "--message=x")
    return tmp_path / "course"


def update(course: Path, *words: str) -> str:
    """An update with nobody to answer: it has nothing to ask."""
    command = [sys.executable, "-m", "copier", "update", "--trust", *words, str(course)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return f"{done.returncode} {done.stderr}"


@pytest.mark.parametrize(
    ("words", "components", "said"),
    [
        (["--data=add=[two]"], ["one", "two"], "- Added: two.\n"),
        (["--data=add=two"], ["one", "two"], "- Added: two.\n"),
        (["--data=remove=[one]"], [], "- Removed: one.\n"),
        (["--data=add=two", "--data=remove=one"], ["two"], "- Added: two.\n- Removed: one.\n"),
        (["--data=add=one"], ["one"], "My course: one\n"),
    ],
)
def test_adding_and_removing(course: Path, words: list[str], components: list[str], said: str) -> None:
    assert said in (told := update(course, *words)), told
    assert yaml.safe_load((course / ".copier-answers.yml").read_text())["components"] == components


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        (["--data=add=tow"], "there is no block 'tow'; did you mean 'two'?"),
        (["--data=remove=two"], "remove: there is no 'two' in this repository, which has one"),
        (["--data=add=two", "--data=components=[one]"], "add: cannot be given beside 'components', which names all"),
    ],
)
def test_what_cannot_be_added_or_removed(course: Path, words: list[str], refused: str) -> None:
    before = tree(course)
    told = update(course, *words)
    assert told.startswith("1 ")
    assert refused in told
    assert "Traceback" not in told
    assert tree(course) == before


def test_adding_is_for_updates(blocks: Path, tmp_path: Path) -> None:
    result = copier("copy", "--trust", "--defaults", "--data=add=[one]", blocks, tmp_path / "course")
    assert result.returncode == 1
    assert "add: is for updates; name all blocks" in result.stderr
