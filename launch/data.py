"""SERVICE_DATA is where a service has its data, and the only place for it.

- it is `data` in the first of these places that is ours and writable: $HOME/.binder-data/$COURSE_SLUG/NAME (if
  KEEP_DATA=home), $CONDA_DIR/var/binder/NAME (made by --build), BINDER_RUN/data/NAME
- if there is none yet, it comes out of --build's seeded.tar.gz, whole or not at all
- what is kept at home under a name of services/NAME/formerly, of earlier releases, is moved to NAME first
- data whose `format` marker is not that of this image is set aside, never opened
- the service holds a lock beside its data as long as it lives; a second one on the same data fails
- all of this happens in a process of the service's own, before it becomes the server
"""

from __future__ import annotations

import fcntl
import os
import time

from .files import own, read, remove, write
from .places import Places
from .processes import output_of, script, tool
from .words import Failure, because

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

FORMAT_SECONDS, LOCK_SECONDS = 20, 2


def open_data(service: Places, reset: bool, note: Callable[[str], None]) -> tuple[str, int]:
    """The service's data directory, ready to use, and the lock on it."""
    wanted = current_format(service)
    built = service.built
    data = os.path.join(built, "data")
    usable = own(built) and (own(data) or not os.path.exists(data))
    for place in (kept_place(service.name), built if usable else "", service.passing):
        if not place:
            continue
        try:
            if place == kept_place(service.name):
                take_over(service, place, note)
            os.makedirs(place, mode=0o700, exist_ok=True)
            handle = lock(place)
            fill(service, place, wanted, reset, note)
            return os.path.join(place, "data"), handle
        except OSError as error:
            note(f"its data cannot be in {place} ({error.strerror or error})")
    raise Failure("there is no place for its data")


def kept_place(name: str) -> str:
    """Where the data outlives the container; empty if it does not."""
    home, course = os.environ.get("HOME"), os.environ.get("COURSE_SLUG") or "course"
    return os.path.join(home, ".binder-data", course, name) if home and os.environ.get("KEEP_DATA") == "home" else ""


def take_over(service: Places, place: str, note: Callable[[str], None]) -> None:
    """Move what is kept under a former name of the service."""
    for former in read(service.file("formerly")).split():
        old = kept_place(former)
        if os.path.isdir(old) and not os.path.exists(place):
            os.close(lock(old))  # an older container may be at work there
            os.rename(old, place)
            note(f"the data kept as '{former}' is now in {place}")


def lock(place: str) -> int:
    """A handle that keeps others from the data in a place; raises Failure if another has it."""
    handle = os.open(os.path.join(place, "lock"), os.O_RDWR | os.O_CREAT, 0o600)
    limit = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return handle
        except BlockingIOError:
            if time.monotonic() > limit:
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


def fill(service: Places, place: str, wanted: str, reset: bool, note: Callable[[str], None]) -> None:
    """Make sure that place/data is there and of the wanted format, and after a reset that it is as seeded."""
    data, marker, fresh = (os.path.join(place, leaf) for leaf in ("data", "format", ".fresh"))
    found = read(marker)
    if os.path.isdir(data) and reset:
        note(f"the old data is in {set_aside(data, 'aside')}")
    elif os.path.isdir(data) and wanted != found:
        label = "".join(c if c.isalnum() or c in ".-" else "-" for c in found) or "unknown"
        note(f"kept data of format '{found}' is not opened by '{wanted}': it is now in {set_aside(data, label)}")
    if not os.path.isdir(data):
        remove(fresh)
        os.mkdir(fresh)
        seeded = os.path.join(service.built, "seeded.tar.gz")
        if os.path.exists(seeded):
            options = ("--no-same-owner", "--preserve-permissions", "--gzip")
            tool("tar", "--extract", *options, "--file", seeded, "--directory", fresh)
        write(marker, wanted + "\n")
        os.rename(fresh, data)
    os.chmod(data, 0o700)


def set_aside(data: str, label: str) -> str:
    number = 1
    while os.path.lexists(target := f"{data}.{label}-{number}"):
        number += 1
    try:
        os.rename(data, target)
    except OSError:  # overlayfs cannot rename a directory of the image
        tool("mv", "--no-target-directory", data, target)
    return target


def new_data(service: Places) -> tuple[str, int]:
    """An empty data directory in the image, for a build, and the lock on it."""
    os.makedirs(service.built)
    os.mkdir(data := os.path.join(service.built, "data"), 0o700)
    return data, lock(service.built)


def pack(service: Places) -> None:
    """Close a build: the format marker, and an archive for whoever cannot use the directory itself."""
    place = service.built
    archive = os.path.join(place, "seeded.tar.gz")
    write(os.path.join(place, "format"), current_format(service) + "\n")
    tool("tar", "--create", "--sparse", "--gzip", "--file", archive, "--directory", os.path.join(place, "data"), ".")
    for path, mode in ((place, 0o755), (archive, 0o644), (os.path.join(place, "format"), 0o644)):
        os.chmod(path, mode)
