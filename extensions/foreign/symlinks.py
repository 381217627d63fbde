"""Symbolic links of a tree -> what they lead to, as an operating system would go, without leaving the tree."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Mapping
from dataclasses import dataclass

# What Linux follows before it gives up.
HOPS = 40


@dataclass(frozen=True)
class Real:
    """Where a link leads to, or the reason that it leads nowhere; the root's path is empty."""

    path: str = ""
    reason: str = ""

    @property
    def there(self) -> bool:
        return not self.reason


class Resolver:
    """`targets` are the links, by path; each is followed once, however many lead through it."""

    def __init__(self, files: Collection[str], directories: Collection[str], targets: Mapping[str, str]) -> None:
        self.files, self.directories, self.targets = files, directories, targets
        self.found: dict[str, Real] = {}

    def real(self, link: str, hops: int = 0) -> Real:
        if link not in self.found:
            self.found[link] = Real(reason="goes in circles")  # what stands while it is being followed
            self.found[link] = self._walk(posixpath.dirname(link), self.targets[link], hops)
        return self.found[link]

    def _walk(self, start: str, target: str, hops: int) -> Real:
        if target.startswith("/"):
            return Real(reason="leaves the repository")
        at = start
        for name in target.split("/"):
            path = posixpath.join(at, name)
            if name in ("", "."):
                continue
            if name == ".." and not at:
                return Real(reason="leaves the repository")
            if name == "..":
                at = posixpath.dirname(at)
            elif path in self.targets:
                real = self.real(path, hops + 1) if hops < HOPS else Real(reason="goes in circles")
                if not real.there:
                    return real
                at = real.path
            elif path in self.files or path in self.directories:
                at = path
            else:
                return Real(reason="points to nothing in the repository")
        return Real(at)
