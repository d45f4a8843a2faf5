"""Queue a calendar: each row is checked alone, good rows are queued, and a report says what became of every one.

Importing is repeatable: the same file twice, at once, or again after it was cut half-way, queues nothing twice. What is
written is decided by what the table holds at that moment, and each write is conditional on it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.errors import Conflict, InvalidInput
from heraut.events import EventName, event
from heraut.problems import problem, warning
from heraut.publishing.calendar.checks import Checks
from heraut.publishing.calendar.columns import Column
from heraut.publishing.calendar.file import read_calendar
from heraut.publishing.calendar.match import Matches
from heraut.publishing.calendar.media import MediaFinder
from heraut.publishing.calendar.post import (
    Wish,
    cancelled,
    cancelled_version,
    event_source,
    fingerprint,
    is_open,
    new_post,
    next_version,
)
from heraut.publishing.calendar.row import Status, read_row
from heraut.publishing.dispatch_posts import dispatch_now
from heraut.publishing.model import State
from heraut.publishing.report import Entry, Outcome, ReportMaker

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from heraut.brands import Brand
    from heraut.events import Event
    from heraut.problems import Problem
    from heraut.publishing.calendar.checks import Asked
    from heraut.publishing.calendar.match import Known
    from heraut.publishing.calendar.media import Beside, Fetch
    from heraut.publishing.calendar.row import ReadRow
    from heraut.publishing.calendar.sheet import CalendarFile
    from heraut.publishing.model import Delivery, Post
    from heraut.publishing.report import Report
    from heraut.publishing.world import MediaWorld

PAST = timedelta(minutes=5)  # a row further behind is refused
LARGEST = 300_000_000  # bytes of a file, a ZIP with its media: the function's memory holds it whole
RACES = 5  # times a row is decided anew because somebody else wrote its post meanwhile
REPLACED = "replaced"  # the fingerprint of a post whose row is gone: equal to no row's


def import_calendar(
    body: bytes,
    file: str,
    world: MediaWorld,
    *,
    fetch: Fetch,
    beside: Beside,
    dry_run: bool = False,
    replace_absent: bool = False,
) -> Report:
    """Import one calendar file (`file` is its name) and give the report; nothing is written when `dry_run`.

    `fetch` opens an https address, `beside` a path relative to the file. With `replace_absent`, posts that earlier
    versions of this file name queued and that it does not hold any more are cancelled. Raises TryAgain when our own
    tables cannot answer: the same import made again ends what this one began.
    """
    brands = world.brands.every_brand()
    maker = ReportMaker(file, body, dry_run, brands[0].language if brands else "fr")
    try:
        calendar = _read(body, brands)
    except InvalidInput as refused:
        maker.entries.append(Entry(1, Outcome.REFUSED, problems=refused.problems))
        return maker.made(readable=False)
    importer = _Importer(world, file, calendar, brands, fetch, beside, dry_run=dry_run)
    maker.language = importer.language
    if calendar.problems:
        maker.entries.append(Entry(calendar.header_row, None, problems=calendar.problems))
    maker.entries += importer.rows()
    if calendar.whole:
        maker.entries += importer.absent(replace_absent=replace_absent)
    return maker.made()


def refuse_large(file: str, world: MediaWorld) -> Report:
    """Give the report of a file so large that it is not even read (more than `LARGEST` bytes)."""
    brands = world.brands.every_brand()
    maker = ReportMaker(file, b"", dry_run=False, language=brands[0].language if brands else "fr")
    too_large = problem("file_too_large", limit=LARGEST // 1_000_000)
    maker.entries.append(Entry(1, Outcome.REFUSED, problems=(too_large,)))
    return maker.made(readable=False)


def _read(body: bytes, brands: Sequence[Brand]) -> CalendarFile:
    if not brands:
        raise InvalidInput([problem("no_brand")])
    return read_calendar(body)


class _Importer:
    """One import of one file."""

    def __init__(
        self,
        world: MediaWorld,
        file: str,
        calendar: CalendarFile,
        brands: Sequence[Brand],
        fetch: Fetch,
        beside: Beside,
        *,
        dry_run: bool,
    ) -> None:
        self._world = world
        self._file = file
        self._headers = calendar.headers
        self._dry_run = dry_run
        self._rows = _without_twins([read_row(row, brands, calendar.headers) for row in calendar.rows])
        self._checks = Checks(world, MediaFinder(calendar.inside, beside, fetch, world.media), calendar.headers)
        self._began = world.clock.now()
        names = [brand.id for brand in brands]
        self._matches = Matches(world.posts, file, self._rows, names, self._began)
        self.language = next((row.brand.language for row in self._rows if row.brand), brands[0].language)

    def rows(self) -> Iterator[Entry]:
        """Decide and write row after row, the one that leaves first before the others."""
        self._matches.find()
        self._remember(self._rows)
        far = self._world.clock.now() + timedelta(days=36500)
        for row in sorted(self._rows, key=lambda row: row.moment.instant if row.moment else far):
            yield self._settle(row)

    def absent(self, *, replace_absent: bool) -> Iterator[Entry]:
        """Tell, and where asked cancel, what earlier versions of the file queued and this one does not hold."""
        for brand in self._matches.brands:
            for known, line in list(self._matches.absent(brand)):
                code = "absent_cancelled" if replace_absent else "absent_stays"
                said = warning(code, when=day_and_hour(known.post.local))
                if replace_absent and not self._cancel_absent(known):
                    said = warning("too_late_to_cancel")
                yield Entry(line, Outcome.ABSENT, known.post.source.identity, known.post.id, (said,))

    def _cancel_absent(self, known: Known) -> bool:
        """Cancel what has not left of a post whose row is gone; False when all of it left meanwhile."""
        for _ in range(RACES):
            now_is = self._matches.known(known.post.brand, known.post.id, again=True)
            if now_is is None or not now_is.waiting:
                return False
            try:
                self._cancel(now_is, REPLACED)
            except Conflict:
                continue
            return True
        return False

    def _remember(self, rows: Sequence[ReadRow]) -> None:
        """Keep which posts this file queues before any is written: an import cut half-way loses sight of none."""
        posts: dict[str, dict[str, int]] = {}
        for row in rows:
            if row.brand and (row.number in self._matches.by_row or not row.refused):
                post = self._matches.by_row.get(row.number) or self._matches.free_id(row)
                posts.setdefault(row.brand.id, {})[post] = row.number
        if not self._dry_run:
            for brand, lines in posts.items():
                self._world.posts.save_file_posts(brand, self._file, lines)

    def _settle(self, row: ReadRow) -> Entry:
        for _ in range(RACES):
            post = self._matches.by_row.get(row.number)
            known = self._matches.known(row.brand.id, post) if row.brand and post else None
            try:
                return self._decide(row, known)
            except Conflict:
                self._matches.find_again(row)
                self._remember([row])
            except InvalidInput as refused:
                return _entry(row, Outcome.REFUSED, known, *refused.problems)
        return _entry(row, Outcome.REFUSED, None, problem("changed_meanwhile"))

    def _decide(self, row: ReadRow, known: Known | None) -> Entry:
        if row.brand is None:
            return _entry(row, Outcome.REFUSED, None)
        if known and self._is_superseded(known):
            return _entry(row, Outcome.UNCHANGED, known, warning("newer_file_imported"))
        if row.status is Status.CANCELLED:
            return _entry(row, Outcome.REFUSED, known) if row.refused else self._annul(row, known)
        asked = self._checks.gather(row)
        if known and not known.concerned_by(row.accounts):
            return self._already_out(asked, known)
        if known and not asked.problems and known.post.source.fingerprint == asked.fingerprint:
            return self._unchanged(row, known)
        return self._queue(asked, known)

    def _is_superseded(self, known: Known) -> bool:
        """Whether an import of this file that began after this one wrote the post: the later file is what is meant."""
        source = known.post.source
        return source.file == self._file and source.imported_at is not None and source.imported_at > self._began

    def _annul(self, row: ReadRow, known: Known | None) -> Entry:
        """Cancel what the row queued."""
        if known is None:
            return _entry(row, Outcome.UNCHANGED, None)
        mark = fingerprint(row, None)
        open_ones = [one for one in known.deliveries if is_open(one)]
        if not open_ones:
            return _entry(row, Outcome.ALREADY_OUT, known, warning("too_late_to_cancel", self._name(Column.STATUS)))
        if all(one.state is State.CANCELLED for one in open_ones) and known.post.source.fingerprint == mark:
            return _entry(row, Outcome.UNCHANGED, known)
        self._cancel(known, mark)
        out = [one.account for one in known.deliveries if not is_open(one)]
        return _entry(row, Outcome.EDITED, known, *self._said_out(out))

    def _already_out(self, asked: Asked, known: Known) -> Entry:
        """Say when a row that went out was changed: it is too late. What else is wrong with it does not matter."""
        row = asked.wish.row
        if asked.problems or asked.fingerprint == known.post.source.fingerprint:
            return Entry(row.number, Outcome.ALREADY_OUT, row.id, known.post.id)
        late = warning("too_late_to_edit", self._name(Column.TEXT))
        return Entry(row.number, Outcome.ALREADY_OUT, row.id, known.post.id, (late,))

    def _unchanged(self, row: ReadRow, known: Known) -> Entry:
        self._dispatch(known.deliveries)
        stays = any(one.state is State.CANCELLED and one.account in row.accounts for one in known.deliveries)
        said = [warning("cancelled_stays", self._name(Column.STATUS))] if stays else []
        return _entry(row, Outcome.UNCHANGED, known, *said)

    def _queue(self, asked: Asked, known: Known | None) -> Entry:
        """Queue a good row, or bring what is queued to what it says; refuse one that is not good, with every reason."""
        now = self._world.clock.now()
        row = asked.wish.row
        wish, checked = self._checks.checked(asked.wish)
        problems = [*asked.problems, *checked]
        if row.moment and row.moment.instant < now - PAST:
            if known and not known.reachable:
                return self._already_out(asked, known)
            problems.append(problem("time_past", self._name_of_time(), when=day_and_hour(row.moment.local)))
        if any(not found.warning for found in problems):
            stays = [warning("earlier_version_stays")] if known and known.waiting else []
            return Entry(row.number, Outcome.REFUSED, row.id, known.post.id if known else None, (*problems, *stays))
        if not self._dry_run and self._matches.find_again(row) is not None and known is None:
            raise Conflict("another import queued this row meanwhile")
        wish, doubles = self._without_doubles(wish, known)
        problems += doubles
        if not wish.accounts:
            return Entry(row.number, Outcome.ALREADY_OUT, row.id, known.post.id if known else None, tuple(problems))
        if not self._dry_run:
            self._checks.keep(asked)
        return self._edit(wish, known, problems, now) if known else self._add(wish, problems, now)

    def _add(self, wish: Wish, problems: Sequence[Problem], now: datetime) -> Entry:
        row = wish.row
        before = self._matches.said_before.get(row.number)
        said = [warning("said_before", self._name(Column.TEXT), when=day_and_hour(before))] if before else []
        post, deliveries = new_post(wish, self._matches.free_id(row), self._file, now)
        source = event_source(self._file, row.number)
        events = [event(EventName.POST_QUEUED, post.brand, post.id, None, now, source=source, version=1)]
        events += asking(post, deliveries, now)
        if not self._dry_run:
            self._world.posts.add(self._dated(post), deliveries, events, wish.keys)
            self._matches.took(row, post.id)
            self._dispatch(deliveries)
        waits = next((one.state for one in deliveries if one.state is not State.SCHEDULED), None)
        return Entry(row.number, Outcome.QUEUED, row.id, post.id, (*problems, *said), waits)

    def _edit(self, wish: Wish, known: Known, problems: Sequence[Problem], now: datetime) -> Entry:
        row = wish.row
        post, deliveries, gone = next_version(wish, known.post, known.deliveries, self._file)
        by = self._file
        events = [event(EventName.POST_EDITED, post.brand, post.id, None, now, version=post.version, by=by)]
        events += [event(EventName.DELIVERY_CANCELLED, post.brand, post.id, one.account, now, by=by) for one in gone]
        events += asking(post, deliveries, now)
        if not self._dry_run:
            self._world.posts.edit(self._dated(post), deliveries, events, wish.keys)
            self._dispatch(deliveries)
        out = [one.account for one in known.deliveries if not is_open(one)]
        return Entry(row.number, Outcome.EDITED, row.id, post.id, (*problems, *self._said_out(out)))

    def _dated(self, post: Post) -> Post:
        """Say which import wrote it."""
        return post.model_copy(update={"source": post.source.model_copy(update={"imported_at": self._began})})

    def _dispatch(self, deliveries: Sequence[Delivery]) -> None:
        """What is due within three minutes does not wait for the tick."""
        scheduled = [one for one in deliveries if one.state is State.SCHEDULED and one.due_at]
        if scheduled and not self._dry_run:
            dispatch_now(scheduled, self._world.posts, self._world.outbox, self._world.clock.now())

    def _cancel(self, known: Known, mark: str) -> None:
        """Cancel what has not left of a post."""
        now = self._world.clock.now()
        post, gone = cancelled_version(known.post, known.deliveries, mark, self._file)
        by = self._file
        events = [event(EventName.POST_EDITED, post.brand, post.id, None, now, version=post.version, by=by)]
        events += [event(EventName.DELIVERY_CANCELLED, post.brand, post.id, one.account, now, by=by) for one in gone]
        if not self._dry_run:
            self._world.posts.edit(self._dated(post), gone, events)

    def _without_doubles(self, wish: Wish, known: Known | None) -> tuple[Wish, list[Problem]]:
        """Leave no account with this row by two posts: rows are merged and split as calendars are tidied."""
        out: list[str] = []
        for account in wish.accounts:
            own = known.delivery(account.name) if known else None
            if own and own.state is not State.CANCELLED:
                continue
            other = self._matches.elsewhere(wish.row, account.name, known.post.id if known else None)
            held = other.delivery(account.name) if other else None
            if other is None or held is None or held.state is State.CANCELLED:
                continue
            self._matches.give_way(other, wish.row)
            if not is_open(held):
                out.append(account.name)
            elif not self._dry_run:
                now = self._world.clock.now()
                gone = event(EventName.DELIVERY_CANCELLED, held.brand, held.post, held.account, now, by=self._file)
                self._world.posts.change(held, cancelled(held, held.version), [gone])
        return replace(wish, left_out=frozenset(out)), self._said_out(out)

    def _said_out(self, accounts: Sequence[str]) -> list[Problem]:
        if not accounts:
            return []
        return [warning("already_out_there", self._name(Column.ACCOUNTS), accounts=", ".join(accounts))]

    def _name(self, column: str) -> str:
        return self._headers.get(column, column)

    def _name_of_time(self) -> str:
        return self._name(Column.WHEN if Column.WHEN in self._headers else Column.DATE)


def _entry(row: ReadRow, outcome: Outcome, known: Known | None, *problems: Problem) -> Entry:
    return Entry(row.number, outcome, row.id, known.post.id if known else None, (*row.problems, *problems))


def _without_twins(rows: Sequence[ReadRow]) -> list[ReadRow]:
    """Refuse every row whose identity another row has too: nobody can say which is meant."""
    holders: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        for identity in row.identities:
            holders.setdefault((row.brand.id if row.brand else "", identity), []).append(row.number)
    judged = []
    for row in rows:
        brand = row.brand.id if row.brand else ""
        others = {number for identity in row.identities for number in holders[brand, identity]} - {row.number}
        code = "id_twice" if row.id else "row_twice"
        lines = ", ".join(str(number) for number in sorted(others))
        twins = (problem(code, rows=lines),) if others else ()
        judged.append(replace(row, problems=row.problems + twins))
    return judged


def asking(post: Post, deliveries: Sequence[Delivery], now: datetime) -> list[Event]:
    """Ask for approval, once per version of a post."""
    if not any(one.state is State.TO_APPROVE for one in deliveries):
        return []
    return [event(EventName.APPROVAL_ASKED, post.brand, post.id, None, now, version=post.version)]


def day_and_hour(local: str) -> str:
    """Write a local time (`2026-11-23T09:30`) as a calendar does."""
    return f"{local[8:10]}/{local[5:7]}/{local[:4]} {local[11:16]}"
