"""`heraut people members`, `export`, `erase`: who of the public speaks to a brand, and what is held of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from heraut.cli.options import BrandName, DryRun, Json, Stack, Yes, brands_called, open_desk
from heraut.cli.speech import CannotGoOn, language, say, tell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from heraut.brands import Brand
    from heraut.cli.desk import Desk
    from heraut.conversations.forget_person import Holding
    from heraut.conversations.members import Member

AuthorName = Annotated[str, typer.Argument(metavar="AUTHOR")]
NetworkOption = Annotated[str | None, typer.Option("--network")]
To = Annotated[Path | None, typer.Option("--to")]
Shown = Annotated[int, typer.Option("--most", min=1, max=10_000)]
GroupName = Annotated[str | None, typer.Option("--group")]


def add_to(people: typer.Typer) -> None:
    """Add the commands of this module."""
    people.command("members")(members)
    people.command("export")(export)
    people.command("erase")(erase)


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


def export(
    ctx: typer.Context,
    author: AuthorName,
    brand: BrandName = None,
    network: NetworkOption = None,
    to: To = None,
    as_json: Json = False,
    stack: Stack = None,
) -> None:
    from heraut.cli.shown import print_json
    from heraut.conversations.forget_person import holding

    desk = open_desk(ctx, stack)
    found = holding(_called(desk, author, brand, network), desk.forgetting)
    if to is None:
        print_json(found.as_object())
        return
    to.write_text(json.dumps(found.as_object(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    if as_json:
        print_json(_counted(found) | {"file": str(to)})
        return
    tell(say("person_exported", name=found.member.called, count=len(found.said), file=to), "green")


def erase(
    ctx: typer.Context,
    author: AuthorName,
    brand: BrandName = None,
    network: NetworkOption = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
    stack: Stack = None,
) -> None:
    from heraut.cli.shown import print_json
    from heraut.conversations.forget_person import forget_person, holding

    desk = open_desk(ctx, stack)
    member = _called(desk, author, brand, network)
    found = holding(member, desk.forgetting)
    if not as_json:
        for line in _lines_of(found, desk):
            tell(line)
    question = say("person_erase_question", name=member.called)
    erases = not dry_run and (yes or typer.confirm(question, default=False, err=as_json))
    if erases:
        forget_person(member, desk.forgetting, desk.clock.now())
    if as_json:
        print_json(_counted(found) | {"erased": erases})
    elif erases:
        tell(say("person_erased", name=member.called), "green")
    else:
        tell(say("person_nothing_erased"))


def _counted(found: Holding) -> dict[str, Any]:
    """Give whom it is about, and how much is held, as a program reads it."""
    kinds = ("said", "answers", "moments", "events", "messages", "testimonials", "entries", "sessions")
    member = found.member
    named = {"brand": member.brand, "network": member.network.value, "author": member.id, "name": member.called}
    online = [address for entry in found.entries for address in _online(entry)]
    in_file = [entry["contest"] for entry in found.entries if entry["set_aside_by"]]
    beyond = {"to_delete_online": online, "named_in_file": in_file}
    return named | {kind: len(getattr(found, kind)) for kind in kinds} | beyond


def _called(desk: Desk, author: str, brand: str | None, network: str | None) -> Member:
    """Find one person of the public; CannotGoOn: nobody, or several."""
    from heraut.brands import NetworkName
    from heraut.conversations.forget_person import people_called

    if network is not None and network not in set(NetworkName):
        raise CannotGoOn("network_unknown", name=network, known=", ".join(NetworkName))
    owners = brands_called(desk.brands, brand)
    if len(owners) > 1:
        raise CannotGoOn("brand_which", known=", ".join(one.id for one in owners))
    chosen = NetworkName(network) if network else None
    found = people_called(owners[0], author, chosen, desk.conversations, desk.entries, desk.sessions)
    if not found:
        raise CannotGoOn("author_unknown", name=author, brand=owners[0].name)
    if len(found) > 1:
        known = ", ".join(f"{one.called} ({one.network}: {one.id})" for one in found)
        raise CannotGoOn("author_of_several", name=author, known=known)
    return found[0]


def _lines_of(found: Holding, desk: Desk) -> Iterator[str]:
    """Say what is held, and what erasing it does not reach."""
    from heraut.brands.known_as import network_title
    from heraut.cli.shown import excerpt
    from heraut.wording import recorded

    owner = desk.brands.brand(found.member.brand)
    zone, now = owner.zone if owner else "UTC", desk.clock.now()
    yield say("person_held", name=found.member.called, network=network_title(found.member.network, language()))
    for _, one in found.said:
        yield "  " + say("person_said", at=recorded(one.at, zone, language(), now), text=excerpt(one.text))
    for answer in found.answers:
        yield "  " + say("person_answered", at=recorded(answer.at, zone, language(), now), text=excerpt(answer.text))
    for entry in found.entries:
        yield from _lines_of_entry(entry)
    yield from _asked_lines(found)
    for shown in found.testimonials:
        if shown.draft:
            yield "  " + say("testimonial_take_down", post=shown.draft)
    yield "  " + say("person_rest", moments=len(found.moments), events=len(found.events), messages=len(found.messages))
    yield say("person_beyond")
    yield from _lines_beyond(found.entries)


def _lines_beyond(entries: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Say what stays of somebody's entries in contests, and what people can do about it."""
    for entry in entries:
        for address in _online(entry):
            yield say("person_message_online", address=address)
        if entry["set_aside_by"]:
            yield say("person_in_file", contest=entry["title"], where=", ".join(entry["set_aside_by"]))
    if any(entry["entries"] for entry in entries):
        yield say("person_beyond_contests")


def _asked_lines(found: Holding) -> Iterator[str]:
    from heraut.cli.shown import excerpt

    for session in found.sessions:
        for one in session["questions"]:
            yield "  " + say("person_asked", event=session["title"], text=excerpt(one["text"]))
        for post in session["posts"]:
            yield "  " + say("person_quoted", event=session["title"], post=post)


def _lines_of_entry(entry: dict[str, Any]) -> Iterator[str]:
    """Say what is held of somebody in a contest, and what becomes of the ranks that its draw gave them."""
    if entry["entries"] or entry["heard"]:
        count = sum(len(one["deeds"]) for one in entry["entries"]) or len(entry["heard"])
        yield "  " + say("person_entered", contest=entry["title"], count=count)
    for place in entry["ranks"]:
        yield "  " + say(f"person_ranked_{place['place']}", contest=entry["title"], rank=place["rank"])
        if place["named"] and place["place"] == "claimed":
            yield "  " + say("person_named")
    if entry["won_at"] and not entry["ranks"]:
        yield "  " + say("person_won", contest=entry["title"])


def _online(entry: dict[str, Any]) -> list[str]:
    """Give the addresses of what was said to a winner and is online, which only people can take away."""
    return [one["url"] for one in entry["messages"] if one["url"]]


def _line(owner: Brand, member: Member, group: str, now: datetime) -> str:
    from heraut.brands.known_as import network_title
    from heraut.conversations.members import RECENT
    from heraut.wording import recorded

    last = recorded(member.last_at, owner.zone, language(), now) if member.last_at else "?"
    fields: dict[str, Any] = {
        "name": member.name or member.called,
        "handle": member.handle,
        "network": network_title(member.network, language()),
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
