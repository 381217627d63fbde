"""What is left to do after Copier's merge: the author's lines woven into a list, and what stays deleted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extensions.update.weave import MIDDLE, OURS, THEIRS, keeps_neighbours, weave


@pytest.mark.parametrize(
    ("former", "ours", "theirs", "merged"),
    [
        ("a b c", "a b mine c", "a B c", "a B mine c"),
        ("a b c", "a mine b c", "a B c", "a mine B c"),
        ("a b c", "a b mine c", "a c", "a mine c"),
        ("a b c", "a b mine c", "a b new c", "a b mine new c"),
        ("a b c d", "a b c mine d", "a d", "a mine d"),
        ("a b c d", "a b c mine d", "a X Y Z d", "a X Y Z mine d"),
        ("a b", "mine a b", "new a b", "new mine a b"),
        ("a b", "mine a b", "b", "mine b"),
        ("a b", "a b mine", "a", "a mine"),
        ("a b c", "a x c", "a b c new", "a x c new"),
        ("a b c", "a c", "A b c", "A c"),
        ("a b c", "a c", "a c", "a c"),
        ("a b c", "a", "a b", "a"),
        ("a b c", "a B c", "a B c", "a B c"),
        ("a b c", "a b x c y", "new a b c", "new a b x c y"),
    ],
)
def test_each_line_stands_for_itself(former: str, ours: str, theirs: str, merged: str) -> None:
    assert weave(former.split(), ours.split(), theirs.split()) == (merged.split(), True)


@pytest.mark.parametrize(
    ("former", "ours", "theirs", "merged"),
    [
        ("a b c", "a x c", "a B c", f"a|{OURS}|x|{MIDDLE}|B|{THEIRS}|c"),
        ("a b c", "a x c", "a c", f"a|{OURS}|x|{MIDDLE}|{THEIRS}|c"),
        ("a b c", "a c", "a B c", f"a|{OURS}|{MIDDLE}|B|{THEIRS}|c"),
        ("a b c d e", "x b c y e", "P", f"{OURS}|x|y|{MIDDLE}|P|{THEIRS}"),
        ("a b c", "a x c", "a P Q c", f"a|{OURS}|x|{MIDDLE}|P|Q|{THEIRS}|c"),
        ("a b c d", "a x c mine d", "A B c D", f"A|{OURS}|x|{MIDDLE}|B|{THEIRS}|c|mine|D"),
    ],
)
def test_just_the_line_that_both_changed_is_a_conflict(former: str, ours: str, theirs: str, merged: str) -> None:
    assert weave(former.split(), ours.split(), theirs.split()) == (merged.split("|"), False)


LISTS = st.lists(st.sampled_from("abcdefgh"), max_size=8)


@given(former=LISTS, theirs=LISTS, places=st.lists(st.integers(0, 8), max_size=4))
def test_lines_that_are_only_added_never_conflict(former: list[str], theirs: list[str], places: list[int]) -> None:
    ours = list(former)
    for number, place in enumerate(places):
        ours.insert(min(place, len(ours)), f"mine{number}")
    merged, clean = weave(former, ours, theirs)
    assert clean
    assert [line for line in merged if "mine" not in line] == theirs
    assert sorted(line for line in merged if "mine" in line) == sorted(line for line in ours if "mine" in line)


@given(former=LISTS, ours=LISTS, theirs=LISTS)
def test_nothing_that_anybody_wrote_is_lost(former: list[str], ours: list[str], theirs: list[str]) -> None:
    merged, _ = weave(former, ours, theirs)
    assert ({*ours} | {*theirs}) - {*former} <= {*merged}
    assert weave(former, former, theirs) == (theirs, True)
    assert weave(former, ours, former) == (ours, True)


@pytest.mark.parametrize(
    ("ours", "theirs", "fits"),
    [
        ("a mine b c", "A b c", True),
        ("a mine b c", "b c", False),
        ("a b c mine", "a b", False),
        ("a x c", "a B c", True),
        ("a x c", "a c", False),
        ("a x c", "a P Q c", False),
        ("a b c", "c", True),
    ],
)
def test_scripts_are_woven_only_where_the_lines_around_are_still_there(ours: str, theirs: str, fits: bool) -> None:
    assert keeps_neighbours(["a", "b", "c"], ours.split(), theirs.split()) is fits
