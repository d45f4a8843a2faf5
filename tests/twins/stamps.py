"""Time-stamps over one commit, good ones and each kind of bad one: whoever verifies any says the same of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.twins.tsa import (
    CA,
    CONTENT_TYPE,
    MESSAGE_DIGEST,
    NO_CA,
    SIGNED_DATA,
    STAMPING,
    TST_INFO,
    Key,
    OwnAuthority,
    attributes,
    certificate,
    der,
    integer,
    rsa_key,
)

AT = datetime(2023, 8, 23, 14, 0, tzinfo=UTC)
COMMIT = sha256(b"a commitment").hexdigest()
IMPRINT = sha256(bytes.fromhex(COMMIT)).digest()
ONE = OwnAuthority("Horodatage d'essai")
GOOD = ONE.over(COMMIT, AT)
TOKEN = ONE.token(IMPRINT, AT)
_START = TOKEN.index(TST_INFO) + len(TST_INFO) + 4  # behind the headers of [0] and of the OCTET STRING
INFO = TOKEN[_START : _START + 2 + TOKEN[_START + 1]]
SIGNED = attributes(INFO, ONE.function)
OTHER_TYPE = SIGNED_DATA  # any that is no TSTInfo
UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")


@dataclass(frozen=True)
class Case:
    """An authority's answer, the authority whose root is believed, and the code of what is wrong ("": nothing)."""

    answer: bytes
    authority: OwnAuthority
    code: str = ""

    @property
    def roots(self) -> list[x509.Certificate]:
        """The roots that are believed."""
        return [self.authority.root]


def p384() -> Key:
    """Make a larger key."""
    return ec.generate_private_key(ec.SECP384R1())


def usage(*names: str) -> x509.KeyUsage:
    """Give a key usage."""
    known = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    more = ("key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{one: one in names for one in (*known, *more)})


def by(authority: OwnAuthority, code: str = "") -> Case:
    """Let an authority stamp."""
    return Case(authority.over(COMMIT, AT), authority, code)


def signed(code: str, *given: bytes, unsigned: bytes = b"") -> Case:
    """Let it sign these attributes instead of the right ones."""
    return Case(ONE.token_of(INFO, [ONE.signature(given, unsigned)]), ONE, code)


def flipped(whole: bytes, at: int) -> bytes:
    """Change one bit."""
    return whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]


def impostor() -> Case:
    """Let somebody stamp with their own key under the authority's own certificate."""
    forger = OwnAuthority(ONE.name)
    forger.certificate, forger.others = ONE.certificate, ONE.others
    return Case(forger.over(COMMIT, AT), ONE, "draw_stamp_forged")


def by_a_signer_of_a_signer() -> Case:
    """Let a good signer, who is no authority over others, make a certificate for somebody."""
    forger = OwnAuthority("Faussaire")
    forger.certificate = certificate(
        "Faussaire", ONE.name, forger._key.public_key(), ONE._key, usage=STAMPING, critical=True
    )
    forger.others = [ONE.certificate, ONE.root]
    return Case(forger.over(COMMIT, AT), ONE, "draw_stamp_chain")


def _namesakes(count: int) -> list[bytes]:
    """Give roots that are called what the authority's is called, each of which might have signed each other."""
    return [OwnAuthority(ONE.name).root.public_bytes(Encoding.DER) for _ in range(count)]


_SIGN, _CERTIFY = (usage("digital_signature"), True), (usage("key_cert_sign"), True)
CASES: dict[str, Case] = {
    # ------------------------------------------------------------------------ good
    "as it is asked for": by(ONE),
    "the token alone": Case(TOKEN, ONE),
    "a nonce that nobody asked for": Case(ONE.answer(IMPRINT, AT, nonce=7), ONE),
    "over the commit's digits": Case(ONE.answer(sha256(COMMIT.encode()).digest(), AT), ONE),
    "the commit as the hash": Case(ONE.answer(bytes.fromhex(COMMIT), AT), ONE),
    "no accuracy": Case(ONE.answer(IMPRINT, AT, accuracy=None), ONE),
    "an accuracy of thousandths": Case(ONE.answer(IMPRINT, AT, accuracy=der(0x30, der(0x80, b"\x01\xf4"))), ONE),
    "RSA": by(OwnAuthority(make_key=rsa_key)),
    "P-384 and SHA-384": by(OwnAuthority(make_key=p384, function=hashes.SHA384())),
    "RSA and SHA-512": by(OwnAuthority(make_key=rsa_key, function=hashes.SHA512())),
    "an authority between": by(OwnAuthority(between=[CA], above=[_CERTIFY], more=[_SIGN])),
    "two between, as many as allowed": by(OwnAuthority(between=[x509.BasicConstraints(ca=True, path_length=1), CA])),
    "attributes that nobody signs": signed("", *SIGNED, unsigned=der(0xA1, der(0x30, CONTENT_TYPE, der(0x31, INFO)))),
    "a signer who ended since": by(OwnAuthority(until=datetime(2023, 8, 24, tzinfo=UTC))),
    "a critical name beside": by(OwnAuthority(more=[(x509.SubjectAlternativeName([x509.DNSName("a.example")]), True)])),
    # ------------------------------------------------------------------------ no answer, or another one
    "nothing": Case(b"", ONE, "draw_stamp_unreadable"),
    "no DER": Case(b"<html>", ONE, "draw_stamp_unreadable"),
    "cut": Case(GOOD[:-1], ONE, "draw_stamp_unreadable"),
    "something behind its end": Case(GOOD + b"\x00", ONE, "draw_stamp_unreadable"),
    "of an indefinite length": Case(b"\x30\x80" + GOOD[4:] + b"\x00\x00", ONE, "draw_stamp_unreadable"),
    "a length longer than it need be": Case(b"\x30\x83\x00" + GOOD[2:], ONE, "draw_stamp_unreadable"),
    "another tag": Case(b"\x31" + GOOD[1:], ONE, "draw_stamp_unreadable"),
    "huge": Case(bytes(100_001), ONE, "draw_stamp_unreadable"),
    "deep": Case(b"\x30\x80" * 40_000, ONE, "draw_stamp_unreadable"),
    "granted, without a stamp": Case(der(0x30, der(0x30, integer(0))), ONE, "draw_stamp_unreadable"),
    "denied": Case(der(0x30, der(0x30, integer(2))), ONE, "draw_stamp_denied"),
    "granted with changes": Case(der(0x30, der(0x30, integer(1)), TOKEN), ONE, "draw_stamp_denied"),
    "of another commit": Case(ONE.over("ab" * 32, AT), ONE, "draw_stamp_other"),
    # ------------------------------------------------------------------------ whose it is
    "nobody's signature": Case(ONE.token_of(INFO, []), ONE, "draw_stamp_unreadable"),
    "two signatures": Case(
        ONE.token_of(INFO, [ONE.signature(SIGNED), ONE.signature(SIGNED)]), ONE, "draw_stamp_unreadable"
    ),
    "without the signer's certificate": Case(
        ONE.token_of(INFO, [ONE.signature(SIGNED)], [ONE.root.public_bytes(Encoding.DER)]), ONE, "draw_stamp_unreadable"
    ),
    "a certificate for something else": by(
        OwnAuthority(usage=(ExtendedKeyUsageOID.CODE_SIGNING,)), "draw_stamp_no_authority"
    ),
    "a certificate for stamps and more": by(
        OwnAuthority(usage=(*STAMPING, ExtendedKeyUsageOID.CODE_SIGNING)), "draw_stamp_no_authority"
    ),
    "a certificate that is not critically for stamps": by(OwnAuthority(critical=False), "draw_stamp_no_authority"),
    "a certificate for nothing said": by(OwnAuthority(usage=()), "draw_stamp_no_authority"),
    "an unknown root": Case(GOOD, OwnAuthority(ONE.name + "!"), "draw_stamp_unknown_authority"),
    "an unknown root, and many of one name": Case(
        ONE.token_of(INFO, [ONE.signature(SIGNED)], [ONE.certificate.public_bytes(Encoding.DER), *_namesakes(60)]),
        OwnAuthority(ONE.name + "!"),
        "draw_stamp_unknown_authority",
    ),
    "many of one name beside the root": Case(
        ONE.token_of(INFO, [ONE.signature(SIGNED)], [ONE.certificate.public_bytes(Encoding.DER), *_namesakes(60)]), ONE
    ),
    # ------------------------------------------------------------------------ its chain
    "another root of the same name": Case(GOOD, OwnAuthority(ONE.name), "draw_stamp_chain"),
    "between them somebody who is no authority": by(OwnAuthority(between=[NO_CA]), "draw_stamp_chain"),
    "a signer's signer": by_a_signer_of_a_signer(),
    "between them somebody who may not certify": by(OwnAuthority(between=[CA], above=[_SIGN]), "draw_stamp_chain"),
    "more between than allowed": by(
        OwnAuthority(between=[x509.BasicConstraints(ca=True, path_length=0), CA]), "draw_stamp_chain"
    ),
    "a key that is for something else too": by(
        OwnAuthority(more=[(usage("digital_signature", "key_encipherment"), True)]), "draw_stamp_chain"
    ),
    "something critical that nobody knows": by(OwnAuthority(more=[(UNKNOWN, True)]), "draw_stamp_chain"),
    "ended before": by(OwnAuthority(until=datetime(2023, 8, 23, 13, tzinfo=UTC)), "draw_stamp_expired"),
    "ended at that second": by(OwnAuthority(until=AT), "draw_stamp_expired"),
    "not begun": by(OwnAuthority(since=datetime(2023, 8, 23, 15, tzinfo=UTC)), "draw_stamp_expired"),
    # ------------------------------------------------------------------------ its signature
    "dated back": Case(GOOD.replace(b"20230823140000Z", b"20230823130000Z"), ONE, "draw_stamp_forged"),
    "another signature": Case(flipped(GOOD, -3), ONE, "draw_stamp_forged"),
    "somebody else's key": impostor(),
    "another hash signed": signed("draw_stamp_forged", SIGNED[0], attributes(b"", ONE.function)[1]),
    "no hash signed": signed("draw_stamp_forged", SIGNED[0]),
    "no type signed": signed("draw_stamp_forged", SIGNED[1]),
    "another type signed": signed("draw_stamp_forged", *attributes(INFO, ONE.function, OTHER_TYPE)),
    "two types signed": signed("draw_stamp_forged", *SIGNED, der(0x30, CONTENT_TYPE, der(0x31, OTHER_TYPE))),
    "a hash signed twice": signed(
        "draw_stamp_forged", SIGNED[0], der(0x30, MESSAGE_DIGEST, der(0x31, *[SIGNED[1][-34:]] * 2))
    ),
    "nothing signed": signed("draw_stamp_forged"),
}
