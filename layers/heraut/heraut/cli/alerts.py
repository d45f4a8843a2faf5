"""`heraut alert`: what asks for a person, its whole story, and the time answers took."""

from __future__ import annotations

import statistics
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from heraut.cli.options import BrandName, Json, Stack, alert_called, brands_called, open_desk
from heraut.cli.speech import CannotGoOn, language, person, say, tell
from heraut.wording import recorded, span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from heraut.brands import Brand
    from heraut.cli.desk import Desk
    from heraut.conversations import Alert, Interaction, Moment
    from heraut.conversations.model import Decision

AlertName = Annotated[str, typer.Argument()]
Days = Annotated[int, typer.Option("--days", min=1, max=365)]
MOST_TRIES = 5
LAST_DECILE = 9


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    alert = typer.Typer(no_args_is_help=True)
    alert.command("list")(list_alerts)
    alert.command("show")(show)
    alert.command("take")(take)
    alert.command("transfer")(transfer)
    alert.command("close")(close)
    alert.command("unhide")(unhide)
    alert.command("times")(times)
    app.add_typer(alert, name="alert")


def list_alerts(ctx: typer.Context, brand: BrandName = None, as_json: Json = False, stack: Stack = None) -> None:
    from heraut.cli.shown import print_json

    desk = open_desk(ctx, stack)
    found = [
        (owner, alert)
        for owner in brands_called(desk.brands, brand)
        for alert in desk.conversations.open_alerts(owner.id)
    ]
    if as_json:
        print_json([_as_object(alert) for _, alert in found])
        return
    for owner, alert in found:
        _show_head(owner, alert, desk)
    if not found:
        tell(say("inbox_empty"))


def show(
    ctx: typer.Context, alert: AlertName, brand: BrandName = None, as_json: Json = False, stack: Stack = None
) -> None:
    from heraut.cli.shown import print_json

    desk = open_desk(ctx, stack)
    owner, found = alert_called(desk, alert, brand)
    interactions = desk.conversations.interactions(owner.id, found.id)
    moments = desk.conversations.story(owner.id, found.id)
    if as_json:
        story = [line for _, line in sorted(_story_objects(interactions, moments), key=lambda one: one[0])]
        print_json(_as_object(found) | {"story": story})
        return
    _show_head(owner, found, desk)
    now = desk.clock.now()
    for at, line in sorted(_story_lines(owner, interactions, moments), key=lambda one: one[0]):
        tell(f"  {recorded(at, owner.zone, language(), now)}{say('colon')} {line}")


def take(
    ctx: typer.Context, alert: AlertName, brand: BrandName = None, as_json: Json = False, stack: Stack = None
) -> None:
    from heraut.conversations import alerts

    def taken(_: Brand, found: Alert, now: datetime) -> Alert:
        return alerts.taken(found, person(), now)

    _change(ctx, (alert, brand, stack), "alert_taken", taken, as_json=as_json)


def transfer(
    ctx: typer.Context,
    alert: AlertName,
    to: Annotated[str, typer.Argument()],
    word: Annotated[str, typer.Option("--word")] = "",
    brand: BrandName = None,
    as_json: Json = False,
    stack: Stack = None,
) -> None:
    from heraut.conversations import alerts
    from heraut.conversations.hand_over_page import LONGEST_WORD
    from heraut.conversations.model import HandedOver

    def handed_over(owner: Brand, found: Alert, now: datetime) -> Alert:
        others = alerts.may_be_handed_to(found, owner, person())
        chosen = next((one for one in others if to.casefold() in {one.id.casefold(), one.name.casefold()}), None)
        if chosen is None:
            raise CannotGoOn("hand_over_to_whom", name=to, known=", ".join(one.id for one in others))
        if len(word) > LONGEST_WORD:
            raise CannotGoOn("hand_over_word_long", length=len(word), longest=LONGEST_WORD)
        handed = HandedOver(by=person(), to=chosen.id, at=now, word=word.strip())
        return alerts.handed_over(found, handed, owner)

    _change(ctx, (alert, brand, stack), "alert_handed_over", handed_over, as_json=as_json)


def close(
    ctx: typer.Context, alert: AlertName, brand: BrandName = None, as_json: Json = False, stack: Stack = None
) -> None:
    from heraut.conversations import alerts

    def closed(_: Brand, found: Alert, now: datetime) -> Alert:
        return alerts.closed(found, person(), now)

    _change(ctx, (alert, brand, stack), "alert_closed", closed, as_json=as_json)


def unhide(
    ctx: typer.Context, alert: AlertName, brand: BrandName = None, as_json: Json = False, stack: Stack = None
) -> None:
    from heraut.cli.shown import print_json
    from heraut.conversations import What, alerts
    from heraut.conversations.count_hiding import keep_hiding
    from heraut.conversations.hiding import hidden
    from heraut.networks.base import Moderates

    desk = open_desk(ctx, stack)
    owner, found = alert_called(desk, alert, brand)
    story = desk.conversations.story(owner.id, found.id)
    account, adapter = owner.account(found.account), desk.networks[found.network]
    left = sorted(hidden(story))
    if not left or account is None or not isinstance(adapter, Moderates):
        raise CannotGoOn("nothing_hidden", name=found.id)
    secret, now = desk.secrets.secret(owner.id, account.name) or {}, desk.clock.now()
    for one in left:
        adapter.show(account, secret, one, now)
        after = alerts.noted(found, What.SHOWN, now, by=person(), interaction=one, removal="hide")
        keep_hiding(found, after, desk.conversations)
        found = after
    if as_json:
        print_json(_as_object(found) | {"shown_again": left})
    else:
        tell(say("unhidden", count=len(left)), "green")


def times(
    ctx: typer.Context, brand: BrandName = None, days: Days = 30, as_json: Json = False, stack: Stack = None
) -> None:
    from heraut.cli.shown import print_json

    desk = open_desk(ctx, stack)
    since = desk.clock.now() - timedelta(days=days)
    found: dict[tuple[str, str, str | None], list[int]] = {}
    for owner in brands_called(desk.brands, brand):
        for moment in desk.conversations.answers(owner.id, since):
            key = (owner.id, moment.network.value, moment.by)
            found.setdefault(key, []).append(moment.worked_seconds or 0)
    rows = [_times_object(*key, seconds) for key, seconds in sorted(found.items(), key=lambda one: str(one[0]))]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        half, most = (span(timedelta(minutes=row[name]), language()) for name in ("median_minutes", "p90_minutes"))
        who = row["person"] or say("somebody")
        tell(say("answer_times", network=row["network"], person=who, count=row["answers"], half=half, most=most))
    if not rows:
        tell(say("answer_times_none", days=days))


def decision_lines(decisions: Iterable[Decision]) -> Iterator[str]:
    """Say which rules were about it, by what, and what each one did."""
    for one in decisions:
        because = ", ".join(f"{say(f'because_{why.condition}')} {why.found}" for why in one.because)
        did = ", ".join(_did(one.did)) or say("did_nothing")
        yield say("decision" if because else "decision_all", rule=one.rule, because=because, did=did)


def _did(did: dict[str, Any]) -> Iterator[str]:
    for name, value in did.items():
        if name == "removal":
            yield say(f"did_{value}" if did["for_real"] else f"did_{value}_trial", charter=did["charter"])
        elif name == "mute":
            yield say("did_mute")
        elif name == "answer_within":
            yield say("did_answer_within", value=span(timedelta(minutes=value), language()))
        elif name not in {"charter", "for_real"}:
            yield say(f"did_{name}", value=", ".join(value) if isinstance(value, list) else value)


def _change(
    ctx: typer.Context,
    called: tuple[str, str | None, str | None],
    code: str,
    change: Callable[[Brand, Alert, datetime], Alert],
    *,
    as_json: bool,
) -> None:
    """Take, hand over or close, whatever joins at this very moment; what is over already is said, and stays."""
    from heraut.cli.shown import print_json
    from heraut.errors import Conflict

    name, brand, stack = called
    desk = open_desk(ctx, stack)
    for _ in range(MOST_TRIES):
        owner, found = alert_called(desk, name, brand)
        if found.closed_at and not found.thanks:
            raise CannotGoOn("alert_over", name=found.id)
        after = change(owner, found, desk.clock.now())
        try:
            desk.conversations.change(found, after)
        except Conflict:
            continue
        if as_json:
            print_json(_as_object(after))
        else:
            tell(say(code, alert=found.id), "green")
        return
    raise Conflict(f"alert {name} changed {MOST_TRIES} times")


def _as_object(alert: Alert) -> dict[str, Any]:
    """Give an alert as a program reads it."""
    kept = alert.model_dump(mode="json", by_alias=True, exclude={"revision", "replies", "writing"})
    return kept | {"open": alert.closed_at is None}


def _show_head(owner: Brand, alert: Alert, desk: Desk) -> None:
    from heraut.conversations.messages import Said

    interactions = desk.conversations.interactions(owner.id, alert.id)
    said = Said(alert, interactions, owner, language(), desk.clock.now())
    head = said.happened if alert.waiting else say("alert_is_over")
    tell(f"{owner.name} · {said.place} · {head} · {say(f'urgency_{alert.urgency}')} · {alert.id}", "bold")
    if alert.closed_at is None:
        taker = owner.person(alert.taken_by) if alert.taken_by else None
        tell(f"  {said.say('lead')}" + (f" {said.say('lead_taken', person=taker.name)}" if taker else ""))


def _story_lines(
    owner: Brand, interactions: Sequence[Interaction], moments: Sequence[Moment]
) -> Iterator[tuple[datetime, str]]:
    """Tell what happened, each with its instant: what joined, and what was done."""
    from heraut.letters import in_one_line

    for one in interactions:
        at = one.received_at or one.at
        yield at, say("story_said", author=one.author.name, text=in_one_line(one.text))
        for line in decision_lines(one.decisions):
            yield at, line
    names = {one.id: one.author.name for one in interactions}
    for moment in moments:
        yield moment.at, _moment_line(owner, moment, names)


def _moment_line(owner: Brand, moment: Moment, names: dict[str, str]) -> str:
    """Tell one moment."""
    from heraut.conversations.hiding import why as why_of
    from heraut.letters import in_one_line

    known = owner.person(moment.by) if moment.by else None
    by = known.name if known else moment.by or say("somebody")
    people = [one.name if (one := owner.person(name)) else name for name in moment.people]
    worked = timedelta(seconds=moment.worked_seconds or 0)
    whom = names.get(moment.interaction or "", say("somebody"))
    code = f"moment_{moment.what.value}"
    if moment.removal:
        code = f"{code}_{moment.removal}"
    if moment.removal and moment.by and moment.what.value in {"removed", "not_removed"}:
        code = f"{code}_by"
    if moment.what.value == "answered" and moment.worked_seconds is None:
        code = "moment_answered_plain"
    if moment.what.value == "handed_over" and moment.word:
        code = "moment_handed_over_word"
    known_why = moment.problem in {"trial", "impossible"}
    why = say(f"removal_{moment.problem}") if known_why else why_of(moment, language()) or moment.problem or ""
    told = ", ".join(people) or say("nobody")
    return say(
        code,
        by=by,
        people=told,
        took=span(worked, language()),
        whom=whom,
        rule=moment.rule or "",
        why=why,
        channel=moment.channel or "",
        word=in_one_line(moment.word or ""),
    )


def _story_objects(
    interactions: Sequence[Interaction], moments: Sequence[Moment]
) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """Give the story as a program reads it, each entry with its instant."""
    for one in interactions:
        at = one.received_at or one.at
        kept = one.model_dump(mode="json", include={"author", "text", "decisions"})
        yield at, {"what": "joined", "at": at.isoformat(), "interaction": one.id, **kept}
    for moment in moments:
        left_out = {"schema_", "alert", "account", "network"}
        yield moment.at, moment.model_dump(mode="json", exclude=left_out, exclude_none=True)


def _times_object(brand: str, network: str, by: str | None, seconds: Sequence[int]) -> dict[str, Any]:
    """Give the time answers took, in minutes of working time."""
    deciles = statistics.quantiles(seconds, n=10, method="inclusive") if len(seconds) > 1 else [seconds[0]] * 9
    return {
        "brand": brand,
        "network": network,
        "person": by,
        "answers": len(seconds),
        "median_minutes": round(statistics.median(seconds) / 60, 1),
        "p90_minutes": round(deciles[LAST_DECILE - 1] / 60, 1),
    }
