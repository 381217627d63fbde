"""All languages in one course: every kernel answers; a cell that fails, or does not end, is told as such."""

from __future__ import annotations

import pytest

from conftest import Build, Run, Scaffold
from tests.image.test_components import assert_lasts, assert_works

pytestmark = pytest.mark.unhurried
# What a kernel is given, what it is to show, and the last line of the answer.
WRONG = [
    ("bash", "false", "", "bash: the cell failed: "),
    ("java", 'int x = "a";', "", "java: the cell failed: CompilationException"),
    ("deno", 'throw new Error("wrong")', "", "deno: the cell failed: Error: wrong"),
    ("octave", "disp(41)", "^42$", r"octave: shows '41"),
    ("bash", "sleep 30", "", "bash: TimeoutError"),
    ("cobol", "", "", "cobol: NoSuchKernel"),
]


def test_course_of_languages(scaffold: Scaffold, build: Build, container: Run) -> None:
    """verified, stopped, verified after a restart, killed, verified again"""
    image = build(scaffold(components=["systems-and-languages"]), "languages")
    running = container(image)
    assert_works(running)
    kernels = running.bash("jupyter kernelspec list --json")
    assert "/home/" not in kernels
    assert {f'"{name}": {{' in kernels for name in ("bash", "deno", "java", "octave", "python3")} == {True}
    impatient = 'sed "s/^SECONDS = 50/SECONDS = 15/" "$REPO_DIR/binder/cell" >/tmp/cell; python3 /tmp/cell "$@"'
    for kernel, code, pattern, reason in WRONG:
        words = ("bash", "-c", f'. "$REPO_DIR/binder/env"; {impatient}', "cell", kernel, pattern)
        asked = running.try_exec(*words, stdin=code)
        assert asked.returncode == 1, asked.stdout
        assert asked.stderr.splitlines()[-1].startswith(reason), asked.stderr
    assert_lasts(running)
