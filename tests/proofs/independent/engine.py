"""The project's own mergers, driven as for a composition of other people's directories alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extensions.composition import Composition
from extensions.foreign.directory import Blob, Directory
from extensions.merge import apt, environment_text

from .case import BINDER, Outcome, Source
from .wishes import Repository


def source(repository: Repository, label: str = "") -> Source:
    slug = re.sub(r"[^a-z0-9]+", "-", repository.label.lower()).strip("-")
    own = Repository(label or repository.label, repository.tree, repository.folder)
    return Source(own, f"gh:{repository.label}@0123456:", f"{BINDER}/imports/{slug}")


def directory(one: Source) -> Directory:
    tree = {path: Blob(data) for path, data in one.repository.tree.items()}
    slug = f"import-{one.home.rpartition('/')[2]}"
    return Directory(one.label, slug, one.origin, one.repository.folder, one.home, tree)


def merge(sources: Sequence[Source], python: str) -> Outcome:
    answers = {
        "course_name": "Course",
        "course_slug": "course",
        "python_version": python,
        "keep_data": "no",
        "binder_dir": BINDER,
        "clashes": "report",
    }
    composed = Composition((), (), answers, _no_component, tuple(map(directory, sources)))
    return Outcome(
        apt.render(composed.apt),
        environment_text.render(composed.environment),
        [clash.as_data() for clash in composed.clashes],
        [finding.as_data() for finding in composed.findings],
        {file.path: (file.text.encode(), file.executable) for file in composed.placed},
    )


def _no_component(source: str, path: str, /, **more: object) -> str:
    raise AssertionError(f"{path}: there are no components")
