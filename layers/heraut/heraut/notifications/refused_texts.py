"""What the delivery log of Amazon SNS says of a text message that did not arrive. Pure.

Its lines, and the reasons that it gives: https://docs.aws.amazon.com/sns/latest/dg/sms_stats_cloudwatch.html (read
2026-11-21). An operator may take as long as three days to say so.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

FAILURE = "FAILURE"
UNSAID = "sms_not_delivered"  # whatever the reason is: no list of them is promised to be whole
REASONS = {
    "invalid phone number": "sms_unknown_number",
    "phone number is opted out": "sms_opted_out",
    "phone has blocked sms": "sms_blocked",
    "phone is on a blocked list": "sms_blocked",
    "destination is on a blocked list": "sms_blocked",
    "blocked as spam by phone carrier": "sms_blocked",
    "phone carrier has blocked this message": "sms_blocked",
    "phone is currently unreachable/unavailable": "sms_unreachable",
    "phone carrier is currently unreachable/unavailable": "sms_unreachable",
    "this delivery would exceed max price": "sms_allowance",
    "no quota left for account": "sms_allowance",
}


@dataclass(frozen=True)
class RefusedText:
    """A text message that did not arrive: its receipt, why (a key of `REASONS`' values or `UNSAID`), said when."""

    receipt: str
    why: str
    said_at: datetime


def refused_text(line: str, said_at: datetime) -> RefusedText | None:
    """Read a line of the log, written at `said_at`; None when it tells of no failure, or is none of SNS's."""
    try:
        held: Any = json.loads(line)
        receipt, status = held["notification"]["messageId"], held["status"]
    except (ValueError, KeyError, TypeError):
        return None
    if status != FAILURE or not isinstance(receipt, str) or not receipt:
        return None
    delivery = held.get("delivery")
    reason = str(delivery.get("providerResponse")) if isinstance(delivery, dict) else ""
    return RefusedText(receipt, REASONS.get(reason.strip().rstrip(".").lower(), UNSAID), said_at)
