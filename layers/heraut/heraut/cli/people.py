"""`heraut people ...`: who of the team hears of what, and whether our messages reach them; who speaks to the brand."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from heraut.cli import members
from heraut.cli.options import BrandName, Json, Stack, brands_called, open_desk, people_called
from heraut.cli.speech import CannotGoOn, console, language, problem_line, say, tell
from heraut.cli.ways import listeners_called

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from heraut.brands import Brand, WayName
    from heraut.brands.check_people import Checked

MOST_BYTES = 10_000  # of what is typed into the command


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    people = typer.Typer(no_args_is_help=True)
    people.command("list")(list_people)
    people.command("check")(check)
    people.command("way")(way)
    members.add_to(people)
    app.add_typer(people, name="people")


def list_people(ctx: typer.Context, brand: BrandName = None, as_json: Json = False, stack: Stack = None) -> None:
    from heraut.brands.check_people import who_confirmed
    from heraut.cli.shown import print_json

    desk = open_desk(ctx, stack)
    known = [(owner, who_confirmed(owner, desk.brands)) for owner in brands_called(desk.brands, brand)]
    if as_json:
        print_json([_object(owner, one) for owner, checked in known for one in checked])
        return
    _print_table(known, desk.clock.now())


def check(
    ctx: typer.Context,
    name: str | None = typer.Argument(None),
    brand: BrandName = None,
    as_json: Json = False,
    stack: Stack = None,
) -> None:
    from heraut.brands.check_people import check_people
    from heraut.cli.shown import print_json

    desk = open_desk(ctx, stack)
    now = desk.clock.now()
    chosen = _called(brands_called(desk.brands, brand), name)
    found: list[tuple[Brand, Checked]] = []
    for owner, only in chosen:
        checked = check_people(
            owner,
            brands=desk.brands,
            links=desk.links,
            notifications=desk.notifications,
            links_url=desk.stack["LinksUrl"],
            now=now,
            only=only,
        )
        found += [(owner, one) for one in checked]
        if not as_json:
            for one in checked:
                tell(_line(owner, one, now), "green" if one.sent else "red")
    if as_json:
        print_json([_object(owner, one) | _outcome(one) for owner, one in found])
    if not all(one.sent for _, one in found):
        raise typer.Exit(1)


def way(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument()],
    way: Annotated[str, typer.Argument()],
    brand: BrandName = None,
    as_json: Json = False,
    stack: Stack = None,
) -> None:
    from heraut.brands import WayName
    from heraut.cli.shown import print_json
    from heraut.notifications.hooks import secret_name

    written_down = (WayName.EMAIL, WayName.SMS, WayName.TOPIC)  # in heraut.yaml
    known = [one for one in WayName if one not in written_down]
    if way not in known:
        raise CannotGoOn("way_unknown", name=way, known=", ".join(known))
    desk = open_desk(ctx, stack)
    asked = _address(WayName(way))
    kept: list[dict[str, Any]] = []
    for owner, people in listeners_called(brands_called(desk.brands, brand), name):
        for person in people:
            desk.secrets.save_secret(owner.id, secret_name(person, WayName(way)), asked)
            kept.append({"brand": owner.id, "person": person.id, "way": way, "taken": way in person.ways})
            if as_json:
                continue
            tell(say("way_kept", person=person.name, way=way), "green")
            if way not in person.ways:
                tell(say("way_not_taken", person=person.id, way=way), "yellow")
    if as_json:
        print_json(kept)


def _address(way: WayName) -> dict[str, str]:
    """Ask for the address without showing it; where nobody sits at the terminal, read standard input."""
    from heraut.cli.accounts import at_terminal, secret_of

    fields = ("url", "secret") if way == "webhook" else ("url",)
    if at_terminal():
        asked = {one: str(typer.prompt(say(f"way_{one}"), hide_input=True, default="")).strip() for one in fields}
    else:
        asked = secret_of(sys.stdin.read(MOST_BYTES), fields)
    if not all(asked.values()):
        raise CannotGoOn("way_empty")
    return asked


def _called(brands: Sequence[Brand], name: str | None) -> list[tuple[Brand, frozenset[str] | None]]:
    """Give the brands with the people (ids) meant: those of this id or name, or everybody."""
    if name is None:
        return [(brand, None) for brand in brands]
    return [(brand, frozenset(one.id for one in people)) for brand, people in people_called(brands, name)]


def _line(brand: Brand, checked: Checked, now: datetime) -> str:
    named = f"{checked.person.name} <{checked.person.email}>"
    if checked.problems:
        return f"{named}{say('colon')} {' '.join(problem_line(found) for found in checked.problems)}"
    if checked.later:
        return say("person_later", person=named)
    return f"{say('person_written', person=named)} {_confirmed(brand, checked, now)}"


def _confirmed(brand: Brand, checked: Checked, now: datetime) -> str:
    from heraut.wording import recorded

    if checked.confirmed_at is None:
        return say("person_not_confirmed")
    return say("person_confirmed", when=recorded(checked.confirmed_at, brand.zone, language(), now))


def _object(brand: Brand, checked: Checked) -> dict[str, Any]:
    from heraut.wording import local

    person, at = checked.person, checked.confirmed_at
    return {
        "brand": brand.id,
        "person": person.id,
        "name": person.name,
        "email": person.email,
        "language": person.language,
        "roles": [role.value for role in person.roles],
        "confirmed_at": local(at, brand.zone).isoformat(timespec="milliseconds") if at else None,
    }


def _outcome(checked: Checked) -> dict[str, Any]:
    """Give what became of a message to a person, as a program reads it."""
    problems = [{"code": one.code, "message": problem_line(one)} for one in checked.problems]
    return {"sent": checked.sent, "later": checked.later, "problems": problems}


def _print_table(known: Sequence[tuple[Brand, Sequence[Checked]]], now: datetime) -> None:
    from rich.table import Table
    from rich.text import Text

    names = ("brand", "person", "name", "email", "roles", "confirmed")
    table = Table(*(say(f"column_{name}") for name in names), box=None, pad_edge=False, header_style="bold")
    for brand, checked in known:
        for one in checked:
            roles = ", ".join(say(f"role_{role}") for role in one.person.roles)
            cells = (brand.id, one.person.id, one.person.name, one.person.email, roles, _confirmed(brand, one, now))
            table.add_row(*(Text(cell) for cell in cells))
    console().print(table, soft_wrap=False)
