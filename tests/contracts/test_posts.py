"""What every store of posts does, the twin and the table alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from heraut.brands import NetworkName
from heraut.due import shards_of
from heraut.errors import Conflict, InvalidInput, NotFound
from heraut.events import EventName, event
from heraut.problems import problem
from heraut.publishing.model import KIND, LEASE, SHARDS, Delivery, Prepared, State
from heraut.publishing.pacing import Bucket, Pace
from tests.contracts.samples import MINUTE, NOW, attempt, delivery, post

if TYPE_CHECKING:
    from heraut.publishing.store import DueRow, Posts

DUE = NOW + 10 * MINUTE
BRAND = "boulangerie"


def add(posts: Posts, **changes: Any) -> Delivery:
    """Queue the sample post and give its delivery as stored."""
    made = delivery(**changes)
    posts.add(post(id=made.post, brand=made.brand, accounts=(made.account,)), [made], [])
    return read(posts, made)


def read(posts: Posts, of: Delivery) -> Delivery:
    """Give the delivery as it now is."""
    found = posts.delivery(of.brand, of.post, of.account)
    assert found is not None
    return found


def due_rows(posts: Posts, until: Any = DUE) -> list[DueRow]:
    """Give what a tick sees, over all shards."""
    return [row for shard in shards_of(KIND, SHARDS) for row in posts.due(shard, until)]


class TestReading:
    def test_nothing_is_nothing(self, posts: Posts) -> None:
        """What was never written is None or empty."""
        assert posts.post(BRAND, "p1") is None
        assert posts.post(BRAND, "p1", 1) is None
        assert posts.delivery(BRAND, "p1", "masto") is None
        assert list(posts.deliveries(BRAND, "p1")) == []
        assert list(posts.story(BRAND, "p1")) == []
        assert list(posts.queue(BRAND)) == []
        assert due_rows(posts) == []

    def test_a_post_comes_back_as_it_was(self, posts: Posts) -> None:
        """Texts, overrides, labels and source survive."""
        made = post(texts={"masto": ("Salut 🥐", "suite")}, labels=("noël",), campaign="Avent")
        posts.add(made, [delivery()], [])
        assert posts.post(BRAND, "p1") == made
        assert posts.post(BRAND, "p1", 1) == made
        assert posts.post(BRAND, "p1", 2) is None
        assert posts.post("autre", "p1") is None

    def test_a_delivery_comes_back_as_it_was(self, posts: Posts) -> None:
        """Every kind of field survives: instants, marks, nested values, numbers that are no integers."""
        made = delivery(
            holds=frozenset({"person:lea", "pause:*"}),
            not_before=NOW,
            attempts=2,
            attempt=attempt(problem=problem("too_long", ratio=1.5, length=501)),
            remote_ids=("1", "2"),
            prepared=Prepared(version=1, remote={"media": "9"}, expires_at=DUE),
            prepare_at=NOW,
            problem=problem("no_clear_answer"),
        )
        posts.add(post(), [made], [])
        assert posts.delivery(BRAND, "p1", "masto") == made
        assert list(posts.deliveries(BRAND, "p1")) == [made]

    def test_instants_are_kept_to_the_millisecond(self, posts: Posts) -> None:
        """What is finer than a millisecond is cut off, never rounded up."""
        add(posts, due_at=DUE + timedelta(microseconds=123_999))
        found = posts.delivery(BRAND, "p1", "masto")
        assert found is not None
        assert found.due_at == DUE + timedelta(milliseconds=123)

    def test_deliveries_come_by_account(self, posts: Posts) -> None:
        """All deliveries of a post and of no other."""
        posts.add(post(), [delivery(account=name) for name in ("z", "a", "m")], [])
        posts.add(post(id="p2"), [delivery(post="p2")], [])
        assert [one.account for one in posts.deliveries(BRAND, "p1")] == ["a", "m", "z"]

    def test_unknown_fields_are_kept(self, posts: Posts) -> None:
        """What a newer release wrote survives reading, the gate and a change."""
        newer = Delivery.model_validate(
            delivery().model_dump(by_alias=True) | {"mood": {"tone": 0.25, "marks": ["a", None]}, "later": None}
        )
        posts.add(post(mood="gai"), [newer], [])
        found = read(posts, newer)
        gate = posts.pass_gate(found, attempt(), DUE)
        posts.change(gate.delivery, gate.delivery.model_copy(update={"state": State.PUBLISHED, "due_at": None}))
        extra = read(posts, newer).model_extra
        assert extra == {"mood": {"tone": 0.25, "marks": ["a", None]}, "later": None}
        kept = posts.post(BRAND, "p1")
        assert kept is not None
        assert kept.model_extra == {"mood": "gai"}


class TestAdding:
    def test_the_same_post_twice_is_a_conflict(self, posts: Posts) -> None:
        """The second writes nothing at all."""
        add(posts)
        told = event(EventName.POST_QUEUED, BRAND, "p1", None, NOW)
        with pytest.raises(Conflict):
            posts.add(post(), [delivery(account="other")], [told], ["key"])
        assert posts.delivery(BRAND, "p1", "other") is None
        assert list(posts.story(BRAND, "p1")) == []
        assert posts.posts_by_key(BRAND, ["key"]) == {}

    def test_the_same_name_in_two_brands_is_two_posts(self, posts: Posts) -> None:
        """A brand sees nothing of another."""
        add(posts)
        add(posts, brand="fleuriste")
        assert [one.brand for one in posts.queue("fleuriste")] == ["fleuriste"]
        assert [one.brand for one in posts.deliveries(BRAND, "p1")] == [BRAND]

    def test_a_post_to_thirty_accounts_is_written_whole(self, posts: Posts) -> None:
        """Thirty deliveries, as many events and keys, fit into one transaction."""
        names = [f"a{number:02d}" for number in range(30)]
        events = [event(EventName.APPROVAL_ASKED, BRAND, "p1", name, NOW) for name in names]
        posts.add(post(accounts=tuple(names)), [delivery(account=name) for name in names], events, names)
        assert [one.account for one in posts.deliveries(BRAND, "p1")] == names
        assert len(posts.story(BRAND, "p1")) == 30
        assert len(posts.posts_by_key(BRAND, names)) == 30

    def test_too_many_accounts_are_refused_before_anything_is_written(self, posts: Posts) -> None:
        """More than one transaction takes: a sentence for a person, and no half of a post."""
        names = [f"a{number:03d}" for number in range(99)]
        with pytest.raises(InvalidInput) as refused:
            posts.add(post(accounts=tuple(names)), [delivery(account=name) for name in names], [])
        assert [(one.code, one.fields) for one in refused.value.problems] == [("too_many_accounts", {"accounts": 99})]
        assert posts.post(BRAND, "p1") is None
        assert list(posts.deliveries(BRAND, "p1")) == []
        posts.add(post(accounts=tuple(names[1:])), [delivery(account=name) for name in names[1:]], [])
        assert len(posts.deliveries(BRAND, "p1")) == 98


class TestEditing:
    def test_an_edit_is_a_new_version_on_post_and_deliveries(self, posts: Posts) -> None:
        """The old version stays readable."""
        before = add(posts)
        after = before.model_copy(update={"version": 2, "revision": 2, "publish_at": DUE + MINUTE})
        told = event(EventName.POST_EDITED, BRAND, "p1", None, NOW, version=2)
        posts.edit(post(version=2, campaign="Avent"), [after], [told], ["new-key"])
        assert posts.delivery(BRAND, "p1", "masto") == after
        newest, first = posts.post(BRAND, "p1"), posts.post(BRAND, "p1", 1)
        assert newest is not None
        assert first is not None
        assert (newest.version, newest.campaign) == (2, "Avent")
        assert (first.version, first.campaign) == (1, None)
        assert [one.id for one in posts.story(BRAND, "p1")] == [told.id]
        assert posts.posts_by_key(BRAND, ["new-key"]) == {"new-key": "p1"}

    def test_two_edits_of_the_same_version_conflict(self, posts: Posts) -> None:
        """The second has to read again."""
        before = add(posts)
        after = before.model_copy(update={"version": 2, "revision": 2})
        posts.edit(post(version=2, campaign="first"), [after], [])
        with pytest.raises(Conflict):
            posts.edit(post(version=2, campaign="second"), [after], [])
        with pytest.raises(Conflict):
            posts.edit(post(version=4), [], [])
        newest = posts.post(BRAND, "p1")
        assert newest is not None
        assert newest.campaign == "first"

    def test_what_is_being_sent_cannot_be_edited(self, posts: Posts) -> None:
        """The gate passed between reading and writing: the whole edit is refused, the other deliveries too."""
        posts.add(post(accounts=("masto", "other")), [delivery(), delivery(account="other")], [])
        before = list(posts.deliveries(BRAND, "p1"))
        assert posts.pass_gate(before[0], attempt(), DUE).passed
        edited = [one.model_copy(update={"version": 2, "revision": one.revision + 1}) for one in before]
        with pytest.raises(Conflict):
            posts.edit(post(version=2), edited, [])
        newest = posts.post(BRAND, "p1")
        assert newest is not None
        assert newest.version == 1
        assert {one.account: one.version for one in posts.deliveries(BRAND, "p1")} == {"masto": 1, "other": 1}

    def test_an_edit_may_add_an_account(self, posts: Posts) -> None:
        """A delivery of revision 1 is new; if it is there already, the edit is refused."""
        add(posts)
        posts.edit(post(version=2), [delivery(account="other", version=2)], [])
        assert [one.account for one in posts.deliveries(BRAND, "p1")] == ["masto", "other"]
        with pytest.raises(Conflict):
            posts.edit(post(version=3), [delivery(account="other", version=3)], [])

    def test_an_edit_of_nothing_is_a_conflict(self, posts: Posts) -> None:
        """There is no version before it."""
        with pytest.raises(Conflict):
            posts.edit(post(version=2), [], [])
        assert posts.post(BRAND, "p1") is None


class TestGate:
    def test_passing_writes_the_attempt_before_the_call(self, posts: Posts) -> None:
        """State, attempt, count, lease and next look are one write."""
        before = add(posts)
        gate = posts.pass_gate(before, attempt(), DUE)
        assert gate.passed
        assert gate.delivery == read(posts, before)
        assert gate.delivery == before.model_copy(
            update={
                "state": State.SENDING,
                "attempt": attempt(),
                "attempts": 1,
                "revision": before.revision + 1,
                "lease_until": DUE + LEASE,
                "due_at": DUE + LEASE,
            }
        )

    def test_of_two_workers_one_passes(self, posts: Posts) -> None:
        """The second sees who was first."""
        before = add(posts)
        assert posts.pass_gate(before, attempt("a1"), DUE).passed
        second = posts.pass_gate(before, attempt("a2"), DUE)
        assert not second.passed
        assert second.delivery.attempt is not None
        assert second.delivery.attempt.id == "a1"
        assert read(posts, before).attempts == 1

    def test_the_same_attempt_again_passes_once(self, posts: Posts) -> None:
        """A write of ours that arrives twice is one attempt."""
        before = add(posts)
        first = posts.pass_gate(before, attempt(), DUE)
        again = posts.pass_gate(before, attempt(), DUE)
        assert again.passed
        assert again.delivery == first.delivery
        assert read(posts, before).attempts == 1

    def test_the_same_attempt_does_not_pass_once_somebody_decided(self, posts: Posts) -> None:
        """Its lease ran out and another looker has it."""
        before = add(posts)
        sending = posts.pass_gate(before, attempt(), DUE).delivery
        posts.change(sending, sending.model_copy(update={"state": State.UNCONFIRMED}))
        assert not posts.pass_gate(before, attempt(), DUE).passed

    @pytest.mark.parametrize("state", [state for state in State if state is not State.SCHEDULED])
    def test_only_what_is_scheduled_passes(self, posts: Posts, state: State) -> None:
        """Any other state keeps the gate shut and comes back as it is."""
        before = add(posts, state=state)
        gate = posts.pass_gate(before, attempt(), DUE)
        assert not gate.passed
        assert gate.delivery == before

    def test_a_hold_shuts_it(self, posts: Posts) -> None:
        """Any mark does; without marks it opens."""
        before = add(posts, holds=frozenset({"person:lea"}))
        assert not posts.pass_gate(before, attempt(), DUE).passed
        posts.change(before, before.model_copy(update={"holds": frozenset()}))
        assert posts.pass_gate(before, attempt(), DUE).passed

    def test_another_version_shuts_it(self, posts: Posts) -> None:
        """The message was for the post as it was before the edit."""
        before = add(posts)
        posts.edit(post(version=2), [before.model_copy(update={"version": 2, "revision": 2})], [])
        assert not posts.pass_gate(before, attempt(), DUE).passed
        assert posts.pass_gate(read(posts, before), attempt(), DUE).passed

    def test_the_network_s_wish_to_wait_shuts_it_until_then(self, posts: Posts) -> None:
        """Not a millisecond before `not_before`, and at that instant."""
        before = add(posts, not_before=DUE + MINUTE)
        assert not posts.pass_gate(before, attempt(), DUE + MINUTE - timedelta(milliseconds=1)).passed
        assert posts.pass_gate(before, attempt(), DUE + MINUTE).passed

    def test_a_sixth_attempt_does_not_pass(self, posts: Posts) -> None:
        """Five are the most; the fifth still passes."""
        before = add(posts, attempts=5)
        assert not posts.pass_gate(before, attempt(), DUE).passed
        fifth = add(posts, post="p2", attempts=4)
        gate = posts.pass_gate(fifth, attempt(number=5), DUE)
        assert (gate.passed, gate.delivery.attempts) == (True, 5)

    def test_a_delivery_never_written_is_not_found(self, posts: Posts) -> None:
        """And nothing is written for it."""
        with pytest.raises(NotFound):
            posts.pass_gate(delivery(), attempt(), DUE)
        assert posts.delivery(BRAND, "p1", "masto") is None

    def test_a_gate_undone_opens_again(self, posts: Posts) -> None:
        """Back to scheduled without attempt, it is passed by another one."""
        before = add(posts)
        sending = posts.pass_gate(before, attempt(), DUE).delivery
        posts.change(
            sending,
            sending.model_copy(
                update={
                    "state": State.SCHEDULED,
                    "attempt": None,
                    "attempts": 0,
                    "lease_until": None,
                    "not_before": DUE + MINUTE,
                    "due_at": DUE + MINUTE,
                }
            ),
        )
        gate = posts.pass_gate(read(posts, before), attempt("a2"), DUE + MINUTE)
        assert (gate.passed, gate.delivery.attempts) == (True, 1)


class TestChanging:
    def test_a_change_is_written_with_its_events(self, posts: Posts) -> None:
        """The revision grows by one."""
        before = add(posts)
        told = event(EventName.DELIVERY_HELD, BRAND, "p1", "masto", NOW, mark="person:lea", by="lea")
        after = before.model_copy(update={"holds": frozenset({"person:lea"}), "due_at": None})
        posts.change(before, after, [told])
        assert read(posts, before) == after.model_copy(update={"revision": before.revision + 1})
        assert list(posts.story(BRAND, "p1")) == [told]

    def test_of_two_changes_from_the_same_reading_one_is_written(self, posts: Posts) -> None:
        """The other raises Conflict and its event is not told."""
        before = add(posts)
        posts.change(before, before.model_copy(update={"state": State.CANCELLED, "due_at": None}))
        told = event(EventName.DELIVERY_HELD, BRAND, "p1", "masto", NOW)
        with pytest.raises(Conflict):
            posts.change(before, before.model_copy(update={"holds": frozenset({"person:lea"})}), [told])
        assert read(posts, before).state is State.CANCELLED
        assert list(posts.story(BRAND, "p1")) == []

    @pytest.mark.parametrize(
        "moved",
        [
            {"revision": 2},
            {"state": State.UNCONFIRMED},
            {"version": 2},
            {"attempt": attempt("other")},
            {"attempt": None},
        ],
        ids=["revision", "state", "version", "another-attempt", "no-attempt"],
    )
    def test_each_thing_that_was_read_must_still_hold(self, posts: Posts, moved: dict[str, Any]) -> None:
        """Revision, state, version and attempt are each looked at."""
        before = add(posts, state=State.SENDING, attempt=attempt())
        seen = before.model_copy(update=moved)
        with pytest.raises(Conflict):
            posts.change(seen, seen.model_copy(update={"state": State.PUBLISHED}))
        posts.change(before, before.model_copy(update={"state": State.PUBLISHED}))

    def test_an_attempt_that_was_not_there_is_looked_at_too(self, posts: Posts) -> None:
        """Read without attempt, there must be none."""
        before = add(posts, attempt=attempt())
        with pytest.raises(Conflict):
            posts.change(before.model_copy(update={"attempt": None}), before)

    def test_a_change_of_nothing_is_a_conflict(self, posts: Posts) -> None:
        """A delivery that is not there is not made by a change."""
        with pytest.raises(Conflict):
            posts.change(delivery(), delivery())
        assert posts.delivery(BRAND, "p1", "masto") is None

    def test_a_change_keeps_its_delivery(self, posts: Posts) -> None:
        """Another account is another delivery."""
        before = add(posts)
        with pytest.raises(ValueError, match="keeps brand, post and account"):
            posts.change(before, before.model_copy(update={"account": "other"}))

    def test_the_dispatcher_s_mark_does_not_get_in_the_way(self, posts: Posts) -> None:
        """It moves `due_at` and no revision."""
        before = add(posts)
        assert posts.mark_dispatched({due_rows(posts)[0]: DUE + 5 * MINUTE})
        posts.change(before, before.model_copy(update={"state": State.CANCELLED, "due_at": None}))
        assert read(posts, before).state is State.CANCELLED

    def test_of_many_at_once_one_is_written(self, posts: Posts) -> None:
        """Eight threads with the same reading: one gate, one attempt."""
        before = add(posts)
        with ThreadPoolExecutor(8) as threads:
            gates = list(threads.map(lambda n: posts.pass_gate(before, attempt(f"a{n}"), DUE), range(8)))
        passed = [gate.delivery.attempt for gate in gates if gate.passed]
        assert len(passed) == 1
        assert read(posts, before).attempt == passed[0]
        assert read(posts, before).attempts == 1


class TestDue:
    def test_a_row_is_what_the_dispatcher_needs(self, posts: Posts) -> None:
        """Not the text."""
        made = add(posts, not_before=NOW, prepare_at=NOW + MINUTE)
        (row,) = due_rows(posts)
        assert (row.brand, row.post, row.account, row.version) == (BRAND, "p1", "masto", 1)
        assert (row.state, row.publish_at, row.due_at) == (State.SCHEDULED, DUE, DUE)
        assert (row.not_before, row.prepare_at) == (NOW, NOW + MINUTE)
        assert list(posts.due(made.shard, DUE)) == [row]

    def test_the_horizon_is_included(self, posts: Posts) -> None:
        """Due at the horizon: there; a millisecond later: not."""
        add(posts)
        assert len(due_rows(posts, DUE)) == 1
        assert due_rows(posts, DUE - timedelta(milliseconds=1)) == []

    def test_soonest_first(self, posts: Posts) -> None:
        """Whatever the order of writing."""
        shard = delivery().shard
        others = [delivery(post=f"q{number}", due_at=NOW + (97 - number) * MINUTE) for number in range(40)]
        others = [one for one in others if one.shard == shard]
        for one in others:
            add(posts, post=one.post, due_at=one.due_at)
        found = [row.due_at for row in posts.due(shard, NOW + 100 * MINUTE)]
        assert len(found) == len(others) > 3
        assert found == sorted(found)

    def test_nothing_left_to_look_at_stands_in_no_index(self, posts: Posts) -> None:
        """`due_at` absent: the tick never reads it; present again: it does."""
        before = add(posts)
        posts.change(before, before.model_copy(update={"due_at": None, "holds": frozenset({"pause:*"})}))
        assert due_rows(posts, NOW + timedelta(days=400)) == []
        held = read(posts, before)
        assert held.due_at is None
        posts.change(held, held.model_copy(update={"due_at": DUE, "holds": frozenset()}))
        assert len(due_rows(posts)) == 1

    def test_a_delivery_being_sent_is_due_at_the_end_of_its_lease(self, posts: Posts) -> None:
        """A dead worker is found by the index."""
        posts.pass_gate(add(posts), attempt(), DUE)
        assert due_rows(posts, DUE) == []
        (row,) = due_rows(posts, DUE + LEASE)
        assert (row.state, row.due_at) == (State.SENDING, DUE + LEASE)

    def test_a_mark_moves_the_row(self, posts: Posts) -> None:
        """The same row seen again is no longer what it was."""
        before = add(posts)
        (row,) = due_rows(posts)
        assert posts.mark_dispatched({row: DUE + 5 * MINUTE})
        assert not posts.mark_dispatched({row: DUE + 6 * MINUTE})
        assert due_rows(posts) == []
        assert read(posts, before) == before.model_copy(update={"due_at": DUE + 5 * MINUTE})

    def test_a_mark_on_another_version_does_nothing(self, posts: Posts) -> None:
        """The post was edited since."""
        before = add(posts)
        (row,) = due_rows(posts)
        posts.edit(post(version=2), [before.model_copy(update={"version": 2, "revision": 2})], [])
        assert not posts.mark_dispatched({row: DUE + 5 * MINUTE})
        assert read(posts, before).due_at == DUE

    def test_many_are_marked_at_once(self, posts: Posts) -> None:
        """A batch of the tick is one write; none of its rows is due any more."""
        for number in range(10):
            add(posts, post=f"p{number}")
        rows = due_rows(posts)

        assert posts.mark_dispatched(dict.fromkeys(rows, DUE + 5 * MINUTE)) == 10
        assert due_rows(posts) == []
        assert len(due_rows(posts, DUE + 5 * MINUTE)) == 10

    def test_one_that_moved_on_keeps_no_other_from_being_marked(self, posts: Posts) -> None:
        """It was sent meanwhile: the others of its batch are marked all the same."""
        for number in range(3):
            add(posts, post=f"p{number}")
        rows = due_rows(posts)
        gone = posts.delivery(rows[1].brand, rows[1].post, rows[1].account)
        assert gone is not None
        posts.pass_gate(gone, attempt(), DUE)

        assert posts.mark_dispatched(dict.fromkeys(rows, DUE + 5 * MINUTE)) == 2
        assert [row.due_at for row in due_rows(posts, DUE + LEASE)] == [DUE + LEASE]

    def test_a_mark_does_not_bring_back_what_is_over(self, posts: Posts) -> None:
        """Cancelled since: not due again."""
        before = add(posts)
        (row,) = due_rows(posts)
        posts.change(before, before.model_copy(update={"state": State.CANCELLED, "due_at": None}))
        assert not posts.mark_dispatched({row: DUE + 5 * MINUTE})
        assert due_rows(posts, DUE + timedelta(days=9)) == []

    def test_a_megabyte_and_more_is_read_page_by_page(self, posts: Posts) -> None:
        """Nothing is lost between two pages of the index or of the listing."""
        long = {"story": "x" * 30_000}
        names = [f"a{number:02d}" for number in range(60)]
        made = [
            delivery(account=name, prepared=Prepared(version=1, remote=long), due_at=DUE + number * MINUTE)
            for number, name in enumerate(names)
        ]
        posts.add(post(accounts=tuple(names)), made, [])
        assert {row.account for row in due_rows(posts, DUE + 60 * MINUTE)} == set(names)
        assert {one.account for one in posts.queue(BRAND)} == set(names)
        assert [one.account for one in posts.deliveries(BRAND, "p1")] == names


class TestQueue:
    def test_by_promise_within_the_time_asked(self, posts: Posts) -> None:
        """Since is included, until is not; a lease or a mark does not change the order."""
        for number in (3, 1, 2, 4):
            at = NOW + number * MINUTE
            add(posts, post=f"p{number}", publish_at=at, due_at=NOW + (50 - number) * MINUTE)
        assert [one.post for one in posts.queue(BRAND)] == ["p1", "p2", "p3", "p4"]
        assert [one.post for one in posts.queue(BRAND, since=NOW + 2 * MINUTE)] == ["p2", "p3", "p4"]
        assert [one.post for one in posts.queue(BRAND, until=NOW + 3 * MINUTE)] == ["p1", "p2"]
        assert [one.post for one in posts.queue(BRAND, NOW + 2 * MINUTE, NOW + 4 * MINUTE)] == ["p2", "p3"]
        assert list(posts.queue(BRAND, NOW + 2 * MINUTE, NOW + 2 * MINUTE)) == []
        assert list(posts.queue(BRAND, NOW + 3 * MINUTE, NOW)) == []

    def test_a_listed_delivery_is_whole(self, posts: Posts) -> None:
        """What a listing gives may be changed without losing anything."""
        listed = add(posts, network=NetworkName.BY_HAND, remote_ids=("1",), prepare_at=NOW, attempt=attempt())
        assert list(posts.queue(BRAND)) == [listed]

    def test_other_things_of_a_brand_are_not_in_its_queue(self, posts: Posts) -> None:
        """Events, keys, files and who was told are not deliveries."""
        told = event(EventName.FAILED, BRAND, "p1", "masto", NOW, publish_at="2026-11-23T09:00:00.000Z")
        posts.add(post(), [delivery()], [told], ["key"])
        posts.save_file_posts(BRAND, "semaine.csv", {"p1": 2})
        posts.save_told(BRAND, told.id, "lea", NOW)
        assert len(list(posts.queue(BRAND))) == 1
        assert len(due_rows(posts, NOW + timedelta(days=400))) == 1


class TestStory:
    def test_in_order(self, posts: Posts) -> None:
        """By time, and events written together in the order they were given."""
        before = add(posts)
        later = [event(EventName.DELIVERY_HELD, BRAND, "p1", "masto", NOW + MINUTE, mark=str(n)) for n in range(12)]
        posts.change(before, before, later)
        first = event(EventName.APPROVED, BRAND, "p1", None, NOW, by="lea")
        posts.change(read(posts, before), before, [first])
        assert list(posts.story(BRAND, "p1")) == [first, *later]

    def test_of_one_post_only(self, posts: Posts) -> None:
        """Another post's story is its own."""
        add(posts)
        posts.add(post(id="p2"), [], [event(EventName.POST_QUEUED, BRAND, "p2", None, NOW)])
        assert list(posts.story(BRAND, "p1")) == []


class TestCalendar:
    def test_keys_lead_to_posts(self, posts: Posts) -> None:
        """Those that are known; asking twice for one, or for hundreds, is fine."""
        posts.add(post(), [], [], ["k1", "k2", "k1"])
        posts.add(post(id="p2"), [], [], ["k3"])
        asked = ["k1", "k1", "k3", "missing", *(f"m{number}" for number in range(250))]
        assert posts.posts_by_key(BRAND, asked) == {"k1": "p1", "k3": "p2"}
        assert posts.posts_by_key("fleuriste", asked) == {}
        assert posts.posts_by_key(BRAND, []) == {}

    def test_a_key_may_move_to_another_post(self, posts: Posts) -> None:
        """The text of last Friday is a new post this Friday."""
        posts.add(post(), [], [], ["k1"])
        posts.add(post(id="p2"), [], [], ["k1"])
        assert posts.posts_by_key(BRAND, ["k1"]) == {"k1": "p2"}

    def test_files_remember_their_posts(self, posts: Posts) -> None:
        """Each version of a file adds to what is there."""
        posts.save_file_posts(BRAND, "semaine.csv", {f"p{number}": number for number in range(60)})
        posts.save_file_posts(BRAND, "semaine.csv", {"p1": 99, "new": 100})
        found = posts.file_posts(BRAND, "semaine.csv")
        assert (len(found), found["p1"], found["p2"], found["new"]) == (61, 99, 2, 100)
        assert posts.file_posts(BRAND, "autre.csv") == {}
        assert posts.file_posts("fleuriste", "semaine.csv") == {}
        posts.save_file_posts(BRAND, "vide.csv", {})
        assert posts.file_posts(BRAND, "vide.csv") == {}


class TestTold:
    def test_who_heard_is_remembered(self, posts: Posts) -> None:
        """By brand and event."""
        posts.save_told(BRAND, "e1", "lea", NOW)
        posts.save_told(BRAND, "e1", "marc", NOW)
        posts.save_told(BRAND, "e1", "marc", NOW)
        assert posts.told(BRAND, "e1") == {"lea", "marc"}
        assert posts.told(BRAND, "e2") == frozenset()
        assert posts.told("fleuriste", "e1") == frozenset()

    def test_without_a_pause_there_is_no_brake(self, posts: Posts) -> None:
        """Nothing was declared."""
        assert posts.brakes(BRAND, "masto") == frozenset()


class TestPace:
    """What an account's network told of its limits."""

    @staticmethod
    def told(remaining: int, minutes: float = 5, **more: Any) -> Pace:
        """Say that so many calls are left until so many minutes from now."""
        return Pace(remaining=remaining, resets_at=NOW + minutes * MINUTE, **more)

    @staticmethod
    def known(posts: Posts, account: str = "masto", bucket: Bucket = Bucket.POSTS) -> Pace | None:
        """Give what is remembered."""
        return posts.delivery_and_pace(BRAND, "p1", account, bucket)[1]

    def test_nothing_was_told(self, posts: Posts) -> None:
        """Neither a delivery nor a pace, or only one of them."""
        assert posts.delivery_and_pace(BRAND, "p1", "masto", Bucket.POSTS) == (None, None)
        made = add(posts)
        assert posts.delivery_and_pace(BRAND, "p1", "masto", Bucket.POSTS) == (made, None)

    def test_a_delivery_comes_with_its_accounts_pace(self, posts: Posts) -> None:
        """Of its own brand, account and bucket, as it was told."""
        made = add(posts)
        pace = self.told(3, limit=300, window_s=10_800)
        posts.save_pace(BRAND, "masto", Bucket.POSTS, pace, NOW)
        assert posts.delivery_and_pace(BRAND, "p1", "masto", Bucket.POSTS) == (made, pace)
        assert self.known(posts, bucket=Bucket.UPLOADS) is None
        assert self.known(posts, account="other") is None
        assert posts.delivery_and_pace("autre", "p1", "masto", Bucket.POSTS) == (None, None)

    def test_answers_out_of_order_never_loosen_it(self, posts: Posts) -> None:
        """While it lasts, fewer calls win, and of as many the later reset."""
        for remaining, minutes in ((4, 5), (2, 5), (3, 5), (3, 6), (2, 4), (2, 7), (2, 6)):
            posts.save_pace(BRAND, "masto", Bucket.POSTS, self.told(remaining, minutes), NOW)
        assert self.known(posts) == self.told(2, 7)
        posts.save_pace(BRAND, "masto", Bucket.POSTS, self.told(0, 1), NOW)
        assert self.known(posts) == self.told(0, 1)

    def test_after_its_reset_what_is_told_replaces_it(self, posts: Posts) -> None:
        """At that very instant, too; a limit that was told once is kept where it is not told again."""
        posts.save_pace(BRAND, "masto", Bucket.POSTS, self.told(0, 5, limit=10, window_s=300), NOW)
        posts.save_pace(BRAND, "masto", Bucket.POSTS, self.told(9, 10), NOW + 5 * MINUTE)
        assert self.known(posts) == self.told(9, 10, limit=10, window_s=300)

    def test_it_is_nobody_elses(self, posts: Posts) -> None:
        """It is no delivery: neither in the queue nor due."""
        posts.save_pace(BRAND, "masto", Bucket.POSTS, self.told(0), NOW)
        assert list(posts.queue(BRAND)) == []
        assert due_rows(posts) == []


def test_a_post_that_is_forgotten_leaves_nothing(posts: Posts) -> None:
    """Neither versions, deliveries nor story; another one stays, and doing it again does nothing."""
    first, second = post(), post(id="p2")
    for one in (first, second):
        posts.add(one, [delivery(post=one.id)], [])
    posts.forget(BRAND, first.id)
    posts.forget(BRAND, first.id)

    assert posts.post(BRAND, first.id) is None
    assert list(posts.deliveries(BRAND, first.id)) == []
    assert list(posts.story(BRAND, first.id)) == []
    assert posts.post(BRAND, second.id) == second
    assert [one.post for one in posts.queue(BRAND)] == [second.id]
