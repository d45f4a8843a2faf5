"""How an alert opens, grows, is told and ends: pure functions of an alert and an instant. None of them writes."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from heraut.brands import Role, Urgency
from heraut.conversations import hours
from heraut.conversations.model import (
    MOST_WAITING,
    REOPENS_FOR,
    Alert,
    HandedOver,
    Hiding,
    Interaction,
    Moment,
    Notice,
    Reply,
    What,
    asks_something,
    is_praise,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from heraut.brands import Brand, Person
    from heraut.conversations.rules import Verdict
    from heraut.problems import Problem

REMIND_BEFORE = timedelta(hours=1)  # the deadline, at most a quarter of the time there is
WRITES_FOR = timedelta(minutes=10)  # after a person was last seen writing
MOST_THANKS = 100  # kept by name in one alert
HANDED_OVER, HANDED_BACK, NOT_HIDDEN, NOT_SHOWN = "handed_over", "handed_back", "not_hidden", "not_shown"  # notices
ANSWERING = frozenset({Role.CONVERSATIONS, Role.ON_CALL})
WHOEVER_ANSWERS = "role:conversations"  # a target: the people whom no rule had to name
URGENCIES = tuple(Urgency)  # most urgent first


class Told(IntEnum):
    """How far telling went."""

    NOTHING = 0
    OPENED = 1
    REMINDED = 2
    OVERDUE = 3  # the next people hear, one after the other


def opened(interaction: Interaction, brand: Brand, now: datetime, verdict: Verdict | None = None) -> Alert:
    """Open an alert; people hear of it as soon as its urgency allows. A muted one is over before it is told.

    So is one of which nothing asks for anybody (`asks_something`), unless a rule wants somebody to know.
    """
    urgency = (verdict and verdict.urgency) or Urgency.NORMAL
    minutes = (verdict and verdict.answer_within) or brand.minutes_to_answer(urgency)
    alert = Alert(
        brand=interaction.brand,
        id=f"{now:%Y%m%d%H%M%S}-{hashlib.sha256(f'{interaction.account} {interaction.id}'.encode()).hexdigest()[:12]}",
        account=interaction.account,
        network=interaction.network,
        thread=place_of(interaction, verdict),
        opened_at=now,
        deadline=now,
        due_at=None,
        waiting=(interaction.id,),
        urgency=urgency,
        answer_minutes=minutes,
    )
    if not asks(interaction, verdict):
        over = {"waiting": (), "closed_at": now, "quiet": True, "thanks": _thanks((), interaction)}
        return alert.model_copy(update=over | ({"suggest": verdict.suggest} if verdict else {}))
    if verdict is None:
        return alert.model_copy(update=_clock(alert, brand, now))
    alert = alert.model_copy(update={"targets": _targets(verdict), "suggest": verdict.suggest})
    if verdict.mute:
        muted = _moment(alert, What.MUTED, now, interaction=interaction.id, rule=_rule(verdict, "mute"))
        return alert.model_copy(update={"waiting": (), "closed_at": now, "news": (muted,)})
    return _assigned(alert.model_copy(update=_clock(alert, brand, now)), verdict, now)


def joined(
    alert: Alert,
    interaction: Interaction,
    brand: Brand | None = None,
    now: datetime | None = None,
    verdict: Verdict | None = None,
    *,
    new: bool = True,
) -> Alert:
    """Let one more join; people hear again only where it is more urgent, or somebody else's.

    One that was over opens again where this asks something. `new`: it did not join before, as what is edited did.
    """
    count = alert.count + new
    if not asks(interaction, verdict):
        return _next(alert, count=count, thanks=_thanks(alert.thanks, interaction))
    if verdict is not None and verdict.mute and now is not None:
        muted = _moment(alert, What.MUTED, now, interaction=interaction.id, rule=_rule(verdict, "mute"))
        return _next(alert, count=count, news=(*alert.news, muted))
    if alert.closed_at is not None and brand is not None and now is not None:
        return _reopened(alert.model_copy(update={"count": count}), interaction, brand, now, verdict)
    waits = interaction.id in alert.waiting
    waiting = alert.waiting if waits else (*alert.waiting, interaction.id)[:MOST_WAITING]
    thanks = tuple(one for one in alert.thanks if one != interaction.id)
    grown = _next(alert, waiting=waiting, count=count, thanks=thanks)
    if verdict is None or brand is None or now is None:
        return grown
    asked = _targets(verdict)
    hear = [one for one in asked if one not in (alert.targets or (WHOEVER_ANSWERS,))]
    urgency = min(alert.urgency, verdict.urgency or alert.urgency, key=URGENCIES.index)
    changes: dict[str, Any] = {"suggest": alert.suggest or verdict.suggest}
    if hear:
        changes["targets"] = (*(alert.targets or (WHOEVER_ANSWERS,)), *hear)
    if urgency != alert.urgency or hear:
        minutes = verdict.answer_within or (
            alert.answer_minutes if urgency is alert.urgency else brand.minutes_to_answer(urgency)
        )
        sooner = grown.model_copy(update={"urgency": urgency, "answer_minutes": minutes})
        clock = _clock(sooner, brand, now)
        if clock["deadline"] > alert.deadline > now:
            clock |= {"deadline": alert.deadline, "remind_at": alert.remind_at}
        changes |= {"urgency": urgency, "answer_minutes": minutes, "told": Told.NOTHING, "escalated": 0} | clock
        changes["missed_at"] = None
    return _assigned(grown.model_copy(update=changes), verdict, now)


def _reopened(alert: Alert, interaction: Interaction, brand: Brand, now: datetime, verdict: Verdict | None) -> Alert:
    """Open it again, as if it opened now: with the people, the urgency and the time that this asks for."""
    anew = opened(interaction, brand, now, verdict)
    names = ("deadline", "due_at", "waiting", "urgency", "answer_minutes", "remind_at", "targets", "suggest")
    again = _moment(alert, What.REOPENED, now, interaction=interaction.id)
    taken_now = [one.model_copy(update={"alert": alert.id}) for one in anew.news]
    return _next(
        alert,
        closed_at=None,
        closed_by=None,
        quiet=False,
        told=Told.NOTHING,
        missed_at=None,
        escalated=0,
        taken_by=anew.taken_by or alert.taken_by,
        thanks=tuple(one for one in alert.thanks if one != interaction.id),
        reopened=alert.reopened + 1,
        news=(*alert.news, again, *taken_now),
        **{name: getattr(anew, name) for name in names},
    )


def may_reopen(alert: Alert, now: datetime) -> bool:
    """Whether it was over as it opened, not long ago, and nobody said anything of it since."""
    return alert.quiet and now - alert.opened_at < REOPENS_FOR and alert.count < MOST_WAITING


def answered_before(alert: Alert, interaction: Interaction, now: datetime, *, joins: bool) -> Alert:
    """Let in what was answered before we heard of it: nobody waits, and the story says so. `joins`: it opens none."""
    told = _moment(alert, What.ANSWERED, now, interaction=interaction.id)
    if joins:
        return _next(alert, count=alert.count + 1, news=(*alert.news, told))
    over = {"waiting": (), "closed_at": now, "quiet": True, "due_at": None, "thanks": (), "news": (told,)}
    return alert.model_copy(update=over)


def edited(
    alert: Alert, interaction: Interaction, brand: Brand, now: datetime, verdict: Verdict, *, joins: bool = False
) -> Alert:
    """Wait for an answer to what asks something since its author changed it. `joins`: it stood in another alert."""
    after = joined(alert, interaction, brand, now, verdict, new=joins)
    if alert.closed_at is not None:
        return after  # its story says that it opened again
    told = _moment(alert, What.EDITED, now, interaction=interaction.id)
    return after.model_copy(update={"news": (*after.news, told)})


def thanked(alert: Alert, interaction: str, now: datetime) -> Alert:
    """Somebody answered praise: it waits for no thanks any more. The time it took is nobody's: nobody had to."""
    given = alert.replies.get(interaction)
    told = _moment(alert, What.ANSWERED, now, interaction=interaction, by=given.by if given else None)
    replies = {one: reply for one, reply in alert.replies.items() if one != interaction}
    thanks = tuple(one for one in alert.thanks if one != interaction)
    return _next(alert, thanks=thanks, replies=replies, news=(*alert.news, told))


def _thanks(thanks: tuple[str, ...], interaction: Interaction) -> tuple[str, ...]:
    """Keep in mind whom a word of thanks would please."""
    others = tuple(one for one in thanks if one != interaction.id)
    return (*others, interaction.id)[-MOST_THANKS:] if is_praise(interaction.labels) else others


def asks(interaction: Interaction, verdict: Verdict | None) -> bool:
    """Whether it is somebody's business: by what it says, or because a rule wants it (or says itself that nobody's)."""
    if verdict is not None and (verdict.wakes or verdict.mute):
        return True
    return asks_something(interaction.labels)


def told(alert: Alert, at: datetime, people: Sequence[str] = (), again_at: datetime | None = None) -> Alert:
    """Go one step on: people heard what the step before says; after the deadline, the next hear at `again_at`."""
    step = next_step(alert)
    due_at = {Told.OPENED: alert.remind_at or alert.deadline - REMIND_BEFORE, Told.REMINDED: alert.deadline}
    what = {Told.OPENED: What.TOLD, Told.REMINDED: What.REMINDED, Told.OVERDUE: What.ESCALATED}[step]
    return _next(
        alert,
        told=step,
        heard=(),
        missed_at=None,
        due_at=due_at.get(step, again_at),
        escalated=alert.escalated + (step is Told.OVERDUE),
        news=(*alert.news, _moment(alert, what, at, people=tuple(people))),
    )


def told_some(alert: Alert, heard: Sequence[str], at: datetime) -> Alert:
    """Stay at this step: `heard` are those who heard it, somebody else could not be reached."""
    return _next(alert, heard=tuple(heard), missed_at=alert.missed_at or at)


def put_off(alert: Alert, now: datetime, until: datetime) -> Alert:
    """Say what is to be said now later."""
    late = {name: until for name in ("due_at", "notices_at") if (at := getattr(alert, name)) is not None and at <= now}
    return _next(alert, missed_at=None, **late)


def next_step(alert: Alert) -> Told:
    """Say what is told next."""
    return Told(min(alert.told + 1, Told.OVERDUE))


def taken(alert: Alert, person: str, at: datetime, rule: str | None = None) -> Alert:
    """Somebody answers for it: they alone are reminded. `rule`: the one that assigned it."""
    return _next(alert, taken_by=person, news=(*alert.news, _moment(alert, What.TAKEN, at, by=person, rule=rule)))


def may_be_handed_to(alert: Alert, brand: Brand, by: str) -> tuple[Person, ...]:
    """Give whom somebody may hand it over to: who hears of conversations or is on call, and the people of teams.

    Not to themselves, nor to whoever has it. Where that leaves nobody: to anybody else of the brand.
    """
    named = {name for team in brand.teams for name in team.people}
    others = [one for one in brand.people if one.id not in {by, alert.taken_by}]
    hear = [one for one in others if one.id in named or not ANSWERING.isdisjoint(one.roles)]
    return tuple(hear or others)


def handed_over(alert: Alert, handed: HandedOver, brand: Brand) -> Alert:
    """Somebody hands it over: the other answers for it, and hears as soon as its urgency allows; time goes on."""
    by, to, at, word = handed.by, handed.to, handed.at, handed.word
    told = Notice(code=HANDED_OVER, to=to, at=at, by=by, word=word)
    moment = _moment(alert, What.HANDED_OVER, at, by=by, people=(to,), word=word or None)
    after = {"taken_by": to, "handed_over": handed, "news": (*alert.news, moment)}
    return _noticed(alert, told, brand, **after)


def hiding_asked(alert: Alert, interaction: str, asked: Hiding) -> Alert:
    """Somebody wants an interaction hidden, or shown again; it is not done yet."""
    return _next(alert, hiding={**alert.hiding, interaction: asked})


def hiding_done(alert: Alert, interaction: str, now: datetime) -> Alert:
    """What was asked for is done."""
    return _hiding_over(alert, interaction, now, What.SHOWN if alert.hiding[interaction].shows else What.REMOVED)


def hiding_failed(alert: Alert, interaction: str, why: Problem, brand: Brand, now: datetime) -> Alert:
    """What was asked for cannot be done; whoever asked hears why."""
    asked = alert.hiding[interaction]
    what = What.NOT_SHOWN if asked.shows else What.NOT_REMOVED
    after = _hiding_over(alert, interaction, now, what, problem=why.code, fields=why.fields)
    person = brand.person(asked.by)
    code, said = NOT_SHOWN if asked.shows else NOT_HIDDEN, why.message(person.language) if person else ""
    notice = Notice(code=code, to=asked.by, at=now, by=asked.by, word=said, interaction=interaction)
    return _noticed(after, notice, brand).model_copy(update={"revision": after.revision})  # one change


def _hiding_over(alert: Alert, interaction: str, now: datetime, what: What, **more: Any) -> Alert:
    asked = alert.hiding[interaction]
    kept = {"by": asked.by, "interaction": interaction, "removal": "hide", "word": asked.word or None}
    moment = _moment(alert, what, now, **kept, **more)
    return _next(alert, hiding=_without(alert.hiding, interaction), news=(*alert.news, moment))


def _without(hiding: Mapping[str, Hiding], interaction: str) -> dict[str, Hiding]:
    return {one: asked for one, asked in hiding.items() if one != interaction}


def unheard(alert: Alert, notice: Notice, now: datetime, brand: Brand) -> Alert:
    """Whom a notice was for cannot be reached: what was handed over to them goes back to who did it, who hears so."""
    if notice.code != HANDED_OVER:
        return alert
    told = Notice(code=HANDED_BACK, to=notice.by, at=now, by=notice.to)
    moment = _moment(alert, What.HANDED_BACK, now, by=notice.by, people=(notice.to,))
    back_to = notice.by if brand.person(notice.by) else None  # nobody's: whoever hears first is reminded
    return _noticed(alert, told, brand, taken_by=back_to, news=(*alert.news, moment))


def is_news(alert: Alert, notice: Notice) -> bool:
    """Whether somebody must still hear it: that an alert is theirs they need to know while it is open, and theirs."""
    if notice.code in {NOT_HIDDEN, NOT_SHOWN}:
        return True
    return alert.closed_at is None and alert.taken_by == notice.to


def notices_told(alert: Alert, left: Sequence[Notice]) -> Alert:
    """The notices were told, or concern nobody any more, but for those that are `left`."""
    return _next(alert, notices=tuple(left), notices_at=alert.notices_at if left else None)


def _noticed(alert: Alert, notice: Notice, brand: Brand, **changes: object) -> Alert:
    at = hours.tellable(notice.at, alert.urgency, brand)
    return _next(alert, notices=(*alert.notices, notice), notices_at=at, **changes)


def answered(
    alert: Alert,
    interaction: str,
    now: datetime,
    *,
    asked_at: datetime | None = None,
    brand: Brand | None = None,
) -> Alert:
    """One interaction was answered; the last one closes the alert. The time it took is kept where both are known."""
    reply = alert.replies.get(interaction)
    worked = int(hours.worked(asked_at, now, brand).total_seconds()) if asked_at and brand else None
    moment = _moment(
        alert,
        What.ANSWERED,
        now,
        by=reply.by if reply else alert.taken_by,
        interaction=interaction,
        asked_at=asked_at,
        worked_seconds=worked,
    )
    return _done_with(alert, interaction, now, moment)


def erased(alert: Alert, interaction: str, now: datetime) -> Alert:
    """One interaction is gone from its network: nobody waits for an answer to it."""
    gone = alert.model_copy(update={"hiding": _without(alert.hiding, interaction)})
    return _done_with(gone, interaction, now, _moment(alert, What.ERASED, now, interaction=interaction))


def forgotten(alert: Alert, interaction: str, now: datetime) -> Alert:
    """The author of one interaction asked to be forgotten: nobody waits for an answer, and nothing names it."""
    moment = _moment(alert, What.ERASED, now)
    hiding = _without(alert.hiding, interaction)
    if not alert.closed_at:
        return _done_with(alert.model_copy(update={"hiding": hiding}), interaction, now, moment)
    thanks = tuple(one for one in alert.thanks if one != interaction)
    replies = {one: reply for one, reply in alert.replies.items() if one != interaction}
    return _next(alert, thanks=thanks, replies=replies, hiding=hiding, news=(*alert.news, moment))


def replied(alert: Alert, interaction: str, reply: Reply) -> Alert:
    """An answer is on its way; until it is online, the interaction waits."""
    writing = {person: at for person, at in alert.writing.items() if person != reply.by}
    return _next(alert, replies={**alert.replies, interaction: reply}, writing=writing)


def written_to(alert: Alert, person: str, now: datetime) -> Alert:
    """Somebody began to write; who stopped long ago is forgotten."""
    recent = {one: at for one, at in alert.writing.items() if now - at < WRITES_FOR}
    return _next(alert, writing={**recent, person: now})


def writers(alert: Alert, now: datetime, but: str) -> dict[str, datetime]:
    """Give who else is writing an answer, and since when."""
    return {one: at for one, at in alert.writing.items() if one != but and now - at < WRITES_FOR}


def closed(alert: Alert, person: str, now: datetime) -> Alert:
    """A person says that nothing is left to do."""
    news = (*alert.news, _moment(alert, What.CLOSED, now, by=person))
    return _next(alert, closed_at=now, closed_by=person, quiet=False, due_at=None, thanks=(), news=news)


def noted(alert: Alert, what: What, at: datetime, **more: Any) -> Alert:
    """Keep in its story what was done about one of its interactions."""
    return _next(alert, news=(*alert.news, _moment(alert, what, at, **more)))


def first_told(alert: Alert, brand: Brand) -> tuple[Person, ...]:
    """Say who hears when it opens: of a team that is told in turn, its first; a channel is one more listener."""
    found: list[Person] = []
    for target in alert.targets or (WHOEVER_ANSWERS,):
        team, person = brand.team(target), brand.person(target) or brand.channel(target)
        if target == WHOEVER_ANSWERS:
            found += brand.people_with(Role.CONVERSATIONS)
        elif person is not None:
            found.append(person)
        elif team is not None:
            names = team.people[:1] if team.tell == "in_turn" else team.people
            found += [one for name in names if (one := brand.person(name)) is not None]
    return tuple(dict.fromkeys(found)) or brand.people_with(Role.CONVERSATIONS)


def next_told(alert: Alert, brand: Brand) -> list[tuple[Person, ...]]:
    """Give who hears after the deadline, step by step: the rest of teams told in turn, then whoever is on call."""
    steps: list[tuple[Person, ...]] = []
    teams = [team for name in alert.targets if (team := brand.team(name)) is not None and team.tell == "in_turn"]
    for place in range(1, max((len(team.people) for team in teams), default=0)):
        names = [team.people[place] for team in teams if place < len(team.people)]
        steps.append(tuple(one for name in names if (one := brand.person(name)) is not None))
    return [step for step in (*steps, brand.people_with(Role.ON_CALL)) if step]


def again_at(alert: Alert, brand: Brand, now: datetime) -> datetime | None:
    """Say when the person after the next one hears; None: the next one is the last."""
    if alert.escalated + 1 >= len(next_told(alert, brand)):
        return None
    return hours.tellable(hours.due(now, alert.answer_minutes, alert.urgency, brand), alert.urgency, brand)


def place_of(interaction: Interaction, verdict: Verdict | None) -> str:
    """Say which open alert it joins: that of its thread, or of the group that a rule put it into."""
    return f"group:{verdict.group}" if verdict and verdict.group else interaction.thread


def _done_with(alert: Alert, interaction: str, now: datetime, moment: Moment) -> Alert:
    """Take an interaction off what waits; the last one closes the alert."""
    waiting = tuple(one for one in alert.waiting if one != interaction)
    over = {} if waiting else {"closed_at": now, "due_at": None}
    replies = {one: reply for one, reply in alert.replies.items() if one != interaction}
    thanks = tuple(one for one in alert.thanks if one != interaction)
    return _next(alert, waiting=waiting, thanks=thanks, replies=replies, news=(*alert.news, moment), **over)


def _clock(alert: Alert, brand: Brand, now: datetime) -> dict[str, Any]:
    """Say when it is owed, when people are reminded, and when they first hear."""
    minutes, urgency = alert.answer_minutes, alert.urgency
    before = min(REMIND_BEFORE.total_seconds() / 60, minutes / 4)
    return {
        "deadline": hours.due(now, minutes, urgency, brand),
        "remind_at": hours.tellable(hours.due(now, int(minutes - before), urgency, brand), urgency, brand),
        "due_at": hours.tellable(now, urgency, brand),
    }


def _targets(verdict: Verdict) -> tuple[str, ...]:
    """Say whom rules name: those whom it is handed over to, else those who are told, else whom it is assigned to."""
    if verdict.hand_over:
        return (verdict.hand_over,)
    return verdict.tell or ((verdict.assign,) if verdict.assign else ())


def _assigned(alert: Alert, verdict: Verdict, now: datetime) -> Alert:
    if not verdict.assign or alert.taken_by:
        return alert
    after = taken(alert, verdict.assign, now, rule=_rule(verdict, "assign"))
    return after.model_copy(update={"revision": alert.revision})  # one change with what it comes with


def _rule(verdict: Verdict, did: str) -> str | None:
    """Name the rule that did something."""
    return next((one.rule for one in verdict.decisions if did in one.did), None)


def _moment(alert: Alert, what: What, at: datetime, **more: Any) -> Moment:
    return Moment(what=what, at=at, alert=alert.id, account=alert.account, network=alert.network, **more)


def _next(alert: Alert, **changes: object) -> Alert:
    return alert.model_copy(update={"revision": alert.revision + 1, **changes})
