"""A state -> what the page shows: questions, units, files, cost, clashes and findings.

`State` is all that somebody has done: answers, and the files to adopt. The composition is the one that Copier's last
question has made; the files are those that the engine plans from it, which is what `copier copy` writes (a test holds
both to one another), but for the message at the end.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2.runtime import new_context

from . import interview, provenance

Files = dict[str, tuple[bytes, bool]]
# Compositions that are remembered, and what was made of them.
KEPT = 20
# As tests.yml of a block has it; of the last the program was not in the image that was measured.
WIRING = "C"
PROOFS = {
    "A": "proof: the same bytes",
    "B": "proof: the same program, otherwise packed",
    WIRING: "proof: its wiring alone",
}
# Whatever an author has, and no question asks.
ANSWERS_FILE = ".copier-answers.yml"


@dataclass
class State:
    """`former` are the answers of a repository that was opened, `carried` what became of them, `before` its files."""

    answers: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    before: dict[str, bytes] = field(default_factory=dict)
    former: dict[str, Any] = field(default_factory=dict)
    carried: list[dict[str, str]] = field(default_factory=list)


@dataclass
class Result:
    """What came of a state; without a composition where it cannot be made."""

    interview: interview.Interview
    composition: Any = None
    files: Files = field(default_factory=dict)
    refusal: str = ""


class Composer:
    def __init__(self, root: Path, source: str, version: str, work: Path) -> None:
        self.catalogue = interview.Catalogue(root, source, version)
        self.work = work
        self._written: dict[str, bytes] | None = None
        self._files: dict[Path, list[str]] = {}

    @property
    def destination(self) -> Path:
        return self.work / "course"

    def place(self, files: Mapping[str, bytes]) -> Path:
        """The destination, with these files in it and no other; without any, there is none."""
        if files != self._written:
            shutil.rmtree(self.destination, ignore_errors=True)
            for name, data in files.items():
                path = self.destination / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            self._written = dict(files)
        return self.destination

    @property
    def blocks(self) -> Any:
        return self.catalogue.blocks

    def files(self, unit: Any) -> list[str]:
        """Those in the unit's folder, looked for once: the catalogue stays as it is."""
        return self._files.setdefault(unit.folder, self._files.get(unit.folder) or unit.files())

    def engine(self, name: str) -> Any:
        return self.catalogue.engine(name)

    def compose(self, state: State) -> Result:
        """Everything for this state; what is wrong with it is in the result."""
        asked = self.catalogue.ask(self.place(state.files), state.answers)
        if asked.refusal:
            return Result(asked, refusal=asked.refusal)
        blocks, environment = self.blocks, self.catalogue._environment
        context = asked.worker._render_context()
        try:
            composition = blocks.composition(new_context(environment, None, {}, context, False, environment.globals))
            planned = [*self.engine("rendering").plan(blocks.catalogue, environment, context, composition)]
            files = {file.path: (file.content(), file.executable) for file in planned}
        except self.engine("errors").BlocksError as error:
            return Result(asked, refusal=interview.one_line(error))
        for path, data in state.files.items():
            files.setdefault(path, (data, False))
        if len(blocks._compositions) > KEPT:
            for kept in (blocks._compositions, blocks._texts, blocks._reports):
                kept.clear()
        return Result(asked, composition, files)

    def units(self, classes: Mapping[str, str]) -> list[dict[str, Any]]:
        """Every block that is offered, then every output, as cards."""
        catalogue, units = self.blocks.catalogue, self.engine("catalogue.units")
        select = self.engine("catalogue.selection").select
        cards = []
        for component in catalogue.components.values():
            try:
                needed = select([component.name], catalogue.components)
            except self.engine("errors").BlocksError:  # choosing it says so
                needed = [component]
            cards.append(
                {
                    "name": component.name,
                    "kind": "component",
                    "title": component.title,
                    "summary": component.summary,
                    "category": units.CATEGORIES[component.category],
                    "memory": sum(one.memory for one in needed),
                    "size": sum(getattr(one, "size", 0) for one in needed),
                    "unmeasured": unmeasured(needed, classes),
                    "requires": [one.title for one in needed if one is not component],
                    "retired": component.retired,
                    "proof": PROOFS.get(classes.get(component.name, ""), ""),
                }
            )
        for output in catalogue.outputs.values():
            about = {"name": output.name, "kind": "output", "title": output.title, "summary": output.summary}
            cards.append(
                {
                    **about,
                    "category": "Outputs",
                    "memory": 0,
                    "size": 0,
                    "unmeasured": [],
                    "requires": [],
                    "retired": "",
                    "proof": "",
                }
            )
        return cards


def unmeasured(components: Iterable[Any], classes: Mapping[str, str]) -> list[str]:
    """The titles of those that have a size, and nobody knows which."""
    return [one.title for one in components if classes.get(one.name) == WIRING]


def cost(composition: Any, classes: Mapping[str, str]) -> dict[str, Any]:
    """What a session takes, and how much mybinder.org has."""
    parts = [
        {"name": one.name, "title": one.title, "memory": one.memory, "cpu": one.cpu, "size": getattr(one, "size", 0)}
        for one in composition.components
    ]
    return {
        "memory": composition.memory,
        "limit": composition.mybinder_memory,
        "notebook": composition.memory - sum(part["memory"] for part in parts),
        "cpu": sum(part["cpu"] for part in parts),
        "size": sum(part["size"] for part in parts),
        "unmeasured": unmeasured(composition.components, classes),
        "parts": parts,
    }


def along(composition: Any) -> list[dict[str, Any]]:
    """Those that came without being asked for, and why."""
    asked, found = set(composition.asked), []
    for one in composition.components:
        if one.name not in asked:
            because = [other.title for other in composition.components if one.name in other.requires]
            brought = [output.title for output in composition.delivery if one.name in output.brings]
            found.append({"name": one.name, "title": one.title, "because": [*because, *brought]})
    wanted = set(composition.answers.get("outputs") or ())
    for output in composition.delivery:
        if output.name not in wanted:
            because = [other.title for other in composition.delivery if output.name in other.requires]
            found.append({"name": output.name, "title": output.title, "because": because})
    return found


def told(composition: Any) -> list[dict[str, Any]]:
    """Clashes, findings and notes, each with its remedy."""
    said: list[dict[str, Any]] = []
    for clash in composition.clashes:
        parties = [
            {"who": want.component, "text": want.text, "place": want.place, "won": want in clash.wants}
            for want in clash.parties
        ]
        said.append(
            {"kind": "clash", "what": clash.subject, "parties": parties, "why": clash.why, "remedy": clash.remedy}
        )
    for finding in composition.findings:
        if not composition.is_accepted(finding):
            about = {"kind": "finding", "what": f"{finding.code} {finding.place}", "who": finding.component}
            said.append({**about, "text": finding.text, "why": finding.reason, "remedy": finding.remedy})
    return [*said, *({"kind": "note", "what": note} for note in composition.notes)]


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def owners(composer: Composer, composition: Any) -> dict[str, str]:
    return provenance.owners(composition, composer.engine("catalogue.files").target, composer.files)
