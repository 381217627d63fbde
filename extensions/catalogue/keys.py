"""What a manifest may say: its keys, and what the value of each must be.

Keys of both manifests, the first two required:

    title, summary             text
    requires, after, conflicts lists of names of the same kind

Keys of a component (`category` required):

    category                   one of `CATEGORIES`; a helper is not offered, and comes where another requires it
    formerly                   the names that it had in earlier releases; who asks for one of them gets it
    retired                    what to use instead; it still works where it was chosen, and is no longer offered first
    course                     true where it speaks for the course: its entries come first in a clash
    memory                     MB (10^6 bytes) at rest
    cpu                        seconds of processor time that a start takes, rounded up
    size                       MB (10^6 bytes) that an image grows by, without what it requires; left out where nobody
                               has measured it
    java                       {least: 11, most: 17}, the Java versions that it runs on, either or both
    ports                      {label: TCP port on loopback}, or {label: {port: 5432, reachable: true}} where programs
                               outside the container may want it
    starts                     {commands: [pg_ctl start], services: [postgresql]}, how people start its server by
                               themselves: a program and words that it is given, and the names by which service managers
                               and images know it; who does so in a start of their own is told of the clash
    env                        {NAME: shell text for inside double quotes; `$NAME` is expanded}
    provides                   {interface: text, number or mapping}, what others find it by: see `provided.py`
    comes_with                 `service`: it comes along by itself with whatever has a service, see `companions.py`

Keys of an output; a condition is a Jinja expression over the answers:

    brings                     {component: the condition under which it comes along}
    files                      {path below files/: the condition under which it is written}; a path may end in /**
    branch                     the branch that Binder builds, where that is not the one with the notebooks
    keeps                      the file by which the services' data are kept, whatever the answer `keep_data` says
    build                      {apt, copy, repository, builder, starter, options: a Jinja template}, see `outputs.Build`
    renews                     {answer: the answer by whose change it has to be given anew}
    was                        the condition, over the answers of a repository from before there were outputs, under
                               which it had this one
    formerly                   {answer: its name then}
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from .companions import KINDS
from .units import CATEGORIES, Component, Java, Output, Unit

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
# A program's name and words that it is given, or a service's name.
COMMAND = re.compile(r"[A-Za-z0-9_][\w.+-]*(?: [\w.+-]+)*")
# What a double-quoted shell word would run or end: command substitution, escapes, the closing quote.
UNSAFE = re.compile(r'[`"\\\n]|\$\(')


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) and NAME.fullmatch(name) for name in value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_category(value: Any) -> bool:
    return isinstance(value, str) and value in CATEGORIES


def _is_kind(value: Any) -> bool:
    return isinstance(value, str) and value in KINDS


def _is_java(value: Any) -> bool:
    if not isinstance(value, dict) or not value or not value.keys() <= {*Java._fields}:
        return False
    return all(_is_number(version) and version for version in value.values()) and _is_range(Java(**value))


def _is_range(java: Java) -> bool:
    return not java.most or java.least <= java.most


def _is_ports(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(label, str) and _is_port(port) for label, port in value.items())


def _is_port(value: Any) -> bool:
    number, is_reachable = port_of(value)
    return _is_number(number) and 0 < number < 65536 and _is_flag(is_reachable)


def port_of(value: Any) -> tuple[Any, Any]:
    """Number and `reachable` of a port in either form."""
    if isinstance(value, dict) and value.keys() <= {"port", "reachable"}:
        return value.get("port"), value.get("reachable", False)
    return value, False


def _is_starts(value: Any) -> bool:
    if not isinstance(value, dict) or not value or not value.keys() <= STARTS:
        return False
    return all(isinstance(names, list) and names and all(map(_is_command, names)) for names in value.values())


def _is_command(value: Any) -> bool:
    return isinstance(value, str) and bool(COMMAND.fullmatch(value))


def _is_env(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(name, str) and VARIABLE.fullmatch(name) and isinstance(text, str) and not UNSAFE.search(text)
        for name, text in value.items()
    )


def _is_provides(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(name, str) and NAME.fullmatch(name) and _is_provided(one) for name, one in value.items()
    )


def _is_provided(value: Any) -> bool:
    if isinstance(value, dict):
        return bool(value) and all(isinstance(key, str) and _is_provided(one) for key, one in value.items())
    return _is_number(value) or (_is_text(value) and not UNSAFE.search(value))


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_mapping(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for item in value.items() for text in item)


def _is_build(value: Any) -> bool:
    return _is_mapping(value) and value.keys() <= BUILD


BUILD = {"apt", "copy", "repository", "builder", "starter", "options"}
STARTS = {"commands", "services"}
NAMES = (_is_names, "a list of names")
CONDITIONS = (_is_mapping, "a mapping of names to expressions")

Key = tuple[Callable[[Any], bool], str]
COMMON: Mapping[str, Key] = {
    "title": (_is_text, "one line of text"),
    "summary": (_is_text, "one line of text"),
    "requires": NAMES,
    "after": NAMES,
    "conflicts": NAMES,
}
KEYS: Mapping[type[Unit], Mapping[str, Key]] = {
    Component: {
        **COMMON,
        "category": (_is_category, f"one of {', '.join(CATEGORIES)}"),
        "formerly": NAMES,
        "retired": (_is_text, "one line of text, such as 'use redis instead'"),
        "course": (_is_flag, "true or false"),
        "memory": (_is_number, "a whole number of MB"),
        "cpu": (_is_number, "a whole number of seconds of processor time"),
        "size": (_is_number, "a whole number of MB"),
        "java": (_is_java, "a mapping with a lowest and a highest major version, such as {least: 11, most: 17}"),
        "ports": (_is_ports, "a mapping of labels to port numbers, or to {port: NUMBER, reachable: true}"),
        "starts": (_is_starts, "a mapping with lists, such as {commands: [pg_ctl start], services: [postgresql]}"),
        "env": (_is_env, 'a mapping of NAMES to text without backslash, backtick, double quote or "$("'),
        "provides": (_is_provides, "a mapping of interfaces to text, numbers or mappings, written as in 'env'"),
        "comes_with": (_is_kind, f"one of {', '.join(KINDS)}"),
    },
    Output: {
        **COMMON,
        "brings": CONDITIONS,
        "files": CONDITIONS,
        "branch": (_is_text, "the name of a branch"),
        "keeps": (_is_text, "the name of a file"),
        "build": (_is_build, f"a mapping with any of {', '.join(sorted(BUILD))}"),
        "renews": (_is_mapping, "a mapping of answers to answers"),
        "was": (_is_text, "an expression"),
        "formerly": (_is_mapping, "a mapping of answers to their former names"),
    },
}
REQUIRED: Mapping[type[Unit], tuple[str, ...]] = {
    Component: ("title", "summary", "category"),
    Output: ("title", "summary"),
}
# `files` of a unit are those that there are.
FIELDS = {"files": "placed"}
