"""A proxy on loopback that loses what a test tells it to, so that an adapter meets every way an answer can be lost.

It stands before any peer that speaks HTTP: give its `url` to the adapter in place of the peer's.
"""

import contextlib
import http.client
import os
import socket
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}


class Fate(StrEnum):
    """What becomes of one request."""

    PASS = "pass"
    LOSE_REQUEST = "lose_request"  # read whole, never sent on; the connection is reset
    LOSE_ANSWER = "lose_answer"  # sent on and done; the connection is reset before a byte of the answer
    CUT_ANSWER = "cut_answer"  # sent on and done; the answer stops in the middle of its body
    DELAY_ANSWER = "delay_answer"  # sent on and done; the answer comes `delay` seconds late
    FAIL_AFTER = "fail_after"  # sent on and done; the answer is 502 with an HTML page, as a front server gives


@dataclass
class LosingProxy:
    """A running proxy.

    url: what the adapter is given. delay: seconds that DELAY_ANSWER waits. seen: every request as `METHOD path`, with
    its fate, in order.
    """

    url: str
    target: str
    delay: float = 1.0
    seen: list[tuple[str, Fate]] = field(default_factory=list)
    _plans: list[tuple[str, str, Fate]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def plan(self, *fates: Fate, method: str = "POST", path: str = "") -> None:
        """Give the next requests of that method whose path contains `path` these fates, one each; the others pass."""
        with self._lock:
            self._plans += [(method, path, fate) for fate in fates]

    def decide(self, method: str, path: str) -> Fate:
        """The fate of a request that has come in."""
        with self._lock:
            planned = next((one for one in self._plans if one[0] == method and one[1] in path), None)
            if planned:
                self._plans.remove(planned)
            fate = planned[2] if planned else Fate.PASS
            self.seen.append((f"{method} {path}", fate))
            return fate


@contextlib.contextmanager
def losing_proxy(target: str) -> Iterator[LosingProxy]:
    """Stand before the server at this address until the block ends."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.daemon_threads = True
        server.proxy = LosingProxy(url=f"http://127.0.0.1:{server.server_port}", target=target)  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.proxy  # type: ignore[attr-defined]
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_one_request(self) -> None:
        """Pass one request on, or lose it."""
        try:
            self.raw_requestline = self.rfile.readline(65537)
        except OSError:
            self.raw_requestline = b""
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        proxy: LosingProxy = self.server.proxy  # type: ignore[attr-defined]
        body = self._body()
        fate = proxy.decide(self.command, self.path)
        if fate is Fate.LOSE_REQUEST:
            self._reset()
            return
        status, headers, answer = self._pass_on(proxy.target, body)
        if fate is Fate.LOSE_ANSWER:
            self._reset()
            return
        if fate is Fate.DELAY_ANSWER:
            time.sleep(proxy.delay)
        if fate is Fate.FAIL_AFTER:
            status, headers, answer = 502, [("Content-Type", "text/html")], b"<html><h1>502 Bad Gateway</h1></html>"
        self._answer(status, headers, answer, cut=fate is Fate.CUT_ANSWER)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _pass_on(self, target: str, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        address = urlsplit(target)
        assert address.hostname
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        try:
            headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
            connection.request(self.command, self.path, body=body or None, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes, *, cut: bool) -> None:
        with contextlib.suppress(OSError):  # it may have stopped waiting
            self.send_response_only(status)
            for name, value in headers:
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if cut else body)
            self.wfile.flush()
        if cut:
            self.close_connection = True

    def _reset(self) -> None:
        # RST at once, as a server that dies does: without lingering, and under the feet of everybody who holds it.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())
        self.close_connection = True
