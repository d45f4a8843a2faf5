"""What became of a contest since its list was made: who saw the commitment, who has which place, who was told what.

Lines for people, objects for programs. What was said online stands with its address in `Said`, read from the posts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from heraut.brands import ContestState, Role
from heraut.cli.shown import as_object, state_words
from heraut.cli.speech import language, say
from heraut.contests.beacon import QUICKNET
from heraut.contests.check_winners import SEATED
from heraut.contests.checks import ENOUGH_WITNESSES
from heraut.contests.forget_contest import forgets_at
from heraut.contests.known_contests import draws_at
from heraut.contests.profiles import profile_of
from heraut.contests.publish_outcome import code_of
from heraut.contests.running import Place, Told
from heraut.contests.witness_commitment import DATED, post_names
from heraut.contests.words import wording as contest_words
from heraut.contests.write_winners import TO_WRITE, message_name
from heraut.due import instant
from heraut.publishing.model import State
from heraut.wording import at_moment, local, recorded, span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from heraut.brands import Brand, Person, Terms
    from heraut.contests.known_contests import Known
    from heraut.contests.running import Committed, Contest, Winner, Witnessed
    from heraut.publishing.model import Delivery
    from heraut.publishing.store import Posts

MOST_MESSAGES = 100  # to winners, whose state is read: each is a call


@dataclass(frozen=True)
class Said:
    """What a contest said by itself: by the commitment's number, and by the winner's rank."""

    commits: Mapping[int, Sequence[Delivery]] = field(default_factory=dict)
    messages: Mapping[int, Delivery] = field(default_factory=dict)


def said_by(contest: Contest, winners: Sequence[Winner], posts: Posts) -> Said:
    """Read what was queued: the posts of each commitment, the answers to winners (the first ones, of very many)."""
    commits = {
        int(one.commitment["seq"]): [
            delivery for name in post_names(contest, one) for delivery in posts.deliveries(contest.brand, name)
        ]
        for one in contest.commitments
    }
    written = [one for one in winners if one.told is Told.WRITTEN][:MOST_MESSAGES]
    found = {one.rank: posts.deliveries(contest.brand, message_name(contest, one.rank)) for one in written}
    return Said(commits, {rank: deliveries[0] for rank, deliveries in found.items() if deliveries})


def commitment_lines(one: Committed, contest: Contest, said: Said, public: str, now: datetime) -> Iterator[str]:
    """Say what was committed to, at which round's instant it is drawn, and who saw it so far."""
    seq = int(one.commitment["seq"])
    at = _when(round_at(one), contest, now)
    line = say("contest_commitment", seq=seq, commit=one.said.commit(), round=one.commitment["round"], at=at)
    if one.moved:
        line += f" {say('contest_moved', why=contest_words.say(f'reason_{one.moved}', language()))}"
    yield line
    for stamp in one.stamps:
        at = recorded(datetime.fromtimestamp(stamp.at, UTC), contest.agreed.zone, language(), now)
        yield f"  {say('contest_witness_stamp', at=at, address=_address(stamp, public))}"
    for post in said.commits.get(seq, ()):
        yield f"  {_witness_post(post, one, contest, now)}"
    if not one.stamps and not said.commits.get(seq):
        yield f"  {say('contest_witness_none')}"


def commitment_object(one: Committed, contest: Contest, said: Said, public: str) -> dict[str, Any]:
    """Give the same as a program reads it."""
    posts = said.commits.get(int(one.commitment["seq"]), ())
    return one.commitment | {
        "commit": one.said.commit(),
        "moved": one.moved or None,
        "round_at": iso(round_at(one), contest.agreed.zone),
        "stamps": [{"at": had.at, "token": had.token, "url": _address(had, public)} for had in one.stamps],
        "posts": [as_object(post) | {"witness": _witnesses(post, one)} for post in posts],
    }


def round_at(one: Committed) -> datetime:
    """Say when the round of a commitment comes; of another chain than ours, the instant that the rules name."""
    ours = one.commitment["chain"] == QUICKNET.hash
    unix = QUICKNET.time_of(int(one.commitment["round"])) if ours else int(one.commitment["draw_time"])
    return datetime.fromtimestamp(unix, UTC)


def winner_lines(one: Winner, contest: Contest, brand: Brand, said: Said, now: datetime) -> Iterator[str]:
    """Say who has a rank and what became of them; then what they were told, what they said, whether they are named."""
    yield winner_line(one, contest, now)
    if one.place in SEATED or one.told not in TO_WRITE:
        yield f"  {_told_line(one, contest, brand, said, now)}"
    if one.answer:
        yield f"  {say('contest_answered', at=_since(one, 'answered', contest, now), text=one.answer)}"
    if one.place in SEATED:
        yield f"  {say('contest_named') if one.named else say('contest_not_named')}"


def winner_line(one: Winner, contest: Contest, now: datetime) -> str:
    """Say in a line who has a rank, and what became of them."""
    line = say("contest_rank", rank=one.rank, who=_called(one), place=_place(one, contest, now))
    if one.left:
        left = ", ".join(say(f"contest_left_{what}") for what in one.left)
        line += f" · {say('contest_to_check', what=left)}"
    return line


def winner_object(one: Winner, contest: Contest, brand: Brand, said: Said) -> dict[str, Any]:
    """Give the same as a program reads it."""
    zone = contest.agreed.zone
    message = said.messages.get(one.rank)
    asked, sent_at = _since_instant(one, "to_contact"), one.sent_at or _online_since(message)
    return {
        "rank": one.rank,
        "handle": one.handle,
        "id": one.id,
        "name": one.called or one.name,
        "profile": profile_of(one.id, one.called) or None,
        "place": one.place.value,
        "seat": one.seat if one.place in SEATED else None,
        "prize": _prize(one, contest) or None,
        "until": iso(one.until, zone) if one.until and _runs(one) else None,
        "named": one.named,
        "to_check": list(one.left),
        "told": {
            "how": one.told.value or None,
            "at": iso(sent_at, zone) if sent_at else None,
            "message": as_object(message) if message else None,
            "asked": [person.id for person in _asked_people(brand)] if one.told is Told.PEOPLE else [],
            "asked_at": iso(asked, zone) if asked else None,
        },
        "answer": one.answer or None,
        "code": code_of(one) or None,
        "reason": one.reason or None,
        "by": one.by or None,
        "story": [{"at": at, "what": what} for at, what in one.story],
    }


def then(known: Known, winners: Sequence[Winner], said: Said, now: datetime) -> str:
    """Say what happens next and when, in plain words."""
    terms, contest = known.terms, known.contest
    if terms and contest and contest.forgotten_at:
        return say("contest_then_forgotten", at=at_moment(contest.forgotten_at, terms.zone, language(), now))
    if terms is None or known.state is ContestState.CANCELLED:
        return say("contest_then_cancelled")
    draws = draws_at(known)
    instants = {
        ContestState.PLANNED: terms.opens,
        ContestState.OPEN: terms.closes,
        ContestState.CLOSED: draws,
        ContestState.FROZEN: draws,
        ContestState.COMMITTED: round_at(contest.last) if contest and contest.commitments else draws,
        ContestState.DRAWN: terms.announces,
        ContestState.ENDED: forgets_at(contest) if contest else None,
    }
    moment = instants.get(known.state)
    at = at_moment(moment, terms.zone, language(), now) if moment else say("contest_soon")
    if known.state is ContestState.COMMITTED and contest is not None:
        missing = ENOUGH_WITNESSES - _witnesses_so_far(contest.last, said)
        code = "contest_then_witness" if missing > 0 else "contest_then_committed"
        return say(code, at=at, round=contest.last.commitment["round"], missing=missing)
    if known.state is ContestState.ANNOUNCED:
        return _then_confirmed(winners, terms, now)
    return say(f"contest_then_{known.state}", at=at)


def iso(moment: datetime, zone: str) -> str:
    """Write an instant as programs read it."""
    return local(moment, zone).isoformat(timespec="seconds")


def _witnesses_so_far(last: Committed, said: Said) -> int:
    """Count who saw a commitment in time: each authority, and all posts together."""
    stamps = [one for one in last.stamps if one.at < round_at(last).timestamp()]
    posts = said.commits.get(int(last.commitment["seq"]), ())
    return len(stamps) + any(_witnesses(one, last) for one in posts)


def _then_confirmed(winners: Sequence[Winner], terms: Terms, now: datetime) -> str:
    """Say whose time runs out first, and who gets the prize then."""
    waited = [(one.until, one.rank, one) for one in winners if one.is_waited_for and one.until]
    if not waited:
        unwritten = any(one.place is Place.WON for one in winners)
        return say("contest_then_write" if unwritten else "contest_then_confirmed")
    until, _, first = min(waited)
    others = [one for one in winners if one.place is Place.WAITING]
    at = at_moment(until, terms.zone, language(), now)
    if others:
        return say("contest_then_alternate", at=at, who=_called(first), other=_called(others[0]))
    return say("contest_then_nobody", at=at, who=_called(first))


def _called(one: Winner) -> str:
    return one.called or one.name or one.id or "—"


def _address(stamp: Witnessed, public: str) -> str:
    return f"{public.rstrip('/')}/{stamp.token}"


def _place(one: Winner, contest: Contest, now: datetime) -> str:
    """Say what became of a rank; of somebody passed over, the public code as well."""
    prize, terms = _prize(one, contest), contest.agreed
    until = _when(one.until, contest, now) if one.until else "—"
    runs = one.place is not Place.WON or _runs(one) or terms.claim is None
    within = span(terms.claim, language()) if terms.claim else "—"
    told = say(f"contest_place_{one.place}" if runs else "contest_place_won_unsaid", until=until, within=within)
    if one.place is Place.WAITING and one.rank <= terms.winners:
        told = say("contest_place_drawn")
    if prize and one.place in SEATED:
        told = f"{say('contest_seat', seat=one.seat or one.rank, prize=prize)} · {told}"
    if code_of(one):
        told += f" ({code_of(one)})"
    if one.reason and one.reason != one.code:
        told += f"{say('colon')} {one.reason}"
    return told + (f" {say('contest_noted_by', by=one.by)}" if one.by else "")


def _runs(one: Winner) -> bool:
    """Whether the instant until which one confirms is one that holds: it begins when they were told."""
    return one.place is not Place.WON or one.is_waited_for


def _prize(one: Winner, contest: Contest) -> str:
    prizes = [prize.name for prize in contest.agreed.prizes for _ in range(prize.quantity)]
    seat = one.seat or one.rank
    return prizes[seat - 1] if one.place in SEATED and seat <= len(prizes) else ""


def _told_line(one: Winner, contest: Contest, brand: Brand, said: Said, now: datetime) -> str:
    """Say what they were told, when and how: the answer with its address, or who was asked to write to them."""
    message = said.messages.get(one.rank)
    if one.told is Told.PEOPLE:
        people = ", ".join(person.name for person in _asked_people(brand))
        at, profile = _since(one, "to_contact", contest, now), profile_of(one.id, one.called)
        return say("contest_told_people", people=people, at=at) + (f" {profile}" if profile else "")
    if one.told in TO_WRITE:
        return say("contest_told_not_yet")
    sent_at = one.sent_at or _online_since(message)
    if sent_at is not None:
        at = recorded(sent_at, contest.agreed.zone, language(), now)
        return say("contest_told_written", at=at) + (f" {message.url}" if message and message.url else "")
    state = state_words(message) if message else say("contest_message_unknown")
    return say("contest_told_queued", state=state, post=message_name(contest, one.rank))


def _asked_people(brand: Brand) -> Sequence[Person]:
    """Give who hears whom to write to (`contests.tell_news`)."""
    return brand.people_with(Role.PUBLISHING)


def _since_instant(one: Winner, what: str) -> datetime | None:
    found = [instant(at) for at, told in one.story if told == what]
    return found[-1] if found else None


def _since(one: Winner, what: str, contest: Contest, now: datetime) -> str:
    at = _since_instant(one, what)
    return recorded(at, contest.agreed.zone, language(), now) if at else "—"


def _witness_post(post: Delivery, one: Committed, contest: Contest, now: datetime) -> str:
    """Say where the commit was posted, and whether that was before the round."""
    since = _online_since(post)
    if since is None:
        return say("contest_witness_waits", account=post.account, state=state_words(post))
    at = recorded(since, contest.agreed.zone, language(), now)
    code = "contest_witness_undated" if post.network not in DATED else "contest_witness_late"
    code = "contest_witness_post" if _witnesses(post, one) else code
    return say(code, account=post.account, at=at, address=post.url or "—")


def _witnesses(post: Delivery, one: Committed) -> bool:
    """Whether anybody can see that a post was there before the round (`witness_commitment.witnesses`)."""
    since = _online_since(post)
    return since is not None and since < round_at(one) and post.network in DATED


def _online_since(delivery: Delivery | None) -> datetime | None:
    return delivery.published_at if delivery is not None and delivery.state is State.PUBLISHED else None


def _when(moment: datetime, contest: Contest, now: datetime) -> str:
    return at_moment(moment, contest.agreed.zone, language(), now)
