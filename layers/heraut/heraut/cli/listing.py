"""`heraut queue` and `heraut log`: what leaves when, and the whole story of a post."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from heraut.cli.options import BrandName, Json, Stack, brands_called, open_desk
from heraut.cli.speech import CannotGoOn, language, say, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heraut.cli.desk import Desk
    from heraut.publishing.model import Delivery, Post, State

RECENT = timedelta(days=30)  # how far back the queue looks unless all is asked for
MOST_TEXTS = 50  # posts whose text is read for a table


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("queue")(queue)
    app.command("log")(log)


def queue(
    ctx: typer.Context,
    brand: BrandName = None,
    account: Annotated[str | None, typer.Option("--account")] = None,
    state: Annotated[str | None, typer.Option("--state")] = None,
    everything: Annotated[bool, typer.Option("--all")] = False,
    as_json: Json = False,
    stack: Stack = None,
) -> None:
    from heraut.cli.brake import what
    from heraut.cli.shown import as_object, ordered, print_json, print_table
    from heraut.publishing.model import OVER

    wanted = state_called(state) if state else None
    desk = open_desk(ctx, stack)
    brands = brands_called(desk.brands, brand)
    if account is not None and not any(one.account(account) for one in brands):
        known = ", ".join(dict.fromkeys(held.name for one in brands for held in one.accounts))
        raise CannotGoOn("account_unknown", name=account, known=known)
    now = desk.clock.now()
    since = None if everything else now - RECENT
    found = [
        delivery
        for one in brands
        for delivery in desk.posts.queue(one.id, since=since)
        if account in {None, delivery.account}
        and (delivery.state in wanted if wanted else everything or delivery.state not in OVER)
    ]
    if as_json:
        print_json([as_object(delivery) for delivery in ordered(found)])
        return
    for pause in desk.pauses.pauses([one.id for one in brands]):
        tell(say("queue_paused", what=what(pause)), "bold red")
    if found:
        print_table(ordered(found), _posts(found, desk), now)
    else:
        tell(say("queue_empty"))


def log(ctx: typer.Context, post: str, brand: BrandName = None, as_json: Json = False, stack: Stack = None) -> None:
    from heraut.cli import story
    from heraut.cli.options import post_called
    from heraut.cli.shown import print_json

    desk = open_desk(ctx, stack)
    found = post_called(desk, post, brand)
    events = desk.posts.story(found.brand, found.id)
    owner = desk.brands.brand(found.brand)
    zone = owner.zone if owner else found.zone
    if as_json:
        print_json([story.as_object(event, zone) for event in events])
        return
    tell(story.title(found, desk.clock.now()), "bold")
    for line in story.lines(events, zone, language()):
        tell(line)


def state_called(name: str) -> frozenset[State]:
    """Give the states that a word means, in English, French, or as programs write it; CannotGoOn: no such word."""
    from heraut.cli.speech import wording
    from heraut.publishing.calendar.columns import plain
    from heraut.publishing.model import State

    wanted = plain(name)
    known = {state: {plain(state), *map(plain, wording.sentences()[f"state_{state}"].values())} for state in State}
    found = frozenset(state for state, names in known.items() if wanted in names)
    if not found:
        raise CannotGoOn("state_unknown", name=name, known=", ".join(dict.fromkeys(say(f"state_{s}") for s in State)))
    return found


def _posts(deliveries: Sequence[Delivery], desk: Desk) -> dict[tuple[str, str], Post]:
    keys = list(dict.fromkeys((one.brand, one.post) for one in deliveries))[:MOST_TEXTS]
    found = {key: desk.posts.post(*key) for key in keys}
    return {key: post for key, post in found.items() if post is not None}
