"""Twin of the conversations' store."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from heraut.brands import NetworkName
from heraut.conversations import What
from heraut.conversations.members import Known, Member, deeds
from heraut.conversations.model import MODERATED
from heraut.conversations.testimonials import Testimonial, id_of, set_aside
from heraut.due import stamp
from heraut.errors import Conflict
from tests.twins.stored import kept

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from heraut.conversations import Alert, Answered, Interaction, Moment, Overheard


class ConversationsTwin:
    """Alerts by brand and id, interactions by alert."""

    def __init__(self) -> None:
        self._cursors: dict[tuple[str, str], str] = {}
        self._alerts: dict[tuple[str, str], Alert] = {}
        self._said: dict[tuple[str, str], list[Interaction]] = {}
        self._known: dict[tuple[str, str, str], str] = {}
        self._open: dict[tuple[str, str, str], str] = {}
        self._quiet: dict[tuple[str, str, str], str] = {}
        self._early: dict[tuple[str, str, str], Answered] = {}
        self._story: dict[tuple[str, str], list[Moment]] = {}
        self._members: dict[tuple[str, str, str], Member] = {}
        self._testimonials: dict[tuple[str, str], Testimonial] = {}
        self._forgotten: dict[tuple[str, str, str], datetime] = {}
        self._volumes: Counter[tuple[str, str, str]] = Counter()
        self._overheard: list[Overheard] = []

    def cursor(self, brand: str, account: str) -> str | None:
        return self._cursors.get((brand, account))

    def save_cursor(self, brand: str, account: str, cursor: str) -> None:
        self._cursors[brand, account] = cursor

    def alert_with(self, brand: str, account: str, interaction: str) -> Alert | None:
        found = self._known.get((brand, account, interaction))
        return self._alerts[brand, found] if found else None

    def held(self, brand: str, account: str, interaction: str) -> tuple[Alert, Interaction] | None:
        alert = self.alert_with(brand, account, interaction)
        said = self._said.get((brand, alert.id), []) if alert else []
        found = next((one for one in said if one.id == interaction), None)
        return (alert, found) if alert and found else None

    def came(self, brand: str, account: str, interaction: str) -> Answered | bool:
        name = (brand, account, interaction)
        return True if name in self._known else self._early.get(name, False)

    def remember_answer(self, brand: str, account: str, answer: Answered, until: datetime) -> bool:
        if (brand, account, answer.to) in self._known:
            return False
        self._early[brand, account, answer.to] = kept(answer)
        return True

    def quiet_alert(self, brand: str, account: str, thread: str) -> Alert | None:
        found = self._quiet.get((brand, account, thread))
        return self._alerts[brand, found] if found else None

    def quiet_alerts(self, brand: str) -> Sequence[Alert]:
        mine = [self._alerts[brand, alert] for (owner, _, _), alert in self._quiet.items() if owner == brand]
        return sorted(mine, key=lambda alert: (alert.opened_at, alert.id))

    def open_alert(self, brand: str, account: str, thread: str) -> Alert | None:
        found = self._open.get((brand, account, thread))
        return self._alerts[brand, found] if found else None

    def receive(
        self,
        interaction: Interaction,
        before: Alert | None,
        after: Alert,
        counted: Sequence[str] = (),
        now: datetime | None = None,
        answered: Answered | None = None,
        *,
        helped: bool = False,
    ) -> None:
        brand, name = interaction.brand, (interaction.brand, interaction.account, interaction.id)
        thread = (brand, after.account, after.thread)
        opens = before is None and after.closed_at is None
        if name in self._known or (opens and thread in self._open):
            raise Conflict(f"{interaction.id} came already, or its thread has an alert")
        if name in self._early and answered is None:
            raise Conflict(f"{interaction.id} was answered meanwhile")
        if before is not None:
            self._is_still(before)
            self._lead(before, after)
        elif opens:
            self._open[thread] = after.id
        elif after.quiet:
            self._quiet[thread] = after.id
        self._speaks(interaction, now or interaction.at, helped=helped)
        testimonial = set_aside(interaction)
        if testimonial is not None:
            self._testimonials[brand, testimonial.id] = testimonial
        for place in counted if now else ():
            self._volumes[brand, place, _minute(now)] += 1
        self._keep_news(before, after)
        self._known[name] = after.id
        self._alerts[brand, after.id] = kept(after)
        self._said.setdefault((brand, after.id), []).append(kept(interaction))

    def change(self, before: Alert, after: Alert) -> None:
        self._is_still(before)
        self._lead(before, after)
        self._keep_news(before, after)
        self._alerts[after.brand, after.id] = kept(after)

    def moderate(self, interaction: Interaction, before: Alert, after: Alert, counts: Mapping[str, int]) -> None:
        who = interaction.brand, interaction.network.value, interaction.author.id
        member = self._members.get(who)
        if member is None:
            raise Conflict("nothing is known of them any more")
        self.change(before, after)
        names = {*member.counts, *counts}
        added = {name: member.count(name) + counts.get(name, 0) for name in sorted(names)}
        self._members[who] = member.model_copy(update={"counts": added})

    def rewrite(self, alert: Alert, interaction: Interaction) -> None:
        said = self._said[alert.brand, alert.id]
        place = next((at for at, one in enumerate(said) if one.id == interaction.id), None)
        if place is None:
            raise Conflict(f"{interaction.id} is not there any more")
        said[place] = kept(interaction)

    def revise(self, interaction: Interaction, held: Alert, before: Alert, after: Alert) -> None:
        brand = interaction.brand
        said = self._said[brand, held.id]
        if all(one.id != interaction.id for one in said):
            raise Conflict(f"{interaction.id} is not there any more")
        self.change(before, after)
        self._said[brand, held.id] = [one for one in said if one.id != interaction.id]
        self._said.setdefault((brand, after.id), []).append(kept(interaction))
        self._known[brand, interaction.account, interaction.id] = after.id

    def erase(self, interaction: Interaction, before: Alert, after: Alert) -> None:
        self.change(before, after)
        self._testimonials.pop((after.brand, id_of(interaction.account, interaction.id)), None)
        said = self._said[after.brand, after.id]
        self._said[after.brand, after.id] = [one for one in said if one.id != interaction.id]

    def alert(self, brand: str, alert: str) -> Alert | None:
        return self._alerts.get((brand, alert))

    def interactions(self, brand: str, alert: str) -> Sequence[Interaction]:
        return sorted(self._said.get((brand, alert), []), key=lambda one: one.at)

    def open_alerts(self, brand: str) -> Sequence[Alert]:
        mine = [self._alerts[brand, alert] for (owner, _, _), alert in self._open.items() if owner == brand]
        return sorted(mine, key=lambda alert: (alert.opened_at, alert.id))

    def due(self, until: datetime) -> Iterator[tuple[str, str]]:
        waiting = [one for one in self._alerts.values() if one.look_at is not None and one.look_at <= until]
        for one in sorted(waiting, key=lambda alert: alert.look_at or until):
            yield one.brand, one.id

    def known(self, brand: str, network: str, author: str) -> Known:
        key = brand, network, author
        nobody = Member(brand=brand, network=NetworkName(network), id=author)
        return Known(self._members.get(key, nobody), self._forgotten.get(key))

    def members(self, brand: str) -> Iterator[Member]:
        yield from [member for (owner, _, _), member in self._members.items() if owner == brand]

    def everything_said(self, brand: str) -> Iterator[tuple[str, Interaction]]:
        for (owner, alert), said in self._said.items():
            if owner == brand:
                yield from ((alert, one) for one in said)

    def forget_said(self, interaction: Interaction, before: Alert, after: Alert) -> None:
        if all(one.id != interaction.id for one in self._said[before.brand, before.id]):
            raise Conflict(f"{interaction.id} is not there any more")
        self.erase(interaction, before, after)
        del self._known[interaction.brand, interaction.account, interaction.id]
        story = self._story.get((before.brand, before.id), [])
        self._story[before.brand, before.id] = [
            one.model_copy(update={"interaction": None, "word": None}) if one.interaction == interaction.id else one
            for one in story
        ]

    def refuse_earlier(self, brand: str, network: str, author: str, at: datetime) -> None:
        self._forgotten[brand, network, author] = at

    def forget_author(self, brand: str, network: str, author: str) -> None:
        self._members.pop((brand, network, author), None)

    def counted(self, brand: str, place: str, since: datetime) -> int:
        mine = [(at, n) for (owner, where, at), n in self._volumes.items() if (owner, where) == (brand, place)]
        return sum(n for at, n in mine if at >= _minute(since))

    def story(self, brand: str, alert: str) -> Sequence[Moment]:
        return sorted(self._story.get((brand, alert), []), key=lambda moment: moment.at)

    def answers(self, brand: str, since: datetime) -> Iterator[Moment]:
        mine = [moment for (owner, _), moments in self._story.items() if owner == brand for moment in moments]
        for moment in sorted(mine, key=lambda one: one.at):
            if moment.what is What.ANSWERED and moment.worked_seconds is not None and moment.at >= since:
                yield moment.model_copy(update={"interaction": None})

    def _lead(self, before: Alert, after: Alert) -> None:
        thread = (after.brand, after.account, after.thread)
        if after.closed_at and not before.closed_at:
            del self._open[thread]
        if before.closed_at and not after.closed_at:
            if thread in self._open:
                raise Conflict(f"{after.thread} has an alert")
            self._open[thread] = after.id
            self._quiet.pop(thread, None)

    def _speaks(self, said: Interaction, at: datetime, *, helped: bool) -> None:
        author = said.author
        before = self.known(said.brand, said.network.value, author.id).member
        counts = Counter(before.counts) + Counter(deeds(said, at, helped=helped))
        self._members[said.brand, said.network.value, author.id] = before.model_copy(
            update={
                "name": author.name,
                "handle": author.handle,
                "followers": before.followers if author.followers is None else author.followers,
                "first_at": before.first_at or at,
                "last_at": at,
                "times": before.times + 1,
                "counts": dict(counts),
            }
        )

    def overhear(self, heard: Overheard, until: datetime) -> None:
        if heard not in self._overheard:
            self._overheard.append(kept(heard))

    def overheard(self, brand: str, contest: str, since: datetime | None = None) -> Iterator[Overheard]:
        mine = [one for one in self._overheard if (one.said.brand, one.contest) == (brand, contest)]
        yield from sorted((one for one in mine if not since or one.heard_at >= since), key=lambda one: one.heard_at)

    def forget_overheard(self, heard: Sequence[Overheard]) -> None:
        self._overheard = [one for one in self._overheard if one not in heard]

    def testimonials(self, brand: str) -> Iterator[Testimonial]:
        yield from [one for (owner, _), one in self._testimonials.items() if owner == brand]

    def save_testimonial(self, before: Testimonial, after: Testimonial) -> None:
        if self._testimonials[before.brand, before.id].revision != before.revision:
            raise Conflict(f"testimonial {before.id} moved on")
        self._testimonials[after.brand, after.id] = after

    def moderated(self, brand: str, since: datetime) -> Iterator[Moment]:
        for (owner, _), moments in sorted(self._story.items()):
            if owner == brand:
                yield from (one for one in moments if one.what in MODERATED and one.at >= since)

    def _keep_news(self, before: Alert | None, after: Alert) -> None:
        new = after.news[len(before.news) if before else 0 :]
        self._story.setdefault((after.brand, after.id), []).extend(kept(moment) for moment in new)

    def _is_still(self, alert: Alert) -> None:
        if self._alerts[alert.brand, alert.id].revision != alert.revision:
            raise Conflict(f"alert {alert.id} moved on")


def _minute(at: datetime | None) -> str:
    return stamp(at)[:16] if at else ""
