"""What is asked for -> what is installed, in order."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from extensions.catalogue.selection import select
from extensions.catalogue.units import Component
from extensions.errors import BlocksError


def catalogue(**keys: dict[str, tuple[str, ...]]) -> dict[str, Component]:
    return {
        name: Component(name, Path(name), title=name, summary=name, category="x", **edges)  # type: ignore[arg-type]
        for name, edges in keys.items()
    }


CATALOGUE = catalogue(
    stack={"requires": ("web", "store")},
    web={"requires": ("proxy",), "after": ("store",)},
    store={},
    proxy={},
    loop={"requires": ("pool",)},
    pool={"after": ("loop",)},
    fire={"conflicts": ("water",)},
    water={},
    broken={"requires": ("gone",)},
)


def names(*asked: str) -> list[str]:
    return [component.name for component in select(asked, CATALOGUE)]


def test_requirements_come_along_and_first() -> None:
    assert names("stack") == ["proxy", "store", "web", "stack"]


def test_after_orders_but_brings_nothing() -> None:
    assert names("web") == ["proxy", "web"]


def test_order_does_not_depend_on_the_order_of_asking() -> None:
    asked = ("stack", "web", "store", "water")
    assert len({tuple(names(*order)) for order in itertools.permutations(asked)}) == 1


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (["wep"], "no block 'wep'; did you mean 'web'"),
        (["fire", "water"], "'fire' and 'water' cannot be installed together"),
        (["loop"], "loop -> pool -> loop|pool -> loop -> pool"),
        (["broken"], "components/broken/component.yml: requires 'gone'"),
    ],
)
def test_refusals(asked: list[str], message: str) -> None:
    with pytest.raises(BlocksError, match=message):
        names(*asked)
