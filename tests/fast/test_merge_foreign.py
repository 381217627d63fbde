"""What other people wrote, merged: tables of inputs, and of the lines, clashes and findings they become."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

import pytest

from extensions.errors import BlocksError
from extensions.merge import apt
from extensions.model import Fragment, Want
from extensions.text import printable
from tests.merging import Result, again, directory, judge, merge

DEPENDENCIES = "dependencies:\n"


class Case(NamedTuple):
    """`texts` of environment.yml, or of `file`; `clashes` as subject, places that won and places that lost."""

    texts: tuple[str, ...]
    lines: list[str]
    clashes: list[tuple[str, str, str]] = []  # noqa: RUF012
    findings: list[tuple[str, str]] = []  # noqa: RUF012
    file: str = "environment.yml"
    python: str = "3.12"


def place(want: Want) -> str:
    """`a:3` for the third line of a's file."""
    return f"{want.component}:{want.line}"


def places(wants: tuple[Want, ...]) -> str:
    return " ".join(map(place, wants))


def check(case: Case) -> Result:
    sources = [directory(label, {f"binder/{case.file}": text}) for label, text in zip("abcd", case.texts, strict=False)]
    result = merge(*sources, python=case.python)
    assert result.essence == case.lines
    assert [(one.subject, places(one.wants), places(one.losing)) for one in result.clashes] == case.clashes
    assert [(one.code, f"{one.component}:{one.line} {one.text}".strip()) for one in result.findings] == case.findings
    for clash in result.clashes:
        for want in clash.parties:
            assert f"gh:o/{want.component}@0123456:binder/{case.file}:{want.line}" in str(clash) or not want.line
    judge(result)
    return result


def pip(*lines: str) -> str:
    return DEPENDENCIES + "- pip:\n" + "".join(f"  - {line}\n" for line in lines)


def conda(*lines: str) -> str:
    return DEPENDENCIES + "".join(f"- {line}\n" for line in lines)


PEERS = {
    "python 3.10 and 3.11": Case(
        (conda("python=3.10"), conda("python=3.11")),
        [
            "- python=3.11  # b; clash, see below",
            "# python=3.10  # a wanted this",
        ],
        [("python", "course:0 b:2", "a:2")],
        python="3.11",
    ),
    "channel orders contradict": Case(
        ("channels: [x, y]\n", "channels:\n- y\n- x\n"),
        ["- x  # a, b", "- y  # a, b"],
        [("order of x and y", "a:1", "b:2")],
    ),
    "pip section in both": Case((pip("p"), pip("q")), ["  - p  # a", "  - q  # b"]),
    "pip section in both, pip in one": Case((conda("pip") + "- pip: [p]\n", pip("p")), ["  - p  # a, b"]),
    "pip pins clash": Case(
        (pip("sqlalchemy==1.4"), pip("SQLAlchemy==2.0.1")),
        [
            "  - sqlalchemy==1.4  # a; clash, see below",
            "  # SQLAlchemy==2.0.1  # b wanted this",
        ],
        [("sqlalchemy", "a:3", "b:3")],
    ),
    "files, links and options": Case(
        (
            pip("foo", "-r more.txt", "-e .", "git+https://e.org/x.git"),
            pip("--extra-index-url https://e.org/simple", "foo", "git+https://e.org/x.git"),
        ),
        [
            "  - -r imports/a/binder/more.txt  # a",
            "  - -e imports/a/binder  # a",
            "  - '--extra-index-url https://e.org/simple'  # b",
            "  - foo  # a, b",
            "  - 'git+https://e.org/x.git'  # a, b",
        ],
    ),
    "variables": Case(
        ("variables: {A: 1, B: x}\n", "variables:\n  A: 2\n  C: yes\n"),
        [
            "A: '1'  # a; clash, see below",
            "# 2  # b wanted this",
            "B: 'x'  # a",
            "C: 'yes'  # b",
        ],
        [("A", "a:1", "b:2")],
    ),
    "comments": Case(
        (
            "# top\n\nchannels:  # ours\n- conda-forge # yes\ndependencies:\n# about x\n# and y\n- x # inline\n"
            "# about pip\n- pip # bare\n- pip: # section\n  # above q\n  - q # side\n# end\n",
            conda("x # theirs", "#", "# lone"),
        ),
        [
            *("# a: top", "# a: ours", "# a: section", "# a: end", "# b: lone", "# a: about pip", "# a: bare"),
            "- conda-forge  # a (yes)",
            *("# about x", "# and y", "- x  # a (inline), b (theirs)", "  # above q", "  - q  # a (side)"),
        ],
    ),
    "duplicate keys": Case(
        ("dependencies: [x]\nname: n\ndependencies:\n- y\n", conda("x")),
        ["- x  # a, b", "- y  # a"],
        [],
        [("BB204", "a:3 dependencies")],
    ),
    "empty file": Case(("", conda("x")), ["- x  # b"]),
    "CRLF": Case(("dependencies:\r\n- x\r\n- y  # c\r\n", conda("x")), ["- x  # a, b", "- y  # a (c)"]),
    "build string and a range that admits it": Case((conda("x=1.2=h1_0"), conda("x>=1")), ["- x=1.2=h1_0  # a, b"]),
    "build string and a range that does not": Case(
        (conda("x=1.2=h1_0"), conda("x>=2")),
        [
            "- x=1.2=h1_0  # a; clash, see below",
            "# x>=2  # b wanted this",
        ],
        [("x", "a:2", "b:2")],
    ),
    "provenance": Case((conda("x", "y>=1"), conda("y<3", "z")), ["- x  # a", "- y>=1,<3  # a, b", "- z  # b"]),
    "one package from conda and pip": Case(
        (conda("ruamel.yaml>=0.19"), pip("ruamel_yaml==0.18")),
        [
            "- ruamel.yaml>=0.19  # a; clash, see below",
            "# ruamel_yaml==0.18  # b wanted this",
        ],
        [("ruamel.yaml", "a:2", "b:3")],
    ),
    "three wants, one loses": Case(
        (conda("x>=1"), conda("x<1"), conda("x!=1.5")),
        [
            "- x>=1,!=1.5  # a, c; clash, see below",
            "# x<1  # b wanted this",
        ],
        [("x", "a:2 c:2", "b:2")],
    ),
}


@pytest.mark.parametrize("case", PEERS.values(), ids=PEERS)
def test_cases_in_which_the_peers_lose_lines(case: Case) -> None:
    check(case)


CONDA_NAMES = {
    "lower case": (("NumPy>=1", "numpy<2"), "NumPy>=1,<2"),
    "underscore and hyphen are two": (("a_b", "a-b"), None),
    "channel and none": (("conda-forge::x", "x>=1"), "conda-forge::x>=1"),
    "two channels": (("u::x", "v::x"), "clash"),
    "subdirectories are two packages": (("x[subdir=noarch]", "x[subdir=linux-64]"), None),
    "a subdirectory and a range": (("x[subdir=noarch]", "x>=2[subdir=noarch]"), "x>=2[subdir=noarch]"),
    "fuzzy and exact": (("x=1.2", "x==1.2"), "x==1.2"),
    "fuzzy and a later one of it": (("x=1.2", "x==1.2.5"), "x==1.2.5"),
    "exact and a later one": (("x==1.2", "x==1.2.5"), "clash"),
    "a bare version is exact": (("x 1.2", "x 1.2.5"), "clash"),
    "wildcards": (("x=1.2", "x 1.2.*", "x=1.2.*", "x==1.2.*"), "x=1.2"),
    "any": (("x *", "x", "x=*"), "x"),
    "any and a range": (("x=*", "x>=2"), "x>=2"),
    "epochs": (("x>=1!0.5", "x<3"), "clash"),
    "epochs that overlap": (("x>=1!0.5", "x<1!3"), "x>=1!0.5,<1!3"),
    "not": (("x!=1.5", "x>=1"), "x!=1.5,>=1"),
    "not a wildcard": (("x!=1.5.*", "x=1.5"), "clash"),
    "compatible release": (("x~=1.4", "x<1.6"), "x~=1.4,<1.6"),
    "compatible release across": (("x~=1.4.2", "x>=1.5"), "clash"),
    "alternatives": (("x=1.7|=1.8", "x>=1.8"), "x=1.8,>=1.8"),
    "alternatives, none left": (("x=1.7|=1.8", "x>=2"), "clash"),
    "alternatives, both left": (("x<1|>2", "x!=3"), "x<1|>2,!=3"),
    "build string": (("x=1.2=h1_0", "x=1.2"), "x=1.2=h1_0"),
    "build strings": (("x=1.2=h1_0", "x=1.2=h2_0"), "clash"),
    "a build of any version": (("x=*=*mkl", "x>=2"), "x[version='>=2',build=*mkl]"),
    "words": (("x 1.2 h1_0", "x>=1"), "x=1.2=h1_0"),
    "keys": (("x[version='>=1,<2',build=h1_0]", "x>=1.5"), "x[version='>=1,<2,>=1.5',build=h1_0]"),
    "spaces": (("x >= 1 , < 2", "x"), "x>=1,<2"),
    "versions that PEP 440 does not know": (("x=2020a_b", "x>=1"), "clash"),
    "a version without an operator, of letters": (("x", "x null1.*"), "x null1.*"),
    "an early version is none": (("x=2.0", "x<2.0a0"), "clash"),
    "nor what is left of a release": (("x>=2.0rc1", "x<2.0rc3"), "clash"),
    "nor one that the release is taken out of": (("x<=2.0,!=2.0", "x=2.0"), "clash"),
    "unless it is asked for": (("x==2.0rc1", "x>=2.0rc1"), "x==2.0rc1"),
    "an early bound that leaves releases": (("x>=1.26,<2.0a0", "x=1"), "x>=1.26,<2.0a0,=1"),
    "a later one is one": (("x>=2.0", "x<2.0.post3"), "x>=2.0,<2.0.post3"),
    "parentheses, without an operator": (("x", "x (>=1)|<0"), "x (>=1)|<0"),
    "parentheses stand as they are": (("x>=1,(<2|>3)", "x>=1,(<2|>3)"), "x>=1,(<2|>3)"),
}


@pytest.mark.parametrize(("texts", "expected"), CONDA_NAMES.values(), ids=CONDA_NAMES)
def test_conda_specifications(texts: tuple[str, ...], expected: str | None) -> None:
    """`expected`: the one specification for all, `clash`, or None where they are different packages."""
    compare(texts, expected, lambda text: conda(f'"{text}"'))


PIP_NAMES = {
    "PEP 503": (("Flask_SQL.Alchemy>=1", "flask-sql-alchemy<2"), "Flask_SQL.Alchemy>=1,<2"),
    "extras are joined": (("x[b]>=1", "x[a]"), "x[a,b]>=1"),
    "markers stand apart": (("x>=1; python_version<'3.9'", "x>=2; python_version>='3.9'"), None),
    "equal markers": (("x>=1; os_name=='nt'", "x<2 ;os_name == 'nt'"), 'x>=1,<2 ; os_name == "nt"'),
    "a marker and none, disjoint": (("x>=2", "x<1; os_name=='nt'"), "clash"),
    "a marker and none": (("x>=2", "x<3; os_name=='nt'"), None),
    "wildcard": (("x==1.2.*", "x==1.2.5"), "x==1.2.5"),
    "exact": (("x==1.2", "x==1.2.5"), "clash"),
    "equal versions": (("x==1.2", "x==1.2.0"), "x==1.2"),
    "epochs": (("x>=1!0.5", "x<3"), "clash"),
    "compatible release": (("x~=1.4", "x<1.6"), "x~=1.4,<1.6"),
    "not": (("x!=1.5", "x==1.5"), "clash"),
    "parentheses": (("x (>=1)", "x<2"), "x>=1,<2"),
    "link and name": (("x @ https://e.org/x.whl", "x"), "x @ https://e.org/x.whl"),
    "link and version": (("x @ https://e.org/x.whl", "x>=1"), "clash"),
    "links": (("git+https://e.org/x@1#egg=x", "git+https://e.org/x@2#egg=x"), "clash"),
    "link and egg": (("x @ git+https://e.org/x", "git+https://e.org/y#egg=X"), "clash"),
    "editable and name": (("-e git+https://e.org/x#egg=x", "x"), "-e git+https://e.org/x#egg=x"),
    "one option, two spellings": (("-f https://e.org", "--find-links=https://e.org"), "-f https://e.org"),
    "two more indices": (("--extra-index-url https://e.org", "--extra-index-url https://f.org"), None),
    "an early version is none": (("x==2.0.*", "x<2.0a0"), "clash"),
    "unless it is asked for": (("x==2.0.dev3", "x<2.0a0"), "x==2.0.dev3"),
    "an early bound that leaves releases": (("x>=1.26,<2.0a0", "x==1.*"), "x>=1.26,<2.0a0,==1.*"),
    "more digits than Python takes": ((f"x=={'1' * 5000}", "x>=2"), "clash"),
}


@pytest.mark.parametrize(("texts", "expected"), PIP_NAMES.values(), ids=PIP_NAMES)
def test_pip_requirements(texts: tuple[str, ...], expected: str | None) -> None:
    compare(texts, expected, lambda text: pip(f'"{text}"'))


def compare(texts: tuple[str, ...], expected: str | None, write: object) -> None:
    sources = [
        directory(label, {"binder/environment.yml": write(text)})  # type: ignore[operator]
        for label, text in zip("abcd", texts, strict=False)
    ]
    result = merge(*sources)
    entries = [*result.environment.conda.entries, *result.environment.pip.entries]
    assert not result.findings
    if expected is None:
        assert not result.clashes
        assert [entry.text for entry in entries] == list(texts)
    elif expected == "clash":
        (clash,) = result.clashes
        assert [want.text for want in clash.parties] == list(texts)
        assert entries[0].text == texts[0]
        assert entries[0].losing
    else:
        assert not result.clashes
        (entry,) = entries
        assert entry.text == expected
        assert [want.text for want in entry.wants] == list(texts)
    if max(map(len, texts)) < 1000:
        judge(result)


LATIN = "dependencies:\n- x  # für alle\n".encode("latin-1")
FORMS = {
    "byte order mark": (codecs.BOM_UTF8 + b"dependencies: [x]\n", ["- x  # a"], []),
    "UTF-16": ("dependencies: [x]\n".encode("utf-16"), ["- x  # a"], ["BB101"]),
    "Latin-1": (LATIN, ["- x  # a (für alle)"], ["BB101"]),
    "Windows-1252": (b"dependencies:\n- x  # \x93q\x94\n", ["- x  # a (\u201cq\u201d)"], ["BB101"]),
    "tabs indent": (b"dependencies:\n\t- x\n\t- y  # t\n", ["- x  # a", "- y  # a (t)"], ["BB102"]),
    "tabs indent a comment": (b"dependencies:\n- x\n\t# lone\n- y\n", ["- x  # a", "# lone", "- y  # a"], []),
    "tabs trail": (b"dependencies:\t\n- x\t# t\t\n- y\t\n", ["- x  # a (t)", "- y  # a"], []),
    "no final newline": (b"dependencies:\n- x", ["- x  # a"], []),
    "old Macintosh line ends": (b"dependencies:\r- x\r- y\r", ["- x  # a", "- y  # a"], []),
    "empty": (b"", [], []),
    "only comments": (b"# one\n# two\n", ["# a: one", "# a: two"], []),
    "null": (b"dependencies:\nchannels: ~\nname: null\nvariables:\n", [], []),
    "empty mappings": (b"dependencies: {}\nchannels: {}\nvariables: {}\n", [], []),
    "empty lists": (b"dependencies: []\nchannels: []\nvariables: []\n", [], []),
    "empty texts": (b"dependencies: ''\nchannels: \"\"\nvariables: ''\n", [], []),
    "empty items": (b"dependencies:\n-\n- {}\n- pip:\n- pip: {}\n- pip: ''\n- pip: []\n", [], []),
    "no mapping's content": (b"{}\n", [], []),
    "prefix": (b"prefix: /home/x\ndependencies: [x]\n", ["- x  # a"], ["BB205"]),
    "several pip sections": (
        b"dependencies:\n- pip: [x]\n- y\n- pip:\n  - z\n- pip: ~\n",
        ["- y  # a", "  - x  # a", "  - z  # a"],
        [],
    ),
    "unknown keys": (
        b"platforms: [linux-64, 'a: b']\ncategory: {x: ~, y: 1.0}\n",
        ['platforms: [linux-64, "a: b"]  # a', "category: {x: ~, y: 1.0}  # a"],
        ["BB206", "BB206"],
    ),
    "alias": (b"dependencies: [&x x>=1, *x]\nchannels: &c [d]\n", ["- d  # a", "- x>=1  # a"], []),
    "a list under two keys": (b"dependencies: &d [x]\nchannels: *d\n", ["- x  # a"], []),
    "merge key": (
        b"base: &base {channels: [c], dependencies: [x]}\n<<: *base\ndependencies: [y]\n",
        ["- c  # a", "- y  # a", "base: {channels: [c], dependencies: [x]}  # a"],
        ["BB206"],
    ),
    "merge keys, also in variables": (
        b"a: &a {A: 1, B: 2}\nb: &b {B: 3}\nvariables: {<<: [*a, *b], C: 4}\n",
        ["C: '4'  # a", "A: '1'  # a", "B: '2'  # a", "a: {A: 1, B: 2}  # a", "b: {B: 3}  # a"],
        ["BB206", "BB206"],
    ),
    "merge key that merges nothing": (b"<<: x\ndependencies: [y]\n", ["- y  # a"], ["BB206"]),
    "merge key of itself": (b"a: &a {<<: *a, b: 1}\n", ["a: {b: 1}  # a"], ["BB206"]),
    "alias in itself": (b"a: &a [*a]\n", [], ["BB206"]),
    "a list as a key, further in": (b"a: {[x]: y}\n", [], ["BB206"]),
    "a key that is a list": (b"? [x]\n: y\n", [], ["BB206"]),
    "a tag": (b"a: !x y\n", [], ["BB206"]),
    "a key with tabs": (b'"a\\tb": c\n', ['"a\\U00000009b": c  # a'], ["BB206"]),
    "a date that is none": (b"a: 2020-99-99\n", ['a: "2020-99-99"  # a'], ["BB206"]),
    "nothing in a list": (b"a:\n- # x\n- [{y: }]\n", ["# a: x", "a: [~, [{y: ~}]]  # a"], ["BB206"]),
    "other sections": (b"dependencies:\n- npm: [x]\n- [y]\n", [], ["BB207", "BB207"]),
    "no packages": (b"dependencies:\n- x (y\n- x>=\n- '%%'\n- ''\n- x=1.12345678901234567890\n", [], ["BB208"] * 5),
    "no packages, in brackets": (
        b"dependencies:\n- \"x[version='>= 2']\"\n- \"x y::z[version='>=2']\"\n- x[foo=1]\n- x[build=]\n",
        [],
        ["BB208"] * 4,
    ),
    "addresses": (
        "dependencies:\n- https://e.org/t/x/y-1-0.conda\n- https://u:p@e.org:80/y_z-1!2-h_0.tar.bz2\n"
        "- https://e.org/\u00fdx-1-0.conda\n- https://e.org/x.conda\n".encode(),
        ["- 'https://e.org/t/x/y-1-0.conda'  # a", "- 'https://u:p@e.org:80/y_z-1!2-h_0.tar.bz2'  # a"],
        ["BB208"] * 2,
    ),
    "a backslash, which is an escape to some": (b"dependencies:\n- 'x[license=\"it\\\",fn=x]'\n", [], ["BB208"]),
    "no requirements": (b"dependencies:\n- pip: [x=1, 'x y', --nope, '-r', '']\n", [], ["BB202"] * 4),
    "defaults": (b"channels: [defaults, '']\n", ["- defaults  # a"], ["BB209"]),
    "a channel twice": (b"channels: [x, y, x]\n", ["- x  # a", "- y  # a"], []),
    "python of a channel": (b"dependencies: ['c::python=3.12']\n", ["- python=3.12  # a"], ["BB210"]),
    "a patch of python": (b"dependencies: [python=3.12.4]\n", ["- python=3.12.4  # a"], []),
    "a range of python": (b"dependencies: ['python>=3.9,<3.12.4']\n", ["- python=3.12,>=3.9,<3.12.4  # a"], []),
    "a range in python": (
        b"dependencies: ['python>=3.12.1,<3.12.4']\n",
        ["- python=3.12,>=3.12.1,<3.12.4  # a"],
        [],
    ),
    "text in blocks": (
        b"variables:\n  A: |\n    one\n    # two\n  B: >-\n    x\n    y\n",
        ['A: "one\\U0000000a# two\\U0000000a"  # a', "B: 'x y'  # a"],
        [],
    ),
    "values to quote": (
        b'variables: {A: "it\'s", "B: c": "\\ta\\"\\\\\\U0001F600\\x7f"}\n',
        ["A: 'it''s'  # a", '\'B: c\': "\\U00000009a\\"\\\\\U0001f600\\U0000007f"  # a'],
        [],
    ),
}


@pytest.mark.parametrize(("data", "lines", "codes"), FORMS.values(), ids=FORMS)
def test_files_as_they_come(data: bytes, lines: list[str], codes: list[str]) -> None:
    result = merge(directory("a", {"binder/environment.yml": data}))
    assert result.essence == lines
    assert [finding.code for finding in result.findings] == codes
    assert not result.clashes
    judge(result)


REQUIREMENTS = {
    "continued lines": ("x \\\n  >=1  # c\ny\\\n==2\nz \\", ["  - x >=1  # a (c)", "  - y==2  # a", "  - z  # a"], []),
    "a comment is not continued": ("# see C:\\\nx\n", ["  # see C:\\", "  - x  # a"], []),
    "a comment ends what is continued": ("x \\\n# c\n>=1\n", ["  - x  # a (c)"], ["BB202"]),
    "hashes": ("x==1 --hash=sha256:aa \\\n --hash sha256:bb\n", ["  - x==1  # a"], ["BB203"]),
    "hashes of nothing": ("x==1 --hash=\ny --hash\n", ["  - x==1  # a", "  - y  # a"], ["BB203"] * 2),
    "hashes required": ("--require-hashes\nx\n", ["  - x  # a"], ["BB203"]),
    "options on one line": (
        "-i https://e.org --no-index --trusted-host e.org\n",
        ["  - '-i https://e.org'  # a", "  - --no-index  # a", "  - --trusted-host e.org  # a"],
        ["BB215", "BB215"],
    ),
    "an option behind a requirement": (
        "x==1+cpu -f https://e.org/x  # c\n",
        ["  - '-f https://e.org/x'  # a (c)", "  - x==1+cpu  # a (c)"],
        ["BB214"],
    ),
    "options of a requirement": (
        'x --global-option="--a=b" --global-option="c"\n',
        ['  - \'x --global-option="--a=b" --global-option="c"\'  # a'],
        [],
    ),
    "tabs and spaces": ("\tx\t>=1\t# c\n  y  \n", ["  - x >=1  # a (c)", "  - y  # a"], []),
    "comments": ("# top\n\n# x is\nx#1\ny # two # three\n#\n", ["# a: top", "  - y  # a (two # three)"], ["BB202"]),
    "control characters in a comment": ("x # \x01\u2028\nz\n", ["  - x  # a (\ufffd)", "  - z  # a"], []),
    "what pip refuses": (
        "x=1\nx>\n%%\n--nope\n-e\n-r\n-f 'x\n--pre x\n-f x --nope\nx>=1<2\nx --global-option=a --nope\n./x -y\n"
        "x; python_version<'a - 3'\n",
        [],
        ["BB202"] * 13,
    ),
    "a value that is an option": ("-c--hash=sha256:aa  /c.txt\n-r -x\n", [], ["BB202"] * 2),
    "a version of old": ("x==2004d\ny==1.*.2\n", [], ["BB202"] * 2),
    "a marker that nests": (f"x; {'(' * 5000}\n", [], ["BB202"]),
    "a package of conda": ("conda-forge::x\n", [], ["BB202"]),
    "variables": (
        "${TOKEN}\n-i https://${TOKEN}@e.org\n",
        ["  - '-i https://${TOKEN}@e.org'  # a"],
        ["BB202", "BB215"],
    ),
}


@pytest.mark.parametrize(("text", "lines", "codes"), REQUIREMENTS.values(), ids=REQUIREMENTS)
def test_requirements_as_they_come(text: str, lines: list[str], codes: list[str]) -> None:
    result = merge(directory("a", {"binder/requirements.txt": text}))
    assert result.essence == lines
    assert [finding.code for finding in result.findings] == codes
    judge(result)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1"])
def test_requirements_in_any_encoding(encoding: str) -> None:
    result = merge(directory("a", {"binder/requirements.txt": "x  # \xfc\ny\n".encode(encoding)}))
    assert result.essence == ["  - x  # a (\xfc)", "  - y  # a"]
    assert [finding.code for finding in result.findings] == ["BB101"] * (not encoding.startswith("utf-8"))


APT = {
    "pins clash": (("x=1", "x=2"), ["x=1  # a; clash, see below", "# x=2  # b wanted this"], 1, []),
    "pin and release": (("x=1", "x/sid"), ["x=1  # a; clash, see below", "# x/sid  # b wanted this"], 1, []),
    "architectures stand apart": (("x", "x:i386"), ["x  # a", "x:i386  # b"], 0, []),
    "what is no name": (("x(y\nX\n@\n",), [], 0, ["BB201"] * 3),
    "names with something around them": (
        ("x, y\nz;rm\n$(w)\nXvfb\n",),
        ["x  # a", "y  # a", "z  # a", "xvfb  # a"],
        0,
        ["BB201"] * 4,
    ),
    "byte order mark, tabs, comments": (
        ("\ufeffx\ty  # c\n# above\nz#d",),
        ["x  # a (c)", "y  # a (c)", "# above", "z  # a (d)"],
        0,
        [],
    ),
    "only comments": (("# one\n#\n",), ["# a: one"], 0, []),
    "empty": (("",), [], 0, []),
}


@pytest.mark.parametrize(("texts", "lines", "clashes", "codes"), APT.values(), ids=APT)
def test_apt_as_it_comes(texts: tuple[str, ...], lines: list[str], clashes: int, codes: list[str]) -> None:
    result = merge(*(directory(label, {"binder/apt.txt": text}) for label, text in zip("ab", texts, strict=False)))
    assert result.packages.splitlines()[:-1] == lines
    assert len(result.clashes) == clashes
    assert [finding.code for finding in result.findings] == codes


# A line of apt.txt, and the names in it.
APT_LINES = {
    "apt-get install -y pandoc": "pandoc",
    "sudo apt install graphviz": "graphviz",
    "apt-get -yq --no-install-recommends install x264=1:2 tree": "x264=1:2 tree",
    "apt-get update": "",
    "apt-get": "",
    "apt-get install": "",
    "sudo apt install -y \\": "",
    "apt-get update && apt-get install -y a-b c && rm -rf /var/lib/apt/lists/*": "a-b c",
    "RUN DEBIAN_FRONTEND=noninteractive apt-get install --yes tzdata; apt-get clean": "tzdata",
    "$ sudo -H aptitude install tree \\": "tree",
    "apt install -t noble-backports -o Dpkg::Use-Pty=0 tree": "tree",
    "yes | sudo apt-get install tree || true": "tree",
    "bash -c 'apt-get install tree'": "tree",
    "/usr/bin/apt-get install -y $(cat list) tree": "tree",
    "apt-get remove --purge nano": "",
    "add-apt-repository -y ppa:o/n && apt update && apt install qgis": "qgis",
    "add-apt-repository ppa:o/n": "",
    "ppa:o/n": "",
    "dpkg -i x.deb": "",
    "dpkg --add-architecture i386": "",
    "pip install numpy": "",
    "python3 -m pip install numpy": "",
    "conda install -y numpy": "",
    "curl -sL https://example.org/setup | bash -": "",
    "export X=1": "",
    "- tree": "tree",
    "* tree": "tree",
    "1. tree": "tree",
    "'tree'": "tree",
    "tree, less": "tree less",
    "tree;less": "tree less",
    "tree \\": "tree",
    "Tree": "tree",
    "tree==1.8": "tree=1.8",
    "tree>=1.8": "tree",
    "tree (>= 1.8) [amd64]": "tree",
    "tree -y": "tree",
    "tree\tinstall": "tree",
    "tree deinstall": "",
    "ii  tree:amd64  1.8  amd64  lists a folder": "tree",
    "tree/noble,now 1.8 amd64 [installed,automatic]": "tree",
}


@pytest.mark.parametrize(("text", "names"), APT_LINES.items(), ids=APT_LINES)
def test_lines_of_apt_that_are_no_names(text: str, names: str) -> None:
    result = merge(directory("a", {"binder/apt.txt": f"less\n{text}  # c\n"}))
    assert [entry.text for entry in result.apt.entries] == list(dict.fromkeys(["less", *names.split()]))
    (finding,) = result.findings
    assert (finding.code, finding.line, finding.text) == ("BB201", 2, text)
    assert finding.left_out is not bool(names)
    with pytest.raises(BlocksError, match=re.escape(f"a.txt:1: '{printable(text)}'")):
        apt.merge([Fragment("a", "a.txt", text)])


@pytest.mark.parametrize("text", ["sudo", "apt curl", "wget curl git", "ii", "0ad tree", "g++ c++-x", "x/stable y=1*"])
def test_lines_of_apt_that_are_names(text: str) -> None:
    result = merge(directory("a", {"binder/apt.txt": text}))
    assert [entry.text for entry in result.apt.entries] == text.split()
    assert not result.findings


UNREADABLE = {
    "no YAML": (b"dependencies:\n- x\n- [\n", 4),
    "a control character": (b"dependencies:\n- x\n- y\x01\n", 3),
    "two documents": (b"dependencies: [x]\n---\ndependencies: [y]\n", 2),
    "an alias of nothing": (b"dependencies:\n- *x\n", 2),
    "a list": (b"- x\n- y\n", 1),
    "a text": (b"x\n", 1),
    "dependencies that are none": (b"name: x\ndependencies: y\n", 2),
    "channels that are none": (b"channels:\n  x: y\n", 2),
    "a channel that is none": (b"channels:\n- x: y\n", 2),
    "dependencies of a mapping": (b"dependencies:\n  numpy: 1.2\n", 2),
    "pip that is no list": (b"dependencies:\n- pip: x\n", 2),
    "pip of lists": (b"dependencies:\n- pip:\n  - [x]\n", 3),
    "variables that are none": (b"variables:\n- A=1\n", 2),
    "variables of lists": (b"variables:\n  A: [1]\n", 2),
    "a variable too long": (b"variables:\n  ? " + b"A" * 2000 + b"\n  : 1\n", 2),
    "a variable too long as YAML writes it": (b'variables:\n  ? "' + b"\\t" * 500 + b'"\n  : 1\n', 2),
    "nested a little": (b"a: 1\nb: " + b"[" * 600, 2),
    "nested deeply": (b"dependencies:\n- " + b"[" * 100_000, 2),
    "nested deeply, by indentation": (b"- " * 100_000, 1),
    "nested deeply, in mappings": (b"{a: " * 50_000, 1),
    "nested deeply, in keys": (b"? " * 50_000, 1),
}


@pytest.mark.parametrize(("data", "line"), UNREADABLE.values(), ids=UNREADABLE)
def test_unreadable_files_are_named_with_the_line(data: bytes, line: int) -> None:
    with pytest.raises(BlocksError, match=re.escape(f"gh:o/a@0123456:binder/environment.yml:{line}: ")):
        merge(directory("a", {"binder/environment.yml": data}))


# What stands in a file of binder/, and what becomes of it in environment.yml and in requirements.txt, of an import and
# of an adopted directory: pip takes local packages from the file's own folder, and from the repository's root.
IMPORT, ROOT = "imports/a/binder", "imports/a"
PATHS = [
    ("-r x.txt", f"-r {IMPORT}/x.txt", f"-r {IMPORT}/x.txt", "-r ./x.txt", "-r ./x.txt"),
    ("-r ../x.txt", f"-r {ROOT}/x.txt", f"-r {ROOT}/x.txt", "-r ../x.txt", "-r ../x.txt"),
    ("-rx.txt", f"-r {IMPORT}/x.txt", f"-r {IMPORT}/x.txt", "-r ./x.txt", "-r ./x.txt"),
    ("-r file:x.txt", f"-r {IMPORT}/x.txt", f"-r {ROOT}/x.txt", "-r ./x.txt", "-r ../x.txt"),
    ("--requirement=x.txt", *[f"--requirement {IMPORT}/x.txt"] * 2, *["--requirement ./x.txt"] * 2),
    ("-c c.txt", f"-c {IMPORT}/c.txt", f"-c {IMPORT}/c.txt", "-c ./c.txt", "-c ./c.txt"),
    ("-e .", f"-e {IMPORT}", f"-e {ROOT}", "-e ./.", "-e .."),
    ("-e .[dev]", f"-e {IMPORT}[dev]", f"-e {ROOT}[dev]", "-e ./.[dev]", "-e ..[dev]"),
    ("-e . [dev]", f"-e {IMPORT}[dev]", f"-e {ROOT}[dev]", "-e ./.[dev]", "-e ..[dev]"),
    ("-e ./pkg/", f"-e {IMPORT}/pkg", f"-e {ROOT}/pkg", "-e ./pkg", "-e ../pkg"),
    ("-e ..", f"-e {ROOT}", "-e ./imports", "-e ..", "-e ../.."),
    (".", f"{IMPORT}", f"{ROOT}", "./.", ".."),
    ("./pkg[extra]", f"{IMPORT}/pkg[extra]", f"{ROOT}/pkg[extra]", "./pkg[extra]", "../pkg[extra]"),
    ("lib/pkg", f"{IMPORT}/lib/pkg", f"{ROOT}/lib/pkg", "lib/pkg", "../lib/pkg"),
    ("lib/pkg[a,b]", f"{IMPORT}/lib/pkg[a,b]", f"{ROOT}/lib/pkg[a,b]", "lib/pkg[a,b]", "../lib/pkg[a,b]"),
    ("x-1.whl", f"{IMPORT}/x-1.whl", f"{ROOT}/x-1.whl", "./x-1.whl", "../x-1.whl"),
    ("file:pkg", f"{IMPORT}/pkg", f"{ROOT}/pkg", "./pkg", "../pkg"),
    ("--find-links ./wheels", *[f"--find-links {IMPORT}/wheels"] * 2, *["--find-links ./wheels"] * 2),
    ("-f other", f"-f {IMPORT}/other", f"-f {ROOT}/other", "-f ./other", "-f ../other"),
    *(
        (line, line, line, line, line)
        for line in (
            "-r https://e.org/x.txt",
            "-e git+https://e.org/x.git#egg=x",
            "-f https://e.org/wheels",
            "-e /srv/x",
            "-r ${HOME}/x.txt",
            "/srv/x.whl",
            "file:///srv/x.whl",
            "x @ file:///srv/x.whl",
            "-e ~/x",
        )
    ),
]


@pytest.mark.parametrize(("line", "environment", "requirements", "adopted", "adopted_requirements"), PATHS)
def test_relative_paths(
    line: str, environment: str, requirements: str, adopted: str, adopted_requirements: str
) -> None:
    def moved(file: str, text: str, home: str | None) -> str:
        files = {f"binder/{file}": text, "binder/wheels/x.whl": ""}
        result = merge(directory("a", files, home=home))
        assert not result.findings
        judge(result)
        (entry,) = result.environment.pip.entries
        return entry.text

    assert moved("environment.yml", pip(line), None) == environment
    assert moved("requirements.txt", line, None) == requirements
    assert moved("environment.yml", pip(line), "") == adopted
    assert moved("requirements.txt", line, "") == adopted_requirements


def test_relative_paths_of_files_in_the_root() -> None:
    files = {"requirements.txt": "-r x.txt\n-e .\n", "environment.yml": pip("./pkg")}
    theirs, own = directory("a", files, folder=""), directory("b", files, folder="", home="")
    assert [entry.text for entry in merge(theirs).environment.pip.entries] == [
        *("-r imports/a/x.txt", "-e imports/a", "imports/a/pkg")
    ]
    assert [entry.text for entry in merge(own).environment.pip.entries] == ["-r ../x.txt", "-e ..", "../pkg"]


def test_who_comes_first_wins_whichever_file_it_is() -> None:
    first = directory("a", {"binder/requirements.txt": "x==1\n"})
    second = directory("b", {"binder/environment.yml": pip("x==2")})
    (clash,) = merge(first, second).clashes
    assert [place(want) for want in clash.parties] == ["a:1", "b:3"]


ALL = [
    directory("a", {"binder/environment.yml": text, "binder/requirements.txt": "-r x.txt\nx<3\ny ; os_name=='nt'\n"})
    for case in PEERS.values()
    for text in case.texts
]


@pytest.mark.parametrize("source", ALL)
def test_a_file_with_itself_changes_nothing_but_provenance(source: object) -> None:
    once, twice = merge(source), merge(source, source)  # type: ignore[arg-type]
    assert twice.text.splitlines()[-1:] == once.text.splitlines()[-1:]
    assert [entry.text for entry in twice.environment.conda.entries] == [
        entry.text for entry in once.environment.conda.entries
    ]
    assert [entry.text for entry in twice.environment.pip.entries] == [
        entry.text for entry in once.environment.pip.entries
    ]


@pytest.mark.parametrize("source", ALL)
def test_a_merged_file_merges_into_itself(source: object) -> None:
    once = merge(source)  # type: ignore[arg-type]
    twice = merge(again(once))
    for part, other in zip(once.environment.parts.values(), twice.environment.parts.values(), strict=True):
        assert {entry.text for entry in part.entries} - {"pip"} == {entry.text for entry in other.entries} - {"pip"}
    assert {entry.text for entry in once.apt.entries} == {entry.text for entry in twice.apt.entries}
    assert "wanted this" in twice.text or not once.clashes or once.clashes[0].kind == "channels"
