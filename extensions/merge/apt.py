"""apt.txt.

- repo2docker reads the text before `#`, one entry a line; several names on one line are split
- union by name, first appearance decides the place
- a pinned entry (`name=version`) beats a bare name; two different pins clash
- a comment stays with its line
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .model import Fragment, Merged, Want, merge_wants, split_comment

ANCHOR = "# Your own Debian packages go below this line."


def merge(fragments: Iterable[Fragment]) -> Merged:
    """All packages of all fragments, by name."""
    wants = (pair for fragment in fragments for pair in _read(fragment))
    return merge_wants(wants, _pinned, "drop one of the two pins")


def _read(fragment: Fragment) -> Iterator[tuple[str, Want]]:
    for number, line in enumerate(fragment.text.splitlines(), start=1):
        names, comment = split_comment(line)
        for name in names.split():
            yield name.split("=", 1)[0], Want(name, fragment.component, fragment.file, number, comment)


def _pinned(texts: list[str]) -> str | None:
    pins = [text for text in texts if "=" in text]
    return pins[0] if len(pins) == 1 else None


def render(merged: Merged) -> str:
    """The file: one package a line with its provenance, then the author's anchor."""
    return "".join(f"{line}\n" for line in [*(entry.line for entry in merged.entries), ANCHOR])
