"""Copier in a process of its own, forked from one that has imported it, which takes as long as a copy itself.

- a run has the arguments, the folder and the environment that it is given, an empty standard input, and its own output
- an engine's modules that are ours, byte for byte, are not compiled anew for each copy of them
- what Python reads of the environment before anything else (`PYTHON...`) is that of the first process: where it is
  another, Copier is started from nothing
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]

# Nothing is written beside the modules of a catalogue.
CLEAN = {"PYTHONDONTWRITEBYTECODE": "1"}
STARTED = {**os.environ, **CLEAN}


def run(arguments: list[str], cwd: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """`python -m copier ARGUMENTS`, as `subprocess.run` with its output captured as text."""
    command, environment = [sys.executable, "-m", "copier", *arguments], {**environment, **CLEAN}
    if _of_python(environment) != _of_python(STARTED):
        return subprocess.run(command, check=False, capture_output=True, text=True, cwd=cwd, env=environment)
    with tempfile.TemporaryDirectory() as name:
        out, err = Path(name, "out"), Path(name, "err")
        first = _first()
        request = [arguments, str(cwd), dict(environment), str(out), str(err)]
        assert first.stdin
        assert first.stdout
        first.stdin.write(json.dumps(request) + "\n")
        first.stdin.flush()
        status = int(first.stdout.readline())
        return subprocess.CompletedProcess(command, status, out.read_text(), err.read_text())


def _of_python(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith("PYTHON")}


@functools.cache
def _first() -> subprocess.Popen[str]:
    command = [sys.executable, __file__]
    first = subprocess.Popen(command, env=STARTED, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(first.kill)
    return first


def remember_code() -> None:
    """Compile each module of ours once, for the copies of it that tests make."""
    known = {}
    for path in (*ROOT.glob("extensions/**/*.py"), *ROOT.glob("outputs/*/*.py")):
        source = path.read_bytes()
        known[source] = compile(source, path, "exec", dont_inherit=True)
    compile_anew = SourceFileLoader.source_to_code

    def source_to_code(self: SourceFileLoader, data: Any, path: Any, **options: Any) -> Any:
        return known.get(data) or compile_anew(self, data, path, **options)

    SourceFileLoader.source_to_code = source_to_code  # type: ignore[method-assign,assignment]


def main() -> None:
    """A request a line, answered by its exit code."""
    del sys.path[0]  # this folder
    remember_code()
    import copier._cli  # noqa: F401
    from plumbum import local

    for line in sys.stdin:
        arguments, cwd, environment, out, err = json.loads(line)
        if child := os.fork():
            _, status = os.waitpid(child, 0)
            print(os.waitstatus_to_exitcode(status), flush=True)
            continue
        for path, number in ((os.devnull, 0), (out, 1), (err, 2)):
            os.dup2(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), number)
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(cwd)
        local.env.clear()  # read when it was imported
        local.env.update(environment)
        local.cwd.chdir(cwd)
        sys.argv, sys.path[:0] = ["copier", *arguments], [cwd]
        runpy.run_module("copier", run_name="__main__", alter_sys=True)
        return


if __name__ == "__main__":
    main()
