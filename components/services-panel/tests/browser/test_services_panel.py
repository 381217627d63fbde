"""A student's services: one that ends, one that fails, one that is late; in JupyterLab, Notebook and on the page.

And what runs beside the notebook at first, and the file for those who help, made by a stand-in of binder/diagnose.

Screenshots are kept in $BLOCKS_SCREENSHOTS, or with the test's other files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from conftest import Build, Scaffold
from tests import units
from tests.browser.opened import make_browser, make_screenshots
from tests.browser.served import notebook
from tests.browser.usable import make_axe, press, violations
from tests.image.containers import TOKEN, Container, run, wait_until

browser = pytest.fixture(make_browser)
screenshots = pytest.fixture(make_screenshots)
axe = pytest.fixture(scope="module")(make_axe)
BREAK = "/tmp/break"
FRAGILE = f"""#!/usr/bin/env bash
echo '<b>not markup</b>'
rm --force "$SERVICE_RUN/up"
[[ ! -e {BREAK} ]] || {{ echo 'no licence found'; exit 3; }}
touch "$SERVICE_RUN/up"
exec sleep infinity
"""
FRAGILE_READY = """#!/usr/bin/env bash
test -e "$SERVICE_RUN/up"
"""
LATE = """#!/usr/bin/env bash
date +%s >"$SERVICE_RUN/began"
exec sleep infinity
"""
LOADED = "/tmp/loaded"
LATE_READY = f"""#!/usr/bin/env bash
[[ -e {LOADED} ]] || (($(date +%s) - $(<"$SERVICE_RUN/began") >= 150)) || {{ echo 'still loading'; exit 1; }}
"""
CONTENT, LICENCE = "/tmp/content", "/tmp/licence"
FIRST = {
    "10-content": f'until [[ -e {CONTENT} ]]; do echo "part $((++n))"; sleep 1; done\n',
    "20-licence": f"[[ -e {LICENCE} ]] || {{ echo 'no licence for <b>x</b>'; exit 3; }}\necho 'all is there'\n",
}
DIAGNOSE = """#!/usr/bin/env bash
set -euo pipefail
case $1 in
--list) echo 'versions, <b>logs</b>, limits' ;;
--text) echo 'course: 1 of 3 services has failed' ;;
--to) printf 'PK\\5\\6' >"$2" && head --bytes=18 /dev/zero >>"$2" && echo "$2" ;;
esac
"""
TOLD = 5_000  # milliseconds


def server() -> str:
    """The smallest server of the catalogue that shows a first cell in Python."""
    fit = [name for name in units.SERVICES if "```python" in readme(name) and not units.COMPONENTS[name].requires]
    if not fit:
        pytest.skip("no server to look at")
    return min(fit, key=lambda name: units.COMPONENTS[name].memory)


def readme(name: str) -> str:
    return "".join(path.read_text() for path in units.COMPONENTS[name].folder.glob("README.md*"))


@pytest.fixture(scope="module")
def course(scaffold: Scaffold, build: Build) -> Iterator[Container]:
    repository = scaffold(components=["services-panel", server()])
    for name, files in {
        "fragile": {"run": FRAGILE, "ready": FRAGILE_READY},
        "late": {"run": LATE, "ready": LATE_READY},
    }.items():
        folder = repository / "binder/services" / name
        folder.mkdir()
        for leaf, text in files.items():
            (folder / leaf).write_text(text)
    (repository / "binder/first.d").mkdir()
    for name, text in FIRST.items():
        (repository / "binder/first.d" / name).write_text(f"#!/usr/bin/env bash\n{text}")
    (repository / "binder/diagnose").write_text(DIAGNOSE)
    for leaf, name in {"content": "10-content", "early": "late"}.items():
        cell = f"%binder wait {name} 200\nprint('it', 'is there')"
        (repository / f"{leaf}.ipynb").write_text(notebook(("code", cell)))
    (repository / "work.ipynb").write_text(notebook(("code", "pass")))
    with Container(build(repository, "services-panel-course")) as running:
        running.wait_for_api(180)
        yield running


def section(page: Page, title: str) -> Locator:
    return page.locator(".binder-services section", has=page.get_by_role("heading", name=title, exact=True))


def open_panel(course: Container, browser: BrowserContext, path: str = "lab") -> Page:
    page = browser.new_page()
    page.goto(course.url(f"{path}?token={TOKEN}&reset"))
    show_panel(page)
    return page


def show_panel(page: Page) -> None:
    page.locator('.jp-SideBar [data-id="binder-services"]').click()
    expect(section(page, "fragile")).to_be_visible()


def kill(course: Container, name: str) -> None:
    course.exec("kill", "-KILL", str(course.status()["services"][name]["pid"]))


def state(course: Container, name: str) -> str:
    return str(course.status()["services"][name]["state"])


def test_a_late_service(course: Container, browser: BrowserContext, axe: str, screenshots: Path) -> None:
    """The page shows that it is starting and why, and a cell that is too early waits for it."""
    page = browser.new_page()
    page.goto(course.url(f"services/?token={TOKEN}"))
    late = section(page, "late")
    expect(late).to_contain_text("starting")
    expect(late).to_contain_text("still loading")
    expect(late.get_by_role("progressbar")).to_be_visible()
    assert state(course, "late") == "starting", "this test has come too late to show anything"
    page.screenshot(path=screenshots / "page-late.png", full_page=True)
    assert violations(page, axe, "body") == []

    lab = browser.new_page()
    lab.goto(course.url("lab/tree/early.ipynb?reset"))
    run_cell(lab)
    expect(lab.locator(".jp-OutputArea-output").first).to_contain_text("waiting for late, at most 200 s")
    course.exec("touch", LOADED)
    expect(lab.locator(".jp-OutputArea").first).to_contain_text("it is there")
    expect(late).to_contain_text("✓ ready")
    expect(late.get_by_role("progressbar")).to_be_hidden()


def run_cell(page: Page) -> None:
    page.locator(".jp-Cell .cm-content").last.click()
    expect(page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]")).to_be_visible()
    expect(page.locator(".jp-StatusBar-TextItem", has_text="| Idle")).to_be_visible()  # the kernel has answered, too
    page.keyboard.press("Shift+Enter")


def test_first_scripts(course: Container, browser: BrowserContext, axe: str, screenshots: Path) -> None:
    """Their progress, and what became of them, told in Lab; one that failed is run again; a cell waits for one."""
    page = browser.new_page()
    page.goto(course.url(f"services/?token={TOKEN}"))
    content, licence = section(page, "first.d/10-content"), section(page, "first.d/20-licence")
    expect(content).to_contain_text("running")
    expect(content).to_contain_text(re.compile(r"part \d+"))
    expect(content.get_by_role("progressbar")).to_be_visible()
    expect(licence).to_contain_text("it waits for first.d/10-content")
    press(page, "Log first.d/10-content")
    log = page.get_by_role("region", name="Log of first.d/10-content")
    shown = log.inner_text()
    expect(log).not_to_have_text(shown)
    page.screenshot(path=screenshots / "page-first.png", full_page=True)
    assert violations(page, axe, "body") == []

    lab = open_panel(course, browser, "lab/tree/content.ipynb")
    run_cell(lab)
    expect(lab.locator(".jp-OutputArea-output").first).to_contain_text("waiting for first.d/10-content, at most 200 s")
    course.exec("touch", CONTENT)
    expect(lab.locator(".jp-OutputArea").first).to_contain_text("it is there")
    toasts = lab.locator(".Toastify__toast")
    expect(toasts.filter(has_text="first.d/20-licence has failed: exited with status 3")).to_have_count(1)
    lab.screenshot(path=screenshots / "panel-first.png")
    expect(content).to_contain_text("✓ done")
    expect(licence).to_contain_text("no licence for <b>x</b>")

    course.exec("touch", LICENCE)
    press(page, "Run again first.d/20-licence")
    expect(licence).to_contain_text("✓ done")
    expect(toasts.filter(has_text="first.d/20-licence is done")).to_be_visible(timeout=TOLD)
    expect(licence.get_by_role("button", name="Run again")).to_be_hidden()


def test_get_help_by_keyboard(course: Container, browser: BrowserContext, axe: str, screenshots: Path) -> None:
    """What the file holds is said before it is made; then it is downloaded, and the short text is copied."""
    browser.grant_permissions(["clipboard-read", "clipboard-write"])
    page = browser.new_page()
    page.goto(course.url(f"services/?token={TOKEN}"))
    help_ = page.get_by_role("region", name="Help", exact=True)
    press(page, "Get help")
    expect(help_.get_by_role("region", name="What the file will hold")).to_have_text("versions, <b>logs</b>, limits")
    assert violations(page, axe, "body") == []
    with page.expect_download() as download:
        press(page, "Make the file")
    assert download.value.suggested_filename == "my-course-help.zip"
    assert download.value.path().read_bytes() == b"PK\5\6" + bytes(18)
    expect(help_.get_by_role("status")).to_contain_text("my-course-help.zip (1 kB) is among your downloads")
    expect(help_).to_contain_text("course: 1 of 3 services has failed")
    press(page, "Copy")
    expect(help_.get_by_role("status")).to_have_text("The short text is copied.")
    assert page.evaluate("navigator.clipboard.readText()") == "course: 1 of 3 services has failed"
    page.screenshot(path=screenshots / "page-help.png", full_page=True)
    assert violations(page, axe, "body") == []

    lab = open_panel(course, browser)
    lab.get_by_role("button", name="Get help").click()
    with lab.expect_download() as download:
        lab.get_by_role("button", name="Make the file").click()
    assert download.value.path().stat().st_size == 22
    lab.screenshot(path=screenshots / "panel-help.png")
    assert violations(lab, axe, "#binder-services") == []


def test_one_that_ends_and_one_that_fails(
    course: Container, browser: BrowserContext, axe: str, screenshots: Path
) -> None:
    """Told within five seconds, once; the log read; started again from the panel, and told."""
    page = open_panel(course, browser)
    toasts = page.locator(".Toastify__toast")
    expect(section(page, "fragile")).to_contain_text("✓ ready")

    kill(course, "fragile")
    expect(toasts.filter(has_text=re.compile("fragile (has|had) ended"))).to_be_visible(timeout=TOLD)
    wait_until("it is back", lambda: state(course, "fragile") == "ready", 20)
    course.exec("touch", BREAK)
    kill(course, "fragile")
    expect(toasts.filter(has_text="fragile has ended").last).to_be_visible(timeout=TOLD)  # one may still be fading
    failed = re.compile("fragile has failed: exited with status 3: .*no licence found")
    expect(toasts.filter(has_text=failed)).to_have_count(1)
    fragile = section(page, "fragile")
    expect(fragile).to_contain_text("✗ failed")
    expect(fragile).to_contain_text("no licence found")

    fragile.get_by_role("button", name="Log").click()
    log = fragile.get_by_role("region", name="Log of fragile")
    expect(log).to_contain_text("<b>not markup</b>")
    fragile.get_by_role("searchbox").fill("LICENCE")
    expect(log).not_to_contain_text("markup")
    expect(log).to_contain_text("no licence found")
    page.screenshot(path=screenshots / "panel-failed.png")
    assert violations(page, axe, "#binder-services") == []

    page.reload()
    show_panel(page)
    expect(section(page, "fragile")).to_contain_text("✗ failed")
    page.wait_for_timeout(2000)
    expect(toasts.filter(has_text="fragile")).to_have_count(0)

    course.exec("rm", BREAK)
    section(page, "fragile").get_by_role("button", name="Restart").click()
    expect(toasts.filter(has_text="fragile is ready again")).to_be_visible(timeout=TOLD)
    expect(section(page, "fragile")).to_contain_text("✓ ready")


def test_the_page_by_keyboard(course: Container, browser: BrowserContext, axe: str, screenshots: Path) -> None:
    """Reset asks first, and says where the old data is; the log opens and grows."""
    name = server()
    title = units.COMPONENTS[name].title
    course.wait_for_services(180)
    page = browser.new_page()
    page.goto(course.url(f"services/?token={TOKEN}"))
    expect(section(page, title)).to_contain_text("✓ ready")
    before = course.status()["services"][name]["pid"]

    press(page, f"Reset {title}")
    dialog = page.get_by_role("dialog", name=f"Reset {title}?")
    expect(dialog).to_contain_text("set aside, not deleted")
    assert violations(page, axe, "dialog") == []
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert course.status()["services"][name]["pid"] == before

    press(page, f"Reset {title}")
    page.screenshot(path=screenshots / "page-reset.png")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".binder-services > [role=status]")).to_contain_text("ready; the old data is in /")
    assert course.status()["services"][name]["pid"] != before

    press(page, "Log fragile")
    log = page.get_by_role("region", name="Log of fragile")
    shown = log.inner_text().count("not markup")
    press(page, "Restart fragile")
    page.wait_for_function(
        "([selector, count]) => document.querySelector(selector).textContent.split('not markup').length - 1 > count",
        arg=["[aria-label='Log of fragile']", shown],
    )
    page.screenshot(path=screenshots / "page.png", full_page=True)
    assert violations(page, axe, "body") == []


def test_connect(course: Container, browser: BrowserContext, screenshots: Path) -> None:
    """The cell of the server's page is inserted below the active one, and runs."""
    title = units.COMPONENTS[server()].title
    course.wait_for_services(180)
    page = open_panel(course, browser, "lab/tree/work.ipynb")
    run_cell(page)
    section(page, title).get_by_role("button", name="Connect").click()
    expect(page.locator(".binder-services > [role=status]")).to_contain_text("inserted a cell in python")
    inserted = page.locator(".jp-CodeCell.jp-mod-active .cm-content")
    assert inserted.inner_text().split() == first_cell(course, title).split()
    inserted.click()
    page.keyboard.press("Shift+Enter")
    expect(page.locator(".jp-InputPrompt", has_text="[2]")).to_be_visible()
    page.screenshot(path=screenshots / "panel-connect.png")
    assert "Error" not in page.locator(".jp-Notebook").inner_text()


def first_cell(course: Container, title: str) -> str:
    text = course.bash('cat "$BINDER_DIR/README.md"').partition(f"\n## {title}\n")[2]
    return text.partition("```python\n")[2].partition("```")[0]


def test_notebook_and_the_tile(course: Container, browser: BrowserContext, screenshots: Path) -> None:
    """Notebook has an entry in its menu, JupyterLab a tile; both open the page."""
    lab = browser.new_page()
    lab.goto(course.url(f"lab?token={TOKEN}&reset"))
    lab.locator(".jp-LauncherCard", has_text="Services").focus()
    with browser.expect_page() as page:
        lab.keyboard.press("Enter")
    opened = page.value
    expect(opened.get_by_role("heading", name="fragile")).to_be_visible()
    assert opened.url == course.url("services/")

    tree = browser.new_page()
    tree.goto(course.url("tree"))
    tree.locator(".jp-FileBrowser").wait_for()
    tree.get_by_role("menuitem", name="View").click()
    with browser.expect_page() as page:
        tree.get_by_role("menuitem", name="Services").click()
    expect(page.value.get_by_role("heading", name="fragile")).to_be_visible()
    page.value.screenshot(path=screenshots / "page-from-notebook.png", full_page=True)


def test_nobody_else(course: Container) -> None:
    """Without the token nothing is said or done, and a POST without the cookie's mark is refused."""
    curl = ["curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}", "--max-time", "20"]

    def ask(*words: str) -> int:
        return int(run(*course.inside, *curl, *words))

    before = course.status()["services"]["fragile"]["pid"]
    for path in ("", "api/stream", "api/log/fragile", "static/panel.js", "api/help", "api/help/text"):
        path = f"services/{path}"
        assert ask(course.url(path)) in (302, 403), path
    for path in ("fragile/restart", "20-licence/again", "help"):
        assert ask("--request", "POST", course.url(f"services/api/{path}")) in (302, 403), path
    assert course.status()["services"]["fragile"]["pid"] == before
    assert course.http("services/api/log/..%2F..%2Fstatus")[0] == 404
    code, answer = course.http("services/api/nothing/restart", "POST", "")
    assert (code, json.loads(answer)["answer"][:35]) == (200, "failed: there is no service nothing")
