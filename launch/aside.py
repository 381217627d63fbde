"""Data that is not to be opened is set aside, as `data.LABEL-NUMBER`, and never deleted.

- LABEL is its format in letters that a name may have, the highest NUMBER the newest; `aside` is what a reset put away
- the format itself is in a file beside it, so that the newest of the format that is wanted can be taken back; what a
  reset put away never is
"""

from __future__ import annotations

import os
from contextlib import suppress

from .files import read, remove, write
from .processes import tool

RESET = "aside"


def label_of(data_format: str) -> str:
    return "".join(c if c.isalnum() or c in ".-" else "-" for c in data_format) or "unknown"


def set_aside(data: str, label: str, data_format: str | None = None) -> str:
    """Where it is now; with its format it may be taken back."""
    numbers = [number for _, found, number in all_aside(data) if found == label]
    target = f"{data}.{label}-{max([0, *numbers]) + 1}"
    move(data, target)
    if data_format is not None:
        with suppress(OSError):  # on a full disk its name has to do
            write(f"{target}.format", data_format + "\n")
    return target


def fitting(data: str, data_format: str) -> str:
    """The newest that was set aside and is of this format; empty if there is none."""
    found = [(number, path) for path, label, number in all_aside(data) if fits(path, label, data_format)]
    return max(found)[1] if found else ""


def fits(path: str, label: str, data_format: str) -> bool:
    if os.path.exists(f"{path}.format"):
        return read(f"{path}.format") == data_format
    return label == label_of(data_format) and label != RESET


def take_back(path: str, data: str) -> None:
    move(path, data)
    remove(f"{path}.format")


def all_aside(data: str) -> list[tuple[str, str, int]]:
    """Path, label and number of each."""
    folder, start = os.path.split(f"{data}.")
    found = []
    for name in os.listdir(folder):
        label, _, number = name[len(start) :].rpartition("-")
        path = os.path.join(folder, name)
        if name.startswith(start) and label and number.isdecimal() and os.path.isdir(path):
            found.append((path, label, int(number)))
    return found


def move(data: str, target: str) -> None:
    try:
        os.rename(data, target)
    except OSError:  # overlayfs cannot rename a directory of the image
        is_new = not os.path.lexists(target)
        try:
            tool("mv", "--no-target-directory", data, target)
        except OSError:
            if is_new and os.path.lexists(data):  # half of it may have been copied
                remove(target)
            raise
