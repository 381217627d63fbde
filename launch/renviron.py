"""R has the session's variables, too, in RStudio as well, which passes on next to nothing of its own.

- those that binder/env and binder/start export, what the start scripts changed, and where conda is; none that R or a
  login makes itself, but for where its packages and its profile are
- in Renviron.site of an R of the notebook's environment; for any other on PATH, which is not the session's own and as a
  rule not ours to write, in ~/.Renviron
- between two marks, anew at each start; what else stands there is left as it is
- a value that is set where R begins goes before; a variable with a line end, which R cannot read there, is left out
"""

from __future__ import annotations

import os

from .files import read
from .places import BINDER_DIR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

BEGAN_WITH = {**os.environ}
BEGIN, END = "# binder: written at each start\n", "# binder: end\n"
OF_A_LOGIN = {"PATH", "LD_LIBRARY_PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "PWD", "OLDPWD", "SHLVL", "_"}
OF_R = ("R_", "LC_", "LANG", "TMPDIR")
FOR_R = ("R_LIBS", "R_PROFILE")


def tell_r(note: Callable[[str], None]) -> None:
    homes = r_homes()
    lines = [line(name, os.environ[name]) for name in names_for_r()] if homes else []
    if not lines:
        return
    own = tuple(f"{os.path.realpath(place)}/" for name in ("NB_PYTHON_PREFIX", "CONDA_DIR") if (place := known(name)))
    sites = [os.path.join(home, "etc", "Renviron.site") for home in homes if home.startswith(own)]
    ours = [site for site in sites if os.access(site if os.path.exists(site) else os.path.dirname(site), os.W_OK)]
    if len(ours) < len(homes) and known("HOME"):
        ours.append(os.path.join(known("HOME"), ".Renviron"))
    for path in ours:
        try:
            put(path, BEGIN + "".join(lines) + END)
        except (OSError, ValueError) as error:  # nothing that a notebook has to wait for
            note(f"R is not told the session's variables: {path}: {getattr(error, 'strerror', None) or error}")


def known(name: str) -> str:
    return os.environ.get(name, "")


def r_homes() -> list[str]:
    """R's own folders, without asking it: R is a script that takes a while."""
    folders = [os.path.join(known("NB_PYTHON_PREFIX"), "bin"), *known("PATH").split(os.pathsep)]
    programs = [os.path.join(folder, "R") for folder in folders if folder]
    found = [os.path.dirname(os.path.realpath(path)) for path in programs if os.path.isfile(path)]
    places = [os.path.join(folder, above) for folder in found for above in ("..", "../lib/R", "../lib64/R")]
    homes = [os.path.realpath(place) for place in places if os.path.exists(os.path.join(place, "etc", "Renviron"))]
    return list(dict.fromkeys(homes))


def names_for_r() -> list[str]:
    lines = "\n".join(read(os.path.join(BINDER_DIR, name)) for name in ("env", "start")).splitlines()
    names = {line.partition("=")[0][len("export ") :] for line in lines if line.startswith("export ")}
    names.update(name for name, value in os.environ.items() if BEGAN_WITH.get(name) != value)
    names.update(("CONDA_DIR", "NB_PYTHON_PREFIX"))
    own = (name for name in names - OF_A_LOGIN if not name.startswith(OF_R) or name.startswith(FOR_R))
    fit = (name for name in own if name.isidentifier())
    return sorted(name for name in fit if name in os.environ and "\n" not in os.environ[name])


def line(name: str, value: str) -> str:
    """As R reads it: ${ is expanded within quotes as well, and what is in the environment has its quotes taken away."""
    if value and value == value.strip() and not set(value) & set("'\"\\${}#"):
        return f"{name}=${{{name}-{value}}}\n"
    quoted = value.replace("'", "'\"'\"'").replace("${", "$''{")
    return f"{name}='{quoted}'\n"


def put(path: str, block: str) -> None:
    """Replace what stands between the marks, or add it."""
    before = ""
    if os.path.exists(path):
        with open(path, errors="surrogateescape", newline="") as file:
            before = file.read()
    above, begin, rest = before.partition(BEGIN)
    below = rest.partition(END)[2] if begin else ""
    own = above + below
    after = own + ("\n" if own and not own.endswith("\n") else "") + block
    if after != before:
        with open(path, "w", errors="surrogateescape", newline="") as file:
            file.write(after)
    if not before:
        os.chmod(path, 0o600)  # start scripts may export what is nobody else's business
