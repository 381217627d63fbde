"""Writes the reference of all answers, docs/answers.md, and their JSON schema, docs/schema/answers.json.

    python tools/answers.py

Both from the questions of copier.yml and of the units, in the order in which people are asked. The schema is for data
files and what editors make of them, by a first line:

    # yaml-language-server: $schema=<address of docs/schema/answers.json>

What it cannot say (a version that a block does not run on, an address that cannot be) is said by the copy.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from extensions.answers import questions  # noqa: E402
from extensions.catalogue.manifest import read_catalogue  # noqa: E402
from extensions.catalogue.units import Catalogue, Unit  # noqa: E402
from extensions.expressions import evaluator, make_environment  # noqa: E402

PAGE = ROOT / "docs/answers.md"
SCHEMA = ROOT / "docs/schema/answers.json"
TYPES: Mapping[str, Mapping[str, Any]] = {
    "str": {"type": "string"},
    "bool": {"type": "boolean"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "yaml": {},
}
LIST = {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}]}
HEAD = """\
# All answers

<!-- made by python tools/answers.py -->

What a data file (`--data-file FILE`) or `--data NAME=VALUE` can say, in the order in which it is asked. What is left
out gets its default. [A JSON schema](schema/answers.json) has editors complete and check a data file:

```yaml
# yaml-language-server: $schema=https://owner.github.io/binder-blocks/schema/answers.json
course_name: Databases
components: [postgres]
```
"""


def asked(root: Path) -> dict[str, questions.Question]:
    """What can be answered: no question that is computed, or that looks at a destination."""
    every = questions.read(root)
    return {name: one for name, one in every.items() if one.get("when") is not False and one.get("ask") is not False}


def unit_of(name: str, catalogue: Catalogue) -> Unit | None:
    """The unit whose question this is."""
    units = (*catalogue.outputs.values(), *catalogue.components.values())
    return next((unit for unit in units if name.startswith(unit.prefix)), None)


def choices(question: questions.Question, catalogue: Catalogue) -> list[Any]:
    """The values that the question offers; empty where anything goes, or where a destination decides."""
    offered = question.get("choices") or []
    if isinstance(offered, str):
        context = {"component_choices": lambda: json.dumps([*catalogue.components])}
        offered = yaml.safe_load(evaluator(make_environment(catalogue), context)(offered, {"components": []}))
    return [*(offered.values() if isinstance(offered, dict) else offered)]


def default(question: questions.Question) -> str:
    """The default in words."""
    if "default" not in question:
        return "has to be answered"
    value = question["default"]
    if isinstance(value, str) and re.search(r"\{[{%]", value):
        return "follows from other answers"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`" if value not in ("", [], {}) else "nothing"


def asked_as(question: questions.Question, catalogue: Catalogue) -> str:
    """The question in one line, as it is asked at first."""
    said = evaluator(make_environment(catalogue))(str(question.get("help", "")), {"components": []})
    return " ".join(said.split())


def properties(name: str, question: questions.Question, catalogue: Catalogue) -> dict[str, Any]:
    """The schema of one answer."""
    values = choices(question, catalogue)
    if question.get("multiselect"):
        shape: Mapping[str, Any] = LIST
        if values:
            shape = {"anyOf": [{"type": "array", "items": {"enum": values}}, {"type": "string"}]}
    elif values:
        shape = {"enum": [*values, *(number for value in values if (number := _number(value)) is not None)]}
    else:
        shape = TYPES[str(question.get("type", "str"))]
    found = {"description": asked_as(question, catalogue) or name, **shape}
    if "{" not in str(question.get("default", "{")):
        found["default"] = question["default"]
    return found


def _number(value: Any) -> float | None:
    """What YAML makes of it unless one quotes it: a number of the same digits. `3.10` is another one, and wrong."""
    read = yaml.safe_load(value) if isinstance(value, str) else None
    return read if isinstance(read, (int, float)) and str(read) == value else None


def schema(root: Path = ROOT) -> str:
    catalogue = read_catalogue(root)
    made = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Answers of Binder Blocks",
        "type": "object",
        "additionalProperties": False,
        "patternProperties": {"^_": {}},
        "properties": {name: properties(name, one, catalogue) for name, one in asked(root).items()},
    }
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def row(name: str, question: questions.Question, catalogue: Catalogue) -> str:
    values = choices(question, catalogue)
    kind = "list of names" if question.get("multiselect") else str(question.get("type", "str"))
    if values and unit_of(name, catalogue) is None and question.get("multiselect"):
        told = f"{kind}: see the tables in README"
    else:
        told = ", ".join(f"`{value}`" for value in values) or {"str": "text", "yaml": "list", "bool": "yes or no"}.get(
            kind, "number" if kind in ("int", "float") else kind
        )
    cells = (f"`{name}`", asked_as(question, catalogue), told, default(question))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def page(root: Path = ROOT) -> str:
    catalogue = read_catalogue(root)
    text, last = HEAD, object()
    for name, question in asked(root).items():
        unit = unit_of(name, catalogue)
        if unit is not last:
            what = "output" if unit is not None and unit.name in catalogue.outputs else "block"
            title = "The course" if unit is None else f"{unit.title} (the {what} `{unit.name}`)"
            text += f"\n## {title}\n\n| answer | question | values | default |\n|---|---|---|---|\n"
            last = unit
        text += row(name, question, catalogue)
    return text


def main() -> int:
    SCHEMA.parent.mkdir(exist_ok=True)
    SCHEMA.write_text(schema())
    PAGE.write_text(page())
    return 0


if __name__ == "__main__":
    sys.exit(main())
