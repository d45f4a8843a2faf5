"""The public randomness a draw waits for: drand's rounds, when each comes, and whether a signature is really its own.

A chain is always an argument: `QUICKNET` is the one that counts in public, a test makes its own. The scheme is
`bls-unchained-g1-rfc9380`: BLS12-381, public key in G2 (96 bytes compressed), signature in G1 (48 bytes compressed)
over SHA-256 of the round's number, hashed to the curve as RFC 9380 says (https://docs.drand.love/docs/cryptography).
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from hashlib import sha256

from heraut.contests.draw import refused

SCHEME = "bls-unchained-g1-rfc9380"
DST = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"
SIGNATURE_BYTES = 48
# The field's modulus, and the three highest bits of a compressed point (draft-irtf-cfrg-bls-signature, appendix A).
_P = 0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB
_X_BITS = 381
_COMPRESSED, _INFINITY = 1 << 383, 1 << 382
_HEX = re.compile(r"[0-9a-f]+")


@dataclass(frozen=True)
class Chain:
    """A drand chain: `period` in seconds, `genesis` (the first round) in Unix seconds, the rest in hexadecimal.

    `hash` must be that of the other fields: a constant with a wrong digit is refused when it is made (ValueError).
    """

    hash: str
    public_key: str
    period: int
    genesis: int
    group_hash: str
    id: str
    scheme: str = SCHEME

    def __post_init__(self) -> None:
        """Check the constants against each other."""
        if self.hash != hash_of(self.public_key, self.period, self.genesis, self.group_hash, self.id):
            raise ValueError(f"the chain {self.id} is not the one of this hash: a constant is wrong")
        if self.scheme != SCHEME:
            raise ValueError(f"the chain {self.id} signs as {self.scheme}, and only {SCHEME} is known here")

    def round_at(self, draw_time: int) -> int:
        """Give the first round whose time is not before `draw_time` (Unix seconds)."""
        if draw_time < self.genesis:
            raise refused("draw_before_chain", chain=self.id)
        return -((self.genesis - draw_time) // self.period) + 1

    def time_of(self, round_number: int) -> int:
        """Give the instant (Unix seconds) at which a round comes; nobody can know it before."""
        return self.genesis + (round_number - 1) * self.period


def hash_of(public_key: str, period: int, genesis: int, group_hash: str, name: str) -> str:
    """Give a chain's hash (hexadecimal), as drand computes it from what the chain is."""
    numbers = struct.pack(">IQ", period, genesis)
    return sha256(numbers + bytes.fromhex(public_key) + bytes.fromhex(group_hash) + name.encode("ascii")).hexdigest()


QUICKNET = Chain(
    hash="52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",
    public_key=(
        "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
        "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
    ),
    period=3,
    genesis=1_692_803_367,
    group_hash="f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e",
    id="quicknet",
)


def message_of(round_number: int) -> bytes:
    """Give what the chain signs for a round, 32 bytes."""
    return sha256(struct.pack(">Q", round_number)).digest()


def signature_from(given: str) -> bytes:
    """Read a signature in lower-case hexadecimal; InvalidInput when it is not 48 bytes of it."""
    if len(given) != 2 * SIGNATURE_BYTES or not _HEX.fullmatch(given):
        raise refused("draw_signature_form")
    return bytes.fromhex(given)


def verify(chain: Chain, round_number: int, signature: bytes) -> None:
    """Refuse, with InvalidInput, a signature that is not the chain's own for this round, in its one encoding.

    Some signatures have a second encoding of the same point, `x + p`: whoever takes it modulo p accepts it, and draws
    with another SHA-256 of the signature. Here it is refused, by its own message.
    """
    from py_arkworks_bls12381 import GT, G1Point, G2Point  # compiled, and of no use before a round has come

    _require_only_encoding(signature)
    try:
        point = G1Point.from_compressed_bytes(signature)  # on the curve, in the subgroup
    except ValueError as error:
        raise refused("draw_signature_no_point") from error
    key = G2Point.from_compressed_bytes(bytes.fromhex(chain.public_key))
    expected = G1Point.hash_to_curve(message_of(round_number), DST)
    if not GT.pairing_check([point, expected], [-G2Point(), key]):
        raise refused("draw_signature_other", round=round_number, chain=chain.id)


def _require_only_encoding(signature: bytes) -> None:
    """Refuse, with InvalidInput, what is not a compressed point whose x is below the modulus."""
    if len(signature) != SIGNATURE_BYTES:
        raise refused("draw_signature_form")
    number = int.from_bytes(signature, "big")
    if not number & _COMPRESSED:
        raise refused("draw_signature_form")
    if number & _INFINITY:
        raise refused("draw_signature_infinity")
    if number & ((1 << _X_BITS) - 1) >= _P:
        raise refused("draw_signature_alias")
