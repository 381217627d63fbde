"""docs/findings.md, from the rules that the engine's modules declare.

    python -c "from extensions.findings.page import findings_page; print(findings_page(), end='')" >docs/findings.md

A rule stands in the section of its code's first digit, by number.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from ..loading import LEFT_OUT
from ..rule import Rule

PACKAGE = __name__.split(".")[0]
HEAD = """\
# Findings

<!-- Made from the rules in extensions/ by
python -c "from extensions.findings.page import findings_page; print(findings_page(), end='')" >docs/findings.md -->

What Binder Blocks has to say about other people's Binder files that it merged, about your own lines beside the generated ones, and about apt packages.
A finding never stops anything, and [ends](adoption.md#findings-that-end) when what it is about is mended.
Each is printed at the end of a copy or update, listed in the `README.md` of the Binder directory, and data in its `report.json`: code, component, file, line, text, reason, remedy, and `left_out` where something that repo2docker would have used is not in the merged repository.

Codes: BB1xx files as text, BB2xx entries of lists, BB3xx what repo2docker passes over and what decides instead of the merged files, BB4xx scripts, BB5xx imports, BB6xx your own lines.
What repo2docker does is that of its release 2026.4.0.
"""  # noqa: E501
SECTIONS = {
    "BB1": "## Files as text\n",
    "BB2": "## Entries of lists\n",
    "BB3": """\
## What repo2docker passes over, and what decides instead

repo2docker reads `binder/`, else `.binder/`, else the root, and takes the first of Dockerfile, Julia, nix, R, environment.yml, Pipfile, Python that applies.
The merged repository has an environment.yml; what a file of another kind did is gone, unless it stands in an adopted `binder/` or `.binder/`, where it stays in force and may win.
""",  # noqa: E501
    "BB4": "## Scripts\n",
    "BB5": "## Imports\n",
    "BB6": "## Your own lines\n",
}
TABLE = "| code | what it says | why | remedy |\n| --- | --- | --- | --- |\n"


def rules() -> list[Rule]:
    """All that the engine has, by number; one that two modules declare is in it twice."""
    return sorted(rule for module in _modules() for rule in _declared(module))


def _modules() -> Iterator[str]:
    package = importlib.import_module(PACKAGE)
    for module in pkgutil.walk_packages(package.__path__, f"{PACKAGE}."):
        if module.name.rpartition(".")[2] not in LEFT_OUT:
            yield module.name


def _declared(module: str) -> Iterator[Rule]:
    values = vars(importlib.import_module(module))
    return (value for value in values.values() if isinstance(value, Rule))


def findings_page() -> str:
    """The page, as Markdown."""
    rows = {code: "".join(_row(rule) for rule in rules() if rule.startswith(code)) for code in SECTIONS}
    return "\n".join([HEAD, *(f"{text}\n{TABLE}{rows[code]}" for code, text in SECTIONS.items())])


def _row(rule: Rule) -> str:
    return f"| {rule} | {rule.found} | {rule.why} | {rule.remedy} |\n"
