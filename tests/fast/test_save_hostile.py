"""Archives that somebody hostile made, and damaged ones: nothing is touched, and one line says why."""

from __future__ import annotations

import io
import json
import os
import shutil
import stat
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from launch.words import Failure
from saving.verify import verified
from tests.fast.launching import finish, until
from tests.fast.saved import Course, entry, make_course, manifest, refused, run, write_archive

course = pytest.fixture(make_course)
DATA = {"services/db/data/rows": b"theirs\n"}
BOMB = b"\0" * 50_000_000


def with_files(*names: str, **changed: Any) -> Callable[[Path], None]:
    return lambda path: void(write_archive(path, {**DATA, **dict.fromkeys(names, b"x")}, **changed))


def void(_: object) -> None: ...


def with_manifest(text: str) -> Callable[[Path], None]:
    return lambda path: void(write_archive(path, DATA, text))


def changed_entry(**changed: Any) -> Callable[[Path], None]:
    content = DATA["services/db/data/rows"]
    return lambda path: void(
        write_archive(path, DATA, entries={"services/db/data/rows": {**entry(content), **changed}})
    )


def raw(*infos: tuple[str, int, int]) -> Callable[[Path], None]:
    """Names with a type of file and a way of packing."""

    def make(path: Path) -> None:
        files = {**DATA, **{name: b"x" for name, _, _ in infos}}
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in DATA.items():
                archive.writestr(name, content)
            for name, kind, method in infos:
                info = zipfile.ZipInfo(name)
                info.external_attr, info.compress_type = (kind | 0o777) << 16, method
                archive.writestr(info, b"x")
            archive.writestr("manifest.json", json.dumps(manifest(files)))

    return make


def twice(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("services/db/data/rows", b"theirs\n")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("services/db/data/rows", b"theirs\n")
        archive.writestr("manifest.json", json.dumps(manifest(DATA)))


def bomb(path: Path) -> None:
    """Fifty megabytes that call themselves a small file, in both of their headers."""
    write_archive(path, {"services/db/data/rows": BOMB}, entries={"services/db/data/rows": entry(b"x" * 100)})
    text = bytearray(path.read_bytes())
    for place in range(len(text) - 4):
        if text[place : place + 4] == struct.pack("<I", len(BOMB)):
            text[place : place + 4] = struct.pack("<I", 100)
    path.write_bytes(text)


def encrypted(path: Path) -> None:
    write_archive(path, DATA)
    text = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        text[text.index(mark) + offset] |= 1
    path.write_bytes(text)


def endless_directory(path: Path) -> None:
    """An end that names more lines than there are bytes."""
    write_archive(path, DATA)
    text = bytearray(path.read_bytes())
    text[-14:-12] = text[-12:-10] = b"\xfe\xff"
    text[-10:-6] = struct.pack("<I", 2**31)
    path.write_bytes(text)


def other_name_inside(path: Path) -> None:
    write_archive(path, DATA)
    path.write_bytes(path.read_bytes().replace(b"services/db/data/rows", b"services/db/data/cows", 1))


def a_zip_within(path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("x", b"x")
    path.write_bytes(inner.getvalue())


S_IFLNK, S_IFCHR, STORED = stat.S_IFLNK, stat.S_IFCHR, zipfile.ZIP_STORED
LINK = {"services/db/data/link": "../../../../../../etc/passwd"}
HOSTILE: dict[str, tuple[Callable[[Path], None], str]] = {
    "a way up": (with_files("files/repo/../../evil"), "a path that binder/save never writes"),
    "a way up in the data": (with_files("services/db/data/../evil"), "a path that binder/save never writes"),
    "from the root": (with_files("/tmp/evil"), "a path that binder/save never writes"),
    "a backslash": (with_files("files/repo/..\\evil"), "a path that binder/save never writes"),
    "a control character": (with_files("files/repo/\x1b[2Jevil"), "a path that binder/save never writes"),
    "a line": (with_files("files/repo/a\nb"), "a path that binder/save never writes"),
    "an empty part": (with_files("files//repo/x"), "a path that binder/save never writes"),
    "a long part": (with_files("files/repo/" + "x" * 300), "a path that binder/save never writes"),
    "writing from right to left": (with_files("files/repo/\u202efdp.exe"), "a path that binder/save never writes"),
    "a file as a folder": (with_files("files/repo/a", "files/repo/a/b"), "as a folder and as something else"),
    "a place that is not known": (with_files("files/etc/passwd"), "files of no place that is known here"),
    "a kind that is not known": (with_files("other/x"), "which belongs nowhere"),
    "a dump that is none": (with_files("services/db/dump/x"), "which belongs nowhere"),
    "of another service": (with_files("services/evil/data/x"), "which belongs nowhere"),
    "the course itself": (with_files("files/repo/binder/start"), "it would change the course itself"),
    "a hook of git": (with_files("files/repo/.git/hooks/post-checkout"), "it would change the course itself"),
    "a hook of git, in capitals": (with_files("files/repo/x/.GIT/config"), "it would change the course itself"),
    "kept data": (with_files("files/home/.binder-data/course/db/data/rows"), "it would change the course itself"),
    "a profile": (with_files("files/home/.bashrc"), "a hidden file: 'files/home/.bashrc'; name it by --file"),
    "behind a link": (with_files("files/repo/away/x"), "is a link, or a folder where a file is to be"),
    "a folder in its place": (with_files("files/repo/home"), "is a link, or a folder where a file is to be"),
    "links out of the data": (with_files(links=LINK), "a link that leads out of its folder"),
    "a link to the root": (with_files(links={"services/db/data/l": "/etc"}), "what binder/save never writes"),
    "a link among files": (with_files(links={"files/repo/l": "x"}), "which belongs nowhere"),
    "a link behind another": (
        with_files(links={"services/db/data/a": "rows", "services/db/data/b": "a/../../../x"}),
        "a link that leads out of its folder",
    ),
    "a file through a link": (
        with_files("services/db/data/l/x", links={"services/db/data/l": "rows"}),
        "as a folder and as something else",
    ),
    "a symbolic link of zip": (raw(("files/repo/l", S_IFLNK, STORED)), "it holds what is no plain file"),
    "a device of zip": (raw(("files/repo/l", S_IFCHR, STORED)), "it holds what is no plain file"),
    "packed in another way": (raw(("files/repo/l", stat.S_IFREG, zipfile.ZIP_BZIP2)), "packed in another way"),
    "a path twice": (twice, "it holds a path twice"),
    "more than the manifest": (with_files("files/repo/x", entries=manifest(DATA)["entries"]), "does not name"),
    "less than the manifest": (with_files(entries=manifest({**DATA, "files/repo/x": b""})["entries"]), "it lacks"),
    "another size": (changed_entry(size=3), "is longer or shorter than its manifest says"),
    "another checksum": (changed_entry(sha256="0" * 64), "is damaged"),
    "a bomb": (bomb, "is damaged"),
    "an honest bomb": (
        lambda path: void(write_archive(path, DATA, entries={"services/db/data/rows": {**entry(b""), "size": 2**60}})),
        "is longer or shorter",
    ),
    "a negative size": (changed_entry(size=-1), "what binder/save never writes"),
    "no number": (changed_entry(size=7.0), "what binder/save never writes"),
    "a size that is true": (changed_entry(size=True), "what binder/save never writes"),
    "a mode of root": (changed_entry(mode=0o4755), "what binder/save never writes"),
    "no manifest": (a_zip_within, "it was not made by binder/save"),
    "no JSON": (with_manifest("{"), "its manifest cannot be read"),
    "depth": (with_manifest("[" * 100_000), "its manifest cannot be read"),
    "folders in folders": (
        with_files(folders={"services/db/data/" + "/".join("a" * 1400): 0o700}),
        "a path that binder/save never writes",
    ),
    "more values than a session has": (with_manifest("[" + "0," * 3_000_000 + "0]"), "larger than any session's"),
    "a list": (with_manifest("[]"), "it was not made by binder/save"),
    "nothing in it": (with_manifest('{"archive": 1}'), "what binder/save never writes"),
    "a huge number": (with_manifest('{"archive": ' + "9" * 100_000 + "}"), "is refused"),
    "of the future": (with_manifest('{"archive": 2}'), "a newer binder/save made it"),
    "a course that writes": (with_files(course="x\x1b[31m"), "what binder/save never writes"),
    "a service that is a path": (
        with_files(services={"../evil": {"how": "data", "format": "x"}}),
        "what binder/save never writes",
    ),
    "a service that nobody has": (
        with_files(services={**manifest({})["services"], "evil": {"how": "data", "format": "x"}}),
        "there is no service evil here",
    ),
    "another way": (with_files(services={"db": {"how": "shell", "format": "x"}}), "what binder/save never writes"),
    "encrypted": (encrypted, "it holds what is no plain file"),
    "a directory without end": (endless_directory, "is refused"),
    "two names": (other_name_inside, "is refused"),
}


@pytest.fixture
def victim(course: Course) -> Course:
    """A course that runs, with something to lose."""
    course.store("db")
    process = course.opened()
    course.rows("db").write_text("mine\n")
    (course.root / "away").symlink_to(course.root.parent)
    (course.root / "nb.ipynb").write_text("mine")
    course.processes.append(process)
    return course


def test_nothing_hostile_touches_anything(victim: Course) -> None:
    """All of them at one course: what one of them could do would show with the next."""
    before = victim.snapshot()
    failed = []
    for name, (make, reason) in HOSTILE.items():
        archive = victim.run.parent / "hostile.zip"
        archive.unlink(missing_ok=True)
        make(archive)
        line = refused(victim.restore(archive))
        if reason not in line:
            failed.append((name, line))
        assert victim.snapshot() == before, name
        assert victim.look(archive)["refused"], name
    assert not failed
    assert victim.state("db")["state"] == "ready"
    assert victim.state("db")["restarts"] == 0
    finish(victim.processes[0])


def test_a_dump_of_another_kind_is_not_loaded(course: Course) -> None:
    course.store("db", has_dump=True)
    process = course.opened()
    services = {"db": {"how": "dump", "format": "store 1"}}
    for name in ("evil.sh", "all.rows/x.sh"):
        archive = course.root / "x.zip"
        archive.unlink(missing_ok=True)
        write_archive(archive, {f"services/db/dump/{name}": b"touch /tmp/evil"}, services=services)
        assert "is none of its dumps" in refused(course.restore(archive))
    finish(process)


def test_what_is_no_file_is_no_archive(course: Course) -> None:
    os.mkfifo(course.root / "pipe")
    for path in ("/dev/zero", str(course.root / "pipe"), str(course.root), "/nothing"):
        refused(course.restore(path))


@pytest.fixture
def archive(course: Course) -> bytes:
    """A real one."""
    course.store("db", has_dump=True)
    course.store("other")
    process = course.opened()
    course.rows("db").write_text("mine\n" * 100)
    (course.root / "nb.ipynb").write_text("mine")
    made = course.save().read_bytes()
    finish(process)
    return made


def contents(path: Path) -> dict[str, bytes] | None:
    """What would be restored; nothing if it is refused. Anything else than Failure is an error of ours."""
    try:
        with verified(str(path)) as found:
            return {name: found.zip.read(name) for name in found.manifest.entries}
    except Failure:
        return None


def test_a_bit_that_flipped(archive: bytes, tmp_path: Path) -> None:
    """Anywhere in it: it is refused, or it did not matter."""
    path = tmp_path / "flipped.zip"
    path.write_bytes(archive)
    right = contents(path)
    assert right
    refusals = 0
    for place in range(len(archive)):
        text = bytearray(archive)
        text[place] ^= 1 << place % 8
        path.write_bytes(text)
        found = contents(path)
        refusals += found is None
        assert found is None or found == right, place
    assert refusals > len(archive) / 2


def test_a_part_of_it(archive: bytes, tmp_path: Path) -> None:
    path = tmp_path / "part.zip"
    for length in range(0, len(archive), 7):
        path.write_bytes(archive[:length])
        assert contents(path) is None
        path.write_bytes(archive[length + 1 :])
        assert contents(path) is None, "its beginning is missing"
    path.write_bytes(archive + b"\0")
    assert contents(path) is None


def full(course: Course, megabytes: int) -> Path:
    """A small disk, for who may make one."""
    place = course.root / "disk"
    place.mkdir()
    if os.geteuid() or shutil.which("mount") is None:
        pytest.skip("only root can make a small disk")
    try:
        run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "tmpfs", place)
    except Exception:
        pytest.skip("no disk can be mounted here")
    return place


def test_a_full_disk_has_no_half_archive(course: Course) -> None:
    course.store("db")
    process = course.opened()
    (course.place("db") / "large").write_bytes(os.urandom(3_000_000))
    disk = full(course, 1)
    try:
        done = course.script("save", "--to", str(disk))
        assert "No space left on device" in refused(done)
        assert not [*disk.iterdir()]
    finally:
        run("umount", disk)
    until("it is ready", lambda: course.state("db")["state"] == "ready")
    finish(process)


def test_a_full_disk_is_no_place_to_restore_to(course: Course) -> None:
    course.store("db")
    course.keep_data()
    disk = full(course, 20)
    try:
        with (course.binder / "env").open("a") as file:
            file.write(f"export HOME={disk}\n")
        course.environment["HOME"] = str(disk)
        process = course.opened()
        course.rows("db").write_text("mine\n")
        archive = course.save("--no-files", "--to", course.root / "saved")
        before = course.rows("db").read_text()
        assert "are needed in" in refused(course.restore(archive))
        assert course.rows("db").read_text() == before
        until("it is ready", lambda: course.state("db")["state"] == "ready")
        finish(process)
    finally:
        run("umount", "--lazy", disk)


def test_deep_folders_take_little_memory(tmp_path: Path) -> None:
    """A hundred folders above each of many: none of those is kept."""
    deep = "/".join(["a" * 20] * 90)
    folders = {f"services/db/data/{number}/{deep}": 0o700 for number in range(2000)}
    path = write_archive(tmp_path / "deep.zip", DATA, folders=folders)
    tracemalloc.start()
    try:
        with verified(str(path)) as archive:
            assert len(archive.manifest.folders) == 2000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10 * sum(map(len, folders))
