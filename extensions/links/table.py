"""The answers about links -> the links of a course, as rows of a Markdown table.

- a row for each of `content`, in order, then JupyterLab, Notebook, and each application that a component puts behind
  the notebook's proxy
- a column for Binder where `repository` is known, and two for the hub, one of them for a learning platform
- content is cloned to a folder with its repository's name; where that is taken, by the course's own files or by content
  before it, the owner is added, or the branch where just that differs, then both, then a number. So what is added at
  the end of the list changes no folder that students have
- with `build_branch`, Binder builds that branch, and each link brings along notebooks from the branch that `repository`
  names: the course is content of its own, the first of all, so that its folder stays when the list grows
- with `build_branch_only`, the same, and the rendered files are that branch: no workflow publishes it, so the
  repository may be anywhere, and nothing that has to stand on the default branch can update it
- addresses are made in `links`
"""

from __future__ import annotations

import functools
import itertools
import re
import shlex
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..errors import BlocksError
from ..foreign.reference import COMMIT
from . import address as links
from .address import Location

# mybinder.org's user guidelines, "Maximum Concurrent Users for a Repository".
MYBINDER_SESSIONS = 100
LIMIT = (
    f"mybinder.org runs at most {MYBINDER_SESSIONS} sessions of one repository at a time, whichever notebooks they "
    "open: one environment for a whole cohort meets that limit first. For a larger class ask there for a higher one "
    "in good time, or use a hub."
)
CONTENT_HELP = f"must be a list such as [{links.CONTENT_FORM}]"
COLUMNS = {"binder": "Binder", "hub": "JupyterHub", "lti": "LTI, for a learning platform"}
NBGITPULLER = "nbgitpuller"
BUILD_BRANCH = "binder-build"
# What means the same in a workflow's YAML, its filters and its expressions.
PLAIN_BRANCH = re.compile(r"[A-Za-z0-9_./-]+")


@dataclass(frozen=True)
class Row:
    """What it opens, in Markdown, and its address by column."""

    label: str
    addresses: Mapping[str, str]


@dataclass(frozen=True)
class Links:
    """All of one course; `applications` are titles with their paths, `taken` names of folders that are there."""

    repository: Location | None = None
    content: tuple[Location, ...] = ()
    hub: str = ""
    binder_url: str = links.MYBINDER
    applications: tuple[tuple[str, str], ...] = ()
    taken: frozenset[str] = frozenset()
    build_branch: bool = False

    @property
    def built(self) -> Location | None:
        """What Binder builds."""
        if self.repository and self.build_branch:
            return replace(self.repository, ref=BUILD_BRANCH)
        return self.repository

    @property
    def own(self) -> Location | None:
        """The course's own repository, where its notebooks are pulled like content."""
        return self.repository if self.build_branch else None

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
        is_mybinder = self.repository and links.base(self.binder_url) == links.base(links.MYBINDER)
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


def make(answers: Mapping[str, Any], applications: Iterable[tuple[str, str]], taken: Collection[str]) -> Links:
    """Those of these answers; raises `BlocksError` for answers that are wrong."""
    repository, hub = answers.get("repository") or "", answers.get("hub") or ""
    content, build_branch = read_content(answers.get("content")), bool(answers.get("build_branch"))
    if answers.get("build_branch_only"):
        check_build_branch_only(build_branch, check("repository", repository))
        check_updates(answers.get("updates") or "none")
    elif build_branch:
        check_build_branch(check("repository", repository))
    if not repository and not hub:
        return Links(content=content)
    return Links(
        check("repository", repository),
        content,
        hub,
        answers.get("binder_url") or links.MYBINDER,
        tuple(applications),
        frozenset(taken),
        build_branch,
    )


def check_build_branch(repository: Location | None) -> None:
    """Raises `BlocksError` where no workflow could publish `BUILD_BRANCH`, or no link could pull what it is made of."""
    if repository is None:
        raise BlocksError("build_branch: needs to know where the repository is; add --data repository=gh:owner/name")
    ref, short = repository.ref, replace(repository, ref="").text
    if repository.provider != "gh":
        raise BlocksError(f"build_branch: '{short}': the branch is published by GitHub; name a gh:owner/name")
    _check_edited("build_branch", ref, short)
    if ref and not PLAIN_BRANCH.fullmatch(ref):
        raise BlocksError(f"build_branch: repository: '{ref}': a workflow needs a name of letters, digits and _./-")


def check_build_branch_only(build_branch: bool, repository: Location | None) -> None:
    """Raises `BlocksError` where a checkout cannot be `BUILD_BRANCH` of a repository with notebooks."""
    name = "build_branch_only"
    if not build_branch:
        raise BlocksError(f"{name}: needs to be Binder's branch; add --data build_branch=true")
    if repository is None:
        raise BlocksError(f"{name}: needs to know where the repository is; add --data repository=gh:owner/name")
    if repository.provider == "zenodo":
        raise BlocksError(f"{name}: '{repository.text}': has no branches; name a git repository")
    _check_edited(name, repository.ref, replace(repository, ref="").text)


def check_updates(updates: str) -> None:
    """Raises `BlocksError` where these would not reach a branch that is not the default one."""
    does = {"workflow": "GitHub runs schedules", "renovate": "Renovate reads its configuration"}.get(updates)
    if does:
        raise BlocksError(
            f"build_branch_only: updates={updates}: {does} from the default branch alone; take updates=none, and run "
            f"copier update or fleet/update.py on the branch {BUILD_BRANCH}"
        )


def _check_edited(name: str, ref: str, short: str) -> None:
    if COMMIT.fullmatch(ref) or ref == BUILD_BRANCH:
        raise BlocksError(f"{name}: repository: '{ref}' is no branch to edit notebooks on; write '{short}@main'")


CHECKS: Mapping[str, Callable[[str], Any]] = {
    "repository": links.repository,
    "hub": links.base,
    "binder_url": links.base,
}


def check(name: str, value: object) -> Any:
    """What the answer means, None for an empty one; raises `BlocksError` for one that is wrong."""
    if name == "content":
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
    """The answer `content`, checked."""
    if value is None or value == "":
        return ()
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise BlocksError(f"content: {CONTENT_HELP}, not {value!r}")
    found: list[Location] = []
    for text in value:
        try:
            location = links.content(text)
        except BlocksError as error:
            raise BlocksError(f"content: {error}") from error
        if location in found:
            raise BlocksError(f"content: '{text}': is there twice; keep one of the two")
        found.append(location)
    return tuple(found)


def with_nbgitpuller(asked: Iterable[str], pulls: object) -> list[str]:
    """Names of components, with the one that links need when they pull notebooks."""
    return [*asked, *([NBGITPULLER] if pulls else [])]


def folders(content: Sequence[Location], taken: Collection[str] = ()) -> list[str]:
    """Where each is cloned to: one folder for each repository and branch."""
    made: dict[tuple[str, str], str] = {}
    for location in content:
        key = location.url, location.ref
        if key not in made:
            used = {*taken, *made.values()}
            is_other_branch = any(url == location.url for url, _ in made)
            made[key] = next(name for name in _names(location, is_other_branch) if name not in used)
    return [made[location.url, location.ref] for location in content]


def _names(location: Location, is_other_branch: bool) -> Iterator[str]:
    name, owner = location.names[-1], "-".join(location.names[-2:])
    branch = re.sub(r"[^\w.-]+", "-", location.ref) or "default"
    yield from (name, f"{name}-{branch}") if is_other_branch else (name, owner)
    yield f"{owner}-{branch}"
    yield from (f"{owner}-{branch}-{number}" for number in itertools.count(2))


def code(text: str) -> str:
    """`text` as it is, in Markdown."""
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    space = " " if "`" in text else ""
    return f"{fence}{space}{text}{space}{fence}"
