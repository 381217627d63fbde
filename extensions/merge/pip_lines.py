"""Lines of requirements that pip cannot install here, however right they were where they were written.

    NAME @ file:///croot/...      -e /home/me/x      C:\\Users\\me\\x.whl      ..\\pkg      -r /home/me/more.txt
    -e git+ssh://git@host/o/r.git      git+git://host/o/r      git@host:o/r.git      https://github.com/o/r
    x-1.2-cp311-cp311-win_amd64.whl      -i http://localhost:3141/simple

- a path of somebody's own machine: the package by its name, and its version where the file's name says so; nothing
  where nobody can tell whether an index has it, which is so in somebody's home, and for `-e`
- paths in the image are none: below `/srv`, `/home/jovyan`, `~`, `$HOME`
- a repository that asks for a key, or for a protocol that no host serves any more, by `https`
- a page of a host, or a path on it, as the repository that it is
- a wheel for another system by its name and version

Sources: what `pip freeze` writes in conda's environments; pip's documentation of VCS support.
"""

from __future__ import annotations

import posixpath
import re

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename

from ..rule import Rule
from .unfit import Unfit

BB212 = Rule(
    "BB212",
    "a requirement is a path of somebody's own machine",
    "such as `NAME @ file:///croot/...`, which `pip freeze` writes in conda's environments; the file is not in the "
    "image. Where its name tells the package, that is taken",
    "write `NAME==VERSION`, or put the package into the repository and write `./NAME`",
)
BB213 = Rule(
    "BB213",
    "a requirement's address is one that the build cannot use",
    "it asks for a key (`git+ssh://`), is of a protocol that hosts do not serve any more (`git://`), or is a page; the "
    "same by `git+https://` is taken, which works where the repository is public",
    "write `git+https://HOST/OWNER/REPOSITORY@COMMIT`",
)
BB224 = Rule(
    "BB224",
    "a wheel is for another system",
    "pip refuses it, and the build breaks; the package is taken by name and version",
    "write `NAME==VERSION`",
)

EDITABLE = re.compile(r"(?:-e *|--editable[ =] *)(?P<value>.+)")
VALUE = re.compile(
    r"(?P<option>-[rcfi]|--(?:requirement|constraint|find-links|index-url|extra-index-url))[ =]*(?P<value>\S+)"
)
DIRECT = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*(?:\[[^\]]*\])?) *@ *(?P<url>\S+)(?P<marker>(?: *;.*)?)")
ABSOLUTE = re.compile(r"(?:(?:git|hg|svn|bzr)\+)?(?:file:(?=/|[A-Za-z]:))?(?P<path>/.*|[A-Za-z]:[\\/].*|\\\\.*)")
IN_IMAGE = re.compile(r"/+(?:srv|home/jovyan)(?:/|$)")
HOME = re.compile(r"/*(?:[A-Za-z]:)?[\\/]*(?:home|Users|root)(?:[\\/]|$)", re.IGNORECASE)
# Homes in which nobody lives: those of the builders of conda's packages, and conda's own folders in others.
BUILDERS = re.compile(
    r"(?:home|Users)[\\/](?:conda|runner|builder|ktietz|task_|vsts|circleci)"
    r"|(?:miniconda|anaconda|miniforge|mambaforge|micromamba)\d?[\\/]|conda-bld"
)
LOCAL_HOST = re.compile(r"https?://(?:[^/@]*@)?(?:localhost|127\.|0\.0\.0\.0|host\.docker\.internal)")
KEYED = re.compile(
    r"(?P<tool>git|hg|svn)?\+?(?:ssh://(?:[\w.-]+@)?(?P<ssh>[\w.-]+)(?::\d+)?[/:]"
    r"|git://(?P<git>[\w.-]+)/|(?:[\w.-]+@)(?P<scp>[\w.-]+):(?!//))(?P<rest>\S+)"
)
PAGES = r"(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org)"
PAGE = re.compile(
    rf"(?:https?://)?(?:www\.)?(?P<host>{PAGES})/(?P<owner>[\w.-]+)/(?P<name>[\w.-]+?)(?:\.git)?"
    r"(?:/?|@(?P<at>[\w./-]+)|/(?:-/)?(?:tree|src)/(?P<branch>[\w.-]+)/?)(?P<fragment>#\S*)?"
)
PYPI = re.compile(r"https?://pypi\.(?:org|python\.org)/(?:project|pypi)/(?P<name>[\w.-]+)(?:/(?P<version>[\w.!+]+))?/?")
SUSPECT = re.compile(r"[/\\:]|\.whl")


def unfit(text: str) -> Unfit | None:
    """What to know of a line, and what to take in its place; None for one that may well work."""
    if not SUSPECT.search(text):
        return None
    if editable := EDITABLE.fullmatch(text):
        found = _of_place(editable["value"].strip("\"' "), "", "")
        if found is None:
            return None
        kept = f"-e {found.instead}" if re.match(r"\.|git\+|hg\+|svn\+", found.instead) else ""
        return found._replace(instead=kept)
    if option := VALUE.fullmatch(text):
        return _of_option(option["option"], option["value"].strip("\"'"))
    if KEYED.fullmatch(text):
        return _of_place(text, "", "")
    if direct := DIRECT.fullmatch(text):
        return _of_place(direct["url"], direct["name"], direct["marker"].strip())
    place, _, marker = text.partition(" ;")
    return _of_place(place.strip("\"' "), "", f"; {marker.strip()}" if marker else "")


def _of_option(option: str, value: str) -> Unfit | None:
    if LOCAL_HOST.match(value) or _is_absolute(value):
        return Unfit(BB212, "is a place on somebody's own machine", "remove it")
    if not _is_relative(value):
        return None
    instead = f"{option} {value.replace(chr(92), '/')}"
    return Unfit(BB212, "has Windows' way of writing a path", f"write '{instead}', which was taken", instead)


def _is_relative(value: str) -> bool:
    return re.fullmatch(r"\.{1,2}\\.*|[\w.-]+\\.*", value) is not None


def _is_absolute(value: str) -> re.Match[str] | None:
    match = ABSOLUTE.fullmatch(value)
    return match if match and not IN_IMAGE.match(match["path"]) else None


def _of_place(place: str, name: str, marker: str) -> Unfit | None:
    """Of a link or a path, which installs the package `name`, empty where nothing tells."""
    behind = f" {marker}" if marker else ""
    if _is_relative(place):
        instead = place.replace("\\", "/")
        instead = instead if instead.startswith(".") else f"./{instead}"
        return Unfit(BB212, "has Windows' way of writing a path", f"write '{instead}', which was taken", instead)
    if match := _is_absolute(place):
        return _of_machine(match["path"], name, behind)
    address = _public(place)
    if address:
        instead = f"{name} @ {address}{behind}" if name else f"{address}{behind}"
        reason = "has an address that asks for a key, or is not served any more"
        reason = "is a page, and no package" if PAGE.fullmatch(place) else reason
        return Unfit(BB213, reason, f"write '{instead}', which was taken", instead)
    if page := PYPI.fullmatch(place):
        instead = page["name"] + (f"=={page['version']}" if page["version"] else "") + behind
        return Unfit(BB213, "is a page, and no package", f"write '{instead}', which was taken", instead)
    return _of_wheel(place, name, behind)


def _public(place: str) -> str:
    """The address by which everybody gets the repository; empty where `place` is such a one, or none."""
    if keyed := KEYED.fullmatch(place):
        host = keyed["ssh"] or keyed["git"] or keyed["scp"]
        return f"{keyed['tool'] or 'git'}+https://{host}/{keyed['rest'].lstrip('/')}"
    if page := PAGE.fullmatch(place):
        at = page["at"] or page["branch"]
        address = f"git+https://{page['host']}/{page['owner']}/{page['name']}"
        return address + (f"@{at}" if at else "") + (page["fragment"] or "")
    return ""


def _of_machine(path: str, name: str, behind: str) -> Unfit:
    reason = "is a path of somebody's own machine"
    known, version = _file(path)
    homely = bool(HOME.match(path)) and not BUILDERS.search(path)
    if version or (name and not homely):
        instead = f"{name or known}{f'=={version}' if version else ''}{behind}"
        return Unfit(BB212, reason, f"write '{instead}', which was taken, or the version you need", instead)
    remedy = f"write '{name}' if PyPI has it" if name else "write 'NAME==VERSION' if PyPI has it"
    return Unfit(BB212, reason, f"{remedy}; else put it into the repository and write './NAME'")


def _file(path: str) -> tuple[str, str]:
    """Name and version that a wheel or an archive has in its file's name; a version without its local part."""
    file = posixpath.basename(re.split("[#?]", path.replace("\\", "/"), maxsplit=1)[0]).replace("%2B", "+")
    try:
        if file.endswith(".whl"):
            name, version, *_ = parse_wheel_filename(file)
        else:
            name, version = parse_sdist_filename(file)
    except (InvalidWheelFilename, InvalidSdistFilename):
        return "", ""
    return name, version.public


def _of_wheel(place: str, name: str, behind: str) -> Unfit | None:
    file = posixpath.basename(re.split("[#?]", place, maxsplit=1)[0])
    try:
        known, version, _, tags = parse_wheel_filename(file)
    except InvalidWheelFilename:
        return None
    systems = {re.split(r"[_\d]", tag.platform, maxsplit=1)[0] for tag in tags}
    if not systems <= {"win", "macosx"}:
        return None
    instead = f"{name or known}=={version.public}{behind}"
    return Unfit(BB224, "is a wheel for another system", f"write '{instead}', which was taken", instead)
