"""What the command calls, every command of it, is what the policy for its users grants: no less, and no more."""

from __future__ import annotations

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from heraut.aws.site_objects import PublicBucket
from heraut.brands import NetworkName
from heraut.networks.site import Site
from heraut.publishing.model import State
from tests.contracts.stack import resource
from tests.contracts.test_cli_contests import BY_OPTIONS, held
from tests.contracts.test_cli_doctor import restore
from tests.contracts.test_cli_events import ZOE, live
from tests.contracts.test_cli_inbox import waiting
from tests.twins.contest_world import DRAWS, OPENS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.contracts.cli_shop import Shop
    from tests.contracts.provider import Provider

WRITES = {"Put": "dynamodb:PutItem", "Update": "dynamodb:UpdateItem", "Delete": "dynamodb:DeleteItem"}
SERVICES = {"monitoring": "cloudwatch"}
NAMES = {
    "s3:ListObjectsV2": "s3:ListBucket",
    "ses:SendEmail": "ses:SendRawEmail",  # a whole message is a raw one
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
}
OBJECTS = frozenset({"s3:PutObject", "s3:GetObject", "s3:DeleteObject"})
# The stack is found by its name before anything else; the address of a report is opened by a browser.
NOT_CALLED_HERE = {"cloudformation:DescribeStacks", "s3:GetObject files/reports"}
SITE = """
brands:
  - id: fournil
    name: Le Fournil
    accounts: [{name: page, network: site}]
    people: [{id: zoe, name: Zoé, email: z@example.com, phone: +33 6 12 34 56 78, ways: [sms]}]
    zone: Europe/Paris
    events:
      atelier: {kind: offline, title: Le levain, accounts: [page], starts: "2099-12-10 18:30", ends: "2099-12-10 20:00",
        place: Au fournil}
"""
POINT = bytes.fromhex("47494638396101000100800000000000ffffff2c00000000010001000002024401003b")  # a GIF


@pytest.fixture
def called(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """The actions that the command needs for what it calls, and where; what the test does meanwhile is not counted."""
    found: set[str] = set()
    running: list[str] = []
    run = shop.heraut

    def heraut(*arguments: Any, typed: str | None = None) -> Any:
        running.append(str(arguments[0]))
        try:
            return run(*arguments, typed=typed)
        finally:
            running.pop()

    def note(params: dict[str, Any], model: Any, **_: object) -> None:
        if not running:
            return
        action = f"{SERVICES.get(model.service_model.signing_name, model.service_model.signing_name)}:{model.name}"
        action = NAMES.get(action, action)
        if model.name == "TransactWriteItems":
            found.update(WRITES[kind] for write in json.loads(params["body"])["TransactItems"] for kind in write)
            return
        found.add(action)
        if action.startswith("dynamodb:") and "IndexName" in (asked := json.loads(params["body"])):
            found.add(f"{action} {asked['TableName']}/index/{asked['IndexName']}")
        if action in OBJECTS:
            url = urlsplit(params["url"])
            bucket, folder = url.netloc.partition(".")[0], url.path.split("/")[1]
            found.add(f"{action} {bucket}" if bucket == "public" else f"{action} {bucket}/{folder}")

    def accept(**_: object) -> tuple[Any, dict[str, Any]]:
        found.add("lambda:InvokeFunction")
        return SimpleNamespace(status_code=202, headers={}), {"StatusCode": 202}

    monkeypatch.setattr(shop, "heraut", heraut)
    used = shop.clients
    events: list[Any] = [one.meta.events for one in (used.dynamodb, used.sqs, used.ssm, used.mail, used.s3, used.sns)]
    events += [
        used.cloudwatch.meta.events,
        used.functions.meta.events,
        used.schedules.meta.events,
        used.logs.meta.events,
    ]
    functions: Any = used.functions.meta.events
    for one in events:
        one.register_first("before-call", note)
    functions.register_first("before-call.lambda.Invoke", accept)
    yield found
    for one in events:
        one.unregister("before-call", note)
    functions.unregister("before-call.lambda.Invoke", accept)


def granted() -> set[str]:
    """Give every action of the policy in the template; of indexes and objects, where they are granted too."""
    statements = [one for one in resource("CommandPolicy")["PolicyDocument"]["Statement"] if "Fn::If" not in one]
    found = set()
    for statement in statements:
        actions, places = statement["Action"], statement.get("Resource", [])
        for action in [actions] if isinstance(actions, str) else actions:
            found.add(action)
            for place in places if isinstance(places, list) else [places]:
                told = str(place.get("Fn::Sub", "")) if isinstance(place, dict) else ""
                if "/index/" in told or action in OBJECTS:
                    found.add(f"{action} {_place(told)}")
    return found


def _place(told: str) -> str:
    """Give `${FilesBucket.Arn}/media/*` as the clients name it: files/media."""
    return (
        told.replace("${FilesBucket.Arn}", "files")
        .replace("${PublicBucket.Arn}", "public")
        .replace("${PostsTable.Arn}", "PostsTable")
        .removesuffix("/*")
    )


def restore_late(shop: Shop) -> None:
    """Let what the page was promised have passed, in a table that comes from a backup."""
    (waiting,) = shop.posts.queue("fournil")
    shop.posts.change(waiting, waiting.model_copy(update={"publish_at": waiting.publish_at.replace(year=2025)}))
    restore(shop)


def test_the_policy_grants_what_the_command_calls(
    shop: Shop, provider: Provider, called: set[str], tmp_path: Path
) -> None:
    """One run of everything there is."""
    shop.networks |= {NetworkName.SITE: Site(PublicBucket(shop.clients.s3, "public"), "https://public.example")}
    (tmp_path / "heraut.yaml").write_text(SITE, encoding="utf-8")
    rows = ("marque;date;heure;comptes;texte", "martin;23/11/2099;9h;masto;Bonjour", "fournil;23/11/2099;9h;page;Pain")
    (tmp_path / "c.csv").write_text("\n".join(rows))
    (tmp_path / "p.gif").write_bytes(POINT)
    statuses = [
        shop.heraut("apply", tmp_path / "heraut.yaml", "--yes").status,
        shop.heraut("pull", "-").status,
        shop.heraut("import", tmp_path / "c.csv").status,
        shop.heraut("account", "secret", "sky", typed="secret").status,
        shop.heraut("account", "check", "page").status,
        shop.heraut("account", "list").status,
        shop.heraut("people", "check").status,
        shop.heraut("people", "list").status,
        shop.heraut("ways", "log").status,
        shop.heraut("ways", "resume", "zoe", "sms").status,
    ]
    post = shop.add("--media", str(tmp_path / "p.gif"), "--alt", "Un point", accounts="masto, story")
    steps = (["edit", "--text", "x"], ["hold"], ["resume"], ["now"], ["cancel"], ["show"])
    statuses += [shop.heraut("post", step[0], post, *step[1:]).status for step in steps]
    alert = waiting(shop)
    statuses += [shop.heraut("reply", alert.id, alert.waiting[0], "Bonjour").status]
    statuses += [shop.heraut("webhook", "subscribe", "story", "--scheme", "signed").status]
    statuses += [shop.heraut("webhook", "status").status]
    statuses += [shop.heraut("alert", *words).status for words in (["list"], ["times"], ["show", alert.id])]
    statuses += [shop.heraut("alert", verb, alert.id).status for verb in ("take", "close")]
    statuses += [shop.heraut("inbox").status, shop.heraut("queue").status, shop.heraut("log", post).status]
    zoe = ("@zoe.test", "--brand", "martin")
    shop.clients.s3.put_object(Bucket="files", Key="webhooks/martin/sky/a", Body=b"zoe.test")
    statuses += [shop.heraut("people", "members").status, shop.heraut("people", "export", *zoe).status]
    (answer,) = [one for one in shop.posts.queue("martin") if one.answers]
    shop.posts.change(answer, answer.model_copy(update={"state": State.PUBLISHED, "due_at": None}))
    statuses += [shop.heraut("people", "erase", *zoe, "--yes").status]
    shop.secrets.save_secret("mots", "vitrine", {"access_token": "a"})
    for bucket, key in (("files", "media/mots/a.jpg"), ("public", "mots/page/index.html")):
        shop.clients.s3.put_object(Bucket=bucket, Key=key, Body=b"a")
    statuses += [shop.heraut("moderation", "log").status, shop.heraut("testimonials", "list").status]
    statuses += [shop.heraut("event", "list").status, shop.heraut("event", "show", "atelier").status]
    fair = held(shop)
    fair.run_until(OPENS + timedelta(minutes=6))
    shop.contests.add(fair.contest.model_copy(update={"name": "panne", "revision": 1}))
    contest = [["cancel", "panne", "--because", "Le four est en panne", "--yes"]]
    contest += [["add", "autre", "--brand", "martin", *BY_OPTIONS, "--yes"], ["list"]]
    contest += [["exclude", "galette", "@ana", "--because", "triche"], ["vouch", "galette", "@bao"]]
    statuses += [shop.heraut("contest", *words).status for words in contest]
    fair.run_until(DRAWS + timedelta(minutes=3))
    contest = [["list"], ["show", "galette"], ["entrants", "galette"], ["receipt", "galette", "@ana"]]
    contest += [["audit", "galette", "--auditor", "Me Dupont", "--output", str(tmp_path / "audit"), "--yes"]]
    contest += [["claim", "galette", "1"], ["disqualify", "galette", "2", "--because", "mineur"]]
    statuses += [shop.heraut("contest", *words).status for words in contest]
    live(shop, ZOE)
    session = [["show", "direct"], ["questions", "direct"], ["hide", "direct", ZOE.id, "--because", "pub"]]
    statuses += [shop.heraut("event", *words).status for words in session]
    statuses += [shop.heraut("people", "erase", "@zoe", "--brand", "martin", "--yes").status]
    statuses += [shop.heraut("brand", "erase", "mots", "--to", tmp_path / "mots.zip", "--yes").status]
    statuses += [shop.heraut("pause", "--link", "lea").status, shop.heraut("pause", "--link", "lea").status]
    statuses += [shop.heraut("pause", "--all").status, shop.heraut("resume").status]

    assert statuses == [0] * len(statuses)
    shop.clients.sqs.send_message(QueueUrl=shop.failed_url, MessageBody="{}")
    assert (shop.heraut("doctor").status, shop.heraut("doctor", "--ring").status) == (3, 0)
    restore_late(shop)
    assert shop.heraut("doctor", "--reconcile").status == 3
    assert called - granted() == set()
    assert granted() - called == NOT_CALLED_HERE
