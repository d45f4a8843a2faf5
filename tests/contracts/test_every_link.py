"""Every link of every message: opened by previews and scanners, pressed by two at once, it has one effect."""

from __future__ import annotations

import hashlib
import importlib.util
import itertools
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from heraut.aws.brands_table import BrandsTable
from heraut.aws.conversations_table import ConversationsTable
from heraut.aws.links_table import LinksTable
from heraut.aws.pauses_table import PausesTable
from heraut.aws.posts_table import PostsTable
from heraut.brands import NetworkName, Person, Role
from heraut.brands.check_people import check_people
from heraut.brands.give_brake import give_brake
from heraut.conversations import Alert, Author, Interaction, Kind
from heraut.conversations.act_on_alert import AlertWorld
from heraut.conversations.alert_links import BUTTONS, alert_link
from heraut.conversations.alerts import opened
from heraut.events import TOLD_TO_PEOPLE, EventName
from heraut.lambdas import bootstrap
from heraut.links import OF_ALERTS, Action
from heraut.networks.by_hand import ByHand
from heraut.publishing.act_on_link import LinkWorld
from heraut.publishing.answers import Answers
from heraut.publishing.model import State
from tests.contracts.stack import Stack
from tests.people import LINKS_URL, MARTIN, NOW, PROMISE, Bakery, Uploads, a_delivery, a_post, happened
from tests.twins.clock import ClockTwin
from tests.twins.conversations import ConversationsTwin
from tests.twins.webhooks import EventsTwin

AGENTS = (
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "WhatsApp/2.23.20.0 A",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Mozilla/5.0 (Windows NT 10.0; Microsoft Outlook SafeLinks)",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)",
)
APP = Path(__file__).parents[2] / "functions" / "act_on_link" / "app.py"
SLOTS = MARTIN.model_copy(update={"slots": ("07:30", "18:00"), "revision": 1})

# What is told, the state it is told of, the account, what the event says, when the buttons are pressed.
KINDS: list[tuple[EventName, State, str | None, dict[str, Any], datetime]] = [
    (EventName.FAILED, State.FAILED, "bluesky", {}, NOW),
    (EventName.EXPIRED, State.EXPIRED, "bluesky", {}, NOW),
    (EventName.ASKING, State.ASKING, "bluesky", {}, NOW),
    (EventName.APPROVAL_ASKED, State.TO_APPROVE, None, {"version": 1}, PROMISE),
    (EventName.CONSENT_WITHDRAWN, State.SCHEDULED, "bluesky", {"mark": "consent:abc"}, NOW),
    (EventName.HANDOVER_AHEAD, State.SCHEDULED, "insta", {}, PROMISE),
    (EventName.HANDOVER_DUE, State.ASKING, "insta", {}, NOW),
    (EventName.HANDOVER_REMINDED, State.ASKING, "insta", {"reminders": 3}, NOW),
]
MOST_BUTTONS = 4
CASES = list(itertools.product(range(len(KINDS)), range(MOST_BUTTONS)))


class Url:
    """The function behind its URL, over the bakery's tables, at an hour of ours."""

    def __init__(self, bakery: Bakery, monkeypatch: pytest.MonkeyPatch, kept: ConversationsTable | None = None) -> None:
        networks: dict[NetworkName, Any] = dict.fromkeys(NetworkName, Uploads()) | {NetworkName.BY_HAND: ByHand()}
        world = LinkWorld(
            bakery.posts, bakery.brands, bakery.links, bakery.media, bakery.outbox, networks, bakery.pauses
        )
        alerts = AlertWorld(kept or ConversationsTwin(), bakery.brands, bakery.links, Answers(world), EventsTwin())
        monkeypatch.setattr(bootstrap, "act_on_link", lambda: bootstrap.Visiting(world, lambda: alerts))
        spec = importlib.util.spec_from_file_location("app_act_on_link", APP)
        assert spec is not None
        assert spec.loader is not None
        self._app: Any = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self._app)
        self._context = type("Context", (), {"function_name": "act_on_link"})()
        self._monkeypatch = monkeypatch
        self.at(NOW)
        self._app.lambda_handler({"self_test": True}, self._context)

    def at(self, now: datetime) -> None:
        """Set its clock."""
        self._monkeypatch.setattr(self._app, "SystemClock", partial(ClockTwin, now))

    def open(self, address: str, method: str = "GET", agent: str = AGENTS[-1], body: str = "") -> dict[str, Any]:
        """Send a request as the function URL brings it."""
        asked: dict[str, Any] = {
            "version": "2.0",
            "rawPath": urlsplit(address).path,
            "headers": {"user-agent": agent, "purpose": "prefetch"},
            "requestContext": {"http": {"method": method, "userAgent": agent}},
            "body": body,
        }
        answer: dict[str, Any] = self._app.lambda_handler(asked, self._context)
        return answer

    def press_twice(self, address: str, body: str = "") -> list[int]:
        """Let two people press at the very same moment; gives both statuses, the lower first."""
        together = Barrier(2)

        def press() -> int:
            together.wait(10)
            return int(self.open(address, "POST", body=body)["statusCode"])

        with ThreadPoolExecutor(2) as people:
            return sorted(one.result() for one in [people.submit(press) for _ in range(2)])


@pytest.fixture
def bakery(posts_stack: Stack, brands_stack: Stack) -> Bakery:
    """The bakery over the real tables."""
    stores: dict[str, Any] = {"posts": PostsTable(posts_stack.table), "links": LinksTable(brands_stack.table)}
    made = Bakery(brand=SLOTS, **stores)
    brands = BrandsTable(brands_stack.table)
    brands.save(SLOTS, 0)
    made.__dict__["brands"] = brands
    return made


def addresses(bakery: Bakery) -> list[str]:
    """Give the links of the message that Léa got last; addresses of networks are none of ours."""
    return [one.address for one in bakery.notifications.to("lea")[-1].buttons if one.address.startswith(LINKS_URL)]


def world_of(bakery: Bakery) -> tuple[Any, ...]:
    """Give everything that a press may change."""
    return bakery.posts.deliveries("martin", "p1"), bakery.posts.story("martin", "p1"), list(bakery.outbox.queued)


@pytest.mark.parametrize(("kind", "button"), CASES, ids=[f"{KINDS[k][0]}-{b}" for k, b in CASES])
def test_every_link_of_every_message(kind: int, button: int, bakery: Bakery, monkeypatch: pytest.MonkeyPatch) -> None:
    """Previews and scanners change nothing; of two presses at once one decides; pressed again it stays decided."""
    name, state, account, fields, now = KINDS[kind]
    accounts = (account,) if account else ("bluesky", "mastodon")
    post = a_post(accounts=accounts)
    holds = {"holds": frozenset({fields["mark"]}), "due_at": None} if "mark" in fields else {}
    bakery.add(post, *(a_delivery(post, one, state).model_copy(update=holds) for one in accounts))
    bakery.tell(happened(name, account=account, **fields))
    links = addresses(bakery)
    if button >= len(links):
        assert links  # this message has fewer buttons
        return
    address = links[button]
    url = Url(bakery, monkeypatch)
    url.at(now)
    before = world_of(bakery)

    seen = [url.open(address, method, agent) for method in ("GET", "HEAD") for agent in AGENTS]
    assert {one["statusCode"] for one in seen} == {200}
    assert world_of(bakery) == before

    first, second = url.press_twice(address)
    after = world_of(bakery)

    assert (first, second) in {(200, 200), (200, 409)}
    decided = [one for one in after[1] if one.name is EventName.DECIDED]
    assert len(decided) == 1
    assert [one.revision for one in after[0]] == [one.revision + 1 for one in before[0]]
    assert all(one.state is not state or state is State.SCHEDULED for one in after[0])
    assert len(after[2]) <= len(accounts)

    for other in links:
        url.open(other, "POST")
        url.open(other)
    assert world_of(bakery) == after


def test_every_kind_of_message_is_above() -> None:
    """A kind that is added is opened here too, and every action has its links tried here or with the red button."""
    nothing_to_decide = {EventName.ONLINE_WITHOUT_CONSENT}  # its one link leads to the network
    assert {kind[0] for kind in KINDS} == TOLD_TO_PEOPLE - nothing_to_decide
    assert set(Action) - OF_ALERTS - {Action.CONFIRM_PERSON, Action.PAUSE} == {
        Action.IS_ONLINE,
        Action.SEND_AGAIN,
        Action.PUBLISH_NOW,
        Action.NEXT_SLOT,
        Action.DROP,
        Action.APPROVE,
    }


def test_the_link_that_confirms_a_person(bakery: Bakery, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opened by anything it confirms nobody; pressed by two at once it confirms once."""
    stores: dict[str, Any] = {"brands": bakery.brands, "links": bakery.links, "notifications": bakery.notifications}
    check_people(SLOTS, **stores, links_url=LINKS_URL, now=NOW, only=["lea"])
    (address,) = addresses(bakery)
    url = Url(bakery, monkeypatch)

    for agent in AGENTS:
        url.open(address, "GET", agent)
        url.open(address, "HEAD", agent)
    assert not bakery.brands.confirmations("martin")

    assert url.press_twice(address) == [200, 200]
    assert set(bakery.brands.confirmations("martin")) == {"lea"}


def test_the_red_button(bakery: Bakery, posts_stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opened by anything it stops nothing; two who press at once make one pause, two who go on end it once."""
    pauses = PausesTable(posts_stack.table)
    bakery.__dict__["pauses"] = pauses
    post = a_post(accounts=("bluesky",))
    later = a_delivery(post, "bluesky", State.SCHEDULED).model_copy(update={"holds": frozenset({"pause:martin"})})
    bakery.add(post, later)
    stores: dict[str, Any] = {"links": bakery.links, "notifications": bakery.notifications}
    give_brake(SLOTS.people[0], SLOTS, **stores, links_url=LINKS_URL, now=NOW)
    (address,) = addresses(bakery)
    url = Url(bakery, monkeypatch)

    for method, agent in itertools.product(("GET", "HEAD"), AGENTS):
        assert url.open(address, method, agent)["statusCode"] == 200
    assert not pauses.pauses(["martin"])

    assert url.press_twice(address, "when=pause&scope=") == [200, 200]
    (pause,) = pauses.pauses(["martin"])
    url.at(NOW + timedelta(minutes=1))
    shown = url.open(address)["body"]
    assert url.open(address, "POST", body="when=pause&scope=")["statusCode"] == 200
    assert pauses.pauses(["martin"]) == [pause]

    (go_on,) = re.findall(r'name="when" value="(resume [^"]+)"', shown)
    (choice,) = set(re.findall(r'name="(martin/[^"]+)"', shown))
    assert url.press_twice(address, urlencode({"when": go_on, choice: "planned"})) == [200, 200]

    assert not pauses.pauses(["martin"])
    assert len(pauses.ended(["martin"])) == 1
    (after,) = bakery.posts.deliveries("martin", "p1")
    assert (after.state, after.holds, after.revision) == (State.SCHEDULED, frozenset(), later.revision + 1)
    names = [one.name for one in bakery.posts.story("martin", "p1")]
    assert names.count(EventName.DELIVERY_RELEASED) == 1

    assert url.open(address, "POST", body=urlencode({"when": go_on, choice: "dropped"}))["statusCode"] == 200
    assert bakery.posts.deliveries("martin", "p1")[0] == after


C1 = hashlib.sha256(b"c1").hexdigest()[:8]  # how a page's form calls the comment c1
# What is posted to each page of an alert, and what its story says then.
OF_AN_ALERT = {
    Action.TAKE_ALERT: ("", ["taken"]),
    Action.HAND_OVER_ALERT: ("to=max&word=Une+facture&when=first", ["handed_over"]),
    Action.HIDE: (f"to={C1}&word=Insulte&when=hide", []),  # it is asked for here, and done elsewhere
    Action.CLOSE_ALERT: ("", ["closed"]),
}
MAX = Person(id="max", name="Max", email="max@martin.example", roles=(Role.CONVERSATIONS,))


def asked(kept: ConversationsTable) -> Alert:
    """Somebody asks something below a post of the bakery."""
    zoe = Author(id="did:zoe", handle="@zoe.test", name="Zoé")
    given: dict[str, Any] = {"brand": "martin", "account": "bluesky", "network": NetworkName.FACEBOOK, "author": zoe}
    said = Interaction(id="c1", kind=Kind.REPLY, text="Ouvrez-vous lundi ?", thread="post-1", at=NOW, **given)
    alert = opened(said, SLOTS, NOW)
    kept.receive(said, None, alert)
    return alert


@pytest.mark.parametrize("action", OF_AN_ALERT)
def test_the_links_of_an_alert(
    action: Action, bakery: Bakery, conversations_stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opened by anything they change nothing; pressed by two at once, and again, they act once."""
    kept = ConversationsTable(conversations_stack.table)
    lea = SLOTS.people[0]
    assert isinstance(bakery.brands, BrandsTable)
    bakery.brands.save(SLOTS.model_copy(update={"people": (*SLOTS.people, MAX), "revision": 2}), 1)
    alert = asked(kept)
    address = alert_link(alert, action, lea, bakery.links, LINKS_URL, NOW)
    url = Url(bakery, monkeypatch, kept)
    form, happened = OF_AN_ALERT[action]

    for method, agent in itertools.product(("GET", "HEAD"), AGENTS):
        assert url.open(address, method, agent)["statusCode"] == 200
    assert kept.alert("martin", alert.id) == alert

    done = 303 if action is Action.HIDE else 200
    assert url.press_twice(address, form) == [done, done]
    after = kept.alert("martin", alert.id)
    assert after is not None
    assert after.revision == alert.revision + 1
    assert url.open(address, "POST", body=form)["statusCode"] == done
    assert url.open(address)["statusCode"] == 200
    assert kept.alert("martin", alert.id) == after
    assert [one.what for one in kept.story("martin", alert.id)] == happened


def test_every_link_of_an_alert_is_above() -> None:
    """An action that is added is opened here too; an answer has its own tests, where posts are made of it."""
    assert set(OF_AN_ALERT) == set(BUTTONS.values()) - {Action.REPLY}
