"""What a reader should know of a foreign Binder directory, apart from how its lists merge: `Directory` -> findings.

The merged repository has apt.txt, environment.yml, postBuild and start, and nothing else that repo2docker acts on. So:

- what repo2docker would have used and the merged repository has not is found, `left_out`, with the way to keep it
- what repo2docker passed over, and passes over still, is found where somebody may have meant it to count
- what repo2docker passed over and the merged repository does use is found too
- an adopted `binder/` or `.binder/` keeps its files: those that still decide how repo2docker builds are in force there
- a list that is not plain text, or not a list any more, is found: encoding, tabs, NUL bytes, conflict markers

Which of its build packs repo2docker would have chosen (`pack`) is its own order: Dockerfile, Julia, nix, R, conda,
Pipfile, Python.
"""

from __future__ import annotations

import datetime
import posixpath
import re
from collections.abc import Iterable, Iterator

from ..foreign.directory import Directory, decode, encoding_of
from ..model import Finding, Want
from .dropped import dropped_package, stub

LISTS = ("apt.txt", "environment.yml", "environment.yaml", "requirements.txt", "runtime.txt")
SCRIPTS = ("postBuild", "start")
BINDER_DIRS = ("binder", ".binder")
ENVIRONMENTS = ("environment.yml", "environment.yaml")
PIPFILES = ("Pipfile", "Pipfile.lock")
JULIA = ("Project.toml", "JuliaProject.toml")
JULIA_MANIFESTS = ("Manifest.toml", "JuliaManifest.toml")
LOCKS = ("conda-lock.yml", "conda-lock.yaml", "conda-linux-64.lock")
# Names that repo2docker does not know, but for their case or ending; the right ones by the wrong ones in lower case.
KNOWN = (*LISTS, *SCRIPTS, "Dockerfile", "install.R", "Project.toml", "Pipfile")
SIMILAR = {name.lower(): name for name in KNOWN} | {
    **{f"postbuild{ending}": "postBuild" for ending in (".sh", ".bash", ".txt", ".py")},
    **dict.fromkeys(("environment.yml.txt", "env.yml", "env.yaml"), "environment.yml"),
    **dict.fromkeys(("apt", "apt-get.txt", "apt-packages.txt"), "apt.txt"),
    **dict.fromkeys(("requirement.txt", "requirements"), "requirements.txt"),
}

R_REMEDY = (
    "name its packages as conda's 'r-NAME' in environment.yml, for which repo2docker installs R, its kernel "
    "and RStudio, or run it with Rscript in postBuild"
)
# Searched in files that anybody wrote: none of these may take more than linear time.
LOCAL = re.compile(
    r"^[ \t]*(?:-[ \t]+)?[\"']?(?:(?:-e|--editable)[ \t=]*)?\.{1,2}(?:/|\[|[\"']?[ \t]*(?:#|$))", re.MULTILINE
)
PIP_INSTALL = re.compile(r"\bpip3?[ \t]+install\b")
HERE = re.compile(r"[ \t]\.{1,2}(?:[/ \t\"'\[]|$)")
SETUP = re.compile(r"\bsetup\.py[ \t]+(?:install|develop)\b")
SYSTEM_PYTHON = re.compile(r"python3-(?!(?:all|all-dev|dev|minimal|venv)$).+|ipython3|jupyter(?:-.+)?")
PACKAGE_TABLES = {"project", "build-system"}
DATE = re.compile(r"\d{4}-\d\d-\d\d")


def examine(directory: Directory) -> list[Finding]:
    """All findings about the directory, those of its text first."""
    one = _Examined(directory)
    return [*one.texts(), *one.files()]


def python_wanted(directory: Directory) -> Want | None:
    """What runtime.txt asks of Python, as conda writes it; None where repo2docker would not have asked that file."""
    return _Examined(directory).python_wanted()


def examine_apt(entries: Iterable[Want]) -> list[Finding]:
    """Packages that Ubuntu 24.04 does not have, or that will not do in a container what they seem to; all are kept."""
    return [finding for want in entries if (finding := _of_package(want))]


def _of_package(want: Want) -> Finding | None:
    place = (want.component, want.file, want.line, want.text)
    name = re.split("[=/:]", want.text, maxsplit=1)[0]
    if remedy := dropped_package(name):
        return Finding("BB220", *place, "is not in Ubuntu 24.04, and would break the build", remedy)
    if remedy := stub(name):
        return Finding(
            "BB221", *place, "is a stub for a snap in Ubuntu 24.04, and snaps do not run in containers", remedy
        )
    if name in ("nodejs", "npm"):
        reason = "is hidden by the nodejs that repo2docker's base environment has, which comes first on PATH"
        return Finding("BB222", *place, reason, "remove it; name nodejs in environment.yml for another version")
    if SYSTEM_PYTHON.fullmatch(name):
        reason = "goes to the system's Python, which notebooks do not see"
        return Finding("BB222", *place, reason, "name the package in environment.yml instead, if notebooks import it")
    return None


def pack(directory: Directory) -> str:
    """Which of its build packs repo2docker would have chosen: docker, julia, require, nix, r, conda, pipfile, python,
    or, where a mistake in runtime.txt stops it, nothing."""
    return _Examined(directory).pack


class _Examined:
    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.at_root = not directory.folder
        # an adopted directory of this name is the merged repository's own
        self.in_place = not directory.home and directory.folder in BINDER_DIRS
        self.environment = next((name for name in ENVIRONMENTS if self.has(name)), "")
        self.runtime = _runtime(self.text("runtime.txt")) if self.has("runtime.txt") else ("", "", "")
        self.pack = self._pack()

    def has(self, *names: str) -> bool:
        return any(self.directory.has(name) for name in names)

    def text(self, name: str) -> str:
        """The text of a Binder file, empty where there is none."""
        return decode(self.directory.tree[self.directory.path(name)].data)[0] if self.has(name) else ""

    def find(self, code: str, path: str, reason: str, remedy: str, left_out: bool = False, line: int = 0) -> Finding:
        return Finding(code, self.directory.label, self.directory.where(path), line, "", reason, remedy, left_out)

    def found(self, code: str, name: str, reason: str, remedy: str, left_out: bool = False) -> Finding:
        """A finding about a Binder file."""
        return self.find(code, self.directory.path(name), reason, remedy, left_out)

    def _pack(self) -> str:
        if self.has("Dockerfile"):
            return "docker"
        if self.has(*JULIA):
            return "julia"
        if self.has("REQUIRE"):
            return "require"
        if self.has("default.nix"):
            return "nix"
        if self.runtime is None:
            return ""
        name, _, date = self.runtime
        if (name == "r" and date) or (self.at_root and "DESCRIPTION" in self.directory.tree):
            return "r"
        if self.environment:
            return "conda"
        return "pipfile" if self.has(*PIPFILES) and name in ("", "python") else "python"

    def python_wanted(self) -> Want | None:
        if self.runtime is None or self.runtime[0] != "python" or self._names_python_elsewhere():
            return None
        match = re.match(r"[0-9]+(?:\.[0-9]+)?(?=\.|$)", self.runtime[1])
        if match is None:
            return None
        file = self.directory.where(self.directory.path("runtime.txt"))
        return Want(f"python={match[0]}", self.directory.label, file, 1)

    def _names_python_elsewhere(self) -> bool:
        return self.pack == "pipfile" or (bool(self.environment) and self.pack not in ("r", "julia"))

    def texts(self) -> Iterator[Finding]:
        """What is wrong with the lists as text."""
        for name in LISTS:
            if not self.has(name):
                continue
            encoding = encoding_of(self.directory.tree[self.directory.path(name)].data)
            if encoding != "UTF-8":
                reason = f"is not UTF-8 and was read as {encoding}"
                yield self.found("BB101", name, reason, "look at the result, above all its comments; save it as UTF-8")
            yield from self._lines(name)

    def _lines(self, name: str) -> Iterator[Finding]:
        text, path = self.text(name), self.directory.path(name)
        if name in ENVIRONMENTS and (line := _line(r"^ *\t[ \t]*[^\s#]", text)):
            reason = "is indented with tabs, which YAML forbids; each was read as two spaces at most"
            yield self.find("BB102", path, reason, "indent it with spaces", line=line)
        if line := _line("\0", text):
            reason = "has NUL bytes, which no text has"
            yield self.find("BB103", path, reason, "look whether the file is damaged, and save it as UTF-8", line=line)
        if line := _line(r"^<{7}(?: |$)", text):
            reason = "has conflict markers, left where two versions could not be merged"
            yield self.find("BB104", path, reason, "resolve the conflict where it comes from", line=line)

    def files(self) -> Iterator[Finding]:
        """What repo2docker would have made of each file, and what becomes of it now."""
        yield from self._docker()
        yield from self._r()
        yield from self._julia()
        yield from self._nix()
        yield from self._pip()
        yield from self._package()
        yield from self._runtime_txt()
        yield from self._conda()
        yield from self._hidden()
        yield from self._misnamed()

    def _docker(self) -> Iterator[Finding]:
        if not self.has("Dockerfile"):
            return
        if self.in_place:
            reason = "stays in force here: repo2docker builds from it alone and reads none of the merged files"
            remedy = "move what it does into apt.txt, environment.yml and postBuild, then remove it"
        else:
            reason = (
                "is all that repo2docker would have read; it is not used here, and what stands beside it may be stale"
            )
            remedy = "look what it does that the files beside it do not, and add that to them"
        yield self.found("BB301", "Dockerfile", reason, remedy, not self.in_place)

    def _r(self) -> Iterator[Finding]:
        stays = self.in_place and self.pack == "r"  # by runtime.txt, as DESCRIPTION counts at the root alone
        if self.has("install.R") and self.pack == "r" and not stays:
            reason = "would have run in the R that repo2docker installs; nothing runs it here"
            yield self.found("BB302", "install.R", reason, R_REMEDY, True)
        if self.has("install.R") and self.pack != "r":
            reason = "never ran: repo2docker runs it only where runtime.txt is 'r-' and a date, and nothing does here"
            yield self.found("BB303", "install.R", reason, f"if its packages are wanted, {R_REMEDY}")
        if self.at_root and self.pack == "r" and self.has("DESCRIPTION"):
            reason = "made repo2docker install R and, as a package, the repository; neither is installed here"
            remedy = (
                "add 'r-base' and what it imports as conda's 'r-NAME' to environment.yml; R CMD INSTALL in postBuild"
            )
            yield self.found("BB304", "DESCRIPTION", reason, remedy, True)

    def _julia(self) -> Iterator[Finding]:
        project = next((name for name in JULIA if self.has(name)), "")
        manifest = next((name for name in JULIA_MANIFESTS if self.has(name)), "")
        if project and self.in_place:
            reason = (
                "stays in force here: repo2docker installs Julia beside the merged files, "
                "but starts from the Python of runtime.txt, not of environment.yml"
            )
            remedy = "let runtime.txt name the same Python as environment.yml, or remove the Julia project"
            yield self.found("BB305", project, reason, remedy)
        elif project:
            reason = "is a Julia project, for which repo2docker would have installed Julia; it is not installed here"
            remedy = "add conda's julia to environment.yml, and instantiate the project in postBuild"
            yield self.found("BB305", project, reason, remedy, True)
        elif manifest:
            reason = f"is not read by repo2docker without {JULIA[0]} beside it"
            yield self.found("BB305", manifest, reason, "add that file if a Julia project is meant")
        if self.has("REQUIRE") and not project:
            if self.in_place:
                reason = "stays in force here: repo2docker takes it for an old Julia project and refuses to build"
                remedy = "write a Project.toml in its place, or remove it"
            else:
                reason = (
                    "is an old list of Julia packages, with which repo2docker refuses to build; it is not read here"
                )
                remedy = "add conda's julia to environment.yml, and the packages to a project made in postBuild"
            yield self.found("BB306", "REQUIRE", reason, remedy, not self.in_place)

    def _nix(self) -> Iterator[Finding]:
        if not self.has("default.nix"):
            return
        reason = "would have made repo2docker build with nix, without environment.yml; it is not used here"
        remedy = "find its packages in conda or apt, and add them to environment.yml or apt.txt"
        if self.in_place:
            reason = "stays in force here: repo2docker builds with nix and does not read the merged environment.yml"
            remedy += "; then remove it"
        yield self.found("BB307", "default.nix", reason, remedy, not self.in_place)

    def _pip(self) -> Iterator[Finding]:
        for name in PIPFILES:
            if self.has(name) and self.pack == "pipfile":
                reason = "is what repo2docker would have installed; it is not read here"
                remedy = "make a requirements.txt of it (pipenv requirements), and remove it"
                yield self.found("BB309", name, reason, remedy, True)
            elif self.has(name):
                reason = "is not read, and repo2docker would have passed over it too"
                yield self.found("BB309", name, reason, "remove it, or make a requirements.txt of it")
        if self.has("requirements3.txt"):
            old = self.pack in ("python", "r", "julia") and self._is_old_python()
            reason = "holds what Jupyter itself needs where notebooks run on a Python before 3.7; it is not read here"
            yield self.found("BB313", "requirements3.txt", reason, "add what is still needed to requirements.txt", old)
        if self.has("requirements.txt") and self.pack in ("conda", "pipfile", "nix"):
            beside = {"conda": self.environment, "nix": "default.nix"}.get(self.pack, "Pipfile")
            if "requirements.txt" not in self.text(self.environment):
                reason = f"is installed here; repo2docker would have passed over it beside {beside}"
                yield self.found("BB315", "requirements.txt", reason, "remove from it what is not wanted")

    def _is_old_python(self) -> bool:
        wanted = self.python_wanted()
        version = tuple(map(int, wanted.text.removeprefix("python=").split("."))) if wanted else ()
        return len(version) == 2 and version < (3, 7)

    def _package(self) -> Iterator[Finding]:
        name = self._package_file()
        texts = [self.text(list_) for list_ in ("requirements.txt", self.environment) if list_]
        if not name or any(map(LOCAL.search, texts)) or _installs(self.text("postBuild")):
            return
        if self.at_root and self.pack in ("python", "r", "julia"):
            reason = "is of a Python package, which repo2docker would have installed; it is not installed here"
        elif self.pack == "docker":
            return
        else:
            other = f"'{self.directory.folder}'" if self.directory.folder else self.environment or self.pack
            reason = f"is of a Python package, which repo2docker does not install beside {other}; nor is it here"
        remedy = "if notebooks import it, add a pip line with its address and commit: 'NAME @ git+https://...@COMMIT'"
        if not self.directory.home:
            remedy = "if notebooks import it, add the pip line '-e ..' to environment.yml"
        lost = self.at_root and self.pack in ("python", "r", "julia")
        yield self.find("BB310", name, reason, remedy, lost)

    def _package_file(self) -> str:
        """The file at the root that makes the repository a Python package to repo2docker."""
        tree = self.directory.tree
        if "setup.py" in tree:
            return "setup.py"
        is_package = "pyproject.toml" in tree and _tables(decode(tree["pyproject.toml"].data)[0]) >= PACKAGE_TABLES
        return "pyproject.toml" if is_package else ""

    def _runtime_txt(self) -> Iterator[Finding]:
        if not self.has("runtime.txt"):
            return
        if self.runtime is None:
            reason = "is not of the form NAME-VERSION, at which repo2docker stops; it is not read here"
            if self.in_place:
                reason = "stays in force here: it is not of the form NAME-VERSION, at which repo2docker stops"
            yield self.found("BB311", "runtime.txt", reason, "write python-3.12 or the like, or remove it")
            return
        name, _, date = self.runtime
        if name == "python" and self._names_python_elsewhere():
            other = self.environment or "Pipfile"
            reason = f"is not read: beside {other} its Python does not count, for repo2docker neither"
            yield self.found("BB311", "runtime.txt", reason, "name the version in environment.yml, if it is meant")
        elif name == "python" and self.python_wanted() is None:
            reason = "names no Python version that could be read"
            yield self.found("BB311", "runtime.txt", reason, "write python-3.12 or the like")
        elif name == "r" and date and self.in_place and self.pack == "r":
            reason = (
                "stays in force here: repo2docker installs R and RStudio of that date beside the merged files, "
                "but starts from its default Python, not from that of environment.yml"
            )
            remedy = "keep it if that is what is wanted; else take R from conda ('r-base') and remove it"
            yield self.found("BB312", "runtime.txt", reason, remedy)
        elif name == "r" and date:
            reason = f"made repo2docker install R as of {date}; R is not installed here"
            remedy = "add 'r-base' to environment.yml, for which repo2docker installs R, its kernel and RStudio"
            yield self.found("BB312", "runtime.txt", reason, remedy, self.pack == "r")
        elif name != "python":
            reason = "is not read: repo2docker knows 'python-' and a version, or 'r-' and a date (r-4.4-2026-01-31)"
            yield self.found("BB311", "runtime.txt", reason, "remove it, or write what it means in environment.yml")

    def _conda(self) -> Iterator[Finding]:
        if self.environment == "environment.yaml":
            reason = "is read here; repo2docker from before 2026 does not know this name and passes over it"
            yield self.found("BB314", "environment.yaml", reason, "rename it to environment.yml")
        elif self.has("environment.yaml"):
            reason = "is not read beside environment.yml, by repo2docker neither"
            yield self.found("BB314", "environment.yaml", reason, "move what is missing there, and remove it")
        for name in LOCKS:
            if self.has(name):
                reason = "is not read: versions are solved anew from environment.yml, by repo2docker too"
                yield self.found("BB317", name, reason, "pin in environment.yml what must not change")

    def _hidden(self) -> Iterator[Finding]:
        """Binder files of the root beside a binder directory, but for those that a file of the latter names."""
        if self.directory.folder not in BINDER_DIRS:
            return
        used = "\n".join(self.text(name) for name in (*LISTS, *SCRIPTS, "Dockerfile"))
        for name in (*LISTS, *SCRIPTS, "install.R"):
            before = r"\./" if name in SCRIPTS else r"(?<![\w.-])"  # start is a word of many scripts
            if name in self.directory.tree and not re.search(rf"{before}{re.escape(name)}(?![\w-])", used):
                reason = f"is hidden by the directory '{self.directory.folder}': it is neither read nor merged"
                remedy = "move it there if it is meant for Binder; else there is nothing to do"
                yield self.find("BB316", name, reason, remedy)

    def _misnamed(self) -> Iterator[Finding]:
        for path in self.directory.tree:
            above, name = posixpath.split(path)
            meant = SIMILAR.get(name.lower(), name)
            if above == self.directory.folder and name not in KNOWN and meant != name and not self.has(meant):
                reason = f"is not a name that repo2docker knows, and is not read; '{meant}' is"
                yield self.find("BB318", path, reason, f"rename it to {meant} if that is meant")


def _installs(script: str) -> bool:
    """Whether the script installs a package that lies in the repository."""
    for line in script.split("\n"):
        match = PIP_INSTALL.search(line)
        if SETUP.search(line) or (match and HERE.search(line, match.end())):
            return True
    return False


def _tables(text: str) -> set[str]:
    """The top-level tables of a TOML file; Python 3.10 has no parser for it."""
    return {match[1] for match in re.finditer(r"^[ \t]*\[[ \t]*\"?([\w-]+)", text, re.MULTILINE)}


def _runtime(text: str) -> tuple[str, str, str] | None:
    """runtime.txt's name, version and date, as repo2docker splits them; None where it refuses the file."""
    parts = text.strip().split("-")
    if len(parts) not in (2, 4, 5) or not all(parts):
        return None
    date = "-".join(parts[-3:]) if len(parts) > 2 else ""
    try:
        valid = not date or bool(DATE.fullmatch(date) and datetime.date.fromisoformat(date))
    except ValueError:
        return None
    if not valid:
        return None
    return parts[0], parts[1] if len(parts) != 4 else "", date


def _line(pattern: str, text: str) -> int:
    """The number of the first line where the pattern is found, 0 where it is not."""
    match = re.search(pattern, text, re.MULTILINE)
    return text.count("\n", 0, match.start()) + 1 if match else 0
