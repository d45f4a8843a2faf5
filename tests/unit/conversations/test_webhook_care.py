"""Subscribing to a network's events, looking after the webhook, and trying it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from heraut.brands import Account, NetworkName, Person, Role
from heraut.conversations.receive_webhook import receive_webhook
from heraut.conversations.subscribe_webhook import Subscribing, scheme_for, subscribe_webhook
from heraut.conversations.tend_webhooks import Tended, Tending, tend_webhooks, troubles
from heraut.conversations.try_webhook import STEPS, Tried, Trying, try_webhook
from heraut.conversations.webhook import Webhook, heard, secret_name, silent_since
from heraut.errors import InvalidInput, TryAgain, Unreachable
from heraut.networks.base import WebhookRequest
from heraut.networks.webhooks import scheme
from heraut.problems import problem
from tests.twins.brands import BrandsTwin
from tests.twins.clock import ClockTwin
from tests.twins.notifications import NotificationsTwin
from tests.unit.conversations.test_webhooks import BRAND, DAY, HOUR, MINUTE, MONDAY, Sending, Shop

if TYPE_CHECKING:
    from collections.abc import Mapping

LEA = Person(id="lea", name="Léa", email="lea@x.example", roles=(Role.CONVERSATIONS,))
MAX = Person(id="max", name="Max", email="max@x.example", roles=(Role.CONVERSATIONS,), language="en")
MARTIN = BRAND.model_copy(update={"people": (LEA, MAX)})
PAGE, FORM = BRAND.accounts[0], BRAND.accounts[2]


@dataclass
class Asking(Sending):
    """A network that can be asked to send, for five days at a time."""

    subscribes_by: tuple[str, ...] = ("meta",)
    asked: list[dict[str, str]] = field(default_factory=list)
    refuses: bool = False

    def subscribe(
        self, account: Account, secret: Mapping[str, str], webhook: Mapping[str, str], now: datetime
    ) -> datetime | None:
        if self.refuses:
            raise Unreachable(problem("server_unreachable", host="x"))
        assert secret == {"token": account.name}
        self.asked.append(dict(webhook))
        return now + 5 * DAY


class Desk(Shop):
    """A bakery whose webhooks are made, looked after and tried."""

    def __init__(self) -> None:
        super().__init__()
        self.asking = Asking(name=NetworkName.BLUESKY)
        networks: Any = {**self.routing.networks, NetworkName.BLUESKY: self.asking}
        self.routing = replace(self.routing, networks=networks, brands=BrandsTwin(MARTIN))
        self.subscribing = Subscribing(
            self.webhooks, self.secrets, networks, scheme, "https://hooks.example/", lambda _: None
        )
        self.told = NotificationsTwin()
        self.tending = Tending(self.routing.brands, self.subscribing, self.told)

    def subscribe(self, account: Account = PAGE, name: str = "meta", **given: str) -> Any:
        return subscribe_webhook(MARTIN, account, name, given, self.subscribing, self.now)

    def tend(self) -> Tended:
        return tend_webhooks(self.tending, self.now)


@pytest.fixture(name="desk")
def _desk() -> Desk:
    desk = Desk()
    for account in ("page", "form", "site"):
        desk.webhooks._webhooks.pop(("martin", account))
    return desk


class TestSubscribing:
    def test_the_network_is_asked_once_all_is_kept(self, desk: Desk) -> None:
        """With the address, and what we drew for it; its lease is noted."""
        done = desk.subscribe(app_secret="a1")
        kept = desk.secrets.secret("martin", secret_name("page"))
        assert (done.asked, done.webhook.lease_until) == (True, MONDAY + 5 * DAY)
        assert desk.asking.asked == [kept]
        assert done.address.startswith("https://hooks.example/martin/page/")
        query = {"hub.mode": "subscribe", "hub.verify_token": done.drawn["verify_token"], "hub.challenge": "7"}
        path = done.address.removeprefix("https://hooks.example")
        answer = receive_webhook(path, WebhookRequest("GET", query, {}), desk.receiving, desk.now).answer
        assert (answer.status, answer.body) == (200, "7")

    def test_doing_it_again_keeps_the_address_and_takes_the_new_key(self, desk: Desk) -> None:
        """What was remembered stays too."""
        first = desk.subscribe(app_secret="a1")
        desk.now += HOUR
        again = desk.subscribe(app_secret="a2")
        assert (again.address, again.drawn, again.webhook.made_at) == (first.address, first.drawn, MONDAY)
        assert (desk.secrets.secret("martin", secret_name("page")) or {})["app_secret"] == "a2"

    def test_another_form_has_another_address(self, desk: Desk) -> None:
        """The old one leads nowhere any more."""
        first = desk.subscribe(app_secret="a1")
        other = desk.subscribe(name="signed")
        assert not other.asked
        assert other.address != first.address
        path = first.address.removeprefix("https://hooks.example")
        assert receive_webhook(path, WebhookRequest("GET", {}, {}), desk.receiving, desk.now).answer.status == 404

    def test_a_network_that_cannot_be_asked_now_leaves_everything_to_do_it_again(self, desk: Desk) -> None:
        """The address is there."""
        desk.asking.refuses = True
        with pytest.raises(Unreachable):
            desk.subscribe(app_secret="a1")
        desk.asking.refuses = False
        assert desk.subscribe(app_secret="a1").asked

    def test_only_forms_that_an_account_may_have(self, desk: Desk) -> None:
        """The usual one when none is named; one's own events everywhere."""
        networks = desk.subscribing.networks
        assert scheme_for(PAGE, None, networks) == "meta"
        assert scheme_for(FORM, None, networks) == "signed"
        assert scheme_for(PAGE, "signed", networks) == "signed"
        with pytest.raises(InvalidInput, match="webhook_scheme_unknown"):
            scheme_for(PAGE, "slack", networks)


class TestCare:
    def test_a_lease_is_renewed_a_day_before_it_ends(self, desk: Desk) -> None:
        """And not before; where it fails, people hear when it has ended."""
        desk.subscribe(app_secret="a1")
        desk.now += 3 * DAY
        assert desk.tend() == Tended(webhooks=1)
        desk.now += DAY
        assert desk.tend() == Tended(webhooks=1, renewed=1)
        assert desk.webhook().lease_until == desk.now + 5 * DAY
        desk.asking.refuses = True
        desk.now += 4 * DAY
        assert desk.tend() == Tended(webhooks=1, refused=1)
        desk.now += DAY
        assert desk.tend() == Tended(webhooks=1, refused=1, messages=2)
        assert (
            desk.told.to("lea")[0].subject == "[Boulangerie Martin · Bluesky (martin)] L'abonnement de page est terminé"
        )

    def quiet_days(self, desk: Desk, silence: timedelta = 4 * HOUR) -> None:
        """Three days on which something came every so often."""
        desk.subscribe(app_secret="a1")
        end = desk.now + 3 * DAY
        while desk.now < end:
            after = heard(desk.webhook(), desk.now)
            if after:
                desk.webhooks.save_webhook(after)
            desk.now += silence

    def test_a_silence_longer_than_usual_waits_for_the_morning(self, desk: Desk) -> None:
        """Twice the longest one of the last days; it may be a quiet day, so nobody is told of it at once."""
        self.quiet_days(desk)
        last = desk.webhook().heard_at
        assert last is not None
        desk.now = last + 8 * HOUR
        assert troubles(desk.webhook(), desk.now) == {}
        desk.now = last + 8 * HOUR + MINUTE
        assert troubles(desk.webhook(), desk.now) == {"silent": last}
        assert desk.tend() == Tended(webhooks=1)

    def test_nobody_knows_yet_what_is_usual(self, desk: Desk) -> None:
        """On the first days, or when nothing ever came."""
        desk.subscribe(app_secret="a1")
        assert silent_since(desk.webhook(), desk.now + 9 * DAY) is None
        after = heard(desk.webhook(), desk.now)
        assert after is not None
        assert silent_since(after, desk.now + 9 * DAY) is None

    def test_a_busy_account_may_be_silent_for_an_hour(self, desk: Desk) -> None:
        """Ten minutes without a word are no news."""
        self.quiet_days(desk, 5 * MINUTE)
        last = desk.webhook().heard_at
        assert last is not None
        assert silent_since(desk.webhook(), last + 59 * MINUTE) is None
        assert silent_since(desk.webhook(), last + 61 * MINUTE) == last

    def test_what_was_lost_waits_for_the_morning(self, desk: Desk) -> None:
        """Polling brought it, and its alerts were told."""
        desk.subscribe(app_secret="a1")
        desk.webhooks.save_webhook(desk.webhook().model_copy(update={"lost": {MONDAY.date(): 3}}))
        assert troubles(desk.webhook(), desk.now) == {"lost": 3}
        assert desk.tend() == Tended(webhooks=1)

    def test_who_heard_of_an_end_does_not_hear_again_for_a_colleague(self, desk: Desk) -> None:
        """Whose chat is down; where nobody heard, it is said as soon as somebody can be reached."""
        desk.subscribe(app_secret="a1")
        desk.asking.refuses = True
        desk.now += 6 * DAY
        desk.told.failing = dict.fromkeys(("lea", "max"), TryAgain("chat"))
        assert desk.tend().messages == 0
        del desk.told.failing["lea"]
        assert [desk.tend().messages, desk.tend().messages] == [1, 0]

    def test_an_end_is_told_at_once_and_once_a_day(self, desk: Desk) -> None:
        """With what to type; whoever cannot be reached holds back nobody."""
        desk.subscribe(app_secret="a1")
        desk.asking.refuses = True
        desk.now += 6 * DAY
        desk.told.failing["lea"] = InvalidInput([problem("address_unusable", person="Léa")])
        assert [desk.tend().messages, desk.tend().messages] == [1, 0]
        message = desk.told.to("max")[0]
        assert message.happened == "The subscription of page has ended"
        assert "heraut webhook subscribe page" in message.why
        desk.now += DAY
        assert desk.tend().messages == 1

    def test_one_that_fails_holds_back_no_other(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whatever its item holds."""
        desk.subscribe(app_secret="a1")
        desk.subscribe(FORM, "signed")
        read = desk.webhooks.webhook

        def busy(brand: str, account: str) -> Webhook | None:
            if account == "page":
                raise Unreachable(problem("server_unreachable", host="x"))
            return read(brand, account)

        monkeypatch.setattr(desk.webhooks, "webhook", busy)
        assert desk.tend() == Tended(webhooks=1)


class TestTrying:
    def trying(self, desk: Desk, **changes: Any) -> Trying:
        """Sends through the receiver itself, and lets the queue be read at once."""

        def send(url: str, headers: Mapping[str, str], body: bytes) -> int:
            desk.now = clock.now()
            path = url.removeprefix("https://hooks.example")
            done = receive_webhook(path, WebhookRequest("POST", {}, dict(headers), body), desk.receiving, desk.now)
            desk.route()
            return done.answer.status

        clock = ClockTwin(MONDAY)
        return replace(Trying(desk.webhooks, desk.secrets, scheme, send, clock), **changes)

    def test_a_good_one_goes_the_whole_way(self, desk: Desk) -> None:
        """Step by step, also a form that signs nothing of the body."""
        for account, name in ((PAGE, "meta"), (FORM, "signed")):
            desk.subscribe(account, name, **({"app_secret": "a1"} if name == "meta" else {}))
            assert try_webhook(MARTIN, account, self.trying(desk)) == Tried(STEPS)
        assert desk.waiting() == []

    def test_each_step_that_does_not_hold_is_named(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        """And why."""
        assert try_webhook(MARTIN, PAGE, self.trying(desk)) == Tried((), "subscribed")
        desk.subscribe(app_secret="a1")

        def answering(*statuses: int) -> Tried:
            left = list(statuses)
            return try_webhook(MARTIN, PAGE, self.trying(desk, send=lambda *_: left.pop(0)))

        def down(*_: object) -> int:
            raise Unreachable(problem("server_unreachable", host="x"))

        assert answering(404) == Tried(STEPS[:1], "reached", "404")
        assert answering(502) == Tried(STEPS[:1], "reached", "502")
        assert try_webhook(MARTIN, PAGE, self.trying(desk, send=down)) == Tried(
            STEPS[:1], "reached", "server_unreachable"
        )
        assert answering(200) == Tried(STEPS[:2], "refuses_forged", "200")
        assert answering(401, 401) == Tried(STEPS[:3], "accepts_signed", "401")
        assert answering(401, 200) == Tried(STEPS[:4], "kept")
        monkeypatch.setattr(desk.webhooks, "is_known", lambda *_: True)
        assert answering(401, 200) == Tried(STEPS[:5], "read")

    def test_what_nobody_else_can_sign_is_tried_as_far_as_it_goes(self, desk: Desk) -> None:
        """Discord and Web Push."""
        desk.asking.webhook_schemes = ("mastodon_push",)
        desk.subscribe(PAGE, "mastodon_push")
        assert try_webhook(MARTIN, PAGE, self.trying(desk)) == Tried(STEPS[:3], skipped=True)


def test_an_event_with_a_word_of_a_test_in_it_is_none(desk: Desk) -> None:
    """Only what begins as ours."""
    desk.subscribe(app_secret="a1")
    body = {"entry": [{"id": "martin", "said": ["heraut_test"]}]}
    raw = json.dumps(body).encode()
    assert b"heraut_test" in raw
    from heraut.conversations.route_interaction import name_of_test

    assert name_of_test(raw) is None
    assert name_of_test(b'{"heraut_test": "abcdefghijklmnopqrstuv"}') == "abcdefghijklmnopqrstuv"
