"""What an update has left undone or taken away of what an author did, said where the run ends.

- a file that is gone with what it was part of, though it had been edited; one that stays since git does not have it
- a generated file that is a link of the author's, which Copier leaves as it is, and which lacks generated lines
- a generated file that the author keeps under another name: what the new version changes in it does not get there
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from .. import git
from ..model import Finding
from ..rule import Rule
from ..text import decode
from . import before
from . import state as at
from .renamed import LIKE, alike
from .state import State

OWN = "own"
LARGEST = 200_000

BB623 = Rule(
    "BB623",
    "a file that you had edited is gone with its block or output",
    "an update deletes what is not asked for any more",
    "take what you need from `git show HEAD:./FILE`, before or after the commit",
)
BB624 = Rule(
    "BB624",
    "a file that you had edited stays, though its block or output is gone",
    "git does not have your edits",
    "delete it if you do not need it",
)
BB625 = Rule(
    "BB625",
    "a generated file is a symbolic link of yours, and lacks generated lines",
    "an update leaves it as it is",
    "add the lines, or put the file itself in the place of the link and update again",
)
BB626 = Rule(
    "BB626",
    "a generated file has another name in your repository",
    "an update does not find it, and so what the new version changes in it is missing",
    "undo the update, move it back with `git mv`, and update again",
)


def find(state: State, texts: Mapping[str, str]) -> list[Finding]:
    """All of it; `texts` are the generated ones, by path."""
    return [*_gone(state), *_staying(state), *_links(state, texts), *_moved(state, texts)]


def _finding(code: Rule, path: str, reason: str, remedy: str) -> Finding:
    return Finding(code, OWN, path, 0, "", reason, remedy)


def _gone(state: State) -> Iterator[Finding]:
    deleted = git.listed(state.repository, "--deleted")
    for path in before.changed(state.repository, deleted, state.former):
        yield _finding(BB623, path, "is gone with what it was part of", f"your edits: git show HEAD:./{path}")


def _staying(state: State) -> Iterator[Finding]:
    for path in sorted(state.former.keys() - state.now.keys() - state.entries.keys() - state.unmerged.keys()):
        content = state.on_disk(path)
        if content is not None and at.digest(content) != state.former[path]:
            reason = "stays with your edits, which git does not have, though what it was part of is gone"
            yield _finding(BB624, path, reason, "delete it if you do not need it")


def _links(state: State, texts: Mapping[str, str]) -> Iterator[Finding]:
    for path in sorted(path for path in state.now if (state.repository / path).is_symlink()):
        try:
            there = set(decode((state.repository / path).read_bytes())[0].split("\n"))
        except OSError:
            there = set()
        lines = texts.get(path, "").split("\n")
        missing = [line.strip() for line in lines if line.strip() and line not in there]
        if missing:
            shown = "; ".join(f"'{line}'" for line in missing[:3])
            reason = f"is a link of yours, which no update writes to, and lacks {len(missing)} of its lines: {shown}"
            remedy = "add them there, or put the file itself in the place of the link and update again"
            yield _finding(BB625, path, f"{reason}{', ...' if len(missing) > 3 else ''}", remedy)


def _moved(state: State, texts: Mapping[str, str]) -> Iterator[Finding]:
    """The author's names of generated files that the new version changes; a folder that moved is named once."""
    missing = [path for path in state.former.keys() & state.now.keys() if _is_missing(state, path)]
    changed = sorted(path for path in missing if state.former[path] != state.now[path] and "/seed/" not in path)
    if not changed:
        return
    places = dict(_places(state, missing, texts))
    folders = {_folder(path): _folder(place) for path, place in places.items() if _name(path) == _name(place)}
    named = set()
    for path in changed:
        if _folder(path) in folders:
            named.add((f"{_folder(path)}/", f"{folders[_folder(path)]}/"))
        elif path in places:
            named.add((path, places[path]))
    for old, new in sorted(named):
        reason = f"is {new} in your repository, so what the new version changes in it is not there"
        remedy = f"undo the update, git mv {new} {old}, commit, and update again"
        yield _finding(BB626, old, reason, remedy)


def _is_missing(state: State, path: str) -> bool:
    return path not in state.entries and path not in state.unmerged and not (state.repository / path).exists()


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _name(path: str) -> str:
    return PurePosixPath(path).name


def _places(state: State, missing: list[str], texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Generated file -> the author's that is the same, or that is like it."""
    own = {}
    for path in sorted(set(git.listed(state.repository)) - state.former.keys() - state.now.keys()):
        content = state.on_disk(path)
        if content is not None and len(content) <= LARGEST:
            own[path] = content
    for path in missing:
        generated = texts.get(path, "").encode()
        same = [name for name, content in own.items() if at.digest(content) == state.former[path]]
        like = {name: alike(generated, content) for name, content in own.items()} if not same else {}
        best = max(same or like, key=lambda name: (_name(name) == _name(path), like.get(name, 1)), default=None)
        if best is not None and like.get(best, 1) > LIKE:
            yield path, best
