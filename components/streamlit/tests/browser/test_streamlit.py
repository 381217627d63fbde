"""The example, under a name that Streamlit does not know for this machine's, as a hub's is."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from conftest import Build, Scaffold
from tests.browser.opened import open_lab
from tests.browser.pages import open_tile
from tests.image.containers import TOKEN


def test_it_answers_and_takes_a_file(scaffold: Scaffold, build: Build, tmp_path: Path) -> None:
    """it opens from its tile through the proxy, answers over its websocket, and takes an upload"""
    with open_lab(build(scaffold(components=["streamlit"]), "streamlit"), tmp_path) as lab:
        lab.page.goto(lab.course.url(f"lab?token={TOKEN}").replace("127.0.0.1", "course.localhost"))
        page = open_tile(lab.page, "Data application")
        page.get_by_label("Number").fill("4")
        page.get_by_label("Number").press("Enter")
        expect(page.get_by_text("The square is 16.")).to_be_visible()
        page.locator("input[type=file]").set_input_files(
            {"name": "a.txt", "mimeType": "text/plain", "buffer": b"12345"}
        )
        expect(page.get_by_text("a.txt has 5 bytes.")).to_be_visible()
        lab.screenshot(page, "streamlit")
        assert "course.localhost" in page.url
