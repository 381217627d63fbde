"""What people wrote on another machine, or for another program: what is taken in its place, and what is told."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extensions.errors import BlocksError
from extensions.merge import apt_lines
from extensions.merge.pip import read
from extensions.model import Fragment
from tests.merging import directory, judge, merge

LINUX = "https://e.org/a-1.2-cp311-cp311-manylinux_2_17_x86_64.whl"
# A requirement, what is taken in its place, and the code of its finding.
UNFIT = {
    "glob": ("", "BB211"),
    "os==1.0": ("", "BB211"),
    "py_compile": ("", "BB211"),
    "os.path": ("", "BB211"),
    "urllib2": ("", "BB211"),
    "DateTime==5.5": ("DateTime==5.5", ""),
    "dataclasses; python_version < '3.7'": ("dataclasses; python_version < '3.7'", ""),
    "typing-extensions": ("typing-extensions", ""),
    "importlib.metadata": ("importlib.metadata", ""),
    "pywin32==306": ("", "BB216"),
    "pyobjc-core": ("", "BB216"),
    "pkg_resources==0.0.0": ("", "BB216"),
    "pywin32; sys_platform == 'win32'": ("pywin32; sys_platform == 'win32'", ""),
    "sklearn==0.0": ("scikit-learn", "BB226"),
    "matplotlib.pyplot": ("matplotlib", "BB226"),
    "certifi @ file:///croot/certifi_1/work/certifi": ("certifi", "BB212"),
    "a[b] @ file:///C:/b/abs_a/work ; python_version>'3'": ("a[b] ; python_version>'3'", "BB212"),
    "a @ file:///home/conda/feedstock_root/a/work": ("a", "BB212"),
    "a @ file:///tmp/a-1.2+cpu-py3-none-any.whl#sha256=0": ("a==1.2", "BB212"),
    "a @ file:///Users/me/a": ("", "BB212"),
    "-e /home/me/a": ("", "BB212"),
    "--editable=/home/me/a": ("", "BB212"),
    "-e c:\\a": ("", "BB212"),
    "/home/me/a-1.2-py3-none-any.whl": ("a==1.2", "BB212"),
    "C:\\Users\\me\\a-1.2.tar.gz": ("a==1.2", "BB212"),
    "git+file:///home/me/a": ("", "BB212"),
    "-r /home/me/more.txt": ("", "BB212"),
    "-f file:///home/me/wheels": ("", "BB212"),
    "-i http://localhost:3141/simple": ("", "BB212"),
    "-e .\\a[b]": ("-e ./a[b]", "BB212"),
    "-r sub\\more.txt": ("-r sub/more.txt", "BB212"),
    "-e /home/jovyan/a": ("-e /home/jovyan/a", ""),
    "-e git+ssh://git@e.org/o/a.git@0123#egg=a": ("-e git+https://e.org/o/a.git@0123#egg=a", "BB213"),
    "git+git@e.org:o/a.git": ("git+https://e.org/o/a.git", "BB213"),
    "git@e.org:o/a.git@v1#egg=a": ("git+https://e.org/o/a.git@v1#egg=a", "BB213"),
    "git+git://e.org/o/a": ("git+https://e.org/o/a", "BB213"),
    "a @ git+ssh://git@e.org/o/a": ("a @ git+https://e.org/o/a", "BB213"),
    "https://github.com/o/a": ("git+https://github.com/o/a", "BB213"),
    "github.com/o/a": ("git+https://github.com/o/a", "BB213"),
    "https://github.com/o/a/tree/dev": ("git+https://github.com/o/a@dev", "BB213"),
    "https://github.com/o/a/archive/v1.zip": ("https://github.com/o/a/archive/v1.zip", ""),
    "https://pypi.org/project/a/1.2/": ("a==1.2", "BB213"),
    "https://e.org/a-1.2-cp311-cp311-win_amd64.whl": ("a==1.2", "BB224"),
    LINUX: (LINUX, ""),
    "torch==2.1.0+cu118": ("torch==2.1.0", "BB225"),
    "mine===0+unknown": ("mine", "BB225"),
    "a===0.23ubuntu1": ("a", "BB225"),
    "a===1.2": ("a===1.2", ""),
    "python==3.9": ("", "BB211"),
    "conda==4.10": ("", "BB216"),
    "ruamel_yaml_conda==0.15": ("", "BB216"),
    "a==": ("", "BB202"),
    "NAME===": ("", "BB202"),
}


@pytest.mark.parametrize(("text", "expected"), UNFIT.items(), ids=UNFIT)
def test_requirements_that_cannot_be_installed_here(text: str, expected: tuple[str, str]) -> None:
    instead, code = expected
    files = {"requirements.txt": f"less  # first\n# above\n{text}  # why\n"}
    result = merge(directory("a", files, folder="", home=""))
    taken = [entry.text for entry in result.environment.pip.entries if entry.name != "less"]
    # as seen from the folder of the merged file
    assert [re.sub(r"^-e \.\./", "-e ./", line).replace("-r ../", "-r ") for line in taken] == [instead] * bool(instead)
    found = [(one.code, one.line, one.text, one.left_out) for one in result.findings]
    assert found == [(code, 3, text, True)] * bool(code)
    assert bool(instead) or code == "BB202" or f"# {text}  # a wanted this (why)" in result.text
    judge(result)
    if code not in ("", "BB225"):
        with pytest.raises(BlocksError, match=re.escape(f"f.txt:1: '{text}'")):
            list(read(Fragment("a", "f.txt", text)))


SPELLED = {
    "a=1.2": "a==1.2",
    "a===": "a",
    "a==1.2=py37_0": "a==1.2",
    "a 1.2": "a==1.2",
    "a (1.2)": "a==1.2",
    "a=>1.2": "a>=1.2",
    "a^1.2": "a~=1.2",
    "a>1<2": "a>1,<2",
    "a,": "a",
    "'a'": "a",
    "- a>=1": "a>=1",
    "-abc": "abc",
    "pip install a": "a",
    "!pip3 install -U a==1": "a==1",
    "import a as b": "a",
    "conda-forge::a": "a",
}


@pytest.mark.parametrize(("text", "form"), SPELLED.items(), ids=SPELLED)
def test_a_requirement_that_pip_cannot_read_is_told_with_the_form_that_works(text: str, form: str) -> None:
    (finding,) = merge(directory("a", {"binder/requirements.txt": text})).findings
    assert (finding.code, finding.remedy) == ("BB202", f"write it like '{form}'")


OPTIONS = {
    **dict.fromkeys(["--user", "--upgrade", "--no-cache-dir", "-U", "--quiet"], "remove it; "),
    **dict.fromkeys(["-U numpy", "--target=x", "--user numpy"], "remove the option; "),
    **dict.fromkeys(["-r", "--index-url", "-e"], "write what it is for behind it, "),
}


@pytest.mark.parametrize(("text", "remedy"), OPTIONS.items(), ids=OPTIONS)
def test_an_option_is_told_to_be_no_name(text: str, remedy: str) -> None:
    (finding,) = merge(directory("a", {"binder/requirements.txt": text})).findings
    assert finding.code == "BB202"
    assert finding.remedy.startswith(remedy)


URL, OTHER, PYPI = "https://e.org/simple", "https://f.org/simple", "https://pypi.org/simple"
# Requirements of a, and of b; the lines of pip, and the codes of what is found.
INDICES = {
    "behind a requirement": (f"x==1 --index-url {URL}\ny", "", [f"--extra-index-url {URL}", "x==1", "y"], ["BB214"]),
    "short, behind a requirement": (f"x -i {URL}", "", [f"--extra-index-url {URL}", "x"], ["BB214"]),
    "one more, behind": (f"x --extra-index-url={URL}", "", [f"--extra-index-url={URL}", "x"], ["BB214"]),
    "links, behind": (f"x -f {URL}", "", [f"-f {URL}", "x"], ["BB214"]),
    "a host, behind": ("x --trusted-host e.org", "", ["--trusted-host e.org", "x"], ["BB214"]),
    "no index, behind": ("x --no-index", "", ["x"], ["BB214"]),
    "early versions, behind": ("x --pre", "", ["x"], ["BB214"]),
    "a file, behind": ("x -r y.txt", "", ["x"], ["BB214"]),
    "packages behind": (
        f"--extra-index-url {URL} x==1 y",
        "",
        [f"--extra-index-url {URL}", "x==1", "y"],
        ["BB214"] * 2,
    ),
    "alone": (f"-i {URL}\nx", "", [f"-i {URL}", "x"], ["BB215"]),
    "beside another's": (f"-i {URL}\nx", "y", [f"--extra-index-url {URL}", "x", "y"], ["BB215"]),
    "beside another's of the same": (f"-i {URL}\nx", f"-i {URL}\ny", [f"-i {URL}", "x", "y"], ["BB215"] * 2),
    "beside another index": (
        *(f"-i {URL}\nx", f"-i {OTHER}\ny"),
        *([f"--extra-index-url {URL}", f"--extra-index-url {OTHER}", "x", "y"], ["BB215"] * 2),
    ),
    "beside another's file": (f"-i {URL}\nx", "-r y.txt", [f"--extra-index-url {URL}", "-r y.txt", "x"], ["BB215"]),
    "with PyPI beside it": (
        *(f"-i {URL}\n--extra-index-url {PYPI}\nx", "y"),
        *([f"-i {URL}", f"--extra-index-url {PYPI}", "x", "y"], []),
    ),
    "PyPI itself": (f"-i {PYPI}\nx", "y", [f"-i {PYPI}", "x", "y"], []),
    "none, alone": ("--no-index\n-f w\nx", "", ["--no-index", "-f w", "x"], ["BB215"]),
    "none, beside another's": ("--no-index\n-f w\nx", "y", ["-f w", "x", "y"], ["BB215"]),
    "one more": (f"--extra-index-url {URL}\nx", "y", [f"--extra-index-url {URL}", "x", "y"], []),
    "a local version, and a host": (
        *("--trusted-host pypi.org\nx==1+cpu", "", ["--trusted-host pypi.org", "x==1"], ["BB225"]),
    ),
    "a local version, and PyPI": (
        *(f"--extra-index-url {PYPI}\nx==1+cpu", "", [f"--extra-index-url {PYPI}", "x==1"], ["BB225"]),
    ),
    "a local version, and its index": (f"-f {URL}\nx==1+cpu", "", [f"-f {URL}", "x==1+cpu"], []),
}


@pytest.mark.parametrize(("one", "other", "lines", "codes"), INDICES.values(), ids=INDICES)
def test_one_index_takes_no_place_from_another(one: str, other: str, lines: list[str], codes: list[str]) -> None:
    texts = zip("ab", (one, other), strict=True)
    result = merge(*(directory(label, {"requirements.txt": text}, "") for label, text in texts))
    assert [re.sub("imports/[ab]/", "", entry.text) for entry in result.environment.pip.entries] == lines
    assert [finding.code for finding in result.findings] == codes
    assert not result.clashes
    judge(result)


EXPORT = """channels: [defaults]
dependencies: [python=3.7.1=haf84260_7, appnope=0.1.0=py37_0, pywin32=223=py37h_1, numpy=1.15.4=py37h_0, x=1=py37_1]
"""
CONDA = {
    "an export of another system": (EXPORT, ["BB209", "BB210", "BB216", "BB216", "BB217", "BB218"]),
    "one of the right Python": ("dependencies: [x=1=py312_0, y=1=h_0]\n", ["BB217"]),
    "a build among others": ("dependencies: [x=1=py312_0, y, z, w]\n", []),
    "a build of any version": ("dependencies: ['x=*=*mkl', 'y=*=*mkl']\n", []),
    "names of another system": ("dependencies: [m2w64-gcc, clang_osx-64, vs2017_win-64, python.app]\n", ["BB216"] * 4),
    "modules": ("dependencies: [os, glob]\n", ["BB211"] * 2),
    "libraries under names of modules": ("dependencies: [zlib, readline, typing, dataclasses]\n", []),
    "another name": ("dependencies: [sklearn, torch=2]\n", ["BB226"] * 2),
}


@pytest.mark.parametrize(("text", "codes"), CONDA.values(), ids=CONDA)
def test_what_conda_cannot_install_here(text: str, codes: list[str]) -> None:
    result = merge(directory("a", {"binder/environment.yml": text}))
    assert [finding.code for finding in result.findings] == codes
    for finding in (one for one in result.findings if one.code in ("BB211", "BB216")):
        assert f"# {finding.text}  # a wanted this" in result.text
    judge(result)


def test_builds_for_another_python_are_told_once() -> None:
    found = {one.code: one for one in merge(directory("a", {"binder/environment.yml": EXPORT})).findings}
    assert found["BB218"].text == "numpy=1.15.4=py37h_0"
    assert "Python 3.7, as 1 more" in found["BB218"].reason
    assert (found["BB217"].line, found["BB217"].text) == (0, "")
    assert "--from-history" in found["BB217"].remedy


KINDS = {
    "version: 1\nmetadata: {}\npackage: [{name: x}]\n": "conda-lock",
    "name: x\nenvironments: {default: [environment.yml]}\n": "conda-project",
    "name: x\npackages: [numpy]\nenv_specs: {}\n": "anaconda-project",
    "version: '3'\nservices: {web: {image: x}}\n": "Docker Compose",
    "package: {name: x}\nbuild: {number: 0}\nrequirements: {}\n": "conda-build",
    "apiVersion: v1\nkind: Pod\n": "Kubernetes",
    "on: push\njobs: {}\n": "workflow",
    "channels: [x]\nchannel_priority: strict\n": ".condarc",
    "channels: [x]\npackages: [numpy]\n": "'dependencies' and not 'packages'",
}


@pytest.mark.parametrize(("text", "kind"), KINDS.items(), ids=KINDS.values())
def test_a_file_of_another_kind_is_told_and_not_merged(text: str, kind: str) -> None:
    result = merge(directory("a", {"binder/environment.yml": text}))
    (finding,) = result.findings
    assert (finding.code, finding.line, finding.left_out) == ("BB219", 0, True)
    assert kind in finding.reason
    assert result.essence == []
    packages = merge(directory("a", {"binder/environment.yml": f"{text}dependencies: [numpy]\n"}))
    assert "- numpy  # a" in packages.essence
    assert "BB219" not in [one.code for one in packages.findings]


PIECES = st.sampled_from(
    [
        *(
            "apt-get",
            "apt",
            "sudo",
            "install",
            "update",
            "-y",
            "&&",
            ";",
            "|",
            "tree",
            "x264=1:2",
            "libfoo-dev:i386",
            "#",
        ),
        *(
            "-",
            "*",
            "'tree'",
            "less,",
            "(>= 1.2)",
            "$(x)",
            "\\",
            "RUN",
            "A=b",
            "file:///a/b",
            "C:\\a",
            "@",
            "git@e.org:o/r",
        ),
        *(
            "git+ssh://",
            "github.com/o/r",
            "-e",
            "-i",
            "--index-url",
            "https://e.org",
            "a==1+b",
            "glob",
            "~",
            "..\\x",
            "\t",
        ),
    ]
)


@given(st.lists(PIECES, max_size=8).map(" ".join))
def test_what_is_taken_of_a_line_of_apt_is_names(text: str) -> None:
    found = apt_lines.read(text) if text.strip() else apt_lines.Line(())
    assert all(apt_lines.PACKAGE.fullmatch(name) and name not in apt_lines.NEVER for name in found.names)
    assert found.kind or found.refused or list(found.names) == text.split()


@given(st.lists(PIECES, max_size=8).map(" ".join))
def test_any_requirement_is_taken_or_told(text: str) -> None:
    """And what is taken of it is taken as it is, the next time."""
    result = merge(directory("a", {"binder/requirements.txt": text}, home=""))
    assert result.environment.pip.entries or result.findings or not text.partition("#")[0].strip("\\ \t")
    for entry in result.environment.pip.entries:
        again = merge(directory("a", {"requirements.txt": entry.text}, folder="", home="binder"))
        assert [one.code for one in again.findings if one.code not in ("BB215", "BB225")] == []
    judge(result)


@pytest.mark.parametrize(
    "letters", [" ", "-", "(", "a", "a@", "\\", "[", "=", "$(", "`", "/", "&", "a ", "- ", "~", ">"]
)
def test_long_lines_take_no_time(letters: str) -> None:
    text = f"a{letters * (60_000 // len(letters))}!"
    start = time.process_time()
    apt_lines.read(text)
    merge(directory("a", {"requirements.txt": text}, folder=""))
    assert time.process_time() - start < 5
