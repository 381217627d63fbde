"""Binder directories as authors write them, at random: for property tests, fuzz and benchmarks.

`written(random)` gives the files and what is wanted in them, known without reading them again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from random import Random

CONDA = ("numpy", "NumPy", "scipy", "ruamel.yaml", "conda-forge::xarray", "xarray", "r-base", "_openmp_mutex", "pip")
CONDA_RANGES = (
    *("", "", "", ">=1", "<3", "=1.2", "==1.2", " 1.2.*", "!=1.5", ">=1,<2", "~=1.2", "=1.2=h1_0", "[build=h2_0]"),
    *("<1|>=2", " >=1.2 , <4", "=*", "[subdir=noarch]", "=2020a_b", ">=1!2", "[version='>=2',build=h1_0]"),
)
PIP = ("numpy", "Flask", "flask", "zope.interface", "Zope_Interface", "jupysql[duckdb]", "jupysql", "x264", "pip")
PIP_RANGES = (
    *("", "", "", ">=1", "<3", "==1.2", "==1.2.*", "!=1.5", ">=1,<2", "~=1.2", " (>=1)", "; python_version < '3.9'"),
    *(">=2 ; os_name == 'nt'", " @ https://example.org/x-1-py3-none-any.whl", "===1.2", "==1!2"),
)
PIP_LINES = (
    *("-r ./more.txt", "-e ./pkg", "./pkg[extra]", "--extra-index-url https://example.org/simple", "--pre"),
    *("git+https://example.org/x.git@main#egg=flask", "-e git+https://example.org/y.git#egg=y", "--no-binary x264"),
    *("https://example.org/z.zip", "-i https://example.org/simple", "-c ./limits.txt", "-f https://example.org/wheels"),
)
APT = ("git", "g++", "libpq-dev", "git=1:2.43", "git=1:2.44", "curl:i386", "texlive/stable", "r-base")
CHANNELS = ("conda-forge", "bioconda", "defaults", "https://example.org/channel", "nodefaults")
VALUES = ("1", "yes", "a b", "it's", 'q"q', "x: y # z", "\u00fc\U0001f600", "", "a\\b", "tab\there", "0x1F", "~")
VARIABLES = ("A", "B", "PATH_TO", "lower")
COMMENTS = ("", "", "", "needed", "see #3", "\u00fcber alles", "'quoted'", "[x]: {y}", "a\\b", "- z")
UNKNOWN = ("platforms: [linux-64, osx-64]", "category: x", "revision: 3", "extra: {a: [1, ~], b: {c: 'd e'}}")


@dataclass
class Written:
    """`wanted`: section and text of every entry, in order; `files` by path."""

    files: dict[str, str] = field(default_factory=dict)
    wanted: list[tuple[str, str]] = field(default_factory=list)
    comments: set[str] = field(default_factory=set)


def written(random: Random, most: int = 6) -> Written:
    """Some of apt.txt, environment.yml and requirements.txt, each with at most `most` entries a section."""
    one = Written()
    if random.random() < 0.4:
        one.files["binder/apt.txt"] = _plain(random, one, "apt", _some(random, APT, most))
    if random.random() < 0.9:
        one.files["binder/environment.yml"] = _environment(random, one, most)
    if random.random() < 0.4:
        one.files["binder/requirements.txt"] = _plain(random, one, "pip", _requirements(random, most))
    return one


def _some(random: Random, pool: tuple[str, ...], most: int) -> list[str]:
    return [random.choice(pool) for _ in range(random.randint(0, most))]


def _requirements(random: Random, most: int) -> list[str]:
    lines = [random.choice(PIP) + random.choice(PIP_RANGES) for _ in range(random.randint(0, most))]
    return lines + [random.choice(PIP_LINES) for _ in range(random.choice((0, 0, 1, 2)))]


def _comment(random: Random, one: Written) -> str:
    text = random.choice(COMMENTS)
    if text:
        one.comments.add(text)
    return text


def _plain(random: Random, one: Written, section: str, entries: list[str]) -> str:
    lines = []
    for entry in entries:
        comment = _comment(random, one)
        if comment and random.random() < 0.3:
            lines.append(f"# {comment}")
            comment = ""
        lines.append(random.choice(("", " ", "\t")) + entry + (f"  # {comment}" if comment else ""))
        lines += [""] * random.choice((0, 0, 0, 1))
        moved = re.sub(r"^(-e )?\./pkg", r"\1../pkg", " ".join(entry.split()))  # of the repository's root, in binder/
        one.wanted.append((section, moved))
    return _ended(random, lines)


def _ended(random: Random, lines: list[str]) -> str:
    end = random.choice(("\n", "\n", "\n", "\r\n"))
    return random.choice(("", "", "\ufeff")) + end.join(lines) + random.choice((end, end, ""))


def _scalar(random: Random, text: str, flow: bool = False) -> str:
    plain = re.fullmatch(r"[A-Za-z0-9_./][^:#'\"\[\]{},|&*!%@`\\\t]*", text) and text not in VALUES
    styles = (
        ["double"] if not text.isprintable() or "\\" in text else ["single", "double", *(["plain"] * 4 * bool(plain))]
    )
    style = random.choice(styles)
    if style == "plain" and not (flow and "," in text):
        return text
    if style == "double" and text.isprintable():
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if style == "double":
        return '"' + "".join(f"\\U{ord(letter):08x}" for letter in text) + '"'
    return "'" + text.replace("'", "''") + "'"


def _list(random: Random, one: Written, section: str, entries: list[str], indent: str) -> list[str]:
    """A block sequence; entries may be anchored and said again by an alias."""
    lines = []
    for entry in entries:
        comment = _comment(random, one)
        if comment and random.random() < 0.3:
            lines.append(f"{indent}# {comment}")
            comment = ""
        anchor = f"&a{len(one.wanted)} " if random.random() < 0.05 else ""
        lines.append(f"{indent}- {anchor}{_scalar(random, entry)}" + (f"  # {comment}" if comment else ""))
        one.wanted.append((section, " ".join(entry.split())))
        if anchor:
            lines.append(f"{indent}- *{anchor.strip()[1:]}")
            one.wanted.append((section, " ".join(entry.split())))
    return lines


def _environment(random: Random, one: Written, most: int) -> str:
    sections: list[list[str]] = []
    if random.random() < 0.6:
        sections.append([random.choice(("name: theirs", "name: ~", "name:", "name: x  # named"))])
    if random.random() < 0.6:
        channels = random.sample(CHANNELS, random.randint(0, 3))
        one.wanted += [("channels", name) for name in channels]
        flow = f"channels: [{', '.join(channels)}]"
        sections.append([flow] if random.random() < 0.3 else ["channels:", *(f"  - {name}" for name in channels)])
    sections.append(_dependencies(random, one, most))
    if random.random() < 0.3:
        names = random.sample(VARIABLES, random.randint(0, 3))
        values = {name: random.choice(VALUES) for name in names}
        one.wanted += [("variables", f"{name}={value}") for name, value in values.items()]
        sections.append(["variables:", *(f"  {name}: {_scalar(random, value)}" for name, value in values.items())])
    if random.random() < 0.1:
        sections.append([random.choice(UNKNOWN)])
        one.wanted.append(("other keys", sections[-1][0].partition(":")[0]))
    random.shuffle(sections)
    return _ended(random, [line for section in sections for line in section])


def _dependencies(random: Random, one: Written, most: int) -> list[str]:
    indent = random.choice(("", "  ", "    "))
    lines = []
    entries = [random.choice(CONDA) + random.choice(CONDA_RANGES) for _ in range(random.randint(0, most))]
    cut = random.randint(0, len(entries))
    lines += _list(random, one, "conda", entries[:cut], indent)
    if random.random() < 0.3:
        text = random.choice(("python=3.12", "python>=3.8", "python 3.12.*", "python=3.9", "python"))
        lines.append(f"{indent}- {text}")
        one.wanted.append(("python", text))
    for _ in range(random.choice((0, 1, 1, 2))):
        inner = _list(random, one, "pip", _requirements(random, most), indent + random.choice(("  ", "    ")))
        lines += [f"{indent}- pip:", *inner]
    lines += _list(random, one, "conda", entries[cut:], indent)
    return ["dependencies:", *lines]
