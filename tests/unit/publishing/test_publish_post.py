"""The publisher, with every network fault: nothing lost, nothing doubled, nobody asked without need."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from heraut.brands import NetworkName
from heraut.errors import (
    CredentialsExpired,
    NotReady,
    PreparationLost,
    RateLimited,
    ReadBackUnavailable,
    Refused,
    TryAgain,
    Unreachable,
)
from heraut.events import EventName
from heraut.networks.base import Preparation
from heraut.problems import problem
from heraut.publishing import decisions, transitions
from heraut.publishing.dispatch_posts import dispatch_now
from heraut.publishing.model import Attempt, State
from heraut.publishing.pacing import Bucket
from heraut.publishing.prepare_delivery import prepare_delivery
from heraut.publishing.publish_post import publish_post
from heraut.publishing.store import DeliveryMessage, Gate
from tests.twins.brands import BrandsTwin
from tests.twins.desk import BAKERY, PICTURE, Desk
from tests.twins.network import NetworkTwin, cut
from tests.twins.secrets import SecretsTwin

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.publishing.model import Delivery, Media

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def names(desk: Desk, delivery: Delivery) -> list[EventName]:
    """Give the names of what happened, in order."""
    return [event.name for event in desk.posts.story(delivery.brand, delivery.post)]


def message_of(delivery: Delivery) -> DeliveryMessage:
    """Give the message that the queue would bring for it."""
    return DeliveryMessage(
        brand=delivery.brand,
        post=delivery.post,
        account=delivery.account,
        version=delivery.version,
        at=delivery.publish_at,
    )


class TestOnTime:
    def test_leaves_at_its_second(self) -> None:
        """A delivery leaves at its instant: not before, and not later than the worker needs."""
        desk = Desk()
        delivery = desk.queue("Bonjour", at=40 * SECOND)

        desk.run()

        assert desk.read(delivery).state is State.PUBLISHED
        assert desk.network.calls == [delivery.publish_at]
        assert desk.network.times_online("Bonjour") == 1

    def test_far_ahead_the_tick_finds_it(self) -> None:
        """Nothing but the due index brings back a delivery queued for later."""
        desk = Desk()
        delivery = desk.queue("Plus tard", at=timedelta(hours=5, seconds=17))
        assert desk.outbox.queued == []

        desk.run(timedelta(hours=6))

        assert desk.network.calls == [delivery.publish_at]

    def test_a_message_for_an_older_version_does_nothing(self) -> None:
        """The version in the message must be the delivery's."""
        desk = Desk()
        delivery = desk.queue(at=-SECOND, version=2)
        old = DeliveryMessage(
            brand=delivery.brand, post=delivery.post, account=delivery.account, version=1, at=delivery.publish_at
        )

        assert publish_post(old, desk.world) == "drop"
        assert desk.network.calls == []

    def test_the_same_message_twice_publishes_once(self) -> None:
        """Queues deliver at least once."""
        desk = Desk()
        delivery = desk.queue(at=0 * SECOND)

        publish_post(message_of(delivery), desk.world)
        publish_post(message_of(delivery), desk.world)

        assert desk.network.times_online("Bonjour") == 1

    def test_a_message_far_too_early_goes_back_to_the_queue(self) -> None:
        """A clock that went wrong loses nothing."""
        desk = Desk()
        delivery = desk.queue(at=10 * MINUTE)

        assert publish_post(message_of(delivery), desk.world) == "come_back"
        assert [delay for _, delay in desk.outbox.queued] == [598]
        assert desk.network.calls == []

    def test_held_deliveries_stay(self) -> None:
        """A hold stops a message that is already in the queue."""
        desk = Desk()
        delivery = desk.queue(at=0 * SECOND, holds=frozenset({"person:lea"}))

        desk.run()

        assert desk.read(delivery).state is State.SCHEDULED
        assert desk.network.calls == []


class TestLate:
    def test_too_late_is_not_sent_but_said(self) -> None:
        """An hour behind its promise a delivery expires and a person hears of it."""
        desk = Desk()
        delivery = desk.queue(at=-timedelta(hours=1, seconds=1))

        desk.run()

        assert desk.read(delivery).state is State.EXPIRED
        assert desk.network.calls == []
        assert names(desk, delivery) == [EventName.EXPIRED]

    def test_late_within_the_hour_is_sent(self) -> None:
        """Fifty-nine minutes behind it still leaves."""
        desk = Desk()
        delivery = desk.queue(at=-timedelta(minutes=59))

        desk.run()

        assert desk.read(delivery).state is State.PUBLISHED

    def test_a_day_without_a_tick_sends_nothing_by_itself(self) -> None:
        """Thirty posts due while nothing ran: the network receives none, and thirty are said to be too late."""
        desk = Desk()
        queued = [desk.queue(at=timedelta(minutes=10 + number * 40), post=f"p{number}") for number in range(30)]
        desk.clock.advance(timedelta(days=1))
        missed = [one for one in queued if desk.clock.now() - one.publish_at > timedelta(hours=1)]

        desk.run()

        assert len(missed) == 30
        assert desk.network.books == []
        assert {desk.read(one).state for one in queued} == {State.EXPIRED}


class TestFaults:
    def test_timeout_after_acceptance_is_found_again(self) -> None:
        """The answer was lost, the post is online: found at the first look, never sent twice."""
        desk = Desk(NetworkTwin(after=[cut()], keyed=False))
        delivery = desk.queue("Une fois")

        desk.run()

        assert desk.read(delivery).state is State.PUBLISHED
        assert desk.network.times_online("Une fois") == 1
        assert names(desk, delivery) == [EventName.OUTCOME_UNKNOWN, EventName.PUBLISHED]
        assert desk.network.looks == [delivery.publish_at + 35 * SECOND]

    def test_seen_late_by_readers_is_found_at_a_later_look(self) -> None:
        """One absence proves nothing: readers may see a post a minute later."""
        desk = Desk(NetworkTwin(after=[cut()], keyed=False, hidden_for=timedelta(seconds=70)))
        delivery = desk.queue()

        desk.run()

        assert desk.read(delivery).state is State.PUBLISHED
        assert len(desk.network.books) == 1
        assert [look - delivery.publish_at for look in desk.network.looks] == [35 * SECOND, 60 * SECOND, 90 * SECOND]

    def test_absent_each_time_leaves_again_where_repeats_are_refused(self) -> None:
        """The call never arrived; the network's own key makes a second one safe."""
        desk = Desk(NetworkTwin(before=[cut()]))
        delivery = desk.queue()

        desk.run()

        assert desk.read(delivery).state is State.PUBLISHED
        assert len(desk.network.books) == 1
        assert EventName.SENT_AGAIN in names(desk, delivery)

    def test_hidden_for_ever_is_not_doubled_where_repeats_are_refused(self) -> None:
        """Even if readers never see it, the same key gives the same post."""
        desk = Desk(NetworkTwin(after=[cut()], hidden_for=timedelta(days=9)))
        delivery = desk.queue()

        desk.run()

        assert desk.read(delivery).state is State.PUBLISHED
        assert len(desk.network.books) == 1

    def test_absent_each_time_asks_where_a_repeat_could_double(self) -> None:
        """Without a key of the network a person decides, within two minutes of the attempt's start."""
        desk = Desk(NetworkTwin(before=[cut()], keyed=False))
        delivery = desk.queue()

        desk.run()

        assert desk.read(delivery).state is State.ASKING
        asked = desk.posts.story(delivery.brand, delivery.post)[-1]
        assert asked.name is EventName.ASKING
        assert asked.at - delivery.publish_at <= 2 * MINUTE
        assert desk.network.books == []

    def test_a_network_without_read_back_always_asks(self) -> None:
        """Where nothing can be read, nothing is guessed."""
        desk = Desk(NetworkTwin(after=[cut()], reads_back=False, keyed=False))
        delivery = desk.queue()

        desk.run()

        assert desk.read(delivery).state is State.ASKING

    def test_a_post_whose_version_is_missing_asks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nothing is left to compare with: a person looks, instead of an error at each look for ever."""
        desk = Desk(NetworkTwin(after=[cut()]))
        delivery = desk.queue()
        doubtful = transitions.doubtful

        def lose(*given: Any) -> Any:
            monkeypatch.setattr(desk.posts, "post", lambda *_: None)
            return doubtful(*given)

        monkeypatch.setattr(transitions, "doubtful", lose)

        desk.run()

        assert desk.read(delivery).state is State.ASKING
        assert len(desk.network.books) == 1

    def test_blind_for_the_whole_window_asks(self) -> None:
        """A read that failed is no proof of absence."""
        desk = Desk(NetworkTwin(before=[cut()], blind=True))
        delivery = desk.queue()

        desk.run()

        assert desk.read(delivery).state is State.ASKING
        assert desk.posts.story(delivery.brand, delivery.post)[-1].at - delivery.publish_at <= 2 * MINUTE

    @pytest.mark.parametrize("hanging", [{1}, {3}, {4}, {1, 2, 3, 4}], ids=str)
    def test_a_question_comes_within_two_minutes_though_the_server_hangs(
        self, hanging: set[int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Each look may take 25 s until it is given up, the last one too."""
        desk = Desk(NetworkTwin(after=[cut()]))
        looks: list[int] = []

        def silent(*_: object) -> None:
            looks.append(len(looks) + 1)
            if looks[-1] in hanging:
                desk.clock.advance(25 * SECOND)
            raise ReadBackUnavailable(problem("no_clear_answer"))

        monkeypatch.setattr(desk.network, "find", silent)
        delivery = desk.queue()

        desk.run()

        (asked,) = [one for one in desk.posts.story(delivery.brand, delivery.post) if one.name is EventName.ASKING]
        assert asked.at - delivery.publish_at <= 2 * MINUTE
        assert len(looks) >= 2

    def test_a_worker_killed_after_the_call_is_found_again(self) -> None:
        """`sending` past its lease means a dead worker: read back, not sent again."""
        desk = Desk(NetworkTwin(after=[KeyboardInterrupt()], keyed=False))
        delivery = desk.queue()

        with pytest.raises(KeyboardInterrupt):
            desk.run()
        assert desk.read(delivery).state is State.SENDING
        desk.run()

        assert desk.read(delivery).state is State.PUBLISHED
        assert len(desk.network.books) == 1

    def test_a_worker_killed_before_the_call_leaves_within_two_minutes(self) -> None:
        """Killed between gate and call: read back as absent, then sent."""
        desk = Desk(NetworkTwin(before=[KeyboardInterrupt()]))
        delivery = desk.queue()

        with pytest.raises(KeyboardInterrupt):
            desk.run()
        desk.run()

        assert desk.read(delivery).state is State.PUBLISHED
        assert desk.network.books[0].at - delivery.publish_at <= 2 * MINUTE

    def test_unreachable_is_no_attempt(self) -> None:
        """Nothing left the machine: it leaves later by itself, and the attempt does not count."""
        gone = Unreachable(problem("no_clear_answer"))
        desk = Desk(NetworkTwin(before=[gone] * 7))
        delivery = desk.queue()

        desk.run(30 * MINUTE)

        after = desk.read(delivery)
        assert after.state is State.PUBLISHED
        assert after.attempts == 1
        assert len(desk.network.calls) == 8

    def test_a_rate_limit_waits_for_the_time_the_network_gives(self) -> None:
        """429: held until the network listens again, not counted."""
        desk = Desk()
        delivery = desk.queue()
        until = delivery.publish_at + timedelta(minutes=7)
        desk.network.before = [RateLimited(problem("no_clear_answer"), until)]

        desk.run(20 * MINUTE)

        after = desk.read(delivery)
        assert desk.network.calls == [delivery.publish_at, until]
        assert (after.state, after.attempts, after.publish_at) == (State.PUBLISHED, 1, delivery.publish_at)

    def test_what_the_network_still_works_on_holds_back_nobody_else(self) -> None:
        """A film that is not ready is this delivery's own wait: nothing is remembered of the account."""
        desk = Desk()
        delivery = desk.queue()
        desk.network.before = [NotReady(problem("no_clear_answer"), delivery.publish_at + 5 * SECOND)]
        other = desk.queue("Autre", post="p2", at=32 * SECOND)

        desk.run()

        assert desk.network.calls == [delivery.publish_at, other.publish_at, delivery.publish_at + 5 * SECOND]
        assert desk.posts.delivery_and_pace("boulangerie", "p1", "masto", Bucket.POSTS)[1] is None

    @pytest.mark.parametrize("remaining", [299, 31])
    def test_with_plenty_left_nothing_more_is_written(self, remaining: int, monkeypatch: pytest.MonkeyPatch) -> None:
        """A normal delivery costs no write for its network's limits."""
        desk = Desk(NetworkTwin(allowed=300, window=3 * HOUR))
        desk.network.spend("masto", 299 - remaining)
        monkeypatch.setattr(desk.posts, "save_pace", None)
        delivery = desk.queue()

        desk.run()

        assert desk.read(delivery).state is State.PUBLISHED

    def test_limits_that_cannot_be_remembered_stop_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What was published stays so, and what was refused leaves at the time the network gave."""
        desk = Desk(NetworkTwin(allowed=1))
        queued = [desk.queue(post=f"p{number}") for number in range(2)]

        def slow(*_: object) -> None:
            raise TryAgain("slow")

        monkeypatch.setattr(desk.posts, "save_pace", slow)
        desk.run()

        assert [desk.read(one).attempts for one in queued] == [1, 1]
        assert desk.network.calls[2] == queued[0].publish_at + 5 * MINUTE

    def test_a_line_that_cannot_be_read_leaves_the_time_the_network_gave(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """After the gate nothing is raised: whose turn it is can be asked again before the next."""
        desk = Desk()
        delivery = desk.queue()
        until = delivery.publish_at + 3 * MINUTE
        desk.network.before = [RateLimited(problem("no_clear_answer"), until)]

        def slow(*_: object) -> None:
            raise TryAgain("slow")

        monkeypatch.setattr(desk.posts, "queue", slow)
        desk.run()

        assert desk.network.calls == [delivery.publish_at, until]

    @pytest.mark.parametrize(
        "error",
        [
            Unreachable(problem("no_clear_answer")),
            PreparationLost(problem("no_clear_answer")),
            RateLimited(problem("no_clear_answer"), Desk().clock.now() + MINUTE),
            NotReady(problem("no_clear_answer"), Desk().clock.now() + MINUTE),
        ],
        ids=lambda error: type(error).__name__,
    )
    def test_seven_times_nothing_posted_is_no_failed_attempt(self, error: Exception) -> None:
        """Whatever kept it from being tried, it never counts towards the five, and never fails the delivery."""
        desk = Desk(NetworkTwin(ahead=10 * MINUTE, before=[error] * 7))
        delivery = desk.queue(at=11 * MINUTE, media=(PICTURE,))

        desk.run(HOUR)

        after = desk.read(delivery)
        assert (after.state, after.attempts) == (State.PUBLISHED, 1)
        assert len(desk.network.calls) == 8
        assert EventName.FAILED not in names(desk, delivery)

    @pytest.mark.parametrize("error", [Refused, CredentialsExpired])
    def test_a_clear_no_fails_and_tells(self, error: type[Refused]) -> None:
        """The network's own refusal is final; a person hears why."""
        desk = Desk(NetworkTwin(before=[error(problem("account_removed", account="masto"))]))
        delivery = desk.queue()

        desk.run()

        after = desk.read(delivery)
        assert after.state is State.FAILED
        assert after.problem is not None
        assert after.problem.code == "account_removed"
        assert names(desk, delivery) == [EventName.FAILED]

    @pytest.mark.parametrize("media", [(), (PICTURE,)], ids=["text", "uploads"])
    def test_a_password_given_meanwhile_is_used_at_once(self, media: tuple[Media, ...]) -> None:
        """The function remembers the old one for minutes; nobody is told of a refusal that is over."""
        desk = Desk(NetworkTwin(takes="new", ahead=10 * MINUTE))
        secrets = desk.world.secrets
        assert isinstance(secrets, SecretsTwin)
        secrets.save_secret(BAKERY.id, "masto", {"token": "old"})
        secrets.save_elsewhere(BAKERY.id, "masto", {"token": "new"})
        delivery = desk.queue(at=2 * MINUTE, media=media)

        desk.run(HOUR)

        after = desk.read(delivery)
        assert (after.state, after.attempts) == (State.PUBLISHED, 1)
        assert desk.network.times_online("Bonjour") == 1
        assert after.lateness is not None
        assert after.lateness < 5 * SECOND
        assert EventName.FAILED not in names(desk, delivery)

    def test_a_bug_in_an_adapter_is_a_doubt_not_a_loss(self) -> None:
        """Whatever broke after the call began, the post may be online."""
        desk = Desk(NetworkTwin(after=[ZeroDivisionError()], keyed=False))
        delivery = desk.queue()

        desk.run()

        assert desk.read(delivery).state is State.PUBLISHED
        assert len(desk.network.books) == 1

    def test_five_attempts_end_with_a_person(self) -> None:
        """A delivery that keeps vanishing is not tried for ever; as it may be online, a person is asked."""
        desk = Desk(NetworkTwin(before=[cut()] * 9, safe_for=timedelta(days=1)))
        delivery = desk.queue()

        desk.run(timedelta(minutes=50))

        after = desk.read(delivery)
        assert (after.state, after.attempts) == (State.ASKING, 5)
        assert after.problem is not None
        assert after.problem.code == "too_many_attempts"
        assert desk.network.books == []

    def test_after_the_networks_memory_a_person_is_asked(self) -> None:
        """A repeat is only safe while the network still remembers the first key."""
        desk = Desk(NetworkTwin(before=[cut()], safe_for=timedelta(seconds=100)))
        delivery = desk.queue()

        desk.run()

        assert desk.read(delivery).state is State.ASKING


class TestThread:
    def test_a_thread_cut_in_the_middle_goes_on_where_it_stopped(self) -> None:
        """Parts already accepted are not sent again, even without a key of the network."""
        busy = RateLimited(problem("no_clear_answer"), Desk().clock.now() + 2 * MINUTE)
        desk = Desk(NetworkTwin(before=[None, busy], keyed=False))
        delivery = desk.queue("un", "deux", "trois")

        desk.run()

        assert [entry.text for entry in desk.network.books] == ["un", "deux", "trois"]
        assert desk.read(delivery).remote_ids == ("id-1", "id-2", "id-3")

    def test_a_first_part_found_online_is_never_sent_again(self) -> None:
        """Its answer was lost and repeats are not refused: the question says what is online, and only the rest goes."""
        desk = Desk(NetworkTwin(after=[cut()], keyed=False))
        delivery = desk.queue("un", "deux", "trois")
        desk.run()
        asked = desk.read(delivery)

        desk.posts.change(asked, decisions.sent_again(asked, desk.clock.now()))
        desk.run()

        assert (asked.state, asked.remote_ids, asked.url) == (State.ASKING, ("id-1",), "https://twin.example/id-1")
        assert [entry.text for entry in desk.network.books] == ["un", "deux", "trois"]
        assert desk.read(delivery).remote_ids == ("id-1", "id-2", "id-3")

    def test_a_beginning_seen_once_is_kept_though_later_looks_are_blind(self) -> None:
        """What one look found is a fact; what it did not find is none."""
        desk = Desk(NetworkTwin(after=[cut()], keyed=False))
        delivery = desk.queue("un", "deux")
        desk.run(90 * SECOND)
        assert desk.read(delivery).state is State.UNCONFIRMED
        desk.network.blind = True

        desk.run()

        after = desk.read(delivery)
        assert (after.state, after.remote_ids) == (State.ASKING, ("id-1",))

    def test_a_beginning_found_goes_on_by_itself_where_repeats_are_refused(self) -> None:
        """With the network's own key nobody is asked, and each part is there once."""
        desk = Desk(NetworkTwin(after=[cut()]))
        delivery = desk.queue("un", "deux")

        desk.run()

        assert [entry.text for entry in desk.network.books] == ["un", "deux"]
        assert desk.read(delivery).remote_ids == ("id-1", "id-2")

    def test_a_table_that_fails_between_two_parts_does_not_stop_the_thread(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The ids of accepted parts are kept in hand when they cannot be written."""
        desk = Desk()
        delivery = desk.queue("un", "deux")
        change = desk.posts.change
        failures = [TryAgain("slow")]

        def slow(*args: object) -> None:
            if failures:
                raise failures.pop()
            change(*args)  # type: ignore[arg-type]

        monkeypatch.setattr(desk.posts, "change", slow)
        desk.run()

        assert desk.read(delivery).state is State.PUBLISHED
        assert len(desk.network.books) == 2


class TestBrake:
    def test_a_pause_declared_while_the_gate_was_passing_undoes_it(self) -> None:
        """Just before the call the brake is read; nothing leaves, and it was no attempt."""
        desk = Desk()
        delivery = desk.queue()
        desk.posts.pauses.add("pause:boulangerie")

        desk.run()

        after = desk.read(delivery)
        assert (after.state, after.holds, after.attempts) == (State.SCHEDULED, frozenset({"pause:boulangerie"}), 0)
        assert desk.network.calls == []

    def test_a_brake_that_cannot_be_read_stops_this_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without having read the brake nobody sends; it leaves a moment later."""
        desk = Desk()
        delivery = desk.queue()
        brakes, failures = desk.posts.brakes, [TryAgain("slow")]

        def slow(brand: str, account: str) -> frozenset[str]:
            if failures:
                raise failures.pop()
            return brakes(brand, account)

        monkeypatch.setattr(desk.posts, "brakes", slow)
        desk.run()

        assert desk.network.calls == [delivery.publish_at + 15 * SECOND]
        assert desk.read(delivery).attempts == 1


class TestUploads:
    def test_pictures_are_uploaded_ahead(self) -> None:
        """At its second only the final call is left."""
        desk = Desk(NetworkTwin(ahead=timedelta(minutes=10)))
        delivery = desk.queue(at=timedelta(hours=1), media=(PICTURE,))

        desk.run(timedelta(hours=2))

        assert desk.network.uploads == [PICTURE.key]
        assert desk.network.calls == [delivery.publish_at]

    def test_an_upload_still_processing_is_looked_at_again(self) -> None:
        """The network says it is working on the picture: the post waits for it, not for ever."""
        desk = Desk(NetworkTwin(ahead=timedelta(minutes=10)))
        now = desk.clock.now()
        desk.network.prepares = [
            Preparation(remote={"a": "1"}, look_at=now + 10 * SECOND),
            Preparation(remote={"a": "1"}),
        ]
        delivery = desk.queue(at=20 * SECOND, media=(PICTURE,))

        desk.run()

        after = desk.read(delivery)
        assert after.state is State.PUBLISHED
        assert after.published_at is not None
        assert timedelta(0) <= after.published_at - delivery.publish_at < 15 * SECOND

    def test_a_slow_upload_is_not_made_twice(self) -> None:
        """Messages that find somebody uploading wait; a second upload is not even started."""
        desk = Desk(NetworkTwin(ahead=timedelta(minutes=10)))
        delivery = desk.queue(at=0 * SECOND, media=(PICTURE,), preparing_until=desk.clock.now() + 30 * SECOND)
        desk.outbox.preparing.clear()

        for _ in range(4):
            publish_post(message_of(delivery), desk.world)
        assert desk.outbox.preparing == []
        assert prepare_delivery(message_of(delivery), desk.world) == "nothing to prepare"

        desk.run()

        assert desk.read(delivery).state is State.PUBLISHED
        assert desk.network.uploads == [PICTURE.key]

    def test_an_uploader_that_died_is_replaced_within_a_minute(self) -> None:
        """Nobody waits for the dead."""
        desk = Desk(NetworkTwin(ahead=timedelta(minutes=10)))
        desk.network.prepares = [KeyboardInterrupt()]
        delivery = desk.queue(at=20 * SECOND, media=(PICTURE,))

        with pytest.raises(KeyboardInterrupt):
            desk.run()
        desk.run()

        after = desk.read(delivery)
        assert after.state is State.PUBLISHED
        assert after.published_at is not None
        assert after.published_at - delivery.publish_at < MINUTE

    def test_an_upload_refused_is_told_before_the_hour(self) -> None:
        """A picture that the network refuses fails the delivery at once, not at its second."""
        desk = Desk(NetworkTwin(ahead=timedelta(minutes=10)))
        desk.network.prepares = [Refused(problem("account_removed", account="x"))]
        delivery = desk.queue(at=timedelta(hours=1), media=(PICTURE,))

        desk.run(timedelta(minutes=55))

        assert desk.read(delivery).state is State.FAILED

    def test_an_upload_that_the_network_forgot_is_made_again(self) -> None:
        """The picture is gone when the post leaves: uploaded again, then sent, and it was no attempt."""
        desk = Desk(NetworkTwin(ahead=timedelta(minutes=10), before=[PreparationLost(problem("no_clear_answer"))]))
        delivery = desk.queue(at=timedelta(minutes=20), media=(PICTURE,))

        desk.run(timedelta(minutes=40))

        after = desk.read(delivery)
        assert (after.state, after.attempts) == (State.PUBLISHED, 1)
        assert desk.network.uploads == [PICTURE.key, PICTURE.key]
        assert desk.network.calls[-1] - delivery.publish_at < 15 * SECOND

    def test_an_upload_whose_answer_was_lost_is_made_again(self) -> None:
        """A doubtful upload harms nobody."""
        desk = Desk(NetworkTwin(ahead=timedelta(minutes=10)))
        desk.network.prepares = [cut(), Unreachable(problem("no_clear_answer"))]
        delivery = desk.queue(at=timedelta(minutes=9), media=(PICTURE,))

        desk.run(timedelta(minutes=20))

        assert desk.network.calls == [delivery.publish_at]
        assert desk.network.uploads == [PICTURE.key]


class TestUploadsOfALimitedAccount:
    def test_uploads_refused_for_now_hold_back_the_others(self) -> None:
        """Uploads count too: after a refusal none begins before the reset; then each leaves, late but in its hour."""
        desk = Desk(NetworkTwin(ahead=10 * MINUTE))
        until = desk.clock.now() + 25 * MINUTE
        desk.network.prepares = [RateLimited(problem("no_clear_answer"), until)]
        queued = [desk.queue(post=f"p{number}", at=20 * MINUTE, media=(PICTURE,)) for number in range(3)]
        text = desk.queue("un texte", post="text", at=20 * MINUTE)

        desk.run(24 * MINUTE)
        assert desk.network.uploads == []
        assert desk.read(text).state is State.PUBLISHED
        desk.run(10 * MINUTE)

        after = [desk.read(one) for one in queued]
        assert {(one.state, one.attempts) for one in after} == {(State.PUBLISHED, 1)}
        assert len(desk.network.uploads) == 3
        assert max(one.published_at for one in after if one.published_at) <= until + MINUTE

    def test_waiting_for_an_upload_is_not_asking_for_it_again_and_again(self) -> None:
        """While uploads wait for the network, the publisher looks when they may begin and not every five seconds."""
        desk = Desk(NetworkTwin(ahead=10 * MINUTE))
        desk.network.prepares = [RateLimited(problem("no_clear_answer"), desk.clock.now() + 40 * MINUTE)]
        desk.queue(at=20 * SECOND, media=(PICTURE,))

        desk.run(39 * MINUTE)

        assert len(desk.said) < 60

    def test_an_upload_that_would_come_too_late_is_told(self) -> None:
        """The network takes uploads again only after its hour: the delivery expires in time, never failed."""
        desk = Desk(NetworkTwin(ahead=10 * MINUTE))
        desk.network.prepares = [RateLimited(problem("no_clear_answer"), desk.clock.now() + 5 * HOUR)]
        delivery = desk.queue(at=20 * MINUTE, media=(PICTURE,))

        desk.run(2 * HOUR)

        after = desk.read(delivery)
        told = desk.posts.story(delivery.brand, delivery.post)[-1]
        assert (after.state, after.attempts, told.name) == (State.EXPIRED, 0, EventName.EXPIRED)
        assert told.at - delivery.publish_at <= HOUR + MINUTE


class TestByHand:
    def test_a_person_is_warned_asked_and_reminded(self) -> None:
        """Ten minutes before, at the minute, then reminders until somebody says it is done."""
        desk = Desk(NetworkTwin(name=NetworkName.BY_HAND))
        delivery = desk.queue(account="story", at=timedelta(minutes=30))

        desk.run(timedelta(hours=2))

        story = desk.posts.story(delivery.brand, delivery.post)
        assert [event.name for event in story] == [
            EventName.HANDOVER_AHEAD,
            EventName.HANDOVER_DUE,
            *[EventName.HANDOVER_REMINDED] * 3,
        ]
        assert [round((event.at - delivery.publish_at) / MINUTE) for event in story[1:]] == [0, 15, 30, 60]
        assert -12 <= (story[0].at - delivery.publish_at) / MINUTE <= -10
        assert desk.read(delivery).state is State.ASKING
        assert desk.network.calls == []


class TestOurOwnTables:
    def test_a_slow_table_before_the_gate_loses_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The message comes back a few seconds later."""
        desk = Desk()
        delivery = desk.queue()
        read, failures = desk.posts.delivery, [TryAgain("slow")]

        def slow(brand: str, post: str, account: str) -> Delivery | None:
            if failures:
                raise failures.pop()
            return read(brand, post, account)

        monkeypatch.setattr(desk.posts, "delivery", slow)
        desk.run(2 * MINUTE, ticks=False)

        assert desk.read(delivery).state is State.PUBLISHED

    def test_an_outcome_that_could_not_be_written_is_read_back(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Online but not written: the lease runs out and the read-back finds it."""
        desk = Desk(NetworkTwin(keyed=False))
        delivery = desk.queue()
        change, failures = desk.posts.change, [TryAgain("slow")]

        def slow(*args: object) -> None:
            if failures:
                raise failures.pop()
            change(*args)  # type: ignore[arg-type]

        monkeypatch.setattr(desk.posts, "change", slow)
        desk.run()

        assert desk.read(delivery).state is State.PUBLISHED
        assert len(desk.network.books) == 1

    def test_two_workers_pass_one_gate_once(self) -> None:
        """The second worker is turned away."""
        desk = Desk()
        delivery = desk.queue(at=0 * SECOND)
        now = desk.clock.now()

        first = desk.posts.pass_gate(delivery, Attempt(id="a", number=1, started_at=now), now)
        second = desk.posts.pass_gate(delivery, Attempt(id="b", number=1, started_at=now), now)

        assert (first.passed, second.passed) == (True, False)


class TestInDoubtAndTooLate:
    @pytest.mark.parametrize(("attempts", "late"), [(5, 0), (1, 2)])
    def test_what_may_be_online_is_asked_and_never_given_up(self, attempts: int, late: int) -> None:
        """After five attempts, or an hour late, what may be online is asked: it is neither failed nor expired."""
        desk = Desk()
        now = desk.clock.now()
        delivery = desk.queue("Bonjour", at=-late * timedelta(hours=1), doubt_since=now - MINUTE, attempts=attempts)

        desk.run()

        assert desk.read(delivery).state is State.ASKING
        assert names(desk, delivery) == [EventName.ASKING]
        assert desk.posts.story(delivery.brand, delivery.post)[0].fields["started_at"] == (now - MINUTE).isoformat()
        assert desk.network.calls == []

    def test_absent_when_it_is_too_late_is_asked(self) -> None:
        """Nothing worked for an hour after a lost answer: where a repeat is still safe, it is asked all the same."""
        network = NetworkTwin(after=[cut()], hidden_for=timedelta(days=1), safe_for=timedelta(days=7))
        desk = Desk(network)
        delivery = desk.queue("Bonjour", at=30 * SECOND)
        desk.run(40 * SECOND, ticks=False)
        desk.waiting.clear()
        desk.clock.advance(timedelta(hours=1))

        desk.run()

        assert desk.read(delivery).state is State.ASKING
        assert network.times_online("Bonjour") == 1
        assert len(network.calls) == 1


class TestKeyThatEnded:
    """Sent again only while the network itself refuses a repeat: also after a hold, a pause or a long wait."""

    @staticmethod
    def held_for_two_hours() -> tuple[Desk, Delivery]:
        """An accepted post whose answer was lost and that nobody can see, held just before it would be repeated."""
        desk = Desk(NetworkTwin(hidden_for=timedelta(days=1), forgets_after=timedelta(hours=1), after=[cut()]))
        patient = tuple(one.model_copy(update={"late_minutes": 600}) for one in BAKERY.accounts)
        desk.brands = BrandsTwin(BAKERY.model_copy(update={"accounts": patient}))
        desk.world = replace(desk.world, brands=desk.brands)
        delivery = desk.queue()
        desk.run(timedelta(seconds=100))  # the last look is to come
        desk.posts.pauses.add("pause:*")
        desk.run(timedelta(hours=2))
        assert desk.read(delivery).holds == {"pause:*"}
        desk.posts.pauses.clear()
        held = desk.read(delivery)
        desk.posts.change(held, decisions.released(held, "pause:*"))
        return desk, delivery

    def test_it_is_asked_about_and_not_repeated(self) -> None:
        """The network has forgotten the key: a repeat would be a second post."""
        desk, delivery = self.held_for_two_hours()

        desk.run(timedelta(minutes=10))

        assert desk.read(delivery).state is State.ASKING
        assert desk.network.times_online("Bonjour") == 1

    def test_it_is_looked_for_once_more(self) -> None:
        """By now readers may see it."""
        desk, delivery = self.held_for_two_hours()
        desk.network.hidden_for = timedelta(0)

        desk.run(timedelta(minutes=10))

        assert desk.read(delivery).state is State.PUBLISHED
        assert desk.network.times_online("Bonjour") == 1

    def test_a_person_s_word_sends_it(self) -> None:
        """That it is not online is a decision, whatever the key's age; a new doubt needs a new answer."""
        desk, delivery = self.held_for_two_hours()
        desk.run(timedelta(minutes=10))
        desk.network.books.clear()  # it was taken down meanwhile
        desk.network.after = [cut()]
        asked = desk.read(delivery)
        again = decisions.sent_again(asked, desk.clock.now())
        desk.posts.change(asked, again)
        dispatch_now([desk.read(delivery)], desk.posts, desk.outbox, desk.clock.now())

        desk.run(timedelta(minutes=10))

        assert desk.network.times_online("Bonjour") == 1
        assert desk.read(delivery).state is State.ASKING


class TestRefusedAfterADoubt:
    """A clear no to the second attempt says nothing about the first one, which readers may never have seen."""

    def in_doubt(self, second: Exception, **network: object) -> Desk:
        """Let the first attempt be accepted, its answer lost, and the second one end otherwise."""
        return Desk(NetworkTwin(hidden_for=10 * HOUR, after=[cut()], before=[None, second], **network))  # type: ignore[arg-type]

    @pytest.mark.parametrize("error", [Refused, CredentialsExpired])
    def test_a_person_is_asked_and_told_what_the_network_said(self, error: type[Refused]) -> None:
        """Called failed, it would be offered as a new version: a second post."""
        desk = self.in_doubt(error(problem("account_removed", account="masto")))
        delivery = desk.queue("Bonjour", at=10 * SECOND)

        desk.run()

        after = desk.read(delivery)
        assert after.state is State.ASKING
        said = desk.posts.story(delivery.brand, delivery.post)[-1]
        assert (said.name, said.fields["started_at"]) == (EventName.ASKING, delivery.publish_at.isoformat())
        assert said.fields["refused"]["code"] == "account_removed"

    def test_when_a_person_denied_it_a_refusal_is_a_failure(self) -> None:
        """Then nothing is in doubt any more."""
        no = Refused(problem("account_removed", account="masto"))
        desk = self.in_doubt(no)
        desk.network.before = [None, no, no]
        delivery = desk.queue("Bonjour", at=10 * SECOND)
        desk.run()
        asked = desk.read(delivery)

        desk.posts.change(asked, decisions.sent_again(asked, desk.clock.now()))
        desk.run()

        assert desk.read(delivery).state is State.FAILED

    def test_an_account_taken_away_meanwhile(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """It waited for its second attempt."""
        desk = self.in_doubt(Unreachable(problem("no_clear_answer")))
        delivery = desk.queue("Bonjour", at=10 * SECOND)
        desk.run(103 * SECOND)
        assert desk.read(delivery).state is State.SCHEDULED
        monkeypatch.setattr(desk.brands, "brand", lambda _: None)

        desk.run()

        assert desk.read(delivery).state is State.ASKING

    def test_an_upload_refused_before_the_second_attempt(self) -> None:
        """The network forgot the picture, and does not take it again."""
        desk = self.in_doubt(PreparationLost(problem("no_clear_answer")), ahead=2 * MINUTE)
        desk.network.prepares = [Preparation({}), Refused(problem("no_clear_answer"))]
        delivery = desk.queue("Bonjour", at=10 * SECOND, media=(PICTURE,))

        desk.run()

        assert desk.read(delivery).state is State.ASKING
        assert names(desk, delivery)[-1] is EventName.ASKING


def test_a_worker_that_read_long_ago_knows_what_another_one_sent() -> None:
    """Two messages: the slow one passes the gate after a part went out and the next one was put off."""
    desk = Desk(NetworkTwin(keyed=False, before=[None, PreparationLost(problem("no_clear_answer"))]))
    delivery = desk.queue("un", "deux", at=0 * SECOND)
    desk.outbox.queued.clear()
    gate, others = desk.posts.pass_gate, [message_of(delivery)]

    def slow(delivery: Delivery, attempt: Attempt, now: datetime) -> Gate:
        while others:
            publish_post(others.pop(), desk.world)
            desk.clock.advance(SECOND)
        return gate(delivery, attempt, max(now, desk.clock.now()))

    desk.posts.pass_gate = slow  # type: ignore[method-assign]
    publish_post(message_of(delivery), desk.world)

    assert [entry.text for entry in desk.network.books] == ["un", "deux"]
    assert desk.read(delivery).state is State.PUBLISHED


class TestReadOnceMore:
    """In doubt, and held until the network's own memory ended."""

    def held(self, network: NetworkTwin, *texts: str) -> tuple[Desk, Delivery]:
        """Lose the answer to the first part, hold what is left for ten minutes, and let it go."""
        network.safe_for = timedelta(seconds=200)
        desk = Desk(network)
        delivery = desk.queue(*texts, at=0 * SECOND)
        desk.run(60 * SECOND)
        desk.posts.pauses.add("pause:*")
        desk.run(10 * MINUTE)
        desk.posts.pauses.clear()
        held = desk.read(delivery)
        assert held.holds == {"pause:*"}
        desk.posts.change(held, decisions.released(held, "pause:*"))
        return desk, delivery

    def test_a_beginning_found_then_is_kept(self) -> None:
        """A person who says "send it" must not send the first part again."""
        desk, delivery = self.held(NetworkTwin(hidden_for=2 * MINUTE, after=[cut()]), "un", "deux")

        desk.run()

        after = desk.read(delivery)
        assert (after.state, after.remote_ids) == (State.ASKING, ("id-1",))

    def test_a_bug_while_reading_asks_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """And does not break off every message until it is too late."""
        desk, delivery = self.held(NetworkTwin(hidden_for=2 * MINUTE, after=[cut()]), "un")
        monkeypatch.setattr(desk.network, "find", lambda: None)  # takes no arguments: a TypeError

        desk.run(2 * MINUTE)

        assert desk.read(delivery).state is State.ASKING


def test_what_another_one_published_days_after_its_promise_is_not_ours() -> None:
    """An account that may be days late: two posts of the same words, promised days apart, leave in one minute."""
    account = BAKERY.accounts[0].model_copy(update={"late_minutes": 3 * 24 * 60})
    brand = BAKERY.model_copy(update={"accounts": (account, *BAKERY.accounts[1:])})
    desk = Desk(NetworkTwin(keyed=False))
    desk.world = replace(desk.world, brands=BrandsTwin(brand))
    early = desk.queue("Bonjour", at=-timedelta(days=2), post="early")
    desk.run(20 * SECOND)
    assert desk.read(early).state is State.PUBLISHED
    desk.network.before = [cut()]
    later = desk.queue("Bonjour", at=1 * SECOND, post="later")

    desk.run()

    assert desk.read(later).state is State.ASKING
