"""What the page must show, in Chromium: composed by mouse and by keyboard, looked at, taken away, restored, offline.

Screenshots at a desk's and at a phone's width are kept in $BLOCKS_SCREENSHOTS, or with the test's other files.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import BrowserContext, Page, expect

from conftest import ROOT
from extensions.catalogue.selection import select
from extensions.catalogue.units import HELPERS
from tests import units
from web import building
from web.tests.browser.conftest import VERSION
from web.tests.driving import Composer

COURSE = yaml.safe_load((ROOT / "examples/tm351.yml").read_text())
STACK = COURSE["components"][0]
AXE = building.CACHE / "npm/node_modules/axe-core/axe.min.js"
# A package that a block wants no older than this.
PINNED = re.compile(r"^ *- ([\w-]+)>?=[1-9]", flags=re.MULTILINE)


def pinning() -> tuple[str, str]:
    """A block that is offered, and a package of it that is wanted no older than some version."""
    for name, component in units.COMPONENTS.items():
        path = component.folder / "environment.yml"
        found = PINNED.search(path.read_text()) if path.is_file() else None
        if found and name in units.WHOLE and component.category != HELPERS:
            return name, found[1]
    pytest.skip("no block says how old a package may be")


def other() -> str:
    """A block that the stack does not bring, with a server."""
    brought = {one.name for one in select([STACK], units.COMPONENTS)}
    return next(name for name in units.SERVICES if name not in brought)


def test_composed_by_mouse(composer: Composer, screenshots: Path) -> None:
    units.require([STACK])
    composer.fill("course_name", COURSE["course_name"])
    composer.tick("components", STACK)
    expect(composer.page.locator("#along li").first).to_contain_text("comes along")
    assert composer.page.locator("#view li.from").count() > 5
    composer.page.screenshot(path=screenshots / "page-1280.png", full_page=True)

    name = other()
    composer.tick("components", name)
    new = composer.show("binder/order").filter(has=composer.page.locator("ins"))
    expect(new.filter(has_text=name)).to_have_count(1)
    composer.page.screenshot(path=screenshots / "page-1280-changed.png")
    composer.page.set_viewport_size({"width": 390, "height": 844})
    assert composer.page.evaluate("document.documentElement.scrollWidth") == 390
    composer.page.screenshot(path=screenshots / "page-390.png", full_page=True)


def test_composed_by_keyboard(composer: Composer, tmp_path: Path) -> None:
    units.require([STACK])
    page = composer.page
    tab_to(page, "q-course_name")
    page.keyboard.press("Control+A")
    page.keyboard.type(COURSE["course_name"], delay=60)
    page.wait_for_timeout(500)
    page.keyboard.type(" and more")  # while the answer is on its way
    composer.settled()
    expect(page.locator("#q-course_name")).to_have_value(f"{COURSE['course_name']} and more")
    tab_to(page, f"q-components-{STACK}")
    page.keyboard.press("Space")
    composer.settled()
    assert page.evaluate("document.activeElement.id") == f"q-components-{STACK}"
    expect(page.locator("#along li").first).to_contain_text("comes along")
    tab_to(page, "f-binder/environment.yml")
    page.keyboard.press("Enter")
    expect(page.locator("#view h4")).to_contain_text("binder/environment.yml")
    tab_to(page, "take-zip", backwards=True)
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.endswith(".zip")


def tab_to(page: Page, name: str, backwards: bool = False) -> None:
    for _ in range(400):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        if page.evaluate("document.activeElement.id") == name:
            return
    raise AssertionError(f"{name} cannot be reached by Tab")


def test_a_clash_names_both_owners(composer: Composer, screenshots: Path) -> None:
    name, package = pinning()
    composer.tick("components", name)
    composer.paste("environment.yml", f"dependencies:\n  - {package}=0.1\n")
    clash = composer.page.locator(".clash")
    expect(clash).to_contain_text(name)
    expect(clash).to_contain_text("binder/environment.yml")
    expect(clash).to_contain_text(f"{package}=0.1")
    expect(clash).to_contain_text("Remedy")
    composer.page.screenshot(path=screenshots / "page-clash.png", full_page=True)


def test_the_zip_is_what_an_update_leaves_alone(composer: Composer, tmp_path: Path) -> None:
    units.require([STACK])
    composer.tick("components", STACK)
    composer.tick("outputs", "links") if "links" in units.OUTPUTS else None
    composer.paste("apt.txt", "tree  # for the labs\n")
    course = composer.take(tmp_path)
    assert "tree  # binder (for the labs)" in (course / "binder/apt.txt").read_text()

    git = ["git", "-C", str(course), "-c", "user.name=A", "-c", "user.email=a@example.org"]
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "Make"]):
        subprocess.run([*git, *words], check=True)
    update = [sys.executable, "-m", "copier", "update", "--trust", "--defaults", str(course)]
    done = subprocess.run(update, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    changed = subprocess.run([*git, "status", "--porcelain"], capture_output=True, text=True, check=True)
    assert changed.stdout == ""


def test_a_link_holds_the_state(composer: Composer) -> None:
    units.require([STACK])
    composer.fill("course_name", "Kurs Ä & <b>")
    composer.tick("components", STACK)
    composer.paste("apt.txt", "tree\n")
    link = composer.page.url
    assert "#" in link
    composer.open(link.partition("#")[2])
    expect(composer.page.locator(f"#q-components-{STACK}")).to_be_checked()
    expect(composer.page.locator("#q-course_name")).to_have_value("Kurs Ä & <b>")
    expect(composer.page.locator("#brought li")).to_have_text("binder/apt.txt")


def test_opens_without_a_network(composer: Composer, context: BrowserContext) -> None:
    ready = "async () => { await navigator.serviceWorker.ready; return (await caches.keys()).length }"
    assert composer.page.evaluate(ready) == 1
    context.set_offline(True)
    composer.open()
    composer.tick("components", units.WHOLE[0])
    expect(composer.page.locator("#files-title")).to_contain_text("Files (")


def test_an_answers_file_is_opened_and_compared(composer: Composer, tmp_path: Path, screenshots: Path) -> None:
    composer.tick("components", other())
    course = composer.take(tmp_path)
    answers = course / ".copier-answers.yml"
    composer.page.locator("#clear").click()
    composer.settled()
    composer.drop(".copier-answers.yml", answers.read_bytes())
    expect(composer.page.locator(f"#q-components-{other()}")).to_be_checked()
    update = composer.page.locator("#update")
    expect(update).to_contain_text("made by the very version of this page")
    expect(update).to_contain_text("Its answers stay as they are")

    former = yaml.safe_load(answers.read_text())
    answers.write_text(yaml.safe_dump({**former, "python_version": "3.6", "of_before": "<b>1</b>", "_commit": "v0.9"}))
    composer.drop(".copier-answers.yml", answers.read_bytes())
    expect(update.locator("h3")).to_have_text(f"What an update changes: v0.9 → {VERSION}")
    expect(update).to_contain_text("python_version: 3.6 becomes")
    expect(update).to_contain_text("of_before <b>1</b>")
    expect(composer.page.locator("#q-python_version")).not_to_have_value("3.6")
    composer.page.screenshot(path=screenshots / "page-update.png", full_page=True)
    assert violations(composer.page) == []

    (course / "binder/apt.txt").write_text((course / "binder/apt.txt").read_text() + "tree\n")
    (course / "mine.txt").write_text("mine\n")
    packed = tmp_path / "changed.zip"
    subprocess.run([sys.executable, "-m", "zipfile", "-c", str(packed), *map(str, course.iterdir())], check=True)
    composer.drop("changed.zip", packed.read_bytes())
    expect(composer.page.locator("#legend")).to_contain_text("an update changes")
    expect(update).to_contain_text("Of its files: 1 changed. All others stay")
    expect(composer.page.locator("#tree li:has(> .mark.changed)")).to_have_text(re.compile("copier-answers"))
    composer.page.locator("#close").click()
    composer.settled()
    expect(update).to_be_empty()


def test_imports_are_said_and_kept_in_the_command(composer: Composer) -> None:
    composer.unfold("settings")
    address = f"gh:owner/course@{'a' * 40}"
    composer.fill("imports", address)
    expect(composer.page.locator("#imports-note")).to_be_visible()
    assert address in composer.page.locator("#command").input_value()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible(composer: Composer, scheme: str, screenshots: Path) -> None:
    """axe finds nothing: at first, with all unfolded and a clash, at a phone's width, and refused."""
    page = composer.page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    assert violations(page) == []
    name, package = pinning()
    composer.tick("components", name)
    composer.paste("environment.yml", f"dependencies:\n  - {package}=0.1\n")
    for details in page.locator("details:not([open]) > summary").all():
        if details.is_visible():
            details.click()
    assert violations(page) == []
    page.screenshot(path=screenshots / f"page-{scheme}.png", full_page=True)
    page.set_viewport_size({"width": 390, "height": 844})
    composer.fill("course_name", "")
    expect(page.locator("#q-course_name-error")).to_contain_text("must not be empty")
    assert violations(page) == []


def violations(page: Page) -> list[str]:
    # The policy of the page lets no script in; the browser's own tools may.
    page.context.new_cdp_session(page).send("Page.setBypassCSP", {"enabled": True})
    client = page.context.new_cdp_session(page)
    client.send("Runtime.evaluate", {"expression": AXE.read_text()})
    asked = {"expression": "axe.run().then((found) => JSON.stringify([found.violations, found.passes.length]))"}
    found = client.send("Runtime.evaluate", {**asked, "awaitPromise": True, "returnByValue": True})
    said, passed = json.loads(found["result"]["value"])
    assert passed > 10  # it has looked
    return [f"{one['id']}: {node['html'][:120]}" for one in said for node in one["nodes"]]
