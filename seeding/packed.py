"""A file as it is when unpacked.

- what is packed is packed by its content: gzip, bzip2, xz, and a zip archive of one file
- what is UTF-16, as Windows shells write it, is made UTF-8
"""

from __future__ import annotations

import importlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .looks import head_of

# Whether a file, unpacked, is of the loader's kinds by this name.
Known = Callable[[Path, Path], object]
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
PACKERS = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\xfd7zXZ": "lzma"}
PACKED = (".gz", ".bz2", ".xz", ".zip")


@contextmanager
def unpacked(path: Path, is_known: Known) -> Iterator[tuple[Path, Path]]:
    """The file as it is when unpacked, and the name that it has then; raises OSError where it cannot be unpacked."""
    if path.is_dir():
        yield path, path
        return
    with tempfile.TemporaryDirectory(dir=os.environ.get("SERVICE_RUN")) as folder:
        try:
            plain, name = unpack(path, Path(folder) / "plain", is_known)
        except Exception as error:  # each of the packers has errors of its own
            raise OSError(f"cannot be unpacked: {error}") from error
        if head_of(plain).startswith(UTF_16):
            recoded = Path(folder) / "recoded"
            with (
                plain.open(encoding="utf-16", newline="") as text,
                recoded.open("w", encoding="utf-8", newline="") as file,
            ):
                shutil.copyfileobj(text, file)
            plain = recoded
        yield plain, name


def unpack(path: Path, plain: Path, is_known: Known) -> tuple[Path, Path]:
    head = head_of(path)
    packer = next((name for magic, name in PACKERS.items() if head.startswith(magic)), "")
    name = Path(path.stem if path.suffix.lower() in PACKED else path.name)
    if packer:
        with importlib.import_module(packer).open(path) as packed, plain.open("wb") as file:
            shutil.copyfileobj(packed, file)
        return plain, name
    if not head.startswith(b"PK\x03\x04") or not zipfile.is_zipfile(path):
        return path, name
    with zipfile.ZipFile(path) as archive:
        members = [one for one in archive.infolist() if not one.is_dir() and "__MACOSX" not in one.filename]
        if len(members) != 1:
            return path, Path(path.name)
        with archive.open(members[0]) as packed, plain.open("wb") as file:
            shutil.copyfileobj(packed, file)
    return plain, name if is_known(plain, name) else Path(members[0].filename)
