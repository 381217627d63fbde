"""Repositories that other people wrote, merged in pairs and run.

The four pairs are made up; they have the shapes that real repositories have: a database started by daemons, a postBuild
in Python, another with Windows line ends, a desktop wrapped around the notebook, a start that exports.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from conftest import Build, Run, Scaffold
from tests.image.containers import Container

pytestmark = pytest.mark.unhurried

POSTGRES_BY_HAND = {
    "binder/apt.txt": "postgresql postgresql-contrib\n",
    "binder/environment.yml": "name: shop\ndependencies:\n- pip\n- psycopg\n- pip:\n  - -r ../requirements-dev.txt\n",
    "requirements-dev.txt": "tabulate>=0.9\n",
    "binder/postBuild": (
        "#!/bin/bash\nset -e\n. binder/paths.sh\ninitdb -D $PGDATA --auth=trust\n"
        "pg_ctl -D $PGDATA -o '-c unix_socket_directories=/tmp -p 5499' -w start\n"
        'createdb -h /tmp -p 5499 shop\npsql -h /tmp -p 5499 shop -f "$HOME/init_db/shop.sql"\n'
        "pg_ctl -D $PGDATA -m fast -w stop\n"
    ),
    "binder/paths.sh": 'export PATH=$PATH:$(echo /usr/lib/postgresql/*/bin)\nexport PGDATA="$CONDA_DIR/srv/shop"\n',
    "init_db/shop.sql": "CREATE TABLE item (name text);\nINSERT INTO item VALUES ('spoon'), ('knife');\n",
    "binder/start": (
        '#!/bin/bash\n. "$(dirname "$0")/paths.sh"\n'
        "pg_ctl -D $PGDATA -o '-c unix_socket_directories=/tmp -p 5499' -w -l /tmp/shop.log start\n"
        'export SHOP_URL=postgresql://localhost:5499/shop\nexec "$@"\n'
    ),
}
REDIS_BY_HAND = {
    "apt.txt": "redis-server\n",
    "requirements.txt": "redis\n",
    "start": '#!/bin/sh\nredis-server --daemonize yes --port 6399 --bind 127.0.0.1 --dir /tmp\ncd /tmp\nexec "$@"\n',
}
PYTHON_POST_BUILD = {
    ".binder/requirements.txt": "humanize\n",
    ".binder/postBuild": (
        "#!/usr/bin/env python3\nimport json, os, pathlib\n"
        "words = json.loads(pathlib.Path('data/words.json').read_text())\n"
        "pathlib.Path(os.environ['CONDA_DIR'], 'words.txt').write_text('\\n'.join(words))\n"
    ),
    "data/words.json": '["alpha", "beta"]\n',
}
FROM_WINDOWS = {
    "binder/requirements.txt": "\ufeffhumanize>=4\r\nsortedcontainers  # for later\r\n",
    "binder/postBuild": "echo built on $(basename $PWD) > $CONDA_DIR/windows.txt\r\n",
}
DESKTOP = {
    "binder/apt.txt": "xvfb\nxauth\nx11-utils\n",
    "binder/start": '#!/bin/bash\nset -e\nexport SCREEN_DEPTH=24\nexec xvfb-run --auto-servernum "$@"\n',
}
EXPORTS = {
    "binder/start": (
        "#!/bin/bash\nset -eu\nexport COURSE_TOKEN=$(cat binder/token.txt)\nexport PYTHONPATH=$PWD/lib\n"
        'cd "$HOME"\nexec "$@"\n'
    ),
    "binder/token.txt": "from-a-file\n",
    "lib/helper.py": "answer = 42\n",
    "binder/postBuild": "#!/bin/bash\npython -m compileall -q lib\n",
}
NO_EXEC = {
    "binder/start": "#!/bin/bash\nexport LOST=1\nfalse\n",
}


def repository(folder: Path, files: Mapping[str, str]) -> str:
    """A git repository with these files; the reference to import it by."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        path.chmod(0o755 if path.name in ("postBuild", "start") else 0o644)
    git = ["git", "-C", str(folder), "-c", "user.name=A", "-c", "user.email=a@example.org"]
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message=All"]):
        subprocess.run([*git, *words], check=True)
    commit = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    return f"{folder}@{commit}"


def imports(tmp_path: Path, **repositories: Mapping[str, str]) -> str:
    references = [repository(tmp_path / name, files) for name, files in repositories.items()]
    return "[" + ", ".join(f"'{reference}'" for reference in references) + "]"


def environment(running: Container, name: str) -> str:
    """A variable as the notebook's process has it."""
    script = (
        "pid=$(pgrep --full --oldest '[j]upyter-lab'); tr '\\0' '\\n' <\"/proc/$pid/environ\""
        f" | sed --quiet 's/^{name}=//p'"
    )
    return running.bash(script).strip()


def test_two_databases(tmp_path: Path, scaffold: Scaffold, build: Build, container: Run) -> None:
    pair = imports(tmp_path, shop=POSTGRES_BY_HAND, cache=REDIS_BY_HAND)
    running = container(build(scaffold(imports=pair), "merged-databases"))
    running.wait_for_api()
    shop = environment(running, "SHOP_URL")
    ask = f"import psycopg, redis, tabulate\nshop = psycopg.connect({shop!r})\n"
    ask += "print(shop.execute('SELECT count(*) FROM item').fetchone()[0])\n"
    ask += "cache = redis.Redis(port=6399)\ncache.set('a', 'b')\nprint(cache.get('a').decode())\n"
    assert running.python(ask).split() == ["2", "b"]
    assert running.bash('readlink /proc/$(pgrep --full --oldest "[j]upyter-lab")/cwd').strip() == "/home/jovyan"
    verified = running.verify()
    assert verified.returncode == 0, verified.stdout
    running.stop()
    assert running.exit_code() == 0


def test_scripts_of_other_interpreters(tmp_path: Path, scaffold: Scaffold, build: Build, container: Run) -> None:
    pair = imports(tmp_path, words=PYTHON_POST_BUILD, windows=FROM_WINDOWS)
    running = container(build(scaffold(imports=pair), "merged-scripts"))
    running.wait_for_api()
    assert running.bash('cat "$CONDA_DIR/words.txt"').split() == ["alpha", "beta"]
    assert running.bash('cat "$CONDA_DIR/windows.txt"').strip() == "built on windows"
    running.python("import humanize, sortedcontainers")


def test_desktop_and_a_start_that_fails(tmp_path: Path, scaffold: Scaffold, build: Build, container: Run) -> None:
    pair = imports(tmp_path, desktop=DESKTOP, broken=NO_EXEC)
    running = container(build(scaffold(imports=pair), "merged-desktop"))
    running.wait_for_api()
    display = environment(running, "DISPLAY")
    assert display.startswith(":")
    assert environment(running, "SCREEN_DEPTH") == "24"
    authority = environment(running, "XAUTHORITY")
    assert "screen #0" in running.bash(f"DISPLAY={display} XAUTHORITY={authority} xdpyinfo")
    verified = running.verify()
    assert verified.returncode == 1
    assert "broken" in verified.stdout
    assert running.stop() < 5
    assert running.exit_code() in (0, 143)


def test_exports_beside_a_component(tmp_path: Path, scaffold: Scaffold, build: Build, container: Run) -> None:
    one = imports(tmp_path, exports=EXPORTS)
    running = container(build(scaffold(imports=one, components=["postgres"]), "merged-exports"))
    running.wait_for_api()
    assert environment(running, "COURSE_TOKEN") == "from-a-file"
    assert environment(running, "PYTHONPATH").endswith("/binder/imports/exports/lib")
    assert environment(running, "REPO_DIR") == "/home/jovyan"
    assert running.bash("psql --tuples-only --command='SELECT 41 + 1'").strip() == "42"
    running.stop()
    assert running.exit_code() == 0
