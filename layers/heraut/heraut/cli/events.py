"""`heraut event`: what is planned of a brand's events, and how far each has come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from heraut.cli import event_questions
from heraut.cli.options import BrandName, Json, Stack, brands_called, open_desk
from heraut.cli.speech import CannotGoOn, language, person, say, tell
from heraut.wording import listed, local, moment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from heraut.brands import Brand, GatheringTerms
    from heraut.cli.desk import Desk
    from heraut.gatherings.running import Gathering, Step
    from heraut.publishing.model import Delivery

Name = Annotated[str, typer.Argument(metavar="NAME")]
SESSION = ("opening", "closing", "recap")  # posts of a session of questions
Found = tuple["Brand", "GatheringTerms", "Gathering | None"]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    events = typer.Typer(no_args_is_help=True)
    events.command("list")(list_events)
    events.command("show")(show)
    events.command("questions")(questions)
    events.command("hide")(hide)
    app.add_typer(events, name="event")


def list_events(ctx: typer.Context, brand: BrandName = None, as_json: Json = False, stack: Stack = None) -> None:
    from heraut.cli.shown import print_json

    desk = open_desk(ctx, stack)
    now = desk.clock.now()
    found = sorted(_every(desk, brand), key=lambda one: one[1].begins)
    if as_json:
        print_json([_object(one, desk) for one in found])
        return
    for owner, terms, there in found:
        when = moment(terms.begins, terms.zone, language(), now)
        tell(f"{terms.name} · {owner.id} · {say(f'event_stage_{_stage(terms, there, now)}')}", "bold")
        tell(f"  {terms.title} · {say(f'event_kind_{terms.kind}')} · {when}")
    if not found:
        tell(say("events_none"))


def show(ctx: typer.Context, name: Name, brand: BrandName = None, as_json: Json = False, stack: Stack = None) -> None:
    from heraut.cli.shown import print_json

    desk = open_desk(ctx, stack)
    found = _called(desk, name, brand)
    if as_json:
        print_json(_object(found, desk))
        return
    _tell(found, desk)


def questions(
    ctx: typer.Context, name: Name, brand: BrandName = None, as_json: Json = False, stack: Stack = None
) -> None:
    from heraut.cli.shown import print_json

    desk = open_desk(ctx, stack)
    owner, terms, _ = _session(desk, name, brand)
    asked = desk.gatherings.questions(owner.id, terms.name)
    if as_json:
        print_json(event_questions.as_objects(asked))
        return
    tell(say("event_questions", count=asked.count), "bold")
    for line in event_questions.lines(asked, owner, terms, desk, ids=True):
        tell(f"  {line}")


def hide(
    ctx: typer.Context,
    name: Name,
    question: Annotated[str, typer.Argument(metavar="QUESTION")],
    because: Annotated[str, typer.Option("--because")] = "",
    undo: Annotated[bool, typer.Option("--undo")] = False,
    brand: BrandName = None,
    as_json: Json = False,
    stack: Stack = None,
) -> None:
    from heraut.cli.shown import excerpt, print_json
    from heraut.contests import Note
    from heraut.errors import NotFound
    from heraut.gatherings.hide_question import hide_question
    from heraut.gatherings.questions import HIDE, SHOW

    desk = open_desk(ctx, stack)
    _, terms, there = _session(desk, name, brand)
    if there is None:
        raise CannotGoOn("event_nothing_asked", event=terms.title)
    note = Note(at=desk.clock.now(), by=person(), what=SHOW if undo else HIDE, because=because.strip())
    try:
        asked, found = hide_question(there, question, note, desk.gatherings)
    except NotFound:
        raise CannotGoOn("event_question_unknown", question=question, event=terms.title, name=name) from None
    if as_json:
        print_json(event_questions.as_object(asked, found))
        return
    tell(say("event_question_shown" if undo else "event_question_hidden", text=excerpt(found.text)), "green")
    if there.recapped:
        tell(say("event_page_follows"))


def _session(desk: Desk, name: str, brand: str | None) -> Found:
    """Find a session of questions by its name; CannotGoOn: there is none, or that is a meeting."""
    found = _called(desk, name, brand)
    if not found[1].is_live:
        raise CannotGoOn("event_no_session", event=found[1].title)
    return found


def _tell(found: Found, desk: Desk) -> None:
    owner, terms, there = found
    now = desk.clock.now()
    tell(f"{terms.title} · {say(f'event_stage_{_stage(terms, there, now)}')}", "bold")
    when = moment(terms.begins, terms.zone, language(), now)
    tell(say("event_when", kind=say(f"event_kind_{terms.kind}"), begins=when, zone=terms.zone))
    place = ", ".join(filter(None, (terms.place, terms.address, terms.url)))
    if place:
        tell(say("event_where", place=place))
    for label, address in _addresses(there, desk).items():
        tell(say(f"event_address_{label}", address=address))
    for step, at in _planned(terms, there):
        noted = there.steps.get(step) if there else None
        how = [_how(one) for one in _deliveries(desk, owner, noted)]
        how += [say("event_left_out", account=one) for one in (noted.left_out if noted else ())]
        said = listed(how, language()) or say(f"event_step_{noted.outcome if noted else 'waits'}")
        when = moment(at, terms.zone, language(), now)
        tell(f"  {_step(step)} ({when}){say('colon')} {said}")
    if terms.is_live:
        asked = desk.gatherings.questions(owner.id, terms.name)
        tell(say("event_questions", count=asked.count), "bold")
        for line in event_questions.lines(asked, owner, terms, desk):
            tell(f"  {line}")


def _planned(terms: GatheringTerms, there: Gathering | None) -> list[tuple[str, datetime]]:
    """Give the posts of an event with their instants: those that leave by the clock, then what came of it."""
    from heraut.gatherings.plan_posts import planned_posts

    found = {one.step: one.at for one in planned_posts(terms)}
    return list((found | {name: step.at for name, step in (there.steps if there else {}).items()}).items())


def _step(step: str) -> str:
    """Name a post: which one it is, or how long before the beginning it leaves."""
    return say(f"event_post_{step}") if step in SESSION else say("event_reminder", before=step)


def _called(desk: Desk, name: str, brand: str | None) -> Found:
    """Find an event by its name; CannotGoOn: none, or several brands have one of that name."""
    every = list(_every(desk, brand))
    found = [one for one in every if one[1].name == name]
    if not found:
        raise CannotGoOn("event_unknown", name=name, known=", ".join(terms.name for _, terms, _ in every) or "—")
    if len(found) > 1:
        raise CannotGoOn("event_of_several", name=name, brands=", ".join(owner.id for owner, _, _ in found))
    return found[0]


def _every(desk: Desk, brand: str | None) -> Iterator[Found]:
    from heraut.brands import gatherings_of

    for owner in brands_called(desk.brands, brand):
        for name, terms in gatherings_of(owner).items():
            yield owner, terms, desk.gatherings.gathering(owner.id, name)


def _stage(terms: GatheringTerms, there: Gathering | None, now: datetime) -> str:
    """Say how far it has come: by the clock where nothing has been noted of it yet."""
    if terms.cancelled:
        return "cancelled"
    if terms.ends <= now:
        return "over"
    if terms.begins <= now:
        return "begun"
    return "planned" if there else "new"


def _addresses(there: Gathering | None, desk: Desk) -> dict[str, str]:
    from heraut.gatherings import published

    if there is None or there.shown < 0:
        return {}
    keys = {"page": published.page_key(there, there.terms.language), "calendar": published.calendar_key(there)}
    return {name: published.address(desk.stack["PublicUrl"], key) for name, key in keys.items()}


def _deliveries(desk: Desk, owner: Brand, step: Step | None) -> list[Delivery]:
    return list(desk.posts.deliveries(owner.id, step.post)) if step and step.post else []


def _how(delivery: Delivery) -> str:
    from heraut.cli.shown import state_words

    return f"{delivery.account} {state_words(delivery)}"


def _object(found: Found, desk: Desk) -> dict[str, Any]:
    """Give an event as listings write it in JSON; times have their zone's offset."""
    from heraut.cli.shown import as_object

    owner, terms, there = found
    steps = []
    for name, at in _planned(terms, there):
        step = there.steps.get(name) if there else None
        steps.append(
            {
                "step": name,
                "at": local(at, terms.zone).isoformat(),
                "outcome": step.outcome.value if step else "waiting",
                "left_out": list(step.left_out) if step else [],
                "deliveries": [as_object(delivery) for delivery in _deliveries(desk, owner, step)],
            }
        )
    asked = desk.gatherings.questions(owner.id, terms.name) if terms.is_live else None
    return {
        "event": terms.name,
        "brand": owner.id,
        "kind": terms.kind.value,
        "title": terms.title,
        "state": _stage(terms, there, desk.clock.now()),
        "begins": terms.begins.isoformat(),
        "ends": terms.ends.isoformat(),
        "zone": terms.zone,
        "place": terms.place,
        "address": terms.address,
        "url": terms.url,
        "accounts": list(terms.accounts),
        "sequence": there.sequence if there else 0,
        "published": _addresses(there, desk),
        "posts": steps,
        "questions": event_questions.as_objects(asked) if asked else None,
        "questions_unread_on": event_questions.unread_on(owner, terms, desk) if asked else None,
        "likes_untold_by": [one.value for one in asked.uncounted] if asked else None,
        "asked": asked.count if asked else None,
    }
