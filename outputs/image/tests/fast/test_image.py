"""The answer `image_name`: names that a registry takes, and the architectures that the components have."""

from __future__ import annotations

from pathlib import Path

import pytest

from extensions.errors import BlocksError
from tests.fast.conftest import MakeCatalogue, copier, manifest, rules_of
from tests.fast.test_copy import assert_refused

image = rules_of("image")
CHECKSUM = "0" * 64


@pytest.mark.parametrize(
    "name",
    [
        *("ghcr.io/owner/name", "docker.io/o/n", "quay.io/group/sub.dir/my_image-2", "g.io/o/my--c__d"),
        *("registry.example.org:5000/team/course", "localhost:5000/course", "registry:5000/team/sub/course"),
        *("127.0.0.1:5000/course", "registry.example.org/course"),
    ],
)
def test_names(name: str) -> None:
    assert image.check_name(name) == name


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("ghcr.io/Owner/Name", "registries take lower case alone; write 'ghcr.io/owner/name'"),
        ("ghcr.io/owner/name:1.0", "the workflow sets the tags; write 'ghcr.io/owner/name'"),
        ("GHCR.io/Owner/name:v1", "the workflow sets the tags; write 'ghcr.io/owner/name'"),
        ("registry.example.org:5000/team/course:v1", "write 'registry.example.org:5000/team/course'"),
        ("Registry.example.org:5000/Team/course", "write 'registry.example.org:5000/team/course'"),
        (f"ghcr.io/owner/name@sha256:{'0' * 64}", "write 'ghcr.io/owner/name'"),
        ("registry.example.org:5000", "is no name of an image"),
        ("registry.example.org:/team/course", "is no name of an image"),
        ("registry.example.org:port/team/course", "is no name of an image"),
        ("-.a/o/c", "is no name of an image"),
        ("name", "is no name of an image; write it like 'ghcr.io/owner/name'"),
        ("owner/name", "is no name of an image"),
        ("ghcr.io/owner", "is no name of an image"),
        ("https://ghcr.io/owner/name", "is no name of an image"),
        ("ghcr.io/owner/${{x}}", "is no name of an image"),
        ("ghcr.io/owner/name\nx", "is no name of an image"),
        (1, "must be text, not 1"),
        ("", "must not be empty; write it like 'ghcr.io/owner/name'"),
    ],
)
def test_wrong_names(value: object, message: str) -> None:
    with pytest.raises(BlocksError) as refused:
        image.check_name(value)
    assert str(refused.value).startswith("image_name: ")
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("downloads", "expected"),
    [
        ([], ["amd64", "arm64"]),
        (["a any"], ["amd64", "arm64"]),
        (["a amd64", "a arm64", "b any"], ["amd64", "arm64"]),
        (["a amd64", "a arm64", "b amd64"], ["amd64"]),
        (["a amd64", "b arm64"], []),
    ],
)
def test_architectures(downloads: list[str], expected: list[str]) -> None:
    assert image.architectures(downloads) == expected


WRONG = {
    "name": (["image_name=Course"], "image_name: 'Course': is no name of an image; write it like"),
    "architectures": (["image_name=ghcr.io/o/r", "components=[one, two]"], "image: no architecture has all downloads"),
}


@pytest.mark.parametrize(("answers", "message"), WRONG.values(), ids=WRONG)
def test_wrong_answers(make_catalogue: MakeCatalogue, tmp_path: Path, answers: list[str], message: str) -> None:
    components = {
        "one/component.yml": manifest("One"),
        "one/downloads.txt": f"one amd64 {CHECKSUM} https://example.org/one\n",
        "two/component.yml": manifest("Two"),
        "two/downloads.txt": f"two arm64 {CHECKSUM} https://example.org/two\n",
    }
    data = [word for answer in ("outputs=[image]", *answers) for word in ("--data", answer)]
    result = copier("copy", "--trust", "--defaults", *data, make_catalogue(components), tmp_path / "course")
    assert_refused(result.returncode, result.stderr, message)
    assert not (tmp_path / "course").exists()
