"""Texts and nodes as YAML on one line.

- a text is plain where YAML reads the same text back, else single-quoted, and double-quoted where it is not printable
- a node of an unknown key is written in YAML's flow style, so that its layout cannot break the merged file
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

import yaml

from ..yaml_files import Loader
from .yaml_nodes import STANDARD, pairs

PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*(?:[=<>!~]+[0-9][0-9A-Za-z_.*+]*(?:,[=<>!~]+[0-9][0-9A-Za-z_.*+]*)*)?")
WORDS = frozenset(("null", "true", "false", "yes", "no", "on", "off"))
MOST_NODES = 1000  # of an unknown key; a few aliases can stand for millions
LONGEST_KEY = 1000  # YAML allows 1024 characters


@functools.lru_cache(maxsize=16384)
def scalar(text: str) -> str:
    """The text as an item of a list or a key."""
    if PLAIN.fullmatch(text) and text.lower() not in WORDS:
        return text
    plain = re.fullmatch(r"[A-Za-z0-9_.\-/][^#:{}\[\]\"'&*!|%@`]*", text) and not text.startswith("- ")
    if plain and text.isprintable() and text == text.strip() and _is_yaml(text, text):
        return text
    return quoted(text)


def _is_yaml(text: str, value: str | None = None) -> bool:
    """Whether YAML can read a plain scalar, as `value` if that is given."""
    try:
        return yaml.load(text, Loader=Loader) == value or value is None  # noqa: S506
    except (yaml.YAMLError, ValueError):
        return False


def quoted(text: str) -> str:
    """The text as a value that is a text whatever it says."""
    return "'" + text.replace("'", "''") + "'" if text.isprintable() else _double_quoted(text)


def _double_quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    if not escaped.isprintable():
        escaped = "".join(letter if letter.isprintable() else f"\\U{ord(letter):08x}" for letter in escaped)
    return f'"{escaped}"'


def is_too_long(key: str) -> bool:
    """Whether YAML might not read the key back."""
    return len(scalar(key)) > LONGEST_KEY


def flow(node: yaml.Node, depth: int = 8, nodes: Iterator[int] | None = None) -> str | None:
    """A node; None for what nests too deeply, is too much or has a tag of its own."""
    nodes = nodes or iter(range(MOST_NODES))
    if depth == 0 or next(nodes, None) is None:
        return None
    if isinstance(node, yaml.ScalarNode):
        plain = not node.style and re.fullmatch(r"(?!-+$)[\w.+-]*|~", node.value) and _is_yaml(node.value)
        standard = node.tag.startswith(STANDARD)
        return (node.value or "~" if plain else _double_quoted(node.value)) if standard else None
    if isinstance(node, yaml.MappingNode):
        written = [(flow(key, depth - 1, nodes), flow(value, depth - 1, nodes)) for key, value in pairs(node)]
        bad = any(
            key is None or value is None or len(key) > LONGEST_KEY or key[:1] in ("[", "{") for key, value in written
        )
        return None if bad else "{" + ", ".join(f"{key}: {value}" for key, value in written) + "}"
    items = [flow(item, depth - 1, nodes) for item in node.value]
    return None if None in items else "[" + ", ".join(map(str, items)) + "]"
