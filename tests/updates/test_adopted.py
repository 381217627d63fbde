"""Adopted repositories in later updates: the author's files and edits are kept, findings end, more is adopted."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from extensions.foreign import adoption
from tests.fast.conftest import MakeCatalogue, commit, copier, git, manifest, tree, write_components
from tests.fast.test_adopt import CATALOGUE, COPY, FIVE, assert_nothing_lost, five, start_course, told, write

LATER = {
    "beta/component.yml": manifest("Beta"),
    "beta/apt.txt": "libbeta\n",
    "beta/environment.yml": "dependencies:\n- beta\n- pip:\n  - pybeta\n",
    "beta/postBuild": "#!/bin/sh\necho beta\n",
}
WHERE = {
    "binder": ("binder/", "binder", "adopted-binder"),
    ".binder": (".binder/", ".binder", "adopted-dot-binder"),
    "root": ("", "binder", "adopted-root"),
}


@pytest.mark.parametrize("components", ["[]", "[alpha]"])
@pytest.mark.parametrize(("folder", "binder_dir", "slug"), WHERE.values(), ids=WHERE)
def test_adopted_edited_and_updated(
    make_catalogue: MakeCatalogue, tmp_path: Path, folder: str, binder_dir: str, slug: str, components: str
) -> None:
    root, course = make_catalogue(CATALOGUE), start_course(tmp_path / "course", five(folder))
    commit(root, "1.0.0")
    result = copier(*COPY, "--overwrite", "--data", f"components={components}", root, course)
    assert result.returncode == 0, result.stderr
    answers = yaml.safe_load((course / ".copier-answers.yml").read_text())
    assert answers["python_version"] == "3.12"
    assert answers["binder_dir"] == binder_dir
    assert adoption.files(answers["adopted"]) == {f"{folder}{name}": text.encode() for name, text in FIVE.items()}
    assert "adopt" not in answers
    assert_nothing_lost(course, binder_dir, slug)
    commit(course)
    for name, anchor, line in EDITS:
        path = course / binder_dir / name
        path.write_text(path.read_text().replace(f"{anchor}\n", f"{anchor}\n{line}\n"))
    script = course / binder_dir / "postBuild.d" / slug
    script.write_text(script.read_text() + "echo edited\n")
    commit(course)
    write_components(root, LATER)
    commit(root, "1.1.0")
    result = copier(
        "update",
        "--trust",
        "--defaults",
        "--data",
        f"components={components.replace('alpha', 'alpha, ').replace(']', 'beta]')}",
        course,
    )
    assert result.returncode == 0, result.stderr
    assert " U" not in git(course, "status", "--porcelain")
    assert_nothing_lost(course, binder_dir, slug)
    for name, _, line in EDITS:
        text = (course / binder_dir / name).read_text()
        assert f"{line}\n" in text
        assert "<<<<<<<" not in text
    assert "echo edited\n" in script.read_text()
    assert "\n  - beta  # beta\n" in (course / binder_dir / "environment.yml").read_text()
    assert yaml.safe_load((course / ".copier-answers.yml").read_text())["adopted"] == answers["adopted"]


EDITS = (
    ("apt.txt", "# Your own Debian packages go below this line.", "tree"),
    ("environment.yml", "  # Your own conda packages go below this line.", "  - pandas"),
    ("environment.yml", "    # Your own pip packages go below this line.", "    - mine"),
    ("env", "# Your own variables go below this line.", "export COLOUR=blue"),
    ("postBuild", "# Your own steps go below this line.", "echo built"),
)


UPDATE = ("update", "--trust", "--defaults")


def test_an_update_adopts_what_it_names(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    """Added, read again and taken back, entry by entry; what was not named stays, and the same comes of the answers."""
    root, course = make_catalogue(CATALOGUE), tmp_path / "course"
    commit(root, "1.0.0")
    start_course(course, {"binder_a/apt.txt": "jq\n", "binder_b/requirements.txt": "flask\n"})
    assert copier(*COPY, root, course).returncode == 0
    write(course, {"binder_new/apt.txt": "htop\n", "binder_a/apt.txt": "tree\n"})
    commit(course)
    result = copier(*UPDATE, course)
    assert "BB609 binder_a/apt.txt: has changed since it was adopted" in result.stderr
    assert "BB610 binder_new: is a Binder directory that is not merged in" in result.stderr
    assert (course / "binder/apt.txt").read_text().startswith("jq  # binder_a\n")
    git(course, "checkout", "--quiet", ".")

    before = tree(course)
    refused = {
        "[nowhere]": "adopt: there is no Binder configuration to adopt in 'nowhere'",
        "[../course]": "adopt: there is no Binder configuration to adopt in '../course'",
        "[binder]": "adopt: there is no Binder configuration to adopt in 'binder'",
        "[-binder_new]": "adopt: 'binder_new' is not adopted, so it cannot be taken back",
        "[]": "adopt: names nothing; 'binder_a' reads that directory again, '-binder_a' takes it back",
        "nowhere": "adopt: there is no Binder configuration to adopt in 'nowhere'",
        "binder_a, binder_b": "adopt: must be a list of names",
    }
    for names, message in refused.items():
        result = copier(*UPDATE, f"--data=adopt={names}", course)
        assert (result.returncode, message in result.stderr) == (1, True), (names, result.stderr)
        assert tree(course) == before

    result = copier(*UPDATE, "--data=adopt=[binder_new, binder_a, -binder_b]", course)
    assert result.returncode == 0, result.stderr
    for line in ("binder_new was read", "binder_a was read again", "binder_b was taken back; its files stay"):
        assert f"adopted: {line}\n" in result.stderr
    assert (course / "binder/apt.txt").read_text().splitlines()[:2] == ["tree  # binder_a", "htop  # binder_new"]
    assert "flask" not in (course / "binder/environment.yml").read_text()
    assert (course / "binder_b/requirements.txt").read_text() == "flask\n"
    commit(course)
    after = tree(course)
    assert copier(*UPDATE, course).returncode == 0
    assert tree(course) == after
    fresh = tmp_path / "fresh"
    answers = yaml.safe_load((course / ".copier-answers.yml").read_text())
    (tmp_path / "data.yml").write_text(yaml.safe_dump({name: answers[name] for name in answers if name[0] != "_"}))
    assert copier(*COPY, "--data-file", tmp_path / "data.yml", root, fresh).returncode == 0
    assert {path: data for path, data in after.items() if path in tree(fresh)} == tree(fresh)


@pytest.mark.parametrize("is_known", [True, False])
def test_what_gave_way_to_merged_files_is_named_when_it_is_taken_back(
    make_catalogue: MakeCatalogue, tmp_path: Path, is_known: bool
) -> None:
    root, course = make_catalogue(CATALOGUE), tmp_path / "course"
    commit(root, "1.0.0")
    write(course, {"binder/apt.txt": "jq\n"})
    if is_known:
        commit(course)
    assert copier(*COPY, "--overwrite", "--data=adopt=[binder]", root, course).returncode == 0
    commit(course)
    result = copier(*UPDATE, "--data=adopt=[-binder]", course)
    assert result.returncode == 0, result.stderr
    assert "binder was taken back; its files stay, but for those" in result.stderr
    (line,) = (line for line in result.stderr.splitlines() if "as it was before it was merged" in line)
    assert line.startswith("  binder/apt.txt, ")
    shown = git(course, "show", line.rpartition("git show ")[2])
    assert (shown == "jq\n") == is_known
    assert "jq\n" in shown


def test_findings_end(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    root, course = make_catalogue(CATALOGUE), tmp_path / "course"
    commit(root, "1.0.0")
    files = {
        "binder_a/apt.txt": "libcurl3\npython-pip\n",
        "binder_a/environment.yml": "dependencies: [numpy]\n",
        "binder_a/start": "#!/bin/bash\necho x\n",
        "binder_a/postBuild": "#!/bin/bash\njupyter serverextension enable x\n",
        "binder/runtime.txt": "r-2018-05-01\n",
        "postBuild": "x\n",
    }
    start_course(course, files)
    assert copier(*COPY, root, course).returncode == 0
    commit(course)
    lists, scripts = ["BB220 binder_a/apt.txt"] * 2, ["BB408 binder_a/postBuild", "BB404 binder_a/start"]
    whole = ["BB325 binder/runtime.txt", "BB316 postBuild"]
    one = "BB607 binder_a/apt.txt"
    assert sorted(told(course)) == sorted([*lists, *scripts, *whole, one])

    apt, hook = course / "binder/apt.txt", course / "binder/postBuild.d/adopted-binder_a"
    apt.write_text(apt.read_text().replace("libcurl4t64  # binder_a (instead of libcurl3)", "libcurl4"))
    hook.write_text("#!/bin/bash\n")
    (course / "binder/start.d/adopted-binder_a").write_text('#!/bin/bash\nexec "$@"\n')
    (course / "binder/runtime.txt").unlink()
    (course / "binder_a/environment.yml").unlink()
    commit(course)
    result = copier(*UPDATE, course)
    assert result.returncode == 0, result.stderr
    assert sorted(told(course)) == sorted([lists[0], "BB316 postBuild", one])
    page = (course / "binder/README.md").read_text()
    for gone in ("libcurl3", "BB408", "BB404", "BB325", "environment.yml,"):
        assert gone not in result.stderr
        assert f"`{gone}`" not in page
    assert "3 findings" in result.stderr
    assert " U" not in git(course, "status", "--porcelain")
    commit(course)

    apt.write_text(apt.read_text().replace("libcurl4\n", "libcurl4t64  # binder_a (instead of libcurl3)\n"))
    git(course, "rm", "-r", "--quiet", "binder_a", "postBuild")
    commit(course)
    assert copier(*UPDATE, course).returncode == 0
    assert sorted(told(course)) == lists  # what comes back is told again
    mended = apt.read_text().replace("libcurl4t64  # binder_a (instead of libcurl3)\n", "libcurl4\n")
    apt.write_text(mended.replace("# python-pip  # binder_a wanted this\n", ""))
    commit(course)
    result = copier(*UPDATE, course)
    assert told(course) == []
    assert "finding" not in result.stderr
    assert "BB" not in result.stderr
