"""The page's result against the command's: for the same states the same files, bytes and run bits.

The answers files differ in `_commit` and `_src_path` alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from conftest import ROOT

ANSWERS = ".copier-answers.yml"
Summed = dict[str, list[Any]]


def in_the_page(dist: Path, states: list[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    """What the page's Python makes of these states, in Node."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "states.json").write_text(json.dumps(states))
    here = ROOT / "web/tests"
    node = shutil.which("node") or "node"
    command = [node, str(here / "inside.mjs"), str(dist), str(here / "inside.py"), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    made: list[dict[str, Any]] = json.loads((folder / "made.json").read_text())
    return made


def by_the_command(catalogue: Path, state: dict[str, Any], folder: Path) -> Summed | str:
    """What `copier copy` writes, or why it refuses."""
    course = folder / "course"
    shutil.rmtree(course, ignore_errors=True)
    course.mkdir(parents=True)
    for path, text in state["files"].items():
        (course / path).parent.mkdir(parents=True, exist_ok=True)
        (course / path).write_text(text)
    (folder / "answers.yml").write_text(json.dumps(state["answers"]))
    words = ["copy", "--trust", "--defaults", "--overwrite", "--quiet", "--data-file", str(folder / "answers.yml")]
    command = [sys.executable, "-m", "copier", *words, str(catalogue), str(course)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return [line for line in done.stderr.splitlines() if line.strip()][-1]
    return {
        path.relative_to(course).as_posix(): [summed(path), os.access(path, os.X_OK)]
        for path in sorted(course.rglob("*"))
        if path.is_file()
    }


def summed(path: Path) -> str:
    data = path.read_bytes()
    if path.name == ANSWERS:
        data = plain(data)
    return hashlib.sha256(data).hexdigest()


def plain(data: bytes) -> bytes:
    """An answers file without where it came from."""
    return b"".join(line for line in data.splitlines(True) if not line.startswith((b"_commit:", b"_src_path:")))


def differences(page: dict[str, Any], command: Summed | str) -> list[str]:
    """In which files both differ, the preview's among them; one line where only one of them refuses."""
    if isinstance(command, str):
        return [] if "refused" in page else [f"the command refuses, the page does not: {command}"]
    if "refused" in page:
        return [f"the page refuses, the command does not: {page['refused']}"]
    return [
        f"{kind}: {path}"
        for kind in ("files", "shown")
        for path in sorted(page[kind].keys() | command.keys())
        if page[kind].get(path) != command.get(path)
    ]


def compared(
    dist: Path, catalogue: Path, states: list[dict[str, Any]], folder: Path
) -> Iterable[tuple[int, list[str]]]:
    """For each state its number and the differences."""
    pages = in_the_page(dist, states, folder / "page")
    for number, (state, page) in enumerate(zip(states, pages, strict=True)):
        yield number, differences(page, by_the_command(catalogue, state, folder / "command"))
