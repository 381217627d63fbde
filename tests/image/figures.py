"""What a component takes in its image, for the figures of its manifest.

    measured(running, component) -> {memory: MB at rest, cpu: seconds of processor time}, of its service's processes

Pages that processes share are divided among them; empty where no such service runs. MB are 10^6 bytes, seconds are
rounded up.
"""

from __future__ import annotations

import inspect
import json
import math

from tests.image.containers import Container, podman
from tools import processes

SCRIPT = """
import json, sys
pids = [int(sys.argv[1]), *descendants(int(sys.argv[1]))]
print(json.dumps([sum(map(memory, pids)), sum(map(cpu, pids))]))
"""


def measured(running: Container, name: str) -> dict[str, int]:
    pid = running.status()["services"].get(name, {}).get("pid")
    if not pid:
        return {}
    # the processes of a container are seen from inside alone
    program = inspect.getsource(processes) + SCRIPT
    memory, cpu = json.loads(running.exec("python3", "-", str(pid), stdin=program))
    taken = round(memory / 1e6)
    return {"memory": taken, "cpu": math.ceil(cpu) if taken else 0}  # a shell that sleeps is no server


def image_size(image: str) -> int:
    """Bytes."""
    return int(podman("image", "inspect", "--format={{.Size}}", image))
