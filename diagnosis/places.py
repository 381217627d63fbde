"""Where the services' data is, or would be: each folder, whose it is, whether it can be written to, its format.

- the places are those of launch: at home where data is kept, beside the seeded data, in BINDER_RUN
- the data itself is not read
"""

from __future__ import annotations

import glob
import os
import sys
import time
from contextlib import suppress

from .commands import answer_of
from .facts import BINDER_DIR, CONDA_DIR, Place
from .texts import amount, in_one_line, known_text, names_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .facts import Facts

FORMAT_SECONDS, SIZE_SECONDS, MOST_FILES_COUNTED = 3, 3.0, 100_000


def service_folders() -> dict[str, str]:
    """Name -> folder, of each that is a service."""
    root = os.path.join(BINDER_DIR, "services")
    folders = {name: os.path.join(root, name) for name in names_in(root)}
    return {name: folder for name, folder in folders.items() if os.path.isfile(os.path.join(folder, "run"))}


def data_places(facts: Facts) -> list[Place]:
    home, found = facts.environment.get("HOME", ""), []
    until = time.monotonic() + SIZE_SECONDS
    for name, folder in service_folders().items():
        wanted = wanted_format(facts, name, folder)
        for kept, pattern in (
            (True, os.path.join(glob.escape(home), ".binder-data", "*", name)),
            (False, os.path.join(glob.escape(CONDA_DIR), "var", "binder", name)),
            (False, os.path.join(glob.escape(facts.run), "data", name)),
        ):
            for path in sorted(glob.glob(pattern)):
                with suppress(OSError):
                    found.append(place_at(name, path, wanted, kept, until))
    return found


def place_at(name: str, path: str, wanted: str, kept: bool, until: float) -> Place:
    owner, data = os.stat(path).st_uid, os.path.join(path, "data")
    writable = all(os.access(one, os.W_OK | os.X_OK) for one in (path, data) if os.path.exists(one))
    is_ours = owner == os.geteuid() or os.geteuid() == 0
    found = known_text(os.path.join(path, "format"), 1000)
    return Place(name, path, found, wanted, writable and is_ours, owner, size_of(data, until), kept)


def wanted_format(facts: Facts, name: str, folder: str) -> str:
    """What this image's server opens; empty if it does not say."""
    known = known_text(os.path.join(CONDA_DIR, "var", "binder", name, "format"), 1000)
    path = os.path.join(folder, "format")
    if known or not os.path.exists(path):
        return known
    own = {
        "SERVICE": name,
        "SERVICE_DIR": folder,
        "SERVICE_DATA": "",
        "SERVICE_RUN": os.path.join(facts.run, "run", name),
    }
    command = [sys.executable, "-I", "-S", os.path.join(BINDER_DIR, "launch"), "--run-hook", path]
    status, said = answer_of(command, FORMAT_SECONDS, {**facts.environment, **own})
    return said if not status else f"cannot be told: {in_one_line(said)}"


def size_of(folder: str, until: float) -> int:
    """Of its files, as far as they can be counted in time."""
    total = count = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(parent, name)).st_blocks * 512
        count += len(names)
        if count > MOST_FILES_COUNTED or time.monotonic() > until:
            break
    return total


def places_text(facts: Facts) -> str:
    lines = []
    for one in facts.places:
        state = "writable" if one.writable else f"NOT WRITABLE for user {os.geteuid()}"
        lines += [
            f"{one.name}: {one.path}",
            f"    {'kept at home' if one.kept else 'gone with the container'}, user {one.owner}'s, {state},"
            f" {amount(one.size)}",
            f"    format '{one.format}', this image opens '{one.wanted or 'any'}'",
        ]
    used = [f"{name} uses {one.get('data') or 'nothing yet'}" for name, one in facts.services.items()]
    return "\n".join([*lines, *used]) or "there is no service"
