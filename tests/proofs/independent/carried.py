"""What is wrong with the files beside the merged lists.

script        a postBuild or start without an executable hook in <binder>/postBuild.d or start.d
not carried   a script, another file of the Binder folder, or one that a pip line names, neither there nor found; of
              what is beyond the limits the finding names the first and says how many more there are
changed       one with other bytes; a script may lose what keeps it from running: carriage returns, a byte order mark
outside       a file outside the Binder folder

What was adopted stands where it stood, but for the lists and scripts that the merged ones take the place of.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from . import wishes
from .case import Case, Source
from .specifications import URL

BUILT_BY = ("setup.py", "pyproject.toml")
MARK = b"\xef\xbb\xbf"


def check(case: Case) -> None:
    for source in case.sources:
        _scripts(case, source)
        missing = [path for path in sorted({*_beside(source), *_named(source)}) if not _carried(case, source, path)]
        for path in missing if len(missing) > _counted(case, source) else ():
            case.violation("not carried", source.where(path), "neither there nor found")
    for path in case.outcome.files if all(source.home for source in case.sources) else ():
        if not path.startswith(f"{case.outcome.binder}/") or ".." in path.split("/"):
            case.violation("outside", "merged", path)


def _scripts(case: Case, source: Source) -> None:
    for name in wishes.SCRIPTS:
        path = source.repository.path(name)
        if not source.repository.tree.get(path, b"").strip():
            continue
        case.verdict.counts["scripts"] += 1
        hook = f"{case.outcome.binder}/{name}.d/{source.slug}"
        if not case.outcome.files.get(hook, (b"", False))[1]:
            case.violation("script", source.where(path), f"no executable {hook}")
        elif source.home:
            _script(case, source, path)
        else:
            beside = f"{path}-{source.slug}"
            _script(case, source, path, beside if beside in case.outcome.files else hook)


def _script(case: Case, source: Source, path: str, there: str = "") -> None:
    if not _carried(case, source, path, there):
        case.violation("not carried", source.where(path), "neither there nor found")


def _beside(source: Source) -> Iterator[str]:
    repository = source.repository
    if not source.home:
        yield from (
            path for path in repository.tree if posixpath.basename(path) not in (*wishes.LISTS, *wishes.SCRIPTS)
        )
        return
    merged = [repository.path(name) for name in (*wishes.LISTS, *wishes.SCRIPTS)]
    for path in repository.tree:
        if repository.folder and path.startswith(f"{repository.folder}/") and path not in merged:
            yield path


def _named(source: Source) -> Iterator[str]:
    """The files that pip lines name, and what a folder that they name is built by."""
    for wish in (wish for wish in source.wishes if wish.kind == "pip"):
        line = source.pip(wish.text, wish.file)
        if line and line.target and not URL.match(line.target):
            place = posixpath.relpath(line.target.partition("[")[0], source.home)
            paths = (place, *(posixpath.normpath(f"{place}/{name}") for name in BUILT_BY))
            yield from (path for path in paths if path in source.repository.tree)


def _counted(case: Case, source: Source) -> int:
    """How many more files the findings speak of without their names."""
    mine = (one["reason"] for one in case.outcome.findings if one["component"] == source.label and one["left_out"])
    return sum(int(number) for reason in mine for number in re.findall(r"^and (\d+) more files", reason))


def _carried(case: Case, source: Source, path: str, there: str = "") -> bool:
    """Whether a file is there, or found by its name; a violation where it is there and is another."""
    data, where = source.repository.tree[path], source.where(path)
    placed = case.outcome.files.get(there or posixpath.join(source.home, path))
    if placed and placed[0] not in (data, data.removeprefix(MARK).replace(b"\r\n", b"\n")):
        case.violation("changed", where, "is there with other bytes")
    found = any(one["file"] == where and one["left_out"] and one["reason"] for one in case.outcome.findings)
    return placed is not None or found
