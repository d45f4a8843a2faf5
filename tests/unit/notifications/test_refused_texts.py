"""Lines of the log of text messages: what failed, and why."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from heraut.notifications.refused_texts import UNSAID, RefusedText, refused_text

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
# As https://docs.aws.amazon.com/sns/latest/dg/sms_stats_cloudwatch.html lists them, read 2026-11-21.
DOCUMENTED = {
    "Blocked as spam by phone carrier": "sms_blocked",
    "Destination is on a blocked list": "sms_blocked",
    "Invalid phone number": "sms_unknown_number",
    "Message body is invalid": UNSAID,
    "Phone carrier has blocked this message": "sms_blocked",
    "Phone carrier is currently unreachable/unavailable": "sms_unreachable",
    "Phone has blocked SMS": "sms_blocked",
    "Phone is on a blocked list": "sms_blocked",
    "Phone is currently unreachable/unavailable": "sms_unreachable",
    "Phone number is opted out": "sms_opted_out",
    "This delivery would exceed max price": "sms_allowance",
    "Unknown error attempting to reach phone": UNSAID,
}


def line(**changes: Any) -> str:
    """A line of the log, as AWS documents it."""
    said = {
        "notification": {"messageId": "1077257a-92f3-5ca3-bc97-6a915b310625", "timestamp": "2016-06-28 00:40:34.559"},
        "delivery": {
            "mnc": 0,
            "destination": "+15555550100",
            "priceInUSD": 0.00645,
            "smsType": "Transactional",
            "mcc": 0,
            "providerResponse": "Unknown error attempting to reach phone",
            "dwellTimeMs": 1420,
            "dwellTimeMsUntilDeviceAck": 1692,
        },
        "status": "FAILURE",
    }
    return json.dumps(said | changes)


@pytest.mark.parametrize("reason", DOCUMENTED)
def test_every_documented_reason_is_read(reason: str) -> None:
    """With the name by which SNS took the message."""
    expected = RefusedText("1077257a-92f3-5ca3-bc97-6a915b310625", DOCUMENTED[reason], AT)
    assert refused_text(line(delivery={"providerResponse": reason}), AT) == expected


@pytest.mark.parametrize("delivery", [{}, {"providerResponse": "Something new"}, {"providerResponse": None}, None, []])
def test_a_reason_that_nobody_knows_is_a_failure_all_the_same(delivery: Any) -> None:
    """What matters is that it did not arrive."""
    found = refused_text(line(delivery=delivery), AT)
    assert found is not None
    assert found.why == UNSAID


@pytest.mark.parametrize(
    "text",
    [
        *("", "no JSON", "[]", "1", "null", "{}"),
        line(status="SUCCESS"),
        line(notification={}),
        line(notification={"messageId": 7}),
        line(notification={"messageId": ""}),
        line(notification="x"),
    ],
)
def test_what_tells_of_no_failure_is_passed_over(text: str) -> None:
    """An arrival, or a line that is none of SNS's."""
    assert refused_text(text, AT) is None
