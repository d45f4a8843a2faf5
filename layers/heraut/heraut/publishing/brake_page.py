"""The page of the red button: stop now, see what is held and what had left, go on with a choice for each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from heraut.brands import known_as
from heraut.due import stamp
from heraut.errors import Conflict
from heraut.pages.link_page import Choice, LinkPage, Note, Opens, Option, Pick
from heraut.publishing import transitions
from heraut.publishing.brake import Fate, Scope
from heraut.publishing.pause_publishing import pause_publishing, stopped_by
from heraut.publishing.resume_publishing import key_of, resume_publishing
from heraut.wording import at_moment, recorded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from heraut.problems import Problem
    from heraut.publishing.brake import Pause
    from heraut.publishing.link_pages import Case
    from heraut.publishing.model import Delivery
    from heraut.publishing.pause_publishing import Held, Stopped
    from heraut.publishing.store import Pauses
    from heraut.publishing.world import Steering

SCOPE, BUTTON = "scope", "when"  # fields of the form
STOP, GO_ON = "pause", "resume"


def act(case: Case, form: Mapping[str, str], world: Steering, pauses: Pauses) -> list[Problem]:
    """Do what was pressed, and give what of it could not be done; an old page ends nothing that came after it."""
    refused: list[Problem] = []
    button, _, seen = form.get(BUTTON, "").partition(" ")
    if button == STOP:
        account = case.brand.account(form.get(SCOPE, ""))
        scope = Scope(case.brand.id, account.name if account else None)
        pause_publishing(scope, case.person.id, "", pauses, case.now)
    elif button == GO_ON and seen:
        fates = {name: Fate(value) for name, value in form.items() if value in set(Fate)}
        for pause in _mine(case, pauses):
            if stamp(pause.at) <= seen:
                refused += _end(pause, fates, case, world, pauses)
    return refused


def page(case: Case, world: Steering, pauses: Pauses, refused: Sequence[Problem] = ()) -> LinkPage:
    """Show how it is now, what could not be done, and the button that changes it."""
    shown = _page(case, world, pauses)
    said = (" ".join(filter(None, [why.message(case.language), why.remedy(case.language)])) for why in refused)
    return replace(shown, notes=(*map(Note, said), *shown.notes))


def _page(case: Case, world: Steering, pauses: Pauses) -> LinkPage:
    every = pauses.pauses([case.brand.id])
    on = [stopped_by(one, world.posts, world.brands, case.now) for one in every]
    mine = [stopped for stopped in on if stopped.pause.brand is not None]
    if not on:
        return _running(case)
    beyond = [Note(case.say("pause_beyond"))] if len(mine) < len(on) else []
    title = "pause_on_title" if any(one.pause.account is None for one in on) else "pause_partly_title"
    held = {key_of(one.delivery): one for stopped in mine for one in stopped.held}
    seen = stamp(max(stopped.pause.at for stopped in mine)) if mine else ""
    again = (Choice(case.say("pause_go_on"), f"{GO_ON} {seen}"),) if mine else ()
    stop = (Choice(case.say("pause_button"), STOP, stops=True),) if title == "pause_partly_title" else ()
    return LinkPage(
        language=case.language,
        title=case.say(title),
        lead=" ".join(_since(case, stopped.pause) for stopped in on),
        scope=case.scope,
        who=case.say("who"),
        notes=tuple(beyond),
        seen=tuple(_left(case, one) for one in _left_of(on)),
        picks=tuple(_question(case, one) for one in held.values()),
        choices=again + stop,
        otherwise=case.say("pause_go_on_otherwise") if mine else "",
    )


def _running(case: Case) -> LinkPage:
    brand, language = case.brand, case.language
    named = [(one.name, known_as.title(brand, one.name, one.network, language)) for one in brand.accounts]
    accounts = [Option(name, f"{title} ({name})") for name, title in named]
    return LinkPage(
        language=case.language,
        title=case.say("pause_title"),
        lead=case.say("pause_lead"),
        scope=case.scope,
        who=case.say("who"),
        picks=(Pick(SCOPE, case.say("pause_what"), (Option("", case.say("pause_everything")), *accounts)),),
        choices=(Choice(case.say("pause_button"), STOP, stops=True),),
        otherwise=case.say("pause_otherwise"),
    )


def _mine(case: Case, pauses: Pauses) -> list[Pause]:
    """Give the pauses that this brand's people may end: its own, never that of all brands."""
    return [one for one in pauses.pauses([case.brand.id]) if one.brand is not None]


def _end(pause: Pause, fates: Mapping[str, Fate], case: Case, world: Steering, pauses: Pauses) -> list[Problem]:
    try:
        resumed = resume_publishing(pause, fates, case.person.id, world, pauses, case.now)
    except Conflict:
        return []  # somebody else ended it in this very moment: the page shows how it is
    return [why for _, why in resumed.refused]


def _since(case: Case, pause: Pause) -> str:
    person = case.brand.person(pause.by)
    when = recorded(pause.at, case.brand.zone, case.language, case.now)
    code = "pause_since_all" if pause.brand is None else "pause_since_account" if pause.account else "pause_since"
    return case.say(code, by=person.name if person else pause.by, when=when, account=pause.account or "")


def _left_of(on: Sequence[Stopped]) -> list[Delivery]:
    return list({key_of(one): one for stopped in on for one in stopped.left}.values())


def _left(case: Case, delivery: Delivery) -> Opens:
    at = at_moment(delivery.publish_at, case.brand.zone, case.language, case.now)
    code = "pause_left" if delivery.url else "pause_left_unknown"
    return Opens(case.say(code, at=at, place=case.place([delivery])), delivery.url or "")


def _question(case: Case, held: Held) -> Pick:
    delivery = held.delivery
    at = at_moment(delivery.publish_at, case.brand.zone, case.language, case.now)
    label = case.say("pause_held", at=at, place=case.place([delivery]), post=delivery.post)
    planned = case.say("pause_planned_late" if held.too_late else "pause_planned")
    options = [Option(Fate.PLANNED, planned)]
    if not transitions.may_be_online(delivery):
        options.append(Option(Fate.SHIFTED, case.say("pause_shifted")))
    if delivery.may_change:
        options.append(Option(Fate.DROPPED, case.say("pause_dropped")))
    return Pick(key_of(delivery), label, tuple(options))
