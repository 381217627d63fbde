"""actionlint (built by tests/lint/setup) and zizmor have nothing to say of a workflow that we render or show."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests import units
from tests.fast.conftest import ROOT, copier

TOOLS = Path(sys.executable).parent


def actionlint() -> list[object]:
    version = re.search(r"^version=(.+)$", (ROOT / "tests/lint/setup").read_text(), flags=re.MULTILINE)
    assert version
    cache = os.environ.get("BLOCKS_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "binder-blocks"
    program = Path(cache).expanduser() / f"actionlint-{version[1]}"
    return [program, "-shellcheck", TOOLS / "shellcheck", "-pyflakes", ""]


def zizmor() -> list[object]:
    return [TOOLS / "zizmor", "--offline", "--no-progress", "--quiet"]


LINTERS = {"actionlint": actionlint, "zizmor": zizmor}
BROKEN = {
    "actionlint": "on: push\njobs:\n  one:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo $unquoted\n",
    "zizmor": "on: push\njobs:\n  one:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n",
}


def lint(name: str, *workflows: Path) -> subprocess.CompletedProcess[str]:
    command = LINTERS[name]()
    if not Path(str(command[0])).exists():
        reason = f"{name} is not installed (tests/lint/setup, requirements.txt)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    return subprocess.run([*map(str, command), *map(str, workflows)], check=False, capture_output=True, text=True)


def examples() -> Iterator[str]:
    """The workflows in the documentation's pages."""
    for page in sorted([*ROOT.glob("docs/**/*.md"), *ROOT.glob("outputs/*/*.md")]):
        blocks = re.findall(r"^```ya?ml\n(.*?)^```$", page.read_text(), flags=re.MULTILINE | re.DOTALL)
        yield from (block for block in blocks if re.search(r"^jobs:", block, flags=re.MULTILINE))


EVERYTHING = units.delivered(sorted(units.OUTPUTS))
# What other lines of the same workflows are for.
OTHERS = {"links_repository": "gh:o/r@2026", "image_name": "docker.io/o/r", "base_image": "a/b:1"}
ANSWERS = (
    EVERYTHING,
    {**EVERYTHING, **{name: OTHERS[name] for name in OTHERS if name in EVERYTHING}, "binder_dir": ".binder"},
)


@pytest.fixture(scope="module")
def workflows(catalogue: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("workflows") / ".github/workflows"
    folder.mkdir(parents=True)
    for number, answers in enumerate(ANSWERS):
        course = folder.parents[1] / f"course-{number}"
        data = course.with_suffix(".yml")
        data.write_text(yaml.safe_dump(answers))
        result = copier("copy", "--trust", "--defaults", "--data-file", data, catalogue, course)
        assert result.returncode == 0, result.stderr
        for path in (course / ".github/workflows").iterdir():
            path.rename(folder / f"{number}-{path.name}")
    for path in sorted([*ROOT.glob("starter/.github/workflows/*"), *ROOT.glob(".github/workflows/*")]):
        (folder / f"starter-{path.name}").write_bytes(path.read_bytes())
    for number, text in enumerate(examples()):
        (folder / f"example-{number}.yml").write_text(text)
    return sorted(folder.glob("*.y*ml"))


@pytest.mark.parametrize("name", LINTERS)
def test_workflows_are_clean(name: str, workflows: list[Path]) -> None:
    assert len(workflows) >= 5
    result = lint(name, *workflows)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("name", LINTERS)
def test_linters_are_awake(name: str, tmp_path: Path) -> None:
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    (folder / "broken.yml").write_text(BROKEN[name])
    assert lint(name, folder / "broken.yml").returncode != 0
