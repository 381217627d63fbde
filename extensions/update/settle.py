"""What is left to do when Copier has merged an update into a repository.

    python settle.py [OLD=NEW,OLD=NEW]    in the repository, before anything is committed; names of components

- a file in which authors write (`WOVEN`) that Copier left unmerged is woven: git takes lines that stand beside one
  another for one change, and here each line stands for itself
    - a line of the author's keeps its place: behind the line that it stood behind; where that is gone, before the one
      that it stood before; else behind the nearest one above that is still there
    - a generated line that the author changed or deleted stays so, if the new version has it as it was
    - if the new version changes that line, too, both are kept between git's conflict markers, and nothing else is
    - without a conflict its entry in the index is again the one before the update, as Copier leaves those it merges
    - in a script (`SCRIPTS`) lines belong together: it is woven where both neighbours of the author's lines are still
      there and bash can read the result, and left as git merges it where not
- a file that is written once, and that the author has deleted since, stays deleted: Copier writes what is in
  `_skip_if_exists` anew whenever it is not there
- a file of a component that is gone is deleted by Copier; a seed that the author had edited is brought back, and any
  other file that the author had edited is named, with the command that shows it

What was there before, and how it was generated, says the last update's report.json.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

BINDER_DIRS = ("binder", ".binder")
# Names in the Binder directory; each has an anchor, or is a list.
SCRIPTS = ("postBuild", "start")
WOVEN = ("apt.txt", "environment.yml", "env", "downloads.txt", "requirements.late.txt", *SCRIPTS)
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


def keeps_neighbours(base: Lines, ours: Lines, theirs: Lines) -> bool:
    """Whether the lines around each of the author's changes are still there, or have one line in their place."""
    places = _places(base, theirs)
    changed = [(start, stop) for kind, start, stop, _, _ in _opcodes(base, ours) if kind != "equal"]
    beside = {number for start, stop in changed for number in (start - 1, *range(start, stop), stop)}
    return all(len(places.get(number, ())) == 1 for number in beside if 0 <= number < len(base))


def _opcodes(before: Lines, after: Lines) -> Sequence[tuple[str, int, int, int, int]]:
    """As difflib has them; just insertions where these are enough, which difflib misses among equal lines."""
    found: list[tuple[str, int, int, int, int]] = []
    start = 0
    for number, line in enumerate(before):
        at = next((place for place in range(start, len(after)) if after[place] == line), None)
        if at is None:
            return difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        if at > start:
            found.append(("insert", number, number, start, at))
        found.append(("equal", number, number + 1, at, at + 1))
        start = at + 1
    if start < len(after):
        found.append(("insert", len(before), len(before), start, len(after)))
    return found


def _places(base: Lines, theirs: Lines) -> dict[int, range]:
    """Line of base -> the line of theirs that is the same, or those in its place; none where it is gone."""
    places: dict[int, range] = {}
    for kind, start, stop, first, last in _opcodes(base, theirs):
        if kind == "equal" or (kind == "replace" and stop - start == last - first):
            places.update(
                {number: range(first + number - start, first + number - start + 1) for number in range(start, stop)}
            )
        elif kind == "replace":
            places.update(dict.fromkeys(range(start, stop), range(first, last)))
    return places


def _place_behind(places: dict[int, range], position: int) -> int:
    """The line of theirs behind which comes what stood before line `position` of base."""
    above, below = places.get(position - 1), places.get(position)
    if above and above != below:
        return above[-1]
    if below and above != below:
        return below[0] - 1
    return next((places[number][-1] for number in range(position - 1, -1, -1) if number in places), -1)


def _change(
    base: Lines,
    theirs: Lines,
    places: dict[int, range],
    changed: range,
    mine: list[str],
    instead: Changes,
    behind: Changes,
) -> bool:
    """The author's change of these lines of base; False where the new version changes them, too."""
    kept = [number for number in changed if number in places]
    targets = sorted({place for number in kept for place in places[number]})
    now = [theirs[place] for place in targets]
    if now == [base[number] for number in kept] and (len(kept) == len(changed) or not mine):
        result = mine
    elif now == mine:
        return True
    else:
        result = [OURS, *mine, MIDDLE, *now, THEIRS]
    shared = next((place for place in targets if OURS in instead.get(place, ())), None)
    if shared is not None:  # another change of the author's met the same lines of theirs
        middle = instead[shared].index(MIDDLE)
        instead[shared][middle:middle] = mine
        return False
    if not targets:
        behind.setdefault(_place_behind(places, changed.start), []).extend(result)
    for place in targets:
        instead[place] = result if place == targets[0] else []
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
    base, ours, theirs = (_git(repository, "cat-file", "blob", f":{stage}:./{path}").split("\n") for stage in (1, 2, 3))
    merged, clean = weave(base, ours, theirs)
    text = "\n".join(merged)
    if path.rpartition("/")[2] in SCRIPTS:
        fits = keeps_neighbours(base, ours, theirs)
        if not fits or (clean and not _is_bash(text)):
            return
    (repository / path).write_bytes(text.encode(errors="surrogateescape"))
    if clean:
        _git(repository, "reset", "--quiet", "--", path)


def _is_bash(text: str) -> bool:
    """Whether bash can read it; True where there is none to ask."""
    try:
        asked = subprocess.run(["bash", "-n"], check=False, capture_output=True, input=text.encode(errors="replace"))
    except OSError:
        return True
    return asked.returncode == 0


def recreated(repository: Path, before: Mapping[str, str], names: Mapping[str, str]) -> set[str]:
    """The files, written once, that the author had deleted and that are there again.

    `before` is what `generated` gives, `names` the components that have another name now: old -> new.
    """
    new = set(_git(repository, "ls-files", "--others", "--exclude-standard", "-z").split("\0"))
    once = {"README.md"} if before else set()
    for path in before:
        folder, _, rest = path.partition("/seed/")
        if rest and folder in BINDER_DIRS:
            component, _, name = rest.partition("/")
            once |= {path, f"{folder}/seed/{names.get(component, component)}/{name}"}
    return new & once


def deleted(repository: Path, before: Mapping[str, str]) -> list[str]:
    """The files that Copier deleted with their component though the author had edited them."""
    gone = _git(repository, "ls-files", "--deleted", "-z").split("\0")
    return sorted(path for path in gone if _is_edited(repository, path, before))


def edited(repository: Path, folders: Iterable[str]) -> list[str]:
    """The files at or below these paths that are, in the index, not as they were generated."""
    before = generated(repository)
    listed = _git(repository, "ls-files", "-z", "--", *folders).split("\0") if folders else []
    return sorted(path for path in listed if _is_edited(repository, path, before))


def _is_edited(repository: Path, path: str, before: Mapping[str, str]) -> bool:
    if path not in before:
        return False
    command = ["git", "-C", str(repository), "cat-file", "blob", f":./{path}"]
    blob = subprocess.run(command, check=False, capture_output=True).stdout
    return hashlib.sha256(blob).hexdigest() != before[path]


def generated(repository: Path) -> dict[str, str]:
    """Path -> SHA-256 of the last update's files; nothing where its report is not there, or was changed."""
    found: dict[str, str] = {}
    for binder_dir in BINDER_DIRS:
        try:
            files = json.loads(_git(repository, "show", f"HEAD:./{binder_dir}/report.json", check=False))["files"]
            found |= {path: digest for path, digest in files.items() if isinstance(digest, str)}
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    return found


def _git(repository: Path, *arguments: str, check: bool = True) -> str:
    command = ["git", "-C", str(repository), *arguments]
    return subprocess.run(command, check=check, capture_output=True).stdout.decode(errors="surrogateescape")


def main(repository: Path, pairs: str = "") -> None:
    for path in list(unmerged(repository)):
        settle(repository, path)
    before, names = generated(repository), dict(pair.split("=", 1) for pair in pairs.split(",") if pair)
    for path in sorted(recreated(repository, before, names)):
        (repository / path).unlink()
        print(f"{path} stays deleted", file=sys.stderr)
    for path in deleted(repository, before):
        if path.split("/")[1:2] == ["seed"]:
            _git(repository, "checkout", "--quiet", "--", path)
            print(f"{path} stays, as you edited it", file=sys.stderr)
        else:
            print(f"{path} is gone with its component; your edits: git show HEAD:./{path}", file=sys.stderr)


if __name__ == "__main__":
    main(Path(), *sys.argv[1:])
