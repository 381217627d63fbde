"""What needs root in foreign scripts, where there is neither root nor sudo -> findings.

- programs that change the system, and files written below its folders; reading them is nobody's harm
- not where the script asked before whether sudo is there, or whether it is root
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..model import Finding
from ..rule import Rule
from . import wrappers
from .directory import Directory
from .runs import Run, runs
from .source import cited
from .written import written

_SYSTEM = re.compile(
    r"/(?:etc|usr|opt|var(?!/tmp)|srv(?!/(?:conda|repo)\b)|run(?!/user)|root|s?bin|lib|lib64|boot)(?:/|$)"
)
_BECOMES = {"sudo", "su", "doas", "pkexec", "runuser", "gosu", "su-exec", "setuser"}
_RUNNING = {"run", "up", "compose", "build", "pull", "exec", "start"}
_VERBS = {"start", "restart", "enable", "reload", "stop", "defaults"}
_CONTAINERS = {"docker", "podman", "docker-compose", "nerdctl"}
_SERVICES = {"service", "invoke-rc.d", "systemctl", "rc-service", "update-rc.d", "initctl"}
# Program -> words of which it needs one to change the system; none: always.
_PACKAGES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("apt", "apt-get", "aptitude", "apt-fast", "nala"),
        (
            *("install", "remove", "purge", "update", "upgrade", "dist-upgrade", "full-upgrade", "build-dep"),
            *("autoremove", "autoclean", "clean", "reinstall"),
        ),
    ),
    **dict.fromkeys(
        ("yum", "dnf", "microdnf", "zypper", "apk", "snap", "flatpak"), ("install", "add", "update", "upgrade", "in")
    ),
    "dpkg": ("-i", "--install", "--configure", "-r", "--remove", "--purge", "-P", "--add-architecture"),
    "pacman": ("-S", "-Sy", "-Syu", "-Syyu"),
    **dict.fromkeys(("gdebi", "add-apt-repository", "apt-add-repository", "apt-key", "dpkg-reconfigure", "alien"), ()),
}
_OTHERS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("useradd", "adduser", "usermod", "groupadd", "addgroup", "chpasswd", "deluser", "visudo"), ()),
    **dict.fromkeys(
        ("mount", "umount", "modprobe", "insmod", "iptables", "ufw", "ldconfig", "locale-gen", "chroot"), ()
    ),
    **dict.fromkeys(("update-ca-certificates", "update-locale", "timedatectl", "hostnamectl", "setcap", "a2enmod"), ()),
    **dict.fromkeys(("pg_createcluster", "pg_ctlcluster", "pg_dropcluster"), ()),
    "sysctl": ("-w", "-p"),
    "update-alternatives": ("--install", "--set", "--config", "--auto"),
    "USER": ("root",),
}

BB414 = Rule(
    "BB414",
    "a script does what needs root, or a container's engine",
    "scripts run as the notebook's user, at build too: there is neither root nor sudo nor Docker, and nothing below "
    "`/etc`, `/usr` or `/opt` can be written",
    "name packages in `apt.txt`, which is installed as root; leave a server to its block; install into the home folder "
    "or `$CONDA_DIR`",
)


def examine(directory: Directory, paths: Iterable[str]) -> Iterator[Finding]:
    """One for each line of the scripts `paths`, and of what they call."""
    known: set[tuple[str, int]] = set()
    for path in paths:
        for run in runs(directory.tree, path):
            if (run.path, run.call.line) not in known and (found := _needed(run)):
                known.add((run.path, run.call.line))
                reason, remedy = found
                yield cited(directory, BB414, run, reason, remedy)


NO_ROOT = "needs root, and there is neither root nor sudo where scripts run, at build or later"
NO_DOCKER = "needs Docker, which is not in a session"
SERVER = "leave a server to its block, or start it in the foreground as yourself: server &"
APT = "name the packages in apt.txt, which is installed as root"
OUT = "take it out; what a package brings comes by apt.txt"
BELOW = "write below the home folder or $CONDA_DIR; what a package brings comes by apt.txt"


def _needed(run: Run) -> tuple[str, str] | None:
    """Why the call cannot do what it is to, and what can be done."""
    call, words = run.call, run.call.words
    asks = call.program == "sudo" and {"-v", "-l", "true", "-h", "--version"} & {*call.arguments[:2]}
    if asks or not words or call.guards & {"root", "sudo", "doas"}:
        return None
    inner = wrappers.command(words) if call.program in _BECOMES else words
    if call.program in _CONTAINERS and _RUNNING & {*call.arguments}:
        return NO_DOCKER, "leave a server to its block; conda has the rest"
    if _is_among(_PACKAGES, inner):
        return NO_ROOT, APT
    if _is_service(inner):
        return NO_ROOT, SERVER
    if call.program in _BECOMES:
        return NO_ROOT, f"take {call.program} away, and what needs root; {APT}"
    if _is_among(_OTHERS, words):
        return NO_ROOT, OUT
    place = next((place for place in written(call, run.cwd) if _SYSTEM.match(place)), "")
    reason = f"writes to {place}, which is root's, and there is neither root nor sudo where scripts run"
    return (reason, BELOW) if place else None


def _is_among(table: dict[str, tuple[str, ...]], words: tuple[str, ...]) -> bool:
    name = words[0].rpartition("/")[2] if words else ""
    return name in table and (not table[name] or any(word in table[name] for word in words[1:]))


def _is_service(words: tuple[str, ...]) -> bool:
    name = words[0].rpartition("/")[2] if words else ""
    if name in _SERVICES or (words and "/init.d/" in words[0]):
        return bool(_VERBS & {*words[1:]}) and "--user" not in words
    return False
