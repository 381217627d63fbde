"""A small course around the real binder/save and binder/restore, with servers made for it, and archives by hand."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from extensions.bundle import bundle
from tests.fast.conftest import ROOT
from tests.fast.launching import BINDER, Repository, Result, make_repository

SAVING = bundle(ROOT / "saving")
# Keeps what it is given in one file, and nothing without a word of its own when it is stopped.
RUN = """#!/bin/sh
test ! -e "$SERVICE_DATA/poison" || exit 7
trap 'echo stopped >>"$SERVICE_DATA/stops"; exit 0' TERM
touch "$SERVICE_DATA/rows"
while :; do sleep 0.05; done
"""
READY = '#!/bin/sh\ntest -e "$SERVICE_DATA/rows" && test ! -e "$SERVICE_DATA/poison"\n'
DUMP = """#!/bin/sh
test $# = 1 || { echo '*.rows'; exit; }
sleep "${DUMP_SECONDS:-0}"
cp "$SERVICE_DATA/rows" "$1/all.rows"
"""
LOAD = """#!/bin/sh
case $1 in *.rows) ;; *) exit 3 ;; esac
sleep "${LOAD_SECONDS:-0}"
cat "$1" >>"$SERVICE_DATA/rows"
! grep broken "$1"
"""
# The same, but with poison in its data it never becomes ready.
HANGS = RUN.replace("|| exit 7", "|| { trap 'exit 0' TERM; while :; do sleep 0.05; done; }")


class Course(Repository):
    """A repository with what saves and restores."""

    def hurry(self, seconds: int) -> None:
        """Have it wait no longer than that for a service."""
        start = "START_SECONDS, STOP_SECONDS, LOCK_TRIES = "
        saving = SAVING.replace(f"{start}180", f"{start}{seconds}")
        assert saving != SAVING
        (self.binder / "saving").write_text(saving)

    def is_ready(self, name: str) -> bool:
        return self.is_in(name, "ready")

    def is_in(self, name: str, state: str) -> bool:
        return bool(self.state(name)["state"] == state)

    def beside(self, name: str) -> list[str]:
        """What lies where its data is."""
        return sorted(path.name for path in self.place(name).parent.iterdir())

    def store(self, name: str, version: str = "store 1", has_dump: bool = False) -> None:
        files = {"dump": DUMP, "load": LOAD} if has_dump else {}
        self.service(name, RUN, READY, format=f"#!/bin/sh\necho {version}\n", **files)

    def change(self, name: str, leaf: str, text: str) -> None:
        (self.binder / "services" / name / leaf).write_text(text)

    def save(self, *arguments: object) -> Path:
        """What it made."""
        words = arguments if "--to" in arguments else ("--to", self.root / "saved", *arguments)
        done = self.script("save", *map(str, words))
        assert done.returncode == 0, done.stderr
        return Path(done.stdout.splitlines()[-1])

    def restore(self, *arguments: object) -> Result:
        return self.script("restore", *map(str, arguments))

    def look(self, archive: Path) -> dict[str, Any]:
        done = self.restore("--look", archive)
        assert (done.returncode, done.stderr) == (0, "")
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def place(self, name: str) -> Path:
        """Where its data is."""
        return Path(self.state(name)["data"])

    def rows(self, name: str) -> Path:
        return self.place(name) / "rows"

    def snapshot(self) -> dict[str, str]:
        """All that a restore might touch."""
        return {
            str(path): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
            for top in (self.root, self.run / "data")
            for path in sorted(top.rglob("*"))
            if path.name not in ("lock", "stops", "out", "err") and not path.is_socket()
        }


def make_course(tmp_path: Path) -> Iterator[Course]:
    for made in make_repository(tmp_path):
        made.__class__ = Course
        assert isinstance(made, Course)
        (made.binder / "saving").write_text(SAVING)
        for name in ("save", "restore"):
            shutil.copyfile(BINDER / name, made.binder / name)
        yield made


def refused(done: Result) -> str:
    """The one line that says why, in words."""
    lines = [line for line in done.stderr.splitlines() if line.startswith(("restore: ", "save: "))]
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert len(lines) == 1
    assert lines[0].isprintable()
    return lines[0]


def entry(content: bytes, mode: int = 0o600) -> dict[str, Any]:
    return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "mode": mode}


def manifest(files: dict[str, bytes], **changed: Any) -> dict[str, Any]:
    """One as save writes it."""
    values: dict[str, Any] = {
        "archive": 1,
        "course": "course",
        "name": "course",
        "repository": "",
        "catalogue": {"commit": "", "source": ""},
        "made": "2026-01-01T00:00:00Z",
        "entries": {name: entry(content) for name, content in files.items()},
        "folders": {},
        "links": {},
        "services": {"db": {"how": "data", "format": "store 1"}},
        "left_out": [],
    }
    return {**values, **changed}


def write_archive(path: Path, files: dict[str, bytes], text: str | None = None, **changed: Any) -> Path:
    """One by hand: `changed` is of its manifest, `text` its manifest altogether."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.writestr("manifest.json", json.dumps(manifest(files, **changed)) if text is None else text)
    return path


def run(*command: object) -> None:
    subprocess.run([*map(str, command)], check=True)
