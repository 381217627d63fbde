"""Texts of unknown origin.

- a file is read if it is one: no link, no pipe, no device
- of a long one the beginning and the end are read, in whole lines, with a mark between them
- control characters, which a terminal would obey, are left out
"""

from __future__ import annotations

import os
import re
import stat

READ_BYTES = 1_000_000
SHARE_OF_HEAD = 4  # a quarter: why it began badly; the rest: how it ended
CONTROLS = re.compile(
    r"\x1b\[[0-9;?]{0,20}[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
LEFT_OUT = "[... {} left out here ...]"


def plain(text: str) -> str:
    return CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def text_of(path: str, limit: int = READ_BYTES) -> str:
    """What is in a file; raises OSError where it is none."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(0, "it is no file")
        if status.st_size <= limit:
            return plain(file.read(limit).decode(errors="replace"))
        head = file.read(limit // SHARE_OF_HEAD)
        file.seek(status.st_size - (limit - len(head)))
        tail = file.read(limit)
    gap = status.st_size - len(head) - len(tail)
    first = head.decode(errors="replace").rpartition("\n")[0]
    last = tail.decode(errors="replace").partition("\n")[2]
    return plain(f"{first}\n{LEFT_OUT.format(amount(gap))}\n{last}")


def known_text(path: str, limit: int = READ_BYTES) -> str:
    """The same, empty where there is none."""
    try:
        return text_of(path, limit).strip()
    except OSError:
        return ""


def cut(text: str, limit: int) -> str:
    """So many characters of a text, without its middle."""
    if len(text) <= limit:
        return text
    head, tail = text[: limit // SHARE_OF_HEAD], text[len(text) - (limit - limit // SHARE_OF_HEAD) :]
    first, last = head.rpartition("\n")[0], tail.partition("\n")[2]
    return f"{first}\n{LEFT_OUT.format(amount(len(text) - len(first) - len(last)))}\n{last}"


def amount(size: float) -> str:
    """Bytes as people say them."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def in_one_line(text: str, limit: int = 300) -> str:
    line = " ".join(plain(text).split())
    return line if len(line) <= limit else f"{line[: limit - 3]}..."


def names_in(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []
