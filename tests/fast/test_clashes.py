"""Clashes across files, and what becomes of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from extensions import clashes
from extensions.catalogue.units import Component
from extensions.composition import Composition
from extensions.errors import BlocksError
from extensions.foreign.directory import Blob, Directory
from extensions.model import Clash, Fragment
from extensions.report import report

ANSWERS = {
    "course_name": "C",
    "course_slug": "c",
    "python_version": "3.13",
    "keep_data": "image",
    "binder_dir": "binder",
    "clashes": "report",
}


def directory(label: str, **files: str) -> Directory:
    names = {name.replace("_", "."): text for name, text in files.items()}
    tree = {f"binder/{name}": Blob(text.encode()) for name, text in names.items()}
    return Directory(label, f"import-{label}", f"gh:o/{label}@0123456:", "binder", f"binder/imports/{label}", tree)


def component(folder: Path, name: str, *, course: bool = False, **keys: Any) -> Component:
    files = {key: keys.pop(key) for key in list(keys) if key.endswith(("_txt", "_yml", "_json"))}
    for file, text in files.items():
        path = folder / name / "_".join(file.split("_")[:-1])
        path = path.with_suffix("." + file.rsplit("_", 1)[1])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / name).mkdir(parents=True, exist_ok=True)
    return Component(name, folder / name, name, "S", "c", course=course, **keys)


def verbatim(source: str, where: str, /, **more: object) -> str:
    return source


def compose(components: list[Component], directories: list[Directory], **answers: Any) -> Composition:
    known = {**ANSWERS, **answers}
    return Composition((), tuple(components), known, verbatim, tuple(directories))


def only(composition: Composition, kind: str) -> Clash:
    (clash,) = [clash for clash in composition.clashes if clash.kind == kind]
    return clash


def test_course_comes_before_imports_before_the_catalogue(tmp_path: Path) -> None:
    components = [
        component(tmp_path, "alpha", environment_yml="dependencies: [x<1]\n"),
        component(tmp_path, "zeta", course=True, environment_yml="dependencies: [x=3]\n"),
    ]
    clash = only(compose(components, [directory("theirs", environment_yml="dependencies: [x=2]\n")]), "conda")
    assert [want.component for want in clash.wants] == ["zeta"]
    assert [want.component for want in clash.losing] == ["theirs", "alpha"]
    composition = compose(components, [directory("theirs", environment_yml="dependencies: [x=2]\n")])
    assert report(composition, {})["clashes"][0]["lost"][0] == {
        "component": "theirs",
        "file": "gh:o/theirs@0123456:binder/environment.yml",
        "line": 1,
        "text": "x=2",
    }


def test_start_script_that_names_a_taken_port(tmp_path: Path) -> None:
    postgres = component(tmp_path, "postgres", ports={"sql": 5432})
    theirs = directory("theirs", start='#!/bin/bash\n# not 5432\npg_ctl -o "-p 5432" start\nexec "$@"\n')
    clash = only(compose([postgres], [theirs]), "port")
    assert (clash.subject, clash.wants[0].component) == ("port 5432", "postgres")
    assert clash.losing[0].place == "gh:o/theirs@0123456:binder/start:3"


def test_several_versions_of_java() -> None:
    old = directory("old", apt_txt="openjdk-8-jre\n")
    new = directory("new", apt_txt="openjdk-21-jdk-headless\n", environment_yml="dependencies: [openjdk=17]\n")
    clash = only(compose([], [old, new]), "java")
    assert [want.text for want in clash.wants] == ["openjdk=17"]
    assert [want.text for want in clash.losing] == ["openjdk-21-jdk-headless", "openjdk-8-jre"]
    assert clash.why.startswith(
        "conda's comes first on PATH; the catalogue's servers run on the version of java_version"
    )
    assert not compose([], [old, old]).clashes


def test_several_versions_of_java_by_apt_alone() -> None:
    directories = [directory(f"j{version}", apt_txt=f"openjdk-{version}-jre\n") for version in (17, 21)]
    clash = only(compose([], directories), "java")
    assert [want.text for want in clash.wants] == ["openjdk-21-jre"]
    assert clash.why.startswith("all are installed; the highest is the one on PATH")


def test_launcher_names_and_proxied_paths(tmp_path: Path) -> None:
    def configuration(path: str, title: str) -> str:
        servers = {path: {"command": [], "launcher_entry": {"title": title}}}
        return json.dumps({"ServerProxy": {"servers": servers}})

    first = component(tmp_path, "first", jupyter_server_config_json=configuration("one", "Browser"))
    second = component(tmp_path, "second", jupyter_server_config_json=configuration("two", "Browser"))
    third = component(tmp_path, "third", jupyter_server_config_json=configuration("one", "Other"))
    subjects = [clash.subject for clash in compose([first, second, third], []).clashes]
    assert subjects == ["launcher entry 'Browser'", "proxied path 'one'"]


def test_variable_of_the_environment_and_of_the_course(tmp_path: Path) -> None:
    postgres = component(tmp_path, "postgres", env={"PGHOST": "127.0.0.1"})
    theirs = directory("theirs", environment_yml="variables:\n  PGHOST: db.example.org\n  MINE: 1\n")
    composition = compose([postgres], [theirs])
    clash = only(composition, "variable")
    assert [want.text for want in clash.losing] == ["db.example.org"]
    assert [entry.name for entry in composition.environment.variables.entries] == ["MINE"]
    (entry,) = [entry for entry in composition.env.entries if entry.name == "PGHOST"]
    assert "db.example.org" in entry.lost[0]


def test_catalogue_alone_may_not_clash(tmp_path: Path) -> None:
    components = [component(tmp_path, name, ports={"web": 80}) for name in ("alpha", "beta")]
    with pytest.raises(
        BlocksError, match=r"components do not fit together: port 80: alpha .*components/beta/component"
    ):
        compose(components, []).check()


def test_refusing_names_both_parties() -> None:
    directories = [directory("one", apt_txt="x=1\n"), directory("two", apt_txt="\nx=2\n")]
    compose([], directories).check()
    pattern = r"clashes: refuse: x: one wants 'x=1' \(gh:o/one@0123456:binder/apt.txt:1\), two wants .*apt.txt:2"
    with pytest.raises(BlocksError, match=pattern):
        compose([], directories, clashes="refuse").check()


def test_deciding_looks_at_who_is_concerned() -> None:
    two = compose([], [directory("one", apt_txt="x=1\n"), directory("two", apt_txt="x=2\n")]).clashes
    clashes.decide(two, ["two"], refuse=False)
    with pytest.raises(BlocksError, match="do not fit together"):
        clashes.decide(two, ["three"], refuse=False)


def test_applications_are_those_with_a_tile() -> None:
    servers = {
        "a": {"launcher_entry": {"title": "A", "path_info": "a/start"}},
        "b": {},
        "c": {"launcher_entry": {"enabled": False}},
        "d": 1,
    }
    fragments = [
        Fragment("x", "x.json", json.dumps({"ServerProxy": {"servers": servers}})),
        Fragment("y", "y.json", "{"),
    ]
    assert list(clashes.applications(fragments)) == [("A", "a/start"), ("b", "b/")]
