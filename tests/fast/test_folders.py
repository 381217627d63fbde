"""The folders of components, side by side: small, and without a passage that two of them share."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterator

from tests import units

MOST = 80
RUN = 6
# Not the component itself: what is made from it, its page, and what only tests need.
BESIDE = ("proof.yml", "README.md", "README.md.jinja", "tests.yml")


def own_files(name: str) -> Iterator[tuple[str, list[str]]]:
    component = units.COMPONENTS[name]
    for file in component.files():
        if file in BESIDE or file.startswith(("tests/", "files/")):
            continue
        try:
            yield file, (component.folder / file).read_text().splitlines()
        except UnicodeDecodeError:  # a picture
            continue


def test_a_component_is_small() -> None:
    """The median of their own lines."""
    sizes = {name: sum(len(lines) for _, lines in own_files(name)) for name in units.NAMES}
    assert statistics.median(sizes.values()) < MOST, sizes


def test_no_two_components_share_a_passage() -> None:
    """Six lines in a row, without empty ones, imports and indentation: what two need is the engine's, or a third's."""
    found: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for name in units.NAMES:
        for file, lines in own_files(name):
            filled = [line.strip() for line in lines if line.strip() and not line.startswith(("import ", "from "))]
            for start in range(len(filled) - RUN + 1):
                found[tuple(filled[start : start + RUN])].add(f"{name}/{file}")
    shared = {
        passage: sorted(where) for passage, where in found.items() if len({one.split("/")[0] for one in where}) > 1
    }
    assert not shared, "\n\n".join("\n".join((*where, *passage)) for passage, where in shared.items())
