"""One package from conda and from pip, of two files: the lines of the merged one."""

from __future__ import annotations

import pytest

from tests.merging import directory, judge, merge


def pip(line: str) -> str:
    return f'dependencies:\n- pip:\n  - "{line}"\n'


def conda(line: str) -> str:
    return f'dependencies:\n- "{line}"\n'


BOTH = {
    "a range beside a bare name": ((pip("x<2"), conda("x")), ["- x<2  # b, a"]),
    "a bare name beside a range": ((pip("x"), conda("x=1.4")), ["- x=1.4  # b, a"]),
    "ranges that overlap": ((pip("x>=1.3"), conda("x>=1.4,<3")), ["- x>=1.4,<3  # b, a"]),
    "ranges that overlap in part": ((pip("x>=1.5"), conda("x>=1.4,<3")), ["- x>=1.4,<3,>=1.5  # b, a"]),
    "pip's equal": ((pip("x==1.4.2"), conda("x")), ["- x==1.4.2  # b, a"]),
    "pip's wildcard": ((pip("x==1.4.*"), conda("x")), ["- x=1.4  # b, a"]),
    "pip's spelling": ((pip("x===1.4"), conda("x")), ["- x==1.4  # b, a"]),
    "normal forms": ((pip("A_b.C>=1"), conda("a-b_c")), ["- a-b_c>=1  # b, a"]),
    "extras": ((pip("x[e]<2"), conda("x")), ["- x<2  # b, a", "  - 'x[e]<2'  # a"]),
    "extras of a bare name": ((pip("x[e]"), conda("x=1.4")), ["- x=1.4  # b, a", "  - 'x[e]'  # a"]),
    "a channel and a build": ((pip("x<2"), conda("c::x=1.4=h_*")), ["- 'c::x=1.4=h_*'  # b, a"]),
    "other names": ((pip("torch==2.1.*"), conda("pytorch")), ["- pytorch=2.1  # b, a"]),
    "twins": ((pip("psycopg2-binary>=2"), conda("psycopg2")), ["- psycopg2>=2  # b, a"]),
    "one name, two things": (
        (pip("graphviz>=0.2"), conda("graphviz=12")),
        ["- graphviz=12  # b", "  - graphviz>=0.2  # a"],
    ),
    "a link beside a bare name": (
        (pip("x @ git+https://e.org/x"), conda("x")),
        ["  - 'x @ git+https://e.org/x'  # a, b"],
    ),
    "a marker that does not hold": (
        (pip("x<2; python_version<'3.8'"), conda("x")),
        ["- x  # b", "  - 'x<2; python_version<''3.8'''  # a"],
    ),
    "a marker that holds": ((pip("x<2; sys_platform=='linux'"), conda("x")), ["- x<2  # b, a"]),
    "both in one file": ((conda("x") + "- pip: ['x<2']\n",), ["- x  # a", "  - x<2  # a"]),
    "disjoint, pip's comes first": (
        (pip("x<2"), conda("x>=2")),
        ["- x<2  # a; clash, see below", "# x>=2  # b wanted this"],
    ),
    "disjoint, conda's comes first": (
        (conda("x>=2"), pip("x<2")),
        ["- x>=2  # a; clash, see below", "# x<2  # b wanted this"],
    ),
    "an early version is none": (
        (conda("x=2.0"), pip("x<2.0a0")),
        ["- x=2.0  # a; clash, see below", "# x<2.0a0  # b wanted this"],
    ),
    "a link beside a range, first": (
        (pip("x @ git+https://e.org/x"), conda("x>=2")),
        ["  - 'x @ git+https://e.org/x'  # a; clash, see below", "  # x>=2  # b wanted this"],
    ),
    "a link beside a range, later": (
        (conda("x>=2"), pip("x @ git+https://e.org/x")),
        ["- x>=2  # a; clash, see below", "# x @ git+https://e.org/x  # b wanted this"],
    ),
    "a marker of a machine": (
        (conda("x"), pip("x<2; platform_machine=='aarch64'")),
        ["- x  # a; clash, see below", "# x<2; platform_machine=='aarch64'  # b wanted this"],
    ),
}


@pytest.mark.parametrize(("texts", "lines"), BOTH.values(), ids=BOTH)
def test_one_package_from_conda_and_pip(texts: tuple[str, ...], lines: list[str]) -> None:
    sources = [directory(label, {"binder/environment.yml": text}) for label, text in zip("ab", texts, strict=False)]
    result = merge(*sources)
    assert result.essence == lines
    assert len(result.clashes) == any("clash" in line for line in lines)
    assert not result.findings
    judge(result)
