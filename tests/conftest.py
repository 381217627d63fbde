"""Three tiers of tests: `--tier fast` (the default), `image`, `browser`, or `all`.

A test's tier is the folder it stands in: tests/image, tests/browser, anything else is fast. The image and browser
tiers need root and the tools of tests/image/harness/setup; without them they are skipped, and fail under CI=true.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.image import containers

ROOT = Path(__file__).resolve().parents[1]
TIERS = ("fast", "image", "browser")
BROWSERS = {"browser": ("chromium",)}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--tier", choices=(*TIERS, "all"), default="fast", help="which tests to run (default: fast)"
    )


def pytest_configure(config: pytest.Config) -> None:
    for tier in TIERS:
        config.addinivalue_line("markers", f"{tier}: set by the test's folder")


def tier_of(item: pytest.Item) -> str:
    folder = item.path.relative_to(ROOT / "tests").parts[0]
    return folder if folder in TIERS else "fast"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    asked = config.getoption("--tier")
    for item in items:
        tier = tier_of(item)
        item.add_marker(tier)
        if asked not in (tier, "all"):
            item.add_marker(pytest.mark.skip(reason=f"{tier} tier, not asked for (--tier {tier} or all)"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    tier = tier_of(item)
    if tier == "fast":
        return
    if missing := containers.missing_tools(*BROWSERS.get(tier, ())):
        reason = f"{tier} tier lacks {', '.join(missing)} (tests/image/harness/setup, as root)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The working tree as it stands, without what git ignores: a catalogue that tests may scaffold from."""
    export = tmp_path_factory.mktemp("catalogue") / "binder-blocks"
    listing = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in filter(
        None, subprocess.run(listing, check=True, capture_output=True, text=True).stdout.split("\0")
    ):
        if (ROOT / name).is_file():
            (export / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, export / name)
    return export


Scaffold = Callable[..., Path]
Build = Callable[..., str]
Run = Callable[..., containers.Container]


@pytest.fixture(scope="session")
def scaffold(catalogue: Path, tmp_path_factory: pytest.TempPathFactory) -> Scaffold:
    """`scaffold(components=["postgres"], ...)`, or `scaffold(data_file=...)`: a course's repository, by real Copier."""

    def make(data_file: Path | None = None, **answers: object) -> Path:
        repository = tmp_path_factory.mktemp("course") / "course"
        answers.setdefault("python_version", "3.13")  # the base image's
        words = [f"--data={name}={value}" for name, value in answers.items()]
        words += [f"--data-file={data_file}"] if data_file else []
        copier = [sys.executable, "-m", "copier", "copy", "--trust", "--defaults", "--quiet"]
        containers.run(*copier, *words, catalogue, repository)
        return repository

    return make


@pytest.fixture(scope="session")
def build() -> Build:
    """`build(repository, name, repo_dir=None)`: the name of the image that repo2docker made."""
    containers.run(containers.HARNESS / "base", timeout=900)
    containers.run(containers.HARNESS / "packages", timeout=900)
    return containers.build


@pytest.fixture
def container(request: pytest.FixtureRequest) -> Iterator[Run]:
    """`container(image, *podman_options, ...)`: a running Container, removed at the end, its log shown on failure."""
    started: list[containers.Container] = []

    def start(*arguments: str, **options: object) -> containers.Container:
        started.append(containers.Container(*arguments, **options))  # type: ignore[arg-type]
        return started[-1]

    yield start
    for one in started:
        print(f"--- log of {one.name} ({one.image})\n{one.logs()}")
        one.remove()
