"""binder/save: the session goes into an archive, or a service's own files into a folder.

    save [--to FILE_OR_FOLDER] [--service NAME]... [--file PATTERN]... [--no-files]
    save --export NAME [--to FOLDER]

- a service that has data and a `dump` is asked for it while it runs; else its data is copied while launch holds it
- what has no `format` keeps nothing; what nobody has asked for in this session has nothing new, unless it is named
- what has no data yet, such as a service that waits for a script of first.d, is left out, unless it is named
- a file that goes meanwhile is left out; `left_out` of the manifest has what is, and it is said
- --export asks `export`, of a service that has one, and its `dump` otherwise
- progress is said on stderr; the last line on stdout is the path of what was made
"""

from __future__ import annotations

import os
import re
import time

from launch.client import NotRunning, live_status
from launch.data import current_format
from launch.owner import is_kept
from launch.places import BINDER_RUN, Places, service_names
from launch.states import HELD_REASON, ON_DEMAND, READY, UNSETTLED
from launch.words import Failure

from .archive import Archive, Unreadable, publish, workshop
from .copied import add_data, add_files
from .course import began_at, built_at, described, slug
from .dumps import dump, has_dump, has_export
from .held import NoData, held, started
from .manifest import DATA, DUMP, new_manifest, shown
from .words import megabytes, tell
from .work import Choice, kept_patterns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .manifest import Manifest

NOTHING_YET = "{}: left out, since it has no data yet"


def save(to: str, names: list[str], patterns: list[str], with_files: bool) -> str:
    """Where the archive is."""
    folder, target = place_of(to)
    manifest = new_manifest(described())
    note = noted_in(manifest)
    states = services_here(names, note)
    with workshop(folder) as shop:
        archive = Archive(os.path.join(shop, "archive"), manifest)
        try:
            for name in states:
                try:
                    save_service(archive, name, states[name], os.path.join(shop, name), note)
                except NoData as error:
                    if names:
                        raise
                    note(f"{NOTHING_YET.format(name)} ({error})")
            if with_files:
                save_files(archive, patterns, note)
            archive.close()
        except BaseException:
            archive.abandon()
            raise
        publish(archive.path, target)
    tell(f"saved: {target}, {megabytes(os.path.getsize(target))}")
    return target


def noted_in(manifest: Manifest) -> Callable[[str], None]:
    """What is left out is said, and in the archive."""

    def note(text: str) -> None:
        manifest.values["left_out"].append(text)
        tell(text)

    return note


def place_of(to: str) -> tuple[str, str]:
    """The folder, and the path in it; a name is made up where none is given."""
    path = os.path.abspath(os.path.expanduser(to or "."))
    if path.endswith(".zip") and not os.path.isdir(path):
        if os.path.lexists(path):
            raise Failure(f"{path} is there already: choose another name")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return os.path.dirname(path), path
    if os.path.exists(path) and not os.path.isdir(path):
        raise Failure(f"{path} is no folder: name one, or a file that ends in .zip")
    os.makedirs(path, exist_ok=True)
    return path, free_path(path, f"{slug()}-{stamp()}", ".zip")


def stamp() -> str:
    return time.strftime("%Y%m%d-%H%M%S")


def free_path(folder: str, start: str, end: str) -> str:
    path, number = os.path.join(folder, start + end), 1
    while os.path.lexists(path):
        number += 1
        path = os.path.join(folder, f"{start}-{number}{end}")
    return path


def services_here(names: list[str], note: Callable[[str], None]) -> dict[str, dict[str, Any]]:
    """Those that are to be saved, with what launch says of them."""
    here = service_names()
    for name in names:
        if name not in here:
            raise Failure(f"there is no service {shown(name)} here, but {', '.join(here) or 'none at all'}")
    keeping = [name for name in here if os.path.isfile(Places(name, BINDER_RUN).file("format"))]
    wanted = names or keeping
    if not wanted:
        return {}
    found = live_status()["services"]
    states = {name: found.get(name, {"state": ON_DEMAND, "data": ""}) for name in wanted}
    for name, state in [*states.items()]:
        if state["state"] == ON_DEMAND and not names and not is_kept():
            tell(f"{name}: nobody has used it in this session: nothing of it is saved")
            del states[name]
        elif not (names or state["data"] or state["state"] in {*UNSETTLED, ON_DEMAND}):
            note(f"{NOTHING_YET.format(name)} ({state['reason'] or state['state']})")
            del states[name]
    return states


def save_service(archive: Archive, name: str, state: dict[str, Any], shop: str, note: Callable[[str], None]) -> None:
    tell(f"{name}: saving")
    before = archive.manifest.size()
    how = DUMP if has_dump(name) and state["state"] == READY else DATA
    if how == DUMP and (more := dump(name, state["data"], shop)):
        tell(f"{name}: its data itself is saved, which the same version opens: {more}")
        how = DATA
    data_format = current_format(Places(name, BINDER_RUN))
    if how == DUMP:
        add_files(archive, shop, f"services/{name}/{DUMP}")
    else:
        with held(name, state) as data:
            reason = live_status()["services"][name]["reason"]
            if reason != HELD_REASON:
                note(f"{name}: {reason}; its data is saved as that has left it")
            add_data(archive, data, f"services/{name}/{DATA}")
    archive.manifest.services[name] = {"how": how, "format": data_format}
    tell(f"{name}: {megabytes(archive.manifest.size() - before)}")


def save_files(archive: Archive, patterns: list[str], note: Callable[[str], None]) -> None:
    try:
        began = began_at(live_status()["pid"])
    except NotRunning:
        began = began_at(1)
    built = built_at() or began

    def is_new(told: os.stat_result) -> bool:
        return told.st_mtime > built or told.st_ctime > began

    files = Choice(is_new, note).files([*kept_patterns(), *patterns])
    count = 0
    for name, path in files:
        try:
            archive.add(name, path)
            count += 1
        except Unreadable as error:
            note(f"{error}: it is left out")
    tell(f"files: {count}, {megabytes(archive.manifest.size('files'))}")


def export(name: str, to: str) -> str:
    """The service's own files: a file, or a folder where it is several."""
    if name not in service_names():
        raise Failure(f"there is no service {shown(name)} here, but {', '.join(service_names()) or 'none at all'}")
    if not has_export(name):
        raise Failure(f"{name} has no export of its own: save its data with binder/save --service {name}")
    started(name)
    folder = os.path.abspath(os.path.expanduser(to or "."))
    os.makedirs(folder, exist_ok=True)
    with workshop(folder) as shop:
        made = os.path.join(shop, name)
        if more := dump(name, live_status()["services"][name]["data"], made, for_people=True):
            raise Failure(f"{more}; binder/save --service {name} saves all of it")
        leaves = sorted(os.listdir(made))
        if not leaves:
            raise Failure(f"{name} has nothing to export")
        start, only = f"{slug()}-{name}-{stamp()}", os.path.join(made, leaves[0])
        if len(leaves) == 1 and os.path.isfile(only):
            target = free_path(folder, start, suffixes(leaves[0]))
            publish(only, target)
        else:
            target = free_path(folder, start, "")
            os.rename(made, target)
    tell(f"exported: {target}")
    return target


def suffixes(leaf: str) -> str:
    """All that say what is in it: of `x.tar.gz` both."""
    start, last = os.path.splitext(leaf)
    return (re.search(r"(\.[a-z]\w{1,11}){0,2}$", start) or [""])[0] + last
