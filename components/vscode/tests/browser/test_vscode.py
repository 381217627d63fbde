"""VS Code from its tile, under a base URL with an escaped character, with an extension that the course brings."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from conftest import Build, Scaffold
from tests.browser.opened import open_lab
from tests.browser.pages import open_tile
from tests.image.containers import wait_until

EXTENSION = {
    "name": "tried",
    "publisher": "course",
    "version": "1.0.0",
    "engines": {"vscode": "^1.80.0"},
    "contributes": {"snippets": [{"language": "plaintext", "path": "./snippets.json"}]},
}
MANIFEST = """<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata><Identity Language="en-US" Id="tried" Version="1.0.0" Publisher="course"/></Metadata>
  <Installation><InstallationTarget Id="Microsoft.VisualStudio.Code"/></Installation>
  <Assets><Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json"/></Assets>
</PackageManifest>
"""


def test_a_file_is_edited_and_saved(scaffold: Scaffold, build: Build, tmp_path: Path) -> None:
    """a file edited and saved in a browser, with an extension of the course"""
    repository = scaffold(components=["vscode"], vscode_extensions="[binder/course.vsix]")
    (repository / "notes.txt").write_text("seen\n")
    with zipfile.ZipFile(repository / "binder/course.vsix", "w") as extension:
        extension.writestr("extension.vsixmanifest", MANIFEST)
        extension.writestr("extension/package.json", json.dumps(EXTENSION))
        extension.writestr("extension/snippets.json", "{}")
    with open_lab(build(repository, "vscode-extension"), tmp_path) as lab:
        lab.screenshot(lab.page, "vscode-tile")
        assert "course.tried" in lab.course.bash("code-server --list-extensions")
        page = open_tile(lab.page, "VS Code")
        assert page.url.startswith(lab.course.url("vscode/"))
        page.locator(".explorer-viewlet").get_by_text("notes.txt").dblclick()
        editor = page.locator(".editor-instance .monaco-editor").first
        editor.click()
        page.keyboard.press("Control+Home")
        page.keyboard.type("edited and ")
        page.keyboard.press("Control+s")
        read = 'cat "$REPO_DIR/notes.txt"'
        wait_until("the saved file", lambda: lab.course.bash(read) == "edited and seen\n", 30)
        page.keyboard.press("Control+Shift+Backquote")
        page.locator(".terminal-wrapper .xterm").first.wait_for()
        page.keyboard.type('echo "${XDG_DATA_HOME-none}" >from-terminal\n')
        read = 'cat "$REPO_DIR/from-terminal" || true'
        wait_until("the terminal's answer", lambda: lab.course.bash(read) == "none\n", 30)
        lab.screenshot(page, "vscode-edited")
