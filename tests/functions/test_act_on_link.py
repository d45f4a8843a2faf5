"""The links' handler: GET shows, the button's POST acts, forgers see a kind page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from heraut import links
from heraut.links import Action, Link
from heraut.publishing.model import Media, State
from tests.functions.conftest import Running, event_of, events_of

TOKEN = "A" * 22
PICTURE = Media(
    key="media/boulangerie/aa.jpg", content_type="image/jpeg", size=9, sha256="aa", alt="Un four", name="four.jpg"
)


def drop_link() -> Link:
    """Make the link that the example events open."""
    now = datetime.now(UTC)
    return Link(
        hash=links.hash_of(TOKEN),
        brand="boulangerie",
        person="lea",
        action=Action.DROP,
        post="p1",
        account="journal",
        version=1,
        created_at=now,
        expires_at=now + links.LIFETIME,
    )


@pytest.mark.parametrize("event", events_of("act_on_link"))
def test_every_example_event_is_understood(running: Running, event: Any) -> None:
    """Each request has its answer, and only the POST changes anything."""
    running.queue_post("p1", state=State.FAILED, media=(PICTURE,))
    running.links.save(drop_link())

    answer = running.call("act_on_link", event)

    if "self_test" in event:
        assert answer == {"ok": True}
        return
    method, path = event["requestContext"]["http"]["method"], event["rawPath"]
    found = 302 if "/media/" in path else 200
    expected = {"DELETE": 405}.get(method, found if TOKEN in path else 404)
    assert answer["statusCode"] == expected
    assert answer["headers"]["Cache-Control"] == "no-store"
    assert running.state() is (State.CANCELLED if method == "POST" else State.FAILED)


def test_the_picture_of_a_mail_leads_to_the_file(running: Running) -> None:
    """An address signed now, of the bucket's own host."""
    running.queue_post("p1", state=State.FAILED, media=(PICTURE,))
    running.links.save(drop_link())

    answer = running.call("act_on_link", event_of("act_on_link", "picture"))

    assert answer["headers"]["Location"].startswith("https://files.s3.")
    assert "/media/boulangerie/aa.jpg?" in answer["headers"]["Location"]


def test_a_scanner_that_opens_links_decides_nothing(running: Running) -> None:
    """Mail scanners open what they find."""
    running.queue_post("p1", state=State.FAILED)
    running.links.save(drop_link())

    for case in ("show", "scanner", "show"):
        running.call("act_on_link", event_of("act_on_link", case))

    assert running.state() is State.FAILED
