"""What is believed of an archive: nothing, until all of it has been read once; nothing has been touched by then.

- it is one zip of plain files, stored or deflated, each once, and they are those of its manifest, no more and no less
- each is as long as the manifest says, and has its checksum: of one that goes on, no more than that is read
- all together are at most LIMIT, and fit on the disk
- whatever is wrong, it is one line
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import zipfile
from contextlib import contextmanager

from launch.words import Failure

from .manifest import MANIFEST, MOST_ENTRIES, read_manifest, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

    from .manifest import Manifest

LIMIT, MOST_MANIFEST, MOST_DIRECTORY = 32 << 30, 64 << 20, 128 << 20
MARGIN = 64 << 20  # of a disk, that stays free
PIECE = 1 << 20
END, END64 = b"PK\5\6", b"PK\6\7"


class Verified:
    """An archive whose every byte was looked at."""

    def __init__(self, bundle: zipfile.ZipFile, manifest: Manifest) -> None:
        self.zip, self.manifest = bundle, manifest

    def extract(self, name: str, path: str) -> None:
        """Raises Failure where it is another one than it was."""
        entry = self.manifest.entries[name]
        with open(path, "xb") as target:
            read_entry(self.zip, self.manifest, name, target)
            target.truncate(entry["size"])
            os.fchmod(target.fileno(), entry["mode"] | 0o400)
            target.flush()
            os.fsync(target.fileno())


@contextmanager
def verified(path: str) -> Iterator[Verified]:
    with opened(path) as file:
        try:
            check_directory(file)
            bundle = zipfile.ZipFile(file)
            manifest = manifest_of(bundle)
            check_sizes(bundle, manifest)
            for name in manifest.entries:
                read_entry(bundle, manifest, name)
        except (Failure, MemoryError, OSError) as error:
            raise Failure(f"{shown(path)} is refused: {str(error) or 'it is too large'}") from None
        except Exception:  # zipfile and zlib raise what they like for bytes that make no sense
            raise Failure(f"{shown(path)} is refused: it is damaged, or no archive of binder/save") from None
        yield Verified(bundle, manifest)


@contextmanager
def opened(path: str) -> Iterator[IO[bytes]]:
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise Failure(f"{shown(path)} is no file")
        yield file


def check_directory(file: IO[bytes]) -> None:
    """Before zipfile makes an object of each line of it."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 98))
    end = file.read()
    if len(end) < 22 or end[-22:-18] != END:
        raise Failure("it is no archive of binder/save, or its end is missing")
    count, length = int.from_bytes(end[-12:-10], "little"), int.from_bytes(end[-10:-6], "little")
    if end[-42:-38] == END64:
        count, length = int.from_bytes(end[-66:-58], "little"), int.from_bytes(end[-58:-50], "little")
    if count > MOST_ENTRIES or length > MOST_DIRECTORY:
        raise Failure("it holds more than any session has")


def manifest_of(bundle: zipfile.ZipFile) -> Manifest:
    names = bundle.namelist()
    if len(names) > MOST_ENTRIES or len({*names}) != len(names):
        raise Failure("it holds a path twice")
    if MANIFEST not in names:
        raise Failure("it was not made by binder/save")
    for info in bundle.infolist():
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG) or info.flag_bits & 1 or info.orig_filename != info.filename:
            raise Failure(f"it holds what is no plain file: {shown(info.filename)}")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Failure(f"it holds what is packed in another way: {shown(info.filename)}")
    if bundle.getinfo(MANIFEST).file_size > MOST_MANIFEST:
        raise Failure("its manifest is larger than any session's")
    with bundle.open(MANIFEST) as file:
        text = file.read(MOST_MANIFEST + 1)
    if len(text) > MOST_MANIFEST:
        raise Failure("its manifest is larger than any session's")
    manifest = read_manifest(text)
    if more := {*names} - {*manifest.entries, MANIFEST}:
        raise Failure(f"it holds what its manifest does not name: {shown(min(more))}")
    if less := {*manifest.entries} - {*names}:
        raise Failure(f"it lacks {shown(min(less))}")
    return manifest


def check_sizes(bundle: zipfile.ZipFile, manifest: Manifest) -> None:
    for name, entry in manifest.entries.items():
        if bundle.getinfo(name).file_size != entry["size"]:
            raise Failure(f"{shown(name)} is longer or shorter than its manifest says")
    if manifest.size() > LIMIT:
        raise Failure(f"it holds {manifest.size() >> 30} GB, and {LIMIT >> 30} is the most")


def check_room(folder: str, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if size + MARGIN > free:
        raise Failure(f"{size >> 20} MB are needed in {folder}, and {free >> 20} are free: nothing is changed")


def read_entry(bundle: zipfile.ZipFile, manifest: Manifest, name: str, target: IO[bytes] | None = None) -> None:
    """Through it, or into a file, with holes for what is empty."""
    entry, digest, size = manifest.entries[name], hashlib.sha256(), 0
    with bundle.open(name) as source:
        while piece := source.read(PIECE):
            size += len(piece)
            if size > entry["size"]:
                break
            digest.update(piece)
            if target and not piece.strip(b"\0"):
                target.seek(len(piece), os.SEEK_CUR)
            elif target:
                target.write(piece)
    if size != entry["size"] or digest.hexdigest() != entry["sha256"]:
        raise Failure(f"{shown(name)} is damaged")
