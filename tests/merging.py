"""Other people's directories for tests of the mergers, what is merged of them, and judges that are not ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import yaml
from packaging.requirements import Requirement
from pip._internal.req.constructors import _looks_like_path
from pip._internal.req.req_file import get_line_parser
from rattler import MatchSpec

from extensions.findings.packs import examine
from extensions.foreign.directory import Blob, Directory, fragment
from extensions.merge import apt, environment_text, environment_yml
from extensions.model import Clash, Finding, Fragment, Merged

from .writing import Written

BINDER = "binder"
# The lines of every merged environment.yml.
LAYOUT = frozenset(("channels:", "dependencies:", "  - conda-forge", "  - pip", "  - pip:", "    - pip", "variables:"))


def directory(label: str, files: Mapping[str, str | bytes], folder: str = BINDER, home: str | None = None) -> Directory:
    """An import, or, with `home=""`, an adopted directory; `files` by their path from the repository's root."""
    tree = {path: Blob(data.encode() if isinstance(data, str) else data) for path, data in files.items()}
    origin = f"gh:o/{label}@0123456:" if home is None else ""
    return Directory(
        label, f"import-{label}", origin, folder, f"{BINDER}/imports/{label}" if home is None else home, tree
    )


@dataclass(frozen=True)
class Result:
    apt: Merged
    environment: environment_yml.Environment
    directories: tuple[Directory, ...] = ()

    @property
    def packages(self) -> str:
        return apt.render(self.apt)

    @property
    def text(self) -> str:
        return environment_text.render(self.environment)

    @property
    def essence(self) -> list[str]:
        """The lines of environment.yml that are not in every one; pip's are indented by two."""
        left = [line for line in self.text.splitlines() if line not in LAYOUT and "# Your own" not in line]
        return [line.removeprefix("  ") for line in left if line != f"  - python={self.environment.python}"]

    @property
    def clashes(self) -> list[Clash]:
        return [*self.apt.clashes, *self.environment.clashes]

    @property
    def findings(self) -> list[Finding]:
        found = (finding for each in self.directories for finding in examine(each) if finding.code.startswith("BB1"))
        return [*found, *self.apt.findings, *self.environment.findings]


def merge(*directories: Directory, python: str = "3.12") -> Result:
    def of(name: str) -> list[Fragment]:
        return [one for each in directories if (one := fragment(each, name, BINDER))]

    order = [each.label for each in directories]
    environment = environment_yml.merge(of("environment.yml"), of("requirements.txt"), python, order=order)
    return Result(apt.merge(of("apt.txt")), environment, directories)


def again(result: Result, label: str = "merged") -> Directory:
    """The merged files as a directory to merge."""
    files = {f"{BINDER}/apt.txt": result.packages, f"{BINDER}/environment.yml": result.text}
    return directory(label, files, home="")


def conserved(written: Iterable[Written], result: Result) -> None:
    """Every entry that was written is one of a merged line's, or of what lost to it; losers stand beside the winner."""
    environment = result.environment
    parts = {**{name: part.entries for name, part in environment.parts.items()}, "apt": result.apt.entries}
    parts["python"] = [environment.pythons]
    have = Counter(
        (section, f"{entry.name}={want.text}" if section == "variables" else want.text)
        for section, entries in parts.items()
        for entry in entries
        for want in (*entry.wants, *entry.losing)
    )
    wanted = Counter(pair for one in written for pair in one.wanted)
    replaced = Counter(finding.text for finding in result.findings if finding.left_out)
    for (section, text), count in wanted.items():
        if section == "other keys":
            assert any(entry.name == text for entry in parts[section]), text
        elif section == "conda":  # a link stands for a bare name, too
            assert have[section, text] + have["pip", text] + replaced[text] >= count, (section, text)
        elif section == "pip":  # a loser stands beside conda's line of that name
            assert have[section, text] + have["conda", text] + replaced[text] >= count, (section, text)
        else:
            assert have[section, text] >= count, (section, text)
    lines = {line.strip() for line in (result.text + result.packages).splitlines()}
    for entry in (entry for entries in parts.values() for entry in entries):
        assert set(entry.lost) <= lines
    missing = {clash.losing[0].text for clash in result.clashes if clash.kind != "channels"}
    assert all(any(line.startswith(f"# {' '.join(text.split())}  # ") for line in lines) for text in missing)


def judge(result: Result) -> None:
    """Every line is what conda or pip can read, by their own parsers."""
    document = yaml.safe_load(result.text)
    *conda_lines, last = document["dependencies"]
    for text in conda_lines:
        MatchSpec(text)
    for line in last["pip"]:
        assert pip_reads(line), line


def pip_reads(line: str) -> bool:
    """Whether pip's parser of requirements files takes a line: options, a path, a URL, or a requirement."""
    arguments, options = get_line_parser(None)(line)
    if not arguments:
        return vars(options) != {}
    return "://" in arguments or _looks_like_path(arguments) or bool(Requirement(arguments))
