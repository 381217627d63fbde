"""What authors do to a derived repository between two updates.

An edit changes a checkout, and tells what has to be in it after an update to a new version: `expect` takes the files
of a fresh render of that version and makes them what the author would want.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ANCHORS = {
    "apt.txt": "# Your own Debian packages go below this line.",
    "environment.yml": "  # Your own conda packages go below this line.",
    "postBuild": "# Your own steps go below this line.",
    "start": "# Your own exports and commands go below this line.",
}
MINE = {
    "apt.txt": "mine",
    "environment.yml": "  - mine",
    "postBuild": "echo mine",
    "start": "export MINE=1",
}
Tree = dict[str, bytes]  # path from the repository's root -> content


@dataclass(frozen=True)
class Edit:
    """`may_conflict`: the file that may, alone; `edited`: the author's line that has to stand in that conflict.

    `own`: the line that stands in one that need not be; `whole`: the file is no text, and has no markers.
    `unseen`: what the author writes to files that git does not have, and `on_disk`: what has to be in them.
    """

    name: str
    change: Callable[[Path], None]
    expect: Callable[[Tree], None]
    may_conflict: str = ""
    edited: str = ""
    deleted_with: str = ""
    clone: tuple[str, ...] = ()
    own: str = ""
    whole: bool = False
    unseen: Mapping[str, bytes] = field(default_factory=dict)
    on_disk: Mapping[str, bytes] = field(default_factory=dict)


def lines(tree: Mapping[str, bytes], path: str) -> list[str]:
    return tree[path].decode(errors="surrogateescape").splitlines()


def edits(old: Tree, new: Tree) -> list[Edit]:
    """Every edit there is, at the places that the change from old to new makes interesting."""
    found = [Edit("no edit", lambda root: None, lambda tree: None)]
    for name in ANCHORS:
        found += in_list(f"binder/{name}", lines(old, f"binder/{name}"), lines(new, f"binder/{name}"))
    found += [own_file(path) for path in OWN_FILES]
    found += [deletion(path) for path in DELETED if path in old]
    found += [script_edit(path, old, new) for path in SCRIPTS if path in old]
    found += [not_utf8(path, old, new) for path in (*BYTES, *SCRIPTS) if path in old]
    found += [binary(path, old, new) for path in BYTES if path in old]
    found += [ignored(path, old, new) for path in SCRIPTS if path in old]
    found += [without_anchor(path, old, new) for path in OPTIONAL if path in old]
    found += [renamed(FORMER_NAME, NEW_NAME, old, new)] if FORMER_NAME in old else []
    crlf = ("-c", "core.autocrlf=true")
    found.append(Edit("CRLF checkout", lambda root: None, lambda tree: None, clone=crlf))
    found += [
        Edit(f"CRLF checkout, {edit.name}", edit.change, edit.expect, clone=crlf)
        for edit in found
        if edit.name.endswith("below the anchor")
    ]
    return found


def in_list(path: str, old: list[str], new: list[str]) -> list[Edit]:
    name = path.rpartition("/")[2]
    mine, anchor = MINE[name], old.index(ANCHORS[name])
    start = {"apt.txt": 0, "environment.yml": 3}.get(name, 1)  # behind the keys, or the shebang
    spots = range(start, max(anchor, start + 1))
    changed = [number for number in spots if same(old, new, number) is None]
    kept = [number for number in spots if number not in changed]
    before = next((n for n in changed if n - 1 in kept), start + 1)
    behind = next((n + 1 for n in changed if n + 1 in kept), kept[-1] + 1)
    far = max(kept, key=lambda n: min((abs(n - other) for other in changed), default=0))
    return [
        insertion(f"{name}: below the anchor", path, anchor + 1, mine, old),
        insertion(f"{name}: before a line that changes", path, before, mine, old),
        insertion(f"{name}: behind a line that changes", path, behind, mine, old),
        insertion(f"{name}: between two lines", path, max(far, start + 1), mine, old),
        replacement(f"{name}: a generated line that stays", path, far, old, new),
        replacement(f"{name}: a generated line that changes", path, changed[0] if changed else far, old, new),
        removal(f"{name}: a generated line deleted", path, far, old),
    ]


def insertion(title: str, path: str, at: int, mine: str, old: list[str]) -> Edit:
    def expect(tree: Tree) -> None:
        new = lines(tree, path)
        tree[path] = text([*new[: (place := place_of(old, new, at))], mine, *new[place:]])

    return Edit(title, lambda root: write(root / path, [*old[:at], mine, *old[at:]]), expect)


def same(old: list[str], new: list[str], at: int) -> int | None:
    """Line `at` of old in new: the one with that text, and as many of that text before it."""
    places = [number for number, line in enumerate(new) if line == old[at]]
    before = old[:at].count(old[at])
    return places[before] if before < len(places) else None


def place_of(old: list[str], new: list[str], at: int) -> int:
    """Behind the line that stood before it, if that is still there; else before the one behind it; else further up."""
    if (above := same(old, new, at - 1)) is not None:
        return above + 1
    if (below := same(old, new, at)) is not None:
        return below
    return next(place + 1 for n in range(at - 1, -1, -1) if (place := same(old, new, n)) is not None)


def replacement(title: str, path: str, at: int, old: list[str], new: list[str]) -> Edit:
    edited = f"{old[at]} # edited"

    def expect(tree: Tree) -> None:
        put(tree, path, same(old, lines(tree, path), at), [edited])

    conflict = (path, edited) if same(old, new, at) is None else ("", "")
    return Edit(title, lambda root: write(root / path, [*old[:at], edited, *old[at + 1 :]]), expect, *conflict)


def removal(title: str, path: str, at: int, old: list[str]) -> Edit:
    def expect(tree: Tree) -> None:
        put(tree, path, same(old, lines(tree, path), at), [])

    return Edit(title, lambda root: write(root / path, [*old[:at], *old[at + 1 :]]), expect)


def put(tree: Tree, path: str, at: int | None, instead: list[str]) -> None:
    if at is not None:
        new = lines(tree, path)
        tree[path] = text([*new[:at], *instead, *new[at + 1 :]])


OWN_FILES = (
    "binder/postBuild.d/mine",
    "binder/start.d/mine",
    "binder/services/mine/run",
    "binder/seed/alpha/mine.csv",
    "notebooks/mine.ipynb",
)


def own_file(path: str) -> Edit:
    def change(root: Path) -> None:
        write(root / path, ["#!/bin/sh", "echo mine"])

    def expect(tree: Tree) -> None:
        tree[path] = text(["#!/bin/sh", "echo mine"])

    return Edit(f"own file {path}", change, expect)


DELETED = (
    *("binder/apt.txt", "binder/README.md", "binder/postBuild.d/alpha", "binder/verify.d/alpha"),
    *("binder/seed/alpha/rows.csv", "README.md"),
)


def deletion(path: str) -> Edit:
    def expect(tree: Tree) -> None:
        tree.pop(path, None)

    return Edit(f"deleted {path}", lambda root: (root / path).unlink(), expect)


SCRIPTS = ("binder/postBuild.d/alpha", "binder/postBuild.d/beta", "binder/postBuild.d/epsilon")
OWN_LINE = "echo mine"


def script_edit(path: str, old: Tree, new: Tree) -> Edit:
    """A line of its own at the end of a component's script, far from what changes in it."""
    before = lines(old, path)

    def change(root: Path) -> None:
        write(root / path, [*before, OWN_LINE])

    def expect(tree: Tree) -> None:
        if path in tree:
            tree[path] = text([*lines(tree, path), OWN_LINE])

    changes = path in new and old[path] != new[path]
    deleted_with = path if path not in new else ""
    return Edit(f"edited {path}", change, expect, path if changes else "", deleted_with=deleted_with)


# Of a component and of an output; generated files without an anchor.
BYTES = ("alpha/readme.txt", "poster.txt")
OPTIONAL = ("poster.txt",)
LATIN = b"mine: Pr\xfcfung\n"


def not_utf8(path: str, old: Tree, new: Tree) -> Edit:
    """A line of the author's in Latin-1 at the end of the file."""

    def expect(tree: Tree) -> None:
        if path in tree:
            tree[path] += LATIN

    changes = path in new and old[path] != new[path]
    return Edit(
        f"Latin-1 in {path}",
        lambda root: replace(root / path, old[path] + LATIN),
        expect,
        path if changes else "",
        deleted_with="" if path in new else path,
        own=LATIN.decode(errors="surrogateescape").rstrip("\n"),
    )


def binary(path: str, old: Tree, new: Tree) -> Edit:
    """A file of the author's in its place; where both changed it, it is the author's, and unmerged."""
    content = b"\0mine"

    def expect(tree: Tree) -> None:
        if path in tree:
            tree[path] = content

    changes = path in new and old[path] != new[path]
    return Edit(
        f"binary {path}",
        lambda root: replace(root / path, content),
        expect,
        path if changes else "",
        deleted_with="" if path in new else path,
        whole=True,
    )


def ignored(path: str, old: Tree, new: Tree) -> Edit:
    """An edit of a file that git ignores; it is in no commit, before or after, and on the disk as if it were."""

    def change(root: Path) -> None:
        (root / ".gitignore").write_text(f"/{path}\n")
        (root / path).unlink()

    def expect(tree: Tree) -> None:
        tree.pop(path, None)
        tree[".gitignore"] = f"/{path}\n".encode()

    edited = text([*lines(old, path), OWN_LINE])
    there = edited if path not in new else text([*lines(new, path), OWN_LINE])
    can_conflict = path in new and old[path] != new[path]
    return Edit(f"ignored {path}", change, expect, unseen={path: edited}, on_disk={} if can_conflict else {path: there})


def without_anchor(path: str, old: Tree, new: Tree) -> Edit:
    """The first line, edited: a conflict where the new version changes it."""
    edited = f"{lines(old, path)[0]} edited"

    def expect(tree: Tree) -> None:
        if path in tree:
            tree[path] = text([edited, *lines(tree, path)[1:]])

    changes = path in new and lines(old, path)[0] != lines(new, path)[0]
    return Edit(
        f"first line of {path}",
        lambda root: write(root / path, [edited, *lines(old, path)[1:]]),
        expect,
        path if path in new and old[path] != new[path] else "",
        edited if changes else "",
        deleted_with="" if path in new else path,
        own=edited,
    )


FORMER_NAME, NEW_NAME = "posters/small.yaml", "posters/large.yaml"


def renamed(path: str, name: str, old: Tree, new: Tree) -> Edit:
    """The last line of a file, edited; the file may have another name afterwards."""
    edited = f"{lines(old, path)[-1]} edited"

    def expect(tree: Tree) -> None:
        for there in (path, name):
            if there in tree:
                tree[there] = text([*lines(tree, there)[:-1], edited])

    gone = "" if path in new or name in new else path
    return Edit(
        f"last line of {path}",
        lambda root: write(root / path, [*lines(old, path)[:-1], edited]),
        expect,
        deleted_with=gone,
    )


def replace(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def text(all_lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in all_lines).encode(errors="surrogateescape")


def write(path: Path, all_lines: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text(all_lines))
