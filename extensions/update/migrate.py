"""The answers and the author's files of a repository, where components have new names.

    python migrate.py ANSWERS_FILE JSON    in the repository, before Copier's update renders the new version

JSON is `{"names": {old: new}, "edited": [path]}`: the components that have another name, and those of their files that
the author edited.

- in the answer `components`, each old name becomes the new one
- the author's files in the Binder directory's `seed/OLD` move to `seed/NEW`, edited scripts and files of the service
  to their new place, where the update shows as a conflict what it would have written; one whose place is taken stays
- what was done is said on standard error

The answers of the old component's questions stay in the file for as long as the update runs: the new questions' own
defaults take them over (`default: "{{ old_port | default(4000) }}"`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml


def rename(components: list[str], names: Mapping[str, str]) -> list[str]:
    """Each once, in order."""
    return list(dict.fromkeys(names.get(name, name) for name in components))


def moved(path: str, names: Mapping[str, str]) -> str:
    """A path in the Binder directory, `<binder>/<kind>/<component>[/...]`, with the component's new name."""
    binder_dir, kind, component, *rest = path.split("/")
    return "/".join([binder_dir, kind, names.get(component, component), *rest])


def move(paths: Iterable[str], names: Mapping[str, str]) -> list[str]:
    """Tracked files to their new places; those that went there, as `old -> new`."""
    done = []
    for path in paths:
        target = moved(path, names)
        if Path(path).exists() and not Path(target).exists():
            Path(target).parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["git", "mv", "--", path, target], check=True)
            done.append(f"{path} -> {target}")
    return done


def seeds(binder_dir: str, names: Iterable[str]) -> list[str]:
    folders = [f"{binder_dir}/seed/{name}/" for name in names]
    listing = subprocess.run(["git", "ls-files", "-z", "--", *folders], check=True, capture_output=True).stdout
    return [os.fsdecode(name) for name in listing.split(b"\0") if name]


def main(answers_file: str, told: str) -> None:
    names, edited = json.loads(told)["names"], json.loads(told)["edited"]
    path = Path(answers_file)
    answers = yaml.safe_load(path.read_text(encoding="utf-8"))
    done = move([*seeds(answers["binder_dir"], names), *edited], names)
    answers["components"] = rename(answers["components"], names)
    path.write_text(yaml.safe_dump(answers, allow_unicode=True), encoding="utf-8")
    for old, new in names.items():
        print(f"Component '{old}' is called '{new}' now", file=sys.stderr)
    for line in done:
        print(f"  moved: {line}".encode(errors="backslashreplace").decode(), file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
