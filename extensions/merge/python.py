"""The one version of Python in environment.yml.

- the course's answer stands, narrowed by who asks for a part of it; who cannot run on it clashes
- always spelled `python=`, as repo2docker looks for that
"""

from __future__ import annotations

from collections.abc import Iterable

from ..model import COURSE, Clash, Entry, Want
from . import specs
from .versions import Range, conda_range, intersect, overlap

# A want with the versions that it asks for.
Asked = tuple[Want, Range]


def merge(python: str, wants: Iterable[Want]) -> tuple[Entry, list[Clash]]:
    """The entry for Python, and a clash with each want it does not meet: the course's, and the first that is met.

    `python` is the answer, such as `3.13`; empty where there is none.
    """
    chosen = f"={python}"
    ranges = {chosen: conda_range(chosen)} if python else {}
    fitting, losing = _fitting(wants, ranges)
    course = Want(f"python={python}", COURSE, "answer python_version", 0)
    against = {asked.text: _against(asked, fitting) for asked in {asked for _, asked in losing}}
    remedy, why = "choose a Python version the component runs on", "the answer python_version decides, for all"
    clashes = [
        Clash("python", "python", (course, *against[asked.text]), (want,), remedy, why) for want, asked in losing
    ]
    version = intersect(list(ranges.values())) or chosen
    text = f"python{version}" if version.startswith("=") else f"python{chosen},{version}"
    met, lost = (tuple(want for want, _ in pairs) for pairs in (fitting, losing))
    return Entry("python", text, met, lost), clashes


def _fitting(wants: Iterable[Want], ranges: dict[str, Range]) -> tuple[list[Asked], list[Asked]]:
    """The wants that hold together with `ranges`, which they join, and the others."""
    fitting: list[Asked] = []
    losing: list[Asked] = []
    refused: set[str] = set()
    for want in wants:
        spec = specs.parse(want.text)
        if spec is None:
            continue
        text = spec.version.text
        if text in refused or (text not in ranges and not overlap([*ranges.values(), spec.version])):
            refused.add(text)
            losing.append((want, spec.version))
        else:
            fitting.append((want, spec.version))
            ranges[text] = spec.version
    return fitting, losing


def _against(version: Range, fitting: Iterable[Asked]) -> tuple[Want, ...]:
    """The first of the wants met that the range contradicts by itself, if there is one."""
    return next(((want,) for want, other in fitting if not overlap([version, other])), ())
