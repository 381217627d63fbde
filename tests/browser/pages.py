"""What a student does, page by page: JupyterLab and its launcher, Notebook, OpenRefine."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Page, expect

# The width at which the logo is shown, once its image has proved to be one.
LOGO_WIDTH = """async selector => {
  const style = getComputedStyle(document.querySelector(selector), "::before");
  const image = new Image();
  image.src = style.backgroundImage.slice(5, -2); // without url("")
  await image.decode();
  return parseFloat(style.width);
}"""
COLOUR = """() => getComputedStyle(document.body).getPropertyValue("--jp-brand-color1").trim()"""


def assert_branded(page: Page, logo: str, title: str, colour: str) -> None:
    """The title is the course's, its style is in force, and its logo is shown in place of Jupyter's."""
    page.wait_for_function(f"document.title.endsWith({json.dumps(title)})")
    page.wait_for_function(f"({COLOUR})() === {json.dumps(colour)}")
    expect(page.locator(f"{logo} > svg")).to_be_hidden()
    assert page.evaluate(LOGO_WIDTH, logo) >= 16


def open_tile(page: Page, title: str) -> Page:
    """Click a tile of JupyterLab's launcher; the page that it opens."""
    with page.context.expect_page() as opened:
        page.locator(".jp-LauncherCard", has_text=title).click()
    return opened.value


def create_project(page: Page, table: Path, rows: int) -> None:
    """In OpenRefine: upload a file, accept what it makes of it, wait for the project."""
    page.locator("input[type=file][name=upload]").set_input_files(table)
    page.get_by_role("button", name="Next »").first.click()
    page.get_by_role("button", name="Create project »").click()
    page.wait_for_url("**/project?project=*")
    expect(page.locator("#summary-bar")).to_contain_text(f"{rows} rows")


def transform(page: Page, column: str, name: str, shows: str) -> None:
    """Choose a common transformation in the menu of a column; wait until the table shows what it makes."""
    page.locator(".column-header", has_text=column).locator(".column-header-menu").click()
    for entry in ("Edit cells", "Common transforms"):
        page.locator(".menu-item", has_text=entry).last.hover()
    page.locator(".menu-item", has_text=name).last.click()
    expect(page.locator("#notification-container")).to_contain_text("Text transform")
    expect(page.locator("table.data-table")).to_contain_text(shows)
    expect(page.get_by_text("Working...")).to_be_hidden()


def export_csv(page: Page, target: Path) -> str:
    """The project as OpenRefine gives it to the browser."""
    page.locator("#export-button").click()
    with page.expect_download() as download:
        page.locator(".menu-item", has_text="Comma-separated value").click()
    download.value.save_as(target)
    return target.read_text(encoding="utf-8")
