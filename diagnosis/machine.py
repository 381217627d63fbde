"""Limits and use of memory, processors, disks and descriptors.

- the limits are those of the container, in the form of either generation of control groups
- a file system that does not answer is named, and keeps nobody
"""

from __future__ import annotations

import os
import platform
import resource
from contextlib import suppress

from .clock import Late, bounded
from .facts import BINDER_DIR, CONDA_DIR, Disk, Memory
from .processes import system_text
from .texts import amount, known_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .facts import Facts

GROUPS = "/sys/fs/cgroup"
NO_LIMIT = 1 << 60
DISK_SECONDS = 2
LIMITS = {
    "open files": "RLIMIT_NOFILE",
    "processes": "RLIMIT_NPROC",
    "address space": "RLIMIT_AS",
    "file size": "RLIMIT_FSIZE",
}


def memory_here() -> Memory:
    found = Memory(whole=field_of("/proc/meminfo", "MemTotal") * 1024)
    for folder in group_folders("memory"):
        used = number_at(folder, "memory.current") or number_at(folder, "memory.usage_in_bytes")
        used -= min(used, cached(folder))
        limit = number_at(folder, "memory.max") or number_at(folder, "memory.limit_in_bytes")
        kills = max(
            field_of(os.path.join(folder, leaf), "oom_kill") for leaf in ("memory.events", "memory.oom_control")
        )
        found.used, found.kills = found.used or used, max(found.kills, kills)
        if 0 < limit < NO_LIMIT:
            found.limit = min(found.limit or limit, limit)
    given = os.environ.get("MEM_LIMIT", "")
    if not found.limit and given.isdigit():  # as JupyterHub tells
        found.limit = int(given)
    return found


def cached(folder: str) -> int:
    """What is kept of files, and given back as soon as somebody needs the room."""
    path = os.path.join(folder, "memory.stat")
    return field_of(path, "total_inactive_file") or field_of(path, "inactive_file")


def group_folders(controller: str) -> list[str]:
    """The control group of this process and those above it, as far as they can be seen here."""
    folders = []
    for line in system_text("/proc/self/cgroup").splitlines():
        _, names, path = [*line.split(":", 2), "", ""][:3]
        if not names or controller in names.split(","):
            root = os.path.join(GROUPS, controller) if names else GROUPS
            folder = os.path.normpath(os.path.join(root, path.lstrip("/")))
            while folder.startswith(root):
                folders.append(folder)
                folder = os.path.dirname(folder)
    return folders


def number_at(folder: str, leaf: str) -> int:
    text = system_text(os.path.join(folder, leaf))
    return int(text) if text.isdigit() else 0


def field_of(path: str, name: str) -> int:
    for line in system_text(path).splitlines():
        words = line.replace(":", " ").split()
        if len(words) > 1 and words[0] == name and words[1].isdigit():
            return int(words[1])
    return 0


def disks_here(facts: Facts) -> list[Disk]:
    """The file systems that the course writes to, and how full they are."""
    wanted = [facts.environment.get("HOME", ""), facts.run, "/tmp", CONDA_DIR, BINDER_DIR, "/dev/shm", os.getcwd()]  # noqa: S108
    found: dict[object, Disk] = {}
    for path in dict.fromkeys(path for path in wanted if path):
        try:
            key, disk = bounded(lambda path=path: disk_of(path), DISK_SECONDS)  # type: ignore[misc]
        except Late:
            facts.unknown[path] = "its file system does not answer"
        except OSError:
            continue
        else:
            found.setdefault(key, disk).paths.append(path)
    return [*found.values()]


def disk_of(path: str) -> tuple[object, Disk]:
    there, device = os.statvfs(path), os.stat(path).st_dev
    free, size = there.f_bavail * there.f_frsize, there.f_blocks * there.f_frsize
    return device, Disk([], free, size, there.f_favail, there.f_files, bool(there.f_flag & os.ST_RDONLY))


def home_problem(home: str) -> str:
    """Why nothing can be written to the home folder; empty if it can."""
    if not os.path.isabs(home):
        return "HOME is no folder's path"
    if not os.path.isdir(home):
        return f"{home} is not there"
    if not os.access(home, os.W_OK | os.X_OK):
        return f"user {os.geteuid()} cannot write to {home}, which is user {os.stat(home).st_uid}'s"
    return ""


def machine_text(facts: Facts) -> str:
    memory = facts.memory
    lines = [
        f"memory used     {amount(memory.used)} of {amount(memory.limit) if memory.limit else 'no limit'}"
        f" (the machine has {amount(memory.whole)})",
        f"killed for want of memory   {memory.kills} times",
        f"processors      {os.cpu_count()}, of them usable {len(os.sched_getaffinity(0))}, quota {quota()}",
        f"load            {known_load()}",
        f"user            {os.geteuid()}, groups {' '.join(map(str, os.getgroups()))}, umask {umask()}",
        f"home            {facts.home_problem or 'writable'}",
    ]
    for label, name in LIMITS.items():
        soft, hard = resource.getrlimit(getattr(resource, name))
        shown = ["none" if value == resource.RLIM_INFINITY else str(value) for value in (soft, hard)]
        lines.append(f"{label:15} limit {shown[0]}, at most {shown[1]}")
    lines += [disk_line(disk) for disk in facts.disks]
    return "\n".join(lines)


def disk_line(disk: Disk) -> str:
    names = f"{disk.inodes_free} of {disk.inodes} names free" if disk.inodes else "no limit of names"
    note = ", READ-ONLY" if disk.read_only else ", FULL" if disk.is_full else ""
    return f"disk            {amount(disk.free)} of {amount(disk.size)} free, {names}{note}: {', '.join(disk.paths)}"


def quota() -> str:
    for folder in group_folders("cpu"):
        words = system_text(os.path.join(folder, "cpu.max")).split()
        if len(words) == 2 and words[0].isdigit() and words[1].isdigit():
            return f"{int(words[0]) / int(words[1]):g}"
    return os.environ.get("CPU_LIMIT", "none")


def known_load() -> str:
    with suppress(OSError):
        return " ".join(f"{load:.1f}" for load in os.getloadavg())
    return "unknown"


def umask() -> str:
    return system_text("/proc/self/status").partition("Umask:")[2].split("\n")[0].strip() or "unknown"


def system_versions() -> dict[str, str]:
    release = known_text("/etc/os-release") or system_text("/etc/os-release")
    name = next((line[12:].strip('"') for line in release.splitlines() if line.startswith("PRETTY_NAME=")), "unknown")
    return {
        "system": name,
        "kernel": f"{platform.system()} {platform.release()}",
        "architecture": platform.machine(),
        "C library": " ".join(platform.libc_ver()),
        "this Python": f"{platform.python_version()}",
    }
