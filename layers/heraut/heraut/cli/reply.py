"""`heraut reply`: answer somebody from the command line, as from the page behind an alert's link."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from heraut.cli.options import BrandName, Json, Stack, alert_called, open_desk
from heraut.cli.speech import CannotGoOn, language, person, say, tell

if TYPE_CHECKING:
    from heraut.brands import Brand
    from heraut.cli.desk import Desk
    from heraut.conversations import Alert, Interaction
    from heraut.conversations.reply import Outcome

AlertName = Annotated[str, typer.Argument(metavar="ALERT")]
Words = Annotated[list[str], typer.Argument(metavar="[INTERACTION] TEXT")]
WITH_NAME = 2  # words: whom, and what


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("reply")(reply)


def reply(
    ctx: typer.Context,
    alert: AlertName,
    words: Words,
    brand: BrandName = None,
    as_json: Json = False,
    stack: Stack = None,
) -> None:
    from heraut.conversations.reply import Replying
    from heraut.conversations.reply import reply as give
    from heraut.publishing.answers import Answers

    if len(words) > WITH_NAME:
        raise CannotGoOn("reply_words")
    desk = open_desk(ctx, stack)
    owner, found = alert_called(desk, alert, brand)
    to = _interaction_called(found, desk, words[0] if len(words) == WITH_NAME else None)
    me = owner.person(person()) or person()
    world = Replying(desk.conversations, Answers(desk.world))
    outcome = give(found, to, words[-1], me, owner, world, desk.clock.now())
    if as_json:
        typer.echo(json.dumps(_as_object(found, to, outcome), ensure_ascii=False))
    else:
        tell(_sentence(owner, to, outcome, desk))
    if not outcome.ours:
        raise typer.Exit(1)


def _interaction_called(alert: Alert, desk: Desk, name: str | None) -> Interaction:
    """Find whom to answer, by the network's own id or the short name; the one who waits where nobody is named."""
    from heraut.conversations.reply_page import name_of

    said = desk.conversations.interactions(alert.brand, alert.id)
    open_ = alert.waiting or alert.thanks
    wanted = [one for one in said if (one.id in open_ if name is None else name in {one.id, name_of(one)})]
    if len(wanted) == 1:
        return wanted[0]
    waiting = [f"{name_of(one)} ({one.author.called})" for one in said if one.id in open_]
    code = "reply_to_nobody" if name is None and not wanted else "reply_to_whom" if name is None else "reply_to_unknown"
    raise CannotGoOn(code, name=name, waiting=", ".join(waiting))


def _sentence(owner: Brand, to: Interaction, outcome: Outcome, desk: Desk) -> str:
    from heraut.wording import at_moment

    answer = outcome.answer
    state = answer.state if answer.state in {"to_approve", "held", "published"} else "leaving"
    if outcome.ours:
        return say(f"reply_{state}", handle=to.author.called, post=answer.post)
    by = owner.person(answer.by)
    at = at_moment(answer.at, owner.zone, language(), desk.clock.now())
    return say("reply_already", handle=to.author.called, by=by.name if by else answer.by, at=at, text=answer.text)


def _as_object(alert: Alert, to: Interaction, outcome: Outcome) -> dict[str, object]:
    answer = outcome.answer.model_dump(mode="json", exclude={"anew"})
    return {"alert": alert.id, "interaction": to.id, "ours": outcome.ours} | answer
