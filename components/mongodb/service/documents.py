"""The documents of a JSON file: an array, or one after the other, over lines as they like; extended JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import bson
from bson import json_util

Document = dict[str, Any]


class SeedError(ValueError):
    """What is wrong with a file, in one line."""


def documents(text: str) -> Iterator[Document]:
    """The documents of a JSON file; raises `SeedError` with the line of a mistake."""
    decoder = json.JSONDecoder(object_pairs_hook=json_util.object_pairs_hook)
    position = skip_space(text, 0)
    while position < len(text):
        try:
            value, end = decoder.raw_decode(text, position)
        except (ValueError, TypeError, bson.errors.BSONError) as error:
            began = "" if position else f"; the file begins with {text[:30]!r}"
            raise SeedError(f"line {line(text, position)}: {error}{began}") from error
        for item in value if isinstance(value, list) else [value]:
            if not isinstance(item, dict):
                raise SeedError(f"line {line(text, position)}: a document was expected, {{...}}, not {item!r}")
            yield item
        position = skip_comma(text, end)


def skip_space(text: str, position: int) -> int:
    while text[position : position + 1].isspace():
        position += 1
    return position


def skip_comma(text: str, position: int) -> int:
    """Some programs write one between documents, with no brackets around all of them."""
    position = skip_space(text, position)
    return skip_space(text, position + 1) if text[position : position + 1] == "," else position


def line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
