"""Web Push, as Mastodon sends notifications: encrypted for a key that only we have, which proves who wrote them too.

https://docs.joinmastodon.org/methods/push/. `aes128gcm` is RFC 8291 over RFC 8188 (salt, record size and the sender's
key stand before the text); `aesgcm` is the draft before it (draft-ietf-webpush-encryption-04), which Mastodon uses
unless `subscription[standard]` was asked for: salt and key stand in the headers `Encryption` and `Crypto-Key`. Both
sides' keys are on P-256; `auth` is a secret of 16 bytes that the server was given with our public key.
"""

from __future__ import annotations

import binascii
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING

from heraut.errors import Unverified
from heraut.networks.base import Opened
from heraut.networks.webhooks.signature import Asked, field, header

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric import ec

    from heraut.networks.base import WebhookRequest

KEY, SALT, TAG = 65, 16, 16  # bytes of a point, a salt, an authentication tag
HEAD = SALT + 4 + 1  # RFC 8188: salt, record size, length of the key's name


@dataclass(frozen=True)
class _Sealed:
    """What came: for which encoding, with which salt, from which key."""

    encoding: str
    salt: bytes
    sender: bytes
    text: bytes


class MastodonPush(Asked):
    """`private_key` (32 bytes) and `auth` (16) are ours, base64url; the server knows the public half and `auth`."""

    given: tuple[str, ...] = ()
    drawn = ("private_key", "auth")
    content_types = ("application/octet-stream",)

    def draw(self) -> Mapping[str, str]:
        """Draw a key pair and the secret that goes with it."""
        from cryptography.hazmat.primitives.asymmetric import ec

        drawn = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
        return {"private_key": _text(drawn.to_bytes(32, "big")), "auth": _text(secrets.token_bytes(16))}

    def verify(self, request: WebhookRequest, secret: Mapping[str, str], now: datetime) -> Opened:  # noqa: ARG002
        """Decrypt; only who was given our public key and `auth` can have written it."""
        sealed = _sealed(request)
        return Opened(_decrypt(sealed, _bytes(field(secret, "private_key")), _bytes(field(secret, "auth"))))


def public_key(private_key: str) -> str:
    """Give the public half of a key, as a subscription wants it (uncompressed point, base64url)."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    point = _private(_bytes(private_key)).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return _text(point)


def _sealed(request: WebhookRequest) -> _Sealed:
    encoding, body = header(request, "content-encoding").lower(), request.body
    if encoding == "aes128gcm":
        if len(body) < HEAD + KEY + TAG or body[SALT + 4] != KEY:
            raise Unverified("too short for aes128gcm")
        return _Sealed(encoding, body[:SALT], body[HEAD : HEAD + KEY], body[HEAD + KEY :])
    if encoding == "aesgcm":
        salt, sender = _parameter(request, "encryption", "salt"), _parameter(request, "crypto-key", "dh")
        if len(salt) != SALT:  # zeros behind it would make no difference to the key
            raise Unverified("a salt of another length")
        return _Sealed(encoding, salt, sender, body)
    raise Unverified("an unknown content-encoding")


def _parameter(request: WebhookRequest, name: str, wanted: str) -> bytes:
    found = re.search(rf"(?:^|[;,\s]){wanted}=\"?([A-Za-z0-9_=-]+)", header(request, name))
    if not found:
        raise Unverified(f"no {wanted} in {name}")
    return _bytes(found[1])


def _decrypt(sealed: _Sealed, private_key: bytes, auth: bytes) -> bytes:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    try:
        mine = _private(private_key)
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sealed.sender)
        shared = mine.exchange(ec.ECDH(), theirs)
        point = mine.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        key, nonce = _keys(sealed, shared, point, auth)
        padded = AESGCM(key).decrypt(nonce, sealed.text, None)
    except (ValueError, InvalidTag):
        raise Unverified("not encrypted for this webhook") from None
    return _unpadded(sealed.encoding, padded)


def _keys(sealed: _Sealed, shared: bytes, mine: bytes, auth: bytes) -> tuple[bytes, bytes]:
    """Derive key and nonce: RFC 8291 section 3.4, or section 3.4 of the draft."""
    if sealed.encoding == "aes128gcm":
        first = _hkdf(auth, shared, b"WebPush: info\0" + mine + sealed.sender, 32)
        return (
            _hkdf(sealed.salt, first, b"Content-Encoding: aes128gcm\0", 16),
            _hkdf(sealed.salt, first, b"Content-Encoding: nonce\0", 12),
        )
    first = _hkdf(auth, shared, b"Content-Encoding: auth\0", 32)
    context = b"P-256\0" + b"".join(len(one).to_bytes(2, "big") + one for one in (mine, sealed.sender))
    return (
        _hkdf(sealed.salt, first, b"Content-Encoding: aesgcm\0" + context, 16),
        _hkdf(sealed.salt, first, b"Content-Encoding: nonce\0" + context, 12),
    )


def _unpadded(encoding: str, padded: bytes) -> bytes:
    """Take the padding off: after the text and a 2 (RFC 8188), or before it and its length (the draft)."""
    if encoding == "aes128gcm":
        text = padded.rstrip(b"\0")
        if not text.endswith(b"\x02"):
            raise Unverified("more than one record")
        return text[:-1]
    length = int.from_bytes(padded[:2], "big")
    if len(padded) < 2 + length or padded[2 : 2 + length].strip(b"\0"):
        raise Unverified("wrong padding")
    return padded[2 + length :]


def _hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), length, salt, info).derive(secret)


def _private(key: bytes) -> ec.EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.derive_private_key(int.from_bytes(key, "big"), ec.SECP256R1())


def _text(held: bytes) -> str:
    return urlsafe_b64encode(held).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise Unverified("a key or salt that is not base64url") from None


SCHEME = MastodonPush()
