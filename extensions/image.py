"""The answer `image` -> what the workflow that publishes it needs.

- `host/owner/name` without a tag, as a registry takes it: lower case, letters and digits with `.`, `_`, `__` or hyphens
  between
- built for each architecture for which every download of the components has a line, `any` being for all
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .errors import BlocksError

ARCHITECTURES = ("amd64", "arm64")
FORM = "write it like 'ghcr.io/owner/name' or 'docker.io/owner/name'"
LABEL = r"[a-z0-9]+(?:-+[a-z0-9]+)*"
PART = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
NAME = re.compile(rf"{LABEL}(?:\.{LABEL})+(?:/{PART}){{2,}}")


def check(value: object) -> str:
    """The name, empty where no image shall be published; raises `BlocksError` for one that no registry takes."""
    if value is None or value == "":
        return ""
    if not isinstance(value, str):
        raise BlocksError(f"image: must be text, not {value!r}")
    if NAME.fullmatch(value):
        return value
    if NAME.fullmatch(value.lower()):
        raise BlocksError(f"image: '{value}': registries take lower case alone; write '{value.lower()}'")
    name = value.lower().partition(":")[0]
    if NAME.fullmatch(name):
        raise BlocksError(f"image: '{value}': the workflow sets the tags; write '{name}'")
    raise BlocksError(f"image: {value!r}: is no name of an image; {FORM}")


def architectures(downloads: Iterable[str]) -> list[str]:
    """Those that all of these are for, each given as `name architecture`."""
    there: dict[str, set[str]] = {}
    for download in downloads:
        name, _, architecture = download.partition(" ")
        there.setdefault(name, set()).update(ARCHITECTURES if architecture == "any" else [architecture])
    return [one for one in ARCHITECTURES if all(one in found for found in there.values())]
