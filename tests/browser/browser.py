"""Chromium inside a container's network, where the notebook and its proxy are to be seen as a student sees them."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")
TIMEOUT = 60_000  # milliseconds: two cores, and Java that has just started


@contextmanager
def chromium(inside: Sequence[str], folder: Path) -> Iterator[BrowserContext]:
    """A browser behind the command prefix that enters the network; `folder` takes the script that does so."""
    script = folder / "chromium"
    script.write_text(f'#!/bin/sh\nexec {shlex.join(inside)} {CHROMIUM} "$@"\n')
    script.chmod(0o755)
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", *QUIET]  # root needs --no-sandbox
        browser = playwright.chromium.launch(executable_path=script, args=arguments)
        context = browser.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True)
        context.set_default_timeout(TIMEOUT)
        expect.set_options(timeout=TIMEOUT)
        yield context
        browser.close()
