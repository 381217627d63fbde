"""What comes along by itself: a companion is there wherever there is something that it is for.

    comes_with: service    in every course in which another component has a `service/`

- one that is asked for, or required, is there in any case; one that is retired comes to nobody by itself
- the answer `without` names those that stay away; it is about what comes by itself, and nothing else
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from ..errors import BlocksError
from .selection import select
from .units import Component, current_names

# The answer that names those that stay away.
WITHOUT = "without"
# What a companion may come with -> whether a component is that.
KINDS: Mapping[str, Callable[[Component], bool]] = {"service": lambda component: component.has_service}


def companions(components: Mapping[str, Component]) -> list[str]:
    """The names of all that may come by themselves."""
    return [component.name for component in components.values() if component.comes_with and not component.retired]


def accompanied(asked: Iterable[str], without: Iterable[str], components: Mapping[str, Component]) -> list[str]:
    """The names asked for, and those of the companions that come along with what these install."""
    asked, former = [*asked], current_names(components)
    away = {former.get(name, name) for name in without}
    coming = [name for name in companions(components) if name not in away]
    if not coming:
        return asked
    there = select(asked, components)
    names = {component.name for component in there}
    return [*asked, *(name for name in coming if name not in names and _comes(components[name], there))]


def _comes(companion: Component, there: Iterable[Component]) -> bool:
    return any(KINDS[companion.comes_with](component) for component in there)


def check(names: Collection[str], components: Mapping[str, Component]) -> None:
    """Raises `BlocksError` for the first name that cannot be left out."""
    known, former = companions(components), current_names(components)
    for name in names:
        if former.get(name, name) in known:
            continue
        if name in components or name in former:
            raise BlocksError(f"{WITHOUT}: '{name}' does not come by itself; leave it out of the answer 'components'")
        raise BlocksError(f"{WITHOUT}: there is no block '{name}'; by themselves come: {', '.join(known) or 'none'}")
