"""Settings of the notebook server: what stands in jupyter_server_config.d, one file for each application.

An extension, as it comes before jupyter_server_proxy and behind every configuration: `c.ServerProxy.servers = {...}` in
a file of one's own would replace the applications in all others, or be replaced, by the order of the files.
What it says itself is kept, and goes before an application of the same name here. `way_back` links their pages to the
notebook.
"""

import json
import sys
from pathlib import Path

from jupyter_core.paths import jupyter_config_path
from jupyter_server_proxy.config import ServerProxy


def merge(old, new):
    for key, value in new.items():
        if isinstance(value, dict) and isinstance(old.get(key), dict):
            merge(old[key], value)
        else:
            old[key] = value


def settings():
    found = {}
    for folder in reversed(jupyter_config_path()):
        for path in sorted(Path(folder, "jupyter_server_config.d").glob("*.json")):
            try:
                merge(found, json.loads(path.read_text(encoding="utf-8")))
            except (OSError, ValueError, AttributeError) as error:
                print(f"binder_servers: {path}: {error}", file=sys.stderr)
    return found


def other_settings():
    """All but what Jupyter has read itself, and what the extension below takes."""
    found = settings()
    found.get("ServerApp", {}).pop("jpserver_extensions", None)
    found.get("ServerProxy", {}).pop("servers", None)
    return found


def _jupyter_server_extension_points():
    return [{"module": "binder_servers"}]


def _load_jupyter_server_extension(app):
    servers = settings().get("ServerProxy", {}).get("servers", {})
    own = ServerProxy(parent=app).servers  # in whichever way it was configured
    app.config.ServerProxy.servers = {**servers, **own}
    from . import way_back

    way_back.add(app)
