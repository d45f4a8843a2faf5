"""The handler that closes what was answered from here."""

from __future__ import annotations

from typing import Any

import pytest

from heraut.brands import NetworkName
from heraut.conversations import Author, Interaction, Kind
from heraut.conversations.alerts import opened
from heraut.due import instant
from tests.functions.conftest import BRAND, Running, event_of, events_of

SAID = Interaction(
    brand=BRAND.id,
    account="journal",
    network=NetworkName.BLUESKY,
    id="at://did:plc:zoe/app.bsky.feed.post/3kcomment",
    kind=Kind.REPLY,
    author=Author(id="did:plc:zoe", handle="@zoe.test", name="Zoé"),
    text="Ouvrez-vous lundi ?",
    thread="post-1",
    at=instant("2026-11-23T08:00:00.000Z"),
)


@pytest.mark.parametrize("event", events_of("note_reply"))
def test_every_example_event_is_understood(running: Running, event: Any) -> None:
    """An answer to what never came here, or came long ago, is nothing to note."""
    nothing: Any = {"ok": True} if "self_test" in event else {"batchItemFailures": []}
    assert running.call("note_reply", event) == nothing


def test_what_was_answered_is_closed_however_often_it_is_said(running: Running) -> None:
    """A record of the stream may come twice."""
    running.conversations.receive(SAID, None, opened(SAID, BRAND, SAID.at))

    for _ in range(2):
        assert running.call("note_reply", event_of("note_reply", "published")) == {"batchItemFailures": []}

    assert list(running.conversations.open_alerts(BRAND.id)) == []


def test_a_record_that_cannot_be_read_comes_back(running: Running) -> None:
    """Until the stream gives it up."""
    event = event_of("note_reply", "published")
    event["Records"][0]["dynamodb"]["NewImage"]["document"] = {"S": "no"}

    assert running.call("note_reply", event) == {"batchItemFailures": [{"itemIdentifier": "111"}]}
