"""CloudWatch's documented rules for alarms, as far as the template's alarms use them. Pure.

Sources, AWS's CloudWatch user guide: "Alarm evaluation" (`alarm-evaluation.html`: an alarm is evaluated each minute
over the periods that end then) and "Configuring how CloudWatch alarms treat missing data"
(`alarms-and-missing-data.html`: the evaluation range, its three cases and two tables of examples).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    Points = Sequence[tuple[datetime, float]]

MINUTE = timedelta(minutes=1)
EXTRA = 2  # periods that the range has more than the evaluation, in AWS's examples; the true number is not published
STATISTICS: dict[str, Callable[[Sequence[float]], float]] = {"Sum": sum, "Maximum": max, "Minimum": min}
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": ge,
    "GreaterThanThreshold": gt,
    "LessThanOrEqualToThreshold": le,
    "LessThanThreshold": lt,
}
FILLED = {"breaching": True, "notBreaching": False}


class State(StrEnum):
    OK = "OK"
    ALARM = "ALARM"


@dataclass(frozen=True)
class Metric:
    """What an alarm watches, or somebody emits."""

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Alarm:
    """One alarm; `treats_missing` is `breaching` or `notBreaching`, which leave no state to chance."""

    metric: Metric
    statistic: str
    period: timedelta
    periods: int
    to_alarm: int
    threshold: float
    comparison: str
    treats_missing: str

    @classmethod
    def of(cls, properties: Mapping[str, Any], resolve: Callable[[Any], str]) -> Alarm:
        """Read the template's properties; `resolve` gives the text of what refers to something else."""
        dimensions = frozenset((one["Name"], resolve(one["Value"])) for one in properties.get("Dimensions", []))
        periods = properties["EvaluationPeriods"]
        return cls(
            Metric(resolve(properties["Namespace"]), properties["MetricName"], dimensions),
            properties["Statistic"],
            timedelta(seconds=properties["Period"]),
            periods,
            properties.get("DatapointsToAlarm", periods),
            properties["Threshold"],
            properties["ComparisonOperator"],
            properties.get("TreatMissingData", "missing"),
        )


def state(alarm: Alarm, breaching: Sequence[bool | None]) -> State:
    """Decide over one evaluation range, oldest first: whether each period breached, None where there is no point."""
    real = [one for one in breaching if one is not None]
    considered = real[-alarm.periods :]
    considered += [FILLED[alarm.treats_missing]] * (alarm.periods - len(considered))
    return State.ALARM if sum(considered) >= alarm.to_alarm else State.OK


def timeline(
    alarm: Alarm, points: Points, start: datetime, end: datetime, *, extra: int = EXTRA, delay: timedelta = MINUTE
) -> list[tuple[datetime, State]]:
    """Evaluate each minute from `start` to `end`: the first state, and each change with its instant.

    `delay` is how long after its instant a point can be read, `extra` what the range has more than the evaluation.
    """
    found: list[tuple[datetime, State]] = []
    at = start
    while at <= end:
        known = [point for point in points if point[0] + delay <= at]
        now = state(alarm, _breaching(alarm, known, at, alarm.periods + extra))
        if not found or found[-1][1] is not now:
            found.append((at, now))
        at += MINUTE
    return found


def _breaching(alarm: Alarm, points: Points, at: datetime, periods: int) -> list[bool | None]:
    found: list[bool | None] = []
    for back in range(periods, 0, -1):
        since = at - back * alarm.period
        values = [value for moment, value in points if since <= moment < since + alarm.period]
        measured = STATISTICS[alarm.statistic](values) if values else None
        found.append(None if measured is None else COMPARISONS[alarm.comparison](measured, alarm.threshold))
    return found
