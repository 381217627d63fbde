"""Lists of packages that repo2docker passes over, or the merged repository does.

- what repo2docker passed over, and passes over still, is found where somebody may have meant it to count
- what repo2docker passed over and the merged repository does use is found too
- a Dockerfile, or a script that is kept, may read what repo2docker does not: where it may, nothing is said
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..foreign.pack import Pack
from ..model import Finding
from ..repo2docker import LOCKS, PIPFILES, R, is_package
from ..rule import Rule
from ..text import decode

# Searched in files that anybody wrote: none of these may take more than linear time.
LOCAL = re.compile(
    r"^[ \t]*(?:-[ \t]+)?[\"']?(?:(?:-e|--editable)[ \t=]*)?\.{1,2}(?:/|\[|[\"']?[ \t]*(?:#|$))", re.MULTILINE
)
PIP_INSTALL = re.compile(r"\bpip3?[ \t]+install\b")
HERE = re.compile(r"[ \t]\.{1,2}(?:[/ \t\"'\[]|$)")
SETUP = re.compile(r"\bsetup\.py[ \t]+(?:install|develop)\b")
# The packs that install with pip what stands at the root.
PIP_PACKS = ("python", R, "julia")


def examine(pack: Pack) -> Iterator[Finding]:
    yield from _pipfiles(pack)
    yield from _requirements(pack)
    yield from _package(pack)
    yield from _conda(pack)


BB309 = Rule(
    "BB309",
    "Pipfile, Pipfile.lock",
    "installed only where there is no environment.yml",
    "make a requirements.txt of it",
)


def _pipfiles(pack: Pack) -> Iterator[Finding]:
    for name in filter(pack.has, () if pack.name == "docker" else PIPFILES):
        if pack.name == "pipfile":
            reason = "is what repo2docker would have installed; it is not read here"
            remedy = "make a requirements.txt of it (pipenv requirements), and remove it"
            yield pack.finding(BB309, name, reason, remedy, True)
        elif not pack.names("pipenv"):
            reason = "is not read, and repo2docker would have passed over it too"
            yield pack.finding(BB309, name, reason, "remove it, or make a requirements.txt of it")


BB313 = Rule(
    "BB313",
    "requirements3.txt",
    "it is for Jupyter itself, beside a Python older than 3.7",
    "add what is still needed to requirements.txt",
)
BB315 = Rule(
    "BB315",
    "requirements.txt beside environment.yml, Pipfile or default.nix",
    "repo2docker would have passed over it; here it is installed",
    "remove from it what is not wanted",
)


def _requirements(pack: Pack) -> Iterator[Finding]:
    if pack.has("requirements3.txt") and pack.name != "docker" and not pack.names("requirements3.txt"):
        lost = pack.name in PIP_PACKS and _is_old(pack.python)
        reason = "holds what Jupyter itself needs where notebooks run on a Python before 3.7; it is not read here"
        yield pack.finding(BB313, "requirements3.txt", reason, "add what is still needed to requirements.txt", lost)
    if pack.has("requirements.txt") and pack.name in ("conda", "pipfile", "nix"):
        beside = {"conda": pack.environment, "nix": "default.nix"}.get(pack.name, "Pipfile")
        if "requirements.txt" not in pack.text(pack.environment):
            reason = f"is installed here; repo2docker would have passed over it beside {beside}"
            yield pack.finding(BB315, "requirements.txt", reason, "remove from it what is not wanted")


def _is_old(python: str) -> bool:
    """Whether Jupyter itself runs on another Python than this one; `3` is a current one."""
    version = tuple(map(int, python.split("."))) if python else ()
    return len(version) == 2 and version < (3, 7)


BB310 = Rule(
    "BB310",
    "setup.py, or pyproject.toml with `[project]` and `[build-system]`, at the root",
    "repo2docker installs the package only where there is neither environment.yml nor a Binder directory",
    "the pip line `-e ..` where the repository is the course's own, else `NAME @ git+https://...@COMMIT`",
)


def _package(pack: Pack) -> Iterator[Finding]:
    name, directory = _package_file(pack), pack.directory
    texts = (pack.text("requirements.txt"), pack.text(pack.environment))
    if not name or any(map(LOCAL.search, texts)) or _installs(pack.text("postBuild")):
        return
    lost = pack.is_at_root and pack.name in PIP_PACKS
    if lost:
        reason = "is of a Python package, which repo2docker would have installed; it is not installed here"
    elif pack.name == "docker":
        return
    else:
        other = f"'{directory.folder}'" if directory.folder else pack.environment or pack.name
        reason = f"is of a Python package, which repo2docker does not install beside {other}; nor is it here"
    remedy = "if notebooks import it, add a pip line with its address and commit: 'NAME @ git+https://...@COMMIT'"
    if not directory.home:
        remedy = "if notebooks import it, add the pip line '-e ..' to environment.yml"
    yield directory.finding(BB310, name, reason, remedy, lost)


def _package_file(pack: Pack) -> str:
    """The file at the root that makes the repository a Python package to repo2docker."""
    tree = pack.directory.tree
    if "setup.py" in tree:
        return "setup.py"
    found = "pyproject.toml" in tree and is_package(decode(tree["pyproject.toml"].data)[0])
    return "pyproject.toml" if found else ""


def _installs(script: str) -> bool:
    """Whether the script installs a package that lies in the repository."""
    for line in script.split("\n"):
        match = PIP_INSTALL.search(line)
        if SETUP.search(line) or (match and HERE.search(line, match.end())):
            return True
    return False


BB314 = Rule(
    "BB314",
    "environment.yaml",
    "repo2docker knows the name since 2026, and prefers environment.yml",
    "rename it",
)
BB317 = Rule(
    "BB317",
    "conda-lock.yml, conda-linux-64.lock",
    "other builders read it, repo2docker does not",
    "pin in environment.yml what must not change",
)


def _conda(pack: Pack) -> Iterator[Finding]:
    if pack.environment == "environment.yaml":
        reason = "is read here; repo2docker from before 2026 does not know this name and passes over it"
        yield pack.finding(BB314, "environment.yaml", reason, "rename it to environment.yml")
    elif pack.has("environment.yaml") and pack.name != "docker" and not pack.names("environment.yaml"):
        reason = "is not read beside environment.yml, by repo2docker neither"
        yield pack.finding(BB314, "environment.yaml", reason, "move what is missing there, and remove it")
    unread = [name for name in LOCKS if not pack.names("conda-lock") and not pack.names(name)]
    for name in filter(pack.has, () if pack.name == "docker" else unread):
        reason = "is not read: versions are solved anew from environment.yml, by repo2docker too"
        yield pack.finding(BB317, name, reason, "pin in environment.yml what must not change")
