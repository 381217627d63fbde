"""What other people's directories want of the catalogue: interfaces that a component has to provide for them.

    wanted(directories) -> {interface: [{directory, value}, ...]}

It is the other side of what components provide (`catalogue.provided`): a component that provides an interface comes
along where a directory wants it, and its files that are rendered have this as `wanted`, in the order of directories;
report.json has the same.

    r          R, and what it is to install: {folder, install, lock, package, date, conda, built, packages}
    r-ide      an editor for R beside the notebook, as repo2docker has with every R

Of R, where repo2docker would have chosen it, or has something for it:

- `folder` is where its scripts run, from the root of the repository, `.` for the root itself
- `install` and `lock` are install.R and renv.lock, seen from there; empty where there is none, or a script runs it
- `package` whether the folder is an R package that repo2docker would have installed, DESCRIPTION at its root
- `date` is that of runtime.txt, empty where repo2docker refuses it
- `conda` whether environment.yml has R packages, so that R is conda's
- `built` whether repo2docker installs R by itself all the same: an adopted runtime.txt is in force
- `packages` are the names that can be read in all of these, sorted
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from ..repo2docker import DESCRIPTION, INSTALL_R, RENV_LOCK, R
from ..text import decode
from ..yaml_files import Loader
from .directory import Directory
from .pack import Pack

Wanted = dict[str, list[dict[str, Any]]]
R_IDE = "r-ide"
# The parts of an R package's repository that its installation needs.
PARTS = ("R", "data", "exec", "inst", "man", "src", "tools")
PART_FILES = (DESCRIPTION, "NAMESPACE", "LICENSE", "LICENCE", "configure", "cleanup")
# Where renv looks for packages that no repository has.
CELLARS = ("renv/cellar", "renv/local")

_CALL = re.compile(
    r"\b(?:install\.packages|p_load|pkg_install|install_(?:github|gitlab|bitbucket|git|url|cran|bioc|version|local)"
    r"|BiocManager::install|biocLite|renv::install|pak::pak)[ \t]*\("
)
_ITSELF = re.compile(
    r"\b(?:install|install_local|install_deps|install_dev_deps)[ \t]*\((?:[ \t]*\)|[ \t]*[\"']\.[\"'/])"
)
_TEXT = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'")
_VECTOR = re.compile(r"(?<![\w.])([\w.]+)[ \t]*(?:<-|=)[ \t]*c[ \t]*\(([^()]*)\)")
_NAMED = re.compile(r"(?<![\w.])[\w.]+[ \t]*=[ \t]*(?:\"[^\"\n]*\"|'[^'\n]*'|c[ \t]*\([^()]*\))")
_PACKAGE = re.compile(r"[A-Za-z][A-Za-z0-9.]*")
_FIELD = re.compile(r"^(?:Depends|Imports|LinkingTo):(.*(?:\n[ \t].*)*)", re.MULTILINE)
_LONGEST_CALL = 20_000
_R_OF_CONDA = re.compile(r"(?:[\w.-]+::)?r-([\w.-]+)")


def wanted(directories: Iterable[Directory]) -> Wanted:
    found: Wanted = {}
    for directory in directories:
        if value := of_r(Pack(directory)):
            found.setdefault(R, []).append({"directory": directory.label, "value": value})
            found.setdefault(R_IDE, []).append({"directory": directory.label, "value": {"built": value["built"]}})
    return found


def of_r(pack: Pack) -> dict[str, Any]:
    """What the directory wants of R; empty where it wants none."""
    if pack.name in ("docker", ""):
        return {}
    conda = _of_conda(pack)
    runs = pack.has(INSTALL_R) and not pack.names(INSTALL_R)
    lock = pack.has(RENV_LOCK) and not pack.names("renv")
    package = pack.is_at_root and pack.has(DESCRIPTION)
    if not (pack.name == R or runs or lock or package or conda):
        return {}
    built = pack.is_in_place and pack.name == R
    runtime = pack.runtime
    return {
        "folder": pack.directory.home or ".",
        "install": pack.path(INSTALL_R) if runs and not built else "",
        "lock": pack.path(RENV_LOCK) if lock else "",
        "package": package,
        "date": runtime.date if runtime and runtime.name == R and not runtime.r_refusal else "",
        "conda": bool(conda),
        "built": built,
        "packages": sorted({*conda, *_listed(pack)}, key=str.lower),
    }


def carried(directory: Directory) -> list[str]:
    """The paths of the tree that R needs to carry out what the directory wants, wherever they stand."""
    value = of_r(Pack(directory))
    if not value:
        return []
    tree, named = directory.tree, [value["install"], value["lock"]]
    beside = [posixpath.join(posixpath.dirname(value["lock"]), one) for one in CELLARS] if value["lock"] else []
    if value["package"] or (value["install"] and _ITSELF.search(_text(directory, value["install"]))):
        named += PART_FILES
        beside += PARTS
    folders = tuple(f"{folder}/" for folder in beside)
    return [path for path in tree if path in named or (folders and path.startswith(folders))]


def _text(directory: Directory, path: str) -> str:
    return decode(directory.tree[path].data)[0] if path in directory.tree else ""


def _listed(pack: Pack) -> Iterator[str]:
    """Names in install.R, DESCRIPTION and renv.lock; what a program makes of them is not known."""
    if pack.has(INSTALL_R):
        yield from in_install_r(pack.text(INSTALL_R))
    if pack.is_at_root and pack.has(DESCRIPTION):
        for match in _FIELD.finditer(pack.text(DESCRIPTION)):
            names = (re.match(r"\s*([A-Za-z][\w.]*)", part) for part in match[1].split(","))
            yield from (name[1] for name in names if name and name[1] != "R")
    if pack.has(RENV_LOCK):
        try:
            packages = json.loads(pack.text(RENV_LOCK) or "{}").get("Packages", {})
        except (ValueError, AttributeError, RecursionError):
            return
        yield from (name for name in packages if isinstance(name, str) and _PACKAGE.fullmatch(name))


def in_install_r(text: str) -> Iterator[str]:
    """The packages that calls in an R script name: `tidyverse`, and of `owner/name@v1` the name."""
    code = "\n".join(_uncommented(line) for line in text.split("\n"))
    vectors = {match[1]: match[2] for match in _VECTOR.finditer(code)}
    end = 0
    for match in _CALL.finditer(code):
        if match.start() < end:  # within another
            continue
        whole = _arguments(code, match.end())
        end, arguments = match.end() + len(whole), _NAMED.sub("", whole)
        words = dict.fromkeys(re.findall(r"(?<![\w.\"'])[A-Za-z.][\w.]*", _TEXT.sub("", arguments)))
        for part in (arguments, *(vectors[word] for word in words if word in vectors)):
            for one in _TEXT.findall(part):
                name = re.sub(r"[@#].*", "", "".join(one)).rstrip("/").rpartition("/")[2].removesuffix(".git")
                name = name.partition("_")[0] if name.endswith(".tar.gz") else name
                if _PACKAGE.fullmatch(name):
                    yield name


def _uncommented(line: str) -> str:
    """Without what stands behind a # outside quotes."""
    bare = _TEXT.sub(lambda match: "x" * len(match[0]), line)
    return line[: bare.index("#")] if "#" in bare else line


def _arguments(code: str, start: int) -> str:
    """What stands in a call's parentheses, from behind the first one."""
    depth = 1
    for at in range(start, min(len(code), start + _LONGEST_CALL)):
        depth += {"(": 1, ")": -1}.get(code[at], 0)
        if not depth:
            return code[start:at]
    return code[start : start + _LONGEST_CALL]


def _of_conda(pack: Pack) -> list[str]:
    """The R packages in environment.yml, for which repo2docker installs conda's R, by conda's names."""
    try:
        dependencies = yaml.load(pack.text(pack.environment), Loader=Loader)["dependencies"]  # noqa: S506
        found = [_R_OF_CONDA.match(item) for item in dependencies if isinstance(item, str)]
    except (yaml.YAMLError, TypeError, KeyError, ValueError, RecursionError):
        return []  # the merger names file and line
    return [match[1] for match in found if match]
