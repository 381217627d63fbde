"""`copier copy` as a user runs it: the same bytes twice, and one line for bad input with nothing written."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.fast.conftest import ROOT, MakeCatalogue, copier, manifest, tree

ALPHA = {
    "alpha/component.yml": manifest("Alpha", ports="{alpha: 1234}", memory=10, env="{HOST: 127.0.0.1, DB: $ALPHA_DB}"),
    "alpha/apt.txt": "libalpha # the client\n",
    "alpha/questions.yml": (
        'alpha_db: {type: str, default: "it\'s", when: "{{ \'alpha\' in installed }}"}\n'
        "alpha_heap:\n  type: int\n  default: 64\n  when: \"{{ 'alpha' in installed }}\"\n"
        '  validator: "{% if alpha_heap < 32 %}must be at least 32{% endif %}"\n'
        "alpha_mode: {type: str, default: a, choices: [a, b], when: \"{{ 'alpha' in installed }}\"}\n"
        "alpha_flag: {type: bool, default: false, when: \"{{ 'alpha' in installed }}\"}\n"
    ),
    "alpha/environment.yml.jinja": "dependencies:\n  - alpha-{{ alpha_mode }}\n",
    "alpha/service/run": "#!/bin/sh\nexec alpha # {{ not rendered }} ${#a[@]}\n",
    "alpha/service/on-demand.jinja": "{% if alpha_mode == 'b' %}yes\n{% endif %}",
    "alpha/seed/alpha/README.md": "yours\n",
}
BETA = {"beta/component.yml": manifest("Beta", requires="[alpha]"), "beta/files/lib/beta.txt": "beta\n"}


def test_copy_places_and_merges(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    root = make_catalogue({**ALPHA, **BETA})
    course = tmp_path / "course"
    result = copier(
        "copy", "--trust", "--defaults", "--data", "components=[beta]", "--data", "alpha_mode=b", root, course
    )
    assert result.returncode == 0, result.stderr
    binder = course / "binder"
    assert (binder / "apt.txt").read_text().splitlines()[0] == "libalpha  # alpha (the client)"
    assert "  - alpha-b  # alpha\n" in (binder / "environment.yml").read_text()
    assert (binder / "services/alpha/run").read_text() == ALPHA["alpha/service/run"]
    assert (binder / "services/alpha/on-demand").read_text() == "yes\n"
    assert (binder / "order").read_text() == "alpha\nbeta\n"
    assert (course / "lib/beta.txt").read_text() == "beta\n"
    assert "alpha, beta" in result.stderr
    report = json.loads((binder / "report.json").read_text())
    titles = {"alpha": "Alpha", "beta": "Beta"}
    assert report["components"] == {"asked": ["beta"], "installed": ["alpha", "beta"], "titles": titles}
    assert report["ports"] == {"alpha": {"port": 1234, "component": "alpha"}}
    assert report["entries"]["apt.txt"] == [
        {
            "name": "libalpha",
            "text": "libalpha",
            "from": [
                {"component": "alpha", "file": "components/alpha/apt.txt", "line": 1, "text": "libalpha"},
            ],
        }
    ]


def test_environment_file_exports_answers_and_manifest(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    course = tmp_path / "course"
    copier("copy", "--trust", "--defaults", "--data", "components=[alpha]", make_catalogue(ALPHA), course)
    script = 'set -eu; . "$0"; printf "%s|" "$BINDER_DIR" "$ALPHA_DB" "$DB" "$HOST" "$KEEP_DATA"'
    output = subprocess.check_output(["bash", "-c", script, course / "binder/env"], text=True)
    assert output == f"{course}/binder|it's|it's|127.0.0.1|image|"


def test_twice_gives_the_same_bytes(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    root = make_catalogue({**ALPHA, **BETA})
    for name in ("one", "two"):
        copier("copy", "--trust", "--defaults", "--data", "components=[beta]", root, tmp_path / name)
    assert tree(tmp_path / "one") == tree(tmp_path / "two") != {}


def test_dot_binder(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    course = tmp_path / "course"
    answers = ["--data", "components=[alpha]", "--data", "binder_dir=.binder"]
    copier("copy", "--trust", "--defaults", *answers, make_catalogue(ALPHA), course)
    assert (course / ".binder/services/alpha/run").is_file()
    assert (course / ".binder/seed/alpha/README.md").is_file()
    assert not (course / "binder").exists()


@pytest.mark.parametrize(("memory", "warned"), [(100, False), (3000, True)])
def test_memory_is_summed_and_warned_of(
    make_catalogue: MakeCatalogue, tmp_path: Path, memory: int, warned: bool
) -> None:
    root = make_catalogue({"alpha/component.yml": manifest("Alpha", memory=memory)})
    result = copier("copy", "--trust", "--defaults", "--data", "components=[alpha]", root, tmp_path / "course")
    total = json.loads((tmp_path / "course/binder/report.json").read_text())["memory"]["total"]
    assert total > memory
    assert f"about {total} MB" in result.stderr
    assert ("WARNING" in result.stderr) == warned
    readme = (tmp_path / "course/binder/README.md").read_text()
    assert f"**{total}**" in readme
    assert ("Too much for mybinder.org" in readme) == warned


WRONG_ANSWERS = {
    "unknown component": ("components=[alfa]", "there is no block 'alfa'; did you mean 'alpha'?"),
    "no list": ("components=alpha, beta", "components: must be a list of names"),
    "broken list": ("components=[", "components: must be a list of names"),
    "contradiction": ("components=[fire, water]", "'fire' and 'water' cannot be installed together"),
    "Python": ("python_version=2.7", "python_version: must be one of 3.10"),
    "folder": ("binder_dir=bin", "binder_dir: must be one of binder, .binder"),
    "place of data": ("keep_data=usb", "keep_data: must be one of image, home"),
    "unknown output": ("outputs=[fax]", "outputs: there is no output 'fax'"),
    "unknown word": ("components=alfa", "there is no block 'alfa'; did you mean 'alpha'?"),
    "no list of outputs": ("outputs=true", "outputs: must be a list of names"),
    "empty name": ("course_name=", "course_name: must not be empty"),
    "no YAML": ("alpha_flag=[", "alpha_flag: must be of type bool, not '['"),
    "no boolean": ("alpha_flag=maybe", "alpha_flag: must be true or false, not 'maybe'"),
    "type": ("alpha_heap=big", "alpha_heap: must be of type int"),
    "validator": ("alpha_heap=1", "alpha_heap: must be at least 32"),
    "choice": ("alpha_mode=c", "alpha_mode: must be one of a, b"),
}
CONTRADICTORY = {
    "fire/component.yml": manifest("Fire", conflicts="[water]"),
    "water/component.yml": manifest("Water"),
}


@pytest.mark.parametrize("existing", [False, True], ids=["new folder", "existing folder"])
@pytest.mark.parametrize(("answer", "message"), WRONG_ANSWERS.values(), ids=WRONG_ANSWERS)
def test_wrong_answers(
    make_catalogue: MakeCatalogue, tmp_path: Path, answer: str, message: str, existing: bool
) -> None:
    root = make_catalogue({**ALPHA, **CONTRADICTORY})
    course = tmp_path / "course"
    if existing:
        course.mkdir()
        (course / "mine.txt").write_text("mine")
    result = copier("copy", "--trust", "--defaults", "--data", answer, root, course)
    assert_refused(result.returncode, result.stderr, message)
    assert tree(course) == ({"mine.txt": b"mine"} if existing else {})


def test_wrong_answer_in_a_data_file(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    (tmp_path / "answers.yml").write_text("components: {alpha: yes}\n")
    root = make_catalogue(ALPHA)
    result = copier("copy", "--trust", "--defaults", "--data-file", tmp_path / "answers.yml", root, tmp_path / "course")
    assert_refused(result.returncode, result.stderr, "components: must be a list of names")


def test_one_word_is_a_list_of_one(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    """On the command line and in a data file."""
    root, course = make_catalogue(ALPHA), tmp_path / "course"
    (tmp_path / "answers.yml").write_text("components: alpha\n")
    for number, data in enumerate(("--data=components=alpha", f"--data-file={tmp_path / 'answers.yml'}")):
        result = copier("copy", "--trust", "--defaults", data, root, course / str(number))
        assert result.returncode == 0, result.stderr
        answers = yaml.safe_load((course / str(number) / ".copier-answers.yml").read_text())
        assert answers["components"] == ["alpha"]


BROKEN_CATALOGUES = {
    "no YAML": ({"alpha/component.yml": "title: [\n"}, "components/alpha/component.yml:2: not valid YAML"),
    "no manifest": ({"alpha/apt.txt": "x\n"}, "components/alpha/component.yml: cannot be read"),
    "unknown key": (
        {"alpha/component.yml": manifest("A", tile="x")},
        "components/alpha/component.yml:4: unknown key 'tile'",
    ),
    "missing key": ({"alpha/component.yml": "title: A\n"}, "components/alpha/component.yml: key 'summary' is missing"),
    "wrong type": (
        {"alpha/component.yml": manifest("A", ports="[1]")},
        "components/alpha/component.yml:4: 'ports' must be",
    ),
    "command in env": (
        {"alpha/component.yml": manifest("A", env="{X: $(date)}")},
        "components/alpha/component.yml:4: 'env' must be",
    ),
    "cycle": (
        {
            "alpha/component.yml": manifest("A", requires="[beta]"),
            "beta/component.yml": manifest("B", after="[alpha]"),
        },
        "form a cycle",
    ),
    "stray file": (
        {"alpha/component.yml": manifest("A"), "alpha/notes.md": "x"},
        "components/alpha/notes.md: no such file in a component",
    ),
    "clash": (
        {
            "alpha/component.yml": manifest("A", requires="[beta]"),
            "beta/component.yml": manifest("B"),
            "alpha/apt.txt": "x=1",
            "beta/apt.txt": "x=2",
        },
        "components/beta/apt.txt:1",
    ),
    "port taken": (
        {
            "alpha/component.yml": manifest("A", requires="[beta]", ports="{a: 80}"),
            "beta/component.yml": manifest("B", ports="{b: 80}"),
        },
        "port 80: beta wants 'b: 80' (components/beta/component.yml), alpha wants",
    ),
    "template error": (
        {"alpha/component.yml": manifest("A"), "alpha/apt.txt.jinja": "{{ nothing.at.all }}"},
        "components/alpha/apt.txt.jinja",
    ),
    "not UTF-8": ({"alpha/component.yml": manifest("A")}, "components/alpha/apt.txt: not UTF-8"),
}


@pytest.mark.parametrize(("files", "message"), BROKEN_CATALOGUES.values(), ids=BROKEN_CATALOGUES)
def test_broken_catalogue(make_catalogue: MakeCatalogue, tmp_path: Path, files: dict[str, str], message: str) -> None:
    root = make_catalogue(files)
    if "UTF-8" in message:
        (root / "components/alpha/apt.txt").write_bytes(b"\xff\n")
    course = tmp_path / "course"
    result = copier("copy", "--trust", "--defaults", "--data", "components=[alpha]", root, course)
    assert_refused(result.returncode, result.stderr, message)
    assert not course.exists()


@pytest.mark.parametrize("destination", ["file", "/proc/course"])
def test_destination_that_cannot_be_written(make_catalogue: MakeCatalogue, tmp_path: Path, destination: str) -> None:
    (tmp_path / "file").write_text("mine")
    result = copier("copy", "--trust", "--defaults", make_catalogue(ALPHA), tmp_path / destination / "course")
    assert_refused(result.returncode, result.stderr, "cannot be written")
    assert (tmp_path / "file").read_text() == "mine"


def test_copier_without_the_extension_loader(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    """What docs/errors.md quotes is what Copier says."""
    hide = "import sys; sys.modules['copier_template_extensions'] = None; from copier.__main__ import CopierApp; "
    arguments = ["copier", "copy", "--trust", "--defaults", str(make_catalogue(ALPHA)), str(tmp_path / "course")]
    command = [sys.executable, "-c", f"{hide}CopierApp.run({arguments!r})"]
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    quoted = "Copier could not load some Jinja extensions:"
    assert quoted in result.stderr
    assert quoted in (ROOT / "docs/errors.md").read_text()
    assert not (tmp_path / "course").exists()


def assert_refused(returncode: int, stderr: str, message: str) -> None:
    """Exit code 1, one line, and the line says it."""
    assert message in stderr
    assert len(stderr.strip().splitlines()) == 1, stderr
    assert returncode == 1


@pytest.mark.parametrize("missing", ["env", "launch", "order"])
def test_notebook_opens_without_what_git_ignores(make_catalogue: MakeCatalogue, tmp_path: Path, missing: str) -> None:
    course = tmp_path / "course"
    result = copier("copy", "--trust", "--defaults", make_catalogue({}), course)
    assert result.returncode == 0, result.stderr
    (course / "binder" / missing).unlink()
    command = ["bash", str(course / "binder/start"), "echo", "the notebook"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "the notebook\n")
    assert ("without services" in done.stderr) == (missing != "order")


def test_who_loads_at_build_is_named(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    """A `load` without a postBuild is for files that people import."""
    files = {f"{name}/component.yml": manifest(name) for name in ("db", "tool")}
    files |= {f"{name}/service/{leaf}": "#!/bin/sh\n" for name in ("db", "tool") for leaf in ("run", "load")}
    catalogue = make_catalogue({**files, "db/postBuild": "#!/bin/sh\n"})
    result = copier("copy", "--trust", "--defaults", "--data", "components=[db, tool]", catalogue, tmp_path / "course")
    assert "Put your own data into binder/seed/db/: it is loaded" in " ".join((result.stdout + result.stderr).split())


def test_seeds_are_for_what_is_there(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    """A component may bring data for others, by name or by what they provide: those that are installed get theirs."""
    seeds = {f"data/seed/{name}/{name}.csv": "1\n" for name in ("data", "db", "graph")}
    seeds["data/seed/@rows/rows.csv"] = "1\n"
    units = {f"{name}/component.yml": manifest(name, provides="{rows: 'rows://'}") for name in ("db", "graph", "store")}
    units |= {f"{name}/component.yml": manifest(name) for name in ("data", "rows")}
    catalogue = make_catalogue({**seeds, **units})
    asked = "components=[data, db, store, rows]"
    result = copier("copy", "--trust", "--defaults", "--data", asked, catalogue, tmp_path / "course")
    assert result.returncode == 0, result.stderr
    seed = tmp_path / "course/binder/seed"
    found = sorted(path.relative_to(seed).as_posix() for path in seed.rglob("*.csv"))
    assert found == ["data/data.csv", "db/db.csv", "db/rows.csv", "store/rows.csv"]
