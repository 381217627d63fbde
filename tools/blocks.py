"""Writes the tables of blocks and of outputs from the manifests, and what `tools/answers.py` writes.

    python tools/blocks.py

- README.md: the blocks by category, and the outputs, each with its page
- docs/blocks.md: a line for each block, with `class` and `proven` of its tests.yml

Blocks in the order of categories and titles, as the question for components has them, helpers behind, retired ones
last; outputs in the order of their titles, as their question has them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
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
    BLOCKS: "| | |\n|---|---|\n",
    OUTPUTS: "| in `outputs` | what it is, and its page |\n|---|---|\n",
}
PAGE = ROOT / "docs/blocks.md"
PAGE_HEAD = """\
# The blocks

<!-- made by python tools/blocks.py -->

What was run, compared with what users get: **A** the same bytes, **B** the same program in another packaging or
version, **C** its wiring alone. Each block's `proof.yml` has when and on what, and what stood in for what.

| block | what it is | proven by running |
|---|---|---|
"""


def row(component: Component) -> str:
    what = f"{component.title}: {component.summary}"
    what += f" (retired: {component.retired})" if component.retired else ""
    cases = contract.cases(component)
    proven = ": ".join(" ".join(str(cases[key]).split()) for key in ("class", "proven") if key in cases)
    return f"| `{component.name}` | {what} | {proven} |\n".replace("|  |", "| |")


def output_row(output: Output) -> str:
    return f"| `{output.name}` | [{output.title}]({output.where('README.md')}): {output.summary} |\n"


def ordered(catalogue: Catalogue) -> list[Component]:
    order = [*CATEGORIES]
    return sorted(
        catalogue.components.values(), key=lambda each: (bool(each.retired), order.index(each.category), each.title)
    )


def page(catalogue: Catalogue) -> str:
    """docs/blocks.md."""
    return PAGE_HEAD + "".join(map(row, ordered(catalogue)))


def shelf(category: str, components: Iterable[Component]) -> str:
    """A line of README's table."""
    named = ", ".join(f"{component.title} `{component.name}`" for component in components if not component.retired)
    return f"| {CATEGORIES[category]} | {named} |\n"


def tables(catalogue: Catalogue) -> dict[str, str]:
    """Those of README, by name."""
    components = ordered(catalogue)
    categories = [one for one in CATEGORIES if any(each.category == one for each in components)]
    shelves = (shelf(one, (each for each in components if each.category == one)) for one in categories)
    outputs = sorted(catalogue.outputs.values(), key=lambda each: each.title)
    rows = {BLOCKS: shelves, OUTPUTS: map(output_row, outputs)}
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
    path, catalogue = ROOT / "README.md", read_catalogue(ROOT)
    path.write_text(put_into(path.read_text(), tables(catalogue)))
    PAGE.write_text(page(catalogue))
    return answers.main()


if __name__ == "__main__":
    sys.exit(main())
