"""Events that no trigger should send: a visitor gets a page, a batch's others go on, no log repeats what came."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from heraut.errors import HerautError
from heraut.publishing.model import State
from tests.functions.conftest import event_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.functions.conftest import Running

MARK = "zq-payload-7f3a"  # in every text of these events: no log may hold it
WORD = st.sampled_from(["", "1", "boulangerie", "journal", "p1", "GET", "POST", "PUT", "/", "/boulangerie/", "\ud800"])
TEXT = WORD | st.text(st.characters(exclude_categories=()), max_size=8).map(lambda text: f"{MARK}{text}")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
QUICKLY = settings(max_examples=60, phases=(Phase.explicit, Phase.reuse, Phase.generate))


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Give a mapping in which any of these may be missing, or be anything."""
    return st.fixed_dictionaries({}, optional={name: value | JSON for name, value in fields.items()})


REQUESTS = JSON | some(
    rawPath=TEXT,
    body=TEXT | st.just("when=now&" * 100_000) | st.just("=" * 3_000_000),
    isBase64Encoded=st.booleans(),
    requestContext=some(http=some(method=TEXT)),
    headers=JSON,
)
MESSAGE = {"brand": "boulangerie", "post": "p1", "account": "journal", "version": 1, "at": "2026-11-23T08:30:00.000Z"}
BODIES = (
    TEXT
    | st.just("[" * 100_000)
    | JSON.map(json.dumps)
    | some(**{name: st.just(value) | TEXT for name, value in MESSAGE.items()}, schema=st.just(1)).map(json.dumps)
)
VALUES = some(S=TEXT, N=TEXT, M=JSON, L=JSON)
IMAGES = JSON | some(document=VALUES | some(S=JSON.map(json.dumps)), schema=VALUES, pk=VALUES)


@pytest.fixture(name="logged")
def _logged(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """Everything said so far, by whichever logger, at whatever level."""
    caplog.set_level(logging.DEBUG)

    def said() -> str:
        printed = capfd.readouterr()
        return caplog.text + printed.out + printed.err

    return said


def test_a_visitor_gets_a_page_whatever_comes(running: Running, logged: Callable[[], str]) -> None:
    """Missing keys, wrong types, no base64, three megabytes, odd methods: 4xx and a page, never a traceback."""
    handler = running.handler("act_on_link")

    @QUICKLY
    @given(REQUESTS)
    def holds(event: Any) -> None:
        answer = handler(event)
        if isinstance(event, dict) and event.get("self_test"):
            return
        assert 400 <= answer["statusCode"] < 500
        assert answer["headers"]["Content-Type"] == "text/html; charset=utf-8"
        assert answer["body"].startswith("<!DOCTYPE html>") or event["requestContext"]["http"]["method"] == "HEAD"
        assert MARK not in answer["body"]

    holds()
    assert MARK not in logged()


@pytest.mark.parametrize("body", ["%%%", "=", "YQ", "é", 5, ["a"]])
def test_a_body_that_is_not_base64_is_no_form(running: Running, body: Any) -> None:
    """It says that it is, and is not."""
    event = event_of("act_on_link", "act") | {"body": body, "isBase64Encoded": True}

    assert running.call("act_on_link", event)["statusCode"] in {404, 405}


def test_rubbish_in_the_queue_comes_back_alone(running: Running, logged: Callable[[], str]) -> None:
    """Three times, then it is in the failure queue; the good message of its batch does what it says."""
    handler = running.handler("publish_post")
    good = event_of("publish_post", "one")["Records"][0]

    @QUICKLY
    @given(st.lists(BODIES, min_size=1, max_size=3), st.integers(0, 10**6))
    def holds(bodies: list[str], number: int) -> None:
        name = f"p{number}"
        if running.posts.delivery("boulangerie", name, "journal") is None:
            running.queue_post(name)
        mine = good | {"messageId": "good", "body": json.dumps(MESSAGE | {"post": name, "schema": 1})}
        others = [good | {"messageId": str(place), "body": body} for place, body in enumerate(bodies)]
        answer = handler({"Records": [*others, mine]})

        failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        assert failed <= {str(place) for place, body in enumerate(bodies) if not _is_message(body)}
        assert running.state(name) is State.PUBLISHED

    holds()
    assert MARK not in logged()


def test_each_kind_of_rubbish_comes_back(running: Running) -> None:
    """None is taken for done; after the third time the queue puts it aside, and an alarm rings."""
    good = event_of("publish_post", "one")["Records"][0]
    changed: list[dict[str, Any]] = [
        {"version": MARK},
        {"version": 1e999},
        {"at": MARK},
        {"at": "2026-11-23"},
        {"brand": 5},
        {"schema": 9},
    ]
    bodies = [*(json.dumps(MESSAGE | change) for change in changed), "", MARK, "[]", "{}", "5", "null", "[" * 100_000]
    records = [good | {"messageId": str(place), "body": body} for place, body in enumerate(bodies)]

    answer = running.call("publish_post", {"Records": records})

    assert len(answer["batchItemFailures"]) == len(bodies)


def test_rubbish_in_the_stream_holds_back_nobody(running: Running, logged: Callable[[], str]) -> None:
    """A record that is none of ours is named, comes back until the stream gives it up, and the others are told."""
    handler = running.handler("tell_people")
    good = event_of("tell_people", "failed")["Records"][0]

    @QUICKLY
    @given(IMAGES)
    def holds(image: Any) -> None:
        bad = {"dynamodb": {"NewImage": image, "SequenceNumber": "222"}}
        answer = handler({"Records": [bad, good]})
        assert answer == {"batchItemFailures": [{"itemIdentifier": "222"}]}

    holds()
    assert MARK not in logged()


def test_what_a_message_held_is_in_no_error(running: Running) -> None:
    """An error's text and causes reach a log."""
    bad = MESSAGE | {"version": MARK}
    with pytest.raises(HerautError) as caught:
        running.call("prepare_delivery", bad)

    assert MARK not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("name", ["check_upcoming", "dispatch_posts", "refresh_tokens"])
@pytest.mark.parametrize("event", [None, [], "x", 5, {"self_test": False}, {"scheduled_time": {}}])
def test_a_tick_is_a_tick_whatever_it_carries(running: Running, name: str, event: Any) -> None:
    """Schedules carry nothing that decides."""
    assert running.call(name, event) is None


def _is_message(body: str) -> bool:
    try:
        held = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(held, dict) and MESSAGE.keys() <= held.keys() and held == MESSAGE | {"schema": 1}
