"""What comes over a wire or from another program: any rubbish ends in a declared error, never in a crash."""

from __future__ import annotations

import contextlib
import ipaddress
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from heraut.aws.outbox import read_message
from heraut.brands import Account, NetworkName
from heraut.errors import AddressRefused, HerautError, NetworkError, Unreadable
from heraut.fetch import Guard, NameUnknown
from heraut.networks import bluesky_answers, graph_answers, mastodon_answers
from heraut.networks.base import WebhookEvent
from heraut.networks.facebook import Facebook
from heraut.networks.http import LONGEST_WAIT, SHORTEST_WAIT, Answer, Http, allowance_of, retry_at
from heraut.networks.instagram import Instagram
from tests.people import Bakery

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
ODD = st.text(st.characters(exclude_categories=()), max_size=20)
NUMBERS = st.integers(-(10**30), 10**30).map(str) | st.sampled_from(["1e400", "nan", "-0", "٣", "9" * 5_000, "0x10"])
DATES = st.sampled_from(
    [
        "Mon, 23 Nov 2026 09:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 -2359",
        "2026-11-23T09:00:00",
        "0001-01-01T00:00:00+23:59",
    ]
)
NAMES = ("Retry-After", "Date", "X-RateLimit-Reset", "X-RateLimit-Limit", "X-RateLimit-Remaining", "RateLimit-Reset")
HEADERS = st.fixed_dictionaries({}, optional=dict.fromkeys((*NAMES, "RateLimit-Policy", "Link"), ODD | NUMBERS | DATES))
FIELDS = ("id", "uri", "url", "created_at", "content", "account", "error", "message", "in_reply_to_id", "cid", "cursor")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ODD | DATES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS) | ODD, inner, max_size=6),
    max_leaves=15,
)
BODIES = st.binary(max_size=40) | JSON.map(lambda value: json.dumps(value).encode())


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """Give an answer of a server that has gone mad."""
    headers: CaseInsensitiveDict[str] = CaseInsensitiveDict(draw(HEADERS))
    return Answer(
        draw(st.sampled_from([200, 202, 400, 401, 403, 404, 422, 429, 500])), headers, draw(BODIES), "m.example"
    )


@given(answers())
def test_a_servers_wait_is_always_bounded(answer: Answer) -> None:
    """Whatever the headers say, the wait is between five seconds and a day, and what is left is a number or nothing."""
    assert NOW + SHORTEST_WAIT <= retry_at(answer, NOW) <= NOW + LONGEST_WAIT
    left = allowance_of(answer, NOW)
    assert left is None or left.resets_at <= NOW + LONGEST_WAIT


READERS: list[Callable[[Answer], Any]] = [
    mastodon_answers.status_of,
    mastodon_answers.statuses_of,
    mastodon_answers.object_of,
    mastodon_answers.next_max_id,
    mastodon_answers.sentence,
    lambda answer: mastodon_answers.refusal(answer, NOW),
    bluesky_answers.body_of,
    bluesky_answers.error_name,
    lambda answer: bluesky_answers.refusal(answer, NOW),
    lambda answer: bluesky_answers.allowance(answer, NOW),
    graph_answers.object_of,
    lambda answer: graph_answers.entity(answer, "Facebook", "id"),
    lambda answer: graph_answers.refusal(answer, "Instagram", NOW),
]


@given(answers(), st.sampled_from(READERS))
def test_a_servers_answer_is_read_or_is_a_networks_error(answer: Answer, read: Callable[[Answer], Any]) -> None:
    """Mastodon's, Bluesky's, Meta's: nothing but the errors that publishing knows how to handle comes out."""
    try:
        found = read(answer)
    except NetworkError as error:
        found = error
    if isinstance(found, NetworkError):
        (found.problem.message("fr") + found.problem.remedy("en")).encode()


GRAPH = (
    *(
        "id",
        "data",
        "paging",
        "next",
        "cursors",
        "after",
        "from",
        "name",
        "username",
        "message",
        "text",
        "error",
        "code",
    ),
    *("created_time", "updated_time", "timestamp", "parent", "replies", "comments_count", "instagram_business_account"),
    *("object", "entry", "time", "changes", "field", "value", "item", "verb", "comment_id", "post_id", "media"),
    *("media_id", "parent_id", "mentioned_comment", "error_subcode", "message_tags", "code"),
)
WORDS = st.sampled_from(["page", "feed", "comments", "mentions", "mention", "comment", "add", "edited", "1"])
META = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**40), 10**40) | st.floats() | ODD | DATES | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(GRAPH), inner, max_size=8),
    max_leaves=25,
)

ALMOST = st.fixed_dictionaries({"id": META | WORDS}, optional=dict.fromkeys(GRAPH[1:], META | WORDS | DATES))
LISTS = st.lists(ALMOST, max_size=3).map(lambda entries: {"data": entries})
CHANGES = st.lists(st.fixed_dictionaries({"field": WORDS, "value": ALMOST}), max_size=3)
EVENTS = st.builds(
    lambda kind, changes: {"object": kind, "entry": [{"id": "1", "time": 1, "changes": changes}]},
    st.sampled_from(["page", "instagram"]),
    CHANGES,
)


class Mad(Http):
    """Says who we are, and then whatever comes to its mind."""

    said: list[Any]

    def within(self, seconds: float) -> Http:
        return self

    def call(self, method: str, url: str, **_: Any) -> Answer:
        who = {"id": "1", "name": "Martin", "username": "martin", "instagram_business_account": {"id": "1"}}
        body = who if url.endswith("/me") else self.said.pop() if self.said else {"data": []}
        return Answer(200, CaseInsensitiveDict(), json.dumps(body).encode(), "graph.example")


def mad(said: list[Any]) -> Http:
    """A network that says this, the last thing first."""
    made = Mad(Guard())
    object.__setattr__(made, "said", said)
    return made


ACCOUNT = Account(name="page", network=NetworkName.FACEBOOK)
KEYS = {"app_id": "1", "app_secret": "s", "access_token": "t"}
CURSOR = json.dumps(dict.fromkeys(("began", "heard", "deep"), "2026-11-20T08:30:00.000Z") | {"counts": {}})


@given(st.lists(META | LISTS, max_size=6), st.sampled_from([Facebook, Instagram]))
def test_listening_to_a_mad_network_ends_in_a_networks_error(said: list[Any], made: type[Facebook | Instagram]) -> None:
    """Lists of anything, where comments should be."""
    with contextlib.suppress(NetworkError):
        made(mad(said), lambda: NOW).listen("martin", ACCOUNT, KEYS, CURSOR, NOW)


@given(META | EVENTS, st.sampled_from([Facebook, Instagram]))
def test_an_event_of_rubbish_is_left_out_or_said_to_be_none(said: Any, made: type[Facebook | Instagram]) -> None:
    """However it is signed."""
    event = WebhookEvent(scheme="meta", body=json.dumps(said).encode(), at=NOW)
    with contextlib.suppress(NetworkError, Unreadable):
        made(mad([said]), lambda: NOW).parse_webhook("martin", ACCOUNT, KEYS, event, NOW)


@given(ODD | JSON.map(json.dumps) | JSON)
def test_a_message_of_rubbish_is_said_to_be_none(body: Any) -> None:
    """From the queue, or from an invocation."""
    with pytest.raises(HerautError):
        read_message(body)


HOSTS = st.sampled_from(
    [
        *(
            "127.0.0.1",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "127.1",
            "0",
            "localhost",
            "[::1]",
            "[::ffff:127.0.0.1]",
        ),
        *(
            "[::ffff:7f00:1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "[fe80::1%25eth0]",
            "①②⑦.⓪.⓪.①",
            "169.254.169.254",
        ),
        *("example.org@127.0.0.1", "127.0.0.1#@example.org", "example.org\\@127.0.0.1", "127。0。0。1", "１２７.0.0.1"),
        *("0x7f.1", "127.0.0.1.", "[::]", "10.0.0.1", "example.org:99999", "ex%61mple.org", "exam\u00adple.org"),
    ]
)
ADDRESSES = st.builds(
    "{}{}{}".format, st.sampled_from(["https://", "http://", "//", "ftp://", "https:"]), HOSTS | ODD, ODD
)
PRIVATE = st.sampled_from(
    ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::1"]
)


@given(ADDRESSES | ODD, st.lists(PRIVATE | st.just("93.184.216.34"), max_size=3))
def test_no_address_leads_into_the_house(url: str, resolved: list[str]) -> None:
    """Numbers in disguise, names that lead inside, rebinding: refused, or only public addresses may be connected to."""
    guard = Guard(resolve=lambda host, port, seconds: [host] if _is_ip(host) else resolved)
    try:
        target = guard.check(url)
    except (AddressRefused, NameUnknown):
        return
    assert target.scheme == "https"
    assert all(ipaddress.ip_address(one).is_global for one in target.addresses)
    assert target.addresses


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


PATHS = ODD | st.builds(
    "/{}/{}".format, st.sampled_from(["martin", "..", "%2e%2e", "martin/x"]), ODD | st.just("A" * 22)
)


@given(st.sampled_from(["GET", "HEAD", "POST", "PUT", "", "get"]), PATHS, ODD)
def test_a_forged_link_opens_a_kind_page(method: str, path: str, body: str) -> None:
    """Any path, any form: 404 or 405, and a page that can be sent."""
    answer = Bakery().visit(path, method, body)

    assert answer.status in {404, 405}
    answer.body.encode()
