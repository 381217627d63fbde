"""What Redis has acknowledged is there after a kill; with the settings of its package it is not."""

from __future__ import annotations

import pytest

from conftest import Build, Run, Scaffold

pytestmark = pytest.mark.unhurried

# Its own port, folder and process, beside the course's server.
SCRIPT = """
set -euo pipefail
where=$(mktemp --directory)
started() {{
  redis-server {settings} --port 6390 --dir "$where" --daemonize no --logfile "" --pidfile "" >&2 &
  for _ in {{1..100}}; do
    [[ $(redis-cli -p 6390 PING 2>&1) != PONG ]] || return 0
    sleep 0.1
  done
  return 1
}}
started
redis-cli -p 6390 SET kept yes >&2
kill -KILL $! && wait $! || true
started
redis-cli -p 6390 GET kept
kill -KILL $!
"""


def test_acknowledged_and_killed(scaffold: Scaffold, build: Build, container: Run) -> None:
    """a key that was acknowledged is there after a kill, and is lost with the package's own settings"""
    running = container(build(scaffold(components=["redis"]), "redis"))
    running.wait_for_api()
    # the package lets its own user alone read its settings, and look at its folder on the way to ours
    running.exec("chmod", "--recursive", "a+rX", "/etc/redis", "/var/lib/redis", user="root")
    ours, theirs = '"$BINDER_DIR/services/redis/redis.conf"', "/etc/redis/redis.conf"
    assert running.bash(SCRIPT.format(settings=ours)).strip() == "yes"
    assert running.bash(SCRIPT.format(settings=theirs)).strip() == ""
