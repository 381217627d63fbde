"""The project's own mergers, driven as a composition without components drives them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extensions.compose import Composition
from extensions.files import Render
from extensions.foreign import Blob, Directory
from extensions.merge import apt, conda

from .judge import BINDER, Outcome, Source
from .wishes import Repository


def source(repository: Repository, label: str = "") -> Source:
    slug = re.sub(r"[^a-z0-9]+", "-", repository.label.lower()).strip("-")
    return Source(
        Repository(label or repository.label, repository.tree, repository.folder),
        f"gh:{repository.label}@0123456:",
        f"{BINDER}/imports/{slug}",
    )


def directory(one: Source) -> Directory:
    tree = {path: Blob(data) for path, data in one.repository.tree.items()}
    slug = f"import-{one.home.rpartition('/')[2]}"
    return Directory(one.label, slug, one.origin, one.repository.folder, one.home, tree)


def composition(sources: Sequence[Source], python: str) -> Composition:
    answers = {
        "course_name": "Course",
        "course_slug": "course",
        "python_version": python,
        "keep_data": "no",
        "binder_dir": BINDER,
        "clashes": "report",
    }
    return Composition((), (), answers, _no_render, tuple(map(directory, sources)))


def _no_render(source: str, path: str) -> str:
    raise AssertionError(f"{path}: there are no components")


def merge(sources: Sequence[Source], python: str) -> Outcome:
    composed = composition(sources, python)
    clashes = [clash.as_data() for clash in composed.clashes]
    findings = [finding.as_data() for finding in composed.findings]
    files = {file.path: (file.text.encode(), file.executable) for file in composed.placed}
    return Outcome(apt.render(composed.apt), conda.render(composed.environment), clashes, findings, files)
