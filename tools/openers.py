"""Which application opens what, and at which address below the notebook's server.

Sources, in square brackets: [generator] and [binder] as in `extensions.links.address`; [voila] its documentation,
"Deploying"; [retro] and [nbclassic] the two packages' own routes; [notebook] Notebook 7's; [shiny] shiny-server's.

- a folder ends in `/`, or is nothing, which is all that there is
- an application that is not in the table is one behind the proxy, by its name or its port; a link opens no file in it
- what an application does not open is refused, so that no file is dropped without a word
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from extensions.errors import BlocksError
from extensions.links import address
from extensions.links.address import Opener, file_path


@dataclass(frozen=True)
class Application:
    """`file` and `folder` say where each is opened, None where it is not; `alone` is without either."""

    alone: str
    file: str | None = None
    folder: str | None = None


TABLE: Mapping[str, Application] = {
    "lab": Application("lab", "lab/tree/", "lab/tree/"),  # [generator]
    "notebook": Application("tree", "tree/", "tree/"),  # [generator]
    "document": Application("", "/doc/tree/"),  # [binder]
    "notebooks": Application("tree", "notebooks/", "tree/"),  # [notebook]
    "edit": Application("tree", "edit/", "tree/"),  # [notebook]
    "files": Application("tree", "files/", "tree/"),  # [notebook]
    "retro": Application("retro/tree", "retro/notebooks/", "retro/tree/"),  # [retro]
    "nbclassic": Application("nbclassic/tree", "nbclassic/notebooks/", "nbclassic/tree/"),  # [nbclassic]
    "voila": Application("voila/", "voila/render/", "voila/tree/"),  # [voila]
    "shiny": Application("shiny/", None, "shiny/"),  # [shiny]
    "rstudio": Application("rstudio/"),  # [generator]
}
OTHER_NAMES = {"jupyterlab": "lab", "tree": "notebook", "classic": "notebook", "doc": "document"}


def opener(name: str, path: str) -> Opener:
    """What opens `path`, or all that there is; raises `BlocksError` where the application does not."""
    key = OTHER_NAMES.get(name.strip("/").lower(), name.strip("/").lower())
    found = TABLE.get(key) or Application(address.application(name))
    kind = "nothing" if not path else "folder" if path.endswith("/") else "file"
    if kind == "file" and found.file is None:
        more = f"; name its folder: '{path.rpartition('/')[0] or '.'}/'" if found.folder is not None else ""
        raise BlocksError(f"--open {name}: a link opens no file in it{more}; leave out '#{path}'")
    if kind == "folder" and found.folder is None:
        raise BlocksError(f"--open {name}: a link opens no folder in it; leave out '#{path}'")
    if key == "document" and kind == "nothing":
        raise BlocksError("--open document: name the file, like 'gh:owner/course#folder/file.ipynb'")

    def opened(place: str) -> str:
        at = found.folder if not place or place.endswith("/") else found.file
        return f"{at}{file_path(place)}" if place and at is not None else found.alone

    return opened
