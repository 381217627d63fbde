"""An application that an author configures at home, and one of the course: the proxy shows both."""

from __future__ import annotations

import json

import pytest

from conftest import Build, Run, Scaffold

pytestmark = pytest.mark.unhurried

MINE = """#!/usr/bin/env bash
mkdir --parents ~/.jupyter
echo 'c.ServerProxy.servers = {"mine": {"port": 8000}}' >~/.jupyter/jupyter_server_config.py
"""


def test_both_are_there(scaffold: Scaffold, build: Build, container: Run) -> None:
    repository = scaffold(components=["jupyter-server-proxy"])
    ours = repository / "binder/jupyter_server_config.d/ours.json"
    ours.parent.mkdir(exist_ok=True)
    ours.write_text(json.dumps({"ServerProxy": {"servers": {"ours": {"port": 8001}}}}))
    script = repository / "binder/postBuild.d/mine"
    script.write_text(MINE)
    running = container(build(repository, "own-applications"))
    running.wait_for_api()
    status, shown = running.http("server-proxy/servers-info")
    assert status == 200
    assert {one["name"] for one in json.loads(shown)["server_processes"]} == {"mine", "ours"}
