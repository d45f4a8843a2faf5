"""Draw: wait for the round, believe only its verified signature, and publish who it gave which rank.

Nothing here can be chosen: list, round and order of hashing were bound by the commitment. A beacon that does not answer
is waited for, and people are told once.
"""

from __future__ import annotations

import base64
import io
import logging
from typing import TYPE_CHECKING

from heraut.brands import ContestState
from heraut.contests import published
from heraut.contests.certificate import Certificate, Place, Witness
from heraut.contests.checks import ENOUGH_WITNESSES, ranked
from heraut.contests.commit_draw import move_draw
from heraut.contests.draw import handle_of
from heraut.contests.freeze_entrants import court_of
from heraut.contests.publish_page import DRAWN, publish_page, publish_rules_again
from heraut.contests.running import Tally, Winner, forgotten_at
from heraut.contests.store import NobodyAnswered
from heraut.contests.stretch import Stretch
from heraut.contests.witness_commitment import AGAIN, comes_at, witnesses
from heraut.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from heraut.brands import Brand
    from heraut.contests.running import Contest, Head, KeptEntrant
    from heraut.contests.world import Running

log = logging.getLogger(__name__)
forgotten = Wording("heraut.contests", "forget_entrant.toml")
WRITTEN_AT_ONCE = 100


def draw_winners(contest: Contest, world: Running, now: datetime) -> tuple[Contest, tuple[Head, Head] | None]:
    """Take the round's signature; or move the draw, where the commitment was not seen by others in time."""
    last = contest.last
    stamps, post = witnesses(contest, world)
    shown = last.published_at is not None and last.published_at.timestamp() < comes_at(last, world)
    if not shown or len(stamps) + bool(post) < ENOUGH_WITNESSES:
        return move_draw(contest, world, now)
    try:
        signature = world.beacon.signature(int(last.commitment["round"]), now)
    except NobodyAnswered as error:
        log.warning("the beacon gave nothing for %s/%s: %s", contest.brand, contest.name, error)
        signature = None
    if signature is None:
        told = {}
        if now.timestamp() - comes_at(last, world) >= AGAIN.total_seconds():
            told = contest.telling_once("beacon", now, f"beacon {last.commitment['seq']}")
        return contest.next(due_at=now + AGAIN, **told), None
    drawn = contest.next(state=ContestState.DRAWN, signature=signature.hex(), post=post, due_at=now)
    return drawn, None


def certify(contest: Contest, brand: Brand, world: Running, now: datetime) -> Contest:
    """Publish the certificate with its page, and keep who won; the same is made whenever it is made.

    Nobody's handle leads back to them: everybody is read again, some thousands a step, to find who stands behind them.
    """
    tally = contest.tally or Tally()
    if contest.tally is None:
        ranking = _certified(contest, brand, world)
    else:
        told = Certificate.read(published.held(world.objects, published.certificate_key(contest)))
        ranking = [one.handle for one in told.ranking]
    people = Stretch(contest, world.contests, tally.after)
    gone: list[str] = []
    _keep_winners(contest, ranking, _but_forgotten(people, gone), world)
    world.contests.forget_entrants(contest.brand, contest.name, gone)  # no list brings them back any more
    if people.more:
        return contest.next(tally=tally.model_copy(update={"after": people.last}), due_at=now)
    _keep_forgotten(contest, ranking, world, now)
    world.heard.forget_overheard(list(world.heard.overheard(contest.brand, contest.name)))
    every = world.contests.winners(contest.brand, contest.name)
    winners = [one.called or one.name for one in every[: contest.agreed.winners] if one.id]
    news = contest.telling("drawn", now, entrants=contest.entrants, winners=winners[:20])
    return contest.next(certified=True, tally=None, due_at=now, news=news)


def _certified(contest: Contest, brand: Brand, world: Running) -> list[str]:
    """Publish certificate and page; gives the ranking."""
    body = published.held(world.objects, published.entrants_key(contest))
    ranking = ranked(contest.last.said, io.BytesIO(body), world.chain, contest.signature)
    said = {
        "commitment": contest.last.commitment,
        "signature": contest.signature,
        "ranking": [Place(handle=handle, rank=rank) for rank, handle in enumerate(ranking, 1)],
        "rejected": contest.rejected,
        "witnesses": _witnesses(contest, world),
    }
    certificate = Certificate.model_validate(said)
    published.put_once(
        world.objects, published.certificate_key(contest), certificate.text(), published.JSON, published.SOON
    )
    publish_page(contest, brand, certificate, world)
    publish_rules_again(contest, brand, world, DRAWN)
    return ranking


def _witnesses(contest: Contest, world: Running) -> list[Witness]:
    commit = contest.last.said.commit()
    deadline = comes_at(contest.last, world)
    made = [
        Witness(
            kind="rfc3161",
            commit=commit,
            at=one.at,
            evidence=base64.b64encode(published.held(world.objects, one.token)).decode("ascii"),
        )
        for one in contest.last.stamps
        if one.at < deadline
    ]
    if contest.post:
        address, at = contest.post
        made.append(Witness(kind="post", commit=commit, at=at, evidence=address))
    return made


def _keep_winners(contest: Contest, ranking: Sequence[str], people: Iterable[KeptEntrant], world: Running) -> None:
    """Keep those of these to whom the draw gave a rank."""
    found = _ranked(contest, ranking, people, world)
    for start in range(0, len(found), WRITTEN_AT_ONCE):
        part = found[start : start + WRITTEN_AT_ONCE]
        world.contests.add_winners(contest.brand, contest.name, part, forgotten_at(contest.agreed))


def _but_forgotten(people: Iterable[KeptEntrant], gone: list[str]) -> Iterator[KeptEntrant]:
    """Give all but those who asked to be forgotten before the list was frozen: their ids are `gone`."""
    for one in people:
        if one.forgotten_at is None:
            yield one
        else:
            gone.append(one.id)


def _keep_forgotten(contest: Contest, ranking: Sequence[str], world: Running, now: datetime) -> None:
    """Keep the ranks of those who asked to be forgotten since the list was frozen, by now or this very moment."""
    reason = forgotten.say("reason", contest.agreed.language)
    every = {one.rank: one for one in world.contests.winners(contest.brand, contest.name)}
    missing = [Winner(rank=rank, handle=handle, id="") for rank, handle in enumerate(ranking, 1) if rank not in every]
    nobodys = [one.forgotten(now, reason).model_copy(update={"revision": 1}) for one in missing]
    world.contests.add_winners(contest.brand, contest.name, nobodys, forgotten_at(contest.agreed))
    there = world.contests.entrants(contest.brand, contest.name, [one.id for one in every.values() if one.id])
    for one in every.values():
        if one.id and one.id not in there:
            world.contests.change_winner(contest.brand, contest.name, one.forgotten(now, reason))


def _ranked(contest: Contest, ranking: Sequence[str], people: Iterable[KeptEntrant], world: Running) -> list[Winner]:
    """Give who of these stands behind which rank, in their order."""
    ranks = {handle: rank for rank, handle in enumerate(ranking, 1)}
    court = court_of(contest, world.contests)
    found = []
    for one in people:
        handle = handle_of(contest.draw_id, bytes.fromhex(one.nonce), one.id).hex()
        rank = ranks.get(handle)
        if rank is not None:
            left = tuple(each.value for each in court.verdict(one.judged(contest)).left)
            name = one.deeds[-1].name if one.deeds else ""
            found.append(Winner(rank=rank, handle=handle, id=one.id, name=name, called=one.handle, left=left))
    return sorted(found, key=lambda one: one.rank)
