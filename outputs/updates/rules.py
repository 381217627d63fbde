"""What the program that updates a repository has to know of it: the name of its answers file.

Copier lets people choose another name, and where two templates share a repository one of them has to.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from extensions.composition import Composition
from extensions.links import place
from extensions.outputs import Facts

USUAL = ".copier-answers.yml"


@dataclass(frozen=True)
class Program:
    """A line of the program as it stands in the catalogue, and as it is written."""

    usual: str
    line: str


def facts(composition: Composition) -> Facts:
    """The program's line, and a note where nothing would run it."""
    name = str(composition.answers.get("_answers_file", USUAL))
    repository = composition.answers.get("links_repository")
    is_workflow = composition.answers.get("updates_by") == "workflow"
    is_elsewhere = repository and place.repository(str(repository)).provider != "gh"
    program = Program(f'ANSWERS = "{USUAL}"\n', f"ANSWERS = {json.dumps(name)}\n")
    return Facts(program, (ELSEWHERE,) if is_workflow and is_elsewhere else (), updates=True)


# What a repository that is somewhere else than on GitHub gives.
ELSEWHERE = (
    "the output 'updates' is a workflow of GitHub, which no other host runs; there, run .github/binder-blocks/update.py"
    " in a schedule of that host's, or copier update by hand"
)
