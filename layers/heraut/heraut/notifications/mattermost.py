"""Mattermost: an incoming webhook that takes Markdown (https://developers.mattermost.com/integrate/webhooks/incoming/)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from heraut.notifications.hooks import cut, fitted

if TYPE_CHECKING:
    from heraut.notifications.base import Message

LONGEST = 16_383  # characters of a post, since 5.0
_MARKS = re.compile(r"([\\`*_{}\[\]()#+!|~<>-])")


def form(message: Message) -> dict[str, Any]:
    """Give what Mattermost is sent; what somebody said is quoted, and calls nobody by `@`."""
    quiet = quoted(message)
    title = cut(f"#### {plain(message.subject)}", LONGEST // 4)
    return {"text": f"{title}\n\n{fitted(quiet, _link, LONGEST - len(title) - 2)}"}


def quoted(message: Message) -> Message:
    """Give the message with everything in it written so that Markdown and `@` do nothing."""
    from dataclasses import replace

    items = tuple(
        replace(one, title=plain(one.title), why=plain(one.said), rows=(), buttons=one.every_button)
        for one in message.items
    )
    return replace(
        message,
        lead=plain(message.lead),
        why=plain(message.why),
        otherwise=plain(message.otherwise),
        quote=plain(message.quote) if message.quote else None,
        items=items,
    )


def plain(text: str) -> str:
    """Write a text so that it is shown as it is: no mark of Markdown, and an `@` that calls nobody."""
    return _MARKS.sub(r"\\\1", text).replace("@", "@\N{ZERO WIDTH SPACE}")


def _link(label: str, address: str) -> str:
    return f"[{plain(label)}]({address})"
