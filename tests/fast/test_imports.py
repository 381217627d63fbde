"""Imports: references as tables, and real git repositories, some of them hostile, read through the real cache."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from extensions import git as running
from extensions import rendering
from extensions.catalogue import manifest
from extensions.errors import BlocksError
from extensions.foreign import imports, objects, reference, scripts, tree
from extensions.foreign.directory import Blob, Directory
from extensions.model import Finding
from tests.fast.conftest import ROOT, commit, git

SHA = "0123456789abcdef0123456789abcdef01234567"
LONG = SHA + SHA[:24]

Make = Callable[..., str]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache/binder-blocks/imports"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "owner/repo"
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    return folder


def save(folder: Path, files: Mapping[str, str | bytes]) -> str:
    """A commit with these files more; its name."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content.encode() if isinstance(content, str) else content)
    commit(folder)
    return git(folder, "rev-parse", "HEAD").strip()


def store(folder: Path, data: bytes | str, kind: str = "blob") -> str:
    """An object as it is, whether or not git itself would make it."""
    command = ["git", "-C", str(folder), "hash-object", "-w", "--stdin", "--literally", "-t", kind]
    given = data.encode() if isinstance(data, str) else data
    return subprocess.run(command, check=True, capture_output=True, input=given).stdout.decode().strip()


def save_tree(folder: Path, entries: Sequence[tuple[str, bytes | str, str]]) -> str:
    """A commit of one flat tree of (mode, name, object), as it is."""
    encoded = b"".join(
        f"{mode} ".encode() + (name.encode() if isinstance(name, str) else name) + b"\0" + bytes.fromhex(object_)
        for mode, name, object_ in entries
    )
    root = store(folder, encoded, "tree")
    return git(folder, "commit-tree", "-m", "x", root).strip()


def read(folder: Path, sha: str, subdirectory: str = "") -> imports.Loaded:
    (found,) = imports.references([f"file://{folder}@{sha}" + (f"#{subdirectory}" if subdirectory else "")])
    return imports.load(found, "binder")


def texts(directory: Directory) -> dict[str, str]:
    return {path: blob.data.decode() for path, blob in directory.tree.items()}


def left_out(loaded: imports.Loaded) -> dict[str, tree.Left]:
    assert isinstance(loaded.directory.tree, tree.Tree)
    return loaded.directory.tree.left


def brief(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.code, finding.file.rpartition(":")[2]) for finding in findings]


REFERENCES = {
    f"gh:owner/repo@{SHA}": ("https://github.com/owner/repo", "owner/repo", "import-owner-repo"),
    f"gh:Owner/my.repo_1@{SHA}": ("https://github.com/Owner/my.repo_1", "Owner/my.repo_1", "import-owner-my-repo-1"),
    f"gh:owner/repo@{LONG}": ("https://github.com/owner/repo", "owner/repo", "import-owner-repo"),
    f"gl:group/sub/repo@{SHA}": ("https://gitlab.com/group/sub/repo", "group/sub/repo", "import-group-sub-repo"),
    f"https://host.org/a/b/repo.git@{SHA}": ("https://host.org/a/b/repo.git", "b/repo", "import-b-repo"),
    f"https://host.org:8443/repo/@{SHA}": ("https://host.org:8443/repo/", "repo", "import-repo"),
    f"https://host.org/@own/repo@{SHA}": ("https://host.org/@own/repo", "own/repo", "import-own-repo"),
    f"ssh://git@host.org:22/o/r@{SHA}": ("ssh://git@host.org:22/o/r", "o/r", "import-o-r"),
    f"ssh://[::1]/o/r@{SHA}": ("ssh://[::1]/o/r", "o/r", "import-o-r"),
    f"git@host.org:o/r.git@{SHA}": ("git@host.org:o/r.git", "o/r", "import-o-r"),
    f"git://host.org/o/r@{SHA}": ("git://host.org/o/r", "o/r", "import-o-r"),
    f"file:///some/where/repo@{SHA}": ("file:///some/where/repo", "repo", "import-repo"),
    f"file:///C:/where/repo@{SHA}": ("file:///C:/where/repo", "repo", "import-repo"),
    f"/some/my course (2)@{SHA}": ("/some/my course (2)", "my-course-2", "import-my-course-2"),
    f"/a@b/repo/.git@{SHA}": ("/a@b/repo/.git", "repo", "import-repo"),
    f"/@{SHA}": ("/", "repository", "import-repository"),
    f"/курс@{SHA}": ("/курс", "курс", "import-repository"),
    f"~/repo@{SHA}": ("HOME/repo", "repo", "import-repo"),
    f" gh:o/r@{SHA} ": ("https://github.com/o/r", "o/r", "import-o-r"),
    f"gh:o/r@{SHA}#a/b_c/": ("https://github.com/o/r", "o/r/a/b_c", "import-o-r-a-b-c"),
    f"gh:o/r@{SHA}#": ("https://github.com/o/r", "o/r", "import-o-r"),
}


@pytest.mark.parametrize(("text", "expected"), REFERENCES.items())
def test_reference(text: str, expected: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "run", None)  # offline
    (found,) = imports.references([text])
    ((_, label, slug),) = imports._name([found])
    assert (found.url.replace(os.path.expanduser("~"), "HOME"), label, slug) == expected
    assert imports.references([found.text]) == [found]


REFUSED = {
    "option": f"--upload-pack=x@{SHA}",
    "option behind gh": f"gh:-o/r@{SHA}",
    "option as host": f"ssh://-oProxyCommand=x/r@{SHA}",
    "option as escaped host": f"ssh://%2doProxyCommand=x/r@{SHA}",
    "option as user": f"ssh://-x@host/r@{SHA}",
    "option as path": f"git@host:-x@{SHA}",
    "option as commit": "gh:o/r@--all",
    "option as folder": f"gh:o/r@{SHA}#-x",
    "program": f"ext::sh -c x@{SHA}",
    "file descriptor": f"fd::17@{SHA}",
    "helper": f"foo::https://host/r@{SHA}",
    "unknown scheme": f"ftp://host/r@{SHA}",
    "no scheme": f"github:o/r@{SHA}",
    "newline": f"gh:o/r\n@{SHA}",
    "escaped newline": f"https://host/r%0ax@{SHA}",
    "escape sequence": f"/x\x1b[2J@{SHA}",
    "bidirectional": f"/x\u202e@{SHA}",
    "surrogate": f"/x\udc80@{SHA}",
    "nul": f"/x\0@{SHA}",
    "password": f"https://me:secret@host/r@{SHA}",
    "token": f"https://secret@host/r@{SHA}",
    "password for ssh": f"ssh://me:secret@host/r@{SHA}",
    "dots": f"gh:../r@{SHA}",
    "owner only": f"gh:o@{SHA}",
    "folder in gh": f"gh:o/r/sub@{SHA}",
    "folder up": f"gh:o/r@{SHA}#../x",
    "folder of git": f"gh:o/r@{SHA}#.GIT/x",
    "backslash in folder": f"gh:o/r@{SHA}#a\\b",
    "drive": f"C:\\repos\\r@{SHA}",
    "drive with slashes": f"C:/repos/r@{SHA}",
    "share": f"\\\\server\\share@{SHA}",
    "unknown user": f"~nobody-of-this-name/r@{SHA}",
    "relative": f"./r@{SHA}",
    "nothing": "",
    "commit only": f"@{SHA}",
    "upper case": f"gh:o/r@{SHA.upper()}",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_refused_in_one_line(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "run", None)  # offline
    with pytest.raises(BlocksError, match=r"^imports: ") as error:
        imports.references([text])
    assert str(error.value).isprintable()
    assert "secret" not in str(error.value)


@pytest.mark.parametrize("value", [{"gh": "o/r"}, [1], [None], [["x"]], 3])
def test_the_answer_is_a_list_of_texts(value: object) -> None:
    with pytest.raises(BlocksError, match=r"^imports: must be a list"):
        imports.references(value)


@pytest.mark.parametrize("value", [None, "", []])
def test_no_imports(value: object) -> None:
    assert imports.references(value) == []
    assert imports.load_all(value, "binder") == []


FRAGMENTS = st.sampled_from(
    [
        "gh:",
        "gl:",
        "o/r",
        "@",
        SHA,
        "#",
        "/",
        "~",
        "..",
        "https://",
        "file://",
        "git@",
        "host",
        ":",
        "-",
        "\\",
        "C:",
        "%0a",
    ]
)


@given(st.one_of(st.text(), st.lists(FRAGMENTS, max_size=9).map("".join)))
@example("\ud800")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_text_is_a_reference_or_an_error_of_ours(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reference, "look_up", lambda url, name: SHA)
        with contextlib.suppress(BlocksError):
            (found,) = imports.references([text])
            assert found.commit in (SHA, LONG)
            assert not found.url.startswith("-")
            assert imports.references([found.text]) == [found]


TWICE = [
    (f"gh:o/r@{SHA}", f"gh:O/r@{SHA[::-1]}"),
    (f"gh:o/r@{SHA}", f"https://github.com/o/r.git@{SHA}"),
    (f"gh:o/r@{SHA}", f"git@github.com:o/r.git@{SHA}"),
    (f"gh:o/r@{SHA}#x", f"gh:o/r@{SHA}#x/"),
    (f"/x/r@{SHA}", f"file:///x/y/../r@{SHA}"),
]


@pytest.mark.parametrize("twice", TWICE)
def test_the_same_repository_twice_is_refused(twice: tuple[str, str]) -> None:
    with pytest.raises(BlocksError, match=r"^imports: .* is imported twice"):
        imports.references(list(twice))


def test_two_folders_of_a_repository_are_two_imports() -> None:
    assert len(imports.references([f"gh:o/r@{SHA}", f"gh:o/r@{SHA}#a", f"gh:o/r@{SHA}#b"])) == 3


def test_unpinned_is_refused_with_the_form_to_paste(repository: Path) -> None:
    first = save(repository, {"apt.txt": "x\n"})
    git(repository, "tag", "--annotate", "--message=x", "v1")
    git(repository, "branch", "feature/x")
    second = save(repository, {"apt.txt": "y\n"})
    url = f"file://{repository}"
    for written, pinned in {
        url: f"{url}@{second}",
        f"{url}#sub": f"{url}@{second}#sub",
        f"{url}@main": f"{url}@{second}",
        f"{url}@v1#sub": f"{url}@{first}#sub",
        f"{url}@feature/x": f"{url}@{first}",
        f"{url}@{first.upper()}": f"{url}@{first}",
        f"{repository}": f"{repository}@{second}",
        f"{repository}@v1": f"{repository}@{first}",
    }.items():
        with pytest.raises(BlocksError) as error:
            imports.references([written])
        assert str(error.value) == f"imports: '{written}': is not pinned to a commit; write '{pinned}'"
        imports.references([pinned])


def test_unpinned_and_not_to_be_found(repository: Path) -> None:
    sha = save(repository, {"apt.txt": "x\n"})
    with pytest.raises(BlocksError, match=rf"@{reference.PLACEHOLDER}' \(a server does not say .* short hash"):
        imports.references([f"file://{repository}@{sha[:7]}"])
    with pytest.raises(BlocksError, match=rf"@{reference.PLACEHOLDER}#sub' \(it has no branch or tag 'nope'\)"):
        imports.references([f"file://{repository}@nope#sub"])
    with pytest.raises(BlocksError, match=rf"@{reference.PLACEHOLDER}' \(fatal: .*does not appear to be a git"):
        imports.references([f"file://{repository}/gone"])


def test_relative_is_refused_with_the_absolute_form(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sha = save(repository, {"apt.txt": "x\n"})
    monkeypatch.chdir(repository.parent)
    for written, pinned in {
        f"./repo@{sha}#x": f"{repository}@{sha}#x",
        f"repo@{sha}": f"{repository}@{sha}",
        "repo": f"{repository}@{sha}",
        "../owner/repo@main#x/y": f"{repository}@{sha}#x/y",
    }.items():
        with pytest.raises(BlocksError, match=f"relative to the current folder; write '{pinned}'$"):
            imports.references([written])


BINDER = {"binder/apt.txt": "x\n", "binder/postBuild": "#!/bin/sh\n", "apt.txt": "hidden\n"}


def test_load(repository: Path) -> None:
    save(repository, {**BINDER, "README.md": "hello\n"})
    (repository / "binder/postBuild").chmod(0o755)
    sha = save(repository, {})
    loaded = read(repository, sha)
    directory = loaded.directory
    assert loaded.findings == []
    assert (directory.label, directory.slug, directory.folder) == ("repo", "import-repo", "binder")
    assert directory.home == "binder/imports/repo"
    assert directory.where("binder/apt.txt") == f"file://{repository}@{sha[:7]}:binder/apt.txt"
    assert directory.tree["binder/apt.txt"] == Blob(b"x\n")
    assert directory.tree["binder/postBuild"].executable
    assert sorted(directory.tree) == ["README.md", "apt.txt", "binder/apt.txt", "binder/postBuild"]
    assert "binder" not in directory.tree
    with pytest.raises(KeyError):
        directory.tree["nope"]


FOLDERS = {
    "root": ({"apt.txt": "x"}, "", ("", ""), []),
    "binder": (BINDER, "", ("binder", ""), []),
    ".binder": ({".binder/start": "x", "apt.txt": "y"}, "", (".binder", ""), []),
    "both": ({".binder/start": "x", "binder/start": "y"}, "", ("binder", ""), [("BB351", ".binder")]),
    "subdirectory": ({"a/b/apt.txt": "x", "apt.txt": "y"}, "a/b", ("", "a/b/"), []),
    "with its own": ({"a/binder/apt.txt": "x"}, "a", ("binder", "a/"), []),
    "another binder": ({"binder_octave/apt.txt": "x", "a/x": "y"}, "binder_octave", ("binder_octave", ""), []),
    "nested binder": ({"a/.binder/apt.txt": "x"}, "a/.binder", (".binder", "a/"), []),
    "named like one, with its own": ({"binders/binder/start": "x"}, "binders", ("binder", "binders/"), []),
    "yaml": ({"environment.yaml": "x"}, "", ("", ""), []),
    "Dockerfile alone": ({"binder/Dockerfile": "x"}, "", ("binder", ""), []),
}


@pytest.mark.parametrize(("files", "subdirectory", "expected", "findings"), FOLDERS.values(), ids=FOLDERS)
def test_folder(
    repository: Path,
    files: dict[str, str],
    subdirectory: str,
    expected: tuple[str, str],
    findings: list[tuple[str, str]],
) -> None:
    loaded = read(repository, save(repository, files), subdirectory)
    directory = loaded.directory
    assert (directory.folder, directory.origin.rpartition(":")[2]) == expected
    assert brief(loaded.findings) == findings
    assert {directory.origin.rpartition(":")[2] + path for path in directory.tree} <= set(files)
    assert any(directory.has(name) for name in (*imports.FILES, *imports.OTHER_FILES))


def test_no_binder_files_names_the_folders_that_have_some(repository: Path) -> None:
    files = {f"{name}/apt.txt": "x" for name in ("docs", "a/deep", "binder_octave", "x/binder", "b", "c", "d")}
    sha = save(repository, {**files, "README.md": "x"})
    with pytest.raises(BlocksError) as error:
        read(repository, sha)
    assert f"imports: 'file://{repository}@{sha}': has no Binder files (apt.txt, " in str(error.value)
    assert str(error.value).endswith(
        "in its root; add one of its folders that have some: '#binder_octave', '#x/binder', '#b', '#c', '#d'"
    )
    with pytest.raises(BlocksError, match="has no folder 'nope'; add one of its folders"):
        read(repository, sha, "nope")
    with pytest.raises(BlocksError, match=r"has no Binder files .* in its folder 'a'; add"):
        read(repository, sha, "a")


def test_binder_hides_the_root_even_where_it_holds_nothing_for_us(repository: Path) -> None:
    with pytest.raises(BlocksError, match=r"in its folder 'binder'$"):
        read(repository, save(repository, {"apt.txt": "x", "binder/README.md": "x"}))


def test_names_are_unique_and_the_first_keeps_its_own(tmp_path: Path) -> None:
    found = []
    for name in ("a/r", "b/r", "c/R!", "d/r-2"):
        (tmp_path / name).mkdir(parents=True)
        found.append(f"{tmp_path / name}@{save(tmp_path / name, {'apt.txt': 'x'})}")
    directories = [loaded.directory for loaded in imports.load_all(found, "b")]
    assert [directory.label for directory in directories] == ["r", "r-2", "R-3", "r-2-2"]
    assert [directory.slug for directory in directories] == ["import-r", "import-r-2", "import-r-3", "import-r-2-2"]
    assert [directory.home for directory in directories] == [
        f"b/imports/{name}" for name in ("r", "r-2", "r-3", "r-2-2")
    ]
    assert imports.load_all(found[:1], "b", taken=["r"])[0].directory.label == "r-2"


# Fetching


def instead(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings_: Mapping[str, str]) -> None:
    """A user's git configuration."""
    path = tmp_path / "gitconfig"
    for key, value in settings_.items():
        subprocess.run(["git", "config", "--file", path, key, value], check=True)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(path))


def test_shorthands_follow_the_users_insteadof(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha = save(repository, BINDER)
    instead(monkeypatch, tmp_path, {f"url.file://{tmp_path}/.insteadOf": "https://github.com/"})
    loaded, *_ = imports.load_all([f"gh:owner/repo@{sha}"], "binder")
    assert loaded.directory.label == "owner/repo"
    assert loaded.directory.origin == f"gh:owner/repo@{sha[:7]}:"
    with pytest.raises(BlocksError, match=f"write 'gh:owner/repo@{sha}'$"):
        imports.references(["gh:owner/repo@main"])


def test_what_is_in_the_cache_needs_no_repository(repository: Path, cache: Path) -> None:
    sha = save(repository, BINDER)
    before = texts(read(repository, sha).directory)
    repository.rename(repository.with_name("gone"))
    assert texts(read(repository, sha).directory) == before
    assert len([path for path in cache.iterdir() if path.is_dir()]) == 1


def test_a_second_commit_comes_into_the_same_cache(repository: Path, cache: Path) -> None:
    first = save(repository, {"apt.txt": "x\n"})
    second = save(repository, {"apt.txt": "y\n"})
    assert [texts(read(repository, sha).directory)["apt.txt"] for sha in (second, first)] == ["y\n", "x\n"]
    assert len([path for path in cache.iterdir() if path.is_dir()]) == 1


def test_a_server_that_gives_out_branches_only(
    repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = save(repository, {"apt.txt": "x\n"})
    second = save(repository, {"apt.txt": "y\n"})
    save(repository, {"apt.txt": "z\n"})
    instead(monkeypatch, tmp_path, {"protocol.version": "0"})
    for sha, text in ((second, "y\n"), (first, "x\n")):
        assert texts(read(repository, sha).directory)["apt.txt"] == text


def break_objects(folder: Path) -> None:
    for path in (folder / "objects").rglob("*.pack"):
        path.chmod(0o644)
        path.write_bytes(b"broken")


def break_head(folder: Path) -> None:
    (folder / "HEAD").unlink()


def break_blob(folder: Path) -> None:
    """The commit and its trees are there, a file's content is not."""
    for pack in list((folder / "objects/pack").glob("*.pack")):
        moved = pack.rename(folder / "moved.pack")
        pack.with_suffix(".idx").unlink()
        with moved.open("rb") as file:
            subprocess.run(["git", f"--git-dir={folder}", "unpack-objects", "-q"], stdin=file, check=True)
    listing = git(folder, "ls-tree", "-r", "--object-only", "refs/imports/" + os.listdir(folder / "refs/imports")[0])
    for name in listing.split():
        (folder / "objects" / name[:2] / name[2:]).unlink(missing_ok=True)


@pytest.mark.parametrize("damage", [break_objects, break_head, break_blob])
def test_a_broken_cache_is_made_anew(repository: Path, cache: Path, damage: Callable[[Path], None]) -> None:
    sha = save(repository, BINDER)
    before = texts(read(repository, sha).directory)
    (folder,) = (path for path in cache.iterdir() if path.is_dir())
    damage(folder)
    assert texts(read(repository, sha).directory) == before


def test_a_failing_fetch_keeps_what_the_cache_has(repository: Path) -> None:
    sha = save(repository, BINDER)
    read(repository, sha)
    repository.rename(repository.with_name("gone"))
    with pytest.raises(BlocksError, match="does not appear to be a git repository"):
        read(repository, SHA)
    assert read(repository, sha).directory.has("apt.txt")


def test_unreachable_names_the_import_and_what_git_said(tmp_path: Path, cache: Path) -> None:
    with pytest.raises(BlocksError) as error:
        imports.load_all([f"file://{tmp_path}/none@{SHA}"], "binder")
    assert str(error.value).startswith(f"imports: 'file://{tmp_path}/none@{SHA}': cannot be fetched, ")
    assert str(error.value).endswith(f"fatal: '{tmp_path}/none' does not appear to be a git repository")
    assert [path for path in cache.iterdir() if path.is_dir()] == []


def test_a_commit_that_is_not_there(repository: Path) -> None:
    save(repository, BINDER)
    with pytest.raises(
        BlocksError, match=f"{SHA}': cannot be fetched, .*: no branch or tag of it leads to this commit$"
    ):
        read(repository, SHA)
    with pytest.raises(BlocksError, match="cannot be fetched"):
        read(repository, LONG)


def test_a_repository_with_long_names(tmp_path: Path) -> None:
    folder = tmp_path / "long"
    folder.mkdir()
    git(folder, "init", "--quiet", "--object-format=sha256")
    sha = save(folder, BINDER)
    assert len(sha) == 64
    assert read(folder, sha).directory.has("apt.txt")


def test_a_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_SSH_COMMAND", "sleep 30; :")
    monkeypatch.setattr(objects, "FETCH_SECONDS", 0.3)
    monkeypatch.setattr(running, "LOOKUP_SECONDS", 0.3)
    before = time.monotonic()
    with pytest.raises(BlocksError, match="git did not end in time"):
        imports.load_all([f"ssh://host.invalid/r@{SHA}"], "binder")
    with pytest.raises(BlocksError, match="git did not end in time"):
        imports.references(["ssh://host.invalid/r"])
    assert time.monotonic() - before < 10


def test_what_git_says_is_made_printable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_SSH_COMMAND", r"printf 'remote: \033[2Jbad\n' >&2; false")
    with pytest.raises(BlocksError, match=r"remote: \\x1b\[2Jbad$"):
        imports.load_all([f"ssh://host.invalid/r@{SHA}"], "binder")


def test_nothing_of_the_callers_repository_leaks_in(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha = save(repository, BINDER)
    mine = tmp_path / "mine"
    mine.mkdir()
    save(mine, {"apt.txt": "mine\n"})
    before = {path: path.stat().st_mtime_ns for path in (mine / ".git").rglob("*")}
    for name in ("GIT_DIR", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR"):
        monkeypatch.setenv(name, str(mine / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(mine))
    monkeypatch.setenv("GIT_INDEX_FILE", str(mine / ".git/index"))
    monkeypatch.setenv("GIT_NAMESPACE", "x")
    monkeypatch.setenv("GIT_TRACE", "1")
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'protocol.file.allow'='never'")
    monkeypatch.chdir(mine)
    assert texts(read(repository, sha).directory)["binder/apt.txt"] == "x\n"
    with pytest.raises(BlocksError, match=sha):
        imports.references([f"file://{repository}"])
    assert {path: path.stat().st_mtime_ns for path in (mine / ".git").rglob("*")} == before


def test_no_transport_runs_a_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    instead(
        monkeypatch, tmp_path, {f"url.ext::touch {tmp_path}/ran .insteadOf": "https://", "protocol.allow": "always"}
    )
    with pytest.raises(BlocksError, match="transport 'ext' not allowed"):
        imports.load_all([f"https://host.invalid/r@{SHA}"], "binder")
    assert not (tmp_path / "ran").exists()


def test_no_hook_of_the_users_runs(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sha = save(repository, BINDER)
    for folder in ("hooks", "template/hooks"):
        (tmp_path / folder).mkdir(parents=True)
        for hook in ("reference-transaction", "post-checkout"):
            (tmp_path / folder / hook).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
            (tmp_path / folder / hook).chmod(0o755)
    settings_ = {"core.hooksPath": str(tmp_path / "hooks"), "init.templateDir": str(tmp_path / "template")}
    instead(monkeypatch, tmp_path, settings_)
    read(repository, sha)
    assert not (tmp_path / "ran").exists()


def test_two_processes_share_the_cache(repository: Path, cache: Path) -> None:
    sha = save(repository, {**BINDER, **{f"data/{number}": f"{number}\n" * 1000 for number in range(300)}})
    script = (
        "import sys; from extensions.foreign import imports\n"
        "tree = imports.load_all(sys.argv[1:], 'binder')[0].directory.tree\n"
        "print(len(tree), tree['binder/apt.txt'].data)"
    )
    command = [sys.executable, "-c", script, f"file://{repository}@{sha}"]
    processes = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    assert [process.communicate(timeout=30) for process in processes] == [("303 b'x\\n'\n", "")] * 4
    assert len([path for path in cache.iterdir() if path.is_dir()]) == 1


def test_a_cache_that_cannot_be_written(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(BlocksError, match=f"imports: .*the cache {tmp_path}/file/.* cannot be used"):
        read(repository, save(repository, BINDER))


def test_a_machine_without_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BlocksError, match=r"imports: .*git was not found; install it"):
        imports.load_all([f"gh:o/r@{SHA}"], "binder")


# What of a tree is read


def test_links_are_followed_inside_the_tree(repository: Path) -> None:
    save(repository, {"conf/apt.txt": "x\n", "conf/sub/y": "y\n", "z": "z\n"})
    for link, target in {
        "binder": "conf",
        "chain": "./chain2",
        "chain2": "conf/../conf//apt.txt",
        "conf/start": "../z",
        "conf/sub/up": "../../z",
        "through": "binder/sub/y",
    }.items():
        (repository / link).symlink_to(target)
    loaded = read(repository, save(repository, {}))
    assert loaded.findings == []
    assert loaded.directory.folder == "binder"
    assert texts(loaded.directory) == {
        **dict.fromkeys(("conf/apt.txt", "binder/apt.txt", "chain", "chain2"), "x\n"),
        **dict.fromkeys(("conf/sub/y", "binder/sub/y", "through"), "y\n"),
        **dict.fromkeys(("z", "conf/start", "binder/start", "conf/sub/up", "binder/sub/up"), "z\n"),
    }


ASTRAY = {
    "/etc/passwd": "leaves the repository",
    "..": "leaves the repository",
    "a/../../a": "leaves the repository",
    "a/out": "leaves the repository",
    "nothing": "points to nothing",
    "apt.txt/x": "points to nothing",
    "circle": "goes in circles",
    "./circle2/x": "goes in circles",
    ".": "leads to a folder that it stands in",
    "a/..": "leads to a folder that it stands in",
    "x" * 1001: "is one of more than",
    ".git/config": "points to nothing",
    "a\x1b[2J": "points to nothing",
}


def test_links_that_lead_astray(repository: Path) -> None:
    save(repository, {"apt.txt": "x\n", "a/b": "y\n"})
    targets = {f"link{number}": target for number, target in enumerate(ASTRAY)}
    for link, target in {**targets, "circle": "circle2", "circle2": "circle", "a/out": "../.."}.items():
        (repository / link).symlink_to(target)
    loaded = read(repository, save(repository, {}))
    assert sorted(loaded.directory.tree) == ["a/b", "apt.txt"]
    left = left_out(loaded)
    for link, reason in zip(targets, ASTRAY.values(), strict=True):
        assert left[link].code == "BB501"
        assert reason in left[link].reason
    assert all(finding.left_out and str(finding).isprintable() for finding in loaded.findings)


def test_links_that_multiply_are_bounded(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "LINKED_FILES", 10)
    monkeypatch.setattr(tree, "LINKS", 3)
    save(repository, {"apt.txt": "x\n", **{f"d/{number}": "y" for number in range(6)}})
    for number in range(5):
        (repository / f"link{number}").symlink_to("d")
    loaded = read(repository, save(repository, {}))
    assert len(loaded.directory.tree) == 7 + 6
    assert brief(loaded.findings) == [("BB501", f"link{number}") for number in (1, 2, 3, 4)]


def test_a_long_chain_of_links_ends(repository: Path) -> None:
    save(repository, {"apt.txt": "x\n"})
    for number in range(200):
        (repository / f"l{number:03}").symlink_to(f"l{number + 1:03}" if number < 199 else "apt.txt")
    findings = read(repository, save(repository, {})).findings
    assert len(findings) == imports.SHOWN
    assert "more" in findings[-1].reason


def test_submodules_are_left_out(repository: Path) -> None:
    save(repository, {"apt.txt": "x\n", ".gitmodules": '[submodule "s"]\npath = s\nurl = ext::sh -c touch% /tmp/x\n'})
    git(repository, "update-index", "--add", "--cacheinfo", f"160000,{SHA},s")
    git(repository, "commit", "--quiet", "--message=x")
    loaded = read(repository, git(repository, "rev-parse", "HEAD").strip())
    assert brief(loaded.findings) == [("BB502", "s")]
    assert sorted(loaded.directory.tree) == [".gitmodules", "apt.txt"]


def test_a_submodule_in_the_place_of_binder_hides_the_root_too(repository: Path) -> None:
    save(repository, {"apt.txt": "x\n"})
    git(repository, "update-index", "--add", "--cacheinfo", f"160000,{SHA},binder")
    git(repository, "commit", "--quiet", "--message=x")
    with pytest.raises(BlocksError, match=r"has no Binder files .* in its folder 'binder'"):
        read(repository, git(repository, "rev-parse", "HEAD").strip())


@pytest.mark.parametrize(("mode", "name"), [("100644", "start"), ("120000", "link"), ("40000", "folder")])
def test_an_object_of_another_kind_than_its_mode_says(repository: Path, mode: str, name: str) -> None:
    blob = store(repository, "x\n")
    folder = store(repository, b"100644 b\0" + bytes.fromhex(blob), "tree")
    sha = save_tree(repository, [("100644", "apt.txt", blob), (mode, name, blob if mode == "40000" else folder)])
    with pytest.raises(BlocksError, match=rf"^imports: .*{sha[:7]}"):
        read(repository, sha)


NAMES: dict[str, bytes | str] = {
    "dots": "..",
    "dot": ".",
    "path": "../../escape",
    "absolute": "/etc/escape",
    "git": ".git",
    "git in capitals": ".GiT",
    "git as Windows sees it": "GIT~1",
    "git with a dot": ".git.",
    "backslash": "a\\b",
    "newline": "a\nb",
    "escape": "a\x1b[2J",
    "bidirectional": "a\u202eb",
    "not UTF-8": b"a\xff",
    "encoded surrogate": b"a\xed\xb2\x80",
    "blank": " ",
    "long": "x" * 256,
    "twice": "apt.txt",
}


@pytest.mark.parametrize("mode", ["100644", "120000", "160000"])
def test_hostile_names_are_left_out(repository: Path, mode: str) -> None:
    blob, evil = store(repository, "x\n"), store(repository, "evil\n")
    sha = save_tree(repository, [("100644", "apt.txt", blob), *((mode, name, evil) for name in NAMES.values())])
    loaded = read(repository, sha)
    assert texts(loaded.directory) == {"apt.txt": "x\n"}
    left = left_out(loaded)
    assert len(left) == len(NAMES)
    assert {one.code for one in left.values()} == {"BB504"}
    assert all(path.isprintable() for path in left)
    assert len(loaded.findings) == imports.SHOWN
    assert f"{len(NAMES) - imports.SHOWN} more" in loaded.findings[-1].reason


def test_a_name_that_is_file_and_folder(repository: Path) -> None:
    blob = store(repository, "x\n")
    folder = store(repository, b"100644 b\0" + bytes.fromhex(blob), "tree")
    for mode in ("100644", "120000"):
        entries = [("100644", "apt.txt", blob), (mode, "a", blob), ("40000", "a", folder)]
        loaded = read(repository, save_tree(repository, entries))
        assert sorted(loaded.directory.tree) == ["a/b", "apt.txt"]
        assert brief(loaded.findings) == [("BB504", "a")]


def test_a_tree_that_lists_without_end(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "OUTPUT_BYTES", 10**6)
    name = store(repository, "x\n")
    mode = "100644"
    for _ in range(12):
        entries = b"".join(f"{mode} {letter}".encode() + b"\0" + bytes.fromhex(name) for letter in "abcdefghij")
        name, mode = store(repository, entries, "tree"), "40000"
    sha = git(repository, "commit-tree", "-m", "x", name).strip()
    with pytest.raises(BlocksError, match="holds more than can be listed"):
        read(repository, sha)


def test_large_files_are_found_where_they_would_have_been_merged(repository: Path) -> None:
    large = b"x" * (tree.FILE_BYTES + 1)
    sha = save(
        repository, {"binder/environment.yml": large, "data.csv": large, "binder/apt.txt": "x" * tree.FILE_BYTES}
    )
    loaded = read(repository, sha)
    assert brief(loaded.findings) == [("BB503", "binder/environment.yml")]
    assert sorted(loaded.directory.tree) == ["binder/apt.txt", "data.csv"]
    assert loaded.directory.tree["data.csv"].size == len(large)
    assert loaded.directory.tree["data.csv"].data == b""


def test_what_is_named_alone_counts(repository: Path) -> None:
    """However many files nothing names, and however large; of those that are named, a large one is found."""
    many = {f"data/{number}": f"{number}" for number in range(tree.READ_FILES + 1)}
    large = {f"large/{number}": str(number) + "x" * tree.FILE_BYTES for number in range(3)}
    files = {"binder/postBuild": "#!/bin/sh\ncp large/1 data/7 /tmp\n", "binder/apt.txt": "jq\n"}
    loaded = read(repository, save(repository, {**many, **large, **files}), "binder")
    placed, findings = scripts.place(loaded.directory, "binder")
    assert [file.path for file in placed] == [
        "binder/imports/repo-binder/binder/postBuild",
        "binder/imports/repo-binder/data/7",
        "binder/postBuild.d/import-repo-binder",
    ]
    assert brief([*loaded.findings, *findings]) == [("BB551", "large/1")]


def test_what_is_named_is_read_at_once(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"data/{number}": f"{number}" for number in range(300)}
    sha = save(repository, {"postBuild": "#!/bin/sh\ncp -r data /tmp\n", **files})
    directory = read(repository, sha).directory
    calls: list[objects.Objects] = []
    original = objects.Objects.read

    def count(self: objects.Objects, names: Iterable[str]) -> dict[str, bytes]:
        calls.append(self)
        return original(self, names)

    monkeypatch.setattr(objects.Objects, "read", count)
    assert len(scripts.place(directory, "binder")[0]) == 302
    assert len(calls) <= 2


ODD = [
    "CON",
    "aux.txt",
    "Nul",
    "com1.csv",
    "LPT9",
    "conin$",
    "a:b.txt",
    "what?.md",
    'q"x',
    "trail. ",
    "dot.",
    "sp ace ",
]
EVEN = [
    "CONTENT",
    "aux2.txt",
    "com.csv",
    "com10.txt",
    "console",
    ".hidden",
    "a b.txt",
    "a'b",
    "näme.txt",
    "a;b",
    "nul-x",
]


@pytest.mark.parametrize("folder", ["binder/", "data/"])
def test_names_that_cannot_stand_everywhere_are_found(repository: Path, folder: str) -> None:
    """In the Binder folder, or where a script names them."""
    odd = dict.fromkeys((*ODD, "aux/x", "CASE.txt", "case.txt", "e\u0301.txt", "\xe9.txt", "Folder", "folder/x"), "x")
    files = {f"{folder}{name}": text for name, text in {**odd, **dict.fromkeys(EVEN, "x")}.items()}
    sha = save(
        repository, {"binder/postBuild": "#!/bin/sh\ncp -r data /tmp\n", "other/CON": "", "other/a:b": "", **files}
    )
    placed, findings = scripts.place(read(repository, sha).directory, "binder")
    second = ["case.txt", "\xe9.txt", "folder/x"]
    expected = sorted(f"{folder}{name}" for name in (*ODD, "aux/x", *second))
    assert [finding.text for finding in findings if finding.code == "BB552"] == expected
    kept = {file.path.removeprefix(f"binder/imports/repo/{folder}") for file in placed}
    assert {*EVEN, "CASE.txt", "e\u0301.txt", "Folder"} <= kept
    assert kept.isdisjoint((*ODD, *second))


MADE = "binder_dir: binder\ncomponents: [alpha, former, gone]\nimports: ['gh:o/r@1']\n"
REPORT = '{"components": {"asked": ["alpha"], "installed": ["alpha", "helper"]}}'
OURS: dict[str, tuple[dict[str, str], str, str]] = {
    "answers": ({".copier-answers.yml": MADE, "binder/apt.txt": ""}, "", "choose these blocks instead: alpha, former;"),
    "another name": ({".copier-answers.blocks.yml": MADE, "binder/apt.txt": ""}, "", "no 'gone'; import what it"),
    "report": ({"binder/report.json": REPORT, "binder/apt.txt": ""}, "", "choose these blocks instead: alpha;"),
    "folder of a repository": (
        {"course/.copier-answers.yml": MADE, "course/binder/apt.txt": ""},
        "course",
        "import what it imports: gh:o/r@1",
    ),
    "its folder": ({"binder/report.json": REPORT, "binder/apt.txt": ""}, "binder", "instead: alpha;"),
    "no blocks": (
        {".copier-answers.yml": "binder_dir: .binder\ncomponents: []\n", ".binder/apt.txt": ""},
        "",
        "it has no blocks to choose",
    ),
    "another folder of it": ({".copier-answers.yml": MADE, "binder_c/apt.txt": "jq\n"}, "binder_c", ""),
    "another template": ({".copier-answers.yml": "_src_path: x\n", "binder/apt.txt": ""}, "", ""),
    "another report": ({"binder/report.json": '{"components": [1]}', "binder/apt.txt": ""}, "", ""),
    "no JSON": ({"binder/report.json": "[" * 9999, "binder/apt.txt": ""}, "", ""),
}


@pytest.mark.parametrize(("files", "folder", "said"), OURS.values(), ids=OURS)
def test_a_repository_that_was_made_here_is_recognised(
    repository: Path, files: dict[str, str], folder: str, said: str
) -> None:
    reference = f"file://{repository}@{save(repository, files)}" + (f"#{folder}" if folder else "")
    (loaded,) = imports.load_all([reference], "binder", blocks=["alpha", "former"])
    assert [finding.code for finding in loaded.findings] == ["BB555"] * bool(said)
    assert all(said in finding.message for finding in loaded.findings)


def test_files_are_read_when_asked_for(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sha = save(repository, {"apt.txt": "x\n", **{f"d/{number}": f"{number}" for number in range(50)}})
    directory = read(repository, sha).directory
    asked: list[int] = []
    original = objects.Objects.read

    def count(self: objects.Objects, names: Iterable[str]) -> dict[str, bytes]:
        asked.append(len([*names]))
        return original(self, names)

    monkeypatch.setattr(objects.Objects, "read", count)
    assert directory.tree["apt.txt"] == Blob(b"x\n")
    assert len(directory.tree) == 51
    assert "d/7" in directory.tree
    assert asked == []
    assert directory.tree["d/7"] == directory.tree["d/7"] == Blob(b"7")
    assert asked == [1]


def test_what_is_read_has_a_limit(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sha = save(repository, {"apt.txt": "x\n", **{f"d/{number}": f"{number}" * 10 for number in range(10)}})
    for limit, value in (("READ_BYTES", 55), ("READ_FILES", 5)):
        directory = read(repository, sha).directory
        with monkeypatch.context() as patch:
            patch.setattr(tree, limit, value)
            with pytest.raises(BlocksError, match=rf"^imports: .*@{sha[:7]}: more than .* import a subdirectory$"):
                texts(directory)


PYTHONS = {
    "one asks": (["python=3.11"], {}, "3.11", 0),
    "nobody asks": (["numpy"], {}, "3.13", 0),
    "one bound": (["python>=3.9,<3.13.0a0"], {}, "3.12", 0),
    "two that one version suits": (["python>=3.11", "python<3.12"], {}, "3.11", 0),
    "two that none suits": (["python=3.11", "python=3.12"], {}, "3.11", 1),
    "the course answers": (["python=3.11"], {"python_version": "3.12"}, "3.12", 1),
    "the course answers what is the default": (["python=3.11"], {"python_version": "3.13"}, "3.13", 1),
    "what cannot be chosen": (["python=3.7"], {}, "3.13", 1),
}


@pytest.mark.parametrize(("wishes", "answers", "expected", "clashes"), PYTHONS.values(), ids=PYTHONS)
def test_a_wish_for_python_holds_unless_the_course_answers(
    tmp_path: Path, wishes: list[str], answers: dict[str, str], expected: str, clashes: int
) -> None:
    references = []
    for number, wish in enumerate(wishes):
        folder = tmp_path / f"owner/repo-{number}"
        folder.mkdir(parents=True)
        git(folder, "init", "--quiet", "--initial-branch=main")
        sha = save(folder, {"environment.yml": f"dependencies: ['{wish}']"})
        references.append(f"file://{folder}@{sha}")
    catalogue = manifest.read_catalogue(ROOT)
    rendered = rendering.render(catalogue, {"components": [], "imports": references, **answers})
    report = json.loads(rendered["binder/report.json"][0])
    assert report["python"] == expected
    assert len(report["clashes"]) == clashes
