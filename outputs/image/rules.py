"""The answer `image_name` -> what the workflow that publishes it needs.

- `host/owner/name` without a tag, as a registry takes it: lower case, letters and digits with `.`, `_`, `__` or hyphens
  between; the host may have a port
- built for each architecture for which every download of the components has a line, `any` being for all
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from extensions.composition import Composition
from extensions.errors import BlocksError
from extensions.image_name import HOST, PART
from extensions.links import place
from extensions.outputs import Facts

ARCHITECTURES = ("amd64", "arm64")
FORM = "write it like 'ghcr.io/owner/name' or 'docker.io/owner/name'"
# A registry of one's own may have names without an owner.
NAME = re.compile(rf"(?:(?:ghcr|docker)\.io(?:/{PART}){{2,}}|(?!(?:ghcr|docker)\.io/){HOST}(?:/{PART})+)")
TAG = re.compile(r":[\w][\w.-]*$|@sha256:[0-9a-f]+$", re.ASCII)


# What an image for a repository that is somewhere else than on GitHub gives.
UNPUBLISHED = "the output 'image' is a workflow of GitHub, which no other host runs; push the image yourself"


@dataclass(frozen=True)
class Image:
    """`architectures` are those that the workflow builds for."""

    name: str
    architectures: list[str]


def check(name: str, answers: Mapping[str, Any]) -> None:
    """Raises `BlocksError` for the name of an image that no registry takes."""
    if name == "image_name":
        check_name(answers.get(name))


def check_name(value: object) -> str:
    """The name; raises `BlocksError` for one that no registry takes."""
    if value is None or value == "":
        raise BlocksError(f"image_name: must not be empty; {FORM}")
    if not isinstance(value, str):
        raise BlocksError(f"image_name: must be text, not {value!r}")
    if NAME.fullmatch(value):
        return value
    if NAME.fullmatch(value.lower()):
        raise BlocksError(f"image_name: '{value}': registries take lower case alone; write '{value.lower()}'")
    name = TAG.sub("", value.lower())
    if NAME.fullmatch(name):
        raise BlocksError(f"image_name: '{value}': the workflow sets the tags; write '{name}'")
    raise BlocksError(f"image_name: {value!r}: is no name of an image; {FORM}")


def architectures(downloads: Iterable[str]) -> list[str]:
    """Those that all of these are for, each given as `name architecture`."""
    there: dict[str, set[str]] = {}
    for download in downloads:
        name, _, architecture = download.partition(" ")
        there.setdefault(name, set()).update(ARCHITECTURES if architecture == "any" else [architecture])
    return [one for one in ARCHITECTURES if all(one in found for found in there.values())]


def facts(composition: Composition) -> Facts:
    """Raises `BlocksError` where no computer could run the image."""
    image = Image(
        check_name(composition.answers.get("image_name")),
        architectures(entry.name for entry in composition.downloads.entries),
    )
    if not image.architectures:
        raise BlocksError("image: no architecture has all downloads of these components; choose fewer of them")
    repository = composition.answers.get("links_repository")
    is_elsewhere = repository and place.repository(repository).provider != "gh"
    return Facts(image, (UNPUBLISHED,) if is_elsewhere else ())
