"""What earlier releases wrote is still read: `history/` keeps real items and messages, one file a table and schema.

Files here are never changed: a release that writes a new form adds its own.
"""

from __future__ import annotations

import base64
import json
import re
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from heraut import retention
from heraut.aws.brands_table import BrandsTable
from heraut.aws.contests_table import ContestsTable
from heraut.aws.conversations_table import ConversationsTable
from heraut.aws.events_queue import read_event
from heraut.aws.gatherings_table import GatheringsTable
from heraut.aws.links_table import LinksTable
from heraut.aws.looks_table import LooksTable
from heraut.aws.outbox import read_message
from heraut.aws.pauses_table import PausesTable
from heraut.aws.posts_table import PostsTable, event_of_image
from heraut.aws.sendings_table import SendingsTable
from heraut.aws.webhooks_table import WebhooksTable
from heraut.brands import Role
from heraut.contests.draw import RECORD_BYTES
from heraut.conversations import Answered, What
from heraut.conversations.alerts import joined
from heraut.conversations.webhook import StoredEvent
from heraut.events import EventName
from heraut.links import Action, hash_of
from heraut.notifications.sealing import unseal
from heraut.publishing.model import State
from heraut.publishing.pacing import Bucket
from heraut.publishing.store import DeliveryMessage
from tests.contracts.samples import MINUTE, NOW
from tests.contracts.stack import is_of
from tests.twins.links import LinksTwin
from tests.twins.media import MediaTwin

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contracts.stack import Stack

HISTORY = Path(__file__).parent / "history"
BRAND = "boulangerie"
DUE = NOW + 10 * MINUTE


# Kinds whose keys look like another's: what else tells them apart.
TOLD_APART: dict[str, Callable[[dict[str, Any]], bool]] = {
    "POST": lambda item: "expires" not in item,
    "ANSWER": lambda item: "expires" in item,
    "ALERT": lambda item: '"closed_at":"' in item["document"]["S"],
    "WAITING_ALERT": lambda item: '"closed_at":null' in item["document"]["S"],
    "KNOWN": lambda item: "alert" in item,
    "EARLY_ANSWER": lambda item: "document" in item,
    "TESTIMONIAL": lambda item: '"consent":null' in item["document"]["S"],
    "CONSENT": lambda item: '"consent":{' in item["document"]["S"],
}


MESSAGES = frozenset({"events-schema-1", "messages-schema-1"})


def every_sample() -> list[dict[str, Any]]:
    """Read all items of history; what queues hold are no items."""
    files = [file.stem for file in HISTORY.glob("*.json") if file.stem not in MESSAGES]
    return [one for name in files for one in items(name)]


def items(name: str) -> list[dict[str, Any]]:
    """Read a file of history; bytes stand there in base64, as they travel."""
    text = (HISTORY / f"{name}.json").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = json.loads(text, object_hook=_bytes)
    return found


def _bytes(held: dict[str, Any]) -> dict[str, Any]:
    return {"B": base64.b64decode(held["B"])} if held.keys() == {"B"} else held


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


def test_a_contest_of_schema_1(contests_stack: Stack) -> None:
    """Drawn and announced: its terms, commitment and witnesses, who took part, who won; and the operator's head."""
    for item in items("contests-schema-1"):
        contests_stack.put(item)
    kept = ContestsTable(contests_stack.table)
    contest = kept.contest(BRAND, "galette")
    assert contest is not None
    first, second = kept.every_entrant(BRAND, "galette")
    winner, alternate = kept.winners(BRAND, "galette")

    assert (contest.state, contest.agreed.title, contest.entrants) == ("announced", "La galette", 2)
    assert kept.head(BRAND).prev == contest.last.said.commit()
    assert len(contest.last.stamps) == 2
    assert (first.handle, first.deeds[0].text, len(bytes.fromhex(first.nonce))) == ("@ana", "Je participe !", 32)
    assert {winner.id, alternate.id} == {first.id, second.id}
    assert (winner.place, alternate.place) == ("won", "waiting")
    assert kept.won(BRAND) == {winner.id: contest.agreed.draws}
    assert contest.due_at is not None
    assert list(kept.due(contest.due_at)) == [(BRAND, "galette")]


def test_a_part_of_a_contests_list_of_schema_1(contests_stack: Stack) -> None:
    """A list that is half made when a release comes is made to its end."""
    (item,) = items("contests-parts-schema-1")
    contests_stack.put(item)
    name = item["sk"]["S"].removeprefix("p#")
    part = ContestsTable(contests_stack.table).part(BRAND, "galette", name)

    assert sha256(part).hexdigest().startswith(name)
    assert len(part) == 2 * RECORD_BYTES


def test_an_event_of_schema_1(contests_stack: Stack) -> None:
    """Announced, reminded of once and moved: what it goes by, its steps, what people are to hear; what others asked."""
    for item in items("gatherings-schema-1"):
        contests_stack.put(item)
    kept = GatheringsTable(contests_stack.table)
    event = kept.gathering(BRAND, "atelier")
    assert event is not None

    assert (event.terms.title, event.terms.begins.isoformat()) == ("L'atelier du levain", "2026-12-12T18:30:00+01:00")
    assert (event.stage, event.sequence, event.edition) == ("planned", 1, 1)
    assert {name: step.outcome.value for name, step in event.steps.items()} == {"7d": "queued", "1d": "queued"}
    assert event.news[0].fields["online"][0] == "https://masto.example/event-atelier-7d"
    assert event.due_at is not None
    assert list(kept.due(event.due_at)) == [(BRAND, "atelier")]
    asked = kept.questions(BRAND, "direct")
    assert (asked.revision, asked.count) == (4, 2)
    assert [(one.handle, one.likes, one.answered) for one in asked.kept] == [
        ("@zoe.test", 3, True),
        ("@max.test", 0, False),
    ]


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


def test_a_receipt_of_schema_1(conversations_stack: Stack) -> None:
    """What an operator says days later still finds its text message."""
    for item in items("sendings-receipts-schema-1"):
        conversations_stack.put(item)
    kept = SendingsTable(conversations_stack.table)
    found = kept.sending(BRAND, kept.sending_of(BRAND, "34d9b400-c6dd-5444-820d-fbeb0f1f54cf") or "")
    assert found is not None
    assert (found.person, found.way, found.state) == ("karim", "sms", "sent")


def test_every_kind_of_item_has_a_sample() -> None:
    """Whoever stores something new keeps one of it here, so that the next release is tried on it."""
    kinds = {name: one for name, one in vars(retention).items() if isinstance(one, retention.Kind)}
    keys = {name: (one.table, re.sub("<[^>]+>", "<>", f"{one.pk} {one.sk}")) for name, one in kinds.items()}
    alike = {name for name, held in keys.items() if list(keys.values()).count(held) > 1}
    assert (len(kinds), alike) == (len(retention.KINDS), set(TOLD_APART))
    samples = every_sample()
    without = [
        name
        for name, one in kinds.items()
        if not any(is_of(one, item) and (name not in TOLD_APART or TOLD_APART[name](item)) for item in samples)
    ]

    assert without == []


def test_who_spoke_and_what_they_said_of_schema_1(conversations_stack: Stack) -> None:
    """Members, what was muted, praised, answered, edited, set aside; who was forgotten stays so."""
    for item in items("conversations-members-schema-1"):
        conversations_stack.put(item)
    kept = ConversationsTable(conversations_stack.table, lambda _: "a-key")
    zoe = kept.known(BRAND, "bluesky", "did:plc:zoe").member
    assert (zoe.name, zoe.handle, zoe.times, zoe.count("question")) == ("Zoé", "@zoe.test", 2, 2)
    assert len(list(kept.members(BRAND))) == 5
    assert kept.known(BRAND, "bluesky", "did:plc:gone").forgotten_at == NOW

    assert [one.what for one in kept.moderated(BRAND, NOW)] == [What.MUTED]
    (answer,) = kept.answers(BRAND, NOW)
    assert (answer.at, answer.worked_seconds) == (NOW + 30 * MINUTE, 29 * 60)
    came = kept.came(BRAND, "sky", "at://did:plc:x/app.bsky.feed.post/9")
    assert isinstance(came, Answered)
    assert kept.counted(BRAND, "sky post-1", NOW) == 1
    (heard,) = kept.overheard(BRAND, "galette")
    assert (heard.said.author.name, heard.edited_at, heard.erased_at) == ("Zoé", None, NOW + 7 * MINUTE)
    assert [one.thread for one in kept.quiet_alerts(BRAND)] == ["post-3", "post-4", "post-5"]

    (alert,) = kept.open_alerts(BRAND)
    (said,) = kept.interactions(BRAND, alert.id)
    assert (alert.heard, alert.missed_at) == (("opened/normal/lea",), NOW + 9 * MINUTE)
    assert (said.text, len(said.asked), [one.name for one in said.labels]) == ("Vous livrez à Nancy ?", 1, ["question"])

    agreed, found = sorted(kept.testimonials(BRAND), key=lambda one: one.said_at)
    assert (agreed.stage, agreed.picture_texts, found.stage, found.consent) == (
        "consented",
        ("Une brioche",),
        "found",
        None,
    )
    assert agreed.consent is not None
    assert (agreed.consent.by, agreed.consent.words) == ("lea", "Oui, avec plaisir")


def test_a_member_of_schema_1_is_counted_on(conversations_stack: Stack) -> None:
    """What they say next joins what they said; an old alert is answered as any other."""
    for item in items("conversations-members-schema-1"):
        conversations_stack.put(item)
    kept = ConversationsTable(conversations_stack.table, lambda _: "a-key")
    (alert,) = kept.open_alerts(BRAND)
    (said,) = kept.interactions(BRAND, alert.id)
    later = said.model_copy(update={"id": "at://did:plc:x/app.bsky.feed.post/7", "at": NOW + 60 * MINUTE})

    kept.receive(later, alert, joined(alert, later), ["sky post-6"], NOW + 60 * MINUTE)

    assert kept.known(BRAND, "bluesky", "did:plc:zoe").member.times == 3
    assert [one.count for one in kept.open_alerts(BRAND)] == [2]


def test_the_brake_and_the_pace_of_schema_1(posts_stack: Stack) -> None:
    """A pause that is on, one that is over, how many calls are left, a look ahead, and an answer to somebody."""
    for item in items("posts-brake-schema-1"):
        posts_stack.put(item)
    kept, pauses = PostsTable(posts_stack.table), PausesTable(posts_stack.table)
    assert kept.brakes(BRAND, "masto") == {"pause:boulangerie"}
    assert [(one.by, one.reason) for one in pauses.pauses([BRAND])] == [("lea", "incendie")]
    assert [(one.account, one.ended_by) for one in pauses.ended([BRAND])] == [("masto", "marc")]
    assert not kept.is_restored()

    delivery, pace = kept.delivery_and_pace(BRAND, "answer-1", "sky", Bucket.POSTS)
    assert pace is None
    assert delivery is not None
    assert delivery.answers == "at://did:plc:zoe/app.bsky.feed.post/1"
    post = kept.post(BRAND, "answer-1")
    assert post is not None
    assert post.content.in_reply_to is not None
    assert (post.content.in_reply_to.author, post.content.in_reply_to.reference) == ("@zoe.test", {"cid": "bafy"})
    _, left = kept.delivery_and_pace(BRAND, "p1", "masto", Bucket.POSTS)
    assert left is not None
    assert (left.remaining, left.limit, left.window_s) == (3, 300, 300)
    (look,) = LooksTable(posts_stack.table).looks(BRAND)
    assert (look.post, look.people, look.problems["media:media_gone"].code) == ("p1", ("lea",), "media_gone")


def test_turns_and_red_buttons_of_schema_1(brands_stack: Stack) -> None:
    """Nobody has the same morning twice, and a person's red button is the one they kept."""
    for item in items("brands-turns-schema-1"):
        brands_stack.put(item)
    brands, links = BrandsTable(brands_stack.table), LinksTable(brands_stack.table)
    later = NOW + 60 * MINUTE
    assert not brands.take_turn(BRAND, "morning#2026-11-23#lea", later, later + MINUTE)
    kept = links.link(BRAND, hash_of("red"))
    assert kept is not None
    assert (kept.action, kept.person) == (Action.PAUSE, "lea")
    links.save_only(kept.model_copy(update={"hash": hash_of("other")}))
    assert links.link(BRAND, hash_of("red")) is None
