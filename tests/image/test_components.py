"""Each component alone: it builds, `verify` says that it works, and it stops cleanly."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conftest import ROOT, Build, Run, Scaffold
from tests.image.containers import BuildError

COMPONENTS = sorted(path.parent.name for path in ROOT.glob("components/*/component.yml"))
# tm351 has nothing of its own; the stack's tests are its tests
ALONE = [name for name in COMPONENTS if name != "tm351"]


@pytest.mark.parametrize("name", ALONE)
def test_component_alone(name: str, scaffold: Scaffold, build: Build, container: Run) -> None:
    running = container(build(scaffold(components=[name]), name))
    running.wait_for_api()
    running.wait_for_services()
    verified = running.verify()
    assert verified.returncode == 0, verified.stdout + verified.stderr
    print(verified.stdout)
    running.stop()
    assert running.exit_code() == 0


def test_neo4j_keeps_the_libraries_of_this_system_alone(scaffold: Scaffold, build: Build, container: Run) -> None:
    running = container(build(scaffold(components=["neo4j"]), "neo4j"))
    listed = running.bash('for jar in $CONDA_DIR/opt/neo4j/lib/*.jar; do unzip -Z1 $jar | sed "s|^|${jar##*/}/|"; done')
    native = {name for name in listed.split() if name.endswith((".so", ".dll", ".dylib", ".jnilib"))}
    assert {name.split("-")[0] for name in native if "x86_64" in name or "amd64" in name} == {"netty", "snappy", "zstd"}
    assert all("linux" in name.lower() for name in native)


def test_wrong_checksum_fails_the_build(scaffold: Scaffold, build: Build) -> None:
    repository = scaffold(components=["neo4j"])
    downloads = repository / "binder/downloads.txt"
    text, changed = re.subn(r"\b[0-9a-f]{64}\b", "0" * 64, downloads.read_text())
    assert changed == 1
    downloads.write_text(text)
    with pytest.raises(BuildError, match="neo4j: wrong checksum"):
        build(repository, "wrong-checksum")


@pytest.mark.parametrize(
    ("component", "file", "text"),
    [
        ("postgres", "20-broken.sql", "SELECT * FROM no_such_table;\n"),
        ("mongodb", "20-broken.json", '{"_id": 1}\n{"_id": \n'),
        ("neo4j", "20-broken.cypher", "CREATE (:Unfinished;\n"),
    ],
)
def test_failing_seed_names_its_file(component: str, file: str, text: str, scaffold: Scaffold, build: Build) -> None:
    repository: Path = scaffold(components=[component])
    seed = repository / f"binder/seed/{component}"
    seed.mkdir(parents=True, exist_ok=True)
    (seed / file).write_text(text)
    with pytest.raises(BuildError, match=file):
        build(repository, f"broken-{component}")
