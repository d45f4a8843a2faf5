"""Queue what answers somebody: a delivery of its own, that leaves as any other, with its approval, brake and doubts.

The post is named after the interaction, so that two people who answer at once make one answer. What failed, or was
dropped, may be answered anew: that is another post, and the one before can leave no more.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from heraut.conversations import GivenAnswer
from heraut.errors import Conflict, InvalidInput, NetworkError
from heraut.events import EventName, event
from heraut.networks.base import Limits, Replies
from heraut.problems import problem
from heraut.publishing import decisions
from heraut.publishing.change_deliveries import dispatch_written
from heraut.publishing.model import Delivery, Post, Source, State

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from heraut.brands import Account, Brand
    from heraut.conversations import Interaction
    from heraut.publishing.model import Content
    from heraut.publishing.world import Steering

IN_DOUBT = frozenset({State.SENDING, State.UNCONFIRMED, State.ASKING})
ANEW = frozenset({State.FAILED, State.EXPIRED, State.CANCELLED})  # nothing is online, and nothing will be by itself


@dataclass(frozen=True)
class Answers:
    """The port `conversations.store.Answers`, over the posts."""

    world: Steering

    def given(self, brand: str, account: str, interaction: str) -> GivenAnswer | None:
        """Give the last answer to an interaction, as far as it came; None when there is none."""
        last = self._last(brand, account, interaction)
        return self._told(*last) if last else None

    def longest(self, account: Account) -> int | None:
        """Say how many characters an answer may have, as the network counts them; None: we cannot know."""
        return self._limits(account).characters

    def give(
        self,
        brand: Brand,
        account: Account,
        interaction: Interaction,
        text: str,
        by: str,
        now: datetime,
        *,
        to_approve: bool,
    ) -> GivenAnswer:
        """Queue an answer, which leaves at once unless it is to be approved.

        InvalidInput says what the network would refuse, each with how it counts. Conflict: there is one already.
        """
        content = self._content(account, interaction, text)
        last = self._last(brand.id, account.name, interaction.id)
        if last and last[1].state not in ANEW:
            raise Conflict(f"{interaction.id} has an answer: {last[0].id}")
        if last:
            self._withdraw(last[1], by, now)
        number = _number(last[0]) + 1 if last else 1
        post, delivery = self._new(brand, account, content, number, now, to_approve=to_approve)
        source = {"kind": "answer", "by": by}
        queued = event(EventName.POST_QUEUED, brand.id, post.id, None, now, source=source, version=1)
        asked = event(EventName.APPROVAL_ASKED, brand.id, post.id, None, now, version=post.version)
        self.world.posts.add(post, [delivery], [queued, asked] if to_approve else [queued])
        dispatch_written([delivery], self.world, now)
        return self._told(post, delivery, by)

    def forget(self, brand: str, account: str, interaction: str) -> Sequence[str]:
        """Erase every answer to an interaction here (not on its network); gives the posts.

        InvalidInput: one is leaving at this moment, or nobody knows yet whether it is online.
        """
        every = list(self._every(brand, account, interaction))
        if any(delivery.state in IN_DOUBT for _, delivery in every):
            raise InvalidInput([problem("answer_leaving", account=account)])
        for post, delivery in reversed(every):  # the first leads to the others: it goes last
            if delivery.state not in {State.CANCELLED, State.PUBLISHED}:
                self.world.posts.change(delivery, decisions.dropped(delivery))
            self.world.posts.forget(brand, post.id)
        return [post.id for post, _ in every]

    def _content(self, account: Account, interaction: Interaction, text: str) -> Content:
        adapter = self.world.networks[account.network]
        if not isinstance(adapter, Replies):
            raise InvalidInput([problem("answer_not_here", account=account.name)])
        if not text.strip():
            raise InvalidInput([problem("answer_empty")])
        content = adapter.reply(account, interaction, text)
        problems = [found for found in adapter.validate(content, self._limits(account)) if not found.warning]
        if problems:
            raise InvalidInput(problems)
        return content

    def _limits(self, account: Account) -> Limits:
        """Give what the account's server accepts; one that cannot be asked says it when the answer leaves."""
        try:
            return self.world.networks[account.network].limits(account, {})
        except NetworkError:
            return Limits()

    def _last(self, brand: str, account: str, interaction: str) -> tuple[Post, Delivery] | None:
        return next(reversed(list(self._every(brand, account, interaction))), None)

    def _every(self, brand: str, account: str, interaction: str) -> Iterator[tuple[Post, Delivery]]:
        for number in count(1):
            name = _name(account, interaction, number)
            post = self.world.posts.post(brand, name)
            delivery = self.world.posts.delivery(brand, name, account) if post else None
            if post is None or delivery is None:
                break
            yield post, delivery

    def _withdraw(self, delivery: Delivery, by: str, now: datetime) -> None:
        """Let what failed leave no more: somebody may still hold a link that sends it."""
        if delivery.state is not State.CANCELLED:
            told = event(EventName.DELIVERY_CANCELLED, delivery.brand, delivery.post, delivery.account, now, by=by)
            self.world.posts.change(delivery, decisions.dropped(delivery), [told])

    def _new(
        self, brand: Brand, account: Account, content: Content, number: int, now: datetime, *, to_approve: bool
    ) -> tuple[Post, Delivery]:
        promise = decisions.now_there(now, brand.zone)
        answers = content.in_reply_to.interaction if content.in_reply_to else ""
        post = Post(
            brand=brand.id,
            id=_name(account.name, answers, number),
            content=content,
            accounts=(account.name,),
            publish_at=promise.instant,
            local=promise.local,
            zone=promise.zone,
            tzdata=promise.tzdata,
            source=Source(kind="answer", identity=answers),
            created_at=now,
        )
        ahead = self.world.networks[account.network].prepare_ahead(content)
        prepare_at = None if ahead is None else now - ahead
        return post, Delivery(
            brand=brand.id,
            post=post.id,
            account=account.name,
            network=account.network,
            state=State.TO_APPROVE if to_approve else State.SCHEDULED,
            publish_at=promise.instant,
            due_at=None if to_approve else prepare_at or promise.instant,
            prepare_at=prepare_at,
            zone=promise.zone,
            local=promise.local,
            answers=answers,
        )

    def _told(self, post: Post, delivery: Delivery, by: str | None = None) -> GivenAnswer:
        if by is None:
            first = next(iter(self.world.posts.story(post.brand, post.id)), None)
            by = str((first.fields.get("source") or {}).get("by") or "") if first else ""
        held = delivery.holds or (
            delivery.state is State.SCHEDULED and self.world.posts.brakes(delivery.brand, delivery.account)
        )
        return told_of(post, delivery, by, is_held=bool(held))


def told_of(post: Post, delivery: Delivery, by: str = "", *, is_held: bool = False) -> GivenAnswer:
    """Say what an answer says, who gave it ("": nobody of the team) and how far it came."""
    return GivenAnswer(
        post=post.id,
        by=by,
        at=post.created_at,
        text="\n\n".join(part.text for part in post.content.parts),
        state="held" if is_held and delivery.state is State.SCHEDULED else delivery.state.value,
        anew=delivery.state in ANEW,
        url=delivery.url,
    )


def _name(account: str, interaction: str, number: int) -> str:
    digest = hashlib.sha256(f"{account}\n{interaction}".encode()).digest()
    return f"reponse-{base64.b32encode(digest)[:16].decode().lower()}-{number}"


def _number(post: Post) -> int:
    return int(post.id.rpartition("-")[2])
