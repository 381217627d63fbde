"""Oxigraph's page from its tile, through the proxy: an update and a query are sent where the page itself is."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from conftest import Build, Scaffold
from tests.browser.opened import open_lab
from tests.browser.pages import open_tile

EDITOR = ".tabPanel.active .yasqe"


def ask(page: Page, sparql: str) -> None:
    page.locator(f"{EDITOR} .CodeMirror").evaluate("(editor, text) => editor.CodeMirror.setValue(text)", sparql)
    page.locator(f"{EDITOR} .yasqe_queryButton").click()


def test_the_page_from_its_tile(scaffold: Scaffold, build: Build, tmp_path: Path) -> None:
    """an update and a query on its page, through the proxy"""
    with open_lab(build(scaffold(components=["oxigraph"]), "oxigraph"), tmp_path) as lab:
        lab.course.wait_for_services()
        lab.screenshot(lab.page, "oxigraph-tile")
        page = open_tile(lab.page, "Oxigraph")
        assert page.url.startswith(lab.course.url("oxigraph/"))
        with page.expect_response("**/oxigraph/sparql") as updated:
            ask(page, "INSERT DATA { <urn:york> <urn:name> 'Jorvik' }")
        assert updated.value.ok
        ask(page, "SELECT ?name { <urn:york> <urn:name> ?name }")
        expect(page.locator(".tabPanel.active .yasr_results")).to_contain_text("Jorvik")
        lab.screenshot(page, "oxigraph-answer")
