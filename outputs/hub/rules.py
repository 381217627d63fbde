"""A course's entry for a hub's list of images: its answers, checked, and what a session is given.

The entry is values for Zero to JupyterHub's chart and what DockerSpawner's hubs read; `README.md` says how a hub takes
it in. One module's one presentation is one entry, with one version of the image, so that nothing moves under
students. What a session is given follows from the components' manifests alone:

- `mem_guarantee`: what is in use at rest, and 15 % more, by which the measured figures may be off. It decides how many
  sessions a node takes, hence no more than what every session really uses.
- `mem_limit`: what mybinder.org allows, since a course is tried there; where more is in use at rest, 1000 MB above the
  guarantee. A session that exceeds it is ended as a whole, its databases too, hence no less.
- `cpu_limit`: enough processors for all services to start within 10 s, half of what `launch` waits, and one at least.
- `cpu_guarantee`: enough for a full node whose sessions all start within two minutes, and 0.05 at least. Processors
  that nobody uses go to whoever does, so that this is a floor; at rest a session uses next to none.

MB are 10^6 bytes here and in manifests. A hub's `M` is 2^20 bytes; what is written is rounded up to whole ones.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from extensions.composition import MYBINDER_MEMORY, Composition
from extensions.errors import BlocksError
from extensions.outputs import Facts

ERROR_OF_MEASURING = 15  # percent
WORK_MEMORY = 1000  # MB
START_SECONDS = 10
SPREAD_SECONDS = 120
LEAST_CPU = 0.05
MEBIBYTE = 2**20
# A key of a map that charts make names of containers from; no hyphen in a module, so that the two cannot be mixed up.
NAMES = {
    "hub_module": (re.compile(r"[A-Za-z0-9]{1,20}"), "letters and digits, such as TM351"),
    "hub_presentation": (
        re.compile(r"(?=.{1,20}$)[A-Za-z0-9]+(-[A-Za-z0-9]+)*"),
        "letters, digits and hyphens, such as 26J",
    ),
}
# The grammar of the distribution specification.
TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
MOVING = "latest"


@dataclass(frozen=True)
class Profile:
    """One entry; `memory` is MB at rest, `cpu` seconds of processor time that a start takes."""

    module: str
    presentation: str
    course: str
    image: str
    tag: str
    group: str
    services: tuple[str, ...]
    memory: int
    cpu: int
    allowed: int

    @property
    def slug(self) -> str:
        return f"{self.module}-{self.presentation}".lower()

    @property
    def display_name(self) -> str:
        # many courses are called by their module
        title = re.sub(rf"^{re.escape(self.module)}(?!\w)[\s:,.\-–—]*", "", self.course)  # noqa: RUF001
        return in_form(f"{self.module} {self.presentation}: {title}" if title else f"{self.module} {self.presentation}")

    @property
    def description(self) -> str:
        return in_form(", ".join(self.services))

    @property
    def guaranteed(self) -> int:
        """MB."""
        return math.ceil(self.memory * (100 + ERROR_OF_MEASURING) / 100)

    @property
    def limit(self) -> int:
        """MB."""
        return max(self.allowed, self.guaranteed + WORK_MEMORY)

    @property
    def mem_guarantee(self) -> str:
        return in_mebibytes(self.guaranteed)

    @property
    def mem_limit(self) -> str:
        return in_mebibytes(self.limit)

    @property
    def cpu_guarantee(self) -> float:
        return max(LEAST_CPU, math.ceil(self.cpu / SPREAD_SECONDS * 100) / 100)

    @property
    def cpu_limit(self) -> int:
        return max(1, math.ceil(self.cpu / START_SECONDS))


def in_mebibytes(megabytes: int) -> str:
    """As KubeSpawner and DockerSpawner read it."""
    return f"{math.ceil(megabytes * 10**6 / MEBIBYTE)}M"


def in_form(text: str) -> str:
    """`text` as it is, in a hub's form: that is HTML, and a template once more."""
    return html.escape(text).replace("{", "&#123;").replace("}", "&#125;")


def check(name: str, answers: Mapping[str, Any]) -> None:
    """Raises `BlocksError` for an answer of the entry's that is wrong, or that it cannot do without."""
    if name in CHECKS:
        _check(name, answers.get(name))


def _check(name: str, value: object) -> str:
    if value is None or value == "":
        if name in NEEDED:
            raise BlocksError(f"{name}: must not be empty; write it like {NEEDED[name]}")
        return ""
    if not isinstance(value, str):
        raise BlocksError(f"{name}: must be text, not {value!r}; put it in quotes")
    CHECKS[name](name, value)
    return value


def _check_name(name: str, value: str) -> None:
    form, wanted = NAMES[name]
    if not form.fullmatch(value):
        raise BlocksError(f"{name}: {value!r}: must be at most 20 {wanted}")


def _check_tag(name: str, value: str) -> None:
    if not TAG.fullmatch(value):
        raise BlocksError(f"{name}: {value!r}: is no tag of an image; name the release, such as v1.0")
    if value == MOVING:
        raise BlocksError(f"{name}: '{MOVING}' would move under students; name the release, such as v1.0")


def _check_group(name: str, value: str) -> None:
    if not value.isprintable() or value != value.strip():
        raise BlocksError(f"{name}: {value!r}: must be a group's name as the hub has it, on one line")


CHECKS: Mapping[str, Callable[[str, str], None]] = {
    "hub_module": _check_name,
    "hub_presentation": _check_name,
    "hub_tag": _check_tag,
    "hub_group": _check_group,
}
NEEDED = {"hub_module": "TM351", "hub_presentation": "26J", "hub_tag": "v1.0"}


def facts(composition: Composition) -> Facts:
    """The entry; raises `BlocksError` for a course's name that no hub can show."""
    answers = composition.answers
    course = str(answers["course_name"])
    if not course.isprintable():
        raise BlocksError(f"course_name: {course!a}: has a character that cannot be seen, which a hub cannot show")
    module, presentation, tag, group = (_check(name, answers.get(name)) for name in CHECKS)
    return Facts(
        Profile(
            module,
            presentation,
            course,
            composition.facts("image").values.name,
            tag,
            group,
            tuple(component.title for component in composition.components if component.memory),
            composition.memory,
            sum(component.cpu for component in composition.components),
            MYBINDER_MEMORY,
        )
    )
