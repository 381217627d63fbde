"""downloads.txt: what `binder/fetch` may download.

    name  architecture  sha256  url

- `architecture` is Debian's name for it (amd64, arm64), or `any`
- one line a name and architecture; two that differ clash
- a line that is none of this is an error that names it
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..comments import split_comment
from ..errors import BlocksError
from ..model import Fragment, Merged, Want
from .wants import merge_wants

ANCHOR = "# Your own downloads go below this line."
LINE = re.compile(
    r"(?P<name>[\w.-]+)\s+(?P<architecture>amd64|arm64|any)\s+(?P<sha256>[0-9a-f]{64})\s+(?P<url>https://\S+)"
)


def merge(fragments: Iterable[Fragment]) -> Merged:
    """All downloads of all fragments."""
    wants = (pair for fragment in fragments for pair in _read(fragment))
    return merge_wants("download", wants, "give one of the two another name")


def _read(fragment: Fragment) -> Iterator[tuple[str, Want]]:
    for number, line in enumerate(fragment.text.splitlines(), start=1):
        text, comment = split_comment(line)
        if not text:
            continue
        match = LINE.fullmatch(text)
        if match is None:
            raise BlocksError(f"{fragment.file}:{number}: must be: name amd64|arm64|any sha256 https://...")
        yield f"{match['name']} {match['architecture']}", Want(text, fragment.component, fragment.file, number, comment)


def render(merged: Merged) -> str:
    """One download a line with its provenance, then the author's anchor."""
    return "".join(f"{line}\n" for line in [*(entry.line for entry in merged.entries), ANCHOR])
