"""Other people's directories for tests of the mergers, what is merged of them, and judges that are not ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from extensions.findings import examine
from extensions.foreign import Blob, Directory, fragment
from extensions.merge import apt, conda
from extensions.merge.model import Clash, Finding, Fragment, Merged

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
    environment: conda.Environment
    found: tuple[Finding, ...] = ()

    @property
    def packages(self) -> str:
        return apt.render(self.apt)

    @property
    def text(self) -> str:
        return conda.render(self.environment)

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
        return [*self.found, *self.apt.findings, *self.environment.findings]


def merge(*directories: Directory, python: str = "3.12") -> Result:
    def of(name: str) -> list[Fragment]:
        return [one for each in directories if (one := fragment(each, name, BINDER))]

    found = tuple(finding for each in directories for finding in examine(each) if finding.code.startswith("BB1"))
    environment = conda.merge(of("environment.yml"), of("requirements.txt"), python)
    return Result(apt.merge(of("apt.txt")), environment, found)


def again(result: Result, label: str = "merged") -> Directory:
    """The merged files as a directory to merge."""
    files = {f"{BINDER}/apt.txt": result.packages, f"{BINDER}/environment.yml": result.text}
    return directory(label, files, home="")
