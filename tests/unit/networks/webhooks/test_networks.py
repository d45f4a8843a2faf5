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
