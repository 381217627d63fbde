"""The answers and the author's files of a repository, as this catalogue names them, before Copier's update renders it.

- in the answer `components`, the old name of each becomes the new one; answers from before there were outputs become
  those of today (`answers/former.py`); names stand in the order in which they are offered, as in a new course
- an empty list that is typed is nothing, as in a new course (`answers/questions.unfilled`)
- `adopted` and `settled` are renewed from the repository (`renew`)
- generated files that git does not see are put into the index, for the time of the update: `hidden`
- the author's files in the Binder directory's `seed/OLD` move to `seed/NEW`, edited scripts and files of the service
  to their new place, where the update shows as a conflict what it would have written; one whose place is taken stays

The answers of the old component's questions stay in the file for as long as the update runs: the new questions' own
defaults take them over (`default: "{{ old_port | default(4000) }}"`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment

from .. import git
from ..answers import choices, former, questions
from ..catalogue.units import Catalogue, current_names
from ..foreign import adopt
from . import before, hidden, undo
from .renew import said

Renew = Callable[[Mapping[str, Any]], Mapping[str, Any]]

# Where in the Binder directory an author's edited files of a component are, besides the seeds.
KINDS = ("postBuild.d", "start.d", "first.d", "verify.d", "services")


def is_needed(repository: Path, answers_file: str, catalogue: Catalogue, renew: Renew = dict) -> bool:
    """Whether there is something to migrate; `renew` makes of answers what they are by what the repository has."""
    answers = adopt.our_answers(repository / answers_file)
    if answers is None:
        return False
    unseen = hidden.find(repository, before.generated(repository))
    is_found = bool(unseen or _names(repository, answers, catalogue))
    return is_found or renew(migrated(answers, catalogue)) != answers


def migrate(repository: Path, answers_file: str, catalogue: Catalogue, renew: Renew = dict) -> Iterator[str]:
    """Do it, step by step; what was done, a line each."""
    path = repository / answers_file
    answers = adopt.our_answers(path)
    if answers is None:
        return
    if unseen := hidden.find(repository, before.generated(repository)):
        hidden.show(repository, unseen)
    names = _names(repository, answers, catalogue)
    moved = _move(repository, _authors_files(repository, answers["binder_dir"], names), names)
    new_answers, former_text = renew(migrated(answers, catalogue)), path.read_bytes()
    if new_answers != answers:
        path.write_text(yaml.safe_dump(new_answers, allow_unicode=True), encoding="utf-8")
    undo.note(repository, (answers_file, former_text, path.read_bytes()), moved, unseen)
    yield from (f"Component '{old}' is called '{new}' now" for old, new in names.items())
    yield from (f"  moved: {old.path} -> {new}" for old, new in moved.items())
    yield from said(repository, answers_file, answers, new_answers)
    if former.is_former(answers):
        yield f"The outputs are an answer of their own now: {', '.join(sorted(new_answers['outputs'])) or 'none'}"


def migrated(answers: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """The answers as the questions of this catalogue ask for them, one step after another."""
    names = current_names(catalogue.components)
    components = [names.get(name, name) for name in answers["components"]]
    upgraded = former.upgraded(answers, catalogue.outputs, Environment())  # noqa: S701 expressions, no text
    upgraded |= questions.unfilled(upgraded, catalogue.root)
    return {
        **upgraded,
        "components": choices.in_order(components, choices.components(catalogue, components)),
        "outputs": choices.in_order(upgraded["outputs"], choices.outputs(catalogue)),
    }


def _names(repository: Path, answers: Mapping[str, Any], catalogue: Catalogue) -> dict[str, str]:
    """The repository's components that have another name now: old -> new."""
    new_names = current_names(catalogue.components)
    there = {*answers["components"], *before.installed(repository, answers["binder_dir"])}
    return {name: new_names[name] for name in sorted(there & new_names.keys())}


def _authors_files(repository: Path, binder_dir: str, names: Iterable[str]) -> list[git.Entry]:
    """The tracked files of these components that are the author's: all seeds, and what was edited."""
    names = list(names)
    if not names:  # without a path git lists everything
        return []
    written = git.entries(repository, "--", *(f"{binder_dir}/{kind}/{name}" for name in names for kind in KINDS))
    edited = before.edited(repository, (entry.path for entry in written), before.generated(repository))
    seeds = git.entries(repository, "--", *(f"{binder_dir}/seed/{name}/" for name in names))
    return [*seeds, *(entry for entry in written if entry.path in edited)]


def _move(repository: Path, files: Iterable[git.Entry], names: Mapping[str, str]) -> dict[git.Entry, str]:
    """Tracked files to their new places; those that went there, as they were, and to which path."""
    moved = {}
    for file in files:
        source, target = repository / file.path, repository / new_path(file.path, names)
        if source.exists() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            source.rename(target)
            moved[file] = replace(file, path=new_path(file.path, names))
    git.change_index(repository, (file.path for file in moved), moved.values())
    return {old: new.path for old, new in moved.items()}


def new_path(path: str, names: Mapping[str, str]) -> str:
    """A path in the Binder directory, `<binder>/<kind>/<component>[/...]`, with the component's new name."""
    binder_dir, kind, component, *rest = path.split("/")
    return "/".join([binder_dir, kind, names.get(component, component), *rest])
