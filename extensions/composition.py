"""Answers and a catalogue -> the parts of a derived repository.

`Composition` is what the template's expressions ask for; each of its members is computed once, from the answers and
the catalogue alone. `check` computes all of them, so that whatever is wrong is known before a file is written.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from . import clashes, outputs
from .catalogue import files
from .catalogue.provided import Provided, by_interface
from .catalogue.units import Component, Output
from .errors import BlocksError
from .findings import packages, packs, told
from .foreign import beside, proxied, scripts
from .foreign import directory as foreign
from .foreign.directory import Directory
from .foreign.pack import python_wanted
from .merge import apt, downloads, env, environment_yml, pip
from .merge.lines import Notes
from .model import COURSE, Clash, Finding, Fragment, Merged

# Memory of the notebook server with one Python kernel, in MB (10^6 bytes); benchmarks/stack.py measures it.
NOTEBOOK_MEMORY = 160
# mybinder.org stops a session that uses more, in MB (BinderHub's configuration there: 2 GB).
MYBINDER_MEMORY = 2000
# Answers that belong to no component and that scripts use.
COURSE_ANSWERS = ("course_name", "course_slug", "python_version", "keep_data")
# The one that an output may answer otherwise.
KEEP_DATA = "keep_data"


@dataclass(frozen=True)
class Composition:
    """`asked` as answered, `components` and `delivery`, the outputs, resolved and in order.

    `directories` are other people's: the adopted ones, then the imports; `found` is what reading them has shown.
    """

    asked: tuple[str, ...]
    components: tuple[Component, ...]
    answers: Mapping[str, Any]
    render: files.Render
    directories: tuple[Directory, ...] = ()
    found: tuple[Finding, ...] = ()
    delivery: tuple[Output, ...] = ()

    @property
    def binder_dir(self) -> str:
        return str(self.answers["binder_dir"])

    def fragments(self, name: str) -> list[Fragment]:
        """That file of every source, in the order of precedence: the course's, other people's, the catalogue's.

        Last the outputs'. In apt.txt the author's lines then never stand beside one that goes with a component.
        """
        first = [component for component in self.components if component.course]
        others = [component for component in self.components if not component.course]
        theirs = (foreign.fragment(directory, name, self.binder_dir) for directory in self.directories)
        return [
            *files.fragments(first, name, self.render),
            *filter(None, theirs if name in foreign.MERGED else ()),
            *files.fragments(others, name, self.render),
            *(files.fragments(self.delivery, name, self.render) if name in files.MERGED else ()),
        ]

    @property
    def order(self) -> list[str]:
        """Names of the scripts in the order they run: the catalogue's, the imports', the adopted ones."""
        scripts = [one for one in self.directories if one.has("postBuild") or one.has("start")]
        scripts.sort(key=lambda directory: not directory.home)
        return [*(component.name for component in self.components), *(directory.slug for directory in scripts)]

    @functools.cached_property
    def apt(self) -> Merged:
        fragments = self.fragments("apt.txt")
        return apt.merge(fragments, packages.known) if self.build.is_usual else apt.merge(fragments)

    @functools.cached_property
    def environment(self) -> environment_yml.Environment:
        python = str(self.answers["python_version"])
        lists = self.fragments("environment.yml"), self.fragments("requirements.txt")
        wanted = filter(None, map(python_wanted, self.directories))
        return environment_yml.merge(*lists, python, wanted, self._precedence)

    @property
    def apt_text(self) -> str:
        """apt.txt, as the base image can read it."""
        return (apt.render_names if self.build.apt == "names" else apt.render)(self.apt)

    @property
    def _precedence(self) -> list[str]:
        """The sources in the order of `fragments`, by name."""
        course = [component.name for component in self.components if component.course]
        labels = [directory.label for directory in self.directories]
        return [*course, *labels, *(component.name for component in self.components if not component.course)]

    @functools.cached_property
    def env(self) -> Merged:
        course = env.Owner(COURSE, {name: self.answers[name] for name in COURSE_ANSWERS})
        owners = [course, *(_variables(component, self.answers) for component in self.components)]
        return env.merge(owners, [KEEP_DATA] if self.kept_by else ())

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
            is_beside = directory.label in (self.answers.get(beside.ANSWER) or ()) and beside.can(directory)
            more, found = scripts.place(directory, self.binder_dir, self.build.repository, is_beside)
            placed += more
            findings += found
        return placed, findings

    @functools.cached_property
    def placed(self) -> list[files.File]:
        own = files.place(self.components, self.binder_dir, self.render)
        return sorted([*own, *self._scripts[0]], key=lambda file: file.path)

    @functools.cached_property
    def readmes(self) -> dict[str, str]:
        """Component name -> its README, rendered."""
        return {fragment.component: fragment.text.strip() for fragment in self.fragments("README.md")}

    @property
    def provided(self) -> Provided:
        return by_interface(self.components)

    @property
    def applications(self) -> list[tuple[str, str]]:
        """Those that a component puts behind the notebook's proxy: title and path."""
        return list(clashes.applications(self.fragments(files.JUPYTER)))

    @property
    def taken(self) -> set[str]:
        """Names in the repository's root that are given away."""
        placed = {file.path.partition("/")[0] for file in self.placed}
        return {self.binder_dir, *placed, *(name for output in self.delivery for name in outputs.roots(output))}

    @property
    def kept_by(self) -> str:
        """The file by which the services' data are kept, whatever `keep_data` says; empty where there is none."""
        return next((output.keeps for output in self.delivery if output.keeps), "")

    @property
    def branch(self) -> str:
        """The branch that Binder builds, empty where that is the one with the notebooks."""
        return next((output.branch for output in self.delivery if output.branch), "")

    @functools.cached_property
    def build(self) -> outputs.Build:
        return outputs.build(self.delivery, self.render)

    @functools.cached_property
    def _facts(self) -> dict[str, outputs.Facts]:
        return {}

    def facts(self, name: str) -> outputs.Facts:
        """What that output knows; nothing where it is not chosen."""
        if name not in self._facts:
            chosen = [output for output in self.delivery if output.name == name]
            self._facts[name] = outputs.facts(chosen[0], self) if chosen else outputs.Facts()
        return self._facts[name]

    def _rendered_by(self, output: Output) -> files.Render:
        more = {"composition": lambda: self, "output": self.facts(output.name).values}
        return functools.partial(self.render, **more)

    @functools.cached_property
    def delivered(self) -> list[files.File]:
        """The files of the outputs; raises `BlocksError` where one has the path of another file."""
        owners = {file.path: "a component" for file in self.placed}
        found = []
        for output in self.delivery:
            for file in outputs.files(output, self.binder_dir, self._rendered_by(output)):
                if file.path in owners:
                    raise BlocksError(f"{output.where()}: {file.path} is a file of {owners[file.path]} too; rename one")
                owners[file.path] = f"the output '{output.name}'"
                found.append(file)
        return found

    def parts(self, name: str) -> list[str]:
        """The outputs' sections or openings, without those that are empty."""
        texts = (outputs.part(output, name, self._rendered_by(output)) for output in self.delivery)
        return [text for text in texts if text]

    @property
    def sections(self) -> list[str]:
        return self.parts(outputs.SECTION)

    @property
    def openings(self) -> list[str]:
        return self.parts(outputs.OPENING)

    @property
    def steps(self) -> list[str]:
        """What has to be done by hand for the outputs, a line each."""
        return [line for part in self.parts(outputs.NEXT) for line in part.splitlines() if line.strip()]

    @property
    def seeded(self) -> list[str]:
        """The components that load an author's data at build, from `seed/NAME`; other loads are for `restore` alone."""
        needed = ("service/load", "postBuild")
        return [one.name for one in self.components if all((one.folder / name).is_file() for name in needed)]

    def files(self, executable: bool) -> list[files.File]:
        """All that is neither merged nor in `template/`."""
        return [file for file in (*self.placed, *self.delivered) if file.executable == executable]

    @property
    def has_launch(self) -> bool:
        """Whether there is anything for launch to start."""
        folders = tuple(f"{self.binder_dir}/{name}/" for name in ("services", "start.d", "first.d"))
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
        return [*called, *(note for output in self.delivery for note in self.facts(output.name).notes)]

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
            *clashes.launchers([*self.fragments(files.JUPYTER), *self._proxied]),
        ]

    @property
    def _proxied(self) -> Iterator[Fragment]:
        """What other people's configurations of Jupyter put behind the notebook's proxy."""
        for directory in self.directories:
            inside = f"{directory.home}/"
            carried = (file.path for file in self._scripts[0] if directory.home and file.path.startswith(inside))
            paths = [path[len(inside) :] for path in carried] if directory.home else list(directory.tree)
            yield from proxied.fragments(directory, paths)

    @functools.cached_property
    def findings(self) -> list[Finding]:
        """Those to tell."""
        return told.told(self.found_at_all, self.answers.get("settled"), self.answers.get("accepted"), self.binder_dir)

    def is_accepted(self, finding: Finding) -> bool:
        """Whether the author says that it may be so."""
        return told.is_accepted(finding, self.answers.get("accepted"))

    @functools.cached_property
    def found_at_all(self) -> list[Finding]:
        """In the order of their files and lines, other people's directories one after the other."""
        named = packages.examine(want for entry in self.apt.entries for want in entry.wants)
        lists = [*self.apt.findings, *named, *self.environment.findings, *self._late_findings]
        hidden = [finding for directory in self.directories for finding in packs.examine(directory, self.provided)]
        found = [*self.found, *hidden, *lists, *self._scripts[1]]
        order = {directory.label: number for number, directory in enumerate(self.directories)}
        return sorted(found, key=lambda one: (order.get(one.component, len(order)), one.file, one.line, one.code))

    @functools.cached_property
    def _late_findings(self) -> list[Finding]:
        notes = Notes()
        for fragment in self.late:
            list(pip.read(fragment, notes))
        return notes.findings

    def check(self) -> None:
        """Raises `BlocksError` for the first thing that cannot be composed."""
        course = [component.name for component in self.components if component.course]
        labels = [directory.label for directory in self.directories]
        clashes.decide(self.clashes, [*course, *labels], self.answers.get("clashes") == "refuse")
        _ = self.findings, self.placed, self.readmes, self.delivered


def _variables(component: Component, answers: Mapping[str, Any]) -> env.Owner:
    own = {name: answers[name] for name in sorted(answers) if name.startswith(component.prefix)}
    return env.Owner(component.name, own, component.env, component.where("component.yml"))
