"""Open a contest: its terms hold from then on, and everybody can read its rules.

The rules are first kept by what they say, then the contest opens with their hash, and only then are they shown: of two
machines that read different files of the brand, the one whose terms hold is the one whose rules people read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.brands import ContestState, contests_of
from heraut.contests import published
from heraut.contests.plan_contests import plain_terms
from heraut.contests.previous_winners import months_remembered
from heraut.contests.publish_page import publish_rules
from heraut.contests.rules_text import rules_digest, rules_text
from heraut.errors import NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.brands import Brand
    from heraut.contests.running import Contest
    from heraut.contests.world import Running


def opened(contest: Contest, brand: Brand, world: Running, now: datetime) -> Contest:
    """Let people in, by the terms of the file; one that was taken out of it before it opened never opens."""
    terms = contests_of(brand).get(contest.name)
    if terms is None:
        return contest.next(state=ContestState.CANCELLED, due_at=None)
    if terms.opens > now:
        return contest.next(due_at=terms.opens)
    unknown = [name for name in terms.accounts if brand.account(name) is None]
    if unknown:
        raise NotFound(f"{contest.brand}/{contest.name}: accounts {', '.join(unknown)}")
    agreed = contest.next(state=ContestState.OPEN, terms=plain_terms(terms), due_at=now)
    page = f"{world.public_url.rstrip('/')}/{published.rules_page_key(agreed)}"
    text = rules_text(terms, brand, world.chain, page)
    digest = rules_digest(text)
    published.put_once(world.objects, published.kept_rules_key(contest, digest), text.encode(), published.TEXT)
    return agreed.model_copy(update={"rules": digest, "remembers": months_remembered(brand)})


def rules_shown(contest: Contest, brand: Brand, world: Running, now: datetime) -> Contest:
    """Show the rules by which it opened, as a text and as a page."""
    text = published.held(world.objects, published.kept_rules_key(contest, contest.rules))
    published.put_latest(world.objects, published.rules_key(contest), text, published.TEXT)
    publish_rules(contest, brand, text.decode(), world)
    news = contest.telling("opened", now) if contest.state is ContestState.OPEN else contest.news
    return contest.next(rules_shown=True, due_at=now, news=news)
