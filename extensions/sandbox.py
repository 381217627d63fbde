"""What a template cannot do, whoever wrote it: read a file, list a folder, or look at the machine.

Templates are the catalogue's. Should a text that somebody else wrote be rendered as one all the same, then it finds
nothing here to reach out with:

- a path of the file system is a text: none of its methods, and none of its parts that are paths again
- Copier's filters that ask the machine are not there
- what the engine offers takes no folder (`expressions`, `blocks`)
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment

ASKING = ("expanduser", "expandvars", "fileglob", "realpath", "relpath")


def restrict(environment: Environment) -> None:
    """Keep those from the templates of this environment, one of Jinja's sandboxes."""
    for name in ASKING:
        environment.filters.pop(name, None)
    environment.is_safe_attribute = functools.partial(_is_safe, environment.is_safe_attribute)  # type: ignore[attr-defined]


def _is_safe(otherwise: Callable[[Any, str, Any], bool], thing: Any, attribute: str, value: Any) -> bool:
    return not isinstance(thing, Path | functools.partial) and otherwise(thing, attribute, value)
