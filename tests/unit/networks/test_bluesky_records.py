"""What is written into a Bluesky repository, and under which key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heraut.networks import bluesky_records
from heraut.networks.bluesky_records import Message, Reference, dated, languages, messages, record, record_key
from heraut.publishing.model import Content, Media, Part

NOON = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"
PICTURE = Media(key="k", content_type="image/png", size=1, sha256="0", alt="Un pain", name="pain.png")


def microseconds(rkey: str) -> int:
    """The instant inside a record key, in microseconds since 1970 (https://atproto.com/specs/tid)."""
    number = 0
    for letter in rkey:
        number = number << 5 | SORTABLE.index(letter)
    return number >> 10


def content(*texts: str, **more: object) -> Content:
    """Content of these texts."""
    return Content.model_validate({"parts": [{"text": text} for text in texts], **more})


@given(st.datetimes(datetime(2023, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)), st.text(), st.integers(0, 999))  # noqa: DTZ001
def test_a_key_is_a_valid_tid_of_its_second(moment: datetime, key: str, part: int) -> None:
    """Thirteen letters of the sortable alphabet, the first one small, dated within the second of the promise."""
    rkey = record_key(moment, key, part)
    assert len(rkey) == 13
    assert set(rkey) <= set(SORTABLE)
    assert rkey[0] in SORTABLE[:16]
    assert microseconds(rkey) // 1_000_000 == int(moment.timestamp())


def test_a_key_depends_on_the_delivery_alone() -> None:
    """The same delivery has the same key whatever the zone it is asked in; another version has another."""
    elsewhere = NOON.astimezone(timezone(timedelta(hours=9)))
    assert record_key(NOON, "b/p/a/1", 0) == record_key(elsewhere, "b/p/a/1", 0)
    assert record_key(NOON, "b/p/a/1", 0) != record_key(NOON, "b/p/a/2", 0)


def test_a_key_stays_what_it_was() -> None:
    """A key that changed with a release would make a second post of a repeat."""
    assert record_key(NOON, "boulangerie/2f1c/bluesky/1", 0) == "3n2y52eht6n6y"
    assert record_key(NOON, "boulangerie/2f1c/bluesky/1", 1) == "3n2y52eht6o6y"


def test_a_thousand_posts_of_one_second_have_a_thousand_keys() -> None:
    """Posts of one account at one second do not meet."""
    assert len({record_key(NOON, f"b/{number}/a/1", 0) for number in range(1000)}) == 1000


def test_later_posts_and_later_parts_sort_later() -> None:
    """Keys sort as the promises do, and a thread's parts after each other."""
    keys = [record_key(NOON + timedelta(seconds=second), "k", part) for second in range(5) for part in range(5)]
    assert keys == sorted(keys)


def test_a_naive_instant_is_refused() -> None:
    """A promise without its zone is a wrong key somewhere."""
    with pytest.raises(ValueError, match="zone"):
        record_key(NOON.replace(tzinfo=None), "k", 0)
    with pytest.raises(ValueError, match="zone"):
        dated(NOON.replace(tzinfo=None), 0)


def test_dates_are_utc_with_milliseconds() -> None:
    """The date is the promise in UTC, a millisecond later for each part."""
    paris = NOON.astimezone(timezone(timedelta(hours=1)))
    assert [dated(paris, part) for part in (0, 2)] == ["2026-11-23T12:30:00.000Z", "2026-11-23T12:30:00.002Z"]


def test_a_thread_and_its_first_comment() -> None:
    """Parts come in order, the first comment after them, each with the card of its own first address."""
    said = messages(content("Un, voir a.fr", "Deux", first_comment="Source : b.fr"))
    assert said == (
        Message("Un, voir a.fr", card="https://a.fr", card_in_text=True),
        Message("Deux"),
        Message("Source : b.fr", card="https://b.fr", card_in_text=True),
    )


def test_pictures_leave_no_room_for_a_card() -> None:
    """A link with pictures is written below the text, unless one reads it there already."""
    part = Part(text="Ce matin", media=(PICTURE,))
    assert messages(Content(parts=(part,), link="https://a.fr/x")) == (
        Message("Ce matin\n\nhttps://a.fr/x", (PICTURE,)),
    )
    part = Part(text="Ce matin sur a.fr/x", media=(PICTURE,))
    assert messages(Content(parts=(part,), link="https://a.fr/x")) == (Message("Ce matin sur a.fr/x", (PICTURE,)),)


def test_a_link_becomes_a_card_and_leaves_the_text_alone() -> None:
    """Without pictures the link is the card, even when the text names another address first."""
    assert messages(content("Voir b.fr", link=" https://a.fr/été ")) == (
        Message("Voir b.fr", card="https://a.fr/%C3%A9t%C3%A9"),
    )


def test_a_warning_stands_above_the_text() -> None:
    """Bluesky folds nothing away: the warning is read first, on the first part alone."""
    said = messages(content("Il meurt.", "Fin.", content_warning="Divulgâchage"))
    assert [message.text for message in said] == ["⚠️ Divulgâchage\n\nIl meurt.", "Fin."]


@pytest.mark.parametrize(
    ("given", "expected"), [("fr", ("fr",)), ("fr, en", ("fr", "en")), ("fr;en fr", ("fr", "en")), ("", ())]
)
def test_languages(given: str, expected: tuple[str, ...]) -> None:
    """One language or several, each once."""
    assert languages(content("x", language=given)) == expected


def test_a_record_holds_what_it_must() -> None:
    """Text, date, languages (three at most), what can be clicked, what it carries, what it answers."""
    root, parent = Reference("at://d/c/1", "cid1"), Reference("at://d/c/2", "cid2")
    written = record(
        Message("#a"),
        created_at="2026-11-23T12:30:00.000Z",
        languages=("fr", "en", "de", "it"),
        dids={},
        embed={"$type": "app.bsky.embed.external"},
        thread=(root, parent),
    )
    assert written == {
        "$type": "app.bsky.feed.post",
        "text": "#a",
        "createdAt": "2026-11-23T12:30:00.000Z",
        "langs": ["fr", "en", "de"],
        "facets": [
            {
                "index": {"byteStart": 0, "byteEnd": 2},
                "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "a"}],
            }
        ],
        "embed": {"$type": "app.bsky.embed.external"},
        "reply": {"root": {"uri": "at://d/c/1", "cid": "cid1"}, "parent": {"uri": "at://d/c/2", "cid": "cid2"}},
    }


def test_a_plain_record_holds_nothing_more() -> None:
    """A text alone has no facets, no embed and no reply."""
    written = record(Message("Bonjour"), created_at="x", languages=("fr",), dids={}, embed=None, thread=None)
    assert written.keys() == {"$type", "text", "createdAt", "langs"}


def test_addresses_of_posts() -> None:
    """A post's address is made of its author and its key."""
    address = bluesky_records.uri("did:plc:abc", "3kabc")
    assert address == "at://did:plc:abc/app.bsky.feed.post/3kabc"
    assert bluesky_records.rkey_of(address) == "3kabc"
