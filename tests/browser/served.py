"""Git repositories on a server inside a container's network, where nbgitpuller reaches them and nothing else is."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.image.containers import run, try_run, wait_until

PORT = 9418


def notebook(*cells: tuple[str, str]) -> str:
    """A notebook of these cells, each a type and its source, as JupyterLab writes them: one line a key."""
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    made: list[dict[str, object]] = [
        {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": source.splitlines(keepends=True)}
        | ({"execution_count": None, "outputs": []} if kind == "code" else {})
        for number, (kind, source) in enumerate(cells)
    ]
    content = {"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


@dataclass(frozen=True)
class Served:
    """What the author has; `url` is where it is, `origin` the bare repository behind it, `work` the author's clone."""

    url: str
    origin: Path
    work: Path

    def push(self, files: Mapping[str, str], branch: str = "main", tag: str = "") -> None:
        """A commit with these files on that branch, made from the main branch where it is new."""
        git = ("git", "-C", self.work, "-c", "user.name=Author", "-c", "user.email=author@example.org")
        is_new = try_run(*git, "checkout", "--quiet", branch).returncode
        if is_new:
            run(*git, "checkout", "--quiet", "-b", branch)
        for name, text in files.items():
            path = self.work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        run(*git, "add", "--all")
        run(*git, "commit", "--quiet", "--message", "Change")
        if tag:
            run(*git, "tag", tag)
        run(*git, "push", "--quiet", "--tags", "origin", branch)


@contextmanager
def git_server(inside: Sequence[str], folder: Path) -> Iterator[Path]:
    """Serves the bare repositories in a folder as git://127.0.0.1/NAME, behind that command prefix."""
    root = folder / "served"
    root.mkdir()
    daemon = ["git", "daemon", f"--base-path={root}", "--export-all", "--listen=127.0.0.1", f"--port={PORT}"]
    process = subprocess.Popen([*inside, *daemon, "--reuseaddr", str(root)], stderr=subprocess.DEVNULL)
    try:
        ask = [*inside, "bash", "-c", f": </dev/tcp/127.0.0.1/{PORT}"]
        wait_until("the git server", lambda: try_run(*ask).returncode == 0, 20)
        yield root
    finally:
        process.terminate()
        process.wait(20)


def serve(root: Path, name: str) -> Served:
    """An empty repository below the server's root."""
    origin, work = root / name, root.parent / "authors" / name
    work.parent.mkdir(parents=True, exist_ok=True)
    run("git", "init", "--quiet", "--bare", "--initial-branch=main", origin)
    run("git", "init", "--quiet", "--initial-branch=main", work)
    run("git", "-C", work, "remote", "add", "origin", origin)
    return Served(f"git://127.0.0.1/{name}", origin, work)
