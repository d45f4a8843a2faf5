"""Asking an authority: one request over HTTP, and its answer checked before it is a witness."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from heraut.contests.store import NobodyAnswered
from heraut.contests.timestamps import read
from heraut.fetch import Guard
from heraut.witnesses.rfc3161 import AUTHORITIES, Authority
from tests.loopback import Server, answer, answering, read_request, serving
from tests.twins.tsa import OpensslAuthority, OwnAuthority

pytestmark = pytest.mark.enable_socket

COMMIT = sha256(b"a commitment").hexdigest()
OWN = OwnAuthority()


def asking(server: Server, authority: OpensslAuthority | OwnAuthority = OWN) -> Authority:
    """Give the client of a server on loopback."""
    return Authority(f"{server.url}/tsr", Guard(frozenset({server.host_port})), [authority.root], 3.0)


def test_an_authority_is_asked_and_its_answer_kept(tmp_path: Path) -> None:
    """`openssl ts` behind a server: type and body are those of RFC 3161, and what is kept can be checked again."""
    authority, heads = OpensslAuthority(tmp_path), []

    def play(connected: socket.socket) -> None:
        head, _, body = read_request(connected).partition(b"\r\n\r\n")
        heads.append(head.decode())
        connected.sendall(answer(body=authority.answer(body), Content_Type="application/timestamp-reply"))

    with serving(play) as server:
        stamped = asking(server, authority).stamp(COMMIT)

    assert heads[0].startswith("POST /tsr HTTP/1.1")
    assert "content-type: application/timestamp-query" in heads[0].lower()
    assert abs((stamped.stamp.at - datetime.now(UTC)).total_seconds()) < 30
    assert read(stamped.evidence, COMMIT, [authority.root]) == stamped.stamp


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (answer("503 Service Unavailable"), "status 503"),
        (answer("302 Found", Location="https://example.org/"), "status 302"),
        (answer(body=b"<html>"), "draw_stamp_unreadable"),
        (answer(body=OWN.over(COMMIT, datetime.now(UTC))), "draw_stamp_nonce"),
        (answer(body=OWN.over("00" * 32, datetime.now(UTC))), "draw_stamp_other"),
        (answer(body=bytes(200_000)), "size"),
        (b"", "answer"),
    ],
    ids=["down", "elsewhere", "page", "an old answer", "another's", "huge", "nothing"],
)
def test_an_answer_that_does_not_hold_is_no_witness(raw: bytes, why: str) -> None:
    """It is said whom we asked and what was wrong."""
    with serving(answering(raw)) as server, pytest.raises(NobodyAnswered) as error:
        asking(server).stamp(COMMIT)

    assert error.value.tried == ((server.host_port, why),)


def test_only_authorities_named_in_the_product_are_asked_without_tls() -> None:
    """An address of somebody else's over plain HTTP is refused before a byte leaves."""
    resolved = []

    def resolve(host: str, port: int, seconds: float) -> list[str]:
        resolved.append(host)
        return ["10.0.0.1"]

    def why(address: str) -> str:
        with pytest.raises(NobodyAnswered) as error:
            Authority(address, Guard(resolve=resolve), [OWN.root]).stamp(COMMIT)
        return error.value.tried[0][1]

    assert why("http://tsa.example.org/tsr") == "address_not_https"
    assert {why(one) for one in AUTHORITIES} == {"address_private"}
    assert why(AUTHORITIES[0].replace("http://", "http://x.")) == "address_not_https"


def test_plain_hosts_are_still_public_ones() -> None:
    """A host that may be asked over http is checked like any other."""
    guard = replace(Guard(resolve=lambda *_: ["93.184.215.14"]), plain=frozenset({"tsa.example.org"}))

    assert guard.check("http://tsa.example.org/tsr").addresses == ("93.184.215.14",)
