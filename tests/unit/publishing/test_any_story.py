"""Any story: faults, edits, cancels, holds, pauses, incidents and doubts, mixed; judged by the network's books.

Time is virtual. HERAUT_STORIES multiplies the number of stories, for a longer hunt.
"""

from __future__ import annotations

import contextlib
import os
import uuid
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from heraut.errors import Conflict, InvalidInput, NotFound, RateLimited, Refused, TryAgain, Unreachable
from heraut.events import EventName
from heraut.problems import problem
from heraut.publishing import decisions, publish_post, transitions
from heraut.publishing.brake import Fate, Scope
from heraut.publishing.calendar.columns import Column
from heraut.publishing.cancel_post import cancel_post
from heraut.publishing.dispatch_posts import dispatch_now
from heraut.publishing.hold_post import hold_post, resume_post
from heraut.publishing.model import OVER, State
from heraut.publishing.pause_publishing import pause_publishing
from heraut.publishing.publish_now import publish_now
from heraut.publishing.resume_publishing import key_of, resume_publishing
from heraut.publishing.write_post import Given, edit_post
from tests.twins.desk import BAKERY, PICTURE, Desk
from tests.twins.network import NetworkTwin, cut

if TYPE_CHECKING:
    from heraut.problems import Problem
    from heraut.publishing.model import Delivery
    from heraut.publishing.store import DeliveryMessage
    from heraut.publishing.world import World

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
STORIES = int(os.environ.get("HERAUT_STORIES", "1"))
SCOPES = (Scope(), Scope(BAKERY.id), Scope(BAKERY.id, "masto"), Scope(BAKERY.id, "journal"))
TOLD = {State.FAILED: EventName.FAILED, State.EXPIRED: EventName.EXPIRED, State.ASKING: EventName.ASKING}


class Killed(BaseException):
    """The worker's process is gone; nothing of ours may catch it."""


def no_fetch(_: str) -> bytes:
    """Nothing is fetched here."""
    raise AssertionError


class Story(RuleBasedStateMachine):
    """One desk, its network, its people, and everything that may go wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.network = NetworkTwin()
        self.desk = Desk(self.network)
        self.posts = 0
        self.parts: dict[str, int] = {}
        self.promises: dict[str, Any] = {}
        self.sent: list[DeliveryMessage] = []
        self.plan: list[tuple[str, BaseException]] = []
        self.wrong: list[AssertionError] = []
        self._watch()

    def _watch(self) -> None:
        """Judge each acceptance at its instant, keep every message, and let stores fail as planned."""
        accept, queue = self.network._accept, self.desk.outbox.publish_later

        def accepted(job: Any, number: int) -> str:
            try:
                self._judge(job, number)
            except AssertionError as found:  # what an adapter raises is an answer: kept, and raised by the invariant
                self.wrong.append(found)
            return accept(job, number)

        def queued(messages: Any) -> Any:
            self.sent += [message for message, _ in messages]
            return queue(messages)

        self.network._accept = accepted  # type: ignore[method-assign]
        self.desk.outbox.publish_later = queued  # type: ignore[method-assign]
        for name in ("change", "pass_gate", "delivery", "delivery_and_pace", "brakes", "mark_dispatched", "edit"):
            setattr(self.desk.posts, name, self._failing(getattr(self.desk.posts, name)))

    def _failing(self, call: Any) -> Any:
        def wrapped(*given: Any, **named: Any) -> Any:
            when, error = self.plan.pop(0) if self.plan else ("", None)
            if error is not None and when == "before":
                raise error
            answer = call(*given, **named)
            if error is not None and when == "after":
                raise error
            return answer

        return wrapped

    def _judge(self, job: Any, number: int) -> None:
        """Nothing leaves early, late, paused, held, cancelled or in an old version."""
        now = self.desk.clock.now()
        delivery = self._now(job.post, job.account.name)
        already = any(
            one.key == f"{job.key}/{number}" and one.account == job.account.name for one in self.network.books
        )
        assert delivery.state is State.SENDING
        assert not delivery.holds
        assert not type(self.desk.posts).brakes(self.desk.posts, delivery.brand, delivery.account)
        assert now >= self.promises[job.post]
        assert already or now <= delivery.publish_at + HOUR
        newest = self.desk.posts.post(delivery.brand, delivery.post, delivery.version)
        assert newest is not None
        assert job.content.parts == newest.content.parts

    def _now(self, post: str, account: str) -> Delivery:
        found = type(self.desk.posts).delivery(self.desk.posts, BAKERY.id, post, account)
        assert found is not None
        return found

    def _every(self) -> list[Delivery]:
        return list(self.desk.posts.queue(BAKERY.id))

    # ------------------------------------------------------------------ what people do

    @initialize(
        keyed=st.booleans(),
        reads_back=st.sampled_from([True, True, False]),
        hidden=st.sampled_from([0, 5, 36_000, 36_000]),
    )
    def network_is(self, keyed: bool, reads_back: bool, hidden: int) -> None:
        """Whether the network refuses a repeat of one key, can be read back, and when readers see something."""
        self.network.keyed, self.network.reads_back = keyed, reads_back
        self.network.hidden_for = hidden * SECOND
        self.network.forgets_after = HOUR  # 55 minutes of which a repeat is called safe

    @rule(
        account=st.sampled_from(["masto", "masto", "journal", "story"]),
        parts=st.sampled_from([1, 1, 1, 3]),
        ahead=st.sampled_from([0, 5, 40, 100, 200]),
        picture=st.sampled_from([False, False, True]),
    )
    def queue(self, account: str, parts: int, ahead: int, picture: bool) -> None:
        """Queue a post whose words no other has."""
        self.posts += 1
        post = f"p{self.posts}"
        self.parts[post] = parts
        texts = self._texts(post)
        self.promises[post] = self.desk.clock.now() + ahead * SECOND
        self._unless_killed(
            lambda: self.desk.queue(
                *texts, at=ahead * SECOND, account=account, post=post, media=(PICTURE,) if picture else ()
            )
        )

    @precondition(lambda self: self.parts)
    @rule(
        data=st.data(),
        what=st.sampled_from(
            ["edit", "edit", "cancel", "hold", "let go", "incident", "incident over", "answer", "now", "now"]
        ),
    )
    def a_person_acts(self, data: st.DataObject, what: str) -> None:
        """Refused with a sentence, beaten by somebody, or done."""
        post, world = data.draw(st.sampled_from(sorted(self.parts))), self.desk.world
        match what:
            case "edit":
                given = Given({Column.TEXT: "\n---\n".join(self._texts(post, f" refaite {len(self.sent)}"))})
                self._steer(lambda: edit_post(BAKERY, post, given, world, no_fetch, "lea"))
            case "cancel":
                self._steer(lambda: cancel_post(world, BAKERY.id, post, "lea"))
            case "hold":
                self._steer(lambda: hold_post(world, BAKERY.id, post, "lea"))
            case "let go":
                self._steer(lambda: resume_post(world, BAKERY.id, post, "lea"))
            case "answer":
                self._everybody_answers()
            case "now":
                self._steer(lambda: self._publish_now(post))
            case _:
                self._steer(lambda: self._incident(post, on=what == "incident"))

    @rule(scope=st.sampled_from(SCOPES), fate=st.sampled_from([None, *Fate]))
    def the_brake(self, scope: Scope, fate: Fate | None) -> None:
        """Press the red button, or go on with one choice for all."""
        now = self.desk.clock.now()
        if fate is None:
            pause_publishing(scope, "lea", "", self.desk.pauses, now)
            return
        fates = {key_of(one): fate for one in self._every()}
        for on in self.desk.pauses.pauses([BAKERY.id]):
            if on.scope == scope:
                self._steer(partial(resume_publishing, on, fates, "lea", self.desk.world, self.desk.pauses, now))

    def _publish_now(self, post: str) -> None:
        """What the button of a message about a failure, or one that came too late, does: a new version, now."""
        now = self.desk.clock.now()
        try:
            publish_now(self.desk.world, BAKERY.id, post, "lea")
        finally:  # it may be written although the table's answer was lost
            if any(one.publish_at == now for one in self._every() if one.post == post):
                self.promises[post] = min(self.promises[post], now)

    def _texts(self, post: str, more: str = "") -> list[str]:
        return [f"{post} partie {number}{more}" for number in range(self.parts[post])]

    def _incident(self, post: str, *, on: bool) -> None:
        mark = "incident:i1"
        for one in self.desk.posts.deliveries(BAKERY.id, post):
            if one.state is State.SCHEDULED and (mark in one.holds) != on:
                self.desk.posts.change(one, decisions.held(one, mark) if on else decisions.released(one, mark))

    def _everybody_answers(self) -> None:
        """Look at the network and say what is true."""
        for one in self._every():
            if one.state is State.ASKING:
                self._steer(partial(self._answer, one))

    def _answer(self, one: Delivery) -> None:
        now = self.desk.clock.now()
        if decisions.is_by_hand(one) or self._online(one) == self.parts[one.post]:
            self.desk.posts.change(one, decisions.online(one, None, now))
        elif self._online(one) == len(one.remote_ids):  # else a part is there that we do not know: mended by hand
            self.desk.posts.change(one, decisions.sent_again(one, now))
            dispatch_now([self._now(one.post, one.account)], self.desk.posts, self.desk.outbox, now)

    # ------------------------------------------------------------------ what goes wrong

    @rule(
        what=st.sampled_from(["not accepted", "accepted", "accepted", "store"]),
        error=st.sampled_from(["cut", "killed", "unreachable", "limited", "refused"]),
        skip=st.sampled_from([0, 0, 1, 2, 5, 9]),
    )
    def something_fails(self, what: str, error: str, skip: int) -> None:
        """One of the next calls to the network, before or after it was accepted; or to our own table."""
        if what == "store":
            found = Killed() if error == "killed" else TryAgain("slow")
            when = "after" if error in {"cut", "killed"} else "before"
            self.plan += [("", found)] * skip + [(when, found)]
        elif what == "accepted":
            self.network.after += [None] * min(skip, 2) + [Killed() if error == "killed" else cut()]
        else:
            self.network.before += [None] * min(skip, 2) + [self._error(error)]

    def _error(self, name: str) -> BaseException:
        said = problem("no_clear_answer")
        return {
            "cut": cut(),
            "killed": Killed(),
            "unreachable": Unreachable(said),
            "limited": RateLimited(said, self.desk.clock.now() + 3 * MINUTE),
            "refused": Refused(said),
        }[name]

    @rule(seconds=st.sampled_from([0, 5, 60, 36_000, 36_000]), blind=st.sampled_from([False, False, True]))
    def readers_see(self, seconds: int, blind: bool) -> None:
        """When readers see what was accepted, or whether they see anything."""
        self.network.hidden_for, self.network.blind = seconds * SECOND, blind

    @precondition(lambda self: self.sent)
    @rule(data=st.data(), what=st.sampled_from(["again", "again", "late", "lost", "no tick"]))
    def the_queue_fails(self, data: st.DataObject, what: str) -> None:
        """A message comes again, however old; what is queued is lost; the schedule stands still for an hour."""
        if what == "lost":
            for held in (self.desk.waiting, self.desk.outbox.queued, self.desk.outbox.preparing):
                held.clear()
        elif what == "no tick":
            self._let_pass(HOUR + MINUTE, ticks=False)
        else:
            message = data.draw(st.sampled_from(self.sent))
            later = timedelta(0) if what == "again" else 400 * SECOND
            self.desk.waiting.append((self.desk.clock.now() + later, message))

    # ------------------------------------------------------------------ time

    @rule(seconds=st.sampled_from([1, 20, 40, 60]))
    def a_moment_passes(self, seconds: int) -> None:
        """Ticks, uploads, messages, whoever dies."""
        self._let_pass(seconds * SECOND)

    @rule(seconds=st.sampled_from([90, 150, 300]))
    def minutes_pass(self, seconds: int) -> None:
        """Long enough for a post to leave and be read back."""
        self._let_pass(seconds * SECOND)

    @rule(seconds=st.sampled_from([600, 3_000, 3_700]))
    def an_hour_passes(self, seconds: int) -> None:
        """Long enough to be late."""
        self._let_pass(seconds * SECOND)

    def _let_pass(self, length: timedelta, *, ticks: bool = True) -> None:
        end = self.desk.clock.now() + length
        while self.desk.clock.now() < end:
            self._unless_killed(lambda: self.desk.run(end - self.desk.clock.now(), ticks=ticks))

    def _unless_killed(self, act: Any) -> None:
        try:
            act()
        except (Killed, TryAgain):
            self.desk.clock.advance(SECOND)

    def _steer(self, act: Any) -> None:
        """A person's act: refused with a sentence, beaten by somebody, too slow, or done."""
        with contextlib.suppress(InvalidInput, NotFound, Conflict, TryAgain, Killed):
            act()

    # ------------------------------------------------------------------ what must hold

    def _online(self, one: Delivery) -> int:
        return len(
            [e for e in self.network.books if e.account == one.account and e.text.startswith(f"{one.post} partie")]
        )

    @invariant()
    def each_left_when_it_might(self) -> None:
        """Neither early, late, paused, held nor in an old version."""
        if self.wrong:
            raise self.wrong[0]

    @invariant()
    def nothing_is_doubled(self) -> None:
        """Each part of each post is in the books once at most, whatever its version."""
        said = [(one.account, *one.text.split(" refaite")[0].split(" partie ")) for one in self.network.books]
        assert len(said) == len(set(said)), said

    @invariant()
    def the_table_tells_the_truth(self) -> None:
        """Published is online, whole; what ended otherwise is not, and its people were told."""
        for one in self._every():
            if decisions.is_by_hand(one):
                continue
            if one.state is State.PUBLISHED:
                assert self._online(one) == self.parts[one.post], one
            if one.state in {State.FAILED, State.EXPIRED, State.CANCELLED}:
                assert self._online(one) == len(one.remote_ids), one
            if one.state in TOLD:
                names = [event.name for event in self.desk.posts.story(BAKERY.id, one.post)]
                assert TOLD[one.state] in names, one

    def teardown(self) -> None:
        """Everything mended, everybody answering: each delivery comes to an end."""
        self.plan.clear()
        self.network.before.clear()
        self.network.after.clear()
        self.network.hidden_for, self.network.blind = timedelta(0), False
        for on in self.desk.pauses.pauses([BAKERY.id]):
            resume_publishing(on, {}, "lea", self.desk.world, self.desk.pauses, self.desk.clock.now())
        for one in self._every():
            for mark in one.holds:
                held = self._now(one.post, one.account)
                self.desk.posts.change(held, decisions.released(held, mark))
        for _ in range(12):
            waiting = [one.publish_at for one in self._every() if one.state is State.SCHEDULED]
            self.desk.clock.advance_to(min(waiting, default=self.desk.clock.now()) - 3 * MINUTE)
            self.desk.run(20 * MINUTE)
            self._everybody_answers()
        self.each_left_when_it_might()
        self.nothing_is_doubled()
        self.the_table_tells_the_truth()
        left = [one for one in self._every() if one.state not in OVER | {State.FAILED, State.EXPIRED}]
        assert not [one for one in left if one.state is not State.ASKING], left


TestStory = Story.TestCase
TestStory.settings = settings(
    max_examples=200 * STORIES, stateful_step_count=25, deadline=None, derandomize=STORIES == 1
)


class KeyedStory(Story):
    """On a network that is trusted to refuse a repeat, and does not show in time what it accepted."""

    @initialize()
    def network_is(self) -> None:
        """A repeat under one key is refused, and readers see nothing for ten hours."""
        self.network.keyed, self.network.reads_back = True, True
        self.network.hidden_for, self.network.forgets_after = 36_000 * SECOND, HOUR


def _never_late(*_: object) -> bool:
    return False


def _no_brake(*_: object) -> None:
    return None


def _fresh_key(job_of: Any) -> Any:
    return lambda *given: replace(job_of(*given), key=uuid.uuid4().hex)


def _taken_for_unreachable(delivery: Delivery, why: Problem, world: World) -> str:
    return str(publish_post._postpone(delivery, world.clock.now() + MINUTE, why, world))


PLANTED: dict[str, tuple[type[Story], Any, str, Any]] = {
    "late is no matter": (Story, transitions, "is_late", lambda _: _never_late),
    "the brake is not read": (Story, publish_post, "_braked", lambda _: _no_brake),
    "a fresh key at each attempt": (KeyedStory, publish_post, "job_of", _fresh_key),
    "a lost answer is taken for an unreachable server": (
        Story,
        publish_post,
        "_doubt",
        lambda _: _taken_for_unreachable,
    ),
}
MANY = 5_000  # stories at most: the first that fails ends the hunt, most often one of the first two hundred


@pytest.mark.parametrize("mistake", PLANTED)
def test_a_planted_mistake_is_found(mistake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stories that no mistake could fail would prove nothing."""
    stories, module, name, planted = PLANTED[mistake]
    monkeypatch.setattr(module, name, planted(getattr(module, name)))
    hunt = settings(TestStory.settings, max_examples=MANY, derandomize=True, phases=[Phase.generate], database=None)

    with pytest.raises(AssertionError):
        run_state_machine_as_test(stories, settings=hunt)
