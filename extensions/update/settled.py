"""Which findings an author has settled: a composition, and the repository as the author left it -> their keys.

An update looks before it renders, and keeps what it saw in the answer `settled`, from which every render leaves these
findings out. It looks anew each time, so that one whose line comes back is told again.

- an entry of a list: its line is no longer in the merged file, or the comment that stands for it
- a script: the file that runs has no such line any more, or no such fault, or is gone
- an adopted directory's file: it is gone, or what stands there now has no such fault
- nothing else is known to be settled: that is for the author to say, with the answer `accepted`
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ..comments import split_comment
from ..composition import Composition
from ..errors import BlocksError
from ..foreign import again, beside, script_findings
from ..foreign.directory import Directory
from ..merge import environment_text, pip
from ..model import Entry, Finding, Merged
from ..repo2docker import HOOKS
from ..text import decode

Compose = Callable[[Mapping[str, Any]], Composition]
# What a finding writes where it leaves out the rest of a line.
CUT = "..."
# Codes of what is read of whole directories, not of entries or scripts.
OF_DIRECTORIES = ("BB1", "BB3", "BB6")


def settled(repository: Path, answers: Mapping[str, Any], compose: Compose) -> list[str]:
    """The answer for these answers, in order; what it was, where they cannot be composed."""
    try:
        now, adopted = compose(answers), answers.get("adopted") or {}
        present = again.present(repository, adopted, now.binder_dir)
        other = now if present == adopted else compose({**answers, "adopted": present})
        there = {finding.key for finding in other.found_at_all}
    except BlocksError:
        return list(answers.get("settled") or [])
    seen = _Seen(repository, now, there)
    return sorted({finding.key for finding in now.found_at_all if seen.is_settled(finding)})


class _Seen:
    """What the author sees of a composition."""

    def __init__(self, repository: Path, composition: Composition, there: set[str]) -> None:
        self.repository, self.composition, self.there = repository, composition, there
        self.entries = [(name, entry) for name, entries in _lists(composition) for entry in entries]
        self.sources = {one.label: one for one in composition.directories}
        self.placed = {file.path: file.text for file in composition.placed}

    def is_settled(self, finding: Finding) -> bool:
        directory = self.sources.get(finding.component)
        if directory is None:
            return False
        if finding.code.startswith(OF_DIRECTORIES):
            return finding.key not in self.there
        path = finding.file.removeprefix(directory.origin)
        if posixpath.basename(path) in HOOKS or finding.code.startswith("BB4"):
            return self._is_cured(directory, path, finding)
        return self._is_changed(finding)

    def _is_changed(self, finding: Finding) -> bool:
        """Whether the line of the merged file that answers this entry is no more."""
        place = finding.file, finding.line
        there = [(name, entry, want) for name, entry in self.entries for want in entry.wants if want[2:4] == place]
        replaced = f"instead of {finding.text}"
        named = [one for one in there if one[2].text == finding.text or one[2].comment.endswith(replaced)]
        named = named or (there if len(there) == 1 else [])
        if not there and finding.text:
            return self._is_removed(f"# {finding.text}  #")
        return bool(named) and all(entry.text not in self._entries(name) for name, entry, _ in named)

    def _is_removed(self, comment: str) -> bool:
        """Whether the comment that stands for what was left out was in a merged file, and is there no more."""
        merged = {"apt.txt": self.composition.apt_text}
        merged["environment.yml"] = environment_text.render(self.composition.environment)
        named = [name for name, text in merged.items() if comment in text]
        return bool(named) and not any(
            comment in (self._text(f"{self.composition.binder_dir}/{name}") or "") for name in named
        )

    def _entries(self, name: str) -> set[str]:
        return {_bare(line) for line in (self._text(f"{self.composition.binder_dir}/{name}") or "").split("\n")}

    def _is_cured(self, directory: Directory, path: str, finding: Finding) -> bool:
        """Whether the script that runs here has what was found no more, as far as that can be seen in it."""
        place = self._place(directory, path)
        text = self._text(place)
        if text is None:
            return True
        was = self.placed.get(place) or (decode(directory.tree[path].data)[0] if path in directory.tree else "")
        words = finding.text.removesuffix(CUT)
        if words and words in was:
            return words not in text
        if posixpath.basename(path) not in HOOKS:
            return False
        before, now = (_codes(directory, path, script) for script in (was, text))
        return finding.code in before - now

    def _place(self, directory: Directory, path: str) -> str:
        """Where the script is that runs here."""
        if directory.home:
            return posixpath.join(directory.home, path)
        folders = (f"{posixpath.basename(path)}.d", beside.FOLDER)
        hooks = (f"{self.composition.binder_dir}/{folder}/{directory.slug}" for folder in folders)
        return next((place for place in (f"{path}-{directory.slug}", *hooks) if place in self.placed), path)

    def _text(self, path: str) -> str | None:
        """None where there is no such file."""
        try:
            return decode((self.repository / path).read_bytes())[0]
        except OSError:
            return None


def _codes(directory: Directory, path: str, script: str) -> set[str]:
    return {finding.code for finding in script_findings.of_text(directory, posixpath.basename(path), script)}


def _lists(composition: Composition) -> Iterator[tuple[str, Iterable[Entry]]]:
    environment = composition.environment
    yield "apt.txt", composition.apt.entries
    parts: tuple[Merged, ...] = (environment.conda, environment.pip, environment.channels)
    yield "environment.yml", [environment.pythons, *(entry for part in parts for entry in part.entries)]
    late = (want for part in composition.late for want in pip.read(part))
    yield "requirements.late.txt", [Entry(want.text, want.text, (want,)) for want in late]


def _bare(line: str) -> str:
    """An entry without its dash, its comment and its quotes."""
    text = split_comment(line)[0].removeprefix("- ").strip()
    quote = text[:1]
    if len(text) > 1 and quote in ("'", '"') and text.endswith(quote):
        return text[1:-1].replace(quote * 2, quote)
    return text
