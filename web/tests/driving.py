"""What somebody does on the page: opens it, ticks, types, pastes, looks at a file, takes the course away."""

from __future__ import annotations

import zipfile
from pathlib import Path

from playwright.sync_api import Locator, Page


class Composer:
    """`elsewhere` are requests to other hosts, `failures` what scripts failed with and the policy refused."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.elsewhere: list[str] = []
        self.failures: list[str] = []
        page.on("request", lambda request: self._note(request.url))
        page.on("pageerror", lambda error: self.failures.append(str(error)))
        page.on("console", lambda said: self.failures.append(said.text) if said.type == "error" else None)
        page.on("dialog", lambda dialog: self.failures.append(f"a dialog: {dialog.message}"))

    def _note(self, url: str) -> None:
        if not url.startswith((self.address, "blob:", "data:")):
            self.elsewhere.append(url)

    def open(self, fragment: str = "") -> None:
        self.page.goto("about:blank")
        self.page.goto(self.address + (f"#{fragment}" if fragment else ""))
        self.page.locator("body[data-ready]").wait_for()

    def follow(self, fragment: str) -> None:
        """A link to the page that is open already."""
        self.page.evaluate("(fragment) => { location.hash = fragment }", fragment)
        self.settled()

    def settled(self) -> None:
        """Until every answer that was given is worked in."""
        self.page.wait_for_timeout(450)  # what is typed is sent a little later
        self.page.locator("body:not([aria-busy])").wait_for()

    def tick(self, question: str, name: str) -> None:
        self.page.locator(f"#q-{question}-{name}").click(force=True)
        self.settled()

    def fill(self, question: str, text: str) -> None:
        self.page.locator(f"#q-{question}").fill(text)
        self.page.locator(f"#q-{question}").dispatch_event("change")
        self.settled()

    def unfold(self, name: str) -> None:
        details = self.page.locator(f"#{name}")
        if details.get_attribute("open") is None:
            details.locator("> summary").click()

    def paste(self, name: str, text: str) -> None:
        self.unfold("bring")
        self.page.locator("#paste-name").select_option(name)
        self.page.locator("#paste").fill(text)
        self.page.locator("#paste-add").click()
        self.settled()

    def drop(self, name: str, data: bytes) -> None:
        self.unfold("bring")
        file = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
        self.page.locator("#open").set_input_files(file)  # type: ignore[arg-type]
        self.settled()

    def show(self, path: str) -> Locator:
        """The lines of a file of the result."""
        parts = path.split("/")
        for depth in range(1, len(parts)):
            folder = self.page.locator(f'#tree details[data-path="{"/".join(parts[:depth])}/"]')
            if folder.get_attribute("open") is None:
                folder.locator("> summary").click()
        self.page.locator(f'[id="f-{path}"]').click()
        self.page.locator("#view h4", has_text=path).wait_for()
        return self.page.locator("#view li")

    @property
    def status(self) -> str:
        return self.page.locator("#status").inner_text()

    def take(self, folder: Path) -> Path:
        """The zip, unpacked."""
        with self.page.expect_download() as download:
            self.page.locator("#take-zip").click()
        packed = folder / "course.zip"
        download.value.save_as(packed)
        course = folder / "taken"
        with zipfile.ZipFile(packed) as archive:
            archive.extractall(course)
            for info in archive.infolist():
                (course / info.filename).chmod(info.external_attr >> 16 & 0o777)
        return course
