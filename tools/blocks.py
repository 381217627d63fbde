"""Writes the tables of blocks and of outputs into README.md, from the manifests, and what `tools/answers.py` writes.

    python tools/blocks.py

Blocks in the order of categories and titles, as the question for components has them, helpers behind, retired ones
last, with `proven` of their tests.yml; outputs in the order of their titles, as the question for them has them.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from extensions.catalogue.manifest import read_catalogue  # noqa: E402
from extensions.catalogue.units import CATEGORIES, Catalogue, Component, Output  # noqa: E402
from tools import answers, contract  # noqa: E402

# What the lines around a table say: the first with its name, the second behind it.
BEGIN, END = "<!-- {}: this table is made by python tools/blocks.py -->\n", "<!-- end of {} -->\n"
BLOCKS, OUTPUTS = "blocks", "outputs"
HEADS = {
    BLOCKS: "| block | what it is | proven by running |\n|---|---|---|\n",
    OUTPUTS: "| in `outputs` | what it is, and its page |\n|---|---|\n",
}


def row(component: Component) -> str:
    what = f"{component.title}: {component.summary}"
    what += f" (retired: {component.retired})" if component.retired else ""
    proven = " ".join(str(contract.cases(component).get("proven", "")).split())
    return f"| `{component.name}` | {what} | {proven} |\n".replace("|  |", "| |")


def output_row(output: Output) -> str:
    return f"| `{output.name}` | [{output.title}]({output.where('README.md')}): {output.summary} |\n"


def tables(catalogue: Catalogue) -> dict[str, str]:
    """Both, by name."""
    order = [*CATEGORIES]
    components = sorted(
        catalogue.components.values(), key=lambda each: (bool(each.retired), order.index(each.category), each.title)
    )
    outputs = sorted(catalogue.outputs.values(), key=lambda each: each.title)
    rows = {BLOCKS: map(row, components), OUTPUTS: map(output_row, outputs)}
    return {name: HEADS[name] + "".join(made) for name, made in rows.items()}


def put_into(page: str, made: Mapping[str, str]) -> str:
    """The page with these tables between their marks."""
    for name, table in made.items():
        first, last = BEGIN.format(name), END.format(name)
        before, begin, rest = page.partition(first)
        _, end, after = rest.partition(last)
        if not (begin and end):
            raise SystemExit(f"README.md: the table stands between two lines; put them back: {first}{last}".strip())
        page = f"{before}{begin}\n{table}\n{end}{after}"
    return page


def main() -> int:
    path = ROOT / "README.md"
    path.write_text(put_into(path.read_text(), tables(read_catalogue(ROOT))))
    return answers.main()


if __name__ == "__main__":
    sys.exit(main())
