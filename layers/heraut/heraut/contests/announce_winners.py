"""Announce a draw, and follow each winner: their time to answer, the next alternate where it passes or they are out.

Whoever won is named in public by nobody but themselves: the post says where anybody can verify the draw. A person's
disqualification moves nobody else's rank.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.brands import ContestState
from heraut.contests.published import page_key
from heraut.contests.running import Place
from heraut.contests.speak import AGAIN, PATIENCE, said_on_thread, speaking
from heraut.contests.words import short_title, wording
from heraut.errors import InvalidInput, NotFound
from heraut.problems import problem

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.brands import Brand
    from heraut.contests.running import Contest, Winner
    from heraut.contests.store import Contests
    from heraut.contests.world import Running

SEATED = frozenset({Place.WON, Place.CLAIMED})
OUT = frozenset({Place.LAPSED, Place.DISQUALIFIED})


def announce_winners(contest: Contest, brand: Brand, world: Running, now: datetime) -> Contest:
    """Queue the post that says that the draw was made, and begin each winner's time to answer."""
    terms = contest.agreed
    if terms.announces and now < terms.announces:
        return contest.next(due_at=terms.announces)
    text = wording.say(
        "drawn_post",
        terms.language,
        title=short_title(terms.title),
        entrants=contest.entrants,
        page=f"{world.public_url.rstrip('/')}/{page_key(contest, terms.language)}",
    )
    name = f"contest-{contest.name}-drawn"
    accounts = speaking(contest, brand)
    left_out = world.posts.say(contest.brand, name, [one.name for one in accounts], text, now)
    until = (terms.announces or terms.draws) + PATIENCE
    for account in accounts:  # whose network takes answers alone
        if account.name in left_out:
            under = f"{name}-{account.name}"
            if not said_on_thread(contest, account, brand, under, text, world, now, until):
                return contest.next(due_at=now + AGAIN)
    return contest.next(
        state=ContestState.ANNOUNCED, announced_at=now, due_at=now, news=contest.telling("announced", now)
    )


def promote_alternates(contest: Contest, world: Running, now: datetime) -> Contest:
    """Let those who did not answer in time go, seat the next alternates, and end when nobody is waited for."""
    terms = contest.agreed
    until = now + terms.claim if terms.claim else None
    news = contest
    every = list(world.contests.winners(contest.brand, contest.name))
    for place, one in enumerate(every):
        if one.place is Place.WON and one.until is not None and one.until <= now:
            every[place] = one.becomes(Place.LAPSED, now)
            world.contests.change_winner(contest.brand, contest.name, every[place])
    seats = min(terms.winners, len(every))
    for place, one in enumerate(every):
        if sum(each.place in SEATED for each in every) >= seats:
            break
        if one.place is Place.WAITING:
            every[place] = one.becomes(Place.WON, now, until=until)
            world.contests.change_winner(contest.brand, contest.name, every[place])
    gone = [one for one in every if one.place is Place.LAPSED and f"lapsed {one.rank}" not in contest.said]
    for one in gone:
        told = news.telling_once("lapsed", now, f"lapsed {one.rank}", winner=one.called or one.name, rank=one.rank)
        news = news.model_copy(update=told)
    open_until = [one.until for one in every if one.place is Place.WON and one.until is not None]
    changes = {"news": news.news, "said": news.said}
    if open_until:
        return contest.next(due_at=min(open_until), **changes)
    ended = news.telling("ended", now)
    return contest.next(state=ContestState.ENDED, ended_at=now, due_at=now, **{**changes, "news": ended})


def claim(contests: Contests, brand: str, name: str, rank: int, now: datetime, by: str = "") -> Winner:
    """Note that a winner answered in time. NotFound: nobody has this rank; InvalidInput: it is not theirs to claim."""
    one = _ranked(contests, brand, name, rank)
    if one.place is Place.CLAIMED:
        return one
    if one.place is not Place.WON:
        raise InvalidInput([problem("contest_rank_not_won", rank=rank)])
    after = one.becomes(Place.CLAIMED, now, by=by)
    contests.change_winner(brand, name, after)
    return after


def disqualify(
    contests: Contests, brand: str, name: str, rank: int, reason: str, now: datetime, by: str = ""
) -> Winner:
    """Take a rank's prize from somebody, for a reason that is logged; the next alternate gets it at the next tick.

    NotFound: nobody has this rank. InvalidInput: no reason was given.
    """
    one = _ranked(contests, brand, name, rank)
    contest = contests.contest(brand, name)
    if contest is None:
        raise NotFound(f"{brand}/{name}")
    if not reason.strip():
        raise InvalidInput([problem("contest_reason_missing")])
    after = one
    if one.place not in OUT:
        after = one.becomes(Place.DISQUALIFIED, now, reason=reason.strip(), by=by)
        contests.change_winner(brand, name, after)
    over = contest.state is ContestState.ENDED  # and goes on, for there may be an alternate
    contests.change(contest, contest.next(state=ContestState.ANNOUNCED if over else contest.state, due_at=now))
    return after


def _ranked(contests: Contests, brand: str, name: str, rank: int) -> Winner:
    found = next((one for one in contests.winners(brand, name) if one.rank == rank), None)
    if found is None:
        raise NotFound(f"{brand}/{name} rank {rank}")
    return found
