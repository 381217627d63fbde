"""Whether people without eyes or mouse can use a page: axe's findings, and a press of a key instead of a click.

A test makes a fixture `axe` of `make_axe`.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.image.containers import run

AXE = "axe-core@4.10.3"
CALLED = """name => {
  const node = document.activeElement;
  const label = node.labels?.[0]?.textContent.trim();
  return [node.getAttribute('aria-label'), node.textContent].includes(name) || label?.startsWith(name);
}"""


def make_axe(images: Path) -> str:
    """The program, fetched once into the tests' cache."""
    folder = images / AXE
    if not (folder / "package/axe.min.js").is_file():
        if not shutil.which("npm"):
            pytest.skip("no npm for axe-core")
        folder.mkdir(exist_ok=True)
        run("npm", "pack", "--silent", f"--pack-destination={folder}", AXE)
        run("tar", "--extract", f"--directory={folder}", f"--file={next(folder.glob('*.tgz'))}")
    return (folder / "package/axe.min.js").read_text()


def violations(page: Page, axe: str, within: str) -> list[str]:
    page.evaluate(axe)
    found = page.evaluate("async within => (await axe.run(within)).violations", within)
    return [f"{one['id']}: {node['html']}" for one in found for node in one["nodes"]]


def press(page: Page, name: str, key: str = "Enter") -> None:
    """What has that name, with Tab and a key alone, from the page's heading on."""
    page.locator("h1").evaluate("node => { node.tabIndex = -1; node.focus(); }")
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(CALLED, name):
            page.keyboard.press(key)
            return
    raise AssertionError(f"Tab does not come to {name}")
