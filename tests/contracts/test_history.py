"""What earlier releases wrote is still read: `history/` keeps real items and messages, one file a table and schema.

Files here are never changed: a release that writes a new form adds its own.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from heraut.aws.brands_table import BrandsTable
from heraut.aws.conversations_table import ConversationsTable
from heraut.aws.events_queue import read_event
from heraut.aws.links_table import LinksTable
from heraut.aws.outbox import read_message
from heraut.aws.posts_table import PostsTable, event_of_image
from heraut.aws.sendings_table import SendingsTable
from heraut.aws.webhooks_table import WebhooksTable
from heraut.brands import Role
from heraut.conversations.webhook import StoredEvent
from heraut.events import EventName
from heraut.links import Action, hash_of
from heraut.notifications.sealing import unseal
from heraut.publishing.model import State
from heraut.publishing.store import DeliveryMessage
from tests.contracts.samples import MINUTE, NOW
from tests.twins.links import LinksTwin
from tests.twins.media import MediaTwin

if TYPE_CHECKING:
    from tests.contracts.stack import Stack

HISTORY = Path(__file__).parent / "history"
BRAND = "boulangerie"
DUE = NOW + 10 * MINUTE


def items(name: str) -> list[dict[str, Any]]:
    """Read a file of history."""
    found: list[dict[str, Any]] = json.loads((HISTORY / f"{name}.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture
def posts_1(posts_stack: Stack) -> PostsTable:
    """The Posts table as release 1 left it."""
    for item in items("posts-schema-1"):
        posts_stack.put(item)
    return PostsTable(posts_stack.table)


@pytest.fixture
def brands_1(brands_stack: Stack) -> Stack:
    """The Brands table as release 1 left it."""
    for item in items("brands-schema-1"):
        brands_stack.put(item)
    return brands_stack


def test_a_post_of_schema_1(posts_1: PostsTable) -> None:
    """Every part of it."""
    post = posts_1.post(BRAND, "p1")
    assert post is not None
    assert [part.text for part in post.content.parts] == ["Nouvelle brioche 🥐 dès demain !", "Et dimanche aussi."]
    assert post.content.media[0].alt == "Une brioche dorée sur une planche"
    assert post.content.poll is not None
    assert post.content.poll.options == ("Oui", "Non")
    assert post.texts == {"mastodon": ("Nouvelle brioche dès demain, #Lyon",)}
    assert (post.publish_at, post.local, post.zone) == (DUE, "2026-11-23T09:40", "Europe/Paris")
    assert post.source.identity == "lundi-1"


def test_deliveries_of_schema_1(posts_1: PostsTable) -> None:
    """Held, doubtful and published."""
    journal, masto, story = posts_1.deliveries(BRAND, "p1")
    assert (journal.state, journal.lateness) == (State.PUBLISHED, timedelta(milliseconds=412))
    assert (masto.state, masto.attempts, masto.doubt_since) == (State.UNCONFIRMED, 1, DUE)
    assert masto.attempt is not None
    assert (masto.attempt.id, masto.attempt.looks, masto.attempt.look_at) == ("6a1f", 1, DUE + MINUTE)
    assert masto.prepared is not None
    assert masto.prepared.remote == {"brioche.jpg": "109501"}
    assert masto.remote_ids == ("113",)
    assert (story.state, story.holds, story.due_at) == (
        State.SCHEDULED,
        frozenset({"person:lea", "pause:boulangerie"}),
        None,
    )
    assert len(list(posts_1.queue(BRAND))) == 3
    assert [row.account for row in posts_1.due(masto.shard, DUE + MINUTE)] == ["masto"]


def test_a_delivery_of_schema_1_loses_nothing_when_it_is_written_again(posts_1: PostsTable, posts_stack: Stack) -> None:
    """Attribute by attribute; only the revision grows."""
    for delivery in posts_1.deliveries(BRAND, "p1"):
        sk = f"delivery#{delivery.account}"
        before = posts_stack.item(f"{BRAND}#post#p1", sk)
        posts_1.change(delivery, delivery)
        after = posts_stack.item(f"{BRAND}#post#p1", sk)
        assert after.pop("revision") != before.pop("revision")
        assert {name: after.get(name) for name in before} == before


def test_a_story_of_schema_1(posts_1: PostsTable, posts_stack: Stack) -> None:
    """In order, from the table and from the stream."""
    story = posts_1.story(BRAND, "p1")
    assert [event.name for event in story] == [EventName.POST_QUEUED, EventName.OUTCOME_UNKNOWN, EventName.ASKING]
    assert story[2].fields == {"attempt": 1, "started_at": "2026-11-23T08:40:00Z"}
    assert posts_1.told(BRAND, story[2].id) == {"lea"}
    assert [event_of_image(item) for item in posts_stack.items() if "told" in item] == [story[2]]


def test_what_a_calendar_queued_in_schema_1(posts_1: PostsTable) -> None:
    """The same file again finds its posts."""
    assert posts_1.posts_by_key(BRAND, ["id:lundi-1"]) == {"id:lundi-1": "p1"}
    assert posts_1.file_posts(BRAND, "semaine.csv") == {"p1": 2}


def test_a_brand_of_schema_1(brands_1: Stack) -> None:
    """With accounts, groups and people."""
    brands = BrandsTable(brands_1.table)
    (brand,) = brands.every_brand()
    assert (brand.name, brand.revision, brand.groups) == ("Boulangerie Martin", 1, {"tous": ("masto", "journal")})
    masto, story = brand.account("masto"), brand.account("story")
    assert masto is not None
    assert story is not None
    assert (masto.late, story.slots) == (timedelta(minutes=30), ("07:30",))
    assert [person.id for person in brand.people_with(Role.ON_CALL)] == ["marc"]
    assert brands.confirmations(BRAND) == {"lea": NOW}


def test_a_link_of_schema_1(brands_1: Stack) -> None:
    """Used, and by when."""
    link = LinksTable(brands_1.table).link(BRAND, hash_of("history"))
    assert link is not None
    assert (link.action, link.attempt, link.used_at) == (Action.SEND_AGAIN, "6a1f", DUE + 5 * MINUTE)
    assert not LinksTable(brands_1.table).mark_used(link, DUE)


def test_a_message_of_schema_1() -> None:
    """On its way while the release changed."""
    (message,) = items("messages-schema-1")
    assert read_message(message) == DeliveryMessage(BRAND, "p1", "masto", 1, DUE)


def test_conversations_of_schema_1(conversations_stack: Stack) -> None:
    """An alert that somebody took, what joined it, and how far the account was listened to."""
    for item in items("conversations-schema-1"):
        conversations_stack.put(item)
    kept = ConversationsTable(conversations_stack.table)
    (alert,) = kept.open_alerts(BRAND)
    first, second = kept.interactions(BRAND, alert.id)

    assert (alert.taken_by, alert.count, alert.waiting) == ("lea", 2, (first.id, second.id))
    assert (first.text, first.author.name, first.thread) == ("Bonjour 1", "Zoé", "post-1")
    assert kept.alert_with(BRAND, "sky", second.id) == alert
    assert kept.open_alert(BRAND, "sky", "post-1") == alert
    assert kept.cursor(BRAND, "sky") == '{"heard": "1", "said": "2"}'
    assert kept.held(BRAND, "sky", first.id) is None  # it did not write where; so it stays as it was heard
    assert list(kept.due(alert.deadline)) == [(BRAND, alert.id)]


def test_webhooks_of_schema_1(conversations_stack: Stack) -> None:
    """Its lease, silences and losses, and that an event came; written again, nothing is lost."""
    for item in items("webhooks-schema-1"):
        conversations_stack.put(item)
    kept = WebhooksTable(conversations_stack.table)
    found = kept.webhook(BRAND, "page")
    assert found is not None
    assert (found.scheme, found.path_hash, found.tested, found.revision) == (
        "meta",
        "c1f9",
        "abcdefghijklmnopqrstuv",
        4,
    )
    assert (found.heard_at, found.lease_until) == (NOW.replace(hour=9), NOW.replace(day=28))
    assert (list(found.silences.values()), list(found.lost.values()), found.told) == (
        [7200],
        [2],
        {"lost": "2026-11-23"},
    )
    assert kept.is_known(BRAND, "page", "d1")
    before = conversations_stack.item(f"{BRAND}#webhook", "page")
    kept.change_webhook(found, found)
    assert conversations_stack.item(f"{BRAND}#webhook", "page") == before


def test_stored_events_of_schema_1() -> None:
    """On their way while the release changed: text, bytes, and one that waits in the bucket."""
    text, binary, large = (str(one) for one in items("events-schema-1"))
    files = MediaTwin()
    files.save("webhooks/boulangerie/page/d3", b"{}", "application/octet-stream")
    kept: Any = files
    assert read_event(text, kept) == StoredEvent(
        BRAND, "page", "meta", "d1", NOW, '{"object":"page","text":"Zoé"}'.encode(), "post"
    )
    assert (read_event(binary, kept).scheme, read_event(binary, kept).body) == ("mastodon_push", b"\xff\x00")
    assert read_event(large, kept).body == b"{}"


def test_sendings_of_schema_1(conversations_stack: Stack) -> None:
    """A program's message that waits is still sent, with a link that works; how the program fares is known."""
    for item in items("sendings-schema-1"):
        conversations_stack.put(item)
    kept = SendingsTable(conversations_stack.table)
    ((brand, sending),) = kept.due_sendings(NOW + 24 * 60 * MINUTE)
    found = kept.sending(brand, sending)
    assert found is not None
    assert (found.person, found.way, found.state, len(found.tries)) == ("lea", "webhook", "waiting", 1)
    message = unseal(found.message, LinksTwin(), NOW)
    assert (message.happened, message.buttons) == ("Zoé attend une réponse", ())  # nobody kept the link
    assert kept.health(BRAND, "lea", found.way).failures == 1
