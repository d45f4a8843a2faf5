"""What a network can do, as small Protocols; an adapter implements those its network has.

An adapter is the only place that knows its network's API. It lets out only the errors of
`heraut.errors` that descend from `NetworkError`, and takes time as an argument.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from heraut.brands.model import EntryKind, NetworkName
from heraut.errors import OutcomeUnknown
from heraut.problems import problem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from heraut.allowance import Allowance
    from heraut.brands import Account
    from heraut.conversations.model import Answered, Edited, Erased, Interaction
    from heraut.errors import NetworkError
    from heraut.problems import Language, Problem
    from heraut.publishing.model import Content, Media, Prepared


@dataclass(frozen=True)
class Limits:
    """What an account's network accepts; None: no limit known.

    `characters` are counted the network's own way (`count`), `url_characters` is the flat length of a link where
    it has one, sizes are bytes. `image_bytes` is what we resize to, never a reason to refuse a picture.
    """

    characters: int | None = None
    text_bytes: int | None = None
    url_characters: int | None = None
    media: int = 4
    image_bytes: int | None = None
    image_pixels: int | None = None
    image_types: tuple[str, ...] = ("image/jpeg", "image/png", "image/webp", "image/gif")
    video_bytes: int | None = None
    video_types: tuple[str, ...] = ()
    alt_characters: int | None = None
    alt_required: bool = True
    poll_options: int = 0  # 0: no polls
    poll_option_characters: int | None = None
    poll_shortest: int | None = None  # minutes
    poll_longest: int | None = None  # minutes
    threads: bool = True
    first_comment: bool = False
    visibility: bool = False
    content_warning: bool = False


@dataclass(frozen=True)
class Job:
    """One delivery as an adapter sees it.

    `key` never changes for one version of one delivery, whatever the number of attempts: the network's own
    idempotency is built from it. `created_at` is fixed too (the promise, `publish_at`). `done` are the remote ids of
    the parts of a thread that were already accepted. `zone` (IANA, the brand's) and `language` (the
    account's, else the brand's) are for hours and labels that people read.
    """

    brand: str
    brand_name: str
    post: str
    version: int
    key: str
    account: Account
    secret: Mapping[str, str] = field(repr=False)
    content: Content
    created_at: datetime
    prepared: Prepared | None = None
    done: tuple[str, ...] = ()
    zone: str = "Europe/Paris"
    language: Language = "fr"


@dataclass(frozen=True)
class Published:
    """What the network accepted: one id for each part of the thread, the link to the first, and when it says it was.

    `allowance` is what its answer told of its limits.
    """

    remote_ids: tuple[str, ...]
    url: str | None
    at: datetime | None = None
    allowance: Allowance | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Begun:
    """The beginning of a thread, found online: its first parts (those in `Job.done` included), but not the next one."""

    remote_ids: tuple[str, ...]
    url: str | None = None


@dataclass(frozen=True)
class Preparation:
    """What was uploaded ahead.

    `remote` is opaque to all but the adapter and given back to it in `Job.prepared`; `look_at` is set while
    the network still works on it: call `prepare` again then. `problems` are warnings: what will be posted a little
    differently (a mention of nobody, a link without its card). `allowance` is what the last upload's answer told of
    the network's limits.
    """

    remote: Mapping[str, str]
    expires_at: datetime | None = None
    look_at: datetime | None = None
    problems: tuple[Problem, ...] = ()
    allowance: Allowance | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Window:
    """When a doubtful call may have been accepted: from attempt start - 60 s to the last possible acceptance."""

    since: datetime
    until: datetime


@dataclass(frozen=True)
class Identity:
    """Who the network says we are, and what it accepts from us."""

    name: str
    url: str | None
    limits: Limits
    problems: tuple[Problem, ...] = ()


class Publishes(Protocol):
    """Publishing: what `heraut/publishing` needs of a network."""

    @property
    def name(self) -> NetworkName:
        """Which network it is."""

    @property
    def reads_back(self) -> bool:
        """Whether it can list the account's own recent posts."""

    @property
    def secret_fields(self) -> tuple[str, ...]:
        """What `heraut account secret` asks for; empty: no secret."""

    def prepare_ahead(self, content: Content) -> timedelta | None:
        """Say how long before its instant this content's uploads may begin; None: nothing to upload."""

    def limits(self, account: Account, secret: Mapping[str, str]) -> Limits:
        """Give the limits, from the account's server where it tells them (remembered for an hour), else defaults."""

    def count(self, text: str, limits: Limits) -> int:
        """Count a text as the network counts it."""

    def validate(self, content: Content, limits: Limits) -> Sequence[Problem]:
        """Find everything that the network would refuse, before it does."""

    def prepare(self, job: Job, read: Callable[[Media], bytes], now: datetime) -> Preparation:
        """Upload what can be uploaded ahead; repeatable, resumes from `job.prepared`. Never publishes, never waits."""

    def publish(self, job: Job, accepted: Callable[[str], None], now: datetime) -> Published:
        """Make the final call (for a thread, one call a part not yet in `job.done`), telling `accepted` each remote id.

        Raises Refused, RateLimited, Unreachable, OutcomeUnknown or CredentialsExpired.
        """

    def find(self, job: Job, window: Window, taken: frozenset[str]) -> Published | Begun | None:
        """Look for this job among the account's own posts; None: absent (each page of the window was read).

        Of a thread, `Begun` when parts beyond `job.done` are online and not all. `taken` are remote ids of other
        deliveries. Raises ReadBackUnavailable when it could not look.
        """

    def repeat_is_safe(self, job: Job) -> timedelta | None:
        """Say for how long after the first attempt the network itself refuses a repeat; None: it never does."""

    def check(self, account: Account, secret: Mapping[str, str]) -> Identity:
        """Try the account for real, reading only; raises like `publish` does."""


@runtime_checkable
class Refreshes(Protocol):
    """Networks whose tokens expire: `refresh_tokens` is their only writer."""

    @property
    def signs_in_anew(self) -> bool:
        """Whether what a person gave (a password) opens a new session: then a renewal that got lost loses nothing."""

    def refresh(self, account: Account, secret: Mapping[str, str], now: datetime) -> Mapping[str, str] | None:
        """Give the renewed secret, None when nothing needs renewing; CredentialsExpired when a person must act.

        OutcomeUnknown when no answer came to a call after which the secret given may be good for nothing.
        """


@runtime_checkable
class Expires(Protocol):
    """Networks where only a person can renew what ends one day."""

    def good_until(self, account: Account, secret: Mapping[str, str]) -> datetime | None:
        """Say until when the secret is good unless a person renews it (aware); None: no end is known."""


def problem_of_trial(error: NetworkError) -> Problem:
    """Say what stopped an account from being tried (`check`): nothing was sent, so nothing of ours may be online."""
    host = error.problem.fields.get("host")
    return problem("trial_unanswered", host=host) if isinstance(error, OutcomeUnknown) and host else error.problem


@dataclass(frozen=True)
class Heard:
    """What was said to an account, oldest first, what it answered itself, and where to go on from (opaque).

    `edits` and `erased`: what became of what was said earlier, where the network tells.
    """

    interactions: tuple[Interaction, ...]
    answers: tuple[Answered, ...]
    cursor: str
    edits: tuple[Edited, ...] = ()
    erased: tuple[Erased, ...] = ()


@runtime_checkable
class Listens(Protocol):
    """Networks that tell what is said to an account."""

    def listen(
        self, brand: str, account: Account, secret: Mapping[str, str], cursor: str | None, now: datetime
    ) -> Heard:
        """Give what came since `cursor`; None: nothing of the past, only where to begin.

        Something may be given again; nothing is left out as long as the cursor that was given is kept. Raises like
        `publish` does.
        """


@runtime_checkable
class Replies(Protocol):
    """Networks where an account can answer what is said to it.

    An answer is a delivery of its own: `publish`, `find` and `repeat_is_safe` are given it like any post, and know it
    by `content.in_reply_to`.
    """

    def reply(self, account: Account, interaction: Interaction, text: str) -> Content:
        """Give what is published to answer an interaction: where it stands, who may see it, who is addressed.

        No wider circle sees the answer than saw what is answered. InvalidInput when this one cannot be answered.
        """


@dataclass(frozen=True)
class Spot:
    """Where something is said on a thread of the account's own: under its post, or below a comment there (remote ids).

    `top` is the comment at whose foot that comment stands, None where it stands right under the post.
    """

    post: str
    comment: str | None = None
    top: str | None = None

    @property
    def at(self) -> str:
        """What it is an answer to."""
        return self.comment or self.post


@runtime_checkable
class SpeaksUnder(Protocol):
    """Networks where an account can say something under a post of its own, or below a comment there."""

    def under(self, account: Account, secret: Mapping[str, str], spot: Spot, text: str, now: datetime) -> Content:
        """Give what is published there, before no wider circle than what it stands under. Only asks, publishes nothing.

        Who is addressed stands in the text. Raises like `publish` does; Refused when there is nothing there any more.
        """


@dataclass(frozen=True)
class WebhookRequest:
    """A request that came to an account's webhook address: header names in lower case, the body's very bytes."""

    method: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Opened:
    """A request whose signature holds: the event's bytes (decrypted where they came encrypted).

    `id` is the event's own name where its bytes are not (they differ each time it is sent, or two events may be
    alike). `kind` is what the network calls it, where it says so beside the body. `reply` is the body of the answer
    that the network waits for, `stored` False when the event was only a question whether we are here.
    """

    body: bytes = field(repr=False)
    id: str | None = None
    kind: str | None = None
    reply: str = ""
    stored: bool = True


class WebhookScheme(Protocol):
    """How a network proves that a request is its own: pure over a request's bytes, headers and query.

    `secret` is the webhook's own (never the account's): `given` are the fields of it that a person copies from the
    network, `drawn` those that we draw and the network is told. `content_types` are those that a body may have.
    """

    @property
    def given(self) -> tuple[str, ...]:
        """What a person copies from the network."""

    @property
    def drawn(self) -> tuple[str, ...]:
        """What we draw."""

    @property
    def content_types(self) -> tuple[str, ...]:
        """What an event's body may be."""

    def draw(self) -> Mapping[str, str]:
        """Draw what we draw anew."""

    def challenge(self, request: WebhookRequest, secret: Mapping[str, str]) -> WebhookAnswer | None:
        """Answer the network's question whether this address is ours; None where it asks nothing that we answer."""

    def verify(self, request: WebhookRequest, secret: Mapping[str, str], now: datetime) -> Opened:
        """Open an event; Unverified when it is not signed, signed with another key, or (where a time is signed) old."""


@runtime_checkable
class Signs(Protocol):
    """Schemes whose events we can write ourselves, because we hold the same key as the network."""

    def sign(self, body: bytes, secret: Mapping[str, str], now: datetime) -> Mapping[str, str]:
        """Give the headers with which the network would send this body."""


@dataclass(frozen=True)
class WebhookAnswer:
    """What a network that asks for proof wants to read."""

    body: str
    content_type: str = "text/plain"


@dataclass(frozen=True)
class WebhookEvent:
    """A stored event: the scheme by which it came, what the network calls it, its bytes, when it came (aware)."""

    scheme: str
    body: bytes = field(repr=False)
    at: datetime
    kind: str | None = None


@dataclass(frozen=True)
class Brought:
    """What an event brought to one account: what was said to it, and what it answered itself, as in `Heard`.

    `look` asks to listen to the account at once: the event only says that something came.
    """

    interactions: tuple[Interaction, ...] = ()
    answers: tuple[Answered, ...] = ()
    edits: tuple[Edited, ...] = ()
    erased: tuple[Erased, ...] = ()
    look: bool = False


@runtime_checkable
class ReceivesWebhooks(Protocol):
    """Networks that send what is said to an account to an address of ours."""

    @property
    def webhook_schemes(self) -> tuple[str, ...]:
        """By which schemes of `networks/webhooks` its events may come, the usual one first."""

    def parse_webhook(
        self, brand: str, account: Account, secret: Mapping[str, str], event: WebhookEvent, now: datetime
    ) -> Brought:
        """Read an event (its signature holds): what of it is this account's, and nothing of other accounts in it.

        One event may be for several accounts of a brand (an app has one address): each is given it. `secret` is the
        account's. What it does not know is left out; a body that is none raises `Unreadable`; what must be completed by
        a call of the network raises like `publish` does.
        """


@runtime_checkable
class Subscribes(Protocol):
    """Networks that can be told by a call where to send events."""

    @property
    def subscribes_by(self) -> tuple[str, ...]:
        """For which schemes."""

    def subscribe(
        self, account: Account, secret: Mapping[str, str], webhook: Mapping[str, str], now: datetime
    ) -> datetime | None:
        """Have events sent to `webhook["address"]` with the other fields of its secret; may be repeated.

        Gives until when the network does so (a lease, aware), None where there is no end. Raises like `publish` does.
        """


# Where an account can answer from here (`Replies`), and what may be hidden on the networks that moderate: kinds of
# interactions (what stands on somebody else's page may not).
# Said here too, so that who only writes a message need not load their adapters.
ANSWERS: frozenset[NetworkName] = frozenset(
    {NetworkName.BLUESKY, NetworkName.MASTODON, NetworkName.FACEBOOK, NetworkName.INSTAGRAM}
)
HIDES: Mapping[NetworkName, frozenset[str]] = {
    NetworkName.FACEBOOK: frozenset({"comment", "reply"}),
    NetworkName.INSTAGRAM: frozenset({"comment", "reply"}),
}


@runtime_checkable
class ShowsAgain(Protocol):
    """Networks whose addresses of pictures stop working after some days, and that give new ones."""

    def pictures(
        self, account: Account, secret: Mapping[str, str], interaction: Interaction, now: datetime
    ) -> tuple[str, ...]:
        """Give where the pictures of an interaction are read now, in their order; raises like `publish` does."""


@runtime_checkable
class Moderates(Protocol):
    """Networks where an account may hide or take away what others said to it.

    Each may be called again: what is done stays done. Raises like `publish` does; Refused says why it cannot be.
    """

    def hide(self, account: Account, secret: Mapping[str, str], interaction: str, now: datetime) -> None:
        """Let only its author, and their friends, see an interaction."""

    def show(self, account: Account, secret: Mapping[str, str], interaction: str, now: datetime) -> None:
        """Let everybody see it again."""

    def delete(self, account: Account, secret: Mapping[str, str], interaction: str, now: datetime) -> None:
        """Take it away for good: nothing brings it back."""


class Reach(StrEnum):
    """How a network tells who did something."""

    LISTED = "listed"  # everybody who did (`Lists.entries`)
    CHECKED = "checked"  # only whether those did whom one names (`Lists.follows`)


# Who may be counted where. What is not here can be seen by nobody's program: a person looks.
REACH: Mapping[NetworkName, Mapping[EntryKind, Reach]] = {
    NetworkName.BLUESKY: {
        EntryKind.COMMENT: Reach.LISTED,
        EntryKind.LIKE: Reach.LISTED,
        EntryKind.REPOST: Reach.LISTED,
        EntryKind.FOLLOW: Reach.CHECKED,
    },
    NetworkName.MASTODON: {
        EntryKind.COMMENT: Reach.LISTED,
        EntryKind.LIKE: Reach.LISTED,
        EntryKind.REPOST: Reach.LISTED,
        EntryKind.FOLLOW: Reach.CHECKED,
    },
    NetworkName.FACEBOOK: {EntryKind.COMMENT: Reach.LISTED, EntryKind.LIKE: Reach.LISTED},
    NetworkName.INSTAGRAM: {EntryKind.COMMENT: Reach.LISTED},
}


def stable_id(network: NetworkName, known_as: str) -> str:
    """Give the id under which somebody stays the same person, whatever they call themselves: `network:id`."""
    return f"{network}:{known_as}"


@dataclass(frozen=True)
class Entry:
    """One thing that somebody did: a comment, a like, a repost, or following.

    `by` is their stable id (`stable_id`), None where the network does not say who it was. `name` and `handle` (with its
    @, "" where people have none) are what they are called today. `remote` is the network's id of the comment, None of
    what has none. `at` is the network's own clock where it tells it, never the author's alone; None where it does
    not say when: then only we know when it was first seen. `below` is the comment at whose foot a comment stands, None
    right under the post. `mentions` are the different accounts that a comment names, in their order: stable ids where
    the network tells them, else names with their @ in small letters. `local` is what the account's server calls its
    author, for `Lists.follows`. What may tell a machine, where the network says it: since when their account is there,
    how many follow it, whether it calls itself a machine. `url` is where people read a comment, "" where the list does
    not tell; it says nothing of what was done, so that two entries are the same without it. `likes` is how many like
    the comment, None where the list does not tell. `hidden`: the account hid it from the public.
    """

    kind: EntryKind
    by: str | None
    name: str
    handle: str = ""
    remote: str | None = None
    text: str = ""
    at: datetime | None = None
    edited_at: datetime | None = None
    below: str | None = None
    mentions: tuple[str, ...] = ()
    local: str | None = None
    account_since: datetime | None = None
    followers: int | None = None
    machine: bool | None = None
    likes: int | None = None
    hidden: bool = False
    url: str = field(default="", compare=False)


@dataclass(frozen=True)
class Listed:
    """A page of entries, in no order that may be relied on.

    `cursor` is where the next page begins (opaque), None after the last one; a page may be empty and have one. `own`
    is all that the account itself is called among entries and mentions: its stable id, its name with its @. `unlisted`
    is how many more the network says there are than it shows us (blocked, suspended, or beyond what it lists at all),
    where it tells.
    """

    entries: tuple[Entry, ...]
    cursor: str | None = None
    own: frozenset[str] = frozenset()
    unlisted: int = 0


@runtime_checkable
class Lists(Protocol):
    """Networks that tell who did what under a post of the account: who takes part in a contest.

    A list is what there is now: what was deleted or undone is not in it. Both raise like `publish` does; Refused also
    where the network lists no such thing (`lists_not_here`), or the post is gone.
    """

    @property
    def reach(self) -> Mapping[EntryKind, Reach]:
        """Who can be listed here, and who only checked (`REACH`)."""

    def entries(
        self,
        account: Account,
        secret: Mapping[str, str],
        kind: EntryKind,
        post: str,
        cursor: str | None,
        now: datetime,
    ) -> Listed:
        """Give a page of those who did `kind` under a post of the account, by its remote id; no cursor: the first.

        Pages end by their cursor: one that could not be read is asked for again by the same. Nothing is given twice
        by one walk, whatever is done meanwhile, and nothing that was there from its beginning to its end is left out.
        """

    def follows(self, account: Account, secret: Mapping[str, str], who: Sequence[str], now: datetime) -> frozenset[str]:
        """Say which of these (`Entry.local`) follow the account now."""

    def still_there(
        self, account: Account, secret: Mapping[str, str], comments: Sequence[str], now: datetime
    ) -> frozenset[str]:
        """Say which of these comments (`Entry.remote`) are still there: a list may end before all are on it."""

    def heard(self, interaction: Interaction, post: str) -> Entry | None:
        """Give what was heard (by listening, or by a webhook) as the list of that post would give it.

        None where it is no comment under that post, as far as can be known without asking; nothing is asked.
        """

    def post_at(self, account: Account, secret: Mapping[str, str], address: str, now: datetime) -> str:
        """Give the remote id of a post of the account, by the address at which people read it, or the id itself.

        Refused when the account has no such post (`lists_not_our_post`, `lists_post_gone`).
        """


@dataclass(frozen=True)
class Blocked:
    """A page of the accounts that an account blocks, by their stable ids; `cursor` as in `Listed`."""

    who: frozenset[str]
    cursor: str | None = None


@runtime_checkable
class Blocks(Protocol):
    """Networks that tell whom an account blocks."""

    def blocked(self, account: Account, secret: Mapping[str, str], cursor: str | None, now: datetime) -> Blocked:
        """Give a page of those whom the account blocks now; no cursor: the first. Raises like `publish` does."""
