"""A Mastodon server that keeps its own books, and shows, changes and forgets things as the real one does.

Checked against what a real Mastodon 4.7 answered, in tests/peers. `keeps_keys` False is a server that only imitates its
API: it ignores keys, shortens links for good and squeezes spaces.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.matrix.wire import Heard, Said

if TYPE_CHECKING:
    from collections.abc import Callable

ACCOUNT = "109"
TOKEN = "token-of-the-bakery"
KEY_KEPT = timedelta(hours=1)
_EPOCH_MS = 16  # bits of a Mastodon id below its milliseconds
_LINK = re.compile(r"https?://\S+[^\s.,;:!?)]")
_SHOWN = 30  # characters of a link that Mastodon shows


@dataclass(frozen=True)
class Toot:
    """One status in the books."""

    id: str
    text: str  # as it was sent
    at: datetime
    by_us: bool
    reply_to: str | None = None
    media: tuple[str, ...] = ()


@dataclass
class MastodonDouble:
    """The server of one account."""

    now: Callable[[], datetime]
    url: str
    keeps_keys: bool = True
    shown_after: timedelta | None = timedelta(0)  # None: readers never see it
    blind_until: datetime | None = None  # its lists answer 503 until then
    books: list[Toot] = field(default_factory=list)
    media: dict[str, tuple[str, str | None]] = field(default_factory=dict)  # id -> description, the status it is on
    _keys: dict[str, tuple[datetime, str]] = field(default_factory=dict)

    def already(self, text: str, at: datetime) -> dict[str, str]:
        """Note a status that was there before; gives what an answer to it points at."""
        self.books.append(Toot(self._id(at), text, at, by_us=False))
        return {"id": self.books[-1].id, "visibility": "public"}

    def ours(self) -> list[Toot]:
        """Give what was accepted from us, in the order of acceptance."""
        return [toot for toot in self.books if toot.by_us]

    def answer(self, request: Heard) -> Said:
        """Answer one request."""
        if request.path != "/api/v2/instance" and request.headers.get("authorization") != f"Bearer {TOKEN}":
            return Said(401, {"error": "The access token is invalid"})
        match request.method, request.path.split("/")[2:]:
            case "POST", ["v1", "statuses"]:
                return self._posted(request)
            case "POST", ["v2", "media"]:
                return self._uploaded(request)
            case "GET", ["v1", "accounts", _, "statuses"]:
                return self._listed(request)
            case "GET", asked:
                return self._told(asked)
        raise AssertionError(f"nobody taught the double {request.method} {request.path}")

    def _told(self, asked: list[str]) -> Said:
        found: list[Any] = []
        match asked:
            case ["v2", "instance"]:
                found = [self._instance()]
            case ["v1", "accounts", "verify_credentials"]:
                found = [self._account()]
            case ["v1", "statuses", one]:
                found = [self._status(toot) for toot in self.books if toot.id == one]
            case ["v1", "media", one] if one in self.media and self.media[one][1] is None:
                found = [{"id": one, "url": f"{self.url}/{one}.png"}]
        return Said(200, found[0]) if found else _absent()

    @property
    def name(self) -> str:
        """How its calls are called."""
        return "mastodon" if self.keeps_keys else "imitator"

    @staticmethod
    def called(request: Heard) -> str:
        """Name what is asked, without ids."""
        pieces = request.path.split("/")[3:]
        return "/".join("-" if piece.isdecimal() else piece for piece in pieces)

    def delivered(self) -> None:
        """Note that an answer arrived: its lists are late all the same."""

    def busy(self, seconds: float) -> Said:
        """Say 429 as Mastodon does: the reset is an ISO date."""
        until = (self.now() + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")
        headers = {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": until}
        return Said(429, {"error": "Throttled"}, headers)

    def _posted(self, request: Heard) -> Said:
        said = request.json()
        key = request.headers.get("idempotency-key")
        if self.keeps_keys and key in self._keys:
            since, known = self._keys[key]
            if self.now() - since < KEY_KEPT:
                return Said(200, self._status(next(toot for toot in self.books if toot.id == known)))
        reply_to = said.get("in_reply_to_id")
        if reply_to is not None and all(toot.id != reply_to for toot in self.books):
            return Said(404, {"error": "The post you are trying to reply to does not appear to exist."})
        carried = tuple(said.get("media_ids") or ())
        if any(one not in self.media or self.media[one][1] is not None for one in carried):
            return Said(422, {"error": "Validation failed: media"})
        at = self.now()
        toot = Toot(self._id(at), said["status"], at, by_us=True, reply_to=reply_to, media=carried)
        self.books.append(toot)
        for one in carried:
            self.media[one] = (self.media[one][0], toot.id)
        if key:
            self._keys[key] = (at, toot.id)
        return Said(200, self._status(toot))

    def _listed(self, request: Heard) -> Said:
        if self.blind_until is not None and self.now() < self.blind_until:
            return Said(503, {"error": "Remote data could not be fetched"})
        before = request.query.get("max_id", [None])[0]
        limit = min(40, int(request.query["limit"][0]), self.page)
        seen = sorted(
            (toot for toot in self.books if self._is_shown(toot)), key=lambda toot: int(toot.id), reverse=True
        )
        seen = [toot for toot in seen if before is None or int(toot.id) < int(before)]
        page = seen[:limit]
        headers = {}
        if len(seen) > limit:
            headers["Link"] = f'<{self.url}{request.path}?limit={limit}&max_id={page[-1].id}>; rel="next"'
        return Said(200, [self._status(toot) for toot in page], headers)

    page = 2  # statuses on a page of the double, so that ours never stands alone on the first one

    def _is_shown(self, toot: Toot) -> bool:
        if not toot.by_us:
            return True
        return self.shown_after is not None and toot.at + self.shown_after <= self.now()

    def _uploaded(self, request: Heard) -> Said:
        one = self._id(self.now())
        described = re.search(rb'name="description"\r\n\r\n(.*?)\r\n', request.body, re.DOTALL)
        self.media[one] = (described[1].decode() if described else "", None)
        return Said(200, {"id": one, "type": "image", "url": f"{self.url}/{one}.png"})

    def _status(self, toot: Toot) -> dict[str, Any]:
        return {
            "id": toot.id,
            "created_at": toot.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "in_reply_to_id": toot.reply_to,
            "in_reply_to_account_id": ACCOUNT if toot.reply_to else None,
            "sensitive": False,
            "spoiler_text": "",
            "visibility": "public",
            "language": "fr",
            "uri": f"{self.url}/users/martin/statuses/{toot.id}",
            "url": f"{self.url}/@martin/{toot.id}",
            "content": self._as_html(toot.text),
            "reblog": None,
            "account": self._account(),
            "media_attachments": [
                {"id": one, "type": "image", "url": f"{self.url}/{one}.png", "description": self.media[one][0]}
                for one in toot.media
            ],
            "mentions": [],
            "tags": [],
            "emojis": [],
            "card": None,
            "poll": None,
        }

    def _account(self) -> dict[str, Any]:
        return {"id": ACCOUNT, "username": "martin", "acct": "martin", "url": f"{self.url}/@martin"}

    def _instance(self) -> dict[str, Any]:
        version = "4.7.0" if self.keeps_keys else "2.7.2 (compatible; Imitator 1.0)"
        statuses = {"max_characters": 500, "max_media_attachments": 4, "characters_reserved_per_url": 23}
        media = {"supported_mime_types": ["image/jpeg", "image/png"], "image_size_limit": 16777216}
        polls = {"max_options": 4, "max_characters_per_option": 50}
        configuration = {"statuses": statuses, "media_attachments": media, "polls": polls}
        return {"domain": "social.example", "version": version, "configuration": configuration}

    def _as_html(self, text: str) -> str:
        pieces, last = [], 0
        for found in _LINK.finditer(text.strip()):
            pieces.append(html.escape(text.strip()[last : found.start()], quote=False))
            pieces.append(self._link(found[0]))
            last = found.end()
        pieces.append(html.escape(text.strip()[last:], quote=False))
        whole = "".join(pieces)
        if not self.keeps_keys:
            whole = re.sub(r" {2,}", " ", whole)
        paragraphs = re.split(r"\n{2,}", whole)
        return "".join(f"<p>{paragraph.replace(chr(10), '<br />')}</p>" for paragraph in paragraphs)

    def _link(self, url: str) -> str:
        scheme, _, rest = url.partition("://")
        shown, hidden = rest[:_SHOWN], rest[_SHOWN:]
        address = html.escape(url)
        if not self.keeps_keys:
            return f'<a href="{address}">{html.escape(shown)}{"…" if hidden else ""}</a>'
        return (
            f'<a href="{address}" target="_blank" rel="nofollow noopener" translate="no">'
            f'<span class="invisible">{scheme}://</span><span class="{"ellipsis" if hidden else ""}">'
            f'{html.escape(shown)}</span><span class="invisible">{html.escape(hidden)}</span></a>'
        )

    def _id(self, at: datetime) -> str:
        taken = {toot.id for toot in self.books} | set(self.media)
        number = int(at.timestamp() * 1000) << _EPOCH_MS
        while str(number) in taken:
            number += 1
        return str(number)


def _absent() -> Said:
    return Said(404, {"error": "Record not found"})
