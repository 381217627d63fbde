"""The answer `adopted` -> `Directory`, and what they ask of the other answers; `dead` has what is found of them.

- the order is that of `adopt`, whatever the order in the answers file
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
from ..repo2docker import BINDER_DIRS, HOOKS
from ..text import decode
from ..yaml_files import Loader
from . import helpers
from .adopt import HIDDEN, HIDEABLE, MERGED, PACKAGE, ROOT, is_noted
from .directory import Blob, Directory, environment_name
from .pack import Pack


def directories(adopted: Any) -> list[Directory]:
    """The answer as directories; raises `BlocksError` where it is none that `adopt` gives."""
    if not adopted:
        return []
    adopted, helping = helpers.apart(adopted)
    if not isinstance(adopted, Mapping) or not all(isinstance(contents, Mapping) for contents in adopted.values()):
        raise BlocksError("adopted: must be a mapping of directories to their files, as copier copy writes it")
    result: list[Directory] = []
    for name in sorted(map(str, adopted), key=_rank):
        folder = "" if name == ROOT else name
        tree: dict[str, Blob] = {}
        for file, content in adopted[name].items():
            if file == HIDDEN:
                tree |= _hidden(content) if ROOT not in adopted else {}
                continue
            try:
                tree[_path(folder, file)] = Blob(_bytes(content), file in HOOKS)
            except (ValueError, TypeError, binascii.Error) as error:
                raise BlocksError(
                    f"adopted: {name}/{file}: must be a Binder file, as a list of lines, or base64: and text"
                ) from error
        slug = _unique(_slug(name), [directory.slug for directory in result])
        used = _helpers(helping.get(name, {}))
        tree |= {path: blob for path, blob in used.items() if path not in tree or not tree[path].data}
        result.append(Directory("root" if name == ROOT else name, slug, "", folder, "", tree))
    return result


def _helpers(contents: Mapping[str, Any]) -> dict[str, Blob]:
    """The files of the repository that the scripts use, or their names."""
    try:
        return {path: Blob(_bytes(content)) for path, content in contents.items()}
    except (ValueError, TypeError, binascii.Error) as error:
        raise BlocksError("adopted: helpers: must be lists of lines, or base64: and text") from error


def _hidden(names: Any) -> dict[str, Blob]:
    """The root's files beside the directory; of a package, what makes it one."""
    if not isinstance(names, list) or not all(name in HIDEABLE for name in names):
        raise BlocksError(f"adopted: {HIDDEN}: must be a list of Binder files of the root")
    return {name: Blob(b"[build-system]\n[project]\n" if name == PACKAGE else b"") for name in names}


def _path(folder: str, file: Any) -> str:
    """Where a file of the answer stands, from the root."""
    if file in (*MERGED, PACKAGE) or is_noted(str(file)):
        return posixpath.join(folder, file)
    raise ValueError


def _bytes(content: Any) -> bytes:
    if isinstance(content, dict):
        content = content.get("lines", content)
    if isinstance(content, list) and all(isinstance(line, str) for line in content):
        return "\n".join(content).encode()
    if isinstance(content, dict) and "base64" in content:
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
