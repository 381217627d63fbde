"""What to do about what the server's programs say."""

from __future__ import annotations

import re

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
