"""Time-stamping authorities of the tests: one that stamps at any instant, and `openssl ts`."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from pathlib import Path

SHA256 = bytes.fromhex("0609608648016503040201")
ECDSA = bytes.fromhex("06082a8648ce3d040302")
TST_INFO = bytes.fromhex("060b2a864886f70d0109100104")
SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
CONTENT_TYPE = bytes.fromhex("06092a864886f70d010903")
MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
POLICY = bytes.fromhex("06042a030401")
FROM, UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
STAMPING = (ExtendedKeyUsageOID.TIME_STAMPING,)


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


def certificate(
    name: str,
    issuer: str,
    public: ec.EllipticCurvePublicKey,
    signer: ec.EllipticCurvePrivateKey,
    *,
    usage: tuple[x509.ObjectIdentifier, ...] | None = None,
    critical: bool = True,
    until: datetime = UNTIL,
) -> x509.Certificate:
    """Make a certificate; without a usage it is that of a certification authority."""
    built = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(FROM)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=usage is None, path_length=None), critical=True)
    )
    if usage:
        built = built.add_extension(x509.ExtendedKeyUsage(usage), critical=critical)
    return built.sign(signer, hashes.SHA256())


@dataclass
class OwnAuthority:
    """Stamps what it is given at the instant it is told, as a real authority does; every part can be made wrong."""

    name: str = "Horodatage un"
    usage: tuple[x509.ObjectIdentifier, ...] = STAMPING
    critical: bool = True
    until: datetime = UNTIL
    _root_key: ec.EllipticCurvePrivateKey = field(default_factory=key)
    _key: ec.EllipticCurvePrivateKey = field(default_factory=key)

    def __post_init__(self) -> None:
        """Make the root and the authority's own certificate."""
        top = f"{self.name} root"
        self.root = certificate(top, top, self._root_key.public_key(), self._root_key)
        self.certificate = certificate(
            self.name,
            top,
            self._key.public_key(),
            self._root_key,
            usage=self.usage,
            critical=self.critical,
            until=self.until,
        )

    @property
    def root_pem(self) -> bytes:
        """The root as `--tsa-root` takes it."""
        return self.root.public_bytes(serialization.Encoding.PEM)

    def answer(self, imprint: bytes, at: datetime, nonce: int | None = None, accuracy: int | None = 1) -> bytes:
        """Give the whole answer over a hash of 32 bytes."""
        return der(0x30, der(0x30, integer(0)), self.token(imprint, at, nonce, accuracy))

    def over(self, commit: str, at: datetime) -> bytes:
        """Give the answer over a commit, as Héraut asks for it."""
        return self.answer(sha256(bytes.fromhex(commit)).digest(), at)

    def token(self, imprint: bytes, at: datetime, nonce: int | None = None, accuracy: int | bytes | None = 1) -> bytes:
        """Give the bare token: CMS SignedData over a TSTInfo (RFC 5652, RFC 3161); `accuracy` in seconds, or DER."""
        algorithm = der(0x30, SHA256, b"\x05\x00")
        info = der(
            0x30,
            integer(1),
            POLICY,
            der(0x30, algorithm, der(4, imprint)),
            integer(7),
            der(0x18, f"{at:%Y%m%d%H%M%SZ}".encode()),
            accuracy if isinstance(accuracy, bytes) else der(0x30, integer(accuracy)) if accuracy is not None else b"",
            integer(nonce) if nonce is not None else b"",
        )
        attributes = b"".join(
            sorted(
                [
                    der(0x30, CONTENT_TYPE, der(0x31, TST_INFO)),
                    der(0x30, MESSAGE_DIGEST, der(0x31, der(4, sha256(info).digest()))),
                ]
            )
        )
        signature = self._key.sign(der(0x31, attributes), ec.ECDSA(hashes.SHA256()))
        signer = der(
            0x30,
            integer(1),
            der(0x30, self.certificate.issuer.public_bytes(), integer(self.certificate.serial_number)),
            algorithm,
            der(0xA0, attributes),
            der(0x30, ECDSA),
            der(4, signature),
        )
        # in the order that many authorities give, which is not that of DER
        every = sorted(one.public_bytes(serialization.Encoding.DER) for one in (self.certificate, self.root))
        signed = der(
            0x30,
            integer(3),
            der(0x31, algorithm),
            der(0x30, TST_INFO, der(0xA0, der(4, info))),
            der(0xA0, *reversed(every)),
            der(0x31, signer),
        )
        return der(0x30, SIGNED_DATA, der(0xA0, signed))


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
