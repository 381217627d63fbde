"""Each component alone: it builds, `verify` says that it works, its seeds are loaded, it stops and starts again.

With `--prove`, what passes is written into the component's `proof.yml` (tests/image/proof.py), the first line of each
docstring for the test.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pytest

from conftest import Build, Run, Scaffold
from tests import units
from tests.image import cells, figures
from tests.image.containers import BuildError, Container

pytestmark = pytest.mark.unhurried

# One that only requires others has no test of its own: a stack's tests are its tests.
ALONE = [name for name in units.WHOLE if units.has_files(name)]
DOWNLOADING = [name for name in ALONE if (units.COMPONENTS[name].folder / "downloads.txt").is_file()]
SEEDED = [name for name in ALONE if units.seeds(name).get("files")]
BROKEN = [(name, file) for name in ALONE for file in units.seeds(name).get("broken", ())]


def assert_works(running: Container) -> None:
    running.wait_for_api()
    running.wait_for_services()
    verified = running.verify()
    assert verified.returncode == 0, verified.stdout + verified.stderr
    print(verified.stdout)


def assert_lasts(running: Container) -> None:
    """It works after a stop, and after a kill."""
    running.stop()
    assert running.exit_code() == 0
    running.restart()
    assert_works(running)
    running.kill()
    running.wait()
    running.restart()
    assert_works(running)


def versions(repository: Path, running: Container) -> dict[str, str]:
    """The apt packages that the course asks for, as they are in its image."""
    path = repository / "binder/apt.txt"
    lines = path.read_text().splitlines() if path.is_file() else []
    names = [words[0].replace("..", "??") for line in lines if (words := line.split("#")[0].split())]
    if not names:
        return {}
    said = running.exec("dpkg-query", "--show", "--showformat=${Package} ${Version}\n", *names)
    return dict(words for line in sorted(said.splitlines()) if len(words := line.split()) == 2)


@pytest.fixture(scope="session")
def size_of(scaffold: Scaffold, build: Build) -> Callable[..., int]:
    """`size_of(names)`: bytes of the image of a course with these alone."""

    @cache
    def size(names: tuple[str, ...]) -> int:
        return figures.image_size(build(scaffold(**units.alone(*names)), "-".join(("without", *names))))

    return size


def run_first_cell(repository: Path, name: str, running: Container) -> None:
    cell = cells.first_cell((repository / "binder/README.md").read_text(), units.COMPONENTS[name].title)
    if cell is not None and (said := cells.run(running, *cell)):
        print(said)


@pytest.mark.parametrize("name", ALONE)
def test_component_alone(
    name: str,
    scaffold: Scaffold,
    build: Build,
    container: Run,
    size_of: Callable[..., int],
    record_property: Callable[[str, object], None],
) -> None:
    """built by repo2docker, verified, its first cell run, stopped, verified after a restart, killed, verified again"""
    repository = scaffold(**units.alone(name))
    image = build(repository, name)
    running = container(image)
    running.wait_for_api()
    running.wait_for_services()
    taken = figures.measured(running, name)
    assert_works(running)
    taken = taken or figures.measured(running, name)  # verify has asked for a service that waits for its first use
    size = figures.image_size(image) - size_of(units.COMPONENTS[name].requires)
    record_property("measured", {"memory": 0, "cpu": 0, **taken, "size": max(0, round(size / 1e6))})
    run_first_cell(repository, name, running)
    record_property("packages", versions(repository, running))
    record_property("base", running.bash('. /etc/os-release; printf "%s, %s" "$PRETTY_NAME" "$(uname --machine)"'))
    assert_lasts(running)


@pytest.mark.parametrize("name", DOWNLOADING)
def test_wrong_checksum_fails_the_build(name: str, scaffold: Scaffold, build: Build) -> None:
    """a download with another checksum ends the build"""
    repository = scaffold(**units.alone(name))
    downloads = repository / "binder/downloads.txt"
    text, changed = re.subn(r"\b[0-9a-f]{64}\b", "0" * 64, downloads.read_text())
    assert changed
    downloads.write_text(text)
    first = re.search(r"^(\S+) \S+ 0{64} ", text, flags=re.MULTILINE)
    assert first
    with pytest.raises(BuildError, match=f"{first[1]}: wrong checksum"):
        build(repository, f"wrong-checksum-{name}")


def write_seeds(repository: Path, name: str, files: Mapping[str, str]) -> None:
    """What the author drops into binder/seed."""
    folder = repository / "binder/seed" / name
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in files.items():
        data = text.encode()
        (folder / file).write_bytes(gzip.compress(data) if file.endswith(".gz") else data)


@pytest.mark.parametrize("name", SEEDED)
def test_every_form_of_seed_is_loaded(name: str, scaffold: Scaffold, build: Build, container: Run) -> None:
    """every form of seed is loaded, and a client reads it"""
    seeds = units.seeds(name)
    repository = scaffold(**units.alone(name), **seeds.get("answers", {}))
    write_seeds(repository, name, seeds["files"])
    with (repository / "binder/env").open("a") as file:
        file.writelines(f"export {variable}={value}\n" for variable, value in seeds.get("env", {}).items())
    running = container(build(repository, f"seeds-{name}"))
    running.wait_for_api()
    running.wait_for_services()
    for one in seeds["asked"]:
        said = running.bash(one["bash"]) if "bash" in one else running.python(one["python"])
        assert said.split() == one["says"].split()


@pytest.mark.parametrize(("name", "file"), BROKEN)
def test_failing_seed_names_its_file(name: str, file: str, scaffold: Scaffold, build: Build) -> None:
    """a seed that fails ends the build, by name"""
    repository, seed = scaffold(**units.alone(name)), units.seeds(name)["broken"][file]
    write_seeds(repository, name, {file: seed["text"]})
    with pytest.raises(BuildError) as failed:
        build(repository, f"broken-{name}")
    assert file in str(failed.value)
    assert seed["says"] in str(failed.value)
