"""The answers `links_*` -> the links of a course, as rows of a Markdown table.

- a row for each of `links_content`, in order, then JupyterLab, Notebook, and each application that a component puts
  behind the notebook's proxy
- a column for Binder where `links_repository` is known, and two for the hub, one of them for a learning platform
- content is cloned to folders of its own (`extensions.links.folders`)
- where Binder builds another branch than the one with the notebooks, each link brings along notebooks from the branch
  that `links_repository` names: the course is content of its own, the first of all, so that its folder stays when the
  list grows
- addresses are made in `extensions.links.address`
"""

from __future__ import annotations

import functools
import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from extensions.composition import Composition
from extensions.errors import BlocksError
from extensions.links import address as links
from extensions.links import place
from extensions.links.folders import folders
from extensions.links.place import Location
from extensions.links.server import server_address
from extensions.outputs import Facts
from extensions.text import words

# mybinder.org's user guidelines, "Maximum Concurrent Users for a Repository".
MYBINDER_SESSIONS = 100
LIMIT = (
    f"mybinder.org runs at most {MYBINDER_SESSIONS} sessions of one repository at a time, whichever notebooks they "
    "open: one environment for a whole cohort meets that limit first. For a larger class ask there for a higher one "
    "in good time, or use a hub."
)
CONTENT_HELP = f"must be a list such as [{place.CONTENT_FORM}]"
COLUMNS = {"binder": "Binder", "hub": "JupyterHub", "lti": "LTI, for a learning platform"}
# What content alone gives.
UNLINKED = "the answer 'links_content' becomes links when 'links_repository' or 'links_hub' is answered, too"


@dataclass(frozen=True)
class Row:
    """What it opens, in Markdown, and its address by column."""

    label: str
    addresses: Mapping[str, str]


@dataclass(frozen=True)
class Links:
    """All of one course; `applications` are titles with their paths, `taken` names of folders that are there.

    `branch` is the one that Binder builds, empty where that is the one with the notebooks.
    """

    repository: Location | None = None
    content: tuple[Location, ...] = ()
    hub: str = ""
    binder_url: str = links.MYBINDER
    applications: tuple[tuple[str, str], ...] = ()
    taken: frozenset[str] = frozenset()
    branch: str = ""

    @property
    def built(self) -> Location | None:
        """What Binder builds."""
        if self.repository and self.branch:
            return replace(self.repository, ref=self.branch)
        return self.repository

    @property
    def own(self) -> Location | None:
        """The course's own repository, where its notebooks are pulled like content."""
        return self.repository if self.branch else None

    @property
    def pulled(self) -> tuple[Location, ...]:
        """All that is cloned."""
        return (*([self.own] if self.own else []), *self.content)

    @property
    def columns(self) -> list[str]:
        return [*(["binder"] if self.repository else []), *(["hub", "lti"] if self.hub else [])]

    @functools.cached_property
    def _folders(self) -> list[str]:
        return folders(self.pulled, self.taken)

    @functools.cached_property
    def pulls(self) -> list[str]:
        """What brings each of `pulled` along, behind the address of a notebook server."""
        return [links.pull(one, folder=folder) for one, folder in zip(self.pulled, self._folders, strict=True)]

    @functools.cached_property
    def rows(self) -> list[Row]:
        # Without the course's own, which is the first.
        pulls = zip(self.content, self.pulls[len(self.pulled) - len(self.content) :], strict=True)
        targets = [(code(one.text).replace("|", r"\|"), pull) for one, pull in pulls]
        targets += [("JupyterLab", self._opened(links.lab)), ("Notebook", self._opened(links.notebook))]
        targets += [(title, self._opened(_always(path))) for title, path in self.applications]
        return [Row(label, self._addresses(urlpath)) for label, urlpath in targets] if self.columns else []

    def _opened(self, opener: links.Opener) -> str:
        return links.pull(self.own, opener, self._folders[0]) if self.own else opener("")

    @property
    def first(self) -> list[Row]:
        """Those that do not depend on the components."""
        return self.rows[: len(self.content) + 1]

    @property
    def limit(self) -> str:
        """What to say beside the badge; empty where there is nothing to say."""
        is_mybinder = self.repository and server_address(self.binder_url) == server_address(links.MYBINDER)
        return LIMIT if is_mybinder else ""

    def _addresses(self, urlpath: str) -> dict[str, str]:
        binder = {"binder": links.binder(self.binder_url, self.built, urlpath)} if self.built else {}
        hub = {"hub": links.hub(self.hub, urlpath), "lti": links.lti(self.hub, urlpath)} if self.hub else {}
        return {**binder, **hub}

    def table(self, rows: Iterable[Row]) -> str:
        """In Markdown, without a newline at its end."""
        head = ["opens", *(COLUMNS[column] for column in self.columns)]
        body = [[row.label, *(self._cell(*item) for item in row.addresses.items())] for row in rows]
        first, *others = (f"| {' | '.join(cells)} |" for cells in [head, *body])
        return "\n".join([first, "|" + "---|" * len(head), *others])

    def _cell(self, column: str, address: str) -> str:
        if column == "binder":
            return links.badge(self.binder_url, address)
        return f"[{'open' if column == 'hub' else 'address to copy'}]({links.in_markdown(address)})"

    @property
    def command(self) -> str:
        """The one that prints the links to another notebook, in Markdown."""
        content = replace(self.pulled[0], path="").text if self.pulled else "gh:OWNER/NOTEBOOKS@main"
        repository = [self.built.text] if self.built else []
        server = ["--binder", self.binder_url] if repository and not self.limit else []
        hub = ["--hub", self.hub] if self.hub else []
        words = ["python", "tools/link.py", *repository, *server, *hub, "--content", f"{content}#FOLDER/FILE.ipynb"]
        if self.pulled and self._folders[0] != self.pulled[0].names[-1]:
            words += ["--folder", self._folders[0]]
        return code(shlex.join(words))


def _always(urlpath: str) -> links.Opener:
    """Opens that, whichever folder is asked for."""
    return lambda _: urlpath


def check(name: str, answers: Mapping[str, Any]) -> None:
    """Raises `BlocksError` where no links can be made of this answer."""
    if name in CHECKS:
        read(name, answers.get(name))


def facts(composition: Composition) -> Facts:
    """The links, and that there are none where nothing says where they lead to."""
    answers = composition.answers
    repository, content = (read(name, answers.get(name)) for name in ("links_repository", "links_content"))
    hub = answers.get("links_hub") or ""
    if not repository and not hub:
        return Facts(Links(content=content), (UNLINKED,) if content else ())
    table = Links(
        repository,
        content,
        hub,
        answers.get("links_binder") or links.MYBINDER,
        tuple(composition.applications),
        frozenset(composition.taken),
        composition.branch,
    )
    return Facts(table, report=[{"opens": row.label, **row.addresses} for row in table.rows])


def read(name: str, value: object) -> Any:
    """What the answer means, None for an empty one; raises `BlocksError` for one that is wrong."""
    if name == "links_content":
        return read_content(value)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise BlocksError(f"{name}: must be text, not {value!r}")
    try:
        return CHECKS[name](value)
    except BlocksError as error:
        raise BlocksError(f"{name}: {error}") from error


def read_content(value: object) -> tuple[Location, ...]:
    """The answer `links_content`, checked."""
    if not all(isinstance(text, str) for text in words(value)):
        raise BlocksError(f"links_content: {CONTENT_HELP}, not {value!r}")
    found: list[Location] = []
    for text in words(value):
        try:
            location = place.content(text)
        except BlocksError as error:
            raise BlocksError(f"links_content: {error}") from error
        if location in found:
            raise BlocksError(f"links_content: '{text}': is there twice; keep one of the two")
        found.append(location)
    return tuple(found)


CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "links_repository": place.repository,
    "links_binder": server_address,
    "links_hub": server_address,
    "links_content": read_content,
}


def code(text: str) -> str:
    """`text` as it is, in Markdown."""
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    space = " " if "`" in text else ""
    return f"{fence}{space}{text}{space}{fence}"
