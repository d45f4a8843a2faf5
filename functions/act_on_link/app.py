"""Answers the links in messages: shows what will happen, and does it when the page's button is pressed."""

from __future__ import annotations

import base64
import logging
from typing import Any

from heraut.lambdas import bootstrap
from heraut.clock import SystemClock
from heraut.lambdas.entry import function
from heraut.publishing.act_on_link import LinkWorld, Request, act_on_link

log = logging.getLogger("heraut")


@function(bootstrap.act_on_link)
def lambda_handler(event: dict[str, Any], world: LinkWorld) -> dict[str, Any]:
    """Answer one request of the function URL (payload format 2.0)."""
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        body = base64.b64decode(body).decode("utf-8", errors="replace")
    request = Request(event["requestContext"]["http"]["method"], event["rawPath"], body)
    answer = act_on_link(request, world, SystemClock().now())
    log.info("answered", extra={"status": answer.status})
    return {"statusCode": answer.status, "headers": dict(answer.headers), "body": answer.body}
