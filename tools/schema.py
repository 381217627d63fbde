"""Writes JSON schemas of component.yml and output.yml, for editors, from the keys of the reader.

    python tools/schema.py

An editor that knows YAML's language server takes one by a first line in the manifest:

    # yaml-language-server: $schema=../../docs/schema/component.json

What a schema cannot say (a name that there is not, a port of another) is the reader's and the contract's.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from extensions.catalogue import keys, units  # noqa: E402
from extensions.catalogue.companions import KINDS  # noqa: E402
from extensions.catalogue.units import Component, Output, Unit  # noqa: E402

FOLDER = ROOT / "docs/schema"
TEXT = {"type": "string", "pattern": r"\S"}
NUMBER = {"type": "integer", "minimum": 0}
VERSION = {"type": "integer", "minimum": 1}
PORT = {"type": "integer", "minimum": 1, "maximum": 65535}
SAFE = {"not": {"pattern": keys.UNSAFE.pattern}}
NAME, VARIABLE = (f"^(?:{pattern.pattern})$" for pattern in (keys.NAME, keys.VARIABLE))
# A value that a component provides: text, a number, or a mapping of them.
PROVIDED = {
    "anyOf": [
        {**TEXT, **SAFE},
        NUMBER,
        {"type": "object", "minProperties": 1, "additionalProperties": {"$ref": "#/definitions/provided"}},
    ]
}
# What the reader's check of a value takes, by the name of the check.
SHAPES: Mapping[str, Mapping[str, Any]] = {
    "_is_text": TEXT,
    "_is_flag": {"type": "boolean"},
    "_is_number": NUMBER,
    "_is_names": {"type": "array", "items": {"type": "string", "pattern": NAME}},
    "_is_category": {"enum": [*units.CATEGORIES]},
    "_is_kind": {"enum": [*KINDS]},
    "_is_java": {
        "type": "object",
        "minProperties": 1,
        "properties": dict.fromkeys(units.Java._fields, VERSION),
        "additionalProperties": False,
    },
    "_is_ports": {
        "type": "object",
        "additionalProperties": {
            "anyOf": [
                PORT,
                {
                    "type": "object",
                    "required": ["port"],
                    "properties": {"port": PORT, "reachable": {"type": "boolean"}},
                    "additionalProperties": False,
                },
            ]
        },
    },
    "_is_starts": {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"enum": sorted(keys.STARTS)},
        "additionalProperties": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "string", "pattern": f"^(?:{keys.COMMAND.pattern})$"},
        },
    },
    "_is_provides": {
        "type": "object",
        "propertyNames": {"pattern": NAME},
        "additionalProperties": {"$ref": "#/definitions/provided"},
    },
    "_is_env": {
        "type": "object",
        "propertyNames": {"pattern": VARIABLE},
        "additionalProperties": {"type": "string", **SAFE},
    },
    "_is_mapping": {"type": "object", "additionalProperties": {"type": "string"}},
    "_is_build": {
        "type": "object",
        "propertyNames": {"enum": sorted(keys.BUILD)},
        "additionalProperties": {"type": "string"},
    },
}
DESCRIBED = re.compile(r"^    ([a-z]+(?:, [a-z]+)*) {2,}(.*(?:\n {27,}\S.*)*)", flags=re.MULTILINE)


def descriptions(part: str) -> dict[str, str]:
    """Key -> its line in a part of the reader's docstring."""
    found: dict[str, str] = {}
    for match in DESCRIBED.finditer(part):
        found |= dict.fromkeys(match[1].split(", "), " ".join(match[2].split()))
    return found


def schema(kind: type[Unit]) -> dict[str, Any]:
    common, component, output = re.split(r"^Keys of .*$", keys.__doc__ or "", flags=re.MULTILINE)[1:]
    described = {**descriptions(common), **descriptions(component if kind is Component else output)}
    properties = {}
    for key, (check, wanted) in keys.KEYS[kind].items():
        if check.__name__ not in SHAPES:
            raise SystemExit(f"tools/schema.py: SHAPES has no {check.__name__}, the check of '{key}'; add it")
        told = described.get(key, "text")
        text = wanted if told == "text" else f"{told}; {wanted}"
        properties[key] = {"description": text, **SHAPES[check.__name__]}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": kind.MANIFEST,
        "type": "object",
        "required": [*keys.REQUIRED[kind]],
        "additionalProperties": False,
        "properties": properties,
        **({"definitions": {"provided": PROVIDED}} if kind is Component else {}),
    }


def pages() -> dict[str, str]:
    """File name in docs/schema -> its text."""
    made = {kind.MANIFEST.replace(".yml", ".json"): schema(kind) for kind in (Component, Output)}
    return {name: json.dumps(found, indent=2, ensure_ascii=False) + "\n" for name, found in made.items()}


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
