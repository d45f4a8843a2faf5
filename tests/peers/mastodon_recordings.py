"""Answers that a real Mastodon 4.7 gave, replayed on loopback, so that an adapter meets those very bytes.

They come from the recordings in Mastodon.py's own tests. What changes on the way: the address of the recorded server
becomes the replaying one's (and Content-Length follows), and what HTTP adds hop by hop is dropped.
"""

import contextlib
import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.peers.places import detail

RECORDED_AT = "http://localhost:3000"
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "date", "server"}

#: The recordings worth meeting, by what they show. None of them shows a 429, nor a 206 to the GET that waits for a
#: medium: the only recorded 206 answers a PUT (`answer_as` gives its bytes to a GET).
RECORDINGS = {
    "instance": "test_instance",  # GET /api/v2/instance: 4.7, limits under configuration
    "instance_v1": "test_instance_v1",  # GET /api/v1/instance
    "credentials": "test_verify_credentials",  # GET /api/v1/accounts/verify_credentials, twice
    "post": "test_status_post[None-public]",  # POST /api/v1/statuses with X-RateLimit-* (300), DELETE
    "post_with_warning": "test_status_post[Content warning-unlisted]",
    "post_refused": "test_status_empty",  # 422, in the account's own language (Japanese)
    "post_too_long": "test_lang_for_errors",  # 422 twice, in Japanese and in German
    "poll": "test_polls",
    "link_card": "test_status_card",  # `card` is null at first
    "thread": "test_status_context",
    "media_wait": "test_media_post[False]",  # POST /api/v2/media 202 with url null (limit 30), GET 200, POST statuses
    "media_images": "test_media_post_multiple",  # two images, ready at once (200)
    "media_unfinished": "test_media_update",  # 202, then PUT answered 206
    "account_statuses": "test_fetch_next_previous",  # ten posts; pages of five by max_id and min_id, with Link headers
    "mentions": "test_notifications_mentions_only",
    "favourited_by": "test_status_favourited_by",  # with a Link header that has no next page
    "reblogged_by": "test_status_reblogged_by",  # one that has no Link header at all, too
    "relationships": "test_account_relationships",
}


@dataclass(frozen=True)
class Asked:
    """A request that reached the replaying server."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Replay:
    """A replaying server.

    url: where it listens. recorded: every exchange it was given, in order, as in the recording (its addresses are the
    recorded server's). asked: what it received. unmatched: the requests among them that nothing was recorded for,
    answered 501.

    A request is matched by method and path, without a slash at its end; where several answers wait, the first whose
    query is the same, else the first. The last answer to a GET is given again as often as it is asked for.
    """

    url: str
    recorded: list[dict[str, Any]]
    asked: list[Asked] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    _waiting: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    _last: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        for exchange in self.recorded:
            self._waiting[exchange["method"], exchange["path"].rstrip("/")].append(exchange)

    def answer_as(self, method: str, exchange: dict[str, Any]) -> None:
        """Queue a recorded answer before the others for its path, under another method than the one recorded."""
        self._waiting[method, exchange["path"].rstrip("/")].insert(0, exchange)

    def left(self) -> list[str]:
        """The recorded requests that nobody has made yet, as `METHOD path`."""
        return [f"{method} {path}" for (method, path), waiting in self._waiting.items() for _ in waiting]

    def take(self, request: Asked) -> dict[str, Any] | None:
        """Note a request, and give the exchange that answers it, if one was recorded."""
        key = (request.method, request.path.rstrip("/"))
        with self._lock:
            self.asked.append(request)
            waiting = self._waiting[key]
            if not waiting:
                if key in self._last and request.method == "GET":
                    return self._last[key]
                self.unmatched.append(f"{request.method} {request.path}?{request.query}")
                return None
            same = [exchange for exchange in waiting if exchange["query"] == request.query]
            exchange = (same or waiting)[0]
            waiting.remove(exchange)
            self._last[key] = exchange
            return exchange


@contextlib.contextmanager
def replay(*names: str) -> Iterator[Replay]:
    """Replay recordings on loopback, one after the other, until the block ends.

    Args:
        names: keys of RECORDINGS, or the names of recordings themselves.

    Raises: PeerMissing.
    """
    folder = Path(detail("mastodon_recordings", "recordings"))
    recorded = []
    for name in names:
        text = (folder / f"{RECORDINGS.get(name, name)}.json").read_text(encoding="utf-8")
        recorded += json.loads(text)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.daemon_threads = True
        server.replay = Replay(url=f"http://127.0.0.1:{server.server_port}", recorded=recorded)  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.replay  # type: ignore[attr-defined]
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_one_request(self) -> None:
        """Answer one request of any method."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        replay: Replay = self.server.replay  # type: ignore[attr-defined]
        address = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        exchange = replay.take(Asked(self.command, address.path, address.query, dict(self.headers.items()), body))
        if exchange is None:
            told = f"Nothing was recorded for {self.command} {address.path}".encode()
            self.send_response_only(501)
            self.send_header("Content-Type", "text/plain")
        else:
            told = exchange["body"].replace(RECORDED_AT, replay.url).encode()
            self.send_response_only(exchange["status"], exchange["reason"])
            for name, value in exchange["headers"]:
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value.replace(RECORDED_AT, replay.url))
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)
        self.wfile.flush()
