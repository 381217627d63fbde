"""The answer `take_away_databases` and the composition -> what compose.yaml needs."""

from __future__ import annotations

from dataclasses import dataclass

from extensions.composition import Composition
from extensions.outputs import Facts
from extensions.reach import UNREACHED, Port, ports


@dataclass(frozen=True)
class TakeAway:
    """`build_command` makes the image where none is published; `pulls` are addresses that bring notebooks along."""

    image: str
    build_command: str
    reached: list[Port]
    pulls: list[str]


def facts(composition: Composition) -> Facts:
    asks = bool(composition.answers.get("take_away_databases"))
    reached = ports(composition.components) if asks else []
    image, links = composition.facts("image").values, composition.facts("links").values
    values = TakeAway(image.name if image else "", build_command(composition), reached, links.pulls if links else [])
    return Facts(values, (UNREACHED.format("take_away_databases"),) if asks and not reached else ())


def build_command(composition: Composition) -> str:
    """The one that builds the image of `compose.yaml` on one's own computer."""
    options = ["--no-run", "--target-repo-dir /srv/repo", "--user-id 1000", "--user-name jovyan"]
    options += [f"--image-name localhost/{composition.answers['course_slug']}", composition.build.options]
    return " ".join(["jupyter-repo2docker", *filter(None, options), "."])
