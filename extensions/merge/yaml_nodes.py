"""The nodes of a YAML text, each at its place.

- nulls and `<<` are told from other texts; what else a text may be is kept as it is written
- what `<<` merges into a mapping counts where the mapping has no such key
- in what other people wrote a tab is taken for two spaces where YAML does not allow it
- what cannot be read as YAML, or nests more deeply than an environment can, is an error that names the line
"""

from __future__ import annotations

from dataclasses import replace

import yaml

from ..comments import NO_YAML
from ..errors import BlocksError
from ..model import Fragment
from ..yaml_files import Loader, yaml_error

STANDARD = "tag:yaml.org,2002:"
MERGE, NULL, TEXT, SEQUENCE, MAPPING = (STANDARD + name for name in ("merge", "null", "str", "seq", "map"))
NULLS = ("", "~", "null", "Null", "NULL")
MOST_NESTED = 100  # the C parser's nodes are made by recursion, and it ends the process where the stack does


class _Loader(Loader):  # type: ignore[misc]
    def resolve(self, kind: type[yaml.Node], value: str | None, implicit: object) -> str:
        if kind is not yaml.ScalarNode:
            return SEQUENCE if kind is yaml.SequenceNode else MAPPING
        if implicit == (True, False):  # plain
            return NULL if value in NULLS else MERGE if value == "<<" else TEXT
        return TEXT


def compose(fragment: Fragment) -> tuple[yaml.Node | None, str]:
    """The root, and the text that its marks count in; raises `BlocksError`."""
    text = fragment.text
    try:
        _refuse_depth(fragment)
        return yaml.compose(text, Loader=_Loader), text
    except yaml.YAMLError as error:
        if fragment.foreign and "\t" in text:
            return compose(replace(fragment, text=text.expandtabs(2)))
        if match := NO_YAML.search(text):  # the parser counts bytes then, not lines
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


def pairs(node: yaml.MappingNode) -> list[tuple[yaml.Node, yaml.Node]]:
    """The mapping's keys and values, then those that `<<` merges into it."""
    own = [pair for pair in node.value if pair[0].tag != MERGE]
    if len(own) == len(node.value):
        return own
    names = {key.value for key, _ in own if isinstance(key, yaml.ScalarNode)}
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
            own += [pair for pair in new if pair[0].value not in names]
            names.update(name.value for name, _ in new)
        else:
            own.append((key, value))
    return own


def is_null(node: yaml.Node) -> bool:
    return bool(node.tag == NULL)


def is_empty(node: yaml.Node) -> bool:
    """Whether there is nothing in it, whatever shape nothing has: `~`, `{}`, `[]`, `""`."""
    return is_null(node) or not node.value


def line_of(node: yaml.Node) -> int:
    """Counted from 1."""
    return int(node.start_mark.line) + 1
