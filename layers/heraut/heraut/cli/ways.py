"""`heraut ways ...`: how messages to people went, try by try; send one again; take a paused way up again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from heraut.cli.options import BrandName, Json, Stack, brands_called, open_desk, people_called
from heraut.cli.speech import CannotGoOn, language, say, tell

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from heraut.brands import Brand, Person
    from heraut.notifications.sendings import Sending

Days = Annotated[int, typer.Option("--days", min=1, max=7)]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    ways = typer.Typer(no_args_is_help=True)
    ways.command("log")(log)
    ways.command("replay")(replay)
    ways.command("resume")(resume)
    app.add_typer(ways, name="ways")


def log(
    ctx: typer.Context,
    name: str | None = typer.Argument(None),
    days: Days = 2,
    brand: BrandName = None,
    as_json: Json = False,
    stack: Stack = None,
) -> None:
    from heraut.cli.shown import print_json

    desk = open_desk(ctx, stack)
    now = desk.clock.now()
    found = [
        (owner, one)
        for owner, ids in _asked(brands_called(desk.brands, brand), name)
        for one in desk.sendings.sendings(owner.id, now - timedelta(days=days))
        if ids is None or one.person in ids
    ]
    if as_json:
        print_json([_object(owner, one) for owner, one in found])
        return
    if not found:
        tell(say("ways_nothing"))
    for owner, one in found:
        _show(owner, one, now)


def replay(ctx: typer.Context, message: str, brand: BrandName = None, stack: Stack = None) -> None:
    from heraut.notifications.send_again import replay

    desk = open_desk(ctx, stack)
    held = [desk.sendings.sending(owner.id, message) for owner in brands_called(desk.brands, brand)]
    found = next((one for one in held if one is not None), None)
    if found is None:
        raise CannotGoOn("ways_unknown", message=message)
    replay(found, desk.sendings, desk.clock.now())
    tell(say("ways_replayed", person=found.person, way=found.way), "green")


def resume(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument()],
    way: Annotated[str, typer.Argument()],
    brand: BrandName = None,
    stack: Stack = None,
) -> None:
    from heraut.brands import WayName
    from heraut.notifications.send_again import resume

    if way not in list(WayName):
        raise CannotGoOn("way_unknown", name=way, known=", ".join(WayName))
    desk = open_desk(ctx, stack)
    for owner, people in listeners_called(brands_called(desk.brands, brand), name):
        for person in people:
            waiting = resume(owner.id, person.id, WayName(way), desk.sendings, desk.clock.now())
            tell(say("ways_resumed", person=person.name, way=way, count=waiting), "green")


def listeners_called(brands: Sequence[Brand], name: str) -> list[tuple[Brand, list[Person]]]:
    """Give the brands with their channel of this name, else their people of this id or name."""
    channels = [(brand, [channel]) for brand in brands if (channel := brand.channel(name)) is not None]
    return channels or people_called(brands, name)


def _asked(brands: Sequence[Brand], name: str | None) -> list[tuple[Brand, frozenset[str] | None]]:
    if name is None:
        return [(brand, None) for brand in brands]
    return [(brand, frozenset(one.id for one in people)) for brand, people in listeners_called(brands, name)]


def _show(owner: Brand, sending: Sending, now: datetime) -> None:
    from heraut.wording import moment

    at = moment(sending.at, owner.zone, language(), now)
    person = owner.person(sending.person)
    state = say(f"sending_{sending.state.value}")
    colour = {"sent": "green", "waiting": "yellow"}.get(sending.state.value, "red")
    who = person.name if person else sending.person
    tell(f"{at} · {who} · {sending.way} · {state} · {sending.message.get('happened', '')}", colour)
    for one in sending.tries if any(each.problem for each in sending.tries) else ():
        said = say("try_failed", problem=_why(one.problem)) if one.problem else say("try_good")
        tell(f"  {moment(one.at, owner.zone, language(), now)} : {said}")
    if sending.due_at is not None:
        tell(f"  {say('ways_next', at=moment(sending.due_at, owner.zone, language(), now))}")
    tell(f"  {sending.id}", "dim")


def _why(problem: str) -> str:
    """Say in a sentence what stood in the way, where there is one for it."""
    from heraut.notifications.ways import wording

    return wording.say(problem, language()).rstrip(".") if problem in wording.sentences() else problem


def _object(owner: Brand, sending: Sending) -> dict[str, Any]:
    from heraut.wording import local

    def said(at: datetime | None) -> str | None:
        return local(at, owner.zone).isoformat(timespec="milliseconds") if at else None

    return {
        "message": sending.id,
        "brand": owner.id,
        "person": sending.person,
        "way": sending.way.value,
        "at": said(sending.at),
        "state": sending.state.value,
        "happened": sending.message.get("happened"),
        "tries": [{"at": said(one.at), "problem": one.problem or None} for one in sending.tries],
        "next_at": said(sending.due_at),
    }
