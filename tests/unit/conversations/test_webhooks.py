"""From a network's request to what it says: what is kept, what is refused, and that each event counts once."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heraut.brands import Account, Brand, NetworkName, Person
from heraut.conversations import Answered, Author, Interaction, Kind
from heraut.conversations.poll_networks import Listening, poll_networks
from heraut.conversations.receive_webhook import LARGEST, Received, Receiving, receive_webhook
from heraut.conversations.route_interaction import Routing, route_interaction
from heraut.conversations.webhook import StoredEvent, Webhook, secret_name
from heraut.errors import Conflict, CredentialsExpired, TryAgain, Unreachable, Unreadable
from heraut.links import hash_of, new_token
from heraut.networks.base import Brought, Heard, Signs, WebhookEvent, WebhookRequest
from heraut.networks.webhooks import scheme
from heraut.problems import problem
from tests.twins.brands import BrandsTwin
from tests.twins.conversations import ConversationsTwin
from tests.twins.network import NetworkTwin
from tests.twins.quotes import QuotesTwin
from tests.twins.secrets import SecretsTwin
from tests.twins.webhooks import EventsTwin, WebhooksTwin

if TYPE_CHECKING:
    from collections.abc import Mapping

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BRAND = Brand(
    id="martin",
    name="Boulangerie Martin",
    accounts=(
        Account(name="page", network=NetworkName.BLUESKY, handle="martin"),
        Account(name="insta", network=NetworkName.BLUESKY, handle="martin2"),
        Account(name="form", network=NetworkName.BY_HAND),
        Account(name="site", network=NetworkName.SITE),
    ),
    people=(Person(id="lea", name="Léa", email="lea@x.example"),),
)
SECRETS = {
    "page": ("meta", {"app_secret": "a1", "verify_token": "ours"}),
    "form": ("signed", {"signing_secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}),
    "site": ("youtube", {"channel_id": "UC1", "hub_secret": "i9"}),
}


GIVEN = {"interactions": [{"id": "f1", "text": "Bonjour", "author": {"name": "Zoé"}}]}


def said(name: str, account: str = "page", at: datetime = MONDAY) -> Interaction:
    """Something that somebody says."""
    return Interaction(
        brand="martin",
        account=account,
        network=NetworkName.BLUESKY,
        id=name,
        kind=Kind.REPLY,
        author=Author(id="z", handle="zoe", name="Zoé"),
        text=f"Bonjour {name}",
        thread="post-1",
        at=at,
    )


@dataclass
class Sending(NetworkTwin):
    """A network whose events name accounts, and that can be listened to."""

    webhook_schemes: tuple[str, ...] = ("meta",)
    heard: list[Interaction] = field(default_factory=list)
    listened: int = 0
    trouble: Exception | None = None
    deaf: tuple[str, ...] = ()  # accounts whose events cannot be completed now

    def parse_webhook(
        self, brand: str, account: Account, secret: Mapping[str, str], event: WebhookEvent, now: datetime
    ) -> Brought:
        self._accept_only(account, secret)
        held = json.loads(event.body)
        if "entry" not in held:
            raise Unreadable("no entry")
        if account.name in self.deaf:
            raise CredentialsExpired(problem("no_clear_answer"))
        mine = [one for one in held["entry"] if one["id"] == account.handle]
        return Brought(
            tuple(said(name, account.name, event.at) for one in mine for name in one.get("said", [])),
            tuple(Answered(id=f"re-{to}", to=to, at=event.at) for one in mine for to in one.get("answered", [])),
            look=any("look" in one for one in mine),
        )

    def listen(
        self, brand: str, account: Account, secret: Mapping[str, str], cursor: str | None, now: datetime
    ) -> Heard:
        self._accept_only(account, secret)
        self.listened += 1
        if self.trouble:
            raise self.trouble
        return Heard(tuple(one for one in self.heard if one.account == account.name), (), str(self.listened))

    @staticmethod
    def _accept_only(account: Account, secret: Mapping[str, str]) -> None:
        if secret != {"token": account.name}:
            raise CredentialsExpired(problem("no_clear_answer"))


class Shop:
    """A bakery whose networks send events."""

    def __init__(self) -> None:
        self.now = MONDAY
        self.webhooks, self.events, self.secrets = WebhooksTwin(), EventsTwin(), SecretsTwin()
        self.kept, self.network = ConversationsTwin(), Sending(name=NetworkName.BLUESKY)
        self.tokens = {account: new_token() for account in SECRETS}
        for account, (name, secret) in SECRETS.items():
            self.secrets.save_secret("martin", secret_name(account), secret)
            self.webhooks.save_webhook(
                Webhook(
                    brand="martin",
                    account=account,
                    scheme=name,
                    path_hash=hash_of(self.tokens[account]),
                    made_at=MONDAY - DAY,
                )
            )
        for account in ("page", "insta"):
            self.secrets.save_secret("martin", account, {"token": account})
        networks: Any = {
            NetworkName.BLUESKY: self.network,
            NetworkName.BY_HAND: NetworkTwin(),
            NetworkName.SITE: NetworkTwin(),
        }
        self.receiving = Receiving(self.webhooks, self.secrets, self.events, scheme)
        self.routing = Routing(BrandsTwin(BRAND), self.secrets, networks, self.kept, self.webhooks, QuotesTwin())
        self.listening = Listening(
            self.routing.brands, self.secrets, networks, self.kept, self.webhooks, QuotesTwin(), map
        )

    def path(self, account: str = "page") -> str:
        return f"/martin/{account}/{self.tokens[account]}"

    def signed(self, body: bytes | dict[str, Any], account: str = "page", at: datetime | None = None) -> WebhookRequest:
        """A request as the network sends it."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        name, secret = SECRETS[account]
        found = scheme(name)
        assert isinstance(found, Signs)
        kind = {"content-type": f"{found.content_types[0]}; charset=utf-8"}
        return WebhookRequest("POST", {}, kind | dict(found.sign(raw, secret, at or self.now)), raw)

    def send(self, request: WebhookRequest, account: str = "page") -> Received:
        return receive_webhook(self.path(account), request, self.receiving, self.now)

    def comment(self, *names: str, whose: str = "martin") -> WebhookRequest:
        return self.signed({"entry": [{"id": whose, "said": list(names)}]})

    def route(self) -> list[str]:
        """Read everything that was kept."""
        waiting, self.events.kept = self.events.kept, []
        return [route_interaction(event, self.routing, self.now) for event in waiting]

    def waiting(self) -> list[str]:
        """Everything that waits for an answer."""
        return sorted(one for alert in self.kept.open_alerts("martin") for one in alert.waiting)

    def webhook(self, account: str = "page") -> Webhook:
        found = self.webhooks.webhook("martin", account)
        assert found is not None
        return found


@pytest.fixture(name="shop")
def _shop() -> Shop:
    return Shop()


class TestReceiving:
    def test_an_event_is_kept_as_it_came_and_answered_at_once(self, shop: Shop) -> None:
        """To the byte; nothing of it was read."""
        body = rb'{"entry": [{"id":"\u00e9 <>"}]}'
        done = shop.send(shop.signed(body))

        assert (done.answer.status, done.word, done.answer.body) == (200, "kept", "")
        (event,) = shop.events.kept
        assert (event.body, event.brand, event.account, event.scheme, event.at) == (
            body,
            "martin",
            "page",
            "meta",
            MONDAY,
        )
        assert shop.waiting() == []

    def test_a_repeated_event_is_answered_the_same_and_kept_once(self, shop: Shop) -> None:
        """For 36 hours and more, even when the network signs a time anew."""
        for at in (MONDAY, MONDAY + 35 * HOUR):
            shop.now = at
            assert shop.send(shop.comment("c1")).answer.status == 200
            assert shop.send(shop.signed({"interactions": []}, "form"), "form").answer.status == 200

        assert len(shop.events.kept) == 2
        assert {until - MONDAY for until in shop.webhooks.remembered.values()} == {48 * HOUR}

    def test_two_events_of_the_same_words_are_two_where_the_network_names_them(self, shop: Shop) -> None:
        """Otherwise their bytes are their name."""
        body = b'{"interactions": []}'
        key = SECRETS["form"][1]
        for name in ("msg_1", "msg_2", "msg_1"):
            from standardwebhooks.webhooks import Webhook as Library

            signature = Library(key["signing_secret"]).sign(name, shop.now, body.decode())
            headers = {
                "content-type": "application/json",
                "webhook-id": name,
                "webhook-timestamp": str(int(shop.now.timestamp())),
                "webhook-signature": signature,
            }
            assert shop.send(WebhookRequest("POST", {}, headers, body), "form").answer.status == 200

        assert len(shop.events.kept) == 2

    def test_what_cannot_be_kept_now_is_asked_for_again(self, shop: Shop) -> None:
        """And is not taken for known then."""
        shop.events.busy = 1
        first = shop.send(shop.comment("c1"))
        assert (first.answer.status, first.answer.headers["Retry-After"]) == (503, "60")
        assert shop.send(shop.comment("c1")).word == "kept"

    def test_a_question_is_answered(self, shop: Shop) -> None:
        """With a GET, or a HEAD, which whoever calls us sends without a body."""
        query = {"hub.mode": "subscribe", "hub.verify_token": "ours", "hub.challenge": "<b>7"}
        for method in ("GET", "HEAD"):
            done = shop.send(WebhookRequest(method, query, {}))
            assert (done.answer.status, done.answer.body, done.answer.headers["Content-Type"]) == (
                200,
                "<b>7",
                "text/plain",
            )
        assert shop.send(WebhookRequest("GET", query | {"hub.verify_token": "x"}, {})).answer.status == 403
        assert shop.send(WebhookRequest("GET", {}, {})).answer.status == 403

    BAD = (
        ("unsigned", 401),
        ("wrong key", 401),
        ("truncated", 401),
        ("six megabytes", 413),
        ("another kind", 415),
        ("no kind", 415),
        ("deep", 400),
        ("no JSON", 400),
        ("wrong account", 404),
        ("wrong token", 404),
        ("wrong brand", 404),
        ("no address", 404),
        ("no webhook", 404),
        ("put", 405),
        ("old", 401),
        ("from the future", 401),
    )

    @pytest.mark.parametrize(("what", "status"), BAD)
    def test_bad_input_has_its_status_and_leaves_nothing(self, shop: Shop, what: str, status: int) -> None:
        """No event, no memory of one; the word for the log holds nothing that was sent."""
        good, path = shop.comment("secret words"), shop.path()
        request = {
            "unsigned": replace(good, headers={"content-type": "application/json"}),
            "wrong key": replace(good, headers={**good.headers, "x-hub-signature-256": "sha256=" + "0" * 64}),
            "truncated": replace(good, body=good.body[:-1]),
            "six megabytes": replace(good, body=b"x" * (LARGEST + 1)),
            "another kind": replace(good, headers={**good.headers, "content-type": "text/html"}),
            "no kind": replace(good, headers={"x-hub-signature-256": good.headers["x-hub-signature-256"]}),
            "deep": shop.signed(b"[" * 200_000 + b"]" * 200_000),
            "no JSON": shop.signed(b"secret words"),
            "put": replace(good, method="PUT"),
            "old": shop.signed(b'{"secret words": 1}', "form", MONDAY - 6 * MINUTE),
            "from the future": shop.signed(b'{"secret words": 1}', "form", MONDAY + 6 * MINUTE),
        }.get(what, good)
        path = {
            "wrong account": f"/martin/form/{shop.tokens['page']}",
            "wrong token": f"/martin/page/{new_token()}",
            "wrong brand": f"/duval/page/{shop.tokens['page']}",
            "no address": "/",
            "no webhook": f"/martin/insta/{new_token()}",
            "old": shop.path("form"),
            "from the future": shop.path("form"),
        }.get(what, path)
        done = receive_webhook(path, request, shop.receiving, shop.now)

        assert done.answer.status == status, done
        assert (done.answer.body, shop.events.kept, shop.webhooks.remembered) == ("", [], {})
        assert done.word
        assert "secret" not in repr(done)

    def test_an_event_of_five_megabytes_is_taken(self, shop: Shop) -> None:
        """Meta sends up to a thousand updates at once."""
        body = b'{"entry": [], "x": "' + b"y" * (LARGEST - 100) + b'"}'
        assert shop.send(shop.signed(body)).answer.status == 200

    def test_without_its_secret_a_webhook_takes_nothing(self, shop: Shop) -> None:
        """Rather than what an empty key signs."""
        shop.secrets.save_secret("martin", secret_name("page"), {})
        assert shop.send(shop.comment("c1")).answer.status == 401
        assert shop.send(WebhookRequest("GET", {"hub.mode": "subscribe"}, {})).answer.status == 403

    def test_a_secret_that_was_replaced_is_known_at_the_first_event(self, shop: Shop) -> None:
        """The function remembers the old one for minutes; the network has signed with the new one since."""
        name = secret_name("page")
        shop.secrets.save_secret("martin", name, {"app_secret": "before", "verify_token": "before"})
        shop.secrets.save_elsewhere("martin", name, SECRETS["page"][1])
        assert shop.send(shop.comment("c1")).answer.status == 200
        shop.secrets.save_secret("martin", name, {"app_secret": "before", "verify_token": "before"})
        shop.secrets.save_elsewhere("martin", name, SECRETS["page"][1])
        asked = {"hub.mode": "subscribe", "hub.verify_token": "ours", "hub.challenge": "7"}
        assert shop.send(WebhookRequest("GET", asked, {})).answer.status == 200


class TestRouting:
    def test_a_password_given_meanwhile_is_used_to_read_and_to_listen(self, shop: Shop) -> None:
        """Nothing waits for the minutes that the function remembers the old one."""
        for look in ({"said": ["c1"]}, {"look": 1}):
            shop.secrets.save_secret("martin", "page", {"token": "old"})
            shop.secrets.save_elsewhere("martin", "page", {"token": "page"})
            shop.network.heard = [said("c2")]
            shop.send(shop.signed({"entry": [{"id": "martin", **look}]}))
            assert shop.route() == ["received"]
        assert shop.waiting() == ["c1", "c2"]
        shop.secrets.save_secret("martin", "page", {"token": "old"})
        shop.secrets.save_elsewhere("martin", "page", {"token": "page"})
        assert poll_networks(shop.listening, shop.now).failed == 0

    def test_what_an_event_says_opens_an_alert_and_its_answer_closes_it(self, shop: Shop) -> None:
        """In the order they came."""
        shop.send(shop.comment("c1", "c2"))
        assert shop.route() == ["received"]
        assert shop.waiting() == ["c1", "c2"]
        shop.send(shop.signed({"entry": [{"id": "martin", "answered": ["c1", "c2"]}]}))
        assert shop.route() == ["received"]
        assert shop.waiting() == []

    def test_the_same_twice_counts_once(self, shop: Shop) -> None:
        """Two receivers kept it at one instant, or the queue brings it again."""
        shop.send(shop.comment("c1"))
        shop.events.kept *= 2
        assert shop.route() == ["received", "nothing new"]
        assert shop.waiting() == ["c1"]

    def test_in_a_storm_a_webhook_is_read_once_for_each_event(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """When the last event came is noted once a minute, and nothing is read again for the others."""
        read, reads = shop.webhooks.webhook, list[str]()

        def counted(brand: str, account: str) -> Any:
            reads.append(account)
            return read(brand, account)

        for name in ("c1", "c2", "c3"):
            shop.send(shop.comment(name))
        monkeypatch.setattr(shop.webhooks, "webhook", counted)
        assert shop.route() == ["received"] * 3
        assert reads == ["page"] * 4

    def test_one_address_serves_all_accounts_of_its_network(self, shop: Shop) -> None:
        """An app has one; what is of nobody is left out, and another brand's is nobody's here."""
        body = {
            "entry": [{"id": "martin", "said": ["c1"]}, {"id": "martin2", "said": ["c2"]}, {"id": "x", "said": ["c3"]}]
        }
        shop.send(shop.signed(body))
        shop.route()
        assert sorted((alert.account, *alert.waiting) for alert in shop.kept.open_alerts("martin")) == [
            ("insta", "c2"),
            ("page", "c1"),
        ]

    def test_an_account_in_trouble_holds_back_no_other_of_its_app(self, shop: Shop) -> None:
        """The others hear what is theirs; the event comes back for the one."""
        shop.network.deaf = ("page",)
        shop.send(shop.signed({"entry": [{"id": "martin", "said": ["c1"]}, {"id": "martin2", "said": ["c2"]}]}))
        (event,) = shop.events.kept
        with pytest.raises(CredentialsExpired):
            shop.route()
        assert shop.waiting() == ["c2"]

        shop.network.deaf, shop.events.kept = (), [event]
        assert shop.route() == ["received"]
        assert shop.waiting() == ["c1", "c2"]

    def test_a_post_that_others_keep_changing_is_waited_for(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        """An event that went back to its queue would be seen again a quarter of an hour later."""
        waited: list[float] = []
        shop.routing = replace(shop.routing, wait=waited.append)
        receive, left = shop.kept.receive, 12

        def busy(*given: Any, **more: Any) -> None:
            nonlocal left
            left -= 1
            if left >= 0:
                raise Conflict("others were first")
            receive(*given, **more)

        monkeypatch.setattr(shop.kept, "receive", busy)
        shop.send(shop.comment("c1"))
        assert shop.route() == ["received"]
        assert shop.waiting() == ["c1"]
        assert len(waited) == 2
        left = 1_000
        shop.send(shop.comment("c2"))
        with pytest.raises(TryAgain):
            shop.route()

    def test_what_is_not_what_the_network_sends_comes_back(self, shop: Shop) -> None:
        """Until the failure queue has it, and somebody looks."""
        shop.send(shop.signed({"other": 1}))
        with pytest.raises(Unreadable):
            shop.route()

    def test_an_account_that_went_is_nobodys(self, shop: Shop) -> None:
        """Its last events are on their way."""
        gone = StoredEvent("martin", "old", "meta", "d", MONDAY, b"{}")
        assert route_interaction(gone, shop.routing, MONDAY) == "gone"
        assert route_interaction(replace(gone, brand="duval"), shop.routing, MONDAY) == "gone"

    def test_a_test_of_ours_goes_the_whole_way_and_says_so(self, shop: Shop) -> None:
        """On the webhook, and nowhere else."""
        shop.send(shop.signed({"heraut_test": "abcdefghijklmnopqrstu0"}))
        assert shop.route() == ["test"]
        assert (shop.webhook().tested, shop.webhook().heard_at) == ("abcdefghijklmnopqrstu0", None)

    def test_an_event_that_only_says_that_something_came(self, shop: Shop) -> None:
        """The account is listened to; a storm of them is one look, and what fails waits for the tick."""
        shop.network.heard = [said("c9")]
        look = {"entry": [{"id": "martin", "look": 1}]}
        shop.send(shop.signed(look))
        assert shop.route() == ["received"]
        assert shop.waiting() == ["c9"]
        for number in range(5):
            shop.send(shop.signed(look | {"n": number}))
        shop.route()
        assert shop.network.listened == 1
        shop.now += MINUTE
        shop.network.trouble = Unreachable(problem("server_unreachable", host="x"))
        shop.send(shop.signed(look | {"n": 9}))
        assert shop.route() == ["nothing new"]
        assert shop.network.listened == 2


class TestOwnEvents:
    def test_a_form_of_ones_own(self, shop: Shop) -> None:
        """As little as it takes; what is not said is what is usual."""
        shop.send(shop.signed(GIVEN, "form"), "form")
        assert shop.route() == ["received"]
        (alert,) = shop.kept.open_alerts("martin")
        (one,) = shop.kept.interactions("martin", alert.id)
        assert (one.account, one.network, one.kind, one.thread, one.at, one.author.handle) == (
            "form",
            NetworkName.BY_HAND,
            Kind.MESSAGE,
            "f1",
            MONDAY,
            "",
        )
        shop.send(shop.signed({"answers": [{"id": "a1", "to": "f1"}]}, "form"), "form")
        shop.route()
        assert shop.waiting() == []

    def test_a_review_of_ones_own(self, shop: Shop) -> None:
        """With its stars, which rules may ask for."""
        review = {"id": "r1", "text": "Bien.", "author": {"name": "Zoé"}, "kind": "review", "stars": 4}
        shop.send(shop.signed({"interactions": [review]}, "form"), "form")
        shop.route()
        held = shop.kept.held("martin", "form", "r1")
        assert held is not None
        assert (held[1].kind, held[1].stars) == (Kind.REVIEW, 4)

    @pytest.mark.parametrize(
        ("body", "where"),
        [
            ([], "body"),
            ({"interactions": [{"id": "f1", "author": {"name": "x"}}]}, "interactions.0.text"),
            ({"interactions": [{"id": "", "text": "x", "author": {"name": "x"}}]}, "interactions.0.id"),
            (
                {"interactions": [{"id": "1", "text": "x", "author": {"name": "x"}, "at": "2026-11-23T09:00"}]},
                "interactions.0.at",
            ),
            (
                {"interactions": [{"id": "1", "text": "x", "author": {"name": "x"}, "url": "javascript:secret"}]},
                "interactions.0.url",
            ),
            ({"interactions": [{"id": "1", "text": "x", "author": {"name": "x"}, "stars": 6}]}, "interactions.0.stars"),
            ({"answers": [{"id": "1"}]}, "answers.0.to"),
        ],
    )
    def test_a_body_that_is_not_as_it_must_be_says_where(self, shop: Shop, body: Any, where: str) -> None:
        """And not what it held."""
        shop.send(shop.signed(json.dumps(body).encode(), "form"), "form")
        with pytest.raises(Unreadable, match=where) as caught:
            shop.route()
        assert "secret" not in str(caught.value)
        assert caught.value.__suppress_context__


class TestLost:
    def poll(self, shop: Shop, *heard: Interaction) -> int:
        shop.network.heard = list(heard)
        return poll_networks(shop.listening, shop.now).lost

    def test_what_polling_finds_late_the_webhook_has_lost(self, shop: Shop) -> None:
        """Older than a quarter of an hour, younger than the webhook, and not brought by it."""
        shop.send(shop.comment("c1"))
        shop.route()
        shop.now += HOUR
        assert (
            self.poll(
                shop,
                said("c1"),
                said("c2"),
                said("c3", at=shop.now - 16 * MINUTE),
                said("c4", at=shop.now - 14 * MINUTE),
                said("c5", at=MONDAY - 2 * DAY),
            )
            == 2
        )
        assert shop.webhook().lost == {MONDAY.date(): 2}
        assert self.poll(shop, said("c2")) == 0

    def test_an_account_without_one_loses_nothing(self, shop: Shop) -> None:
        """Nor one whose webhook is for events of one's own."""
        assert self.poll(shop, said("c2", "insta", MONDAY - HOUR)) == 0
        shop.webhooks.save_webhook(shop.webhook().model_copy(update={"scheme": "signed"}))
        assert self.poll(shop, said("c3", at=MONDAY - HOUR)) == 0


def replace_revision(shop: Shop) -> Webhook:
    """A webhook that is never what was read."""
    return shop.webhooks._webhooks["martin", "page"].model_copy(update={"revision": 99})


def test_nothing_is_lost_by_those_who_are_always_second(shop: Shop) -> None:
    """It is said, and comes again."""
    shop.webhooks.webhook = lambda *_: replace_revision(shop)  # type: ignore[method-assign]
    shop.send(shop.comment("c1"))
    with pytest.raises(TryAgain):
        shop.route()


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(ANY_JSON, st.booleans(), st.integers(0, 60), st.binary(max_size=3))
def test_what_can_be_read_later_is_taken_and_nothing_else(held: Any, plain: bool, at: int, put: bytes) -> None:
    """Whatever is written, cut, or has rubbish in it: a signed event is kept if and only if `json` reads it."""
    whole = json.dumps(held, ensure_ascii=plain).encode("utf-8", "surrogatepass")
    for body in (whole, whole[:at], whole[:at] + put + whole[at:], b'{"a": ' + whole + b"}"):
        try:
            json.loads(body)
        except (ValueError, RecursionError):
            readable = False
        else:
            readable = True
        shop = Shop()
        assert shop.send(shop.signed(body)).answer.status == (200 if readable else 400)
