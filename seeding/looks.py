"""What a file looks like by its first bytes, for a message about one that is not what its name says."""

from __future__ import annotations

import re
from pathlib import Path

LOOKS = {
    "a pointer of Git LFS, not the file itself": rb"version https://git-lfs\.github\.com/",
    "an Excel workbook (save its sheets as CSV), or another zip archive": rb"PK\x03\x04",
    "an old Excel workbook (save its sheets as CSV)": rb"\xd0\xcf\x11\xe0",
    "a database of SQLite": rb"SQLite format 3\0",
    "a Parquet file": rb"PAR1",
    "an Arrow or Feather file": rb"ARROW1|FEA1",
    "an HDF5 file": rb"\x89HDF",
    "data of R": rb"RD[AX]\d\n|X\n\0",
    "data of SPSS": rb"\$FL[23]@",
    "data of Stata": rb"<stata_dta>",
    "a PDF file": rb"%PDF-",
    "packed with gzip": rb"\x1f\x8b",
    "packed with bzip2": rb"BZh",
    "packed with xz": rb"\xfd7zXZ",
    "packed with zstd": rb"\x28\xb5\x2f\xfd",
    "a 7-Zip archive": rb"7z\xbc\xaf",
    "an archive of pg_dump": rb"PGDMP",
    "a tar archive (unpack it)": rb"[\s\S]{257}ustar",
    "a web page": rb"(?i)\s*(?:<!--[\s\S]*?-->\s*)?<(?:!doctype html|html|head|body)\b",
    "XML": rb"\s*<\?xml|\s*<[A-Za-z][\w:.-]*(?:\s[^>]*)?>",
    "JSON": rb"\s*(?:\[\s*[\[{\"\]\d]|\{\s*[\"}])",
    "a dump of MySQL or MariaDB": rb"[\s\S]{0,200}?-- (?:MySQL|MariaDB) dump|-- phpMyAdmin",
    "a dump of SQLite": rb"PRAGMA foreign_keys",
    "a script for Microsoft SQL Server": rb"(?i)\s*USE \[|SET ANSI_NULLS",
}
HEAD_BYTES = 4096


def looks_like(head: bytes) -> str:
    """Empty where nothing is recognised."""
    text = head[:HEAD_BYTES].removeprefix(b"\xef\xbb\xbf")
    return next((what for what, pattern in LOOKS.items() if re.match(pattern, text)), "")


def head_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)
