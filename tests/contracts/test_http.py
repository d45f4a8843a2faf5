"""What `networks/http.py` lets out, against real sockets: whether a byte left is never guessed."""

from __future__ import annotations

import gzip
import http.client
import socket
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from requests.structures import CaseInsensitiveDict

from heraut import exchange as exchange_room
from heraut.allowance import Allowance
from heraut.errors import OutcomeUnknown, Refused, Unreachable
from heraut.fetch import Guard, NameUnknown
from heraut.networks.http import Answer, Http, allowance_of, retry_at
from heraut.target import Target
from tests.loopback import answer, answering, certificate, read_request, serving

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.loopback import Play, Server

pytestmark = pytest.mark.enable_socket

SECRET = "hunter2-not-in-any-text"


def http_for(server: Server, seconds: float = 5.0, limit_bytes: int = 8_000_000) -> Http:
    """Calls that may open this server only."""
    return Http(Guard(frozenset({server.host_port})), total_seconds=seconds, limit_bytes=limit_bytes)


def post(server: Server, http: Http | None = None) -> Answer:
    """Publish something, with secrets in the address and the headers."""
    return (http or http_for(server)).call(
        "POST",
        f"{server.url}/statuses?key={SECRET}",
        json={"text": "Bonjour"},
        headers={"Authorization": f"Bearer {SECRET}"},
    )


def test_an_answer_comes_back_whole_with_its_headers_in_any_case() -> None:
    """Status, headers and JSON are given as the server sent them."""
    with serving(answering(answer(body=b'{"id": "1"}', X_Kind="test"))) as server:
        found = post(server)

    assert (found.status, found.headers["x-kind"], found.json()) == (200, "test", {"id": "1"})


def test_each_call_is_a_fresh_connection_that_says_so() -> None:
    """Two calls make two connections, each with `Connection: close` and our own name, none with cookies."""
    seen: list[bytes] = []

    def play(connected: socket.socket) -> None:
        seen.append(read_request(connected))
        connected.sendall(answer(Set_Cookie="a=b"))

    with serving(play) as server:
        post(server)
        post(server)

    assert server.connections == 2
    for request in seen:
        assert b"\r\nConnection: close\r\n" in request
        assert b"\r\nUser-Agent: Heraut/" in request
        assert b"cookie" not in request.lower()


@pytest.mark.parametrize("status", ["302 Found", "307 Temporary Redirect", "401 No", "422 No", "429 No", "500 Oops"])
def test_every_status_is_an_answer_and_no_redirect_is_followed(status: str) -> None:
    """A redirect, a refusal and a server's failure all come back as they are, after one connection."""
    with serving(answering(answer(status, b"{}", Location="/elsewhere"))) as server:
        found = post(server)

    assert (found.status, server.connections) == (int(status[:3]), 1)


def test_a_compressed_answer_is_read() -> None:
    """An answer in gzip that nobody asked for is read all the same."""
    with serving(answering(answer(body=gzip.compress(b'{"a": 1}'), Content_Encoding="gzip"))) as server:
        assert post(server).json() == {"a": 1}


def test_a_form_and_files_are_sent() -> None:
    """A picture and its description leave as one multipart form."""
    seen: list[bytes] = []

    def play(connected: socket.socket) -> None:
        seen.append(read_request(connected))
        connected.sendall(answer())

    with serving(play) as server:
        http_for(server).call(
            "POST",
            server.url,
            data=[("description", "Un pain"), ("focus", "0,0")],
            files={"file": ("pain.jpg", b"\xff\xd8", "image/jpeg")},
        )

    assert b'name="file"; filename="pain.jpg"\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8' in seen[0]
    assert b"Un pain" in seen[0]


def test_a_refused_port_is_unreachable() -> None:
    """Nobody listens: nothing left, and the sentence names the server only."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    http = Http(Guard(frozenset({f"127.0.0.1:{port}"})))

    with pytest.raises(Unreachable) as caught:
        http.call("POST", f"http://127.0.0.1:{port}/?key={SECRET}", json={})

    assert caught.value.problem.code == "server_unreachable"


def test_a_name_nobody_knows_is_unreachable() -> None:
    """A name that does not resolve: nothing left."""

    def nobody(host: str, port: int, seconds: float) -> Sequence[str]:
        raise NameUnknown

    with pytest.raises(Unreachable) as caught:
        Http(Guard(resolve=nobody)).call("GET", "https://mastodon.invalid/api")

    assert caught.value.problem.code == "server_name_unknown"
    assert "mastodon.invalid" in caught.value.problem.message("fr")


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "http://example.org/", "ftp://example.org/", "https://a@b.org/"])
def test_an_address_that_may_not_be_opened_is_unreachable(url: str) -> None:
    """The guard speaks first: nothing left, and its own sentence says why."""
    guard = Guard(resolve=lambda host, port, seconds: ["127.0.0.1" if host == "127.0.0.1" else "93.184.215.14"])

    with pytest.raises(Unreachable) as caught:
        Http(guard).call("GET", url)

    assert caught.value.problem.code.startswith("address_")


def garbage(connected: socket.socket) -> None:
    """Answer a TLS hello with words, having read it."""
    connected.recv(65536)
    connected.sendall(b"SSH-2.0-OpenSSH_9.2\r\n" * 10)


def hang_up(connected: socket.socket) -> None:
    """Hang up on a TLS hello."""
    connected.recv(65536)


def never(connected: socket.socket) -> None:
    """Say nothing until the client goes away."""
    while connected.recv(65536):
        pass


@pytest.mark.parametrize("play", [garbage, hang_up])
def test_a_failed_handshake_is_unreachable(play: Play) -> None:
    """TLS never came about: the request's first byte never left."""
    with serving(play) as server, pytest.raises(Unreachable) as caught:
        http_for(server).call("POST", f"https://{server.host_port}/", json={})

    assert caught.value.problem.code == "server_not_secure"


def test_a_handshake_without_end_is_unreachable_within_the_bound() -> None:
    """A server that never shakes hands costs the bound and no more; nothing left."""
    start = time.monotonic()
    with serving(never) as server, pytest.raises(Unreachable):
        http_for(server, seconds=0.4).call("POST", f"https://{server.host_port}/", json={})

    assert time.monotonic() - start < 4  # the server waits for five


def test_a_certificate_of_another_name_is_unreachable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection is pinned to an IP address, and still the certificate must be that of the name."""
    theirs, ours = certificate(tmp_path, "other.example")
    monkeypatch.setattr(exchange_room, "tls", lambda: ours)
    with serving(answering(answer()), theirs) as server:
        guard = Guard(frozenset({f"social.example:{server.port}"}), resolve=lambda *_: ["127.0.0.1"])
        with pytest.raises(Unreachable) as caught:
            Http(guard).call("POST", f"https://social.example:{server.port}/", json={})

    assert caught.value.problem.code == "server_not_secure"


def test_a_certificate_of_the_right_name_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Name, certificate and pinned address agree: the call is made, under the name."""
    theirs, ours = certificate(tmp_path, "social.example")
    monkeypatch.setattr(exchange_room, "tls", lambda: ours)
    seen: list[bytes] = []

    def play(connected: socket.socket) -> None:
        seen.append(read_request(connected))
        connected.sendall(answer(body=b"x" * 100_000))

    with serving(play, theirs) as server:
        guard = Guard(frozenset({f"social.example:{server.port}"}), resolve=lambda *_: ["127.0.0.1"])
        found = Http(guard).call("POST", f"https://social.example:{server.port}/a", data=b"y" * 300_000)

    assert (found.status, len(found.body)) == (200, 100_000)
    assert f"Host: social.example:{server.port}".encode() in seen[0]
    assert seen[0].endswith(b"y" * 300_000)


def test_an_unknown_authority_is_unreachable(tmp_path: Path) -> None:
    """A certificate that no public authority signed is refused before the request."""
    theirs, _ = certificate(tmp_path, "127.0.0.1")
    with serving(answering(answer()), theirs) as server, pytest.raises(Unreachable) as caught:
        http_for(server).call("GET", f"https://{server.host_port}/")

    assert caught.value.problem.code == "server_not_secure"


def after(*pieces: bytes, wait: float = 0.0) -> Play:
    """Read the request, then send these pieces, waiting before each, and hang up."""

    def play(connected: socket.socket) -> None:
        read_request(connected)
        for piece in pieces:
            time.sleep(wait)
            connected.sendall(piece)

    return play


def reset(connected: socket.socket) -> None:
    """Take the request's first bytes and reset the connection."""
    connected.recv(10)
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")


BROKEN = {
    "closed before any answer": after(),
    "reset while the request leaves": reset,
    "half a status line": after(b"HTTP/1.1 20"),
    "half the headers": after(b"HTTP/1.1 200 OK\r\nContent-Ty"),
    "headers without their end": after(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"),
    "closed in the middle of the body": after(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"),
    "closed in the middle of a chunk": after(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nabc"),
    "closed before the last chunk": after(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"),
    "no HTTP at all": after(b"220 mail.example ESMTP\r\n"),
    "a chunk that is none": after(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n"),
    "bad gzip": after(answer(body=b"no gzip", Content_Encoding="gzip")),
    "more headers than anyone sends": after(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n"),
    "a header line without end": after(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_answer_leaves_the_outcome_unknown(name: str) -> None:
    """Whatever goes wrong after the first byte left: it may be online, and it is not sent twice."""
    with serving(BROKEN[name]) as server:
        with pytest.raises(OutcomeUnknown) as caught:
            post(server)

        assert server.connections == 1
    assert caught.value.problem.code == "server_answer_broken"


SLOW = {
    "no answer": never,
    "headers drop by drop": after(*(bytes([byte]) for byte in b"HTTP/1.1 200 OK\r\n" * 9), wait=0.05),
    "body drop by drop": after(answer(body=b"x" * 99)[:-99], *[b"x"] * 99, wait=0.05),
    "chunks drop by drop": after(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", *[b"1\r\nx\r\n"] * 99, wait=0.05
    ),
}


@pytest.mark.parametrize("name", SLOW)
def test_the_whole_exchange_has_one_bound(name: str) -> None:
    """A server that keeps us waiting, in silence or drop by drop, costs the bound and no more."""
    with serving(SLOW[name]) as server:
        start = time.monotonic()
        with pytest.raises(OutcomeUnknown) as caught:
            post(server, http_for(server, seconds=0.5))
        took = time.monotonic() - start

    assert caught.value.problem.code == "server_silent"
    assert 0.4 < took < 4  # each of them takes five


def test_a_server_that_does_not_read_costs_the_bound() -> None:
    """A request too large for the buffers, that nobody takes: the outcome is unknown, in time."""
    start = time.monotonic()
    with serving(lambda _: time.sleep(1.5)) as server, pytest.raises(OutcomeUnknown):
        http_for(server, seconds=0.5).call("POST", server.url, data=b"x" * 50_000_000)

    assert time.monotonic() - start < 3


def test_an_answer_before_the_end_of_the_request_is_read() -> None:
    """A server that refuses a large upload at once and hangs up is heard, if its answer came through."""

    def play(connected: socket.socket) -> None:
        connected.recv(1000)
        connected.sendall(answer("413 Too Large", b"{}"))
        never(connected)

    with serving(play) as server:
        assert http_for(server).call("POST", server.url, data=b"x" * 100_000).status == 413


@pytest.mark.parametrize(
    "play",
    [
        after(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n", b"x" * 1000),
        after(answer(body=b"x" * 20_000)),
        after(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 20_000),
        after(answer(body=gzip.compress(b"\0" * 50_000_000), Content_Encoding="gzip")),
    ],
    ids=["announced", "sent", "without end", "compressed"],
)
def test_a_huge_answer_is_not_read(play: Play) -> None:
    """An answer over the limit, also once decompressed, is no answer."""
    with serving(play) as server, pytest.raises(OutcomeUnknown) as caught:
        post(server, http_for(server, limit_bytes=10_000))

    assert caught.value.problem.code == "server_answer_broken"


def test_calls_within_a_bound_share_it() -> None:
    """`within` bounds all calls of one job together: the second has what the first left."""
    with serving(after(answer(), wait=1.5)) as server:
        http = http_for(server).within(2.6)
        assert post(server, http).status == 200
        start = time.monotonic()
        with pytest.raises(OutcomeUnknown):
            post(server, http)
        assert time.monotonic() - start < 1.5  # it did not wait for the answer


def test_a_name_server_that_never_answers_costs_the_bound() -> None:
    """Resolving takes part in the bound."""

    def slow(host: str, port: int, seconds: float) -> Sequence[str]:
        assert seconds <= 0.5
        raise NameUnknown

    with pytest.raises(Unreachable):
        Http(Guard(resolve=slow), total_seconds=0.5).call("GET", "https://example.org/")


def test_the_next_address_is_tried_when_one_refuses() -> None:
    """A name with two addresses is reached through the one that answers."""
    with serving(answering(answer())) as server:
        guard = Guard(frozenset({f"two.example:{server.port}"}), resolve=lambda *_: ["127.0.0.2", "127.0.0.1"])
        assert Http(guard).call("GET", f"http://two.example:{server.port}/").status == 200


@pytest.mark.parametrize("token", ["two\nlines", "café–☕", " spaced"])
def test_a_secret_that_cannot_be_sent_is_refused_and_not_shown(token: str) -> None:
    """A header that is no header: nothing left, a person mends the secret, and no text repeats it."""
    with serving(answering(answer())) as server, pytest.raises((Refused, Unreachable)) as caught:
        http_for(server).call("POST", server.url, headers={"Authorization": token}, json={})

    assert token.strip() not in repr(_chain(caught.value))
    assert caught.value.problem.code == "request_unsendable"


@pytest.mark.parametrize("play", [after(), never], ids=["broken", "silent"])
def test_no_secret_is_in_an_error(play: Play) -> None:
    """Neither the error nor what caused it repeats the address or the headers."""
    with serving(play) as server, pytest.raises(OutcomeUnknown) as caught:
        post(server, http_for(server, seconds=0.3))

    assert SECRET not in repr(_chain(caught.value))


def _chain(error: BaseException | None) -> list[str]:
    texts = []
    while error is not None:
        texts.append(f"{error!r} {error}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return texts


def test_the_environment_has_no_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies of the environment are not used."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    with serving(answering(answer())) as server:
        assert post(server).status == 200


def test_no_second_connection_is_opened_under_us() -> None:
    """http.client reopens a closed connection by itself; ours does not once a byte left."""
    with serving(after()) as server:
        course = exchange_room._Course(
            Target(server.url, "http", "127.0.0.1", server.port, ("127.0.0.1",)), time.monotonic() + 5
        )
        connection = exchange_room._Pinned("127.0.0.1", server.port, course=course)
        connection.send(b"GET / HTTP/1.1\r\n\r\n")
        connection.close()
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            connection.send(b"GET / HTTP/1.1\r\n\r\n")

    assert server.connections == 1


NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 60),
        ({"Retry-After": "120"}, 120),
        ({"Retry-After": "0"}, 5),
        ({"Retry-After": "0.5"}, 5),
        ({"Retry-After": "9999999999"}, 86_400),
        ({"Retry-After": "Fri, 20 Nov 2026 12:05:00 GMT"}, 300),
        ({"Retry-After": "Fri, 20 Nov 2026 11:00:00 GMT"}, 5),
        ({"Retry-After": "soon"}, 60),
        ({"X-RateLimit-Reset": "2026-11-20T12:10:00.123456Z"}, 600.123456),
        ({"x-ratelimit-reset": "2026-11-20T13:10:00+01:00"}, 600),
        ({"X-RateLimit-Reset": "2026-11-20T12:10:00"}, 600),
        ({"RateLimit-Reset": str(int(NOW.timestamp()) + 90)}, 90),
        ({"RateLimit-Reset": str((int(NOW.timestamp()) + 90) * 1000)}, 90),
        ({"ratelimit-reset": "30"}, 30),
        ({"ratelimit-reset": "-30"}, 60),
        ({"ratelimit-reset": "999999999999999"}, 60),
        ({"ratelimit-reset": "9999999999"}, 86_400),
        ({"ratelimit-reset": "nonsense"}, 60),
        ({"Retry-After": "10", "X-RateLimit-Reset": "2026-11-20T12:10:00Z"}, 10),
        ({"Retry-After": "soon", "X-RateLimit-Reset": "2026-11-20T12:10:00Z"}, 600),
    ],
)
def test_when_to_try_again(headers: dict[str, str], seconds: float) -> None:
    """Each form in which networks say it, and every nonsense, gives an instant between 5 s and 24 h from now."""
    found = Answer(429, CaseInsensitiveDict(headers), b"", "mastodon.example")

    assert retry_at(found, NOW) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("date", "headers", "minutes"),
    [
        ("Fri, 20 Nov 2026 13:00:00 GMT", {"X-RateLimit-Reset": "2026-11-20T13:04:00Z"}, 4),
        ("Fri, 20 Nov 2026 11:00:00 GMT", {"X-RateLimit-Reset": "2026-11-20T11:04:00Z"}, 4),
        ("Thu, 19 Nov 2026 12:00:00 GMT", {"RateLimit-Reset": str(int(NOW.timestamp()) - 86_400 + 240)}, 4),
        ("Fri, 20 Nov 2026 11:00:00 GMT", {"Retry-After": "Fri, 20 Nov 2026 11:04:00 GMT"}, 4),
        ("Fri, 20 Nov 2026 11:00:00 GMT", {"Retry-After": "240"}, 4),
        ("Fri, 20 Nov 2026 11:00:00 GMT", {"RateLimit-Reset": "240"}, 4),
        ("Fri, 20 Nov 2026 12:00:20 GMT", {"X-RateLimit-Reset": "2026-11-20T12:04:00Z"}, 4),
        ("Fri, 20 Nov 2026 11:59:59 GMT", {"X-RateLimit-Reset": "2026-11-20T12:04:00Z"}, 4),
        ("yesterday", {"X-RateLimit-Reset": "2026-11-20T12:04:00Z"}, 4),
    ],
)
def test_a_server_whose_clock_is_wrong_is_waited_for_by_ours(
    date: str, headers: dict[str, str], minutes: float
) -> None:
    """A date that the server gives is of its own clock; a call of some seconds is no wrong clock."""
    limits = {"Date": date, "X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "0"}
    found = Answer(429, CaseInsensitiveDict(limits | headers), b"", "mastodon.example")

    assert retry_at(found, NOW) == NOW + timedelta(minutes=minutes)
    told = allowance_of(found, NOW)
    assert told is None or told.resets_at == NOW + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        (
            {
                "X-RateLimit-Limit": "300",
                "X-RateLimit-Remaining": "213",
                "X-RateLimit-Reset": "2026-11-20T15:00:00.319637Z",
            },
            (213, 3 * 3600 + 0.319637, 300, None),
        ),
        (
            {
                "RateLimit-Limit": "3000",
                "RateLimit-Remaining": "0",
                "RateLimit-Reset": str(int(NOW.timestamp()) + 90),
                "RateLimit-Policy": "3000;w=300",
            },
            (0, 90, 3000, 300),
        ),
        ({"RateLimit-Limit": "10", "RateLimit-Remaining": "99", "RateLimit-Reset": "30"}, (10, 30, 10, None)),
        ({"RateLimit-Limit": "10", "RateLimit-Remaining": "1", "RateLimit-Reset": "999999"}, (1, 86_400, 10, None)),
        ({"RateLimit-Limit": "10", "RateLimit-Remaining": "1"}, None),
        ({"RateLimit-Limit": "10", "RateLimit-Reset": "30"}, None),
        ({"RateLimit-Remaining": "1", "RateLimit-Reset": "30"}, None),
        ({"RateLimit-Limit": "0", "RateLimit-Remaining": "0", "RateLimit-Reset": "30"}, None),
        ({"RateLimit-Limit": "10", "RateLimit-Remaining": "-1", "RateLimit-Reset": "30"}, None),
        ({"RateLimit-Limit": "10", "RateLimit-Remaining": "1", "RateLimit-Reset": "soon"}, None),
        ({}, None),
    ],
)
def test_what_an_answer_tells_of_limits(
    headers: dict[str, str], told: tuple[int, float, int, float | None] | None
) -> None:
    """Both forms of the headers; what is missing or nonsense is nothing told, and nothing lasts longer than a day."""
    found = allowance_of(Answer(200, CaseInsensitiveDict(headers), b"", "mastodon.example"), NOW)

    if told is None:
        assert found is None
    else:
        remaining, seconds, limit, window = told
        per = timedelta(seconds=window) if window else None
        assert found == Allowance(remaining, NOW + timedelta(seconds=seconds), limit, per)


def test_the_window_is_the_adapters_where_the_answer_does_not_tell() -> None:
    """An adapter knows its network; what the answer says comes first."""
    headers = {"RateLimit-Limit": "10", "RateLimit-Remaining": "1", "RateLimit-Reset": "30"}
    silent = Answer(200, CaseInsensitiveDict(headers), b"", "mastodon.example")
    saying = Answer(200, CaseInsensitiveDict({**headers, "RateLimit-Policy": "10;w=60"}), b"", "mastodon.example")

    found = [allowance_of(one, NOW, timedelta(hours=3)) for one in (silent, saying)]

    assert [one.window for one in found if one] == [timedelta(hours=3), timedelta(minutes=1)]


def test_an_answer_that_is_no_json_leaves_the_outcome_unknown() -> None:
    """A whole answer that makes no sense says nothing about what was done."""
    with pytest.raises(OutcomeUnknown):
        Answer(200, CaseInsensitiveDict(), b"<html>", "mastodon.example").json()
