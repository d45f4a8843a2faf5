"""What Mastodon tells of a status becomes an interaction."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from heraut.brands import Account, NetworkName
from heraut.networks import mastodon_listen
from heraut.networks.mastodon_server import Server

STATUS: dict[str, Any] = {
    "id": "1",
    "created_at": "2026-11-23T08:00:00.000Z",
    "content": "<p>Miam</p>",
    "account": {"id": "9", "acct": "zoe@social.example", "display_name": "Zoé"},
}


def heard(**more: Any) -> tuple[str, ...]:
    """Give the pictures that are heard of a status, then their descriptions."""
    account = Account(name="masto", network=NetworkName.MASTODON, instance="https://social.example")
    server = cast("Server", SimpleNamespace(account=account))
    said = mastodon_listen._interaction(server, "martin", "1", STATUS | more)
    return (*said.pictures, *said.picture_texts)


def test_pictures_are_heard_by_their_addresses() -> None:
    """Pictures alone: no film, none that is still being made, and none where none is."""
    shown = [
        {"type": "image", "url": "https://files.example/a.jpg", "description": "Un gâteau"},
        {"type": "image", "url": "https://files.example/c.jpg", "description": None},
        {"type": "video", "url": "https://files.example/b.mp4"},
        {"type": "image", "url": None},
    ]
    found = ("https://files.example/a.jpg", "https://files.example/c.jpg", "Un gâteau", "")
    assert heard(media_attachments=shown) == found
    assert heard() == ()
