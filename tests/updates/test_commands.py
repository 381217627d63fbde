"""Every command on the docs is run as it stands there, or its page says why not (tests/commands.py).

The catalogue's address is that of a clone on this machine, by git's own `insteadOf`; questions are answered by their
defaults, and by the outputs' own tests where there is none.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import commands, units
from tests.fast.conftest import ROOT, commit
from tools import address

PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("README.md", "CONTRIBUTING.md", "docs/*.md", "docs/guides/*.md", "outputs/*/README.md")
    for path in ROOT.glob(pattern)
)
# Answers every question by its default, as somebody who types Enter; where there is none, as tests of an output do.
COPIER = """#!{python}
import json, re, runpy, sys
sys.path.insert(0, {root!r})
from tests import units
words = sys.argv[1:]
given = [word for word in words if re.match(r"(add|outputs)=", word)]
named = [name for word in given for name in re.findall(r"[a-z][a-z-]+", word.partition("=")[2])]
answers = units.delivered([name for name in named if name in units.OUTPUTS])
taken = ["outputs", *(word.partition("=")[0] for word in words)]
texts = {{name: value if isinstance(value, str) else json.dumps(value) for name, value in answers.items()}}
more = [f"{{name}}={{text}}" for name, text in texts.items() if name not in taken]
added = [word for one in more for word in ("--data", one)]
yes = [word for word in {{"copy": ["--defaults", "--overwrite"]}}.get(words[0], ["--defaults"]) if word not in words]
sys.argv = ["copier", *words[:1], *yes, *words[1:], *added]
runpy.run_module("copier", run_name="__main__")
"""


class Machine:
    """A folder of somebody's, with what the pages ask for installed."""

    def __init__(self, folder: Path, catalogue: Path) -> None:
        self.folder, self.catalogue = folder, catalogue
        owner, name = address.address(address.SETTING.read_text())
        programs = folder / "bin"
        programs.mkdir(parents=True)
        self._program(programs / "copier", COPIER.format(python=sys.executable, root=str(ROOT)))
        self._program(programs / "uvx", '#!/bin/sh\n[ "$1" = --with ] && shift 2\nexec "$@"\n')
        self._program(programs / "python", f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        config = folder / "gitconfig"
        config.write_text(
            f'[user]\nname = A\nemail = a@example.org\n[init]\ndefaultBranch = main\n[url "{catalogue}"]\n'
            f"insteadOf = https://github.com/{owner}/{name}.git\ninsteadOf = https://github.com/{owner}/{name}\n"
        )
        path = f"{programs}:{os.environ['PATH']}"
        # Copier keeps a mirror of what it has cloned, by its address.
        cache = {"XDG_CACHE_HOME": str(catalogue.with_name("cache"))}
        self.environment = {**os.environ, "PATH": path, "GIT_CONFIG_GLOBAL": str(config), **cache}
        self.source = f"gh:{owner}/{name}"

    def _program(self, path: Path, text: str) -> None:
        path.write_text(text)
        path.chmod(0o755)

    def run(self, script: str, place: Path) -> subprocess.CompletedProcess[str]:
        command = ["bash", "-euo", "pipefail", "-c", script]
        return subprocess.run(
            command, cwd=place, env=self.environment, check=False, capture_output=True, text=True, timeout=300
        )

    def made(self, script: str, place: Path) -> Path:
        done = self.run(script, place)
        assert done.returncode == 0, done.stdout + done.stderr
        return place


def empty(machine: Machine, folder: Path) -> Path:
    return folder


def course(machine: Machine, folder: Path) -> Path:
    """Of the release before, committed, in `my-course`; a second one beside it."""
    made = machine.catalogue.with_name("course")
    if not made.exists():
        one = f"components=[{units.SERVICES[0]}]"
        machine.made(f"copier copy --trust --vcs-ref 1.0.0 --data '{one}' {machine.source} {made}", folder)
        machine.made("git init --quiet && git add --all && git commit --quiet --message A", made)
    for name in ("my-course", "another"):
        shutil.copytree(made, folder / name)
    return folder / "my-course"


def clone(machine: Machine, folder: Path) -> Path:
    """Of the catalogue, in `binder-blocks`, beside two courses, which are listed in `checkouts.txt`."""
    course(machine, folder)
    machine.made(f"git clone --quiet {machine.catalogue} binder-blocks", folder)
    (folder / "binder-blocks/checkouts.txt").write_text("../another\n")
    return folder / "binder-blocks"


def own(machine: Machine, folder: Path) -> Path:
    """A repository that Binder builds, with work that is not committed."""
    (folder / "binder").mkdir()
    (folder / "binder/environment.yml").write_text("dependencies:\n- numpy\n")
    machine.made("git init --quiet && git add --all && git commit --quiet --message A", folder)
    (folder / "binder/environment.yml").write_text("dependencies:\n- numpy\n- pandas\n")
    return folder


def further(machine: Machine, folder: Path) -> Path:
    """A course, and a Binder directory that came later."""
    place = course(machine, folder)
    (place / "binder_gis").mkdir()
    (place / "binder_gis/apt.txt").write_text("gdal-bin\n")
    return machine.made("git add --all && git commit --quiet --message B", place)


PLACES: dict[str, Callable[[Machine, Path], Path]] = {
    commands.NEW: empty,
    "a course": course,
    "a clone, courses beside it": clone,
    "a repository of one's own": own,
    "a course with one more Binder directory": further,
}


@pytest.fixture(scope="module")
def released(catalogue: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogue with two releases, of which the first is the same."""
    root = shutil.copytree(catalogue, tmp_path_factory.mktemp("released") / "binder-blocks")
    commit(root, "1.0.0")
    commit(root, "1.1.0")
    return root


def to_run(page: str) -> list[commands.Block]:
    return [block for block in commands.blocks(ROOT / page, page) if not block.reason]


@pytest.mark.parametrize("page", [page for page in PAGES if to_run(page)])
def test_commands_of_a_page(released: Path, tmp_path: Path, page: str) -> None:
    found = to_run(page)
    machine, place = Machine(tmp_path / "machine", released), None
    for number, block in enumerate(found):
        if block.place or place is None:
            folder = tmp_path / str(number)
            folder.mkdir()
            place = PLACES[block.place or commands.NEW](machine, folder)
        done = machine.run(block.script, place)
        assert done.returncode == 0, f"{page}:{block.line}\n{block.script}\n{done.stdout}\n{done.stderr}"


def test_what_is_not_run_has_its_reason() -> None:
    found = [block for page in PAGES for block in commands.blocks(ROOT / page, page)]
    assert len([block for block in found if not block.reason]) > 10
    assert {block.place for block in found} <= {"", *PLACES}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("```sh\na\nb\n```\n", [("a\nb\n", "", "")]),
        ("1. x\n\n   <!-- run in: a course -->\n\n   ```sh\n   a\n   ```\n", [("a\n", "a course", "")]),
        ("```\n$ a\nsaid\n```\n", [("a\n", "", "")]),
        ("```\nsaid\n```\n```yaml\na: b\n```\n", []),
        ("<!-- not run: so -->\n```sh\na\n```\n```sh\nb\n```\n", [("a\n", "", "so"), ("b\n", "", "")]),
    ],
)
def test_blocks_are_found(tmp_path: Path, text: str, found: list[tuple[str, str, str]]) -> None:
    (tmp_path / "page.md").write_text(text)
    read = commands.blocks(tmp_path / "page.md", "page.md")
    assert [(block.script, block.place, block.reason) for block in read] == found


def test_a_comment_without_commands_is_stale(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("<!-- not run: so -->\n\nText.\n\n```sh\na\n```\n")
    with pytest.raises(commands.PageError, match=r"page\.md:1: there are no commands below this comment"):
        list(commands.blocks(tmp_path / "page.md", "page.md"))
