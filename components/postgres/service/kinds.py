"""What a file among the seeds is: by its content where that says so, else by its name.

- an archive of pg_dump (custom, tar, or a folder) is one whatever its name; so is pg_dump's text
- a file called as a dump that is none is SQL where it is text
- what is packed is packed by its content: gzip, bzip2, xz, and a zip archive of one file
- what is UTF-16, as Windows shells write it, is made UTF-8
"""

from __future__ import annotations

import importlib
import os
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dumps import CLUSTER, MARK

SQL, TABLE, SCRIPT, ARCHIVE, NO_DUMP = "sql", "table", "script", "archive", "no dump"
BY_NAME = {
    **dict.fromkeys((".sql", ".psql", ".pgsql"), SQL),
    **dict.fromkeys((".csv", ".tsv"), TABLE),
    **dict.fromkeys((".dump", ".backup", ".bak", ".dmp", ".pgdump", ".tar"), NO_DUMP),
}
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
PACKERS = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\xfd7zXZ": "lzma"}
PACKED = (".gz", ".bz2", ".xz", ".zip")


def head_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4096)


@contextmanager
def unpacked(path: Path) -> Iterator[tuple[Path, Path]]:
    """The file as it is when unpacked, and the name that it has then; raises OSError where it cannot be unpacked."""
    if path.is_dir():
        yield path, path
        return
    with tempfile.TemporaryDirectory(dir=os.environ.get("SERVICE_RUN")) as folder:
        try:
            plain, name = unpack(path, Path(folder) / "plain")
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


def unpack(path: Path, plain: Path) -> tuple[Path, Path]:
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
    return plain, name if kind(plain, name) else Path(members[0].filename)


def kind(path: Path, name: Path) -> str:
    """Of a file that is unpacked: what to do with it, nothing for one that is not ours."""
    if path.is_dir():
        return ARCHIVE if any((path / leaf).is_file() for leaf in ("toc.dat", "toc.dat.gz")) else ""
    head, suffix = head_of(path), name.suffix.lower()
    if head.startswith(b"PGDMP") or is_tar_of_pg_dump(path):
        return ARCHIVE
    if suffix == ".sh":
        return SCRIPT
    named = BY_NAME.get(suffix, "")
    if named == NO_DUMP and head and b"\0" not in head and suffix != ".tar":
        return SQL
    return named or (SQL if MARK in head or CLUSTER in head else "")


def is_tar_of_pg_dump(path: Path) -> bool:
    if head_of(path)[257:262] != b"ustar":
        return False
    try:
        with tarfile.open(path) as archive:
            first = archive.next()
            return first is not None and first.name == "toc.dat"
    except tarfile.TarError:
        return False
