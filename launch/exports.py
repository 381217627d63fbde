"""The environment that a hook hands on, as a file of /proc has it."""

from __future__ import annotations

import os
from contextlib import suppress

OF_THE_SHELL = {"_", "OLDPWD", "PWD", "SHLVL"}


def environment_in(path: str) -> dict[str, str]:
    """What a hook handed on, but not what a shell sets by itself or what a cd changed; the file is gone then."""
    with open(path, "rb") as file:
        pairs = [os.fsdecode(entry).partition("=") for entry in file.read().split(b"\0") if b"=" in entry]
    os.unlink(path)
    return {name: value for name, _, value in pairs if name not in OF_THE_SHELL}


def adopt_environment(path: str) -> None:
    new = environment_in(path)
    for name in os.environ.keys() - new.keys() - OF_THE_SHELL:
        del os.environ[name]
    os.environ.update(new)


def new_exports(path: str) -> set[str]:
    """The names of what a hook has exported or changed."""
    with suppress(OSError):
        return {name for name, value in environment_in(path).items() if os.environ.get(name) != value}
    return set()
