"""Hubs that have read entries: real KubeSpawner and real DockerSpawner, up to what they ask their servers for.

What they read is what a hub would read: values merged as charts merge them, `on_kubernetes.py` run as the chart runs
it, `on_docker.py` imported from a configuration that JupyterHub's own loader reads.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

HUB = Path(__file__).resolve().parents[1]
PAGE = HUB / "README.md"
# What the chart's own values say of sessions.
CHART = {"mem_guarantee": "1G", "start_timeout": 300}


def require() -> None:
    """Skip where these packages are missing, or fail where nothing may be."""
    for name in ("dockerspawner", "jupyterhub", "kubespawner"):
        try:
            importlib.import_module(name)
        except ImportError:
            reason = f"{name} is not installed (pip install --requirement outputs/hub/tests/requirements.txt)"
            (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


def merged(first: Any, second: Any) -> Any:
    """Values as helm merges those of several files: maps by key, anything else replaced."""
    if not isinstance(first, Mapping) or not isinstance(second, Mapping):
        return second
    return {**first, **{key: merged(first.get(key, {}), value) for key, value in second.items()}}


def values(folder: Path, **hub: Any) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for path in sorted(folder.iterdir(), reverse=True):
        result = merged(result, yaml.safe_load(path.read_text()))
    return dict(merged(result, hub))


def spawner_of(config: Any, spawner_class: type, groups: tuple[str, ...], options: Mapping[str, Any]) -> Any:
    """What JupyterHub makes for a user in these groups who is about to start a session."""
    from jupyterhub import orm
    from jupyterhub.objects import Hub, Server
    from jupyterhub.user import User

    database = orm.new_session_factory("sqlite:///:memory:")()
    user = orm.User(name="ada")
    user.groups.extend(orm.Group(name=group) for group in groups)
    server = orm.Server(base_url="/user/ada/")
    database.add_all([user, server])
    database.commit()
    hub = Hub(base_url="/hub/")
    settings = {"config": config, "spawner_class": spawner_class, "hub": hub, "base_url": "/", "domain": ""}
    spawner = User(user, settings, database).spawners[""]
    spawner.server = Server(orm_server=server)
    spawner.user_options = options
    return spawner


class Kubernetes:
    """A hub that has read these values."""

    def __init__(self, chart: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch, **own: Any) -> None:
        from kubespawner import spawner
        from traitlets.config import Config

        def get_config(key: str, default: Any = None) -> Any:
            found: Any = chart
            for name in key.split("."):
                if not isinstance(found, Mapping) or name not in found:
                    return default
                found = found[name]
            return found

        self.spawner_class = spawner.KubeSpawner
        self.config = Config(KubeSpawner={**CHART, **own}, Spawner={"cmd": "hub-command"})
        # No cluster: its address would be looked up.
        monkeypatch.setattr(spawner, "load_config", lambda **given: None)
        monkeypatch.setitem(sys.modules, "z2jh", SimpleNamespace(get_config=get_config))
        exec((HUB / "on_kubernetes.py").read_text(), {"c": self.config})

    def session(self, options: Mapping[str, Any], *groups: str) -> Any:
        """Spawner and pod that a member of these groups gets."""

        async def start() -> Any:
            spawner = spawner_of(self.config, self.spawner_class, groups, options)
            await spawner.load_user_options()
            return spawner, await spawner.get_pod_manifest()

        return asyncio.run(start())

    def form(self, *groups: str) -> str:
        async def render() -> str:
            return str(await spawner_of(self.config, self.spawner_class, groups, {}).get_options_form())

        return asyncio.run(render())


class Docker:
    """A hub whose configuration, read by JupyterHub's own loader, offers these entries."""

    def __init__(self, folder: Path, entries: Path, own: str, monkeypatch: pytest.MonkeyPatch) -> None:
        from dockerspawner import DockerSpawner
        from traitlets.config.loader import PyFileConfigLoader

        shutil.copy(HUB / "on_docker.py", folder)
        shutil.copytree(entries, folder / "profiles")
        monkeypatch.setattr(sys, "path", [*sys.path])
        monkeypatch.delitem(sys.modules, "on_docker", raising=False)
        page = PAGE.read_text()
        shown = next(block.split("```")[0] for block in page.split("```python\n") if "offer_binder_profiles" in block)
        (folder / "jupyterhub_config.py").write_text(f"{own}\n{shown}")
        self.spawner_class = DockerSpawner
        self.config = PyFileConfigLoader("jupyterhub_config.py", str(folder)).load_config()
        self.client = client()
        monkeypatch.setattr(DockerSpawner, "_client", self.client)

    def session(self, options: Mapping[str, Any], *groups: str) -> Any:
        """Spawner, and what docker is asked to create for a member of these groups."""

        async def start() -> Any:
            spawner = spawner_of(self.config, self.spawner_class, groups, options)
            await spawner._run_apply_user_options(options)  # as JupyterHub does before `start`
            await spawner.start()
            return spawner

        self.client.created.clear()
        return asyncio.run(start()), self.client.created[0]

    def form(self, *groups: str) -> str:
        async def render() -> str:
            return str(await spawner_of(self.config, self.spawner_class, groups, {}).get_options_form())

        return asyncio.run(render())


def client() -> Any:
    """Docker's own, but for what would ask a server: there is no container, and each that is created starts."""
    import docker

    class Client(docker.APIClient):  # type: ignore[misc, name-defined, unused-ignore]
        def __init__(self) -> None:
            super().__init__(base_url="http://127.0.0.1:1", version="1.44")
            self.created: list[dict[str, Any]] = []

        def inspect_image(self, image: str) -> dict[str, Any]:
            return {"Config": {"Cmd": ["jupyter", "notebook", "--ip", "0.0.0.0"]}}

        def inspect_container(self, container: str) -> dict[str, Any]:
            raise docker.errors.NotFound("none", response=SimpleNamespace(status_code=404))

        def create_container(self, **given: Any) -> dict[str, Any]:
            self.created.append(given)
            return {"Id": "0123456789"}

        def start(self, container: str) -> None:
            pass

        def port(self, container: str, port: int) -> list[dict[str, str]]:
            return [{"HostIp": "127.0.0.1", "HostPort": "1"}]

    return Client()
