"""Mistakes planted into the real code: the matrix must see every one of them in the network's books."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from heraut.aws import posts_table
from heraut.aws.posts_table import PostsTable
from heraut.errors import OutcomeUnknown, Unreachable
from heraut.networks import mastodon, mastodon_find
from heraut.networks.http import Answer, Http
from heraut.publishing import publish_post, transitions
from heraut.publishing.model import LEASE, State
from heraut.publishing.store import Gate
from tests.matrix.calls import Fate
from tests.matrix.points import Point, Script
from tests.matrix.theatre import theatre
from tests.matrix.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.matrix.theatre import Theatre

    Plant = Callable[[pytest.MonkeyPatch], None]


def the_attempt_written_after_the_call(patch: pytest.MonkeyPatch) -> None:
    """The gate lets everybody pass, and is written together with the outcome."""
    gate, change = PostsTable.pass_gate, publish_post._change
    passing: dict[str, tuple[Any, Any, Any]] = {}

    def unwritten(_: PostsTable, delivery: Any, attempt: Any, now: Any) -> Gate:
        passing[delivery.id] = (delivery, attempt, now)
        sending = {"state": State.SENDING, "attempt": attempt, "lease_until": now + LEASE}
        return Gate(passed=True, delivery=delivery.model_copy(update={**sending, "revision": delivery.revision + 1}))

    def written(before: Any, after: Any, world: Any, *more: Any, **fields: Any) -> Any:
        if before.id in passing:
            gate(world.posts, *passing.pop(before.id))
        return change(before, after, world, *more, **fields)

    patch.setattr(PostsTable, "pass_gate", unwritten)
    patch.setattr(publish_post, "_change", written)


def a_fresh_key_at_each_attempt(patch: pytest.MonkeyPatch) -> None:
    """Each attempt has another Idempotency-Key."""
    patch.setattr(mastodon, "key_of", lambda *_: uuid.uuid4().hex)


def a_timeout_taken_for_unreachable(patch: pytest.MonkeyPatch) -> None:
    """No answer in time is said to be no connection."""
    call = Http.call

    def hasty(http: Http, *args: Any, **body: Any) -> Answer:
        try:
            return call(http, *args, **body)
        except OutcomeUnknown as error:
            raise Unreachable(error.problem) from error

    patch.setattr(Http, "call", hasty)


def a_claim_without_condition(patch: pytest.MonkeyPatch) -> None:
    """The gate is passed whatever is there."""
    patch.setattr(posts_table, "GATE", f"({posts_table.GATE}) OR attribute_exists(#state)")


def a_match_by_text_alone(patch: pytest.MonkeyPatch) -> None:
    """Any post with the same words is ours, whenever it was made."""
    patch.setattr(mastodon_find, "_within", lambda *_: True)


def one_read_taken_as_proof_of_absence(patch: pytest.MonkeyPatch) -> None:
    """What was not found once is sent again, and nothing is doubted any more."""

    def hasty(delivery: Any, _job: Any, _adapter: Any, world: Any, **_: Any) -> str:
        now = world.clock.now()
        certain = transitions.sent_again(delivery, now).model_copy(update={"doubt_since": None})
        again = publish_post._change(delivery, certain, world)
        publish_post._come_back(again, now, world)
        return "sent again"

    patch.setattr(publish_post, "_look_again", hasty)


def resuming_after_an_expired_key(patch: pytest.MonkeyPatch) -> None:
    """A repeat is said to be safe for ever."""
    patch.setattr(publish_post, "_repeat_is_safe", lambda *_: True)


def after_the_call(point: Point) -> bool:
    """The worker dies once the network accepted."""
    return point.call.posts and point.fault.fate is Fate.KILLED_AFTER


def unseen_answer(point: Point) -> bool:
    """The answer is lost, and readers never see the post."""
    return point.call.posts and point.fault.fate is Fate.TIMED_OUT and point.shown is None


def seen_late(point: Point) -> bool:
    """The answer is lost, and readers see the post a minute later."""
    seconds = point.shown.total_seconds() if point.shown is not None else 0
    return point.call.posts and point.fault.fate is Fate.TIMED_OUT and seconds == 60


def two_publishers(point: Point) -> bool:
    """Another publisher comes while the first one is about to pass the gate, and dies before it writes what it did."""
    return "gate" in point.call.name and point.fault.fate is Fate.SECOND_DIES


def lost_request(point: Point) -> bool:
    """The request never arrives."""
    return point.call.posts and point.fault.fate is Fate.LOST_BEFORE


def stopped_for_an_hour(point: Point) -> bool:
    """The worker dies once the network accepted, and nothing works for more than an hour."""
    return point.fault.fate is Fate.STOPPED and point.fault.by > 3600 and point.shown is None


PLANTED: list[tuple[Plant, str, Callable[[Point], bool], Verdict]] = [
    (the_attempt_written_after_the_call, "imitator", after_the_call, Verdict.DOUBLED),
    (a_fresh_key_at_each_attempt, "mastodon", unseen_answer, Verdict.DOUBLED),
    (a_timeout_taken_for_unreachable, "imitator", unseen_answer, Verdict.DOUBLED),
    (a_claim_without_condition, "imitator", two_publishers, Verdict.DOUBLED),
    (a_match_by_text_alone, "mastodon", lost_request, Verdict.LOST),
    (one_read_taken_as_proof_of_absence, "imitator", seen_late, Verdict.DOUBLED),
    (resuming_after_an_expired_key, "mastodon", stopped_for_an_hour, Verdict.DOUBLED),
]


@pytest.fixture
def opened(caplog: pytest.LogCaptureFixture) -> Iterator[Theatre]:
    """The theatre, where the code's own complaints about each death are not kept."""
    caplog.set_level("CRITICAL")
    with theatre() as made:
        yield made


@pytest.mark.parametrize(
    ("plant", "network", "where", "seen"), PLANTED, ids=lambda value: getattr(value, "__name__", "")
)
def test_a_planted_fault_is_seen(
    plant: Plant,
    network: str,
    where: Callable[[Point], bool],
    seen: Verdict,
    opened: Theatre,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the code as it is ends well, the same code with this mistake loses or doubles a post."""
    sound = verdicts(opened, network, where)
    plant(monkeypatch)
    assert sound <= {Verdict.ONCE, Verdict.ASKED}
    assert seen in verdicts(opened, network, where)


def verdicts(opened: Theatre, network: str, where: Callable[[Point], bool]) -> set[Verdict]:
    """Play these points of a single post, whose calls are recorded from the code as it now is."""
    script = Script(opened, network, "single")
    return {script.play(point).verdict for point in script.points() if where(point)}
