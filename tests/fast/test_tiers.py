"""Which tier a file of tests belongs to."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import tier_at


@pytest.mark.parametrize(
    ("path", "tier"),
    [
        ("tests/fast/test_a.py", "fast"),
        ("tests/updates/test_a.py", "updates"),
        ("tests/image/more/test_a.py", "image"),
        ("tests/test_image.py", "fast"),
        ("components/a/tests/browser/test_a.py", "browser"),
        ("components/image/tests/fast/test_a.py", "fast"),
        ("outputs/image/tests/test_a.py", "fast"),
        ("outputs/image/tests/updates/test_a.py", "updates"),
    ],
)
def test_folder_below_tests(path: str, tier: str) -> None:
    assert tier_at(Path(path)) == tier
