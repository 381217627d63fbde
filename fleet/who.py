#!/usr/bin/env python3
"""Which repository runs which release of the catalogue, and which components.

    python fleet/who.py [--json] [--component NAME ...] [--older-than VERSION] FILE...

FILE is an answers file (`.copier-answers.yml`); `-` reads their names from standard input, one a line. A repository is
called after the folder that the file is in, or, when the file has a name of its own (`owner/course.yml`), after the
file without its suffix.

Standard output is a table, repository, release, components and catalogue separated by tabs, or with --json an object a
line: the oldest release first, what is no release (a commit without a tag) before all, then by name. The components
are those that were asked for; what these bring along is not in the answers.

--component lists those that asked for one of the named components, --older-than those whose release is lower.
A file that cannot be read is named on standard error, the rest is listed all the same, and the exit status is 1; wrong
usage is 2. Needs PyYAML, which Copier brings along.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

ANSWERS = ".copier-answers.yml"
# A long number without a dot is a commit that happens to have no letter.
RELEASE = re.compile(r"v?(\d{1,6}(?:\.\d{1,9})*)(?:[._-]?(a|b|rc)\.?(\d{1,9})?)?(?:-(\d{1,9})-g[0-9a-f]+)?$")
FINAL = "z"  # after a, b and rc

Order = tuple[tuple[int, ...], str, int, int]


@dataclass(frozen=True)
class Repository:
    name: str
    release: str
    components: tuple[str, ...]
    catalogue: str

    def as_line(self) -> str:
        return "\t".join((self.name, self.release, ", ".join(self.components) or "-", self.catalogue))

    def as_json(self) -> str:
        values = {"repository": self.name, "release": self.release, "components": self.components}
        return json.dumps({**values, "catalogue": self.catalogue})


def order(release: str) -> Order | None:
    """What releases are compared by: the numbers, then a, b, rc and final, then the commits since the tag."""
    found = RELEASE.match(release)
    if not found or re.fullmatch("[0-9a-f]{7,40}", release):  # a hash may look like 12345a6
        return None
    numbers = [int(number) for number in found[1].split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()  # 1.0 is 1.0.0
    return tuple(numbers), found[2] or FINAL, int(found[3] or 0), int(found[4] or 0)


def repository_name(file: Path) -> str:
    if file.name != ANSWERS:
        return str(file.with_suffix(""))
    return str(file.parent) if file.parent.name else file.parent.resolve().name


def read(file: Path) -> Repository:
    """ValueError or OSError says why not."""
    try:
        answers = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ValueError("not valid YAML" + (f" in line {mark.line + 1}" if mark else "")) from None
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    if not isinstance(answers, dict) or "_commit" not in answers:
        raise ValueError("no answers of Copier: there is no _commit in it")
    components = answers.get("components") or []
    if not isinstance(components, list):
        raise ValueError("components must be a list")
    names = tuple(sorted(map(str, components)))
    return Repository(repository_name(file), str(answers["_commit"]), names, str(answers.get("_src_path", "-")))


def sorted_by_release(repositories: Iterable[Repository]) -> list[Repository]:
    return sorted(repositories, key=lambda one: (order(one.release) or ((), "", 0, 0), one.name))


def is_older(release: str, limit: Order) -> bool:
    """What is no release may be of any age: it is listed, so that nothing is overlooked."""
    own = order(release)
    return own is None or own < limit


def file_names(given: Sequence[str]) -> list[Path]:
    names: list[str] = []
    for name in given:
        names += filter(None, sys.stdin.read().splitlines()) if name == "-" else [name]
    return [Path(name) for name in names]


def parse(words: Sequence[str]) -> argparse.Namespace:
    description = (__doc__ or "").partition("\n\n")
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=description[0], epilog=description[2], formatter_class=formatter)
    parser.add_argument("--json", action="store_true", help="print an object a line in place of the table")
    parser.add_argument("--component", action="append", default=[], metavar="NAME", help="only those that asked for it")
    parser.add_argument("--older-than", default="", metavar="VERSION", help="only those whose release is lower")
    parser.add_argument("file", nargs="+", metavar="FILE")
    arguments = parser.parse_args(words)
    if arguments.older_than and order(arguments.older_than) is None:
        parser.error(f"--older-than {arguments.older_than}: must be a release such as 1.2.0")
    return arguments


def main(words: Sequence[str]) -> int:
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    arguments = parse(words)
    found, unread = [], 0
    for file in file_names(arguments.file):
        try:
            found.append(read(file))
        except (OSError, ValueError) as error:
            unread += 1
            reason = error.strerror if isinstance(error, OSError) else error
            print(f"who.py: {file}: {reason}", file=sys.stderr)
    limit = order(arguments.older_than)
    for one in sorted_by_release(found):
        wanted = not arguments.component or set(arguments.component) & set(one.components)
        if wanted and (limit is None or is_older(one.release, limit)):
            print(one.as_json() if arguments.json else one.as_line())
    return 1 if unread else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
