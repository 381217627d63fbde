"""Datasette from its tile: a file of the author's and every database of SQLite, a table filtered, a question asked."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from playwright.sync_api import expect

from conftest import Build, Scaffold
from tests import units
from tests.browser.opened import open_lab
from tests.browser.pages import open_tile

SERVED = [name for name in units.WHOLE if units.COMPONENTS[name].provides.get("sql", "").startswith("sqlite:")]


def test_files_from_the_tile(scaffold: Scaffold, build: Build, tmp_path: Path) -> None:
    """an author's file and every database of SQLite shown, filtered and asked through the proxy"""
    repository = scaffold(components=["datasette", *SERVED])
    seeds = repository / "binder/seed/datasette"
    seeds.mkdir(parents=True)
    with sqlite3.connect(seeds / "old towns.db") as file:
        file.execute("CREATE TABLE towns (name TEXT, founded INTEGER)")
        file.executemany("INSERT INTO towns VALUES (?, ?)", [("York", 71), ("Bath", 60), ("Leeds", 1207)])
    file.close()
    with open_lab(build(repository, "datasette-files"), tmp_path) as lab:
        lab.course.wait_for_services()
        page = open_tile(lab.page, "Datasette")
        expect(page.locator("h2")).to_have_count(1 + len(SERVED))
        assert page.url.startswith(lab.course.url("datasette/"))
        page.get_by_role("link", name="towns", exact=True).click()
        page.locator("select[name=_filter_column]").first.select_option("name")
        page.locator("input[name=_filter_value]").first.fill("York")
        page.get_by_role("button", name="Apply").click()
        expect(page.locator("table.rows-and-columns tbody tr")).to_have_count(1)
        lab.screenshot(page, "datasette-filtered")
        page = lab.shown("datasette/old+towns?sql=SELECT+max(founded)+AS+latest+FROM+towns")
        expect(page.locator("td")).to_have_text("1207")
        lab.screenshot(page, "datasette-asked")
        verified = lab.course.verify()
        assert verified.returncode == 0, verified.stdout + verified.stderr
        assert "old towns" in lab.course.bash("datasette-course --get /-/databases.json")
