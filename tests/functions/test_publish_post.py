"""The publisher's handler: each record by itself, only what could not be read comes back."""

from __future__ import annotations

from typing import Any

import pytest

from heraut.publishing.model import State
from tests.functions.conftest import Running, event_of, events_of


@pytest.mark.parametrize("event", events_of("publish_post"))
def test_every_example_event_is_understood(running: Running, event: Any) -> None:
    """Good messages are published; rubbish alone is handed back."""
    running.queue_post("p1")
    running.queue_post("p2")

    answer = running.call("publish_post", event)

    if "Records" in event:
        rubbish = [record["messageId"] for record in event["Records"] if not record["body"].startswith("{")]
        assert [failure["itemIdentifier"] for failure in answer["batchItemFailures"]] == rubbish
        assert running.state("p1") is State.PUBLISHED
    else:
        assert answer == {"ok": True}


def test_the_post_is_on_the_public_page(running: Running) -> None:
    """One message, one post, online."""
    running.queue_post("p1")

    running.call("publish_post", event_of("publish_post", "one"))

    page = running.clients.s3.get_object(Bucket="public", Key="boulangerie/journal/index.html")["Body"].read().decode()
    assert "Bonjour de p1" in page
    delivery = running.posts.delivery("boulangerie", "p1", "journal")
    assert delivery is not None
    assert (delivery.url or "").startswith("https://public.example/boulangerie/journal/")
