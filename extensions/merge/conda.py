"""environment.yml, with requirements.txt beside it folded into its `pip:` list (repo2docker would ignore the file).

- `dependencies`: by name in lower case, channel and subdirectory; two ranges become their intersection, disjoint ones
  clash
- `pip:` lists: the rules of `pip`
- one package from conda and from pip clashes: conda's is kept
- `channels`: conda-forge first, then as they appear
- `python`: the course's answer stands; a component that cannot run on it clashes
- `variables`: one owner a name, the rules of `env`
- `name` is dropped, it is the course's; any other key is an error that names the line
- the merged file always has both anchors and a pip section, so that an author's line and a generated one are
  never neighbours in a three-way merge, whichever components come and go
- a comment stays with its line
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import yaml

from ..catalogue import Loader, parse_yaml
from ..errors import BlocksError
from . import pip
from .model import Clash, Entry, Fragment, Merged, Want, merge_wants, split_comment
from .versions import conda_range, intersect

CONDA_ANCHOR = "# Your own conda packages go below this line."
PIP_ANCHOR = "# Your own pip packages go below this line."
SPECIFICATION = re.compile(
    r"(?:(?P<channel>[\w./:-]+)::)?(?P<name>[A-Za-z0-9_][\w.-]*)\s*(?P<range>[^\[\]]*)(?P<more>\[.*\])?"
)


@dataclass
class Environment:
    """A merged environment.yml; `python` is a version such as `3.13`."""

    python: str
    channels: list[str] = field(default_factory=list)
    conda: Merged = field(default_factory=Merged)
    pip: Merged = field(default_factory=Merged)
    variables: Merged = field(default_factory=Merged)

    @property
    def clashes(self) -> list[Clash]:
        return [*self.conda.clashes, *self.pip.clashes, *self.variables.clashes]


@dataclass
class _Wants:
    channels: list[str] = field(default_factory=lambda: ["conda-forge"])
    conda: list[Want] = field(default_factory=list)
    pip: list[Want] = field(default_factory=list)
    variables: list[tuple[str, Want]] = field(default_factory=list)


def merge(environments: Iterable[Fragment], requirements: Iterable[Fragment], python: str) -> Environment:
    """One environment from all fragments; raises `BlocksError` for a fragment that cannot be read."""
    wants = _Wants()
    for fragment in environments:
        _read(fragment, wants)
    for fragment in requirements:
        wants.pip += pip.read(fragment)
    pairs = [(_key(want), want) for want in wants.conda]
    conda = merge_wants([pair for pair in pairs if pair[0] != "python"], _combine, "make the two ranges overlap")
    pip_ = pip.merge(wants.pip)
    conda.clashes += _python_clashes([want for name, want in pairs if name == "python"], python)
    conda.clashes += _twice(conda, pip_)
    variables = merge_wants(wants.variables, lambda texts: None, "one component may own a variable")
    return Environment(python, list(dict.fromkeys(wants.channels)), conda, pip_, variables)


def _read(fragment: Fragment, wants: _Wants) -> None:
    parse_yaml(fragment.text, fragment.file)
    root = yaml.compose(fragment.text, Loader=Loader)
    if root is None:
        return
    if not isinstance(root, yaml.MappingNode):
        raise BlocksError(f"{fragment.file}:1: must be a mapping with channels and dependencies")
    reader = _Reader(fragment)
    for key, node in root.value:
        if key.value == "channels":
            wants.channels += [want.text for want in reader.scalars(node)]
        elif key.value == "dependencies":
            reader.dependencies(node, wants)
        elif key.value == "variables":
            wants.variables += reader.pairs(node)
        elif key.value != "name":
            raise BlocksError(f"{fragment.file}:{reader.line(key)}: unknown key '{key.value}'; remove it")


class _Reader:
    """Nodes of one fragment as wants, with the comment that stands on a node's line."""

    def __init__(self, fragment: Fragment) -> None:
        self.fragment = fragment
        self.lines = fragment.text.splitlines()

    def line(self, node: yaml.Node) -> int:
        return int(node.start_mark.line) + 1

    def want(self, node: yaml.Node, text: str) -> Want:
        rest = self.lines[node.end_mark.line][node.end_mark.column :] if node.end_mark.line < len(self.lines) else ""
        comment = split_comment(" " + rest)[1]
        return Want(text, self.fragment.component, self.fragment.file, self.line(node), comment)

    def sequence(self, node: yaml.Node) -> list[yaml.Node]:
        if isinstance(node, yaml.SequenceNode):
            return list(node.value)
        if isinstance(node, yaml.ScalarNode) and node.value in ("", "null", "~"):
            return []
        raise BlocksError(f"{self.fragment.file}:{self.line(node)}: must be a list")

    def scalars(self, node: yaml.Node) -> Iterator[Want]:
        for item in self.sequence(node):
            if not isinstance(item, yaml.ScalarNode):
                raise BlocksError(f"{self.fragment.file}:{self.line(item)}: must be one package, as text")
            yield self.want(item, item.value.strip())

    def pairs(self, node: yaml.Node) -> list[tuple[str, Want]]:
        if not isinstance(node, yaml.MappingNode):
            raise BlocksError(f"{self.fragment.file}:{self.line(node)}: must be a mapping of names to values")
        return [(key.value, self.want(value, str(value.value))) for key, value in node.value]

    def dependencies(self, node: yaml.Node, wants: _Wants) -> None:
        for item in self.sequence(node):
            if isinstance(item, yaml.ScalarNode):
                wants.conda.append(self.want(item, item.value.strip()))
                continue
            sections = item.value if isinstance(item, yaml.MappingNode) else []
            if [key.value for key, _ in sections] != ["pip"]:
                raise BlocksError(f"{self.fragment.file}:{self.line(item)}: must be a package or a 'pip:' list")
            wants.pip += self.scalars(sections[0][1])


def _parts(text: str) -> re.Match[str] | None:
    return SPECIFICATION.fullmatch(text)


def _key(want: Want) -> str:
    match = _parts(want.text)
    if match is None:
        raise BlocksError(f"{want.place}: '{want.text}' is no conda package; write it like 'name>=1.2'")
    channel = f"{match['channel']}::" if match["channel"] else ""
    return f"{channel}{match['name'].lower()}{match['more'] or ''}"


def _combine(texts: list[str]) -> str | None:
    matches = [match for match in map(_parts, texts) if match]
    range_ = intersect([conda_range(match["range"]) for match in matches])
    if range_ is None:
        return None
    first = matches[0]
    channel = f"{first['channel']}::" if first["channel"] else ""
    return f"{channel}{first['name']}{range_}{first['more'] or ''}"


def _python_clashes(wants: list[Want], python: str) -> list[Clash]:
    course = Want(f"python={python}", "course", "answer python_version", 0)
    clashes = []
    for want in wants:
        match = _parts(want.text)
        if match and intersect([conda_range(f"={python}"), conda_range(match["range"])]) is None:
            clashes.append(Clash("python", (course, want), "choose a Python version the component runs on"))
    return clashes


def _twice(conda: Merged, pip_: Merged) -> list[Clash]:
    from_conda = {entry.name: entry for entry in conda.entries if "::" not in entry.name}
    return [
        Clash(entry.name, (*from_conda[entry.name].wants, *entry.wants), "keep conda's and drop pip's")
        for entry in pip_.entries
        if entry.name in from_conda
    ]


def _scalar(entry: Entry) -> str:
    """The entry as a YAML list item: plain where YAML reads the same text back, else single-quoted."""
    text = entry.text
    plain = re.fullmatch(r"[A-Za-z0-9_.\-/][^#:{}\[\]\"'&*!|%@`]*", text) and not text.startswith("- ")
    item = text if plain and yaml.safe_load(text) == text else "'" + text.replace("'", "''") + "'"
    return f"{item}  # {entry.provenance}"


def render(environment: Environment) -> str:
    """The file; its layout is what keeps updates free of conflicts."""
    lines = ["channels:", *(f"  - {channel}" for channel in environment.channels)]
    lines += ["dependencies:", f"  - python={environment.python}"]
    lines += [f"  - {_scalar(entry)}" for entry in environment.conda.entries if entry.name != "pip"]
    lines += [f"  {CONDA_ANCHOR}", "  - pip", "  - pip:", "    - pip"]
    lines += [f"    - {_scalar(entry)}" for entry in environment.pip.entries if entry.name != "pip"]
    lines += [f"    {PIP_ANCHOR}"]
    if environment.variables.entries:
        lines += ["variables:"]
        lines += [
            f"  {entry.name}: '{entry.text.replace(chr(39), chr(39) * 2)}'  # {entry.provenance}"
            for entry in environment.variables.entries
        ]
    return "".join(f"{line}\n" for line in lines)
