"""What comes along by itself, how it is left out, and what is said of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from extensions.answers import interview
from extensions.answers.amendment import amended
from extensions.catalogue.companions import accompanied, check
from extensions.catalogue.manifest import read_catalogue
from extensions.catalogue.units import Catalogue
from extensions.errors import BlocksError
from extensions.rendering import render
from tests import units
from tests.fast.conftest import MakeCatalogue, copier, manifest

BLOCKS = {
    "server/component.yml": manifest("Server"),
    "server/service/run": "#!/bin/sh\nexec sleep infinity\n",
    "application/component.yml": manifest("Application", requires="[server]"),
    "plain/component.yml": manifest("Plain"),
    "window/component.yml": manifest("Window", comes_with="service", formerly="[pane]"),
    "window/apt.txt": "tree\n",
    "house/component.yml": manifest("House", requires="[window]"),
}
# Asked for, left out -> whether it is there.
COURSES = {
    "nothing": ([], [], False),
    "no service": (["plain"], [], False),
    "a service": (["server"], [], True),
    "a service that is required": (["application"], [], True),
    "left out": (["server"], ["window"], False),
    "left out by its former name": (["server"], ["pane"], False),
    "asked for, and left out": (["server", "window"], ["window"], True),
    "asked for without a service": (["window"], [], True),
    "required, and left out": (["house"], ["window"], True),
}


@pytest.fixture
def blocks(make_catalogue: MakeCatalogue) -> Path:
    return make_catalogue(BLOCKS)


@pytest.fixture
def catalogue(blocks: Path) -> Catalogue:
    return read_catalogue(blocks)


@pytest.mark.parametrize(("asked", "without", "there"), COURSES.values(), ids=COURSES)
def test_where_it_comes(catalogue: Catalogue, asked: list[str], without: list[str], there: bool) -> None:
    assert accompanied(asked, without, catalogue.components).count("window") == (
        there and asked != ["house"]  # comes with what requires it
    )
    files = render(catalogue, {"components": asked, "without": without})
    report = json.loads(files["binder/report.json"][0])
    assert ("window" in report["components"]["installed"]) == there
    assert report["components"]["asked"] == asked
    assert (b"tree" in files.get("binder/apt.txt", (b"", False))[0]) == there


def test_a_name_that_is_gone_from_the_catalogue_does_no_harm(catalogue: Catalogue) -> None:
    assert accompanied(["server"], ["gone"], catalogue.components) == ["server", "window"]


def test_one_that_is_retired_comes_to_nobody_by_itself(catalogue: Catalogue) -> None:
    retired = replace(catalogue.components["window"], retired="use another")
    components = {**catalogue.components, "window": retired}
    assert accompanied(["server"], [], components) == ["server"]
    assert accompanied(["server", "window"], [], components) == ["server", "window"]


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("server", "without: 'server' does not come by itself; leave it out of the answer 'components'"),
        ("windov", "without: there is no block 'windov'; by themselves come: window"),
    ],
)
def test_what_cannot_be_left_out(blocks: Path, tmp_path: Path, name: str, refused: str) -> None:
    result = copier("copy", "--trust", "--defaults", f"--data=without=[{name}]", blocks, tmp_path / "course")
    assert result.returncode == 1
    assert refused in result.stderr
    assert not (tmp_path / "course").exists()


def test_what_it_may_come_with(make_catalogue: MakeCatalogue) -> None:
    with pytest.raises(BlocksError, match=r"component\.yml:4: 'comes_with' must be one of service"):
        read_catalogue(make_catalogue({"a/component.yml": manifest("A", comes_with="rain")}))


ALONG = "Coming along, since there is a service: Window.\n"
NEEDED = "Coming along, since a block needs it: Server.\n"


@pytest.mark.parametrize(
    ("asked", "without", "said"),
    [
        (["plain"], [], ""),
        (["server"], [], ALONG),
        (["application"], [], NEEDED + ALONG),
        (["application"], ["window"], NEEDED),
        (["house"], [], "Coming along, since a block needs it: Window.\n"),
        (["server", "window"], [], ""),
    ],
)
def test_it_is_said_in_the_interview(catalogue: Catalogue, asked: list[str], without: list[str], said: str) -> None:
    assert interview.coming_along(asked, without, catalogue.components) == said


@pytest.mark.parametrize(
    ("data", "before", "after"),
    [
        ({"remove": ["window"]}, {"components": ["server"]}, {"without": ["window"]}),
        ({"remove": "window"}, {"components": ["plain"], "without": []}, {"without": ["window"]}),
        (
            {"remove": ["window"]},
            {"components": ["server", "window"]},
            {"components": ["server"], "without": ["window"]},
        ),
        (
            {"add": ["window"]},
            {"components": ["server"], "without": ["window"]},
            {"components": ["server", "window"], "without": []},
        ),
        ({"remove": ["server"]}, {"components": ["server"], "without": ["window"]}, {"components": []}),
        (
            {"add": ["plain"], "remove": ["window"]},
            {"components": ["server"]},
            {"components": ["server", "plain"], "without": ["window"]},
        ),
    ],
)
def test_verbs(catalogue: Catalogue, data: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> None:
    assert amended(data, before, catalogue) == after


@pytest.mark.parametrize(
    ("data", "before", "refused"),
    [
        ({"remove": ["window"]}, {"components": ["server"], "without": ["window"]}, "remove: there is no 'window'"),
        ({"remove": ["window"]}, {"components": ["house"]}, "'window' is needed by 'house'; it goes with that"),
        ({"add": ["plain"], "without": []}, {"components": []}, "add: cannot be given beside 'without'"),
    ],
)
def test_verbs_refuse(catalogue: Catalogue, data: dict[str, Any], before: dict[str, Any], refused: str) -> None:
    with pytest.raises(BlocksError, match=refused):
        amended(data, before, catalogue)


def test_whatever_has_a_service_has_it_by_itself() -> None:
    """The catalogue's own: a course of any one service has what comes with services, and can be had without."""
    companions = [name for name, one in units.COMPONENTS.items() if one.comes_with == "service"]
    for name in units.SERVICES:
        assert {*companions} <= {*accompanied([name], [], units.COMPONENTS)}
        assert accompanied([name], companions, units.COMPONENTS) == [name]


def test_names_are_checked_one_by_one(catalogue: Catalogue) -> None:
    check(["window", "pane"], catalogue.components)
    with pytest.raises(BlocksError):
        check(["window", "plain"], catalogue.components)
