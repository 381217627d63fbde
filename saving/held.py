"""A service's data, while launch holds it: stopped, and ours until the connection closes, by our end at the latest.

- one that starts is waited for; one that nobody has asked for yet is started first, so that its data is there
- one that does not become ready is held all the same, if it has data
- what it left running keeps its lock, so the data is ours when the lock is
"""

from __future__ import annotations

import os
from contextlib import contextmanager

from launch.client import NotRunning, ask, live_status
from launch.data import lock
from launch.states import ON_DEMAND, UNSETTLED
from launch.words import Failure

from .words import Ended

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

START_SECONDS, STOP_SECONDS, LOCK_TRIES = 180, 120, 5


class NoData(Failure):
    """It has none in this session."""


@contextmanager
def held(name: str, state: dict[str, Any]) -> Iterator[str]:
    """Where its data is; `state` is what launch said of it."""
    if state["state"] in {*UNSETTLED, ON_DEMAND} or not state.get("data"):
        try:
            started(name)
        except (Ended, NotRunning):
            raise
        except Failure as error:
            if not live_status()["services"][name]["data"]:
                raise NoData(str(error)) from None
    with stopped(name) as data:
        yield data


@contextmanager
def stopped(name: str) -> Iterator[str]:
    """The same of one that has data, whatever it does."""
    answer, connection = ask(f"hold {name}", STOP_SECONDS)
    try:
        word, _, data = answer.partition(" ")
        if word != "held":
            raise Failure(f"{name} cannot be stopped: {answer}")
        handle = locked(os.path.dirname(data))
        try:
            yield data
        finally:
            os.close(handle)
    finally:
        connection.close()


def locked(place: str) -> int:
    for _ in range(LOCK_TRIES - 1):
        try:
            return lock(place)
        except Failure:
            pass
    return lock(place)


def started(name: str) -> None:
    """Wait until it is ready; raises Failure with the reason if it does not become so."""
    live_status()
    try:
        answer, connection = ask(f"use {name}", START_SECONDS)
    except (Ended, NotRunning):
        raise
    except Failure:
        raise Failure(f"{name} is not ready after {START_SECONDS} s") from None
    connection.close()
    if answer != "ready":
        raise Failure(f"{name}: {answer}")
