"""A Bluesky server (PDS) that keeps its own books: records under keys, written once, as `putRecord` does.

Checked against the real one in tests/peers. `shown_after` makes its readers late, which a real repository's are not.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.matrix.wire import Heard, Said

if TYPE_CHECKING:
    from collections.abc import Callable

DID = "did:plc:boulangerie"
COLLECTION = "app.bsky.feed.post"


@dataclass(frozen=True)
class Record:
    """One record in the books; `id` is its address."""

    id: str
    text: str
    at: datetime
    by_us: bool
    value: dict[str, Any] = field(repr=False)
    cid: str
    reply_to: str | None = None


@dataclass
class BlueskyDouble:
    """The server of one account."""

    now: Callable[[], datetime]
    url: str
    shown_after: timedelta | None = timedelta(0)  # None: readers never see it
    blind_until: datetime | None = None
    books: list[Record] = field(default_factory=list)
    name = "bluesky"
    _delivered: set[str] = field(default_factory=set)

    def delivered(self) -> None:
        """Note that an answer arrived: whoever had it reads what it wrote (a repository is one place)."""
        self._delivered.update(record.id for record in self.books)

    def already(self, text: str, at: datetime) -> dict[str, str]:
        """Note a record that was there before, under a key that a person's application chose.

        Gives what an answer to it points at.
        """
        value = {"$type": COLLECTION, "text": text, "createdAt": at.isoformat()}
        key = f"3k{len(self.books):011d}"
        self.books.append(Record(_uri(key), text, at, by_us=False, value=value, cid=_cid(value)))
        return {"id": _uri(key), "cid": _cid(value), "root": _uri(key), "root_cid": _cid(value)}

    def ours(self) -> list[Record]:
        """Give what was accepted from us, in the order of acceptance."""
        return [record for record in self.books if record.by_us]

    @staticmethod
    def called(request: Heard) -> str:
        """Name what is asked."""
        return request.path.rpartition(".")[2]

    def busy(self, seconds: float) -> Said:
        """Say 429 as a PDS does: the reset in seconds since 1970, no Retry-After."""
        reset = str(int((self.now() + timedelta(seconds=seconds)).timestamp()))
        headers = {"RateLimit-Limit": "3000", "RateLimit-Remaining": "0", "RateLimit-Reset": reset}
        return Said(429, {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}, headers)

    def answer(self, request: Heard) -> Said:
        """Answer one request."""
        called = self.called(request)
        if called in {"putRecord", "uploadBlob"} and not request.headers.get("authorization", "").startswith("Bearer "):
            return Said(401, {"error": "AuthMissing", "message": "Authentication Required"})
        match called:
            case "putRecord":
                return self._put(request.json())
            case "getRecord":
                return self._got(request)
            case "uploadBlob":
                kind = request.headers["content-type"]
                link = {"$link": "bafkrei" + hashlib.sha256(request.body).hexdigest()[:40]}
                blob = {"$type": "blob", "ref": link, "mimeType": kind, "size": len(request.body)}
                return Said(200, {"blob": blob})
            case _:
                raise AssertionError(f"nobody taught the double {request.method} {request.path}")

    def _put(self, said: dict[str, Any]) -> Said:
        address, value = _uri(said["rkey"]), said["record"]
        there = next((record for record in self.books if record.id == address), None)
        if there is not None:
            if there.cid == _cid(value):
                return Said(200, {"uri": address, "cid": there.cid, "validationStatus": "valid"})
            if "swapRecord" in said:
                return Said(400, {"error": "InvalidSwap", "message": f"Record was at {there.cid}"})
        parent = value.get("reply", {}).get("parent", {}).get("uri")
        record = Record(address, value["text"], self.now(), True, value, _cid(value), parent)
        self.books.append(record)
        return Said(200, {"uri": address, "cid": record.cid, "validationStatus": "valid"})

    def _got(self, request: Heard) -> Said:
        if self.blind_until is not None and self.now() < self.blind_until:
            return Said(502, {"error": "UpstreamFailure", "message": "pipethrough network error"})
        address = _uri(request.query["rkey"][0])
        for record in self.books:
            if record.id == address and self._is_shown(record):
                return Said(200, {"uri": record.id, "cid": record.cid, "value": record.value})
        return Said(400, {"error": "RecordNotFound", "message": f"Could not locate record: {address}"})

    def _is_shown(self, record: Record) -> bool:
        if record.id in self._delivered:
            return True
        return self.shown_after is not None and record.at + self.shown_after <= self.now()


def token() -> str:
    """Give an access token that is good for years; nobody here looks at its signature."""
    claims = json.dumps({"sub": DID, "exp": 4_000_000_000, "scope": "com.atproto.appPass"}).encode()
    return f"e30.{base64.urlsafe_b64encode(claims).rstrip(b'=').decode()}.signature"


def _uri(key: str) -> str:
    return f"at://{DID}/{COLLECTION}/{key}"


def _cid(value: dict[str, Any]) -> str:
    return "bafyrei" + hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:40]
