"""Fuseki's page from its tile, through the proxy: its data set is listed, filled and asked there, and one is added."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from conftest import Build, Scaffold
from tests.browser.opened import open_lab
from tests.browser.pages import open_tile

QUERY = "SELECT ?name WHERE { <urn:york> <urn:name> ?name }"


def test_the_page_from_its_tile(scaffold: Scaffold, build: Build, tmp_path: Path) -> None:
    """a file uploaded, a query, and another data set on its page, through the proxy"""
    (tmp_path / "towns.ttl").write_text("<urn:york> <urn:name> 'Jorvik' .")
    with open_lab(build(scaffold(components=["fuseki"]), "fuseki"), tmp_path) as lab:
        lab.course.wait_for_services()
        lab.screenshot(lab.page, "fuseki-tile")
        page = open_tile(lab.page, "Fuseki")
        assert page.url.startswith(lab.course.url("fuseki/"))
        expect(page.get_by_text("/course").first).to_be_visible()
        lab.screenshot(page, "fuseki-page")

        page.goto(lab.course.url("fuseki/#/dataset/course/upload"))
        # a file that is chosen before the page knows the address is sent to the page itself
        expect(page.get_by_role("heading", name="Upload files")).to_contain_text("fuseki/course/data")
        page.locator("input[type=file]").first.set_input_files(tmp_path / "towns.ttl")
        page.get_by_role("button", name="upload now").first.click()
        expect(page.get_by_text("Triples uploaded: 1")).to_be_visible()

        page.goto(lab.course.url("fuseki/#/dataset/course/query"))
        page.locator(".CodeMirror").first.evaluate("(editor, text) => editor.CodeMirror.setValue(text)", QUERY)
        page.locator(".yasqe_queryButton").click()
        expect(page.locator(".yasr_results")).to_contain_text("Jorvik")
        lab.screenshot(page, "fuseki-answer")

        page.goto(lab.course.url("fuseki/#/manage/new"))
        page.locator("input#dataset-name").fill("another")
        page.get_by_text("Persistent (TDB2)").click()
        page.get_by_role("button", name="create dataset").click()
        expect(page.get_by_text("/another").first).to_be_visible()
        lab.screenshot(page, "fuseki-another")
