"""What Copier's migrations run: the engine in a process of its own, in the repository that is updated.

    python CATALOGUE/extensions migrate ANSWERS_FILE [ADOPT]    before the new version is rendered
    python CATALOGUE/extensions settle ANSWERS_FILE REPORT      after Copier's merge

- REPORT is what git calls the new report.json, which Copier may have merged with the old one
- what was done is said on standard error, an error is one line there, and exit code 1
- modules are imported from the catalogue and from where Copier's are, never from the repository, whatever its files are
  called; Python's own -I does that, too, but does not find a Copier that is installed for one user alone
"""

from __future__ import annotations

import os
import sys

CATALOGUE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
HIDDEN = (os.getcwd(), os.path.join(CATALOGUE, "extensions"))
if __name__ == "__main__":
    sys.path[:] = [CATALOGUE, *(path for path in sys.path if os.path.realpath(path) not in HIDDEN)]

import argparse  # noqa: E402
import functools  # noqa: E402
from collections.abc import Iterator, Sequence  # noqa: E402
from pathlib import Path  # noqa: E402

import yaml  # noqa: E402

from extensions import loading  # noqa: E402

if __name__ == "__main__":  # so that only what the verb needs is compiled
    loading.load_as("extensions", Path(CATALOGUE, "extensions"))

from extensions import git, rendering  # noqa: E402
from extensions.answers import questions  # noqa: E402
from extensions.catalogue import manifest, units  # noqa: E402
from extensions.errors import BlocksError  # noqa: E402
from extensions.fitting import fitted  # noqa: E402
from extensions.update import migrate, renew, settle  # noqa: E402


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="extensions", description="What Copier's migrations run.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    migration = verbs.add_parser("migrate", help="take over the answers and files of an older version")
    migration.add_argument("answers_file")
    migration.add_argument("adopt", nargs="?", default="[]", help="the answer of that name, as YAML")
    settling = verbs.add_parser("settle", help="finish the merge of an update")
    settling.add_argument("answers_file")
    settling.add_argument("report")
    try:
        for line in done(parser.parse_args(words)):
            print(fitted(line.encode(errors="backslashreplace").decode()), file=sys.stderr)
    except BlocksError as error:
        print(fitted(str(error)), file=sys.stderr)
        return 1
    return 0


def done(options: argparse.Namespace) -> Iterator[str]:
    """What the verb does, step by step."""
    catalogue = manifest.read_catalogue(Path(CATALOGUE))
    if options.verb == "migrate":
        adopt = questions.names("adopt", yaml.safe_load(options.adopt))
        compose = functools.partial(rendering.composed, catalogue)
        renewing = functools.partial(renew.renewed, Path(), asked=adopt, compose=compose)
        return migrate.migrate(Path(), options.answers_file, catalogue, renewing)
    report = git.read(Path(), options.report)
    return settle.settle(Path(), units.current_names(catalogue.components), report, options.answers_file)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
