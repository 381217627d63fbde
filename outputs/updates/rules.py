"""What the program that updates a repository has to know of it: the name of its answers file.

Copier lets people choose another name, and where two templates share a repository one of them has to.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from extensions.composition import Composition
from extensions.foreign.repository import is_folder
from extensions.links import place
from extensions.outputs import Facts

USUAL = ".copier-answers.yml"


@dataclass(frozen=True)
class Program:
    """A line of the program as it stands in the catalogue, and as it is written."""

    usual: str
    line: str


def facts(composition: Composition) -> Facts:
    """The program's line; notes where nothing would run it, or no machine but this one could."""
    name, source = (str(composition.answers.get(key, "")) for key in ("_answers_file", "_src_path"))
    repository = composition.answers.get("links_repository")
    is_workflow = composition.answers.get("updates_by") == "workflow"
    is_elsewhere = repository and place.repository(str(repository)).provider != "gh"
    notes = [UNREACHABLE] if source and is_folder(source) else []
    notes += [ELSEWHERE] if is_workflow and is_elsewhere else []
    program = Program(f'ANSWERS = "{USUAL}"\n', f"ANSWERS = {json.dumps(name or USUAL)}\n")
    return Facts(program, tuple(notes))


# What a repository that is somewhere else than on GitHub gives.
ELSEWHERE = (
    "the output 'updates' is a workflow of GitHub, which no other host runs; there, run .github/binder-blocks/update.py"
    " in a schedule of that host's, or copier update by hand"
)
# What a catalogue that is a folder gives.
UNREACHABLE = (
    "the output 'updates' cannot work so: every run of it would end in an error, since the catalogue is a folder of "
    "this computer; copy from the catalogue's address"
)
