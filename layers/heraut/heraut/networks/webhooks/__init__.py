"""How each network proves that a webhook's request is its own: one small module a scheme, and the table of them.

A module is loaded when an event of its scheme comes: only two of them need more than the standard library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heraut.networks.base import WebhookScheme

SCHEMES: dict[str, str] = {
    "meta": "X-Hub-Signature-256: Facebook, Instagram, Threads",
    "mastodon_push": "Web Push (RFC 8291, and the draft before it)",
    "mastodon_admin": "X-Hub-Signature, of the owner of a Mastodon server",
    "discourse": "X-Discourse-Event-Signature",
    "linkedin": "X-LI-Signature, and a question every two hours",
    "x": "x-twitter-webhooks-signature, and a question every hour",
    "tiktok": "TikTok-Signature, which signs a time",
    "telegram": "X-Telegram-Bot-Api-Secret-Token",
    "discord": "X-Signature-Ed25519, which signs a time",
    "slack": "X-Slack-Signature, which signs a time",
    "youtube": "WebSub: X-Hub-Signature",
    "trustpilot": "no signature: a password in the address",
    "signed": "Standard Webhooks, which sign a time: for everything of one's own",
}


def scheme(name: str) -> WebhookScheme:
    """Give a scheme by its name; KeyError when there is none."""
    if name not in SCHEMES:
        raise KeyError(name)
    found: WebhookScheme = import_module(f"{__name__}.{name}").SCHEME
    return found
