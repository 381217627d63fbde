"""What is left to do when Copier has merged an update into a repository.

    python settle.py    in the repository, before anything is committed

- a file in which authors write (`WOVEN`) that Copier left unmerged is woven: git takes lines that stand beside one
  another for one change, and here each line stands for itself
    - a line of the author's keeps its place: behind the line that it stood behind; where that is gone, before the one
      that it stood before; else behind the nearest one above that is still there
    - a generated line that the author changed or deleted stays so, if the new version has it as it was
    - if the new version changes that line, too, both are kept between git's conflict markers, and nothing else is
    - without a conflict its entry in the index is again the one before the update, as Copier leaves those it merges
- a file that is written once, and that the author has deleted since, stays deleted: Copier writes what is in
  `_skip_if_exists` anew whenever it is not there. Which files were there before says the last update's report.json
"""

from __future__ import annotations

import difflib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

BINDER_DIRS = ("binder", ".binder")
# Names in the Binder directory; each has an anchor, or is a list.
WOVEN = ("apt.txt", "environment.yml", "env", "downloads.txt", "requirements.late.txt", "postBuild", "start")
# The labels are Copier's.
OURS, MIDDLE, THEIRS = "<<<<<<< before updating", "=======", ">>>>>>> after updating"

Lines = Sequence[str]
Changes = dict[int, list[str]]


def weave(base: Lines, ours: Lines, theirs: Lines) -> tuple[list[str], bool]:
    """Lines without their ends: as generated before, the author's, as generated now -> merged, and whether cleanly."""
    places = _places(base, theirs)
    behind: Changes = {}  # what comes behind that line of theirs; -1: first
    instead: Changes = {}  # what comes in place of that line of theirs
    clean = True
    for kind, start, stop, first, last in _opcodes(base, ours):
        mine = list(ours[first:last])
        if kind == "insert":
            behind.setdefault(_place_behind(places, start), []).extend(mine)
        elif kind != "equal":
            clean &= _change(base, theirs, places, range(start, stop), mine, instead, behind)
    merged = list(behind.get(-1, ()))
    for number, line in enumerate(theirs):
        merged += [*instead.get(number, [line]), *behind.get(number, ())]
    return merged, clean


def _opcodes(before: Lines, after: Lines) -> Sequence[tuple[str, int, int, int, int]]:
    return difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()


def _places(base: Lines, theirs: Lines) -> dict[int, int]:
    """Line of base -> the line of theirs that is the same, or that has taken its place."""
    places: dict[int, int] = {}
    for kind, start, stop, first, last in _opcodes(base, theirs):
        if kind == "equal" or (kind == "replace" and stop - start == last - first):
            places.update(zip(range(start, stop), range(first, last), strict=True))
    return places


def _place_behind(places: dict[int, int], position: int) -> int:
    """The line of theirs behind which comes what stood before line `position` of base."""
    if position - 1 in places:
        return places[position - 1]
    if position in places:
        return places[position] - 1
    return next((places[number] for number in range(position - 1, -1, -1) if number in places), -1)


def _change(
    base: Lines,
    theirs: Lines,
    places: dict[int, int],
    changed: range,
    mine: list[str],
    instead: Changes,
    behind: Changes,
) -> bool:
    """The author's change of these lines of base; False where the new version changes them, too."""
    kept = [number for number in changed if number in places]
    targets = [places[number] for number in kept]
    now = [theirs[number] for number in targets]
    if now == [base[number] for number in kept] and (len(kept) == len(changed) or not mine):
        result = mine
    elif now == mine:
        return True
    else:
        result = [OURS, *mine, MIDDLE, *now, THEIRS]
    if not targets:
        behind.setdefault(_place_behind(places, changed.start), []).extend(result)
    for number in targets:
        instead[number] = result if number == targets[0] else []
    return result == mine


def unmerged(repository: Path) -> Iterator[str]:
    """The files to weave: unmerged, and there in all three versions."""
    stages: dict[str, int] = {}
    for entry in _git(repository, "ls-files", "--unmerged", "-z").split("\0")[:-1]:
        path = entry.partition("\t")[2]
        stages[path] = stages.get(path, 0) + 1
    for path, count in stages.items():
        folder, _, name = path.rpartition("/")
        if count == 3 and name in WOVEN and folder in BINDER_DIRS:
            yield path


def settle(repository: Path, path: str) -> None:
    versions = [_git(repository, "cat-file", "blob", f":{stage}:./{path}") for stage in (1, 2, 3)]
    merged, clean = weave(*(text.split("\n") for text in versions))
    (repository / path).write_bytes("\n".join(merged).encode(errors="surrogateescape"))
    if clean:
        _git(repository, "reset", "--quiet", "--", path)


def recreated(repository: Path) -> Iterator[str]:
    """The files, written once, that the author had deleted and that are there again."""
    new = set(_git(repository, "ls-files", "--others", "--exclude-standard", "-z").split("\0"))
    for binder_dir in BINDER_DIRS:
        before = _files_before(repository, binder_dir)
        once = [path for path in before if path.startswith(f"{binder_dir}/seed/")]
        yield from new.intersection([*once, *(["README.md"] if before else [])])


def _files_before(repository: Path, binder_dir: str) -> list[str]:
    """The files of the last update; none where its report is not there, or was changed."""
    try:
        files = json.loads(_git(repository, "show", f"HEAD:./{binder_dir}/report.json", check=False))["files"]
    except (ValueError, KeyError, TypeError):
        return []
    return [path for path in files if isinstance(path, str)] if isinstance(files, list) else []


def _git(repository: Path, *arguments: str, check: bool = True) -> str:
    command = ["git", "-C", str(repository), *arguments]
    return subprocess.run(command, check=check, capture_output=True).stdout.decode(errors="surrogateescape")


def main(repository: Path) -> None:
    for path in list(unmerged(repository)):
        settle(repository, path)
    for path in sorted(recreated(repository)):
        (repository / path).unlink()
        print(f"{path} stays deleted", file=sys.stderr)


if __name__ == "__main__":
    main(Path())
