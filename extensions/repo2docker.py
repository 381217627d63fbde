"""The names that repo2docker reads, and its reader of runtime.txt, as of its release 2026.4.0.

- Binder files are those of `binder/`, else `.binder/`, else of the root
- the first of its build packs that finds one of its files builds; they are asked in the order of `PACKS`
- R counts where runtime.txt is `r-` and a date, or DESCRIPTION stands at the root; Pipfile, and requirements.txt, where
  runtime.txt names python or is not there
- apt.txt, postBuild and start count in every pack but Docker's, whose Dockerfile is all that is read
- case counts
"""

from __future__ import annotations

import datetime
import re
from typing import NamedTuple

BINDER_DIRS = ("binder", ".binder")

INSTALL_R, DESCRIPTION = "install.R", "DESCRIPTION"
# Its pack, and the language in runtime.txt.
R = "r"
# Build pack -> its files.
PACKS = {
    "docker": ("Dockerfile",),
    "julia": ("Project.toml", "JuliaProject.toml"),
    "require": ("REQUIRE",),
    "nix": ("default.nix",),
    R: (INSTALL_R, DESCRIPTION),
    "conda": ("environment.yml", "environment.yaml"),
    "pipfile": ("Pipfile", "Pipfile.lock"),
    "python": ("requirements.txt", "requirements3.txt", "setup.py", "pyproject.toml"),
}
JULIA, ENVIRONMENTS, PIPFILES = PACKS["julia"], PACKS["conda"], PACKS["pipfile"]
# Read at the root alone, where they make a package of the repository itself.
PACKAGES = (DESCRIPTION, "setup.py", "pyproject.toml")
RUNTIME = "runtime.txt"
HOOKS = ("postBuild", "start")

# What is merged of other people's, beside their scripts.
LISTS = ("apt.txt", *ENVIRONMENTS, "requirements.txt")
# Read with the file of a pack, or by other builders; neither makes a folder a Binder directory.
JULIA_MANIFESTS = ("Manifest.toml", "JuliaManifest.toml")
RENV_LOCK = "renv.lock"  # R's, which it does not read at all
LOCKS = ("conda-lock.yml", "conda-lock.yaml", "conda-linux-64.lock")
COMPANIONS = ("requirements3.txt", *JULIA_MANIFESTS, *LOCKS)

# Names that it does not know, but for their case or ending; the right ones by the wrong ones in lower case.
KNOWN = (*LISTS, RUNTIME, *HOOKS, "Dockerfile", INSTALL_R, "Project.toml", "Pipfile")
SIMILAR = {name.lower(): name for name in KNOWN} | {
    **{f"postbuild{ending}": "postBuild" for ending in (".sh", ".bash", ".txt", ".py")},
    **dict.fromkeys(("environment.yml.txt", "env.yml", "env.yaml"), "environment.yml"),
    **dict.fromkeys(("apt", "apt-get.txt", "apt-packages.txt"), "apt.txt"),
    **dict.fromkeys(("requirement.txt", "requirements"), "requirements.txt"),
}

_TABLE = re.compile(r"^[ \t]*\[[ \t]*\"?([\w-]+)", re.MULTILINE)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")

# No snapshot of R's packages is older, and R's versions of two parts are these.
R_FROM = "2018-12-07"
R_VERSIONS = (*(f"3.{minor}" for minor in range(3, 7)), *(f"4.{minor}" for minor in range(6)))


class Runtime(NamedTuple):
    """What runtime.txt says; `date` as in `2024-01-31`. All are empty where there is no such file."""

    name: str = ""
    version: str = ""
    date: str = ""

    @property
    def python(self) -> str:
        """The version of Python that it asks for, `3` or `3.12`; empty where it asks for none."""
        match = re.match(r"[0-9]+(?:\.[0-9]+)?(?=\.|$)", self.version)
        return match[0] if match and self.name == "python" else ""

    @property
    def r_refusal(self) -> str:
        """Why repo2docker refuses to install the R that it asks for; empty where it does not."""
        if self.name != R or not self.date:
            return ""
        if self.date < R_FROM:
            return f"refuses snapshots from before {R_FROM}"
        if self.version and self.version not in R_VERSIONS and len(self.version.split(".")) != 3:
            return f"knows no R {self.version}"
        return ""


def read_runtime(text: str) -> Runtime | None:
    """The content of runtime.txt; None where repo2docker stops at it."""
    parts = text.strip().split("-")
    if len(parts) not in (2, 4, 5) or not all(parts):
        return None
    date = "-".join(parts[-3:]) if len(parts) > 2 else ""
    try:
        valid = not date or bool(_DATE.fullmatch(date) and datetime.date.fromisoformat(date))
    except ValueError:
        return None
    if not valid:
        return None
    return Runtime(parts[0], parts[1] if len(parts) != 4 else "", date)


def is_package(pyproject: str) -> bool:
    """Whether repo2docker installs what a pyproject.toml of this text describes; Python 3.10 cannot parse TOML."""
    return {"project", "build-system"} <= {match[1] for match in _TABLE.finditer(pyproject)}
