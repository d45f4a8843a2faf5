"""Give back, and forget, what is kept of somebody who took part in contests (the port `conversations.store.Entries`).

Until the list is frozen they leave the contest; their id alone stays until the draw, so that a list of the network,
where their comment still stands, does not bring them back. Once it is frozen the published list keeps a code that
nothing links to them any more, for their id and nonce are gone: what anybody verifies stays as it was. A rank that the
draw gives them is nobody's, and the next alternate takes the place; of what became of a rank, the story stays, without
who it was. What was said to them goes from here; what of it is online, only people can take away.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from heraut.brands import ContestState, NetworkName
from heraut.contests.change_rank import change_rank
from heraut.contests.decide_entrants import TRIES, made_anew
from heraut.contests.keep_entrants import forgotten_entrant
from heraut.contests.running import KeptEntrant, Told, forgotten_at
from heraut.contests.winners_news import naming, without_winner
from heraut.contests.write_winners import message_name
from heraut.errors import Conflict, TryAgain
from heraut.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from pydantic import BaseModel

    from heraut.contests.running import Contest, Winner
    from heraut.contests.store import Contests, Hears, Messages
    from heraut.conversations import GivenAnswer, Overheard

wording = Wording("heraut.contests", "forget_entrant.toml")


class ContestEntries:
    """What somebody did in a brand's contests; each question reads everybody of all of them."""

    def __init__(self, contests: Contests, messages: Messages, heard: Hears) -> None:
        """Keep where contests are, what was said to winners, and what was heard and not taken note of yet."""
        self._contests, self._messages, self._heard = contests, messages, heard

    def people(self, brand: str) -> Iterator[tuple[NetworkName, str, str, str]]:
        """Give everybody: their network, its id of them, handle and name; only the id of whose prize is remembered."""
        for won in self._contests.won(brand):
            network, _, who = won.partition(":")
            yield NetworkName(network), who, "", ""
        for contest in self._opened(brand):
            for heard in self._heard.overheard(brand, contest.name):
                author = heard.said.author
                yield heard.said.network, author.id, author.handle, author.name
            for one in self._contests.every_entrant(brand, contest.name):
                if one.forgotten_at is None:
                    yield one.network, one.id.partition(":")[2], one.handle, _name(one)

    def held(self, brand: str, network: NetworkName, who: str, handle: str) -> list[dict[str, Any]]:
        """Give what is kept of somebody, one object a contest, with all they did and what became of them."""
        found = []
        stable = f"{network}:{who}"
        wins = dict(self._contests.wins(brand, stable))
        for contest in self._opened(brand):
            theirs = [one for one in self._entrants(contest, network, who, handle) if one.forgotten_at is None]
            ranks = self._ranks(contest, network, who, theirs)
            held = {
                "entries": [_plain(one) for one in theirs],
                "ranks": [_plain(one) for one in ranks],
                "messages": [_plain(told) for one in ranks for told in self._said_to(contest, one)],
                "heard": [_plain(one) for one in self._heard_of(contest, network, who)],
                "news": [_plain(news) for one in ranks for news in naming(contest, one)],
                "set_aside_by": _set_aside(contest, stable, network, handle),
            }
            if any(held.values()) or contest.name in wins:
                about: dict[str, Any] = {"contest": contest.name, "title": contest.agreed.title}
                won_at = wins[contest.name].isoformat() if contest.name in wins else None
                found.append(about | held | {"won_at": won_at})
        return found

    def forget(self, brand: str, network: NetworkName, who: str, handle: str, now: datetime) -> None:
        """Forget it; done again it goes on. InvalidInput: what is said to them is leaving at this moment.

        TryAgain: a contest or an entrant changes too fast, or they are being written to.
        """
        for contest in self._opened(brand):
            theirs = list(self._entrants(contest, network, who, handle))
            ids = [f"{network}:{who}", *(one.id for one in theirs)]
            self._without_names(contest, ids, now)
            heard = self._heard_of(contest, network, who)
            if theirs or heard:
                self._leave(contest, [one.id for one in theirs] or ids, now)
                self._without_names(contest, ids, now)  # whom the draw gave a rank at this very moment
            self._heard.forget_overheard(heard)
        self._contests.forget_wins(brand, f"{network}:{who}")

    def _opened(self, brand: str) -> list[Contest]:
        return [one for one in self._contests.every_contest(brand) if one.terms]

    def _entrants(self, contest: Contest, network: NetworkName, who: str, handle: str) -> Iterator[KeptEntrant]:
        for one in self._contests.every_entrant(contest.brand, contest.name):
            same_name = bool(_bare(handle)) and _bare(handle) == _bare(one.handle)
            if one.network is network and (one.id == f"{network}:{who}" or same_name):
                yield one

    def _ranks(self, contest: Contest, network: NetworkName, who: str, theirs: list[KeptEntrant]) -> list[Winner]:
        ids = {f"{network}:{who}", *(one.id for one in theirs)}
        return [one for one in self._contests.winners(contest.brand, contest.name) if one.id in ids]

    def _heard_of(self, contest: Contest, network: NetworkName, who: str) -> list[Overheard]:
        heard = self._heard.overheard(contest.brand, contest.name)
        return [one for one in heard if one.said.network is network and one.said.author.id == who]

    def _said_to(self, contest: Contest, one: Winner) -> Sequence[GivenAnswer]:
        return self._messages.said(contest.brand, message_name(contest, one.rank))

    def _leave(self, contest: Contest, ids: Sequence[str], now: datetime) -> None:
        """Keep of entrants nothing but their ids, which are not to come back; not even these from the freeze on."""
        for who in ids:
            self._leaves(contest, who, now)
        there = made_anew(contest, self._contests)
        if there.frozen_at is not None or there.state is ContestState.CANCELLED:  # no list is read any more
            self._contests.forget_entrants(contest.brand, contest.name, ids)

    def _leaves(self, contest: Contest, who: str, now: datetime) -> None:
        for _ in range(TRIES):
            before = self._contests.entrants(contest.brand, contest.name, [who]).get(who)
            if before and before.forgotten_at:
                return
            after = forgotten_entrant(who, before.revision + 1 if before else 1, now)
            try:
                self._contests.save_entrants(contest.brand, contest.name, [after], forgotten_at(contest.agreed))
            except Conflict:
                continue
            return
        raise TryAgain(f"an entrant of {contest.draw_id} changed {TRIES} times")

    def _without_names(self, contest: Contest, ids: Sequence[str], now: datetime) -> None:
        """Keep what became of their ranks, not whose they were; a prize nobody confirmed is the next alternate's."""
        for one in self._contests.winners(contest.brand, contest.name):
            if one.id not in ids:
                continue
            if one.told is Told.WRITING:
                raise TryAgain(f"rank {one.rank} of {contest.draw_id} is being written to")
            self._messages.forget(contest.brand, message_name(contest, one.rank))
            try:
                after = one.forgotten(now, wording.say("reason", contest.agreed.language))
                change_rank(self._contests, contest.brand, contest.name, one, after, now)
            except Conflict:
                raise TryAgain(f"rank {one.rank} of {contest.draw_id} changed at this moment") from None
            self._change(contest, partial(_untold, one))

    def _change(self, contest: Contest, changed: Callable[[Contest], Contest]) -> None:
        """Change the contest's item where something of them is in it."""
        for _ in range(TRIES):
            there = self._contests.contest(contest.brand, contest.name)
            after = changed(there) if there else None
            if there is None or after is None or after == there:
                return
            try:
                self._contests.change(there, after.next())
            except Conflict:
                continue
            return
        raise TryAgain(f"{contest.draw_id} changed {TRIES} times")


def _untold(one: Winner, contest: Contest) -> Contest:
    return contest.model_copy(update={"news": without_winner(contest, one)})


def _set_aside(contest: Contest, stable: str, network: NetworkName, handle: str) -> list[str]:
    """Name the lists of the contest's terms, as `heraut.yaml` gives them, that name somebody."""
    called = {stable.casefold()} | ({f"@{_bare(handle)}", f"{network}:@{_bare(handle)}"} if _bare(handle) else set())
    exclude = contest.agreed.exclude
    lists = {"staff": exclude.staff, "partners": exclude.partners, "accounts": exclude.accounts}
    return [f"exclude.{name}" for name, those in lists.items() if called & {one.casefold() for one in those or ()}]


def _plain(model: BaseModel) -> dict[str, Any]:
    return model.model_dump(mode="json", by_alias=True, exclude={"revision"})


def _name(one: KeptEntrant) -> str:
    return one.deeds[-1].name if one.deeds else ""


def _bare(handle: str) -> str:
    return handle.removeprefix("@").casefold()
