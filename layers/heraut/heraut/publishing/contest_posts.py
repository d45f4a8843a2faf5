"""Queue what a contest or an event says by itself, as posts that leave like any other, and find its posts online.

The post's name is the contest's, so that it is queued once whoever asks; pause and crisis hold it like any post.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from heraut.brands import use_secret
from heraut.errors import Conflict, InvalidInput, NetworkError, NotFound, TryAgain
from heraut.events import EventName, event
from heraut.networks.base import Limits, SpeaksUnder
from heraut.problems import Problem, problem
from heraut.publishing import decisions
from heraut.publishing.answers import IN_DOUBT, told_of
from heraut.publishing.calendar.row import id_key
from heraut.publishing.cancel_post import cancelled
from heraut.publishing.model import Content, Delivery, Part, Post, Source, State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from heraut.brands import Account, Brand, Brands, NetworkName, Secrets
    from heraut.conversations import GivenAnswer
    from heraut.networks.base import Publishes, Spot
    from heraut.problems import Language
    from heraut.publishing.store import Posts

TRIES = 5  # a delivery may leave at this very moment


@dataclass(frozen=True)
class PostOnline:
    """A post as it is online: on which account, where people read it, since when."""

    account: str
    url: str
    at: datetime


@dataclass(frozen=True)
class Withdrawn:
    """What came of withdrawing a post: the accounts where it will not leave, and those where it is out, or may be."""

    stopped: tuple[str, ...] = ()
    out: tuple[str, ...] = ()


@dataclass(frozen=True)
class ContestPosts:
    """The ports `contests.store.Speaks` and `gatherings.store.Speaks`, over the posts."""

    posts: Posts
    brands: Brands
    secrets: Secrets
    networks: Mapping[NetworkName, Publishes]
    kind: Literal["contest", "event"] = "contest"  # whose posts they are

    def say(self, brand: str, post: str, accounts: Sequence[str], texts: Sequence[str], now: datetime) -> Sequence[str]:
        """Queue a post that leaves at once; nothing where it was queued before.

        Of `texts`, longest first, it is the first that each of them takes, or the last. Gives the accounts that are
        left out: their network takes nothing but answers.
        """
        there = _accounts(self._brand(brand), accounts)
        text = next((one for one in texts if all(self._fits(account, one) for account in there)), texts[-1])
        return self.plan(brand, post, accounts, text, now, now)

    def plan(
        self,
        brand: str,
        post: str,
        accounts: Sequence[str],
        text: str,
        at: datetime,
        now: datetime,
        language: Language | None = None,
    ) -> Sequence[str]:
        """Queue a post that leaves at `at`; the rest as `say`."""
        told = self._brand(brand)
        content = Content(parts=(Part(text=text),), language=language or told.language)
        left_out = [one.name for one in _accounts(told, accounts) if self._refused(one, content)]
        there = [one for one in _accounts(told, accounts) if one.name not in left_out]
        if there:
            self._queue(told, post, there, content, now, at=at)
        return left_out

    def withdraw(self, brand: str, post: str, now: datetime) -> Withdrawn:
        """Cancel what has not left of a post; nothing where there is none."""
        for _ in range(TRIES):
            with suppress(Conflict):  # one of them moved on: read again
                self._cancel(brand, post, now)
                break
        else:
            raise TryAgain(f"{brand}/{post} changed {TRIES} times while it was being withdrawn")
        after = self.posts.deliveries(brand, post)
        stopped = tuple(one.account for one in after if one.state is State.CANCELLED)
        return Withdrawn(stopped, tuple(one.account for one in after if one.account not in stopped))

    def say_under(
        self, brand: str, post: str, account: str, spot: Spot, text: str, language: str, now: datetime
    ) -> None:
        """Queue what is said under a post of the account, or below a comment there; nothing where it was queued before.

        InvalidInput: this network lets nobody, or would refuse these words. Raises too what asking the network raises.
        """
        if self.posts.deliveries(brand, post):
            return
        told = self._brand(brand)
        found = told.account(account)
        if found is None:
            raise NotFound(account)
        adapter = self.networks[found.network]
        if not isinstance(adapter, SpeaksUnder):
            raise InvalidInput([problem("answer_not_here", account=account)])
        content = use_secret(
            self.secrets, brand, account, lambda secret: adapter.under(found, secret, spot, text, now)
        ).model_copy(update={"language": language})
        problems = [one for one in adapter.validate(content, adapter.limits(found, {})) if not one.warning]
        if problems:
            raise InvalidInput(problems)
        self._queue(told, post, [found], content, now, answers=spot.comment)

    def _cancel(self, brand: str, post: str, now: datetime) -> None:
        for one in self.posts.deliveries(brand, post):
            decided = cancelled(one, "", now)
            if not isinstance(decided, Problem):
                self.posts.change(one, *decided)

    def _brand(self, brand: str) -> Brand:
        told = self.brands.brand(brand)
        if told is None:
            raise NotFound(brand)
        return told

    def _refused(self, account: Account, content: Content) -> bool:
        """Whether the account's network takes no such thing, however short it is."""
        return any(not one.warning for one in self.networks[account.network].validate(content, Limits()))

    def _fits(self, account: Account, text: str) -> bool:
        """Whether a text is not too long for an account; of one whose server does not say what it takes, it is not."""
        content, network = Content(parts=(Part(text=text),)), self.networks[account.network]
        if self._refused(account, content):
            return True  # no post at all is taken there
        try:
            limits = network.limits(account, {})
        except NetworkError:
            return True
        return all(one.warning for one in network.validate(content, limits))

    def _queue(
        self,
        brand: Brand,
        post: str,
        accounts: Sequence[Account],
        content: Content,
        now: datetime,
        answers: str | None = None,
        at: datetime | None = None,
    ) -> None:
        promise = decisions.now_there(at or now, brand.zone)
        kind: Literal["answer", "contest", "event"] = "answer" if answers else self.kind
        made = Post(
            brand=brand.id,
            id=post,
            content=content,
            accounts=tuple(one.name for one in accounts),
            publish_at=promise.instant,
            local=promise.local,
            zone=promise.zone,
            tzdata=promise.tzdata,
            source=Source(kind=kind, identity=answers or post),
            created_at=now,
        )
        deliveries = [self._delivery(made, one, answers) for one in accounts]
        queued = event(EventName.POST_QUEUED, brand.id, post, None, now, source={"kind": kind}, version=1)
        with suppress(Conflict):  # it was queued before
            self.posts.add(made, deliveries, [queued])  # the next minute's tick dispatches it

    def online(self, brand: str, post: str) -> Sequence[PostOnline]:
        """Say where a post is online by now, and where it can be read."""
        return [
            PostOnline(one.account, one.url, one.published_at)
            for one in self.posts.deliveries(brand, post)
            if one.state is State.PUBLISHED and one.url and one.published_at
        ]

    def words(self, brand: str, post: str) -> str:
        """Give the text of a post at its newest version, "" where there is none."""
        found = self.posts.post(brand, post)
        return "\n".join(part.text for part in found.content.parts) if found else ""

    def sent_at(self, brand: str, post: str) -> datetime | None:
        """Say since when what was said is online; None while it may still leave, NotFound when it leaves no more."""
        found = self.posts.deliveries(brand, post)
        online = [one.published_at for one in found if one.state is State.PUBLISHED and one.published_at]
        if online:
            return min(online)
        if all(one.state in {State.FAILED, State.CANCELLED, State.EXPIRED} for one in found):
            raise NotFound(f"{brand}/{post}")
        return None

    def said(self, brand: str, post: str) -> Sequence[GivenAnswer]:
        """Give what a post says on each account, and how far it came; nothing where there is none."""
        held = self.posts.post(brand, post)
        return [told_of(held, one) for one in self.posts.deliveries(brand, post)] if held else []

    def forget(self, brand: str, post: str, *, in_doubt: bool = False) -> None:
        """Erase a post here, not on its network; one that has not left leaves no more.

        InvalidInput: it is leaving, or nobody knows yet whether it is online (but for `in_doubt`: erased all the same).
        """
        every = self.posts.deliveries(brand, post)
        doubtful = [one for one in every if one.state in IN_DOUBT]
        if doubtful and not in_doubt:
            raise InvalidInput([problem("answer_leaving", account=doubtful[0].account)])
        for one in every:
            if one.state not in {State.CANCELLED, State.PUBLISHED}:
                self.posts.change(one, decisions.dropped(one))
        if every:
            self.posts.forget(brand, post)

    def remote_ids(self, brand: str, row: str | None, post: str | None) -> Mapping[str, str]:
        """Give the network's id of a post (by its own name, or by its calendar row's) on each account where it is."""
        if post is None and row is not None:
            post = self.posts.posts_by_key(brand, [id_key(row)]).get(id_key(row))
        found = self.posts.deliveries(brand, post) if post else ()
        return {one.account: one.remote_ids[0] for one in found if one.remote_ids and one.state is State.PUBLISHED}

    def _delivery(self, post: Post, account: Account, answers: str | None) -> Delivery:
        ahead = self.networks[account.network].prepare_ahead(post.content)
        prepare_at = None if ahead is None else post.publish_at - ahead
        return Delivery(
            brand=post.brand,
            post=post.id,
            account=account.name,
            network=account.network,
            publish_at=post.publish_at,
            due_at=prepare_at or post.publish_at,
            prepare_at=prepare_at,
            zone=post.zone,
            local=post.local,
            answers=answers,
        )


def _accounts(brand: Brand, names: Sequence[str]) -> list[Account]:
    return [account for account in brand.accounts if account.name in names]
