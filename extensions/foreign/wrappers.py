"""Programs that run another: `command` is that other one, `text` the text that a shell is given to run.

A word that cannot be told, such as `$_`, is none of their options.
"""

from __future__ import annotations

import re

SHELLS = {"bash", "sh", "dash", "zsh", "ksh", "ash"}
PYTHONS, JAVAS = re.compile(r"python[\d.]*"), re.compile(r"java[\d.]*")
# Program -> its options that take a word, and how many words stand before the command.
_WRAPPERS: dict[str, tuple[str, int]] = {
    **dict.fromkeys(
        ("nohup", "setsid", "builtin", "time", "unbuffer", "catchsegv", "coproc", "busybox", "RUN"), ("", 0)
    ),
    **dict.fromkeys(("dbus-launch", "dbus-run-session", "dumb-init", "catatonit", "eatmydata", "npx"), ("-p", 0)),
    "command": ("", 0),
    "exec": ("-a", 0),
    "env": ("-u -C -S --unset --chdir", 0),
    "sudo": ("-u -g -h -p -C -r -t -T -D -R --user --group", 0),
    "doas": ("-u -C", 0),
    "nice": ("-n", 0),
    "ionice": ("-c -n", 0),
    "chrt": ("", 1),
    "taskset": ("-c", 0),
    "stdbuf": ("-i -o -e", 0),
    "timeout": ("-k -s --kill-after --signal", 1),
    "gosu": ("", 1),
    "su-exec": ("", 1),
    "setuser": ("", 1),
    "chroot": ("", 1),
    "runuser": ("-u -g -G --user", 0),
    "chpst": ("-u -U -e -/ -n -l", 0),
    "setpriv": ("", 0),
    "xvfb-run": ("-n -s -w -e -f -p --server-num --server-args", 0),
    "tini": ("-e -p", 0),
    "flock": ("-w -E -x", 1),
    "strace": ("-e -o -p", 0),
    "watch": ("-n", 0),
    "xargs": ("-I -n -P -a -d -L -s", 0),
    "screen": ("-S -c -h -t -T", 0),
    "systemd-run": ("-u -p --unit", 0),
    "daemonize": ("-c -a -e -o -p -l -u -E", 0),
    "conda-run": ("-n -p --name --prefix --cwd", 0),
}
_RUNNERS = {"conda", "mamba", "micromamba", "poetry", "pipenv", "uv", "pdm", "hatch", "pixi", "rye"}
_TEXTS = {"su", "runuser", "script"}
_JAVA = {"-cp", "-classpath", "--class-path", "-p", "--module-path", "--add-opens", "--add-modules", "--add-exports"}
_SPAWNS = {"start-stop-daemon": ("--exec", "-x", "--startas", "-a"), "find": ("-exec", "-execdir"), "fd": ("-x",)}


def command(words: tuple[str, ...]) -> tuple[str, ...]:
    """The command that these words give to a program that runs it; empty where they give it none."""
    name, rest = words[0].rpartition("/")[2], words[1:]
    if name in _SPAWNS:
        at = next((index for index, word in enumerate(rest) if word in _SPAWNS[name]), None)
        return tuple(word for word in rest[at + 1 :] if word != "--") if at is not None else ()
    if PYTHONS.fullmatch(name):
        at = next((index for index, word in enumerate(rest) if word == "-m" or not word.startswith("-")), len(rest))
        return tuple(rest[at + 1 :]) if rest[at : at + 1] == ("-m",) else ()
    if JAVAS.fullmatch(name):
        return _of_java(rest)
    if name in _RUNNERS:
        if rest[:1] not in (("run",), ("tool",)):
            return ()
        name, rest = "conda-run", rest[1:]
    if name == "command" and rest[:1] in (("-v",), ("-V",)):
        return ()
    if name not in _WRAPPERS or (name == "runuser" and "-u" not in rest and "--user" not in rest):
        return ()
    valued, before = _WRAPPERS[name]
    index = 0
    while index < len(rest) and (rest[index].startswith("-") or re.match(r"[A-Za-z_]\w*=", rest[index])):
        index += 2 if rest[index] in valued.split() else 1
    return rest[index + before :]


def _of_java(rest: tuple[str, ...]) -> tuple[str, ...]:
    """The class or the archive, by its name."""
    index = 0
    while index < len(rest) and rest[index].startswith("-"):
        if rest[index] == "-jar":
            return rest[index + 1 :]
        index += 2 if rest[index] in _JAVA else 1
    return rest[index:]


def text(words: tuple[str, ...]) -> str:
    """The text that these words give to a shell; empty where they give it none."""
    name, rest = words[0].rpartition("/")[2], words[1:]
    if name == "eval":
        return " ".join(rest)
    if name in SHELLS:
        at = next((index for index, word in enumerate(rest) if re.fullmatch(r"-\w*c\w*", word)), None)
        return rest[at + 1] if at is not None and at + 1 < len(rest) else ""
    if name in _TEXTS:
        at = next((index for index, word in enumerate(rest) if word in ("-c", "--command") or word == "-lc"), None)
        return rest[at + 1] if at is not None and at + 1 < len(rest) else ""
    if name in ("tmux", "parallel", "watch", "xterm") and rest and " " in rest[-1]:
        return rest[-1]
    return ""
