"""Say something on a contest's own thread: under its post where the network takes answers, else as a post of its own.

Each thing that is said on an account has a name of its own, so that it is queued once, in one way or in the other.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.brands import NetworkName
from heraut.contests.read_lists import post_of
from heraut.errors import InvalidInput, NetworkError, NotFound, Refused
from heraut.networks.base import Lists, Spot

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from heraut.brands import Account, Brand
    from heraut.contests.running import Contest
    from heraut.contests.world import Running

log = logging.getLogger(__name__)
PATIENCE = timedelta(minutes=3)  # with a network that does not answer, before it is said elsewhere
AGAIN = timedelta(minutes=1)
# Where a post is public at once, at an address of its own; a person who posts by hand is no witness in time.
SPEAKS = frozenset(NetworkName) - {NetworkName.BY_HAND}


def speaking(contest: Contest, brand: Brand) -> Sequence[Account]:
    """Give the accounts of a contest on which something can be said."""
    names = contest.agreed.accounts
    return [one for one in brand.accounts if one.name in names and one.network in SPEAKS]


def said_on_thread(
    contest: Contest,
    account: Account,
    brand: Brand,
    name: str,
    texts: Sequence[str],
    world: Running,
    now: datetime,
    until: datetime,
) -> bool:
    """Queue a text under the contest's post on an account, or else as a post; False: try again in a minute.

    Of `texts`, longest first, it is the first that the network takes. From `until` on nobody waits any more for a
    network that does not answer.
    """
    try:
        spot = _thread(contest, account, brand, world, now)
        if spot is not None:
            _say_under(contest, account, name, spot, texts, world, now)
            return True
    except (NetworkError, InvalidInput, NotFound) as error:
        log.warning("nothing is said under the post of %s/%s: %s", contest.brand, contest.name, error)
        if isinstance(error, NetworkError) and not isinstance(error, Refused) and now < until:
            return False
    if world.posts.say(brand.id, name, [account.name], texts, now):
        log.warning("nothing can be said on %s of %s/%s", account.name, contest.brand, contest.name)
    return True


def _say_under(
    contest: Contest, account: Account, name: str, spot: Spot, texts: Sequence[str], world: Running, now: datetime
) -> None:
    *longer, last = texts
    language = contest.agreed.language
    for text in longer:
        try:
            world.posts.say_under(contest.brand, name, account.name, spot, text, language, now)
        except InvalidInput as error:
            log.warning("a shorter text under the post of %s/%s: %s", contest.brand, contest.name, error)
        else:
            return
    world.posts.say_under(contest.brand, name, account.name, spot, last, language, now)


def _thread(contest: Contest, account: Account, brand: Brand, world: Running, now: datetime) -> Spot | None:
    """Give the contest's post on an account, None where there is none that a program finds."""
    adapter = world.networks.get(account.network)
    place = next((one for one in contest.agreed.posts if account.name in one.accounts), None)
    if place is None or adapter is None or not isinstance(adapter, Lists):
        return None
    post = post_of(place, account, adapter, brand, world, now)
    return Spot(post) if post else None
