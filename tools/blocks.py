"""Writes the table of blocks into README.md: from each component's manifest, and `proven` of its tests.yml.

    python tools/blocks.py

In the order of categories and titles, as the question for components has them, helpers behind; retired ones last.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from extensions.catalogue.manifest import read_components  # noqa: E402
from extensions.catalogue.units import CATEGORIES, Component  # noqa: E402
from tools import contract  # noqa: E402

BEGIN, END = "<!-- blocks: this table is made by python tools/blocks.py -->\n", "<!-- end of blocks -->\n"
HEAD = "| block | what it is | proven by running |\n|---|---|---|\n"


def row(component: Component) -> str:
    what = f"{component.title}: {component.summary}"
    what += f" (retired: {component.retired})" if component.retired else ""
    proven = " ".join(str(contract.cases(component).get("proven", "")).split())
    return f"| `{component.name}` | {what} | {proven} |\n".replace("|  |", "| |")


def table(components: Mapping[str, Component]) -> str:
    order = [*CATEGORIES]
    ordered = sorted(components.values(), key=lambda each: (bool(each.retired), order.index(each.category), each.title))
    return HEAD + "".join(map(row, ordered))


def put_into(page: str, made: str) -> str:
    """The page with this table between its marks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise SystemExit(f"README.md: the table stands between two lines; put them back: {BEGIN}{END}".strip())
    return f"{before}{begin}\n{made}\n{end}{after}"


def main() -> int:
    path = ROOT / "README.md"
    path.write_text(put_into(path.read_text(), table(read_components(ROOT))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
