"""Reading what is at an address a person typed, against real sockets."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest

from heraut import exchange as exchange_room
from heraut.errors import AddressRefused
from heraut.fetch import Fetched, Guard, NameUnknown, fetch, resolve
from tests.loopback import answer, answering, certificate, read_request, serving

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.loopback import Server

pytestmark = pytest.mark.enable_socket

PICTURE = answer(body=b"picture", Content_Type="Image/JPEG; q=1")


def read(server: Server, path: str = "/", *, guard: Guard | None = None, limit: int = 1000) -> Fetched:
    """Fetch a picture from this server."""
    return fetch(
        f"{server.url}{path}",
        limit_bytes=limit,
        kinds=("image/*", "text/plain"),
        guard=guard or Guard(frozenset({server.host_port})),
        seconds=5,
    )


def refusal(server: Server, **options: Guard) -> str:
    """Give the code of the problem with which this server's file is refused."""
    with pytest.raises(AddressRefused) as caught:
        read(server, **options)  # type: ignore[arg-type]
    assert caught.value.problem.message("fr")
    assert caught.value.problem.message("en")
    return caught.value.problem.code


def test_a_file_is_read_with_its_type() -> None:
    """Body, type in lower case without parameters, address."""
    with serving(answering(PICTURE)) as server:
        found = read(server, "/a.jpg")

    assert found == Fetched(b"picture", "image/jpeg", f"{server.url}/a.jpg")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (answer(body=b"x", Content_Type="text/html"), "address_kind"),
        (answer(body=b"x", Content_Type="imagex/jpeg"), "address_kind"),
        (answer(body=b"x", Content_Type="<script>"), "address_kind"),
        (answer(body=b"x"), "address_kind"),
        (answer("404 Not Found", b"x", Content_Type="image/png"), "address_answer"),
        (answer("500 Oops", b"x", Content_Type="image/png"), "address_answer"),
        (answer("204 Nothing", Content_Type="image/png"), "address_answer"),
        (answer("302 Found", b"x", Content_Type="image/png"), "address_answer"),
        (answer(body=b"x" * 1001, Content_Type="image/png"), "address_too_large"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n" + b"x" * 1001, "address_too_large"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx", "address_unreachable"),
        (b"", "address_unreachable"),
    ],
)
def test_anything_but_the_file_is_refused(raw: bytes, code: str) -> None:
    """A page instead of a picture, a missing file, a body over the limit or cut short: each has its sentence."""
    with serving(answering(raw)) as server:
        assert refusal(server) == code


def test_redirects_are_followed_each_checked() -> None:
    """A few redirects on allowed servers are followed, relative ones too."""
    with serving(
        answering(answer("302 Found", Location="/b"), answer("308 Moved", Location="c.jpg"), PICTURE)
    ) as server:
        assert read(server, "/a").address == f"{server.url}/c.jpg"
        assert server.connections == 3


INSIDE = [
    "http://169.254.169.254/latest/meta-data/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::ffff:169.254.169.254]/",
    "https://metadata.example/",
    "https://127.0.0.1:9001/2018-06-01/runtime/invocation/next",
    "http://127.0.0.1:1/",
    "https://2852039166/",
    "https://user@169.254.169.254/",
    "//127.0.0.1/",
    "file:///etc/passwd",
    "ftp://example.org/",
    "https://[broken/",
]


@pytest.mark.parametrize("location", INSIDE)
def test_a_redirect_inside_is_refused(location: str) -> None:
    """A public server that points into a private network, or at another scheme, is not obeyed."""

    def resolve_all(host: str, port: int, seconds: float) -> Sequence[str]:
        return ["169.254.169.254"] if host == "metadata.example" else [host]

    with serving(answering(answer("302 Found", Location=location))) as server:
        guard = Guard(frozenset({server.host_port}), resolve=resolve_all)
        assert refusal(server, guard=guard) in {
            "address_private",
            "address_not_https",
            "address_scheme",
            "address_userinfo",
            "address_unreadable",
        }
        assert server.connections == 1


def test_redirects_without_end_are_refused() -> None:
    """A loop ends after four redirects."""
    with serving(answering(answer("302 Found", Location="/again"))) as server:
        assert refusal(server) == "address_too_many_redirects"
        assert server.connections == 5


def test_a_redirect_to_a_name_nobody_knows_is_said() -> None:
    """The name that is not known is the redirect's."""

    def resolve_one(host: str, port: int, seconds: float) -> Sequence[str]:
        if host == "127.0.0.1":
            return [host]
        raise NameUnknown

    with serving(answering(answer("302 Found", Location="https://gone.example/"))) as server:
        guard = Guard(frozenset({server.host_port}), resolve=resolve_one)
        assert refusal(server, guard=guard) == "address_name_unknown"


def test_rebinding_connects_to_what_was_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that changes its meaning after the check changes nothing: the connection knows no names."""
    theirs, ours = certificate(tmp_path, "rebind.example")
    monkeypatch.setattr(exchange_room, "tls", lambda: ours)
    real = socket.getaddrinfo

    def evil(host: str, *rest: object, **options: object) -> object:
        assert host != "rebind.example", "the name was resolved a second time"
        return real(host, *rest, **options)  # type: ignore[arg-type]

    with serving(answering(PICTURE), theirs) as server:
        place = f"rebind.example:{server.port}"
        guard = Guard(frozenset({place}), resolve=lambda *_: ["127.0.0.1"])
        monkeypatch.setattr(socket, "getaddrinfo", evil)
        found = fetch(f"https://{place}/", limit_bytes=1000, kinds=("image/jpeg",), guard=guard)

    assert found.body == b"picture"


def test_the_bound_holds_over_redirects() -> None:
    """Slow redirects share one bound of time."""

    def play(connected: socket.socket) -> None:
        read_request(connected)
        time.sleep(0.8)
        connected.sendall(answer("302 Found", Location="/again"))

    with serving(play) as server:
        start = time.monotonic()
        with pytest.raises(AddressRefused) as caught:
            fetch(
                server.url,
                limit_bytes=10,
                kinds=("image/*",),
                guard=Guard(frozenset({server.host_port})),
                seconds=1,
            )

    assert caught.value.problem.code == "address_too_slow"
    assert time.monotonic() - start < 3  # four redirects would take four


def test_an_unknown_authority_is_refused(tmp_path: Path) -> None:
    """A site whose certificate nobody vouches for is not read."""
    theirs, _ = certificate(tmp_path, "127.0.0.1")
    with serving(answering(PICTURE), theirs) as server, pytest.raises(AddressRefused) as caught:
        fetch(
            f"https://{server.host_port}/",
            limit_bytes=10,
            kinds=("image/*",),
            guard=Guard(frozenset({server.host_port})),
        )

    assert caught.value.problem.code == "address_not_secure"


def test_the_system_resolves_the_machines_own_name() -> None:
    """The real resolver gives IP addresses, each once."""
    found = resolve("localhost", 80, 5)

    assert set(found) <= {"127.0.0.1", "::1"}
    assert len(found) == len(set(found)) > 0


def test_a_resolver_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's call has no bound of its own; ours holds."""
    over = threading.Event()

    def hang(*_args: object, **_options: object) -> list[object]:
        over.wait(10)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    start = time.monotonic()
    with pytest.raises(NameUnknown):
        resolve("slow.example", 443, 0.1)
    took = time.monotonic() - start
    over.set()

    assert took < 5


@pytest.mark.parametrize("host", ["nobody.invalid", "a" * 70 + ".example", "a..b"])
def test_the_real_resolver_knows_no_such_name(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that cannot be resolved, or is none, is unknown and no other error."""

    def no_network(host: str, *_rest: object, **_options: object) -> object:
        host.encode("idna")
        raise socket.gaierror(socket.EAI_NONAME, "no")

    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    with pytest.raises(NameUnknown):
        resolve(host, 443, 1)
