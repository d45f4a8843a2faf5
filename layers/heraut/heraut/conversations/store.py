"""Where conversations are kept: what the use cases need of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from heraut.brands import Account, Brand, NetworkName
    from heraut.conversations.members import Known, Member
    from heraut.conversations.model import Alert, Answered, GivenAnswer, Interaction, Moment, Overheard
    from heraut.conversations.testimonials import Testimonial
    from heraut.conversations.webhook import Webhook


class Conversations(Protocol):
    """Interactions, the alerts they joined, and how far each account was listened to. Every read is consistent."""

    def cursor(self, brand: str, account: str) -> str | None:
        """Read where to go on listening, None when it never began."""

    def save_cursor(self, brand: str, account: str, cursor: str) -> None:
        """Remember where to go on."""

    def alert_with(self, brand: str, account: str, interaction: str) -> Alert | None:
        """Give the alert that an interaction joined, open or not; None for one that never came."""

    def held(self, brand: str, account: str, interaction: str) -> tuple[Alert, Interaction] | None:
        """Give an interaction with the alert that it joined; None when it never came, or was erased."""

    def came(self, brand: str, account: str, interaction: str) -> Answered | bool:
        """Whether an interaction came already; the answer to it, where only that did."""

    def remember_answer(self, brand: str, account: str, answer: Answered, until: datetime) -> bool:
        """Keep, at least until then, an answer to what did not come yet; False: it came."""

    def open_alert(self, brand: str, account: str, thread: str) -> Alert | None:
        """Give the open alert of a thread, None when there is none."""

    def quiet_alert(self, brand: str, account: str, thread: str) -> Alert | None:
        """Give the last alert of a thread that was over as it opened, None when there is none, or it was reopened."""

    def quiet_alerts(self, brand: str) -> Sequence[Alert]:
        """Give the alerts of a brand that were over as they opened, oldest first, for as long as they may reopen."""

    def receive(
        self,
        interaction: Interaction,
        before: Alert | None,
        after: Alert,
        counted: Sequence[str] = (),
        now: datetime | None = None,
        answered: Answered | None = None,
        *,
        helped: bool = False,
    ) -> None:
        """Write an interaction with the alert that it opens (`before` is None), joins or reopens, in one transaction.

        What is worth showing is set aside, its author has spoken once more, and each place of `counted` has one more in
        the minute of `now`. One that opens
        an alert which is over at once leaves its thread free. `answered` is what `came` gave: its answer came first.
        Conflict when it came already, or its answer did meanwhile, when the alert moved on, or when another one opened
        on its thread.
        """

    def change(self, before: Alert, after: Alert) -> None:
        """Replace an alert; closed, its thread may open another. What is new in `news` joins its story.

        Conflict when it is no longer `before`.
        """

    def moderate(self, interaction: Interaction, before: Alert, after: Alert, counts: Mapping[str, int]) -> None:
        """Replace an alert as `change` does, and add (or take back) what this counts for an interaction's author.

        Conflict, too, when nothing is known of its author any more.
        """

    def known(self, brand: str, network: str, author: str) -> Known:
        """Give what is known of an author (by the network's id)."""

    def members(self, brand: str) -> Iterator[Member]:
        """Give everybody who speaks to a brand, in no order."""

    def counted(self, brand: str, place: str, since: datetime) -> int:
        """Say how many were counted at a place since the minute of `since`."""

    def story(self, brand: str, alert: str) -> Sequence[Moment]:
        """Give what happened to an alert, in order."""

    def answers(self, brand: str, since: datetime) -> Iterator[Moment]:
        """Give the answers that were given since, and whose time is known, oldest first; of what they do not tell."""

    def rewrite(self, alert: Alert, interaction: Interaction) -> None:
        """Replace what was said, of an alert that it joined. Conflict when it is not there any more."""

    def revise(self, interaction: Interaction, held: Alert, before: Alert, after: Alert) -> None:
        """Replace what was said, which `held` holds, and the alert in which it waits now, in one transaction.

        Where that is another alert it moves there; one that was over and is not takes its thread again.
        Conflict as with `change` and `rewrite`, or when another alert opened on the thread.
        """

    def erase(self, interaction: Interaction, before: Alert, after: Alert) -> None:
        """Forget what was said, and replace its alert as `change` does; that it came once stays known."""

    def everything_said(self, brand: str) -> Iterator[tuple[str, Interaction]]:
        """Give all that was said to a brand and is held, each with its alert's id, in no order: it reads the brand."""

    def forget_said(self, interaction: Interaction, before: Alert, after: Alert) -> None:
        """Forget what was said, that it came, and its id in its alert's story; replace the alert as `change` does.

        Conflict when the alert is no longer `before`, or the interaction is not there any more.
        """

    def refuse_earlier(self, brand: str, network: str, author: str, at: datetime) -> None:
        """Remember, without a name, that what an author said until `at` is not to be taken in again."""

    def forget_author(self, brand: str, network: str, author: str) -> None:
        """Forget the record of an author."""

    def overhear(self, heard: Overheard, until: datetime) -> None:
        """Keep, until then at most, what a contest is to take note of; done twice it is there once."""

    def overheard(self, brand: str, contest: str, since: datetime | None = None) -> Iterator[Overheard]:
        """Give what a contest has not taken note of yet, in the order in which it was heard: all, or what was since."""

    def forget_overheard(self, heard: Sequence[Overheard]) -> None:
        """Forget what a contest took note of; what is gone already is gone."""

    def testimonials(self, brand: str) -> Iterator[Testimonial]:
        """Give what is set aside of what was said to a brand, in no order."""

    def save_testimonial(self, before: Testimonial, after: Testimonial) -> None:
        """Replace what is set aside. Conflict when it is no longer `before`."""

    def moderated(self, brand: str, since: datetime) -> Iterator[Moment]:
        """Give what was hidden, deleted, shown again or kept silent since, in alerts opened up to two months before."""

    def alert(self, brand: str, alert: str) -> Alert | None:
        """Read an alert."""

    def interactions(self, brand: str, alert: str) -> Sequence[Interaction]:
        """Give what joined an alert, oldest first."""

    def open_alerts(self, brand: str) -> Sequence[Alert]:
        """Give the alerts of a brand that are open, oldest first."""

    def due(self, until: datetime) -> Iterator[tuple[str, str]]:
        """Give brand and id of the alerts to look at, soonest first (an index: it may lag)."""


class Answers(Protocol):
    """Answers to interactions, each a post of its own: publishing keeps them."""

    def given(self, brand: str, account: str, interaction: str) -> GivenAnswer | None:
        """Give the last answer to an interaction, as far as it came; None when there is none."""

    def longest(self, account: Account) -> int | None:
        """Say how many characters an answer may have, as the network counts them; None: we cannot know."""

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

        InvalidInput says what the network would refuse. Conflict: there is one already, or another is being given.
        """

    def forget(self, brand: str, account: str, interaction: str) -> Sequence[str]:
        """Erase every answer to an interaction here (not on its network); gives the posts.

        InvalidInput: one is leaving at this moment, or nobody knows yet whether it is online.
        """


class QuotingPosts(Protocol):
    """Posts that quote somebody: publishing keeps them."""

    def withdraw(self, brand: str, post: str, testimonial: str, by: str, now: datetime) -> None:
        """Hold what has not gone out of a post, and tell people of it and of what is online; done twice it is once.

        A post that is gone is held by nothing. TryAgain: it is leaving at this moment.
        """


class Entries(Protocol):
    """What people did in a brand's contests, or asked in its sessions: those rooms keep it.

    Somebody is their network, its id of them and handle.
    """

    def people(self, brand: str) -> Iterator[tuple[NetworkName, str, str, str]]:
        """Give everybody who took part: network, its id, handle, name; somebody may come several times."""

    def held(self, brand: str, network: NetworkName, who: str, handle: str) -> Sequence[dict[str, Any]]:
        """Give what is kept of somebody, an object for each contest or session, as it is given to them.

        Of a session: `questions`, each with its `text`, and the brand's `posts` that quote them.
        """

    def forget(self, brand: str, network: NetworkName, who: str, handle: str, now: datetime) -> None:
        """Forget it, but for what the published lists hold, which names nobody. TryAgain; done again it goes on."""


class RawEvents(Protocol):
    """Events as networks sent them, as far as they are kept in files."""

    def naming(self, brand: str, names: Collection[str]) -> Sequence[str]:
        """Give the events (their names) of a brand that hold one of these names of somebody."""

    def forget(self, events: Sequence[str]) -> None:
        """Erase events; what is gone already is gone."""


class SentMessages(Protocol):
    """Messages to people of the team, as far as they are kept."""

    def naming(self, brand: str, names: Collection[str], words: Collection[str]) -> Sequence[str]:
        """Give the messages (their ids) of a brand that hold one of somebody's names, or of the texts they wrote."""

    def forget(self, brand: str, messages: Sequence[str]) -> None:
        """Erase messages; what is gone already is gone."""


class Webhooks(Protocol):
    """Webhooks of accounts, and which events came lately. Every read is consistent."""

    def webhook(self, brand: str, account: str) -> Webhook | None:
        """Read an account's webhook, None when it has none."""

    def save_webhook(self, webhook: Webhook) -> None:
        """Keep a webhook, whatever was there."""

    def change_webhook(self, before: Webhook, after: Webhook) -> None:
        """Replace a webhook. Conflict when it is no longer `before`."""

    def is_known(self, brand: str, account: str, digest: str) -> bool:
        """Whether this event came to this account already."""

    def remember(self, brand: str, account: str, digest: str, until: datetime) -> None:
        """Remember, at least until then, that this event came."""
