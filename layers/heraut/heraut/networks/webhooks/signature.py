"""What the schemes share: a header that must be there, comparison in constant time, how old a signed time may be."""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from heraut.errors import Unverified
from heraut.networks.base import Opened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heraut.networks.base import WebhookAnswer, WebhookRequest

JSON = ("application/json",)
FRESH = timedelta(minutes=5)  # what Slack and Standard Webhooks ask for; others leave it to whoever receives


class Drawn:
    """A scheme whose own fields, if it has some, are words that nobody can guess."""

    drawn: tuple[str, ...] = ()

    def draw(self) -> Mapping[str, str]:
        """Draw each of 192 random bits, in letters that every form takes."""
        return {name: secrets.token_urlsafe(24) for name in self.drawn}


class Asked(Drawn):
    """A scheme whose network asks nothing."""

    def challenge(self, request: WebhookRequest, secret: Mapping[str, str]) -> WebhookAnswer | None:  # noqa: ARG002
        """Answer nothing."""
        return None


class HexSignature(Asked):
    """A scheme of one header: a prefix, then the HMAC-SHA256 of the raw body in hexadecimal."""

    content_types = JSON

    def __init__(self, header: str, prefix: str, key: str, *, drawn: bool) -> None:
        """Say the header (lower case), what stands before the digits, and which field of the secret is the key."""
        self._header, self._prefix, self._key = header, prefix, key
        self.given: tuple[str, ...] = () if drawn else (key,)
        self.drawn: tuple[str, ...] = (key,) if drawn else ()

    def verify(self, request: WebhookRequest, secret: Mapping[str, str], now: datetime) -> Opened:  # noqa: ARG002
        """Open what this key signed."""
        check(header(request, self._header), self._write(request.body, secret))
        return Opened(request.body)

    def sign(self, body: bytes, secret: Mapping[str, str], now: datetime) -> Mapping[str, str]:  # noqa: ARG002
        """Sign as the network does."""
        return {self._header: self._write(body, secret)}

    def _write(self, body: bytes, secret: Mapping[str, str]) -> str:
        return self._prefix + hmac_of(field(secret, self._key), body).hex()


def header(request: WebhookRequest, name: str) -> str:
    """Give a header's value; Unverified when it is not there."""
    value = request.headers.get(name, "").strip()
    if not value:
        raise Unverified(f"no {name}")
    return value


def field(secret: Mapping[str, str], name: str) -> str:
    """Give a field of a webhook's secret; an empty key would let anybody sign."""
    value = secret.get(name, "")
    if not value:
        raise Unverified(f"the webhook has no {name}: subscribe it again")
    return value


def hmac_of(key: str | bytes, message: bytes, digest: str = "sha256") -> bytes:
    """Sign a message."""
    return hmac.digest(key.encode() if isinstance(key, str) else key, message, digest)


def check(given: str, expected: str) -> None:
    """Compare in constant time; Unverified when they differ."""
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise Unverified("wrong signature")


def check_fresh(seconds: str, now: datetime) -> None:
    """Refuse what was signed more than five minutes from now, either way; Unverified too when it is no time."""
    if not re.fullmatch(r"[0-9]{1,12}", seconds):
        raise Unverified("no time was signed")
    try:
        signed = datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        raise Unverified("no time was signed") from None
    if abs(now - signed) > FRESH:
        raise Unverified("signed at another time")
