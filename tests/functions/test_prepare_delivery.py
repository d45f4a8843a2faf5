"""The upload's handler."""

from __future__ import annotations

from typing import Any

import pytest

from heraut.publishing.model import State
from tests.functions.conftest import Running, event_of, events_of


@pytest.mark.parametrize("event", events_of("prepare_delivery"))
def test_every_example_event_is_understood(running: Running, event: Any) -> None:
    """A delivery that needs no upload is left alone."""
    running.queue_post("p1")

    assert running.call("prepare_delivery", event) == ({"ok": True} if "self_test" in event else None)
    assert running.state() is State.SCHEDULED


def test_what_a_person_publishes_is_announced(running: Running) -> None:
    """By hand, preparing is telling: ten minutes before."""
    now = running.queue_post("p2").publish_at
    running.queue_post("p1", account="story", prepare_at=now)

    running.call("prepare_delivery", event_of("prepare_delivery", "picture") | {"account": "story"})

    assert [event.name for event in running.posts.story("boulangerie", "p1")] == ["HandoverAhead"]
