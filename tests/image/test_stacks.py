"""Each stack as its example course has it, and mixtures of any three components: before and after a stop and a kill.

With `--due` two of the ten mixtures are built, others each day.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Build, Run, Scaffold
from tests import units
from tests.image import proof
from tests.image.test_components import ALONE, assert_lasts, assert_works, run_first_cell, versions

pytestmark = pytest.mark.unhurried

MIXTURES = ["+".join(random.Random(number).sample(ALONE, 3)) for number in range(10)]


@pytest.mark.parametrize("name", proof.stacks())
def test_stack(
    name: str, scaffold: Scaffold, build: Build, container: Run, record_property: Callable[[str, object], None]
) -> None:
    """built by repo2docker with its example, verified, its first cell run, stopped, verified, killed, verified again"""
    path: Path = units.courses(name)[0]
    repository = scaffold(data_file=path)
    running = container(build(repository, f"stack-{path.stem}"))
    assert_works(running)
    run_first_cell(repository, name, running)
    record_property("packages", versions(repository, running))
    record_property("base", running.bash('. /etc/os-release; printf "%s, %s" "$PRETTY_NAME" "$(uname --machine)"'))
    assert_lasts(running)


@pytest.mark.parametrize("names", MIXTURES)
def test_mixture(names: str, request: pytest.FixtureRequest, scaffold: Scaffold, build: Build, container: Run) -> None:
    """built by repo2docker together, verified, stopped, verified, killed, verified again"""
    if request.config.getoption("--due") and names not in proof.turn(MIXTURES, proof.today().toordinal(), 5):
        pytest.skip("its turn is another day")
    running = container(build(scaffold(components=names.split("+")), names.replace("+", "-")))
    assert_works(running)
    assert_lasts(running)
