"""All findings -> those that are told: in the closing message, in the Binder directory's README and in its report.

- not those in the answer `settled`, which an update makes: what each was about is changed or gone (`update/settled.py`)
- not those in the answer `accepted`, by which an author says of some that they may be so: a code (`BB316`), a code and
  a file (`BB316 requirements.txt`), or a whole key
- the key of a finding is its code, its file and its text: `BB220 binder_gis/apt.txt: libcurl3`
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ..errors import BlocksError
from ..foreign import dead
from ..model import Finding
from ..text import words

ACCEPTED = re.compile(r"BB\d{3}(?: .+)?")
FORM = "must be a list of codes, such as [BB316], or of codes and files, such as ['BB316 requirements.txt']"


def told(found: Iterable[Finding], settled: Any, accepted: Any, binder_dir: str) -> list[Finding]:
    """Raises `BlocksError` where the answers are none."""
    done = _texts("settled", settled, "must be a list, as copier update makes it")
    if not all(map(ACCEPTED.fullmatch, _texts("accepted", accepted, FORM))):
        raise BlocksError(f"accepted: {FORM}")
    left = [one for one in found if one.key not in done and not is_accepted(one, accepted)]
    return dead.folded(left, binder_dir)


def is_accepted(finding: Finding, accepted: Any) -> bool:
    known = _texts("accepted", accepted, FORM)
    return not known.isdisjoint((str(finding.code), f"{finding.code} {finding.subject}", finding.key))


def _texts(name: str, value: Any, form: str) -> set[str]:
    value = words(value)
    if not all(isinstance(text, str) for text in value):
        raise BlocksError(f"{name}: {form}")
    return {*value}
