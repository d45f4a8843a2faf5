"""A contest as it runs: who takes part, by what they did, and what became of it (pure values)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from heraut.brands import EntryKind, NetworkName

NOBODY = "?"  # stands where an author's id would


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that somebody did for a contest, as it was when the network was last asked before the closing.

    `post` says under which of the contest's posts (any text that is the same for the same post), "" for following.
    `at` is the network's instant, None where it tells none; `seen_at` is when we saw it first. `text` is the last
    version seen before the closing, `edited_at` and `deleted_at` when that was changed or taken away: what collects
    evidence changes none of it after the closing. `mentions` are those of `networks.base.Entry`.
    """

    kind: EntryKind
    by: str
    name: str
    seen_at: datetime
    post: str = ""
    remote: str | None = None
    text: str = ""
    at: datetime | None = None
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    mentions: tuple[str, ...] = ()

    @property
    def moment(self) -> datetime:
        """When it was done as far as anybody knows, without fractions of a second."""
        return (self.at or self.seen_at).replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class Entrant:
    """One account of one network that took part, with everything it did.

    `id` is stable (`network:id`), `handle` what people write after @ ("" where there is none). `excluded` is why a
    person of the brand took them out ("" : nobody did): it is logged, and never shown in public. `vouched`: a person of
    the brand said that this account is no program's. `blocked`: one of its accounts blocks them. `nameless`: the
    network does not say who it is, and each of their comments is an entrant of its own.
    """

    id: str
    network: NetworkName
    handle: str = ""
    evidence: tuple[Evidence, ...] = ()
    account_since: datetime | None = None
    followers: int | None = None
    machine: bool | None = None
    excluded: str = ""
    vouched: bool = False
    blocked: bool = False
    nameless: bool = False


def is_nameless(who: str) -> bool:
    """Whether an entrant's id stands for nobody: a comment whose author the network does not name."""
    return who.partition(":")[2].startswith(NOBODY)


class Reason(StrEnum):
    """Why somebody does not take part; where there are several, the first of this list is the one told and counted.

    First who may not at all, then what was done too soon, too late or not at all, then what a comment lacks, then the
    other conditions, and last what is only suspected.
    """

    EXCLUDED = "excluded"
    STAFF = "staff"
    PARTNER = "partner"
    BLOCKED = "blocked"
    PREVIOUS_WINNER = "previous_winner"
    DELETED = "deleted"
    LATE = "late"
    EARLY = "early"
    UNNAMED = "unnamed"
    NO_COMMENT = "no_comment"
    FEW_FRIENDS = "few_friends"
    NO_EXPRESSION = "no_expression"
    WRONG_ANSWER = "wrong_answer"
    NO_LIKE = "no_like"
    NO_REPOST = "no_repost"
    NO_FOLLOW = "no_follow"
    SUSPECTED_BOT = "suspected_bot"


class Left(StrEnum):
    """What nobody can check on the list of entrants, and is checked on the winners in the order of their ranks."""

    LIKE = "like"
    REPOST = "repost"
    FOLLOW = "follow"
    AGE = "age"
    COUNTRY = "country"
    FAMILY = "family"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether somebody takes part: `reason` None and so many chances (`weight`), or a reason and none.

    `left` is what is checked should they win.
    """

    reason: Reason | None
    weight: int
    left: tuple[Left, ...] = ()
