"""Write to the winners: an answer to their own comment, never a cold private message; where that cannot be, people do.

The time to confirm begins when the message is online: pause and crisis hold it as they hold any post.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.brands import EntryKind
from heraut.contests import published
from heraut.contests.running import Place, Told
from heraut.contests.words import short_title, wording
from heraut.errors import InvalidInput, NetworkError, NotFound, RateLimited, Refused
from heraut.networks.base import Spot
from heraut.wording import at_moment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from heraut.brands import Terms
    from heraut.contests.running import Contest, Deed, Winner
    from heraut.contests.world import Running

log = logging.getLogger(__name__)
AGAIN = timedelta(minutes=1)
PATIENCE = timedelta(minutes=30)  # with a network that does not answer, before people are asked to write
LOOK_AGAIN = timedelta(minutes=5)  # whether a message is online
TO_WRITE = frozenset({Told.NOT_YET, Told.WRITING})


def message_name(contest: Contest, rank: int) -> str:
    """What the message to a winner is called: nobody is seated twice."""
    return f"contest-{contest.name}-winner-{rank}"


def write_next(contest: Contest, every: Sequence[Winner], world: Running, now: datetime) -> Contest | None:
    """Write to one winner who was not written to yet; None when there is none."""
    one = next((one for one in every if one.place is Place.WON and one.told in TO_WRITE), None)
    if one is None:
        return None
    if one.told is Told.NOT_YET:  # noted first: who is forgotten before that is not written to, nor forgotten after it
        one = one.writing(Told.WRITING)
        world.contests.change_winner(contest.brand, contest.name, one)
    try:
        told = _written(contest, one, world, now)
    except NetworkError as error:
        log.warning("rank %s of %s/%s was not written to: %s", one.rank, contest.brand, contest.name, error)
        since = contest.asking_since or now
        if not isinstance(error, Refused) and now - since < PATIENCE:
            later = min(error.until, now + PATIENCE) if isinstance(error, RateLimited) else now
            world.contests.change_winner(contest.brand, contest.name, one.writing(Told.NOT_YET))
            return contest.next(due_at=max(later, now + AGAIN), asking_since=since)
        told = Told.PEOPLE
    until = _until(contest.agreed, now)
    after = one.after(now, "written" if told is Told.WRITTEN else "to_contact", told=told, until=until)
    world.contests.change_winner(contest.brand, contest.name, after)
    return contest.next(due_at=now, asking_since=None)


def watch_messages(contest: Contest, every: list[Winner], world: Running, now: datetime) -> datetime | None:
    """Note which messages are online since; gives when to look at the others, None when there are none.

    The time to answer counts from then. One that leaves no more is left to people.
    """
    look_at = None
    for place, one in enumerate(every):
        if one.place is not Place.WON or one.told is not Told.WRITTEN or one.sent_at:
            continue
        try:
            at = world.posts.sent_at(contest.brand, message_name(contest, one.rank))
        except NotFound:
            after = one.after(now, "to_contact", told=Told.PEOPLE, until=_until(contest.agreed, now))
        else:
            if at is None:
                look_at = now + LOOK_AGAIN
                continue
            after = one.after(now, "sent", sent_at=at, heard_at=at, until=_until(contest.agreed, at))
        world.contests.change_winner(contest.brand, contest.name, after)
        every[place] = after
    return look_at


def comment_of(contest: Contest, one: Winner, world: Running) -> Deed | None:
    """Give the comment by which a winner took part (the last one), None where there is none any more."""
    kept = world.contests.entrants(contest.brand, contest.name, [one.id]).get(one.id)
    deeds = kept.deeds if kept else ()
    said = [deed for deed in deeds if deed.kind is EntryKind.COMMENT and deed.remote and deed.gone_at is None]
    return said[-1] if said else None


def _until(terms: Terms, since: datetime) -> datetime | None:
    return since + terms.claim if terms.claim else None


def _written(contest: Contest, one: Winner, world: Running, now: datetime) -> Told:
    """Queue the answer to the winner's own comment, in the longest words that the network takes."""
    deed = comment_of(contest, one, world)
    if deed is None:
        return Told.PEOPLE
    language = contest.agreed.language
    spot, name = Spot(deed.post, deed.remote, deed.below), message_name(contest, one.rank)
    for text in _texts(contest, one, deed, world, now):
        try:
            world.posts.say_under(contest.brand, name, deed.account, spot, text, language, now)
        except InvalidInput as error:
            log.warning("a message to rank %s of %s/%s: %s", one.rank, contest.brand, contest.name, error)
        except NotFound:
            return Told.PEOPLE  # the account was taken out of the file
        else:
            return Told.WRITTEN
    return Told.PEOPLE


def _texts(contest: Contest, one: Winner, deed: Deed, world: Running, now: datetime) -> list[str]:
    """Give what a winner reads, whole and shorter: what they won, until when and how to confirm, what is asked."""
    terms, language = contest.agreed, contest.agreed.language
    prizes = [prize.name for prize in terms.prizes for _ in range(prize.quantity)]
    until = _until(terms, now)
    fields = {
        "winner": one.called or deed.name,
        "title": short_title(terms.title),
        "prize": prizes[one.seat - 1] if 0 < one.seat <= len(prizes) else "",
        "until": at_moment(until, terms.zone, language, now) if until else "",
        "asked": ", ".join(wording.say(f"asked_{each}", language) for each in one.left),
        "contact": terms.organiser.email if terms.organiser and terms.organiser.email else "",
        "page": f"{world.public_url.rstrip('/')}/{published.page_key(contest, language)}",
    }

    def said(*codes: str) -> str:
        return " ".join(wording.say(f"won_{code}", language, **fields) for code in codes)

    first = "prize" if fields["prize"] else "plain"
    reply = "until" if until else "reply"
    asked = ["asked"] if fields["asked"] else []
    contact = ["contact"] if fields["contact"] else []
    whole = [first, reply, *asked, *contact, "named", "page"]
    return [said(*whole), said(*whole[:-2]), said("plain", reply)]
