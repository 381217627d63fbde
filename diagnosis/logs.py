"""The logs of services, hooks and first scripts, all in BINDER_RUN/log; and the notebook's, where it is a file."""

from __future__ import annotations

import os
import re

from .processes import owner_of_process
from .session import is_folder
from .texts import READ_BYTES, in_one_line, names_in, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .facts import Facts

MOST_LOGS, MOST_BYTES = 60, 4_000_000


def learn_logs(facts: Facts) -> None:
    """The small ones whole; what room is left is shared by the large ones."""
    folder = os.path.join(facts.run, "log")
    names = names_in(folder)[:MOST_LOGS] if is_folder(facts.run) and is_folder(folder) else []
    left = MOST_BYTES
    for number, name in enumerate(sorted(names, key=lambda name: size_there(os.path.join(folder, name)))):
        log = keep_log(facts, safe(name), os.path.join(folder, name), left // (len(names) - number))
        left -= len(log)
    notebook = facts.status.get("notebook")
    if isinstance(notebook, int) and notebook and is_owners(notebook, facts.run):
        errors, output = (link_of(f"/proc/{notebook}/fd/{handle}") for handle in (2, 1))
        if os.path.isfile(errors):
            keep_log(facts, "notebook.log", errors)
        if os.path.isfile(output) and output != errors:
            keep_log(facts, "notebook-output.log", output)


def link_of(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""


def is_owners(pid: int, folder: str) -> bool:
    try:
        return owner_of_process(pid) == os.lstat(folder).st_uid
    except OSError:
        return False


def keep_log(facts: Facts, name: str, path: str, limit: int = READ_BYTES) -> str:
    try:
        facts.logs[name] = text_of(path, min(limit, READ_BYTES))
    except OSError as error:
        facts.logs[name] = f"not known: {error.strerror}"
    return facts.logs[name]


def size_there(path: str) -> int:
    try:
        return os.lstat(path).st_size
    except OSError:
        return 0


def safe(name: str) -> str:
    """A name that a zip may hold."""
    return re.sub(r"[^\w.@+-]", "_", name)[:100].lstrip(".") or "_"


def log_of(facts: Facts, one: dict[str, object], name: str) -> str:
    """The log of a service, hook or first script, as far as it is at hand."""
    leaf = os.path.basename(str(one.get("log") or f"{name}.log"))
    return facts.logs.get(safe(leaf), "")


def last_line_of(log: str) -> str:
    lines = [line.strip() for line in log[-8192:].splitlines() if line.strip()]
    return in_one_line(lines[-1]) if lines else ""
