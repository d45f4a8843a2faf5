"""Webhooks of a Mastodon account: Web Push for everybody, and those of a server's owner.

https://docs.joinmastodon.org/methods/push/ (one subscription a token; the right `push`) and
https://docs.joinmastodon.org/admin/webhooks/. Neither holds all that an interaction needs (a push has an id and a
title, a new status does not say whom it answers), so an event that concerns the account asks to listen at once.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from heraut.errors import Unreadable
from heraut.networks.base import Brought
from heraut.networks.mastodon_answers import is_good, refusal
from heraut.networks.webhooks.mastodon_push import public_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heraut.brands import Account
    from heraut.networks.base import WebhookEvent
    from heraut.networks.mastodon_server import Server

PUSHING = ("push",)
SCHEMES = ("mastodon_push", "mastodon_admin")
HEARD = frozenset({"mention", "quote"})  # the notifications that listening reads


def parse(account: Account, event: WebhookEvent) -> Brought:
    """Say whether the event is worth a look."""
    held = _object(event.body)
    if event.scheme == "mastodon_push":
        return Brought(look=held.get("notification_type") in HEARD)
    status = held.get("object")
    if held.get("event") not in {"status.created", "status.updated"} or not isinstance(status, dict):
        return Brought()
    return Brought(look=_local(account.handle) in _mentioned(status))


def subscribe(server: Server, webhook: Mapping[str, str]) -> None:
    """Have mentions and quotes pushed to our address, in the standard encoding; raises like reading does."""
    asked = {
        "subscription": {
            "endpoint": webhook["address"],
            "keys": {"p256dh": public_key(webhook["private_key"]), "auth": webhook["auth"]},
            "standard": True,
        },
        "data": {"policy": "all", "alerts": {"mention": True, "quote": True}},
    }
    answer = server.call("POST", "/api/v1/push/subscription", json=asked)
    if not is_good(answer):
        raise refusal(answer, server.now, PUSHING)


def _object(body: bytes) -> dict[str, Any]:
    try:
        held = json.loads(body)
    except (ValueError, RecursionError):
        held = None
    if not isinstance(held, dict):
        raise Unreadable("a Mastodon event: body")
    return held


def _mentioned(status: dict[str, Any]) -> set[str]:
    """Give the accounts of this very server that a status mentions."""
    mentions = status.get("mentions")
    every = [one.get("acct") for one in mentions if isinstance(one, dict)] if isinstance(mentions, list) else []
    return {name.casefold() for name in every if isinstance(name, str)}


def _local(handle: str | None) -> str:
    """Give a handle as its own server writes it."""
    return (handle or "").strip().lstrip("@").partition("@")[0].casefold()
