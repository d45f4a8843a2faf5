"""Who takes part in a contest, with how many chances, or for which one reason not (pure).

Every entrant gets one verdict, from the terms, from what they did and from what is known beside it; the order in which
entrants come says nothing. Comments count when they were written between the opening and the closing, both seconds
included, and were not deleted by then, in the last version seen before the closing. Likes, reposts and follows are
states: they count when they are there at the closing, and one that the network dates later does not. What is asked of
comments (friends, words, an answer) may stand in any of those that count.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from heraut.brands import MOST_CHANCES, EntryKind, NetworkName
from heraut.contests.comment_texts import folded, holds_one, mark_of
from heraut.contests.model import Left, Reason, Verdict
from heraut.networks.base import REACH, Reach
from heraut.wording import Wording, to_the_second

if TYPE_CHECKING:
    from heraut.brands import ContestConditions, Terms
    from heraut.contests.model import Entrant, Evidence
    from heraut.problems import Language

wording = Wording("heraut.contests", "eligibility.toml")
SECOND = timedelta(seconds=1)
COMMENT, LIKE, REPOST, FOLLOW = EntryKind
STATES = {LIKE: Reason.NO_LIKE, REPOST: Reason.NO_REPOST, FOLLOW: Reason.NO_FOLLOW}


def listed_on(network: NetworkName) -> frozenset[EntryKind]:
    """Give what everybody's is known of on a network: comments, and what it lists."""
    told = REACH.get(network, {})
    return frozenset({EntryKind.COMMENT, *(kind for kind, reach in told.items() if reach is Reach.LISTED)})


@dataclass(frozen=True)
class About:
    """What is known beside an entrant's own deeds; accounts are named by stable id, or by name with its @.

    `listed`: of what everybody's is known, by network: only there is absence a reason, the rest is left to be checked
    on the winners. `own`: all that the organiser's accounts are called. `won`: when somebody (stable id) last won a
    contest of the brand. `copied`: what `copied_comments` gives.
    """

    listed: Mapping[NetworkName, frozenset[EntryKind]] = field(
        default_factory=lambda: {network: listed_on(network) for network in NetworkName}
    )
    own: frozenset[str] = frozenset()
    won: Mapping[str, datetime] = field(default_factory=dict)
    copied: Container[bytes] = frozenset()


def judge(terms: Terms, entrant: Entrant, about: About) -> Verdict:
    """Give the verdict on one entrant; whoever judges many makes one `Judge`."""
    return Judge(terms, about).verdict(entrant)


def copied_comments(terms: Terms, entrants: Iterable[Entrant]) -> frozenset[bytes]:
    """Find long comments that as many accounts wrote in the same words as the terms suspect; reads each entrant once.

    What is kept in memory is eight bytes a different comment.
    """
    suspects = terms.exclude.suspects
    if suspects is None or suspects.copied is None:
        return frozenset()
    limit, court = suspects.copied, Judge(terms, About())
    times = Counter(mark for entrant in entrants for mark in court.marks(entrant))
    return frozenset(mark for mark, count in times.items() if count >= limit)


def reason_told(reason: Reason, terms: Terms, network: NetworkName, language: Language) -> str:
    """Say to somebody who asks why they do not take part."""
    conditions = terms.on(network)
    return wording.say(
        reason.value,
        language,
        contest=terms.title,
        opens=to_the_second(terms.opens, terms.zone, language),
        closes=to_the_second(terms.closes, terms.zone, language),
        friends=conditions.friends,
        words=" · ".join(conditions.words or ()),
        months=terms.exclude.previous_winners or 0,
    )


def months_before(instant: datetime, months: int) -> datetime:
    """Give the same hour of the same day so many months earlier, by the clock of the instant's own zone.

    Where that month has no such day, its last one.
    """
    index = instant.year * 12 + instant.month - 1 - months
    year, month = divmod(index, 12)
    return instant.replace(year=year, month=month + 1, day=min(instant.day, monthrange(year, month + 1)[1]))


class Judge:
    """The terms of a contest and what is known, made ready for any number of entrants."""

    def __init__(self, terms: Terms, about: About) -> None:
        """Read both once: what they do not ask for is not looked at again."""
        self.terms, self.about = terms, about
        self.opens = terms.opens.astimezone(UTC)
        self.over = terms.closes.astimezone(UTC) + SECOND  # the closing second itself still counts
        self.own = _names(about.own)
        self.more = terms.more_chances
        suspects = terms.exclude.suspects
        self.old_since = self.over - SECOND - suspects.account_age if suspects and suspects.account_age else None
        every = {network: terms.on(network) for network in NetworkName}
        self.asked_texts = tuple(sorted({text for one in every.values() for text in _asked_texts(one)}))
        self.before = {network: _Before(self, conditions, network) for network, conditions in every.items()}

    def verdict(self, entrant: Entrant) -> Verdict:
        """Give the verdict: the first reason that holds, or how many chances and what is checked on winners."""
        before = self.before[entrant.network]
        case = _Case(self, before.conditions, entrant)
        for reason, holds in before.checks:
            if holds(case):
                return Verdict(reason, 0)
        return Verdict(None, case.chances if self.more else 1, before.left_of(case))

    def marks(self, entrant: Entrant) -> frozenset[bytes]:
        """Give the marks of an entrant's comments that are long enough to be known again."""
        return _Case(self, self.before[entrant.network].conditions, entrant).marks


class _Before:
    """What is asked on one network: the reasons that can hold there, in their order, and what is left for winners."""

    def __init__(self, court: Judge, conditions: ContestConditions, network: NetworkName) -> None:
        self.conditions = conditions
        known = court.about.listed.get(network, frozenset())
        asked = frozenset(kind for kind in STATES if conditions.asks(kind))
        self._asked = {Left(kind.value): kind for kind in STATES if kind in asked}
        self._declared = _declared(court.terms)
        every = (*_of_who(court), *_of_what(conditions, asked & known), *_of_suspicion(court))
        self.checks: tuple[tuple[Reason, Check], ...] = tuple(
            (reason, holds) for reason, holds in every if holds is not None
        )

    def left_of(self, case: _Case) -> tuple[Left, ...]:
        """Give what nobody could check of an entrant who is accepted: what is asked, and was not seen."""
        unseen = tuple(left for left, kind in self._asked.items() if not case.done[kind])
        return unseen + self._declared


class _Case:
    """One entrant before the judge: their deeds parted into what counts, and how the rest fails to."""

    def __init__(self, court: Judge, conditions: ContestConditions, entrant: Entrant) -> None:
        self.court, self.conditions, self.entrant = court, conditions, entrant
        self.done: dict[EntryKind, list[Evidence]] = {COMMENT: [], LIKE: [], REPOST: [], FOLLOW: []}
        self.failed: set[tuple[EntryKind, Reason]] = set()
        for one in entrant.evidence:
            fault = self._fault(one)
            if fault is None:
                self.done[one.kind].append(one)
            else:
                self.failed.add((one.kind, fault))

    @cached_property
    def names(self) -> frozenset[str]:
        """All that the entrant is called."""
        entrant = self.entrant
        name = f"@{entrant.handle.removeprefix('@')}".casefold()
        return frozenset({entrant.id, name, f"{entrant.network}:{name}"} if entrant.handle else {entrant.id})

    @cached_property
    def friends(self) -> int:
        """How many distinct accounts the comments that count mention: not themselves, not the organiser."""
        mentioned = _names(name for one in self.done[COMMENT] for name in one.mentions)
        return len(mentioned - self.names - self.court.own)

    @cached_property
    def texts(self) -> list[str]:
        """The texts that count, folded."""
        return [folded(one.text) for one in self.done[COMMENT]]

    @cached_property
    def marks(self) -> frozenset[bytes]:
        """What the comments that count have in common with copies of them."""
        found = (mark_of(text, self.court.asked_texts) for text in self.texts)
        return frozenset(mark for mark in found if mark is not None)

    @property
    def chances(self) -> int:
        """Say with how many chances they are drawn."""
        more = self.court.more
        if more is None:
            return 1
        total = 1 + more.comment * max(0, self._posts(COMMENT) - 1)
        total += more.like * self._posts(LIKE) + more.repost * self._posts(REPOST)
        total += more.follow * bool(self.done[FOLLOW])
        total += more.friend * max(0, self.friends - self.conditions.friends)
        return min(total, more.most, MOST_CHANCES)

    def lacks(self, kind: EntryKind, fault: Reason) -> bool:
        """Whether nothing of a kind counts, and something of it fails by this."""
        return not self.done[kind] and (kind, fault) in self.failed

    def says_none_of(self, wanted: tuple[str, ...]) -> bool:
        """Whether no comment holds one of these."""
        return not any(holds_one(text, wanted) for text in self.texts)

    def _posts(self, kind: EntryKind) -> int:
        return len({one.post for one in self.done[kind]})

    def _fault(self, one: Evidence) -> Reason | None:
        """Say why a deed does not count; an undone like, repost or follow is as if it had never been."""
        court, gone = self.court, one.deleted_at is not None and one.deleted_at < self.court.over
        if one.kind is not COMMENT:
            if gone:
                return Reason.DELETED
            return Reason.LATE if one.at is not None and one.at >= court.over else None
        at = one.at or one.seen_at
        if at < court.opens:
            return Reason.EARLY
        if at >= court.over:
            return Reason.LATE
        return Reason.DELETED if gone else None


Check = Callable[[_Case], bool]
Checks = Iterator[tuple[Reason, Check | None]]


def _of_who(court: Judge) -> Checks:
    """Reasons that lie in who somebody is; None: nobody can have it."""
    exclude, about = court.terms.exclude, court.about
    taken_out = _names(exclude.accounts or ())
    groups = {
        Reason.STAFF: _names(exclude.staff or ()) | court.own,
        Reason.PARTNER: _names(exclude.partners or ()),
    }
    yield Reason.EXCLUDED, lambda case: bool(case.entrant.excluded) or not taken_out.isdisjoint(case.names)
    for reason, group in groups.items():
        yield reason, _is_of(group) if group else None
    yield Reason.BLOCKED, (lambda case: case.entrant.blocked) if exclude.blocked else None
    months = exclude.previous_winners
    yield Reason.PREVIOUS_WINNER, _has_won_since(about, months_before(court.terms.draws, months)) if months else None


def _of_what(conditions: ContestConditions, states: frozenset[EntryKind]) -> Checks:
    """Reasons that lie in what somebody did; `states` are asked and known of everybody."""
    asked = [COMMENT] * conditions.asks(COMMENT) + [kind for kind in STATES if kind in states]
    answers = conditions.answer.accepted if conditions.answer else None
    if conditions.asks(COMMENT):
        yield Reason.DELETED, lambda case: case.lacks(COMMENT, Reason.DELETED)
    yield Reason.LATE, lambda case: any(case.lacks(kind, Reason.LATE) for kind in asked)
    if conditions.asks(COMMENT):
        yield Reason.EARLY, lambda case: case.lacks(COMMENT, Reason.EARLY)
    yield Reason.UNNAMED, lambda case: case.entrant.nameless
    if conditions.asks(COMMENT):
        yield Reason.NO_COMMENT, lambda case: not case.done[COMMENT]
    yield Reason.FEW_FRIENDS, (lambda case: case.friends < conditions.friends) if conditions.friends else None
    for reason, wanted in ((Reason.NO_EXPRESSION, conditions.words), (Reason.WRONG_ANSWER, answers)):
        yield reason, _says_none_of(wanted) if wanted else None
    for kind, reason in STATES.items():
        yield reason, _has_not_done(kind) if kind in states else None


def _of_suspicion(court: Judge) -> Checks:
    """The account looks like a program's; what nobody told suspects nobody."""
    suspects, about, since = court.terms.exclude.suspects, court.about, court.old_since
    if suspects is None:
        return
    few = suspects.followers

    def suspected(case: _Case) -> bool:
        entrant = case.entrant
        return not entrant.vouched and (
            entrant.machine is True
            or (since is not None and entrant.account_since is not None and entrant.account_since > since)
            or (few is not None and entrant.followers is not None and entrant.followers < few)
            or (suspects.copied is not None and any(mark in about.copied for mark in case.marks))
        )

    yield Reason.SUSPECTED_BOT, suspected


def _is_of(group: frozenset[str]) -> Check:
    return lambda case: not group.isdisjoint(case.names)


def _has_won_since(about: About, since: datetime) -> Check:
    def won(case: _Case) -> bool:
        last = about.won.get(case.entrant.id)
        return last is not None and last >= since

    return won


def _says_none_of(wanted: tuple[str, ...]) -> Check:
    return lambda case: case.says_none_of(wanted)


def _has_not_done(kind: EntryKind) -> Check:
    return lambda case: not case.done[kind]


def _declared(terms: Terms) -> tuple[Left, ...]:
    """What only a winner can say: their age, where they live, that they are nobody's family."""
    rules = terms.eligibility
    asked = {
        Left.AGE: rules is not None and rules.age is not None,
        Left.COUNTRY: rules is not None and rules.countries is not None,
        Left.FAMILY: terms.exclude.families,
    }
    return tuple(left for left, needed in asked.items() if needed)


def _names(given: Iterable[str]) -> frozenset[str]:
    """Bring names to one form: `@name` and `network:@name` whatever their capitals, stable ids as they are."""
    return frozenset(one.casefold() if _is_name(one) else one for one in given)


def _is_name(given: str) -> bool:
    return given.startswith("@") or given.partition(":")[2].startswith("@")


def _asked_texts(conditions: ContestConditions) -> tuple[str, ...]:
    return (*(conditions.words or ()), *(conditions.answer.accepted if conditions.answer else ()))
