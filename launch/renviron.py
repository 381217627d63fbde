"""R has the session's variables, too, in RStudio as well, which passes on next to nothing of its own.

- those that binder/env exports, what the start scripts changed, and where conda is; none that R or a login makes itself
- in Renviron.site of an R of the notebook's environment; for any other on PATH, which is not the session's own and as a
  rule not ours to write, in ~/.Renviron
- between two marks, anew at each start; what else stands there is left as it is
- a value that is set where R begins goes before; a variable with a line end, which R cannot read there, is left out
"""

from __future__ import annotations

import os
import re

from .files import read
from .places import BINDER_DIR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

BEGAN_WITH = {**os.environ}
BEGIN, END = "# binder: written at each start\n", "# binder: end\n"
NOT_FOR_R = re.compile(r"PATH|LD_LIBRARY_PATH|HOME|USER|LOGNAME|SHELL|TERM|PWD|OLDPWD|SHLVL|_|R_.*|TMPDIR|LC_.*|LANG")
PLAIN = re.compile(r"[\w./:@%+=, -]+")


def tell_r(note: Callable[[str], None]) -> None:
    homes = r_homes()
    if not homes:
        return
    lines = [line(name, os.environ[name]) for name in sorted(names_for_r()) if "\n" not in os.environ[name]]
    sites = [os.path.join(home, "etc", "Renviron.site") for home in homes]
    own = [os.path.realpath(os.environ[name]) for name in ("NB_PYTHON_PREFIX", "CONDA_DIR") if os.environ.get(name)]
    ours = [site for site in sites if any(site.startswith(f"{place}/") for place in own) and is_writable(site)]
    if len(ours) < len(sites) and os.environ.get("HOME"):
        ours.append(os.path.join(os.environ["HOME"], ".Renviron"))
    for path in ours:
        try:
            put(path, BEGIN + "".join(lines) + END)
        except OSError as error:
            note(f"R is not told the session's variables: {path}: {error.strerror}")


def is_writable(path: str) -> bool:
    return os.access(path if os.path.exists(path) else os.path.dirname(path), os.W_OK)


def r_homes() -> list[str]:
    """R's own folders, without asking it: R is a script that takes a while."""
    prefix = os.environ.get("NB_PYTHON_PREFIX", "")
    folders = [os.path.join(prefix, "bin"), *os.environ.get("PATH", "").split(os.pathsep)]
    programs = [os.path.join(folder, "R") for folder in folders if folder]
    found = [os.path.dirname(os.path.realpath(path)) for path in programs if os.path.isfile(path)]
    places = [os.path.join(folder, above) for folder in found for above in ("..", "../lib/R", "../lib64/R")]
    homes = [os.path.realpath(place) for place in places if os.path.exists(os.path.join(place, "etc", "Renviron"))]
    return list(dict.fromkeys(homes))


def names_for_r() -> set[str]:
    exported = re.findall(r"^export (\w+)", read(os.path.join(BINDER_DIR, "env")), flags=re.MULTILINE)
    changed = [name for name, value in os.environ.items() if BEGAN_WITH.get(name) != value]
    names = {*exported, *changed, "CONDA_DIR", "NB_PYTHON_PREFIX"} & os.environ.keys()
    return {name for name in names if not NOT_FOR_R.fullmatch(name) and re.fullmatch(r"\w+", name)}


def line(name: str, value: str) -> str:
    """As R reads it: ${ is expanded within quotes as well, and what is in the environment has its quotes taken away."""
    if PLAIN.fullmatch(value) and value == value.strip():
        return f"{name}=${{{name}-{value}}}\n"
    quoted = value.replace("'", "'\"'\"'").replace("${", "$''{")
    return f"{name}='{quoted}'\n"


def put(path: str, block: str) -> None:
    """Replace what stands between the marks, or add it."""
    before = ""
    if os.path.exists(path):
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
            before = file.read()
    own = re.sub(rf"{re.escape(BEGIN)}.*?{re.escape(END)}", "", before, flags=re.DOTALL)
    after = own + ("\n" if own and not own.endswith("\n") else "") + block
    if after != before:
        with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(after)
