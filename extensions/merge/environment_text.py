"""Writing environment.yml; its layout is what keeps updates free of conflicts.

- the merged file always has both anchors and a pip section, so that an author's line and a generated one are
  never neighbours in a three-way merge, whichever components come and go
- comments that belong to no entry stand at the top of the file
- what lost to an entry is a comment below it
"""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Merged
from .channels import FORGE
from .environment_yml import Environment, is_pip
from .yaml_text import quoted, scalar

CONDA_ANCHOR = "# Your own conda packages go below this line."
PIP_ANCHOR = "# Your own pip packages go below this line."


def render(environment: Environment) -> str:
    """The file."""
    text = [f"# {note}" for note in environment.conda.trailing]
    text += ["channels:"]
    for entry in environment.channels.entries:
        told = entry.name != FORGE or any(want.comment or want.above for want in entry.wants)
        text += [f"  {line}" for line in entry.lines(f"- {scalar(entry.text)}")] if told else [f"  - {FORGE}"]
    text += ["dependencies:"]
    text += [f"  {line}" for line in environment.pythons.lines(f"- {scalar(environment.pythons.text)}")]
    text += _items(environment.conda, "  ")
    text += [f"  {CONDA_ANCHOR}", "  - pip", "  - pip:", "    - pip"]
    text += _items(environment.pip, "    ")
    text += [f"    {PIP_ANCHOR}"]
    if environment.variables.entries:
        text += ["variables:"]
        for entry in environment.variables.entries:
            text += [f"  {line}" for line in entry.lines(f"{scalar(entry.name)}: {quoted(entry.text)}")]
    text += [line for entry in environment.more.entries for line in entry.lines(entry.text)]
    return "".join(f"{line}\n" for line in text)


def _items(merged: Merged, indent: str) -> Iterator[str]:
    for entry in merged.entries:
        if not is_pip(entry):
            yield from (f"{indent}{line}" for line in entry.lines(f"- {scalar(entry.text)}"))
