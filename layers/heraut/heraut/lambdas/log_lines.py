"""The lines of a log group that CloudWatch Logs sends to a function: JSON in gzip in base64.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html (read 2026-11-21).
"""

from __future__ import annotations

import base64
import gzip
import json
from datetime import UTC, datetime
from typing import Any

LINES = "DATA_MESSAGE"  # a CONTROL_MESSAGE asks only whether the function is there


def lines(event: dict[str, Any]) -> list[tuple[str, datetime]]:
    """Give each line with the instant it was written."""
    held = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    if held["messageType"] != LINES:
        return []
    return [(one["message"], datetime.fromtimestamp(one["timestamp"] / 1000, UTC)) for one in held["logEvents"]]
