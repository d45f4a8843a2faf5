"""Discord: a channel's webhook (https://discord.com/developers/docs/resources/webhook#execute-webhook).

`allowed_mentions` is empty: whatever somebody wrote, nobody is called. With `wait=true` a message that was not kept is
an error and not a 204.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heraut.notifications.hooks import cut, fitted
from heraut.notifications.mattermost import plain, quoted

if TYPE_CHECKING:
    from heraut.notifications.base import Message

LONGEST_TITLE, LONGEST_TEXT = 256, 4096  # of an embed
MOST_ADDRESSES = 2048


def form(message: Message) -> dict[str, Any]:
    """Give what Discord is sent: an embed, whose text may be twice as long as a message's."""
    text = fitted(quoted(message), _link, LONGEST_TEXT)
    embed = {"title": cut(message.subject, LONGEST_TITLE), "description": text}
    if message.buttons:
        embed["url"] = message.buttons[0].address
    return {"embeds": [embed], "allowed_mentions": {"parse": []}}


def _link(label: str, address: str) -> str:
    return f"[{plain(label)}]({address})"
