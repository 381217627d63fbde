"""What pg_dump wrote as text, for a database of another name and other roles.

    for_here(lines, settings, left) -> lines

- left out, and counted in `left`: owners, privileges, databases (CREATE, ALTER, \\connect), settings that this
  server does not know, tablespaces, comments on extensions
- an extension is made by the superuser, whatever role is set; the schema `public` may be there already, and what
  --clean drops need not be
- nothing else is changed: what stands in a quoted text, in the body of a function or among the rows of a COPY is theirs
- lines are bytes, in the encoding that the dump itself sets
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator

MARK = b"-- PostgreSQL database dump"
CLUSTER = b"-- PostgreSQL database cluster dump"

ROLE = rb"""(?:"(?:[^"]|"")*"|[^\s";]+)"""
LEFT_OUT = {
    "owners": re.compile(rb"ALTER .*\bOWNER TO " + ROLE + rb";\s*$|SET SESSION AUTHORIZATION "),
    "privileges": re.compile(rb"(?:GRANT|REVOKE|ALTER DEFAULT PRIVILEGES) "),
    "databases": re.compile(
        rb"(?:(?:CREATE|DROP|ALTER) DATABASE|COMMENT ON DATABASE|ALTER ROLE .* IN DATABASE) |\\c(?:onnect)? "
    ),
    "comments on extensions": re.compile(rb"COMMENT ON EXTENSION "),
    "tablespaces": re.compile(rb"SET default_tablespace = (?!'')"),
    # newer programs guard their text, which older ones do not know; what --clean drops is not there, plpgsql is
    "": re.compile(
        rb"\\(?:un)?restrict |SELECT pg_catalog\.lo_unlink\('|CREATE (?:OR REPLACE )?(?:PROCEDURAL )?LANGUAGE plpgsql;"
    ),
}
SETTING = re.compile(rb"SET ([a-z_]+) = ")
EXTENSION = re.compile(rb"CREATE EXTENSION ")
FORGIVING = (
    (re.compile(rb"CREATE SCHEMA (?=public;)"), rb"CREATE SCHEMA IF NOT EXISTS "),
    (re.compile(rb"DROP ((?:[A-Z]+ )+)(?<!IF EXISTS )(?=[^A-Z])"), rb"DROP \1IF EXISTS "),
    (
        re.compile(rb"ALTER TABLE (?!IF EXISTS )(?=.* DROP (?:CONSTRAINT|DEFAULT|IDENTITY|NOT NULL)\b)"),
        rb"ALTER TABLE IF EXISTS ",
    ),
)
COPY = re.compile(rb"COPY .* FROM stdin;\s*$")
SIGN = re.compile(
    rb"""--|/\*|(?<![\w$\x80-\xff])(?:[eE]'|\$(?:[A-Za-z_\x80-\xff][\w\x80-\xff]*)?\$)|['";]""",
)
CLOSING = {
    b"'": re.compile(rb"(?:[^']|'')*'(?!')", re.DOTALL),
    b"e'": re.compile(rb"(?:[^'\\]|''|\\.)*'(?!')", re.DOTALL),
    b'"': re.compile(rb'[^"]*"'),
    b"/*": re.compile(rb".*?\*/", re.DOTALL),
}
Closing = re.Pattern[bytes]


def for_here(lines: Iterable[bytes], settings: Container[bytes], left: Counter[str]) -> Iterator[bytes]:
    closing: Closing | None = None
    opened = skipped = copying = special = False
    for line in lines:
        if copying:
            copying = line.rstrip(b"\r\n") != rb"\."
            yield line
            continue
        if not (opened or closing):
            what = unwanted(line, settings)
            skipped = what is not None
            if what:
                left[what] += 1
            if line.startswith(b"\\"):
                if not skipped:
                    yield line
                continue
            special = bool(EXTENSION.match(line))
            if special:
                yield b"SET ROLE NONE;\n"
            for pattern, forgiving in FORGIVING:
                if match := pattern.match(line):
                    line = match.expand(forgiving) + line[match.end() :]
            copying = bool(COPY.match(line))
        closing, opened = follow(line, closing, opened)
        if not skipped:
            yield line
        if special and not opened:
            special = False
            yield b"RESET ROLE;\n"


def unwanted(line: bytes, settings: Container[bytes]) -> str | None:
    """What a statement that begins with this line is; None where it is to stay."""
    for what, pattern in LEFT_OUT.items():
        if pattern.match(line):
            return what
    setting = SETTING.match(line)
    return f"settings ({setting[1].decode()})" if setting and setting[1] not in settings else None


def follow(line: bytes, closing: Closing | None, opened: bool) -> tuple[Closing | None, bool]:
    """What closes the text that is open behind this line, and whether a statement is."""
    position = 0
    while True:
        if closing:
            end = closing.match(line, position)
            if not end:
                return closing, opened
            closing, position = None, end.end()
        sign = SIGN.search(line, position)
        opened = opened or bool(line[position : sign.start() if sign else None].strip())
        if not sign or sign[0] == b"--":
            return None, opened
        position = sign.end()
        if sign[0] == b";":
            opened = False
        else:
            opened = opened or sign[0] != b"/*"
            closing = CLOSING.get(sign[0].lower()) or re.compile(rb".*?" + re.escape(sign[0]), re.DOTALL)
