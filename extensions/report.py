"""A composition -> binder/report.json: all that a reader may want to know of a derived repository, as data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import template
from .composition import MYBINDER_MEMORY, NOTEBOOK_MEMORY, Composition
from .foreign.wanted import wanted
from .merge import pip
from .model import Merged

# The answers that belong to no component and to no output, but for where the files are, which an author may move.
ASKED = (
    "course_name",
    "components",
    "python_version",
    "imports",
    "clashes",
    "keep_data",
    "outputs",
    "without",
    "starts_beside",
)


def report(composition: Composition, generated: Mapping[str, str]) -> dict[str, Any]:
    """As data, with the checksums of what `texts` gives; keys of outputs are their names."""
    merged = {
        "apt.txt": composition.apt,
        "environment.yml": composition.environment.conda,
        "environment.yml pip": composition.environment.pip,
        "environment.yml python": Merged([composition.environment.pythons]),
        "environment.yml channels": composition.environment.channels,
        "environment.yml variables": composition.environment.variables,
        "environment.yml other keys": composition.environment.more,
        "env": composition.env,
        "downloads.txt": composition.downloads,
    }
    facts = {output.name: composition.facts(output.name).report for output in composition.delivery}
    return {
        "components": {
            "asked": list(composition.asked),
            "installed": [component.name for component in composition.components],
            "titles": {component.name: component.title for component in composition.components},
        },
        "answers": answers(composition),
        "notes": composition.notes,
        "directories": [
            {"label": directory.label, "from": directory.origin.rstrip(":") or directory.folder}
            for directory in composition.directories
        ],
        "python": str(composition.answers["python_version"]),
        "memory": {
            "notebook": NOTEBOOK_MEMORY,
            **{component.name: component.memory for component in composition.components if component.memory},
            "total": composition.memory,
            "mybinder": MYBINDER_MEMORY,
        },
        "ports": {
            label: {"port": port, "component": component.name}
            for component in composition.components
            for label, port in component.ports.items()
        },
        "provides": composition.provided,
        "wants": wanted(composition.directories),
        "env": {entry.name: entry.wants[0].component for entry in composition.env.entries},
        "entries": {
            **{name: [entry.as_data() for entry in part.entries] for name, part in merged.items() if part.entries},
            **(
                {"requirements.late.txt": [want.as_data() for part in composition.late for want in pip.read(part)]}
                if composition.late
                else {}
            ),
        },
        **{name: found for name, found in facts.items() if found},
        "files": {path: hashlib.sha256(text.encode()).hexdigest() for path, text in generated.items()},
        "clashes": [clash.as_data() for clash in composition.clashes],
        "findings": [finding.as_data() for finding in composition.findings],
    }


def answers(composition: Composition) -> dict[str, Any]:
    """Those that files were rendered from, but for what was adopted, which is in the answers file alone."""
    units = tuple(unit.prefix for unit in (*composition.components, *composition.delivery))
    names = sorted(name for name in composition.answers if name in ASKED or name.startswith(units))
    return {name: composition.answers[name] for name in names}


def texts(composition: Composition, catalogue: Path) -> dict[str, str]:
    """Path -> text of every file but those that are written once in the root, the report and the answers."""
    own = template.files(catalogue, composition.render, composition)
    return {file.path: file.text for file in (*composition.placed, *composition.delivered, *own)}


def as_text(composition: Composition, generated: Mapping[str, str]) -> str:
    """The file."""
    return json.dumps(report(composition, generated), indent=2, ensure_ascii=False, default=str) + "\n"
