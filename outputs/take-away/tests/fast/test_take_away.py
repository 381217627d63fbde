"""What is written to take a course away, and what binder/take-away does."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any

import pytest
import yaml

from tests import units
from tests.fast.conftest import ROOT, MakeCatalogue, copier, manifest, tree
from tests.fast.test_copy import assert_refused

TOOLS = Path(sys.executable).parent
SCRIPT = ROOT / "outputs/take-away/files/{{binder_dir}}/take-away"
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
ASKED, PUBLISHED = "outputs=[take-away]", ("outputs=[image, take-away]", IMAGE)


@pytest.fixture
def copy(make_catalogue: MakeCatalogue, tmp_path: Path) -> Any:
    root = make_catalogue(COMPONENTS)

    def run(*answers: str) -> subprocess.CompletedProcess[str]:
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


def is_valid(path: Path, schema: str = "vendor.compose-spec") -> bool:
    words = [str(TOOLS / "check-jsonschema"), "--builtin-schema", schema, str(path)]
    return subprocess.run(words, check=False).returncode == 0


# What is written


def test_nothing_unless_asked(render: Any) -> None:
    course = render(ALL)
    assert not [path for path in tree(course) if re.search("compose|take-away|postBuild[.]d", path)]
    assert "export KEEP_DATA=image\n" in (course / "binder/env").read_text()
    assert "your own computer" not in (course / "binder/README.md").read_text()


def test_compose(render: Any) -> None:
    units.require_outputs("image")
    course = render(ALL, *PUBLISHED, "take_away_databases=true", "course_name=Ä course: #1")
    assert is_valid(course / "compose.yaml")
    loaded = yaml.safe_load((course / "compose.yaml").read_text())
    assert loaded["name"] == "a-course-1"
    services = loaded["services"]
    for service in services.values():
        assert service["image"] == "${COURSE_IMAGE:-ghcr.io/owner/course:latest}"
        assert "pull_policy" not in service
    assert services["course"]["ports"] == [
        "127.0.0.1:${COURSE_PORT:-8888}:8888",
        "127.0.0.1:${COURSE_GRAPH_DB_BOLT_PORT:-5002}:5002",
        "127.0.0.1:${COURSE_GRAPH_DB_HTTP_PORT:-5003}:5003",
        "127.0.0.1:${COURSE_ROWS_PORT:-5001}:5001",
    ]
    assert services["course"]["environment"] == {"KEEP_DATA": "home", "REACH": "5002 5003 5001"}
    grace = re.search(r'"--grace", (\d+)', (course / "binder/launch").read_text())
    assert grace
    assert int(services["course"]["stop_grace_period"].rstrip("s")) > 2 * int(grace[1])
    assert (course / "binder/take-away").read_bytes() == SCRIPT.read_bytes()
    assert os.access(course / "binder/take-away", os.X_OK)
    text = (course / "binder/README.md").read_text()
    assert "docker compose run --rm link" in text
    assert "| Graph (bolt) | `127.0.0.1:5002` | `COURSE_GRAPH_DB_BOLT_PORT` |" in text


def test_compose_of_an_image_that_is_built_at_home(render: Any) -> None:
    course = render(ALL, ASKED, "course_name=My course", "binder_dir=.binder")
    assert is_valid(course / "compose.yaml")
    services = yaml.safe_load((course / "compose.yaml").read_text())["services"]
    for service in services.values():
        assert service["image"] == "${COURSE_IMAGE:-localhost/my-course}"
        assert service["pull_policy"] == "never"
    assert services["course"]["ports"] == ["127.0.0.1:${COURSE_PORT:-8888}:8888"]
    assert services["course"]["environment"] == {"KEEP_DATA": "home"}
    assert services["course"]["command"][1] == "/srv/repo/.binder/take-away"


@pytest.mark.parametrize("name", ["2026", "on", "null", "2026-01-01"])
def test_course_called_like_another_type_of_yaml(render: Any, name: str) -> None:
    course = render(ALL, ASKED, f"course_name={name}")
    assert is_valid(course / "compose.yaml")
    assert yaml.safe_load((course / "compose.yaml").read_text())["name"] == name


def test_notebooks_come_by_links(render: Any) -> None:
    """What is pulled on Binder is pulled here, too, into the same folder."""
    units.require_outputs("links")
    content = "links_content=[gh:owner/notebooks@main#a$b.ipynb]"
    compose = yaml.safe_load((render(ALL, "outputs=[links, take-away]", content) / "compose.yaml").read_text())
    pull = "git-pull?repo=https%3A%2F%2Fgithub.com%2Fowner%2Fnotebooks&urlpath=lab%2Ftree%2Fnotebooks%2Fa%24b.ipynb"
    assert compose["services"]["link"]["environment"]["PULLS"] == f"{pull}&branch=main"


def test_the_schema_is_awake(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: {course: {image: 5}}\n")
    assert not is_valid(tmp_path / "compose.yaml")


def test_the_command_that_builds_it_is_one_of_repo2docker(render: Any) -> None:
    from repo2docker.__main__ import make_r2d

    units.require_outputs("base")
    base_image = "docker.io/library/buildpack-deps:22.04"
    course = render(ALL, "outputs=[base, take-away]", f"base_image={base_image}")
    found = re.search(r"jupyter-repo2docker (.*)", (course / "compose.yaml").read_text())
    assert found
    assert f"`jupyter-repo2docker {found[1]}`" in (course / "binder/README.md").read_text()
    r2d = make_r2d([*found[1].split()[:-1], str(course)])
    assert (r2d.target_repo_dir, r2d.user_id, r2d.user_name, r2d.run) == ("/srv/repo", 1000, "jovyan", False)
    assert (r2d.output_image_spec, r2d.base_image) == ("localhost/my-course", base_image)


def test_what_runs_the_container_says_where_data_is_kept(render: Any) -> None:
    course = render(ALL, ASKED)
    command = ["bash", "-euc", f'. "{course}/binder/env"; echo "$KEEP_DATA"']
    for given, expected in ({}, "image"), ({"KEEP_DATA": "home"}, "home"):
        environment = {"PATH": os.environ["PATH"], **given}
        said = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
        assert said.stdout.strip() == expected


def test_generated_script_is_clean(render: Any) -> None:
    script = render(ALL, ASKED) / "binder/postBuild.d/take-away"
    subprocess.run([TOOLS / "shellcheck", script], check=True)
    subprocess.run([TOOLS / "shfmt", "--indent", "2", "--case-indent", "--diff", script], check=True)


def test_nothing_to_reach_is_said(copy: Any) -> None:
    result = copy("components=[page]", ASKED, "take_away_databases=true")
    assert "'take_away_databases' reaches nothing: no component here is a database" in result.stdout + result.stderr


WRONG = {
    "no output": (["take_away_databases=true"], "take_away_databases: belongs to the output 'take-away'"),
    "no boolean": ([ASKED, "take_away_databases=maybe"], "take_away_databases: must be true or false, not 'maybe'"),
}


@pytest.mark.parametrize(("answers", "message"), WRONG.values(), ids=WRONG)
def test_wrong_answers(copy: Any, tmp_path: Path, answers: list[str], message: str) -> None:
    result = copy(ALL, *answers)
    assert_refused(result.returncode, result.stderr, message)
    assert not (tmp_path / "course").exists()


# What binder/take-away does


@dataclass
class Image:
    """A course's repository, a home folder, and a `jupyter` that writes down how it was called."""

    course: Path
    home: Path

    def serve(self, **given: str) -> subprocess.CompletedProcess[str]:
        environment = {"HOME": str(self.home), "PATH": f"{self.home.parent}/bin:{os.environ['PATH']}", **given}
        command = [sys.executable, str(self.course / "binder/take-away"), "serve"]
        return subprocess.run(command, check=False, capture_output=True, text=True, env=environment)

    @property
    def work(self) -> Path:
        return self.home / "work"


@pytest.fixture
def image(tmp_path: Path) -> Image:
    made = Image(tmp_path / "repo", tmp_path / "home")
    files = {"README.md": "one", "notebooks/a.ipynb": "one", "data/ü 1.csv": "one", ".git/HEAD": "", "compose.yaml": ""}
    for name, text in files.items():
        (made.course / name).parent.mkdir(parents=True, exist_ok=True)
        (made.course / name).write_text(text)
    (made.course / "binder").mkdir()
    shutil.copy2(SCRIPT, made.course / "binder/take-away")
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin/jupyter"
    program.write_text('#!/bin/sh\npwd\nprintf "%s\\n" "$@"\ncat "$JUPYTER_TOKEN_FILE"\n')
    program.chmod(0o755)
    made.home.mkdir()
    return made


def test_first_start(image: Image) -> None:
    served = image.serve()
    assert served.returncode == 0, served.stderr
    assert tree(image.work) == {"README.md": b"one", "data/ü 1.csv": b"one", "notebooks/a.ipynb": b"one"}
    folder, *words, token = served.stdout.splitlines()
    assert folder == str(image.work)
    assert words[0] == "lab"
    assert f"--ServerApp.root_dir={image.work}" in words
    assert re.fullmatch("[0-9a-f]{48}", token)
    assert (image.home / ".take-away/token").stat().st_mode & 0o777 == 0o600
    assert image.serve().stdout.splitlines()[-1] != token


def test_a_newer_image(image: Image) -> None:
    """Edited here, changed there: the edit stays, and the newer one is named; else the newer one comes."""
    image.serve()
    (image.work / "README.md").write_text("edited")
    (image.work / "own.txt").write_text("own")
    (image.work / "data/ü 1.csv").unlink()
    assert "yours stays" not in image.serve().stderr
    for name in ("README.md", "notebooks/a.ipynb"):
        (image.course / name).write_text("two, newer")
    (image.course / "notebooks/b.ipynb").write_text("new")
    expected = {
        "README.md": b"edited",
        "data/ü 1.csv": b"one",
        "notebooks/a.ipynb": b"two, newer",
        "notebooks/b.ipynb": b"new",
        "own.txt": b"own",
    }
    for _ in range(2):
        served = image.serve()
        assert tree(image.work) == expected
        assert f"README.md: yours stays, though the course has a newer one, {image.course}/README.md" in served.stderr
        assert served.stderr.count("\n") == 1


def test_a_folder_that_was_filled_before(image: Image) -> None:
    """As one of the computer's own is: nothing in it is replaced."""
    (image.work / "notebooks").mkdir(parents=True)
    (image.work / "notebooks/a.ipynb").write_text("mine")
    (image.work / "README.md").write_text("one")
    served = image.serve()
    assert (image.work / "notebooks/a.ipynb").read_text() == "mine"
    assert "notebooks/a.ipynb: yours stays" in served.stderr
    (image.course / "README.md").write_text("two")
    image.serve()
    assert (image.work / "README.md").read_text() == "two"


def test_a_file_that_cannot_be_copied_costs_that_file(image: Image) -> None:
    (image.work / "data").mkdir(parents=True)
    (image.work / "notebooks").write_text("a file where a folder should be")
    served = image.serve()
    assert served.returncode == 0
    assert "notebooks/a.ipynb: is not copied" in served.stderr
    assert (image.work / "README.md").exists()


def test_a_folder_that_cannot_be_written(image: Image) -> None:
    image.work.write_text("")
    served = image.serve()
    assert served.returncode == 1
    assert served.stderr.startswith(f"take-away: {image.work}: ")
    assert "has to be writable for user" in served.stderr


def test_link_says_why_there_is_none(image: Image) -> None:
    image.work.write_text("")
    command = [sys.executable, str(image.course / "binder/take-away"), "link"]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env={**os.environ, "HOME": str(image.home)}, **pipes) as link:
        image.serve()
        assert link.communicate(timeout=60)[1].startswith(f"take-away: {image.work}: ")
    assert link.returncode == 1


def test_a_repository_that_the_volume_would_hide(image: Image) -> None:
    served = image.serve(HOME=str(image.course))
    assert served.returncode == 1
    assert "build with --target-repo-dir /srv/repo" in served.stderr


def load() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("take_away", str(SCRIPT))
    spec = importlib.util.spec_from_loader("take_away", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture
def upper_case() -> Iterator[int]:
    """The port of a server on 127.0.0.1 that answers when it has heard all."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection, connection.makefile("rb") as file:
                connection.sendall(file.read().upper())

        Thread(target=answer, daemon=True).start()
        yield server.getsockname()[1]


def test_reach(upper_case: int, tmp_path: Path) -> None:
    addresses = list(load().addresses())
    if not addresses:
        pytest.skip("this machine has no address but the loopback's")
    assert "127.0.0.1" not in addresses
    command = [sys.executable, str(SCRIPT), "forward"]
    environment = {**os.environ, "REACH": str(upper_case), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, env=environment) as forwarder:
        try:
            connection = connect(addresses[0], upper_case)
            with connection, connection.makefile("rb") as file:
                connection.sendall(b"a" * 200_000)
                connection.shutdown(socket.SHUT_WR)
                assert file.read() == b"A" * 200_000
        finally:
            forwarder.terminate()


def connect(address: str, port: int) -> socket.socket:
    end = time.monotonic() + 20
    while True:
        try:
            return socket.create_connection((address, port), timeout=10)
        except ConnectionRefusedError:
            assert time.monotonic() < end, "nothing listens"
            time.sleep(0.1)
