"""The contract of a component's folder, and what to do about each way to break it.

    mistakes(folder) -> [one line for each mistake]

The form of the folder is in docs/component.md. What is looked at, in this order:

- the manifest: one that cannot be read is the only mistake that is told, since nothing else can be judged then
- the names that it requires, its ports and variables beside those of the other components
- files that no component has; tests.yml and jupyter_server_config.json, which have to be readable
- questions that are another's, that are asked of everybody, that have no default
- a tile's picture, where the component has a page and a tile of its own for it
- README.md: one, of at most 40 lines, with headings from ### on
- a service: its scripts, its manifest's memory and ports, `verify`, a stop signal that Linux knows, and a `load` for
  what its `dump` or `export` writes
- scripts: their run bits and syntax; in those of a service also a server in the background, an address beyond
  loopback, and data in $HOME
- a line that says FILL IN, as `tools/new.py` leaves them

Other components that cannot be read are passed over: their own tests say what is wrong with them.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from extensions.catalogue import files, manifest  # noqa: E402
from extensions.catalogue.units import Component  # noqa: E402
from extensions.errors import BlocksError  # noqa: E402
from extensions.text import read_text  # noqa: E402
from extensions.yaml_files import parse_yaml  # noqa: E402

README_LINES = 40
NO_SUCH = "there is no such component"
FILL_IN = re.compile(r"FILL IN:? *(.*?)(?: *(?:-->|\*/))?$")
SHEBANG = re.compile(r"#!.*?\b(?P<program>bash|sh|python3?)\b")
COMMENT = re.compile(r"(^|\s)#.*")

NO = r"(?![= ]+[\"']?(?:no|false|off|0)\b)"
DAEMON = re.compile(
    rf"--(?:daemoni[sz]e|daemon|fork|background|detach)\b{NO}"
    r"|(?<![\w-])(?:nohup|setsid|disown|daemonize|start-stop-daemon)(?![\w-])"
)
DAEMON_SETTING = re.compile(r"^\s*(?:daemonize|daemon|fork)\s*[:= ]\s*[\"']?(?:yes|true|on|1)\b")
EVERYWHERE = re.compile(r"(?<![\d.])0\.0\.0\.0(?![\d.])|\[::\]|\bbind_ip_all\b|(?<![\w:]):::?\d{2,5}\b")
HOME = re.compile(r"\$\{?HOME\b|(?<![\w\"'~/=])~(?:/|\s|$)|=~/|\bexpanduser\(")
SOCKET = "$SERVICE_RUN/socket"
# An entry that is switched off is no tile.
TILE = re.compile(r'"launcher_entry":(?! *\{"enabled": false\})')
PICTURE = re.compile(r'"icon_path": *"\$\{BINDER_DIR\}/(services|lib)/([^/"]+)/([^"]+\.svg)"')
OWN_HOME = re.compile(r"^\s*(?:export\s+)?HOME=", flags=re.MULTILINE)


def mistakes(folder: Path) -> list[str]:
    """What is wrong with a component's folder, in `<catalogue>/components`: a line each, with file and remedy."""
    try:
        component = manifest.read_unit(Component, folder)
    except BlocksError as error:
        return [str(error)]
    others = readable(folder.parents[1])
    others.pop(component.name, None)
    return [
        *_manifest(component, others),
        *_neighbours(component, others),
        *_files(component),
        *_questions(component),
        *_tile(component),
        *_readme(component),
        *_service(component),
        *_scripts(component),
        *_blanks(component),
    ]


def readable(root: Path) -> dict[str, Component]:
    """The components under `root`/components whose manifests can be read, by name, in name order."""
    found = {}
    for folder in folders(root):
        try:
            found[folder.name] = manifest.read_unit(Component, folder)
        except BlocksError:
            continue
    return found


def folders(root: Path) -> list[Path]:
    """Those of components, whether or not they can be read, in name order."""
    shelf = root / Component.SHELF
    return sorted(path for path in shelf.iterdir() if path.is_dir() and path.name[0] not in "._")


def _manifest(component: Component, others: Mapping[str, Component]) -> Iterator[str]:
    where = component.where(component.MANIFEST)
    for key in ("requires", "after", "conflicts"):
        for name in getattr(component, key):
            if name == component.name:
                yield f"{where}: '{key}' names the component itself; take '{name}' out"
            elif key == "requires" and name not in others:
                yield f"{where}: requires '{name}', and {NO_SUCH}; correct the name, or add it"


def _neighbours(component: Component, others: Mapping[str, Component]) -> Iterator[str]:
    """Names, ports and variables that another component has or had."""
    where = component.where(component.MANIFEST)
    variables = _variables(component)
    for other in others.values():
        for name in {component.name, *component.formerly} & {other.name, *other.formerly}:
            yield f"{where}: the name '{name}' is or was that of '{other.name}'; a name is never used again"
        if other.name in component.conflicts or component.name in other.conflicts:
            continue
        for label, port in component.ports.items():
            for taken in (taken for taken, number in other.ports.items() if number == port):
                yield (
                    f"{where}: port {port} ({label}) is that of '{other.name}' ({taken}); choose another, here and "
                    f"where the server gets it"
                )
        for name in sorted(variables & _variables(other)):
            yield f"{where}: the variable {name} is set by '{other.name}', too; rename it"


def _variables(component: Component) -> set[str]:
    """What the manifest sets, and the answers."""
    try:
        return {*component.env, *(str(name).upper() for name in _mapping(component, "questions.yml"))}
    except BlocksError:  # which is told of the file itself
        return {*component.env}


def _files(component: Component) -> Iterator[str]:
    """Files that have no place in a repository."""
    for source in component.files():
        name = source.removesuffix(files.SUFFIX)
        try:
            files.target(component, name, "binder")
        except BlocksError as error:
            yield str(error)
    try:
        cases(component)
    except BlocksError as error:
        yield str(error)
    path = component.folder / files.JUPYTER
    if path.is_file():
        try:
            json.loads(path.read_bytes())
        except ValueError as error:
            yield f"{component.where(files.JUPYTER)}: {error}; correct the JSON"


# Of the classes in tests.yml: the program itself could not be had, its wiring alone is proven.
WIRING = "C"


def cases(component: Component) -> Mapping[str, Any]:
    """The component's tests.yml, empty where it has none; raises `BlocksError` where it cannot be read."""
    return _mapping(component, "tests.yml")


def _mapping(component: Component, name: str) -> Mapping[str, Any]:
    path, where = component.folder / name, component.where(name)
    if not path.is_file():
        return {}
    found = parse_yaml(read_text(path, where), where)
    if not isinstance(found, dict | None):
        raise BlocksError(f"{where}:1: must be a mapping")
    return found or {}


def _questions(component: Component) -> Iterator[str]:
    where = component.where("questions.yml")
    try:
        asked = _mapping(component, "questions.yml")
    except BlocksError as error:
        yield str(error)
        return
    for name, keys in asked.items():
        keys = keys if isinstance(keys, dict) else {}
        if not str(name).startswith(component.prefix):
            yield f"{where}: the question '{name}' must start with '{component.prefix}'; rename it"
        if f"'{component.name}' in installed" not in str(keys.get("when")):
            yield f"{where}: '{name}' is asked of everybody; add when: \"{{{{ '{component.name}' in installed }}}}\""
        if "default" not in keys:
            yield f"{where}: '{name}' has no default, and nobody must need to answer it; add one"
        if "help" not in keys:
            yield f"{where}: '{name}' has no help: add the sentence that people are asked"


def _tile(component: Component) -> Iterator[str]:
    """A tile of a package's own has the package's picture."""
    found = [name for name in (files.JUPYTER, files.JUPYTER + files.SUFFIX) if (component.folder / name).is_file()]
    for name in found if "web" in component.provides else ():
        text = read_text(component.folder / name, component.where(name))
        pictures = PICTURE.findall(text)
        if len(pictures) < len(TILE.findall(text)):
            place = "services" if _has(component, "service/run") else "lib"
            yield (
                f"{component.where(name)}: a tile has no picture; draw one, "
                f'"icon_path": "${{BINDER_DIR}}/{place}/{component.name}/icon.svg"'
            )
        for place, owner, leaf in pictures:
            folder = "service" if place == "services" else place
            if owner != component.name or not (component.folder / folder / leaf).is_file():
                yield f"{component.where(name)}: the picture {folder}/{leaf} is missing; draw one, 32 by 32"


def _readme(component: Component) -> Iterator[str]:
    found = [name for name in ("README.md", "README.md.jinja") if (component.folder / name).is_file()]
    if not found:
        yield f"{component.where('README.md')}: is missing; write what one gets, the login, and a first query"
    if len(found) > 1:
        yield f"{component.where('README.md')}: there is README.md.jinja, too; keep one of them"
    for name in found:
        lines = read_text(component.folder / name, component.where(name)).splitlines()
        if len(lines) > README_LINES:
            yield f"{component.where(name)}: has {len(lines)} lines; shorten it to {README_LINES}"
        for number, line in enumerate(lines, start=1):
            if re.match(r"##? ", line):
                yield f"{component.where(name)}:{number}: headings start at ###, as this becomes a section; add #"


def _has(component: Component, name: str) -> bool:
    return any((component.folder / source).is_file() for source in (name, name + files.SUFFIX))


def _service(component: Component) -> Iterator[str]:
    where, own = component.where, component.where(component.MANIFEST)
    if not (component.folder / "service").is_dir():
        if component.ports:
            yield f"{own}: names ports, and there is no service/ that could listen; add service/run, or take them out"
        return
    for name, task in (("run", "exec the server there"), ("ready", "exit 0 there when it can be written to")):
        if not _has(component, f"service/{name}"):
            yield f"{where(f'service/{name}')}: is missing; {task}"
    for name in _waits_for(component):
        if name == component.name and not _has(component, "first"):
            yield f"{where('service/after')}: waits for '{name}', which has no file 'first'; add one, or take it out"
        elif name != component.name and name not in component.requires:
            yield f"{where('service/after')}: waits for '{name}', which is not required; require it, or take it out"
    if not _has(component, "verify"):
        yield f"{where('verify')}: is missing; ask the running service a real question there, through a client"
    for name in ("dump", "export"):
        if _has(component, f"service/{name}") and not _has(component, "service/load"):
            yield f"{where(f'service/{name}')}: nothing reads what it writes; add service/load, or take it out"
    has_no_server = _mapping(component, component.MANIFEST).get("ports") == {}
    if not component.memory and not has_no_server:
        yield f"{own}: a service states its memory; add 'memory:', MB at rest"
    if not component.ports and not has_no_server and not _at_socket(component):
        yield (
            f"{own}: a service states its port; add 'ports: {{{component.name}: NUMBER}}', have it listen at "
            f"$SERVICE_RUN/socket, or add 'ports: {{}}' for data without a server"
        )
    path = component.folder / "service/stop-signal"
    if path.is_file():
        name = path.read_text().strip().upper()
        if f"SIG{name.removeprefix('SIG')}" not in signal.Signals.__members__:
            yield f"{where('service/stop-signal')}: '{name}' is no signal of Linux; name one, such as SIGINT or SIGQUIT"


def _waits_for(component: Component) -> list[str]:
    """The scripts of first.d that its service starts after."""
    path = component.folder / "service/after"
    return path.read_text().split() if path.is_file() else []


def _at_socket(component: Component) -> bool:
    """Whether the service needs no port: nobody but the notebook's proxy asks it."""
    paths = [component.folder / "service" / name for name in ("run", "run" + files.SUFFIX)]
    return any(SOCKET in path.read_text() for path in paths if path.is_file())


def _scripts(component: Component) -> Iterator[str]:
    for name in component.files():
        if name.startswith(("tests/", "files/")):
            continue
        path = component.folder / name
        text = path.read_bytes().decode(errors="replace")
        match = SHEBANG.match(text)
        if text.startswith("#!") and not os.access(path, os.X_OK):
            yield f"{component.where(name)}: is not executable; chmod +x it"
        if match and not name.endswith(files.SUFFIX):
            yield from _syntax(path, component.where(name), match["program"])
        if name.startswith("service/"):
            yield from _server(component, name, text, is_script=bool(match))


def _syntax(path: Path, where: str, program: str) -> Iterator[str]:
    if program.startswith("python"):
        try:
            compile(path.read_bytes(), where, "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            yield f"{where}:{getattr(error, 'lineno', None) or 1}: {getattr(error, 'msg', error)}; correct the syntax"
        return
    done = subprocess.run([program, "-n", str(path)], check=False, capture_output=True, text=True)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["is no shell script"])[0].removeprefix(f"{path}: ")
        line = re.match(r"line (\d+): ", reason)
        reason = reason[line.end() :] if line else reason
        yield f"{where}:{line[1] if line else 1}: {reason}; correct the syntax"


def _server(component: Component, name: str, text: str, is_script: bool) -> Iterator[str]:
    """Mistakes in a file of service/ that cost data, or let others in."""
    where = component.where(name)
    has_home = OWN_HOME.search(text)
    is_shell = is_script and "python" not in text.partition("\n")[0]
    for number, line in enumerate(text.splitlines(), start=1):
        code = COMMENT.sub(r"\1", line)
        if match := EVERYWHERE.search(code):
            yield f"{where}:{number}: '{match[0]}' is every address; listen on 127.0.0.1, others share the machine"
        if DAEMON_SETTING.search(code) or (is_shell and DAEMON.search(code)):
            yield (
                f"{where}:{number}: '{' '.join(code.split())}' leaves the server in the background, where no signal "
                f"reaches it; exec it in the foreground"
            )
        if is_script and not has_home and HOME.search(code):
            yield f"{where}:{number}: data in $HOME is a student's own, or lost; use $SERVICE_DATA, or $SERVICE_RUN"
    if name == "service/run" and is_shell and not re.search(r"(?:^|[;&|\s])exec\s+\S", text, flags=re.MULTILINE):
        yield f"{where}: nothing is exec'ed, so that the shell stays between the server and its signals; exec it"


def _blanks(component: Component) -> Iterator[str]:
    for name in component.files():
        text = (component.folder / name).read_bytes().decode(errors="replace")
        for number, line in enumerate(text.splitlines(), start=1):
            if match := FILL_IN.search(line):
                yield f"{component.where(name)}:{number}: FILL IN: {match[1]}"


def main(names: Iterable[str]) -> int:
    found = [line for name in names for line in mistakes(ROOT / Component.SHELF / name)]
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or [folder.name for folder in folders(ROOT)]))
