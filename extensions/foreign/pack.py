"""A Binder directory as repo2docker reads it: which build pack it would have chosen, and which Python."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from ..model import Finding, Want
from ..repo2docker import BINDER_DIRS, ENVIRONMENTS, HOOKS, LISTS, PACKS, PIPFILES, RUNTIME, R, Runtime, read_runtime
from ..text import decode
from .directory import Directory

# A script is called; start is a word of many.
_CALLED = r"(?:\./|\$\{?REPO_DIR\}?/|\b(?:bash|sh|source|exec|python3?)[ \t]+)"
_NAMED = r"(?<![\w.-])"


@dataclass(frozen=True)
class Pack:
    directory: Directory

    def has(self, *names: str) -> bool:
        return any(map(self.directory.has, names))

    def path(self, name: str) -> str:
        return self.directory.path(name)

    def text(self, name: str) -> str:
        """The text of a Binder file, empty where there is none."""
        return decode(self.directory.tree[self.directory.path(name)].data)[0] if name and self.has(name) else ""

    def finding(self, code: str, name: str, reason: str, remedy: str, left_out: bool = False) -> Finding:
        """One about a Binder file."""
        return self.directory.finding(code, self.directory.path(name), reason, remedy, left_out)

    @property
    def is_at_root(self) -> bool:
        return not self.directory.folder

    @property
    def is_in_place(self) -> bool:
        """Whether it is the merged repository's own: an adopted directory of a name that repo2docker looks for."""
        return not self.directory.home and self.directory.folder in BINDER_DIRS

    @cached_property
    def environment(self) -> str:
        """The name of its environment.yml, empty where it has none."""
        return next(filter(self.directory.has, ENVIRONMENTS), "")

    @cached_property
    def runtime(self) -> Runtime | None:
        """None where repo2docker stops at runtime.txt."""
        return read_runtime(self.text(RUNTIME)) if self.has(RUNTIME) else Runtime()

    @cached_property
    def name(self) -> str:
        """One of `PACKS`; empty where a mistake in runtime.txt stops repo2docker."""
        for name in ("docker", "julia", "require", "nix"):
            if self.has(*PACKS[name]):
                return name
        if self.runtime is None:
            return ""
        if (self.runtime.name == R and self.runtime.date) or (self.is_at_root and self.has("DESCRIPTION")):
            return R
        if self.environment:
            return "conda"
        return "pipfile" if self.has(*PIPFILES) and self.runtime.name in ("", "python") else "python"

    @cached_property
    def _named(self) -> str:
        """What its lists, scripts and Dockerfile say, without their comments."""
        lines = (line for name in (*LISTS, *HOOKS, "Dockerfile") for line in self.text(name).split("\n"))
        return "\n".join(line for line in lines if not line.lstrip().startswith("#"))

    def names(self, name: str) -> bool:
        """Whether one of these names the file, so that it is read whatever repo2docker does with it."""
        before = _CALLED if name in HOOKS else _NAMED
        return bool(re.search(rf"{before}{re.escape(name)}(?![\w-])", self._named))

    @property
    def names_python_elsewhere(self) -> bool:
        """Whether repo2docker asks another file than runtime.txt."""
        return self.name == "pipfile" or (bool(self.environment) and self.name not in (R, "julia"))

    @property
    def python(self) -> str:
        """The version that runtime.txt asks for; empty where it asks for none, or is not asked."""
        return "" if self.runtime is None or self.names_python_elsewhere else self.runtime.python


def python_wanted(directory: Directory) -> Want | None:
    """What runtime.txt asks of Python, as conda writes it; None where repo2docker would not have asked that file."""
    python = Pack(directory).python
    where = directory.where(directory.path(RUNTIME))
    return Want(f"python={python}", directory.label, where, 1) if python else None
