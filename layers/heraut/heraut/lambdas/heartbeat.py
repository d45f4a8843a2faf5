"""The heartbeat: two metrics without dimensions (each dimension is paid for). Only the tick loads what they need.

POWERTOOLS_SERVICE_NAME is not set on purpose: it would add a dimension to each metric.
"""

from __future__ import annotations

from aws_lambda_powertools.metrics import MetricUnit, single_metric


def tick_completed(namespace: str, oldest_overdue_seconds: float) -> None:
    """Emit the heartbeat of a tick that succeeded, and by how much the latest promise is overdue."""
    with single_metric(name="TickCompleted", unit=MetricUnit.Count, value=1, namespace=namespace):
        pass
    overdue = single_metric(
        name="OldestOverdueSeconds", unit=MetricUnit.Seconds, value=oldest_overdue_seconds, namespace=namespace
    )
    with overdue:
        pass
