"""`heraut moderation log`: what was hidden, deleted, shown again or kept silent, by whom or which rule, and why."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from heraut.cli.options import BrandName, Json, Stack, brands_called, open_desk
from heraut.cli.speech import language, say, tell
from heraut.wording import local, recorded

if TYPE_CHECKING:
    from heraut.brands import Brand
    from heraut.cli.desk import Desk
    from heraut.conversations import Interaction, Moment

Days = Annotated[int, typer.Option("--days", min=1, max=365)]
Entry = tuple["Brand", "Moment", "Interaction | None"]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    moderation = typer.Typer(no_args_is_help=True)
    moderation.command("log")(log)
    app.add_typer(moderation, name="moderation")


def log(
    ctx: typer.Context, brand: BrandName = None, days: Days = 30, as_json: Json = False, stack: Stack = None
) -> None:
    from heraut.cli.shown import print_json

    desk = open_desk(ctx, stack)
    now = desk.clock.now()
    entries = _entries(brands_called(desk.brands, brand), desk, days)
    if as_json:
        print_json([_object(*one) for one in entries])
        return
    for owner, moment, said in entries:
        tell(f"{recorded(moment.at, owner.zone, language(), now)}{say('colon')} {_line(owner, moment, said)}")
    if not entries:
        tell(say("moderation_none", days=days))


def _entries(owners: Any, desk: Desk, days: int) -> list[Entry]:
    """Give what was moderated, newest first, with what it was about where that is still held."""
    since = desk.clock.now() - timedelta(days=days)
    held: dict[tuple[str, str], dict[str, Interaction]] = {}
    found: list[Entry] = []
    for owner in owners:
        for moment in desk.conversations.moderated(owner.id, since):
            place = owner.id, moment.alert
            if place not in held:
                held[place] = {one.id: one for one in desk.conversations.interactions(*place)}
            found.append((owner, moment, held[place].get(moment.interaction or "")))
    return sorted(found, key=lambda one: one[1].at, reverse=True)


def _line(owner: Brand, moment: Moment, said: Interaction | None) -> str:
    from heraut.cli.shown import excerpt
    from heraut.conversations.hiding import why
    from heraut.letters import in_one_line

    known = owner.person(moment.by) if moment.by else None
    by = known.name if known else moment.by
    about = say("moderated_said", author=said.author.name, text=excerpt(said.text)) if said else say("moderated_gone")
    who = say("moderated_by_rule", rule=moment.rule) if moment.rule else say("moderated_by", by=by or say("somebody"))
    parts = [say(f"moderated_{moment.what}", removal=say(f"removal_of_{moment.removal or 'hide'}")), who]
    if moment.word:
        parts.append(say("moderated_word", word=in_one_line(moment.word)))
    if moment.charter:
        parts.append(say("moderated_charter", charter=moment.charter))
    if moment.problem:
        known_why = moment.problem in {"trial", "impossible"}
        told = why(moment, language()) or moment.problem
        parts.append(say(f"removal_{moment.problem}") if known_why else say("moderated_why", why=told))
    return f"{about} · {' · '.join(parts)} · {moment.alert}"


def _object(owner: Brand, moment: Moment, said: Interaction | None) -> dict[str, Any]:
    """Give an entry as a program reads it; who said what is null once it is forgotten."""
    return {
        "brand": owner.id,
        "at": local(moment.at, owner.zone).isoformat(timespec="milliseconds"),
        "what": moment.what.value,
        "removal": moment.removal,
        "rule": moment.rule,
        "charter": moment.charter,
        "by": moment.by,
        "problem": moment.problem,
        "alert": moment.alert,
        "account": moment.account,
        "network": moment.network.value,
        "interaction": moment.interaction,
        "author": said.author.called if said else None,
        "text": said.text if said else None,
    }
