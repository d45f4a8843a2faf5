"""Which queued post is this row? By its `id`; else by account and local time; else, moved, by account and text.

A row is what it says, not where it stands: the same rows in another order, or in a file of another name, are the same
posts. Text is the weakest sign, so it is asked last, only among the posts of the same file name that no other row is,
and never brings back what went out long ago: « Bon week-end ! » may be said every Friday.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.publishing.calendar.post import is_on_its_way, is_open, post_id, said, when
from heraut.publishing.calendar.row import id_key, time_key
from heraut.publishing.model import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from heraut.publishing.calendar.row import ReadRow
    from heraut.publishing.model import Delivery, Post
    from heraut.publishing.store import Posts

JUST_OUT = timedelta(hours=1)  # a row moved this soon after its post left was moved too late; later, it is said again
READ_ALL = 300  # posts of one file name that are all read; of more, only those still to come
KEYS_AT_ONCE = 100


@dataclass(frozen=True)
class Known:
    """A queued post as it now is."""

    post: Post
    deliveries: tuple[Delivery, ...]

    @property
    def reachable(self) -> bool:
        """Whether an edit still reaches any of it."""
        return any(is_open(delivery) for delivery in self.deliveries)

    def concerned_by(self, accounts: Sequence[str]) -> bool:
        """Whether a row for these accounts still changes anything: an open one, a new one, one to take away."""
        held = [self.delivery(account) for account in accounts]
        return any(one is None or is_open(one) for one in held) or any(
            one.may_change and one.account not in accounts for one in self.deliveries
        )

    @property
    def waiting(self) -> bool:
        """Whether any of it would still leave."""
        return any(delivery.may_change for delivery in self.deliveries)

    def delivery(self, account: str) -> Delivery | None:
        """Find the delivery to an account."""
        return next((one for one in self.deliveries if one.account == account), None)

    def left_after(self, instant: datetime) -> bool:
        """Whether any of it is on its way, or left after an instant."""
        left = [one.published_at or one.publish_at for one in self.deliveries if not is_open(one)]
        return any(is_on_its_way(one) for one in self.deliveries) or any(at > instant for at in left)


@dataclass
class Matches:
    """Rows and the posts they are; every row of the file has its say before any is written."""

    posts: Posts
    file: str
    rows: Sequence[ReadRow]
    brands: Sequence[str]
    now: datetime
    by_row: dict[int, str] = field(default_factory=dict)  # row number -> post
    claimed: dict[tuple[str, str], ReadRow] = field(default_factory=dict)  # brand and post -> its row
    said_before: dict[int, str] = field(default_factory=dict)  # row number -> local time the same text went out at
    _known: dict[tuple[str, str], Known | None] = field(default_factory=dict)
    _of_file: dict[str, Mapping[str, int]] = field(default_factory=dict)
    _keys: dict[tuple[str, str], str] = field(default_factory=dict)
    _times: dict[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    _ids: frozenset[tuple[str, str]] = frozenset()

    def __post_init__(self) -> None:
        """Gather the ids of the file."""
        self._ids = frozenset((row.brand.id, row.id) for row in self.rows if row.brand and row.id)

    def known(self, brand: str, post: str, *, again: bool = False) -> Known | None:
        """Read a post with its deliveries (once, unless `again`)."""
        if again or (brand, post) not in self._known:
            found = self.posts.post(brand, post)
            deliveries = tuple(self.posts.deliveries(brand, post)) if found else ()
            self._known[brand, post] = Known(found, deliveries) if found else None
        return self._known[brand, post]

    def of_file(self, brand: str) -> Mapping[str, int]:
        """Give the posts that earlier versions of the file queued, with their row numbers."""
        if brand not in self._of_file:
            self._of_file[brand] = self.posts.file_posts(brand, self.file)
        return self._of_file[brand]

    def find(self) -> None:
        """Find the post of every row that has one."""
        self._read_keys(self.rows)
        for row in self.rows:
            if row.id:
                self._claim(row, self._by_id(row))
        for row in self.rows:
            if row.number not in self.by_row:
                self._claim(row, self._by_time(row))
        for row in self.rows:
            if row.number not in self.by_row:
                self._claim(row, self._by_text(row))
        self._shield_refused()

    def find_again(self, row: ReadRow) -> Known | None:
        """Find the post of one row anew: somebody else wrote it meanwhile."""
        if row.brand is None:
            return None
        known = self.by_row.get(row.number)
        self._read_keys([row])
        if known is None:
            for number in range(KEYS_AT_ONCE):
                found = self.known(row.brand.id, post_id(row, number), again=True)
                if found is None or self._is_row(found, row):
                    break
            self._claim(row, self._by_id(row, again=True) or self._by_time(row, again=True))
            known = self.by_row.get(row.number)
        return self.known(row.brand.id, known, again=True) if known else None

    def took(self, row: ReadRow, post: str) -> None:
        """Note that a row has just queued its post: it is no other row's."""
        if row.brand is not None:
            self.claimed[row.brand.id, post] = row
            self.by_row[row.number] = post

    def free_id(self, row: ReadRow) -> str:
        """Give the id that a new post of this row gets: the first that is no other post's."""
        brand = row.brand.id if row.brand else ""
        taken = 0
        while self.known(brand, post_id(row, taken)) is not None:
            taken += 1
        return post_id(row, taken)

    def elsewhere(self, row: ReadRow, account: str, own: str | None) -> Known | None:
        """Find another post that an earlier import queued for this account at this row's local time.

        Rows are merged and split as calendars are tidied: without this, the account would get both.
        """
        if row.brand is None:
            return None
        brand = row.brand.id
        others = [
            found
            for post in self._posts_at_time(row, [account])
            if post != own and (found := self.known(brand, post)) and self._may_hold(found, row, account)
        ]
        others.sort(key=lambda found: found.reachable)  # what is out weighs more than what may still give way
        return self.known(brand, others[0].post.id, again=True) if others else None

    def give_way(self, found: Known, row: ReadRow) -> None:
        """Let a post of which this row now says all that is still to come be this row's too, and not absent."""
        if not any(one.may_change and one.account not in row.accounts for one in found.deliveries):
            self.claimed.setdefault((found.post.brand, found.post.id), row)

    def absent(self, brand: str) -> Iterable[tuple[Known, int]]:
        """Give the posts of earlier versions of the file that no row is any more and that would still leave."""
        of_file = self.of_file(brand)
        for post in self._candidates(brand):
            found = self.known(brand, post)
            if found and found.waiting and found.post.source.file == self.file:
                yield found, of_file[post]

    def _read_keys(self, rows: Iterable[ReadRow]) -> None:
        wanted: dict[str, set[str]] = {}
        for row in rows:
            if row.brand is not None:
                wanted.setdefault(row.brand.id, set()).update(row.identities | row.time_keys)
        for brand, keys in wanted.items():
            ordered = sorted(keys)
            for first in range(0, len(ordered), KEYS_AT_ONCE):
                found = self.posts.posts_by_key(brand, ordered[first : first + KEYS_AT_ONCE])
                self._keys |= {(brand, key): post for key, post in found.items()}

    def _claim(self, row: ReadRow, found: Known | None) -> None:
        if row.brand is None or found is None or (row.brand.id, found.post.id) in self.claimed:
            return
        self.claimed[row.brand.id, found.post.id] = row
        self.by_row[row.number] = found.post.id

    def _by_id(self, row: ReadRow, *, again: bool = False) -> Known | None:
        if row.brand is None or not row.id:
            return None
        post = self._keys.get((row.brand.id, id_key(row.id)))
        found = self.known(row.brand.id, post, again=again) if post else None
        return found if found and found.post.source.identity == row.id else None

    def _by_time(self, row: ReadRow, *, again: bool = False) -> Known | None:
        if row.brand is None or row.moment is None:
            return None
        brand = row.brand.id
        here = [
            found
            for post in [*self._posts_at_time(row, row.accounts), post_id(row)]
            if (brand, post) not in self.claimed
            and (found := self.known(brand, post, again=again))
            and self._is_row(found, row)
        ]
        return next((found for found in here if found.reachable), here[0] if here else None)

    def _posts_at_time(self, row: ReadRow, accounts: Sequence[str]) -> list[str]:
        """Give the posts that accounts may have at the row's local time: by their keys, then those of this file."""
        if row.brand is None or row.moment is None:
            return []
        brand, moment = row.brand.id, row.moment
        keyed = [self._keys.get((brand, time_key(account, moment.local, moment.zone))) for account in accounts]
        beside = self._by_when_of_file(brand).get(when(moment.local, moment.zone), [])
        return list(dict.fromkeys([*(post for post in keyed if post), *beside]))

    def _by_when_of_file(self, brand: str) -> Mapping[str, Sequence[str]]:
        """Give the file's posts by the local time that their rows gave (rows with an `id` have no key for it)."""
        if brand not in self._times:
            times: dict[str, list[str]] = {}
            for post in self._candidates(brand):
                found = self.known(brand, post)
                if found and found.post.source.file == self.file:
                    times.setdefault(found.post.source.when or "", []).append(post)
            self._times[brand] = times
        return self._times[brand]

    def _may_hold(self, found: Known, row: ReadRow, account: str) -> bool:
        """Whether another post has this account at the row's time, and no other row of this file wants it to."""
        holder = self.claimed.get((found.post.brand, found.post.id))
        wanted = holder is not None and holder is not row and account in holder.accounts
        return not wanted and self._at_same_time(found, row, account) and self._without_id(found, row)

    def _is_row(self, found: Known, row: ReadRow) -> bool:
        """Whether a post has the identity of a row."""
        if row.id and found.post.source.identity == row.id:
            return True
        here = any(self._at_same_time(found, row, account) for account in row.accounts)
        return here and self._without_id(found, row)

    def _at_same_time(self, found: Known, row: ReadRow, account: str) -> bool:
        """Whether a post has this account at the row's local time.

        What waits is where its row put it (a person may have moved it since); what left, where it left.
        """
        delivery = found.delivery(account)
        if delivery is None or row.moment is None:
            return False
        given = when(row.moment.local, row.moment.zone)
        if not is_open(delivery):
            return given in (when(delivery.local, delivery.zone), found.post.source.when)
        taken_out = delivery.state is State.CANCELLED and account not in found.post.accounts
        return not taken_out and found.post.source.when == given

    def _without_id(self, found: Known, row: ReadRow) -> bool:
        """Whether a post is free to be a row by its time or text: it had no `id`, or lost it in this very file."""
        identity = found.post.source.identity
        if identity is None:
            return True
        brand = row.brand.id if row.brand else ""
        return found.post.source.file == self.file and (brand, identity) not in self._ids

    def _by_text(self, row: ReadRow) -> Known | None:
        if row.brand is None or not any(row.parts):
            return None
        brand = row.brand.id
        alike = [
            found
            for post in self._candidates(brand)
            if (found := self.known(brand, post)) and self._says_same(found, row)
        ]
        moved = [found for found in alike if found.reachable or found.left_after(self.now - JUST_OUT)]
        if not moved and alike:
            self.said_before[row.number] = max(found.post.local for found in alike)
        at = row.moment.instant if row.moment else self.now
        return min(moved, key=lambda found: abs(found.post.publish_at - at), default=None)

    def _says_same(self, found: Known, row: ReadRow) -> bool:
        """Whether a post of this file may be this row, moved: never across two ids, which say that they are two."""
        one_id = self._without_id(found, row) and not (row.id and found.post.source.identity)
        same_file = found.post.source.file == self.file
        return (
            one_id
            and same_file
            and said(found.post) == row.parts
            and bool(set(row.accounts) & set(found.post.accounts))
        )

    def _candidates(self, brand: str) -> list[str]:
        """Give the posts of the file that no row claimed: all that may matter, whatever the age of the file's name."""
        free = [post for post in self.of_file(brand) if (brand, post) not in self.claimed]
        if len(free) <= READ_ALL:
            return free
        coming = {one.post for one in self.posts.queue(brand, since=self.now - timedelta(days=2))}
        return [post for post in free if post in coming]

    def _shield_refused(self) -> None:
        """Keep the post of a refused row, known by its line alone, from being taken for absent."""
        for row in self.rows:
            if row.number in self.by_row or not row.refused:
                continue
            brands = [row.brand.id] if row.brand else self.brands
            for brand in brands:
                lines = {line: post for post, line in self.of_file(brand).items()}
                post = lines.get(row.number)
                if post and (brand, post) not in self.claimed:
                    self.claimed[brand, post] = row
