"""What to do next, at the end of a first copy: steps for a shell, in the order in which they are taken.

- where one stands, a repository if there is none yet, its first commit
- where the course's own data goes
- what the outputs need done by hand (`next.md` in their folders)
- how to look at it at home, and how to get newer blocks

Each step fits a terminal (`fitting`), and is broken the same elsewhere.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ..catalogue.units import Component
from ..composition import Composition
from ..fitting import broken
from ..text import printable

TITLE = "## What to do next"


def lines(composition: Composition, destination: Path) -> list[str]:
    """The heading and the steps, as a numbered list of Markdown."""
    steps = [*_steps(composition, destination)]
    numbered = (broken(f"{number}. {step}") for number, step in enumerate(steps, start=1))
    return ["", TITLE, "", *numbered]


def _steps(composition: Composition, destination: Path) -> Iterator[str]:
    yield from _enter(destination)
    if seeded := composition.seeded:
        folders = ", ".join(f"{composition.binder_dir}/seed/{name}/" for name in seeded)
        yield f"Put your own data into {folders}: it is loaded when the image is built."
    yield f"{'' if _is_in_git(destination) else 'git init && '}git add --all && git commit --message 'Add the course'"
    yield from composition.steps
    yield "To see it at home, with Docker: pip install jupyter-repo2docker && jupyter-repo2docker ."
    yield "copier update --trust brings newer blocks, and with --data 'add=[NAME]' another one"


def _enter(destination: Path) -> Iterator[str]:
    if not destination.exists() or destination.resolve() != Path.cwd():
        yield f"cd {shlex.quote(printable(os.path.relpath(destination)))}"


def _is_in_git(destination: Path) -> bool:
    folder = destination.resolve()
    return any((parent / ".git").exists() for parent in (folder, *folder.parents))


def moves(before: Iterable[str], now: Iterable[str]) -> list[str]:
    """What an update brought and took, of blocks or outputs, as lines."""
    before, now = list(before), list(now)
    came, went = [name for name in now if name not in before], [name for name in before if name not in now]
    return [f"- {verb}: {', '.join(names)}." for verb, names in (("Added", came), ("Removed", went)) if names]


def companions(before: Iterable[str], now: Iterable[str], components: Mapping[str, Component]) -> list[str]:
    """The same of what comes along by itself, of the names installed; nothing is known of a course without any."""
    before, now = [*before], [*now]
    coming = [components[name] for name in now if name in components and name not in before] if before else []
    lines = [
        f"- {one.title} comes along, since there is a {one.comes_with}; --data 'remove=[{one.name}]' leaves it out."
        for one in coming
        if one.comes_with
    ]
    went = [name for name in before if name in components and components[name].comes_with and name not in now]
    return [*lines, *moves(went, ())]
