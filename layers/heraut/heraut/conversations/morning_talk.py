"""What people said, as a morning needs it: who waits for an answer, which webhooks fail, how quickly we answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from statistics import median
from typing import TYPE_CHECKING

from heraut.brands import Role, known_as
from heraut.conversations import alerts, tend_webhooks
from heraut.conversations.alert_links import alert_link
from heraut.conversations.webhook import lost_since, silent_since
from heraut.letters import in_one_line
from heraut.links import Action
from heraut.notifications.base import Button, Listing, Row
from heraut.wording import Wording, at_moment, span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from heraut.brands import Brand, NetworkName, Person
    from heraut.conversations.model import Alert, Interaction, Moment
    from heraut.conversations.store import Conversations, Webhooks
    from heraut.links import Links

MOST_ALERTS = 5
LONGEST = 140  # characters of what somebody said

wording = Wording(__package__, "morning_talk.toml")


@dataclass(frozen=True)
class TalkRead:
    """What the conversations of a morning need of the world."""

    conversations: Conversations
    webhooks: Webhooks
    links: Links
    links_url: str

    def of(self, brand: Brand, now: datetime, since: datetime, until: datetime) -> MorningTalk:
        """Read what a brand's people may want to know at `now`; answers count from `since` and before `until`."""
        return MorningTalk(self, brand, now, since, until)


class MorningTalk:
    """One brand's conversations, as they are at one instant."""

    def __init__(self, world: TalkRead, brand: Brand, now: datetime, since: datetime, until: datetime) -> None:
        self._world = world
        self._brand = brand
        self._now = now
        self._since = since
        self._until = until
        self._said: dict[str, Sequence[Interaction]] = {}

    def waiting(self, person: Person) -> Listing:
        """Give the open alerts that are the person's, oldest first; counted are the answers owed."""
        mine = [one for one in self._open if person in _concerned(one, self._brand)]
        owed = sum(len(_owed(one)) for one in mine)
        rows = tuple(self._alert(one, person) for one in mine[:MOST_ALERTS])
        return Listing(owed, rows, len(mine) - len(rows))

    def webhooks(self, person: Person) -> Listing:
        """Give the webhooks that brought nothing for longer than usual, or lost something."""
        if person not in self._brand.people_with(Role.CONVERSATIONS):
            return Listing()
        rows = tuple(
            self._trouble(account, trouble, what, person)
            for account, found in self._troubles.items()
            for trouble, what in found.items()
        )
        return Listing(len(rows), rows)

    def answers(self, person: Person) -> Listing:
        """Give how many answers were given on each network, and how long they took in working time."""
        if person not in self._brand.people_with(Role.CONVERSATIONS):
            return Listing()
        by_account: dict[tuple[str, NetworkName], list[int]] = {}
        for one in self._answers:
            by_account.setdefault((one.account, one.network), []).append(one.worked_seconds or 0)
        rows = tuple(self._times(account, network, took, person) for (account, network), took in by_account.items())
        return Listing(len(self._answers), rows)

    @cached_property
    def _open(self) -> list[Alert]:
        return [one for one in self._world.conversations.open_alerts(self._brand.id) if _owed(one)]

    @cached_property
    def _answers(self) -> list[Moment]:
        given = self._world.conversations.answers(self._brand.id, self._since)
        return [one for one in given if one.at < self._until]

    @cached_property
    def _troubles(self) -> dict[str, dict[str, datetime | int]]:
        found: dict[str, dict[str, datetime | int]] = {}
        for account in self._brand.accounts:
            webhook = self._world.webhooks.webhook(self._brand.id, account.name)
            if webhook is not None:
                silent, lost = silent_since(webhook, self._now), lost_since(webhook, self._since.date())
                found[account.name] = ({"silent": silent} if silent else {}) | ({"lost": lost} if lost else {})
        return found

    def _alert(self, alert: Alert, person: Person) -> Row:
        owed, late = _owed(alert), alert.deadline < self._now
        if alert.id not in self._said:
            self._said[alert.id] = self._world.conversations.interactions(self._brand.id, alert.id)
        first = next((one for one in self._said[alert.id] if one.id in owed), None)
        taker = self._brand.person(alert.taken_by) if alert.taken_by else None
        parts = [
            self._say("said", person, text=_short(first.text)) if first else "",
            self._say("others", person, count=len(owed) - 1) if len(owed) > 1 else "",
            self._say("taken", person, taker=taker.name) if taker and taker.id != person.id else "",
        ]
        deadline = at_moment(alert.deadline, self._brand.zone, person.language, self._now)
        place = known_as.place(self._brand, alert.account, alert.network, person.language)
        author = _short(first.author.name) if first else self._say("somebody", person)
        link = alert_link(alert, Action.REPLY, person, self._world.links, self._world.links_url, self._now)
        return Row(
            mark=self._say("late" if late else "until", person, deadline=deadline),
            text=f"{author} {place}",
            detail="\n".join(part for part in parts if part),
            buttons=(Button(self._say("reply", person), link),),
            late=late,
        )

    def _trouble(self, account: str, trouble: str, what: datetime | int, person: Person) -> Row:
        parts = tend_webhooks.sentences(self._brand, account, trouble, what, person.language, self._now)
        return Row("", parts.happened, f"{parts.lead} {parts.why}")

    def _times(self, account: str, network: NetworkName, took: Sequence[int], person: Person) -> Row:
        half, longest = (span(timedelta(seconds=seconds), person.language) for seconds in (median(took), max(took)))
        place = known_as.title(self._brand, account, network, person.language)
        code = "times_one" if len(took) == 1 else "times"
        return Row(str(len(took)), self._say(code, person, place=place, half=half, longest=longest))

    def _say(self, code: str, person: Person, **fields: object) -> str:
        return wording.say(code, person.language, **fields)


def _concerned(alert: Alert, brand: Brand) -> set[Person]:
    """Say whose alert it is: of who was told first, who was told since, and who took it."""
    people = {*alerts.first_told(alert, brand), *(one for step in _steps(alert, brand) for one in step)}
    taker = brand.person(alert.taken_by) if alert.taken_by else None
    return people | ({taker} if taker else set())


def _steps(alert: Alert, brand: Brand) -> list[tuple[Person, ...]]:
    return alerts.next_told(alert, brand)[: alert.escalated]


def _owed(alert: Alert) -> list[str]:
    """Give the interactions that nobody answered, and no answer is on its way to."""
    return [one for one in alert.waiting if one not in alert.replies]


def _short(text: str) -> str:
    kept = " ".join(in_one_line(text).split())
    return kept if len(kept) <= LONGEST else f"{kept[: LONGEST - 1].rstrip()}…"
