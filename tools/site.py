"""Builds the docs as a site: pages of docs/, of outputs, and one made for each block and output. Offline.

    python tools/site.py [TARGET=docs/_site]        needs docs/requirements.txt

- what a block's page says comes from its manifest, its section of a rendered course, its questions, its downloads, its
  proof and the changelog; nothing of it is written by hand
- what it looks like is tests/pictures/NAME.png in its folder, where that is there: a screenshot of the browser tier's,
  with fewer colours, of no more than 60 kB
- a link to a page leads to that page, a link to any other file of the project to the project's address
- a link or an anchor that leads nowhere, and a page that is in no table of contents, end the build
- addresses of other hosts are not asked
"""

from __future__ import annotations

import argparse
import os
import posixpath
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from extensions.catalogue.manifest import read_catalogue  # noqa: E402
from extensions.catalogue.units import CATEGORIES, Catalogue, Component, Unit  # noqa: E402
from extensions.rendering import render  # noqa: E402
from extensions.update import changelog  # noqa: E402
from tools import address, answers, contract  # noqa: E402
from web.composer import composing, taking  # noqa: E402

DOCS = ROOT / "docs"
LINK = re.compile(r"(\]\()([^()\s]+)(\))")
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|#")
PICTURES = "images/blocks"
LEFT_OUT = {"_site", "schema"}
FENCE = re.compile(r"^(```|~~~)")
CLASSES = {
    "A": "the very bytes that users get",
    "B": "the same program, in another packaging or version than users get",
    contract.WIRING: "its wiring alone: the program itself could not be had in the tests",
}


def pages(catalogue: Catalogue) -> dict[str, str]:
    """Path in the repository -> page of the site, both with suffix."""
    found = {
        f"docs/{path.relative_to(DOCS).as_posix()}": path.relative_to(DOCS).as_posix()
        for path in sorted(DOCS.rglob("*.md"))
        if not {*path.relative_to(DOCS).parts} & LEFT_OUT
    }
    found |= {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
    found |= {output.where("README.md"): f"outputs/{output.name}.md" for output in catalogue.outputs.values()}
    return found


def linked(text: str, source: str, target: str, site: Mapping[str, str], base: str) -> str:
    """The text of `source`, as the page `target`, with its links led to pages, or to the project's address."""

    def lead(match: re.Match[str]) -> str:
        link = match[2]
        if ELSEWHERE.match(link):
            return match[0]
        name, mark, anchor = link.partition("#")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), name))
        page = site.get(path)
        if page is None and path == "README.md":
            page = "index.md" if not anchor else None
        if page is None and path.startswith("docs/images/"):
            page = path.removeprefix("docs/")
        if page is None:
            kind = "tree" if (ROOT / path).is_dir() else "blob"
            if not (ROOT / path).exists():
                raise SystemExit(f"{source}: a link leads nowhere: {link}")
            return f"{match[1]}{base}/{kind}/main/{path}{mark}{anchor}{match[3]}"
        return f"{match[1]}{posixpath.relpath(page, posixpath.dirname(target) or '.')}{mark}{anchor}{match[3]}"

    return outside_fences(text, lambda line: LINK.sub(lead, line))


def outside_fences(text: str, change: Callable[[str], str]) -> str:
    lines, fenced = [], False
    for line in text.splitlines(keepends=True):
        is_fence = bool(FENCE.match(line.lstrip()))
        lines.append(line if fenced or is_fence else change(line))
        fenced ^= is_fence
    return "".join(lines)


def section(page: str, title: str) -> str:
    """A block's part of a course's page, without links that lead into the course."""
    _, _, behind = page.partition(f"\n## {title}\n")
    text = re.split(r"^## ", behind, maxsplit=1, flags=re.MULTILINE)[0].strip()
    return outside_fences(text, lambda line: re.sub(r"\[([^\]]+)\]\((?!https?:)[^)]*\)", r"\1", line))


def block_page(component: Component, catalogue: Catalogue, releases: list[changelog.Release]) -> str:
    course = render(catalogue, {"components": [component.name], "python_version": "3.13"})
    parts = [f"# {component.title}\n\n{component.summary}.\n", picture(component), facts(component, catalogue)]
    parts.append(
        f"Choose it at the question about blocks, or with an answer: `--data 'components=[{component.name}]'`; in a "
        f"repository that has Binder Blocks already, `copier update --trust --data 'add=[{component.name}]'`. "
        f"[Open it in the composer]({composer(component)}).\n"
    )
    if told := section(course["binder/README.md"][0].decode(), component.title):
        parts.append(f"## In the session\n\n{told}\n")
    parts += [options(component, catalogue), downloads(course), proof(component), changes(component, releases)]
    return "\n".join(part for part in parts if part)


def picture(component: Component) -> str:
    """What it looks like, where somebody has taken a picture of it."""
    if not photograph(component).is_file():
        return ""
    return f"![{component.title} in a session](../{PICTURES}/{component.name}.png)\n"


def photograph(component: Component) -> Path:
    return component.folder / f"tests/pictures/{component.name}.png"


def facts(component: Component, catalogue: Catalogue) -> str:
    titles = [f"[{catalogue.components[name].title}]({name}.md)" for name in component.requires]
    needed_by = [
        f"[{other.title}]({other.name}.md)"
        for other in catalogue.components.values()
        if component.name in other.requires
    ]
    rows = {
        "name": f"`{component.name}`",
        "category": CATEGORIES[component.category],
        "comes with": ", ".join(titles),
        "comes along with": ", ".join(needed_by),
        "memory at rest": f"{component.memory} MB" if component.memory else "",
        "processor time of a start": f"{component.cpu} s" if component.cpu else "",
        "size in the image": size(component),
        "ports, in the session alone": ", ".join(f"{port} ({label})" for label, port in component.ports.items()),
        "provides, for other blocks": ", ".join(f"`{interface}`" for interface in component.provides),
    }
    lines = [f"| {name} | {value} |\n" for name, value in rows.items() if value]
    return "| | |\n|---|---|\n" + "".join(lines)


def size(component: Component) -> str:
    """With a word where the image that was measured had not what users get."""
    if contract.cases(component).get("class") == contract.WIRING:
        return "not measured, as the program itself could not be had in the tests"
    if not component.size:
        return ""
    written = component.folder / "proof.yml"
    stood_in = (yaml.safe_load(written.read_text()) or {}).get("stood_in", {}) if written.is_file() else {}
    lines = "".join(path.read_text() for path in component.folder.glob("downloads.txt*")).splitlines()
    is_other = any(f"{line.split()[0]} of its publisher" in stood_in for line in lines if line.strip())
    return f"{component.size} MB{', measured with what stood in for its download' if is_other else ''}"


def options(unit: Unit, catalogue: Catalogue) -> str:
    asked = {name: one for name, one in answers.asked(ROOT).items() if answers.unit_of(name, catalogue) == unit}
    if not asked:
        return ""
    rows = "".join(answers.row(name, one, catalogue) for name, one in asked.items())
    return f"## Options\n\n| answer | question | values | default |\n|---|---|---|---|\n{rows}"


def downloads(course: Mapping[str, tuple[bytes, bool]]) -> str:
    text = course.get("binder/downloads.txt", (b"", False))[0].decode()
    lines = [line.split("#")[0].split() for line in text.splitlines()]
    rows = "".join(f"| {words[0]} | {words[1]} | `{words[2]}` | <{words[3]}> |\n" for words in lines if len(words) > 3)
    head = (
        "## Downloads\n\nAt build, each checked against its SHA-256:\n\n| | for | SHA-256 | from |\n|---|---|---|---|\n"
    )
    return head + rows if rows else ""


def proof(component: Component) -> str:
    cases, path = contract.cases(component), component.folder / "proof.yml"
    said = CLASSES.get(str(cases.get("class", "")), "")
    text = f"## What is proven\n\nWhat was run is {said}.\n" if said else "## What is proven\n"
    if not path.is_file():
        return text + "\nIt only brings others; what is proven stands on their pages.\n"
    written = yaml.safe_load(path.read_text()) or {}
    rows = [f"Built on {written['when']}, on {written['base']}."]
    packages = ", ".join(f"{name} {version}" for name, version in written.get("packages", {}).items())
    rows += [f"With {packages}."] if packages else []
    rows += [f"- {line}" for line in written["ran"]]
    rows += [f"- **not run**: {what} ({why})" for what, why in written.get("not_run", {}).items()]
    stood_in = [f"| {what} | {by} |" for what, by in written.get("stood_in", {}).items()]
    rows += ["", "| in the place of | stood |", "|---|---|", *stood_in] if stood_in else []
    return text + "\n" + "\n".join(rows).replace("\n- ", "\n\n- ", 1) + "\n"


def changes(component: Component, releases: list[changelog.Release]) -> str:
    lines = [
        f"- {release.version or 'next release'}, {entry.kind.lower()}: {entry.text}\n"
        for release in releases
        for entry in release.entries
        if component.name in entry.components
    ]
    return "## Changes\n\n" + "".join(lines) if lines else ""


def contents(title: str, intro: str, units: Mapping[str, list[Unit]]) -> str:
    text = f"# {title}\n\n{intro}\n"
    for caption, group in units.items():
        rows = "".join(f"| [{unit.title}]({unit.name}.md) | {unit.summary} |\n" for unit in group)
        text += f"\n## {caption}\n\n| | |\n|---|---|\n{rows}" if caption else f"\n| | |\n|---|---|\n{rows}"
    names = "".join(f"{unit.name}\n" for group in units.values() for unit in group)
    return f"{text}\n```{{toctree}}\n:hidden:\n\n{names}```\n"


def assemble(target: Path) -> None:
    """All sources of the site, in an empty folder."""
    catalogue, base = read_catalogue(ROOT), project()
    site = pages(catalogue)
    releases = changelog.parse((ROOT / changelog.FILE).read_text(), changelog.FILE)
    made: dict[str, str] = {}
    for source, page in site.items():
        made[page] = linked((ROOT / source).read_text(), source, page, site, base)
    grouped: dict[str, list[Unit]] = {}
    for component in sorted(
        catalogue.components.values(), key=lambda one: ([*CATEGORIES].index(one.category), one.title)
    ):
        grouped.setdefault(CATEGORIES[component.category], []).append(component)
        made[f"blocks/{component.name}.md"] = block_page(component, catalogue, releases)
    for output in catalogue.outputs.values():
        made[f"outputs/{output.name}.md"] += "\n" + options(output, catalogue)
    made["blocks/index.md"] = contents("Blocks", "What a session can hold.", grouped)
    outputs: list[Unit] = sorted(catalogue.outputs.values(), key=lambda one: one.title)
    made["outputs/index.md"] = contents("Outputs", "How a course gets to people.", {"": outputs})
    made["decisions/README.md"] += decisions()
    for page, text in made.items():
        path = target / page
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    shutil.copytree(DOCS / "images", target / "images")
    (target / PICTURES).mkdir()
    for path in filter(Path.is_file, map(photograph, catalogue.components.values())):
        shutil.copy(path, target / PICTURES)
    shutil.copy(DOCS / "conf.py", target / "conf.py")


def composer(component: Component) -> str:
    """The page that composes a course, with this block chosen."""
    state = composing.State(answers={"components": [component.name]})
    host = address.forms(*address.address(address.SETTING.read_text()))[-1]
    return f"https://{host}/compose/#{taking.fragment(state)}"


def decisions() -> str:
    names = sorted(path.stem for path in (DOCS / "decisions").glob("[0-9]*.md"))
    return "\n```{toctree}\n:maxdepth: 1\n\n" + "".join(f"{name}\n" for name in names) + "```\n"


def project() -> str:
    """The project's address, as a browser takes it."""
    return "https://github.com/" + "/".join(address.address(address.SETTING.read_text()))


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="site.py", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("target", nargs="?", type=Path, default=DOCS / "_site")
    target: Path = parser.parse_args(words).target
    with tempfile.TemporaryDirectory() as folder:
        sources = Path(folder, "sources")
        sources.mkdir()
        assemble(sources)
        shutil.copytree(DOCS / "schema", Path(folder, "schema"))
        command = [sys.executable, "-m", "sphinx", "--builder", "html", "--fail-on-warning", "--keep-going", "--quiet"]
        command += ["--doctree-dir", str(Path(folder, "doctrees"))]
        done = subprocess.run([*command, str(sources), str(Path(folder, "html"))], check=False)
        if done.returncode:
            return done.returncode
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(Path(folder, "html"), target)
        shutil.copytree(DOCS / "schema", target / "schema")
    print(f"{len([*target.rglob('*.html')])} pages in {os.path.relpath(target)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
