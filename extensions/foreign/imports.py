"""The answer `imports`, a list of repositories pinned to commits -> Binder directories.

- how a repository is written: `reference`; how it is fetched: `objects`; what of it is left out: `tree`
- `#subdirectory` is read as repo2docker's `--subdir` does: as a root of its own; one named `binder...` or `.binder...`
  is a folder of Binder files, and the folder that it stands in the root
- Binder files are those of `binder/`, else `.binder/`, else of the root
- a repository without Binder files is an error that names its folders that have some
- names are unique over the list: a later import that would have an earlier one's gets a number
"""

from __future__ import annotations

import contextlib
import itertools
import posixpath
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ..errors import BlocksError
from ..model import Finding
from ..repo2docker import BINDER_DIRS, DESCRIPTION, HOOKS, LISTS, PACKAGES, PACKS, RENV_LOCK, RUNTIME
from ..rule import Rule
from ..text import words
from . import ours
from .directory import Directory
from .objects import Objects
from .reference import Reference, pin, read
from .tree import Tree, read_tree

FILES = (*LISTS, *HOOKS)
# What repo2docker reads and the merged repository cannot have; findings say so.
OTHER_FILES = (
    *(name for names in PACKS.values() for name in names if name not in (*LISTS, *PACKAGES)),
    RUNTIME,
    RENV_LOCK,
)
SLUG_LENGTH = 60
SUGGESTIONS = 5
# More findings of one code than these become one.
SHOWN = 10


@dataclass(frozen=True)
class Loaded:
    directory: Directory
    findings: list[Finding]


def references(value: Any) -> list[Reference]:
    """The answer, checked; asks the network only for the pinned form of one that is not pinned."""
    value = words(value)
    if not all(isinstance(text, str) for text in value):
        raise BlocksError("imports: must be a list such as [gh:owner/repo@<commit>]")
    result: list[Reference] = []
    for text in value:
        with _naming("imports"):
            reference = read(text)
            if reference.identity in [other.identity for other in result]:
                raise BlocksError(f"'{text}': is imported twice; keep one of the two")
            result.append(reference)
    for reference in result:
        with _naming("imports"):
            pin(reference)
    return result


def load_all(value: object, binder_dir: str, taken: Collection[str] = (), blocks: Collection[str] = ()) -> list[Loaded]:
    """All of the answer, in order; `taken` are labels that no import may have, `blocks` the catalogue's names."""
    return [_load(*named, binder_dir, blocks) for named in _name(references(value), taken)]


def load(reference: Reference, binder_dir: str) -> Loaded:
    """One import under the name that it has on its own."""
    return _load(*next(_name([reference])), binder_dir, ())


def _name(references: list[Reference], taken: Collection[str] = ()) -> Iterator[tuple[Reference, str, str]]:
    """References with a label and a slug each."""
    labels, slugs = {*taken}, set()
    for reference in references:
        name = re.sub(r"[^\w./+-]+", "-", posixpath.join(reference.name, reference.subdirectory)).strip("-/")
        plain = re.sub(r"[^a-z0-9]+", "-", name.lower())[:SLUG_LENGTH].strip("-") or "repository"
        for number in itertools.count(1):
            label, slug = (f"{text}-{number}" if number > 1 else text for text in (name, f"import-{plain}"))
            if label not in labels and slug not in slugs:
                break
        labels.add(label)
        slugs.add(slug)
        yield reference, label, slug


def _load(reference: Reference, label: str, slug: str, binder_dir: str, blocks: Collection[str]) -> Loaded:
    with _naming(f"imports: '{reference.text}'"):
        whole = read_tree(Objects(reference.url, reference.commit), reference.origin)
        subdirectory = reference.subdirectory
        if subdirectory and subdirectory not in whole.directories:
            raise BlocksError(f"has no folder '{subdirectory}'{_suggestions(whole)}")
        root, folder = _places(whole, subdirectory)
        tree = whole.under(root)
        names = [posixpath.join(folder, name) for name in (*FILES, *OTHER_FILES)] + ([] if folder else [DESCRIPTION])
        tree.leave(names)
        binder_files = [path for path in names if path in tree]
        if not binder_files and tree.left.keys().isdisjoint(names):
            place = posixpath.join(root, folder).rstrip("/")
            looked = f"its folder '{place}'" if place else "its root"
            raise BlocksError(f"has no Binder files ({', '.join(FILES)}) in {looked}{_suggestions(whole)}")
    tree.fetch(binder_files)
    origin = reference.origin + posixpath.join(root, "")
    home = posixpath.join(binder_dir, "imports", slug.removeprefix("import-"))
    directory = Directory(label, slug, origin, folder, home, tree)
    both = [_both(directory)] if folder == BINDER_DIRS[0] != subdirectory and BINDER_DIRS[1] in tree.directories else []
    found = ours.made(tree, folder)
    made = [ours.finding(directory, found, blocks)] if found else []
    return Loaded(directory, [*both, *made, *_findings(directory, tree)])


def _places(tree: Tree, subdirectory: str) -> tuple[str, str]:
    """The root, and the folder of the Binder files in it."""
    for name in BINDER_DIRS:
        if posixpath.join(subdirectory, name) in tree.directories:
            return subdirectory, name
    above, name = posixpath.split(subdirectory)
    return (above, name) if name.startswith(BINDER_DIRS) else (subdirectory, "")


def _suggestions(tree: Tree) -> str:
    """The folders that hold Binder files, those named for it first."""
    folders = {posixpath.dirname(path) for path in tree if posixpath.basename(path) in FILES} - {""}
    ranked = sorted(folders, key=lambda folder: ("binder" not in folder.lower(), folder.count("/"), folder))
    shown = ", ".join(f"'#{folder}'" for folder in ranked[:SUGGESTIONS])
    return f"; add one of its folders that have some: {shown}" if shown else ""


BB351 = Rule(
    "BB351",
    "an import has `.binder` beside `binder`",
    "repo2docker refuses a repository with both; the second was not read",
    "import the second by itself, or remove one there",
)


def _both(directory: Directory) -> Finding:
    reason = "stands beside 'binder', and repo2docker refuses a repository with both; it was not read"
    return directory.finding(BB351, ".binder", reason, "import it by itself, or remove one of the two", True)


def _findings(directory: Directory, tree: Tree) -> list[Finding]:
    """What of the tree is not carried along, or was to be read and is too large."""
    findings: dict[str, list[Finding]] = {}
    for path, left in tree.left.items():
        finding = directory.finding(left.code, path, left.reason, left.remedy, True, text=left.text)
        findings.setdefault(left.code, []).append(finding)
    return [finding for code in sorted(findings) for finding in _few(findings[code])]


def _few(findings: list[Finding]) -> list[Finding]:
    last, more = findings[:SHOWN][-1], len(findings) - SHOWN
    if more <= 0:
        return findings
    return [*findings[: SHOWN - 1], replace(last, reason=f"{last.reason}; so it is with {more} more")]


@contextlib.contextmanager
def _naming(what: str) -> Iterator[None]:
    """Errors with what they are about in front."""
    try:
        yield
    except BlocksError as error:
        raise BlocksError(f"{what}: {error}") from error
