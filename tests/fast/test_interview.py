"""The interview: what fits a terminal of 80 columns, and what is asked whom."""

from __future__ import annotations

import re

import pytest
import yaml

from extensions.answers import interview, questions
from extensions.answers.interview import AROUND, LINE, WIDTH
from extensions.expressions import evaluator, make_environment
from tests import units
from tests.fast.conftest import ROOT

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


@pytest.mark.parametrize("name", [name for name, one in ASKED.items() if one.get("choices")])
def test_choices_fit(name: str) -> None:
    choices = ASKED[name]["choices"]
    choices = yaml.safe_load(EVALUATE(choices, ANSWERS)) if isinstance(choices, str) else choices
    assert [label for label in choices or () if len(str(label)) + POINTER > LINE] == []


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
    assert interview.words("graphviz") == ["graphviz"]
    assert interview.words(["a", "b"]) == ["a", "b"]
    assert interview.words("") == interview.words(None) == interview.words([]) == []
    assert interview.words({"a": 1}) == [{"a": 1}]
