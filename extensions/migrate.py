"""The answers and the seeds of a repository, where components have new names.

    python migrate.py ANSWERS_FILE OLD=NEW,OLD=NEW    in the repository, before Copier's update renders the new version

- in the answer `components`, each old name becomes the new one
- the author's files in the Binder directory's `seed/OLD` move to `seed/NEW`; one whose name is taken there stays
- what was done is said on standard error

The answers of the old component's questions stay in the file for as long as the update runs: the new questions' own
defaults take them over (`default: "{{ old_port | default(4000) }}"`).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import yaml


def rename(components: list[str], names: dict[str, str]) -> list[str]:
    """Each once, in order."""
    return list(dict.fromkeys(names.get(name, name) for name in components))


def move(seeds: Path, old: str, new: str) -> list[str]:
    """The tracked files of one folder into another; their names."""
    listing = ["git", "ls-files", "-z", "--", f"{seeds.as_posix()}/{old}/"]
    files = subprocess.run(listing, check=True, capture_output=True, text=True).stdout.split("\0")
    moved = []
    for name in filter(None, files):
        target = seeds / new / Path(name).relative_to(seeds / old)
        if Path(name).exists() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["git", "mv", "--", name, target.as_posix()], check=True)
            moved.append(name)
    return moved


def main(answers_file: str, pairs: str) -> None:
    names = dict(pair.split("=", 1) for pair in pairs.split(","))
    path = Path(answers_file)
    answers = yaml.safe_load(path.read_text(encoding="utf-8"))
    seeds = Path(answers["binder_dir"], "seed")
    answers["components"] = rename(answers["components"], names)
    path.write_text(yaml.safe_dump(answers, allow_unicode=True), encoding="utf-8")
    for old, new in names.items():
        moved = move(seeds, old, new)
        files = f"; moved to {(seeds / new).as_posix()}: {', '.join(moved)}" if moved else ""
        print(f"Component '{old}' is called '{new}' now{files}", file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
