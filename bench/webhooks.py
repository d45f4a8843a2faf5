"""A webhook's processor time, and what AWS asks for a thousand events from the request to the alert.

The real functions run over moto. The processor time of moto's answers, which AWS would spend elsewhere, is taken off;
what is left is ours: reading the request, the signature, and the SDK's own work. A thousand events are priced as they
are dearest: each comes alone, is new, is read alone and opens an alert of its own.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import statistics
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bench import tick
from bench.cost import CALL, Line, Measured, call_cpu, gb, prices, seconds_of
from bench.mastodon_double import mastodon
from bench.posting import BRAND, LOG_LINE_BYTES, Context, app_of, house
from bench.results import ROOT
from heraut.aws.secrets import ParameterSecrets
from heraut.aws.table import Table
from heraut.aws.webhooks_table import WebhooksTable
from heraut.clock import SystemClock
from heraut.conversations.webhook import Webhook, secret_name
from heraut.lambdas import bootstrap
from heraut.links import hash_of
from heraut.networks.base import Signs
from heraut.networks.webhooks import scheme

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.results import Figures

TIMES = 300  # requests of each kind whose processor time is taken
EVENTS = 50  # that are priced
PER = 1_000  # events
AIM_MS = 10.0
TOKEN = "A" * 22
ACCOUNT = "mastodon"
FORMS: dict[str, Mapping[str, str]] = {
    "signed": {"signing_secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
    "meta": {"app_secret": "a1", "verify_token": "ours"},
}


@dataclass(frozen=True)
class Sent:
    """A kind of request: its form, how many updates it holds, whether it is badly signed."""

    form: str
    updates: int = 1
    forged: bool = False


KINDS = {
    "one_event": Sent("signed"),
    "meta_one_update": Sent("meta"),
    "meta_thousand_updates": Sent("meta", 1_000),
    "badly_signed": Sent("signed", forged=True),
}


def measure() -> Figures:
    """Take the time of each kind of request, then count and price."""
    written = io.StringIO()  # one for all: Powertools' logger keeps the stream it was made with
    with mastodon() as double, house(double, metered=False) as held, contextlib.redirect_stdout(written):
        cpu = {name: _cpu(kind, held) for name, kind in KINDS.items()}
    return {"aim_p99_ms": AIM_MS, "cpu": cpu, "per_events": PER, "assumed": {"call_s": CALL}} | _thousand(written)


def table(figures: Figures) -> list[str]:
    """Say the figures to a person."""
    said = [
        f"{'processor time of a request':<34}{'p50 ms':>10}{'p99 ms':>10}   aim: p99 under {figures['aim_p99_ms']} ms"
    ]
    said += [f"  {name:<32}{one['p50_ms']:>10.2f}{one['p99_ms']:>10.2f}" for name, one in figures["cpu"].items()]
    calls = ", ".join(f"{count:g} {name}" for name, count in figures["calls"].items())
    said += [f"calls for {PER} events: {calls}", f"  {'':<44}{'quantity':>14}{'list $':>10}"]
    for line in figures["bill"]["lines"]:
        said.append(f"  {line['what']:<44}{line['quantity']:>14,.2f}{line['list']:>10.4f}")
    return [*said, f"  {'total':<44}{'':>14}{figures['bill']['list']:>10.4f}"]


def broken(figures: Figures) -> str | None:  # noqa: ARG001 -- an aim is no promise
    """A missed aim is said, and is no failure."""
    return None


def _cpu(kind: Sent, held: Any) -> dict[str, float]:
    _subscribe(kind.form)
    handle, taken = app_of("receive_webhook").lambda_handler, []
    for number in range(TIMES + 5):
        request = _request(kind, f"{kind.form}-{kind.updates}-{number}")
        answered, began = held.answering.cpu, time.thread_time()
        status = handle(request, Context("receive_webhook"))["statusCode"]
        taken.append((time.thread_time() - began) - (held.answering.cpu - answered))
        if status != (401 if kind.forged else 200):
            raise ValueError(f"a request of kind {kind} was answered {status}")
    ordered = sorted(one * 1000 for one in taken[5:])  # the first ones load what they need
    return {
        "p50_ms": round(statistics.median(ordered), 2),
        "p99_ms": round(ordered[int(len(ordered) * 0.99) - 1], 2),
        "body_bytes": len(_body(kind, "x")),
    }


def _thousand(written: io.StringIO) -> dict[str, Any]:
    """Receive EVENTS events, read each alone, and price a thousand."""
    measured = Measured(prices(), {}, call_cpu(tick.one_tick(tick.QUEUED[0], 0)))
    with mastodon() as double, house(double) as held, contextlib.redirect_stdout(written):
        _subscribe("signed")
        receive, route = app_of("receive_webhook").lambda_handler, app_of("route_interaction").lambda_handler
        receive(_request(Sent("signed"), "first"), Context("receive_webhook"))  # loads the secret
        record = json.loads((ROOT / "events" / "route_interaction" / "one.json").read_text(encoding="utf-8"))
        queue, used = bootstrap.clients().sqs, {"receive_webhook": Counter[str](), "route_interaction": Counter[str]()}
        queue.purge_queue(QueueUrl=_queue())
        usage, start = held.meter.usage(), written.tell()
        for number in range(EVENTS):
            before = held.meter.recorder.counts()
            receive(_request(Sent("signed"), f"priced-{number}"), Context("receive_webhook"))
            used["receive_webhook"] += held.meter.recorder.counts() - before
        spent = held.meter.usage()
        while got := queue.receive_message(QueueUrl=_queue(), MaxNumberOfMessages=10).get("Messages"):
            for message in got:
                record["Records"][0]["body"] = message["Body"]
                before, part = held.meter.recorder.counts(), held.meter.usage()
                answer = route(record, Context("route_interaction"))
                if answer["batchItemFailures"]:
                    raise ValueError("an event could not be read")
                used["route_interaction"] += held.meter.recorder.counts() - before
                spent += held.meter.usage() - part
                queue.delete_message(QueueUrl=_queue(), ReceiptHandle=message["ReceiptHandle"])
        lines = [line for line in written.getvalue()[start:].splitlines() if line]
    times = PER / EVENTS
    spent = spent - usage
    log = sum(len(line.encode()) + LOG_LINE_BYTES for line in lines) * times / 1e9
    calls = {name: count.total() / EVENTS for name, count in used.items()}
    functions = {"receive_webhook": "ReceiveWebhookFunction", "route_interaction": "RouteInteractionFunction"}
    billed = [
        Line("runs of functions", 2 * PER, "lambda_requests"),
        *(
            Line(f"{name}, time", PER * seconds_of(calls[name], one, measured) * gb(one), "lambda_gb_seconds")
            for name, one in functions.items()
        ),
        Line("table and index, writes", spent["dynamodb_writes"] * times, "dynamodb_writes"),
        Line("table, reads", spent["dynamodb_half_reads"] / 2 * times, "dynamodb_reads"),
        Line("queue: sent, received, deleted", 3 * PER, "sqs_requests"),
        Line("queue: the same, with a group", 3 * PER, "sqs_fair_requests"),
        Line("log lines", log, "logs_ingested"),
        Line("log lines kept a month", log, "logs_stored"),
    ]
    every = used["receive_webhook"] + used["route_interaction"]
    return {
        "calls": {name: round(count * times, 1) for name, count in sorted(every.items())},
        "bill": _bill(billed, measured.prices),
    }


def _bill(lines: list[Line], at: Mapping[str, Any]) -> dict[str, Any]:
    """Price lines at list price."""
    priced = [
        {"what": one.what, "quantity": round(one.quantity, 4), "list": round(one.quantity * at[one.key]["price"], 6)}
        for one in lines
    ]
    return {"list": round(sum(float(str(one["list"])) for one in priced), 5), "lines": priced}


def _subscribe(form: str) -> None:
    """Give the account a webhook of this form."""
    clients = bootstrap.clients()
    webhooks = WebhooksTable(Table(clients.dynamodb, os.environ["CONVERSATIONS_TABLE"]))
    at = datetime.now(UTC)
    webhooks.save_webhook(
        Webhook(brand=BRAND, account=ACCOUNT, scheme=form, path_hash=hash_of(TOKEN), made_at=at, heard_at=at)
    )
    secrets = ParameterSecrets(clients.ssm, os.environ["SECRETS_PATH"], SystemClock().now)
    secrets.save_secret(BRAND, secret_name(ACCOUNT), FORMS[form])


def _request(kind: Sent, name: str) -> dict[str, Any]:
    """Give the request as the function URL gives it."""
    event: dict[str, Any] = json.loads((ROOT / "events" / "receive_webhook" / "event.json").read_text(encoding="utf-8"))
    body, found = _body(kind, name), scheme(kind.form)
    if not isinstance(found, Signs):
        raise TypeError(kind.form)
    headers = {"content-type": "application/json", **found.sign(body, FORMS[kind.form], datetime.now(UTC))}
    if kind.forged:
        headers["webhook-signature"] = "v1,AAAA"
    return event | {"rawPath": f"/{BRAND}/{ACCOUNT}/{TOKEN}", "headers": headers, "body": body.decode()}


def _body(kind: Sent, name: str) -> bytes:
    text = "Bonjour, ouvrez-vous lundi ? On vient de loin pour la brioche aux pralines. 🥐"
    if kind.form == "signed":
        said = {"id": name, "text": text, "author": {"name": "Zoé Martin"}, "url": "https://example.com/contact/1"}
        return json.dumps({"interactions": [said]}).encode()
    value = {"item": "comment", "verb": "add", "message": text, "from": {"id": "7", "name": "Zoé"}}
    entry = [
        {
            "id": "100",
            "time": 1795426200,
            "changes": [{"field": "feed", "value": {**value, "comment_id": f"{name}_{n}"}}],
        }
        for n in range(kind.updates)
    ]
    return json.dumps({"object": "page", "entry": entry}).encode()


def _queue() -> str:
    return os.environ["INTERACTION_QUEUE_URL"]
