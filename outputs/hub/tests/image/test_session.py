"""The image as a hub on Kubernetes runs it: with the arguments and variables of the pod that KubeSpawner makes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import ROOT, Run, Scaffold
from outputs.hub.tests import hubs
from tests.image.containers import Container
from tests.image.test_stack import assert_works

# Answers what a session asks its hub: which version it is, and whose token this is.
HUB = """
import http.server, json
ANSWER = {"version": "5.5.0", "kind": "user", "name": "ada", "groups": [], "scopes": ["access:servers!user=ada"]}
class Hub(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(json.dumps(ANSWER).encode())
    do_POST = do_GET
http.server.ThreadingHTTPServer(("127.0.0.1", 8081), Hub).serve_forever()
"""
ANSWERS = {
    "outputs": ["hub"],
    "image_name": "ghcr.io/owner/tm351",
    "hub_module": "TM351",
    "hub_presentation": "26J",
}


@contextmanager
def hub_of(container: Container) -> Iterator[None]:
    process = subprocess.Popen([*container.inside, sys.executable, "-c", HUB], stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def session(container: Run, pod: Any, *options: str) -> Container:
    """The pod's container, under podman."""
    made = pod.spec.containers[0]
    variables = {entry.name: entry.value for entry in made.env if entry.value is not None}
    # The hub beside the session, since there is no other machine.
    for name in ("JUPYTERHUB_API_URL", "JUPYTERHUB_ACTIVITY_URL"):
        variables[name] = f"http://127.0.0.1:8081/hub/api{variables[name].partition('/hub/api')[2]}"
    limits = [f"--memory={made.resources.limits['memory']}", f"--cpus={made.resources.limits['cpu']}"]
    return container(made.image, *limits, *options, command=made.args, env=variables, base_url="/user/ada/")


def test_session_of_a_hub(
    kept_stack: str, scaffold: Scaffold, container: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hubs.require()
    course = scaffold(data_file=ROOT / "examples/tm351.yml", keep_data="home", hub_tag="v1", **ANSWERS)
    values = yaml.safe_load((course / "hub/tm351-26j.yaml").read_text())
    spawner, pod = hubs.Kubernetes(values, monkeypatch).session({"profile": "tm351-26j"})
    assert pod.spec.containers[0].image == "ghcr.io/owner/tm351:v1"
    pod.spec.containers[0].image = kept_stack
    home = tmp_path / "home"
    home.mkdir()
    shutil.chown(home, 1000, 1000)

    first = session(container, pod, f"--volume={home}:/home/jovyan")
    with hub_of(first):
        assert_works(first)
        # Where students write is the home folder, not the repository in the image.
        assert "Serving notebooks from local directory: /home/jovyan\n" in first.logs()
        first.bash("psql --command='CREATE TABLE mine (note text)'")
        first.stop(spawner.delete_grace_period)
    assert first.exit_code() == 0

    # As Kubernetes mounts a volume for a pod with fsGroup: the group's, and writable for it, all through.
    for path in [home, *home.rglob("*")]:
        os.chown(path, -1, 100, follow_symlinks=False)
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o2070 if path.is_dir() else 0o060))
    second = session(container, pod, f"--volume={home}:/home/jovyan", "--group-add=100")
    with hub_of(second):
        assert_works(second)
        second.bash("psql --command='SELECT * FROM mine'")
