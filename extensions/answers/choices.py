"""The choices of the questions that depend on the catalogue or the destination, as YAML: labels and names.

Copier renders each label and each name once more, as a template. They are texts, of which some are somebody else's, and
are written so that they come out as they went in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import yaml

from ..catalogue.companions import companions as coming
from ..catalogue.selection import select
from ..catalogue.units import CATEGORIES, HELPERS, Catalogue, Component, current_names
from ..errors import BlocksError
from ..foreign import adopt, beside
from ..foreign.directory import Directory

# Columns of a label: in front of it stands a pointer and a circle.
WIDTH = 71
PYTHON_VERSIONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
PYTHON_DEFAULT = "3.13"
# The page of the Binder directory, and what it is called where that name is taken.
GUIDES = ("README.md", "BLOCKS.md")


def components(catalogue: Catalogue, asked: Iterable[str]) -> str:
    """By category, in front the memory with what it requires; retired components last.

    Helpers and former names only where they are `asked` for: Copier would drop an answer that is no choice without a
    word.
    """
    asked, order = {*asked}, [*CATEGORIES]
    offered = [one for one in catalogue.components.values() if one.category != HELPERS or one.name in asked]
    offered.sort(key=lambda one: (bool(one.retired), order.index(one.category), one.title))
    labels = {_label(component, catalogue): component.name for component in offered}
    former = current_names(catalogue.components)
    labels |= {f"{name} (called {former[name]} now)": name for name in sorted(former.keys() & asked)}
    return _as_yaml(labels)


def _label(component: Component, catalogue: Catalogue) -> str:
    if component.retired:
        return _fitting(f"{'':7}  Retired: {component.title} ({component.retired})")
    try:
        needed = sum(one.memory for one in select([component.name], catalogue.components))
    except BlocksError:  # what it requires is not there, which choosing it says
        needed = component.memory
    memory = f"{needed} MB" if needed else ""
    return _fitting(f"{memory:>7}  {CATEGORIES[component.category]}: {component.title} ({component.summary})")


def companions(catalogue: Catalogue, left_out: Iterable[str]) -> str:
    """What comes along by itself, in the order of the names; former names only where they are `left_out`."""
    components, former = catalogue.components, current_names(catalogue.components)
    known = coming(components)
    labels = {_fitting(f"{components[name].title} ({components[name].summary})"): name for name in known}
    left_out = (name for name in left_out if former.get(name) in known)
    return _as_yaml(labels | {f"{name} (called {former[name]} now)": name for name in sorted(left_out)})


def outputs(catalogue: Catalogue) -> str:
    """In the order of their titles."""
    ordered = sorted(catalogue.outputs.values(), key=lambda output: output.title)
    return _as_yaml({_fitting(f"{output.title} ({output.summary})"): output.name for output in ordered})


def _fitting(label: str) -> str:
    """Cut at a word, with a bracket that it opened closed."""
    if len(label) <= WIDTH:
        return label
    cut = label[: WIDTH - len(" ...)")].rpartition(" ")[0].rstrip(" ,;:")
    return f"{cut} ...{')' if '(' in cut else ''}"


def adoptable(found: Iterable[str]) -> str:
    """The Binder configurations in a destination."""
    return _as_yaml({"the root of the repository" if name == adopt.ROOT else name: name for name in found})


def starts_beside(directories: Collection[Directory]) -> str:
    """Those that take long and can run beside the notebook, with the first line that does."""
    labels = {}
    for directory, run in beside.offered(directories) if directories else ():  # what looks at them is large
        text = " ".join(run.call.words)
        labels[_fitting(f"{directory.where(directory.path('start'))} ({text})")] = directory.label
    return _as_yaml(labels)


def in_order(names: Iterable[str], offered: str) -> list[str]:
    """Names in the order in which they are offered, as Copier saves them; others behind."""
    names, order = list(dict.fromkeys(names)), [*yaml.safe_load(offered).values()]
    return [*(name for name in order if name in names), *(name for name in names if name not in order)]


def _as_yaml(labels: Mapping[str, str]) -> str:
    literal = {_literal(label): _literal(name) for label, name in labels.items()}
    return yaml.safe_dump(literal, sort_keys=False, width=1000)


def _literal(text: str) -> str:
    """A template that renders to this text: without a brace nothing in it is Jinja's."""
    return text.replace("{", "{{ '{' }}")
