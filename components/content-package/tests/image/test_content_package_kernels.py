"""content-package in real kernels: several at once, an environment that cannot be written to, an interrupt."""

from __future__ import annotations

import json

import pytest

from conftest import Build, Run, Scaffold
from tests.image.containers import Container

pytestmark = pytest.mark.unhurried

# Nothing can be reached: pip takes what is there, for the build too.
OFFLINE = {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0"}
LOG = "/srv/conda/envs/notebook/lib/python*/site-packages/binder_content_package-records/pip.log"
# A clone with a package in $HOME, as nbgitpuller leaves it.
CLONE = """
mkdir --parents "$HOME/clone/week 1" && cd "$HOME/clone"
git init --quiet
cat >pyproject.toml <<'END'
[project]
name = "coursepkg"
version = "1.0"
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
END
printf 'where = __file__\\n' >coursepkg.py
"""
# Kernels that are started together, and what each says to the same first cell.
KERNELS = """
import json, os, sys, time
from jupyter_client.manager import start_new_kernel
number, cell = int(sys.argv[1]), sys.argv[2]
folder = os.path.expanduser("~/clone/week 1")
kernels = [start_new_kernel(kernel_name="python3", cwd=folder) for _ in range(number)]
begin, asked = time.monotonic(), [client.execute(cell) for _, client in kernels]
if len(sys.argv) > 3:
    time.sleep(float(sys.argv[3]))
    kernels[0][0].interrupt_kernel()
said = []
for (manager, client), message in zip(kernels, asked):
    texts = []
    while True:
        got = client.get_iopub_msg(timeout=60)
        if got["parent_header"].get("msg_id") != message:
            continue
        if got["msg_type"] == "stream":
            texts.append(got["content"]["text"])
        if got["msg_type"] == "error":
            texts.append(got["content"]["evalue"])
        if got["msg_type"] == "clear_output":
            texts.clear()
        if got["msg_type"] == "status" and got["content"]["execution_state"] == "idle":
            break
    said.append("".join(texts))
    client.stop_channels()
    manager.shutdown_kernel(now=True)
print(json.dumps({"said": said, "seconds": time.monotonic() - begin}))
"""


@pytest.fixture
def running(scaffold: Scaffold, build: Build, container: Run) -> Container:
    image = build(scaffold(components=["content-package"]), "content-package")
    return container(image, command=["sleep", "infinity"], env=OFFLINE)


def kernels(running: Container, number: int, cell: str, *more: str, user: str = "", home: str = "") -> list[str]:
    """What each of so many kernels says to the cell, as a user with that home folder."""
    words = ["env", f"HOME={home}"] if home else []
    words += ["bash", "-c", '"$NB_PYTHON_PREFIX/bin/python3" - "$@"', "bash", str(number), cell, *more]
    said = json.loads(running.exec(*words, user=user or None, stdin=KERNELS))["said"]
    assert isinstance(said, list)
    return said


def test_of_several_kernels_one_installs(running: Container) -> None:
    running.bash(CLONE)
    assert kernels(running, 3, "import coursepkg; print(coursepkg.where)") == ["/home/jovyan/clone/coursepkg.py\n"] * 3
    log = running.bash(f"cat {LOG}; touch /tmp/before")
    assert log.count("Successfully installed coursepkg") == 1
    # It is there now: pip is not run again, until what describes the package changes.
    again = "import coursepkg, importlib.metadata; print(importlib.metadata.version('coursepkg'))"
    assert kernels(running, 1, again) == ["1.0\n"]
    assert running.bash(f"find {LOG} -newer /tmp/before") == ""
    running.bash("sed --in-place 's/1.0/2.0/' ~/clone/pyproject.toml")
    assert kernels(running, 1, again) == ["2.0\n"]


def test_an_environment_that_cannot_be_written_to(running: Container) -> None:
    user, home = "12345:0", "/tmp/home"
    # The stand-in's environment is a virtual one, which has no packages of the user unless told; conda's has.
    running.bash("sed --in-place '/^include-system/s/false/true/' \"$NB_PYTHON_PREFIX/pyvenv.cfg\"")
    running.exec("bash", "-c", f"export HOME={home}\n{CLONE}", user=user)
    said = kernels(running, 2, "import coursepkg; print(coursepkg.where)", user=user, home=home)
    assert said == [f"{home}/clone/coursepkg.py\n"] * 2
    assert running.exec("bash", "-c", f"ls {home}/.local/lib/python*/site-packages", user=user).count("coursepkg")


def test_an_interrupt_ends_the_installation_and_not_the_kernel(running: Container) -> None:
    running.bash(CLONE)
    running.bash("printf 'import time; time.sleep(100)\\n' >~/clone/setup.py")
    (said,) = kernels(running, 1, "print('still here')", "5")
    assert "could not be installed" in said
    assert "it was interrupted" in said
    assert said.endswith("still here\n")
    assert running.try_exec("pgrep", "--full", "time.sleep|pip install").returncode == 1
