"""The answer `build_branch_alone` -> whether Binder can build a branch of its own.

- by itself a workflow of GitHub publishes the branch, from the one with the notebooks that `links_repository` names
- with `build_branch_alone` the rendered files are that branch: no workflow publishes it, so the repository may be
  anywhere, and nothing that has to stand on the default branch can update it
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from extensions.composition import Composition
from extensions.errors import BlocksError
from extensions.foreign.reference import COMMIT
from extensions.links import place
from extensions.links.place import Location
from extensions.outputs import Facts

BRANCH = "binder-build"
# What means the same in a workflow's YAML, its filters and its expressions.
PLAIN_BRANCH = re.compile(r"[A-Za-z0-9_./-]+")
# What has to stand on the default branch, and why.
ELSEWHERE = {
    "updates": f"what looks for news is read from the default branch alone; run copier update on the branch {BRANCH}",
    "devcontainer": "it would be on a branch without notebooks",
}


def check(name: str, answers: Mapping[str, Any]) -> None:
    """Raises `BlocksError` where this branch cannot be, or no link could pull what it is made of."""
    if name == "build_branch_alone" and answers.get(name):
        for output, reason in ELSEWHERE.items():
            if output in answers.get("outputs", ()):
                raise BlocksError(f"{name}: does not go with the output '{output}': {reason}; leave one of the two out")
    if name == "links_repository":
        _check_repository(answers.get(name) or "", bool(answers.get("build_branch_alone")))


def facts(composition: Composition) -> Facts:
    """Nothing of its own: the branch's name is in the manifest."""
    for name in ("build_branch_alone", "links_repository"):
        check(name, composition.answers)
    return Facts()


def _check_repository(value: str, alone: bool) -> None:
    if not value:
        raise BlocksError(
            "links_repository: the branch for Binder needs to know where the repository is; write it like gh:owner/name"
        )
    repository = place.repository(value)
    if alone and repository.provider in place.RECORDS:
        raise BlocksError(f"links_repository: '{repository.text}': has no branches; name a git repository")
    short = replace(repository, ref="").text
    if not alone and repository.provider != "gh":
        raise BlocksError(
            f"links_repository: '{short}': the branch for Binder is published by GitHub; name a gh:owner/name"
        )
    _check_edited(repository, short)
    if not alone and repository.ref and not PLAIN_BRANCH.fullmatch(repository.ref):
        raise BlocksError(
            f"links_repository: '{repository.ref}': a workflow needs a name of letters, digits and _./-; rename it"
        )


def _check_edited(repository: Location, short: str) -> None:
    ref = repository.ref
    if COMMIT.fullmatch(ref) or ref == BRANCH:
        raise BlocksError(f"links_repository: '{ref}' is no branch to edit notebooks on; write '{short}@main'")
