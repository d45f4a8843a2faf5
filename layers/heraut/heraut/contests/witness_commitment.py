"""Let others see a commitment before its round comes: published, posted, stamped by two authorities. Each once."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from heraut.brands import NetworkName
from heraut.contests import published
from heraut.contests.checks import ENOUGH_WITNESSES
from heraut.contests.publish_page import COMMITTED, publish_rules_again
from heraut.contests.running import Contest, Witnessed
from heraut.contests.speak import PATIENCE, said_on_thread, speaking
from heraut.contests.store import NobodyAnswered
from heraut.contests.words import commit_texts

if TYPE_CHECKING:
    from heraut.brands import Brand
    from heraut.contests.running import Committed
    from heraut.contests.world import Running

log = logging.getLogger(__name__)
AGAIN = timedelta(minutes=1)  # after no authority answered
# Where an address tells whoever opens it, without an account, since when the post is there (`public_witnesses.py`).
DATED = frozenset({NetworkName.BLUESKY, NetworkName.MASTODON})


def comes_at(committed: Committed, world: Running) -> int:
    """Say when the round of a commitment comes (Unix seconds)."""
    return world.chain.time_of(int(committed.commitment["round"]))


def post_name(contest: Contest, committed: Committed) -> str:
    """What the posts that carry the commit begin with; the account's name ends each: the same whoever queues it."""
    return f"contest-{contest.name}-commit-{committed.commitment['seq']}"


def post_names(contest: Contest, committed: Committed) -> list[str]:
    """Give what each post that carries the commit may be called; the last as a release before named one for all."""
    name = post_name(contest, committed)
    return [*(f"{name}-{account}" for account in committed.spoken), name]


def show_commitment(contest: Contest, brand: Brand, world: Running, now: datetime) -> Contest | None:
    """Do the next thing that lets others see the last commitment; None when nothing is left to do."""
    last = contest.last
    if last.published_at is None:
        return _published(contest, brand, world, now)
    if not last.posted:
        return _posted(contest, brand, world, now)
    if len(last.stamps) < ENOUGH_WITNESSES:
        return _stamped(contest, world, now)
    return None


def witnesses(contest: Contest, world: Running) -> tuple[tuple[Witnessed, ...], tuple[str, int] | None]:
    """Give who saw the last commitment before its round: the stamps, and the first post online (address, instant).

    A post is counted where anybody can look since when it is there; all posts together are one witness.
    """
    brand = world.brands.brand(contest.brand)
    dated = {one.name for one in brand.accounts if one.network in DATED} if brand else set()
    last = contest.last
    deadline = comes_at(last, world)
    posts = [one for name in post_names(contest, last) for one in world.posts.online(contest.brand, name)]
    seen = [one for one in posts if one.account in dated and one.at.timestamp() < deadline]
    in_time = sorted((int(one.at.timestamp()), one.url) for one in seen)
    stamps = tuple(one for one in last.stamps if one.at < deadline)
    return stamps, (in_time[0][1], in_time[0][0]) if in_time else None


def _published(contest: Contest, brand: Brand, world: Running, now: datetime) -> Contest:
    objects, commitment = world.objects, contest.last.said
    body = published.held(objects, published.list_key(contest, contest.root))
    published.put_once(objects, published.entrants_key(contest), body, published.BINARY)
    key = published.commitment_key(contest, commitment.seq)
    published.put_once(objects, key, commitment.canonical(), published.JSON)
    published.put_latest(objects, published.history_key(contest), published.history(contest), published.JSON)
    publish_rules_again(contest, brand, world, COMMITTED)
    return _last(contest, now, published_at=world.clock.now())  # after it was written


def _posted(contest: Contest, brand: Brand, world: Running, now: datetime) -> Contest:
    """Post the commit on the contest's own thread, on one account a step."""
    terms, last = contest.agreed, contest.last
    account = next((one for one in speaking(contest, brand) if one.name not in last.spoken), None)
    if account is None:
        return _last(contest, now, posted=True)
    page = f"{world.public_url.rstrip('/')}/{published.rules_page_key(contest)}"
    texts = commit_texts(terms, contest.entrants, last.said.commit(), page, moved=bool(last.moved))
    until = (last.published_at or now) + PATIENCE
    name = f"{post_name(contest, last)}-{account.name}"
    if not said_on_thread(contest, account, brand, name, texts, world, now, until):
        return contest.next(due_at=now + AGAIN)
    return _last(contest, now, spoken=(*last.spoken, account.name))


def _stamped(contest: Contest, world: Running, now: datetime) -> Contest:
    """Ask authorities until one more saw it; what one gave is kept at once."""
    last = contest.last
    commit, seq = last.said.commit(), int(last.commitment["seq"])
    had, asked = {one.key for one in last.stamps}, {one.authority for one in last.stamps}
    for number, authority in enumerate(world.authorities()):
        if number in asked:
            continue
        try:
            given = authority.stamp(commit)
        except NobodyAnswered as error:
            log.warning("no time-stamp for %s/%s: %s", contest.brand, contest.name, error)
            continue
        if given.stamp.key in had:
            continue
        key = published.token_key(contest, seq, given.stamp.key, given.evidence)
        published.put_once(world.objects, key, given.evidence, published.BINARY)
        at = int(given.stamp.latest.timestamp())
        made = Witnessed(key=given.stamp.key, at=at, token=key, authority=number)
        return _last(contest, now, stamps=(*last.stamps, made))
    told = contest.telling_once("unstamped", now, f"unstamped {seq}", had=len(had))
    comes = datetime.fromtimestamp(comes_at(last, world), UTC)
    return contest.next(due_at=min(now + AGAIN, comes), **told)


def _last(contest: Contest, now: datetime, **changes: Any) -> Contest:
    last = contest.last.model_copy(update=changes)
    return contest.next(commitments=(*contest.commitments[:-1], last), due_at=now)
