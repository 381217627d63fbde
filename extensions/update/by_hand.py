"""Answers that were written into the answers file: an update takes them for those that the repository was made from.

What they ask for never comes then, in this update or in a later one. The last report has the answers that its update
rendered from; another one in the file is refused, with the command that does what was meant.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Container, Mapping
from typing import Any

from ..errors import BlocksError


def check(
    answers_file: str, answers: Mapping[str, Any], rendered: Mapping[str, Any], sets: Container[str] = ()
) -> None:
    """Raises `BlocksError` for the first answer of the file that is not the one that was `rendered` from.

    The order of those in `sets` means nothing.
    """
    for name, value in rendered.items():
        form = _unordered if name in sets else plain
        if name in answers and form(answers[name]) != form(value):
            asked = shlex.quote(f"{name}={_shown(answers[name])}")
            raise BlocksError(
                f"{name}: was changed in {answers_file} by hand, and an update would not see that; write "
                f"{_shown(value)} there again, commit, and run copier update --trust --data {asked}"
            )


def plain(value: Any) -> Any:
    """As a report has it, which is JSON."""
    return json.loads(json.dumps(value, default=str))


def _unordered(value: Any) -> Any:
    """Names as a set has them, each once."""
    return sorted({*map(str, value)}) if isinstance(value, list) else plain(value)


def _shown(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return f"[{', '.join(value)}]"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
