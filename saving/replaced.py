"""New data is put into the place of the old, which is set aside: at each moment one of the two is whole and found.

- the old one has its format with it until the new one has proven itself: where the data is missing, the next start
  takes that back, as it does with what another image has set aside
- a folder of the image cannot be renamed: the old one is copied first, and `unfinished` is beside the data while
  that is removed, so that the next start does not open what is left of it
- in the end the old one is put away as a reset does, and never taken back by itself
"""

from __future__ import annotations

import os
from contextlib import suppress

from launch.aside import RESET, all_aside, label_of
from launch.data import UNFINISHED
from launch.files import remove, write
from launch.processes import tool

STAGE = ".restored"


def stage(data: str) -> str:
    """An empty folder beside the data, for what is to replace it."""
    folder = os.path.join(os.path.dirname(data), STAGE)
    remove(folder)
    os.mkdir(folder, 0o700)
    return folder


def unstage(data: str) -> None:
    for leaf in (STAGE, f"{STAGE}-old"):
        remove(os.path.join(os.path.dirname(data), leaf))


def place_of_old(data: str, data_format: str) -> str:
    """Where `replace` will put it."""
    return next_aside(data, label_of(data_format))


def replace(data: str, new: str, data_format: str) -> str:
    """Where the old data is."""
    place = os.path.dirname(data)
    old = place_of_old(data, data_format)
    write(f"{old}.format", data_format + "\n")
    sync(place)
    try:
        os.rename(data, old)
    except OSError:
        copy = os.path.join(place, f"{STAGE}-old")
        remove(copy)
        tool("cp", "--archive", "--no-target-directory", data, copy)
        tool("sync", "--file-system", copy)
        os.rename(copy, old)
        write(os.path.join(place, UNFINISHED), "")
        sync(place)
        remove(data)
    os.rename(new, data)
    with suppress(FileNotFoundError):
        os.unlink(os.path.join(place, UNFINISHED))
    sync(place)
    return old


def take_back_old(data: str, old: str) -> None:
    """The new data has not proven itself, or was not put into place."""
    if not os.path.isdir(old):  # the data was not touched yet, or its service's start took it back
        remove(f"{old}.format")
        return
    place = os.path.dirname(data)
    failed = os.path.join(place, f"{STAGE}-failed")
    remove(failed)
    try:
        os.rename(data, failed)
    except FileNotFoundError:
        pass
    except OSError:  # a folder of the image, whole or what is left of it
        write(os.path.join(place, UNFINISHED), "")
        remove(data)
    remove(os.path.join(place, UNFINISHED))
    os.rename(old, data)
    remove(f"{old}.format")
    remove(failed)


def put_away(data: str, old: str) -> str:
    """Where it stays, until somebody wants it."""
    target = next_aside(data, RESET)
    os.rename(old, target)
    remove(f"{old}.format")
    return target


def next_aside(data: str, label: str) -> str:
    numbers = [number for _, found, number in all_aside(data) if found == label]
    return f"{data}.{label}-{max([0, *numbers]) + 1}"


def sync(folder: str) -> None:
    handle = os.open(folder, os.O_RDONLY)
    with suppress(OSError):
        os.fsync(handle)
    os.close(handle)
