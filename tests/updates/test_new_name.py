"""What an update says of data that is kept under the course's former name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fast.conftest import MakeCatalogue, committed_course, copier, manifest

ALPHA = {"alpha/component.yml": manifest("Alpha"), "alpha/service/run": "#!/bin/sh\nexec sleep 1000\n"}
HOME = "keep_data=home"


@pytest.mark.parametrize(
    ("before", "after", "is_said"),
    [
        (["components=[alpha]", HOME], ["course_name=Second Name"], True),
        (["components=[alpha]", HOME], ["course_name=Second Name", "keep_data=image"], False),
        (["components=[alpha]"], ["course_name=Second Name", HOME], False),
        (["components=[alpha]", HOME], ["course_name=my course"], False),  # the same folder
        (["components=[alpha]", HOME], [], False),
        ([HOME], ["course_name=Second Name"], False),  # nothing that has data
    ],
)
def test_a_new_name(
    make_catalogue: MakeCatalogue, tmp_path: Path, before: list[str], after: list[str], is_said: bool
) -> None:
    course = committed_course(make_catalogue(ALPHA), tmp_path / "course", *before)
    data = [word for answer in after for word in ("--data", answer)]
    said = copier("update", "--trust", "--defaults", *data, course).stderr
    assert "Memory at rest" in said
    assert ("## The course has a new name" in said) == is_said
    assert ("`mv ~/.binder-data/my-course ~/.binder-data/second-name`" in said) == is_said
