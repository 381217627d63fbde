"""RStudio's tile, its proxy and its R in Chromium; RStudio itself is a stand-in that says so."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import expect

from conftest import Build, Run, Scaffold
from tests.browser import pages
from tests.browser.browser import chromium
from tests.image.containers import TOKEN


def test_a_plot_behind_the_tile(scaffold: Scaffold, build: Build, container: Run, tmp_path: Path) -> None:
    """its tile opens the address that ends in /, where R has the session's variables and draws"""
    running = container(build(scaffold(components=["rstudio"]), "rstudio"))
    running.wait_for_api(180)
    screenshots = Path(os.environ.get("BLOCKS_SCREENSHOTS") or tmp_path)
    screenshots.mkdir(parents=True, exist_ok=True)
    with chromium(running.inside, tmp_path) as context:
        lab = context.new_page()
        lab.goto(running.url(f"lab?token={TOKEN}"))
        page = pages.open_tile(lab, "RStudio")
        expect(page.get_by_role("heading", name="Stand-in for RStudio Server")).to_be_visible()
        assert page.url == running.url("rstudio/")
        expect(page.locator("pre")).to_contain_text("BINDER_DIR=/home/jovyan/binder")
        page.wait_for_function("document.images[0].complete")
        assert page.evaluate("document.images[0].naturalWidth") == 480
        page.screenshot(path=screenshots / "rstudio.png")
