"""A small Bluesky server on loopback: sessions that are always old, records kept in memory. The full one is a peer."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from tests.twins.bluesky_readers import BlueskyReaders

if TYPE_CHECKING:
    from collections.abc import Iterator

DID = "did:plc:e2e000000000000000000000"
HANDLE = "essai.test"
PASSWORD = "aaaa-bbbb-cccc-dddd"
ACCESS_TOKEN, REFRESH_TOKEN = "canari-a.e30.c", "canari-r.e30.c"  # old ones: they are renewed before each use
BREAKS = "panne"  # a post with this word is accepted, and its answer lost
HOLDS_BEFORE = "sursis"  # the first call for a post with this word is held open, and never accepted
HOLDS_AFTER = "silence"  # a post with this word is accepted, and its call held open
HELD_SECONDS = 60
FORGETS = "oubli"  # the pictures of a post with this word are gone the first time


class BlueskyServer:
    """Its address, and every record put, by key."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.records: dict[str, Any] = {}
        self.forgot: set[str] = set()
        self.said: list[dict[str, Any]] = []  # what people said to the account, oldest first
        self.held: dict[str, float] = {}  # by key: when a call came that is held open (epoch seconds)
        self.let_go = threading.Event()
        self.readers = BlueskyReaders()

    @property
    def host_port(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        return f"http://{self.host_port}"

    def answer(self, method: str, query: dict[str, str], body: dict[str, Any]) -> tuple[int, dict[str, Any]]:  # noqa: PLR0911, PLR0912 - a case each
        """What the server answers to one method of the protocol."""
        match method.rsplit(".", 1)[-1]:
            case "createSession" if body.get("password") != PASSWORD:
                return 401, {"error": "AuthenticationRequired", "message": "Invalid identifier or password"}
            case "createSession" | "refreshSession":
                service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": self.address}
                tokens = {"accessJwt": ACCESS_TOKEN, "refreshJwt": REFRESH_TOKEN}
                return 200, {"did": DID, "handle": HANDLE, "active": True, "didDoc": {"service": [service]}, **tokens}
            case "uploadBlob":
                reference = {"$link": "bafkreie2e"}
                return 200, {"blob": {"$type": "blob", "ref": reference, "mimeType": "image/png", "size": 1}}
            case "putRecord" if FORGETS in body["record"]["text"] and body["rkey"] not in self.forgot:
                self.forgot.add(body["rkey"])
                return 400, {"error": "BlobNotFound", "message": "Could not find blob"}
            case "putRecord" if HOLDS_BEFORE in body["record"]["text"] and body["rkey"] not in self.held:
                self._hold(body["rkey"])
                return 503, {"error": "UpstreamFailure", "message": "never accepted"}
            case "putRecord":
                self.records[body["rkey"]] = body["record"]
                if HOLDS_AFTER in body["record"]["text"] and body["rkey"] not in self.held:
                    self._hold(body["rkey"])
                if BREAKS in body["record"]["text"]:
                    return 502, {"error": "InternalServerError", "message": "accepted, and then lost its answer"}
                uri = f"at://{DID}/{body['collection']}/{body['rkey']}"
                return 200, {"uri": uri, "cid": "bafyreie2e", "validationStatus": "valid"}
            case "getPostThread":  # who comments, as the readers' server says
                thread = self.readers._getPostThread({name: [value] for name, value in query.items()})
                return thread.status, thread.body
            case "getPosts":  # what is answered, as the readers' server says
                posts = self.readers._getPosts({name: [value] for name, value in query.items()})
                return posts.status, posts.body
            case "listNotifications":
                return 200, {"notifications": self.said[::-1]}
            case "listRecords":
                keys = sorted(self.records, reverse=True)[: int(query["limit"])]
                where = f"at://{DID}/{query['collection']}"
                return 200, {"records": [{"uri": f"{where}/{key}", "value": self.records[key]} for key in keys]}
            case "getRecord" if query.get("rkey") in self.records:
                uri = f"at://{DID}/{query['collection']}/{query['rkey']}"
                return 200, {"uri": uri, "cid": "bafyreie2e", "value": self.records[query["rkey"]]}
            case "getRecord":
                return 400, {"error": "RecordNotFound", "message": "Could not locate record"}
        return 501, {"error": "MethodNotImplemented", "message": method}

    def say(self, author: str, text: str, thread: str) -> str:
        """Let somebody reply to a post of the account; gives the reply's address."""
        who = {"did": f"did:plc:{author}", "handle": f"{author}.test", "displayName": author.capitalize()}
        address = f"at://{who['did']}/app.bsky.feed.post/{len(self.said):013d}"
        now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        place = {"uri": thread, "cid": "bafyreie2e"}
        record = {"text": text, "createdAt": now, "langs": ["fr"], "reply": {"root": place, "parent": place}}
        told = {"uri": address, "cid": f"bafyrei{len(self.said)}", "author": who, "reason": "reply", "indexedAt": now}
        self.said.append(told | {"record": record})
        return address

    def answer_in_the_app(self, to: str) -> None:
        """Let a person answer with the account, without Héraut."""
        place = {"uri": to, "cid": "bafyreie2e"}
        now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        self.records[f"9{len(self.records):012d}"] = {
            "text": "Oui !",
            "createdAt": now,
            "reply": {"root": place, "parent": place},
        }

    def _hold(self, key: str) -> None:
        self.held[key] = time.time()
        self.let_go.wait(HELD_SECONDS)


@contextmanager
def bluesky_server() -> Iterator[BlueskyServer]:
    """Serve on a free port while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._do(b"")

        def do_POST(self) -> None:
            self._do(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

        def _do(self, sent: bytes) -> None:
            url = urlsplit(self.path)
            body = json.loads(sent) if self.headers.get("Content-Type", "").startswith("application/json") else {}
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            status, answer = 404, {"error": "no_service"}  # a chat's address that is no more
            if not url.path.startswith("/hooks/"):
                status, answer = known.answer(url.path.removeprefix("/xrpc/"), query, body)
            written = json.dumps(answer).encode()
            with contextlib.suppress(ConnectionError):  # whoever asked may be dead
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(written)))
                self.end_headers()
                self.wfile.write(written)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known = BlueskyServer(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield known
    finally:
        known.let_go.set()
        server.shutdown()
        server.server_close()
        thread.join()
