"""Give back, and forget, what is kept of somebody who took part in contests (the port `conversations.store.Entries`).

Until the list is frozen they leave the contest; their id alone stays until its data are forgotten, so that a list of
the network, where their comment still stands, does not bring them back. Once it is frozen the published list keeps a
code that nothing links to them any more, for their id and nonce are gone: what anybody verifies stays as it was. A rank
that the draw gives them is nobody's, and the next alternate takes the place; of what became of a rank, the story stays,
without who it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heraut.brands import ContestState
from heraut.contests.decide_entrants import TRIES, made_anew
from heraut.contests.running import KeptEntrant, Place, forgotten_at
from heraut.errors import Conflict, TryAgain
from heraut.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from heraut.brands import NetworkName
    from heraut.contests.running import Contest, Winner
    from heraut.contests.store import Contests

SEATED_NOT_YET = frozenset({Place.WAITING, Place.WON})
wording = Wording("heraut.contests", "forget_entrant.toml")


class ContestEntries:
    """What somebody did in a brand's contests; each question reads everybody of all of them."""

    def __init__(self, contests: Contests) -> None:
        """Keep where contests are."""
        self._contests = contests

    def people(self, brand: str) -> Iterator[tuple[NetworkName, str, str, str]]:
        """Give everybody: their network, its id of them, handle and name."""
        for contest in self._opened(brand):
            for one in self._contests.every_entrant(brand, contest.name):
                if one.forgotten_at is None:
                    yield one.network, one.id.partition(":")[2], one.handle, _name(one)

    def held(self, brand: str, network: NetworkName, who: str, handle: str) -> list[dict[str, Any]]:
        """Give what is kept of somebody, one object a contest, with all they did and what became of them."""
        found = []
        for contest in self._opened(brand):
            theirs = [one for one in self._entrants(contest, network, who, handle) if one.forgotten_at is None]
            ranks = self._ranks(contest, network, who, theirs)
            if theirs or ranks:
                entries = [one.model_dump(mode="json", by_alias=True, exclude={"revision"}) for one in theirs]
                places = [one.model_dump(mode="json", by_alias=True, exclude={"revision"}) for one in ranks]
                found.append(
                    {"contest": contest.name, "title": contest.agreed.title, "entries": entries, "ranks": places}
                )
        return found

    def forget(self, brand: str, network: NetworkName, who: str, handle: str, now: datetime) -> None:
        """Forget it; done again it goes on. TryAgain: a contest or an entrant changes too fast."""
        for contest in self._opened(brand):
            theirs = list(self._entrants(contest, network, who, handle))
            for one in self._ranks(contest, network, who, theirs):
                self._without_name(contest, one, now)
            for entrant in theirs:
                if entrant.forgotten_at is None:
                    self._leaves(contest, entrant.id, now)
            if theirs and made_anew(contest, self._contests).frozen_at is not None:
                self._contests.forget_entrants(brand, contest.name, [one.id for one in theirs])

    def _opened(self, brand: str) -> list[Contest]:
        return [one for one in self._contests.every_contest(brand) if one.terms]

    def _entrants(self, contest: Contest, network: NetworkName, who: str, handle: str) -> Iterator[KeptEntrant]:
        for one in self._contests.every_entrant(contest.brand, contest.name):
            same_name = bool(_plain(handle)) and _plain(handle) == _plain(one.handle)
            if one.network is network and (one.id == f"{network}:{who}" or same_name):
                yield one

    def _ranks(self, contest: Contest, network: NetworkName, who: str, theirs: list[KeptEntrant]) -> list[Winner]:
        ids = {f"{network}:{who}", *(one.id for one in theirs)}
        return [one for one in self._contests.winners(contest.brand, contest.name) if one.id in ids]

    def _leaves(self, contest: Contest, who: str, now: datetime) -> None:
        """Keep of an entrant nothing but their id and that they are not to come back."""
        for _ in range(TRIES):
            before = self._contests.entrants(contest.brand, contest.name, [who]).get(who)
            if before is None:
                return
            after = KeptEntrant(
                id=who, nonce="00" * 32, network=before.network, revision=before.revision + 1, forgotten_at=now
            )
            try:
                self._contests.save_entrants(contest.brand, contest.name, [after], forgotten_at(contest.agreed))
            except Conflict:
                continue
            return
        raise TryAgain(f"an entrant of {contest.draw_id} changed {TRIES} times")

    def _without_name(self, contest: Contest, one: Winner, now: datetime) -> None:
        """Keep what became of a rank, and not whose it was; a prize that nobody confirmed is the next alternate's."""
        nameless = one.model_copy(update={"id": "", "name": "", "called": "", "left": (), "named": False})
        if one.place in SEATED_NOT_YET:
            reason = wording.say("reason", contest.agreed.language)
            after = nameless.becomes(Place.DISQUALIFIED, now, reason=reason)
        else:
            after = nameless.model_copy(update={"revision": one.revision + 1})
        try:
            self._contests.change_winner(contest.brand, contest.name, after)
        except Conflict:
            raise TryAgain(f"rank {one.rank} of {contest.draw_id} changed at this moment") from None
        if one.place in {Place.WON, Place.CLAIMED}:
            self._goes_on(contest, now)

    def _goes_on(self, contest: Contest, now: datetime) -> None:
        """Let the next tick seat an alternate, and publish and remember who won without them, though it was over."""
        for _ in range(TRIES):
            there = self._contests.contest(contest.brand, contest.name) or contest
            state = ContestState.ANNOUNCED if there.state is ContestState.ENDED else there.state
            try:
                self._contests.change(there, there.next(state=state, due_at=now))
            except Conflict:
                continue
            return
        raise TryAgain(f"{contest.draw_id} changed {TRIES} times")


def _name(one: KeptEntrant) -> str:
    return one.deeds[-1].name if one.deeds else ""


def _plain(handle: str) -> str:
    return handle.removeprefix("@").casefold()
