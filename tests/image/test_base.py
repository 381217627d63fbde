"""The reference course on another base: an image with ONBUILD steps, and a box that repo2docker made.

Each is built by repo2docker from `binder/Dockerfile`, as Binder does.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ROOT, Build, Run, Scaffold
from tests.image.containers import podman
from tests.image.test_stack import assert_works

ONBUILD = "localhost/blocks/onbuild-base:1"


@pytest.fixture(scope="module")
def onbuild_base(images: Path) -> str:
    """An image in pangeo's manner."""
    folder = Path(__file__).parent / "fixtures/onbuild"
    options = ("--layers", "--network=host", "--format=docker")  # OCI's format has no ONBUILD
    podman("build", *options, f"--tag={ONBUILD}", f"--file={folder / 'Containerfile'}", folder, timeout=600)
    return ONBUILD


@pytest.fixture(scope="module")
def onbuild(onbuild_base: str, scaffold: Scaffold, build: Build) -> str:
    course = scaffold(data_file=ROOT / "examples/tm351.yml", base="onbuild", base_image=onbuild_base)
    return build(course, "onbuild")


def test_onbuild_image(onbuild: str, container: Run) -> None:
    running = container(onbuild)
    assert_works(running)
    assert running.http("openrefine/")[0] == 200
    running.stop()
    assert running.exit_code() == 0
