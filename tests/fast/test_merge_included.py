"""Files that requirements name: what they ask for, beside what was merged."""

from __future__ import annotations

import pytest

from tests.merging import directory, judge, merge

WHOLE = "pip reads the file whole, and would refuse the two together"
R, E = "requirements.txt", "environment.yml"


def conda(*lines: str) -> str:
    return "dependencies:\n" + "".join(f"- {line}\n" for line in lines)


# The files of a and b in binder/; the lines of the merged one; each clash as places that won and that lost.
INCLUDED = {
    "a file and a line": (
        ({R: "-r more.txt\n", "more.txt": "# top\nx<2\ny\n"}, {R: "x>=2  # why\ny>1\n"}),
        ["  - -r imports/a/binder/more.txt  # a; clash, see below", "  # x>=2  # b wanted this (why)", "  - y>1  # b"],
        [("a/more.txt:2", "b/requirements.txt:1")],
    ),
    "of a pip list": (
        ({E: conda("pip: [--requirement=more.txt]"), "more.txt": "x==1\n"}, {R: "x>=2\n"}),
        ["  - --requirement imports/a/binder/more.txt  # a; clash, see below", "  # x>=2  # b wanted this"],
        [("a/more.txt:1", "b/requirements.txt:1")],
    ),
    "a file of a file, which names it": (
        ({R: "-r s/one.txt\n", "s/one.txt": "-r ../two.txt\n", "two.txt": "x<2 \\\n\n-r s/one.txt"}, {R: "x>=2\n"}),
        ["  - -r imports/a/binder/s/one.txt  # a; clash, see below", "  # x>=2  # b wanted this"],
        [("a/two.txt:1", "b/requirements.txt:1")],
    ),
    "ranges that overlap": (
        ({R: "-r more.txt\n", "more.txt": "x<2\n"}, {R: "x>=1\n"}),
        ["  - -r imports/a/binder/more.txt  # a", "  - x>=1  # b"],
        [],
    ),
    "a constraint": (
        ({R: "-c c.txt\n", "c.txt": "x<2\n"}, {R: "x>=2\n"}),
        ["  - -c imports/a/binder/c.txt  # a", "  - x  # b; clash, see below", "  # x>=2  # b wanted this"],
        [("a/c.txt:1", "b/requirements.txt:1")],
    ),
    "a constraint, and one that it suits": (
        ({R: "-c c.txt\nx!=1.5\n", "c.txt": "x<2\n"}, {R: "x>=2\n"}),
        ["  - -c imports/a/binder/c.txt  # a", "  - x!=1.5  # a; clash, see below", "  # x>=2  # b wanted this"],
        [("a/c.txt:1", "b/requirements.txt:1")],
    ),
    "two files": (
        ({R: "-r more.txt\n", "more.txt": "x<2\n"}, {R: "-r more.txt\n", "more.txt": "x>=2\n"}),
        ["  - -r imports/a/binder/more.txt  # a", "  - -r imports/b/binder/more.txt  # b"],
        [("a/more.txt:1", "b/more.txt:1")],
    ),
    "the requirements that are merged, too": (
        ({R: "x>=2\n"}, {E: conda("pip: [-r requirements.txt]"), R: "x<2\nz\n"}),
        ["  - -r imports/b/binder/requirements.txt  # b; clash, see below", "  # x>=2  # a wanted this", "  - z  # b"],
        [("b/requirements.txt:1", "a/requirements.txt:1")],
    ),
    "conda's": (
        ({R: "-r more.txt\n", "more.txt": "x<2\n"}, {E: conda("x>=2")}),
        ["- x>=2  # b", "  - -r imports/a/binder/more.txt  # a"],
        [("a/more.txt:1", "b/environment.yml:2")],
    ),
    "a marker, a link, a name": (
        ({R: "-r more.txt\n", "more.txt": "x<2; os_name=='nt'\ny @ https://e.org/y.zip\nz\n"}, {R: "x>=2\ny>1\nz>1\n"}),
        ["  - -r imports/a/binder/more.txt  # a", "  - x>=2  # b", "  - y>1  # b", "  - z>1  # b"],
        [],
    ),
    "a file that is not there, or is elsewhere": (
        ({R: "-r none.txt\n-r https://e.org/x.txt\n"}, {R: "x>=2\n"}),
        ["  - -r imports/a/binder/none.txt  # a", "  - '-r https://e.org/x.txt'  # a", "  - x>=2  # b"],
        [],
    ),
}


@pytest.mark.parametrize(("files", "lines", "clashes"), INCLUDED.values(), ids=INCLUDED)
def test_a_clash_through_a_file(
    files: tuple[dict[str, str], ...], lines: list[str], clashes: list[tuple[str, str]]
) -> None:
    trees = ({f"binder/{name}": text for name, text in one.items()} for one in files)
    result = merge(*(directory(label, tree) for label, tree in zip("ab", trees, strict=True)))
    assert result.essence == lines

    def place(where: str) -> str:
        return where.replace("gh:o/", "").replace("@0123456:binder", "")

    found = [(place(one.wants[0].place), place(one.losing[0].place)) for one in result.clashes]
    assert found == clashes
    assert all(one.remedy.startswith("make the two ranges overlap, in gh:o/") for one in result.clashes)
    judge(result)
