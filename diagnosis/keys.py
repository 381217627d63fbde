"""Blocks of private keys, whole or with one end cut off, in lines or with their ends of lines written out."""

from __future__ import annotations

import re

from .names import HIDDEN

BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----")
END_OF_BLOCK = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----")
BODY = re.compile(r"(?:[\s\\|>\"',]{0,9}n?[A-Za-z0-9+/=]{16,2000})+")
LINE_OF_KEY = re.compile(r"[\s>|\"',]{0,40}[A-Za-z0-9+/=]{4,2000}[\s\\n\"',]{0,9}$")
LONGEST_KEY = 20_000


def without_keys(text: str) -> str:
    if "PRIVATE KEY" not in text:
        return text
    return without_tails(without_blocks(text))


def without_blocks(text: str) -> str:
    parts, at = [], 0
    while begin := BEGIN.search(text, at):
        parts += [text[at : begin.start()], f"-----BEGIN PRIVATE KEY----- {HIDDEN}"]
        end = END_OF_BLOCK.search(text, begin.end(), begin.end() + LONGEST_KEY)
        body = BODY.match(text, begin.end())
        at = end.end() if end else body.end() if body else begin.end()
    return "".join([*parts, text[at:]])


def without_tails(text: str) -> str:
    """A block whose beginning is missing."""
    lines: list[str] = []
    for line in text.split("\n"):
        if end := END_OF_BLOCK.search(line):
            while lines and LINE_OF_KEY.match(lines[-1]):
                lines.pop()
            line = f"{HIDDEN} -----END PRIVATE KEY-----{line[end.end() :]}"
        lines.append(line)
    return "\n".join(lines)
