"""environment.yml, with requirements.txt beside it folded into its `pip:` list (repo2docker would ignore the file).

- `dependencies`: by the rules of `specs`; two ranges become their intersection, disjoint ones clash
- `pip:` lists, several of them too: the rules of `pip`
- one package from conda and from pip clashes: conda's is kept, unless whoever asks for pip's asks for both
- `channels`: conda-forge first, then as they appear; contradicting orders clash, `defaults` is found
- `python`: the course's answer stands, narrowed by who asks for a part of it; who cannot run on it clashes; always
  spelled `python=`, as repo2docker looks for that, so that a channel or build of it is dropped and found
- `variables`: one owner a name, the rules of `env`
- `name` is dropped, it is the course's; `prefix` too, and is found; any other key is kept and found, in a component
  it is an error
- a key that stands twice is read twice, and found; what `<<` merges in counts where the mapping has no such key
- a comment stays with its line; in what other people wrote also one that stands alone, above the next entry, or else
  at the top of the file, as those beside keys do
- the merged file always has both anchors and a pip section, so that an author's line and a generated one are
  never neighbours in a three-way merge, whichever components come and go
- what cannot be read as YAML, has another shape, or nests more deeply than an environment can, is an error that names
  the line; an entry that is no package is one in a component, and left out of what other people wrote, and found
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import yaml
from packaging.utils import canonicalize_name

from ..catalogue.manifest import Loader, yaml_error
from ..errors import BlocksError
from ..model import UNPRINTABLE, Clash, Entry, Finding, Fragment, Merged, Want, merge_wants, split_comment
from . import lines, pip, specs
from .pip import Read
from .versions import Range, conda_range, intersect, overlap

CONDA_ANCHOR = "# Your own conda packages go below this line."
PIP_ANCHOR = "# Your own pip packages go below this line."
REMEDY = "make the two ranges overlap"
FORGE = "conda-forge"
DEFAULTS = ("defaults", "main", "anaconda", "pkgs/main")
COURSE = "course"
STANDARD = "tag:yaml.org,2002:"
MERGE, NULL, TEXT, SEQUENCE, MAPPING = (STANDARD + name for name in ("merge", "null", "str", "seq", "map"))
NULLS = ("", "~", "null", "Null", "NULL")
MOST_NESTED = 100  # the C parser's nodes are made by recursion, and it ends the process where the stack does
MOST_NODES = 1000  # of an unknown key; a few aliases can stand for millions
LONGEST_KEY = 1000  # YAML allows 1024 characters


class _Loader(Loader):  # type: ignore[misc]
    """Tells nulls and `<<` from other texts; what else a text may be is kept as it is written."""

    def resolve(self, kind: type[yaml.Node], value: str | None, implicit: object) -> str:
        if kind is not yaml.ScalarNode:
            return SEQUENCE if kind is yaml.SequenceNode else MAPPING
        if implicit == (True, False):  # plain
            return NULL if value in NULLS else MERGE if value == "<<" else TEXT
        return TEXT


@dataclass
class Environment:
    """A merged environment.yml; `python` is a version such as `3.13`, `pythons` the entry for it."""

    python: str
    pythons: Entry
    channels: Merged = field(default_factory=Merged)
    conda: Merged = field(default_factory=Merged)
    pip: Merged = field(default_factory=Merged)
    variables: Merged = field(default_factory=Merged)
    more: Merged = field(default_factory=Merged)

    @property
    def parts(self) -> dict[str, Merged]:
        return {
            "channels": self.channels,
            "conda": self.conda,
            "pip": self.pip,
            "variables": self.variables,
            "other keys": self.more,
        }

    @property
    def clashes(self) -> list[Clash]:
        return [clash for part in self.parts.values() for clash in part.clashes]

    @property
    def findings(self) -> list[Finding]:
        return [finding for part in self.parts.values() for finding in part.findings]


@dataclass
class _Wants:
    channels: list[list[Want]] = field(default_factory=list)
    conda: list[tuple[str, Want]] = field(default_factory=list)
    python: list[Want] = field(default_factory=list)
    pip: list[Want] = field(default_factory=list)
    variables: list[tuple[str, Want]] = field(default_factory=list)
    more: list[tuple[str, Want]] = field(default_factory=list)
    read: Read = field(default_factory=Read)


def merge(
    environments: Iterable[Fragment],
    requirements: Iterable[Fragment],
    python: str,
    pythons: Iterable[Want] = (),
    order: Iterable[str] = (),
) -> Environment:
    """One environment from all fragments; `pythons`: wishes for Python that stand elsewhere (runtime.txt).

    `order`: components in order of precedence; without it every environment's pip list precedes all requirements.
    Raises `BlocksError` for a fragment that cannot be read.
    """
    wants = _Wants(python=list(pythons))
    for fragment in environments:
        _Reader(fragment, wants).read()
    for fragment in requirements:
        wants.pip += pip.read(fragment, wants.read)
    if ranks := {component: rank for rank, component in enumerate(order)}:
        wants.pip.sort(key=lambda want: ranks.get(want.component, len(ranks)))
    course = Want(f"python={python}", COURSE, "answer python_version", 0)
    pythons_, clashes = _python(course, wants.python)
    environment = Environment(
        *(python, pythons_, _channels(wants.channels)),
        merge_wants("conda", wants.conda, specs.combine, REMEDY, specs.fits),
        pip.merge(wants.pip),
        merge_wants("variable", wants.variables, lambda texts: None, "one component may own a variable"),
        merge_wants("key", wants.more, lambda texts: None, "keep one of the two"),
    )
    environment.conda.clashes += clashes
    bare = [entry for part in (environment.conda, environment.pip) for entry in part.entries if _is_pip(entry)]
    for want in (want for entry in bare for want in entry.wants):
        wants.read.trailing += lines.kept([*want.above, want.comment], want.component)
    environment.conda.findings, environment.conda.trailing = wants.read.findings, wants.read.trailing
    _prefer_conda(environment)
    return environment


def _compose(fragment: Fragment) -> tuple[yaml.Node | None, str]:
    """The root, and the text that its marks count in."""
    text = fragment.text
    try:
        _refuse_depth(fragment)
        return yaml.compose(text, Loader=_Loader), text
    except yaml.YAMLError as error:
        if fragment.foreign and "\t" in text:
            return _compose(replace(fragment, text=text.expandtabs(2)))
        if match := UNPRINTABLE.search(text):  # the parser counts bytes then, not lines
            line = text.count("\n", 0, match.start()) + 1
            raise BlocksError(f"{fragment.file}:{line}: not valid YAML: a character it does not allow") from error
        raise yaml_error(error, fragment.file) from error


def _refuse_depth(fragment: Fragment) -> None:
    text, few = fragment.text, MOST_NESTED * 5
    if len(text) <= few or text.count("[") + text.count("{") + max(map(len, text.split("\n"))) <= few:
        return
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_NESTED:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise BlocksError(f"{fragment.file}:{line}: nested too deeply for an environment; remove this")


def _pairs(node: yaml.MappingNode) -> list[tuple[yaml.Node, yaml.Node]]:
    """The mapping's keys and values, then those that `<<` merges into it, where it has no such key."""
    pairs = [pair for pair in node.value if pair[0].tag != MERGE]
    if len(pairs) == len(node.value):
        return pairs
    names = {key.value for key, _ in pairs if isinstance(key, yaml.ScalarNode)}
    left, seen = [pair for pair in node.value if pair[0].tag == MERGE], {id(node)}
    while left:
        key, value = left.pop(0)
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, yaml.SequenceNode):
            left[:0] = [(key, item) for item in value.value]
        elif isinstance(value, yaml.MappingNode):
            left[:0] = [pair for pair in value.value if pair[0].tag == MERGE]
            new = [pair for pair in value.value if isinstance(pair[0], yaml.ScalarNode) and pair[0].tag != MERGE]
            pairs += [pair for pair in new if pair[0].value not in names]
            names.update(name.value for name, _ in new)
        else:
            pairs.append((key, value))
    return pairs


class _Reader:
    """Nodes of one fragment as wants, with the comment that stands on a node's line and those above it."""

    def __init__(self, fragment: Fragment, wants: _Wants) -> None:
        self.fragment, self.wants = fragment, wants
        self.lines: list[str] = []
        self.commented: set[int] = set()  # lines that may have a comment
        self.used: set[int] = set()  # lines whose comments stand with an entry
        self.lists: set[int] = set()  # ids of the nodes that were read: an alias says nothing new

    def read(self) -> None:
        root, text = _compose(self.fragment)
        if "#" in text:
            self.lines = text.splitlines()
            self.commented = {number for number, line in enumerate(self.lines) if "#" in line}
        if root is not None and not _is_null(root):
            if not isinstance(root, yaml.MappingNode):
                raise BlocksError(f"{self.fragment.file}:1: must be a mapping with channels and dependencies")
            self.keys(root)
        if self.fragment.foreign and self.commented:
            left = [self.lines[number] for number in sorted(self.commented - self.used)]
            self.wants.read.trailing += lines.kept((split_comment(line)[1] for line in left), self.fragment.component)

    def keys(self, root: yaml.MappingNode) -> None:
        seen: set[str] = set()
        for key, node in _pairs(root):
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            if name in seen:
                self.find("BB204", key, name, "stands twice in this file; YAML would read the last alone", "join them")
            seen.add(name)
            if name == "channels":
                self.wants.channels.append(list(self.scalars(node)))
            elif name == "dependencies":
                self.dependencies(node)
            elif name == "variables":
                self.wants.variables += self.pairs(node)
            elif name == "prefix" and self.fragment.foreign:
                self.find("BB205", key, name, "is of somebody's own machine and dropped", "nothing to do", True)
            elif name != "name":
                self.unknown(key, node, name)

    def unknown(self, key: yaml.Node, node: yaml.Node, name: str) -> None:
        if not self.fragment.foreign:
            raise BlocksError(f"{self.fragment.file}:{self.line(key)}: unknown key '{name}'; remove it")
        value = _flow(node)
        if value is None or not isinstance(key, yaml.ScalarNode) or key.tag == MERGE or _is_long(name):
            self.find("BB206", key, name, "is no key that conda reads, and cannot be kept", "remove it", True)
            return
        text = f"{_scalar(name)}: {value}"
        self.find("BB206", key, name, "is no key that repo2docker or conda reads; it is kept", "remove it")
        self.wants.more.append((name, self.want(key, text)))

    def find(self, code: str, node: yaml.Node, text: str, reason: str, remedy: str, left_out: bool = False) -> None:
        file, component = self.fragment.file, self.fragment.component
        finding = Finding(code, component, file, self.line(node), text, reason, remedy, left_out)
        self.wants.read.findings.append(finding)

    def line(self, node: yaml.Node) -> int:
        return int(node.start_mark.line) + 1

    def want(self, node: yaml.Node, text: str) -> Want:
        line, mark = node.start_mark.line, node.end_mark
        fragment, commented = self.fragment, self.commented
        if not commented or (line == mark.line and line not in commented and line - 1 not in commented):
            return Want(text, fragment.component, fragment.file, line + 1)
        # a block scalar ends where the next line begins
        rest = self.lines[mark.line][mark.column :] if mark.column and mark.line < len(self.lines) else ""
        comment = split_comment(" " + rest)[1] if "#" in rest else ""
        self.used.update(range(line, mark.line + (mark.column > 0)))
        above = self.above(line) if fragment.foreign else ()
        return Want(text, fragment.component, fragment.file, line + 1, comment, above)

    def above(self, line: int) -> tuple[str, ...]:
        """The comments that stand alone right above a line."""
        first = line
        while first - 1 in self.commented and first - 1 not in self.used and self.lines[first - 1].lstrip()[:1] == "#":
            first -= 1
        self.used.update(range(first, line))
        return tuple(lines.kept(self.lines[number].strip()[1:].strip() for number in range(first, line)))

    def sequence(self, node: yaml.Node) -> list[yaml.Node]:
        if isinstance(node, yaml.SequenceNode):
            new = id(node) not in self.lists
            self.lists.add(id(node))
            return list(node.value) if new else []
        if _is_null(node):
            return []
        raise BlocksError(f"{self.fragment.file}:{self.line(node)}: must be a list")

    def scalars(self, node: yaml.Node) -> Iterator[Want]:
        for item in self.sequence(node):
            if not isinstance(item, yaml.ScalarNode):
                raise BlocksError(f"{self.fragment.file}:{self.line(item)}: must be one package, as text")
            if item.tag != NULL and (text := " ".join(item.value.split())):
                yield self.want(item, text)

    def pairs(self, node: yaml.Node) -> Iterator[tuple[str, Want]]:
        if _is_null(node):
            return
        if not isinstance(node, yaml.MappingNode):
            raise BlocksError(f"{self.fragment.file}:{self.line(node)}: must be a mapping of names to values")
        for key, value in _pairs(node):
            if not isinstance(key, yaml.ScalarNode) or not isinstance(value, yaml.ScalarNode) or key.tag == MERGE:
                raise BlocksError(f"{self.fragment.file}:{self.line(key)}: must be a name and a text")
            if _is_long(key.value):
                raise BlocksError(f"{self.fragment.file}:{self.line(key)}: too long for the name of a variable")
            yield key.value, self.want(value, value.value)

    def dependencies(self, node: yaml.Node) -> None:
        for item in self.sequence(node):
            if isinstance(item, yaml.ScalarNode):
                if item.tag != NULL:
                    self.package(self.want(item, " ".join(item.value.split())))
            elif isinstance(item, yaml.MappingNode) and all(key.value == "pip" for key, _ in item.value):
                for _, requirements in item.value:
                    for want in self.scalars(requirements):
                        self.wants.pip += pip.usable(want, self.fragment, self.wants.read)
            elif self.fragment.foreign:
                shown = _flow(item) or ""
                self.find("BB207", item, shown, "is neither a package nor a 'pip:' list", "write one a line", True)
            else:
                raise BlocksError(f"{self.fragment.file}:{self.line(item)}: must be a package or a 'pip:' list")

    def package(self, want: Want) -> None:
        spec = specs.parse(want.text)
        if spec is None:
            if not self.fragment.foreign:
                raise BlocksError(f"{want.place}: '{want.text}' is no conda package; write it like 'name>=1.2'")
            reason = "is no conda package, and would break the build"
            remedy = "write it like 'name>=1.2'"
            finding = Finding("BB208", want.component, want.file, want.line, want.text, reason, remedy, True)
            self.wants.read.findings.append(finding)
        elif spec.name == "python":
            self.wants.python.append(want)
            if spec.channel or spec.build or spec.more:
                reason = "asks for a channel or build of python, of which only the version is kept"
                remedy = "add it to the line below if you need it; repo2docker looks for 'python='"
                finding = Finding("BB210", want.component, want.file, want.line, want.text, reason, remedy, True)
                self.wants.read.findings.append(finding)
        else:
            self.wants.conda.append((spec.key, want))


def _is_long(key: str) -> bool:
    return len(_scalar(key)) > LONGEST_KEY


def _is_null(node: yaml.Node) -> bool:
    return bool(node.tag == NULL)


def _flow(node: yaml.Node, depth: int = 8, nodes: Iterator[int] | None = None) -> str | None:
    """A node on one line; None for what nests too deeply, is too much or has a tag of its own."""
    nodes = nodes or iter(range(MOST_NODES))
    if depth == 0 or next(nodes, None) is None:
        return None
    if isinstance(node, yaml.ScalarNode):
        plain = not node.style and re.fullmatch(r"(?!-+$)[\w.+-]*|~", node.value) and _is_yaml(node.value)
        standard = node.tag.startswith(STANDARD)
        return (node.value or "~" if plain else _double_quoted(node.value)) if standard else None
    if isinstance(node, yaml.MappingNode):
        pairs = [(_flow(key, depth - 1, nodes), _flow(value, depth - 1, nodes)) for key, value in _pairs(node)]
        bad = any(
            key is None or value is None or len(key) > LONGEST_KEY or key[:1] in ("[", "{") for key, value in pairs
        )
        return None if bad else "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"
    items = [_flow(item, depth - 1, nodes) for item in node.value]
    return None if None in items else "[" + ", ".join(map(str, items)) + "]"


def _python(course: Want, wants: list[Want]) -> tuple[Entry, list[Clash]]:
    """The entry for Python, and a clash with each wish it does not meet: the course's, and the first that is met."""
    chosen = course.text.removeprefix("python")
    ranges = {chosen: conda_range(chosen)} if chosen != "=" else {}
    fitting, losing = _fitting(wants, ranges)
    against = {range_.text: _against(range_, fitting) for range_ in {range_ for _, range_ in losing}}
    remedy, why = "choose a Python version the component runs on", "the answer python_version decides, for all"
    clashes = [
        Clash("python", "python", (course, *against[range_.text]), (want,), remedy, why) for want, range_ in losing
    ]
    version = intersect(list(ranges.values())) or chosen
    text = f"python{version}" if version.startswith("=") else f"python{chosen},{version}"
    met, lost = (tuple(want for want, _ in pairs) for pairs in (fitting, losing))
    return Entry("python", text, met, lost), clashes


def _fitting(wants: list[Want], ranges: dict[str, Range]) -> tuple[list[tuple[Want, Range]], list[tuple[Want, Range]]]:
    """The wishes that hold together with `ranges`, which they join, and the others."""
    fitting: list[tuple[Want, Range]] = []
    losing: list[tuple[Want, Range]] = []
    refused: set[str] = set()
    for want in wants:
        spec = specs.parse(want.text)
        if spec is None:
            continue
        text = spec.version.text
        if text in refused or (text not in ranges and not overlap([*ranges.values(), spec.version])):
            refused.add(text)
            losing.append((want, spec.version))
        else:
            fitting.append((want, spec.version))
            ranges[text] = spec.version
    return fitting, losing


def _against(range_: Range, fitting: Iterable[tuple[Want, Range]]) -> tuple[Want, ...]:
    """The first of the wishes met that the range contradicts by itself, if there is one."""
    return tuple(itertools.islice((want for want, other in fitting if not overlap([range_, other])), 1))


def _channels(lists: list[list[Want]]) -> Merged:
    """All channels in one order, and a clash for each list that had another."""
    merged = Merged()
    lists = [_once(one) for one in lists]
    groups: dict[str, list[Want]] = {FORGE: []}
    for want in (want for one in lists for want in one):
        groups.setdefault(want.text, []).append(want)
    merged.entries = [Entry(name, name, tuple(wants)) for name, wants in groups.items()]
    order = list(groups)
    for one in lists:
        for before, after in itertools.pairwise(one):
            if order.index(before.text) > order.index(after.text):
                first = groups[after.text][0]
                winner = first if first is not after else Want(FORGE, COURSE, "channels", 0)
                subject = f"order of {after.text} and {before.text}"
                remedy = "look whether both channels have the packages you need"
                why = "conda-forge comes first, then what was there first"
                merged.clashes.append(Clash("channels", subject, (winner,), (before,), remedy, why))
        for want in one:
            if want.text in DEFAULTS:
                reason = "is Anaconda's own channel, whose terms ask larger organisations for a licence"
                remedy = f"take its packages from {FORGE}"
                place = (want.component, want.file, want.line, want.text)
                merged.findings.append(Finding("BB209", *place, reason, remedy))
    return merged


def _once(wants: list[Want]) -> list[Want]:
    first: dict[str, Want] = {}
    for want in wants:
        first.setdefault(want.text, want)
    return list(first.values())


def _prefer_conda(environment: Environment) -> None:
    """One package from both: conda's stands, pip's is kept as a comment."""
    parsed = ((specs.parse(entry.text), entry) for entry in environment.conda.entries)
    conda = {canonicalize_name(spec.name) if spec else "": entry for spec, entry in parsed}
    both = [entry for entry in environment.pip.entries if (name := pip.name_of(entry.text)) and name in conda]
    for entry in [entry for entry in both if not _is_meant(conda[pip.name_of(entry.text)], entry)]:
        winner = conda[pip.name_of(entry.text)]
        if winner.name == "pip":
            continue
        remedy = "keep conda's and drop pip's"
        clash = Clash(
            "conda and pip", winner.name, winner.wants, entry.wants, remedy, "pip would replace conda's files"
        )
        environment.conda.clashes.append(clash)
        index = environment.conda.entries.index(winner)
        winner = replace(winner, losing=(*winner.losing, *entry.wants, *entry.losing))
        environment.conda.entries[index] = conda[pip.name_of(entry.text)] = winner
        environment.pip.entries.remove(entry)


def _is_meant(conda: Entry, pip_: Entry) -> bool:
    """Whether whoever asks for pip's asks for conda's in the same file: the one over the other, then."""
    files = {(want.component, want.file) for want in (*conda.wants, *conda.losing)}
    return files.issuperset((want.component, want.file) for want in pip_.wants)


PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*(?:[=<>!~]+[0-9][0-9A-Za-z_.*+]*(?:,[=<>!~]+[0-9][0-9A-Za-z_.*+]*)*)?")
WORDS = frozenset(("null", "true", "false", "yes", "no", "on", "off"))


@functools.lru_cache(maxsize=16384)
def _scalar(text: str) -> str:
    """The text as a YAML list item: plain where YAML reads the same text back, else single-quoted."""
    if PLAIN.fullmatch(text) and text.lower() not in WORDS:
        return text
    plain = re.fullmatch(r"[A-Za-z0-9_.\-/][^#:{}\[\]\"'&*!|%@`]*", text) and not text.startswith("- ")
    if plain and text.isprintable() and text == text.strip() and _is_yaml(text, text):
        return text
    return _quoted(text)


def _is_yaml(text: str, value: str | None = None) -> bool:
    """Whether YAML can read a plain scalar, as `value` if that is given."""
    try:
        return yaml.load(text, Loader=Loader) == value or value is None  # noqa: S506
    except (yaml.YAMLError, ValueError):
        return False


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'" if text.isprintable() else _double_quoted(text)


def _double_quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    if not escaped.isprintable():
        escaped = "".join(letter if letter.isprintable() else f"\\U{ord(letter):08x}" for letter in escaped)
    return f'"{escaped}"'


def _is_pip(entry: Entry) -> bool:
    """Whether it is the line that every merged file has."""
    return entry.name == entry.text == "pip"


def _items(merged: Merged, indent: str) -> Iterator[str]:
    for entry in merged.entries:
        if not _is_pip(entry):
            yield from (f"{indent}{line}" for line in entry.lines(f"- {_scalar(entry.text)}"))


def render(environment: Environment) -> str:
    """The file; its layout is what keeps updates free of conflicts."""
    text = [f"# {note}" for note in environment.conda.trailing]
    text += ["channels:"]
    for entry in environment.channels.entries:
        told = entry.name != FORGE or any(want.comment or want.above for want in entry.wants)
        text += [f"  {line}" for line in entry.lines(f"- {_scalar(entry.text)}")] if told else [f"  - {FORGE}"]
    text += ["dependencies:"]
    text += [f"  {line}" for line in environment.pythons.lines(f"- {_scalar(environment.pythons.text)}")]
    text += _items(environment.conda, "  ")
    text += [f"  {CONDA_ANCHOR}", "  - pip", "  - pip:", "    - pip"]
    text += _items(environment.pip, "    ")
    text += [f"    {PIP_ANCHOR}"]
    if environment.variables.entries:
        text += ["variables:"]
        for entry in environment.variables.entries:
            text += [f"  {line}" for line in entry.lines(f"{_scalar(entry.name)}: {_quoted(entry.text)}")]
    text += [line for entry in environment.more.entries for line in entry.lines(entry.text)]
    return "".join(f"{line}\n" for line in text)
