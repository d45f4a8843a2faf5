"""Microsoft Teams: an adaptive card, posted to a Workflow "when a Teams webhook request is received".

https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook: the older
connectors are being retired. About 28 KB are taken; a card that is too large may be refused in an answer that says 200.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heraut.notifications.hooks import cut

if TYPE_CHECKING:
    from heraut.exchange import Reply
    from heraut.notifications.base import Button, Message

LONGEST = 4000  # characters of one text
MOST_ITEMS = 10
_REFUSED = b"413"


def form(message: Message) -> dict[str, Any]:
    """Give what Teams is sent."""
    body = [
        _text(message.subject, weight="Bolder", size="Medium"),
        _text(message.lead),
        *([{"type": "Container", "style": "emphasis", "items": [_text(message.quote)]}] if message.quote else []),
        *([_text(message.why)] if message.why else []),
    ]
    for item in message.items[:MOST_ITEMS]:
        body += [_text(item.title, weight="Bolder"), _text(item.said), *_actions(item.every_button)]
    body.append(_text(message.otherwise, isSubtle=True, size="Small"))
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "actions": _opens(message.buttons),
    }
    held = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [held]}


def taken(reply: Reply) -> bool:
    """Whether a good status is a yes: a card that is too large is refused inside it."""
    return _REFUSED not in reply.body


def _text(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "TextBlock", "text": cut(_plain(text), LONGEST), "wrap": True, **more}


def _actions(buttons: tuple[Button, ...]) -> list[dict[str, Any]]:
    return [{"type": "ActionSet", "actions": _opens(buttons)}] if buttons else []


def _opens(buttons: tuple[Button, ...]) -> list[dict[str, Any]]:
    return [{"type": "Action.OpenUrl", "title": one.label, "url": one.address} for one in buttons]


def _plain(text: str) -> str:
    """Write what somebody said so that the card's Markdown makes no link of it."""
    return text.replace("[", "\\[").replace("]", "\\]").replace("_", "\\_").replace("*", "\\*")
