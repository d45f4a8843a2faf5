"""Bluesky (AT Protocol): https://docs.bsky.app/docs/api/com-atproto-repo-put-record.

A post is a record in the account's own repository, put there under a key and a date of our own: putting it again
changes nothing, and asking the repository for that key tells for certain whether it is there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import takewhile
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from heraut.brands import NetworkName
from heraut.errors import InvalidInput, NetworkError, ReadBackUnavailable, Refused
from heraut.networks import bluesky_listen, bluesky_lists, bluesky_text, bluesky_under, bluesky_uploads
from heraut.networks.base import REACH, Begun, Identity, Published
from heraut.networks.bluesky_checks import LIMITS, problems_of
from heraut.networks.bluesky_records import (
    CID,
    COLLECTION,
    READERS,
    ROOT,
    ROOT_CID,
    answered,
    dated,
    languages,
    messages,
    record,
    record_key,
    rkey_of,
    uri,
)
from heraut.networks.bluesky_repository import Repository, read
from heraut.networks.bluesky_sessions import ACCESS, DID, PASSWORD, PDS, REFRESH, Sessions, handle_of, service_of
from heraut.networks.replies import answering
from heraut.problems import problem, warning
from heraut.publishing.model import Content, Part, Visibility

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from heraut.brands import Account, EntryKind
    from heraut.conversations.model import Interaction
    from heraut.networks.base import Blocked, Entry, Heard, Job, Limits, Listed, Preparation, Spot, Window
    from heraut.networks.bluesky_records import Reference
    from heraut.networks.http import Http
    from heraut.problems import Problem
    from heraut.publishing.model import Media

# A repeat is the same record for ever. A week is the longest that an account may let a post be late, and keeps a post
# that somebody deleted since from coming back.
REPEAT_IS_SAFE = timedelta(days=7)


@dataclass(frozen=True)
class Bluesky:
    """Publishing on Bluesky."""

    http: Http
    sessions: Sessions = field(default_factory=Sessions)

    name = NetworkName.BLUESKY
    reads_back = True
    signs_in_anew = True
    secret_fields: tuple[str, ...] = (PASSWORD,)
    reach = REACH[NetworkName.BLUESKY]

    def __post_init__(self) -> None:
        """Be ready to read texts: the first one takes a tenth of a second, which no post should wait for."""
        bluesky_text.spans("exemple.fr")

    def prepare_ahead(self, content: Content) -> timedelta | None:
        """Two minutes for pictures, a link's card or a mention; None for a text alone."""
        return bluesky_uploads.ahead(content)

    def limits(self, account: Account, secret: Mapping[str, str]) -> Limits:  # noqa: ARG002 -- the same everywhere
        """Give the lexicon's limits, which no server may change."""
        return LIMITS

    def count(self, text: str, limits: Limits) -> int:  # noqa: ARG002 -- links have no flat length
        """Count grapheme clusters, links at their full length."""
        return bluesky_text.count(text)

    def validate(self, content: Content, limits: Limits) -> Sequence[Problem]:
        """Find everything that Bluesky would refuse, or show otherwise than one expects."""
        return tuple(problems_of(content, limits))

    def prepare(self, job: Job, read: Callable[[Media], bytes], now: datetime) -> Preparation:
        """Upload pictures, make the cards of links, find out who the mentioned are."""
        return bluesky_uploads.prepare(Repository(self.http, self.sessions, job.account, job.secret, now), job, read)

    def publish(self, job: Job, accepted: Callable[[str], None], now: datetime) -> Published:
        """Put each part that is not yet in `job.done`, each an answer to the one before.

        Raises PreparationLost when pictures are missing or gone: nothing was posted, prepare again.
        """
        if job.content.visibility is Visibility.PRIVATE:
            raise Refused(problem("bluesky_not_private"))  # whoever let it through: this cannot be taken back
        http = self.http.within(self.http.total_seconds)
        repository = Repository(http, self.sessions, job.account, job.secret, now)
        said = messages(job.content)
        missing = range(len(job.done), len(said))
        embeds = {number: bluesky_uploads.embed_of(job, number, said[number], now) for number in missing}
        thread = [_accepted_before(repository, number, address) for number, address in enumerate(job.done)]
        answers = answered(job.content)
        for number in missing:
            written = record(
                said[number],
                created_at=dated(job.created_at, number),
                languages=languages(job.content),
                dids=bluesky_uploads.dids_of(job),
                embed=embeds[number],
                thread=_place(thread, answers),
            )
            thread.append(_put(repository, job, number, len(said), written))
            accepted(thread[-1].uri)
        ids = tuple(post.uri for post in thread)
        return Published(ids, _link(job, repository.session.pds, ids[0]), allowance=repository.allowance)

    def find(self, job: Job, window: Window, taken: frozenset[str]) -> Published | Begun | None:
        """Ask the repository itself for the keys of ours, up to the first that is not there."""
        http = self.http.within(self.http.total_seconds)
        try:
            did, pds = self.sessions.place(http, job.account, job.secret, window.until)
            ids = _addresses(job, did)
            there = tuple(takewhile(lambda one: one not in taken and read(http, pds, one) is not None, ids))
        except NetworkError as error:
            host = urlsplit(service_of(job.account)).netloc
            raise ReadBackUnavailable(problem("bluesky_not_read_back", host=host)) from error
        if len(there) <= len(job.done):
            return None
        link = _link(job, pds, ids[0])
        return Published(ids, link) if there == ids else Begun(there, link)

    def repeat_is_safe(self, job: Job) -> timedelta | None:  # noqa: ARG002 -- of every post
        """Give how long a repeat is the same record and no second post."""
        return REPEAT_IS_SAFE

    def check(self, account: Account, secret: Mapping[str, str]) -> Identity:
        """Sign in with the app password and say who the server says we are."""
        session = self.sessions.tried(self.http.within(self.http.total_seconds), account, secret)
        problems = []
        if session.handle != handle_of(account):
            problems.append(warning("bluesky_other_name", "handle", found=session.handle, expected=handle_of(account)))
        if not session.by_app_password:
            problems.append(warning("bluesky_main_password", handle=session.handle))
        url = f"{READERS}/profile/{session.handle}"
        if not _is_public(account):
            url = f"{session.pds}/xrpc/com.atproto.repo.describeRepo?repo={session.did}"
        return Identity(f"@{session.handle}", url, LIMITS, tuple(problems))

    def refresh(self, account: Account, secret: Mapping[str, str], now: datetime) -> Mapping[str, str] | None:
        """Continue the session, or sign in anew with the app password; None when the tokens are good for an hour."""
        session = self.sessions.renewed(self.http.within(self.http.total_seconds), account, secret, now)
        if session is None:
            return None
        tokens = {ACCESS: session.access, REFRESH: session.refresh, DID: session.did, PDS: session.pds}
        return {**secret, **tokens}

    def listen(
        self, brand: str, account: Account, secret: Mapping[str, str], cursor: str | None, now: datetime
    ) -> Heard:
        """Read the replies, mentions and quotes that came since the cursor, and what the account answered itself."""
        return bluesky_listen.listen(Repository(self.http, self.sessions, account, secret, now), brand, cursor)

    def entries(
        self,
        account: Account,
        secret: Mapping[str, str],
        kind: EntryKind,
        post: str,
        cursor: str | None,
        now: datetime,
    ) -> Listed:
        """Give a page of those who comment, like or repost a post."""
        repository = Repository(self.http, self.sessions, account, secret, now)
        return bluesky_lists.entries(repository, kind, post, cursor)

    def follows(self, account: Account, secret: Mapping[str, str], who: Sequence[str], now: datetime) -> frozenset[str]:
        """Say which of these follow the account, asked thirty at a time."""
        return bluesky_lists.follows(Repository(self.http, self.sessions, account, secret, now), who)

    def still_there(
        self, account: Account, secret: Mapping[str, str], comments: Sequence[str], now: datetime
    ) -> frozenset[str]:
        """Say which of these comments are still there, asked twenty-five at a time."""
        return bluesky_lists.still_there(Repository(self.http, self.sessions, account, secret, now), comments)

    def blocked(self, account: Account, secret: Mapping[str, str], cursor: str | None, now: datetime) -> Blocked:
        """Give a page of those whom the account blocks."""
        return bluesky_lists.blocked(Repository(self.http, self.sessions, account, secret, now), cursor)

    def heard(self, interaction: Interaction, post: str) -> Entry | None:
        """Give what was heard as an entry under a post."""
        return bluesky_lists.heard(interaction, post)

    def post_at(self, account: Account, secret: Mapping[str, str], address: str, now: datetime) -> str:
        """Give the id of the account's post that people read at an address."""
        return bluesky_lists.post_at(Repository(self.http, self.sessions, account, secret, now), address)

    def under(self, account: Account, secret: Mapping[str, str], spot: Spot, text: str, now: datetime) -> Content:
        """Give what stands under a post or comment."""
        return bluesky_under.under(Repository(self.http, self.sessions, account, secret, now), spot, text)

    def reply(self, account: Account, interaction: Interaction, text: str) -> Content:
        """Answer under the very post; Bluesky has no smaller circle."""
        to = answering(interaction)
        if not {CID, ROOT, ROOT_CID} <= to.reference.keys():
            raise InvalidInput([problem("answer_impossible", account=account.name)])
        return Content(
            parts=(Part(text=text.strip()),), language=interaction.language or account.language or "fr", in_reply_to=to
        )


def _place(
    thread: Sequence[Reference], answers: tuple[Reference, Reference] | None
) -> tuple[Reference, Reference] | None:
    """Say under which first post a part stands, and what it answers: the part before, or what the whole answers."""
    if not thread:
        return answers
    return (answers[0] if answers else thread[0]), thread[-1]


def _accepted_before(repository: Repository, number: int, address: str) -> Reference:
    found = repository.post(address)
    if found is None:
        raise Refused(problem("bluesky_thread_broken", part=number + 1))
    return found


def _put(repository: Repository, job: Job, number: int, parts: int, written: Mapping[str, Any]) -> Reference:
    try:
        return repository.put(record_key(job.created_at, job.key, number), written)
    except Refused as refused:
        if not number:
            raise
        reason = refused.problem.fields.get("reason", "")
        raise Refused(problem("bluesky_thread_cut", part=number + 1, parts=parts, reason=reason)) from refused


def _addresses(job: Job, did: str) -> tuple[str, ...]:
    rest = range(len(job.done), len(messages(job.content)))
    return (*job.done, *(uri(did, record_key(job.created_at, job.key, number)) for number in rest))


def _is_public(account: Account) -> bool:
    """Whether Bluesky's readers show the account: every public server takes part, whoever runs it."""
    return service_of(account).startswith("https://")


def _link(job: Job, pds: str, address: str) -> str:
    """Give where the post is seen; of a network of one's own, where its record is."""
    rkey = rkey_of(address)
    did = address.removeprefix("at://").partition("/")[0]
    if not _is_public(job.account):
        return f"{pds}/xrpc/com.atproto.repo.getRecord?repo={did}&collection={COLLECTION}&rkey={rkey}"
    handle = handle_of(job.account)
    return f"{READERS}/profile/{handle if bluesky_text.is_handle(handle) else did}/post/{rkey}"
