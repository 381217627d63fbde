"""What a component's own tests do with a saved session: something is made, saved, reset, and restored."""

from __future__ import annotations

import json
from typing import Any

from tests.image.containers import Container

SAVED = "/tmp/saved/course.zip"


def saved(running: Container) -> dict[str, Any]:
    """What is in the archive, as --look tells it."""
    done = running.script("save", "--no-files", "--to", SAVED)
    print(done.stdout, done.stderr)
    assert done.returncode == 0, done.stderr
    return looked(running)


def looked(running: Container, path: str = SAVED) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(running.script("restore", "--look", path).stdout)
    print(told)
    return told


def restored(running: Container, path: str = SAVED) -> str:
    done = running.script("restore", path)
    print(done.stdout, done.stderr)
    assert done.returncode == 0, done.stderr + running.logs()
    assert running.verify().returncode == 0
    return done.stdout


def reset(running: Container, name: str) -> None:
    done = running.script("reset", name)
    assert done.returncode == 0, done.stdout + done.stderr


def opened(running: Container) -> Container:
    running.wait_for_api()
    running.wait_for_services()
    return running
