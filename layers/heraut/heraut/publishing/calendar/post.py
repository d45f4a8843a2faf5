"""A good row -> the post and deliveries it asks for: new, or as the next version of what is already queued."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from heraut.publishing.calendar.columns import plain
from heraut.publishing.calendar.row import Status
from heraut.publishing.model import Content, Delivery, Part, Post, Source, State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from heraut.brands import Account, Brand
    from heraut.local_time import LocalTime
    from heraut.publishing.calendar.row import ReadRow
    from heraut.publishing.model import Media

Stored = TypeVar("Stored", Post, Delivery)
_REVIVED = frozenset({State.FAILED, State.EXPIRED, State.CANCELLED})  # nothing of them is online: an edit sends them


@dataclass(frozen=True)
class Wish:
    """A row that can be queued as it stands: everything it needs was found and checked."""

    row: ReadRow
    moment: LocalTime
    content: Content
    ahead: Mapping[str, timedelta | None] = field(default_factory=dict)  # account -> how early its uploads may begin
    left_out: frozenset[str] = frozenset()  # accounts that have it already, by another post

    @property
    def brand(self) -> Brand:
        """The brand that says it."""
        if self.row.brand is None:
            msg = f"row {self.row.number} has no brand"
            raise ValueError(msg)
        return self.row.brand

    @property
    def accounts(self) -> tuple[Account, ...]:
        """The accounts it goes to."""
        found = [self.brand.account(name) for name in self.row.accounts if name not in self.left_out]
        return tuple(account for account in found if account)

    @property
    def keys(self) -> list[str]:
        """What its post is found by again: its `id`, else each of its accounts at its local time."""
        taken = {self.row.time_key(account) for account in self.left_out}
        return sorted(self.row.identities - taken)


def when(local: str, zone: str) -> str:
    """Write the local time and zone that a row gives."""
    return f"{local}:{zone}"


def content_of(row: ReadRow, media: Sequence[Media]) -> Content:
    """Give what the row says, its media (in the row's order) in the part of the thread they belong to."""
    placed = list(zip((wanted.part for wanted in row.media), media, strict=True))
    parts = tuple(
        Part(text=text, media=tuple(one for place, one in placed if place == number))
        for number, text in enumerate(row.parts)
    )
    return Content(
        parts=parts,
        link=row.link,
        first_comment=row.first_comment,
        format=row.format,
        visibility=row.visibility,
        content_warning=row.content_warning,
        language=row.language,
        poll=row.poll,
    )


def fingerprint(row: ReadRow, content: Content | None) -> str:
    """Give what is equal for two rows that ask for the same thing, whatever file and line they stand in.

    A picture counts by what it holds. A cancelled row (`content` None) counts by being cancelled alone.
    """
    said: dict[str, Any] = {
        "brand": row.brand.id if row.brand else None,
        "id": row.id,
        "status": row.status.name,
        "content": content.model_dump(mode="json", exclude={"in_reply_to"}) if content else None,  # a row never does
    }
    if content is not None and row.moment:
        said |= {
            "accounts": sorted(row.accounts),
            "when": [row.moment.local, row.moment.zone],
            "texts": {name: list(text) for name, text in row.texts.items()},
            "campaign": row.campaign,
            "labels": list(row.labels),
        }
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def post_id(row: ReadRow, taken: int = 0) -> str:
    """Give a short readable id that follows from brand and identity, so that two imports of one file choose the same.

    `taken` counts the posts that had this identity once and are another row's now.
    """
    brand = row.brand.id if row.brand else ""
    if row.id:
        stem = re.sub(r"[^a-z0-9]+", "-", plain(row.id)).strip("-")[:24] or "post"
        identity = row.id
    else:
        moment = row.moment
        local, zone = (moment.local, moment.zone) if moment else ("", "")
        stem = re.sub(r"[^\d]", "", local[5:10]) + "-" + re.sub(r"[^\d]", "", local[11:16])
        identity = f"{min(row.accounts, default='')}\n{local}\n{zone}"
    digest = hashlib.sha256(f"{brand}\n{identity}\n{taken}".encode()).digest()
    return f"{stem}-{base64.b32encode(digest)[:6].decode().lower()}"


def new_post(wish: Wish, post: str, file: str, now: datetime) -> tuple[Post, list[Delivery]]:
    """Make the first version of a post with its deliveries."""
    made = post_of(wish, post, 1, file, now)
    return made, [_delivery(wish, account, made) for account in wish.accounts]


def next_version(
    wish: Wish, before: Post, deliveries: Sequence[Delivery], file: str
) -> tuple[Post, list[Delivery], list[Delivery]]:
    """Make the next version: the post, every delivery to write, and those of them that this cancels."""
    made = _over(before, post_of(wish, before.id, before.version + 1, file, before.created_at))
    held = {delivery.account: delivery for delivery in deliveries}
    written: list[Delivery] = []
    for account in wish.accounts:
        old = held.pop(account.name, None)
        if old is None:
            written.append(_delivery(wish, account, made))
        elif is_open(old):
            written.append(_renewed(_delivery(wish, account, made), old))
    gone = [cancelled(old, made.version) for old in held.values() if is_waiting(old)]
    return made, written + gone, gone


def cancelled_version(
    before: Post, deliveries: Sequence[Delivery], mark: str, file: str
) -> tuple[Post, list[Delivery]]:
    """Make the next version that cancels whatever has not left; `mark` is its fingerprint."""
    source = before.source.model_copy(update={"fingerprint": mark, "file": file})
    made = before.model_copy(update={"version": before.version + 1, "source": source})
    return made, [cancelled(old, made.version) for old in deliveries if is_open(old) and old.state != State.CANCELLED]


def cancelled(old: Delivery, version: int) -> Delivery:
    """Give a delivery that nothing is done with any more."""
    return old.model_copy(
        update={"state": State.CANCELLED, "version": version, "revision": old.revision + 1, "due_at": None}
    )


def is_waiting(delivery: Delivery) -> bool:
    """Whether it would still leave by itself, or after a person's yes."""
    return delivery.may_change


def is_open(delivery: Delivery) -> bool:
    """Whether an edit still reaches it: nothing of it is online, nor may be."""
    untouched = not delivery.remote_ids and delivery.doubt_since is None
    return delivery.may_change or (delivery.state in _REVIVED and untouched)


def is_on_its_way(delivery: Delivery) -> bool:
    """Whether a network is being asked at this moment, or what became of it is not known yet."""
    return delivery.state in (State.SENDING, State.UNCONFIRMED, State.ASKING)


def post_of(wish: Wish, post: str, version: int, file: str, created_at: datetime) -> Post:
    """Make the post at a version."""
    row = wish.row
    return Post(
        brand=wish.brand.id,
        id=post,
        version=version,
        content=wish.content,
        texts=dict(row.texts),
        accounts=row.accounts,
        publish_at=wish.moment.instant,
        local=wish.moment.local,
        zone=wish.moment.zone,
        tzdata=wish.moment.tzdata,
        campaign=row.campaign,
        labels=row.labels,
        source=Source(
            kind="calendar",
            file=file,
            row=row.number,
            identity=row.id,
            when=when(wish.moment.local, wish.moment.zone),
            fingerprint=fingerprint(row, wish.content),
        ),
        created_at=created_at,
    )


def _delivery(wish: Wish, account: Account, post: Post) -> Delivery:
    ahead = wish.ahead.get(account.name)
    prepare_at = post.publish_at - ahead if ahead is not None else None
    state = wish.row.status.value
    return Delivery(
        brand=post.brand,
        post=post.id,
        account=account.name,
        network=account.network,
        version=post.version,
        state=state,
        publish_at=post.publish_at,
        due_at=(prepare_at or post.publish_at) if wish.row.status is Status.SCHEDULED else None,
        prepare_at=prepare_at,
        zone=post.zone,
        local=post.local,
    )


def _renewed(new: Delivery, old: Delivery) -> Delivery:
    """Give the delivery as the new version wants it; a person's holds stay, what an older version tried does not."""
    due_at = None if old.holds else new.due_at
    kept = {"revision": old.revision + 1, "holds": old.holds, "due_at": due_at}
    return _over(old, new).model_copy(update=kept)


def _over(old: Stored, new: Stored) -> Stored:
    """Lay `new` over `old`: every field we know is the new one's, and what a later release wrote beside them stays."""
    return old.model_copy(update={name: getattr(new, name) for name in type(new).model_fields})


def said(post: Post) -> tuple[str, ...]:
    """Give the common text of a post, part by part: what a moved row is known by."""
    return tuple(part.text for part in post.content.parts)


def event_source(file: str, row: int) -> dict[str, str | int]:
    """Give where a post came from, as its story tells it."""
    return {"kind": "calendar", "file": file, "row": row}
