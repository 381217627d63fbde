"""JupyterLab comes up with all of the tools, and each does what it is there for."""

from __future__ import annotations

import zipfile
from pathlib import Path

from playwright.sync_api import expect

from conftest import Build, Scaffold
from tests.browser.opened import open_lab
from tests.browser.served import notebook

CELLS = (("markdown", "A sentense with a mistake"), ("code", "1 + 1"), ("code", "1 / 0"))


def test_each_tool_works(scaffold: Scaffold, build: Build, tmp_path: Path) -> None:
    """each of the tools works in JupyterLab: spelling, states, times, archives"""
    repository = scaffold(components=["notebook-tools"])
    (repository / "lesson.ipynb").write_text(notebook(*CELLS))
    (repository / "data").mkdir()
    (repository / "data/a.txt").write_text("inside")
    with open_lab(build(repository, "notebook-tools"), tmp_path) as lab:
        page = lab.page
        page.locator(".jp-DirListing-item", has_text="lesson.ipynb").dblclick()
        panel = page.locator(".jp-NotebookPanel")
        page.get_by_text("| Idle").wait_for()
        code = panel.locator(".jp-CodeCell")
        for number in (0, 1):
            code.nth(number).locator(".cm-content").click()
            page.keyboard.press("Control+Enter")
            expect(code.nth(number).locator(".execute-time")).to_contain_text("Last executed")
        expect(panel.locator(".cell-status-success")).to_have_count(1)
        expect(panel.locator(".cell-status-error")).to_have_count(1)
        panel.locator(".jp-MarkdownCell").dblclick()
        expect(panel.locator(".jp-MarkdownCell .cm-spell-error, .jp-MarkdownCell [class*=spell]")).to_have_text(
            "sentense"
        )
        lab.screenshot(page, "notebook-tools")
        page.locator(".jp-DirListing-item", has_text="data").click(button="right")
        with page.expect_download() as download:
            page.locator(".lm-Menu-item", has_text="Download as an Archive").click()
        download.value.save_as(tmp_path / "data.zip")
    assert zipfile.ZipFile(tmp_path / "data.zip").read("data/a.txt") == b"inside"


def test_another_language(scaffold: Scaffold, build: Build, tmp_path: Path) -> None:
    """JupyterLab comes up in German"""
    repository = scaffold(components=["notebook-tools"], notebook_tools_chosen="[]", notebook_tools_language="de-DE")
    with open_lab(build(repository, "notebook-tools-german"), tmp_path) as lab:
        expect(lab.page.locator(".lm-MenuBar-itemLabel", has_text="Datei")).to_be_visible()
        lab.screenshot(lab.page, "notebook-tools-german")
