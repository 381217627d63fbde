"""Two applications of an author's own: their tiles, in the order of the course, and the way back from their pages.

Screenshots are kept in $BLOCKS_SCREENSHOTS, or with the test's other files.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from conftest import Build, Scaffold
from tests.browser.opened import make_browser, make_screenshots
from tests.image.containers import TOKEN, Container

browser = pytest.fixture(make_browser)
screenshots = pytest.fixture(make_screenshots)
# Whatever it is asked for, it answers with a page, and echoes what comes through a websocket.
SERVER = """
import sys
from tornado import ioloop, web, websocket

PAGE = '''<!doctype html><title>{0}</title><style>a, button, nav {{ display: none !important }}</style>
<h1>{0}</h1><p id=said></p><iframe src=inner title=inner></iframe><script>
  const socket = new WebSocket(location.href.replace('http', 'ws') + 'echo');
  socket.onopen = () => socket.send('heard');
  socket.onmessage = ({{ data }}) => {{ said.textContent = data; }};
</script></html>'''

class Page(web.RequestHandler):
    def get(self, path):
        if path == '/forbids':
            self.set_header('Content-Security-Policy', "default-src 'none'")
        self.finish(PAGE.format(sys.argv[1]))

class Echo(websocket.WebSocketHandler):
    def check_origin(self, origin):
        return True

    def on_message(self, message):
        self.write_message(message)

web.Application([('.*/echo', Echo), ('(.*)', Page)]).listen(int(sys.argv[2]), '127.0.0.1')
ioloop.IOLoop.current().start()
"""
NAMES = {"zeta": "Zeta", "alpha": "Alpha"}


@pytest.fixture(scope="module")
def course(scaffold: Scaffold, build: Build) -> Iterator[Container]:
    repository = scaffold(components=["jupyter-server-proxy", "services-panel"])
    (repository / "server.py").write_text(SERVER)
    servers = {
        name: {
            "command": ["python3", "server.py", title, "{port}"],
            "timeout": 30,
            "new_browser_tab": True,
            "launcher_entry": {"title": title},
        }
        for name, title in NAMES.items()
    }
    mine = repository / "binder/jupyter_server_config.d/mine.json"
    mine.write_text(json.dumps({"ServerProxy": {"servers": servers}}))
    path = repository / "binder/report.json"
    web = [{"component": name, "value": {"name": title, "path": f"{name}/"}} for name, title in NAMES.items()]
    path.write_text(json.dumps({**json.loads(path.read_text()), "provides": {"web": web}}))
    with Container(build(repository, "way-back"), env={"JUPYTERHUB_BASE_URL": "/"}) as running:
        running.wait_for_api(180)
        yield running


def open_lab(course: Container, browser: BrowserContext) -> Page:
    page = browser.new_page()
    page.goto(course.url(f"lab?token={TOKEN}&reset"))
    page.locator(".jp-LauncherCard", has_text="Zeta").wait_for()
    return page


def test_from_the_tile_and_back(course: Container, browser: BrowserContext, screenshots: Path) -> None:
    """Tiles are in the course's order; the page has one link, in no frame, that the page's own styles do not reach."""
    lab = open_lab(course, browser)
    labels = lab.locator(".jp-Launcher-section").first.locator(".jp-LauncherCard-label").all_inner_texts()
    assert [label.strip().rstrip(" [↗]") for label in labels if label.strip()[:4] in ("Zeta", "Alph")] == [
        "Zeta",
        "Alpha",
    ]
    lab.screenshot(path=screenshots / "launcher-order.png")
    with browser.expect_page() as opened:
        lab.locator(".jp-LauncherCard", has_text="Zeta").click()
    page = opened.value
    expect(page.locator("#said")).to_have_text("heard")
    back = page.get_by_role("link", name="Back to the notebook")
    expect(back).to_be_visible()
    assert page.locator("binder-way-back").count() == 1
    assert page.frames[1].locator("binder-way-back").count() == 0
    expect(page.get_by_role("link", name="Hub")).to_be_hidden()

    page.locator("h1").click()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(back).to_be_focused()
    expect(page.get_by_role("link", name="Hub")).to_have_attribute("href", "/hub/home")
    page.screenshot(path=screenshots / "way-back.png")
    page.keyboard.press("Enter")
    page.wait_for_url("**/lab**")


def test_hidden_and_forbidden(course: Container, browser: BrowserContext) -> None:
    """Hidden by its button, for this tab; and not there where the application lets in no script."""
    open_lab(course, browser)
    page = browser.new_page()
    page.goto(course.url("alpha/"))
    page.locator("binder-way-back").hover()
    page.get_by_role("button", name="Hide these links").click()
    expect(page.locator("binder-way-back")).to_have_count(0)
    page.reload()
    expect(page.locator("#said")).to_have_text("heard")
    expect(page.locator("binder-way-back")).to_have_count(0)

    other = browser.new_page()
    said: list[str] = []
    other.on("console", lambda message: said.append(message.text))
    other.goto(course.url("alpha/forbids"))
    assert other.locator("binder-way-back").count() == 0
    assert not [line for line in said if "way_back" in line]
