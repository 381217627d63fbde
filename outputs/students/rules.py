"""The composition -> what students are told: what there is, where it opens, how to log in, what is kept, and saved.

- a block is told of if it runs or opens something; its text is that of its README up to the first heading, which is
  where it turns to authors
- with services there is how a session is saved and restored, and with a page that does that (`panel`), where that is
- the page to print has no text of blocks, but how they open
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from extensions.composition import Composition
from extensions.errors import BlocksError
from extensions.outputs import Facts
from extensions.text import HIDDEN

HEADING = re.compile(r"^#{2,} ", flags=re.MULTILINE)
TILE, NOTEBOOK = "its tile in the launcher", "a notebook, or a terminal"


@dataclass(frozen=True)
class Block:
    title: str
    summary: str
    where: str
    text: str


@dataclass(frozen=True)
class Guide:
    """`presentation` and `links` are empty where nothing is known of them; `links` is a Markdown table."""

    presentation: str
    blocks: tuple[Block, ...]
    links: str
    has_services: bool
    has_panel: bool
    is_kept: bool
    is_taken_away: bool


def check(name: str, answers: Mapping[str, Any]) -> None:
    """Raises `BlocksError` for a place that no page can name."""
    value = str(answers.get(name) or "")
    if name == "students_help" and (HIDDEN.search(value) or len(value) > 200):
        raise BlocksError("students_help: must be one line, of at most 200 characters")


def facts(composition: Composition) -> Facts:
    tiles = {each["component"] for each in composition.provided.get("web", ())}
    told = [one for one in composition.components if one.has_service or one.name in tiles]
    blocks = tuple(
        Block(
            one.title,
            one.summary,
            TILE if one.name in tiles else NOTEBOOK,
            HEADING.split(composition.readmes.get(one.name, ""), maxsplit=1)[0].strip(),
        )
        for one in told
    )
    links, entry = composition.facts("links").values, composition.facts("hub").values
    has_services = any(one.has_service for one in composition.components)
    return Facts(
        Guide(
            f"{entry.module} {entry.presentation}" if entry else "",
            blocks,
            links.table(links.first) if links and links.first else "",
            has_services,
            has_services and "panel" in composition.provided,
            composition.answers.get("keep_data") == "home",
            bool(composition.kept_by),
        )
    )
