"""A secret's value wherever it stands, however it is written: as it is, escaped for an address, JSON, HTML or a
shell, in base64 at each of its three offsets, in hexadecimal digits.

- a short one is sought as a word of its own, a very short one, a number or a word that names something here not at all:
  hidden under its name, it tells nothing, and what is left stays readable
- a word that the repository itself publishes is no secret elsewhere
"""

from __future__ import annotations

import base64
import html
import os
import re
from contextlib import suppress

from .names import HIDDEN, SAYS_NOTHING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONG, SHORT, MOST_VALUES = 8, 4, 200
PLAIN_WORD = re.compile(r"[A-Za-z][a-z]*")
ORDINARY = {
    *("admin", "administrator", "root", "user", "guest", "public", "test", "demo", "default", "localhost", "disabled"),
    *("password", "secret", "token", "changeme", "jupyter", "jovyan", "student", "learner", "postgres", "enabled"),
    *("basic", "bearer", "python", "python3", "binder", "course", "notebook", "unset", "undefined", "required"),
}
RUN = re.compile(r"[A-Za-z0-9]+")
SPECIAL = {"+": "(?:[+-]|%2[Bb])", "/": "(?:[/_]|%2[Ff])"}  # in base64, that of addresses included


def is_sought(value: str, known: set[str]) -> bool:
    """`known`: words that name something here, or that the repository publishes."""
    plain = value.strip()
    if len(plain) < SHORT or plain.lower() in SAYS_NOTHING or plain.lower() in ORDINARY:
        return False
    if plain.isdigit() and len(plain) < LONG:
        return False
    if plain in known and (PLAIN_WORD.fullmatch(plain) or len(plain) < SHORT + 1):
        return False
    with suppress(OSError, ValueError):
        return not (plain.startswith("/") and os.path.exists(plain))
    return True


def pattern_of(value: str) -> str:
    """As it is, or with its special characters escaped."""
    found = "".join(map(forms_of, re.split(r"(\s+)", value.strip())))
    return found if len(value.strip()) >= LONG else rf"(?<![A-Za-z0-9]){found}(?![A-Za-z0-9])"


def forms_of(part: str) -> str:
    if part.isspace():
        return r"(?:\s|\\+[nrt]|\+|%[02][0-9A-Fa-f]){1,9}"
    return "".join(map(form_of, part))


def form_of(character: str) -> str:
    if character.isalnum() and character.isascii():
        return character
    percent = "".join(f"%{byte:02x}" for byte in character.encode(errors="replace"))
    named = html.escape(character)
    forms = [
        rf"\\{{0,4}}{re.escape(character)}",
        f"(?i:{percent}|{percent.replace('%', '%25')})",
        rf"(?i:\\+u{ord(character):04x}|&#{ord(character)};|&#x{ord(character):x};)",
    ]
    if named != character:
        forms.append(re.escape(named))
    return f"(?:{'|'.join(forms)})"


def encoded(value: str) -> Iterator[tuple[str, str]]:
    """What of its base64 is there whatever stands before and behind it; its hexadecimal digits."""
    data = value.encode(errors="replace")
    for offset, first in enumerate((0, 2, 3)):
        text = base64.b64encode(b"\0" * offset + data).decode().rstrip("=")
        core = text[first : len(text) - (1 if (offset + len(data)) % 3 else 0)]
        if len(core) >= LONG - 1:
            form = "".join(SPECIAL.get(character, character) for character in core)
            yield needle_of(core), rf"{form}[\w+/-]{{0,4000}}={{0,2}}"
    if len(data) >= LONG - 2:
        for digits in (data.hex(), data.hex().upper()):
            yield digits, digits


def needle_of(value: str) -> str:
    """What is in each of its forms, and found fast."""
    return max(RUN.findall(value), key=len, default="")


def forms_to_hide(values: Iterable[str], known: set[str]) -> list[tuple[str, re.Pattern[str]]]:
    """For each form of each value what must be in a text, and what finds it there."""
    sought = {value.strip() for value in values if is_sought(value, known)}
    sought |= {line.strip() for value in sought for line in value.splitlines() if len(line.strip()) >= LONG}
    forms = []
    for value in sorted(sought, key=len, reverse=True)[:MOST_VALUES]:
        forms += [(needle_of(value), pattern_of(value)), *encoded(value)]
    return [(needle, re.compile(pattern)) for needle, pattern in forms]


def without_values(text: str, forms: list[tuple[str, re.Pattern[str]]]) -> str:
    for needle, pattern in forms:
        if needle in text:
            text = pattern.sub(HIDDEN, text)
    return text
