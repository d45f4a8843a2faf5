"""What the Bluesky adapter makes of answers that a healthy server does not give on demand (the rest: tests/peers)."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from heraut.allowance import Allowance
from heraut.brands import Account, NetworkName
from heraut.errors import (
    CredentialsExpired,
    NetworkError,
    OutcomeUnknown,
    PreparationLost,
    RateLimited,
    ReadBackUnavailable,
    Refused,
    Unreachable,
)
from heraut.fetch import Guard
from heraut.networks.base import Job, Publishes, Refreshes, Window
from heraut.networks.bluesky import Bluesky, _link
from heraut.networks.http import Http
from heraut.publishing.model import Content, Part, Visibility
from tests.loopback import Server, answer, read_request, serving

if TYPE_CHECKING:
    import socket

pytestmark = pytest.mark.enable_socket

NOW = datetime(2026, 11, 23, 12, 30, 5, tzinfo=UTC)
DID = "did:plc:boulangerie"
SECRET_WORD = "abcd-efgh-ijkl-mnop"


def token(**claims: object) -> str:
    """A token that says this of itself; nobody here looks at its signature."""
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"e30.{payload}.signature"


def good(minutes: int = 120) -> str:
    """An access token of an app password, good for so long."""
    ends = int((NOW + timedelta(minutes=minutes)).timestamp())
    return token(sub=DID, exp=ends, scope="com.atproto.appPass")


def said(body: object, status: str = "200 OK", **headers: str) -> bytes:
    """A JSON answer."""
    return answer(status, json.dumps(body).encode(), Content_Type="application/json", **headers)


def error(name: str, status: str = "400 Bad Request", message: str = "", **headers: str) -> bytes:
    """An XRPC error."""
    return said({"error": name, "message": message}, status, **headers)


def session(**more: object) -> bytes:
    """The answer to a sign-in."""
    return said(
        {"did": DID, "handle": "martin.example", "accessJwt": good(), "refreshJwt": token(), "active": True} | more
    )


POSTED = said({"uri": f"at://{DID}/app.bsky.feed.post/3k", "cid": "bafy"})


@dataclass
class Double:
    """A server that gives each method its answers, one after the other and the last one again and again."""

    server: Server
    heard: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.server.url


@contextmanager
def playing(**answers: bytes | list[bytes]) -> Iterator[Double]:
    """Answer each method (the last piece of its name) like this, until the block ends."""
    left = {method: given if isinstance(given, list) else [given] for method, given in answers.items()}
    double: Double

    def play(connected: socket.socket) -> None:
        line = read_request(connected).split(b"\r\n")[0].decode()
        method = line.split()[1].partition("?")[0].rpartition(".")[2]
        double.heard.append(method)
        queue = left[method]
        connected.sendall(queue.pop(0) if len(queue) > 1 else queue[0])

    with serving(play) as server:
        double = Double(server)
        yield double


def adapter(*doubles: Double) -> Bluesky:
    """The adapter, which may call these servers only."""
    return Bluesky(Http(Guard(frozenset(double.server.host_port for double in doubles)), total_seconds=5))


def job(double: Double, *texts: str, stored: bool = True) -> Job:
    """A delivery through this server, with tokens stored or with the password alone."""
    tokens = {"access_jwt": good(), "refresh_jwt": token(), "did": DID, "pds": double.url}
    return Job(
        brand="martin",
        brand_name="Boulangerie Martin",
        post="2f1c",
        version=1,
        key="martin/2f1c/bluesky/1",
        account=account(double),
        secret={"password": SECRET_WORD} | (tokens if stored else {}),
        content=Content(parts=tuple(Part(text=text) for text in texts or ("Bonjour",))),
        created_at=NOW - timedelta(seconds=5),
    )


def account(double: Double) -> Account:
    """The account as the configuration says it."""
    return Account(name="bluesky", network=NetworkName.BLUESKY, service=double.url, handle="martin.example")


def publish(network: Bluesky, one: Job) -> tuple[str, ...]:
    """Send it now."""
    return network.publish(one, lambda _uri: None, NOW).remote_ids


def window() -> Window:
    """Around now."""
    return Window(NOW - timedelta(minutes=1), NOW + timedelta(minutes=1))


def test_it_is_a_network_that_renews_its_tokens() -> None:
    """The adapter is what publishing and refresh_tokens ask for."""
    publishes: Publishes = Bluesky(Http(Guard()))
    refreshes: Refreshes = Bluesky(Http(Guard()))
    assert publishes.name is NetworkName.BLUESKY
    assert publishes.secret_fields == ("password",)
    assert callable(refreshes.refresh)


@pytest.mark.parametrize(
    ("raw", "kind", "code"),
    [
        (error("InternalServerError", "500 Internal Server Error"), OutcomeUnknown, "bluesky_server_failed"),
        (answer("502 Bad Gateway", b"<html>"), OutcomeUnknown, "bluesky_server_failed"),
        (answer("408 Request Timeout"), OutcomeUnknown, "bluesky_server_failed"),
        (answer(body=b"<html>"), OutcomeUnknown, "server_answer_unreadable"),
        (said([]), OutcomeUnknown, "server_answer_unreadable"),
        (said({"uri": "at://x"}), OutcomeUnknown, "server_answer_unreadable"),
        (error("InvalidRequest", message="Invalid record: too  long"), Refused, "bluesky_refused"),
        (error("UnknownTomorrow"), Refused, "bluesky_refused"),
        (error("PayloadTooLarge", "413 Payload Too Large"), Refused, "bluesky_too_large"),
        (error("BlobNotFound"), PreparationLost, "bluesky_pictures_gone"),
        (error("AccountTakedown", "401 Unauthorized"), CredentialsExpired, "bluesky_account_closed"),
        (error("AccountDeactivated", "401 Unauthorized"), CredentialsExpired, "bluesky_account_closed"),
        (answer("404 Not Found", b"<html>"), Refused, "bluesky_no_server"),
        (answer("301 Moved Permanently", Location="https://exemple.fr"), Refused, "bluesky_no_server"),
    ],
)
def test_what_an_answer_to_a_post_means(raw: bytes, kind: type[NetworkError], code: str) -> None:
    """Each answer is one decision: refused, mend the account, prepare again, or look whether it is online."""
    with playing(putRecord=raw, createSession=session(), refreshSession=session()) as server:
        with pytest.raises(NetworkError) as raised:
            publish(adapter(server), job(server))
        assert type(raised.value) is kind
        assert raised.value.problem.code == code
        assert raised.value.problem.message("fr")
        assert raised.value.problem.remedy("en")


def test_the_server_s_reason_is_shown_on_one_line() -> None:
    """What the server says is part of the sentence, without its line breaks, and not without end."""
    raw = error("InvalidRequest", message="Invalid record:\n too  long " + "x" * 500)
    with playing(putRecord=raw) as server, pytest.raises(Refused) as raised:
        publish(adapter(server), job(server))
    reason = str(raised.value.problem.fields["reason"])
    assert reason.startswith("Invalid record: too long x")
    assert len(reason) == 200


def test_too_many_requests_wait_until_the_server_says() -> None:
    """A 429 has no Retry-After: RateLimit-Reset is in seconds since 1970, and nothing was posted."""
    until = NOW + timedelta(minutes=4)
    limits = {"RateLimit_Limit": "3000", "RateLimit_Remaining": "0", "RateLimit_Policy": "3000;w=300"}
    raw = error("RateLimitExceeded", "429 Too Many Requests", RateLimit_Reset=str(int(until.timestamp())), **limits)
    with playing(putRecord=raw, uploadBlob=raw) as server, pytest.raises(RateLimited) as raised:
        publish(adapter(server), job(server))
    assert raised.value.until == until + timedelta(seconds=1)  # the server rounds down to whole seconds
    assert raised.value.allowance == Allowance(0, raised.value.until, 1500, timedelta(minutes=5))


def test_what_is_left_is_told_in_posts() -> None:
    """A post costs two points; the window is the policy's, and the reset is rounded up."""
    limits = {"RateLimit_Limit": "5000", "RateLimit_Remaining": "7", "RateLimit_Policy": "5000;w=3600"}
    reset = int(NOW.timestamp()) + 600
    told = said({"uri": f"at://{DID}/app.bsky.feed.post/3k", "cid": "b"}, RateLimit_Reset=str(reset), **limits)
    with playing(putRecord=told) as server:
        sent = adapter(server).publish(job(server), lambda _uri: None, NOW)
    assert sent.allowance == Allowance(3, NOW + timedelta(seconds=601), 2500, timedelta(hours=1))


def test_too_many_requests_without_an_hour() -> None:
    """A 429 that says nothing more is tried again soon."""
    with playing(putRecord=answer("429 Too Many Requests")) as server, pytest.raises(RateLimited) as raised:
        publish(adapter(server), job(server))
    assert NOW < raised.value.until <= NOW + timedelta(minutes=2)


def test_too_many_requests_while_checking() -> None:
    """A check, which is told no instant, takes the server's own; without one it is simply not reached."""
    dated = error(
        "RateLimitExceeded",
        "429 Too Many Requests",
        Date="Mon, 23 Nov 2026 12:30:05 GMT",
        RateLimit_Reset=str(int(NOW.timestamp()) + 60),
    )
    with playing(createSession=[dated, answer("429 Too Many Requests")]) as server:
        network, one = adapter(server), job(server, stored=False)
        with pytest.raises(RateLimited) as raised:
            network.check(one.account, one.secret)
        assert raised.value.until == NOW + timedelta(minutes=1, seconds=1)
        with pytest.raises(Unreachable):
            network.check(one.account, one.secret)


def test_posts_go_to_the_server_that_keeps_them() -> None:
    """One signs in at the entry server; its answer says which server the account's posts live on."""
    with playing(putRecord=POSTED) as keeps:
        service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": f"{keeps.url}/"}
        other = {"id": "#labeler", "type": "AtprotoLabeler", "serviceEndpoint": "https://labels.exemple"}
        with playing(createSession=session(didDoc={"service": [other, service]})) as entry:
            network, one = adapter(entry, keeps), job(entry, stored=False)
            assert len(publish(network, one)) == 1
            renewed = network.refresh(one.account, one.secret, NOW)
    assert keeps.heard == ["putRecord"]
    assert renewed is not None
    assert (renewed["pds"], renewed["did"]) == (keeps.url, DID)


@pytest.mark.parametrize("document", [None, "x", {}, {"service": None}, {"service": ["x", {"type": 1}]}])
def test_without_a_document_the_entry_server_keeps_them(document: object) -> None:
    """A server that does not say where posts live keeps them itself."""
    with playing(createSession=session(didDoc=document), putRecord=POSTED) as server:
        assert len(publish(adapter(server), job(server, stored=False))) == 1


def test_two_refusals_of_our_tokens_are_enough() -> None:
    """A server that refuses a fresh session too is not asked a third time: a person must look."""
    refused = error("InvalidToken", message="Token could not be verified")
    with playing(putRecord=refused, refreshSession=session(), createSession=session()) as server:
        with pytest.raises(CredentialsExpired):
            publish(adapter(server), job(server))
        assert server.heard == ["putRecord", "createSession", "putRecord"]  # the stored refresh token is not ours


@pytest.mark.parametrize(
    ("raw", "kind", "code"),
    [
        (error("AuthFactorTokenRequired", "401 Unauthorized"), CredentialsExpired, "bluesky_app_password_needed"),
        (error("AuthenticationRequired", "401 Unauthorized"), CredentialsExpired, "bluesky_password_refused"),
        (error("AccountTakedown", "401 Unauthorized"), CredentialsExpired, "bluesky_account_closed"),
        (session(active=False, status="deactivated"), CredentialsExpired, "bluesky_account_closed"),
        (error("UpstreamFailure", "502 Bad Gateway"), Unreachable, "bluesky_cannot_sign_in"),
        (said({"did": DID}), Unreachable, "bluesky_cannot_sign_in"),
        (answer(body=b"<html>"), Unreachable, "bluesky_cannot_sign_in"),
        (answer("404 Not Found", b"<html>"), Refused, "bluesky_no_server"),
    ],
)
def test_what_an_answer_to_a_sign_in_means(raw: bytes, kind: type[NetworkError], code: str) -> None:
    """Whatever happens while signing in, nothing was posted: refused, mend the account, or try again."""
    with playing(createSession=raw) as server, pytest.raises(NetworkError) as raised:
        publish(adapter(server), job(server, stored=False))
    assert type(raised.value) is kind
    assert raised.value.problem.code == code
    assert raised.value.problem.remedy("fr")


@pytest.mark.parametrize(
    ("handle", "code"),
    [(None, "bluesky_handle_missing"), (" @ ", "bluesky_handle_missing"), ("@martin", "bluesky_handle_incomplete")],
)
def test_an_account_without_a_whole_name(handle: str | None, code: str) -> None:
    """An account whose handle is missing or incomplete is a line to mend in the configuration; nobody is called."""
    with playing() as server:
        one = job(server, stored=False)
        nameless = replace(one, account=one.account.model_copy(update={"handle": handle}))
        with pytest.raises(Refused) as raised:
            publish(adapter(server), nameless)
        assert server.heard == []
    assert raised.value.problem.code == code


def test_what_is_not_for_everybody_never_leaves() -> None:
    """A post for followers only is refused at the last moment too: on Bluesky everybody would read it."""
    with playing() as server:
        one = job(server)
        private = one.content.model_copy(update={"visibility": Visibility.PRIVATE})
        with pytest.raises(Refused) as raised:
            publish(adapter(server), replace(one, content=private))
        assert server.heard == []
    assert raised.value.problem.code == "bluesky_not_private"


def test_something_under_our_key_that_cannot_be_shown() -> None:
    """A key that is taken by a post the server hides: it was taken down, and putting it again is refused."""
    taken, hidden = error("InvalidSwap"), error("RecordNotFound")
    with playing(putRecord=taken, getRecord=hidden) as server, pytest.raises(Refused) as raised:
        publish(adapter(server), job(server))
    assert raised.value.problem.code == "bluesky_withdrawn"


def test_something_under_our_key_that_could_not_be_read() -> None:
    """A key that is taken is our own post, online: when it cannot be read just now, the outcome is looked up later."""
    taken, silent = error("InvalidSwap"), answer("502 Bad Gateway")
    with playing(putRecord=taken, getRecord=silent) as server, pytest.raises(OutcomeUnknown):
        publish(adapter(server), job(server))


def test_a_thread_that_cannot_be_read_back_posts_nothing_more() -> None:
    """Before a thread goes on its accepted parts are read; when that fails, nothing was posted and it waits."""
    with playing(getRecord=answer("502 Bad Gateway"), putRecord=POSTED) as server:
        one = replace(job(server, "Un", "Deux"), done=(f"at://{DID}/app.bsky.feed.post/3k",))
        with pytest.raises(Unreachable):
            publish(adapter(server), one)
        assert server.heard == ["getRecord"]


@pytest.mark.parametrize("raw", [answer("502 Bad Gateway"), answer(body=b"<html>"), error("RepoNotFound"), said({})])
def test_a_read_back_that_proves_nothing(raw: bytes) -> None:
    """Only a post that is there, or the server's word that it is not, decides."""
    with playing(getRecord=raw) as server, pytest.raises(ReadBackUnavailable):
        adapter(server).find(job(server), window(), frozenset())


def test_reading_back_needs_no_sign_in() -> None:
    """Repositories are public: with the account's place known, a read-back works when its password does not."""
    with playing(getRecord=said({"uri": "at://x", "cid": "bafy"})) as server:
        one = job(server)
        expired = replace(one, secret={**one.secret, "access_jwt": good(-60)})
        found = adapter(server).find(expired, window(), frozenset())
        assert server.heard == ["getRecord"]
    assert found is not None


def test_a_mention_never_stops_a_post() -> None:
    """When the server cannot say who somebody is, the post goes out with the name as text, and a warning."""
    for raw in (answer("502 Bad Gateway"), error("RateLimitExceeded", "429 Too Many Requests"), said({"did": 1})):
        with playing(resolveHandle=raw, putRecord=POSTED) as server:
            result = adapter(server).prepare(job(server, "Merci @claire.test"), lambda _media: b"", NOW)
        assert [(problem.code, problem.warning) for problem in result.problems] == [("bluesky_unknown_handle", True)]


def test_a_slow_thread_ends_in_time() -> None:
    """All the calls of one publication together keep to the time one call may take; the rest of a thread waits."""

    def play(connected: socket.socket) -> None:
        read_request(connected)
        time.sleep(0.8)
        connected.sendall(POSTED)

    accepted: list[str] = []
    with serving(play) as server:
        network = Bluesky(Http(Guard(frozenset({server.host_port})), total_seconds=2))
        one = job(Double(server), *(str(number) for number in range(9)))
        started = time.monotonic()
        with pytest.raises((Unreachable, OutcomeUnknown)):
            network.publish(one, accepted.append, NOW)
        assert time.monotonic() - started < 5  # nine calls would take seven
    assert 1 <= len(accepted) <= 2


@pytest.mark.parametrize(
    ("service", "handle", "expected"),
    [
        (None, "martin.bsky.social", "https://bsky.app/profile/martin.bsky.social/post/3k"),
        ("https://pds.exemple.fr/", "@Martin.exemple.fr", "https://bsky.app/profile/martin.exemple.fr/post/3k"),
        ("pds.exemple.fr", "contact@exemple.fr", f"https://bsky.app/profile/{DID}/post/3k"),
        (
            "http://localhost:2583",
            "martin.test",
            f"http://localhost:2583/xrpc/com.atproto.repo.getRecord?repo={DID}&collection=app.bsky.feed.post&rkey=3k",
        ),
    ],
)
def test_the_link_to_a_post(service: str | None, handle: str, expected: str) -> None:
    """Posts of every public server are seen on bsky.app, by name, else by DID; others at their record."""
    with playing() as server:
        one = job(server)
    named = one.account.model_copy(update={"service": service, "handle": handle})
    assert _link(replace(one, account=named), "http://localhost:2583", f"at://{DID}/app.bsky.feed.post/3k") == expected


def test_no_secret_is_ever_shown() -> None:
    """Neither the password nor a token stands in an error, a problem or the text of what is kept in memory."""
    with playing(createSession=[error("AuthenticationRequired", "401 Unauthorized"), session()]) as server:
        network, one = adapter(server), job(server, stored=False)
        with pytest.raises(CredentialsExpired) as raised:
            publish(network, one)
        network.check(one.account, one.secret)
        shown = [str(raised.value), repr(raised.value.problem), repr(network), repr(one)]
        shown += [repr(kept) for kept in network.sessions._open.values()]
        shown += [repr(raised.value.__cause__), repr(raised.value.__context__)]
    for text in shown:
        assert SECRET_WORD not in text
        assert good() not in text
