"""What a copy would replace in its destination, refused before anything is written.

Copier overwrites without a word under `--overwrite`. On a first copy that is right for what was read before (adopted)
and for what stands there with the same bytes already; anything else would be lost. On an update Copier merges instead:
`update/arriving.py` says what it would not.

- a file that would be replaced by other bytes, and that was not adopted as it stands there, is refused
- so is another template's answers file, and a path that leads through a file or out of the repository
- files that are written once (`KEPT`), and those that the user excludes, are not written and so not refused; but a
  folder in the place of the first ends in Copier's own traceback, half of the files written: said here first
- answers from before there were outputs are refused, too: an update migrates them, a copy would not
- a report of ours where there are no answers of ours means that these were lost: they come back from git
- what is neither file nor folder, such as a pipe, would keep Copier waiting, whatever becomes of the file
- without `--overwrite`, Copier would stop at the first file it replaces, half of them written: said here first
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from ..errors import BlocksError
from ..repo2docker import BINDER_DIRS
from ..text import read_text
from ..yaml_files import parse_yaml

# copier.yml's _skip_if_exists.
KEPT = ("/README.md", *(f"/{folder}/{name}" for name in ("seed/**", ".gitattributes") for folder in BINDER_DIRS))

# The bytes that would be written, rendered only when something stands in their place.
Content = Callable[[], bytes]


def check(
    destination: Path,
    written: Iterable[tuple[str, Content]],
    adopted: Mapping[str, bytes],
    ours: bool,
    may_replace: bool,
    answers_file: str,
) -> None:
    """Raises `BlocksError` for the first path where something of the author's would be lost.

    `ours`: the destination has the answers of Binder Blocks, in `answers_file`; `may_replace`: Copier can replace what
    was adopted, since it was told to, or can ask.
    """
    replaced = ""
    for path, content in written:
        if not _in_the_way(destination, path):
            continue
        try:
            there = (destination / path).read_bytes()
        except OSError as error:
            raise BlocksError(f"{path}: cannot be read: {error.strerror}; make it readable, or rename it") from error
        if there == content():
            continue
        if adopted.get(path) != there:
            raise BlocksError(f"{path}: {_refusal(destination, ours, answers_file)}")
        replaced = replaced or path
    if replaced and not may_replace:
        raise BlocksError(f"{replaced}: is merged, and the result takes its place; add --overwrite to agree to that")


def check_places(destination: Path, paths: Iterable[str]) -> None:
    """Raises `BlocksError` for the first path at which no file could stand, whether one would be written or kept."""
    for path in paths:
        check_reachable(destination, path)
        place = destination / path
        if place.exists() and not place.is_file():
            raise BlocksError(f"{path}: is neither a file nor a folder, and a file of that name is needed; remove it")


def _refusal(destination: Path, ours: bool, answers_file: str) -> str:
    if ours:
        return _REFUSED_OURS
    is_lost = any(_is_report(destination / name) for name in BINDER_DIRS)
    return _REFUSED_LOST.format(answers_file) if is_lost else _REFUSED


def _is_report(folder: Path) -> bool:
    """Whether Binder Blocks has written a report there."""
    try:
        report = json.loads((folder / "report.json").read_bytes()) if (folder / "report.json").is_file() else None
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(report, dict) and {"components", "files"} <= report.keys()


_REFUSED = (
    "would be overwritten, and is not among the files that are merged; rename it, or adopt its directory "
    "(nothing was written)"
)
_REFUSED_OURS = (
    "differs from what would be written, and a copy would discard your own lines; run copier update instead, "
    "after git init and a first commit; or remove the folder to make it anew (nothing was written)"
)
_REFUSED_LOST = (
    "is from an earlier run of Binder Blocks, whose answers file is not here; bring it back with "
    "git checkout COMMIT -- {}, or name it with --answers-file, and run copier update (nothing was written)"
)


def check_answers_file(destination: Path, name: str) -> None:
    """Raises `BlocksError` where Copier would end in a traceback at the answers file, such as one with a conflict."""
    place = destination / name
    if not place.exists():
        return
    if not place.is_file():
        check_places(destination, [name])
    answers = parse_yaml(read_text(place, name), name)
    if not isinstance(answers, dict) or not all(isinstance(key, str) for key in answers):
        raise BlocksError(f"{name}: are no answers of Copier; {_ANSWERS_BACK.format(name)}")


_ANSWERS_BACK = "bring the file back with git checkout COMMIT -- {}, or remove it"


def refuse_answers(path: str) -> None:
    """Another template's answers, which Copier overwrites unasked."""
    raise BlocksError(
        f"{path}: is another template's answers file, and would be overwritten; add --answers-file "
        ".copier-answers.binder-blocks.yml (nothing was written)"
    )


def refuse_former(path: str) -> None:
    """Answers that Copier would pass over without a word: no output would be left."""
    raise BlocksError(f"{path}: is from before there were outputs; run copier update first")


def _in_the_way(destination: Path, path: str) -> bool:
    """Whether a file stands there; raises `BlocksError` where none could be written."""
    check_reachable(destination, path)
    target = destination / path
    if target.is_symlink() and not target.exists():
        raise BlocksError(f"{path}: is a symbolic link that leads nowhere, and would be replaced; remove it")
    return target.exists()


def check_reachable(destination: Path, path: str) -> None:
    """Raises `BlocksError` where a folder stands at the path, or what is on the way to it is none of the repository."""
    target = destination / path
    for parent in target.relative_to(destination).parents:
        folder = destination / parent
        if folder.exists() and not folder.is_dir():
            raise BlocksError(f"{parent.as_posix()}: is a file, and a folder of that name is needed; rename it")
    if target.parent.exists() and not target.parent.resolve().is_relative_to(destination.resolve()):
        raise BlocksError(f"{path}: would be written through a symbolic link out of the repository; remove the link")
    if target.is_dir():
        raise BlocksError(f"{path}: is a folder, and a file of that name is needed; rename it")


def check_writable(path: Path) -> None:
    """Raises `BlocksError` where Copier could not write; found out by writing, and leaves nothing behind."""
    existing = path
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    if not existing.is_dir():
        raise BlocksError(f"{path}: cannot be written, {existing} is not a folder; choose another destination")
    try:
        tempfile.TemporaryDirectory(dir=existing).cleanup()
    except OSError as error:
        raise BlocksError(
            f"{path}: cannot be written, {existing}: {error.strerror}; choose another destination"
        ) from error
