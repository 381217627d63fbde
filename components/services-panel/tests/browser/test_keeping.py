"""A student's work goes into a file, into the browser, and into the next session; and the word before it is lost.

Screenshots are kept in $BLOCKS_SCREENSHOTS, or with the test's other files.
"""

from __future__ import annotations

import json
import re
import shlex
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Download, Locator, Page, expect, sync_playwright

from conftest import Build, Scaffold
from tests.browser.browser import CHROMIUM, QUIET, TIMEOUT
from tests.browser.opened import make_screenshots
from tests.browser.served import notebook
from tests.browser.usable import make_axe, press, violations
from tests.image.containers import TOKEN, Container, wait_until

axe = pytest.fixture(scope="module")(make_axe)
screenshots = pytest.fixture(make_screenshots)
WAIT = "/tmp/wait"
RUN = """#!/usr/bin/env bash
touch "$SERVICE_RUN/up"
[[ -e $SERVICE_DATA/rows.txt ]] || echo first >"$SERVICE_DATA/rows.txt"
exec sleep infinity
"""
READY = """#!/usr/bin/env bash
test -e "$SERVICE_RUN/up"
"""
# It dumps while it runs, and as slowly as a test wants.
DUMP = f"""#!/usr/bin/env bash
if (($# == 0)); then
  echo '*.txt'
  exit
fi
while [[ -e {WAIT} ]]; do sleep 0.1; done
cp "$SERVICE_DATA/rows.txt" "$1/rows.txt"
"""
LOAD = """#!/usr/bin/env bash
[[ $1 == *.txt ]] || exit 3
cat "$1" >"$SERVICE_DATA/rows.txt"
"""
SERVICES = {
    "ledger": {
        "run": RUN,
        "ready": READY,
        "format": "#!/usr/bin/env bash\necho ledger 1\n",
        "dump": DUMP,
        "load": LOAD,
    },
    "stopped": {"run": RUN, "ready": READY, "format": "#!/usr/bin/env bash\necho stopped 1\n"},
}
BINDER = {"BINDER_LAUNCH_HOST": "https://mybinder.org/"}


@pytest.fixture(scope="module")
def image(scaffold: Scaffold, build: Build) -> str:
    """One service that dumps, one that has to be stopped for it."""
    repository = scaffold(components=["services-panel"])
    for name, files in SERVICES.items():
        folder = repository / "binder/services" / name
        folder.mkdir(parents=True)
        for leaf, text in files.items():
            (folder / leaf).write_text(text)
    (repository / "busy.ipynb").write_text(notebook(("code", "import time; time.sleep(1000)")))
    return build(repository, "services-panel-keeping")


@contextmanager
def session(image: str, **env: str) -> Iterator[Container]:
    with Container(image, env=env) as course:
        course.wait_for_api(180)
        course.wait_for_services()
        yield course


@contextmanager
def browser(course: Container, folder: Path) -> Iterator[BrowserContext]:
    """The same browser in another session, if the folder is the same."""
    script = folder / "chromium"
    script.write_text(f'#!/bin/sh\nexec {shlex.join(course.inside)} {CHROMIUM} "$@"\n')
    script.chmod(0o755)
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            folder / "profile",
            executable_path=script,
            args=["--no-sandbox", "--disable-gpu", *QUIET],
            viewport={"width": 1280, "height": 1000},
            accept_downloads=True,
            downloads_path=folder / "downloads",
        )
        context.set_default_timeout(TIMEOUT)
        expect.set_options(timeout=TIMEOUT)
        yield context
        context.close()


def open_page(course: Container, context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto(course.url(f"services/?token={TOKEN}"))
    expect(keep(page)).to_be_visible()
    return page


def open_lab(course: Container, context: BrowserContext, path: str = "lab") -> Page:
    page = context.new_page()
    page.goto(course.url(f"{path}?token={TOKEN}&reset"))
    page.locator(".jp-SideBar [data-id=binder-services]").wait_for()
    return page


def keep(page: Page) -> Locator:
    return page.get_by_role("region", name="Save and restore")


def said(page: Page) -> Locator:
    return keep(page).get_by_role("status").first


def toast(page: Page, text: str) -> Locator:
    return page.locator(".Toastify__toast", has_text=text)


def rows(course: Container, name: str, text: str = "") -> str:
    """What a service's data holds, after it was changed to that text."""
    path = f"{course.status()['services'][name]['data']}/rows.txt"
    if text:
        course.exec("bash", "-c", f'echo "$1" >{path}', "bash", text)
    return course.exec("cat", path).strip()


def work(course: Container, text: str = "") -> str:
    if text:
        course.bash(f'cat >"$REPO_DIR/mine.ipynb" <<<{shlex.quote(text)}')
    return course.bash('cat "$REPO_DIR/mine.ipynb"').strip()


def left(course: Container) -> str:
    return course.bash('find "/tmp/binder-$(id -u)/keep" -type f 2>/dev/null || true')


def choose(page: Page, button: str, path: Path) -> None:
    with page.expect_file_chooser() as chooser:
        keep(page).get_by_role("button", name=button, exact=True).click()
    chooser.value.set_files(path)


def stored(download: Download, folder: Path) -> Path:
    path = folder / download.suggested_filename
    download.save_as(path)
    return path


def test_from_a_session_to_the_next(image: str, axe: str, tmp_path: Path, screenshots: Path) -> None:
    """By keyboard into a file; from the file into a new session, which says first what it will do."""
    with session(image) as first, browser(first, tmp_path) as context:
        rows(first, "ledger", "hers")
        rows(first, "stopped", "his")
        work(first, "a notebook of work")
        page = open_page(first, context)
        assert violations(page, axe, "body") == []
        with page.expect_download() as download:
            press(page, "Save")
        archive = stored(download.value, tmp_path)
        expect(said(page)).to_contain_text(f"Made {archive.name}")
        page.screenshot(path=screenshots / "keep-saved.png", full_page=True)
        assert re.fullmatch(r"[\w-]+-\d{8}-\d{6}\.zip", archive.name)
        assert any(name.endswith("mine.ipynb") for name in zipfile.ZipFile(archive).namelist())
        wait_until("nothing is left", lambda: not left(first), 20)

        with page.expect_download() as download:
            press(page, "Export ledger")
        exported = stored(download.value, tmp_path)
        assert exported.read_text() == "hers\n"
        assert keep(page).get_by_role("button", name="Export stopped").count() == 0

    with session(image) as second, browser(second, tmp_path) as context:
        page = open_page(second, context)
        choose(page, "Restore…", archive)
        dialog = page.get_by_role("dialog", name="Restore?")
        expect(dialog).to_contain_text("ledger (ledger 1)")
        expect(dialog).to_contain_text("1 file")
        expect(dialog).to_contain_text("set aside, not deleted")
        assert violations(page, axe, "dialog") == []
        page.screenshot(path=screenshots / "keep-restore.png", full_page=True)
        page.keyboard.press("Escape")
        expect(said(page)).to_have_text("Restore: cancelled; nothing was changed")
        assert [rows(second, "ledger"), left(second)] == ["first", ""]

        choose(page, "Restore…", archive)
        expect(dialog).to_be_visible()
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Enter")
        expect(said(page)).to_have_text("Restored")
        expect(keep(page)).to_contain_text("ledger: restored; the old data is in /")
        page.screenshot(path=screenshots / "keep-restored.png", full_page=True)
        assert [rows(second, "ledger"), rows(second, "stopped"), work(second)] == ["hers", "his", "a notebook of work"]

        imported = tmp_path / "rows.txt"
        imported.write_text("theirs\n")
        choose(page, "Import… ledger", imported)
        expect(said(page)).to_have_text("Imported into ledger")
        assert rows(second, "ledger") == "theirs"


def test_what_is_no_archive_and_a_tab_that_is_closed(image: str, tmp_path: Path) -> None:
    """One line, as text; and nothing stays of what nobody waits for."""
    with session(image) as course, browser(course, tmp_path) as context:
        page = open_page(course, context)
        bad = tmp_path / "<img src=x onerror=alert(1)>.zip"
        bad.write_text("nothing")
        page.on("dialog", lambda _: pytest.fail("markup has been run"))
        choose(page, "Restore…", bad)
        expect(said(page)).to_contain_text("Not restored:")
        assert len(said(page).inner_text().splitlines()) == 1
        assert page.locator("img").count() == 0

        large = tmp_path / "large.txt"
        with large.open("wb") as file:
            file.truncate(2_000_000_000)
        choose(page, "Import… ledger", large)
        wait_until("it comes in", lambda: bool(left(course)), 20)
        course.exec("touch", WAIT)
        other = open_page(course, context)
        keep(other).get_by_role("button", name="Save", exact=True).click()
        expect(keep(other)).to_contain_text("ledger: saving")
        page.close()
        third = open_page(course, context)
        expect(said(third)).to_have_text("Save is at work")
        keep(third).get_by_role("button", name="Save", exact=True).click()
        expect(said(third)).to_contain_text("Save is still at work, perhaps in another tab")
        other.close()
        wait_until("nothing is left", lambda: not left(course), 90)
        course.exec("rm", WAIT)
        with third.expect_download():
            keep(third).get_by_role("button", name="Save", exact=True).click()
        assert course.status()["services"]["ledger"]["state"] == "ready"
        assert rows(course, "ledger") == "first"


def test_keep_in_this_browser(image: str, axe: str, tmp_path: Path, screenshots: Path) -> None:
    """The newest two, over a reload; offered to the next session, which has its own; forgotten when told so."""
    kept = re.compile("^Saved in this browser on .*, [0-9.]+ [kM]B")
    with session(image, BINDER_KEEP_SECONDS="5") as first, browser(first, tmp_path) as context:
        lab = open_lab(first, context)
        lab.locator(".jp-SideBar [data-id=binder-services]").click()
        keep(lab).get_by_role("checkbox").check()
        shown = keep(lab).get_by_role("group", name=kept)
        expect(shown).to_have_count(1)
        lab.keyboard.press("Shift")  # somebody is at work, and then something changes
        rows(first, "ledger", "hers")
        expect(shown).to_have_count(2, timeout=120_000)
        lab.reload()
        lab.locator(".jp-SideBar [data-id=binder-services]").wait_for()
        if not keep(lab).is_visible():
            lab.locator(".jp-SideBar [data-id=binder-services]").click()
        expect(keep(lab).get_by_role("checkbox")).to_be_checked()
        expect(shown).to_have_count(2)
        work(first, "a notebook of work")
        wait_until("its files are kept, too", lambda: kept_files(lab, "mine.ipynb"), 120)
        expect(shown).to_have_count(2)
        lab.screenshot(path=screenshots / "keep-browser.png")
        assert violations(lab, axe, "#binder-services") == []

    with session(image) as second, browser(second, tmp_path) as context:
        lab = open_lab(second, context)
        offer = toast(lab, "Saved in this browser on")
        expect(offer).to_contain_text("in an earlier session")
        lab.screenshot(path=screenshots / "keep-offer.png")
        offer.get_by_role("button", name="Restore").click()
        dialog = lab.get_by_role("dialog", name="Restore?")
        dialog.get_by_role("button", name="Restore").click()
        expect(said(lab)).to_have_text("Restored")
        assert [rows(second, "ledger"), work(second)] == ["hers", "a notebook of work"]
        shown = keep(lab).get_by_role("group", name=kept)
        expect(shown).to_have_count(2)
        with lab.expect_download() as download:
            shown.first.get_by_role("button", name="Download").click()
        assert "manifest.json" in zipfile.ZipFile(stored(download.value, tmp_path)).namelist()
        shown.first.get_by_role("button", name="Forget").click()
        expect(shown).to_have_count(1)
        lab.reload()
        lab.locator(".jp-SideBar [data-id=binder-services]").wait_for()
        lab.wait_for_timeout(3000)
        expect(toast(lab, "Saved in this browser on")).to_have_count(0)


KEPT = """async name => {
  const opening = indexedDB.open('binder-services', 1);
  const database = await new Promise(resolve => { opening.onsuccess = () => resolve(opening.result); });
  const asked = database.transaction('kept').objectStore('kept').getAll();
  const found = await new Promise(resolve => { asked.onsuccess = () => resolve(asked.result); });
  database.close();
  const texts = await Promise.all(found.map(one => one.blob.text()));
  return texts.some(text => text.includes(name));
}"""


def kept_files(page: Page, name: str) -> bool:
    """Whether an archive in the browser's storage has an entry of that name."""
    return bool(page.evaluate(KEPT, name))


def test_a_reminder(image: str, tmp_path: Path, screenshots: Path) -> None:
    """Of a session of Binder that nobody uses: once, in one tab, not while a kernel is at work; it saves."""
    text = "Nobody has been at work here"
    with session(image, **BINDER, BINDER_REMIND_SECONDS="15") as course, browser(course, tmp_path) as context:
        lab = open_lab(course, context)
        page = open_page(course, context)
        page.keyboard.press("Shift")
        both = [toast(lab, text), page.get_by_role("alert").filter(has_text=text)]
        wait_until("it is told", lambda: sum(one.count() for one in both), 60)
        lab.wait_for_timeout(20_000)
        assert sum(one.count() for one in both) == 1
        lab.close()
        page.close()

        tree = context.new_page()
        tree.goto(course.url("tree"))
        tree.locator(".jp-FileBrowser").wait_for()
        tree.keyboard.press("Shift")
        expect(toast(tree, text)).to_be_visible()
        tree.screenshot(path=screenshots / "keep-remind.png")
        with tree.expect_download() as download:
            toast(tree, text).get_by_role("button", name="Save").click()
        assert "manifest.json" in zipfile.ZipFile(stored(download.value, tmp_path)).namelist()
        tree.close()

        busy = open_lab(course, context, "lab/tree/busy.ipynb")
        busy.locator(".jp-Cell .cm-content").last.click()
        expect(busy.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]")).to_be_visible()
        busy.keyboard.press("Shift+Enter")
        busy.wait_for_timeout(25_000)
        assert toast(busy, text).count() == 0
        for one in json.loads(course.http("api/kernels")[1]):
            course.http(f"api/kernels/{one['id']}/interrupt", "POST", "")
        expect(toast(busy, text)).to_be_visible()

    with session(image, BINDER_REMIND_SECONDS="5") as course, browser(course, tmp_path) as context:
        page = open_page(course, context)
        page.wait_for_timeout(10_000)
        assert page.get_by_role("alert").filter(has_text=text).count() == 0
