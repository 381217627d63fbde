"""A short run of tests/proofs/fuzz.py; the command runs as many as one likes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.proofs import hostile
from tests.proofs.fuzz import fuzz

# In each round as many texts as there are questions, of which the next round takes the next.
STEP = 11


def test_fuzz() -> None:
    tally = fuzz(inputs=3_000, seed=20_261_123)
    assert not tally.failures, "\n".join(tally.failures)
    assert min(tally.outcomes[outcome] for outcome in ("valid", "merged", "refused")) > 200


@pytest.mark.parametrize("start", range(0, len(hostile.PAYLOADS), STEP))
def test_texts_as_answers(start: int, tmp_path: Path) -> None:
    """All are given to some question; the command gives each to all of them."""
    assert hostile.answer([*hostile.PAYLOADS[start:], *hostile.PAYLOADS[:start]], tmp_path)


@pytest.mark.parametrize("text", [text for text in hostile.PAYLOADS if "{" in text or "CANARY" in text])
def test_texts_as_names_of_folders(text: str, tmp_path: Path) -> None:
    """A name that is offered is a text, whatever it means to Jinja or a shell."""
    hostile.adopted(text, tmp_path)


def test_nearly_every_name_is_offered(tmp_path: Path) -> None:
    """The test above would pass without one."""
    offered = [text for number, text in enumerate(("{{ 7 * 191 }}", "$x", "a b")) if _adopted(text, tmp_path, number)]
    assert len(offered) == 3


def _adopted(text: str, folder: Path, number: int) -> bool:
    (folder / str(number)).mkdir()
    return hostile.adopted(text, folder / str(number))


@pytest.mark.parametrize("name", hostile.asked())
@pytest.mark.parametrize("text", ["a\nb", "a\x1b[31m", "a\0", "\udcff", "\u202ex", "x" * 100_000])
def test_every_question_refuses_what_cannot_be_shown(name: str, text: str) -> None:
    """A new question's validator has to ask `refused`, too: people who type are told at the question."""
    _, evaluate = hostile.catalogue()
    question = hostile.asked()[name]
    for value in (
        ([text], *([] if text == "a\nb" else [text])) if question["type"] == "yaml" else (text,)
    ):  # a b in YAML
        assert evaluate(question.get("validator", ""), {**hostile.COURSE, name: value}).strip()
        assert hostile.is_refused(name, value)
