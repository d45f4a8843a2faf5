"""Takes in what networks send: one address an account, an answer at once, the event kept as it came."""

from __future__ import annotations

import base64
import logging
from typing import Any
from urllib.parse import parse_qsl

from heraut.lambdas import bootstrap
from heraut.clock import SystemClock
from heraut.conversations.receive_webhook import Receiving, receive_webhook
from heraut.lambdas.entry import function
from heraut.networks.base import WebhookRequest

log = logging.getLogger("heraut")
UNREADABLE = {"statusCode": 400, "headers": {"Content-Type": "text/plain"}, "body": ""}


@function(bootstrap.receive_webhook)
def lambda_handler(event: Any, world: Receiving) -> dict[str, Any]:
    """Answer one request of the function URL (payload format 2.0); nothing of a body reaches the log."""
    try:
        path, request = _request(event)
    except (KeyError, TypeError, ValueError, AttributeError):
        log.info("webhook", extra={"status": 400, "word": "no request that can be read"})
        return UNREADABLE
    done = receive_webhook(path, request, world, SystemClock().now())
    told = {"status": done.answer.status, "word": done.word, "brand": done.brand, "account": done.account}
    log.info("webhook", extra=told)
    body = "" if request.method == "HEAD" else done.answer.body
    return {"statusCode": done.answer.status, "headers": dict(done.answer.headers), "body": body}


def _request(event: dict[str, Any]) -> tuple[str, WebhookRequest]:
    body = event.get("body") or ""
    raw = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
    query = dict(parse_qsl(event.get("rawQueryString") or "", keep_blank_values=True, max_num_fields=50))
    headers = {name.lower(): value for name, value in event.get("headers", {}).items() if isinstance(value, str)}
    return event["rawPath"] + "", WebhookRequest(event["requestContext"]["http"]["method"].upper(), query, headers, raw)
