"""One HTTP exchange: a fresh connection to exactly the addresses that were checked, one request, one bounded answer.

Nothing is kept open, retried, redirected or taken from the environment. The whole exchange, from connecting to the
last byte of the answer, ends before its deadline. The connection itself notes how far it came, so that a caller knows
for certain whether the first byte of the request left (`NotSent`) or not (`NoWholeAnswer`).
"""

from __future__ import annotations

import functools
import io
import socket
import ssl
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import certifi
import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.connection import HTTPConnection, HTTPSConnection

from heraut.errors import HerautError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from urllib3.connectionpool import HTTPConnectionPool

    from heraut.target import Target

_PIECE = 16 * 1024  # one TLS record: the deadline is looked at before each
_IN_REQUEST = frozenset({"headers", "params", "json", "data", "files"})


class Step(StrEnum):
    """How far an exchange came, or why it stopped."""

    REQUEST = "request"  # the request cannot be written as HTTP: a header with a line break...
    CONNECT = "connect"
    TLS = "tls"
    ANSWER = "answer"
    TIME = "time"
    SIZE = "size"


class NotSent(HerautError):
    """The first byte of the request never left; `step` says where it stopped."""

    def __init__(self, step: Step, cause: str) -> None:
        """Keep the step; `cause` is a kind of error, never a text that could hold an address or a secret."""
        self.step = step
        super().__init__(f"{step}: {cause}")


class NoWholeAnswer(HerautError):
    """The request left (at least its first byte) and no whole answer came; `step` says why."""

    def __init__(self, step: Step, cause: str) -> None:
        """Keep the step; `cause` is a kind of error, never a text that could hold an address or a secret."""
        self.step = step
        super().__init__(f"{step}: {cause}")


@dataclass(frozen=True)
class Reply:
    """A whole answer; header names are case-insensitive."""

    status: int
    headers: CaseInsensitiveDict[str]
    body: bytes


def exchange(target: Target, method: str, *, until: float, limit_bytes: int, **request: Any) -> Reply:
    """Send one request and read its whole answer.

    `until` is on the clock of `time.monotonic`, `limit_bytes` bounds the (decompressed) body, `request` takes the
    `headers`, `params`, `json`, `data` and `files` of `requests`. Raises NotSent or NoWholeAnswer.
    """
    course = _Course(target, until)
    prepared = _prepare(target, method, request)
    adapter = _Adapter(course)
    try:
        response = adapter.send(prepared, stream=True, timeout=course.left())
        body = _read(response, limit_bytes)
    except _TooLarge:
        raise NoWholeAnswer(Step.SIZE, "too large") from None
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, UnicodeError, EOFError) as error:
        raise course.failure(error) from None  # what they say may hold the address, and the address a secret
    finally:
        adapter.close()
    return Reply(response.status_code, CaseInsensitiveDict(response.headers), body)


class _TooLarge(Exception):
    pass


class _Course:
    """How far one exchange came."""

    def __init__(self, target: Target, until: float) -> None:
        self.target = target
        self.until = until
        self.step = Step.CONNECT
        self.began_to_send = False
        self.peer_ended = False

    def left(self) -> float:
        """Seconds left; TimeoutError when there are none."""
        seconds = self.until - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds

    def failure(self, error: Exception) -> NotSent | NoWholeAnswer:
        step = Step.TIME if time.monotonic() >= self.until else self.step
        if isinstance(error, UnicodeError):  # a header's characters are looked at last
            step = Step.REQUEST
        kind = NoWholeAnswer if self.began_to_send else NotSent
        return kind(step, type(error).__name__)

    def connect(self) -> socket.socket:
        """Connect to the first checked address that answers; each gets its share of the time left."""
        failed: OSError = OSError("no address")
        for place, address in enumerate(self.target.addresses):
            share = self.left() / (len(self.target.addresses) - place)
            try:
                connected = socket.create_connection((address, self.target.port), timeout=share)
            except OSError as error:
                failed = error
            else:
                connected.settimeout(self.left())  # bounds the whole TLS handshake too
                connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return connected
        raise failed


class _Timed:
    """A connected socket each of whose operations ends before the deadline."""

    def __init__(self, connected: socket.socket, course: _Course) -> None:
        self._socket = connected
        self._course = course

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)

    def sendall(self, data: bytes) -> None:
        view = memoryview(data)
        for start in range(0, len(view), _PIECE):
            self._socket.settimeout(self._course.left())
            self._socket.sendall(view[start : start + _PIECE])

    def makefile(self, *_mode: str, **_options: Any) -> io.BufferedReader:
        return io.BufferedReader(_TimedReading(self._socket, self._course))


class _TimedReading(io.RawIOBase):
    def __init__(self, connected: socket.socket, course: _Course) -> None:
        self._socket = connected
        self._raw = connected.makefile("rb", buffering=0)  # keeps the socket open after the connection lets it go
        self._course = course

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._socket.settimeout(self._course.left())
        count = self._raw.readinto(buffer)
        self._course.peer_ended = count == 0
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Pinned(HTTPConnection):
    """A connection to the checked addresses, whatever its host's name means by now."""

    def __init__(self, *args: Any, course: _Course, **options: Any) -> None:
        super().__init__(*args, **options)
        self._course = course

    def _new_conn(self) -> socket.socket:
        return self._course.connect()

    def connect(self) -> None:
        super().connect()
        self.sock: Any = _Timed(self.sock, self._course)

    def send(self, data: Any) -> None:
        if self.sock is None:
            if self._course.began_to_send:
                raise ConnectionError  # http.client would open a second connection
            self.connect()
        self._course.step = Step.ANSWER
        self._course.began_to_send = True
        super().send(data)

    def getresponse(self) -> Any:
        response = super().getresponse()
        if self._course.peer_ended:
            # http.client takes the end of the connection for the end of the headers
            response.close()
            raise EOFError
        return response


class _PinnedTls(_Pinned, HTTPSConnection):
    """The same under TLS: the certificate must still be that of the host's name."""

    def _new_conn(self) -> socket.socket:
        connected = super()._new_conn()
        self._course.step = Step.TLS
        return connected


class _Adapter(HTTPAdapter):
    def __init__(self, course: _Course) -> None:
        self._course = course
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def get_connection_with_tls_context(self, *_args: Any, **_options: Any) -> HTTPConnectionPool:
        target = self._course.target
        pool: Any
        kind: Any
        if target.scheme == "https":
            pool = self.poolmanager.connection_from_host(
                target.host, target.port, "https", pool_kwargs={"ssl_context": tls()}
            )
            kind = _PinnedTls
        else:
            pool = self.poolmanager.connection_from_host(target.host, target.port, "http")
            kind = _Pinned
        pool.ConnectionCls = functools.partial(kind, course=self._course)
        checked: HTTPConnectionPool = pool
        return checked

    def cert_verify(self, *_args: Any, **_options: Any) -> None:
        """Leave it to `tls`: requests would read the certificates again at each call."""


@functools.cache
def tls() -> ssl.SSLContext:
    """Make, once, the context that checks certificates and names."""
    return ssl.create_default_context(cafile=certifi.where())


def _prepare(target: Target, method: str, request: Mapping[str, Any]) -> requests.PreparedRequest:
    unknown = request.keys() - _IN_REQUEST
    if unknown:
        raise TypeError(f"not part of a request: {sorted(unknown)}")
    given = dict(request)
    headers = {"Connection": "close", **(given.pop("headers", None) or {})}
    try:
        return requests.Request(method, target.url, headers=headers, **given).prepare()
    except (requests.RequestException, ValueError) as error:
        raise NotSent(Step.REQUEST, type(error).__name__) from None


def _read(response: requests.Response, limit_bytes: int) -> bytes:
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced) > limit_bytes and response.request.method != "HEAD":
        response.close()
        raise _TooLarge
    body = bytearray()
    for piece in response.raw.stream(_PIECE, decode_content=True):
        body += piece
        if len(body) > limit_bytes:
            response.close()
            raise _TooLarge
    return bytes(body)
