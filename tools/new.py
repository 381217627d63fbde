"""Makes the folder of a new component.

    python tools/new.py redis databases                a server; its port with --port 6379
    python tools/new.py geopandas subjects             a library
    python tools/new.py bash languages                 a kernel
    python tools/new.py datasette applications         a web application behind the notebook's proxy

The category decides on the kind, --kind says otherwise. The files are those of tools/new/KIND with the name, the
category and the port put in; each line that says FILL IN is printed, and `pytest -k NAME` names those that are left.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from extensions.catalogue import keys, units  # noqa: E402
from extensions.catalogue.units import Component  # noqa: E402
from extensions.errors import BlocksError  # noqa: E402
from tools import contract  # noqa: E402

SKELETONS = Path(__file__).with_suffix("")
KINDS = ("server", "library", "kernel", "web")
USUAL = {
    "databases": "server",
    "messaging": "server",
    "compute": "server",
    "database-tools": "web",
    "applications": "web",
    "editors": "web",
    "languages": "kernel",
}
FIRST_PORT = 9100


def make(root: Path, name: str, category: str, kind: str = "", port: int = 0) -> Path:
    """The folder made in the catalogue at `root`; raises `BlocksError` where there can be none like this."""
    components = contract.readable(root)
    check(root, name, category, port, components)
    skeleton = SKELETONS / (kind or USUAL.get(category, "library"))
    words = {
        "my-category": category,
        "my-name": name,
        "my_name": name.replace("-", "_"),
        "My name": name.replace("-", " ").capitalize(),
        "9999": str(port or free_port(components)),
    }
    folder = root / Component.SHELF / name
    shutil.copytree(skeleton, folder)
    for path in folder.rglob("*"):
        if path.is_file():
            path.write_text(put_in(path.read_text(), words))
    return folder


def check(root: Path, name: str, category: str, port: int, components: Mapping[str, Component]) -> None:
    if not keys.NAME.fullmatch(name):
        raise BlocksError(
            f"{name!r} is no name for a component; small letters, digits and single hyphens, as my-server"
        )
    former = units.current_names(components)
    if (root / Component.SHELF / name).exists() or name in former:
        now = f", which is '{former[name]}' now" if name in former else ""
        raise BlocksError(f"there is or was a component '{name}'{now}; a name is never used again: choose another")
    if category not in units.CATEGORIES:
        raise BlocksError(f"'{category}' is no category; choose one of {', '.join(units.CATEGORIES)}")
    for owner in components.values():
        if port and port in map(int, owner.ports.values()):
            raise BlocksError(f"port {port} is that of '{owner.name}'; choose another")


def free_port(components: Mapping[str, Component]) -> int:
    """The lowest one, from FIRST_PORT on, that no component has."""
    taken = {int(port) for component in components.values() for port in component.ports.values()}
    return next(port for port in range(FIRST_PORT, 65536) if port not in taken)


def put_in(text: str, words: Mapping[str, str]) -> str:
    for placeholder, word in words.items():
        text = text.replace(placeholder, word)
    return text


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description="Makes the folder of a new component.")
    parser.add_argument("name")
    parser.add_argument("category", help=", ".join(units.CATEGORIES))
    parser.add_argument("--kind", choices=KINDS, default="", help="what it is, if its category does not tell")
    parser.add_argument("--port", type=int, default=0, help="where it listens (a free one)")
    options = parser.parse_args(words)
    try:
        folder = make(ROOT, options.name, options.category, options.kind, options.port)
    except BlocksError as error:
        print(error, file=sys.stderr)
        return 1
    print(*contract.mistakes(folder), sep="\n")
    print(f"\nFill these in, delete the comments, then: python tools/try.py {options.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
