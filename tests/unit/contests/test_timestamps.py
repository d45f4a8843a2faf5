"""Time-stamps: what an authority says of a commit is believed only when everything about it holds."""

from __future__ import annotations

import random
import subprocess
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from heraut.contests.timestamps import AUTHORITIES, UnknownAuthority, product_roots, read, request
from heraut.errors import InvalidInput
from tests.twins import stamps as cases
from tests.twins.stamps import CASES
from tests.twins.tsa import STAMPING, OpensslAuthority, OwnAuthority, certificate, der, integer
from tests.unit.contests.test_draw import code_of

AT = datetime(2023, 8, 23, 14, 0, tzinfo=UTC)
COMMIT = sha256(b"a commitment").hexdigest()
IMPRINT = sha256(bytes.fromhex(COMMIT)).digest()
ONE = OwnAuthority()


def refusal(answer: bytes, authority: OwnAuthority = ONE, nonce: int | None = None) -> str:
    """Give the code by which an answer is refused."""
    with pytest.raises(InvalidInput) as error:
        read(answer, COMMIT, [authority.root], nonce)
    return code_of(error)


# ---------------------------------------------------------------------------- openssl
def test_openssl_stamps_what_we_ask_and_we_read_what_it_answers(tmp_path: Path) -> None:
    """A real authority's program: the request is understood, answer and bare token are believed."""
    authority, asked = OpensslAuthority(tmp_path), request(COMMIT)
    before = datetime.now(UTC) - timedelta(seconds=2)

    for options in ((), ("-token_out",)):
        stamp = read(authority.answer(asked.body, *options), COMMIT, [authority.root], asked.nonce)

        assert before <= stamp.at <= datetime.now(UTC) + timedelta(seconds=1)
        assert stamp.latest == stamp.at + timedelta(seconds=1)
        assert stamp.authority == "openssl ts"


def test_a_token_without_certificates_needs_them_given(tmp_path: Path) -> None:
    """Who asks without wanting them gets none; a verifier may have the signer's beside its root."""
    authority, query = OpensslAuthority(tmp_path), tmp_path / "bare"
    command = ["openssl", "ts", "-query", "-digest", IMPRINT.hex(), "-sha256", "-out", str(query)]
    subprocess.run(command, check=True, capture_output=True)
    answer = authority.answer(query.read_bytes())
    roots = [authority.root, authority.certificate, authority.root]

    assert read(answer, COMMIT, roots).authority == "openssl ts"
    with pytest.raises(InvalidInput) as error:
        read(answer, COMMIT, [authority.root])
    assert code_of(error) == "draw_stamp_unreadable"


def test_a_signer_that_is_its_own_root_is_believed_when_given(tmp_path: Path) -> None:
    """A small authority without a hierarchy: its one certificate is what the verifier gives."""
    authority = OpensslAuthority(tmp_path)
    own = certificate("alone", "alone", authority.key.public_key(), authority.key, usage=STAMPING)
    (tmp_path / "tsa.pem").write_bytes(own.public_bytes(Encoding.PEM))
    (tmp_path / "root.pem").write_bytes(own.public_bytes(Encoding.PEM))
    answer = authority.answer(request(COMMIT).body)

    assert read(answer, COMMIT, [own]).authority == "alone"
    with pytest.raises(UnknownAuthority):
        read(answer, COMMIT, [authority.root])


def test_an_answer_to_another_request_is_refused(tmp_path: Path) -> None:
    """The nonce is that of the request: yesterday's answer is no answer."""
    authority = OpensslAuthority(tmp_path)
    answer = authority.answer(request(COMMIT).body)

    with pytest.raises(InvalidInput) as error:
        read(answer, COMMIT, [authority.root], request(COMMIT).nonce)
    assert code_of(error) == "draw_stamp_nonce"


def test_each_request_has_its_own_nonce() -> None:
    """Nobody can guess it."""
    assert len({request(COMMIT).nonce for _ in range(20)}) == 20


# ---------------------------------------------------------------------------- what is believed
@pytest.mark.parametrize(
    "imprint",
    [IMPRINT, sha256(COMMIT.encode()).digest(), bytes.fromhex(COMMIT)],
    ids=["hash of its bytes", "hash of its digits", "the commit itself"],
)
@pytest.mark.parametrize("accuracy", [None, 0, 5])
def test_a_stamp_over_the_commit_is_believed(imprint: bytes, accuracy: int | None) -> None:
    """However the commit was given to the authority; its own doubt about the time counts."""
    stamp = read(ONE.answer(imprint, AT, accuracy=accuracy), COMMIT, [ONE.root])

    assert (stamp.at, stamp.latest) == (AT, AT + timedelta(seconds=accuracy or 0))


@pytest.mark.parametrize(
    ("accuracy", "later"),
    [
        (der(0x30), timedelta()),
        (der(0x30, der(0x80, b"\x01\xf4")), timedelta(milliseconds=500)),
        (der(0x30, der(0x81, b"\x05")), timedelta(microseconds=5)),
        (der(0x30, integer(1), der(0x80, b"\x02"), der(0x81, b"\x03")), timedelta(seconds=1, microseconds=2_003)),
    ],
    ids=["nothing", "thousandths alone", "millionths alone", "all three"],
)
def test_a_part_of_the_accuracy_that_is_left_out_is_zero(accuracy: bytes, later: timedelta) -> None:
    """As RFC 3161 has it; authorities that say half a second leave the seconds out."""
    stamp = read(ONE.token(IMPRINT, AT, accuracy=accuracy), COMMIT, [ONE.root])

    assert stamp.latest == AT + later


@pytest.mark.parametrize("seconds", [b"\xff", b"\x01" + bytes(5), b"\x01" + bytes(7)])
def test_an_accuracy_that_no_calendar_holds_is_refused(seconds: bytes) -> None:
    """Below zero, and thousands of years."""
    token = ONE.token(IMPRINT, AT, accuracy=der(0x30, der(2, seconds)))

    assert refusal(token) == "draw_stamp_unreadable"


def test_two_authorities_are_two_keys() -> None:
    """One authority asked twice stays one."""
    other = OwnAuthority("Horodatage deux")
    keys = [read(one.over(COMMIT, AT), COMMIT, [one.root]).key for one in (ONE, ONE, other)]

    assert keys[0] == keys[1] != keys[2]


def test_a_certificate_that_ended_since_was_good_then() -> None:
    """What counts is the instant of the stamp."""
    ended = OwnAuthority(until=AT + timedelta(days=1))

    assert read(ended.over(COMMIT, AT), COMMIT, [ended.root]).at == AT


# ---------------------------------------------------------------------------- what is not
def test_a_stamp_of_something_else_is_refused() -> None:
    """Another commitment, were it one letter away."""
    assert refusal(ONE.over(sha256(b"another").hexdigest(), AT)) == "draw_stamp_other"


def test_a_stamp_of_an_unknown_authority_is_told_apart() -> None:
    """Nothing is wrong with it, but nobody here knows who made it."""
    with pytest.raises(UnknownAuthority) as error:
        read(ONE.over(COMMIT, AT), COMMIT, [OwnAuthority("another").root])
    assert code_of(error) == "draw_stamp_unknown_authority"
    with pytest.raises(UnknownAuthority):
        read(ONE.over(COMMIT, AT), COMMIT, product_roots())


def test_roots_of_one_name_are_told_apart() -> None:
    """Two authorities that call their roots alike, whichever is given first."""
    same = OwnAuthority()

    for roots in ([ONE.root, same.root], [same.root, ONE.root]):
        for one in (ONE, same):
            assert read(one.over(COMMIT, AT), COMMIT, roots).at == AT
        with pytest.raises(InvalidInput) as error:
            read(ONE.over(COMMIT, AT).replace(b"20230823140000Z", b"20230823130000Z"), COMMIT, roots)
        assert code_of(error) == "draw_stamp_forged"


def test_without_roots_nobody_is_known() -> None:
    """And nobody is believed."""
    with pytest.raises(UnknownAuthority):
        read(ONE.over(COMMIT, AT), COMMIT, [])


def test_a_root_of_the_same_name_is_not_the_root() -> None:
    """A forger calls theirs what the real one is called."""
    forged = OwnAuthority()

    with pytest.raises(InvalidInput):
        read(forged.over(COMMIT, AT), COMMIT, [ONE.root])


@pytest.mark.parametrize(
    "authority",
    [
        OwnAuthority(usage=(ExtendedKeyUsageOID.CODE_SIGNING,)),
        OwnAuthority(usage=(ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING)),
        OwnAuthority(critical=False),
        OwnAuthority(usage=()),
    ],
    ids=["other usage", "two usages", "not critical", "none"],
)
def test_only_a_certificate_for_stamps_stamps(authority: OwnAuthority) -> None:
    """For time-stamping alone, and critically so."""
    assert refusal(authority.over(COMMIT, AT), authority) == "draw_stamp_no_authority"


@pytest.mark.parametrize("at", [datetime(2019, 1, 1, tzinfo=UTC), datetime(2041, 1, 1, tzinfo=UTC)])
def test_a_stamp_outside_its_certificates_time_is_refused(at: datetime) -> None:
    """Somebody took an old key."""
    assert refusal(ONE.over(COMMIT, at)) == "draw_stamp_expired"


def test_a_moved_instant_breaks_the_signature() -> None:
    """Nobody but the authority can date it back."""
    good = ONE.over(COMMIT, AT)
    moved = good.replace(b"20230823140000Z", b"20230823130000Z")

    assert moved != good
    assert refusal(moved) == "draw_stamp_forged"


def test_a_changed_signature_is_refused() -> None:
    """One bit of it."""
    good = bytearray(ONE.over(COMMIT, AT))
    good[-3] ^= 1

    assert refusal(bytes(good)) == "draw_stamp_forged"


@pytest.mark.parametrize("status", [2, 3, 4, 1])
def test_an_authority_that_did_not_grant_is_no_witness(status: int) -> None:
    """A refusal, a wait, a warning; or a stamp over something changed by the authority."""
    token = ONE.token(IMPRINT, AT) if status == 1 else b""

    assert refusal(der(0x30, der(0x30, integer(status)), token)) == "draw_stamp_denied"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x30",
        b"\x30\x00",
        b"\x30\x80\x00\x00",
        b"<html>",
        b"\x30\x03abc",
        ONE.over(COMMIT, AT)[:-1],
        ONE.over(COMMIT, AT) + b"x",
        b"\x31" + ONE.over(COMMIT, AT)[1:],
        bytes(200_000),
    ],
    ids=["empty", "cut", "nothing", "indefinite", "page", "garbage", "end cut", "longer", "a set", "huge"],
)
def test_what_is_no_answer_is_refused(answer: bytes) -> None:
    """Whatever a server sends."""
    assert refusal(answer) == "draw_stamp_unreadable"


def test_no_changed_byte_makes_another_time_or_authority() -> None:
    """Thousands of broken answers: refused, or (outside what is signed) saying the same."""
    good = ONE.over(COMMIT, AT)
    said = read(good, COMMIT, [ONE.root])
    chance = random.Random(20261121)  # noqa: S311 -- which bits are broken, not a secret
    refused = 0
    for _ in range(1_500):
        broken = bytearray(good)
        broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
        try:
            assert read(bytes(broken), COMMIT, [ONE.root]) == said
        except InvalidInput:
            refused += 1

    assert refused > 700


@pytest.mark.parametrize("name", CASES)
def test_each_kind_of_stamp_is_told_by_what_is_wrong_with_it(name: str) -> None:
    """Good ones pass; the certificate page says the same of each (tests/peers/test_page_stamps.py)."""
    case = CASES[name]
    try:
        said = read(case.answer, cases.COMMIT, case.roots).authority
    except InvalidInput as error:
        said = error.problems[0].code

    assert said == (case.code or case.authority.name)


# ---------------------------------------------------------------------------- roots
def test_every_root_named_in_the_product_is_there() -> None:
    """An update of certifi that drops one is seen here, and somebody decides."""
    from cryptography.hazmat.primitives import hashes

    found = {one.fingerprint(hashes.SHA256()).hex() for one in product_roots()}

    assert found == AUTHORITIES.keys()
    for one in product_roots():
        assert one.issuer == one.subject
