"""A notebook as a page, in a container that reaches nothing else."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from conftest import Build, Scaffold
from tests.browser.opened import open_lab
from tests.browser.served import notebook
from tests.image.cells import first_cell


def test_a_widget_asks_its_kernel(scaffold: Scaffold, build: Build, tmp_path: Path) -> None:
    """the notebook of its page is shown through the notebook's address, and its slider asks the kernel"""
    repository = scaffold(components=["voila"])
    cell = first_cell((repository / "binder/README.md").read_text(), "Voilà")
    assert cell
    (repository / "squares.ipynb").write_text(notebook(("markdown", "# Squares"), ("code", cell[1])))
    with open_lab(build(repository, "voila"), tmp_path) as lab:
        page = lab.shown("voila/render/squares.ipynb")
        expect(page.get_by_text("The square is 9.")).to_be_visible()
        page.locator(".noUi-handle").press("ArrowRight")
        expect(page.get_by_text("The square is 16.")).to_be_visible()
        expect(page.get_by_text("def square")).to_have_count(0)
        lab.screenshot(page, "voila")
