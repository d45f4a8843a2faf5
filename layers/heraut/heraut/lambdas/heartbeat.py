"""The heartbeat: two metrics without dimensions (each dimension is paid for). Only the tick loads what they need.

POWERTOOLS_SERVICE_NAME is not set on purpose: it would add a dimension to each metric.
"""

from __future__ import annotations

from aws_lambda_powertools.metrics import MetricUnit, single_metric


def tick_completed(namespace: str) -> None:
    """Emit the heartbeat: a tick read and handed over everything that was due."""
    with single_metric(name="TickCompleted", unit=MetricUnit.Count, value=1, namespace=namespace):
        pass


def oldest_overdue(namespace: str, seconds: float) -> None:
    """Emit by how much the latest promise is overdue, whatever else a tick could not do."""
    with single_metric(name="OldestOverdueSeconds", unit=MetricUnit.Seconds, value=seconds, namespace=namespace):
        pass
