"""What is said to a brand, and the alerts that it opens (pure values and rules)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from heraut.brands import NetworkName, Urgency
from heraut.due import require_aware

Instant = Annotated[datetime, AfterValidator(require_aware)]
REOPENS_FOR = timedelta(days=30)  # an alert that was over as it opened; as retention.QUIET_ALERT says
MOST_WAITING = 1_000  # ids that an alert keeps by name; beyond, it only counts them


class Kind(StrEnum):
    """How somebody spoke to the brand."""

    COMMENT = "comment"  # under a post of the account, where its network tells comments from posts
    REPLY = "reply"  # to something the account wrote, or further down its thread
    MENTION = "mention"
    QUOTE = "quote"
    MESSAGE = "message"  # to the account alone
    REVIEW = "review"  # of the brand, with stars


class LabelName(StrEnum):
    """What a comment is; it may be several at once."""

    QUESTION = "question"
    COMPLAINT = "complaint"
    PRAISE = "praise"
    INSULT = "insult"
    SPAM = "spam"
    TESTIMONIAL = "testimonial"
    PRESS = "press"  # or somebody whom many follow
    AMBASSADOR = "ambassador"


AGREES, REFUSES = "consent", "refusal"  # labels of what answers a request in the words that it asked for
AGREED_WORDS = "agreed_words"  # the rule that gives them
CONTENT = frozenset({LabelName.PRAISE, LabelName.TESTIMONIAL, LabelName.AMBASSADOR})


class Stored(BaseModel):
    """What is kept: fields of a newer release stay."""

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)


class Author(Stored):
    """Who spoke: `id` is the network's own, `handle` what people write after @; `followers` where the network tells.

    `handle` is "" where people have none (Facebook).
    """

    id: str
    handle: str = ""
    name: str
    followers: int | None = None

    @property
    def called(self) -> str:
        """How others write who it is: by the handle, by the name where people have none."""
        return self.handle or self.name


class Because(Stored):
    """Why a rule was about an interaction: the condition (a field of `when`) and what met it."""

    condition: str
    found: str


class Decision(Stored):
    """What one rule decided: `did` are its actions that took effect, the others were decided by a rule above it."""

    rule: str
    because: tuple[Because, ...] = ()
    did: dict[str, Any] = Field(default_factory=dict)


class Label(Stored):
    """What a comment is: one of `LabelName`, or a name that a rule of the brand gives.

    `rule` is what says so (`labels_said.toml` has them in plain words), `words` what it went by.
    """

    name: str
    rule: str
    words: str | None = None


def asks_something(labels: Iterable[Label]) -> bool:
    """Whether somebody must answer: always, but for spam, and for praise that neither asks nor complains.

    What has no label is left to a person: the rules do not know what it is. So is what was noted as a consent or a
    refusal, however glad: they hear of it.
    """
    given = list(labels)
    if any(label.rule == AGREED_WORDS for label in given):
        return True
    names = {label.name for label in given} & set(LabelName)
    return LabelName.SPAM not in names and (not names or not names <= CONTENT)


def is_praise(labels: Iterable[Label]) -> bool:
    """Whether it is praise alone: nobody must answer, and a word of thanks would please."""
    names = {label.name for label in labels} & set(LabelName)
    return bool(names) and names <= CONTENT


class Interaction(Stored):
    """One thing that was said to an account of a brand, as its network tells it.

    `id` is the network's own; `answers` is what it replies to, `thread` the post at whose foot it stands (itself where
    it begins one). `at` is when the network says it came. `reference` is what else the network's adapter needs to
    answer it, opaque to all others. `stars` (one to five) are a review's. `labels` are given when it is received, and
    again when its author changes it; `decisions` are what the brand's rules made of it, in their order. `asked` are the
    wordings (digests) with which it asked something before its author changed it. `pictures` are those
    that it shows, by their addresses (Meta's stop working after some days), `picture_texts` how their author
    describes each ("" where they do not). `mentions` are the accounts that it named as it
    came, as `networks.base.Entry` has them.
    """

    schema_: Literal[1] = Field(default=1, alias="schema")
    brand: str
    account: str
    network: NetworkName
    id: str
    kind: Kind
    author: Author
    text: str
    language: str | None = None
    answers: str | None = None
    thread: str
    at: Instant
    url: str | None = None
    reference: dict[str, str] = Field(default_factory=dict)
    stars: int | None = Field(default=None, ge=1, le=5)
    received_at: Instant | None = None  # when we took it in
    labels: tuple[Label, ...] = ()
    offended: bool | None = None  # whether its words counted as an offence when it came
    decisions: tuple[Decision, ...] = ()
    asked: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    picture_texts: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()


class Answered(Stored):
    """The account itself replied, wherever it was written: `id` of the reply, `to` what was answered."""

    id: str
    to: str
    at: Instant


class Reply(Stored):
    """An answer that a person gave here and that is not online yet: who, when, and the post that carries it."""

    by: str
    at: Instant
    post: str


class HandedOver(Stored):
    """Who handed an alert over to whom last, when, and the word that went with it."""

    by: str
    to: str
    at: Instant
    word: str = ""


class Hiding(Stored):
    """Somebody asked that an interaction be hidden, or shown again (`shows`): who, when, and why."""

    by: str
    at: Instant
    shows: bool = False
    word: str = ""


class Notice(Stored):
    """What one person is to hear about an alert beside its steps: `code` names the sentences, `word` is quoted in them.

    `handed_over`: `by` handed it over to them. `handed_back`: whom they had handed it over to (`by`) cannot be reached.
    `not_hidden`, `not_shown`: what they asked for of an `interaction` could not be done; `word` says why.
    """

    code: str
    to: str
    at: Instant
    by: str
    word: str = ""
    interaction: str | None = None


class GivenAnswer(BaseModel):
    """An answer as it stands: what publishing tells of it. `anew`: it came to nothing, and another may be given.

    `state` is the delivery's (`held` where something holds it), `by` a person's id or name.
    """

    model_config = ConfigDict(frozen=True)

    post: str
    by: str
    at: Instant
    text: str
    state: str
    anew: bool = False
    url: str | None = None


class Edited(Stored):
    """Somebody changed what they had said: `id` of the interaction, the `text` as it is now."""

    id: str
    text: str
    at: Instant


class Erased(Stored):
    """What was said is gone from its network, whoever took it away: `id` of the interaction."""

    id: str
    at: Instant


class Overheard(Stored):
    """What was said while a contest of the brand ran on the account, kept until that contest took note of it.

    `said` is as it stood then; `heard_at` is when we heard it, `edited_at` and `erased_at` when its author changed it,
    or anybody took it away.
    """

    schema_: Literal[1] = Field(default=1, alias="schema")
    contest: str
    said: Interaction
    heard_at: Instant
    edited_at: Instant | None = None
    erased_at: Instant | None = None


class What(StrEnum):
    """What may happen to an alert, beside the interactions that open and join it."""

    TOLD = "told"
    REMINDED = "reminded"
    ESCALATED = "escalated"
    TAKEN = "taken"
    HANDED_OVER = "handed_over"  # by one person to another
    HANDED_BACK = "handed_back"  # whom it was handed over to cannot be reached
    ANSWERED = "answered"
    ERASED = "erased"  # gone from its network
    CLOSED = "closed"
    EDITED = "edited"  # its author changed it, and it asks something now
    REOPENED = "reopened"  # the same, or somebody else asked, when nothing was left to do
    MUTED = "muted"  # a rule keeps it from everybody
    REMOVED = "removed"  # hidden or deleted by a rule, or hidden by a person
    NOT_REMOVED = "not_removed"  # a rule or a person wanted to, and could not, or the rule is only on trial
    SHOWN = "shown"  # hidden before
    NOT_SHOWN = "not_shown"  # a person wanted to, and could not
    CAME_BY = "came_by"  # somebody said who they are, in a channel that they read


MODERATED = frozenset({What.REMOVED, What.NOT_REMOVED, What.SHOWN, What.NOT_SHOWN, What.MUTED})


class Moment(Stored):
    """One thing that happened to an alert: by whom (None: Héraut, or nobody knows), told to whom, about what.

    An answer says when it was asked for (`asked_at`) and how much working time it took; the others leave both out.
    """

    schema_: Literal[1] = Field(default=1, alias="schema")
    what: What
    at: Instant
    alert: str
    account: str
    network: NetworkName
    by: str | None = None
    people: tuple[str, ...] = ()
    interaction: str | None = None
    rule: str | None = None
    channel: str | None = None
    removal: str | None = None  # hide or delete
    charter: str | None = None  # the rule of the community's charter that it enforces
    counts: int | None = None  # what it added to its author's removed comments: 1, 0, or -1 where it was taken back
    problem: str | None = None  # why it was not removed: `trial`, `impossible`, or the code of what the network said
    fields: dict[str, str | int | float] | None = None  # of that problem
    word: str | None = None  # what a person wrote beside what they did
    asked_at: Instant | None = None
    worked_seconds: int | None = None


class Alert(Stored):
    """What asks for a person on one thread of an account: opened by the first interaction, joined by the others.

    `waiting` are the interactions that nobody has answered yet, `count` all that joined. `deadline` is when an answer
    is owed, `due_at` when the machine looks next (None: nothing more to say). `told` is how far telling went,
    `escalated` how many steps were told after the deadline. `targets` are the people and teams that rules name; none:
    whoever has the role. `suggest` names a saved answer. `replies` are the answers on their way, by interaction,
    `writing` who began to write one, and when. `hiding` is what of it is about to be hidden or shown, by interaction.
    `notices` wait to be told from `notices_at` on. `quiet`: it was over as it opened, for nobody had to answer.
    `thanks` is praise that nobody thanked for yet, `reopened` how often it was over and is not. `heard` is who heard
    the step that is being told (`<step>/<person>`) while somebody else could not be reached, `missed_at` since when
    that is. `news` is what happened in this change: the store keeps it in the alert's story.
    """

    schema_: Literal[1] = Field(default=1, alias="schema")
    brand: str
    id: str
    account: str
    network: NetworkName
    thread: str
    opened_at: Instant
    deadline: Instant
    due_at: Instant | None
    waiting: tuple[str, ...]
    count: int = 1
    told: int = 0
    taken_by: str | None = None
    closed_at: Instant | None = None
    closed_by: str | None = None  # a person's id; None: every interaction was answered
    replies: dict[str, Reply] = Field(default_factory=dict)
    writing: dict[str, Instant] = Field(default_factory=dict)
    urgency: Urgency = Urgency.NORMAL
    answer_minutes: int = 240
    remind_at: Instant | None = None
    targets: tuple[str, ...] = ()
    escalated: int = 0
    suggest: str | None = None
    quiet: bool = False
    thanks: tuple[str, ...] = ()
    reopened: int = 0
    heard: tuple[str, ...] = ()
    missed_at: Instant | None = None
    handed_over: HandedOver | None = None
    hiding: dict[str, Hiding] = Field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    notices_at: Instant | None = None
    news: tuple[Moment, ...] = Field(default=(), exclude=True)
    revision: int = 1

    @property
    def look_at(self) -> datetime | None:
        """When the machine looks next, for a step or a notice; None: there is nothing more to say."""
        return min((at for at in (self.due_at, self.notices_at) if at is not None), default=None)
