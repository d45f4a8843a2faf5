"""A contest as it runs, who took part in it as it is kept, its winners (values; `run_contests.py` moves them on).

Every change raises `revision`, and is made only to the revision that was read: of two who run a contest one goes on.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from heraut.brands import ContestState, EntryKind, NetworkName, Terms
from heraut.contests.draw import FIRST_PREV, Commitment
from heraut.contests.model import Entrant, Evidence, is_nameless
from heraut.due import require_aware, stamp

NEVER = datetime.max.replace(tzinfo=UTC)
KEPT = timedelta(days=90)  # unless the terms say otherwise
DELAYED = timedelta(days=30)  # that a pause, or a draw that moved, may make a contest longer
WITHDRAWN = "withdrawn"  # why a rank is passed over whose entrant asked to be forgotten
Instant = Annotated[datetime, AfterValidator(require_aware)]


class _Stored(BaseModel):
    """Frozen; unknown fields are kept, so that release N keeps what N+1 wrote."""

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)


class List(_Stored):
    """One list of a network: those who did `kind` under a post (its remote id) of one of the brand's accounts."""

    account: str
    post: str
    kind: EntryKind

    @property
    def name(self) -> str:
        """What tells it from the contest's other lists."""
        return _list_name(self.account, self.kind, self.post)


def _list_name(account: str, kind: EntryKind, post: str) -> str:
    return f"{account}/{kind}/{post}"


class Walk(_Stored):
    """One reading of every list: `left` are those still to be read, the first of them from `cursor` on.

    In a roll call what is there is marked, so that what is not is looked for again, until it is `looked` for: `looks`
    comments were asked for, and everybody was looked at up to `looked_to`. `blocks` are accounts of which is still to
    be read whom they block. `unnamed` are those of nobody in the first list. `failed`: how many times a list could not
    be read since the last page that could.
    """

    began_at: Instant
    roll_call: bool = False
    left: tuple[List, ...] = ()
    cursor: str | None = None
    failed: int = 0
    seen: int = 0
    unnamed: int = 0
    looks: int = 0
    looked: bool = False
    looked_to: str = ""
    blocks: tuple[str, ...] = ()


class Tally(_Stored):
    """One reading of everybody who took part, some thousands at a time: `after` whom it goes on, "" at first.

    `parts` names what it brought so far (`store.Contests.part`), `rejected` counts who is not in the list, by reason.
    """

    after: str = ""
    parts: tuple[str, ...] = ()
    rejected: dict[str, int] = Field(default_factory=dict)


class Witnessed(_Stored):
    """A time-stamp that was had: by whom (`key`), when at the latest, and where its token is published.

    `authority` is the place of who gave it among those that are asked.
    """

    authority: int = 0
    key: str
    at: int  # Unix seconds
    token: str


class Committed(_Stored):
    """A commitment, why it replaced the one before ("" : it is the first), and how far it was shown to others.

    `published_at` is when list and commitment were there for everybody, `spoken` the accounts on which the commit was
    queued to be posted, `posted` whether it was on all of them. `after` is the contest of the commitment before ("":
    the first, or nobody noted it).
    """

    commitment: dict[str, Any]
    moved: str = ""
    after: str = ""
    published_at: Instant | None = None
    posted: bool = False
    spoken: tuple[str, ...] = ()
    stamps: tuple[Witnessed, ...] = ()

    @property
    def said(self) -> Commitment:
        """The commitment itself."""
        return Commitment.of(self.commitment)


class CalledOff(_Stored):
    """That a contest ends without a draw though people took part: since when, why in public words, by whom of the team.

    `shown`: the page of its rules says it; `spoken` are the accounts on which it was queued to be said.
    """

    at: Instant
    why: str
    by: str = ""
    shown: bool = False
    spoken: tuple[str, ...] = ()


class News(_Stored):
    """What people are still to hear, and when it was so."""

    code: str
    at: Instant
    fields: dict[str, Any] = Field(default_factory=dict)


class Contest(_Stored):
    """How far a contest has come. `terms` are those that hold since it opened, as JSON; `due_at` the next look.

    `rules` is the hash of those that hold, `rules_shown` whether people can read them; `own` is all that the
    organiser's accounts are called where people take part; `posts` the comments of each post that was found,
    `heard_at` when what conversations heard below them was last taken note of, `hearing_from` where that goes on
    (None: with the oldest); `blocks_read`, by account, when the last walk began that read to its end whom it
    blocks; `unread` what could not be read after the closing
    (`<network>/<kind>`); `nameless` whether an entry is kept whose author nobody named, `told_apart` whether those were
    that are known with their author too; `unnamed`, by list, how many likes or reposts of nobody it last had; `rolls`,
    by list, when its last roll call began that was over by the closing; `size` how many entries the last walk saw;
    `tally` how far everybody who took part was read; `copied` names what keeps the marks of comments that too many
    wrote (None: not counted yet); `said` what people were told that is told once; `post` what the certificate says of
    the post that carried the commit: address and Unix seconds; `outcome` (a digest) what was last published of what
    became of the ranks ("": something else may stand there), `settle_at` when that is published once more, because a
    name was taken back; `asking_since` when a network that does not answer was first asked about winners; `remembers`
    for how many months after the draw its rules say that who won is remembered; `unnamed_at` when its time to keep data
    was over, and nobody was named any more, `forgotten_at` when all of them were forgotten.
    """

    schema_: Literal[1] = Field(default=1, alias="schema")
    brand: str
    name: str
    revision: int = 1
    state: ContestState = ContestState.PLANNED
    due_at: Instant | None = None
    terms: dict[str, Any] = Field(default_factory=dict)
    rules: str = ""
    rules_shown: bool = False
    own: frozenset[str] = frozenset()
    posts: tuple[List, ...] = ()
    heard_at: Instant | None = None
    hearing_from: Instant | None = None
    blocks_read: dict[str, Instant] = Field(default_factory=dict)
    unread: frozenset[str] = frozenset()
    nameless: bool = False
    told_apart: bool = False
    unnamed: dict[str, tuple[NetworkName, EntryKind, int]] = Field(default_factory=dict)
    walk: Walk | None = None
    walked_at: Instant | None = None
    rolls: dict[str, Instant] = Field(default_factory=dict)
    size: int = 0
    tally: Tally | None = None
    copied: tuple[str, ...] | None = None
    root: str = ""
    entrants: int = 0
    tickets: int = 0
    rejected: dict[str, int] = Field(default_factory=dict)
    frozen_at: Instant | None = None
    commitments: tuple[Committed, ...] = ()
    post: tuple[str, int] | None = None
    signature: str = ""
    certified: bool = False
    outcome: str = ""
    settle_at: Instant | None = None
    asking_since: Instant | None = None
    announced_at: Instant | None = None
    ended_at: Instant | None = None
    called_off: CalledOff | None = None
    remembers: int = 0
    unnamed_at: Instant | None = None
    forgotten_at: Instant | None = None
    said: frozenset[str] = frozenset()
    news: tuple[News, ...] = ()
    quiet_until: Instant | None = None  # nobody could be told; tried again then

    @property
    def draw_id(self) -> str:
        """What the draw is called in its commitment."""
        return f"{self.brand}/{self.name}"

    @property
    def agreed(self) -> Terms:
        """The terms that hold."""
        return Terms.model_validate(self.terms)

    @property
    def folder(self) -> str:
        """Where everything public of it is, in the public bucket."""
        return f"contests/{self.brand}/{self.name}/"

    @property
    def last(self) -> Committed:
        """The commitment that holds."""
        return self.commitments[-1]

    def next(self, **changes: Any) -> Contest:
        """Give it as it is after a change."""
        return self.model_copy(update={**changes, "revision": self.revision + 1})

    def telling(self, code: str, at: datetime, **fields: Any) -> tuple[News, ...]:
        """Give the news with one thing more."""
        return (*self.news, News(code=code, at=at, fields=fields))

    def telling_once(self, code: str, at: datetime, once: str, **fields: Any) -> dict[str, Any]:
        """Give the changes that tell something, unless it was told already."""
        if once in self.said:
            return {}
        return {"news": self.telling(code, at, **fields), "said": self.said | {once}}


class Head(_Stored):
    """Where an operator's draws have come to: how many commitments there are, the last one, and of which contest."""

    seq: int = 0
    prev: str = FIRST_PREV
    contest: str = ""


class Deed(_Stored):
    """One thing that somebody did, as it is kept; the fields are those of `model.Evidence`.

    `present_at` is when the last roll call that read it began, `there_at` when the last one began that asked whether it
    is there, `gone_at` when we know that it was taken away. `below` is the comment at whose foot a comment stands,
    `local` what the account's server calls whoever did it.
    """

    kind: EntryKind
    name: str
    seen_at: Instant
    post: str
    account: str = ""
    remote: str | None = None
    text: str = ""
    at: Instant | None = None
    edited_at: Instant | None = None
    mentions: tuple[str, ...] = ()
    below: str | None = None
    local: str = ""
    present_at: Instant | None = None
    there_at: Instant | None = None
    gone_at: Instant | None = None

    @property
    def list_name(self) -> str:
        """The list in which it stood."""
        return _list_name(self.account, self.kind, self.post)


class Note(_Stored):
    """What somebody of the team decided about an entrant (`decide_entrants.Decision`), and why."""

    at: Instant
    by: str
    what: str
    because: str = ""


class KeptEntrant(_Stored):
    """An account that took part, with all it did, and its nonce (32 secret bytes, hexadecimal), made at first sight.

    `blocked`: by account of the brand's, when the last walk began that found it among those whom that account blocks.
    """

    schema_: Literal[1] = Field(default=1, alias="schema")
    id: str
    nonce: str = Field(repr=False)
    network: NetworkName
    handle: str = ""
    revision: int = 1
    deeds: tuple[Deed, ...] = ()
    account_since: Instant | None = None
    followers: int | None = None
    machine: bool | None = None
    excluded: str = ""  # why a person took them out; `vouched`: a person said that it is no program's
    vouched: bool = False
    blocked: dict[str, Instant] = Field(default_factory=dict)
    elsewhere: bool = False  # nameless, and known with its author too
    notes: tuple[Note, ...] = ()
    forgotten_at: Instant | None = None  # when they asked: nothing but the id is kept, and nothing is added

    def judged(self, contest: Contest) -> Entrant:
        """Give the entrant as the judge takes it: what a roll call did not find any more was taken away.

        Of comments that alone says nothing (`look_again.py`): lists of them may end before everybody is on them.
        """
        return Entrant(
            id=self.id,
            network=self.network,
            handle=self.handle,
            evidence=tuple(self._evidence(one, contest.rolls.get(one.list_name)) for one in self.deeds),
            account_since=self.account_since,
            followers=self.followers,
            machine=self.machine,
            excluded=self.excluded,
            vouched=self.vouched,
            blocked=any(at >= contest.blocks_read.get(account, NEVER) for account, at in self.blocked.items()),
            nameless=is_nameless(self.id),
        )

    def _evidence(self, deed: Deed, roll: datetime | None) -> Evidence:
        listed = deed.kind is not EntryKind.COMMENT
        read_since = deed.seen_at if deed.present_at is None else deed.present_at  # maybe in one that was cut short
        gone = listed and roll is not None and deed.seen_at < roll and read_since < roll
        return Evidence(
            kind=deed.kind,
            by=self.id,
            name=deed.name,
            seen_at=deed.seen_at,
            post=deed.post,
            remote=deed.remote,
            text=deed.text,
            at=deed.at,
            edited_at=deed.edited_at,
            deleted_at=deed.gone_at or (roll if gone else None),
            mentions=deed.mentions,
        )


class Place(StrEnum):
    """What became of somebody whom the draw gave a rank."""

    WAITING = "waiting"  # an alternate whose turn has not come
    WON = "won"  # to answer until `until`
    CLAIMED = "claimed"
    LAPSED = "lapsed"  # did not answer in time
    DISQUALIFIED = "disqualified"


class Told(StrEnum):
    """How a winner hears of it."""

    NOT_YET = ""
    WRITING = "writing"  # an answer to their own comment is being queued
    WRITTEN = "written"  # an answer to their own comment was queued
    PEOPLE = "people"  # the brand's people were asked to


class Winner(_Stored):
    """Somebody whom the draw gave a rank.

    `left` is what only a person can check of them, `asked` what their network was asked about. `seat` is the rank whose
    prize they have (0: none). `told` is how they hear of it, `sent_at` since when that is online, `heard_at` when we
    last looked for what they say to it, `answer` what that was. `named`: they agreed to be named in public. `reason` is
    why they are out, in a person's words, `code` in public. `by`: who of the team noted their answer, or refused them.
    """

    schema_: Literal[1] = Field(default=1, alias="schema")
    rank: int
    handle: str
    id: str
    name: str = ""
    called: str = ""
    revision: int = 1
    place: Place = Place.WAITING
    until: Instant | None = None
    left: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    seat: int = 0
    told: Told = Told.NOT_YET
    sent_at: Instant | None = None
    heard_at: Instant | None = None
    answer: str = ""
    named: bool = False
    reason: str = ""
    by: str = ""
    code: str = ""
    story: tuple[tuple[str, str], ...] = ()  # (when, what became of them)

    @property
    def is_waited_for(self) -> bool:
        """Whether their time to answer runs: their message is online, or people were asked to write to them."""
        return self.place is Place.WON and (self.told is Told.PEOPLE or self.sent_at is not None)

    @property
    def is_shown(self) -> bool:
        """Whether they are named in public."""
        return self.named and self.place is Place.CLAIMED

    def after(self, now: datetime, what: str, **changes: Any) -> Winner:
        """Give them as they are after something that their story keeps."""
        story = (*self.story, (stamp(now), what))
        return self.model_copy(update={**changes, "story": story, "revision": self.revision + 1})

    def writing(self, told: Told) -> Winner:
        """Give them as they are while they are being written to, or where that did not come about."""
        return self.model_copy(update={"told": told, "revision": self.revision + 1})

    def looked(self, now: datetime) -> Winner:
        """Give them as they are after a look for what they say that found nothing."""
        return self.model_copy(update={"heard_at": now, "revision": self.revision + 1})

    def unnamed(self) -> Winner:
        """Give what became of a rank without whose it is: no id, no name, nobody's words."""
        blank = {"id": "", "name": "", "called": "", "left": (), "answer": "", "reason": "", "named": False}
        return self.model_copy(update=blank)

    def forgotten(self, now: datetime, reason: str) -> Winner:
        """Give them as they are once they asked to be forgotten; a prize that was not confirmed is not theirs."""
        if self.place in {Place.WAITING, Place.WON}:
            return self.unnamed().becomes(Place.DISQUALIFIED, now, reason=reason, code=WITHDRAWN)
        return self.unnamed().model_copy(update={"revision": self.revision + 1})

    def becomes(self, place: Place, now: datetime, **changes: Any) -> Winner:
        """Give them as they are after a change, which their story keeps."""
        return self.after(now, place.value, **{"until": None, **changes, "place": place})


def kept_for(terms: Terms) -> timedelta:
    """Say how long after the end of a contest what is kept of those who took part is kept."""
    return terms.personal_data.keep_for if terms.personal_data else KEPT


def forgotten_at(terms: Terms) -> datetime:
    """Say when the table itself forgets what is kept of those who took part, should nothing run any more.

    Later than a contest forgets it (`forget_contest.py`), however many alternates let their time pass: who may still
    win must not be gone.
    """
    most = (terms.announces or terms.draws) + (1 + terms.alternates) * (terms.claim or timedelta())
    return most + DELAYED + kept_for(terms)
