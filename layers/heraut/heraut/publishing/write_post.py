"""Make a post, or its next version, from what a person gives at the command line.

What is given is read and checked exactly like a row of a calendar (`calendar.row`, `calendar.checks`).
"""

from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from heraut.errors import Conflict, InvalidInput, NotFound, TryAgain
from heraut.events import EventName, event
from heraut.local_time import LocalTime
from heraut.problems import problem
from heraut.publishing import decisions
from heraut.publishing.calendar.checks import Asked, Checks
from heraut.publishing.calendar.columns import OVERRIDE, Column
from heraut.publishing.calendar.media import MediaFinder
from heraut.publishing.calendar.post import cancelled, is_open, new_post, post_id
from heraut.publishing.calendar.row import Status, read_row
from heraut.publishing.calendar.sheet import Row
from heraut.publishing.change_deliveries import TRIES, beyond_reach, dispatch_written, not_agreed
from heraut.publishing.import_calendar import PAST, asking, day_and_hour
from heraut.publishing.model import Delivery, Part, Source, State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from heraut.brands import Brand
    from heraut.problems import Problem
    from heraut.publishing.calendar.media import Fetch
    from heraut.publishing.calendar.post import Wish
    from heraut.publishing.calendar.row import ReadRow
    from heraut.publishing.model import Content, Media, Post
    from heraut.publishing.world import MediaWorld

_GIVEN_UP = frozenset({State.FAILED, State.EXPIRED})  # nothing is online: a new time sends them
_PARTS = "\n---\n"


@dataclass(frozen=True)
class Given:
    """What a person gave.

    `cells` are as in a calendar's row, by column (absent: not given; empty: cleared), `files` the pictures by the path
    that the media cell names, `headers` how each column is called where the person gave it.
    """

    cells: Mapping[str, str]
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)

    def has(self, *columns: str) -> bool:
        """Whether one of these was given."""
        return any(column in self.cells for column in columns)

    def called(self, column: str) -> str:
        """Give what a column is called there."""
        return self.headers.get(column, column)

    @property
    def overrides(self) -> bool:
        """Whether a text for one account or network was given."""
        return any(column.startswith(OVERRIDE) for column in self.cells)


@dataclass(frozen=True)
class Written:
    """A post as it was written, its deliveries, and what is told and stopped nothing."""

    post: Post
    deliveries: tuple[Delivery, ...]
    warnings: tuple[Problem, ...] = ()


def add_post(given: Given, world: MediaWorld, fetch: Fetch, by: str) -> Written:
    """Queue a new post; InvalidInput says everything that is wrong with it."""
    now = world.clock.now()
    row = read_row(Row(1, dict(given.cells)), world.brands.every_brand(), given.headers)
    if row.brand is None:
        raise InvalidInput(row.problems)
    checks = _checks(given, world, fetch)
    asked = checks.gather(row)
    wish, problems = _judged(asked, checks, given, now, promised=True)
    checks.keep(asked)
    source = {"kind": "command", "by": by}
    for _ in range(TRIES):
        post, deliveries = new_post(wish, _new_id(row), "", now)
        post = post.model_copy(update={"source": Source(kind="command")})
        events = [event(EventName.POST_QUEUED, post.brand, post.id, None, now, source=source, version=1)]
        try:
            world.posts.add(post, deliveries, [*events, *asking(post, deliveries, now)])
        except Conflict:
            continue
        dispatch_written(deliveries, world, now)
        return Written(post, tuple(deliveries), tuple(problems))
    raise TryAgain(f"no free id for a post of {row.brand.id}")


def edit_post(brand: Brand, post: str, given: Given, world: MediaWorld, fetch: Fetch, by: str) -> Written:
    """Make the next version of a post that waits; InvalidInput says what is wrong, or that it is too late.

    What leaves at this moment stops the whole edit; what is out already, or may be, stays as it is and is told.
    """
    checks = _checks(given, world, fetch)
    for _ in range(TRIES):
        before = world.posts.post(brand.id, post)
        if before is None:
            raise NotFound(post)
        deliveries = world.posts.deliveries(brand.id, post)
        try:
            return _edit(brand, before, deliveries, given, world, checks, by)
        except Conflict:
            continue
    raise TryAgain(f"{post} changed {TRIES} times while it was being edited")


def edited_deliveries(
    wish: Wish, made: Post, deliveries: Sequence[Delivery], given: Given
) -> tuple[list[Delivery], list[Delivery]]:
    """Give every delivery that an edit writes, and those of them that it cancels. Pure.

    Drafts, what is to approve and what is scheduled take the new version. What failed or came too late leaves again
    only with a new time, what was cancelled only when its account is named, too.
    """
    moved, named = given.has(Column.WHEN, Column.ZONE), given.has(Column.ACCOUNTS)
    held = {delivery.account: delivery for delivery in deliveries}
    unagreed = frozenset(mark for delivery in deliveries for mark in delivery.unagreed)
    made_new = {one.account: one for one in new_post(wish, made.id, "", made.created_at)[1]}
    written: list[Delivery] = []
    for account in wish.accounts:
        old = held.pop(account.name, None)
        if old is None:
            new = made_new[account.name].model_copy(update={"version": made.version})
            written.append(new.model_copy(update={"holds": unagreed, "due_at": None}) if unagreed else new)
        elif old.may_change or _comes_back(old, moved=moved, named=named):
            state = wish.row.status.value if given.has(Column.STATUS) or not old.may_change else old.state
            ahead = wish.ahead.get(account.name)
            after = decisions.renewed(old, made, ahead, state, moved=moved)
            written.append(after.model_copy(update={"revision": old.revision + 1}))
    gone = [cancelled(old, made.version) for old in held.values() if named and old.may_change]
    return written + gone, gone


def _edit(
    brand: Brand,
    before: Post,
    deliveries: Sequence[Delivery],
    given: Given,
    world: MediaWorld,
    checks: Checks,
    by: str,
) -> Written:
    now = world.clock.now()
    _refuse_what_leaves(deliveries)
    row = _row_of(brand, before, deliveries, given)
    asked = _with_media(checks.gather(row), before.content, given)
    grown = bool(set(row.accounts) - {one.account for one in deliveries})
    promised = grown or given.has(Column.WHEN, Column.ZONE, Column.STATUS)
    wish, problems = _judged(asked, checks, given, now, promised=promised)
    made = _next(before, wish)
    written, gone = edited_deliveries(wish, made, deliveries, given)
    touched = {one.account for one in written}
    left = [found for one in deliveries if one.account not in touched if (found := _why_left(one)) is not None]
    if not written:
        raise InvalidInput(left)
    checks.keep(asked)
    events = [event(EventName.POST_EDITED, made.brand, made.id, None, now, version=made.version, by=by)]
    events += [event(EventName.DELIVERY_CANCELLED, made.brand, made.id, one.account, now, by=by) for one in gone]
    approved = {one.account for one in deliveries if one.state is State.TO_APPROVE}
    events += [
        event(EventName.APPROVED, made.brand, made.id, one.account, now, by=by)
        for one in written
        if one.account in approved and one.state is State.SCHEDULED
    ]
    world.posts.edit(made, written, [*events, *asking(made, written, now)])
    dispatch_written(written, world, now)
    left += [not_agreed(one) for one in written if one.unagreed and one.state is State.SCHEDULED]
    told = [found.model_copy(update={"warning": True}) for found in left if found.code != "delivery_is_cancelled"]
    return Written(made, tuple(written), (*problems, *told))


def _checks(given: Given, world: MediaWorld, fetch: Fetch) -> Checks:
    def beside(path: str) -> bytes:
        raise NotFound(path)

    return Checks(world, MediaFinder(given.files, beside, fetch, world.media), given.headers)


def _judged(asked: Asked, checks: Checks, given: Given, now: datetime, *, promised: bool) -> tuple[Wish, list[Problem]]:
    """Give what can be queued, with what is only told; InvalidInput with every reason when something stops it.

    Its time must be to come when it is `promised` anew.
    """
    row = asked.wish.row
    wish, refused = checks.checked(asked.wish)
    problems = [*asked.problems, *refused]
    if row.status is Status.CANCELLED:
        problems.append(problem("cancel_has_its_command", given.called(Column.STATUS)))
    if promised and row.moment and row.moment.instant < now - PAST:
        problems.append(problem("time_past", given.called(Column.WHEN), when=day_and_hour(row.moment.local)))
    if any(not found.warning for found in problems):
        raise InvalidInput(problems)
    return wish, problems


def _row_of(brand: Brand, before: Post, deliveries: Sequence[Delivery], given: Given) -> ReadRow:
    """Give the post as a row, with what was given in the place of what it said."""
    said: dict[str, str] = {
        Column.BRAND: brand.id,
        Column.ACCOUNTS: ", ".join(before.accounts),
        Column.WHEN: before.local,
        Column.ZONE: before.zone,
        Column.TEXT: _PARTS.join(part.text for part in before.content.parts),
    }
    read = read_row(Row(1, {**said, **given.cells}), [brand], given.headers)
    content = before.content
    return replace(
        read,
        accounts=read.accounts if given.has(Column.ACCOUNTS) else before.accounts,
        moment=read.moment if given.has(Column.WHEN, Column.ZONE) else _promise(before),
        status=read.status if given.has(Column.STATUS) else _status_of(deliveries),
        parts=read.parts if given.has(Column.TEXT) else tuple(part.text for part in content.parts),
        texts=_texts(before, read, given),
        link=read.link if given.has(Column.LINK) else content.link,
        first_comment=read.first_comment if given.has(Column.FIRST_COMMENT) else content.first_comment,
        format=read.format if given.has(Column.FORMAT) else content.format,
        visibility=read.visibility if given.has(Column.VISIBILITY) else content.visibility,
        content_warning=read.content_warning if given.has(Column.WARNING) else content.content_warning,
        language=read.language if given.has(Column.LANGUAGE) else content.language,
        poll=read.poll if given.has(Column.POLL) else content.poll,
        campaign=read.campaign if given.has(Column.CAMPAIGN) else before.campaign,
        labels=read.labels if given.has(Column.LABELS) else before.labels,
        problems=_about_given(read.problems, given),
    )


def _about_given(problems: Sequence[Problem], given: Given) -> tuple[Problem, ...]:
    """Keep what is wrong with what was given: the rest was good when it was queued."""
    columns = {*given.cells, *({Column.ALT} if given.has(Column.MEDIA) else set())}
    if not given.has(Column.MEDIA):
        columns -= {Column.ALT}
    names = {given.called(column) for column in columns}
    return tuple(found for found in problems if found.column in names and found.code != "text_missing")


def _with_media(asked: Asked, before: Content, given: Given) -> Asked:
    """Put the pictures that the post has into what is asked for, unless others were given; say when nothing is said."""
    content, problems = asked.wish.content, [*asked.problems]
    if not given.has(Column.MEDIA):
        alts = [alt.strip() for alt in given.cells.get(Column.ALT, "").split("\n") if alt.strip()]
        if len(alts) > len(before.media):
            where = given.called(Column.ALT)
            problems.append(problem("alts_too_many", where, alts=len(alts), media=len(before.media)))
        content = _placed(content, before, alts)
    row = asked.wish.row
    if not any((any(row.parts), content.media, row.texts, row.link, row.poll)):
        problems.append(problem("text_missing", given.called(Column.TEXT)))
    return Asked(replace(asked.wish, content=content), asked.found, problems)


def _placed(content: Content, before: Content, alts: Sequence[str]) -> Content:
    """Give each picture to the part it was in, or to the last one there is; the first ones take the new `alts`."""
    last = len(content.parts) - 1
    told = iter(alts)
    held: list[list[Media]] = [[] for _ in content.parts]
    for number, part in enumerate(before.parts):
        held[min(number, last)] += [one.model_copy(update={"alt": next(told, one.alt)}) for one in part.media]
    parts = [Part(text=part.text, media=tuple(media)) for part, media in zip(content.parts, held, strict=True)]
    return content.model_copy(update={"parts": tuple(parts)})


def _texts(before: Post, read: ReadRow, given: Given) -> dict[str, tuple[str, ...]]:
    """Give what single accounts say instead: what was given, and what they said; an empty text takes it back."""
    common = tuple(part.text for part in before.content.parts)
    kept = {name: text for name, text in before.texts.items() if not (given.has(Column.TEXT) and text == common)}
    said = kept | (dict(read.texts) if given.overrides else {})
    return {name: text for name, text in said.items() if any(text)}


def _next(before: Post, wish: Wish) -> Post:
    row = wish.row
    return before.model_copy(
        update={
            "version": before.version + 1,
            "content": wish.content,
            "texts": dict(row.texts),
            "accounts": row.accounts,
            "publish_at": wish.moment.instant,
            "local": wish.moment.local,
            "zone": wish.moment.zone,
            "tzdata": wish.moment.tzdata,
            "campaign": row.campaign,
            "labels": row.labels,
        }
    )


def _promise(post: Post) -> LocalTime:
    return LocalTime(post.local, post.zone, post.publish_at, post.tzdata)


def _status_of(deliveries: Sequence[Delivery]) -> Status:
    """Give the state that an account added to a post begins in: that of those which wait."""
    waiting = [one.state for one in deliveries if one.may_change]
    first = next((state for state in (State.TO_APPROVE, State.DRAFT) if state in waiting), State.SCHEDULED)
    return Status(first)


def _comes_back(delivery: Delivery, *, moved: bool, named: bool) -> bool:
    if not moved or not is_open(delivery):
        return False
    return delivery.state in _GIVEN_UP or (delivery.state is State.CANCELLED and named)


def _refuse_what_leaves(deliveries: Sequence[Delivery]) -> None:
    leaving = [one for one in deliveries if one.state in {State.SENDING, State.UNCONFIRMED}]
    if leaving:
        raise InvalidInput([found for one in leaving if (found := beyond_reach(one)) is not None])


def _why_left(delivery: Delivery) -> Problem | None:
    if delivery.state in _GIVEN_UP:
        return problem("delivery_waits_for_you", account=delivery.account)
    return beyond_reach(delivery)


def _new_id(row: ReadRow) -> str:
    """Give a short readable id that nothing else has: the hour, and letters drawn by lot."""
    stem = post_id(replace(row, id=None)).rpartition("-")[0]
    return f"{stem}-{base64.b32encode(uuid.uuid4().bytes)[:6].decode().lower()}"
