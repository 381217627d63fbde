"""The reference course in Chromium, under a base URL with an escaped character.

Screenshots are kept in $BLOCKS_SCREENSHOTS, or with the test's other files.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import BrowserContext, Page

from conftest import ROOT
from tests.browser import pages
from tests.browser.opened import make_browser, make_screenshots
from tests.image.containers import TOKEN, Container

browser = pytest.fixture(make_browser)
screenshots = pytest.fixture(make_screenshots)
COURSE = yaml.safe_load((ROOT / "examples/tm351.yml").read_text())
TITLE = COURSE.get("branding_title", COURSE["course_name"])
COLOUR = "#1b5e8c"  # of the style that the component brings
TABLE = "name,town\nada,london\ngrace,new york\n"
UPPER = "name,town\nADA,london\nGRACE,new york\n"


@pytest.fixture(scope="module")
def course(stack: str) -> Iterator[Container]:
    with Container(stack) as running:
        running.wait_for_api(180)
        yield running


def test_openrefine_from_its_tile(
    course: Container, browser: BrowserContext, screenshots: Path, tmp_path: Path
) -> None:
    lab = open_lab(course, browser)
    lab.screenshot(path=screenshots / "launcher.png")
    table = tmp_path / "towns.csv"
    table.write_text(TABLE)

    refine = pages.open_tile(lab, "OpenRefine")
    assert refine.url.startswith(course.url("openrefine/"))
    pages.create_project(refine, table, rows=2)
    refine.screenshot(path=screenshots / "openrefine-project.png")
    pages.transform(refine, "name", "To uppercase", shows="GRACE")
    refine.screenshot(path=screenshots / "openrefine-transformed.png")
    exported = pages.export_csv(refine, screenshots / "openrefine-export.csv")

    assert exported.replace("\r\n", "\n") == UPPER


def test_branding(course: Container, browser: BrowserContext, screenshots: Path) -> None:
    lab = open_lab(course, browser)
    pages.assert_branded(lab, "#jp-MainLogo", TITLE, COLOUR)
    lab.screenshot(path=screenshots / "branding-lab.png")

    notebook = browser.new_page()
    notebook.goto(course.url("tree"))
    notebook.locator(".jp-FileBrowser").wait_for()
    pages.assert_branded(notebook, "#jp-NotebookLogo", TITLE, COLOUR)
    notebook.screenshot(path=screenshots / "branding-notebook.png")


def open_lab(course: Container, browser: BrowserContext) -> Page:
    page = browser.new_page()
    page.goto(course.url(f"lab?token={TOKEN}"))
    page.locator(".jp-Launcher").wait_for()
    return page
