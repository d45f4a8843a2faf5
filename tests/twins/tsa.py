"""Time-stamping authorities of the tests: one that stamps at any instant, and `openssl ts`."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Function = hashes.SHA256 | hashes.SHA384 | hashes.SHA512
SHA256 = bytes.fromhex("0609608648016503040201")
ECDSA = bytes.fromhex("06082a8648ce3d040302")
HASHES = {f"sha{bits}": SHA256[:-1] + bytes([end]) for bits, end in ((256, 1), (384, 2), (512, 3))}
RSA = bytes.fromhex("06092a864886f70d010101")
TST_INFO = bytes.fromhex("060b2a864886f70d0109100104")
SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
CONTENT_TYPE = bytes.fromhex("06092a864886f70d010903")
MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
POLICY = bytes.fromhex("06042a030401")
FROM, UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
STAMPING = (ExtendedKeyUsageOID.TIME_STAMPING,)
CA = x509.BasicConstraints(ca=True, path_length=None)
NO_CA = x509.BasicConstraints(ca=False, path_length=None)


def der(tag: int, *contents: bytes) -> bytes:
    """Write one DER value."""
    content = b"".join(contents)
    if len(content) < 128:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 128 | len(length)]) + length + content


def integer(value: int) -> bytes:
    """Write an INTEGER that is not negative."""
    return der(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def key() -> ec.EllipticCurvePrivateKey:
    """Make a key."""
    return ec.generate_private_key(ec.SECP256R1())


def rsa_key() -> rsa.RSAPrivateKey:
    """Make a key as most authorities have."""
    return rsa.generate_private_key(65537, 2048)


def sign(key_: Key, data: bytes, function: Function) -> bytes:
    """Sign as certificates and tokens do."""
    if isinstance(key_, rsa.RSAPrivateKey):
        return key_.sign(data, padding.PKCS1v15(), function)
    return key_.sign(data, ec.ECDSA(function))


def certificate(
    name: str,
    issuer: str,
    public: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
    signer: Key,
    *,
    usage: tuple[x509.ObjectIdentifier, ...] | None = None,
    critical: bool = True,
    since: datetime = FROM,
    until: datetime = UNTIL,
    constraints: x509.BasicConstraints | None = None,
    more: Sequence[tuple[x509.ExtensionType, bool]] = (),
    function: Function | None = None,
) -> x509.Certificate:
    """Make a certificate; without a usage it is that of an authority over others. `more`: extensions, if critical."""
    built = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(constraints or (CA if usage is None else NO_CA), critical=True)
    )
    if usage:
        built = built.add_extension(x509.ExtendedKeyUsage(usage), critical=critical)
    for extension, is_critical in more:
        built = built.add_extension(extension, critical=is_critical)
    return built.sign(signer, function or hashes.SHA256())


@dataclass
class OwnAuthority:
    """Stamps what it is given at the instant it is told, as a real authority does; every part can be made wrong.

    `between` are the constraints of each certificate between its root and its own, from the root down; `more` are
    extensions of its own certificate, `above` of those between; `function` is what it signs with.
    """

    name: str = "Horodatage un"
    usage: tuple[x509.ObjectIdentifier, ...] = STAMPING
    critical: bool = True
    until: datetime = UNTIL
    since: datetime = FROM
    between: Sequence[x509.BasicConstraints] = ()
    more: Sequence[tuple[x509.ExtensionType, bool]] = ()
    above: Sequence[tuple[x509.ExtensionType, bool]] = ()
    function: Function = field(default_factory=hashes.SHA256)
    make_key: Callable[[], Key] = key
    _root_key: Key | None = None

    def __post_init__(self) -> None:
        """Make the root, what stands between and the authority's own certificate."""
        self._root_key, self._key = self._root_key or self.make_key(), self.make_key()
        issuer, signer = f"{self.name} root", self._root_key
        self.root = certificate(issuer, issuer, signer.public_key(), signer, function=self.function)
        self.others = [self.root]
        for number, constraints in enumerate(self.between, 1):
            name, own = f"{self.name} {number}", self.make_key()
            made = certificate(name, issuer, own.public_key(), signer, constraints=constraints, more=self.above)
            self.others.append(made)
            issuer, signer = name, own
        self.certificate = certificate(
            self.name,
            issuer,
            self._key.public_key(),
            signer,
            usage=self.usage,
            critical=self.critical,
            since=self.since,
            until=self.until,
            more=self.more,
            function=self.function,
        )

    @property
    def root_pem(self) -> bytes:
        """The root as `--tsa-root` takes it."""
        return self.root.public_bytes(serialization.Encoding.PEM)

    def answer(self, imprint: bytes, at: datetime, nonce: int | None = None, accuracy: int | bytes | None = 1) -> bytes:
        """Give the whole answer over a hash of 32 bytes."""
        return der(0x30, der(0x30, integer(0)), self.token(imprint, at, nonce, accuracy))

    def over(self, commit: str, at: datetime) -> bytes:
        """Give the answer over a commit, as Héraut asks for it."""
        return self.answer(sha256(bytes.fromhex(commit)).digest(), at)

    def token(self, imprint: bytes, at: datetime, nonce: int | None = None, accuracy: int | bytes | None = 1) -> bytes:
        """Give the bare token: CMS SignedData over a TSTInfo (RFC 5652, RFC 3161); `accuracy` in seconds, or DER."""
        info = der(
            0x30,
            integer(1),
            POLICY,
            der(0x30, der(0x30, SHA256, b"\x05\x00"), der(4, imprint)),
            integer(7),
            der(0x18, f"{at:%Y%m%d%H%M%SZ}".encode()),
            accuracy if isinstance(accuracy, bytes) else der(0x30, integer(accuracy)) if accuracy is not None else b"",
            integer(nonce) if nonce is not None else b"",
        )
        return self.token_of(info, [self.signature(attributes(info, self.function))])

    def signature(self, signed: Sequence[bytes], unsigned: bytes = b"") -> bytes:
        """Give the SignerInfo over some attributes."""
        named = der(0x30, self.certificate.issuer.public_bytes(), integer(self.certificate.serial_number))
        kind = der(0x30, RSA, b"\x05\x00") if isinstance(self._key, rsa.RSAPrivateKey) else der(0x30, ECDSA)
        ordered = b"".join(sorted(signed))
        made = sign(self._key, der(0x31, ordered), self.function)
        covered = der(0xA0, ordered) if signed else b""
        return der(0x30, integer(1), named, algorithm(self.function), covered, kind, der(4, made), unsigned)

    def token_of(self, info: bytes, signers: Sequence[bytes], certificates: Sequence[bytes] | None = None) -> bytes:
        """Give a token over what it says, with these signatures, and these certificates in this order.

        Its own come in the order that many authorities give, which is not that of DER.
        """
        own = [one.public_bytes(serialization.Encoding.DER) for one in (self.certificate, *self.others)]
        every = sorted(own, reverse=True) if certificates is None else certificates
        signed = der(
            0x30,
            integer(3),
            der(0x31, algorithm(self.function)),
            der(0x30, TST_INFO, der(0xA0, der(4, info))),
            der(0xA0, *every),
            der(0x31, *sorted(signers)),
        )
        return der(0x30, SIGNED_DATA, der(0xA0, signed))


def algorithm(function: Function) -> bytes:
    """Name a hash function."""
    return der(0x30, HASHES[function.name], b"\x05\x00")


def attributes(info: bytes, function: Function, kind: bytes = TST_INFO) -> list[bytes]:
    """Give what a signer signs: of which kind the content is, and its hash."""
    digest = hashes.Hash(function)
    digest.update(info)
    return [
        der(0x30, CONTENT_TYPE, der(0x31, kind)),
        der(0x30, MESSAGE_DIGEST, der(0x31, der(4, digest.finalize()))),
    ]


CONFIGURATION = """
[ tsa ]
default_tsa = one
[ one ]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
certs = {folder}/root.pem
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""


class OpensslAuthority:
    """`openssl ts` with a certificate made here: it stamps at the machine's time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own = OwnAuthority("openssl ts")
        self.root, self.certificate, self.key = self._own.root, self._own.certificate, self._own._key
        (folder / "root.pem").write_bytes(self._own.root_pem)
        (folder / "tsa.pem").write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        (folder / "tsa.key").write_bytes(
            self.key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        (folder / "serial").write_text("01")
        (folder / "ts.cnf").write_text(CONFIGURATION.format(folder=folder))

    def answer(self, query: bytes, *options: str) -> bytes:
        """Answer a request."""
        (self._folder / "query").write_bytes(query)
        command = ["openssl", "ts", "-reply", "-config", "ts.cnf", "-section", "one", "-queryfile", "query"]
        subprocess.run([*command, "-out", "out", *options], cwd=self._folder, check=True, capture_output=True)
        return (self._folder / "out").read_bytes()
