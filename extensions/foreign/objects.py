"""The objects of one commit of a repository, from a cache that is filled over the network once.

- a bare repository for each URL under `$XDG_CACHE_HOME` or `~/.cache`, fetched into under a lock
- a commit that is in the cache costs no network
- the commit alone is fetched; all branches and tags from a server that gives out nothing else
- a broken cache is made anew, and replaced once the new one is complete
- nothing is checked out, so hooks, filters and attributes have no say
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ..git import GitError, TooMuchError, run

try:
    import fcntl
except ImportError:  # Windows: two processes may then fetch the same twice, which git bears
    fcntl = None  # type: ignore[assignment]

FETCH_SECONDS = 120.0

T = TypeVar("T")


@dataclass(frozen=True)
class Item:
    """A file, symbolic link (mode 120000) or submodule (160000, size 0) of a commit; `path` as git has it."""

    mode: str
    object: str
    size: int
    path: bytes


class Objects:
    """The objects of a commit; `GitError` where they cannot be had."""

    def __init__(self, url: str, commit: str) -> None:
        self.url, self.commit = url, commit
        self.folder = _cache() / hashlib.sha256(f"{len(commit)} {url}".encode()).hexdigest()[:32]
        if not _has(self.folder, commit):
            self._fetch()

    def items(self) -> list[Item]:
        """Everything in the commit's tree."""
        return self._ask(_items, "ls-tree", "-r", "-z", "-l", "--full-tree", self.commit)

    def read(self, objects: Iterable[str]) -> dict[str, bytes]:
        """The bytes of blobs, by object name, in one go."""
        names = list(dict.fromkeys(objects))
        if not names:
            return {}
        given = "".join(f"{name}\n" for name in names)
        return self._ask(lambda output: _blobs(output, names), "cat-file", "--batch", given=given)

    def _ask(self, parse: Callable[[bytes], T], *arguments: str, given: str = "") -> T:
        try:
            return parse(run(*arguments, repository=self.folder, given=given))
        except TooMuchError:
            raise
        except GitError:
            self._fetch(anew=True)  # the commit is there, so the cache is broken
            return parse(run(*arguments, repository=self.folder, given=given))

    def _fetch(self, anew: bool = False) -> None:
        deadline = time.monotonic() + FETCH_SECONDS
        try:
            with _locked(self.folder):
                if anew or not self._fetched(deadline):
                    self._make(deadline)
        except GitError as error:
            raise GitError(
                f"cannot be fetched, check the address, the commit and your access to it: {error}"
            ) from error
        except OSError as error:
            raise GitError(f"the cache {self.folder.parent} cannot be used: {error.strerror}") from error

    def _fetched(self, deadline: float) -> bool:
        """Whether the repository that is there has the commit, now or since another process had the lock."""
        if not self.folder.exists() or _has(self.folder, self.commit):
            return self.folder.exists()
        try:
            _fetch_into(self.folder, self.url, self.commit, deadline)
        except GitError:
            if time.monotonic() > deadline:
                raise
            return False
        return True

    def _make(self, deadline: float) -> None:
        """The cache's repository from nothing; one that was there is replaced by a complete one only."""
        made = self.folder.with_suffix(".new")
        shutil.rmtree(made, ignore_errors=True)
        try:
            run("init", "--quiet", "--bare", "--template=", f"--object-format={_format(self.commit)}", repository=made)
            _fetch_into(made, self.url, self.commit, deadline)
            shutil.rmtree(self.folder, ignore_errors=True)
            made.rename(self.folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME", "")
    return Path(base if os.path.isabs(base) else os.path.expanduser("~/.cache")) / "binder-blocks" / "imports"


def _format(commit: str) -> str:
    return "sha1" if len(commit) == 40 else "sha256"


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(folder.with_suffix(".lock"), "w") as file:
        if fcntl:
            fcntl.flock(file, fcntl.LOCK_EX)  # whoever holds it gives up after FETCH_SECONDS
        yield


def _has(folder: Path, commit: str) -> bool:
    if not folder.exists():
        return False
    try:
        run("cat-file", "-e", f"{commit}^{{tree}}", repository=folder)
    except GitError:
        return False
    return True


def _fetch_into(folder: Path, url: str, commit: str, deadline: float) -> None:
    def fetch(*arguments: str) -> None:
        options = ("--quiet", "--no-tags", "--no-recurse-submodules")
        seconds = deadline - time.monotonic()
        run("fetch", *options, *arguments, repository=folder, seconds=seconds)

    try:
        fetch("--depth=1", "--", url, f"{commit}:refs/imports/{commit}")
    except GitError:
        if time.monotonic() > deadline:
            raise
        # Some servers give out only what a branch or tag leads to.
        complete = ["--unshallow"] if (folder / "shallow").exists() else []
        fetch(*complete, "--", url, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
    if not _has(folder, commit):
        raise GitError("no branch or tag of it leads to this commit")


def _items(output: bytes) -> list[Item]:
    records = (record.partition(b"\t") for record in output.split(b"\0") if record)
    return [_item(meta.decode().split(), path) for meta, _, path in records]


def _item(meta: list[str], path: bytes) -> Item:
    mode, _, name, size = meta
    if not size.isdigit() and size != "-":
        raise GitError("it lacks a file's content")
    return Item(mode, name, 0 if size == "-" else int(size), path)


def _blobs(output: bytes, names: list[str]) -> dict[str, bytes]:
    blobs, at = {}, 0
    for name in names:
        start = output.index(b"\n", at) + 1
        header = output[at:start].split()
        if header[1] != b"blob":
            raise GitError("it lacks a file's content")
        end = start + int(header[2])
        blobs[name], at = output[start:end], end + 1
    return blobs
