"""The Java that servers run on: of the version that was asked for, whatever comes first on PATH."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests import units
from tests.fast.conftest import ROOT

FOLDER = ROOT / "components/java"
JAVA = "#!/bin/sh\necho '    java.specification.version = {version}' >&2\n"


def make_java(place: Path, version: str) -> None:
    (place / "bin").mkdir(parents=True)
    (place / "bin/java").write_text(JAVA.format(version=version))
    (place / "bin/java").chmod(0o755)


def run(script: str, place: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A script of the component, with another place for the system's Javas."""
    copy = place / script
    copy.write_text((FOLDER / script).read_text().replace("/usr/lib/jvm/", f"{place}/jvm/"))
    values = {"PATH": os.environ["PATH"], "CONDA_DIR": str(place / "conda"), "JAVA_VERSION": "21", **environment}
    return subprocess.run(["bash", copy], check=False, capture_output=True, text=True, env=values)


ON_JAVA = [name for name in units.SERVICES if units.COMPONENTS[name].java.least or units.COMPONENTS[name].java.most]


@pytest.mark.parametrize("name", ON_JAVA)
def test_every_server_on_java_uses_it(name: str) -> None:
    text = (units.COMPONENTS[name].folder / "service/run").read_text()
    assert "$CONDA_DIR/opt/java/bin/java" in text
    assert "JAVA_HOME" not in text


@pytest.mark.parametrize(
    ("there", "chosen"),
    [
        ({"jvm/java-21-openjdk-amd64": "21", "conda11": "11"}, "jvm/java-21-openjdk-amd64"),
        ({"jvm/java-21-openjdk-arm64": "21", "jvm/java-17-openjdk-arm64": "17"}, "jvm/java-21-openjdk-arm64"),
        ({"jvm/java-21-openjdk-amd64": "21", "conda25": "25"}, "jvm/java-21-openjdk-amd64"),
        ({"conda25": "25", "jvm/java-17-openjdk-amd64": "17"}, "conda25"),
        ({"conda8": "1.8", "jvm/temurin-25": "25"}, "jvm/temurin-25"),
        ({"conda11": "11", "jvm/java-17-openjdk-amd64": "17"}, ""),
        ({}, ""),
    ],
)
@pytest.mark.parametrize("by", ["PATH", "JAVA_HOME"])
def test_the_servers_java(tmp_path: Path, there: dict[str, str], chosen: str, by: str) -> None:
    for name, version in there.items():
        make_java(tmp_path / name, version)
    first = next((tmp_path / name for name in there if name.startswith("conda")), tmp_path / "none")
    nothing = tmp_path / "nothing"  # no Java of this machine's
    nothing.mkdir()
    for tool in ("bash", "awk", "rm", "ln", "mkdir", "realpath", "sed"):
        (nothing / tool).symlink_to(shutil.which(tool) or tool)
    place = {"PATH": f"{first}/bin:{nothing}"} if by == "PATH" else {"PATH": str(nothing), "JAVA_HOME": str(first)}
    done = run("postBuild", tmp_path, **place)
    link = tmp_path / "conda/opt/java"
    if chosen:
        assert done.returncode == 0, done.stderr
        assert link.resolve() == tmp_path / chosen
        assert run("postBuild", tmp_path, **place).returncode == 0  # once more, over its own link
        assert run("verify", tmp_path, **place).stdout == f"java: {there[chosen]}\n"
    else:
        assert done.returncode == 1
        assert "no Java 21 or newer; is openjdk-21-jre-headless in binder/apt.txt?" in done.stderr
        assert "did binder/postBuild.d/java run?" in run("verify", tmp_path, **place).stderr
