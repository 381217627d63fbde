"""The docs' first page, followed as it stands where nothing is installed but what it asks for.

A bare Debian (debootstrap's minimal variant) with git and Python; the catalogue's address is that of a clone, by git's
own `insteadOf`. Of the page's two ways it is the one with Python alone. What needs an account on GitHub is
not done: the push, and the click on the badge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import ROOT
from tests import commands, units
from tests.image.containers import HARNESS, podman, run
from tests.image.test_readme import clone
from tests.terminal import ENTER, SPACE, Terminal
from tools import address

__all__ = ["clone"]
PAGE = "docs/index.md"
NAME = "first-page"
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
SETUP = """
set -eux
apt-get --quiet=2 update
apt-get install --quiet=2 --yes git python3 python3-venv >/dev/null
git config --global user.name A
git config --global user.email a@example.org
git config --global safe.directory '*'
git config --global url./catalogue.insteadOf https://github.com/{address}.git
"""


@pytest.fixture
def machine(clone: Path) -> Iterator[str]:
    """A container, with what the page asks for."""
    run(HARNESS / "base", timeout=900)
    run("git", "-C", clone, "tag", "1.0.0")
    trust = [f"--volume={CERTIFICATES}:/host-certificates.crt:ro", "--env=PIP_CERT=/host-certificates.crt"]
    mounts = ["--network=host", "--env=LANG=C.UTF-8", "--workdir=/root", f"--volume={clone}:/catalogue:ro", *trust]
    podman("run", "--detach", "--name", NAME, *mounts, "localhost/debian:trixie", "sleep", "infinity")
    try:
        setup = SETUP.format(address="/".join(address.address(address.SETTING.read_text())))
        podman("exec", NAME, "bash", "-c", setup, timeout=600)
        yield NAME
    finally:
        podman("rm", "--force", "--time", "0", NAME)


def inside(*words: str) -> list[str]:
    return [str(HARNESS / "in"), "podman", "exec", "--interactive", "--tty", NAME, *words]


def chosen(page: str) -> tuple[str, str]:
    """The titles of the block and of the output that the page has its reader take."""
    found = re.search(r"such as (?P<block>\w+), and the output \*(?P<output>\w+)\*", page)
    assert found, "the page does not say what to choose"
    there = {unit.title for unit in (*units.COMPONENTS.values(), *units.OUTPUTS.values())}
    if not {found["block"], found["output"]} <= there:
        pytest.skip("what the page chooses has been removed")
    return found["block"], found["output"]


def choose(terminal: Terminal, label: str) -> None:
    terminal.point(label)
    terminal.send(SPACE + ENTER)


def test_the_first_page_makes_a_course(machine: str) -> None:
    page = (ROOT / PAGE).read_text()
    block, output = chosen(page)
    found = list(commands.blocks(ROOT / PAGE, PAGE))
    install = next(one.script for one in found if "venv" in one.script)
    commit = next(one.script for one in found if "git init" in one.script)
    update = re.search(r"now and then: `([^`]+)`", page)
    assert update
    with Terminal(command=inside("bash", "-c", install)) as terminal:
        terminal.expect("What is the course called?", 400)
        terminal.send(f"A first course{ENTER}")
        terminal.expect("Which blocks does it need?")
        choose(terminal, f": {block} (")
        terminal.expect("How do people get it?")
        choose(terminal, f" {output} (")
        terminal.expect("More settings")
        terminal.send(ENTER)
        terminal.expect("repository")
        terminal.send(f"gh:somebody/my-course{ENTER}")
        terminal.expect("What to do next", 120)
        assert terminal.end() == 0
    podman("exec", machine, "bash", "-euc", commit)
    there = podman("exec", machine, "bash", "-c", "cd my-course && git status --porcelain && cat binder/README.md")
    assert block in there
    assert "mybinder.org" in podman("exec", machine, "cat", "my-course/README.md")
    activated = f". ~/.venvs/copier/bin/activate && cd my-course && {update[1]}"
    with Terminal(command=inside("bash", "-c", activated)) as terminal:
        assert terminal.end() == 0
    assert podman("exec", "--workdir=/root/my-course", machine, "git", "status", "--porcelain") == ""
