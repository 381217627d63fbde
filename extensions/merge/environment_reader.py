"""Reading environment.yml: its nodes as wants, part by part.

- an entry of `dependencies` is a package as `specs` reads it, or a `pip:` list; there may be several
- of `python` the version alone is kept; that a channel or build of it is dropped is found
- `name` is dropped, it is the course's; `prefix` too, and is found; any other key is kept and found, in a component
  it is an error
- a file of another kind under that name (`kinds`) is found, and nothing of it is read
- names that conda cannot install here are others, or comments, as `unfit` says
- a key that stands twice is read twice, and found; an alias of a list says nothing new
- comments as `yaml_comments` says, those above an entry in what other people wrote alone; what is left of these trails
- nothing is nothing in any shape (`dependencies: {}`), as repo2docker has it
- what else has another shape is an error that names the line; an entry that is no package is one in a component, and
  left out of what other people wrote, and found
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from ..errors import BlocksError
from ..model import Fragment, Want
from ..rule import Rule
from . import kinds, pip, specs, unfit
from .lines import Notes, without_anchors
from .yaml_comments import Comments
from .yaml_nodes import MERGE, NULL, compose, is_empty, is_null, line_of, pairs
from .yaml_text import flow, is_too_long, scalar


@dataclass
class Wants:
    """What fragments ask for; names with those of which one entry a name is made, lists of channels one a fragment."""

    channels: list[list[Want]] = field(default_factory=list)
    conda: list[tuple[str, Want]] = field(default_factory=list)
    built: list[tuple[Want, specs.Spec]] = field(default_factory=list)
    python: list[Want] = field(default_factory=list)
    pip: list[Want] = field(default_factory=list)
    variables: list[tuple[str, Want]] = field(default_factory=list)
    more: list[tuple[str, Want]] = field(default_factory=list)
    notes: Notes = field(default_factory=Notes)


def read(fragment: Fragment, wants: Wants) -> None:
    """Add what `fragment` asks for to `wants`; raises `BlocksError` where it cannot be read."""
    root, text = compose(fragment)
    reader = _Reader(fragment, wants, Comments(text))
    if root is not None and not is_null(root):
        if not isinstance(root, yaml.MappingNode):
            raise BlocksError(f"{fragment.file}:1: must be a mapping with channels and dependencies")
        reader.keys(root)
    if fragment.foreign:
        wants.notes.trailing += without_anchors(reader.comments.left(), fragment.component)


BB204 = Rule(
    "BB204",
    "a key stands twice in environment.yml",
    "YAML reads the last alone; here both are read",
    "join them",
)
BB205 = Rule(
    "BB205",
    "`prefix` is dropped",
    "it is a folder on somebody's own machine",
    "nothing to do",
)
BB206 = Rule(
    "BB206",
    "a key of environment.yml that neither repo2docker nor conda reads",
    "it is kept, or left out where it cannot be written on one line",
    "remove it",
)
BB207 = Rule(
    "BB207",
    "an item of `dependencies` is neither a package nor a `pip:` list",
    "it would break the build",
    "write one package a line",
)
BB208 = Rule(
    "BB208",
    "a conda dependency that conda could not read",
    "it would break the build",
    "write it like `name>=1.2`",
)
BB210 = Rule(
    "BB210",
    "a dependency on python asks for a channel or a build",
    "the line for Python is the course's, and repo2docker looks for `python=` in it",
    "add it to that line, if you need it",
)


BB219 = Rule(
    "BB219",
    "environment.yml is a file of another kind",
    "such as a lock file or what describes containers; conda reads `dependencies` alone, and there are none",
    "list the packages under `dependencies:`, or rename the file",
)


class _Reader:
    def __init__(self, fragment: Fragment, wants: Wants, comments: Comments) -> None:
        self.fragment, self.wants, self.comments = fragment, wants, comments
        self.lists: set[int] = set()  # ids of the nodes that were read

    def keys(self, root: yaml.MappingNode) -> None:
        seen: set[str] = set()
        found = pairs(root)
        if self.fragment.foreign and (kind := kinds.of({str(key.value) for key, _ in found})):
            reason, remedy = f"is {kind}: nothing of it is installed", "list the packages under 'dependencies:'"
            self.find(BB219, root, "", reason, remedy, True, line=0)
            return
        for key, node in found:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            if name in seen:
                self.find(BB204, key, name, "stands twice in this file; YAML would read the last alone", "join them")
            seen.add(name)
            if name == "channels":
                self.wants.channels.append(list(self.scalars(node)))
            elif name == "dependencies":
                self.dependencies(node)
            elif name == "variables":
                self.wants.variables += self.variables(node)
            elif name == "prefix" and self.fragment.foreign:
                self.find(BB205, key, name, "is of somebody's own machine and dropped", "nothing to do", True)
            elif name != "name":
                self.unknown(key, node, name)

    def dependencies(self, node: yaml.Node) -> None:
        for item in self.sequence(node):
            if isinstance(item, yaml.ScalarNode):
                if item.tag != NULL:
                    self.package(self.want(item, " ".join(item.value.split())))
            elif isinstance(item, yaml.MappingNode) and all(key.value == "pip" for key, _ in item.value):
                for _, requirements in item.value:
                    for want in self.scalars(requirements):
                        self.wants.pip += pip.requirements(want, self.fragment, self.wants.notes)
            elif self.fragment.foreign:
                shown = flow(item) or ""
                self.find(BB207, item, shown, "is neither a package nor a 'pip:' list", "write one a line", True)
            else:
                raise self.error(item, "must be a package or a 'pip:' list")

    def package(self, want: Want) -> None:
        spec = specs.parse(want.text)
        if spec is None:
            reason, remedy = "is no conda package", "write it like 'name>=1.2'"
            self.wants.notes.leave_out(want, self.fragment, BB208, reason, remedy)
            return
        if spec.build:
            self.wants.built.append((want, spec))
        if (found := unfit.of_conda(spec.name)) and not spec.channel:
            self.wants.notes.leave_out(want, self.fragment, found.code, found.reason, found.remedy)
            if found.instead:
                self.package(found.replaced(want))
            else:
                self.wants.notes.comment_out(want)
        elif spec.name == "python":
            self.wants.python.append(want)
            if spec.channel or spec.build or spec.more:
                reason = "asks for a channel or build of python, of which only the version is kept"
                remedy = "add it to the line below if you need it; repo2docker looks for 'python='"
                self.wants.notes.findings.append(want.finding(BB210, reason, remedy, left_out=True))
        else:
            self.wants.conda.append((spec.key, want))

    def variables(self, node: yaml.Node) -> Iterator[tuple[str, Want]]:
        if is_empty(node):
            return
        if not isinstance(node, yaml.MappingNode):
            raise self.error(node, "must be a mapping of names to values")
        for key, value in pairs(node):
            if not isinstance(key, yaml.ScalarNode) or not isinstance(value, yaml.ScalarNode) or key.tag == MERGE:
                raise self.error(key, "must be a name and a text")
            if is_too_long(key.value):
                raise self.error(key, "too long for the name of a variable")
            yield key.value, self.want(value, value.value)

    def unknown(self, key: yaml.Node, node: yaml.Node, name: str) -> None:
        if not self.fragment.foreign:
            raise self.error(key, f"unknown key '{name}'; remove it")
        value = flow(node)
        if value is None or not isinstance(key, yaml.ScalarNode) or key.tag == MERGE or is_too_long(name):
            self.find(BB206, key, name, "is no key that conda reads, and cannot be kept", "remove it", True)
            return
        self.find(BB206, key, name, "is no key that repo2docker or conda reads; it is kept", "remove it")
        self.wants.more.append((name, self.want(key, f"{scalar(name)}: {value}")))

    def sequence(self, node: yaml.Node) -> list[yaml.Node]:
        if isinstance(node, yaml.SequenceNode):
            new = id(node) not in self.lists
            self.lists.add(id(node))
            return list(node.value) if new else []
        if is_empty(node):
            return []
        raise self.error(node, "must be a list; write one item a line, such as '- name'")

    def scalars(self, node: yaml.Node) -> Iterator[Want]:
        for item in self.sequence(node):
            if not isinstance(item, yaml.ScalarNode):
                raise self.error(item, "must be one package, as text")
            if item.tag != NULL and (text := " ".join(item.value.split())):
                yield self.want(item, text)

    def want(self, node: yaml.Node, text: str) -> Want:
        fragment, line = self.fragment, node.start_mark.line
        if line == node.end_mark.line and line not in self.comments.near:
            return Want(text, fragment.component, fragment.file, line + 1)
        comment, above = self.comments.of(node)
        return Want(text, fragment.component, fragment.file, line + 1, comment, above if fragment.foreign else ())

    def find(
        self, code: str, node: yaml.Node, text: str, reason: str, remedy: str, left_out: bool = False, line: int = -1
    ) -> None:
        want = Want(text, self.fragment.component, self.fragment.file, line_of(node) if line < 0 else line)
        self.wants.notes.findings.append(want.finding(code, reason, remedy, left_out))

    def error(self, node: yaml.Node, message: str) -> BlocksError:
        return BlocksError(f"{self.fragment.file}:{line_of(node)}: {message}")
