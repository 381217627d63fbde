"""The reference course on another base: an image with ONBUILD steps, and a box that repo2docker made.

Each is built by repo2docker from `binder/Dockerfile`, as Binder does.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import ROOT, Build, Run, Scaffold
from tests.image import processes
from tests.image.containers import podman
from tests.image.test_stack import assert_works, home

pytestmark = pytest.mark.unhurried

__all__ = ["home"]
ONBUILD = "localhost/blocks/onbuild-base:1"
PUBLISHED = "localhost/blocks/published:1"
BOX = "localhost/blocks/box:1"
APPLICATIONS = "server-proxy/servers-info"
PAGE = Path(__file__).parents[2] / "README.md"


def on(kind: str, image: str) -> dict[str, object]:
    """The answers for that base."""
    return {"outputs": ["base"], "base_kind": kind, "base_image": image}


@pytest.fixture(scope="module")
def onbuild_base(images: Path) -> str:
    """An image in pangeo's manner."""
    folder = Path(__file__).parent / "onbuild"
    options = ("--layers", "--network=host", "--format=docker")  # OCI's format has no ONBUILD
    podman("build", *options, f"--tag={ONBUILD}", f"--file={folder / 'Containerfile'}", folder, timeout=600)
    return ONBUILD


@pytest.fixture(scope="module")
def onbuild(onbuild_base: str, scaffold: Scaffold, build: Build) -> str:
    course = scaffold(data_file=ROOT / "examples/tm351.yml", **on("onbuild", onbuild_base))
    return build(course, "onbuild")


def test_onbuild_image(onbuild: str, container: Run) -> None:
    running = container(onbuild)
    assert_works(running)
    assert running.http("openrefine/")[0] == 200
    running.stop()
    assert running.exit_code() == 0


def test_onbuild_image_with_a_volume_over_its_home_folder(onbuild: str, home: Path, container: Run) -> None:
    """As hubs run it, here with the command that is the image's own."""
    running = container(onbuild, f"--volume={home}:/home/jovyan", command=(), base_url="/")
    assert_works(running)
    assert not (home / "binder").exists()


@pytest.fixture(scope="module")
def published(kept_stack: str) -> str:
    """The reference course as others know it: under a tag, with the repository outside HOME."""
    podman("tag", kept_stack, PUBLISHED)
    return PUBLISHED


def test_repository_without_binder_blocks_on_a_box(
    published: str, tmp_path: Path, build: Build, container: Run
) -> None:
    """With the Dockerfile of the output's page."""
    dockerfile = PAGE.read_text().partition("```dockerfile\n")[2].partition("```")[0]
    files = {
        "binder/Dockerfile": dockerfile.replace("ghcr.io/owner/box:v1.0", published),
        "binder/seed/postgres/ours.sql": "CREATE TABLE ours AS SELECT 42 AS answer;\n",
        "lesson/first.md": "# First\n",
        "requirements.txt": "iniconfig==2.1.0\n",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    running = container(build(tmp_path, "on-box-plain"))
    assert_works(running)
    assert running.bash('psql --no-align --tuples-only --command="TABLE ours"').strip() == "42"
    assert running.exec("cat", "/srv/repo/lesson/first.md") == "# First\n"
    running.python("import iniconfig")
    assert "openrefine" in running.http(APPLICATIONS)[1]


def test_binder_blocks_on_a_box(stack: str, scaffold: Scaffold, build: Build, container: Run) -> None:
    """What runs is what this repository asks for; what the box has installed stays."""
    podman("tag", stack, BOX)
    course = scaffold(components=["postgres"], postgres_db="theirs", **on("box", BOX))
    seed = course / "binder/seed/postgres/theirs.sql"
    seed.parent.mkdir(parents=True)
    seed.write_text("CREATE TABLE theirs AS SELECT 42 AS answer;\n")
    (course / "binder/start").chmod(0o644)
    (course / "lesson.md").write_text("# Lesson\n")
    running = container(build(course, "on-box"))
    running.wait_for_api()
    running.wait_for_services()
    verified = running.verify()
    assert verified.returncode == 0, verified.stdout + verified.stderr + running.logs()
    assert set(running.status()["services"]) == {"postgres"}
    tables = "psql --no-align --tuples-only --command=\"SELECT tablename FROM pg_tables WHERE schemaname = 'public'\""
    assert running.bash(tables).split() == ["theirs"]
    assert running.exec("cat", "/srv/repo/lesson.md") == "# Lesson\n"
    assert running.http(APPLICATIONS)[0] == 200
    assert "openrefine" not in running.http(APPLICATIONS)[1]
    running.python("import pymongo, neo4j")
    assert set(processes.users(running).values()) == {1000}
