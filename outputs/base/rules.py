"""The answers `base_kind` and `base_image` -> what the repository is built on.

    repo2docker   its own base image, or the one that is named, which only builds use that are told of it
    onbuild       an image in pangeo's manner, whose ONBUILD steps read the repository's files before all else
    box           an image that repo2docker has made; `binder/Dockerfile` does on it what repo2docker would have done

- an image is named with a tag or a digest, and not by `latest`: what it is built on moves when the answer does
- images that are known not to do are refused (`Unfit`), by their names; nobody is asked what is in them
- the steps of `onbuild` give apt.txt to xargs, which knows no comments: names alone, and their sources elsewhere
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from extensions.composition import Composition
from extensions.errors import BlocksError
from extensions.image_name import HOST, PART
from extensions.outputs import Facts

REPO2DOCKER, ONBUILD, BOX = KINDS = ("repo2docker", "onbuild", "box")
EXAMPLES = {
    REPO2DOCKER: "docker.io/library/buildpack-deps:22.04",
    ONBUILD: "docker.io/pangeo/base-image:2026.01.30",
    BOX: "ghcr.io/owner/box:v1.0",
}
# What Docker takes, this takes, but for names without a version.
NAME = re.compile(
    rf"(?P<name>(?:{HOST}/)?{PART}(?:/{PART})*)(?P<tag>:[\w][\w.-]{{0,127}})?(?P<digest>@sha256:[0-9a-f]{{64}})?",
    re.ASCII,
)


@dataclass(frozen=True)
class Unfit:
    """Images that do not do for some kinds of base, and why; `name` is without Docker's own host, and has the tag."""

    kinds: tuple[str, ...]
    name: re.Pattern[str]
    why: str


# Docker's own, which are made for everything.
PLAIN = r"(buildpack-deps|debian|ubuntu|python|julia|r-base|node|gcc|golang|openjdk|eclipse-temurin)[:@].*"
UNFIT = (
    Unfit(
        (ONBUILD,),
        re.compile(r".*-onbuild(:.*)?|.*:(.*-)?onbuild"),
        "is of an older kind, whose steps are others; take pangeo/base-image",
    ),
    Unfit(
        (ONBUILD,),
        re.compile(r"pangeo/(?!base-image[:@]).*"),
        "is made from pangeo/base-image, whose steps have run by then; take that one",
    ),
    Unfit(
        (ONBUILD,),
        re.compile(rf"(jupyter|rocker|continuumio|mambaorg|condaforge)/.*|{PLAIN}"),
        "has no ONBUILD steps, so nothing would be installed; take pangeo/base-image",
    ),
    Unfit(
        (REPO2DOCKER,),
        re.compile(
            r"(.*/)?(alpine|busybox|scratch|fedora|centos|rockylinux|almalinux|amazonlinux|oraclelinux|archlinux|nix|ubi\d+"
            r"|opensuse)([-/:@].*)?|.*[:-]alpine[\d.-]*"
        ),
        "is not made from Debian or Ubuntu, and repo2docker needs apt; take buildpack-deps",
    ),
    Unfit(
        (REPO2DOCKER,),
        re.compile(r"(jupyter|pangeo)/.*"),
        "has a user 1000 and a conda of its own, in the place of repo2docker's; take buildpack-deps",
    ),
    Unfit(
        (BOX,),
        re.compile(rf"(jupyter|pangeo|rocker|continuumio|mambaorg|condaforge)/.*|{PLAIN}"),
        "was not made by repo2docker; take the image that such a repository publishes",
    ),
)


def check(name: str, answers: Mapping[str, Any]) -> None:
    """Raises `BlocksError` for an image that nothing can be built on."""
    if name == "base_image":
        check_image(answers.get(name), str(answers.get("base_kind", REPO2DOCKER)))


def check_image(image: object, kind: str) -> str:
    """The image's name; raises `BlocksError` for an answer that is wrong."""
    form = f"write it like '{EXAMPLES[kind]}'"
    if image is None or image == "":
        raise BlocksError(f"base_image: 'base_kind: {kind}' needs the image that it is built on; {form}")
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
    plain = re.sub(r"^((index\.|registry-1\.)?docker\.io|quay\.io)/(library/)?", "", image)
    for unfit in UNFIT:
        if kind in unfit.kinds and unfit.name.fullmatch(plain):
            raise BlocksError(f"base_image: '{image}': {unfit.why}")
    return image


def facts(composition: Composition) -> Facts:
    """For report.json alone."""
    kind = str(composition.answers["base_kind"])
    return Facts(report={"kind": kind, "image": check_image(composition.answers.get("base_image"), kind)})
