"""`diagnose` in a built course: what it tells of a running session, to its user and to root, and what it hides."""

from __future__ import annotations

import base64
import io
import time
import zipfile
from pathlib import Path

import pytest

from conftest import Build, Run, Scaffold
from tests.image.containers import TOKEN, Container

LIMIT, SECONDS = 2_000_000, 30
PASSWORD = "Xq7-hidden-here"


@pytest.fixture(scope="module")
def course(scaffold: Scaffold, build: Build) -> str:
    return build(scaffold(components=["postgres"]), "postgres")


def bundle(running: Container, user: str | None = None) -> dict[str, str]:
    began = time.monotonic()
    command = (
        'bash "$REPO_DIR/binder/diagnose" --to /tmp/bundle.zip >&2 && base64 /tmp/bundle.zip && rm /tmp/bundle.zip'
    )
    content = base64.b64decode(running.exec("bash", "-c", command, user=user))
    assert time.monotonic() - began < SECONDS
    assert len(content) < LIMIT
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_a_running_course(course: str, container: Run) -> None:
    running = container(course, env={"MY_API_PASSWORD": PASSWORD})
    running.wait_for_api()
    running.wait_for_services()
    found = bundle(running)
    assert "Nothing was found wrong" in found["summary.txt"], found["summary.txt"]
    assert "postgres ready" in found["summary.txt"]
    versions = found["versions.txt"]
    for start in (
        "server postgres: postgres (PostgreSQL) ",
        "jupyterlab: ",
        "Python of the notebook: Python 3",
        "image built: 2",
    ):
        assert start in versions, versions
    assert "image built: unknown" not in versions
    assert "# Files of binder/ that differ from what was built\nnone\n" in found["changes.txt"], found["changes.txt"]
    assert "# Packages that differ from what was built\nnone\n" in found["changes.txt"], found["changes.txt"]
    assert "\npostgresql" in found["packages.txt"]
    assert "5432 " in found["processes.txt"]
    assert "this image opens 'postgresql " in found["data.txt"]
    assert "ready to accept connections" in found["logs/postgres.log"]
    everything = "\n".join([*found, *found.values()])
    assert PASSWORD not in everything
    assert f"token={TOKEN}" not in everything
    assert "IdentityProvider.token=[hidden]" in everything
    assert "PGPASSWORD=[hidden]" in found["environment.txt"]

    of_root = bundle(running, user="root")
    assert "postgres ready" in of_root["summary.txt"], of_root["summary.txt"]
    assert PASSWORD not in "\n".join(of_root.values())

    running.bash(
        "echo '# mine' >>\"$BINDER_DIR/env\"; pip install --quiet --no-deps --no-index --find-links=/nowhere x || true"
    )
    assert "env has changed" in bundle(running)["changes.txt"]


def test_what_is_wrong_is_named(course: str, container: Run, tmp_path: Path) -> None:
    service = tmp_path / "broken"
    service.mkdir()
    (service / "run").write_text("#!/bin/sh\nexec nosuchserver\n")
    hook = tmp_path / "hook"
    hook.write_text("#!/bin/sh\ncat /no/such/file\nexit 3\n")
    folder = "/home/jovyan/binder"
    running = container(
        course, f"--volume={service}:{folder}/services/broken:ro", f"--volume={hook}:{folder}/start.d/hook:ro"
    )
    running.wait_for_api()
    running.wait_for_services()
    running.bash("pkill --signal KILL --oldest postgres; sleep 3")
    told = " ".join(running.script("diagnose", "--text").stdout.split())
    assert "the program or file nosuchserver is missing in the image" in told, told
    assert "file /no/such/file is missing" in told, told
    found = bundle(running)
    assert "services/broken/run is new" in found["changes.txt"]
    assert found["logs/start.d-hook.log"].startswith("cat: /no/such/file")
