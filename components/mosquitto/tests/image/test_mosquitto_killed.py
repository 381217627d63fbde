"""A retained message is there after a kill; with the settings of its package it is not."""

from __future__ import annotations

import pytest

from conftest import Build, Run, Scaffold

pytestmark = pytest.mark.unhurried

# Half a second, since it acknowledges a message first and writes it then, and has no setting for the other order.
# Its own port and folder, beside the course's server; the package's settings are those of its file, but for the place.
SCRIPT = """
set -euo pipefail
where=$(mktemp --directory)
cd "$where"
sed --regexp-extended \\
  '/^(allow_anonymous|listener|include_dir|log_dest|persistence_location|pid_file)\\b/d' "{settings}" >own
printf 'listener 1890 127.0.0.1\\nallow_anonymous true\\npersistence_location %s/\\n' "$where" >>own
server=(--host 127.0.0.1 --port 1890 --topic kept --qos 1)
started() {{
  /usr/sbin/mosquitto -c own >&2 &
  for _ in {{1..100}}; do
    ! mosquitto_pub --host 127.0.0.1 --port 1890 --topic asked --message x --qos 1 2>/dev/null || return 0
    sleep 0.1
  done
  return 1
}}
started
for number in {{1..5}}; do
  mosquitto_pub "${{server[@]}}" --retain --message "$number"
  sleep 0.5
  kill -KILL $! && wait $! || true
  started
  mosquitto_sub "${{server[@]}}" -C 1 -W 2 || echo lost
done
kill -KILL $!
"""


@pytest.mark.parametrize(
    ("settings", "left"),
    [
        ("$BINDER_DIR/services/mosquitto/mosquitto.conf", ["1", "2", "3", "4", "5"]),
        ("/etc/mosquitto/mosquitto.conf", ["lost"] * 5),
    ],
)
def test_acknowledged_and_killed(
    scaffold: Scaffold, build: Build, container: Run, settings: str, left: list[str]
) -> None:
    """a retained message is there when killed half a second later, and is lost with the package's own settings"""
    running = container(build(scaffold(components=["mosquitto"]), "mosquitto"))
    running.wait_for_api()
    assert running.bash(SCRIPT.format(settings=settings)).split() == left
