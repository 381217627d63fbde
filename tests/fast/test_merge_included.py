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


# The files of a directory; the places and codes that are found.
BROKEN = {
    "names": ({R: "-r m.txt\n", "m.txt": "x\nglob\nsklearn  # y\n"}, [("m.txt:2", "BB211"), ("m.txt:3", "BB226")]),
    "of a file of a file": ({R: "-r s/m.txt\n", "s/m.txt": "-r n.txt", "s/n.txt": "os"}, [("s/n.txt:1", "BB211")]),
    "named twice": ({R: "-r m.txt\n-r n.txt\n", "m.txt": "glob", "n.txt": "-r m.txt"}, [("m.txt:1", "BB211")]),
    "a path, and what pip cannot read": (
        *({R: "-r m.txt\n", "m.txt": "/home/me/x\n--user\n"}, [("m.txt:1", "BB212"), ("m.txt:2", "BB202")]),
    ),
    "what pip can read": ({R: "-r m.txt\n", "m.txt": "x --hash=a:b\n-i https://e.org y\n--pre\n-e ./p\n"}, []),
    "a constraint": ({R: "-c m.txt\n", "m.txt": "-r n.txt\nglob", "n.txt": "os"}, []),
    "a file that is merged": ({E: conda("pip: [-r requirements.txt]"), R: "glob\n"}, [("requirements.txt:1", "BB211")]),
}


@pytest.mark.parametrize("home", [None, ""], ids=["imported", "adopted"])
@pytest.mark.parametrize(("files", "found"), BROKEN.values(), ids=BROKEN)
def test_what_breaks_the_build_in_a_file_is_told(
    files: dict[str, str], found: list[tuple[str, str]], home: str | None
) -> None:
    result = merge(directory("a", {f"binder/{name}": text for name, text in files.items()}, home=home))
    assert [(one.place.partition("binder/")[2], one.code) for one in result.findings] == found
    assert not any("was taken" in one.remedy for one in result.findings)
    judge(result)


def test_a_line_for_requirements_that_are_merged_is_dropped() -> None:
    named = "dependencies:\n- pip:\n  - -r requirements.txt  # why\n"
    trees = {"a": {R: "x>=2\n"}, "b": {E: named, R: "x<2\nz\n"}}
    each = (directory(label, {f"binder/{name}": text for name, text in one.items()}) for label, one in trees.items())
    result = merge(*each)
    lines = ["# b: why", "  - x>=2  # a; clash, see below", "  # x<2  # b wanted this", "  - z  # b"]
    assert result.essence == lines
    judge(result)
