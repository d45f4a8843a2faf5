"""`heraut people members`: who of the public speaks to a brand, and what they are to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from heraut.cli.options import BrandName, Json, Stack, brands_called, open_desk
from heraut.cli.speech import CannotGoOn, language, say, tell

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.brands import Brand
    from heraut.conversations.members import Member

Shown = Annotated[int, typer.Option("--most", min=1, max=10_000)]
GroupName = Annotated[str | None, typer.Option("--group")]


def add_to(people: typer.Typer) -> None:
    """Add the commands of this module."""
    people.command("members")(members)


def members(
    ctx: typer.Context,
    brand: BrandName = None,
    group: GroupName = None,
    most: Shown = 20,
    as_json: Json = False,
    stack: Stack = None,
) -> None:
    from heraut.cli.shown import print_json
    from heraut.conversations.members import Group, groups, most_first

    chosen = [one for one in Group if group in {None, one.value}]
    if not chosen:
        raise CannotGoOn("group_unknown", name=group, known=", ".join(Group))
    desk = open_desk(ctx, stack)
    now = desk.clock.now()
    known = [(owner, list(desk.conversations.members(owner.id))) for owner in brands_called(desk.brands, brand)]
    if as_json:
        wanted = set(chosen) if group else None
        rows = [(one, groups(one, now)) for _, people in known for one in people]
        print_json([_object(one, of, now) for one, of in rows if wanted is None or wanted & set(of)])
        return
    for owner, people in known:
        tell(say("members_of", brand=owner.name, count=len(people)), "bold")
        for one in chosen:
            found = most_first(people, one, now)[:most]
            tell(f"  {say(f'group_{one}')}{say('colon')} {say('group_nobody') if not found else ''}".rstrip())
            for member in found:
                tell(f"    {_line(owner, member, one, now)}")


def _line(owner: Brand, member: Member, group: str, now: datetime) -> str:
    from heraut.conversations.members import RECENT
    from heraut.wording import recorded

    last = recorded(member.last_at, owner.zone, language(), now) if member.last_at else "?"
    fields: dict[str, Any] = {
        "name": member.name or member.called,
        "handle": member.handle,
        "network": member.network.value.capitalize(),
        "times": member.times,
        "recent": member.recent(now),
        "helped": member.count("helped"),
        "praised": member.count("praise"),
        "offences": member.offences((now - RECENT).date()),
        "last": last,
    }
    return say(f"member_{group}", **fields).replace("  ", " ")


def _object(member: Member, of: tuple[str, ...], now: datetime) -> dict[str, Any]:
    """Give a member as a program reads it."""
    from heraut.conversations.members import HELPED, RECENT, REMOVED
    from heraut.conversations.model import LabelName

    kept = member.model_dump(mode="json", exclude={"schema_", "counts"})
    counted = {name: member.count(name) for name in (*LabelName, HELPED, REMOVED)}
    offences = member.offences((now - RECENT).date())
    return kept | {"groups": list(of), "recent": member.recent(now), "recent_offences": offences, "counts": counted}
