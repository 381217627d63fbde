"""Answers of a repository from before there were outputs -> the same under the names of today.

- such answers have no `outputs`; an output was chosen where the condition `was` of its manifest is met
- each of its answers had the name that `formerly` says; one that had another name is dropped under that
- answers that have `outputs` stay as they are
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment

from ..catalogue.units import Output


def is_former(answers: Mapping[str, Any]) -> bool:
    return "outputs" not in answers


def upgraded(answers: Mapping[str, Any], outputs: Mapping[str, Output], environment: Environment) -> dict[str, Any]:
    """The answers, as questions of today ask for them."""
    if not is_former(answers):
        return dict(answers)
    chosen = [
        output for output in outputs.values() if output.was and environment.compile_expression(output.was)(**answers)
    ]
    renamed = {
        name: answers[former] for output in chosen for name, former in output.formerly.items() if former in answers
    }
    former = {name for output in outputs.values() for name in (*output.formerly.values(), output.was)}
    kept = {name: value for name, value in answers.items() if name not in former}
    return {**kept, "outputs": [output.name for output in chosen], **renamed}
