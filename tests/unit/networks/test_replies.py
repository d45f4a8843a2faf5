"""What is published to answer somebody: where it stands, who is addressed, and before whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from heraut.brands import Account, NetworkName
from heraut.conversations import Author, Interaction, Kind
from heraut.errors import InvalidInput
from heraut.fetch import Guard
from heraut.networks.base import Published, Replies, Window
from heraut.networks.bluesky import Bluesky
from heraut.networks.bluesky_records import Reference, answered
from heraut.networks.http import Http
from heraut.networks.mastodon import Mastodon
from heraut.networks.memory import Memory
from heraut.publishing.model import Content
from tests.unit.networks.mastodon_wire import BASE, NOW, Server, Wire, a_minute_around
from tests.unit.networks.test_mastodon import ignore, job

ACCOUNT = Account(name="mastodon", network=NetworkName.MASTODON, instance=BASE)
SKY = Account(name="sky", network=NetworkName.BLUESKY)
ZOE = "@zoe@ailleurs.example"
AT_MINUTES = Window(*a_minute_around(NOW))


@pytest.fixture(name="server")
def _server() -> Server:
    return Server()


@pytest.fixture(name="mastodon")
def _mastodon(server: Server) -> Mastodon:
    return Mastodon(Wire(server=server), lambda: NOW, Memory())


@pytest.fixture(name="bluesky")
def _bluesky() -> Bluesky:
    return Bluesky(Http(Guard()))


def said(**more: Any) -> Interaction:
    """Something that Zoé says."""
    given: dict[str, Any] = {
        "brand": "martin",
        "account": "mastodon",
        "network": NetworkName.MASTODON,
        "id": "33",
        "kind": Kind.REPLY,
        "author": Author(id="9", handle=ZOE, name="Zoé"),
        "text": "Ouvrez-vous lundi ?",
        "language": "fr",
        "thread": "12",
        "at": datetime(2026, 11, 23, 9, tzinfo=UTC),
        "reference": {"visibility": "public"},
    }
    return Interaction(**(given | more))


def sent(mastodon: Mastodon, server: Server, content: Content) -> dict[str, Any]:
    """Publish an answer, and give what the server was sent."""
    mastodon.publish(replace(job("x"), content=content), ignore, NOW)
    body: dict[str, Any] = server.calls("POST", "/api/v1/statuses")[-1].json
    return body


def test_both_networks_reply(mastodon: Mastodon, bluesky: Bluesky) -> None:
    """They say that they can."""
    assert isinstance(mastodon, Replies)
    assert isinstance(bluesky, Replies)


def test_an_answer_on_mastodon_names_whom_it_answers(mastodon: Mastodon, server: Server) -> None:
    """Else the server tells them nothing; who is named already is not named twice."""
    server.add("Ouvrez-vous lundi ?", id="33", account={"id": "9"})
    body = sent(mastodon, server, mastodon.reply(ACCOUNT, said(), " Oui, dès 7 h. "))

    assert (body["status"], body["in_reply_to_id"], body["visibility"]) == (f"{ZOE} Oui, dès 7 h.", "33", "public")
    named = mastodon.reply(ACCOUNT, said(), f"Oui {ZOE.upper()} !")
    assert named.parts[0].text == f"Oui {ZOE.upper()} !"


@pytest.mark.parametrize(
    ("heard", "answered_to"),
    [
        ("public", "public"),
        ("unlisted", "unlisted"),
        ("private", "private"),
        ("direct", "direct"),
        ("local", "direct"),
    ],
)
def test_no_wider_circle_sees_the_answer(mastodon: Mastodon, server: Server, heard: str, answered_to: str) -> None:
    """What was said to us alone is answered to them alone; a circle that we do not know is taken for the smallest."""
    content = mastodon.reply(ACCOUNT, said(reference={"visibility": heard}), "Oui")

    assert sent(mastodon, server, content)["visibility"] == answered_to


def test_what_was_kept_without_its_circle_is_answered_in_private(mastodon: Mastodon, server: Server) -> None:
    """Nothing that might have been private becomes public."""
    assert sent(mastodon, server, mastodon.reply(ACCOUNT, said(reference={}), "Oui"))["visibility"] == "direct"


def test_an_answer_is_found_again_by_its_place(mastodon: Mastodon, server: Server) -> None:
    """The same words to somebody else, or to nobody, are not it."""
    asked = replace(job("x"), content=mastodon.reply(ACCOUNT, said(), "Oui, dès 7 h."))
    server.add(f"{ZOE} Oui, dès 7 h.")
    server.add(f"{ZOE} Oui, dès 7 h.", in_reply_to_id="34")
    assert mastodon.find(asked, AT_MINUTES, frozenset()) is None
    ours = server.add(f"{ZOE} Oui, dès 7 h.", in_reply_to_id="33")

    found = mastodon.find(asked, AT_MINUTES, frozenset())

    assert isinstance(found, Published)
    assert found.remote_ids == (ours["id"],)


def test_an_answer_on_bluesky_points_at_the_post_and_at_its_thread(bluesky: Bluesky) -> None:
    """Both by their address and their hash."""
    kept = {"cid": "cid-33", "root": "at://d/c/12", "root_cid": "cid-12"}
    content = bluesky.reply(SKY, said(id="at://z/c/33", reference=kept), "Oui")

    assert content.parts[0].text == "Oui"
    assert answered(content) == (Reference("at://d/c/12", "cid-12"), Reference("at://z/c/33", "cid-33"))
    assert answered(content.model_copy(update={"in_reply_to": None})) is None


def test_what_was_kept_without_its_hash_cannot_be_answered(bluesky: Bluesky) -> None:
    """The person is told to answer on the network."""
    with pytest.raises(InvalidInput) as refused:
        bluesky.reply(SKY, said(id="at://z/c/33", reference={}), "Oui")
    assert [one.code for one in refused.value.problems] == ["answer_impossible"]


def test_whoever_approves_sees_what_is_answered(mastodon: Mastodon) -> None:
    """The author and the words, shortened; never more than a screen."""
    content = mastodon.reply(ACCOUNT, said(text="a" * 600), "Oui")

    assert content.in_reply_to is not None
    assert (content.in_reply_to.author, len(content.in_reply_to.text)) == ("Zoé", 500)
