"""The server's archives of classes, after postBuild has thinned them out."""

from __future__ import annotations

import pytest

from conftest import Build, Run, Scaffold

pytestmark = pytest.mark.unhurried


def test_libraries_of_this_system_alone(scaffold: Scaffold, build: Build, container: Run) -> None:
    running = container(build(scaffold(components=["neo4j"]), "neo4j"))
    listed = running.bash('for jar in $CONDA_DIR/opt/neo4j/lib/*.jar; do unzip -Z1 $jar | sed "s|^|${jar##*/}/|"; done')
    native = {name for name in listed.split() if name.endswith((".so", ".dll", ".dylib", ".jnilib"))}
    assert {name.split("-")[0] for name in native if "x86_64" in name or "amd64" in name} == {"netty", "snappy", "zstd"}
    assert all("linux" in name.lower() for name in native)
