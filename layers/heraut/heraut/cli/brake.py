"""`heraut pause` and `heraut resume`: the brake, for an account, a brand or everything."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from heraut.cli.options import BrandName, Json, Stack, accounts_called, brands_called, open_desk, people_called
from heraut.cli.speech import CannotGoOn, complain, language, person, problem_line, say, tell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from heraut.cli.desk import Desk
    from heraut.publishing.brake import Fate, Pause, Scope
    from heraut.publishing.model import Delivery
    from heraut.publishing.pause_publishing import Held, Stopped

MOST_ENDED = 5  # pauses that are over, in the listing
EVERY = frozenset({"all", "tout"})

AccountName = Annotated[str | None, typer.Option("--account")]
Everything = Annotated[bool, typer.Option("--all")]
Chosen = Annotated[list[str] | None, typer.Option()]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("pause")(pause)
    app.command("resume")(resume)


def pause(
    ctx: typer.Context,
    brand: BrandName = None,
    account: AccountName = None,
    everything: Everything = False,
    reason: Annotated[str, typer.Option("--reason")] = "",
    link: Annotated[str | None, typer.Option("--link")] = None,
    as_json: Json = False,
    stack: Stack = None,
) -> None:
    from heraut.publishing.pause_publishing import pause_publishing, stopped_by

    desk = open_desk(ctx, stack)
    if link is not None:
        _give(desk, brand, link)
        return
    if not (brand or account or everything):
        _show_all(desk, as_json=as_json)
        return
    scope = _scope(desk, brand, account, everything=everything)
    on, ours = pause_publishing(scope, person(), " ".join(reason.split()), desk.pauses, desk.clock.now())
    stopped = stopped_by(on, desk.posts, desk.brands, desk.clock.now())
    if as_json:
        _print([stopped])
        return
    tell(say("paused" if ours else "paused_already", what=what(on)), "bold red")
    _show(stopped, desk)


def resume(
    ctx: typer.Context,
    brand: BrandName = None,
    account: AccountName = None,
    everything: Everything = False,
    as_planned: Chosen = None,
    shift: Chosen = None,
    drop: Chosen = None,
    stack: Stack = None,
) -> None:
    from heraut.publishing.brake import Fate
    from heraut.publishing.pause_publishing import stopped_by
    from heraut.publishing.resume_publishing import resume_publishing

    desk = open_desk(ctx, stack)
    on = _on(desk, _scope(desk, brand, account, everything=everything) if brand or account or everything else None)
    stopped = stopped_by(on, desk.posts, desk.brands, desk.clock.now())
    wishes = {Fate.PLANNED: as_planned or [], Fate.SHIFTED: shift or [], Fate.DROPPED: drop or []}
    fates = _fates(stopped.held, wishes)
    _show(stopped, desk)
    if not any(wishes.values()) and stopped.held and sys.stdin.isatty():
        fates = _ask(stopped.held)
    resumed = resume_publishing(on, fates, person(), desk.world, desk.pauses, desk.clock.now())
    tell(say("resumed", what=what(on)), "bold green")
    for code, deliveries in (
        ("resumed_planned", resumed.planned),
        ("resumed_shifted", resumed.shifted),
        ("resumed_dropped", resumed.dropped),
    ):
        for delivery in deliveries:
            tell(say(code, delivery=delivery.id, when=_when(delivery, desk)))
    complain(problem_line(why) for _, why in resumed.refused)


def _give(desk: Desk, brand: str | None, name: str) -> None:
    """Send each person of this name the red button of their brand."""
    from heraut.brands.give_brake import give_brake

    for owner, chosen in people_called(brands_called(desk.brands, brand), name):
        for one in chosen:
            give_brake(one, owner, desk.links, desk.notifications, desk.stack["LinksUrl"], desk.clock.now())
            tell(say("brake_given", person=f"{one.name} <{one.email}>", brand=owner.id), "green")


def _scope(desk: Desk, brand: str | None, account: str | None, *, everything: bool) -> Scope:
    """Give what was named; CannotGoOn when it is unknown, or not one thing."""
    from heraut.publishing.brake import Scope

    if everything:
        if brand or account:
            raise CannotGoOn("pause_all_alone")
        return Scope()
    brands = brands_called(desk.brands, brand)
    if account is None:
        return Scope(brands[0].id)
    found = accounts_called(brands, account)
    if len(found) > 1:
        raise CannotGoOn("account_of_several", name=account, brands=", ".join(owner.id for owner, _ in found))
    return Scope(found[0][0].id, account)


def _on(desk: Desk, scope: Scope | None) -> Pause:
    """Give the pause that is on: of this scope, or the only one there is."""
    on = desk.pauses.pauses([brand.id for brand in desk.brands.every_brand()])
    found = [one for one in on if scope is None or one.scope == scope]
    if not found:
        raise CannotGoOn("nothing_paused")
    if len(found) > 1:
        raise CannotGoOn("pause_which", known="; ".join(what(one) for one in found))
    return found[0]


def _fates(held: Sequence[Held], wishes: Mapping[Fate, Sequence[str]]) -> dict[str, Fate]:
    """Read POST@ACCOUNT (or a post, or `all`) of each wish; CannotGoOn for what is not held."""
    from heraut.publishing.resume_publishing import key_of

    fates: dict[str, Fate] = {}
    for fate, names in wishes.items():
        for name in names:
            meant = [one.delivery for one in held if name in {one.delivery.id, one.delivery.post} or name in EVERY]
            if not meant and name not in EVERY:
                raise CannotGoOn("not_held_by_pause", name=name)
            fates |= {key_of(one): fate for one in meant if name not in EVERY or key_of(one) not in fates}
    return fates


def _ask(held: Sequence[Held]) -> dict[str, Fate]:
    from heraut.publishing.brake import Fate
    from heraut.publishing.resume_publishing import key_of

    letters = {say(f"letter_{fate}"): fate for fate in Fate}
    fates = {}
    for one in held:
        code = "ask_fate_late" if one.too_late else "ask_fate"
        question = say(code, delivery=one.delivery.id, local=one.delivery.local.replace("T", " "))
        answer = ""
        while answer not in letters:
            answer = typer.prompt(question, default=next(iter(letters))).strip().lower()[:1]
        fates[key_of(one.delivery)] = letters[answer]
    return fates


def _show_all(desk: Desk, *, as_json: bool) -> None:
    from heraut.publishing.pause_publishing import stopped_by

    brands = [brand.id for brand in desk.brands.every_brand()]
    found = [stopped_by(one, desk.posts, desk.brands, desk.clock.now()) for one in desk.pauses.pauses(brands)]
    if as_json:
        _print(found)
        return
    if not found:
        tell(say("nothing_paused"))
    for stopped in found:
        tell(say("paused_already", what=what(stopped.pause)), "bold red")
        _show(stopped, desk)
    for over in desk.pauses.ended(brands)[:MOST_ENDED]:
        began, ended = (_moment(instant, over.brand, desk) for instant in (over.at, over.ended_at))
        tell(say("pause_over", what=what(over), by=over.by, began=began, ended_by=over.ended_by, ended=ended), "dim")


def _show(stopped: Stopped, desk: Desk) -> None:
    on = stopped.pause
    tell(say("paused_by", by=on.by, since=_moment(on.at, on.brand, desk)))
    if on.reason:
        tell(say("paused_why", reason=on.reason))
    for delivery in stopped.left:
        tell(say("left_meanwhile", delivery=delivery.id, url=delivery.url or say("left_unknown")), "yellow")
    for one in stopped.held:
        tell(say("held_late" if one.too_late else "held", delivery=one.delivery.id, when=_when(one.delivery, desk)))


def _print(found: Sequence[Stopped]) -> None:
    from heraut.cli.shown import as_object, print_json

    def written(stopped: Stopped) -> dict[str, Any]:
        on = stopped.pause
        return {
            "brand": on.brand,
            "account": on.account,
            "by": on.by,
            "at": on.at.isoformat(timespec="milliseconds"),
            "reason": on.reason,
            "held": [as_object(one.delivery) | {"too_late": one.too_late} for one in stopped.held],
            "left": [as_object(one) for one in stopped.left],
        }

    print_json([written(one) for one in found])


def what(on: Pause) -> str:
    if on.brand is None:
        return say("scope_everything")
    return (
        say("scope_account", account=on.account, brand=on.brand) if on.account else say("scope_brand", brand=on.brand)
    )


def _moment(instant: Any, brand: str | None, desk: Desk) -> str:
    from heraut.wording import recorded

    owner = desk.brands.brand(brand) if brand else None
    return recorded(instant, owner.zone if owner else "Europe/Paris", language(), desk.clock.now())


def _when(delivery: Delivery, desk: Desk) -> str:
    from heraut.wording import at_moment

    return at_moment(delivery.publish_at, delivery.zone, language(), desk.clock.now())
