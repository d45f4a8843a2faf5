"""The beacon: real rounds, when each comes, and every signature that is not the round's own."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from py_arkworks_bls12381 import G1Point

from heraut.contests.beacon import QUICKNET, Chain, signature_from, verify
from heraut.errors import InvalidInput
from tests.twins.chain import OwnChain, P, X, alias
from tests.unit.contests.test_draw import code_of

ROUND_1000 = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"
ROUND_123 = "b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92"
OWN = OwnChain()


def refusal(chain: Chain, round_number: int, signature: bytes) -> str:
    """Give the code by which a signature is refused."""
    with pytest.raises(InvalidInput) as error:
        verify(chain, round_number, signature)
    return code_of(error)


@pytest.mark.parametrize(("round_number", "signature"), [(1000, ROUND_1000), (123, ROUND_123)])
def test_real_rounds_are_the_beacons(round_number: int, signature: str) -> None:
    """Two rounds of quicknet, as its relays gave them."""
    verify(QUICKNET, round_number, signature_from(signature))


def test_the_randomness_of_a_real_round() -> None:
    """SHA-256 of the signature is what the relays call randomness."""
    assert (
        sha256(signature_from(ROUND_1000)).hexdigest()
        == "fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd"
    )


def test_a_signature_of_another_round_is_refused() -> None:
    """A true signature, for another instant."""
    assert refusal(QUICKNET, 1000, signature_from(ROUND_123)) == "draw_signature_other"
    assert refusal(QUICKNET, 1001, signature_from(ROUND_1000)) == "draw_signature_other"


def test_a_signature_of_another_chain_is_refused() -> None:
    """Whoever holds a key of their own signs nothing of quicknet."""
    assert refusal(QUICKNET, 1000, OWN.signature(1000)) == "draw_signature_other"
    verify(OWN.chain, 1000, OWN.signature(1000))


def test_the_second_encoding_is_refused_by_its_own_message() -> None:
    """The same point written as x + p: another SHA-256, so another draw."""
    found = [(number, other) for number in range(1, 101) if (other := alias(OWN.signature(number)))]

    assert 10 <= len(found) <= 45  # about a quarter have one
    for number, other in found:
        assert (int.from_bytes(other, "big") & X) - P == int.from_bytes(OWN.signature(number), "big") & X
        assert refusal(OWN.chain, number, other) == "draw_signature_alias"


@pytest.mark.parametrize(
    ("signature", "code"),
    [
        (b"", "draw_signature_form"),
        (bytes(47), "draw_signature_form"),
        (bytes(48), "draw_signature_form"),
        (b"\x34" + bytes.fromhex(ROUND_1000)[1:], "draw_signature_form"),
        (b"\xc0" + bytes(47), "draw_signature_infinity"),
        (b"\xe0" + bytes(47), "draw_signature_infinity"),
        (b"\x9f" + b"\xff" * 47, "draw_signature_alias"),
        (b"\x80" + bytes(46) + b"\x01", "draw_signature_no_point"),
        (b"\x80" + bytes(46) + b"\x04", "draw_signature_no_point"),
        (b"\x94" + bytes.fromhex(ROUND_1000)[1:], "draw_signature_other"),
    ],
    ids=[
        *("empty", "short", "zeros", "not compressed", "infinity", "infinity with a sign", "beyond p"),
        *("not on the curve", "not in the subgroup", "the other y"),
    ],
)
def test_what_is_no_signature_is_refused(signature: bytes, code: str) -> None:
    """Each by its own message."""
    assert refusal(QUICKNET, 1000, signature) == code


def test_the_point_outside_the_subgroup_is_on_the_curve() -> None:
    """What the case above refuses is refused for its group, not for its curve."""
    assert not G1Point.from_compressed_bytes_unchecked(b"\x80" + bytes(46) + b"\x04").is_in_subgroup()


@pytest.mark.parametrize("given_hex", ["", "b4" * 47, "b4" * 49, "zz" * 48, "B4" * 48, " " * 96])
def test_a_signature_is_written_in_one_way(given_hex: str) -> None:
    """48 bytes in lower-case hexadecimal."""
    with pytest.raises(InvalidInput) as error:
        signature_from(given_hex)

    assert code_of(error) == "draw_signature_form"


def test_a_flipped_bit_is_never_the_rounds() -> None:
    """No bit of a signature can be changed."""
    good = signature_from(ROUND_1000)
    for bit in range(0, 384, 7):
        flipped = (int.from_bytes(good, "big") ^ (1 << bit)).to_bytes(48, "big")

        with pytest.raises(InvalidInput):
            verify(QUICKNET, 1000, flipped)


@pytest.mark.parametrize(
    ("at", "round_number"),
    [
        (QUICKNET.genesis, 1),
        (QUICKNET.genesis + 1, 2),
        (QUICKNET.genesis + 3, 2),
        (QUICKNET.genesis + 4, 3),
        (1_692_806_364, 1000),
        (1_692_806_365, 1001),
    ],
)
def test_the_round_of_an_instant(at: int, round_number: int) -> None:
    """The first whose time is not before it."""
    assert QUICKNET.round_at(at) == round_number


@given(at=st.integers(min_value=0, max_value=10**10), period=st.integers(min_value=1, max_value=60))
def test_no_earlier_round_would_do(at: int, period: int) -> None:
    """The round comes at or after the instant, by less than a period."""
    chain = OwnChain(period=period, genesis=0).chain

    assert 0 <= chain.time_of(chain.round_at(at)) - at < period


def test_an_instant_before_the_chain_has_no_round() -> None:
    """A draw in the past of the beacon."""
    with pytest.raises(InvalidInput) as error:
        QUICKNET.round_at(QUICKNET.genesis - 1)

    assert code_of(error) == "draw_before_chain"


@pytest.mark.parametrize(
    "changed",
    [
        {"period": 4},
        {"genesis": QUICKNET.genesis + 1},
        {"public_key": OWN.chain.public_key},
        {"group_hash": "00" * 32},
        {"id": "slownet"},
        {"hash": "00" * 32},
        {"scheme": "pedersen-bls-chained"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_wrong_constant_makes_no_chain(changed: dict[str, Any]) -> None:
    """The pinned constants are checked against each other."""
    with pytest.raises(ValueError, match="the chain"):
        replace(QUICKNET, **changed)
