"""The answer `adopted` -> `Directory`, what they ask of the other answers, and what of them is found.

- the order is that of `adopt`, whatever the order in the answers file
- nothing of the author's is deleted: what remains of what was merged is found
"""

from __future__ import annotations

import base64
import binascii
import posixpath
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import yaml
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from ..errors import BlocksError
from ..model import Finding
from ..repo2docker import BINDER_DIRS, HOOKS
from ..rule import Rule
from ..text import decode
from ..yaml_files import Loader
from . import helpers
from .adopt import LATE, MERGED, ROOT
from .directory import Blob, Directory, environment_name
from .pack import Pack

# In the folder of the merged files: what the merged ones take the place of.
REPLACED = ("apt.txt", "environment.yml", LATE, *HOOKS)


def directories(adopted: Any) -> list[Directory]:
    """The answer as directories; raises `BlocksError` where it is none that `adopt` gives."""
    adopted, helping = helpers.apart(adopted or {})
    if not isinstance(adopted, Mapping) or not all(isinstance(contents, Mapping) for contents in adopted.values()):
        raise BlocksError("adopted: must be a mapping of directories to their files, as copier copy writes it")
    result: list[Directory] = []
    for name in sorted(map(str, adopted), key=_rank):
        folder = "" if name == ROOT else name
        tree = {}
        for file, content in adopted[name].items():
            try:
                tree[posixpath.join(folder, file)] = Blob(_bytes(content), file in HOOKS)
            except (ValueError, TypeError, binascii.Error) as error:
                raise BlocksError(f"adopted: {name}/{file}: must be a list of lines, or base64: and text") from error
        slug = _unique(_slug(name), [directory.slug for directory in result])
        tree = {**_helpers(helping.get(name, {})), **tree}
        result.append(Directory("root" if name == ROOT else name, slug, "", folder, "", tree))
    return result


def _helpers(contents: Mapping[str, Any]) -> dict[str, Blob]:
    """The files of the repository that the scripts use, or their names."""
    try:
        return {path: Blob(_bytes(content)) for path, content in contents.items()}
    except (ValueError, TypeError, binascii.Error) as error:
        raise BlocksError("adopted: helpers: must be lists of lines, or base64: and text") from error


def _bytes(content: Any) -> bytes:
    if isinstance(content, list) and all(isinstance(line, str) for line in content):
        return "\n".join(content).encode()
    if isinstance(content, dict) and list(content) == ["base64"]:
        return base64.b64decode(content["base64"], validate=True)
    raise ValueError


def _rank(name: str) -> tuple[int, str]:
    order = (*BINDER_DIRS, ROOT)
    return (order.index(name) if name in order else len(order), name)


def _slug(name: str) -> str:
    plain = "root" if name == ROOT else re.sub(r"[^A-Za-z0-9_-]+", "-", name.replace(".", "dot-", name.startswith(".")))
    return f"adopted-{plain}"


def _unique(slug: str, taken: Collection[str]) -> str:
    number = 2
    result = slug
    while result in taken:
        result, number = f"{slug}-{number}", number + 1
    return result


def files(adopted: Any) -> dict[str, bytes]:
    """Every file that was read, by its path in the repository; those known by name alone are not among them."""
    return {
        directory.path(file): directory.tree[directory.path(file)].data
        for directory in directories(adopted)
        for file in MERGED
        if directory.has(file)
    }


def binder_dir(adopted: Any) -> str:
    """The default of the question: where the adopted files are, `binder` rather than `.binder`."""
    return next((name for name in BINDER_DIRS if name in (adopted or {})), BINDER_DIRS[0])


def python_version(adopted: Any, versions: Iterable[str], otherwise: str, imported: Iterable[Directory] = ()) -> str:
    """The default of the question: of `versions`, one that the adopted directories and the imports run on.

    Where no version suits all, those that come first decide.
    """
    left = list(versions)
    for directory in (*directories(adopted), *imported):
        wanted = _python(directory)
        fitting = [version for version in left if wanted is not None and f"{version}.9999" in wanted]
        left = fitting or left
    return otherwise if otherwise in left else left[-1]


def _python(directory: Directory) -> SpecifierSet | None:
    """What it asks of Python, in environment.yml or else, where repo2docker asks it, in runtime.txt."""
    name = environment_name(directory)
    if directory.has(name):
        wanted = _python_of_environment(decode(directory.tree[directory.path(name)].data)[0])
    else:
        wanted = f"={version}" if (version := Pack(directory).python) else ""
    try:
        exact = re.fullmatch(r"\s*=*\s*(\d+\.\d+)[\d.*]*([\s=].*)?", wanted)
        return SpecifierSet(f"=={exact[1]}.*" if exact else wanted) if wanted.strip() else None
    except InvalidSpecifier:
        return None


def _python_of_environment(text: str) -> str:
    try:
        environment = yaml.load(text, Loader=Loader)  # noqa: S506
        dependencies = environment.get("dependencies") or []
    except (yaml.YAMLError, AttributeError, ValueError):
        return ""  # the merger names file and line
    for item in dependencies if isinstance(dependencies, list) else []:
        match = re.match(r"\s*(?:[\w.-]+::)?python(?![\w.-])(.*)", item) if isinstance(item, str) else None
        if match:
            return match[1]
    return ""


BB606 = Rule(
    "BB606",
    "an adopted directory was merged into the other one",
    "repo2docker refuses a repository that has both `binder` and `.binder`",
    "move the files that its scripts need, then `git rm -r` it",
)
BB607 = Rule(
    "BB607",
    "a file that was adopted is not read any more",
    "what it asks for is in the merged files",
    "make later changes there; remove it if nothing else needs it",
)


def findings(directories: Iterable[Directory], binder_dir: str) -> list[Finding]:
    """What the author may remove now."""
    result = []
    for directory in directories:
        if directory.folder in BINDER_DIRS and directory.folder != binder_dir:
            reason = f"was merged into {binder_dir}, and repo2docker refuses a repository that has both"
            remedy = f"move the files that its scripts need, then remove it: git rm -r {directory.folder}"
            result.append(directory.finding(BB606, directory.folder, reason, remedy))
            continue
        replaced = REPLACED if directory.folder == binder_dir else ()
        for name in (name for name in MERGED if directory.has(name) and name not in replaced):
            reason = "was merged, and repo2docker does not read it from here"
            remedy = f"make later changes in {binder_dir}; remove it if nothing else needs it"
            result.append(directory.finding(BB607, directory.path(name), reason, remedy))
    return result
