"""What only the table does: how items stand in it, and what the SDK and the network do to a write."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from heraut import due
from heraut.aws.posts_table import PostsTable, event_of_image
from heraut.errors import ConfigurationError, Conflict, NewerRelease, TryAgain
from heraut.events import EventName, event
from heraut.publishing.model import Prepared, State
from heraut.publishing.pacing import Bucket, Pace
from tests.contracts.samples import MINUTE, NOW, attempt, delivery, post
from tests.contracts.stack import resource

if TYPE_CHECKING:
    from collections.abc import Callable

    from heraut.publishing.model import Delivery
    from tests.contracts.stack import Stack

DUE = NOW + 10 * MINUTE
BRAND = "boulangerie"
POST = "boulangerie#post#p1"
PACE = Pace(remaining=0, resets_at=NOW + MINUTE)


@pytest.fixture
def posts(posts_stack: Stack) -> PostsTable:
    """The store over the table."""
    return PostsTable(posts_stack.table)


def add(posts: PostsTable, **changes: Any) -> Delivery:
    """Queue the sample post."""
    posts.add(post(), [delivery(**changes)], [event(EventName.POST_QUEUED, BRAND, "p1", None, NOW)], ["k1"])
    found = posts.delivery(BRAND, "p1", "masto")
    assert found is not None
    return found


class TestItems:
    def test_where_things_stand(self, posts: PostsTable, posts_stack: Stack) -> None:
        """Keys as the architecture says, a schema on each."""
        told = event(EventName.FAILED, BRAND, "p1", "masto", NOW)
        posts.change(add(posts), delivery(), [told])
        posts.save_told(BRAND, told.id, "lea", NOW)
        posts.save_file_posts(BRAND, "semaine.csv", {"p1": 2})
        posts.save_pace(BRAND, "masto", Bucket.POSTS, PACE, NOW)
        items = posts_stack.items()
        keys = {(item["pk"]["S"], item["sk"]["S"].split("#")[0]) for item in items}
        assert keys == {
            (POST, "post"),
            (POST, "version"),
            (POST, "delivery"),
            (POST, "event"),
            ("boulangerie#row", "k1"),
            ("boulangerie#file#semaine.csv", "p1"),
            (f"boulangerie#told#{told.id}", "lea"),
            ("boulangerie#pace", "masto"),
        }
        assert [item["schema"] for item in items] == [{"N": "1"}] * len(items)
        assert posts_stack.item(POST, "version#000001")["document"]["S"].startswith("{")

    def test_only_deliveries_stand_in_the_queue(self, posts: PostsTable, posts_stack: Stack) -> None:
        """`brand` with `publish_at` stands at top level on deliveries alone, so that the index holds nothing else."""
        posts.change(add(posts), delivery(), [event(EventName.FAILED, BRAND, "p1", "masto", NOW)])
        listed = [item["sk"]["S"] for item in posts_stack.items() if {"brand", "publish_at"} <= item.keys()]
        assert listed == ["delivery#masto"]

    def test_a_delivery_s_attributes_are_what_conditions_need(self, posts: PostsTable, posts_stack: Stack) -> None:
        """Text, numbers and lists at top level, instants as stamps, what is absent absent."""
        made = add(posts, holds=frozenset({"person:lea"}))
        item = posts_stack.item(POST, "delivery#masto")
        assert item["due_at"] == item["publish_at"] == {"S": "2026-11-23T08:40:00.000Z"}
        assert item["due_shard"] == {"S": made.shard}
        assert (item["state"], item["attempts"], item["version"]) == ({"S": "scheduled"}, {"N": "0"}, {"N": "1"})
        assert item["holds"] == {"L": [{"S": "person:lea"}]}
        assert not {"attempt", "not_before", "problem", "prepared", "url"} & item.keys()

    def test_without_due_at_there_is_no_shard(self, posts: PostsTable, posts_stack: Stack) -> None:
        """The index is sparse: neither attribute is left."""
        before = add(posts)
        posts.change(before, before.model_copy(update={"due_at": None}))
        assert not {due.AT, due.SHARD} & posts_stack.item(POST, "delivery#masto").keys()

    def test_the_gate_puts_it_back_into_the_index(self, posts: PostsTable, posts_stack: Stack) -> None:
        """A delivery sent by hand, without `due_at`, must be found if its worker dies."""
        before = add(posts, due_at=None)
        assert posts.pass_gate(before, attempt(), DUE).passed
        assert posts_stack.item(POST, "delivery#masto")["due_shard"] == {"S": before.shard}
        assert len(list(posts.due(before.shard, DUE + MINUTE))) == 1

    def test_what_is_forgotten_and_when(self, posts: PostsTable, posts_stack: Stack) -> None:
        """Events after 400 days, who was told after 90, a network's limits a day after; posts and deliveries never."""
        assert resource("PostsTable")["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
        add(posts)
        posts.save_told(BRAND, "e1", "lea", NOW)
        posts.save_pace(BRAND, "masto", Bucket.POSTS, PACE, NOW)
        kept = {item["sk"]["S"].split("#")[0]: item.get("expires") for item in posts_stack.items()}
        assert kept == {
            "post": None,
            "version": None,
            "delivery": None,
            "k1": None,
            "event": {"N": str(int((NOW + timedelta(days=400)).timestamp()))},
            "lea": {"N": str(int((NOW + timedelta(days=90)).timestamp()))},
            "masto": {"N": str(int((NOW + MINUTE + timedelta(days=1)).timestamp()))},
        }

    def test_events_for_people_are_marked_for_the_stream(self, posts: PostsTable, posts_stack: Stack) -> None:
        """The stream's filter sees `told`; the image leads back to the event."""
        asking = event(EventName.ASKING, BRAND, "p1", "masto", NOW, attempt=1)
        posts.change(add(posts), delivery(), [asking])
        marked = [item for item in posts_stack.items() if "told" in item]
        assert [item["told"] for item in marked] == [{"S": "people"}]
        assert event_of_image(marked[0]) == asking

    def test_attributes_of_a_newer_release_stay(self, posts: PostsTable, posts_stack: Stack) -> None:
        """On the head of a post and on its delivery, whatever is done to them."""
        before = add(posts)
        for sk in ("post", "delivery#masto"):
            posts_stack.put(posts_stack.item(POST, sk) | {"mood": {"M": {"tone": {"N": "0.25"}}}})
        row = next(iter(posts.due(before.shard, DUE)))
        assert posts.mark_dispatched({row: DUE})
        read = posts.delivery(BRAND, "p1", "masto")
        assert read is not None
        posts.edit(post(version=2), [read.model_copy(update={"version": 2, "revision": 2})], [])
        read = posts.delivery(BRAND, "p1", "masto")
        assert read is not None
        posts.pass_gate(read, attempt(), DUE)
        for sk in ("post", "delivery#masto"):
            assert posts_stack.item(POST, sk)["mood"] == {"M": {"tone": {"N": "0.25"}}}

    @pytest.mark.parametrize(
        ("sk", "reading"),
        [
            ("delivery#masto", lambda posts: posts.delivery(BRAND, "p1", "masto")),
            ("delivery#masto", lambda posts: list(posts.queue(BRAND))),
            ("delivery#masto", lambda posts: posts.pass_gate(delivery(version=9), attempt(), DUE)),
            ("version#000001", lambda posts: posts.post(BRAND, "p1")),
        ],
        ids=["delivery", "queue", "gate", "post"],
    )
    def test_a_newer_schema_is_refused_clearly(
        self, posts: PostsTable, posts_stack: Stack, sk: str, reading: Callable[[PostsTable], object]
    ) -> None:
        """The text says which item and what to do."""
        add(posts)
        posts_stack.put(posts_stack.item(POST, sk) | {"schema": {"N": "2"}})
        with pytest.raises(NewerRelease, match=rf"{sk}.* has schema 2, this release reads up to 1: upgrade"):
            reading(posts)

    def test_a_newer_document_is_refused_clearly(self, posts: PostsTable, posts_stack: Stack) -> None:
        """Inside the document too."""
        add(posts)
        item = posts_stack.item(POST, "version#000001")
        newer = json.dumps(json.loads(item["document"]["S"]) | {"schema": 2})
        posts_stack.put(item | {"document": {"S": newer}})
        with pytest.raises(NewerRelease):
            posts.post(BRAND, "p1")

    def test_pauses_that_concern_an_account(self, posts: PostsTable, posts_stack: Stack) -> None:
        """Everything, its brand, itself; not another account nor another brand."""
        for pk, sk in [
            ("*#brake", "pause:*"),
            ("boulangerie#brake", "pause:boulangerie"),
            ("boulangerie#brake", "pause:boulangerie/masto"),
            ("fleuriste#brake", "pause:fleuriste"),
        ]:
            posts_stack.put({"pk": {"S": pk}, "sk": {"S": sk}, "schema": {"N": "1"}})
        assert posts.brakes(BRAND, "masto") == {"pause:*", "pause:boulangerie", "pause:boulangerie/masto"}
        assert posts.brakes(BRAND, "journal") == {"pause:*", "pause:boulangerie"}
        assert posts.brakes("fleuriste", "masto") == {"pause:*", "pause:fleuriste"}


class TestLostAnswers:
    """The SDK sends a request again when its answer was lost: our own write must not be taken for another's."""

    def test_the_gate_knows_its_own_attempt(self, posts: PostsTable, posts_stack: Stack) -> None:
        """A failed condition whose old item carries our attempt is our success."""
        before = add(posts)
        sent = posts_stack.lose_first_answer("UpdateItem")
        gate = posts.pass_gate(before, attempt(), DUE)
        assert len(sent) == 2
        assert gate.passed
        assert gate.delivery == posts.delivery(BRAND, "p1", "masto")
        assert (gate.delivery.state, gate.delivery.attempts) == (State.SENDING, 1)

    def test_a_change_counts_once(self, posts: PostsTable, posts_stack: Stack) -> None:
        """The transaction's token makes the second arrival a repeat, not a conflict."""
        before = add(posts)
        sent = posts_stack.lose_first_answer("TransactWriteItems")
        posts.change(before, before.model_copy(update={"state": State.CANCELLED}))
        assert len(sent) == 2
        found = posts.delivery(BRAND, "p1", "masto")
        assert found is not None
        assert (found.state, found.revision) == (State.CANCELLED, before.revision + 1)

    def test_adding_and_editing_count_once(self, posts: PostsTable, posts_stack: Stack) -> None:
        """For posts too."""
        sent = posts_stack.lose_first_answer("TransactWriteItems")
        before = add(posts)
        posts.edit(post(version=2), [before.model_copy(update={"version": 2, "revision": 2})], [])
        assert len(sent) == 4
        assert len(posts.story(BRAND, "p1")) == 1

    def test_two_equal_changes_of_two_workers_are_not_one(self, posts: PostsTable) -> None:
        """The token is of the call, not of its content: the second worker hears that it lost."""
        before = add(posts)
        after = before.model_copy(update={"due_at": DUE + MINUTE})
        posts.change(before, after)
        with pytest.raises(Conflict):
            posts.change(before, after)


class TestTrouble:
    @staticmethod
    def answering(stack: Stack, operation: str, *answers: dict[str, Any] | None) -> list[None]:
        """Let AWS answer an operation so, in turn (None: as it is), and then as it is; gives what was asked."""
        left = list(answers)
        asked: list[None] = []

        def answer(**_: Any) -> tuple[Any, Any] | None:
            asked.append(None)
            given = left.pop(0) if left else None
            if given is None:
                return None
            status = given.get("status", 400)
            response = type("Raw", (), {"status_code": status, "headers": {}, "content": b""})()
            return response, {"ResponseMetadata": {"HTTPStatusCode": status}, **given}

        hooks: Any = stack.dynamodb.meta.events
        hooks.register(f"before-call.dynamodb.{operation}", answer)
        return asked

    def test_another_transaction_on_the_same_item_is_waited_for(self, posts: PostsTable, posts_stack: Stack) -> None:
        """Two writes that meet at one instant: no verdict on the conditions, so the same request again."""
        before = add(posts)
        meeting = {
            "Error": {"Code": "TransactionCanceledException", "Message": ""},
            "CancellationReasons": [{"Code": "TransactionConflict"}],
        }
        asked = self.answering(posts_stack, "TransactWriteItems", meeting, meeting)
        posts.change(before, before.model_copy(update={"state": State.CANCELLED}))
        assert len(asked) == 3
        single = {"Error": {"Code": "TransactionConflictException", "Message": ""}}
        self.answering(posts_stack, "UpdateItem", single)
        assert posts.mark_dispatched({next(iter(posts.due(before.shard, DUE))): DUE + MINUTE})

    def test_a_transaction_that_never_gets_through_may_be_tried_later(
        self, posts: PostsTable, posts_stack: Stack
    ) -> None:
        """Not a conflict: nobody changed what was read."""
        before = add(posts)
        meeting = {
            "Error": {"Code": "TransactionCanceledException", "Message": ""},
            "CancellationReasons": [{"Code": "None"}, {"Code": "TransactionConflict"}],
        }
        self.answering(posts_stack, "TransactWriteItems", *[meeting] * 20)
        with pytest.raises(TryAgain):
            posts.change(before, before.model_copy(update={"state": State.CANCELLED}))

    @pytest.mark.parametrize(
        ("code", "status", "expected"),
        [
            ("ThrottlingException", 400, TryAgain),
            ("ProvisionedThroughputExceededException", 400, TryAgain),
            ("InternalServerError", 500, TryAgain),
            ("ServiceUnavailable", 503, TryAgain),
            ("AccessDeniedException", 400, ConfigurationError),
            ("ResourceNotFoundException", 400, ConfigurationError),
        ],
    )
    def test_errors_carry_the_decision(
        self, posts: PostsTable, posts_stack: Stack, code: str, status: int, expected: type[Exception]
    ) -> None:
        """Ours or theirs, now or later; the text has the operation and no value."""
        self.answering(posts_stack, "GetItem", {"Error": {"Code": code, "Message": "secret"}, "status": status})
        with pytest.raises(expected, match=f"read an item: {code}") as raised:
            posts.delivery(BRAND, "p1", "masto")
        assert "secret" not in str(raised.value)

    def test_keys_left_unread_are_asked_for_again(self, posts: PostsTable, posts_stack: Stack) -> None:
        """A busy table answers a part."""
        posts.add(post(), [], [], ["k1", "k2"])
        left = {"PostsTable": {"Keys": [{"pk": {"S": "boulangerie#row"}, "sk": {"S": "k2"}}], "ConsistentRead": True}}
        held = posts_stack.item("boulangerie#row", "k1")
        part = {"Responses": {"PostsTable": [held]}, "UnprocessedKeys": left, "status": 200}
        self.answering(posts_stack, "BatchGetItem", part)
        assert posts.posts_by_key(BRAND, ["k1", "k2"]) == {"k1": "p1", "k2": "p1"}

    def test_items_left_unwritten_are_written_again(self, posts: PostsTable, posts_stack: Stack) -> None:
        """A busy table takes a part; one that takes nothing for long is tried later."""
        posts.save_file_posts(BRAND, "semaine.csv", {"p1": 2})
        request = {"PutRequest": {"Item": posts_stack.item("boulangerie#file#semaine.csv", "p1")}}
        busy = {"UnprocessedItems": {"PostsTable": [request]}, "status": 200}
        self.answering(posts_stack, "BatchWriteItem", busy)
        posts.save_file_posts(BRAND, "semaine.csv", {"p1": 3})
        assert posts.file_posts(BRAND, "semaine.csv") == {"p1": 2}
        self.answering(posts_stack, "BatchWriteItem", *[busy] * 20)
        with pytest.raises(TryAgain):
            posts.save_file_posts(BRAND, "semaine.csv", {"p1": 4})


class TestPages:
    def test_a_listing_reads_several_pages(self, posts: PostsTable, posts_stack: Stack) -> None:
        """More than a megabyte takes more than one request, and gives every row once, in order."""
        long = Prepared(version=1, remote={"story": "x" * 60_000})
        for number in range(20):
            at = NOW + number * MINUTE
            one = delivery(post=f"p{number}", prepared=long, publish_at=at)
            posts.add(post(id=one.post), [one], [])
        asked = TestTrouble.answering(posts_stack, "Query")
        assert [one.publish_at for one in posts.queue(BRAND)] == [NOW + number * MINUTE for number in range(20)]
        assert len(asked) > 1

    def test_a_page_is_read_when_it_is_needed(self, posts: PostsTable, posts_stack: Stack) -> None:
        """Whoever stops early pays for no more."""
        add(posts)
        asked = TestTrouble.answering(posts_stack, "Query")
        rows = posts.due(delivery().shard, DUE)
        assert asked == []
        next(rows)
        assert len(asked) == 1
