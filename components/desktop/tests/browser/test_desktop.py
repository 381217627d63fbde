"""The desktop from its tile, under a base URL with an escaped character."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from conftest import Build, Scaffold
from tests.browser.opened import open_lab
from tests.browser.pages import open_tile
from tests.image.containers import wait_until

WINDOWS = 'DISPLAY=$(<"/tmp/binder-$(id -u)/run/desktop/display") xwininfo -root -tree'


def test_a_terminal_is_opened_and_used(scaffold: Scaffold, build: Build, tmp_path: Path) -> None:
    """a terminal opened on the desktop in a browser, and a command typed there"""
    with open_lab(build(scaffold(components=["desktop"]), "desktop"), tmp_path) as lab:
        lab.page.locator(".jp-LauncherCard", has_text="Desktop").wait_for()
        lab.screenshot(lab.page, "desktop-tile")
        page = open_tile(lab.page, "Desktop")
        assert page.url.startswith(lab.course.url("desktop/"))
        expect(page.locator("#status")).to_contain_text("Connected")
        page.locator("#screen canvas").click()

        def has_terminal() -> bool:
            page.keyboard.press("Control+Alt+t")  # which nobody hears before the session is complete
            page.wait_for_timeout(5000)
            return '"Terminal' in lab.course.bash(WINDOWS)

        wait_until("a terminal's window", has_terminal, 60)
        page.keyboard.type("pwd >from-desktop\n")
        wait_until("what was typed", lambda: lab.course.bash("cat ~/from-desktop || true") == "/home/jovyan\n", 30)
        lab.screenshot(page, "desktop-terminal")
        written = lab.course.bash("ls --almost-all ~").split()
        assert not {".config", ".vnc", ".gnupg", "Desktop"} & {*written}
