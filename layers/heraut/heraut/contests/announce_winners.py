"""Announce a draw, and follow each winner: their time to answer, the next alternate where it passes or they are out.

Whoever won is named in public by nobody but themselves: the post says where anybody can verify the draw. A person's
disqualification moves nobody else's rank.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.brands import ContestState
from heraut.contests.change_rank import change_rank
from heraut.contests.check_winners import OUT, SEATED, check_next, free_seats, next_to_seat
from heraut.contests.hear_winners import hear_next, next_look_at
from heraut.contests.publish_outcome import publish_outcome
from heraut.contests.published import page_key
from heraut.contests.running import Place
from heraut.contests.speak import AGAIN, PATIENCE, said_on_thread, speaking
from heraut.contests.winners_news import news_of
from heraut.contests.words import drawn_texts
from heraut.contests.write_winners import watch_messages, write_next
from heraut.errors import InvalidInput, NotFound
from heraut.problems import problem

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.brands import Brand
    from heraut.contests.running import Contest, Winner
    from heraut.contests.store import Contests
    from heraut.contests.world import Running


def announce_winners(contest: Contest, brand: Brand, world: Running, now: datetime) -> Contest:
    """Queue the post that says that the draw was made, and begin each winner's time to answer."""
    terms = contest.agreed
    if terms.announces and now < terms.announces:
        return contest.next(due_at=terms.announces)
    page = f"{world.public_url.rstrip('/')}/{page_key(contest, terms.language)}"
    texts = drawn_texts(terms, contest.entrants, page)
    name = f"contest-{contest.name}-drawn"
    accounts = speaking(contest, brand)
    left_out = world.posts.say(contest.brand, name, [one.name for one in accounts], texts, now)
    until = (terms.announces or terms.draws) + PATIENCE
    for account in accounts:  # whose network takes answers alone
        if account.name in left_out:
            under = f"{name}-{account.name}"
            if not said_on_thread(contest, account, brand, under, texts, world, now, until):
                return contest.next(due_at=now + AGAIN)
    return contest.next(
        state=ContestState.ANNOUNCED, announced_at=now, due_at=now, news=contest.telling("announced", now)
    )


def promote_alternates(contest: Contest, brand: Brand, world: Running, now: datetime) -> Contest:
    """Do the next thing that winners wait for; end when nobody is waited for.

    Those who did not answer in time go; what a network can say of those who are next is asked; they are seated, written
    to, told to people; and what became of the ranks is published.
    """
    if contest.settle_at and contest.settle_at <= now:
        return contest.next(settle_at=None, outcome="", due_at=now)
    every = list(world.contests.winners(contest.brand, contest.name))
    look_at = watch_messages(contest, every, world, now)
    _let_go(contest, every, world, now)
    asked = check_next(contest, brand, every, world, now)
    if asked is not None:
        return asked
    _seat(contest, every, world, now)
    done = (
        write_next(contest, every, world, now)
        or hear_next(contest, brand, every, world, now)
        or publish_outcome(contest, brand, every, world, now)
    )
    if done is not None:
        return done
    told = news_of(contest, every, now)
    if told:
        return contest.next(due_at=now, **told)
    waits = [contest.settle_at, look_at, next_look_at(every)] + [one.until for one in every if one.is_waited_for]
    open_until = [at for at in waits if at is not None]
    if open_until:
        return contest.next(due_at=min(open_until))
    out = sum(one.place in OUT for one in every)
    told = contest.telling_once("ended", now, f"ended {out}")
    return contest.next(state=ContestState.ENDED, ended_at=contest.ended_at or now, due_at=now, **told)


def _let_go(contest: Contest, every: list[Winner], world: Running, now: datetime) -> None:
    """Let those go who did not answer in time; nobody's time runs out before their message is online."""
    for place, one in enumerate(every):
        if one.is_waited_for and one.until is not None and one.until <= now:
            every[place] = one.becomes(Place.LAPSED, now)
            world.contests.change_winner(contest.brand, contest.name, every[place])


def _seat(contest: Contest, every: list[Winner], world: Running, now: datetime) -> None:
    """Give the prizes that nobody has to those who are next; who was drawn as a winner has their own rank's."""
    terms = contest.agreed
    until = now + terms.claim if terms.claim else None
    for one in next_to_seat(terms, every):
        free = free_seats(terms, every)
        seat = one.rank if one.rank in free else free[0]
        seated = one.becomes(Place.WON, now, until=until, seat=seat)
        world.contests.change_winner(contest.brand, contest.name, seated)
        every[every.index(one)] = seated


def claim(
    contests: Contests, brand: str, name: str, rank: int, now: datetime, by: str = "", *, named: bool | None = None
) -> Winner:
    """Note that a winner answered in time, and whether they agreed to be named in public (None: as noted before).

    Named or not any more, the page and the certificate say so at the next tick. NotFound: nobody has this rank;
    InvalidInput: it is not theirs to claim.
    """
    one = _ranked(contests, brand, name, rank)
    if one.place not in SEATED:
        raise InvalidInput([problem("contest_rank_not_won", rank=rank)])
    agreed = one.named if named is None else named
    after = one
    if one.place is Place.WON:
        after = one.becomes(Place.CLAIMED, now, named=agreed, by=by)
    elif one.named != agreed:
        after = one.after(now, "named" if agreed else "not_named", named=agreed, by=by)
    if after is not one:
        change_rank(contests, brand, name, one, after, now)
    return after


def disqualify(
    contests: Contests, brand: str, name: str, rank: int, reason: str, now: datetime, by: str = ""
) -> Winner:
    """Take a rank's prize from somebody, for a reason that is logged; the next alternate gets it at the next tick.

    NotFound: nobody has this rank. InvalidInput: no reason was given.
    """
    one = _ranked(contests, brand, name, rank)
    if not reason.strip():
        raise InvalidInput([problem("contest_reason_missing")])
    after = one
    if one.place not in OUT:
        after = one.becomes(Place.DISQUALIFIED, now, reason=reason.strip(), by=by)
        change_rank(contests, brand, name, one, after, now)
    return after


def _ranked(contests: Contests, brand: str, name: str, rank: int) -> Winner:
    found = next((one for one in contests.winners(brand, name) if one.rank == rank), None)
    if found is None:
        raise NotFound(f"{brand}/{name} rank {rank}")
    return found
