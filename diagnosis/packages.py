"""Versions: of the packages of conda, pip and Debian, of Jupyter, and of each server that runs.

- packages are read where they are written down; no package manager is run but dpkg's, which only reads
- a server is asked for its version if its program is none that runs others; else the package it comes from tells
"""

from __future__ import annotations

import glob
import os
import re
from contextlib import suppress

from .commands import answer_of
from .facts import CONDA_DIR, PREFIX, PYTHON
from .texts import in_one_line, names_in, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .facts import Facts

SECONDS_EACH = 3
INTERPRETERS = re.compile(r"(?:ba|da|z|k)?sh|busybox|env|sleep|perl|ruby|node|Rscript|R|timeout|python[\d.]*|java|tini")
JUPYTER = re.compile(r"(?:jupyter|jupyterlab|notebook|nbclassic|ipykernel|ipython|jupyterhub|nbgitpuller)([_-].*)?")
METADATA_HEAD = 5000


def pip_packages(prefix: str = PREFIX) -> dict[str, str]:
    """Name -> version, of what Python's own metadata says."""
    folders = glob.glob(os.path.join(prefix, "lib", "python3*", "site-packages"))
    return packages_below(folders)


def packages_below(folders: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for folder in folders:
        for name in names_in(folder):
            if name.endswith((".dist-info", ".egg-info")):
                stem = name.rpartition(".")[0]
                title, _, version = stem.partition("-")
                found[title.replace("_", "-").lower()] = version or metadata_version(os.path.join(folder, name))
    return dict(sorted(found.items()))


def metadata_version(path: str) -> str:
    """Of an old form, which has it in a file alone."""
    for leaf in ("PKG-INFO", "METADATA"):
        with suppress(OSError):
            text = text_of(os.path.join(path, leaf), METADATA_HEAD)
            return text.partition("\nVersion:")[2].partition("\n")[0].strip() or "unknown"
    return "unknown"


def conda_packages(prefix: str = PREFIX) -> dict[str, str]:
    """Name -> version and build."""
    found = {}
    for name in names_in(os.path.join(prefix, "conda-meta")):
        if name.endswith(".json") and name.count("-") > 1:
            title, version, build = name[:-5].rsplit("-", 2)
            found[title] = f"{version} {build}"
    return found


def apt_packages() -> str:
    form = r"${binary:Package} ${Version} ${db:Status-Abbrev}\n"
    status, said = answer_of(["dpkg-query", "--show", f"--showformat={form}"], 2 * SECONDS_EACH)
    return said if not status else f"not known: {said}"


def user_packages(home: str) -> dict[str, str]:
    """What somebody has installed for himself, over what the image has."""
    return packages_below(glob.glob(os.path.join(home, ".local", "lib", "python3*", "site-packages")))


def as_lines(found: dict[str, str]) -> str:
    return "\n".join(f"{name} {version}" for name, version in found.items()) or "none"


def jupyter_versions(found: dict[str, str]) -> dict[str, str]:
    return {name: version for name, version in found.items() if JUPYTER.fullmatch(name)}


def notebook_python() -> dict[str, str]:
    status, said = answer_of([PYTHON, "-I", "-S", "--version"], SECONDS_EACH)
    return {"Python of the notebook": in_one_line(said if not status else f"none that runs: {said}")}


def server_versions(facts: Facts) -> dict[str, str]:
    """What each service that runs is, as its program or its package says."""
    found = {}
    for name, service in facts.services.items():
        pid = service.get("pid")
        with suppress(OSError, ValueError, TypeError):
            program = os.readlink(f"/proc/{int(pid or 0)}/exe")
            found[f"server {name}"] = version_of(program)
    return found


def version_of(program: str) -> str:
    path = program.replace(" (deleted)", "")
    name = os.path.basename(path)
    if name == "java":
        option = "-version"
    elif INTERPRETERS.fullmatch(name):
        return path
    else:
        option = "--version"
    status, said = answer_of([path, option], SECONDS_EACH)
    if not status and said:
        return f"{in_one_line(said, 120)} ({path})"
    status, said = answer_of(["dpkg-query", "--search", path], SECONDS_EACH)
    return f"{path}, of the package {said.partition(':')[0]}" if not status and said else path


def conda_version() -> dict[str, str]:
    history = conda_packages(CONDA_DIR)
    return {name: history[name] for name in ("conda", "mamba", "python") if name in history}
