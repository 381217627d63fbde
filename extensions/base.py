"""The answers `base` and `base_image` -> what the repository is built on.

    repo2docker   its own base image, or the one that is named, which only builds use that are told of it
    onbuild       an image in pangeo's manner, whose ONBUILD steps read the repository's files before all else
    box           an image that repo2docker has made; `binder/Dockerfile` does on it what repo2docker would have done

- an image is named with a tag or a digest, and not by `latest`: what it is built on moves when the answer does
- the steps of `onbuild` give apt.txt to xargs, which knows no comments: names alone, and their sources elsewhere
- they bring no notebook and few tools: what repo2docker has by itself stands in the lists then, from `FRAGMENTS`
"""

from __future__ import annotations

import re

from .errors import BlocksError
from .image import PART
from .model import Fragment

REPO2DOCKER, ONBUILD, BOX = KINDS = ("repo2docker", "onbuild", "box")
EXAMPLES = {
    REPO2DOCKER: "docker.io/library/buildpack-deps:22.04",
    ONBUILD: "docker.io/pangeo/base-image:2026.01.30",
    BOX: "ghcr.io/owner/box:v1.0",
}
# A host may have a port. What Docker takes, this takes, but for names without a version.
HOST = r"(?:(?:[a-z0-9-]+(?:\.[a-z0-9-]+)+|localhost)(?::[0-9]+)?|[a-z0-9-]+:[0-9]+)"
NAME = re.compile(
    rf"(?P<name>(?:{HOST}/)?{PART}(?:/{PART})*)(?P<tag>:[\w][\w.-]{{0,127}})?(?P<digest>@sha256:[0-9a-f]{{64}})?",
    re.ASCII,
)
# Last in the lists. In apt.txt the author's lines then never stand beside one that comes and goes with a component.
FRAGMENTS = {
    "apt.txt": "ca-certificates\ncurl\ngit\nless\nunzip\n",
    "environment.yml": """\
dependencies:
  - ipywidgets=8
  - jupyter-resource-usage=1
  - jupyter_server=2
  - jupyterhub-singleuser=5
  - jupyterlab=4
  - nodejs=20
  - notebook=7
""",
}


def check(image: object, kind: object = REPO2DOCKER) -> str:
    """The image's name, empty where repo2docker uses its own; raises `BlocksError` for an answer that is wrong."""
    if kind not in KINDS:
        raise BlocksError(f"base: must be one of {', '.join(KINDS)}, not {kind!r}")
    form = f"write it like '{EXAMPLES[str(kind)]}'"
    if image is None or image == "":
        if kind != REPO2DOCKER:
            raise BlocksError(f"base_image: 'base: {kind}' needs the image that it is built on; {form}")
        return ""
    if not isinstance(image, str):
        raise BlocksError(f"base_image: must be text, not {image!r}")
    match = NAME.fullmatch(image)
    if match is None and NAME.fullmatch(image.lower()):
        raise BlocksError(f"base_image: '{image}': names of images are lower case; {form}")
    if match is None:
        raise BlocksError(f"base_image: {image!r}: is no name of an image; {form}")
    if match["digest"] is None and match["tag"] in (None, ":latest"):
        moves = "moves with every build of it" if match["tag"] else "has no tag, and so means 'latest', which moves"
        raise BlocksError(
            f"base_image: '{image}': {moves}; write '{match['name']}:TAG' or '{match['name']}@sha256:...'"
        )
    return image


def fragments(kind: object, name: str) -> list[Fragment]:
    """What the lists need besides the components', as the base image lacks it."""
    text = FRAGMENTS.get(name) if kind == ONBUILD else None
    return [Fragment("base", f"base {kind}: {name}", text)] if text else []
