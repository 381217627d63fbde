"""An archive is written: a zip, in a folder of its own beside its place, and there under its name when it is whole.

- that folder, `.binder-save-...`, is locked as long as its writer lives; what a killed one left goes with the next
- it is on the disk before it has its name, and no file that is there is ever written over
- a file is read as far as it was long when it was opened; one that has gone, or is no plain file any more, is
  Unreadable, and nothing of it is written
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import stat
import tempfile
import time
import zipfile
from contextlib import contextmanager, suppress

from launch.files import listed, remove
from launch.words import Failure

from .manifest import MANIFEST, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

    from .manifest import Manifest

PART, CHUNK, LEVEL = ".binder-save-", 1 << 20, 3
BIG = 1 << 30


class Unreadable(Failure):
    """A file that is not what it was when it was found."""


class Archive:
    """What is written; `close` writes the manifest."""

    def __init__(self, path: str, manifest: Manifest) -> None:
        self.path, self.manifest = path, manifest
        self.file = open(path, "xb")  # noqa: SIM115 -- open as long as this is
        self.zip = zipfile.ZipFile(self.file, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL)

    def add(self, name: str, path: str) -> int:
        """One file; its size as it was written."""
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise Unreadable(f"{shown(path)} cannot be read: {error.strerror}") from None
        with open(handle, "rb") as source:
            told = os.fstat(handle)
            if not stat.S_ISREG(told.st_mode):
                raise Unreadable(f"{shown(path)} is no file any more")
            size, digest = self.copy(source, name, told.st_size)
        mode = stat.S_IMODE(told.st_mode) & 0o777
        self.manifest.entries[name] = {"size": size, "sha256": digest, "mode": mode}
        return size

    def copy(self, source: IO[bytes], name: str, limit: int) -> tuple[int, str]:
        digest, size = hashlib.sha256(), 0
        with self.zip.open(new_info(name), "w", force_zip64=limit > BIG) as target:
            while chunk := source.read(min(CHUNK, limit - size)):
                target.write(chunk)
                digest.update(chunk)
                size += len(chunk)
        return size, digest.hexdigest()

    def close(self) -> None:
        with self.zip.open(new_info(MANIFEST), "w") as target:
            target.write(json.dumps(self.manifest.values, indent=1).encode())
        self.zip.close()
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()

    def abandon(self) -> None:
        """Nothing more is written, at no time."""
        self.zip.fp = None
        with suppress(OSError):
            self.file.close()


def new_info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, time.localtime()[:6])
    info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, (stat.S_IFREG | 0o600) << 16
    return info


@contextmanager
def workshop(folder: str) -> Iterator[str]:
    """A folder beside the place of what is made, gone at the end."""
    for leaf in listed(folder):
        if leaf.startswith(PART):
            sweep(os.path.join(folder, leaf))
    place = tempfile.mkdtemp(prefix=PART, dir=folder)
    handle = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield place
    finally:
        with suppress(OSError):
            remove(place)
        os.close(handle)


def sweep(place: str) -> None:
    """Remove what somebody left who was killed."""
    with suppress(OSError):
        handle = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            remove(place)
        finally:
            os.close(handle)


def publish(path: str, target: str) -> None:
    """Give it its name, unless something has that."""
    try:
        os.link(path, target)
    except FileExistsError:
        raise Failure(f"{target} is there already: choose another name") from None
    except OSError as error:  # a file system without links
        if os.path.lexists(target) or error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        os.rename(path, target)
    handle = os.open(os.path.dirname(target), os.O_RDONLY)
    with suppress(OSError):
        os.fsync(handle)
    os.close(handle)
