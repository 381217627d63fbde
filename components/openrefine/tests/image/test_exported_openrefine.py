"""Projects go out as files that every OpenRefine opens, with their history, and come in again."""

from __future__ import annotations

import json

import pytest

from conftest import Build, Run, Scaffold
from tests.image.containers import Container
from tests.image.saving import opened, reset, saved

pytestmark = pytest.mark.unhurried
ASKING = """
import json, os
program = open(os.environ["REPO_DIR"] + "/binder/verify.d/openrefine").read()
exec(program.partition("def round_trip")[0])
token = wait(60)
"""
FILL = (
    ASKING
    + """
for name in ("verify", "towns/of: Ü", "Verify"):
    project = create(token)
    post("rename-project", token, project=project, name=name)
    for step in ("toUppercase", "reversed", "toLowercase"):
        operation = {**OPERATION, "expression": f"grel:value.{step}()" if step != "reversed" else "grel:value + '!'"}
        post("apply-operations", token, project=project, operations=json.dumps([operation]))
    past = json.loads(call("get-history", project=project)[0])["past"]
    post("undo-redo", token, project=project, lastDoneID=str(past[1]["id"]))
"""
)
ASK = (
    ASKING
    + """
for number, about in json.loads(call("get-all-project-metadata")[0])["projects"].items():
    history = json.loads(call("get-history", project=number)[0])
    rows = post("export-rows", token, project=number, format="csv")
    print(json.dumps([about["name"], about["rowCount"], history, call("get-operations", project=number)[0], rows]))
"""
)


def told(running: Container) -> list[str]:
    return sorted(running.python(ASK).splitlines())


def test_projects_go_out_and_come_in(scaffold: Scaffold, build: Build, container: Run) -> None:
    running = opened(container(build(scaffold(components=["openrefine"]), "openrefine-exported")))
    running.python(FILL)
    wanted = told(running)
    assert len(wanted) == 3
    history = json.loads(wanted[0])[2]
    assert (len(history["past"]), len(history["future"])) == (2, 1), history
    done = running.script("save", "--export", "openrefine", "--to", "/tmp/out")
    assert done.returncode == 0, done.stderr
    folder = done.stdout.splitlines()[-1]
    names = running.bash(f"ls {folder}").split()
    assert len(names) == 3
    assert "towns_of_Ü.openrefine.tar.gz" in names

    assert saved(running)["services"]["openrefine"]["how"] == "data"
    reset(running, "openrefine")
    assert told(running) == []
    for name in names:
        done = running.script("restore", "--import", "openrefine", f"{folder}/{name}")
        assert done.returncode == 0, done.stderr
    assert told(running) == wanted

    running.bash("cd /tmp; echo x >data.zip; echo '{}' >metadata.json; tar czf bad.tar.gz data.zip metadata.json")
    for name, reason in (("bad.tar.gz", "is not taken by OpenRefine"), ("data.zip", "loads no file of this kind")):
        done = running.script("restore", "--import", "openrefine", f"/tmp/{name}")
        assert done.returncode == 1
        assert reason in done.stderr
    assert told(running) == wanted, "nothing is left of what was refused"
    assert running.verify().returncode == 0
