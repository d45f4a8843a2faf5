"""A Mastodon on loopback that answers the real adapter, and notes when the first byte of each post arrived."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "loopback"  # noqa: S105 -- opens this double and nothing else
_ME = {"id": "7", "username": "bench", "acct": "bench", "url": "https://mastodon.example/@bench"}
_INSTANCE = {"domain": "mastodon.example", "version": "4.7.3", "configuration": {}}


@dataclass
class Double:
    """The server: where it listens, and each call that would have posted, in order."""

    port: int
    arrivals: list[tuple[float, str, str]] = field(default_factory=list)  # first byte (epoch), key, text
    received: int = 0  # bytes of bodies and headers
    open_now: int = 0
    most_open: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def host_port(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self.port}"

    def arrived(self, at: float, key: str, text: str) -> int:
        """Note a post; gives its number."""
        with self._lock:
            self.arrivals.append((at, key, text))
            return len(self.arrivals)

    def opened(self, change: int) -> None:
        """Count connections open at once."""
        with self._lock:
            self.open_now += change
            self.most_open = max(self.most_open, self.open_now)


@contextmanager
def mastodon() -> Iterator[Double]:
    """Serve on a free loopback port while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def setup(self) -> None:
            super().setup()
            double.opened(1)
            self.connection.recv(1, socket.MSG_PEEK)
            self.first_byte = time.time()

        def finish(self) -> None:
            super().finish()
            double.opened(-1)

        def do_GET(self) -> None:
            known: dict[str, Any] = {
                "/api/v2/instance": _INSTANCE,
                "/api/v1/accounts/verify_credentials": _ME,
                f"/api/v1/accounts/{_ME['id']}/statuses": [],
                "/api/v1/notifications": [],
            }
            path = urlsplit(self.path).path
            self._answer(known.get(path, {"error": "Not Found"}), 200 if path in known else 404)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            double.received += len(body) + len(str(self.headers))
            if urlsplit(self.path).path.endswith("/media"):
                self._answer({"id": "500", "type": "image", "url": "https://mastodon.example/500.jpg"})
                return
            said = json.loads(body)
            number = double.arrived(self.first_byte, self.headers["Idempotency-Key"], said["status"])
            at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            plain = re.sub(r"[<>&]", "", said["status"])
            url = f"https://mastodon.example/@bench/{number}"
            status = {"id": str(number), "created_at": at, "account": _ME, "url": url, "content": f"<p>{plain}</p>"}
            self._answer(status)

        def _answer(self, body: dict[str, Any] | list[Any], status: int = 200) -> None:
            written = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base class names it so
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    double = Double(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
