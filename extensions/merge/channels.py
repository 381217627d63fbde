"""The channels of environment.yml: conda-forge first, then as they appear.

- lists that have them in another order clash
- `defaults`, whose terms ask some for a licence, is kept and found
"""

from __future__ import annotations

import itertools

from ..model import COURSE, Clash, Entry, Merged, Want
from ..rule import Rule

FORGE = "conda-forge"
DEFAULTS = ("defaults", "main", "anaconda", "pkgs/main")


BB209 = Rule(
    "BB209",
    "a channel is Anaconda's own",
    "its terms ask larger organisations for a licence",
    "take its packages from conda-forge",
)


def merge(lists: list[list[Want]]) -> Merged:
    """All channels in one order, and a clash for each list that had another."""
    merged = Merged()
    lists = [_once(channels) for channels in lists]
    groups: dict[str, list[Want]] = {FORGE: []}
    for want in itertools.chain.from_iterable(lists):
        groups.setdefault(want.text, []).append(want)
    merged.entries = [Entry(name, name, tuple(wants)) for name, wants in groups.items()]
    order = list(groups)
    for channels in lists:
        for before, after in itertools.pairwise(channels):
            if order.index(before.text) > order.index(after.text):
                first = groups[after.text][0]
                winner = first if first is not after else Want(FORGE, COURSE, "channels", 0)
                subject = f"order of {after.text} and {before.text}"
                remedy = "look whether both channels have the packages you need"
                why = "conda-forge comes first, then what was there first"
                merged.clashes.append(Clash("channels", subject, (winner,), (before,), remedy, why))
        for want in channels:
            if want.text in DEFAULTS:
                reason = "is Anaconda's own channel, whose terms ask larger organisations for a licence"
                merged.findings.append(want.finding(BB209, reason, f"take its packages from {FORGE}"))
    return merged


def _once(wants: list[Want]) -> list[Want]:
    first: dict[str, Want] = {}
    for want in wants:
        first.setdefault(want.text, want)
    return list(first.values())
