"""What AWS asks: an idle month, and 1 000 published posts, line by line, at list price and with always-free allowances.

Counted: every call of the real use cases over the template's tables (bench/posting.py), units from the sizes of items
by DynamoDB's rules (bench/capacity.py), bytes of log lines, of stored items and of what the network received.
Assumed, because nothing here is AWS: the durations below, and what AWS's own pollers do. Prices: bench/prices.toml.
"""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from samtranslator.yaml_helper import yaml_parse

from bench import posting, tick
from bench.layers import build
from bench.results import ROOT
from heraut.contests.run_contests import PLANNED_EVERY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bench.posting import Played, Resting
    from bench.results import Figures

PER = 1000  # posts
AIMS = {"idle": (2.0, 0.10), "text": (0.04, 0.04), "picture": (0.10, 0.10)}  # at list price, with the allowances

# Durations, in seconds. Processor time is measured here for a call of the SDK, and stretched by the share of a
# processor that a function's memory buys (1 769 MB buy a whole one: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html).
CALL = 0.006  # one answer of DynamoDB, SQS or SSM within the region
START = 1.0  # a new environment, of every run that is not the tick's
EARLY = posting.EARLY.total_seconds()  # publish_post waits for its instant; a start-up hides in it
NETWORK = 0.5  # the network's answer to the publishing call
TRIAL = {"mastodon": 1.0, "site": 0.0}  # trying an account, reading only: a few answers of its network
UPLOAD = 1.0  # a picture's way to the network
PICTURE_CPU = 0.15  # decoding and fitting one
AFTER = 4  # calls of publish_post once its instant is there: the gate, the brake, the outcome
WHOLE_PROCESSOR_MB = 1769
EMPTY_QUERY = 0.5  # read units, where it need not be consistent: half of one for up to 4 KB, also for nothing

# What AWS does by itself (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html: five at first).
POLLERS, POLL_SECONDS = 5, 20
FREE_STORAGE_MB = 512


@dataclass(frozen=True)
class Schedule:
    """How often a function runs, and the seconds of a run beside its calls of AWS: a start, an answer of a network.

    `reads` is the part of the runs that read and write more than a due index.
    """

    an_hour: int
    seconds: float = 0.0
    reads: float = 1.0


SCHEDULES = {
    "dispatch_posts": Schedule(60),
    "check_upcoming": Schedule(4, START),
    "refresh_tokens": Schedule(1, START),
    "poll_networks": Schedule(12, START + 3 * NETWORK),  # accounts are listened to side by side, each by three answers
    "escalate_alerts": Schedule(60),
    "run_contests": Schedule(60, reads=1 / PLANNED_EVERY),  # in between it asks only what is due
    "send_morning_point": Schedule(1, START),
}


@dataclass(frozen=True)
class Line:
    """One line of a bill: what, how much of the price named `key`."""

    what: str
    quantity: float
    key: str


@dataclass(frozen=True)
class Measured:
    """What the lines are made from."""

    prices: dict[str, Any]
    log: dict[str, int]
    call_cpu: float  # seconds of a whole processor


def measure() -> Figures:
    """Count, then price."""
    empty = tick.one_tick(tick.QUEUED[0], 0)
    measured = Measured(prices(), posting.log_bytes(), call_cpu(empty))
    resting = posting.idle_runs()
    idle = _idle(measured, empty["read_units"], resting)
    bills = {"idle_month": _bill(idle, [], measured, AIMS["idle"])}
    for network in ("mastodon", "site"):
        for picture in (False, True):
            played = posting.play(network, picture=picture)
            name = f"{network}_{'picture' if picture else 'text'}"
            bill = _bill(
                _posts(played, measured, resting, TRIAL[network]),
                idle,
                measured,
                AIMS["picture" if picture else "text"],
            )
            bills[name] = bill | {"calls": _per_thousand(played, resting)}
    return {
        "region": measured.prices["region"],
        "prices_of": str(measured.prices["date"]),
        "per_posts": PER,
        "assumed": {
            "call_s": CALL,
            "start_s": START,
            "early_s": EARLY,
            "network_s": NETWORK,
            "trial_s": TRIAL["mastodon"],
            "upload_s": UPLOAD,
            "rows_in_a_calendar": posting.POSTS,
            "picture_kb": round(len(posting.photograph(0)) / 1000),
            "pollers": POLLERS,
        },
        "measured": {"call_cpu_ms": round(measured.call_cpu * 1000, 2), "log_bytes": measured.log},
        "bills": bills,
    }


def call_cpu(empty: Mapping[str, Any]) -> float:
    """Give the processor time of one call of the SDK, from that of an empty tick."""
    return float(empty["empty_tick_cpu_ms"] / 1000 / empty["calls"]["dynamodb:Query"])


def table(figures: Figures) -> list[str]:
    """Say each bill, line by line."""
    said = []
    for name, bill in figures["bills"].items():
        said += [
            f"{name}: {'a month' if name == 'idle_month' else f'{PER} posts'}",
            f"  {'':<44}{'quantity':>14}{'list $':>10}{'free $':>10}",
        ]
        for line in bill["lines"]:
            said.append(
                f"  {line['what']:<44}{line['quantity']:>14,.2f}{line['list']:>10.4f}{line['with_free']:>10.4f}"
            )
        aims = f"aims: {bill['aim_list']} and {bill['aim_with_free']}"
        said.append(f"  {'total':<44}{'':>14}{bill['list']:>10.4f}{bill['with_free']:>10.4f}   {aims}")
    return said


def broken(figures: Figures) -> str | None:  # noqa: ARG001 -- an aim is no promise
    """A missed aim is said, and is no failure."""
    return None


def _function(name: str) -> str:
    """Give the logical id of a function by its name."""
    return f"{name.title().replace('_', '')}Function"


def _run_time(name: str, resting: Mapping[str, Resting], measured: Measured) -> float:
    """Give the seconds of one run at rest."""
    return SCHEDULES[name].seconds + seconds_of(resting[name].calls.total(), _function(name), measured)


def _idle(measured: Measured, tick_units: float, resting: Mapping[str, Resting]) -> list[Line]:
    hours = measured.prices["month_hours"]
    runs = {name: schedule.an_hour * hours for name, schedule in SCHEDULES.items()}
    logged = sum(count * measured.log[name] for name, count in runs.items()) / 1e9
    units = {name: resting[name].usage for name in runs if name != "dispatch_posts"}
    reading = {name: count * SCHEDULES[name].reads for name, count in runs.items()}
    return [
        Line("scheduled runs started", sum(runs.values()), "scheduler_invocations"),
        Line("scheduled runs", sum(runs.values()), "lambda_requests"),
        *(
            Line(
                f"{name}, time",
                runs[name] * _run_time(name, resting, measured) * gb(_function(name)),
                "lambda_gb_seconds",
            )
            for name in runs
        ),
        Line("due index, every shard each minute", runs["dispatch_posts"] * tick_units, "dynamodb_reads"),
        Line("due index of alerts, each minute", runs["escalate_alerts"] * EMPTY_QUERY, "dynamodb_reads"),
        Line("due index of messages, each minute", runs["escalate_alerts"] * EMPTY_QUERY, "dynamodb_reads"),
        Line("due index of contests, each minute", runs["run_contests"] * EMPTY_QUERY, "dynamodb_reads"),
        Line("due index of events, each minute", runs["run_contests"] * EMPTY_QUERY, "dynamodb_reads"),
        Line("whether the posts come from a backup, each minute", runs["dispatch_posts"], "dynamodb_reads"),
        *(
            line
            for name, used in units.items()
            for line in (
                Line(f"{name}, reads", reading[name] * used["dynamodb_half_reads"] / 2, "dynamodb_reads"),
                Line(f"{name}, writes", reading[name] * used["dynamodb_writes"], "dynamodb_writes"),
                Line(f"{name}, secrets", reading[name] * used["kms_requests"], "kms_requests"),
            )
            if line.quantity
        ),
        Line("delivery queue, empty polls", POLLERS * hours * 3600 / POLL_SECONDS, "sqs_requests"),
        Line("interaction queue, empty polls", POLLERS * hours * 3600 / POLL_SECONDS, "sqs_requests"),
        Line("log lines", logged, "logs_ingested"),
        Line("log lines kept a month", logged, "logs_stored"),
        *(Line(f"alarm {name}", 1, "alarms") for name in _alarms()),
        *(Line(f"metric {name}", 1, "custom_metrics") for name in _metrics()),
        Line("the deployed package", _package_gb(), "s3_storage"),
    ]


def _posts(played: Played, measured: Measured, resting: Mapping[str, Resting], trial: float) -> list[Line]:
    """Give what posts add to the idle month; `trial` is the time (seconds) of trying their account's network."""
    times = PER / posting.POSTS
    anyway = _anyway(played, {name: one.usage for name, one in resting.items()})
    used = {name: (count - anyway[name]) * times for name, count in played.usage.items()}
    runs = {name: count * times for name, count in played.runs.items()}
    each = {name: played.calls_of.get(name, 0) / (count or 1) for name, count in played.runs.items()}
    dispatching = _calls_on_top(played, resting, "dispatch_posts") * times
    publishing = EARLY + NETWORK + seconds_of(AFTER, "PublishPostFunction", measured)
    looking = seconds_of(_calls_on_top(played, resting, "check_upcoming"), "CheckUpcomingFunction", measured)
    looking += played.looked * trial
    fitting = PICTURE_CPU * WHOLE_PROCESSOR_MB / 1024
    preparing = START + UPLOAD + fitting + seconds_of(each["prepare_delivery"], "PrepareDeliveryFunction", measured)
    pictures = runs["prepare_delivery"] / (runs["import_calendar"] or 1)
    importing = START + pictures * fitting + seconds_of(each["import_calendar"], "ImportCalendarFunction", measured)
    log = sum(runs[name] * measured.log[name] for name in ("import_calendar", "prepare_delivery", "publish_post")) / 1e9
    lines = [
        Line(
            "runs of functions",
            runs["publish_post"] + runs["prepare_delivery"] + runs["import_calendar"],
            "lambda_requests",
        ),
        Line("publish_post, time", runs["publish_post"] * publishing * gb("PublishPostFunction"), "lambda_gb_seconds"),
        Line(
            "import_calendar, time",
            runs["import_calendar"] * importing * gb("ImportCalendarFunction"),
            "lambda_gb_seconds",
        ),
        Line(
            "dispatch_posts, time on top",
            seconds_of(dispatching, "DispatchPostsFunction", measured) * gb("DispatchPostsFunction"),
            "lambda_gb_seconds",
        ),
        Line("check_upcoming, time on top", looking * times * gb("CheckUpcomingFunction"), "lambda_gb_seconds"),
        Line(
            "prepare_delivery, time",
            runs["prepare_delivery"] * preparing * gb("PrepareDeliveryFunction"),
            "lambda_gb_seconds",
        ),
        Line(
            "prepare_delivery, disk",
            runs["prepare_delivery"] * preparing * _disk_gb("PrepareDeliveryFunction"),
            "lambda_storage_gb_seconds",
        ),
        Line("table and indexes, writes", used["dynamodb_writes"], "dynamodb_writes"),
        Line("table, reads", used["dynamodb_half_reads"] / 2, "dynamodb_reads"),
        Line("items kept a month", played.stored * times / 1e9, "dynamodb_storage"),
        Line("items kept a month, recovery", played.stored * times / 1e9, "dynamodb_recovery"),
        Line("queue: sent, received, deleted", used["sqs_requests"] + 2 * runs["publish_post"], "sqs_requests"),
        Line(
            "queue: the same, with a group", used["sqs_fair_requests"] + 2 * runs["publish_post"], "sqs_fair_requests"
        ),
        Line("buckets, PUT and LIST", used["s3_writes"], "s3_writes"),
        Line("buckets, GET", used["s3_reads"], "s3_reads"),
        Line("buckets, objects kept a month", played.objects * times / 1e9, "s3_storage"),
        Line("events of the files bucket", used["eventbridge_events"], "eventbridge_events"),
        Line("secrets read", used.get("kms_requests", 0), "kms_requests"),
        Line("log lines", log, "logs_ingested"),
        Line("log lines kept a month", log, "logs_stored"),
        Line("sent to the network", played.sent_out * times / 1e9, "data_out"),
    ]
    return [line for line in lines if line.quantity]


def _bill(
    lines: Sequence[Line], beside: Iterable[Line], measured: Measured, aims: tuple[float, float]
) -> dict[str, Any]:
    """Price lines; allowances are those that `beside` (what the month uses anyway) leaves, shared by quantity."""
    there: dict[str, float] = defaultdict(float)
    for line in beside:
        there[line.key] += line.quantity
    total: dict[str, float] = defaultdict(float)
    for line in lines:
        total[line.key] += line.quantity
    priced = []
    for line in lines:
        price, free = measured.prices[line.key]["price"], measured.prices[line.key]["free"]
        charged = max(0.0, there[line.key] + total[line.key] - free) - max(0.0, there[line.key] - free)
        share = charged / total[line.key] if total[line.key] else 0.0
        listed = line.quantity * price
        priced.append(
            {
                "what": line.what,
                "quantity": round(line.quantity, 4),
                "price": line.key,
                "list": round(listed, 6),
                "with_free": round(listed * share, 6),
            }
        )
    dearest = max(priced, key=lambda line: line["list"])
    whole = {
        "list": round(sum(line["list"] for line in priced), 4),
        "with_free": round(sum(line["with_free"] for line in priced), 4),
    }
    met = whole["list"] <= aims[0], whole["with_free"] <= aims[1]
    return {
        **whole,
        "aim_list": aims[0],
        "aim_with_free": aims[1],
        "aim_list_met": met[0],
        "aim_with_free_met": met[1],
        "dearest": dearest["what"],
        "lines": priced,
    }


def _anyway(played: Played, at_rest: Mapping[str, Counter[str]]) -> Counter[str]:
    """Give what the scheduled runs would have taken without any post: it is in the idle month."""
    taken: Counter[str] = Counter()
    for function in ("dispatch_posts", "check_upcoming"):
        taken.update({name: played.runs[function] * count for name, count in at_rest[function].items()})
    return taken


def _calls_on_top(played: Played, resting: Mapping[str, Resting], function: str) -> int:
    """Give the calls that posts add to a scheduled function."""
    return played.calls_of[function] - played.runs[function] * resting[function].calls.total()


def _per_thousand(played: Played, resting: Mapping[str, Resting]) -> dict[str, float]:
    anyway = _anyway(played, {name: one.calls for name, one in resting.items()})
    times = PER / posting.POSTS
    return {name: round((count - anyway[name]) * times, 1) for name, count in sorted(played.calls.items())}


def seconds_of(calls: float, function: str, measured: Measured) -> float:
    """Give the time of so many calls, one after the other."""
    return calls * (CALL + measured.call_cpu * max(1.0, WHOLE_PROCESSOR_MB / _memory(function)))


def prices() -> dict[str, Any]:
    """Read bench/prices.toml."""
    return tomllib.loads((ROOT / "bench" / "prices.toml").read_text(encoding="utf-8"))


def _template() -> dict[str, Any]:
    read: dict[str, Any] = yaml_parse((ROOT / "infra" / "template.yaml").read_text(encoding="utf-8"))
    return read


def _memory(function: str) -> int:
    usual = _template()["Globals"]["Function"]["MemorySize"]
    return int(tick.properties(function).get("MemorySize", usual))


def gb(function: str) -> float:
    """Give a function's memory."""
    return _memory(function) / 1024


def _disk_gb(function: str) -> float:
    size = tick.properties(function).get("EphemeralStorage", {}).get("Size", FREE_STORAGE_MB)
    return float(size - FREE_STORAGE_MB) / 1024


def _alarms() -> list[str]:
    found = _template()["Resources"].items()
    return [name for name, resource in found if resource["Type"] == "AWS::CloudWatch::Alarm"]


def _metrics() -> list[str]:
    """Give our own metrics: those that alarms look at and AWS does not make by itself."""
    watched = [tick.properties(name) for name in _alarms()]
    return sorted({str(one["MetricName"]) for one in watched if not str(one["Namespace"]).startswith("AWS/")})


def _package_gb() -> float:
    layer = build("layer-arm64", {})
    return sum(file.stat().st_size for file in layer.rglob("*") if file.is_file()) / 1e9
