"""What holds for mergers whatever other people write."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.requirements import InvalidRequirement, Requirement
from rattler import MatchSpec, Version, VersionSpec

from extensions.foreign.directory import Directory
from extensions.model import Entry
from tests.merging import Result, again, conserved, directory, judge, merge
from tests.writing import Written, written

FEW = settings(max_examples=30)  # tests/proofs/fuzz.py runs many
RANDOM = st.randoms(use_true_random=False)
VERSIONS = ("0.5", "1.0", "1.2", "1.2.5", "1.3", "1.5", "2", "2.5", "3", "4", "1!2", "1!3")


def sources(random: Random, count: int) -> tuple[list[Written], list[Directory]]:
    texts = [written(random) for _ in range(count)]
    return texts, [directory(label, one.files, home="") for label, one in zip("abcdef", texts, strict=False)]


def parts(result: Result) -> dict[str, list[Entry]]:
    found = {name: part.entries for name, part in result.environment.parts.items()}
    return {**found, "python": [result.environment.pythons], "apt": result.apt.entries}


def meaning(section: str, text: str) -> tuple[object, ...]:
    """What an entry asks for, in other people's reading: equal for two spellings of one range."""
    if section == "conda":
        spec = MatchSpec(text)
        version = VersionSpec(spec.version) if spec.version else None
        admitted = [number for number in VERSIONS if version is None or version.matches(Version(number))]
        channel = spec.channel.name if spec.channel else ""
        return (spec.name.normalized if spec.name else "", channel, spec.build, spec.subdir, *admitted)
    if section == "pip":
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            return (text,)
        name = requirement.name.lower().replace("_", "-").replace(".", "-")
        admitted = [number for number in VERSIONS if number in requirement.specifier]
        return (name, *sorted(requirement.extras), str(requirement.marker), requirement.url, *admitted)
    return (text,)


def meanings(result: Result) -> dict[str, set[tuple[object, ...]]]:
    """Without the lines that every merged file has."""
    layout = {meaning("conda", "pip"), meaning("pip", "pip"), ("conda-forge",)}
    return {
        section: {meaning(section, entry.text) for entry in entries} - layout
        for section, entries in parts(result).items()
    }


@FEW
@given(RANDOM, st.integers(1, 4))
def test_every_entry_of_every_input_is_there_or_reported(random: Random, count: int) -> None:
    texts, directories = sources(random, count)
    result = merge(*directories)
    conserved(texts, result)
    judge(result)


@FEW
@given(RANDOM, st.integers(1, 4))
def test_what_is_merged_implies_what_went_in(random: Random, count: int) -> None:
    """A version that a merged line admits is admitted by all that it was merged from, as rattler and packaging say."""
    _, directories = sources(random, count)
    for section, entries in parts(merge(*directories)).items():
        if section not in ("conda", "pip"):
            continue
        for entry in entries:
            merged = set(meaning(section, entry.text))
            for want in entry.wants:
                numbers = set(VERSIONS) & merged
                written = "pip" if "===" in want.text else section
                assert numbers <= set(meaning(written, want.text)) or "@" in entry.text or "egg=" in entry.text


@FEW
@given(RANDOM)
def test_merging_one_with_itself_changes_nothing_but_provenance(random: Random) -> None:
    _, (one,) = sources(random, 1)
    twin = directory("twin", {path: blob.data for path, blob in one.tree.items()}, home="")
    once, twice = merge(one), merge(one, twin)
    for section, entries in parts(once).items():
        assert [entry.text for entry in parts(twice)[section]] == [entry.text for entry in entries]
    assert {clash.subject for clash in twice.clashes} == {clash.subject for clash in once.clashes}


@FEW
@given(RANDOM, st.integers(1, 3))
def test_merging_a_merged_file_changes_no_entry(random: Random, count: int) -> None:
    _, directories = sources(random, count)
    once = merge(*directories)
    twice = merge(again(once))
    assert meanings(twice) == meanings(once)
    assert not [clash for clash in twice.clashes if clash.kind != "conda and pip"]
    third = merge(again(twice))
    texts = [[entry.text for entry in one.environment.conda.entries if entry.name != "pip"] for one in (twice, third)]
    assert texts[0] == texts[1]


@FEW
@given(RANDOM)
def test_either_grouping_gives_the_same_entries(random: Random) -> None:
    _, (a, b, c) = sources(random, 3)
    flat = merge(a, b, c)
    if any(clash.kind != "channels" for clash in flat.clashes):
        return
    left = merge(again(merge(a, b)), c)
    right = merge(a, again(merge(b, c)))
    assert meanings(left) == meanings(flat)
    assert meanings(right) == meanings(flat)


@FEW
@given(RANDOM)
def test_the_order_of_inputs_matters_to_clashes_alone(random: Random) -> None:
    _, directories = sources(random, 3)
    there, back = merge(*directories), merge(*reversed(directories))
    if not any(clash.kind != "channels" for clash in (*there.clashes, *back.clashes)):
        assert meanings(there) == meanings(back)


@FEW
@given(RANDOM)
def test_order_is_stable(random: Random) -> None:
    """What the first directory brings keeps its order, whatever others bring."""
    _, directories = sources(random, 3)
    alone, together = parts(merge(directories[0])), parts(merge(*directories))
    for section, entries in together.items():
        first = [entry.name for entry in alone[section]]
        order = [entry.name for entry in entries if entry.name in first]
        assert order == [name for name in first if name in order]


@FEW
@given(RANDOM, st.integers(1, 3))
def test_comments_stay(random: Random, count: int) -> None:
    texts, directories = sources(random, count)
    result = merge(*directories)
    whole = result.text + result.packages
    for comment in {comment for one in texts for comment in one.comments}:
        assert " ".join(comment.split()) in whole


@pytest.mark.parametrize("seed", range(3))
def test_generator_knows_what_it_wrote(seed: int) -> None:
    one = written(Random(seed), 20)
    assert one.files
    assert Counter(section for section, _ in one.wanted)
