"""Answers and a catalogue -> the parts of a derived repository.

`Composition` is what the template's expressions ask for; each of its members is computed once, from the answers and
the catalogue alone. `check` computes all of them, so that whatever is wrong is known before a file is written.
"""

from __future__ import annotations

import functools
import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from . import base, clashes, hub_profile, image, take_away
from .catalogue import files
from .catalogue.manifest import Component
from .errors import BlocksError
from .findings import packs as findings
from .foreign import directory as foreign
from .foreign import scripts
from .foreign.directory import Directory
from .links import table as link_table
from .merge import apt, conda, downloads, env, pip
from .model import Clash, Finding, Fragment, Merged

# Memory of the notebook server with one Python kernel, in MB (10^6 bytes); benchmarks/stack.py measures it.
NOTEBOOK_MEMORY = 160
# mybinder.org stops a session that uses more, in MB (BinderHub's configuration there: 2 GB).
MYBINDER_MEMORY = 2000
# What is merged of other people's directories, too.
FOREIGN = ("apt.txt", "environment.yml", "requirements.txt", "requirements.late.txt")
# What content alone gives.
UNLINKED = "the answer 'content' becomes links when 'repository' or 'hub' is answered, too"
# What an image for a repository on GitLab gives.
UNPUBLISHED = "the answer 'image' is a workflow of GitHub, which GitLab does not run; push the image yourself"
# Answers that belong to no component and that scripts use.
COURSE_ANSWERS = ("course_name", "course_slug", "python_version", "keep_data")
# Those that compose.yaml may answer otherwise.
TAKEN_AWAY = ("keep_data",)


@dataclass(frozen=True)
class Composition:
    """`asked` as answered, `components` resolved and in order.

    `directories` are other people's: the adopted ones, then the imports; `found` is what reading them has shown.
    """

    asked: tuple[str, ...]
    components: tuple[Component, ...]
    answers: Mapping[str, Any]
    render: files.Render
    directories: tuple[Directory, ...] = ()
    found: tuple[Finding, ...] = ()

    def fragments(self, name: str) -> list[Fragment]:
        """That file of every source, in the order of precedence: the course's, other people's, the catalogue's.

        Last what the base image lacks.
        """
        first = [component for component in self.components if component.course]
        others = [component for component in self.components if not component.course]
        theirs = (foreign.fragment(directory, name, self.answers["binder_dir"]) for directory in self.directories)
        return [
            *files.fragments(first, name, self.render),
            *filter(None, theirs if name in FOREIGN else ()),
            *files.fragments(others, name, self.render),
            *base.fragments(self.answers.get("base"), name),
        ]

    @property
    def order(self) -> list[str]:
        """Names of the scripts in the order they run: the catalogue's, the imports', the adopted ones."""
        scripts = [one for one in self.directories if one.has("postBuild") or one.has("start")]
        scripts.sort(key=lambda directory: not directory.home)
        return [*(component.name for component in self.components), *(directory.slug for directory in scripts)]

    @functools.cached_property
    def apt(self) -> Merged:
        return apt.merge(self.fragments("apt.txt"))

    @functools.cached_property
    def environment(self) -> conda.Environment:
        python = str(self.answers["python_version"])
        lists = self.fragments("environment.yml"), self.fragments("requirements.txt")
        wanted = filter(None, map(findings.python_wanted, self.directories))
        return conda.merge(*lists, python, wanted, self._precedence)

    @property
    def _precedence(self) -> list[str]:
        course = [component.name for component in self.components if component.course]
        labels = [directory.label for directory in self.directories]
        return [*course, *labels, *(component.name for component in self.components if not component.course)]

    @functools.cached_property
    def env(self) -> Merged:
        course = {name: self.answers[name] for name in COURSE_ANSWERS}
        return env.merge(self.components, course, self.answers, TAKEN_AWAY if self.answers.get("take_away") else ())

    @functools.cached_property
    def downloads(self) -> Merged:
        return downloads.merge(self.fragments("downloads.txt"))

    @functools.cached_property
    def late(self) -> list[Fragment]:
        return self.fragments("requirements.late.txt")

    @functools.cached_property
    def _scripts(self) -> tuple[list[files.File], list[Finding]]:
        """The files for other people's scripts, and what was found in them."""
        placed: list[files.File] = []
        findings: list[Finding] = []
        for directory in self.directories:
            more, found = scripts.place(directory, self.answers["binder_dir"])
            placed += more
            findings += found
        return placed, findings

    @functools.cached_property
    def placed(self) -> list[files.File]:
        own = files.place(self.components, self.answers["binder_dir"], self.render)
        return sorted([*own, *self._scripts[0]], key=lambda file: file.path)

    @functools.cached_property
    def readmes(self) -> dict[str, str]:
        """Component name -> its README, rendered."""
        return {fragment.component: fragment.text.strip() for fragment in self.fragments("README.md")}

    @functools.cached_property
    def links(self) -> link_table.Links:
        folders = {self.answers["binder_dir"], *(file.path.split("/")[0] for file in self.placed)}
        folders |= {"hub"} if self.profile else set()
        return link_table.make(self.answers, self._applications(), folders)

    def _applications(self) -> Iterator[tuple[str, str]]:
        yield from clashes.applications(self.fragments(files.JUPYTER))

    @property
    def base_image(self) -> str:
        """Empty where repo2docker chooses."""
        return self.answers.get("base_image") or ""

    @property
    def has_plain_apt(self) -> bool:
        """Whether the base image reads apt.txt as names alone."""
        return bool(self.answers.get("base") == base.ONBUILD)

    @property
    def architectures(self) -> list[str]:
        """Those for which the image can be built."""
        return image.architectures(entry.name for entry in self.downloads.entries)

    @functools.cached_property
    def profile(self) -> hub_profile.Profile | None:
        """The entry for a hub's list of images."""
        return hub_profile.make(self.answers, self.components, self.memory, MYBINDER_MEMORY)

    @property
    def build_command(self) -> str:
        """The one that builds the image of `compose.yaml` on one's own computer."""
        is_told = self.base_image and self.answers.get("base") == base.REPO2DOCKER
        options = ["--no-run", "--target-repo-dir /srv/repo", "--user-id 1000", "--user-name jovyan"]
        options += [f"--image-name localhost/{self.answers['course_slug']}"]
        options += [f"--Repo2Docker.base_image={self.base_image}"] if is_told else []
        return " ".join(["jupyter-repo2docker", *options, "."])

    @property
    def reached(self) -> list[take_away.Port]:
        """What can be reached from the computer that the container runs on."""
        return take_away.ports(self.components) if self.answers.get("reach_databases") else []

    @property
    def plain(self) -> list[files.File]:
        return [file for file in self.placed if not file.executable]

    @property
    def executable(self) -> list[files.File]:
        return [file for file in self.placed if file.executable]

    @property
    def has_launch(self) -> bool:
        """Whether there is anything for launch to start."""
        folders = tuple(f"{self.answers['binder_dir']}/{name}/" for name in ("services", "start.d"))
        return any(file.path.startswith(folders) for file in self.placed)

    @property
    def notebook_memory(self) -> int:
        return NOTEBOOK_MEMORY

    @property
    def mybinder_memory(self) -> int:
        return MYBINDER_MEMORY

    @property
    def memory(self) -> int:
        """MB at rest, the notebook with one kernel included."""
        return NOTEBOOK_MEMORY + sum(component.memory for component in self.components)

    @property
    def notes(self) -> list[str]:
        """What the course team has to know of names that were asked for and of components that are retired."""
        names = {former: component.name for component in self.components for former in component.formerly}
        called = [f"'{name}' is called '{names[name]}' now" for name in self.asked if name in names]
        retired = [component for component in self.components if component.retired]
        called += [f"'{one.name}' is retired: {one.retired}; it works as before here" for one in retired]
        unlinked = self.links.content and not self.links.columns
        unreached = self.answers.get("reach_databases") and not self.reached
        where = self.links.repository
        called += [UNPUBLISHED] if self.answers.get("image") and where and where.provider == "gl" else []
        return called + ([UNLINKED] if unlinked else []) + ([take_away.UNREACHED] if unreached else [])

    @functools.cached_property
    def clashes(self) -> list[Clash]:
        return [
            *self.apt.clashes,
            *self.environment.clashes,
            *self.env.clashes,
            *clashes.variables(self.env, self.environment.variables),
            *self.downloads.clashes,
            *clashes.ports(self.components, self.directories),
            *clashes.java(self.apt, self.environment.conda),
            *clashes.launchers(self.fragments(files.JUPYTER)),
        ]

    @functools.cached_property
    def findings(self) -> list[Finding]:
        """In the order of their files and lines, other people's directories one after the other."""
        packages = findings.examine_apt(want for entry in self.apt.entries for want in entry.wants)
        lists = [*self.apt.findings, *packages, *self.environment.findings, *self._late_findings]
        hidden = [finding for directory in self.directories for finding in findings.examine(directory)]
        found = [*self.found, *hidden, *lists, *self._scripts[1]]
        order = {directory.label: number for number, directory in enumerate(self.directories)}
        return sorted(found, key=lambda one: (order.get(one.component, len(order)), one.file, one.line, one.code))

    @functools.cached_property
    def _late_findings(self) -> list[Finding]:
        read = pip.Read()
        for fragment in self.late:
            list(pip.read(fragment, read))
        return read.findings

    def check(self) -> None:
        """Raises `BlocksError` for the first thing that cannot be composed."""
        _check_java(self.components, self.answers)
        base.check(self.answers.get("base_image"), self.answers.get("base", base.REPO2DOCKER))
        course = [component.name for component in self.components if component.course]
        labels = [directory.label for directory in self.directories]
        clashes.decide(self.clashes, [*course, *labels], self.answers.get("clashes") == "refuse")
        if image.check(self.answers.get("image")) and not self.architectures:
            raise BlocksError("image: no architecture has all downloads of these components; choose fewer of them")
        take_away.check(self.answers)
        _ = self.findings, self.placed, self.readmes, self.links, self.profile

    def report(self) -> dict[str, Any]:
        """binder/report.json."""
        links = [{"opens": row.label, **row.addresses} for row in self.links.rows]
        merged = {
            "apt.txt": self.apt,
            "environment.yml": self.environment.conda,
            "environment.yml pip": self.environment.pip,
            "environment.yml python": Merged([self.environment.pythons]),
            "environment.yml channels": self.environment.channels,
            "environment.yml variables": self.environment.variables,
            "environment.yml other keys": self.environment.more,
            "env": self.env,
            "downloads.txt": self.downloads,
        }
        return {
            "components": {
                "asked": list(self.asked),
                "installed": [component.name for component in self.components],
            },
            "notes": self.notes,
            "directories": [
                {"label": directory.label, "from": directory.origin.rstrip(":") or directory.folder}
                for directory in self.directories
            ],
            "python": str(self.answers["python_version"]),
            **({"base": {"kind": self.answers["base"], "image": image_}} if (image_ := self.base_image) else {}),
            "memory": {
                "notebook": NOTEBOOK_MEMORY,
                **{component.name: component.memory for component in self.components if component.memory},
                "total": self.memory,
                "mybinder": MYBINDER_MEMORY,
            },
            "ports": {
                label: {"port": port, "component": component.name}
                for component in self.components
                for label, port in component.ports.items()
            },
            "env": {entry.name: entry.wants[0].component for entry in self.env.entries},
            "entries": {
                **{name: [entry.as_data() for entry in part.entries] for name, part in merged.items() if part.entries},
                **{
                    name: [want.as_data() for fragment in found for want in pip.read(fragment)]
                    for name, found in {"requirements.late.txt": self.late}.items()
                    if found
                },
            },
            **({"links": links} if links else {}),
            "files": {file.path: hashlib.sha256(file.text.encode()).hexdigest() for file in self.placed},
            "clashes": [clash.as_data() for clash in self.clashes],
            "findings": [finding.as_data() for finding in self.findings],
        }


def _check_java(components: tuple[Component, ...], answers: Mapping[str, Any]) -> None:
    chosen = answers.get("java_version")
    for component in components:
        if chosen is not None and component.java > int(chosen):
            raise BlocksError(f"java_version: '{component.name}' needs Java {component.java} or newer, not {chosen}")


def slug(name: str) -> str:
    """A course's name as a folder name: lower case ASCII letters, digits and hyphens; `course` where none is left.

    Kept data, volumes and images go by it. Where something is lost that tells courses apart, such as all letters of a
    Greek name or the plus of C++, some digits of the name's hash stand for it.
    """
    spelled = unicodedata.normalize("NFKD", name.casefold())
    plain = re.sub(r"[^a-z0-9]+", "-", "".join(filter(str.isascii, spelled))).strip("-") or "course"
    lost = any(unicodedata.category(character)[0] in "LNS" for character in spelled if not character.isascii())
    if lost or re.search(r"\w[+#]", spelled):
        return f"{plain}-{hashlib.sha256(spelled.encode(errors='backslashreplace')).hexdigest()[:6]}"
    return plain
