"""Load one of an author's files into a database, whichever SQLAlchemy and COMMAND know.

    seeding.py FILE URL COMMAND...

- `.csv`, `.tsv`: a table of the file's name is made in the database at URL
- `.sql`: COMMAND reads it
- both may be packed with gzip, bzip2, xz, or alone in a zip archive
- any other file is not ours: exit 3; one that is not what its name says is an error, with what it looks like
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from .columns import fill_table
from .looks import head_of, looks_like
from .packed import unpacked
from .tables import TableError

NOT_MINE = 3
TABLES, SCRIPTS = (".csv", ".tsv"), (".sql",)
# Dumps are what they look like, in a database of their own kind.
OWN = {"mysql": "a dump of MySQL or MariaDB", "sqlite": "a dump of SQLite"}


def tell(path: Path, text: str, is_error: bool = False) -> None:
    print(f"{os.environ.get('SERVICE', 'seeding')}: {path}: {text}", file=sys.stderr if is_error else sys.stdout)


def is_ours(_: Path, name: Path) -> bool:
    return name.suffix.lower() in (*TABLES, *SCRIPTS)


def run_script(path: Path, command: list[str], looks: str) -> None:
    """Raises `TableError` where the command fails."""
    with path.open("rb") as file:
        if file.read(3) != b"\xef\xbb\xbf":
            file.seek(0)
        os.lseek(file.fileno(), file.tell(), os.SEEK_SET)
        if subprocess.run(command, stdin=file, check=False).returncode:
            raise TableError("failed, see the message above" + (f"; it looks like {looks}" if looks else ""))


def load_file(path: Path, url: str, command: list[str]) -> bool:
    """Whether it is of our kinds; raises `TableError` or `OSError` where it cannot be loaded."""
    with unpacked(path, is_ours) as (plain, name):
        if not plain.is_file() or not is_ours(plain, name):
            return False
        head = head_of(plain)
        is_table, looks = name.suffix.lower() in TABLES, looks_like(head)
        if (looks and is_table) or b"\0" in head:
            raise TableError(f"is no {'table' if is_table else 'SQL'}: it looks like {looks or 'no text'}")
        if is_table:
            for note in fill_table(url, name.stem, plain):
                tell(path, note)
        else:
            run_script(plain, command, "" if looks == OWN.get(url.partition("+")[0].partition(":")[0]) else looks)
        return True


def main(path: Path, url: str, *command: str) -> int:
    try:
        return 0 if load_file(path, url, [*command]) else NOT_MINE
    except (TableError, OSError, UnicodeError) as error:
        tell(path, str(error), is_error=True)
        return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
