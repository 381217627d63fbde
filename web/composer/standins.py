"""Modules and processes that WebAssembly does not have.

- the modules that Copier and its libraries import for terminals and users stand empty, where they are missing
- there is no program to run: whoever starts one hears that it was not found, as on a machine without git
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from types import ModuleType
from typing import Any, NoReturn

ABSENT = ("fcntl", "grp", "pwd", "resource", "termios", "tty")


def install() -> None:
    """Only where there are no processes; anywhere else nothing is changed."""
    if sys.platform != "emscripten":
        return
    for name in ABSENT:
        if name not in sys.modules and importlib.util.find_spec(name) is None:
            sys.modules[name] = _Absent(name)
    subprocess.Popen = _Nothing  # type: ignore[misc]


class _Absent(ModuleType):
    """A module of which every function refuses."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _refuse


class _Nothing:
    """Stands for the class of a process; a class, since libraries derive from it."""

    def __init__(self, arguments: Any, *_: Any, **__: Any) -> None:
        _refuse(arguments)

    def __class_getitem__(cls, _: Any) -> type[_Nothing]:
        return cls


def _refuse(arguments: Any = "", *_: Any) -> NoReturn:
    program = next(iter(arguments), "") if isinstance(arguments, list | tuple) else arguments
    raise FileNotFoundError(2, "there are no programs in a browser", str(program))
