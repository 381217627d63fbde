"""Adminer from its tile: logged in to each database of a kind that it knows, a table made, filled and read there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from conftest import Build, Scaffold
from tests import units
from tests.browser.opened import open_lab
from tests.browser.pages import open_tile

ODD = "p@ss:w/rd%41"
KNOWN = ("postgresql", "mysql", "mariadb", "sqlite")
SERVED = [name for name in units.WHOLE if re.match("|".join(KNOWN), units.COMPONENTS[name].provides.get("sql", ""))]
SQL = "CREATE TABLE seen (town varchar(20)); INSERT INTO seen VALUES ('York'); SELECT town FROM seen;"


def ask(page: Page, sql: str) -> None:
    page.goto(f"{page.url}&sql=")
    page.locator("textarea[name=query]").evaluate("(area, text) => { area.value = text; }", sql)
    page.evaluate("() => { const pre = document.querySelector('pre.sqlarea'); if (pre) pre.remove(); }")
    page.get_by_role("button", name="Execute").click()


def test_every_database_from_the_tile(scaffold: Scaffold, build: Build, tmp_path: Path) -> None:
    """a table made, filled and read in each database that it knows, through the proxy and without a login"""
    if not SERVED:
        pytest.skip("the catalogue has no database that Adminer knows")
    asked = [f"{name}_password" for name in SERVED]
    odd = {question: ODD for question in asked if units.takes(SERVED, question, ODD)}
    with open_lab(build(scaffold(components=["adminer", *SERVED], **odd), "adminer-databases"), tmp_path) as lab:
        lab.course.wait_for_services()
        lab.screenshot(lab.page, "adminer-tile")
        page = open_tile(lab.page, "Adminer")
        assert page.url.startswith(lab.course.url("adminer/"))
        for name in SERVED:
            page.goto(lab.course.url("adminer/?choose="))
            lab.screenshot(page, "adminer-choice")
            page.get_by_role("link", name=name, exact=True).click()
            ask(page, SQL)
            expect(page.locator("td", has_text="York")).to_be_visible()
            lab.screenshot(page, f"adminer-{name}")
        verified = lab.course.verify()
        assert verified.returncode == 0, verified.stdout + verified.stderr
