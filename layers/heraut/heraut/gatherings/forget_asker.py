"""Give back, and forget, what somebody asked in sessions of questions (the port `conversations.store.Entries`).

While the lists of a session are still read their id stays, so that the comment that still stands on the network does
not bring the question back; it goes after the last reading. The page of the recap loses their questions with the next
tick. Posts of a session that quote them are named, for only their brand can change those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from heraut.errors import Conflict, TryAgain
from heraut.gatherings.collect_questions import forgotten_at
from heraut.gatherings.hide_question import TRIES, page_follows
from heraut.notifications.kept_messages import quoting

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from heraut.brands import NetworkName
    from heraut.contests import News
    from heraut.gatherings.questions import Question, Questions
    from heraut.gatherings.running import Gathering
    from heraut.gatherings.store import Gatherings


class Posted(Protocol):
    """What forgetting asks of publishing."""

    def words(self, brand: str, post: str) -> str:
        """Give the text of a post, "" where there is none."""


class AskedInSessions:
    """What somebody asked in a brand's sessions."""

    def __init__(self, gatherings: Gatherings, posts: Posted) -> None:
        """Keep where events and their posts are."""
        self._gatherings, self._posts = gatherings, posts

    def people(self, brand: str) -> Iterator[tuple[NetworkName, str, str, str]]:
        """Give everybody who asked: their network, its id of them, handle; their name is not kept."""
        for questions in self._gatherings.every_questions(brand):
            for one in questions.kept:
                if one.by:
                    yield one.network, one.by.partition(":")[2], one.handle, ""

    def held(self, brand: str, network: NetworkName, who: str, handle: str) -> list[dict[str, Any]]:
        """Give what is kept of somebody, one object a session, with the posts that quote them."""
        found = []
        for questions in self._gatherings.every_questions(brand):
            theirs = [one for one in questions.kept if _is_theirs(one, network, who, handle)]
            gathering = self._gatherings.gathering(brand, questions.name)
            if theirs and gathering:
                asked = [one.model_dump(mode="json") for one in theirs]
                quoted = self._quoting(gathering, theirs, handle)
                title = gathering.terms.title
                found.append({"event": questions.name, "title": title, "questions": asked, "posts": quoted})
        return found

    def forget(self, brand: str, network: NetworkName, who: str, handle: str, now: datetime) -> None:
        """Forget it; done again it goes on. TryAgain: a session changes too fast."""
        for questions in list(self._gatherings.every_questions(brand)):
            gathering = self._gatherings.gathering(brand, questions.name)
            if gathering:
                theirs = self._leaves(gathering, (network, who, handle))
                self._untold(gathering, theirs)
                page_follows(gathering, self._gatherings, now)

    def _leaves(self, gathering: Gathering, somebody: tuple[NetworkName, str, str]) -> list[Question]:
        """Take their questions away, with what was decided about them; gives those."""
        network, who, _ = somebody
        for _ in range(TRIES):
            before = self._gatherings.questions(gathering.brand, gathering.name)
            theirs = [one for one in before.kept if _is_theirs(one, *somebody)]
            kept_out = set() if gathering.recapped else {f"{network}:{who}", *(one.asker for one in theirs)}
            if not theirs and kept_out <= before.erased:
                return []
            after = _without(before, theirs).model_copy(update={"erased": before.erased | kept_out})
            try:
                self._gatherings.save_questions(after, forgotten_at(gathering))
            except Conflict:
                continue  # the lists are read at this moment
            return theirs
        raise TryAgain(f"the questions of {gathering.brand}/{gathering.name} changed {TRIES} times")

    def _untold(self, gathering: Gathering, theirs: Sequence[Question]) -> None:
        """Take their questions out of what people of the brand have not been told yet."""
        for _ in range(TRIES):
            there = self._gatherings.gathering(gathering.brand, gathering.name) or gathering
            news = tuple(_told_without(one, theirs) for one in there.news)
            if news == there.news:
                return
            try:
                self._gatherings.change(there, there.next(news=news))
            except Conflict:
                continue
            return
        raise TryAgain(f"{gathering.brand}/{gathering.name} changed {TRIES} times")

    def _quoting(self, gathering: Gathering, theirs: Sequence[Question], handle: str) -> list[str]:
        names = {handle, *(one.handle for one in theirs)} - {""}
        quotes = quoting([one.removeprefix("@") for one in names], [one.text for one in theirs])
        posts = [one.post for one in gathering.steps.values() if one.post]
        return [one for one in posts if quotes(self._posts.words(gathering.brand, one))]


def _is_theirs(one: Question, network: NetworkName, who: str, handle: str) -> bool:
    same_name = bool(_plain(handle)) and _plain(handle) == _plain(one.handle)
    return one.network is network and (one.by == f"{network}:{who}" or same_name)


def _without(before: Questions, theirs: Sequence[Question]) -> Questions:
    ids = {one.id for one in theirs}
    return before.next(
        count=before.count - len(theirs),
        kept=tuple(one for one in before.kept if one.id not in ids),
        decisions={name: notes for name, notes in before.decisions.items() if name not in ids},
    )


def _told_without(news: News, theirs: Sequence[Question]) -> News:
    said = {(one.handle, one.text) for one in theirs}
    if "top" not in news.fields:
        return news
    top = [one for one in news.fields["top"] if (one[0], one[1]) not in said]
    return news.model_copy(update={"fields": {**news.fields, "top": top}})


def _plain(handle: str) -> str:
    return handle.removeprefix("@").casefold()
