"""tools/link.py: what it prints, and what it refuses."""

from __future__ import annotations

import subprocess
import sys
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.fast.conftest import ROOT


def link(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, by a Python that has nothing else."""
    command = [sys.executable, "-I", "-S", str(ROOT / "tools/link.py"), *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True)


NOTEBOOK = "gh:owner/notebooks@main#week 1/a.ipynb"
COMMANDS = {
    "Lab": (["gh:o/r"], "https://mybinder.org/v2/gh/o/r/HEAD?urlpath=lab\n"),
    "file": (["gh:o/r@b#a b.ipynb"], "https://mybinder.org/v2/gh/o/r/b?urlpath=lab%2Ftree%2Fa+b.ipynb\n"),
    "commit of the build": (
        [f"gh:o/r@{'a' * 40}", "--content", "gh:o/r@main#a.ipynb"],
        f"https://mybinder.org/v2/gh/o/r/{'a' * 40}?urlpath=git-pull%3Frepo%3Dhttps%253A%252F%252Fgithub.com%252Fo%252F"
        "r%26urlpath%3Dlab%252Ftree%252Fr%252Fa.ipynb%26branch%3Dmain\n",
    ),
    "document": (
        ["gh:o/r#a.ipynb", "--open", "document"],
        "https://mybinder.org/v2/gh/o/r/HEAD?urlpath=%2Fdoc%2Ftree%2Fa.ipynb\n",
    ),
    "application": (["gh:o/r", "--open", "openrefine"], "https://mybinder.org/v2/gh/o/r/HEAD?urlpath=openrefine%2F\n"),
    "port": (["gh:o/r", "--open", "7474"], "https://mybinder.org/v2/gh/o/r/HEAD?urlpath=proxy%2F7474%2F\n"),
    "RStudio": (["gh:o/r", "--open", "rstudio"], "https://mybinder.org/v2/gh/o/r/HEAD?urlpath=rstudio%2F\n"),
    "badge": (
        ["gh:o/r", "--badge", "--binder", "https://b.example"],
        "[![Binder](https://b.example/badge_logo.svg)](https://b.example/v2/gh/o/r/HEAD?urlpath=lab)\n",
    ),
    "both": (
        ["gh:o/r", "--hub", "https://h.example", "--content", NOTEBOOK, "--open", "notebook", "--folder", "f"],
        "https://mybinder.org/v2/gh/o/r/HEAD?urlpath=git-pull%3Frepo%3Dhttps%253A%252F%252Fgithub.com%252Fowner%252F"
        "notebooks%26urlpath%3Dtree%252Ff%252Fweek%2B1%252Fa.ipynb%26branch%3Dmain%26targetPath%3Df\n"
        "https://h.example/hub/user-redirect/git-pull?repo=https%3A%2F%2Fgithub.com%2Fowner%2Fnotebooks"
        "&urlpath=tree%2Ff%2Fweek+1%2Fa.ipynb&branch=main&targetPath=f\n",
    ),
    "LTI": (
        ["--hub", "https://h.example", "--lti"],
        "https://h.example/hub/lti/launch?next=%2Fhub%2Fuser-redirect%2Flab\n",
    ),
}


@pytest.mark.parametrize(("arguments", "output"), COMMANDS.values(), ids=COMMANDS)
def test_command(arguments: list[str], output: str) -> None:
    result = link(*arguments)
    assert (result.returncode, result.stdout, result.stderr) == (0, output, "")


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ([], 2, "name the course's repository, or a --hub"),
        (["gh:o/r", "--lti"], 2, "--lti needs a --hub"),
        (["gh:o/r", "--folder", "x"], 2, "--folder needs --content"),
        (["--hub", "https://h.example", "--badge"], 2, "--badge needs the course's repository"),
        (["gh:o/r#a", "--content", "gh:o/x#b"], 1, "'a': a link opens one file"),
        (["gh:o"], 1, "'gh:o': is no repository; write it like 'gh:owner/repo'"),
        (["gh:o/r", "--open", "document"], 1, "name the file"),
        (["gh:o/r", "--open", "99999"], 1, "'99999': is no port; ports go from 1 to 65535"),
        (["gh:o/r", "--open", "a\x07"], 1, "contains a character that cannot be seen"),
        (["gh:o/r", "--content", NOTEBOOK, "--folder", "../y"], 1, "'../y': is no folder to clone to"),
        (["gh:o/r", "--content", NOTEBOOK, "--folder", "y\x07"], 1, "contains a character that cannot be seen"),
        (["gh:o/r", "--binder", "mybinder"], 1, "is no address of a server"),
    ],
)
def test_command_refuses(arguments: list[str], status: int, message: str) -> None:
    result = link(*arguments)
    assert (result.returncode, result.stdout) == (status, "")
    assert message in result.stderr
    assert "Traceback" not in result.stderr


COURSE, CONTENT = "gh:o/env", "gh:o/nb@main"
OPENED = {
    ("voila", "dash.ipynb"): "voila/render/dash.ipynb",
    ("voila", "week 1/"): "voila/tree/week 1/",
    ("voila", ""): "voila/",
    ("retro", "a.ipynb"): "retro/notebooks/a.ipynb",
    ("nbclassic", "a/"): "nbclassic/tree/a/",
    ("notebooks", "a.ipynb"): "notebooks/a.ipynb",
    ("edit", "a.md"): "edit/a.md",
    ("tree", "a.ipynb"): "tree/a.ipynb",
    ("jupyterlab", "C# a?.ipynb"): "lab/tree/C%23 a%3F.ipynb",
    ("shiny", "app/"): "shiny/app/",
    ("shiny", ""): "shiny/",
    ("rstudio", ""): "rstudio/",
    ("streamlit", ""): "streamlit/",
    ("8501", ""): "proxy/8501/",
}


@pytest.mark.parametrize(("asked", "urlpath"), OPENED.items(), ids=map("-".join, OPENED))
def test_file_is_opened_where_the_application_opens_it(asked: tuple[str, str], urlpath: str) -> None:
    name, path = asked
    place = f"{COURSE}#{path}" if path else COURSE
    (address,) = link(place, "--open", name).stdout.splitlines()
    assert parse_qs(urlsplit(address).query)["urlpath"] == [urlpath]


def test_file_of_the_content_in_voila() -> None:
    (address,) = link(COURSE, "--content", f"{CONTENT}#dash.ipynb", "--open", "voila").stdout.splitlines()
    (pull,) = parse_qs(urlsplit(address).query)["urlpath"]
    assert parse_qs(urlsplit(pull).query)["urlpath"] == ["voila/render/nb/dash.ipynb"]
    (address,) = link(COURSE, "--content", CONTENT, "--open", "rstudio").stdout.splitlines()
    assert "rstudio%252F" in address


@pytest.mark.parametrize(
    ("name", "path", "message"),
    [
        ("shiny", "x/app.R", "a link opens no file in it; name its folder: 'x/'"),
        ("rstudio", "a.R", "a link opens no file in it; leave out '#a.R'"),
        ("streamlit", "app.py", "a link opens no file in it"),
        ("openrefine", "a.csv", "a link opens no file in it"),
        ("7474", "a/", "a link opens no folder in it"),
        ("document", "a/", "a link opens no folder in it"),
    ],
)
def test_no_file_is_dropped_without_a_word(name: str, path: str, message: str) -> None:
    for arguments in ((f"{COURSE}#{path}",), (COURSE, "--content", f"{CONTENT}#{path}")):
        result = link(*arguments, "--open", name)
        assert (result.returncode, result.stdout) == (1, "")
        assert message in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["/home/me/course"], "is a folder on this machine"),
        (["file:///home/me/course"], "where Binder cannot reach it"),
        (["gh:o/r", "--content", "~/notebooks"], "is a folder on this machine"),
        (["gh:o/r", "--content", "file:///home/me/notebooks"], "where Binder cannot reach it"),
        (["gh:o/r", "--content", "gh:o/r#C:/x.ipynb"], "is on a machine"),
        (["gh:o/r", "--content", "gh:o/r", "--folder", "/home/jovyan/x"], "is no folder to clone to"),
    ],
)
def test_paths_of_this_machine(arguments: list[str], message: str) -> None:
    result = link(*arguments)
    assert (result.returncode, result.stdout) == (1, "")
    assert message in result.stderr
