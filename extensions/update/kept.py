"""What an update says of the services' data in the home folder: a course's new name is a new folder for them.

- it is said where the data were kept before and are kept now, by `keep_data` or by an output, and the folder changes
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..composition import KEEP_DATA, Composition
from ..text import slug
from . import before

HOME = "home"


def lines(repository: Path, answers_file: str, composition: Composition) -> list[str]:
    """Markdown for the end of an update; nothing where nothing moves."""
    answers = before.answers(repository, answers_file) or {}
    old, new = slug(str(answers.get("course_name") or "")), str(composition.answers["course_slug"])
    is_kept = composition.kept_by or (_at_home(answers) and _at_home(composition.answers))
    if not (answers and is_kept and composition.has_launch) or old == new:
        return []
    where, there = f"~/.binder-data/{new}", f"~/.binder-data/{old}"
    return [
        "## The course has a new name",
        "",
        f"- The services keep their data in `{where}` from now on, and begin with the seeded data.",
        f"- What people have in `{there}` stays there, unopened. To go on with it: `mv {there} {where}` before the next"
        " start, or the old `course_name`.",
    ]


def _at_home(answers: Mapping[str, Any]) -> bool:
    return answers.get(KEEP_DATA) == HOME
