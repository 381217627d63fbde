"""Which findings an author has settled: a composition, and the repository as the author left it -> their keys.

An update looks before it renders, and keeps what it saw in the answer `settled`, from which every render leaves these
findings out. It looks anew each time, so that one whose line comes back is told again.

- an entry of a list: its line is no longer in the merged file
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
from ..foreign import again, script_findings
from ..foreign.directory import Directory
from ..merge import pip
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
        now = compose(answers)
        adopted = again.present(repository, answers.get("adopted") or {}, now.binder_dir)
        there = {finding.key for finding in compose({**answers, "adopted": adopted}).found_at_all}
    except BlocksError:
        return list(answers.get("settled") or [])
    seen = _Seen(repository, now, there)
    return sorted({finding.key for finding in now.found_at_all if seen.is_settled(finding)})


class _Seen:
    """What the author sees of a composition."""

    def __init__(self, repository: Path, composition: Composition, there: set[str]) -> None:
        self.repository, self.composition, self.there = repository, composition, there
        self.lists = {name: list(entries) for name, entries in _lists(composition)}
        self.sources = {one.label: one for one in composition.directories}

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
        for name, entries in self.lists.items():
            for entry in entries:
                wants = [want for want in entry.wants if (want.file, want.line) == (finding.file, finding.line)]
                if any(len(wants) == 1 or want.text == finding.text for want in wants):
                    return entry.text not in self._entries(name)
        return False

    def _entries(self, name: str) -> set[str]:
        return {_bare(line) for line in self._text(f"{self.composition.binder_dir}/{name}").split("\n")}

    def _is_cured(self, directory: Directory, path: str, finding: Finding) -> bool:
        text = self._text(self._place(directory, path))
        if not text.strip():
            return True
        if finding.text:
            return finding.text.removesuffix(CUT) not in text
        name = posixpath.basename(path)
        if name not in HOOKS or finding.code not in _TEXTS:
            return False
        return finding.code not in {one.code for one in script_findings.of_text(directory, name, text)}

    def _place(self, directory: Directory, path: str) -> str:
        """Where the script is that runs here."""
        if directory.home:
            return posixpath.join(directory.home, path)
        hook = f"{self.composition.binder_dir}/{posixpath.basename(path)}.d/{directory.slug}"
        places = {file.path for file in self.composition.placed}
        return next((place for place in (f"{path}-{directory.slug}", hook) if place in places), path)

    def _text(self, path: str) -> str:
        """Empty where there is no such file."""
        try:
            return decode((self.repository / path).read_bytes())[0]
        except OSError:
            return ""


# Of those without a text: what is read in the script's own lines.
_TEXTS = {script_findings.BB403, script_findings.BB404}


def _lists(composition: Composition) -> Iterator[tuple[str, Iterable[Entry]]]:
    environment = composition.environment
    yield "apt.txt", composition.apt.entries
    parts: tuple[Merged, ...] = (environment.conda, environment.pip, environment.channels)
    yield "environment.yml", [entry for part in parts for entry in part.entries]
    late = (want for part in composition.late for want in pip.read(part))
    yield "requirements.late.txt", [Entry(want.text, want.text, (want,)) for want in late]


def _bare(line: str) -> str:
    """An entry without its dash, its comment and its quotes."""
    text = split_comment(line)[0].removeprefix("- ").strip()
    quote = text[:1]
    if len(text) > 1 and quote in ("'", '"') and text.endswith(quote):
        return text[1:-1].replace(quote * 2, quote)
    return text
