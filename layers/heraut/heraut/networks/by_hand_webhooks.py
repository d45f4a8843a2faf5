"""Webhooks of accounts that a person publishes to: networks without a room here may send what is said all the same.

Telegram: https://core.telegram.org/bots/api#update; the bot is a member of the group (with privacy off, it reads all of
it). YouTube tells of videos, not of comments: nothing of it is taken in. Trustpilot and Discourse have modules of their
own.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from heraut.conversations.model import Author, Edited, Interaction, Kind
from heraut.errors import Unreadable
from heraut.networks.base import Brought
from heraut.networks.discourse_posts import read_posts
from heraut.networks.trustpilot_reviews import read_reviews

if TYPE_CHECKING:
    from heraut.brands import Account
    from heraut.networks.base import WebhookEvent

SCHEMES = (
    "signed",
    "telegram",
    "trustpilot",
    "discourse",
    "youtube",
)  # what is one's own is the usual one, and read elsewhere


def parse(brand: str, account: Account, event: WebhookEvent) -> Brought:
    """Read an event."""
    match event.scheme:
        case "telegram":
            return _telegram(brand, account, event.body)
        case "trustpilot":
            return read_reviews(brand, account, event)
        case "discourse":
            return read_posts(brand, account, event)
        case _:
            return Brought()


def _telegram(brand: str, account: Account, body: bytes) -> Brought:
    try:
        update = json.loads(body)
        said, changed = update.get("message"), update.get("edited_message")
        return Brought(
            interactions=(_message(brand, account, said),) if _is_text(said) else (),
            edits=(_edit(changed),) if _is_text(changed) else (),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise Unreadable(f"an update of Telegram ({type(error).__name__})") from None


def _is_text(message: Any) -> bool:
    """Whether somebody said something: people join groups in messages too, and bots are no people."""
    return isinstance(message, dict) and bool(_text(message)) and not message.get("from", {}).get("is_bot")


def _message(brand: str, account: Account, message: dict[str, Any]) -> Interaction:
    who, chat = message.get("from") or message["chat"], message["chat"]
    name = " ".join(part for part in (who.get("first_name"), who.get("last_name")) if part) or who.get("title") or "?"
    answered = message.get("reply_to_message")
    handle = chat.get("username")
    return Interaction(
        brand=brand,
        account=account.name,
        network=account.network,
        id=_id(message),
        kind=Kind.MESSAGE if chat["type"] == "private" else Kind.REPLY if answered else Kind.COMMENT,
        author=Author(id=str(who["id"]), handle=who.get("username") or "", name=name),
        text=_text(message),
        language=who.get("language_code"),
        answers=_id(answered) if answered else None,
        thread=_id(answered) if answered else f"{chat['id']}/{message.get('message_thread_id', message['message_id'])}",
        at=datetime.fromtimestamp(message["date"], UTC),
        url=f"https://t.me/{handle}/{message['message_id']}" if handle and chat["type"] != "private" else None,
    )


def _edit(message: dict[str, Any]) -> Edited:
    return Edited(id=_id(message), text=_text(message), at=datetime.fromtimestamp(message["edit_date"], UTC))


def _id(message: dict[str, Any]) -> str:
    return f"{message['chat']['id']}/{message['message_id']}"


def _text(message: dict[str, Any]) -> str:
    return str(message.get("text") or message.get("caption") or "")
