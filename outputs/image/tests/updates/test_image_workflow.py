"""The workflow that publishes the image: its own scripts, with programs that write down how they were called."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.fast.actions import Job, run_job
from tests.fast.conftest import MakeCatalogue, commit, committed_course, copier, manifest, tree

WORKFLOW = ".github/workflows/binder-image.yml"
COMPONENTS = {
    "nbgitpuller/component.yml": manifest("nbgitpuller"),
    "alpha/component.yml": manifest("Alpha"),
    "alpha/apt.txt": "libalpha\n",
    "beta/component.yml": manifest("Beta"),
    "beta/downloads.txt": f"beta amd64 {'0' * 64} https://example.org/beta\n",
}
DIGESTS = {"amd64": f"sha256:{'a' * 64}", "arm64": f"sha256:{'b' * 64}"}
INDEX = f"sha256:{'c' * 64}"
# Fails for what stands in the file `failing`, as `docker exec` does when what it runs fails.
DOCKER = """
echo "docker $*" >>"$CALLS"
case "$1 $*" in
  login*) echo "token $(cat)" >>"$CALLS" ;;
  exec*verify*) grep -q verify "$FAILING" && echo "alpha  failed  it is broken" && exit 1 ;;
  exec*curl*) grep -q curl "$FAILING" && exit 1 ;;
  push*) grep -q push "$FAILING" && exit 1 ;;
  *inspect*-amd64*) echo '{"digest": "AMD64"}' ;;
  *inspect*-arm64*) echo '{"digest": "ARM64"}' ;;
  *inspect*) echo '{"digest": "INDEX"}' ;;
esac
exit 0
"""


def render(root: Path, course: Path, *answers: str) -> dict[str, Any]:
    data = [
        word
        for answer in ("outputs=[image]", "image_name=ghcr.io/owner/course", *answers)
        for word in ("--data", answer)
    ]
    result = copier("copy", "--trust", "--defaults", *data, root, course)
    assert result.returncode == 0, result.stderr
    loaded: dict[str, Any] = yaml.safe_load((course / WORKFLOW).read_text())
    return loaded


@dataclass
class Runner:
    course: Path
    folder: Path

    def program(self, name: str, script: str) -> None:
        path = self.folder / "bin" / name
        path.write_text(f"#!/bin/bash\n{script}\n")
        path.chmod(0o755)

    def run(self, job: str, failing: str = "", **given: str) -> Job:
        (self.folder / "calls").write_text("")
        (self.folder / "failing").write_text(failing)
        scratch = self.folder / f"scratch-{len(list(self.folder.iterdir()))}"
        environment = {
            "PATH": os.pathsep.join([str(self.folder / "bin"), os.environ["PATH"]]),
            "CALLS": str(self.folder / "calls"),
            "FAILING": str(self.folder / "failing"),
            "GITHUB_SHA": "0123456789abcdef" * 2 + "01234567",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": "owner/course",
            **{key: str(value) for key, value in self.definition["env"].items()},
        }
        values = {
            "matrix.architecture": "amd64",
            "github.actor": "someone",
            "github.event.release.tag_name": "v1.0",
            "inputs.version": "",
            "inputs.latest": "",
            "needs.build.outputs.version": "v1.0",
            "needs.build.outputs.amd64": DIGESTS["amd64"],
            "needs.build.outputs.arm64": DIGESTS["arm64"],
            **given,
        }
        done = run_job(self.course / WORKFLOW, job, self.course, scratch, environment, values)
        print(done.log)
        return done

    @property
    def definition(self) -> dict[str, Any]:
        loaded: dict[str, Any] = yaml.safe_load((self.course / WORKFLOW).read_text())
        return loaded

    @property
    def calls(self) -> list[str]:
        return (self.folder / "calls").read_text().splitlines()


@pytest.fixture
def runner(make_catalogue: MakeCatalogue, tmp_path: Path) -> Runner:
    course, folder = tmp_path / "course", tmp_path / "runner"
    render(make_catalogue(COMPONENTS), course, "components=[alpha]")
    (folder / "bin").mkdir(parents=True)
    docker = DOCKER.replace("AMD64", DIGESTS["amd64"]).replace("ARM64", DIGESTS["arm64"]).replace("INDEX", INDEX)
    record = 'echo "{name} $*" >>"$CALLS"'
    # The list of what is inside is another action's, and made before anything is pushed.
    sbom = 'LIST=$RUNNER_TEMP/sbom.cdx.json\necho "{}" >"$LIST"\n! grep -q long "$FAILING" || truncate -s 16M "$LIST"'
    programs = {
        "docker": docker,
        "jupyter-repo2docker": f"{record.format(name='repo2docker')}\n{sbom}",
        "pip": record.format(name="pip"),
        "sleep": "exit 0",
    }
    made = Runner(course, folder)
    for name, script in programs.items():
        made.program(name, script)
    return made


def test_build_verifies_and_then_pushes(runner: Runner) -> None:
    job = runner.run("build")
    assert job.green
    calls = runner.calls
    assert calls[0] == "pip install --quiet jupyter-repo2docker==2026.4.0"
    assert calls[1].startswith(
        "repo2docker --config /dev/null --no-run --image-name binder-image:built --target-repo-dir /srv/repo "
        "--user-id 1000 --user-name jovyan --label org.opencontainers.image.source=https://github.com/owner/course "
    )
    assert " --label org.opencontainers.image.version=v1.0 " in calls[1]
    assert calls[1].endswith(" .")
    assert calls[2] == "docker run --detach --pull never --name binder-image --network none binder-image:built"
    assert calls[4:] == [
        "docker exec binder-image bash /srv/repo/binder/verify",
        "docker rm --force binder-image",
        "docker login ghcr.io --username someone --password-stdin",
        "token the workflow's own token",
        "docker tag binder-image:built ghcr.io/owner/course:v1.0-amd64",
        "docker push --quiet ghcr.io/owner/course:v1.0-amd64",
        "docker buildx imagetools inspect ghcr.io/owner/course:v1.0-amd64 --format {{json .Manifest}}",
    ]
    assert "the workflow's own token" not in job.log


def test_the_options_are_those_of_repo2docker(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the pinned version reads them; settings of the repository are not read, which are code."""
    from repo2docker import __version__
    from repo2docker.__main__ import make_r2d

    runner.run("build")
    (runner.course / "repo2docker_config.py").write_text("raise RuntimeError\n")
    monkeypatch.chdir(runner.course)
    words = next(call for call in runner.calls if call.startswith("repo2docker ")).split(" ")[1:]
    r2d = make_r2d([*words[:-1], str(runner.course)])
    assert (r2d.target_repo_dir, r2d.user_id, r2d.user_name, r2d.run) == ("/srv/repo", 1000, "jovyan", False)
    assert r2d.labels["org.opencontainers.image.title"] == "my-course"
    assert r2d.output_image_spec == "binder-image:built"
    assert f"jupyter-repo2docker=={__version__}" in runner.calls[0]


@pytest.mark.parametrize("failing", ["verify", "curl"])
def test_nothing_is_pushed_when_something_is_wrong(runner: Runner, failing: str) -> None:
    job = runner.run("build", failing)
    assert not job.green
    assert job.steps["Push"] == "skipped"
    assert "so the image is not pushed" in job.log
    assert ("it is broken" in job.log) == (failing == "verify")
    assert not [call for call in runner.calls if re.match("docker (login|tag|push|buildx)", call)]
    assert any(call == "docker logs binder-image" for call in runner.calls)


def test_a_push_that_fails_ends_the_run(runner: Runner) -> None:
    assert not runner.run("build", "push").green


@pytest.mark.parametrize("failing", ["", "long"])
def test_a_list_that_is_too_long_is_not_attested(runner: Runner, failing: str) -> None:
    job = runner.run("build", failing)
    assert job.green
    assert ("too long to be attested" in job.log) == (failing == "long")


@pytest.mark.parametrize(
    ("tag", "asked", "version"),
    [("release/1+x", "", "release-1-x"), ("", "2026.1", "2026.1"), ("", "", "sha-0123456789ab")],
)
def test_versions(runner: Runner, tag: str, asked: str, version: str) -> None:
    assert runner.run("build", **{"github.event.release.tag_name": tag, "inputs.version": asked}).green
    assert f"docker push --quiet ghcr.io/owner/course:{version}-amd64" in runner.calls


@pytest.mark.parametrize("version", ["latest", "-x", "x" * 121])
def test_versions_that_are_none(runner: Runner, version: str) -> None:
    job = runner.run("build", **{"github.event.release.tag_name": "", "inputs.version": version})
    assert not job.green
    assert "cannot be a tag of an image" in job.log
    assert not [call for call in runner.calls if call.startswith("docker")]


@pytest.mark.parametrize(
    ("release", "newest", "asked", "is_latest"),
    [("v1.0", "v1.0", "", True), ("v1.0", "v1.1", "", False), ("", "v1.0", "true", True), ("", "v1.0", "false", False)],
    ids=["the latest release", "another release", "asked for", "not asked for"],
)
def test_publish_joins_the_architectures(
    runner: Runner, release: str, newest: str, asked: str, is_latest: bool
) -> None:
    runner.program("gh", f'echo "gh $*" >>"$CALLS"\necho {newest}')
    assert runner.run("publish", **{"github.event.release.tag_name": release, "inputs.latest": asked}).green
    latest = "--tag ghcr.io/owner/course:latest " if is_latest else ""
    sources = " ".join(f"ghcr.io/owner/course@{digest}" for digest in DIGESTS.values())
    created = f"docker buildx imagetools create --tag ghcr.io/owner/course:v1.0 {latest}{sources}"
    assert [call for call in runner.calls if "imagetools create" in call] == [created]
    assert ("gh api repos/owner/course/releases/latest --jq .tag_name" in runner.calls) == bool(release)


def test_publish_without_any_latest_release(runner: Runner) -> None:
    """As GitHub answers where there are prereleases alone."""
    runner.program("gh", "echo 'Not Found' >&2\nexit 1")
    assert runner.run("publish").green
    assert not [call for call in runner.calls if ":latest" in call]


def test_workflow_keeps_the_rules(runner: Runner) -> None:
    text = (runner.course / WORKFLOW).read_text()
    for action in re.findall(r"uses: (.*)", text):
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action
    jobs = runner.definition["jobs"]
    assert runner.definition["permissions"] == {}
    assert jobs["publish"]["needs"] == "build"
    names = [step["name"] for step in jobs["build"]["steps"]]
    assert names.index("Verify") < names.index("List what is inside") < names.index("Push")
    for job in jobs.values():
        for step in job["steps"]:
            lines = step.get("run", "").splitlines()
            assert "${{" not in step.get("run", ""), "values come through the environment"
            assert len(lines) < 2 or lines[0] == "set -euo pipefail"
            assert ("TOKEN" in step.get("env", {})) == (step["name"] in ("Push", "Publish the version"))


def test_architectures_and_registries(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    root = make_catalogue(COMPONENTS)
    both = render(root, tmp_path / "both", "components=[alpha]")["jobs"]
    one = render(root, tmp_path / "one", "components=[alpha, beta]", "image_name=docker.io/owner/course")["jobs"]
    assert [entry["architecture"] for entry in both["build"]["strategy"]["matrix"]["include"]] == ["amd64", "arm64"]
    assert [entry["architecture"] for entry in one["build"]["strategy"]["matrix"]["include"]] == ["amd64"]
    assert "arm64" not in one["build"]["outputs"]
    assert both["build"]["permissions"]["packages"] == "write"
    assert "packages" not in one["build"]["permissions"]
    attested = [step["with"]["subject-name"] for step in one["publish"]["steps"] if "uses" in step]
    assert attested == ["docker.io/owner/course"]
    assert "secrets.BINDER_IMAGE_TOKEN" in str(one)
    assert "github.token" not in str(one["build"])


def test_from_none_to_all_and_back(make_catalogue: MakeCatalogue, tmp_path: Path) -> None:
    course = committed_course(make_catalogue(COMPONENTS), tmp_path / "course", "components=[alpha]")
    before = tree(course)
    everything = {"outputs": "[image]", "image_name": "ghcr.io/owner/course"}
    for answers in (everything, {"outputs": "[]"}):
        data = [word for name, value in answers.items() for word in ("--data", f"{name}={value}")]
        result = copier("update", "--trust", "--defaults", *data, cwd=course)
        assert result.returncode == 0, result.stderr
        commit(course)
        assert (course / ".github").exists() == (answers is everything)
        if answers is everything:
            assert {path for path in tree(course) if path.startswith(".github")} == {WORKFLOW}
    assert tree(course) == before
