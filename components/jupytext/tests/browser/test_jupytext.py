"""A text file, opened, run and saved as a notebook."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from conftest import Build, Scaffold
from tests.browser.opened import open_lab

TEXT = "# A heading\n\n```python\nprint(6 * 7)\n```\n"


def test_a_double_click_opens_a_notebook(scaffold: Scaffold, build: Build, tmp_path: Path) -> None:
    """a double click opens Markdown as a notebook, its cell runs, and what is saved is text without outputs"""
    repository = scaffold(components=["jupytext"])
    (repository / "lesson.md").write_text(TEXT)
    with open_lab(build(repository, "jupytext"), tmp_path) as lab:
        lab.page.locator(".jp-DirListing-item", has_text="lesson.md").dblclick()
        panel = lab.page.locator(".jp-NotebookPanel")
        expect(panel.get_by_role("heading", name="A heading")).to_be_visible()
        lab.page.locator(".jp-Dialog .jp-mod-accept").click()  # text that names no kernel: which one
        expect(lab.page.get_by_text("| Idle")).to_be_visible()  # what is run before is forgotten
        cell = panel.locator(".jp-CodeCell .cm-content").first
        cell.click()
        cell.press("End")
        cell.press_sequentially("  # new")
        cell.press("Shift+Enter")
        expect(panel.locator(".jp-OutputArea-output", has_text="42")).to_be_visible()
        lab.page.keyboard.press("Control+s")
        lab.page.wait_for_timeout(2000)
        lab.screenshot(lab.page, "jupytext")
        saved = lab.course.bash('cat "$REPO_DIR/lesson.md"')
    assert "print(6 * 7)  # new\n```" in saved
    assert '"outputs"' not in saved
    assert "\n42" not in saved
