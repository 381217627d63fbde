"""A file or folder that cannot be read is empty; a file that is written is there whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress

from .words import say


def read(path: str) -> str:
    try:
        with open(path, errors="replace") as file:
            return file.read().strip()
    except OSError:
        return ""


def write(path: str, text: str) -> None:
    with open(path + ".new", "w") as file:
        file.write(text)
    os.replace(path + ".new", path)


def remove(path: str) -> None:
    if os.path.islink(path) or not os.path.isdir(path):
        with suppress(FileNotFoundError):
            os.unlink(path)
    elif not os.listdir(path):
        os.rmdir(path)
    else:
        import shutil

        shutil.rmtree(path)


def listed(folder: str) -> list[str]:
    """The names in a folder; it is said where that cannot be read."""
    try:
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        say(f"{folder} cannot be read ({error.strerror}); what is in it is passed over")
        return []


def own(path: str) -> bool:
    """Whether it is a directory that is ours and writable."""
    return os.path.isdir(path) and os.stat(path).st_uid == os.geteuid() and os.access(path, os.W_OK | os.X_OK)
