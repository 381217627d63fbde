"""Where a session clones content to: one folder for each repository and branch.

- content is cloned to a folder with its repository's name; where that is taken, by the course's own files or by content
  before it, the owner is added, or the branch where just that differs, then both, then a number. So what is added at
  the end of the list changes no folder that students have
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator, Sequence

from .place import Location


def folders(content: Sequence[Location], taken: Collection[str] = ()) -> list[str]:
    """Where each is cloned to: one folder for each repository and branch."""
    made: dict[tuple[str, str], str] = {}
    for location in content:
        key = location.url, location.ref
        if key not in made:
            used = {*taken, *made.values()}
            is_other_branch = any(url == location.url for url, _ in made)
            made[key] = next(name for name in _names(location, is_other_branch) if name not in used)
    return [made[location.url, location.ref] for location in content]


def _names(location: Location, is_other_branch: bool) -> Iterator[str]:
    name, owner = location.names[-1], "-".join(location.names[-2:])
    branch = re.sub(r"[^\w.-]+", "-", location.ref) or "default"
    yield from (name, f"{name}-{branch}") if is_other_branch else (name, owner)
    yield f"{owner}-{branch}"
    yield from (f"{owner}-{branch}-{number}" for number in itertools.count(2))
