"""The handler of contests' minute: from the configuration to the table, the bucket and the queue of posts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from heraut.brands import Account, NetworkName
from heraut.contests.beacon import QUICKNET
from heraut.contests.store import NobodyAnswered
from heraut.lambdas import bootstrap
from tests.functions.conftest import BRAND, Running, event_of, events_of

OPENS = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CONTEST = {
    "title": "La galette",
    "opens": "2026-11-23 10:00",
    "closes": "2026-11-23 10:10",
    "draws": "2026-11-23 11:00",
    "posts": [{"accounts": ["journal"], "row": "galette"}],
    "conditions": {"comment": True},
    "rules": {"text": "Un commentaire par personne."},
}


@pytest.fixture(name="now")
def _now(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The clock: its one instant may be replaced."""
    instant = [OPENS]
    monkeypatch.setattr("heraut.clock.SystemClock.now", lambda _self: instant[0])
    monkeypatch.setattr("heraut.aws.mail.SesMail.send", lambda _self, raw, *_: None)
    return instant


@pytest.mark.parametrize("event", events_of("run_contests"))
def test_every_example_event_is_understood(running: Running, now: list[datetime], event: Any) -> None:
    """Nothing is planned, nothing is due."""
    assert running.call("run_contests", event) == ({"ok": True} if "self_test" in event else None)


def test_a_contest_of_the_configuration_runs_until_it_waits_for_witnesses(
    running: Running, now: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It opens, closes, freezes an empty list, commits, and queues the post that carries the commit."""

    def nobody(*_: object) -> None:
        raise NobodyAnswered([("tsa.example", "connect")])

    monkeypatch.setattr("heraut.witnesses.rfc3161.Authority.stamp", nobody)
    accounts = (*BRAND.accounts, Account(name="sky", network=NetworkName.BLUESKY, handle="boulangerie.example"))
    running.brands.save(
        BRAND.model_copy(update={"revision": 2, "contests": {"galette": CONTEST}, "accounts": accounts}), 1
    )
    running.call("run_contests", event_of("run_contests", "plan"))
    for minutes in (1, 11, 12, 13):
        now[0] = OPENS + timedelta(minutes=minutes)
        running.call("run_contests", event_of("run_contests", "minute"))

    contest = running.contests.contest("boulangerie", "galette")
    assert contest is not None
    assert (contest.state, contest.entrants) == ("committed", 0)
    assert running.contests.head("boulangerie").seq == 1
    assert contest.last.said.chain == QUICKNET.hash
    listed = running.clients.s3.list_objects_v2(Bucket="public", Prefix="contests/boulangerie/galette/")
    names = [one["Key"].rpartition("galette/")[2] for one in listed["Contents"]]
    assert sorted(names) == [
        "commitment-1.json",
        "entrants.bin",
        "history.json",
        f"lists/{contest.root}.bin",
        "reglement.html",
        f"rules-{contest.rules}.md",
        "rules.md",
    ]
    (delivery,) = running.posts.deliveries("boulangerie", "contest-galette-commit-1-journal")
    assert delivery.account == "journal"
    assert contest.last.said.commit() in str(running.posts.post("boulangerie", "contest-galette-commit-1-journal"))


def test_whatever_breaks_an_event_contests_go_on(
    running: Running, now: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A draw has its instant; what broke fails the function all the same."""

    def broken(*_: object) -> int:
        raise KeyError("an event")

    monkeypatch.setattr("heraut.gatherings.run_gatherings._planned", broken)
    running.brands.save(BRAND.model_copy(update={"revision": 2, "contests": {"galette": CONTEST}}), 1)
    with pytest.raises(KeyError, match="an event"):
        running.call("run_contests", event_of("run_contests", "plan"))

    contest = running.contests.contest("boulangerie", "galette")
    assert contest is not None
    assert contest.state == "open"


def test_an_event_of_the_configuration_is_announced_and_moved(running: Running, now: list[datetime]) -> None:
    """Its page and calendar file are published, its reminder queued ahead; moved, it waits for its new day."""
    workshop = {
        "kind": "offline",
        "title": "L'atelier",
        "accounts": "journal",
        "starts": "2026-11-24 10:00",
        "ends": "2026-11-24 12:00",
        "place": "Au fournil",
        "reminders": ["2h"],
    }
    running.brands.save(BRAND.model_copy(update={"revision": 2, "events": {"atelier": workshop}}), 1)
    running.call("run_contests", event_of("run_contests", "plan"))

    assert running.objects("public") == [
        f"events/boulangerie/atelier/{name}" for name in ("evenement.html", "event.html", "event.ics")
    ]
    queued = running.posts.delivery("boulangerie", "event-atelier-2h", "journal")
    assert queued is not None
    assert queued.publish_at == datetime(2026, 11, 24, 7, 0, tzinfo=UTC)

    later = {**workshop, "starts": "2026-11-30 10:00", "ends": "2026-11-30 12:00"}
    running.brands.save(BRAND.model_copy(update={"revision": 3, "events": {"atelier": later}}), 2)
    now[0] = OPENS + timedelta(minutes=1)
    running.call("run_contests", event_of("run_contests", "plan"))

    assert running.state("event-atelier-2h", "journal") == "cancelled"
    file = running.clients.s3.get_object(Bucket="public", Key="events/boulangerie/atelier/event.ics")
    assert b"SEQUENCE:1" in file["Body"].read()


def test_the_deployed_function_believes_the_public_beacon_alone(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No setting names a chain: whoever deploys cannot choose one."""
    for name, value in running.environment().items():
        monkeypatch.setenv(name, value)

    assert bootstrap.run_contests().chain == QUICKNET
