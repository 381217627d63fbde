"""Neo4j Browser from its tile: it connects through the proxy by itself, without a login, and draws what is asked."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from conftest import Build, Scaffold
from tests.browser.opened import open_lab
from tests.browser.pages import open_tile

TOWNS = "CREATE (:Town {name: 'York'})-[:ROAD_TO]->(:Town {name: 'Bath'});\n"
QUERY = "MATCH road = (:Town)-[:ROAD_TO]->(:Town) RETURN road"


def test_a_graph_from_the_tile(scaffold: Scaffold, build: Build, tmp_path: Path) -> None:
    """a seeded graph asked for and drawn on its page, through the proxy and without a login"""
    repository = scaffold(components=["neo4j"])
    seeds = repository / "binder/seed/neo4j"
    seeds.mkdir(parents=True, exist_ok=True)
    (seeds / "towns.cypher").write_text(TOWNS)
    with open_lab(build(repository, "neo4j-browser"), tmp_path) as lab:
        lab.course.wait_for_services()
        page = open_tile(lab.page, "Neo4j Browser")
        assert page.url.startswith(lab.course.url("neo4j/browser/"))
        expect(page.get_by_text("neo4j$").first).to_be_visible()  # connected: it knows the database's name
        page.locator(".monaco-editor").first.click()
        page.keyboard.insert_text(QUERY)
        page.keyboard.press("Control+Enter")
        expect(page.locator("svg").get_by_text("York").first).to_be_visible()
        lab.screenshot(page, "neo4j")
