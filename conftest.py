"""Four tiers of tests: `--tier fast` (the default), `updates`, `image`, `browser`, or `all`.

A test's tier is the folder below `tests` that it stands in, be it tests/image, components/NAME/tests/image or
outputs/NAME/tests/image: updates, image, browser; anything else is fast. The image and browser tiers need root and the
tools of tests/image/harness/setup; without them they are skipped, and fail under CI=true.
"""

from __future__ import annotations

import hashlib
import math
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests import units
from tests.fast.conftest import copier_template_root, make_catalogue
from tests.image import containers, proof, recording

__all__ = ["copier_template_root", "make_catalogue"]
ROOT = Path(__file__).resolve().parent
TIERS = ("fast", "updates", "image", "browser")
TAKES = {
    "fast": "a quarter of an hour",
    "updates": "half an hour",
    "image": "some hours (with --due, what has changed)",
    "browser": "an hour",
}
WITHOUT_ROOT = ("fast", "updates")
# As far as the catalogue has that output.
TAKEN_AWAY = {"outputs": ["take-away"], "take_away_databases": True} if (ROOT / "outputs/take-away").is_dir() else {}
BROWSERS = {"browser": ("chromium",)}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--tier", choices=(*TIERS, "all"), default="fast", help="which tests to run (default: fast)")
    parser.addoption("--one-in", type=int, default=1, help="run a part of the tests asked for, another one each day")
    parser.addoption("--due", action="store_true", help="build the components that need it (tests/image/proof.py)")
    parser.addoption("--prove", action="store_true", help="write what passes into the components' proof.yml")
    parser.addoption("--until", type=float, default=math.inf, help="skip what begins later, in seconds since 1970")


def pytest_configure(config: pytest.Config) -> None:
    for tier in TIERS:
        config.addinivalue_line("markers", f"{tier}: set by the test's folder")
    recorder = recording.Recorder(*(config.getoption(name) for name in ("--due", "--prove")))
    config.pluginmanager.register(recorder)
    config.addinivalue_line("markers", "unhurried: watches no clock, and may run beside other tests (.ci/run)")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """The tiers without containers have a process for each processor; the others have the machine to themselves."""
    return (os.cpu_count() or 1) if config.getoption("--tier") in WITHOUT_ROOT else 0


def tier_of(item: pytest.Item) -> str:
    return tier_at(item.path.relative_to(ROOT))


def tier_at(path: Path) -> str:
    """The tier of a test in this file, relative to the root."""
    folders = path.parts[:-1]
    below = folders[folders.index("tests") + 1 :] if "tests" in folders else ()
    return below[0] if below and below[0] in TIERS else "fast"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    asked = config.getoption("--tier")
    items.sort(key=lambda item: TIERS.index(tier_of(item)))  # what fails in a second is known first
    for item in items:
        item.add_marker(tier_of(item))
    part, of = proof.today().toordinal(), config.getoption("--one-in")
    chosen = [item for item in items if asked in (tier_of(item), "all")]
    chosen = [item for number, item in enumerate(chosen) if not (number + part) % of]
    if config.getoption("--until") < math.inf:
        chosen = in_turn(chosen, part)
    kept = set(map(id, chosen))
    config.hook.pytest_deselected(items=[item for item in items if id(item) not in kept])
    items[:] = chosen


def in_turn(items: list[pytest.Item], day: int) -> list[pytest.Item]:
    """With those of other files and components first each day, so that none is always the one that time is up for."""

    def group(item: pytest.Item) -> str:
        return recording.component_of(item) or str(item.path)

    groups = sorted(set(map(group, items)))
    random.Random(day).shuffle(groups)
    return sorted(items, key=lambda item: groups.index(group(item)))


def pytest_report_header(config: pytest.Config) -> str:
    tier = config.getoption("--tier")
    if tier == "all":
        return "tiers: all, some hours on two cores"
    others = ", ".join(f"--tier {other}" for other in (*TIERS, "all") if other != tier)
    return f"tier: {tier}, {TAKES[tier]} on two cores; {others} for the others (CONTRIBUTING.md)"


def pytest_runtest_setup(item: pytest.Item) -> None:
    tier = tier_of(item)
    if time.time() > item.config.getoption("--until"):
        pytest.skip(proof.TIME_IS_UP)
    if tier in WITHOUT_ROOT:
        return
    if missing := containers.missing_tools(*BROWSERS.get(tier, ())):
        reason = f"{tier} tier lacks {', '.join(missing)} (tests/image/harness/setup, as root)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The working tree as it stands, without what git ignores: a catalogue that tests may scaffold from."""
    export = tmp_path_factory.mktemp("catalogue") / "binder-blocks"
    listing = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in filter(None, subprocess.run(listing, check=True, capture_output=True, text=True).stdout.split("\0")):
        if (ROOT / name).is_file():
            (export / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, export / name)
    return export


Scaffold = Callable[..., Path]
Build = Callable[..., str]
Run = Callable[..., containers.Container]


@pytest.fixture(scope="session")
def mirror(images: Path) -> Iterator[str]:
    """A server on this machine's loopback with the artefacts that no registry has under the publisher's address."""
    folder = images / "downloads"
    folder.mkdir(exist_ok=True)
    handler = partial(QuietHandler, directory=str(folder))
    try:
        server = SharedServer(("127.0.0.1", 8377), handler)  # a fixed port keeps the build cache
    except OSError:
        server = SharedServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://10.0.2.2:{server.server_port}"  # the machine, as a build sees it
    server.shutdown()


class SharedServer(ThreadingHTTPServer):
    """Shares its port with those of tests that run beside these; they serve the same files."""

    allow_reuse_port = True  # from Python 3.11


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        pass


@pytest.fixture(scope="session")
def scaffold(catalogue: Path, images: Path, mirror: str, tmp_path_factory: pytest.TempPathFactory) -> Scaffold:
    """`scaffold(components=["postgres"], ...)`, or `scaffold(data_file=...)`: a course's repository, by real Copier.

    Downloads that only the mirror can serve have their lines changed as a course with a mirror of its own would do.
    The test is skipped where a component that it asks for has been removed.
    """

    def make(data_file: Path | None = None, **answers: Any) -> Path:
        units.require(answers.get("components") or (units.example(data_file) if data_file else ()))
        repository = tmp_path_factory.mktemp("course") / "course"
        answers.setdefault("python_version", "3.13")  # the base image's
        words = [f"--data={name}={value}" for name, value in answers.items()]
        words += [f"--data-file={data_file}"] if data_file else []
        copier = [sys.executable, "-m", "copier", "copy", "--trust", "--defaults", "--quiet"]
        containers.run(*copier, *words, catalogue, repository)
        if (downloads := repository / "binder/downloads.txt").exists():
            lines = [from_mirror(line, images, mirror) for line in downloads.read_text().splitlines(keepends=True)]
            downloads.write_text("".join(lines))
        return repository

    return make


def from_mirror(line: str, images: Path, mirror: str) -> str:
    """A line of downloads.txt for the artefact that a component's tests/image/NAME-tarball makes, if there is one."""
    words = line.split("#")[0].split()
    fixture = next(ROOT.glob(f"components/*/tests/image/{words[0]}-tarball"), None) if words else None
    if fixture is None:
        return line
    name, architecture, _, url = words[:4]
    artefact = images / "downloads" / url.rpartition("/")[2]
    if not artefact.exists():
        containers.run(fixture, artefact, timeout=900)
    checksum = hashlib.sha256(artefact.read_bytes()).hexdigest()
    return f"{name} {architecture} {checksum} {mirror}/{artefact.name}\n"


@pytest.fixture(scope="session")
def images() -> Path:
    """The cache folder of the image tier, base image made."""
    containers.run(containers.HARNESS / "base", timeout=900)
    return Path(containers.run(containers.HARNESS / "in", "printenv", "BLOCKS_CACHE").strip())


@pytest.fixture(scope="session")
def build(images: Path) -> Build:
    """`build(repository, name, repo_dir=None)`: the name of the image that repo2docker made."""
    return containers.build


@pytest.fixture(scope="session")
def stack(scaffold: Scaffold, build: Build) -> str:
    """The reference course as Binder builds it."""
    return build(scaffold(data_file=ROOT / "examples/tm351.yml"), "stack")


@pytest.fixture(scope="session")
def kept_stack(scaffold: Scaffold, build: Build) -> str:
    """The reference course as a hub runs it: the repository outside HOME, the data in HOME; committed from Windows.

    It can be taken away, too, and its databases be reached.
    """
    repository = scaffold(data_file=ROOT / "examples/tm351.yml", keep_data="home", **TAKEN_AWAY)
    for path in repository.rglob("*"):
        if path.is_file() and path not in (repository / "binder/postBuild", repository / "binder/start"):
            path.chmod(0o644)
    return build(repository, "kept-stack", repo_dir="/srv/repo")


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
