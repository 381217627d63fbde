"""What Codespaces and VS Code are told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests import units
from tests.fast.conftest import MakeCatalogue, copier, manifest, tree
from tests.fast.test_copy import assert_refused

COMPONENTS = {
    "rows/component.yml": manifest("Rows", category="databases", ports="{rows: {port: 5001, reachable: true}}"),
    "graph-db/component.yml": manifest(
        "Graph",
        category="databases",
        ports="{bolt: {port: 5002, reachable: true}, http: {port: 5003, reachable: true}}",
    ),
    "nbgitpuller/component.yml": manifest("nbgitpuller"),
    "page/component.yml": manifest("Page", ports="{page: 5004}"),
}
ALL = "components=[rows, graph-db, page]"
IMAGE = "image_name=ghcr.io/owner/course"
ASKED = ("outputs=[devcontainer]", IMAGE)


@pytest.fixture
def copy(make_catalogue: MakeCatalogue, tmp_path: Path) -> Any:
    root = make_catalogue(COMPONENTS)

    def run(*answers: str) -> Any:
        data = [word for answer in answers for word in ("--data", answer)]
        return copier("copy", "--trust", "--defaults", *data, root, tmp_path / "course")

    return run


@pytest.fixture
def render(copy: Any, tmp_path: Path) -> Any:
    def run(*answers: str) -> Path:
        result = copy(*answers)
        assert result.returncode == 0, result.stderr
        return tmp_path / "course"

    return run


def devcontainer(course: Path) -> dict[str, Any]:
    """Its comments have lines of their own."""
    lines = (course / ".devcontainer/devcontainer.json").read_text().splitlines()
    loaded: dict[str, Any] = json.loads("\n".join(line for line in lines if not line.lstrip().startswith("//")))
    return loaded


def test_nothing_unless_asked(render: Any) -> None:
    course = render(ALL, "outputs=[image]", IMAGE)
    assert not [path for path in tree(course) if "devcontainer" in path]
    assert "Codespaces" not in (course / "binder/README.md").read_text()


def test_devcontainer(render: Any) -> None:
    course = render(ALL, *ASKED, "devcontainer_databases=true")
    loaded = devcontainer(course)
    assert loaded["image"] == "ghcr.io/owner/course:latest"
    assert loaded["overrideCommand"] is False
    assert loaded["remoteUser"] == "jovyan"
    assert loaded["forwardPorts"] == [8888, 5002, 5003, 5001]
    assert loaded["portsAttributes"].keys() == {str(port) for port in loaded["forwardPorts"]}
    assert not {"workspaceFolder", "workspaceMount", "build", "dockerComposeFile"} & loaded.keys()
    assert not (course / "compose.yaml").exists()


def test_nothing_to_reach_is_said(copy: Any) -> None:
    result = copy("components=[page]", *ASKED, "devcontainer_databases=true")
    assert "'devcontainer_databases' reaches nothing: no component here is a database" in result.stdout + result.stderr


WRONG = {
    "no image": (["outputs=[devcontainer]"], "image_name: has to be answered; add --data image_name="),
    "no output": (["devcontainer_databases=true"], "devcontainer_databases: belongs to the output 'devcontainer'"),
    "no boolean": ([*ASKED, "devcontainer_databases=maybe"], "devcontainer_databases: must be true or false, not"),
}


@pytest.mark.parametrize(("answers", "message"), WRONG.values(), ids=WRONG)
def test_wrong_answers(copy: Any, tmp_path: Path, answers: list[str], message: str) -> None:
    result = copy(ALL, *answers)
    assert_refused(result.returncode, result.stderr, message)
    assert not (tmp_path / "course").exists()


def test_not_on_a_branch_without_notebooks(copy: Any, tmp_path: Path) -> None:
    units.require_outputs("build-branch")
    branch = ["outputs=[devcontainer, build-branch]", "links_repository=gh:o/r", "build_branch_alone=true"]
    result = copy(ALL, IMAGE, *branch)
    message = (
        "build_branch_alone: does not go with the output 'devcontainer': it would be on a branch without notebooks"
    )
    assert_refused(result.returncode, result.stderr, message)
    assert not (tmp_path / "course").exists()
