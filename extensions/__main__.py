"""What Copier's migrations run: the engine in a process of its own, in the repository that is updated.

    python CATALOGUE/extensions migrate ANSWERS_FILE    before the new version is rendered
    python CATALOGUE/extensions settle                  after Copier's merge

What was done is said on standard error. Nothing in the repository is imported, whatever its files are called.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

CATALOGUE = Path(__file__).resolve().parents[1]


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="extensions", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("migrate", help="take over the answers and files of an older version").add_argument("answers_file")
    verbs.add_parser("settle", help="finish the merge of an update")
    options = parser.parse_args(words)
    from extensions.errors import BlocksError

    try:
        for line in _done(options):
            print(line.encode(errors="backslashreplace").decode(), file=sys.stderr)
    except BlocksError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _done(options: argparse.Namespace) -> Iterator[str]:
    from extensions.catalogue import manifest
    from extensions.update import migrate, settle

    catalogue = manifest.read_catalogue(CATALOGUE)
    if options.verb == "migrate":
        return migrate.migrate(Path(), options.answers_file, catalogue)
    return settle.settle(Path(), manifest.current_names(catalogue.components))


def _isolate() -> None:
    """Import from the catalogue first, then from where Copier itself is, and not from the repository.

    Python's -I would do the latter, but would not find a Copier that is installed for one user alone.
    """
    hidden = {Path.cwd(), CATALOGUE / "extensions"}
    sys.path[:] = [str(CATALOGUE), *(path for path in sys.path if Path(path).resolve() not in hidden)]


if __name__ == "__main__":
    _isolate()
    sys.exit(main(sys.argv[1:]))
