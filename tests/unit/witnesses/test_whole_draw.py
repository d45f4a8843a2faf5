"""A whole draw over HTTP: `openssl ts` stamps the commit now, the round comes later, the certificate is verified."""

from __future__ import annotations

import base64
import io
import socket
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from heraut.contests.certificate import Announced, Certificate, Place, Witness
from heraut.contests.checks import Given, checks, is_verified, ranked
from heraut.contests.draw import FIRST_PREV, Commitment, frozen, handle_of, records_of
from heraut.fetch import Guard
from heraut.witnesses.drand import Drand
from heraut.witnesses.rfc3161 import Authority
from tests.loopback import answer, read_request, serving
from tests.twins.chain import OwnChain, Relays
from tests.twins.tsa import OpensslAuthority

pytestmark = pytest.mark.enable_socket

OWN = OwnChain()
RULES = b"The rules"


def stamping(authority: OpensslAuthority) -> Callable[[socket.socket], None]:
    """Put `openssl ts` behind HTTP."""

    def play(connected: socket.socket) -> None:
        query = read_request(connected).partition(b"\r\n\r\n")[2]
        connected.sendall(answer(body=authority.answer(query), Content_Type="application/timestamp-reply"))

    return play


def test_a_draw_from_its_list_to_its_certificate(tmp_path: Path) -> None:
    """Two authorities, a relay, ten entrants, one winner, one alternate; and nothing of it may come a minute later."""
    now = datetime.now(UTC)
    drawn_at = now + timedelta(minutes=10)
    nonces = {f"mastodon:{i}": sha256(b"nonce %d" % i).digest() for i in range(10)}
    handles = {handle_of("noel", nonce, one): one for one, nonce in nonces.items()}
    entrants = b"".join(records_of((handle, 1) for handle in handles))
    found = frozen(io.BytesIO(entrants))
    number = OWN.chain.round_at(int(drawn_at.timestamp()))
    commitment = Commitment(
        draw_id="noel",
        operator="martin",
        seq=1,
        prev=FIRST_PREV,
        rules=sha256(RULES).hexdigest(),
        root=found.root,
        entrants=found.entrants,
        tickets=found.tickets,
        winners=1,
        alternates=1,
        chain=OWN.chain.hash,
        round=number,
        draw_time=int(drawn_at.timestamp()),
        frozen_at=int(now.timestamp()),
    )
    later = drawn_at + timedelta(minutes=1)
    authorities = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        authorities.append(OpensslAuthority(tmp_path / name))
    roots = [one.root for one in authorities]
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(stamping(one))) for one in authorities]
        relay = stack.enter_context(serving(Relays(OWN, lambda: later).play))
        guard = Guard(frozenset(one.host_port for one in (*servers, relay)))
        beacon = Drand(OWN.chain, guard, (relay.url,), 5.0)

        assert beacon.signature(number, now) is None
        stamps = [Authority(one.url, guard, roots, 5.0).stamp(commitment.commit()) for one in servers]
        signature = beacon.signature(number, later)
    assert signature is not None
    order = ranked(commitment, io.BytesIO(entrants), OWN.chain, signature.hex())
    winner = handles[bytes.fromhex(order[0])]
    certificate = Certificate(
        commitment=commitment,
        signature=signature.hex(),
        ranking=[Place(handle=handle, rank=rank) for rank, handle in enumerate(order, 1)],
        witnesses=[
            Witness(
                kind="rfc3161",
                commit=commitment.commit(),
                at=int(one.stamp.at.timestamp()),
                evidence=base64.b64encode(one.evidence).decode(),
            )
            for one in stamps
        ],
        announced=[Announced(id=winner, nonce=nonces[winner].hex(), rank=1)],
    )
    read = Certificate.read(certificate.text())

    assert is_verified(checks(read, io.BytesIO(entrants), OWN.chain, Given(roots, RULES)))
    early = OwnChain(genesis=OWN.chain.genesis - 11 * 60).chain  # the same rounds, eleven minutes earlier
    assert not is_verified(checks(read, io.BytesIO(entrants), early, Given(roots, RULES)))
