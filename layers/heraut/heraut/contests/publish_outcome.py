"""Publish what became of the ranks: who is passed over and why, by code, and the names of those who agreed to it.

A certificate that was published is read, and written again with `announced` alone changed: what was computed stays as
it is, byte for byte. Published again it is the same.
"""

from __future__ import annotations

import json
from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING

from heraut.contests import published
from heraut.contests.certificate import Announced, Certificate
from heraut.contests.check_winners import SEATED
from heraut.contests.publish_page import publish_page
from heraut.contests.running import Place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from heraut.brands import Brand
    from heraut.contests.running import Contest, Winner
    from heraut.contests.world import Running

NO_ANSWER, DISQUALIFIED = "no_answer", "disqualified"  # why somebody is passed over, beside the codes of `model.Reason`


def code_of(one: Winner) -> str:
    """Say in public why somebody is passed over, "" where they are not: a person's own words stay in the log."""
    if one.place is Place.LAPSED:
        return NO_ANSWER
    return (one.code or DISQUALIFIED) if one.place is Place.DISQUALIFIED else ""


def publish_outcome(
    contest: Contest, brand: Brand, every: Sequence[Winner], world: Running, now: datetime
) -> Contest | None:
    """Publish it where it changed since; None where it did not."""
    outcome = _outcome(contest, every)
    named = [one for one in every if one.is_shown]
    digest = sha256(outcome + json.dumps([(one.rank, _shown(one)) for one in named]).encode()).hexdigest()
    if digest == contest.outcome:
        return None
    key = published.certificate_key(contest)
    certificate = Certificate.read(published.held(world.objects, key))
    certificate = certificate.model_copy(update={"announced": _announced(contest, named, world)})
    published.put_latest(world.objects, key, certificate.text(), published.JSON)
    published.put_latest(world.objects, published.outcome_key(contest), outcome, published.JSON)
    publish_page(contest, brand, certificate, world, {one.id: _shown(one) for one in named}, fates_of(every))
    return contest.next(outcome=digest, due_at=now)


def fates_of(every: Sequence[Winner]) -> Mapping[int, str]:
    """Give, by rank, why somebody is passed over, or `seated` for an alternate who has a prize."""
    fates = {one.rank: code_of(one) for one in every if code_of(one)}
    return fates | {one.rank: "seated" for one in every if one.place in SEATED and one.seat not in {0, one.rank}}


def _outcome(contest: Contest, every: Sequence[Winner]) -> bytes:
    places = [
        {"rank": one.rank, "handle": one.handle, "place": one.place.value}
        | ({"reason": code_of(one)} if code_of(one) else {})
        | ({"prize": one.seat} if one.place in SEATED and one.seat else {})
        for one in every
    ]
    passed_over = Counter(code for code in map(code_of, every) if code)
    told = {"draw_id": contest.draw_id, "places": places, "passed_over": passed_over}
    return json.dumps(told, sort_keys=True).encode("ascii")


def _announced(contest: Contest, named: Sequence[Winner], world: Running) -> list[Announced]:
    """Give those who agreed, each with what shows that the rank is theirs."""
    kept = world.contests.entrants(contest.brand, contest.name, [one.id for one in named])
    return [
        Announced(id=one.id, nonce=kept[one.id].nonce, handle=one.handle, rank=one.rank)
        for one in named
        if one.id in kept
    ]


def _shown(one: Winner) -> str:
    return one.called or one.name or one.id
