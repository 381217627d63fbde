"""The README's two commands, read out of it and run where nothing is installed but what it says.

A bare Debian (debootstrap's minimal variant), a clone of this repository, the apt packages that the README names. Of
the fast tier, which has passed before these tests, one test in PART is run there, others each day.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from conftest import ROOT
from tests.image.containers import HARNESS, podman, run

TIMEOUT = 1500
PART = 12


def two_commands(readme: str) -> tuple[str, list[str]]:
    """What to install, and the commands, from the section that promises them."""
    section = readme.split("\n## Two commands\n")[1].split("\n## ")[0]
    packages = re.search(r"`apt-get install ([^`]+)`", section)
    assert packages, "the README does not say what has to be installed"
    return packages[1], re.findall(r"```sh\n(.*?)```", section, flags=re.DOTALL)


@pytest.fixture(scope="module")
def clone(catalogue: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository to clone from, with the working tree as its one commit."""
    folder = tmp_path_factory.mktemp("clone") / "binder-blocks"
    shutil.copytree(catalogue, folder)
    git = ["git", "-C", str(folder), "-c", "user.name=Test", "-c", "user.email=test@example.org"]
    run(*git, "init", "--quiet", "--initial-branch=main")
    run(*git, "add", "--all")
    run(*git, "commit", "--quiet", "--no-gpg-sign", "--message=The working tree")
    return folder


def test_two_commands_in_a_bare_container(clone: Path) -> None:
    packages, commands = two_commands((ROOT / "README.md").read_text())
    assert len(commands) == 2
    run(HARNESS / "base", timeout=900)
    script = f"""
        set -eux
        apt-get --quiet=2 update
        apt-get install --quiet=2 --yes {packages} >/dev/null
        git clone --quiet /catalogue /root/binder-blocks
        cd /root/binder-blocks
        {commands[0]}
        test -x ../my-course/binder/postBuild
        {commands[1]}
    """
    # outbound TLS may be intercepted where the tests run: trust what the host trusts
    certificates = "/etc/ssl/certs/ca-certificates.crt"
    trust = [f"--volume={certificates}:/host-certificates.crt:ro", "--env=PIP_CERT=/host-certificates.crt"]
    part = f"--env=PYTEST_ADDOPTS=--one-in={PART}"
    mount = f"--volume={clone}:/catalogue:ro"
    image = "localhost/debian:trixie"
    said = podman("run", "--rm", "--network=host", mount, part, *trust, image, "bash", "-c", script, timeout=TIMEOUT)
    print(said)
    assert re.search(r"\d+ passed", said)
    assert "failed" not in said.splitlines()[-1]
