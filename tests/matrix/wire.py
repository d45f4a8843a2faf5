"""Where requests would open a socket: a line to a double, so that everything of ours above the socket really runs.

`exchange` connects, http.client and urllib3 write the request's bytes and read the answer's; the other end is ours.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_REASONS = {200: "OK", 202: "Accepted", 400: "Bad Request", 404: "Not Found", 422: "Unprocessable", 429: "Too Many"}


@dataclass(frozen=True)
class Heard:
    """A request as the double read it off the line."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]  # names in lower case
    body: bytes = field(repr=False)

    def json(self) -> dict[str, Any]:
        """Read the body's object."""
        read: dict[str, Any] = json.loads(self.body)
        return read


@dataclass(frozen=True)
class Said:
    """An answer before it is put on the line."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def written(self) -> bytes:
        """Give the bytes of the answer."""
        body = json.dumps(self.body, ensure_ascii=False).encode()
        said = {"Content-Type": "application/json; charset=utf-8", "Content-Length": str(len(body)), **self.headers}
        lines = [f"HTTP/1.1 {self.status} {_REASONS.get(self.status, 'Said')}", *(f"{k}: {v}" for k, v in said.items())]
        return "\r\n".join([*lines, "", ""]).encode() + body


class Line:
    """A connected socket; `answer` is asked for the reply once the request is whole and somebody reads."""

    def __init__(self, answer: Callable[[Heard, float], bytes]) -> None:
        self._answer = answer
        self._sent = bytearray()
        self._seconds = 0.0

    def settimeout(self, seconds: float) -> None:
        """Remember how long the caller waits."""
        self._seconds = seconds

    def setsockopt(self, *_: int) -> None:
        """There is nothing to set."""

    def sendall(self, data: bytes) -> None:
        """Take bytes of the request."""
        self._sent += data

    def makefile(self, *_: Any, **__: Any) -> io.RawIOBase:
        """Give the reading end."""
        return _Reading(lambda: self._answer(heard(bytes(self._sent)), self._seconds))

    def shutdown(self, *_: int) -> None:
        """There is nobody to tell."""

    def close(self) -> None:
        """Nothing is held."""


class _Reading(io.RawIOBase):
    def __init__(self, ask: Callable[[], bytes]) -> None:
        self._ask = ask
        self._left: io.BytesIO | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._left is None:
            self._left = io.BytesIO(self._ask())
        return self._left.readinto(buffer)


def heard(sent: bytes) -> Heard:
    """Read a request."""
    head, _, body = sent.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    if int(headers.get("content-length", 0)) != len(body):
        raise AssertionError("the request was not sent whole")
    address = urlsplit(target)
    return Heard(method, address.path, parse_qs(address.query), headers, body)
