"""SERVICE_DATA is where a service has its data, and the only place for it.

- it is `data` in the first of these places that is ours and writable: $HOME/.binder-data/$COURSE_SLUG/NAME (if
  KEEP_DATA=home), $CONDA_DIR/var/binder/NAME (made by --build), BINDER_RUN/data/NAME
- if there is none yet, it comes out of --build's seeded.tar.gz, whole or not at all
- what is kept at home under a name of services/NAME/formerly, of earlier releases, is moved to NAME first
- data whose `format` marker is not that of this image is set aside, never opened; an image that it fits takes it back
- nothing is set aside before there is something for its place: on a full disk the data stays as it is
- where somebody who replaced it was killed half-way, what is left of it goes: all of it was set aside before
- data that was to be kept and cannot be is a complaint, which --verify fails with
- the service holds a lock beside its data as long as it lives; a second one on the same data fails
- all of this happens in a process of the service's own, before it becomes the server
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress

from .aside import RESET, fitting, label_of, move, set_aside, take_back
from .family import descendant_with
from .files import own, read, remove, write
from .owner import is_kept, kept_place, owner_here, plain_place, remember
from .places import Places
from .processes import output_of, script, tool
from .words import Failure, because

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

FORMAT_SECONDS, LOCK_SECONDS = 20, 2
UNFINISHED = "unfinished"
# What is told of the data: a remark, where a reset has put the old data, that it could not, that the data is not kept.
NOTE, ASIDE, STAYS, COMPLAINT = "note", "aside", "stays", "complaint"
LEFT_BEHIND = "run ended, and what it started holds the data (process {}): it must exec the server in the foreground"


def open_data(service: Places, reset: bool, tell: Callable[[str, str], None], launch: int = 0) -> tuple[str, int]:
    """The service's data directory, ready to use, and the lock on it; `launch` is the process that asks for it."""
    wanted = current_format(service)
    built = service.built
    data = os.path.join(built, "data")
    usable = own(built) and (own(data) or not os.path.exists(data))
    kept = kept_place(service.name)
    problem = "" if kept or not is_kept() else "HOME is no folder's path"
    for place in (kept, built if usable else "", service.passing):
        if not place:
            continue
        try:
            if place == kept:
                take_over(service, place, tell)
            os.makedirs(place, mode=0o700, exist_ok=True)
            handle = lock(place, launch)
            if place == kept:
                remember(place, owner_here())
                if place != (plain := plain_place(service.name)):
                    tell(NOTE, f"the data kept in {plain} is another course's; that of this one is in {place}")
            fill(service, place, wanted, reset, tell)
            if problem and is_kept():
                tell(COMPLAINT, f"its data is not kept, and gone with the container: {problem}")
            return os.path.join(place, "data"), handle
        except OSError as error:
            problem = problem or f"it cannot be in {place} ({error.strerror or error})"
            tell(NOTE, f"its data cannot be in {place} ({error.strerror or error})")
    raise Failure("there is no place for its data")


def take_over(service: Places, place: str, tell: Callable[[str, str], None]) -> None:
    """Move what is kept under a former name of the service."""
    for former in read(service.file("formerly")).split():
        old = kept_place(former)
        if os.path.isdir(old) and not os.path.exists(place):
            os.close(lock(old))  # an older container may be at work there
            os.makedirs(os.path.dirname(place), mode=0o700, exist_ok=True)
            os.rename(old, place)
            tell(NOTE, f"the data kept as '{former}' is now in {place}")


def lock(place: str, launch: int = 0) -> int:
    """A handle that keeps others from the data in a place; raises Failure if another has it."""
    path = os.path.join(place, "lock")
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    limit = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return handle
        except BlockingIOError:
            if time.monotonic() > limit:
                if launch and (left := descendant_with(os.path.realpath(path), launch)):
                    raise Failure(LEFT_BEHIND.format(left)) from None
                raise Failure(f"its data in {place} is in use by another container or launch") from None
            time.sleep(0.1)


def current_format(service: Places) -> str:
    """What this image's server can open; empty if it does not say."""
    path = service.file("format")
    known = read(os.path.join(service.built, "format"))
    if known or not os.path.exists(path):
        return known
    environment = service.environment(os.path.join(service.built, "data"))
    status, said = output_of(script(path), environment, FORMAT_SECONDS)
    if status or not said:
        raise Failure(because("its data format cannot be told", said or "no answer"))
    return said


def fill(service: Places, place: str, wanted: str, reset: bool, tell: Callable[[str, str], None]) -> None:
    """Make sure that place/data is there and of the wanted format, and after a reset that it is as seeded."""
    data, marker = os.path.join(place, "data"), os.path.join(place, "format")
    if os.path.exists(unfinished := os.path.join(place, UNFINISHED)):
        remove(data)
        remove(unfinished)
    found, is_there = read(marker), os.path.isdir(data)
    if not is_there or reset or wanted != found:
        try:
            other = "" if reset else fitting(data, wanted)
            new = other or seeded(service, place)
            write(f"{marker}.next", wanted + "\n")
            aside = away(data, found, reset) if is_there else ""
        except OSError as error:
            with suppress(OSError):
                remove(os.path.join(place, ".fresh"))
            if not is_there or wanted != found:
                raise
            tell(STAYS, f"its data stays as it is, since there is no place for the seeded data ({error.strerror})")
        else:
            if aside and reset:
                tell(ASIDE, f"the old data is in {aside}")
            elif aside:
                tell(NOTE, f"kept data of format '{found}' is not opened by '{wanted}': it is now in {aside}")
            os.replace(f"{marker}.next", marker)
            if other:
                take_back(other, data)
                tell(NOTE, f"the data of format '{wanted}' that was set aside as {other} is opened again")
            else:
                move(new, data)
    os.chmod(data, 0o700)


def away(data: str, found: str, reset: bool) -> str:
    return set_aside(data, RESET) if reset else set_aside(data, label_of(found), found)


def seeded(service: Places, place: str) -> str:
    """A new folder with the seeded data, beside the place where it is to be."""
    fresh, archive = os.path.join(place, ".fresh"), os.path.join(service.built, "seeded.tar.gz")
    remove(fresh)
    os.mkdir(fresh)
    if os.path.exists(archive):
        options = ("--no-same-owner", "--preserve-permissions", "--gzip")
        tool("tar", "--extract", *options, "--file", archive, "--directory", fresh)
    return fresh


def new_data(service: Places) -> tuple[str, int]:
    """An empty data directory in the image, for a build, and the lock on it."""
    os.makedirs(service.built)
    data = os.path.join(service.built, "data")
    os.mkdir(data, 0o700)
    return data, lock(service.built)


def pack(service: Places) -> None:
    """Close a build: the format marker, and an archive for whoever cannot use the directory itself."""
    place = service.built
    archive = os.path.join(place, "seeded.tar.gz")
    write(os.path.join(place, "format"), current_format(service) + "\n")
    tool("tar", "--create", "--sparse", "--gzip", "--file", archive, "--directory", os.path.join(place, "data"), ".")
    for path, mode in ((place, 0o755), (archive, 0o644), (os.path.join(place, "format"), 0o644)):
        os.chmod(path, mode)
