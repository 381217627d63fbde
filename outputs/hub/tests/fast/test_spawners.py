"""The entries of two courses in a hub: what arrives at the pod and at the container, and for whom."""

from __future__ import annotations

import json
import shutil
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from outputs.hub.tests import hubs
from outputs.hub.tests.hubs import CHART, PAGE, Docker, Kubernetes, values
from tests.fast.conftest import copier, manifest, write_catalogue

MEBIBYTE = 2**20
COMMAND = ["jupyterhub-singleuser"]
IMAGES = {"tm351-26j": "ghcr.io/owner/tm351:v1.0", "m269-2026-27": "docker.io/owner/m269:v2.1"}
COURSES = {
    "tm351": [
        *("components=[alpha]", "course_name=Data {{ 7*7 }} & <management>", "image_name=ghcr.io/owner/tm351"),
        *("outputs=[hub]", "hub_module=TM351", "hub_presentation=26J", "hub_tag=v1.0", "hub_group=TM351 students"),
    ],
    "m269": [
        *("course_name=Algorithms", "image_name=docker.io/owner/m269"),
        *("outputs=[hub]", "hub_module=M269", "hub_presentation=2026-27", "hub_tag=v2.1"),
    ],
}
# MB at rest, by the entries' names.
MEMORY: dict[str, int] = {}
HUB_LIST = [{"display_name": "No course", "slug": "none", "default": True}]


@pytest.fixture(scope="module", autouse=True)
def packages() -> None:
    hubs.require()


@pytest.fixture(scope="module")
def entries(packages: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the entries of both courses, collected by copying."""
    folder = tmp_path_factory.mktemp("entries")
    alpha = {"alpha/component.yml": manifest("Alpha", memory=550, cpu=12)}
    catalogue = write_catalogue(tmp_path_factory.mktemp("root") / "catalogue", alpha)
    for name, answers in COURSES.items():
        course = tmp_path_factory.mktemp("courses") / name
        data = [word for answer in answers for word in ("--data", answer)]
        result = copier("copy", "--trust", "--defaults", *data, catalogue, course)
        assert result.returncode == 0, result.stderr
        (path,) = (course / "hub").iterdir()
        shutil.copy(path, folder)
        MEMORY[path.stem] = json.loads((course / "binder/report.json").read_text())["memory"]["total"]
    return folder


def guaranteed(slug: str) -> float:
    """Bytes: what is in use at rest, and 15 % more."""
    return MEMORY[slug] * 10**6 * 1.15


@pytest.fixture
def kubernetes(entries: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Kubernetes]:
    def make(**hub: Any) -> Kubernetes:
        return Kubernetes(values(entries, **hub), monkeypatch)

    return make


def test_kubespawner_arrives_at_the_pod(kubernetes: Callable[..., Kubernetes]) -> None:
    spawner, pod = kubernetes().session({"profile": "tm351-26j"}, "TM351 students")
    container = pod.spec.containers[0]
    assert container.image == IMAGES["tm351-26j"]
    assert MEMORY["tm351-26j"] > 500
    assert container.resources.requests == {"memory": pytest.approx(guaranteed("tm351-26j"), rel=0.01), "cpu": 0.1}
    assert container.resources.limits == {"memory": 1908 * MEBIBYTE, "cpu": 2}
    # Arguments alone: the image's entrypoint, which starts the services, stays.
    assert container.command is None
    assert container.args == COMMAND
    assert {entry.name: entry.value for entry in container.env}["JUPYTERHUB_ROOT_DIR"] == "/home/jovyan"
    assert (spawner.http_timeout, spawner.delete_grace_period) == (60, 10)
    # A link such as /hub/spawn?profile=tm351-26j chooses it, too.
    assert spawner.options_from_query({"profile": ["tm351-26j"]}) == {"profile": "tm351-26j"}
    assert spawner.start_timeout == CHART["start_timeout"]


def test_kubespawner_knows_every_setting(entries: Path, kubernetes: Callable[..., Kubernetes]) -> None:
    for slug, entry in values(entries)["custom"]["binderProfiles"].items():
        spawner, _ = kubernetes().session({"profile": slug}, "TM351 students")
        assert [name for name in entry["kubespawner_override"] if not spawner.has_trait(name)] == []


def test_kubespawner_of_two_courses(kubernetes: Callable[..., Kubernetes]) -> None:
    hub = kubernetes()
    _, pod = hub.session({"profile": "m269-2026-27"})
    container = pod.spec.containers[0]
    assert container.image == IMAGES["m269-2026-27"]
    assert container.resources.limits["cpu"] == 1
    assert container.resources.requests == {"memory": pytest.approx(guaranteed("m269-2026-27"), rel=0.01), "cpu": 0.05}
    form = hub.form("TM351 students", "others")
    assert form.index("M269 2026-27: Algorithms") < form.index("TM351 26J: ")
    assert "Data &#123;&#123; 7*7 &#125;&#125; &amp; &lt;management&gt;" in form
    assert "{{" not in form


@pytest.mark.parametrize("groups", [(), ("others",)])
def test_kubespawner_keeps_an_entry_to_its_group(
    kubernetes: Callable[..., Kubernetes], groups: tuple[str, ...]
) -> None:
    hub = kubernetes()
    assert "TM351" not in hub.form(*groups)
    with pytest.raises(ValueError, match="No such profile: tm351-26j"):
        hub.session({"profile": "tm351-26j"}, *groups)


def test_kubespawner_with_nothing_for_a_user(entries: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list is empty then, and a session has the hub's own image."""
    hub = Kubernetes(yaml.safe_load((entries / "tm351-26j.yaml").read_text()), monkeypatch)
    with pytest.raises(ValueError, match="No such profile: tm351-26j"):
        hub.session({"profile": "tm351-26j"}, "others")
    _, pod = hub.session({}, "others")
    assert pod.spec.containers[0].image not in IMAGES.values()
    assert pod.spec.containers[0].args == ["hub-command"]


def test_kubespawner_has_the_hubs_own_list_first(kubernetes: Callable[..., Kubernetes]) -> None:
    hub = kubernetes(singleuser={"profileList": HUB_LIST})
    spawner, pod = hub.session({}, "TM351 students")
    assert pod.spec.containers[0].image not in IMAGES.values()
    assert pod.spec.containers[0].args == ["hub-command"]
    form = hub.form()
    assert form.index("No course") < form.index("M269")
    # A stop after the hub was restarted knows of no entry.
    assert spawner.delete_grace_period == 10


def test_kubespawner_keeps_the_hubs_own_grace(entries: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = Kubernetes(values(entries, singleuser={"profileList": HUB_LIST}), monkeypatch, delete_grace_period=5)
    spawner, _ = hub.session({})
    assert spawner.delete_grace_period == 5


def test_kubespawner_without_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    spawner, pod = Kubernetes({}, monkeypatch).session({})
    assert pod.spec.containers[0].args == ["hub-command"]
    assert spawner.delete_grace_period == 1


def test_kubespawner_takes_what_the_hub_adds(kubernetes: Callable[..., Kubernetes]) -> None:
    """The database of the page, which every pod reaches with a login of its own."""
    page = PAGE.read_text()
    blocks = (textwrap.dedent(block.split("```")[0]) for block in page.replace("   ```", "```").split("```yaml\n")[1:])
    added = yaml.safe_load(next(block for block in blocks if "PGHOST" in block))
    _, pod = kubernetes(**added).session({"profile": "tm351-26j"}, "TM351 students")
    container = pod.spec.containers[0]
    found = {entry.name: entry for entry in container.env}
    assert container.image == IMAGES["tm351-26j"]
    assert found["PGHOST"].value == "postgres.example.org"
    assert found["PGUSER"].value == "ada"
    reference = found["PGPASSWORD"].value_from
    assert (reference["secretKeyRef"]["name"], reference["secretKeyRef"]["key"]) == ("tm351-ada", "password")


def test_images_are_pulled_before(entries: Path) -> None:
    pulled = values(entries)["prePuller"]["extraImages"]
    assert {slug: f"{image['name']}:{image['tag']}" for slug, image in pulled.items()} == IMAGES


MakeDocker = Callable[..., Docker]


@pytest.fixture
def docker_hub(entries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeDocker:
    def make(own: str = "", folder: Path = entries) -> Docker:
        return Docker(tmp_path, folder, own, monkeypatch)

    return make


def test_dockerspawner_arrives_at_the_container(docker_hub: MakeDocker) -> None:
    spawner, created = docker_hub().session({"image": "tm351-26j"}, "TM351 students")
    assert created["image"] == IMAGES["tm351-26j"]
    assert created["host_config"]["Memory"] == 1908 * MEBIBYTE
    assert created["host_config"]["CpuQuota"] == 2 * created["host_config"]["CpuPeriod"]
    # The command alone: the image's entrypoint, which starts the services, stays.
    assert "entrypoint" not in created
    assert created["command"] == COMMAND
    assert created["environment"]["JUPYTERHUB_ROOT_DIR"] == "/home/jovyan"
    assert spawner.http_timeout == 60
    assert spawner.options_from_query({"image": ["tm351-26j"]}) == {"image": "tm351-26j"}


def test_dockerspawner_of_two_courses(docker_hub: MakeDocker) -> None:
    hub = docker_hub()
    _, created = hub.session({"image": "m269-2026-27"})
    assert created["image"] == IMAGES["m269-2026-27"]
    assert created["host_config"]["CpuQuota"] == created["host_config"]["CpuPeriod"]
    form = hub.form("TM351 students")
    assert form.index('value="m269-2026-27">M269 2026-27: Algorithms<') < form.index('value="tm351-26j">TM351 26J: ')
    assert "{{" not in form
    # Without a choice, as by an API: the first.
    assert hub.session({})[1]["image"] == IMAGES["m269-2026-27"]


@pytest.mark.parametrize("groups", [(), ("others",)])
def test_dockerspawner_keeps_an_entry_to_its_group(docker_hub: MakeDocker, groups: tuple[str, ...]) -> None:
    from tornado.web import HTTPError

    hub = docker_hub()
    assert "TM351" not in hub.form(*groups)
    for name in ("tm351-26j", IMAGES["tm351-26j"]):
        with pytest.raises(HTTPError, match="not in allowed list"):
            hub.session({"image": name}, *groups)
    assert not hub.client.created


@pytest.mark.parametrize("own", ["['quay.io/own/image:1']", "{'Own <image>': 'quay.io/own/image:1'}"])
def test_dockerspawner_has_the_hubs_own_list_first(docker_hub: MakeDocker, own: str) -> None:
    hub = docker_hub(f"c.DockerSpawner.allowed_images = {own}\nc.DockerSpawner.mem_limit = '1G'")
    _, created = hub.session({})
    assert created["image"] == "quay.io/own/image:1"
    assert created["host_config"]["Memory"] == 2**30
    assert hub.form().index("own/image" if "[" in own else "Own &lt;image&gt;") < hub.form().index("M269")
    assert hub.session({"image": "m269-2026-27"})[1]["image"] == IMAGES["m269-2026-27"]


def broken(entries: Path, folder: Path) -> Path:
    """The same entries, one of them without its image."""
    shutil.copytree(entries, folder)
    path = folder / "tm351-26j.yaml"
    path.write_text("".join(line for line in path.read_text().splitlines(True) if " image: " not in line))
    return folder


def test_entries_without_an_image_end_the_hub(
    entries: Path, docker_hub: MakeDocker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = broken(entries, tmp_path / "broken")
    with pytest.raises(ValueError, match=r"binderProfiles\.tm351-26j: has no kubespawner_override\.image"):
        Kubernetes(values(folder), monkeypatch)
    with pytest.raises(ValueError, match=r"binderProfiles\.tm351-26j: has no kubespawner_override\.image"):
        docker_hub(folder=folder)


@pytest.mark.parametrize(
    "text", ["", "a: 1\n", "custom: {binderProfiles: }\n", "custom: {binderProfiles: [1]}\n", "a: ["]
)
def test_a_file_that_is_no_entry_is_named(docker_hub: MakeDocker, tmp_path: Path, text: str) -> None:
    (tmp_path / "other.yaml").write_text(text)
    with pytest.raises(ValueError, match=r"other\.yaml: has no custom\.binderProfiles"):
        docker_hub(folder=tmp_path)


def test_an_empty_entry_is_named(docker_hub: MakeDocker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "other.yaml").write_text("custom: {binderProfiles: {x: }}\n")
    with pytest.raises(ValueError, match=r"binderProfiles\.x: has no kubespawner_override\.image"):
        docker_hub(folder=tmp_path)
    with pytest.raises(ValueError, match=r"binderProfiles\.x: has no kubespawner_override\.image"):
        Kubernetes({"custom": {"binderProfiles": {"x": None}}}, monkeypatch)


def test_an_entry_twice_ends_the_hub(entries: Path, docker_hub: MakeDocker, tmp_path: Path) -> None:
    shutil.copytree(entries, tmp_path / "twice")
    shutil.copy(tmp_path / "twice/tm351-26j.yaml", tmp_path / "twice/copy.yaml")
    with pytest.raises(ValueError, match="the hub has another of this name"):
        docker_hub(folder=tmp_path / "twice")
