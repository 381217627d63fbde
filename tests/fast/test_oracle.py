"""The independent check of the mergers: what it accepts of the real ones, and that it fails for mergers that err."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from extensions.errors import BlocksError
from extensions.foreign import carry
from tests.proofs import oracle
from tests.proofs.independent import engine
from tests.proofs.independent.case import Outcome, Source
from tests.proofs.independent.copies import Copies
from tests.proofs.independent.judge import judge
from tests.proofs.independent.ranges import common, conda_takes, outside, pip_takes
from tests.proofs.independent.wishes import Repository

PYTHON = "3.13"

LAB = {
    "binder/apt.txt": b"graphviz  # for the diagrams\r\nxvfb tree\r\nless=1.2\r\n",
    "binder/environment.yml": b"""name: lab
channels:
  - defaults
  - conda-forge
dependencies:
  - python>=3.9
  - bioconda::samtools
  - NumPy >=1.20,<2
  - zlib=1.2.11=h36c2ea0_1013
  - pip
  - pip:
    - '-r more.txt'
    - -e ..
    - Flask[async] >=2 ; python_version >= "3.8"
    - git+https://host.example/owner/tool.git@v1#egg=tool
variables:
  GREETING: hello
""",
    "binder/more.txt": b"attrs\n",
    "binder/postBuild": b"#!/bin/bash\r\nset -e\r\n./binder/extra.sh\r\n",
    "binder/extra.sh": b"#!/bin/sh\ntrue\n",
    "setup.py": b"from setuptools import setup\nsetup()\n",
}
COURSE = {
    "apt.txt": b"xvfb\nless=1.3\n",
    "environment.yml": b"""channels: [conda-forge, bioconda]
dependencies: [python=3.7, numpy=1.26, pandas, pip: [--pre, "requests [socks] ~=2.1"]]
""",
    "start": b'#!/bin/bash\nexport PORT=1\nexec "$@"\n',
}
NOTES = {
    "requirements.txt": b"requests>=2,\\\n  !=2.5\nrequests==1.0\nflask\n-c limits.txt\n./own-1.0-py3-none-any.whl\n",
    "limits.txt": b"numpy<3\n",
    "own-1.0-py3-none-any.whl": b"PK\x03\x04\xff",
}


def sources() -> list[Source]:
    trees = (("a/lab", LAB, "binder"), ("b/course", COURSE, ""), ("c/notes", NOTES, ""))
    return [engine.source(Repository(label, tree, folder)) for label, tree, folder in trees]


def test_nothing_is_lost_alone_or_together() -> None:
    all_of_them = sources()
    merges = [*([one] for one in all_of_them), all_of_them[:2], all_of_them[::-1], all_of_them]
    for merged in merges:
        verdict, outcome = oracle.attempt(merged, PYTHON)
        assert verdict.violations == []
        assert outcome
        assert list(oracle.packed(outcome, PYTHON)) == []
        assert verdict.counts["wishes"] == sum(len(source.wishes) for source in merged)


def test_one_with_itself() -> None:
    for source in sources():
        assert list(oracle.itself(source, PYTHON)) == []


def test_files_beyond_the_limits_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carry, "MAX_FILES", 3)
    files = {f"binder/{name}": b"x" for name in ("a", "b", "c", "d", "e")}
    source = engine.source(Repository("a/lab", {**files, "binder/postBuild": b"#!/bin/sh\n"}, "binder"))
    outcome = engine.merge([source], PYTHON)
    assert judge([source], outcome).violations == []
    fewer = {path: file for path, file in outcome.files.items() if not path.endswith("/b")}
    assert {one.kind for one in judge([source], outcome._replace(files=fewer)).violations} == {"not carried"}


def text(old: str, new: str) -> Callable[[Outcome], Outcome]:
    """A merger that writes something else; the text must have been there."""

    def edit(outcome: Outcome) -> Outcome:
        assert old in outcome.environment + outcome.apt
        return outcome._replace(apt=outcome.apt.replace(old, new), environment=outcome.environment.replace(old, new))

    return edit


def without_file(path: str) -> Callable[[Outcome], Outcome]:
    def edit(outcome: Outcome) -> Outcome:
        assert path in outcome.files
        return outcome._replace(files={name: file for name, file in outcome.files.items() if name != path})

    return edit


def with_file(path: str, data: bytes, executable: bool = True) -> Callable[[Outcome], Outcome]:
    return lambda outcome: outcome._replace(files={**outcome.files, path: (data, executable)})


def turned(outcome: Outcome) -> Outcome:
    order = [line.partition("#")[0].strip() for line in outcome.environment.splitlines()[1:4]]
    assert all(line.startswith("- ") for line in order)
    channels = "\n".join(f"  {line}" for line in reversed(order))
    rest = outcome.environment.partition("dependencies:")
    return outcome._replace(environment=f"channels:\n{channels}\n{rest[1]}{rest[2]}")


def silent(outcome: Outcome) -> Outcome:
    return outcome._replace(clashes=[])


def unexplained(outcome: Outcome) -> Outcome:
    return outcome._replace(clashes=[{**clash, "remedy": ""} for clash in outcome.clashes])


def echoing(outcome: Outcome) -> Outcome:
    """The report repeats every line of what was put in, which says nothing of any."""
    wishes = ((source, wish) for source in sources() for wish in source.wishes)
    said = {"code": "BB299", "reason": "was read", "remedy": "nothing to do", "left_out": False}
    places = ((source.label, source.where(wish.file), wish.line, wish.text) for source, wish in wishes)
    echo = [{**said, **dict(zip(("component", "file", "line", "text"), place, strict=True))} for place in places]
    return outcome._replace(environment="dependencies:\n- python=3.13\n", findings=echo, clashes=[])


ERRING = {
    "drops a conda line": (text("  - pandas  #", "  #"), "dropped"),
    "drops an apt line": (text("graphviz", "# graphviz"), "dropped"),
    "weakens a conda pin": (text("NumPy=1.26", "NumPy"), "dropped"),
    "weakens a build": (text("=h36c2ea0_1013", ""), "dropped"),
    "loses a channel's prefix": (text("bioconda::samtools", "samtools"), "dropped"),
    "loses a pip marker": (text(' ; python_version >= "3.8"', ""), "dropped"),
    "loses an extra": (text("[socks]", ""), "dropped"),
    "weakens a pip pin": (text("~=2.1", "~=2.0"), "dropped"),
    "leaves a path as it was": (text("-r imports/a-lab/binder/more.txt", "-r more.txt"), "dropped"),
    "loses a channel": (text("  - bioconda", "  # bioconda"), "dropped"),
    "loses a variable": (text("GREETING: 'hello'", "GREETING: 'bye'"), "dropped"),
    "loses an option": (text("    - --pre", "    # --pre"), "dropped"),
    "tells no clash": (silent, "dropped"),
    "echoes": (echoing, "dropped"),
    "explains no clash": (unexplained, "unexplained"),
    "keeps no loser": (text("# requests==1.0", "# gone"), "no comment"),
    "narrows": (text("- pandas", "- pandas=1"), "narrowed"),
    "adds a package": (text("- pandas", "- polars\n  - pandas"), "invented"),
    "adds an extra": (text("[async]", "[async,dotenv]"), "invented"),
    "names one twice": (text("- pandas", "- pandas\n  - pandas"), "twice"),
    "writes what conda cannot read": (text("- pandas", "- pandas=<2"), "unreadable"),
    "writes what pip cannot read": (text("- --pre", "- requests=2\n    - --pre"), "unreadable"),
    "turns channels round": (turned, "channel order"),
    "forgets a script": (without_file("binder/imports/a-lab/binder/postBuild"), "not carried"),
    "forgets a hook": (without_file("binder/start.d/import-b-course"), "script"),
    "gives a hook no run bit": (with_file("binder/start.d/import-b-course", b"", False), "script"),
    "forgets what pip needs": (without_file("binder/imports/c-notes/limits.txt"), "not carried"),
    "forgets what builds a package": (without_file("binder/imports/a-lab/setup.py"), "not carried"),
    "changes a script": (with_file("binder/imports/b-course/start", b"#!/bin/bash\n"), "changed"),
    "writes outside": (with_file("README.md", b""), "outside"),
}

ELSEWHERE = {
    "apt.txt": b"sudo apt-get install -y tree && apt-get clean\nless, 'htop'\n",
    "environment.yml": b"""dependencies:
- numpy=2.0
- appnope=0.1
- pip: [glob, "certifi @ file:///croot/certifi/work", -i https://host.example/simple, sqlalchemy, "flask[async]"]
""",
}
BLOCK = {"environment.yml": b"dependencies: [sqlalchemy=1.4, numpy>=1.20, flask, pip: [attrs]]\n"}
KINDS = {
    "conda-lock": b"version: 1\nmetadata: {}\npackage: [{name: x}]\n",
    "docker compose": b"services: {web: {image: x}}\n",
}


def elsewhere() -> list[Source]:
    trees = (("d/elsewhere", ELSEWHERE), ("e/block", BLOCK))
    return [engine.source(Repository(label, tree, "")) for label, tree in trees]


def test_what_was_written_elsewhere_is_taken_or_told() -> None:
    for given in (elsewhere(), elsewhere()[::-1], elsewhere()[:1]):
        verdict, outcome = oracle.attempt(given, PYTHON)
        assert verdict.violations == []
        assert outcome
        assert list(oracle.packed(outcome, PYTHON)) == []


@pytest.mark.parametrize("text", KINDS.values(), ids=KINDS)
def test_files_of_another_kind_are_told(text: bytes) -> None:
    verdict, _ = oracle.attempt([engine.source(Repository("a/kind", {"environment.yml": text}, ""))], PYTHON)
    assert verdict.violations == []


def mute(outcome: Outcome) -> Outcome:
    """What is left out is not told."""
    return outcome._replace(findings=[])


ERRING_ELSEWHERE = {
    "keeps a command's words": (text("tree  #", "apt-get\ninstall\ntree  #"), "command"),
    "drops what a command installs": (text("tree  #", "#"), "dropped"),
    "drops a name for what is around it": (text("htop  #", "#"), "dropped"),
    "tells nothing of what it drops": (mute, "dropped"),
    "keeps a module of Python": (text("    - certifi  #", "    - glob\n    - certifi  #"), "stranger"),
    "keeps a path": (text("    - certifi  #", "    - 'certifi @ file:///croot/certifi/work'  #"), "stranger"),
    "keeps an index for all": (text("--extra-index-url", "--index-url"), "index"),
    "leaves early versions alone": (text("- numpy=2.0  #", "- numpy=2.0,<2.0a0  #"), "unmeetable"),
    "forgets pip's version": (text("- sqlalchemy=1.4", "- sqlalchemy"), "dropped"),
    "forgets the extras": (text("- 'flask[async]'", "- flask"), "dropped"),
    "takes one from both": (text("    - certifi  #", "    - sqlalchemy\n    - certifi  #"), "both"),
}


@pytest.mark.parametrize(("edit", "kind"), ERRING_ELSEWHERE.values(), ids=ERRING_ELSEWHERE)
def test_a_merger_that_errs_with_what_was_written_elsewhere(edit: Callable[[Outcome], Outcome], kind: str) -> None:
    verdict, _ = oracle.attempt(elsewhere(), PYTHON, lambda given, python: edit(engine.merge(given, python)))
    assert kind in {violation.kind for violation in verdict.violations}


@pytest.mark.parametrize(("edit", "kind"), ERRING.values(), ids=ERRING)
def test_a_merger_that_errs_is_found_out(edit: Callable[[Outcome], Outcome], kind: str) -> None:
    verdict, _ = oracle.attempt(sources(), PYTHON, lambda given, python: edit(engine.merge(given, python)))
    assert kind in {violation.kind for violation in verdict.violations}


def test_a_clash_over_what_one_line_can_do_is_needless() -> None:
    def cautious(given: Sequence[Source], python: str) -> Outcome:
        wide, narrow = ({"component": one.label, "file": one.where("requirements.txt"), "line": 1} for one in given)
        clash = {"kind": "pip", "subject": "x", "won": [wide | {"text": "x>=1"}], "lost": [narrow | {"text": "x>=2"}]}
        lines = "    - x>=1\n    # x>=2  # two wanted this\n"
        environment = f"dependencies:\n  - python={python}\n  - pip:\n{lines}"
        return Outcome("", environment, [{**clash, "remedy": "choose", "why": "the first wins"}], [], {})

    pins = (("one", b"x>=1\n"), ("two", b"x>=2\n"))
    given = [engine.source(Repository(label, {"requirements.txt": pin}, "")) for label, pin in pins]
    verdict, _ = oracle.attempt(given, PYTHON, cautious)
    assert [violation.kind for violation in verdict.violations] == ["needless clash"]


def test_a_merger_that_fails_is_found_out() -> None:
    def failing(given: Sequence[Source], python: str) -> Outcome:
        raise KeyError("x")

    def refusing(given: Sequence[Source], python: str) -> Outcome:
        raise BlocksError("no")

    for merge, kind in ((failing, "traceback"), (refusing, "refused")):
        verdict, outcome = oracle.attempt(sources(), PYTHON, merge)
        assert outcome is None
        assert [violation.kind for violation in verdict.violations] == [kind]


def test_a_merger_that_repeats_itself_is_found_out() -> None:
    def repeating(given: Sequence[Source], python: str) -> Outcome:
        outcome = engine.merge(given, python)
        return outcome._replace(apt=outcome.apt * len(given))

    assert list(oracle.itself(sources()[0], PYTHON, repeating))


@pytest.mark.parametrize(
    ("apt", "environment"),
    [("graphviz\n", "dependencies: [python=3.12]\n"), ("", "dependencies: python\n"), ("Bad\n", "dependencies: []\n")],
    ids=["another Python", "no list", "no package"],
)
def test_what_repo2docker_refuses_is_found_out(apt: str, environment: str) -> None:
    assert list(oracle.packed(Outcome(apt, environment, [], [], {}), PYTHON))


SUBSETS = [
    (pip_takes, ">=2", ">=1", True),
    (pip_takes, ">=1", ">=2", False),
    (pip_takes, "==1.*", "<2", True),
    (pip_takes, "!=1.5,>=1", ">=1,<9", False),
    (pip_takes, "~=1.4", ">=1.4,<2", True),
    (pip_takes, "", "", True),
    (pip_takes, "", "<3", False),
    (conda_takes, "1.2.*", ">=1.1,<1.3", True),
    (conda_takes, "1.2.*", ">=1.2", False),  # it takes 1.2rc1,
    (conda_takes, "1.2.*", "==1.2", False),
    (conda_takes, ">=3,<4", "3.*", False),  # 4.0rc1 is below 4, for conda
    (conda_takes, "2021d", ">=2021a", True),
]


@pytest.mark.parametrize(("takes", "narrow", "wide", "within"), SUBSETS)
def test_outside(takes: Callable[[str, str], bool], narrow: str, wide: str, within: bool) -> None:
    assert (outside(takes, narrow, wide) is None) is within


def test_common() -> None:
    assert common(pip_takes, ">=1,<2", ">=2") is None
    assert common(pip_takes, ">=1,<2", ">1.5")
    assert common(conda_takes, "<2.4", "2.4.*", final=True) is None


def test_copies_of_whole_repositories(catalogue: Path, tmp_path: Path) -> None:
    copies = Copies(catalogue, tmp_path / "work")
    lab, course, _ = sources()
    for named, outcome, violations in (copies.copy([lab, course], PYTHON), copies.adopt(lab)):
        assert violations == []
        assert outcome
        assert judge(named, outcome).violations == []
    _, outcome, (violation,) = Copies(tmp_path / "no catalogue", tmp_path / "work").copy([lab], PYTHON)
    assert outcome is None
    assert violation.kind == "copier"
