"""What is in an archive: `manifest.json`, and one entry of the zip for each of its `entries`.

    files/repo/PATH  files/home/PATH     somebody's work
    services/NAME/dump/PATH              what the service's own `dump` wrote
    services/NAME/data/PATH              its data, while it was stopped

- `entries` has size, checksum and mode of each; `folders` and `links` are of data alone, and only here
- nothing that a manifest says is believed before `read_manifest` has looked at it: types, names, numbers
- a name has no empty part, no `.` or `..`, no backslash, no control character, and no more than MOST_PARTS parts; it
  is no folder of another
"""

from __future__ import annotations

import json
import os
import re
from itertools import chain

from launch.words import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

MANIFEST, VERSION = "manifest.json", 1
DUMP, DATA = "dump", "data"
MOST_ENTRIES, MOST_NAME, MOST_PARTS, MOST_PART = 200_000, 3000, 100, 255
MOST_VALUES = 10 * MOST_ENTRIES
NUMBER = 2**62
SHA256 = re.compile(r"[0-9a-f]{64}")


class Manifest:
    """`entries`: name -> size, sha256, mode; `services`: name -> how, format."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values
        self.entries: dict[str, dict[str, Any]] = values["entries"]
        self.folders: dict[str, int] = values["folders"]
        self.links: dict[str, str] = values["links"]
        self.services: dict[str, dict[str, Any]] = values["services"]

    @property
    def course(self) -> str:
        return str(self.values["course"])

    def below(self, start: str) -> list[str]:
        return [name for name in self.entries if name.startswith(f"{start}/")]

    def size(self, start: str = "") -> int:
        names = self.below(start) if start else self.entries
        return sum(self.entries[name]["size"] for name in names)


def new_manifest(described: dict[str, Any]) -> Manifest:
    empty: dict[str, Any] = {"entries": {}, "folders": {}, "links": {}, "services": {}, "left_out": []}
    return Manifest({"archive": VERSION, **described, **empty})


def read_manifest(text: bytes) -> Manifest:
    """Raises Failure where it is not one that `save` writes."""
    if text.count(b",") > MOST_VALUES:  # an object for each would take all memory
        raise Failure("its manifest is larger than any session's")
    try:
        values = json.loads(text.decode())
    except (ValueError, RecursionError):
        raise Failure("its manifest cannot be read") from None
    if not isinstance(values, dict) or type(values.get("archive")) is not int:
        raise Failure("it was not made by binder/save")
    if values["archive"] != VERSION:
        raise Failure("a newer binder/save made it than this image has")
    check_values(values)
    manifest = Manifest(values)
    check_names([*manifest.entries, *manifest.links], [*manifest.folders])
    return manifest


def check_values(values: dict[str, Any]) -> None:
    """Every type and every number."""
    texts = [values.get(key) for key in ("course", "name", "repository", "made")]
    catalogue = values.get("catalogue")
    right = all(is_word(text) for text in texts) and isinstance(catalogue, dict)
    right = right and all(is_word(value) for value in (catalogue or {}).values())
    for key in ("entries", "folders", "links", "services"):
        right = right and isinstance(values.get(key), dict) and len(values[key]) <= MOST_ENTRIES
    right = right and all(is_entry(entry) for entry in values["entries"].values())
    right = right and all(is_mode(mode) for mode in values["folders"].values())
    right = right and all(isinstance(target, str) and is_relative(target) for target in values["links"].values())
    right = right and all(is_service(name, one) for name, one in values["services"].items())
    if not right:
        raise Failure("its manifest holds what binder/save never writes")


def is_word(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 500 and value.isprintable()


def is_number(value: Any) -> bool:
    return type(value) is int and 0 <= value < NUMBER


def is_mode(value: Any) -> bool:
    return type(value) is int and 0 <= value <= 0o777


def is_entry(entry: Any) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("sha256"), str):
        return False
    return is_number(entry.get("size")) and is_mode(entry.get("mode")) and bool(SHA256.fullmatch(entry["sha256"]))


def is_service(name: str, one: Any) -> bool:
    if not isinstance(one, dict) or one.get("how") not in (DUMP, DATA):
        return False
    return is_word(one.get("format")) and bool(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name))


def is_relative(target: str) -> bool:
    """Of a link: whether it can be one within a folder; that it is, `stays_inside` tells."""
    return bool(target) and len(target) <= MOST_NAME and target.isprintable() and not target.startswith("/")


def is_plain(name: str) -> bool:
    parts = name.split("/")
    try:
        sizes = [len(part.encode()) for part in parts]
    except UnicodeError:
        return False
    return (
        not any(part in ("", ".", "..") for part in parts)
        and len(parts) <= MOST_PARTS
        and "\\" not in name
        and name.isprintable()
        and max(sizes) <= MOST_PART
        and sum(sizes) <= MOST_NAME
    )


def stays_inside(name: str, target: str) -> bool:
    """Whether a link of a service's data leads to what is in there, too; none goes back behind another one."""
    parts = target.split("/")
    inner = [part for part in parts if part != ".."]
    to = os.path.normpath(os.path.join(os.path.dirname(name), target))
    is_simple = is_relative(target) and parts[len(parts) - len(inner) :] == inner
    return is_simple and is_plain(to) and to.startswith("/".join(name.split("/")[:3]) + "/")


def check_names(leaves: Iterable[str], folders: Iterable[str]) -> None:
    once = set()
    for name in leaves:
        if name in once:
            raise Failure("it holds a path twice")
        once.add(name)
    folders = [*folders]
    for name in [*once, *folders]:
        if not is_plain(name):
            raise Failure(f"it holds a path that binder/save never writes: {shown(name)}")
    # Folders above are looked up, and not kept: there may be a hundred for each name.
    above = (found for name in [*once, *folders] for found in folders_above(name))
    if both := next((name for name in chain(folders, above) if name in once), ""):
        raise Failure(f"it holds {shown(both)} as a folder and as something else")


def folders_above(name: str) -> Iterator[str]:
    while "/" in name:
        name = name.rpartition("/")[0]
        yield name


def shown(name: str) -> str:
    """A foreign name, for a terminal."""
    text = ascii(name)
    return text if len(text) <= 60 else f"{text[:15]}...{text[-42:]}"
