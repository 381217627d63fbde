"""Bytes and slugs <-> text; the standard library alone, as `tools/link.py` needs nothing else.

- other people's bytes are UTF-8, or UTF-16 or UTF-32 where a byte order mark says so, as pip and YAML read them; what
  is neither is Windows-1252
- bytes of a unit's files are UTF-8
- what a terminal acts on or hides is refused in names (`HIDDEN`), and escaped where it is shown (`printable`)
"""

from __future__ import annotations

import codecs
import hashlib
import pkgutil
import re
import unicodedata
from pathlib import Path
from typing import Any

from .errors import BlocksError
from .shown import printable as printable

# UTF-32 first: in little-endian order its mark begins with UTF-16's.
MARKED = (
    *((codecs.BOM_UTF32_LE, "UTF-32"), (codecs.BOM_UTF32_BE, "UTF-32")),
    *((codecs.BOM_UTF16_LE, "UTF-16"), (codecs.BOM_UTF16_BE, "UTF-16")),
)
# Characters of no later Unicode among them, so that every Python refuses the same names.
HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def resource(module: str, name: str) -> str:
    """A file beside a module of the engine, by the module's loader, as its folder may be gone."""
    return (pkgutil.get_data(module.rpartition(".")[0], name) or b"").decode()


def decode(data: bytes) -> tuple[str, bool]:
    """The text, with LF line ends and no byte order mark, and whether it was UTF-8."""
    try:
        text, utf8 = data.decode("utf-8-sig"), True
    except UnicodeDecodeError:  # the other byte order marks are none of its characters
        text, utf8 = data.decode(encoding_of(data), errors="replace"), False
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text, utf8


def encoding_of(data: bytes) -> str:
    """`UTF-8` or what the file has to be read as."""
    for mark, encoding in MARKED:
        if data.startswith(mark):
            return encoding
    try:
        data.decode()
    except UnicodeDecodeError:
        return "Windows-1252"
    return "UTF-8"


def words(value: Any) -> list[Any]:
    """A list as it is, and anything else as a list of one: who has one thing to name needs no brackets."""
    if isinstance(value, (list, tuple)):
        return [*value]
    return [] if value in (None, "") else [value]


def read_text(path: Path, where: str) -> str:
    """The file's text, byte order mark dropped; raises `BlocksError` where it is not UTF-8."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BlocksError(f"{where}: not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except OSError as error:
        raise BlocksError(f"{where}: cannot be read: {error.strerror}") from error


def slug(name: str) -> str:
    """A course's name as a folder name: lower case ASCII letters, digits and hyphens; `course` where none is left.

    Kept data, volumes and images go by it. Where something is lost that tells courses apart, such as all letters of a
    Greek name or the plus of C++, some digits of the name's hash stand for it.
    """
    spelled = unicodedata.normalize("NFKD", name.casefold())
    plain = re.sub(r"[^a-z0-9]+", "-", "".join(filter(str.isascii, spelled))).strip("-") or "course"
    lost = any(unicodedata.category(character)[0] in "LNS" for character in spelled if not character.isascii())
    if lost or re.search(r"\w[+#]", spelled):
        return f"{plain}-{hashlib.sha256(spelled.encode(errors='backslashreplace')).hexdigest()[:6]}"
    return plain
