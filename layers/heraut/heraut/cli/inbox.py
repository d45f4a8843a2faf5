"""`heraut inbox`: what people said and nobody has answered yet, and whom a word of thanks would please."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import typer

from heraut.cli.options import BrandName, Json, Stack, brands_called, open_desk
from heraut.cli.speech import language, say, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heraut.brands import Brand
    from heraut.cli.desk import Desk
    from heraut.conversations import Alert, Interaction

THANKED_WITHIN = timedelta(days=7)


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("inbox")(inbox)


def inbox(ctx: typer.Context, brand: BrandName = None, as_json: Json = False, stack: Stack = None) -> None:
    desk = open_desk(ctx, stack)
    waiting = [
        (owner, alert)
        for owner in brands_called(desk.brands, brand)
        for alert in desk.conversations.open_alerts(owner.id)
    ]
    for owner, alert in waiting:
        if as_json:
            _print_lines(alert, desk)
        else:
            _show(owner, alert, desk)
    glad = [
        (owner, alert, said)
        for owner in brands_called(desk.brands, brand)
        for alert in desk.conversations.quiet_alerts(owner.id)
        if (said := _to_thank(alert, desk))
    ]
    if not waiting and not as_json:
        tell(say("inbox_empty"))
    for owner, alert, said in glad:
        if as_json:
            for one in said:
                _print_line(alert, one, answered=False, thanks=True)
        else:
            _show_thanks(owner, alert, said, desk)


def _print_lines(alert: Alert, desk: Desk) -> None:
    """Write one line of JSON for each interaction of an alert, oldest first."""
    for one in desk.conversations.interactions(alert.brand, alert.id):
        _print_line(alert, one, answered=one.id not in alert.waiting)


def _print_line(alert: Alert, one: Interaction, **more: bool) -> None:
    said = one.model_dump(mode="json", by_alias=True) | {"alert": alert.id} | more
    typer.echo(json.dumps(said, ensure_ascii=False))


def _to_thank(alert: Alert, desk: Desk) -> list[Interaction]:
    """Give the praise of the last days for which nobody thanked, oldest first; thanks that come later look odd."""
    if not alert.thanks:
        return []
    since = desk.clock.now() - THANKED_WITHIN
    said = desk.conversations.interactions(alert.brand, alert.id)
    return [one for one in said if one.id in alert.thanks and one.at >= since]


def _show_thanks(owner: Brand, alert: Alert, said: Sequence[Interaction], desk: Desk) -> None:
    from heraut.conversations.messages import Said

    glad = alert.model_copy(update={"waiting": tuple(one.id for one in said)})
    shown = Said(glad, said, owner, language(), desk.clock.now())
    tell(say("inbox_thanks", brand=owner.name, network=shown.place, alert=alert.id), "bold")
    for passage in [*shown.passages, *shown.suggested]:
        tell(f"  {passage}")
    if shown.address:
        tell(f"  {shown.address}")


def _show(owner: Brand, alert: Alert, desk: Desk) -> None:
    from heraut.conversations.messages import Said

    interactions = desk.conversations.interactions(alert.brand, alert.id)
    said = Said(alert, interactions, owner, language(), desk.clock.now())
    taker = owner.person(alert.taken_by) if alert.taken_by else None
    tell(f"{owner.name} · {said.place} · {said.happened} · {alert.id}", "bold")
    tell(f"  {said.say('lead')}" + (f" {said.say('lead_taken', person=taker.name)}" if taker else ""))
    for passage in said.passages:
        tell(f"  {passage}")
    if said.address:
        tell(f"  {said.address}")
