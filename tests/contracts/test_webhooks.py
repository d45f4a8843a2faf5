"""What every store of webhooks does, the twin and the table alike; and events on their way through the queue."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from heraut.aws.events_queue import LARGE, EventsQueue, read_event
from heraut.aws.objects import FilesBucket
from heraut.aws.webhooks_table import WebhooksTable
from heraut.conversations.webhook import StoredEvent, Webhook, found_by_polling, heard, passed_test, told_of
from heraut.errors import Conflict, HerautError
from tests.contracts.samples import MINUTE, NOW
from tests.contracts.stack import REGION, clients

if TYPE_CHECKING:
    from heraut.conversations.store import Webhooks
    from tests.contracts.stack import Stack

BRAND, ACCOUNT = "boulangerie", "page"
WEBHOOK = Webhook(brand=BRAND, account=ACCOUNT, scheme="meta", path_hash="aa", made_at=NOW, lease_until=NOW)
EVENT = StoredEvent(BRAND, ACCOUNT, "meta", "d1", NOW, '{"text": "Zoé 🥐 \\u00e9"}'.encode(), "post")


def test_what_is_not_there(webhooks: Webhooks) -> None:
    """No webhook, no event."""
    assert webhooks.webhook(BRAND, ACCOUNT) is None
    assert not webhooks.is_known(BRAND, ACCOUNT, "d1")


def test_a_webhook_comes_back_as_it_was_kept(webhooks: Webhooks) -> None:
    """With everything that happened to it; each account's for itself."""
    webhooks.save_webhook(WEBHOOK)
    first = heard(WEBHOOK, NOW + MINUTE)
    assert first is not None
    after = told_of(passed_test(found_by_polling(first, 3, NOW), "t1"), "lost", NOW)
    webhooks.change_webhook(WEBHOOK, after)

    assert webhooks.webhook(BRAND, ACCOUNT) == after
    assert webhooks.webhook(BRAND, "other") is None
    assert webhooks.webhook("fleuriste", ACCOUNT) is None


def test_of_two_who_change_it_one_has_to_read_again(webhooks: Webhooks) -> None:
    """And one that went cannot be changed."""
    webhooks.save_webhook(WEBHOOK)
    webhooks.change_webhook(WEBHOOK, passed_test(WEBHOOK, "t1"))
    with pytest.raises(Conflict):
        webhooks.change_webhook(WEBHOOK, passed_test(WEBHOOK, "t2"))
    with pytest.raises(Conflict):
        webhooks.change_webhook(
            WEBHOOK.model_copy(update={"account": "x"}), passed_test(WEBHOOK, "t2").model_copy(update={"account": "x"})
        )


def test_an_event_is_remembered_for_its_account(webhooks: Webhooks) -> None:
    """Twice is once."""
    for _ in range(2):
        webhooks.remember(BRAND, ACCOUNT, "d1", NOW + timedelta(hours=48))
    assert webhooks.is_known(BRAND, ACCOUNT, "d1")
    assert not webhooks.is_known(BRAND, "other", "d1")
    assert not webhooks.is_known("fleuriste", ACCOUNT, "d1")


class TestTable:
    def test_a_change_of_ours_that_arrives_twice_is_no_conflict(self, conversations_stack: Stack) -> None:
        """The SDK sends again when an answer was lost."""
        kept = WebhooksTable(conversations_stack.table)
        kept.save_webhook(WEBHOOK)
        kept.change_webhook(WEBHOOK, passed_test(WEBHOOK, "t1"))
        kept.change_webhook(WEBHOOK, passed_test(WEBHOOK, "t1"))

    def test_an_event_is_forgotten_in_time(self, conversations_stack: Stack) -> None:
        """Every key begins with the brand, and has its schema."""
        kept = WebhooksTable(conversations_stack.table)
        kept.save_webhook(WEBHOOK)
        kept.remember(BRAND, ACCOUNT, "d1", NOW + timedelta(hours=48))
        items = conversations_stack.items()
        assert {item["pk"]["S"].split("#")[0] for item in items} == {BRAND}
        assert {item["schema"]["N"] for item in items} == {"1"}
        assert [item["expires"]["N"] for item in items if "expires" in item] == [
            str(int((NOW + timedelta(hours=48)).timestamp()))
        ]


class TestQueue:
    @pytest.fixture(name="way")
    def _way(self, aws: None) -> tuple[EventsQueue, FilesBucket, str]:
        used = clients()
        used.s3.create_bucket(Bucket="files", CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})
        assert REGION == "eu-west-3"
        url = used.sqs.create_queue(QueueName="interactions")["QueueUrl"]
        files = FilesBucket(used.s3, "files")
        return EventsQueue(used.sqs, url, files), files, url

    @pytest.mark.parametrize(
        "body",
        [EVENT.body, b"", b"\xff\x00\xfe", b"x" * (LARGE + 1), "é\uffff\x00 \u2028".encode(), "🥐".encode() * 9_000],
    )
    def test_an_event_arrives_to_the_byte(self, way: tuple[EventsQueue, FilesBucket, str], body: bytes) -> None:
        """Text, bytes, and what is too large for a message."""
        queue, files, url = way
        queue.keep(replace(EVENT, body=body))
        (message,) = clients().sqs.receive_message(QueueUrl=url)["Messages"]
        assert read_event(message["Body"], files) == replace(EVENT, body=body)
        assert len(message["Body"]) < 256_000

    @pytest.mark.parametrize(
        "message",
        ["", "[]", "{}", "5", "[" * 100_000, '{"schema": 1, "brand": "secret"}', '{"schema": 9}', '{"brand": 5}'],
    )
    def test_what_is_none_is_said_without_what_it_held(
        self, way: tuple[EventsQueue, FilesBucket, str], message: str
    ) -> None:
        """It comes back until the failure queue has it."""
        with pytest.raises(HerautError) as caught:
            read_event(message, way[1])
        assert "secret" not in str(caught.value)

    def test_a_message_cannot_name_another_object(self, way: tuple[EventsQueue, FilesBucket, str]) -> None:
        """Where a body is follows from whose it is."""
        queue, files, url = way
        files.save("media/x", b"other", "image/png")
        queue.keep(replace(EVENT, body=b"x" * (LARGE + 1)))
        (message,) = clients().sqs.receive_message(QueueUrl=url)["Messages"]
        changed = message["Body"].replace("webhooks/boulangerie/page/d1", "media/x")
        assert read_event(changed, files).body == b"x" * (LARGE + 1)
