"""What was acknowledged is there after a kill."""

from __future__ import annotations

import pytest

from conftest import Build, Run, Scaffold
from tests.image import sparql

pytestmark = pytest.mark.unhurried


def test_acknowledged_and_killed(scaffold: Scaffold, build: Build, container: Run) -> None:
    """triples are there when the container is killed at once after each"""
    running = container(build(scaffold(components=["oxigraph"]), "oxigraph"))
    kept = sparql.kept_when_killed(running, "$OXIGRAPH_URL/query", "$OXIGRAPH_URL/update")
    assert kept == [str(number) for number in range(sparql.KILLS)]
