"""Prints the links to a notebook, or to anything else that a course's notebook server opens.

    python tools/link.py gh:owner/course                           JupyterLab on mybinder.org
    python tools/link.py gh:owner/course#folder/file.ipynb         a file of the course's own repository
    python tools/link.py gh:owner/course --content gh:owner/notebooks@main#folder/file.ipynb
    python tools/link.py --hub https://hub.example.org --content gh:owner/notebooks@main#folder/file.ipynb
    python tools/link.py gh:owner/course#dash.ipynb --open voila   the same file in another application
    python tools/link.py gh:owner/course --open openrefine         an application behind the proxy, or a port

The address of a page, copied from the browser, is read where it is clear what is meant. How repositories are written,
and the rules of the links: extensions/links. Needs Python alone, and no network.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from extensions.errors import BlocksError
from extensions.links import address as links
from extensions.links import place
from tools.openers import TABLE, opener


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", nargs="?", help="the course's repository, for links to Binder")
    parser.add_argument("--content", help="the repository that nbgitpuller brings along, and the file in it")
    parser.add_argument("--folder", default="", help="where to clone it to, if not to a folder with its name")
    parser.add_argument("--open", default="lab", help=f"{', '.join(TABLE)}, or a name")
    parser.add_argument("--binder", default=links.MYBINDER, help="the address of another Binder")
    parser.add_argument("--hub", help="the address of a JupyterHub, for a link to it")
    parser.add_argument("--lti", action="store_true", help="the address for a learning platform, on the hub")
    parser.add_argument("--badge", action="store_true", help="Binder's link as a badge in Markdown")
    options = parser.parse_args(arguments)
    if not options.repository and not options.hub:
        parser.error("name the course's repository, or a --hub")
    if options.lti and not options.hub:
        parser.error("--lti needs a --hub")
    if options.badge and not options.repository:
        parser.error("--badge needs the course's repository")
    if options.folder and not options.content:
        parser.error("--folder needs --content")
    return options


def lines(options: argparse.Namespace) -> Iterator[str]:
    """The lines to print."""
    course = place.read(options.repository) if options.repository else None
    urlpath = _urlpath(options, course.path if course else "")
    if course:
        address = links.binder(options.binder, place.repository(replace(course, path="").text), urlpath)
        yield links.badge(options.binder, address) if options.badge else address
    if options.hub:
        yield (links.lti if options.lti else links.hub)(options.hub, urlpath)


def _urlpath(options: argparse.Namespace, path: str) -> str:
    if options.content:
        if path:
            raise BlocksError(f"'{path}': a link opens one file; leave out that of the course, or --content")
        content = place.content(options.content)
        if options.repository and content.url.startswith("file:"):
            raise BlocksError(f"'{options.content}': is on this machine, where Binder cannot reach it; {place.FORMS}")
        return links.pull(content, opener(options.open, content.path), options.folder)
    return opener(options.open, path)(path)


def main(arguments: Sequence[str] | None = None) -> int:
    try:
        for line in lines(parse(arguments)):
            print(line)
    except BlocksError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
