"""A signed event from its network's request to the alert and back, on the real template."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from heraut.aws.links_table import LinksTable
from heraut.aws.table import Table
from heraut.clock import SystemClock
from heraut.conversations import What
from heraut.conversations.alert_links import alert_link
from heraut.conversations.subscribe_webhook import ADDRESS
from heraut.conversations.try_webhook import STEPS, Tried, Trying, try_webhook
from heraut.links import Action
from heraut.networks.webhooks import scheme
from tests.e2e.quotes import PRAISE, holds, quoted
from tests.e2e.storm import BRAND, Storm, comment, post, signed
from tests.e2e.test_publishing import mail_with, opened
from tests.e2e.world import eventually
from tests.twins.graph_double import Person

if TYPE_CHECKING:
    from heraut.conversations import Moment


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
