"""What a file among the seeds is: by its content where that says so, else by its name.

- an archive of pg_dump (custom, tar, or a folder) is one whatever its name; so is pg_dump's text
- a file called as a dump that is none is SQL where it is text
"""

from __future__ import annotations

import tarfile
from pathlib import Path

from dumps import CLUSTER, MARK

from seeding import head_of

SQL, TABLE, SCRIPT, ARCHIVE, NO_DUMP = "sql", "table", "script", "archive", "no dump"
BY_NAME = {
    **dict.fromkeys((".sql", ".psql", ".pgsql"), SQL),
    **dict.fromkeys((".csv", ".tsv"), TABLE),
    **dict.fromkeys((".dump", ".backup", ".bak", ".dmp", ".pgdump", ".tar"), NO_DUMP),
}


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
