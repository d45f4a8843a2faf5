"""Mastodon, and the servers that speak its language (https://docs.joinmastodon.org/methods/statuses/).

The token comes from the account's own settings page and does not expire. The instant of a post is kept by us:
`scheduled_at` is never used. A repeat with the same Idempotency-Key gives the same post within the hour on real
Mastodon; servers that only imitate its API may post twice, so there a repeat is never called safe.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from heraut.brands import NetworkName
from heraut.errors import CredentialsExpired, NetworkError, OutcomeUnknown, ReadBackUnavailable, Refused, Unreachable
from heraut.networks import (
    mastodon_find,
    mastodon_listen,
    mastodon_lists,
    mastodon_media,
    mastodon_under,
    mastodon_webhooks,
)
from heraut.networks.base import REACH, Identity, Published, Window
from heraut.networks.http import allowance_of
from heraut.networks.mastodon_answers import HEARING, RIGHTS, entity, is_good, refusal, status_of
from heraut.networks.mastodon_post import body_of, key_of, messages, problems_of, reply_of
from heraut.networks.mastodon_server import TOKEN, Server
from heraut.networks.mastodon_text import URL_CHARACTERS, count
from heraut.networks.memory import Memory
from heraut.problems import problem, warning

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from heraut.allowance import Allowance
    from heraut.brands import Account, EntryKind
    from heraut.conversations.model import Interaction
    from heraut.networks.base import (
        Begun,
        Blocked,
        Brought,
        Entry,
        Heard,
        Job,
        Limits,
        Listed,
        Preparation,
        Spot,
        WebhookEvent,
    )
    from heraut.networks.http import Http
    from heraut.networks.mastodon_answers import Status
    from heraut.problems import Problem
    from heraut.publishing.model import Content, Media

REPEAT_IS_SAFE = timedelta(minutes=55)  # Mastodon keeps a key for 60
POSTS_WINDOW = timedelta(hours=3)  # in which an account may post 300 times (Mastodon's RateLimiter)
SLOW_CLOCKS = timedelta(seconds=60)  # a server's clock may be behind ours


@dataclass(frozen=True)
class Mastodon:
    """Publishing on Mastodon. `clock` tells the time to the calls that are given no instant."""

    http: Http
    clock: Callable[[], datetime]
    memory: Memory = field(default_factory=Memory)

    name = NetworkName.MASTODON
    reads_back = True
    secret_fields: tuple[str, ...] = (TOKEN,)
    reach = REACH[NetworkName.MASTODON]

    def prepare_ahead(self, content: Content) -> timedelta | None:
        """Say how long before its instant uploads may begin: a quarter of an hour for pictures, an hour for films."""
        return mastodon_media.ahead(content)

    def limits(self, account: Account, secret: Mapping[str, str]) -> Limits:
        """Give what the account's server accepts: its own words (remembered for an hour), else Mastodon's defaults."""
        return self._server(account, secret).instance().limits

    def count(self, text: str, limits: Limits) -> int:
        """Count grapheme clusters, a link as long as the server says, `@user@domain` as `@user`."""
        return count(text, limits.url_characters or URL_CHARACTERS)

    def validate(self, content: Content, limits: Limits) -> Sequence[Problem]:
        """Find everything that the server would refuse."""
        return tuple(problems_of(content, limits))

    def prepare(self, job: Job, read: Callable[[Media], bytes], now: datetime) -> Preparation:
        """Upload pictures and films, or look at those the server still works on."""
        server = Server(self.http, job.account, job.secret, self.memory, now)  # as long as the files take
        return mastodon_media.prepare(server, job, read, server.instance().limits)

    def publish(self, job: Job, accepted: Callable[[str], None], now: datetime) -> Published:
        """Send each part that is not yet in `job.done`, each a reply to the one before.

        Raises PreparationLost when an upload is missing or gone: nothing was posted, prepare again.
        """
        server = self._server(job.account, job.secret, now)
        whole = len(messages(job.content))
        uploads = {part: mastodon_media.ids_of_part(server, job, part) for part in range(len(job.done), whole)}
        sent = self._already_online(server, job)
        for status in sent:
            accepted(status.id)
        ids = [*job.done, *(status.id for status in sent)]
        allowance, answers = None, job.content.in_reply_to
        for part in range(len(ids), whole):
            before = ids[-1] if ids else answers.interaction if answers else None
            status, allowance = self._send(server, job, part, uploads[part], before)
            sent.append(status)
            ids.append(status.id)
            accepted(status.id)
        first = self._first(server, ids[0]) if job.done else sent[0]
        url, at = (first.url, first.created_at) if first else (None, None)
        return Published(remote_ids=tuple(ids), url=url, at=at, allowance=allowance)

    def find(self, job: Job, window: Window, taken: frozenset[str]) -> Published | Begun | None:
        """Look for this job's parts among the account's own posts."""
        server = self._server(job.account, job.secret)
        found = mastodon_find.find(server, job, window, taken)
        if found is None or not job.done:
            return found
        first = self._first(server, found.remote_ids[0])
        return replace(found, url=first.url if first else None)

    def repeat_is_safe(self, job: Job) -> timedelta | None:
        """Say 55 minutes on a server that says it is Mastodon; None on others, and where the server does not say."""
        try:
            instance = self._server(job.account, job.secret).instance()
        except NetworkError:
            return None
        return REPEAT_IS_SAFE if instance.is_mastodon else None

    def check(self, account: Account, secret: Mapping[str, str]) -> Identity:
        """Ask the server who we are and what the token may do."""
        server = self._server(account, secret)
        instance = server.instance()
        try:
            who = server.who()
        except OutcomeUnknown as unclear:
            if unclear.problem.code != "mastodon_answer_unclear":
                raise
            raise Refused(problem("mastodon_no_server", "instance", host=server.host)) from unclear
        name = f"@{who['username']}@{instance.domain or server.host}"
        url = who.get("url")
        return Identity(
            name=name,
            url=url if isinstance(url, str) else None,
            limits=instance.limits,
            problems=(*_rights_problems(server, str(who["id"])), *_account_problems(account, who, name, server.host)),
        )

    def listen(
        self, brand: str, account: Account, secret: Mapping[str, str], cursor: str | None, now: datetime
    ) -> Heard:
        """Read the mentions and replies that came since the cursor, and what the account answered itself."""
        server = Server(self.http, account, secret, self.memory, now)  # as long as the pages take
        return mastodon_listen.listen(server, brand, cursor)

    def entries(
        self,
        account: Account,
        secret: Mapping[str, str],
        kind: EntryKind,
        post: str,
        cursor: str | None,
        now: datetime,
    ) -> Listed:
        """Give a page of those who comment, like or repost a post, as the account's server knows them."""
        server = Server(self.http, account, secret, self.memory, now)
        return mastodon_lists.entries(server, kind, post, cursor)

    def follows(self, account: Account, secret: Mapping[str, str], who: Sequence[str], now: datetime) -> frozenset[str]:
        """Say which of these follow the account: forty at a time, one by one on a server that imitates Mastodon."""
        return mastodon_lists.follows(Server(self.http, account, secret, self.memory, now), who)

    def still_there(
        self, account: Account, secret: Mapping[str, str], comments: Sequence[str], now: datetime
    ) -> frozenset[str]:
        """Say which of these comments are still there, as the account's server knows them."""
        return mastodon_lists.still_there(Server(self.http, account, secret, self.memory, now), comments)

    def blocked(self, account: Account, secret: Mapping[str, str], cursor: str | None, now: datetime) -> Blocked:
        """Give a page of those whom the account blocks."""
        return mastodon_lists.blocked(Server(self.http, account, secret, self.memory, now), cursor)

    def heard(self, interaction: Interaction, post: str) -> Entry | None:
        """Give what was heard as an entry under a post."""
        return mastodon_lists.heard(interaction, post)

    def post_at(self, account: Account, secret: Mapping[str, str], address: str, now: datetime) -> str:
        """Give the id of the account's post that people read at an address."""
        return mastodon_lists.post_at(self._server(account, secret, now), address)

    webhook_schemes = mastodon_webhooks.SCHEMES
    subscribes_by = ("mastodon_push",)

    def parse_webhook(
        self,
        brand: str,  # noqa: ARG002
        account: Account,
        secret: Mapping[str, str],  # noqa: ARG002 -- nothing more is asked
        event: WebhookEvent,
        now: datetime,  # noqa: ARG002
    ) -> Brought:
        """Say whether something came that is worth a look."""
        return mastodon_webhooks.parse(account, event)

    def subscribe(
        self, account: Account, secret: Mapping[str, str], webhook: Mapping[str, str], now: datetime
    ) -> datetime | None:
        """Have mentions pushed to our address, for ever; webhooks of the server's owner are made on its pages."""
        mastodon_webhooks.subscribe(self._server(account, secret, now), webhook)
        return None

    def under(self, account: Account, secret: Mapping[str, str], spot: Spot, text: str, now: datetime) -> Content:
        """Give what stands under a post or comment."""
        return mastodon_under.under(self._server(account, secret, now), spot, text)

    def reply(self, account: Account, interaction: Interaction, text: str) -> Content:
        """Answer under the very post, addressed to its author, before those who could read it."""
        return reply_of(account, interaction, text)

    def _server(self, account: Account, secret: Mapping[str, str], now: datetime | None = None) -> Server:
        """Give the server for one use, all of whose calls together end in time."""
        return Server(self.http.within(self.http.total_seconds), account, secret, self.memory, now or self.clock())

    def _already_online(self, server: Server, job: Job) -> list[Status]:
        """Look for the next parts of a thread begun earlier, where the server would take a repeat for a new post."""
        if not job.done or server.instance().is_mastodon:
            return []
        try:
            return mastodon_find.online(server, job, Window(job.created_at - SLOW_CLOCKS, server.now))
        except ReadBackUnavailable as unread:
            raise Unreachable(unread.problem) from unread

    def _send(
        self, server: Server, job: Job, part: int, uploads: tuple[str, ...], reply_to: str | None
    ) -> tuple[Status, Allowance | None]:
        answer = server.call(
            "POST",
            "/api/v1/statuses",
            headers={"Idempotency-Key": key_of(job, part)},
            json=body_of(job, part, uploads, reply_to),
        )
        if is_good(answer):
            return status_of(answer), allowance_of(answer, server.now, POSTS_WINDOW)
        refused = refusal(answer, server.now)
        if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY and uploads:
            refused = mastodon_media.refused_for_media(server, uploads, refused)
        raise refused

    def _first(self, server: Server, status_id: str) -> Status | None:
        """Read the first part again, for its link; a link that cannot be read makes nothing doubtful."""
        try:
            return status_of(server.read(f"/api/v1/statuses/{status_id}"))
        except NetworkError:
            return None


def _rights_problems(server: Server, account_id: str) -> list[Problem]:
    """Find the rights that the token lacks, where the server tells them (Mastodon 4.3 and later)."""
    missing, hears = [], True
    try:
        application = server.call("GET", "/api/v1/apps/verify_credentials")
        held = entity(application).get("scopes") if is_good(application) else None
    except OutcomeUnknown:
        held = None
    if isinstance(held, list):
        missing = [right for right in RIGHTS if not _gives(held, right)]
        hears = all(_gives(held, right) for right in HEARING)
    try:
        server.read(f"/api/v1/accounts/{account_id}/statuses", {"limit": "1"})
    except CredentialsExpired:
        missing = sorted({*missing, "read:statuses"})
    if missing:
        return [problem("mastodon_rights_missing", TOKEN, host=server.host, rights=", ".join(missing))]
    if not hears:  # posts leave all the same
        return [warning("mastodon_rights_missing", TOKEN, host=server.host, rights=", ".join(HEARING))]
    return []


def _gives(held: list[Any], right: str) -> bool:
    """Whether a token gives a right, by its own name or as one of all that are read or written."""
    return right in held or right.partition(":")[0] in held


def _account_problems(account: Account, who: dict[str, Any], name: str, host: str) -> list[Problem]:
    found = []
    if account.handle and not _same_handle(account.handle, name, host):
        found.append(problem("mastodon_other_account", "handle", found=name, expected=account.handle))
    moved = who.get("moved")
    if isinstance(moved, dict):
        found.append(problem("mastodon_account_moved", "handle", where=str(moved.get("acct") or "?"), host=host))
    if who.get("limited") or who.get("suspended"):
        found.append(warning("mastodon_account_limited", "handle", host=host))
    return found


def _same_handle(handle: str, name: str, host: str) -> bool:
    """Whether a handle as people write it (`lea`, `@lea`, `@lea@serveur`) is the account of that name."""
    wanted, _, domain = handle.strip().lstrip("@").casefold().partition("@")
    user, _, home = name.lstrip("@").casefold().partition("@")
    return wanted == user and domain in {"", home, host.casefold()}
