"""The example of each kind, opened from the tile under a base URL with an escaped character."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from conftest import Build, Scaffold
from tests.browser.opened import open_lab
from tests.browser.pages import open_tile

ANSWER = "The square is 16."


def fill(page: Page) -> None:
    page.locator("#number").fill("4")


def move(page: Page) -> None:
    page.locator(".noUi-handle").press("ArrowRight")


def submit(page: Page) -> None:
    page.get_by_label("Number").fill("4")
    page.get_by_role("button", name="Submit").click()


def send(page: Page) -> None:
    """A form whose address `url_for` made, and a redirect behind it."""
    page.locator("[name=number]").fill("4")
    page.locator("[name=number]").press("Enter")


KINDS = {"Panel": move, "Dash": fill, "Gradio": submit, "Shiny": fill, "Flask": send, "HTML": fill}


@pytest.mark.parametrize("kind", KINDS)
def test_callbacks_answer(kind: str, scaffold: Scaffold, build: Build, tmp_path: Path) -> None:
    """each of the six kinds opens from its tile through the proxy, and its callbacks answer"""
    image = build(
        scaffold(components=["webapp"], webapp_kind=kind, webapp_title=f"My {kind}"), f"webapp-{kind.lower()}"
    )
    with open_lab(image, tmp_path) as lab:
        lab.screenshot(lab.page, f"webapp-{kind}-tile")
        page = open_tile(lab.page, f"My {kind}")
        KINDS[kind](page)
        if kind == "Gradio":
            expect(page.get_by_label("output")).to_have_value(ANSWER)
        else:
            expect(page.get_by_text(ANSWER)).to_be_visible()
        lab.screenshot(page, f"webapp-{kind}")
        assert page.url.startswith(lab.course.url("webapp/"))
        verified = lab.course.verify()
        assert verified.returncode == 0, verified.stdout + verified.stderr


def test_what_is_wrong_with_the_application_is_said(scaffold: Scaffold, build: Build, tmp_path: Path) -> None:
    """an application that fails is said by verify, with its own message"""
    repository = scaffold(components=["webapp"], webapp_kind="Dash")
    (repository / "binder/seed/webapp/app.py").write_text("import numbr\n")
    with open_lab(build(repository, "webapp-broken"), tmp_path) as lab:
        verified = lab.course.verify()
    assert verified.returncode == 1
    assert "No module named 'numbr'" in verified.stdout
