"""A storm of webhooks, and a signed event from its network's request to the alert and back, on the real template."""

from __future__ import annotations

import http.client
import json
import random
import re
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from heraut.aws.brands_table import BrandsTable
from heraut.aws.conversations_table import ConversationsTable
from heraut.aws.links_table import LinksTable
from heraut.aws.secrets import ParameterSecrets
from heraut.aws.table import Table
from heraut.aws.webhooks_table import WebhooksTable
from heraut.brands import NetworkName
from heraut.brands.apply_configuration import apply_configuration, plan_configuration
from heraut.brands.configuration import read_configuration
from heraut.clock import SystemClock
from heraut.conversations import What
from heraut.conversations.alert_links import alert_link
from heraut.conversations.subscribe_webhook import ADDRESS, Subscribing, subscribe_webhook
from heraut.conversations.try_webhook import STEPS, Tried, Trying, try_webhook
from heraut.conversations.webhook import secret_name
from heraut.fetch import Guard
from heraut.links import Action
from heraut.networks.base import Signs
from heraut.networks.by_hand import ByHand
from heraut.networks.facebook import Facebook
from heraut.networks.http import Http
from heraut.networks.memory import Memory
from heraut.networks.webhooks import scheme
from tests.e2e.conftest import TOPIC
from tests.e2e.quotes import PRAISE, holds, quoted
from tests.e2e.test_publishing import mail_with, opened
from tests.e2e.world import World, eventually
from tests.twins.graph_double import Person

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heraut.conversations import Moment
    from tests.twins.graph_double import GraphDouble

BRAND = "orage"
REQUESTS, A_SECOND, SEED = 2_000, 30, 20261121
SENDERS = 16  # each request at once is a process of the emulator's
REPEATED, FORGED = 10, 50  # every tenth comes again, every fiftieth is badly signed
TIMEOUT = 60  # seconds for one answer, of an emulator that runs everything on two processors


class Storm:
    """A brand whose accounts are sent events, and what its stack keeps of them."""

    def __init__(self, world: World, meta: GraphDouble) -> None:
        self.world, self.meta = world, meta
        clients = world.client("dynamodb")
        kept = Table(clients, world.outputs["ConversationsTable"])
        self.webhooks, self.conversations = WebhooksTable(kept), ConversationsTable(kept)
        self.secrets = ParameterSecrets(world.client("ssm"), world.outputs["SecretsPath"], SystemClock().now)
        self.brands = BrandsTable(Table(clients, world.outputs["BrandsTable"]))
        key = {"app_id": meta.app_id, "app_secret": meta.app_secret, "access_token": meta.token}
        self.secrets.save_secret(BRAND, "page", key)
        accounts = [
            {"name": "contact", "network": "by_hand", "url": "https://x.example/"},
            {"name": "page", "network": "facebook", "service": self.meta.url},
        ]
        person = {"id": "zoe", "name": "Zoé", "email": "zoe@orage.example", "roles": ["conversations"]}
        short = {**person, "id": "sam", "email": "sam@orage.example", "phone": "+33612345680", "ways": ["sms"]}
        listed = {**person, "id": "tom", "email": "tom@orage.example", "topic": TOPIC, "ways": ["topic"]}
        always = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "00:00-24:00")
        people = [person, short, listed]
        brand = {"id": BRAND, "name": "Orage", "accounts": accounts, "people": people, "working_hours": always}
        crowd = {"volume": {"interactions": 1000, "within": "10min", "of": "thread"}}
        rules = [{"name": "Foule", "when": crowd, "then": {"urgency": "crisis"}}]
        wanted = read_configuration({"brands": [{**brand, "rules": rules}]})
        apply_configuration(plan_configuration(wanted, self.brands), self.brands)
        found = self.brands.brand(BRAND)
        assert found is not None
        self.brand = found

    def subscribe(self, name: str, form: str, **given: str) -> dict[str, str]:
        """Give an account a webhook; its secret, address included."""
        http = Http(Guard(frozenset({self.meta.host_port})))
        networks: Any = {
            NetworkName.BY_HAND: ByHand(),
            NetworkName.FACEBOOK: Facebook(http, SystemClock().now, Memory()),
        }
        subscribing = Subscribing(
            self.webhooks, self.secrets, networks, scheme, self.world.outputs["WebhooksUrl"], lambda _: None
        )
        account = self.brand.account(name)
        assert account is not None
        subscribe_webhook(self.brand, account, form, given, subscribing, datetime.now(UTC))
        return dict(self.secrets.secret(BRAND, secret_name(name)) or {})

    def known(self) -> int:
        """How many interactions were taken in so far, without reading them."""
        pages = self.world.client("dynamodb").get_paginator("query")
        asked = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": f"{BRAND}#known"}}}
        found = pages.paginate(TableName=self.world.outputs["ConversationsTable"], Select="COUNT", **asked)
        return sum(page["Count"] for page in found)

    def waiting(self) -> list[str]:
        """Every interaction of the brand that waits for an answer, as often as an alert names it."""
        return [one for alert in self.conversations.open_alerts(BRAND) for one in alert.waiting]


@pytest.fixture(name="storm", scope="module")
def _storm(world: World, meta: GraphDouble) -> Storm:
    return Storm(world, meta)


def post(url: str, headers: Mapping[str, str], body: bytes) -> int:
    """Send one request over a connection of its own; its status."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port or 80, timeout=TIMEOUT)
    try:
        connection.request("POST", place.path, body, dict(headers))
        answer = connection.getresponse()
        answer.read()
    finally:
        connection.close()
    return answer.status


def signed(form: str, secret: Mapping[str, str], body: bytes) -> dict[str, str]:
    """The headers of a request as its network sends it, signed now."""
    found = scheme(form)
    assert isinstance(found, Signs)
    return {"content-type": "application/json", **found.sign(body, secret, datetime.now(UTC))}


def comment(name: str, **more: Any) -> bytes:
    """An event of one's own: somebody says something."""
    said = {"id": name, "text": f"Bonjour {name}", "author": {"name": f"Paul {name}"}}
    return json.dumps({"interactions": [said], **more}).encode()


def test_a_trial_goes_the_whole_way(storm: Storm) -> None:
    """Through the real address, the queue and the reader."""
    storm.subscribe("contact", "signed")
    account = storm.brand.account("contact")
    assert account is not None
    trying = Trying(storm.webhooks, storm.secrets, scheme, post, SystemClock())
    assert try_webhook(storm.brand, account, trying) == Tried(STEPS)


def test_what_is_said_opens_an_alert_and_an_answer_closes_it(storm: Storm) -> None:
    """A large event too, which waits in the bucket."""
    secret = storm.subscribe("contact", "signed")
    large = comment("grand", padding="x" * 200_000)
    assert post(secret[ADDRESS], signed("signed", secret, large), large) == 200
    eventually(lambda: storm.waiting() == ["grand"], 60)
    answer = json.dumps({"answers": [{"id": "re-grand", "to": "grand"}]}).encode()
    assert post(secret[ADDRESS], signed("signed", secret, answer), answer) == 200
    eventually(lambda: storm.waiting() == [], 60)


def test_a_yes_taken_back_by_a_webhook_holds_the_post_that_quotes_them(storm: Storm) -> None:
    """The comment that says so opens an alert; the event may come twice."""
    secret = storm.subscribe("contact", "signed")
    account = storm.brand.account("contact")
    assert account is not None

    def say(name: str, text: str) -> None:
        said = {"id": name, "text": text, "author": {"id": "nora", "name": "Nora"}}
        body = json.dumps({"interactions": [said]}).encode()
        for _ in range(2):
            assert post(secret[ADDRESS], signed("signed", secret, body), body) == 200
        eventually(lambda: storm.conversations.held(BRAND, "contact", name), 90)

    say("eloge", PRAISE)
    one = quoted(storm.world, BRAND, account, ("#ouiOrage", "#nonOrage"))
    say("retrait", "Finalement #nonOrage")
    assert holds(storm.world, one, account) == {f"consent:{one.id}"}
    answers = [{"id": f"re-{name}", "to": name} for name in ("eloge", "retrait")]
    body = json.dumps({"answers": answers}).encode()
    assert post(secret[ADDRESS], signed("signed", secret, body), body) == 200
    eventually(lambda: storm.waiting() == [], 90)


def test_a_signed_batch_of_meta_twice_with_a_false_signature_among_them(storm: Storm) -> None:
    """A hundred comments under one post are one alert, each once; the false one and another Page's leave nothing."""
    secret = storm.subscribe("page", "meta", app_secret=storm.meta.app_secret)
    post_id, page = f"{storm.meta.page.id}_7", storm.meta.page.id
    names = [f"7_{number}" for number in range(100)]
    body = batch(page, [told(name, post_id) for name in names], elsewhere=[told("9_1", "9999_9")])
    headers = signed("meta", secret, body)
    forged_body = batch(page, [told("7_forged", post_id)])
    forged = {**signed("meta", secret, forged_body), "x-hub-signature-256": "sha256=" + "0" * 64}

    sent = [(headers, body), (forged, forged_body), (headers, body)]
    assert [post(secret[ADDRESS], one, what) for one, what in sent] == [200, 401, 200]
    assert post(secret[ADDRESS], {**headers, "content-type": "text/html"}, body) == 415
    assert post(secret[ADDRESS].replace("/page/", "/contact/"), headers, body) == 404
    eventually(lambda: len(storm.waiting()) >= len(names), 120, every=1)
    (alert,) = storm.conversations.open_alerts(BRAND)
    assert Counter(storm.waiting()) == Counter(names)
    assert (alert.account, alert.count) == ("page", len(names))
    items = [(one["pk"]["S"], one["sk"]["S"]) for one in storm.world.scan("ConversationsTable")]
    assert len([sk for pk, sk in items if pk == f"{BRAND}#event" and sk.startswith("page#")]) == 1
    gone = batch(page, [told(name, post_id, "remove") for name in names])
    assert post(secret[ADDRESS], signed("meta", secret, gone), gone) == 200
    eventually(lambda: storm.waiting() == [], 120, every=1)


def test_a_comment_is_hidden_from_the_page_of_its_alert_and_shown_again(storm: Storm) -> None:
    """The page asks, what reads the queue does it with the account's secret, the page says so and undoes it."""
    secret = storm.subscribe("page", "meta", app_secret=storm.meta.app_secret)
    under = storm.meta.post()
    rude = storm.meta.comment(under, "Encore de la brioche ?", Person("p77", "Paul", "paul"))

    def tell(verb: str) -> None:
        body = batch(storm.meta.page.id, [told(rude.id, under.id, verb)])
        assert post(secret[ADDRESS], signed("meta", secret, body), body) == 200

    tell("add")
    alert = eventually(lambda: storm.conversations.alert_with(BRAND, "page", rude.id), 60)
    links = LinksTable(Table(storm.world.client("dynamodb"), storm.world.outputs["BrandsTable"]))
    zoe = storm.brand.person("zoe")
    assert zoe is not None
    address = alert_link(alert, Action.HIDE, zoe, links, storm.world.outputs["LinksUrl"], datetime.now(UTC))
    (name,) = re.findall(r'name="to" value="([0-9a-f]{8})"', opened(address))
    opened(address, press=True, to=name, when="hide", word="Insulte")
    eventually(lambda: storm.meta.entries[rude.id].hidden, 60)
    (undo,) = eventually(lambda: re.findall(r'value="(show:[0-9a-f]{8})"', opened(address)), 60)
    opened(address, press=True, when=undo)
    eventually(lambda: not storm.meta.entries[rude.id].hidden, 60)

    story = eventually(lambda: _of(storm, alert.id, 2), 60)
    assert [(one.what, one.by, one.word) for one in story] == [
        (What.REMOVED, "zoe", "Insulte"),
        (What.SHOWN, "zoe", None),
    ]
    tell("remove")
    eventually(lambda: storm.waiting() == [], 60)


def _of(storm: Storm, alert: str, many: int) -> list[Moment]:
    """What was hidden and shown in an alert, once there are so many of it; else nothing."""
    found = [one for one in storm.conversations.story(BRAND, alert) if one.removal == "hide"]
    return found if len(found) == many else []


def told(comment_id: str, post_id: str, verb: str = "add") -> dict[str, Any]:
    """The change by which Facebook tells of a comment."""
    value = {"item": "comment", "verb": verb, "comment_id": comment_id, "post_id": post_id, "parent_id": post_id}
    words = {"message": "Encore de la brioche ?", "created_time": int(time.time())}
    return {"field": "feed", "value": {**value, **words, "from": {"id": f"p{comment_id}", "name": "Paul"}}}


def batch(page: str, changes: list[dict[str, Any]], elsewhere: list[dict[str, Any]] | None = None) -> bytes:
    """What Meta sends at once: this Page's changes, and another's."""
    entries = [{"id": page, "time": int(time.time()), "changes": changes}]
    entries += [{"id": "9999", "time": int(time.time()), "changes": elsewhere}] if elsewhere else []
    return json.dumps({"object": "page", "entry": entries}).encode()


def test_a_webhook_whose_subscription_ended_is_told(storm: Storm) -> None:
    """Once, at the next tick of listening; what may be a quiet day waits for the morning point."""
    storm.subscribe("contact", "signed")
    made = storm.webhooks.webhook(BRAND, "contact")
    assert made is not None
    old = {"lease_until": datetime.now(UTC) - timedelta(hours=1)}
    storm.webhooks.save_webhook(made.model_copy(update={**old, "revision": made.revision + 1}))
    for _ in range(2):
        storm.world.invoke("PollFunction", {"scheduled_time": "2026-11-23T11:00:00Z"})
    mail = eventually(lambda: mail_with(storm.world, "heraut webhook subscribe contact"), 60)
    assert mail["Subject"].startswith("[Orage · contact]")
    assert len([one for one in storm.world.mails() if one["Subject"] == mail["Subject"]]) == 1


def test_two_thousand_requests_are_all_kept_and_each_is_read_once(storm: Storm) -> None:
    """Sent at their hour, whoever answers when; a tenth again, a fiftieth badly signed."""
    revision = storm.brand.revision  # no rules: the emulator reads a whole table for each question how many came lately
    storm.brands.save(storm.brand.model_copy(update={"rules": (), "revision": revision + 1}), revision)
    secret = storm.subscribe("contact", "signed")
    plan, before = _plan(), storm.known()
    statuses: Counter[tuple[str, int]] = Counter()
    lock, start = threading.Lock(), time.monotonic() + 1

    def send(number: int, kind: str, name: str) -> None:
        time.sleep(max(0.0, start + number / A_SECOND - time.monotonic()))
        body = comment(name)
        headers = signed("signed", secret, body)
        if kind == "forged":
            headers["webhook-signature"] = "v1,AAAA"
        status = post(secret[ADDRESS], headers, body)
        with lock:
            statuses[kind, status] += 1

    with ThreadPoolExecutor(SENDERS) as threads:
        list(threads.map(lambda one: send(*one), plan))
    names = {name for _, kind, name in plan if kind == "good"}
    took = time.monotonic() - start

    assert statuses == {("good", 200): len(names), ("again", 200): 200, ("forged", 401): 40}, statuses
    eventually(lambda: storm.known() >= before + len(names), 200, every=3)
    print(f"{REQUESTS} requests in {took:.0f} s, read {time.monotonic() - start:.0f} s after the first")  # noqa: T201
    assert Counter(storm.waiting()) == Counter(names)
    assert not {name for _, kind, name in plan if kind == "forged"} & set(storm.waiting())


def _plan() -> list[tuple[int, str, str]]:
    """Number, kind and event of each request: those that come again do so a little after the first time."""
    chosen = random.Random(SEED)  # noqa: S311 -- shuffles requests, keeps no secret
    plan: list[tuple[str, str]] = []
    for number in range(REQUESTS):
        sent = [name for kind, name in plan[-200:] if kind == "good"]
        if number % FORGED == FORGED - 1:
            plan.append(("forged", f"faux-{number}"))
        elif number % REPEATED == REPEATED - 2 and sent:
            plan.append(("again", chosen.choice(sent)))
        else:
            plan.append(("good", f"orage-{number}"))
    return [(number, kind, name) for number, (kind, name) in enumerate(plan)]
