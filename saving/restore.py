"""binder/restore: an archive comes back, into this session.

    restore [--service NAME]... [--file PATTERN]... [--no-files] [--any-course] FILE
    restore --look FILE
    restore --import NAME FILE

- all of it is read and looked at first; what cannot be restored is refused then, and nothing is touched
- then all of it is made ready beside its place: services are held for that, and go on with their own data if it fails
- then data takes its place; a service that does not start with the new data, or hangs, gets its own back, whatever
  becomes of the others
- then files take their places, if all services have started
- what is said where it fails is what was truly done until then
- one line on stdout for each thing: what was restored, and where the old one is
"""

from __future__ import annotations

import os
from contextlib import ExitStack

from launch.client import NotRunning, live_status
from launch.data import current_format
from launch.places import BINDER_RUN, Places, service_names
from launch.states import ON_DEMAND
from launch.words import Failure

from .archive import workshop
from .course import ROOT
from .dumps import load
from .held import held, started, stopped
from .looking import refusal
from .manifest import DATA, DUMP, shown
from .placed import Placing, targets
from .rebuilt import rebuild
from .replaced import place_of_old, put_away, replace, stage, take_back_old, unstage
from .save import stamp
from .verify import check_room, verified
from .words import Ended, megabytes, reason_of, tell
from .work import kept_patterns, roots

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .verify import Verified


def restore(path: str, names: list[str], patterns: list[str], with_files: bool, any_course: bool) -> None:
    path = os.path.abspath(path)
    with ExitStack() as stack:
        archive = stack.enter_context(verified(path))
        manifest = archive.manifest
        wanted = names or [*manifest.services]
        named = [*kept_patterns(), *patterns]
        if reason := refusal(manifest, wanted, with_files, named, any_course):
            raise Failure(f"{shown(path)} is refused: {reason}")
        placing = Placing(archive, stamp())
        places = targets(manifest, named) if with_files else {}
        states = states_of(wanted)
        if places:
            stage_files(stack, placing, places)
        done = Done(placing)
        try:
            restore_services(archive, states, done)
            placing.place()
        except (Failure, OSError) as error:
            raise Failure("; ".join([reason_of(error), *done.so_far()])) from None
        if places:
            print(
                f"files: {placing.placed} restored, {len(places) - placing.placed} are the same"
                + (f"; the old ones are in {placing.over}" if placing.set_aside else "")
            )


class Done:
    """What is truly done when something fails: nothing, in most cases."""

    def __init__(self, placing: Placing) -> None:
        self.placing, self.is_undone = placing, True
        self.names: list[str] = []

    def so_far(self) -> list[str]:
        files = [f"{self.placing.placed} of {len(self.placing.staged)} files"] if self.placing.placed else []
        told = [f"restored: {', '.join([*self.names, *files])}, and nothing else"] if self.names or files else []
        if self.placing.set_aside:
            told.append(f"the old files are in {self.placing.over}")
        return told or (["nothing is changed"] if self.is_undone else [])


def states_of(names: list[str]) -> dict[str, dict[str, Any]]:
    if not names:
        return {}
    try:
        found = live_status()["services"]
    except NotRunning as error:
        raise Failure(f"{error}: start the session first; nothing is changed") from None
    return {name: found.get(name, {"state": ON_DEMAND, "data": ""}) for name in names}


def stage_files(stack: ExitStack, placing: Placing, places: dict[str, str]) -> None:
    shops = {}
    for label, root in roots().items():
        if any(name.startswith(f"files/{label}/") for name in places) or root == ROOT:
            shops[label] = stack.enter_context(workshop(root))
    check_room(ROOT, placing.archive.manifest.size("files"))
    for name, path in places.items():
        placing.stage(shops.get(name.split("/")[1], shops["repo"]), name, path)


def restore_services(archive: Verified, states: dict[str, dict[str, Any]], done: Done) -> None:
    """Put all of them into place, then see which of them start."""
    swapped: dict[str, tuple[str, str]] = {}
    problems: list[str] = []
    try:
        swap(archive, states, swapped)
        for name, (data, old) in [*swapped.items()]:
            try:
                started(name)
            except Ended:
                raise
            except Failure as error:
                problems.append(f"{error}; {undone(name, data, old, done)}")
                del swapped[name]
            else:
                del swapped[name]
                done.names.append(name)
                print(f"{name}: restored; the old data is in {put_away(data, old)}")
    except (Failure, OSError) as error:
        problems.append(reason_of(error))
        problems.extend(f"{name}: {undone(name, data, old, done)}" for name, (data, old) in swapped.items())
    if problems:
        raise Failure("; ".join(problems))


def swap(archive: Verified, states: dict[str, dict[str, Any]], swapped: dict[str, tuple[str, str]]) -> None:
    """Make all of them ready, then put all of them into place; `swapped` has data and old data of each that was."""
    with ExitStack() as stack:
        ready = {}
        for name, state in states.items():
            tell(f"{name}: restoring {megabytes(archive.manifest.size(f'services/{name}'))}")
            data = stack.enter_context(held(name, state))
            stack.callback(unstage, data)
            ready[name] = data, staged(archive, name, data)
        try:
            for name, (data, new) in ready.items():
                data_format = current_format(Places(name, BINDER_RUN))
                swapped[name] = data, place_of_old(data, data_format)
                replace(data, new, data_format)
        except (Failure, OSError):
            for name, (data, old) in [*swapped.items()]:
                take_back_old(data, old)
                del swapped[name]
            raise


def undone(name: str, data: str, old: str, done: Done) -> str:
    """What has become of a service that was not restored."""
    try:
        with stopped(name):
            take_back_old(data, old)
    except Ended:
        raise
    except (Failure, OSError) as error:
        done.is_undone = False
        return f"its own data is in {old} and could not be put back: {reason_of(error)}"
    return "it has its own data again"


def staged(archive: Verified, name: str, data: str) -> str:
    """The new data, beside the old."""
    size = archive.manifest.size(f"services/{name}")
    folder = stage(data)
    how = archive.manifest.services[name]["how"]
    check_room(folder, size * (1 if how == DATA else 3))
    extract_tree(archive, f"services/{name}/{how}", os.path.join(folder, how))
    return (
        os.path.join(folder, DATA)
        if how == DATA
        else rebuild(name, os.path.join(folder, DUMP), os.path.join(folder, "new"))
    )


def extract_tree(archive: Verified, start: str, folder: str) -> None:
    """Folders, files, then links, so that nothing goes through one; modes of folders at the end."""
    manifest = archive.manifest
    inside = [name for name in manifest.folders if name == start or name.startswith(f"{start}/")]
    os.makedirs(folder, mode=0o700)
    for name in sorted(inside):
        os.makedirs(folder + name[len(start) :], mode=0o700, exist_ok=True)
    for name in manifest.below(start):
        path = folder + name[len(start) :]
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        archive.extract(name, path)
    for name, target in manifest.links.items():
        if name.startswith(f"{start}/"):
            os.makedirs(os.path.dirname(folder + name[len(start) :]), mode=0o700, exist_ok=True)
            os.symlink(target, folder + name[len(start) :])
    for name in sorted(inside, reverse=True):
        os.chmod(folder + name[len(start) :], manifest.folders[name] | 0o700)


def import_file(name: str, path: str) -> None:
    """Into the running service, as it loads a file of the author's."""
    if name not in service_names():
        raise Failure(f"there is no service {shown(name)} here, but {', '.join(service_names()) or 'none at all'}")
    if not os.path.isfile(Places(name, BINDER_RUN).file("load")):
        raise Failure(f"{name} loads no files")
    if not os.path.exists(path):
        raise Failure(f"there is no {shown(path)}")
    started(name)
    load(name, live_status()["services"][name]["data"], os.path.abspath(path))
    print(f"{name}: loaded {shown(path)}")
