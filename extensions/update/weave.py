"""A list that the author and the catalogue both changed -> one list, each line standing for itself.

git takes lines that stand beside one another for one change; here

- a line of the author's keeps its place: behind the line that it stood behind; where that is gone, before the one that
  it stood before; else behind the nearest one above that is still there
- a generated line that the author changed or deleted stays so, if the new version has it as it was
- if the new version changes that line, too, both are kept between git's conflict markers, and nothing else is

`former` are the lines as the last update generated them, `ours` the author's, `theirs` those generated now; all without
their ends.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence

# The labels are Copier's.
OURS, MIDDLE, THEIRS = "<<<<<<< before updating", "=======", ">>>>>>> after updating"

Lines = Sequence[str]
Changes = dict[int, list[str]]


def weave(former: Lines, ours: Lines, theirs: Lines) -> tuple[list[str], bool]:
    """The merged lines, and whether no conflict is among them."""
    places = _places(former, theirs)
    behind: Changes = {}  # what comes behind that line of theirs; -1: first
    instead: Changes = {}  # what comes in place of that line of theirs
    clean = True
    for kind, start, stop, first, last in _opcodes(former, ours):
        mine = list(ours[first:last])
        if kind == "insert":
            behind.setdefault(_place_behind(places, start), []).extend(mine)
        elif kind != "equal":
            clean &= _change(former, theirs, places, range(start, stop), mine, instead, behind)
    merged = list(behind.get(-1, ()))
    for number, line in enumerate(theirs):
        merged += [*instead.get(number, [line]), *behind.get(number, ())]
    return merged, clean


def keeps_neighbours(former: Lines, ours: Lines, theirs: Lines) -> bool:
    """Whether the lines around each of the author's changes are still there, or have one line in their place."""
    places = _places(former, theirs)
    changed = [(start, stop) for kind, start, stop, _, _ in _opcodes(former, ours) if kind != "equal"]
    beside = {number for start, stop in changed for number in (start - 1, *range(start, stop), stop)}
    return all(len(places.get(number, ())) == 1 for number in beside if 0 <= number < len(former))


def _opcodes(before: Lines, after: Lines) -> Sequence[tuple[str, int, int, int, int]]:
    """As difflib has them; just insertions where these are enough, which difflib misses among equal lines."""
    changes: list[tuple[str, int, int, int, int]] = []
    start = 0
    for number, line in enumerate(before):
        at = next((place for place in range(start, len(after)) if after[place] == line), None)
        if at is None:
            return difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        if at > start:
            changes.append(("insert", number, number, start, at))
        changes.append(("equal", number, number + 1, at, at + 1))
        start = at + 1
    if start < len(after):
        changes.append(("insert", len(before), len(before), start, len(after)))
    return changes


def _places(former: Lines, theirs: Lines) -> dict[int, range]:
    """Line of former -> the line of theirs that is the same, or those in its place; none where it is gone."""
    places: dict[int, range] = {}
    for kind, start, stop, first, last in _opcodes(former, theirs):
        if kind == "equal" or (kind == "replace" and stop - start == last - first):
            places.update(
                {number: range(first + number - start, first + number - start + 1) for number in range(start, stop)}
            )
        elif kind == "replace":
            places.update(dict.fromkeys(range(start, stop), range(first, last)))
    return places


def _place_behind(places: dict[int, range], position: int) -> int:
    """The line of theirs behind which comes what stood before line `position` of former."""
    above, below = places.get(position - 1), places.get(position)
    if above and above != below:
        return above[-1]
    if below and above != below:
        return below[0] - 1
    return next((places[number][-1] for number in range(position - 1, -1, -1) if number in places), -1)


def _change(
    former: Lines,
    theirs: Lines,
    places: dict[int, range],
    changed: range,
    mine: list[str],
    instead: Changes,
    behind: Changes,
) -> bool:
    """The author's change of these lines of former; False where the new version changes them, too."""
    kept = [number for number in changed if number in places]
    targets = sorted({place for number in kept for place in places[number]})
    now = [theirs[place] for place in targets]
    if now == [former[number] for number in kept] and (len(kept) == len(changed) or not mine):
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
