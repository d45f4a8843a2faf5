"""What adapters make of events, and how they are asked to send them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest

from heraut.brands import Account, NetworkName
from heraut.conversations import Kind
from heraut.errors import CredentialsExpired, OutcomeUnknown, Refused, Unreadable
from heraut.fetch import Guard
from heraut.networks.base import Brought, ReceivesWebhooks, Subscribes, WebhookEvent
from heraut.networks.by_hand import ByHand
from heraut.networks.http import Answer, Http
from heraut.networks.mastodon import Mastodon
from heraut.networks.webhooks import SCHEMES, scheme
from heraut.networks.webhooks.subscriptions import subscriber

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
GROUP = Account(name="groupe", network=NetworkName.BY_HAND)
MASTO = Account(name="masto", network=NetworkName.MASTODON, instance="https://mastodon.example", handle="@Martin")


class Wire(Http):
    """Notes each call, and answers with one status."""

    def __init__(self, status: int = 200) -> None:
        super().__init__(Guard(frozenset()))
        object.__setattr__(self, "status", status)
        object.__setattr__(self, "calls", [])

    def within(self, seconds: float) -> Http:
        return self

    def call(self, method: str, url: str, **sent: Any) -> Answer:
        self.calls.append((method, url, sent))  # type: ignore[attr-defined]
        return Answer(self.status, {}, b"{}", "host.example")  # type: ignore[attr-defined, arg-type]


def mastodon(wire: Http) -> Mastodon:
    """The adapter over a wire."""
    return Mastodon(wire, clock=lambda: NOW)


def event(name: str, body: Any) -> WebhookEvent:
    """A stored event."""
    return WebhookEvent(name, body if isinstance(body, bytes) else json.dumps(body).encode(), NOW)


def brought(adapter: ReceivesWebhooks, account: Account, name: str, body: Any) -> Brought:
    """What an adapter makes of it."""
    return adapter.parse_webhook("martin", account, {}, event(name, body), NOW)


def test_the_forms_that_adapters_name_exist() -> None:
    """Each is one of the table, and an adapter that asks for events does so by one of its own."""
    for adapter in (mastodon(Wire()), ByHand()):
        assert isinstance(adapter, ReceivesWebhooks)
        assert set(adapter.webhook_schemes) <= set(SCHEMES)
    assert set(mastodon(Wire()).subscribes_by) <= set(mastodon(Wire()).webhook_schemes)


class TestMastodon:
    def test_a_mention_asks_to_listen_and_a_favourite_does_not(self) -> None:
        """A push says only that something came."""
        for kind, look in (("mention", True), ("quote", True), ("favourite", False), (None, False)):
            assert brought(mastodon(Wire()), MASTO, "mastodon_push", {"notification_type": kind}) == Brought(look=look)

    def test_a_new_status_that_mentions_the_account_asks_to_listen(self) -> None:
        """Of the webhooks of the server's owner; somebody of that name elsewhere is somebody else."""

        def look(acct: Any, name: str = "status.created") -> bool:
            body = {"event": name, "object": {"mentions": [{"acct": acct}]}}
            return brought(mastodon(Wire()), MASTO, "mastodon_admin", body).look

        assert [look("martin"), look("martin@other.example"), look(None), look("martin", "account.created")] == [
            True,
            False,
            False,
            False,
        ]

    @pytest.mark.parametrize("body", [b"", b"[]", b"5", b"[" * 100_000])
    def test_what_is_no_event_is_said(self, body: bytes) -> None:
        """Not what it held."""
        with pytest.raises(Unreadable):
            brought(mastodon(Wire()), MASTO, "mastodon_push", body)

    def test_the_server_is_asked_for_the_standard_encoding(self) -> None:
        """With our public key, and for mentions and quotes of everybody."""
        wire, secret = Wire(), {**scheme("mastodon_push").draw(), "address": "https://hooks.example/m/masto/x"}
        assert mastodon(wire).subscribe(MASTO, {"access_token": "t"}, secret, NOW) is None
        ((method, url, sent),) = wire.calls  # type: ignore[attr-defined]
        asked = sent["json"]["subscription"]
        assert (method, url) == ("POST", "https://mastodon.example/api/v1/push/subscription")
        assert (asked["endpoint"], asked["standard"], len(asked["keys"]["p256dh"])) == (secret["address"], True, 87)
        assert secret["private_key"] not in json.dumps(sent["json"])
        with pytest.raises(CredentialsExpired):
            mastodon(Wire(401)).subscribe(MASTO, {"access_token": "t"}, secret, NOW)


class TestTelegram:
    MESSAGE: ClassVar[Any] = {  # https://core.telegram.org/bots/api#message
        "message_id": 12,
        "from": {
            "id": 7,
            "is_bot": False,
            "first_name": "Zoé",
            "last_name": "M",
            "username": "zoe",
            "language_code": "fr",
        },
        "chat": {"id": -100, "type": "supergroup", "title": "Fournil", "username": "fournil"},
        "date": 1795426200,
        "text": "Ouvrez-vous lundi ?",
    }

    def read(self, **changes: Any) -> Brought:
        return brought(ByHand(), GROUP, "telegram", {"update_id": 1, "message": {**self.MESSAGE, **changes}})

    def test_a_message_in_a_group(self) -> None:
        """Who said what, when, and where it is read."""
        (one,) = self.read().interactions
        assert (one.id, one.kind, one.thread, one.answers) == ("-100/12", Kind.COMMENT, "-100/12", None)
        assert (one.author.name, one.author.handle, one.author.id) == ("Zoé M", "zoe", "7")
        assert (one.text, one.language, one.url) == ("Ouvrez-vous lundi ?", "fr", "https://t.me/fournil/12")
        assert one.at == NOW + timedelta(seconds=1795426200 - NOW.timestamp())

    def test_an_answer_stands_under_what_it_answers(self) -> None:
        """And a message to the bot alone is one."""
        (answer,) = self.read(reply_to_message={"message_id": 3, "chat": self.MESSAGE["chat"]}).interactions
        assert (answer.kind, answer.answers, answer.thread) == (Kind.REPLY, "-100/3", "-100/3")
        (private,) = self.read(chat={"id": 7, "type": "private", "username": "zoe"}).interactions
        assert (private.kind, private.url) == (Kind.MESSAGE, None)

    def test_an_edit_changes_what_was_said(self) -> None:
        """Under its id."""
        changed = {**self.MESSAGE, "text": "Ouvrez-vous mardi ?", "edit_date": 1795426260}
        (edit,) = brought(ByHand(), GROUP, "telegram", {"edited_message": changed}).edits
        assert (edit.id, edit.text) == ("-100/12", "Ouvrez-vous mardi ?")

    def test_what_nobody_said_is_left_out(self) -> None:
        """Somebody who joins, a bot, another kind of update."""
        assert self.read(text="").interactions == ()
        assert self.read(**{"from": {"id": 1, "is_bot": True, "first_name": "b"}}).interactions == ()
        assert brought(ByHand(), GROUP, "telegram", {"update_id": 1, "poll": {}}) == Brought()
        assert brought(ByHand(), GROUP, "youtube", b"<feed/>") == Brought()

    @pytest.mark.parametrize(
        "body", [b"", b"[]", b'{"message": {"text": "x"}}', b'{"message": {"text": "x", "from": 5}}']
    )
    def test_what_is_no_update_is_said(self, body: bytes) -> None:
        """Not what it held."""
        with pytest.raises(Unreadable):
            brought(ByHand(), GROUP, "telegram", body)


class TestTrustpilot:
    REVIEW: ClassVar[Any] = {  # the example of Trustpilot's own page
        "id": "53bffd360000640002975387",
        "language": "en",
        "title": "Great service",
        "text": "Nothing other than excellent customer service.",
        "referenceId": "ABC-123-xyz",
        "stars": 5,
        "createdAt": "2017-05-20T09:34:44.000Z",
        "isVerified": True,
        "locationId": "43f51215-a1fc-4c60-b6dd-e4afb6d7b831",
        "link": "https://api.trustpilot.com/v1/reviews/53bffd360000640002975387",
        "consumer": {
            "id": "53bffc3900006400017e5db8",
            "name": "Customer",
            "link": "https://api.trustpilot.com/v1/consumers/53bffd360000640002975387",
        },
        "tags": [{"group": "Generic", "value": "Tag value"}],
    }

    def read(self, name: str, **changes: Any) -> Brought:
        told = {"eventName": name, "version": "1", "eventData": {**self.REVIEW, **changes}}
        return brought(ByHand(), GROUP, "trustpilot", {"events": [told]})

    def test_a_review_with_its_stars(self) -> None:
        """Who wrote what, when, and the page where people read it."""
        (one,) = self.read("service-review-created").interactions
        assert (one.kind, one.stars, one.language) == (Kind.REVIEW, 5, "en")
        assert one.text == "Great service\n\nNothing other than excellent customer service."
        assert (one.author.id, one.author.name) == ("53bffc3900006400017e5db8", "Customer")
        assert one.at == datetime(2017, 5, 20, 9, 34, 44, tzinfo=UTC)
        assert (one.id, one.thread) == ("53bffd360000640002975387",) * 2
        assert one.url == "https://www.trustpilot.com/reviews/53bffd360000640002975387"

    def test_one_that_is_changed_or_taken_away(self) -> None:
        """Under its id, when we heard of it."""
        (edit,) = self.read("service-review-updated", title=None, text="Finalement, non.", stars=1).edits
        (gone,) = self.read("service-review-deleted").erased
        assert (edit.id, edit.text, edit.at) == (self.REVIEW["id"], "Finalement, non.", NOW)
        assert (gone.id, gone.at) == (self.REVIEW["id"], NOW)

    def test_what_is_no_review_of_the_service_is_left_out(self) -> None:
        """A product's has another form."""
        assert self.read("product-review-created") == Brought()

    @pytest.mark.parametrize("changes", [{"stars": 6}, {"createdAt": "hier"}, {"consumer": None}, {"id": 5}])
    def test_what_is_none_of_theirs_is_said(self, changes: Any) -> None:
        """Stars that do not exist, no instant, nobody; and other bodies."""
        with pytest.raises(Unreadable):
            self.read("service-review-created", **changes)
        for body in (b"", b"[]", b'{"events": [5]}', b'{"events": 5}'):
            with pytest.raises(Unreadable):
                brought(ByHand(), GROUP, "trustpilot", body)


class TestDiscourse:
    FORUM = Account(name="forum", network=NetworkName.BY_HAND, handle="fournil", url="https://forum.example/latest")
    POST: ClassVar[Any] = {  # as `WebHookPostSerializer` names them, the half that says nothing to us left out
        "id": 912,
        "name": "Zoé M",
        "username": "zoe",
        "created_at": "2026-11-23T09:29:00.000Z",
        "raw": "Ouvrez-vous **lundi** ?",
        "cooked": "<p>Ouvrez-vous <strong>lundi</strong> ?</p>",
        "post_number": 4,
        "post_type": 1,
        "reply_to_post_number": None,
        "topic_id": 31,
        "topic_slug": "horaires",
        "topic_archetype": "regular",
        "version": 1,
        "user_id": 7,
        "moderator": False,
        "admin": False,
        "staff": False,
        "hidden": False,
        "user_deleted": False,
        "deleted_at": None,
    }

    def read(self, **changes: Any) -> Brought:
        return brought(ByHand(), self.FORUM, "discourse", {"post": {**self.POST, **changes}})

    def test_what_somebody_posts(self) -> None:
        """As they typed it; a topic is one thread, and the link leads to the post."""
        (one,) = self.read().interactions
        assert (one.id, one.thread, one.kind, one.answers) == ("31/4", "31", Kind.COMMENT, None)
        assert (one.author.id, one.author.handle, one.author.name) == ("7", "zoe", "Zoé M")
        assert (one.text, one.url) == ("Ouvrez-vous **lundi** ?", "https://forum.example/t/31/4")
        assert one.at == NOW - timedelta(minutes=1)

    def test_how_they_spoke(self) -> None:
        """To another post, or to the brand by its name, which is no part of a longer one."""
        (reply,) = self.read(reply_to_post_number=2, name=None).interactions
        (mention,) = self.read(raw="Dites, @Fournil, ouvrez-vous ?").interactions
        (other,) = self.read(raw="Dites, @fournil2 !").interactions
        assert (reply.kind, reply.answers, reply.author.name) == (Kind.REPLY, "31/2", "zoe")
        assert (mention.kind, other.kind) == (Kind.MENTION, Kind.COMMENT)

    @pytest.mark.parametrize("by", [{"staff": True}, {"moderator": True}, {"admin": True}, {"username": "Fournil"}])
    def test_what_the_staff_writes_answers(self, by: Any) -> None:
        """The post that it names, else the one that began the topic; a topic of theirs asks nobody."""
        answers = [self.read(**by, reply_to_post_number=to).answers for to in (2, None)]
        assert [[(one.id, one.to) for one in found] for found in answers] == [[("31/4", "31/2")], [("31/4", "31/1")]]
        assert self.read(**by, post_number=1) == Brought()

    def test_what_is_changed_or_taken_away(self) -> None:
        """What became of it stands in the body, which is signed; a short while after writing, in the event's name."""
        (edit,) = self.read(version=2, raw="Ouvrez-vous mardi ?").edits
        assert (edit.id, edit.text) == ("31/4", "Ouvrez-vous mardi ?")
        told = WebhookEvent("discourse", json.dumps({"post": self.POST}).encode(), NOW, "post_edited")
        assert len(ByHand().parse_webhook("martin", self.FORUM, {}, told, NOW).edits) == 1
        for gone in ({"deleted_at": "2026-11-23T09:30:00.000Z"}, {"user_deleted": True}):
            assert [one.id for one in self.read(**gone).erased] == ["31/4"]

    @pytest.mark.parametrize("changes", [{"post_type": 3}, {"topic_archetype": "private_message"}, {"hidden": True}])
    def test_what_nobody_said_to_everybody_is_left_out(self, changes: Any) -> None:
        """A topic that was closed, what two people write to each other, what was hidden."""
        assert self.read(**changes) == Brought()
        assert brought(ByHand(), self.FORUM, "discourse", {"topic": {"id": 31}}) == Brought()

    @pytest.mark.parametrize("body", [b"", b"[]", b'{"post": 5}', b'{"post": {"post_type": 1}}'])
    def test_what_is_no_post_is_said(self, body: bytes) -> None:
        """Not what it held."""
        with pytest.raises(Unreadable):
            brought(ByHand(), self.FORUM, "discourse", body)


class TestSubscriptions:
    def ask(self, name: str, status: int = 200, **webhook: str) -> tuple[Any, Any]:
        wire = Wire(status)
        found = subscriber(name, wire)
        assert isinstance(found, Subscribes)
        until = found.subscribe(GROUP, {}, {"address": "https://hooks.example/m/g/x", **webhook}, NOW)
        return until, wire.calls[0]  # type: ignore[attr-defined]

    def test_telegram(self) -> None:
        """For ever, with our token, messages alone."""
        until, (_, url, sent) = self.ask("telegram", bot_token="1:x", secret_token="s")
        assert (until, url) == (None, "https://api.telegram.org/bot1:x/setWebhook")
        assert sent["json"]["secret_token"] == "s"

    def test_youtube(self) -> None:
        """For five days."""
        until, (_, url, sent) = self.ask("youtube", 202, channel_id="UC1", hub_secret="s")
        assert (until, url) == (NOW + timedelta(days=5), "https://pubsubhubbub.appspot.com/subscribe")
        assert sent["data"]["hub.topic"].endswith("channel_id=UC1")
        assert sent["data"]["hub.lease_seconds"] == "432000"

    def test_no_is_no_and_silence_is_silence(self) -> None:
        """A wrong token is refused, a server in trouble is asked again."""
        with pytest.raises(Refused, match="webhook_refused"):
            self.ask("telegram", 401, bot_token="x", secret_token="s")
        for status in (429, 500):
            with pytest.raises(OutcomeUnknown, match="webhook_not_answered"):
                self.ask("telegram", status, bot_token="x", secret_token="s")

    def test_the_others_are_subscribed_by_a_person(self) -> None:
        """No call is made."""
        assert subscriber("slack", Wire()) is None
