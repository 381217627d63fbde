"""Pasted and dropped files -> a folder to adopt from, or answers.

- a file that repo2docker reads goes into `binder/`; it is adopted as `copier copy` would in a folder that has it
- a zip is a repository, or a part of one: without the one folder that all of it is in, without `.git`
- an answers file of Binder Blocks, or a data file, gives its answers, under the names of today (`updating`); the other
  files of its zip are compared (`repository`), together with it or after it
- whatever it is, it is somebody else's: bounded before it is unpacked, and never more than text
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from . import composing

FILES = ("environment.yml", "requirements.txt", "apt.txt", "postBuild", "start", "runtime.txt")
PLACE = "binder"
ANSWERS_FILE = composing.ANSWERS_FILE
REPORTS = ("binder/report.json", ".binder/report.json")
LARGEST, LARGEST_ZIP, LARGEST_WHOLE, MOST = 1_000_000, 20_000_000, 20_000_000, 3000
# Answers that belong to Copier, or to a destination that is not here.
LEFT = ("adopt", "settings")


class OpeningError(Exception):
    """Why it cannot be opened, in one line."""


def take_in(state: composing.State, name: str, data: bytes) -> str:
    """Put it into the state; what was done, in one line."""
    name = posixpath.basename(name.replace("\\", "/")) or "file"
    if data[:4] == b"PK\x03\x04" or name.endswith(".zip"):
        return _take_zip(state, name, data)
    if len(data) > LARGEST:
        raise OpeningError(f"{_shown(name)}: is {len(data)} bytes, and not more than {LARGEST} can be read")
    if name in FILES:
        state.files = {**state.files, f"{PLACE}/{name}": data}
        _forget(state)
        return f"{name}: is merged in, as {PLACE}/{name}"
    answers = read_answers(name, data)
    _begin(state, answers, {})
    return f"{_shown(name)}: {len(state.answers)} answers are taken over; what an update changes stands beside them"


def read_answers(name: str, data: bytes) -> dict[str, Any]:
    """The answers in an answers file or a data file."""
    try:
        value = yaml.safe_load(data)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f":{mark.line + 1}" if mark else ""
        raise OpeningError(f"{_shown(name)}{where}: is neither a Binder file nor answers in YAML") from error
    return checked_answers(value, _shown(name))


def checked_answers(value: Any, where: str) -> dict[str, Any]:
    """A mapping of names to values, as answers are; anything else is refused."""
    if not isinstance(value, dict) or not value:
        named = ", ".join(FILES)
        raise OpeningError(
            f"{where}: is neither answers nor one of {named}; give it the name that it has in a repository"
        )
    if not all(isinstance(name, str) and name.isidentifier() for name in value):
        raise OpeningError(f"{where}: has a name that no answer has")
    return {name: one for name, one in value.items() if name not in LEFT}


def _take_zip(state: composing.State, name: str, data: bytes) -> str:
    files = _within_one(unpacked(_shown(name), data))
    answers = read_answers(ANSWERS_FILE, files[ANSWERS_FILE]) if ANSWERS_FILE in files else {}
    if "components" in answers:
        _begin(state, answers, files)
        return f"{_shown(name)}: marked is what an update of this course changes"
    if state.former and any(path in files for path in REPORTS):  # packed without the files that begin with a dot
        state.files, state.before = {}, files
        return f"{_shown(name)}: marked is what an update of this course changes"
    if not any(_is_binder(path) for path in files):
        raise OpeningError(
            f"{_shown(name)}: has no Binder files, such as {PLACE}/environment.yml or binder_gis/apt.txt"
        )
    state.files = {**state.files, **files}
    _forget(state)
    return f"{_shown(name)}: {len(files)} files are here to be merged"


def unpacked(name: str, data: bytes) -> dict[str, bytes]:
    """The files of a zip, none of which leaves its folder; the sizes that it claims are not believed."""
    if len(data) > LARGEST_ZIP:
        raise OpeningError(f"{name}: is {len(data)} bytes, and not more than {LARGEST_ZIP} can be opened")
    files: dict[str, bytes] = {}
    left = LARGEST_WHOLE
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [info for info in archive.infolist() if not info.is_dir() and _is_plain(info)]
            if len(entries) > MOST:
                raise OpeningError(f"{name}: has {len(entries)} files, and not more than {MOST} can be opened")
            for info in entries:
                with archive.open(info) as file:
                    content = file.read(min(LARGEST, left) + 1)
                left -= len(content)
                if left < 0:
                    raise OpeningError(f"{name}: holds more than {LARGEST_WHOLE} bytes; zip the Binder folders alone")
                if len(content) <= LARGEST:
                    files[info.filename] = content
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise OpeningError(f"{name}: is no zip that can be opened") from error
    return files


def _is_plain(info: zipfile.ZipInfo) -> bool:
    """A file inside, which is no link, and nothing of git's."""
    path, kind = info.filename, info.external_attr >> 16 & 0o170000
    inside = posixpath.normpath(path) == path and not path.startswith(("/", "../")) and "\\" not in path
    return inside and "\0" not in path and kind in (0, 0o100000) and ".git" not in path.split("/")


def _within_one(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Without the folder that all of them are in, unless that is a Binder folder itself."""
    tops = {path.partition("/")[0] for path in files}
    top = next(iter(tops), "")
    if len(tops) == 1 and all("/" in path for path in files) and not _is_folder(top):
        return {path.partition("/")[2]: data for path, data in files.items()}
    return dict(files)


def _is_folder(name: str) -> bool:
    return name in (PLACE, f".{PLACE}") or name.startswith(f"{PLACE}_")


def _is_binder(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    return name in FILES and (not folder or _is_folder(folder))


def _begin(state: composing.State, answers: dict[str, Any], files: dict[str, bytes]) -> None:
    """A repository, or a data file, instead of whatever was there."""
    state.answers = {name: value for name, value in answers.items() if not name.startswith("_")}
    state.former, state.carried, state.before = answers, [], files
    if files:
        state.files = {}


def _forget(state: composing.State) -> None:
    """What was said of files that are others now."""
    for name in ("adopt", "adopted"):
        state.answers.pop(name, None)
    state.before = {}


def _shown(name: str) -> str:
    return "".join(one if one.isprintable() else "?" for one in name)[:80]


def checked_files(files: Iterable[tuple[str, bytes]]) -> dict[str, bytes]:
    """Files as a link may hold them."""
    found = {}
    for path, data in files:
        info = zipfile.ZipInfo(path)
        if not _is_plain(info) or not path or len(data) > LARGEST:
            raise OpeningError("the link holds a file that cannot be read")
        found[path] = data
    return found
