"""The page, built from the working tree as a release of a catalogue that Copier can update from, served and opened."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.browser import CHROMIUM, QUIET, TIMEOUT
from web import building, serving
from web.tests.driving import Composer

VERSION = "v1.0.0"


@pytest.fixture(scope="session")
def released(catalogue: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogue as a repository of git, with a release."""
    catalogue = shutil.copytree(catalogue, tmp_path_factory.mktemp("released") / "binder-blocks")
    git = ["git", "-C", str(catalogue), "-c", "user.name=A", "-c", "user.email=a@example.org"]
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "All"], ["tag", VERSION]):
        subprocess.run([*git, *words], check=True)
    return catalogue


@pytest.fixture(scope="session")
def dist(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of that release."""
    missing = [name for name in ("node", "npm") if not shutil.which(name)]
    if missing:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"the page lacks {', '.join(missing)} to be built")
    return building.build(str(released), VERSION, tmp_path_factory.mktemp("page") / "dist")


@pytest.fixture(scope="session")
def address(dist: Path) -> Iterator[str]:
    with serving.served(dist) as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", *QUIET])
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    context.set_default_timeout(TIMEOUT)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def composer(page: Page, address: str) -> Iterator[Composer]:
    """The page, opened; nothing may have been asked of another host, and no script may have failed."""
    composer = Composer(page, address)
    composer.open()
    yield composer
    assert composer.elsewhere == []
    assert composer.failures == []


@pytest.fixture
def screenshots(tmp_path: Path) -> Path:
    folder = Path(os.environ.get("BLOCKS_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
