"""Call a contest off that people took part in: only while nobody can know whom its draw would give.

Once the round of its last commitment has come, anybody can compute who won: calling it off then would be a choice among
winners. Why is public, as the rules promise: on their page, beside the commitments, and on the contest's own thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.brands import ContestState
from heraut.contests import published
from heraut.contests.open_contest import rules_shown
from heraut.contests.publish_page import COMMITTED, publish_rules_again
from heraut.contests.running import CalledOff
from heraut.contests.speak import AGAIN, PATIENCE, said_on_thread, speaking
from heraut.contests.words import short_title, wording
from heraut.errors import Conflict, InvalidInput, NotFound, TryAgain
from heraut.problems import problem

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.brands import Brand
    from heraut.contests.beacon import Chain
    from heraut.contests.running import Contest
    from heraut.contests.store import Contests
    from heraut.contests.world import Running

TRIES = 10  # the tick may take a step a moment while it reads lists
LONGEST_WHY = 500  # characters: it is a notice above the rules
BEFORE_DRAW = frozenset({ContestState.OPEN, ContestState.CLOSED, ContestState.FROZEN, ContestState.COMMITTED})


def call_off(contest: Contest, why: str, by: str, chain: Chain, contests: Contests, now: datetime) -> Contest:
    """Call a contest off, and give it as it then is; done again it stays as it was called off first.

    InvalidInput: no reason was given, or one too long; it is drawn, or its draw's chance is public.
    NotFound: there is none. TryAgain: others change it faster than this can.
    """
    said = why.strip()
    if not said:
        raise InvalidInput([problem("contest_cancel_reason_missing")])
    if len(said) > LONGEST_WHY:
        raise InvalidInput([problem("contest_cancel_reason_long", length=len(said), most=LONGEST_WHY)])
    for _ in range(TRIES):
        there = contests.contest(contest.brand, contest.name)
        if there is None:
            raise NotFound(f"{contest.brand}/{contest.name}")
        if there.called_off is not None:
            return there
        require_undrawn(there, chain, now)
        off = there.next(
            state=ContestState.CANCELLED,
            called_off=CalledOff(at=now, why=said, by=by),
            walk=None,
            tally=None,
            due_at=now,
            news=there.telling("cancelled", now, why=said, by=by),
        )
        try:
            contests.change(there, off)
        except Conflict:
            continue
        return off
    raise TryAgain(f"{contest.brand}/{contest.name} changed {TRIES} times")


def require_undrawn(contest: Contest, chain: Chain, now: datetime) -> None:
    """Raise InvalidInput where a contest cannot be called off any more, or not in this way."""
    terms = contest.agreed
    if contest.state not in BEFORE_DRAW:
        raise InvalidInput([problem("contest_drawn_already", contest=terms.title)])
    if contest.commitments and now.timestamp() >= chain.time_of(int(contest.last.commitment["round"])):
        raise InvalidInput([problem("contest_chance_public", contest=terms.title)])


def say_called_off(contest: Contest, brand: Brand, world: Running, now: datetime) -> Contest:
    """Do the next thing that lets people know: the page of the rules, then a line on each account's thread."""
    off = contest.called_off
    if off is None:
        return contest.next(due_at=None)  # it was taken out of the file before it opened
    if not contest.rules_shown:
        return rules_shown(contest, brand, world, now)
    if not off.shown:
        _shown(contest, brand, world)
        return contest.next(called_off=off.model_copy(update={"shown": True}), due_at=now)
    account = next((one for one in speaking(contest, brand) if one.name not in off.spoken), None)
    if account is None:
        return contest.next(due_at=None)
    terms = contest.agreed
    text = wording.say(
        "cancelled_post",
        terms.language,
        title=short_title(terms.title),
        page=f"{world.public_url.rstrip('/')}/{published.rules_page_key(contest)}",
    )
    name = f"contest-{contest.name}-cancelled-{account.name}"
    if not said_on_thread(contest, account, brand, name, text, world, now, off.at + PATIENCE):
        return contest.next(due_at=now + AGAIN)
    return contest.next(called_off=off.model_copy(update={"spoken": (*off.spoken, account.name)}), due_at=now)


def _shown(contest: Contest, brand: Brand, world: Running) -> None:
    bound = any(one.published_at for one in contest.commitments)
    if bound:
        published.put_latest(world.objects, published.history_key(contest), published.history(contest), published.JSON)
    publish_rules_again(contest, brand, world, COMMITTED if bound else ())
