"""What takes long in a foreign start, before it comes to the notebook's command -> findings.

- not what is in the background, in a function that nobody calls, or after the notebook's command
- `sleep`, where all that is waited for in this way is 5 seconds or more; what asks a server of this container is short
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..model import Finding
from ..rule import Rule
from .call import Call
from .directory import Directory
from .runs import Run, runs
from .source import cited

# As long as the notebook waits for what starts beside it, in seconds; a test compares.
WAITED = 20
PAUSE = 5
_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_LOCAL = re.compile(r"(?:https?://)?(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?=[:/]|$)")
_ADDRESS = re.compile(r"[a-z]+://|^[\w.-]+\.[a-z]{2,}/|\$")
# Program -> words of which it needs one to take long; none: always.
_SLOW: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("wget", "curl", "aria2c", "axel", "gdown", "zenodo_get", "gitpuller", "scp", "sftp"), ()),
    **dict.fromkeys(("papermill", "pg_restore", "mongorestore", "mongoimport", "pgloader", "pip-sync"), ()),
    **dict.fromkeys(("pip", "pip3", "pipx"), ("install", "download", "wheel")),
    **dict.fromkeys(("conda", "mamba", "micromamba"), ("install", "create", "update")),
    **dict.fromkeys(("npm", "pnpm", "yarn", "bun", "jlpm"), ("install", "ci", "i", "add", "build")),
    **dict.fromkeys(
        ("poetry", "pipenv", "pdm", "pixi", "rye", "gem", "bundle", "composer"), ("install", "sync", "update")
    ),
    **dict.fromkeys(("apt-get", "apt", "dnf", "yum", "apk", "brew"), ("install", "update", "upgrade", "add")),
    **dict.fromkeys(("cargo", "go", "stack", "cabal"), ("build", "install", "get")),
    "uv": ("sync", "install", "add", "venv"),
    "R": ("INSTALL",),
    "git": ("clone", "pull", "fetch", "submodule", "lfs", "annex"),
    "hg": ("clone", "pull"),
    "svn": ("checkout", "co", "export", "update"),
    "dvc": ("pull", "fetch", "repro"),
    "datalad": ("get", "clone", "install"),
    "aws": ("cp", "sync"),
    "gsutil": ("cp", "rsync"),
    "gcloud": ("storage",),
    "rclone": ("copy", "sync"),
    "kaggle": ("download",),
    "hf": ("download",),
    "huggingface-cli": ("download",),
    "osf": ("clone", "fetch"),
    "spacy": ("download",),
    "nltk.downloader": (),
    "nbconvert": ("--execute",),
    "jupyter-nbconvert": ("--execute",),
    "jupyter": ("--execute", "execute", "build"),
    "quarto": ("render",),
    "jupyter-book": ("build",),
    "neo4j-admin": ("load", "import"),
    "snakemake": (),
    "tlmgr": ("install", "update"),
    "docker": ("pull", "build", "run"),
}
_LONG = re.compile(r"install\.packages|install_github|renv::|BiocManager::install|Pkg\.(?:add|instantiate|update)")

BB411 = Rule(
    "BB411",
    "start does what takes long before it comes to the notebook's command",
    f"the notebook opens {WAITED} seconds later at the latest, while the script goes on: what it exports then does "
    "not reach the notebook, and what it fetches may not be there yet",
    "do it in postBuild, at build; put it in the background with `&`, below the exports; or `export START_SECONDS=60` "
    "in `binder/env`, which has the notebook wait for a minute",
)


def examine(directory: Directory) -> Iterator[Finding]:
    """One for each line of the start, and of what it calls."""
    return (_found(directory, run) for run in found(directory))


def found(directory: Directory) -> list[Run]:
    """What takes long, the first on each line."""
    path = directory.path("start")
    return list(_found_in(directory, path)) if path in directory.tree else []


def _found_in(directory: Directory, path: str) -> Iterator[Run]:
    pause = 0.0
    known: set[tuple[str, int]] = set()
    for run in runs(directory.tree, path):
        if not run.before or not run.call.waited_for or (run.path, run.call.line) in known:
            continue
        pause += _pause(run.call)
        if pause >= PAUSE or _is_slow(run.call):
            pause = 0.0
            known.add((run.path, run.call.line))
            yield run


def _found(directory: Directory, run: Run) -> Finding:
    reason = (
        f"may take long; the notebook opens after {WAITED} s at the latest, while the script goes on: "
        "what it exports later does not reach the notebook"
    )
    remedy = "do it in postBuild, put it in the background (&) below the exports, or set START_SECONDS in binder/env"
    return cited(directory, BB411, run, reason, remedy)


def _pause(call: Call) -> float:
    """How many seconds the call does nothing."""
    if call.program != "sleep":
        return 0.0
    found = (re.fullmatch(r"(\d{0,9}\.?\d{0,9})([smhd]?)", word) for word in call.arguments)
    return sum(float(match[1] if match[1].strip(".") else 0) * _UNITS[match[2]] for match in found if match)


def _is_slow(call: Call) -> bool:
    program, arguments = call.program, call.arguments
    if program in ("Rscript", "R", "julia") and any(map(_LONG.search, arguments)):
        return True
    if program in ("jupyter", "jupyter-labextension") and {"labextension", "install"} <= {*arguments, program[8:]}:
        return True
    if program in ("psql", "mysql"):
        return call.reads or any(re.match(r"-f|--file\b", word) for word in arguments)
    if program == "rsync":
        return any(re.match(r"[\w.@-]+:", word) for word in arguments)
    if program in ("curl", "wget"):
        addresses = [word for word in arguments if _LOCAL.match(word) or _ADDRESS.search(word)]
        return not addresses or not all(map(_LOCAL.match, addresses))
    if program not in _SLOW or {"--version", "--help"} & {*arguments}:
        return False
    return not _SLOW[program] or any(word in _SLOW[program] for word in arguments)
