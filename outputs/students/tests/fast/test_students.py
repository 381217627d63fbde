"""The guide for students: told from the answers, and no text of an answer is markup in the page."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest

from extensions.errors import BlocksError
from extensions.rendering import render
from tests import units

PANELS = [name for name in units.WHOLE if "panel" in units.COMPONENTS[name].provides]
SERVICES = [name for name in units.SERVICES if not units.missing([name])]
HOSTILE = "Data & <script>alert(1)</script>"


def guide(**answers: Any) -> tuple[str, str]:
    made = render(units.CATALOGUE, {"outputs": ["students"], **answers})
    return made["STUDENTS.md"][0].decode(), made["STUDENTS.html"][0].decode()


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_is_told_of(name: str) -> None:
    text, page = guide(components=[name])
    component = units.COMPONENTS[name]
    assert f"### {component.title}\n" in text
    assert component.title in Page(page).text
    assert "bash binder/verify" in text
    assert "bash binder/reset NAME" in text
    assert "### Your data" not in text, "what is for authors is for authors"


@pytest.mark.parametrize("keep", ["image", "home"])
def test_saving_is_told_of_with_services(keep: str) -> None:
    if not SERVICES:
        pytest.skip("the catalogue has no service")
    for page in guide(components=SERVICES[:1], without=PANELS, keep_data=keep, binder_dir=".binder"):
        assert "bash .binder/save" in page
        assert "bash .binder/restore FILE" in page
        assert "Services" not in page.partition("Keep your work")[2]


@pytest.mark.parametrize("keep", ["image", "home"])
def test_the_panel_is_told_of_where_it_is(keep: str) -> None:
    if not (PANELS and SERVICES):
        pytest.skip("the catalogue has no panel, or nothing for it to show")
    text, page = guide(components=[*SERVICES[:1], *PANELS[:1]], keep_data=keep)
    for part in (text.replace("*", ""), Page(page).text):
        for words in ("the tile Services", "launcher, Save", "and Restore there", "answer: Restart", "binder/save"):
            assert words in part, words
    assert "5. Still wrong?" in text


def test_a_course_without_services() -> None:
    text, page = guide()
    assert "binder/save" not in text + page
    assert "Restart" not in text + page
    assert "## What is there" not in text
    assert "reset" not in text + page
    assert "3. Still wrong?" in text


def test_what_is_kept() -> None:
    for page in guide():
        assert "everything in it that you have not saved is gone" in page
    for page in guide(keep_data="home"):
        assert "kept from session to session" in page
        assert "is gone" not in page


def test_answers_are_no_markup() -> None:
    page = Page(guide(course_name=HOSTILE, students_help=HOSTILE)[1])
    assert "script" not in page.tags
    assert page.text.count("<script>alert(1)</script>") >= 2


def test_nothing_is_loaded() -> None:
    tags = Page(guide(components=SERVICES)[1]).tags
    assert not {"script", "img", "link", "iframe"} & {*tags}


@pytest.mark.parametrize("value", ["a\nb", "\x1b[31m", "x" * 201])
def test_a_place_that_cannot_be(value: str) -> None:
    with pytest.raises(BlocksError, match="students_help"):
        guide(students_help=value)


def test_presentation_and_links() -> None:
    units.require_outputs("links", "hub")
    answers = {**units.delivered(["links", "hub", "students"]), "links_repository": "gh:owner/course"}
    text = render(units.CATALOGUE, {**answers, "course_name": "Data"})["STUDENTS.md"][0].decode()
    assert text.startswith("# Data, TM351 26J: a guide for students\n")
    assert "https://mybinder.org/v2/gh/owner/course/HEAD" in text


def test_own_lines_have_a_place() -> None:
    assert guide()[0].rstrip().endswith("your own lines go below this one, and are kept. -->")
