"""Whole compositions: real Copier over local git repositories, and what is wrong with what it writes.

copier       it fails, or shows a traceback
escaped      a file outside the destination has changed, but for Copier's and git's caches
shell        a hook, or a driver, that bash or shellcheck does not pass
repo2docker  another build pack than conda's would take the result
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from .case import BINDER, Outcome, Source, Violation
from .wishes import Repository

LISTS = ("apt.txt", "environment.yml", "report.json")
IMPORTED = ("imports", "postBuild.d", "start.d")


class Copies:
    """`catalogue`: a copy of the project; `folder`: one to work in, emptied each time."""

    def __init__(self, catalogue: Path, folder: Path) -> None:
        self.catalogue, self.folder = catalogue, folder
        self.destination = folder / "course"

    def copy(self, sources: Sequence[Source], python: str) -> tuple[list[Source], Outcome | None, list[Violation]]:
        """The sources as the copy names them, what it gave, and what was wrong with it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        pinned = [self._pinned(source) for source in sources]
        imports = [f"{self._place(source)}@{commit}" for source, commit in pinned]
        named = [source for source, _ in pinned]
        before = self._outside()
        answers = [f"--data=imports={json.dumps(imports)}", "--data=components=[]", f"--data=python_version={python}"]
        words = ["-m", "copier", "copy", "--trust", "--defaults", *answers, self.catalogue, self.destination]
        result = self._run(sys.executable, *map(str, words))
        if result.returncode or "Traceback" in result.stderr:
            return named, None, [Violation("copier", named[0].label, result.stderr[-600:])]
        found = [Violation("escaped", str(path), "is not in the destination") for path in self._outside() ^ before]
        imported = [path for name in IMPORTED for path in Path(self.destination, BINDER, name).rglob("*")]
        return named, self._outcome(BINDER, imported), [*found, *self._shell(BINDER), *self._pack()]

    def adopt(self, source: Source) -> tuple[list[Source], Outcome | None, list[Violation]]:
        """A copy into the repository itself, with the Python that it asks for."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self._repository(self.destination, source.repository)
        folder = source.repository.folder
        repository = replace(source.repository, label=folder or "root")
        named = replace(source, repository=repository, origin="", home="")
        before = self._outside()
        words = ["-m", "copier", "copy", "--trust", "--defaults", "--overwrite", "--data=components=[]"]
        result = self._run(sys.executable, *words, str(self.catalogue), str(self.destination))
        if result.returncode or "Traceback" in result.stderr:
            return [named], None, [Violation("copier", source.label, result.stderr[-600:])]
        found = [Violation("escaped", str(path), "is not in the destination") for path in self._outside() ^ before]
        binder = folder if folder in (BINDER, f".{BINDER}") else BINDER
        outcome = self._outcome(binder, [path for path in self.destination.rglob("*") if ".git" not in path.parts])
        hidden = any(one["code"].startswith("BB3") for one in outcome.findings)
        return [named], outcome, [*found, *self._shell(binder), *(() if hidden else self._pack())]

    def _place(self, source: Source) -> Path:
        return self.folder / source.label

    def _pinned(self, source: Source) -> tuple[Source, str]:
        """The repository in git, named as an import of it is; its commit."""
        label = re.sub(r"[^\w-]+", "-", source.label)
        named = replace(source, repository=Repository(label, source.repository.tree, source.repository.folder))
        place = self._place(named)
        self._repository(place, source.repository)
        commit = self._run("git", "-C", str(place), "rev-parse", "HEAD").stdout.strip()
        slug = re.sub(r"[^a-z0-9]+", "-", label.lower())[:60].strip("-")
        return replace(named, origin=f"{place}@{commit[:7]}:", home=f"{BINDER}/imports/{slug}"), commit

    def _repository(self, place: Path, repository: Repository) -> None:
        for path, data in repository.tree.items():
            target = place / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        for words in (("init", "--quiet"), ("add", "--all", "--force"), ("commit", "--quiet", "--message", "x")):
            self._run("git", "-C", str(place), "-c", "core.autocrlf=false", *words).check_returncode()

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        identity = {f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        own = {**identity, "XDG_CACHE_HOME": str(self.folder / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(words, check=False, capture_output=True, text=True, env={**os.environ, **own})

    def _outside(self) -> set[tuple[Path, int]]:
        """Files beside the destination and in the catalogue, with their times."""
        beside = (path for root in (self.folder, self.catalogue) for path in root.rglob("*") if path.is_file())
        kept = (path for path in beside if not path.is_relative_to(self.destination))
        return {(path, path.stat().st_mtime_ns) for path in kept if not path.is_relative_to(self.folder / "cache")}

    def _outcome(self, binder: str, paths: Sequence[Path]) -> Outcome:
        apt, environment, report = (Path(self.destination, binder, name).read_text() for name in LISTS)
        data = json.loads(report)
        files = {
            path.relative_to(self.destination).as_posix(): (path.read_bytes(), os.access(path, os.X_OK))
            for path in paths
            if path.is_file() and path.name != ".gitkeep"
        }
        return Outcome(apt, environment, data["clashes"], data["findings"], files, binder)

    def _shell(self, binder: str) -> Iterator[Violation]:
        """Our hooks and drivers; the body of an adopted script is its author's."""
        folder = self.destination / binder
        hooks = [path for name in IMPORTED[1:] for path in folder.glob(f"{name}/import-*")]
        scripts = [str(path) for path in (*hooks, folder / "postBuild", folder / "start") if path.is_file()]
        for words in (["bash", "-n"], [str(Path(sys.executable).parent / "shellcheck"), "--severity=info"]):
            for script in scripts:
                result = self._run(*words, script)
                if result.returncode:
                    yield Violation("shell", Path(script).name, f"{words[0]}: {result.stdout + result.stderr}")

    def _pack(self) -> Iterator[Violation]:
        """By repo2docker's own order."""
        chosen = "next(pack.__name__ for pack in Repo2Docker().buildpacks if pack('x').detect())"
        code = f"from repo2docker.app import Repo2Docker; print({chosen})"
        words = [sys.executable, "-c", code]
        result = subprocess.run(words, check=False, capture_output=True, text=True, cwd=self.destination)
        if result.stdout.strip() != "CondaBuildPack":
            yield Violation("repo2docker", "merged", result.stdout + result.stderr[-600:])
