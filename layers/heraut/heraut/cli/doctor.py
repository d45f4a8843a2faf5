"""`heraut doctor`: what is wrong, for which post, and what to do; ringing the alarm; reading a backup back."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from heraut.cli.options import BrandName, Json, Stack, brands_called, open_desk
from heraut.cli.speech import CannotGoOn, say, sentences_of, sentences_of_trial, tell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from heraut.aws.health import Health
    from heraut.brands import Account, Brand
    from heraut.cli.desk import Desk
    from heraut.cli.findings import Finding
    from heraut.publishing.reconcile import AccountRead

Value = TypeVar("Value")

FOR_A_PERSON = 3  # exit status: all was looked at, and something waits for somebody
RECENT = timedelta(days=30)
UNTAKEN = timedelta(minutes=3)  # a tick takes what is due within a minute
MORNING = "MorningSchedule"
REFUSALS = "RefusalsLog"
STOPPABLE = ("DispatchFunction", "PublishFunction", "PrepareFunction", "TellFunction", "ImportFunction")


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(
    ctx: typer.Context,
    brand: BrandName = None,
    ring: Annotated[bool, typer.Option("--ring")] = False,
    reconcile: Annotated[bool, typer.Option("--reconcile")] = False,
    as_json: Json = False,
    stack: Stack = None,
) -> None:
    desk = open_desk(ctx, stack)
    good = _reconcile(desk) if reconcile else _ring(desk) if ring else _look(desk, brand, as_json=as_json)
    if not good:
        raise typer.Exit(FOR_A_PERSON)


def _look(desk: Desk, brand: str | None, *, as_json: bool) -> bool:
    """Say what was found, what waits for somebody first; whether nothing does."""
    from heraut.cli.findings import Severity, needs_somebody
    from heraut.cli.shown import print_json

    found = [*_of_machine(desk), *_of_brands(desk, brand)]
    found.sort(key=lambda one: one.severity is not Severity.PERSON)
    if as_json:
        print_json([one.as_object() for one in found])
    for one in [] if as_json else found:
        tell(f"{'!' if one.severity is Severity.PERSON else '·'} {one.message}", _style(one))
        tell(f"  {one.remedy}")
    if not as_json and not needs_somebody(found):
        tell(say("doctor_well"), "green")
    return not needs_somebody(found)


def _style(finding: Finding) -> str | None:
    from heraut.cli.findings import Severity

    return "red" if finding.severity is Severity.PERSON else None


def _of_machine(desk: Desk) -> Iterator[Finding]:
    """Look at what is not of one brand; the emulator has no provider's account, and no metrics."""
    from heraut.aws.health import Health
    from heraut.cli import findings
    from heraut.cli.findings import Finding
    from heraut.cli.stacks import LOCAL

    health = Health(desk.stack.clients, desk.stack.outputs)
    now = desk.clock.now()
    if desk.posts.is_restored():
        yield Finding("restored")
    yield from _tried("ticks", lambda: _untaken(desk, now), _waiting)
    for queue in ("FailedQueueUrl", "UndeliveredQueueUrl"):
        yield from _tried("failures", partial(health.given_up, queue), findings.of_given_up)
    for function in STOPPABLE:
        stopped = _stopped_if(function)
        yield from _tried("functions", partial(health.has_no_room, function), stopped)
    if MORNING in desk.stack.outputs:  # an older stack has none
        off = [Finding("morning_off", findings.Severity.NOTE)]
        yield from _tried("schedules", partial(health.is_scheduled, MORNING), lambda on: [] if on else off)
    yield from _tried("files", health.private_files_closed, lambda closed: [] if closed else [Finding("files_open")])
    if desk.stack.name != LOCAL:
        yield from _of_account(desk, health, now)


def _of_account(desk: Desk, health: Health, now: datetime) -> Iterator[Finding]:
    """Look at what AWS withholds, and whether somebody hears when the machine is dead."""
    from heraut.brands import WayName
    from heraut.cli import findings
    from heraut.cli.findings import Finding

    sender = desk.stack["MailFrom"]
    yield from _tried("addresses", health.alarm_addresses, findings.of_addresses)
    yield from _tried("alarms", health.ringing, _ringing)
    yield from _tried("ticks", lambda: health.last_beat(now), lambda beat: findings.of_heartbeat(beat, now))
    yield from _tried("mail", health.mail_reaches_everybody, lambda all_: [] if all_ else [Finding("mail_sandbox")])
    unverified = [Finding("sender_unverified", fields={"address": sender})]
    yield from _tried("mail", health.sender_verified, lambda verified: [] if verified else unverified)
    texted = any(WayName.SMS in one.ways for brand in desk.brands.every_brand() for one in brand.people)
    yield from _tried("sms", health.texts, partial(findings.of_texts, used=texted))
    if texted and REFUSALS in desk.stack.outputs:  # an older stack has none
        deaf = [Finding("refusals_unheard")]
        yield from _tried("sms", health.hears_refusals, lambda heard: [] if heard else deaf)
    yield from _tried("room", health.most_at_once, findings.of_room)


def _tried(what: str, read: Callable[[], Value], judge: Callable[[Value], Iterable[Finding]]) -> Iterator[Finding]:
    """Judge what was read; what cannot be read is a finding of its own, and hides no other."""
    from heraut.cli.findings import Finding
    from heraut.errors import HerautError

    try:
        held = read()
    except HerautError as error:
        detail = " ".join(sentences_of(error)).rstrip(".")
        yield Finding("not_looked", fields={"what": say(f"look_{what}"), "detail": detail})
        return
    yield from judge(held)


def _untaken(desk: Desk, now: datetime) -> int:
    from heraut.due import shards_of
    from heraut.publishing.model import KIND, SHARDS

    return sum(1 for shard in shards_of(KIND, SHARDS) for _ in desk.posts.due(shard, now - UNTAKEN))


def _waiting(count: int) -> list[Finding]:
    from heraut.cli.findings import Finding

    return [Finding("nobody_takes", fields={"count": count})] if count else []


def _ringing(names: Sequence[str]) -> list[Finding]:
    from heraut.cli.findings import Finding

    return [Finding("rings", fields={"alarm": name.removesuffix("Alarm")}) for name in names]


def _stopped_if(function: str) -> Callable[[bool], list[Finding]]:
    from heraut.cli.findings import Finding

    return lambda stopped: [Finding("no_room", fields={"function": function})] if stopped else []


def _of_brands(desk: Desk, name: str | None) -> Iterator[Finding]:
    from heraut.cli import findings
    from heraut.cli.findings import Finding

    if not desk.brands.every_brand():
        yield Finding("no_brand")
        return
    now = desk.clock.now()
    brands = brands_called(desk.brands, name)
    zones = {one.id: one.zone for one in brands}
    for pause in desk.pauses.pauses([one.id for one in brands]):
        yield from findings.of_pauses([pause], zones.get(pause.brand or "", brands[0].zone), now)
    for brand in brands:
        for delivery in desk.posts.queue(brand.id, since=now - RECENT):
            found = findings.of_delivery(delivery, now)
            if found is not None:
                yield found
        yield from findings.of_people(brand, desk.brands.confirmations(brand.id))
        yield from findings.of_holidays(brand, now)
        for account in brand.accounts:
            yield from _tried_account(desk, brand, account)


def _tried_account(desk: Desk, brand: Brand, account: Account) -> Iterator[Finding]:
    """Try an account for real, reading only."""
    from heraut.cli import findings
    from heraut.errors import ConfigurationError, NetworkError

    adapter = desk.networks[account.network]
    trouble = None
    try:
        held: Any = (desk.secrets.secret(brand.id, account.name) or {}) if adapter.secret_fields else {}
        missing = bool(adapter.secret_fields) and not held
        if not missing:
            adapter.check(account, held)
    except (NetworkError, ConfigurationError) as error:
        missing, trouble = False, " ".join(sentences_of_trial(error))
    yield from findings.of_account(brand.id, account.name, trouble, missing=missing)


def _ring(desk: Desk) -> bool:
    """Let the heartbeat's alarm go off, and say what arrives where; whether somebody will hear it."""
    from heraut.aws.health import Health
    from heraut.cli.findings import of_addresses

    health = Health(desk.stack.clients, desk.stack.outputs)
    addresses = health.alarm_addresses()
    if not health.ring(say("ring_reason")):
        raise CannotGoOn("ring_rings_already")
    silent = list(of_addresses(addresses))
    heard = [address for address, confirmed in addresses.items() if confirmed]
    if heard:
        tell(say("rung", addresses=", ".join(heard)), "green")
    for one in silent:
        tell(f"! {one.message} {one.remedy}", "red")
    return not silent


def _reconcile(desk: Desk) -> bool:
    """Read back every account of a restored table; whether nothing is left for a person."""
    from heraut.publishing.reconcile import Verdict, reconcile

    if not desk.posts.is_restored():
        tell(say("reconcile_at_home"), "green")
        return True
    good = True
    for read in reconcile(desk.world):
        _say_account(read)
        good = good and all(one.verdict is Verdict.FOUND for one in read.read)
    tell(say("reconcile_done" if good else "reconcile_done_asking"), "green" if good else "yellow")
    return good


def _say_account(read: AccountRead) -> None:
    from heraut.publishing.reconcile import Verdict

    named = f"{read.brand}/{read.account}"
    if not read.read:
        tell(say("reconcile_nothing", named=named), "green")
    for verdict in Verdict:
        posts = [one.delivery.post for one in read.read if one.verdict is verdict]
        if posts:
            said = say(f"reconcile_{verdict.value}", named=named, count=len(posts), posts=", ".join(posts))
            tell(said, "green" if verdict is Verdict.FOUND else "yellow")
