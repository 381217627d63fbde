"""Spark's own pages of a notebook's session, from the tile, with their links under the notebook's address."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from conftest import Build, Scaffold
from tests.browser.opened import open_lab
from tests.browser.pages import open_tile

CELL = (
    "from pyspark.sql import SparkSession; spark = SparkSession.builder.appName('towns').getOrCreate(); "
    "spark.range(1000).repartition(3).count()"
)


def test_pages_of_a_session(scaffold: Scaffold, build: Build, tmp_path: Path) -> None:
    """a notebook's session and its finished job on Spark's pages, through the proxy"""
    with open_lab(build(scaffold(components=["spark"]), "spark"), tmp_path) as lab:
        lab.page.locator(".jp-LauncherCard[data-category=Notebook]").first.click()
        expect(lab.page.get_by_text("| Idle")).to_be_visible()  # what is run before is forgotten
        lab.page.locator(".jp-CodeCell .cm-content").first.click()
        lab.page.keyboard.insert_text(CELL)
        lab.page.keyboard.press("Shift+Enter")
        expect(lab.page.locator(".jp-OutputArea-output", has_text="1000")).to_be_visible(timeout=180_000)
        lab.page.locator("[title^='New Launcher']").first.click()
        page = open_tile(lab.page, "Spark")
        assert page.url == lab.course.url("spark/jobs/")
        expect(page.locator("#completed")).to_contain_text("Completed Jobs")
        lab.screenshot(page, "spark-jobs")
        page.get_by_role("link", name="Executors").click()
        page.wait_for_url(lab.course.url("spark/executors/"))
        expect(page.locator("#active-executors")).to_contain_text("driver")
        lab.screenshot(page, "spark-executors")
