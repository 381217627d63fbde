"""The course as it was made: answers, the catalogue's commit, the report, and the image."""

from __future__ import annotations

import json
import os
import re
import time

from .facts import BINDER_DIR, RECORD
from .names import hide
from .texts import known_text, names_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .facts import Facts

IMAGE = (
    "JUPYTER_IMAGE",
    "JUPYTER_IMAGE_SPEC",
    "BINDER_",
    "REPO_DIR",
    "JUPYTERHUB_",
    "KUBERNETES_SERVICE_HOST",
    "MEM_",
    "CPU_",
)


def repository() -> str:
    return os.path.dirname(os.path.realpath(BINDER_DIR))


def answers_text() -> str:
    """The answers file; with another template beside ours it has another name."""
    names = [name for name in names_in(repository()) if re.fullmatch(r"\.copier-answers.*\.ya?ml", name)]
    texts = [known_text(os.path.join(repository(), name)) for name in names]
    return next((text for text in texts if re.search("^components:", text, re.MULTILINE)), "")


def catalogue_versions(answers: str) -> dict[str, str]:
    found = {}
    for key, label in (("_commit", "catalogue"), ("_src_path", "catalogue's address")):
        match = re.search(rf"^{key}: *(.*)$", answers, re.MULTILINE)
        found[label] = match.group(1).strip("'\" ") if match else "unknown"
    return found


def report_data() -> dict[str, Any]:
    try:
        found = json.loads(known_text(os.path.join(BINDER_DIR, "report.json"), 8_000_000) or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def report_text(facts: Facts) -> str:
    return json.dumps(hide(facts.report), indent=1) if facts.report else "there is none, or it is no JSON"


def ports_of(facts: Facts, name: str) -> list[int]:
    """What the report says that a service listens on."""
    ports = facts.report.get("ports")
    each = ports.values() if isinstance(ports, dict) else []
    found = [one.get("port") for one in each if isinstance(one, dict) and one.get("component") == name]
    return [port for port in found if isinstance(port, int)]


def image_versions(facts: Facts) -> dict[str, str]:
    """What the hub or Binder says of the image."""
    found = {name: value for name, value in facts.environment.items() if name.startswith(IMAGE)}
    made = os.path.getmtime(RECORD) if os.path.exists(RECORD) else 0
    built = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(made)) if made else "unknown"
    return {"image built": built, "repository": repository(), **found}


def container_kind() -> str:
    for path, kind in (("/run/.containerenv", "podman"), ("/.dockerenv", "docker")):
        if os.path.exists(path):
            return kind
    return "kubernetes" if "KUBERNETES_SERVICE_HOST" in os.environ else "unknown"
