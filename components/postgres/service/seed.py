#!/usr/bin/env python3
"""Makes the course's role and database, then loads the author's files into it.

- Files of `binder/seed/postgres` are taken in the order of their names, as in the official image.
- `.sql`, `.sql.gz`: one transaction a file; the first error ends it.
- `.sh`: run by bash; `psql` and the other clients connect without further arguments.
- `.csv`, `.csv.gz`: UTF-8, commas, a header. A table of the file's name is made, with a column for each
  heading, of the narrowest type that holds every value: integer, bigint, numeric, boolean (true, false),
  date and timestamp (ISO 8601), else text. Numbers with leading zeros stay text; an empty field is NULL.
- Hidden files are skipped; any other file is named and ignored.
- The first file that fails ends the build with its name.
- What is made belongs to the course's role. A file that needs a superuser says `SET ROLE NONE;`.
"""

from __future__ import annotations

import csv
import gzip
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO


class SeedError(Exception):
    """What is wrong with a file, in one line."""


def is_packed(path: Path) -> bool:
    return path.suffix.lower() == ".gz"


def unpacked_name(path: Path) -> Path:
    return Path(path.stem if is_packed(path) else path.name)


def kind(path: Path) -> str:
    """`sql`, `csv`, `sh`, or nothing for a file that is none of these."""
    suffix = unpacked_name(path).suffix.lower()
    known = (".sql", ".csv") if is_packed(path) else (".sql", ".csv", ".sh")
    return suffix[1:] if path.is_file() and suffix in known else ""


@contextmanager
def content(path: Path) -> Iterator[IO[bytes]]:
    """The file, unpacked, as something that a child process can read."""
    if not is_packed(path):
        with path.open("rb") as plain:
            yield plain
        return
    with gzip.open(path) as packed, tempfile.TemporaryFile(dir=os.environ["SERVICE_RUN"]) as plain:
        shutil.copyfileobj(packed, plain)
        plain.seek(0)
        yield plain


def header(data: IO[bytes]) -> list[str]:
    """The headings; whoever reads the file next begins at its beginning."""
    columns = next(csv.reader(line.decode("utf-8-sig") for line in data), [])
    os.lseek(data.fileno(), 0, os.SEEK_SET)  # data.seek moves within its own buffer, a child process has none
    if not any(columns):
        raise SeedError("its first line must name the columns")
    return columns


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def csv_arguments(name: str, columns: list[str]) -> list[str]:
    """What makes psql create the table, fill it from standard input and give its columns their types."""
    table = quoted(name)
    definition = ", ".join(f"{quoted(column)} text" for column in columns)
    return [
        f"--set=table={table}",
        f"--command=CREATE TABLE {table} ({definition})",
        f"--command=\\copy {table} FROM pstdin WITH (FORMAT csv, HEADER)",
        f"--file={Path(__file__).with_name('csv.sql')}",
    ]


def run(command: list[str], data: IO[bytes] | int, env: Mapping[str, str], cwd: Path) -> None:
    if subprocess.run(command, stdin=data, stdout=subprocess.DEVNULL, env=env, cwd=cwd, check=False).returncode:
        raise SeedError("failed, see the message above")


PSQL = ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]


def load(path: Path, env: Mapping[str, str]) -> None:
    if kind(path) == "sh":
        run(["bash", str(path)], subprocess.DEVNULL, env, path.parent)
        return
    with content(path) as data:
        is_csv = kind(path) == "csv"
        how = csv_arguments(unpacked_name(path).stem, header(data)) if is_csv else ["--file=-"]
        run([*PSQL, "--single-transaction", *how], data, env, path.parent)


def environment() -> dict[str, str]:
    """Over the socket as the superuser in the course's role; the server's own programs first on PATH."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    role = os.environ["POSTGRES_USER"].replace("\\", "\\\\").replace(" ", "\\ ")
    return {
        **os.environ,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PGHOST": os.environ["SERVICE_RUN"],
        "PGUSER": "postgres",
        "PGOPTIONS": f"-c role={role}",
        "PGCLIENTENCODING": "UTF8",
    }


def set_up(script: Path, env: Mapping[str, str]) -> None:
    variables = [f"--set={name}={env['POSTGRES_' + name.upper()]}" for name in ("db", "user", "password")]
    as_superuser = {**env, "PGDATABASE": "postgres", "PGOPTIONS": ""}
    run([*PSQL, *variables, f"--file={script}"], subprocess.DEVNULL, as_superuser, script.parent)


def main() -> int:
    path = Path(__file__).with_name("setup.sql")
    try:
        env = environment()
        set_up(path, env)
        for path in sorted(Path(os.environ["SERVICE_SEED"]).glob("[!.]*")):
            if kind(path):
                print(f"postgres: loading {path}", flush=True)
                load(path, env)
            else:
                print(f"postgres: {path}: ignored, not .sql, .sql.gz, .csv, .csv.gz or .sh", flush=True)
    except (SeedError, OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        print(f"postgres: {path}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
