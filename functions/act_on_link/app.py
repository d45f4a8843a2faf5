"""Answers the links in messages: shows what will happen, and does it when the page's button is pressed."""

from __future__ import annotations

import base64
import logging
from typing import Any

from heraut.lambdas import bootstrap
from heraut.clock import SystemClock
from heraut.lambdas.entry import function
from heraut.pages.visit import Answer, Request
from heraut.publishing.act_on_link import act_on_link

log = logging.getLogger("heraut")


@function(bootstrap.act_on_link)
def lambda_handler(event: dict[str, Any], world: bootstrap.Visiting) -> dict[str, Any]:
    """Answer one request of the function URL (payload format 2.0)."""
    answer = _answer(_request(event), world)
    log.info("answered", extra={"status": answer.status})
    return {"statusCode": answer.status, "headers": dict(answer.headers), "body": answer.body}


def _request(event: dict[str, Any]) -> Request:
    """Read the request; what has not the form of a function URL's may do nothing, and gets a page too."""
    try:
        method, path = event["requestContext"]["http"]["method"], event["rawPath"]
        body = event.get("body") or ""
        if event.get("isBase64Encoded"):
            body = base64.b64decode(body).decode("utf-8", errors="replace")
        return Request(*map(_text, (method, path, body)))
    except (KeyError, TypeError, ValueError, AttributeError):
        return Request(method="", path="")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _answer(request: Request, world: bootstrap.Visiting) -> Answer:
    now = SystemClock().now()
    if "/alert/" not in request.path:
        return act_on_link(request, world.posts, now)
    from heraut.conversations.act_on_alert import act_on_alert

    return act_on_alert(request, world.alerts(), now)
