"""The mergers, as tables: fragments in, lines and clashes out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from extensions.errors import BlocksError
from extensions.merge import apt, downloads, environment_text, environment_yml, pip, requirement, specs
from extensions.merge.versions import Range, conda_range, intersect, pip_range
from extensions.model import Fragment


def fragments(file: str, *texts: str) -> list[Fragment]:
    return [Fragment(name, f"components/{name}/{file}", text) for name, text in zip("abcdef", texts, strict=False)]


APT = {
    "one": (["x\n"], ["x  # a"]),
    "union in order of appearance": (["y\nx\n", "z\nx\n"], ["y  # a", "x  # a, b", "z  # b"]),
    "several names on a line": (["x y\n"], ["x  # a", "y  # a"]),
    "comment stays": (["x # needed by y\n# alone\n"], ["x  # a (needed by y)"]),
    "pin beats bare name": (["x\n", "x=1.2\n"], ["x=1.2  # a, b"]),
    "CRLF and no final newline": (["x\r\ny"], ["x  # a", "y  # a"]),
}


@pytest.mark.parametrize(("texts", "lines"), APT.values(), ids=APT)
def test_apt(texts: list[str], lines: list[str]) -> None:
    merged = apt.merge(fragments("apt.txt", *texts))
    assert not merged.clashes
    assert apt.render(merged).splitlines() == [*lines, apt.ANCHOR]


def test_apt_pins_clash_and_name_both_places() -> None:
    (clash,) = apt.merge(fragments("apt.txt", "x=1\n", "\nx=2\n")).clashes
    assert "components/a/apt.txt:1" in str(clash)
    assert "components/b/apt.txt:2" in str(clash)


INTERSECTIONS = [
    ([">=1"], ">=1"),
    (["", ">=1"], ">=1"),
    ([">=1", ">=2"], ">=2"),
    ([">=1", "<3"], ">=1,<3"),
    ([">=1,<3", "==2.1"], "==2.1"),
    (["==1", "==2"], None),
    ([">2", "<2"], None),
]


@pytest.mark.parametrize(("texts", "expected"), INTERSECTIONS)
def test_intersect(texts: list[str], expected: str | None) -> None:
    assert intersect([pip_range(text) for text in texts]) == expected


CONDA_RANGES = [
    ("=1.2", "==1.2.*"),
    ("1.2", "==1.2"),
    ("==1.2", "==1.2"),
    ("1.2.*", "==1.2.*"),
    ("=1.2.*", "==1.2.*"),
    (">=1.2,<2", "<2,>=1.2"),
    (" >=1.2 , !=1.3", "!=1.3,>=1.2"),
    ("=1.2=py310_0", None),
    (">=1|<0.5", None),
    ("", ""),
]


@pytest.mark.parametrize(("text", "specifier"), CONDA_RANGES)
def test_conda_range(text: str, specifier: str | None) -> None:
    sets = conda_range(text).sets or ()
    specifiers = SpecifierSet(sets[0].pep440) if len(sets) == 1 else None
    if specifier is None:
        assert specifiers is None
    else:
        assert specifiers == SpecifierSet(specifier)


def merge_environments(*texts: str, requirements: str = "", python: str = "3.12") -> environment_yml.Environment:
    extra = [Fragment("r", "components/r/requirements.txt", requirements)] if requirements else []
    return environment_yml.merge(fragments("environment.yml", *texts), extra, python)


def test_environment_layout() -> None:
    merged = merge_environments(
        "channels: [conda-forge, other]\ndependencies:\n- numpy>=2 # arrays\n- pip:\n  - Duck_DB>=1\n",
        "name: theirs\ndependencies:\n  - NumPy<3\n  - pip\n",
        requirements="duck-db<2 # sql\n--no-binary x\ngit+https://example.org/x.git\n",
    )
    assert not merged.clashes
    assert environment_text.render(merged) == (
        "channels:\n"
        "  - conda-forge\n"
        "  - other  # a\n"
        "dependencies:\n"
        "  - python=3.12\n"
        "  - numpy>=2,<3  # a (arrays), b\n"
        "  # Your own conda packages go below this line.\n"
        "  - pip\n"
        "  - pip:\n"
        "    - pip\n"
        "    - --no-binary x  # r\n"
        "    - Duck_DB>=1,<2  # a, r (sql)\n"
        "    - 'git+https://example.org/x.git'  # r\n"
        "    # Your own pip packages go below this line.\n"
    )


CLASHES = {
    "conda ranges": (["dependencies: [x<1]", "dependencies: [x>=2]"], "x"),
    "pip ranges": (["dependencies: [{pip: [x<1]}]", "dependencies: [{pip: [x>=2]}]"], "x"),
    "conda and pip": (["dependencies: [x<1]", "dependencies: [{pip: [X>=2]}]"], "x"),
    "python": (["dependencies: [python<3.12]"], "python"),
    "build string against range": (["dependencies: [x=1=h0_0]", "dependencies: [x>=2]"], "x"),
    "build strings": (["dependencies: [x=1=h0_0]", "dependencies: [x=1=h1_0]"], "x"),
    "variables": (["variables: {A: 1}", "variables: {A: 2}"], "A"),
}


@pytest.mark.parametrize(("texts", "subject"), CLASHES.values(), ids=CLASHES)
def test_environment_clashes(texts: list[str], subject: str) -> None:
    (clash,) = merge_environments(*texts).clashes
    assert clash.subject == subject
    assert "components/a/environment.yml:1" in str(clash)


def test_every_line_of_pip_is_compared_with_condas() -> None:
    pip_ = "dependencies:\n- pip:\n  - x>1 ; python_version>'3.8'\n  - x\n"
    merged = merge_environments(pip_, "dependencies: [x<1]")
    assert [clash.losing[0].line for clash in merged.clashes] == [3]
    assert merged.pip.entries == []
    (entry,) = merged.conda.entries
    assert [(want.component, want.line) for want in entry.wants] == [("b", 1), ("a", 4)]


UNREADABLE = {
    "no YAML": ("dependencies: [", "components/a/environment.yml:2"),
    "no mapping": ("- x\n", "components/a/environment.yml:1"),
    "unknown key": ("dependencies: [x]\nplatforms: [y]\n", "components/a/environment.yml:2"),
    "no list": ("dependencies: {x: 1}\n", "components/a/environment.yml:1"),
    "no package": ("dependencies:\n  - '%%'\n", "components/a/environment.yml:2"),
    "no requirement": ("dependencies:\n  - pip:\n    - '%%'\n", "components/a/environment.yml:3"),
}


@pytest.mark.parametrize(("text", "place"), UNREADABLE.values(), ids=UNREADABLE)
def test_unreadable_environment_names_file_and_line(text: str, place: str) -> None:
    with pytest.raises(BlocksError, match=place):
        merge_environments(text)


def test_empty_environments() -> None:
    merged = merge_environments("", "dependencies:\n", "dependencies: []\n")
    assert merged.conda.entries == []


def test_late_requirements_keep_order_and_duplicates() -> None:
    text = pip.render_late(fragments("requirements.late.txt", "b\na # first b\n", "a\n"))
    assert text.splitlines() == ["b  # a", "a  # a (first b)", "a  # b", pip.LATE_ANCHOR]


def test_downloads() -> None:
    line = f"neo4j any {'0' * 64} https://example.org/x.tar.gz"
    merged = downloads.merge(fragments("downloads.txt", f"{line}\n", f"{line}\n"))
    assert downloads.render(merged).splitlines() == [f"{line}  # a, b", downloads.ANCHOR]
    assert downloads.merge(fragments("downloads.txt", line, line.replace("0", "1"))).clashes
    with pytest.raises(BlocksError, match=r"components/a/downloads\.txt:1"):
        downloads.merge(fragments("downloads.txt", line.replace("https", "http")))


NAMES = st.sampled_from(["numpy", "scipy", "zlib", "x264", "python-foo"])
RANGES = st.sampled_from(["", ">=1", ">=2,<4", "<3", "!=2.5"])
ENVIRONMENTS = st.lists(st.lists(st.tuples(NAMES, RANGES), max_size=5), max_size=4)


@given(ENVIRONMENTS)
def test_every_entry_comes_out_once_with_its_provenance(environments: list[list[tuple[str, str]]]) -> None:
    texts = ["dependencies:\n" + "".join(f"- {name}{range_}\n" for name, range_ in env) for env in environments]
    merged = merge_environments(*texts).conda
    wanted = {(component, name) for component, env in zip("abcdef", environments, strict=False) for name, _ in env}
    assert {(want.component, entry.name) for entry in merged.entries for want in entry.wants} == wanted
    assert len({entry.name for entry in merged.entries}) == len(merged.entries)


@given(ENVIRONMENTS)
def test_merging_a_merged_environment_changes_no_package(environments: list[list[tuple[str, str]]]) -> None:
    texts = ["dependencies:\n" + "".join(f"- {name}{range_}\n" for name, range_ in env) for env in environments]
    once = merge_environments(*texts)
    twice = merge_environments(environment_text.render(once))
    assert [entry.text for entry in twice.conda.entries if entry.name != "pip"] == [
        entry.text for entry in once.conda.entries
    ]


@given(st.lists(RANGES, min_size=1, max_size=4), st.sampled_from(["0.9", "1", "2", "2.5", "3", "3.5", "4", "5"]))
def test_intersection_admits_just_what_all_ranges_admit(texts: list[str], version: str) -> None:
    merged = intersect([pip_range(text) for text in texts])
    admitted = all(version in SpecifierSet(text) for text in texts)
    assert (merged is not None and version in SpecifierSet(merged)) == admitted


@pytest.mark.parametrize("text", ["x=<1", "x=>1", "x>=1,", "x=", "x>*", "x===1", "x|2", "x >=1 <2"])
def test_what_conda_refuses_is_no_specification(text: str) -> None:
    assert specs.parse(text) is None


@pytest.mark.parametrize(
    ("text", "build"),
    [("x=1=py_0", "py_0"), ("x 1 py_0", "py_0"), ("x>=1=py_0", "py_0"), ("x==1=py_0", "py_0"), ("x>=1,=1.2", "")],
)
def test_builds(text: str, build: str) -> None:
    spec = specs.parse(text)
    assert spec
    assert spec.build == build


TOGETHER = [
    (conda_range, ["=3", ">=3,<4"], "=3,>=3,<4"),  # conda's <4 takes 4.0rc1
    (conda_range, [">=1,<4", ">=3,<4"], ">=3,<4"),
    (conda_range, ["!=1.2.post1", ">1.2"], "!=1.2.post1,>1.2"),  # and its >1.2 takes 1.2.post1
    (conda_range, ["=1.2.3", ">=1,<2"], "=1.2.3"),
    (pip_range, [">=3,<4", "==3.*"], ">=3,<4"),
    (pip_range, ["===1.2", "==1.2"], "===1.2"),
    (pip_range, ["===1.2", ">=1"], "===1.2"),
    (pip_range, ["===1.2", "===1.2.0"], None),
    (pip_range, ["===1.2", ">=2"], None),
]


@pytest.mark.parametrize(("range_", "texts", "expected"), TOGETHER)
def test_ranges_that_pip_and_conda_read_differently(
    range_: Callable[[str], Range], texts: list[str], expected: str | None
) -> None:
    assert intersect([range_(text) for text in texts]) == expected


@pytest.mark.parametrize("text", ["c onda-forge::x[version='>=2']", "x[version='>= 2']", "éx"])
def test_what_conda_would_refuse_is_no_specification(text: str) -> None:
    assert specs.parse(text) is None


@pytest.mark.parametrize("text", ["x; python_version<'- - 3'", "/a/b -<c", "x -e .", f"x=={'1' * 10_000},>=2"])
def test_what_pip_would_not_take_is_no_requirement(text: str) -> None:
    assert not requirement.parse(text).key
