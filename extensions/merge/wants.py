"""Wants of one name -> one entry.

- entries stand in the order in which their names appear first
- wants of the same text are one; others are one where the merger's `combine` has a text for all of them
- where it has none, those that fit with the ones before them win, and the others clash
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..model import Clash, Entry, Merged, Want

# One text for all the wants of a name, or None where there is none; and whether there is one, which is faster to know.
Combine = Callable[[list[str]], "str | None"]
Fits = Callable[[list[str]], bool]


def _differ(_: list[str]) -> None:
    """No text serves for two that differ."""


def merge_wants(
    kind: str, wants: Iterable[tuple[str, Want]], remedy: str, combine: Combine = _differ, fits: Fits | None = None
) -> Merged:
    """Group (name, want) pairs by name; `kind` and `remedy` are those of a clash."""
    groups: dict[str, list[Want]] = {}
    for name, want in wants:
        groups.setdefault(name, []).append(want)
    merged = Merged()
    for name, group in groups.items():
        texts = list(dict.fromkeys([want.text for want in group]))
        if len(texts) == 1:
            merged.entries.append(Entry(name, texts[0], tuple(group)))
            continue
        fitting = texts[:1]
        for text in texts[1:]:
            together = [*fitting, text]
            if fits(together) if fits else combine(together) is not None:
                fitting = together
        won = tuple([want for want in group if want.text in fitting])
        lost = tuple([want for want in group if want.text not in fitting])
        if lost:
            merged.clashes.append(Clash(kind, name, won, lost, remedy))
        combined = combine(fitting) if len(fitting) > 1 else None
        merged.entries.append(Entry(name, combined or texts[0], won, lost))
    return merged
