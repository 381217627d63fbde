"""What a file looks like by its first bytes, and what to do about what the server's programs say."""

from __future__ import annotations

import re

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
BYTES = 4096


def looks_like(head: bytes) -> str:
    """Empty where nothing is recognised."""
    text = head[:BYTES].removeprefix(b"\xef\xbb\xbf")
    return next((what for what, pattern in LOOKS.items() if re.match(pattern, text)), "")


FOREIGN_ROLES = (
    "it names roles of another server: make the dump with pg_dump --no-owner --no-privileges, or take those lines out; "
    "a role that is meant is made in an earlier file, by CREATE ROLE"
)
REMEDIES = {
    r'role ".*" does not exist|must be (?:a )?member of role|must be able to SET ROLE': FOREIGN_ROLES,
    r"cannot (?:run|be executed) inside a transaction block": (
        "each .sql file is one transaction; what cannot be in one is a .sh file, such as: createdb other"
    ),
    r"unrecognized configuration parameter": "it was made for a newer PostgreSQL: take that line out",
    r"unsupported version \(": (
        "a newer pg_dump than this server's wrote it: make the dump as text, with "
        "pg_dump --format=plain --no-owner --no-privileges"
    ),
    r'invalid byte sequence for encoding "UTF8"': (
        "it is not UTF-8: save it as that, or have its first line say SET client_encoding = 'LATIN1';"
    ),
    r"extension \".*\" is not available|could not open extension control file": (
        "name the extension's package in binder/apt.txt, postgresql-..-NAME for most"
    ),
    r'database ".*" does not exist': (
        "everything is loaded into the course's database: take \\connect out, or make a .sh file of it"
    ),
    r"invalid command \\": "psql does not know that command: save it as plain SQL",
    r"permission denied|must be owner of|must be superuser": (
        "what needs a superuser comes behind a line SET ROLE NONE; and before one RESET ROLE;"
    ),
}


def remedy(said: str) -> str:
    """What to do about a message of psql or pg_restore; empty where nothing is known."""
    return next((text for pattern, text in REMEDIES.items() if re.search(pattern, said)), "")
