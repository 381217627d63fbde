"""A composition -> binder/report.json: all that a reader may want to know of a derived repository, as data."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from . import template
from .composition import MYBINDER_MEMORY, NOTEBOOK_MEMORY, Composition
from .merge import pip
from .model import Merged


def report(composition: Composition) -> dict[str, Any]:
    """As data; keys of outputs are their names."""
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
        },
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
        "files": digests(composition),
        "clashes": [clash.as_data() for clash in composition.clashes],
        "findings": [finding.as_data() for finding in composition.findings],
    }


def digests(composition: Composition) -> dict[str, str]:
    """Path -> SHA-256 of every file but those that are written once in the root, the report and the answers."""
    own = template.files(composition.render, composition)
    return {
        file.path: hashlib.sha256(file.text.encode()).hexdigest()
        for file in (*composition.placed, *composition.delivered, *own)
    }


def as_text(composition: Composition) -> str:
    """The file."""
    return json.dumps(report(composition), indent=2, ensure_ascii=False) + "\n"
