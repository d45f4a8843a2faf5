"""Slack: an incoming webhook, with buttons that open our pages (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).

Errors come as a status with a word (`no_service`, `channel_is_archived`, `invalid_payload`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heraut.notifications.hooks import cut

if TYPE_CHECKING:
    from heraut.notifications.base import Button, Message

LONGEST_SECTION, LONGEST_HEADER, LONGEST_LABEL, MOST_BUTTONS = 3000, 150, 75, 25
MOST_BLOCKS = 50


def form(message: Message) -> dict[str, Any]:
    """Give what Slack is sent: blocks, and the text that a telephone shows."""
    quote = "\n".join(f">{_plain(line)}" for line in (message.quote or "").splitlines())
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": cut(message.subject, LONGEST_HEADER)}},
        *_section(_plain(message.lead)),
        *_section(quote),
        *_section(_plain(message.why)),
        *_actions(message.buttons),
    ]
    for item in message.items:
        blocks += [*_section(f"*{_plain(item.title)}*\n{_plain(item.said)}"), *_actions(item.every_button)]
    last = {
        "type": "context",
        "elements": [{"type": "mrkdwn", "text": cut(_plain(message.otherwise), LONGEST_SECTION)}],
    }
    return {"text": cut(_plain(message.subject), LONGEST_SECTION), "blocks": [*blocks[: MOST_BLOCKS - 1], last]}


def _section(text: str) -> list[dict[str, Any]]:
    return [{"type": "section", "text": {"type": "mrkdwn", "text": cut(text, LONGEST_SECTION)}}] if text else []


def _actions(buttons: tuple[Button, ...]) -> list[dict[str, Any]]:
    elements = [
        {"type": "button", "text": {"type": "plain_text", "text": cut(one.label, LONGEST_LABEL)}, "url": one.address}
        for one in buttons[:MOST_BUTTONS]
    ]
    return [{"type": "actions", "elements": elements}] if elements else []


def _plain(text: str) -> str:
    """Write what somebody said so that it commands nothing: no `<!channel>`, no link of theirs in disguise."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
