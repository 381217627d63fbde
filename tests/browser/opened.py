"""JupyterLab, open in a browser in a course that has just been built: what a page's test begins with.

It fails where JupyterLab has an extension that it cannot load, as one that is built for a newer JupyterLab: the tab is
whole, the extension's part is missing, and nothing else says so.
Screenshots are kept in $BLOCKS_SCREENSHOTS, or with the test's other files.
Tests with a `course` of their own make fixtures of `make_browser` and `make_screenshots`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext, Page

from tests.browser.browser import chromium
from tests.image.containers import TOKEN, Container

NOT_LOADED = "Failed to create module"


def make_browser(course: Container, tmp_path: Path) -> Iterator[BrowserContext]:
    with chromium(course.inside, tmp_path) as context:
        yield context


def make_screenshots(tmp_path: Path) -> Path:
    folder = Path(os.environ.get("BLOCKS_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@dataclass(frozen=True)
class Lab:
    """A running course, and the page of its JupyterLab."""

    course: Container
    page: Page
    screenshots: Path

    def screenshot(self, page: Page, name: str) -> None:
        page.screenshot(path=self.screenshots / f"{name}.png")

    def shown(self, path: str) -> Page:
        """A new page with that address below the notebook's."""
        page = self.page.context.new_page()
        page.goto(self.course.url(path))
        return page


@contextmanager
def open_lab(image: str, folder: Path, *options: str) -> Iterator[Lab]:
    """`folder` takes what is made; the options are podman's."""
    screenshots = make_screenshots(folder)
    with Container(image, *options) as course:
        course.wait_for_api(180)
        with chromium(course.inside, folder) as browser:
            page = browser.new_page()
            said: list[str] = []
            page.on("console", lambda message: said.append(message.text))
            page.goto(course.url(f"lab?token={TOKEN}"))
            page.locator(".jp-Launcher").wait_for()
            assert not [text for text in said if text.startswith(NOT_LOADED)], "\n".join(said)
            lab = Lab(course, page, screenshots)
            try:
                yield lab
            except BaseException:
                lab.screenshot(browser.pages[-1], "failed")
                raise
