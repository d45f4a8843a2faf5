"""Servers on loopback that do exactly what a test tells them, byte by byte."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Play = Callable[[socket.socket], None]


class Server:
    """Listens on a free port of 127.0.0.1; `connections` counts, `received` keeps what each connection sent first."""

    def __init__(self, play: Play, context: ssl.SSLContext | None = None) -> None:
        self._play = play
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.02)
        self._over = threading.Event()
        self.connections = 0
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def host_port(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host_port}"

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                connected, _ = self._listener.accept()
            except TimeoutError:
                continue
            self.connections += 1
            connected.settimeout(5)
            with connected:
                try:
                    if self._context:
                        with self._context.wrap_socket(connected, server_side=True) as secure:
                            self._play(secure)
                    else:
                        self._play(connected)
                except OSError:
                    continue  # the client hung up: what it thinks of it is what the test looks at

    def stop(self) -> None:
        self._over.set()
        self._thread.join(10)
        self._listener.close()


@contextmanager
def serving(play: Play, context: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Run a server for the length of a `with` block."""
    server = Server(play, context)
    try:
        yield server
    finally:
        server.stop()


def read_request(connected: socket.socket) -> bytes:
    """Read a request to the end of its body (Content-Length only)."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connected.recv(65536)
        if not piece:
            return data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        piece = connected.recv(65536)
        if not piece:
            break
        body += piece
    return head + b"\r\n\r\n" + body


def answering(*raw: bytes) -> Play:
    """Read each request whole and answer one raw answer per connection, the last one again and again."""
    left = list(raw)

    def play(connected: socket.socket) -> None:
        read_request(connected)
        connected.sendall(left.pop(0) if len(left) > 1 else left[0])

    return play


def answer(status: str = "200 OK", body: bytes = b"", **headers: str) -> bytes:
    """Write a whole answer; `headers` with `_` for `-`."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def certificate(folder: Path, *names: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Make a certificate for these names; give the server's context, and a client's that trusts only it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a test")])
    start = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    alternatives: list[x509.GeneralName] = []
    for one in names:
        try:
            alternatives.append(x509.IPAddress(ipaddress.ip_address(one)))
        except ValueError:
            alternatives.append(x509.DNSName(one))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=365 * 100))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public = folder / "certificate.pem"
    private = folder / "key.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(public, private)
    return server, ssl.create_default_context(cafile=str(public))
