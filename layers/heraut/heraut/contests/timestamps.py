"""Time-stamps of RFC 3161: asking an authority that it saw a commit, and checking alone what it answered.

What is stamped is SHA-256 of the commit's 32 bytes. A token made by somebody else's program counts too where it stamps
SHA-256 of the commit's 64 hexadecimal digits, or where the commit itself is the stamped hash: each binds the authority
to this commit and no other.

`rfc3161-client` reads the answer and leaves signature and chain to OpenSSL (purpose `timestampsign`, at the instant of
the stamp). It knows DER alone, and many authorities, `openssl ts` among them, give their certificates in another order
than DER sorts them; they are sorted here before: RFC 5652 leaves their order free, and no signature covers it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from heraut.contests.draw import refused
from heraut.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography.x509 import Certificate

# Whose stamps count without being given: certificates that `certifi` brings, by SHA-256, and the authority of each.
AUTHORITIES = {
    "552f7bdcf1a7af9e6ce672017f4f12abf77240c78e761ac203d1d9d20ac89988": "DigiCert (DigiCert Trusted Root G4)",
    "2cabeafe37d06ca22aba7391c0033d25982952c453647349763a3ab5ad6ccf69": "GlobalSign (Root CA - R6)",
    "85666a562ee0be5ce925c1d8890a6f76a87ec16d4d7d5f29ea7419cf20123b69": "SSL.com (Root Certification Authority RSA)",
    "b676f2eddae8775cd36cb0f63cd1d4603961f49e6265ba013a2f0307b6d0b804": "Certum (Trusted Network CA 2)",
    "5d56499be4d2e08bcfcad08a3e38723d50503bde706948e42f55603019e528ae": "IdenTrust (Commercial Root CA 1)",
    "e793c9b02fd8aa13e21c31228accb08119643b749c898964b1746d46c3d4cbd2": "Sectigo (USERTrust RSA)",
}
LARGEST = 100_000  # bytes of an answer: a token with its certificates has about six thousand
_SHA256 = "2.16.840.1.101.3.4.2.1"
_GRANTED = 0
_SEQUENCE, _SET, _OID = 0x30, 0x31, 0x06
_EXPLICIT = _CERTIFICATES = _ATTRIBUTES = 0xA0  # one tag, [0], which means another thing in each place
_TST_INFO = bytes.fromhex("060b2a864886f70d0109100104")
_CONTENT_TYPE, _MESSAGE_DIGEST = (bytes.fromhex(f"06092a864886f70d01090{end}") for end in "34")
_HASHES = {bytes.fromhex(f"060960864801650304020{end}") for end in "123"}  # SHA-256, SHA-384, SHA-512
_LONG = 0x80  # a DER length of 128 and more says in its first byte how many bytes it takes
_MOST_LENGTH_BYTES = 4


@dataclass(frozen=True)
class Request:
    """What to send to an authority; its answer must hold the nonce again."""

    body: bytes
    nonce: int


@dataclass(frozen=True)
class Stamp:
    """What a good token says: the commit was seen by `authority` at `at` (aware), at the latest at `latest`.

    `key` is SHA-256 of the authority's public key: two tokens of one key are one witness.
    """

    at: datetime
    latest: datetime
    authority: str
    key: str


class UnknownAuthority(InvalidInput):
    """Nothing is wrong with the token, but whoever made it is neither named in the product nor given."""


def request(commit: str) -> Request:
    """Make the request for a stamp over a commit (64 hexadecimal digits), with a random nonce."""
    from rfc3161_client import TimestampRequestBuilder
    from rfc3161_client.base import HashAlgorithm

    builder = TimestampRequestBuilder().data(bytes.fromhex(commit)).hash_algorithm(HashAlgorithm.SHA256)
    made = builder.nonce(nonce=True).cert_request(cert_request=True).build()
    if made.nonce is None:
        raise ValueError("the request has no nonce")
    return Request(made.as_bytes(), made.nonce)


def read(answer: bytes, commit: str, roots: Sequence[Certificate], nonce: int | None = None) -> Stamp:
    """Check an authority's answer (or the bare token) over a commit, down to one of `roots`, and give its stamp.

    Checked are the status, the stamped hash, the nonce where one is given, that the signer's certificate is for
    time-stamping alone and says so critically, the signature, and each certificate of the chain at the instant of the
    stamp. Raises UnknownAuthority where no root is at the chain's end, InvalidInput for everything else that is wrong.
    """
    response = _parsed(answer)
    if response.status != _GRANTED:
        raise refused("draw_stamp_denied", status=response.status)
    said, signer = _said_by(response, roots)
    imprint = said.message_imprint
    if imprint.hash_algorithm.dotted_string != _SHA256 or imprint.message not in _stamped(commit):
        raise refused("draw_stamp_other")
    if nonce is not None and said.nonce != nonce:
        raise refused("draw_stamp_nonce")
    if not signer.for_stamps:
        raise refused("draw_stamp_no_authority", authority=signer.name)
    _require_chain(response, imprint.message, signer, roots)
    if not _is_signed_as_a_stamp(response.time_stamp_token()):
        raise refused("draw_stamp_forged", authority=signer.name)
    try:
        latest = said.gen_time + _accuracy(said)
    except (ValueError, OverflowError) as error:  # an instant that no calendar has
        raise refused("draw_stamp_unreadable") from error
    return Stamp(said.gen_time, latest, signer.name, signer.key)


@cache
def product_roots() -> tuple[Certificate, ...]:
    """Give the roots named in the product, as `certifi` brings them; one that it dropped is missing."""
    from cryptography.x509 import load_der_x509_certificate

    return tuple(load_der_x509_certificate(der) for der in product_root_bytes())


@cache
def product_root_bytes() -> tuple[bytes, ...]:
    """Give the same roots in DER, for whoever only hands them on."""
    import ssl
    from pathlib import Path

    import certifi

    text = Path(certifi.where()).read_text(encoding="utf-8")
    end = "-----END CERTIFICATE-----"
    blocks = [block[block.index("-----BEGIN") :] + end for block in text.split(end) if "-----BEGIN" in block]
    ders = [ssl.PEM_cert_to_DER_cert(block) for block in blocks]
    return tuple(der for der in ders if sha256(der).hexdigest() in AUTHORITIES)


def roots_from(given: bytes) -> list[Certificate]:
    """Read the certificates of a file, in PEM (several) or DER (one); ValueError when there are none."""
    from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificates

    if b"-----BEGIN" in given:
        return load_pem_x509_certificates(given)
    return [load_der_x509_certificate(given)]


def _stamped(commit: str) -> tuple[bytes, ...]:
    raw = bytes.fromhex(commit)
    return sha256(raw).digest(), sha256(commit.encode("ascii")).digest(), raw


def _accuracy(said: Any) -> timedelta:
    """Give how far off the stamp may be; each part that is left out is zero (RFC 3161, section 2.4.2)."""
    given = said.accuracy
    if given is None:
        return timedelta()
    return timedelta(seconds=given.seconds or 0, milliseconds=given.millis or 0, microseconds=given.micros or 0)


def _parsed(answer: bytes) -> Any:
    from rfc3161_client import decode_timestamp_response

    if len(answer) > LARGEST:
        raise refused("draw_stamp_unreadable")
    try:
        return decode_timestamp_response(_in_der(answer))
    except (ValueError, IndexError) as error:
        raise refused("draw_stamp_unreadable") from error


@dataclass(frozen=True)
class _Signer:
    """Who signed a token: `key` is SHA-256 of the public key, `for_stamps` what the certificate allows.

    `left_out` is the certificate where the token has none, and it was given among the roots.
    """

    name: str
    key: str
    for_stamps: bool
    left_out: Certificate | None


def _said_by(response: Any, roots: Sequence[Certificate]) -> tuple[Any, _Signer]:
    """Give what a token says, and who says so by its certificate; nothing is verified yet."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from cryptography.x509 import DuplicateExtension, InvalidVersion, UnsupportedGeneralNameType

    try:
        said, signer = response.tst_info, _certificate(response, roots)
        public = signer.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        left_out = None if response.signed_data.certificates else signer
        return said, _Signer(_name(signer), sha256(public).hexdigest(), _is_for_stamps(signer), left_out)
    except (
        *(ValueError, KeyError, TypeError),  # a name with an unknown kind of text is a KeyError
        *(UnsupportedAlgorithm, DuplicateExtension, InvalidVersion, UnsupportedGeneralNameType),
    ) as error:
        raise refused("draw_stamp_unreadable") from error


def _certificate(response: Any, roots: Sequence[Certificate]) -> Certificate:
    """Give the certificate that the token's one signature names; a token may leave it out, and a verifier have it."""
    from cryptography.x509 import load_der_x509_certificate

    signers = list(response.signed_data.signer_infos)
    if len(signers) != 1:
        raise ValueError("not one signature")
    named = (signers[0].issuer, signers[0].serial_number)
    every = [load_der_x509_certificate(der) for der in response.signed_data.certificates]
    found = {one for one in every or roots if (one.issuer, one.serial_number) == named}
    if len(found) != 1:
        raise ValueError("the signer's certificate is not there, or not alone")
    return found.pop()


def _is_for_stamps(signer: Certificate) -> bool:
    """Whether a certificate is for time-stamping, critically and alone (RFC 3161, section 2.3)."""
    from cryptography.x509 import ExtendedKeyUsage, ExtensionNotFound
    from cryptography.x509.oid import ExtendedKeyUsageOID

    try:
        usage = signer.extensions.get_extension_for_class(ExtendedKeyUsage)
    except ExtensionNotFound:
        return False
    return usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]


def _name(signer: Certificate) -> str:
    from cryptography.x509.oid import NameOID

    names = signer.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else signer.subject.rfc4514_string()


def _require_chain(response: Any, imprint: bytes, signer: _Signer, roots: Sequence[Certificate]) -> None:
    """Refuse a token whose signature does not hold, or whose signer no root stands behind.

    Each root is tried alone, with what else was given between it and the signer: among roots of one name OpenSSL takes
    one and looks at no other.
    """
    from rfc3161_client import VerificationError, VerifierBuilder

    between = [one for one in roots if one.issuer != one.subject]
    why = []
    for root in {one for one in roots if one.issuer == one.subject}:
        try:
            VerifierBuilder(roots=[root, *between], tsa_certificate=signer.left_out).build().verify(response, imprint)
        except VerificationError as error:
            why.append(_why(str(error)))
        else:
            return
    code = next((one for one in _WHY if one in why), _WHY[-1])
    said = refused(code, authority=signer.name)
    raise UnknownAuthority(said.problems) if code == _WHY[-1] else said


def _is_signed_as_a_stamp(token: bytes) -> bool:
    """Whether what was signed names, each once, the content's hash and that it is a stamp (RFC 5652, section 11).

    OpenSSL compares the hash where it is there, and signs for no type; nor does it mind an old hash function.
    """
    (signed,) = _children(_children(token, _SEQUENCE)[1], _EXPLICIT)
    (signature,) = _children(_children(signed, _SEQUENCE)[-1], _SET)
    fields = _children(signature, _SEQUENCE)
    given = [pair for one in fields if one[0] == _ATTRIBUTES for pair in _children(one, _ATTRIBUTES)]
    found = [(kind, _children(values, _SET)) for kind, values in (_children(pair, _SEQUENCE) for pair in given)]
    types, digests = ([values for kind, values in found if kind == one] for one in (_CONTENT_TYPE, _MESSAGE_DIGEST))
    strong = _children(fields[2], _SEQUENCE)[0] in _HASHES
    return strong and types == [[_TST_INFO]] and [len(values) for values in digests] == [1]


# What says most first: of several roots, all but the signer's own only say that they do not know it.
_WHY = ("draw_stamp_forged", "draw_stamp_expired", "draw_stamp_chain", "draw_stamp_unknown_authority")


def _why(said: str) -> str:
    """Give the code of OpenSSL's refusal: what it prints is all that the library tells."""
    if "unable to get local issuer certificate" in said or "self-signed certificate" in said:
        return "draw_stamp_unknown_authority"
    if "has expired" in said or "not yet valid" in said:
        return "draw_stamp_expired"
    if "certificate verify error" in said:
        return "draw_stamp_chain"
    return "draw_stamp_forged"


# ---------------------------------------------------------------------------- DER, as far as it takes to sort
def _in_der(answer: bytes) -> bytes:
    """Give an answer with its certificates in DER's order; a bare token is put into an answer that grants it."""
    parts = _children(answer, _SEQUENCE)
    if parts[0][0] == _OID:
        parts = [_value(_SEQUENCE, b"\x02\x01\x00"), answer]
    if len(parts) == 1:
        return answer
    status, token = parts
    kind, explicit = _children(token, _SEQUENCE)
    (signed,) = _children(explicit, _EXPLICIT)
    fields = _children(signed, _SEQUENCE)
    whole = [
        _value(one[0], *sorted(_children(one, _CERTIFICATES))) if one[0] == _CERTIFICATES else one for one in fields
    ]
    return _value(_SEQUENCE, status, _value(_SEQUENCE, kind, _value(_EXPLICIT, _value(_SEQUENCE, *whole))))


def _children(value: bytes, tag: int) -> list[bytes]:
    """Take a constructed value apart; ValueError or IndexError where it is not DER from its first to its last byte."""
    start, end = _span(value, 0)
    if value[0] != tag or end != len(value):
        raise ValueError("another kind of value, or something stands behind its end")
    found = []
    while start < end:
        _content, after = _span(value, start)
        if after > end:
            raise ValueError("a part is longer than the whole")
        found.append(value[start:after])
        start = after
    return found


def _span(value: bytes, at: int) -> tuple[int, int]:
    """Give where the content of the value that begins at `at` begins, and where it ends."""
    length = value[at + 1]
    content = at + 2
    if length & _LONG:
        count = length - _LONG
        if not 1 <= count <= _MOST_LENGTH_BYTES:
            raise ValueError("no definite length")
        length = int.from_bytes(value[content : content + count], "big")
        if length < _LONG or not value[content]:
            raise ValueError("a length in more bytes than it takes")
        content += count
    return content, content + length


def _value(tag: int, *contents: bytes) -> bytes:
    content = b"".join(contents)
    if len(content) < _LONG:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, _LONG | len(length)]) + length + content
