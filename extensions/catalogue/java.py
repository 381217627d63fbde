"""Which versions of Java all of some components run on.

- a component may have a floor, a ceiling or both: `java: {least: 11, most: 17}`; there is one Java for all of them
- two components that have no version in common are an error that names both
"""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import BlocksError
from .units import Component


def _bounds(components: Iterable[Component]) -> tuple[Component | None, Component | None]:
    """The one with the highest floor and the one with the lowest ceiling."""
    bounded = [*components]
    floors = [one for one in bounded if one.java.least]
    ceilings = [one for one in bounded if one.java.most]
    floor = max(floors, key=lambda one: one.java.least, default=None)
    return floor, min(ceilings, key=lambda one: one.java.most, default=None)


def _floor(component: Component) -> str:
    return f"'{component.name}' needs Java {component.java.least} or newer"


def _ceiling(component: Component) -> str:
    return f"'{component.name}' needs Java {component.java.most} or older"


def check(components: Iterable[Component]) -> None:
    """Raises `BlocksError` where no version of Java is right for all."""
    floor, ceiling = _bounds(components)
    if floor and ceiling and floor.java.least > ceiling.java.most:
        needs = f"{_floor(floor)}, {_ceiling(ceiling)}"
        raise BlocksError(f"components: {needs}, and there is one Java; choose one of the two")


def refusal(components: Iterable[Component], version: str) -> str:
    """Why it cannot be this version; empty where it can."""
    floor, ceiling = _bounds(components)
    if floor and int(version) < floor.java.least:
        return f"{_floor(floor)}, not {version}"
    return f"{_ceiling(ceiling)}, not {version}" if ceiling and int(version) > ceiling.java.most else ""


def allowed(components: Iterable[Component], versions: Iterable[str]) -> list[str]:
    """Those of the versions on which all components run; raises `BlocksError` where there is none."""
    components = [*components]
    refused = {version: refusal(components, version) for version in versions}
    found = [version for version, reason in refused.items() if not reason]
    if refused and not found:
        raise BlocksError(f"java_version: {'; '.join(refused.values())}; choose one of the components")
    return found
