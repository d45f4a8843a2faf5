"""What a brand's rules would have made of what people said: nothing is written, told or hidden."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.conversations import alerts, hours
from heraut.conversations.labels import AuthorFacts, labels_of
from heraut.conversations.members import offends
from heraut.conversations.model import LabelName
from heraut.conversations.rules import Facts, Rulebook
from heraut.wording import local

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime

    from heraut.brands import Brand, Person
    from heraut.conversations.model import Interaction
    from heraut.conversations.rules import Verdict


@dataclass(frozen=True)
class Replayed:
    """One interaction, what the rules decide, and who would hear of it, when and until when (nobody: none of these)."""

    interaction: Interaction
    verdict: Verdict
    people: tuple[Person, ...] = ()
    told_at: datetime | None = None
    deadline: datetime | None = None


def replay(interactions: Iterable[Interaction], brand: Brand, book: Rulebook) -> Iterator[Replayed]:
    """Judge interactions of one brand in the order in which they came, each as if it opened an alert of its own."""
    spoke: Counter[tuple[str, str]] = Counter()
    praised: Counter[tuple[str, str]] = Counter()
    offended: dict[tuple[str, str], list[date]] = {}
    came: list[Interaction] = []
    for one in sorted(interactions, key=lambda said: said.at):
        author = (one.network.value, one.author.id)
        spoke[author] += 1
        came.append(one)
        bare = one.model_copy(update={"labels": (), "decisions": ()})
        known = AuthorFacts(followers=one.author.followers, praised=praised[author])
        labelled = bare.model_copy(update={"labels": labels_of(bare, known)})
        names = [label.name for label in labelled.labels]
        praised[author] += LabelName.PRAISE in names
        days = offended.setdefault(author, [])
        days += [one.at.date()] * offends(names)
        facts = Facts(
            local=local(one.at, brand.zone),
            working=hours.works(one.at, brand),
            times=spoke[author],
            volumes={(of, minutes): _came(came, one, of, minutes) for of, minutes in book.volumes},
            offences={
                within: sum(day >= (one.at - timedelta(minutes=within)).date() for day in days)
                for within in book.offences
            },
        )
        verdict = book.judge(labelled, facts, names)
        alert = alerts.opened(labelled, brand, one.at, verdict)
        if not alert.waiting:
            yield Replayed(labelled, verdict)
            continue
        people = alerts.first_told(alert, brand)
        taker = brand.person(alert.taken_by) if alert.taken_by else None
        heard = tuple(dict.fromkeys((*people, *([taker] if taker else ()))))
        yield Replayed(labelled, verdict, heard, alert.due_at, alert.deadline)


def _came(came: list[Interaction], last: Interaction, of: str, minutes: int) -> int:
    """Count what came to the place of the last one in so many minutes, itself included."""
    since = last.at - timedelta(minutes=minutes)
    found = 0
    for one in reversed(came):
        if one.at < since:
            break
        found += one.account == last.account and (of == "account" or one.thread == last.thread)
    return found
