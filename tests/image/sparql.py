"""A SPARQL server in a running course, as its clients see it."""

from __future__ import annotations

from tests.image.containers import Container

CURL = "curl --silent --show-error --fail-with-body --noproxy '*' --header 'Accept: text/csv'"
KILLS = 3


def kept_when_killed(running: Container, query: str, update: str) -> list[str]:
    """One triple is written before each kill, at once after its acknowledgement; those that are there at the end."""
    for number in range(KILLS):
        running.wait_for_api()
        running.wait_for_services()
        running.bash(f"{CURL} --data-urlencode 'update=INSERT DATA {{ <urn:a> <urn:kept> {number} }}' {update}")
        running.kill()
        running.wait()
        running.restart()
    running.wait_for_api()
    running.wait_for_services()
    asked = "SELECT ?n { <urn:a> <urn:kept> ?n } ORDER BY ?n"
    return running.bash(f"{CURL} --data-urlencode 'query={asked}' {query}").split()[1:]
