"""What is known of this session: launch's answers at its socket, processes, memory, logs, the course's own pages."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

BINDER_RUN, BINDER_DIR = Path(os.environ.get("BINDER_RUN", "")), Path(os.environ.get("BINDER_DIR", ""))
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
STATUS_SECONDS, ANSWER_SECONDS = 10, 120
LISTENS = "0A"
PLAIN_ENOUGH = 2**60  # a limit above that is the kernel's way to say that there is none


async def ask(request: str, seconds: float) -> str:
    """The first line of launch's answer."""
    try:
        reader, writer = await asyncio.wait_for(
            asyncio.open_unix_connection(BINDER_RUN / "control", limit=2**24), STATUS_SECONDS
        )
    except (OSError, asyncio.TimeoutError):
        return "failed: no launch is running"
    try:
        writer.write(request.encode())
        line = await asyncio.wait_for(reader.readline(), seconds)
        return line.decode(errors="replace").strip() or "failed: launch has ended"
    except asyncio.TimeoutError:
        return f"failed: no answer within {seconds:.0f} s"
    except OSError as error:
        return f"failed: {error.strerror}"
    finally:
        writer.close()


def changed() -> float:
    """When launch last wrote down that something is another way."""
    try:
        return (BINDER_RUN / "status.json").stat().st_mtime
    except OSError:
        return 0


async def services(details: bool = False) -> dict[str, Any]:
    """All of them, as the page and the panel show them; with `details` what has to be measured."""
    answer = await ask("status", STATUS_SECONDS)
    try:
        status = json.loads(answer)
    except ValueError:
        return {"services": [], "hooks": [], "first": [], "notes": [answer.partition(": ")[2]], "memory": None}
    known = pages()
    shown = [{"name": name, **one, **known.get(name, {"title": name})} for name, one in status["services"].items()]
    shown = [{**one, "log": one["name"]} for one in shown]
    scripts = {
        key: [
            {**one, "name": name, "title": f"{folder}/{name}", "log": log_name(one.get("log", f"{folder}-{name}.log"))}
            for name, one in status.get(key, {}).items()
        ]
        for key, folder in (("hooks", "start.d"), ("first", "first.d"))
    }
    found = {"services": shown, **scripts, "notes": status["notes"], "memory": None}
    return await asyncio.to_thread(measured, found) if details else found


def measured(found: dict[str, Any]) -> dict[str, Any]:
    processes = by_session()
    listening = dict(sockets())
    for one in found["services"]:
        own = processes.get(one["pid"], []) if one["pid"] else []
        one["memory"] = sum(map(memory_of, own))
        one["ports"] = sorted({listening[inode] for pid in own for inode in inodes(pid) if inode in listening})
    return {**found, "memory": memory()}


def pages() -> dict[str, dict[str, Any]]:
    """By component: its title, its page, and the first cell of each language that its section of the README shows."""
    try:
        report = json.loads((BINDER_DIR / "report.json").read_bytes())
        text = (BINDER_DIR / "README.md").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return {}
    web = {one["component"]: one["value"] for one in report["provides"].get("web", [])}
    found = {}
    for name, title in report["components"].get("titles", {}).items():
        section = re.split(r"^## ", text.partition(f"\n## {title}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
        cells = {language.lower(): source.rstrip() for language, source in reversed(FENCE.findall(section))}
        found[name] = {"title": title, "web": web.get(name, {}).get("path", ""), "cells": cells}
    return found


def by_session() -> dict[int, list[int]]:
    """Process ids; launch makes each service a session of its own."""
    found: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            try:
                fields = Path(f"/proc/{entry}/stat").read_text(errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            found.setdefault(int(fields[3]), []).append(int(entry))
    return found


def memory_of(pid: int) -> int:
    """Bytes; what processes share is divided among them."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    match = re.search(r"^Pss: +(\d+)", text, re.MULTILINE)
    return int(match[1]) * 1024 if match else 0


def sockets() -> Iterator[tuple[str, int]]:
    """Of those that listen: inode and port."""
    for file in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in read(file).splitlines()[1:]:
            words = line.split()
            if words[3] == LISTENS:
                yield words[9], int(words[1].rpartition(":")[2], 16)


def inodes(pid: int) -> Iterator[str]:
    try:
        handles = os.listdir(f"/proc/{pid}/fd")
    except OSError:
        return
    for handle in handles:
        try:
            target = os.readlink(f"/proc/{pid}/fd/{handle}")
        except OSError:
            continue
        if target.startswith("socket:["):
            yield target[8:-1]


def read(path: str | Path) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def memory() -> dict[str, int] | None:
    """Of the whole session, in bytes, without files that may be read anew; a limit of 0 is none."""
    for folder, used, limit, cache in (
        ("/sys/fs/cgroup", "memory.current", "memory.max", "inactive_file"),
        ("/sys/fs/cgroup/memory", "memory.usage_in_bytes", "memory.limit_in_bytes", "total_inactive_file"),
    ):
        now = read(f"{folder}/{used}").strip()
        if now.isdecimal():
            most = read(f"{folder}/{limit}").strip()
            given = int(most) if most.isdecimal() else 0
            match = re.search(rf"^{cache} (\d+)", read(f"{folder}/memory.stat"), re.MULTILINE)
            limit_here = given if given < PLAIN_ENOUGH else 0
            return {"used": int(now) - int(match[1] if match else 0), "limit": limit_here or told_limit()}
    return None


def told_limit() -> int:
    """What a hub says."""
    told = os.environ.get("MEM_LIMIT", "")
    return int(told) if told.isdecimal() else 0


def log_name(path: str) -> str:
    """What `log_of` is asked for."""
    return os.path.basename(path).removesuffix(".log")


def log_of(name: str) -> Path | None:
    """The log of a service or of a script of this session, and of nothing else."""
    folder = BINDER_RUN / "log"
    path = folder / f"{name}.log"
    return path if path.parent == folder and path.is_file() else None
