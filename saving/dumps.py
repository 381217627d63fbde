"""A service's own dump: `service/dump FOLDER` asks the running server, and writes files that its `load` reads.

- one that cannot write all that the server has exits with 3 and says what: its data is saved instead
- without an argument it prints what their names are like, a pattern a line: nothing else is given to `load`
- `load` may be given one file at any time: `restore --import`
- `service/export FOLDER` is the same in a form that people know and no restore takes: for `save --export` alone
"""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from fnmatch import fnmatchcase

from launch.places import BINDER_RUN, Places
from launch.processes import output_of, script
from launch.words import Failure, because

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

PATTERN_SECONDS = 10
NOT_ALL = 3  # what `dump` exits with where its files would not hold all that the server has
NOT_LOADED = 3  # and `load` where the file is not of its kinds


def has_dump(name: str) -> bool:
    places = Places(name, BINDER_RUN)
    return os.path.isfile(places.file("dump")) and os.path.isfile(places.file("load"))


def has_export(name: str) -> bool:
    return os.path.isfile(Places(name, BINDER_RUN).file("export")) or has_dump(name)


def unlike(name: str, files: Iterable[str]) -> str:
    """A name that its dump never has; empty if there is none."""
    places = Places(name, BINDER_RUN)
    status, said = output_of(script(places.file("dump")), places.environment(""), PATTERN_SECONDS)
    if status:
        raise Failure(because(f"{name} does not say what its dumps are like", said[-200:]))
    patterns = said.split()
    return next((file for file in files if not any(fnmatchcase(file, pattern) for pattern in patterns)), "")


def dump(name: str, data: str, folder: str, for_people: bool = False) -> str:
    """Why there is more than a dump would hold; empty if all of it is in the folder now."""
    os.mkdir(folder, 0o700)
    places = Places(name, BINDER_RUN)
    export = places.file("export")
    program = export if for_people and os.path.isfile(export) else places.file("dump")
    told, status = run([*script(program), folder], places.environment(data), folder)
    if status not in (0, NOT_ALL):
        raise Failure(because(f"{name} cannot be {'exported' if for_people else 'dumped'}", told))
    return (told or "it has more") if status else ""


def load(name: str, data: str, path: str) -> None:
    """One file into the running service."""
    places = Places(name, BINDER_RUN)
    command = [*script(places.file("load")), path]
    told, status = run(command, places.environment(data), os.path.dirname(path))
    if status == NOT_LOADED:
        raise Failure(f"{name} loads no file of this kind: {path}")
    if status:
        raise Failure(because(f"{path} cannot be loaded", told))


def run(command: list[str], environment: dict[str, str], folder: str) -> tuple[str, int]:
    """To its end, or to ours; the last line that it said."""
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    child = subprocess.Popen(command, env=environment, cwd=folder, start_new_session=True, **options)  # type: ignore[call-overload]
    try:
        said = child.communicate()[0].decode(errors="replace").strip()
    except BaseException:
        with suppress(OSError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        raise
    return "".join(c if c.isprintable() else " " for c in said.rpartition("\n")[2])[-300:], child.returncode
