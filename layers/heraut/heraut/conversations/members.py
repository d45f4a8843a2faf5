"""Who speaks to a brand, counted as they speak: nothing but numbers, a name and two dates (pure values and rules).

What is counted comes from each interaction alone, so that one write beside it keeps the record true, and an interaction
that comes again counts nothing.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, NamedTuple

from pydantic import Field

from heraut.brands import NetworkName
from heraut.conversations.model import Instant, LabelName, Stored, What

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from heraut.brands import Secrets
    from heraut.conversations.model import Interaction, Moment

OFFENCES = frozenset({LabelName.INSULT, LabelName.SPAM})
NO_HELP = OFFENCES | {LabelName.QUESTION, LabelName.COMPLAINT}
HELPED, REMOVED, MONTH, OFFENCE = "helped", "removed", "month_", "offence_"
RECENT = timedelta(days=90)
SILENT_AFTER, SILENT_UNTIL = timedelta(days=45), timedelta(days=180)
HABIT = 4  # times that somebody spoke, from which their silence is one
HELPS_OFTEN = 2
PRAISES_OFTEN = 3
OFFENDS_OFTEN = 3  # times in ninety days


FORGETTING = "people.forgotten"  # the secret that holds the key; no account or person has a name like it


class Group(StrEnum):
    """What a member is to a brand."""

    HELPFUL = "helpful"  # answers other people's questions
    ACTIVE = "active"
    SILENT = "silent"  # spoke often, and stopped
    AMBASSADOR = "ambassador"
    TROLL = "troll"


class Member(Stored):
    """Somebody of the public, as a brand knows them: `id` is the network's, `counts` what `deeds` names.

    An item of an earlier release has only `times`; its name comes when they speak again.
    """

    schema_: Literal[1] = Field(default=1, alias="schema")
    brand: str
    network: NetworkName
    id: str = ""
    handle: str = ""
    name: str = ""
    followers: int | None = None
    first_at: Instant | None = None
    last_at: Instant | None = None
    times: int = 0
    counts: dict[str, int] = Field(default_factory=dict)

    @property
    def called(self) -> str:
        """How others write who it is."""
        return self.handle or self.name or self.id

    def count(self, name: str) -> int:
        """Say how many times they did something: a label's name, `helped`, `removed`."""
        return self.counts.get(name, 0)

    def recent(self, now: datetime) -> int:
        """Say how many times they spoke in this month and the two before."""
        return sum(self.count(f"{MONTH}{month}") for month in _months(now))

    def offences(self, since: date) -> int:
        """Say how many insults, spam and removed comments came from them since a day."""
        return sum(n for name, n in self.counts.items() if name.startswith(OFFENCE) and _day(name) >= since)


class Known(NamedTuple):
    """What is known of an author; `forgotten_at`: what they said until then is not to be taken in (again)."""

    member: Member
    forgotten_at: datetime | None = None


def key_of(secrets: Secrets, brand: str) -> str | None:
    """Give the key by which who asked to be forgotten is recognised; None where nobody ever did."""
    return (secrets.secret(brand, FORGETTING) or {}).get("key")


def deeds(interaction: Interaction, now: datetime, *, helped: bool) -> Mapping[str, int]:
    """Name what an interaction adds to its author's record, beside that they spoke; each counts one."""
    names = {label.name for label in interaction.labels} & set(LabelName)
    found = [*sorted(names), f"{MONTH}{now:%Y%m}"]
    if helped:
        found.append(HELPED)
    if _is_removed(interaction):
        found.append(REMOVED)
    if offends(names) or _is_removed(interaction):
        found.append(f"{OFFENCE}{now:%Y%m%d}")
    return dict.fromkeys(found, 1)


def counted_hidden(story: Iterable[Moment], interaction: str | None) -> int:
    """Say whether an interaction counts as removed (1 or 0), by the story of its alert.

    Where an earlier release wrote it, a rule's hiding counted, and a person's did not.
    """
    mine = [one for one in story if interaction is not None and one.interaction == interaction]
    return sum(_counted_before(one) if one.counts is None else one.counts for one in mine)


def moderating(interaction: Interaction, step: int) -> Mapping[str, int]:
    """Name what is added to an author's record when a person hides what they said (1) or shows it again (-1).

    An offence counts on the day it came, as when a rule hides it; none is added to what counted as one by its words.
    """
    offended = interaction.offended
    if offended is None:
        offended = offends(label.name for label in interaction.labels)
    day = f"{OFFENCE}{interaction.received_at or interaction.at:%Y%m%d}"
    return {REMOVED: step} | ({} if offended else {day: step})


def _counted_before(moment: Moment) -> int:
    return int(moment.rule is not None and moment.what is What.REMOVED)


def offends(labels: Iterable[str]) -> bool:
    """Whether what bears these labels is an insult, or spam."""
    return not OFFENCES.isdisjoint(labels)


def may_help(interaction: Interaction) -> bool:
    """Whether it may be one member's help to another: it answers, and neither asks, complains nor offends."""
    return interaction.answers is not None and NO_HELP.isdisjoint(label.name for label in interaction.labels)


def helps(interaction: Interaction, earlier: Interaction | None) -> bool:
    """Whether it answers another member's question."""
    if earlier is None or earlier.author.id == interaction.author.id:
        return False
    return LabelName.QUESTION in {label.name for label in earlier.labels}


def groups(member: Member, now: datetime) -> tuple[Group, ...]:
    """Say what somebody is to the brand; it may be several things, or none."""
    found = []
    if member.count(HELPED) >= HELPS_OFTEN:
        found.append(Group.HELPFUL)
    if member.recent(now) >= HABIT:
        found.append(Group.ACTIVE)
    if member.times >= HABIT and member.last_at and SILENT_AFTER <= now - member.last_at < SILENT_UNTIL:
        found.append(Group.SILENT)
    praised, complained = member.count(LabelName.PRAISE), member.count(LabelName.COMPLAINT)
    if (member.count(LabelName.AMBASSADOR) or praised >= PRAISES_OFTEN) and praised > complained:
        found.append(Group.AMBASSADOR)
    if member.offences((now - RECENT).date()) >= OFFENDS_OFTEN:
        found.append(Group.TROLL)
    return tuple(found)


def most_first(members: Iterable[Member], group: Group, now: datetime) -> list[Member]:
    """Give the members of a group, those who are it most first."""
    of_it = [one for one in members if group in groups(one, now)]
    return sorted(of_it, key=lambda one: (-_weight(one, group, now), one.called.casefold()))


def _weight(member: Member, group: Group, now: datetime) -> int:
    match group:
        case Group.HELPFUL:
            return member.count(HELPED)
        case Group.ACTIVE:
            return member.recent(now)
        case Group.SILENT:
            return member.times
        case Group.AMBASSADOR:
            return member.count(LabelName.PRAISE) + member.count(LabelName.AMBASSADOR)
        case Group.TROLL:
            return member.offences((now - RECENT).date())


def _is_removed(interaction: Interaction) -> bool:
    """Whether a rule took it away; one on trial only said so."""
    return any("removal" in one.did and one.did.get("for_real") for one in interaction.decisions)


def _months(now: datetime) -> list[str]:
    first = now.replace(day=1)
    found = []
    for _ in range(3):
        found.append(f"{first:%Y%m}")
        first = (first - timedelta(days=1)).replace(day=1)
    return found


def _day(name: str) -> date:
    return date.fromisoformat(name.removeprefix(OFFENCE))
