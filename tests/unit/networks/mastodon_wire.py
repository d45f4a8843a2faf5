"""A Mastodon 4.7 in memory, as its source says it behaves, for what no server on loopback can be made to show."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any
from urllib.parse import urlsplit

from requests.structures import CaseInsensitiveDict

from heraut.fetch import Guard
from heraut.networks.http import Answer, Http

BASE = "https://mastodon.example"
TOKEN = "secret-token-of-the-bakery"
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
ME = {"id": "7", "username": "boulangerie", "acct": "boulangerie", "url": f"{BASE}/@boulangerie"}
INSTANCE = {
    "domain": "mastodon.example",
    "version": "4.7.3",
    "configuration": {
        "statuses": {"max_characters": 500, "max_media_attachments": 4, "characters_reserved_per_url": 23},
        "media_attachments": {
            "supported_mime_types": ["image/jpeg", "image/png", "video/mp4"],
            "image_size_limit": 16_777_216,
            "image_matrix_limit": 33_177_600,
            "video_size_limit": 103_809_024,
            "description_limit": 1500,
        },
        "polls": {"max_options": 4, "max_characters_per_option": 50},
    },
}


@dataclass
class Asked:
    """One call that was made."""

    method: str
    path: str
    headers: dict[str, str]
    params: dict[str, str]
    json: Any
    data: Any
    files: dict[str, tuple[str, bytes, str]]


@dataclass
class Server:
    """The server: what is on it, what it was asked, and what it will answer instead of the truth.

    `instead` holds (method, path begins with, answer or error) until used; `now` is its clock.
    """

    now: datetime = NOW
    instance: Any = field(default_factory=lambda: dict(INSTANCE))
    statuses: list[dict[str, Any]] = field(default_factory=list)  # newest first
    media: dict[str, str] = field(default_factory=dict)  # id -> ready, pending, failed, attached
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    scopes: list[str] | None = field(default_factory=lambda: ["read", "write"])
    asked: list[Asked] = field(default_factory=list)
    instead: list[tuple[str, str, Answer | Exception]] = field(default_factory=list)
    who: dict[str, Any] = field(default_factory=lambda: dict(ME))

    def answers(self, method: str, path: str, *outcomes: Answer | Exception) -> None:
        """Answer the next calls of this kind so, one each."""
        self.instead += [(method, path, outcome) for outcome in outcomes]

    def calls(self, method: str, path: str) -> list[Asked]:
        """Give the calls made to a path."""
        return [one for one in self.asked if one.method == method and one.path.startswith(path)]

    def answer(self, asked: Asked) -> Answer:
        """Answer one call."""
        self.asked.append(asked)
        planned = next((one for one in self.instead if one[0] == asked.method and asked.path.startswith(one[1])), None)
        if planned:
            self.instead.remove(planned)
            if isinstance(planned[2], Exception):
                raise planned[2]
            return planned[2]
        return self._truth(asked)

    def _truth(self, asked: Asked) -> Answer:
        answer = said({"error": "Not Found"}, 404)
        match asked.method, asked.path.strip("/").split("/")[1:]:
            case "GET", ["v2", "instance"] if self.instance:
                answer = said(self.instance)
            case "GET", ["v1", "accounts", "verify_credentials"]:
                answer = said(self.who)
            case "GET", ["v1", "apps", "verify_credentials"]:
                answer = said({"name": "Héraut"} | ({"scopes": self.scopes} if self.scopes is not None else {}))
            case "GET", ["v1", "accounts", _, "statuses"]:
                answer = self._page(asked)
            case "GET", ["v1", "statuses", status_id]:
                answer = next((said(one) for one in self.statuses if one["id"] == status_id), answer)
            case "POST", ["v1", "statuses"]:
                answer = self._post(asked)
            case "POST", [_, "media"]:
                answer = self._upload(asked)
            case "GET", ["v1", "media", media_id]:
                answer = self._medium(media_id)
        return answer

    def _post(self, asked: Asked) -> Answer:
        known = self.keys.get(asked.headers["Idempotency-Key"])
        if known:
            return said(known)
        ids = asked.json.get("media_ids", [])
        gone = [one for one in ids if self.media.get(one) in (None, "attached")]
        if gone:
            return said({"error": f"Les médias {', '.join(gone)} sont introuvables ou déjà attachés"}, 422)
        if any(self.media[one] == "pending" for one in ids):
            return said({"error": "Réessayez dans un instant !"}, 422)
        self.media |= dict.fromkeys(ids, "attached")
        made = self.add(asked.json["status"], media=[(one, "") for one in ids], **_kept(asked.json))
        self.keys[asked.headers["Idempotency-Key"]] = made
        return said(made)

    def add(
        self, text: str, *, at: datetime | None = None, media: list[tuple[str, str]] | None = None, **more: Any
    ) -> dict[str, Any]:
        """Put a post online, as anybody might."""
        number = str(1000 + len(self.statuses))
        made = {
            "id": number,
            "created_at": (at or self.now).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "in_reply_to_id": None,
            "spoiler_text": "",
            "reblog": None,
            "account": self.who,
            "url": f"{BASE}/@boulangerie/{number}",
            "content": f"<p>{escape(text)}</p>",
            "media_attachments": [{"id": one, "description": alt} for one, alt in media or []],
            "poll": None,
        } | more
        self.statuses.insert(0, made)
        return made

    def _page(self, asked: Asked) -> Answer:
        start = 0
        if "max_id" in asked.params:
            start = next(
                (at for at, one in enumerate(self.statuses) if int(one["id"]) < int(asked.params["max_id"])),
                len(self.statuses),
            )
        page = self.statuses[start : start + int(asked.params["limit"])]
        if not page:
            return said(page)
        return said(page, Link=f'<{BASE}{asked.path}?limit=40&max_id={page[-1]["id"]}>; rel="next"')

    def _upload(self, asked: Asked) -> Answer:
        number = str(500 + len(self.media))
        film = asked.files["file"][2].startswith("video/")
        self.media[number] = "pending" if film else "ready"
        return said({"id": number, "url": None if film else f"{BASE}/{number}.png"}, 202 if film else 200)

    def _medium(self, media_id: str) -> Answer:
        match self.media.get(media_id):
            case "ready":
                return said({"id": media_id})
            case "pending":
                return said({"id": media_id, "url": None}, 206)
            case "failed":
                return said({"error": "Error processing thumbnail for uploaded media"}, 422)
        return said({"error": "Record not found"}, 404)


@dataclass(frozen=True)
class Wire(Http):
    """Calls that reach the server in memory; other hosts are not there."""

    guard: Guard = field(default_factory=Guard)
    server: Server = field(default_factory=Server)

    def call(
        self,
        method: str,
        url: str,
        *,
        headers: Any = None,
        params: Any = None,
        json: Any = None,
        data: Any = None,
        files: Any = None,
    ) -> Answer:
        """Hand the call to the server."""
        assert url.startswith(BASE)
        asked = Asked(
            method, urlsplit(url).path, dict(headers or {}), dict(params or {}), json, data, dict(files or {})
        )
        return self.server.answer(asked)


def said(body: Any, status: int = 200, **headers: str) -> Answer:
    """Write an answer; `body` as JSON unless it is bytes."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, CaseInsensitiveDict(named), raw, "mastodon.example")


def a_minute_around(moment: datetime) -> tuple[datetime, datetime]:
    """Give the instants a minute before and a minute after."""
    return moment - timedelta(minutes=1), moment + timedelta(minutes=1)


def _kept(body: dict[str, Any]) -> dict[str, Any]:
    poll = body.get("poll")
    return {
        "in_reply_to_id": body.get("in_reply_to_id"),
        "spoiler_text": body.get("spoiler_text", ""),
        "poll": {"options": [{"title": one} for one in poll["options"]]} if poll else None,
    }
