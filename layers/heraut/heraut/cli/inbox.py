"""`heraut inbox`: what people said and nobody has answered yet."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typer

from heraut.cli.options import BrandName, Json, Stack, brands_called, open_desk
from heraut.cli.speech import language, say, tell

if TYPE_CHECKING:
    from heraut.brands import Brand
    from heraut.cli.desk import Desk
    from heraut.conversations import Alert


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
    if not waiting and not as_json:
        tell(say("inbox_empty"))


def _print_lines(alert: Alert, desk: Desk) -> None:
    """Write one line of JSON for each interaction of an alert, oldest first."""
    for one in desk.conversations.interactions(alert.brand, alert.id):
        said = one.model_dump(mode="json", by_alias=True) | {"alert": alert.id, "answered": one.id not in alert.waiting}
        typer.echo(json.dumps(said, ensure_ascii=False))


def _show(owner: Brand, alert: Alert, desk: Desk) -> None:
    from heraut.conversations.messages import Said

    interactions = desk.conversations.interactions(alert.brand, alert.id)
    said = Said(alert, interactions, owner, language(), desk.clock.now())
    taker = owner.person(alert.taken_by) if alert.taken_by else None
    tell(f"{owner.name} · {said.network} · {said.happened} · {alert.id}", "bold")
    tell(f"  {said.say('lead')}" + (f" {said.say('lead_taken', person=taker.name)}" if taker else ""))
    for passage in said.passages:
        tell(f"  {passage}")
    if said.address:
        tell(f"  {said.address}")
