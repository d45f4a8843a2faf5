"""Text messages that SNS took and no telephone got: each goes by the person's next way, else to the others.

What an operator says arrives seconds to days after, in a log of the whole account.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.brands.note_bounce import end, send_otherwise
from heraut.errors import HerautError, TryAgain
from heraut.notifications.sendings import SendingState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from heraut.brands.model import Brand
    from heraut.notifications.refused_texts import RefusedText
    from heraut.notifications.send_again import Again

log = logging.getLogger(__name__)
WRITTEN_WITHIN = timedelta(seconds=30)  # of the try; Lambda brings an event again after a minute


def note_refused_texts(
    refused: Iterable[RefusedText], world: Again, now: datetime
) -> Iterator[tuple[RefusedText, str]]:
    """Give what was done about each: `told`, `told others`, `known`, `gone`, or `not ours` (another program's).

    Told first and noted after: a crash in between says a thing twice. What fails holds back none of the others, and is
    raised at the end: TryAgain when a sending may not be written yet, InvalidInput (`nobody_reached`) when nobody at
    all could be told.
    """
    failed: HerautError | None = None
    for one in refused:
        try:
            yield one, _note(one, world, now)
        except HerautError as error:
            log.warning("the text message %s did not go another way: %s", one.receipt, type(error).__name__)
            failed = failed or error
    if failed is not None:
        raise failed


def _note(refused: RefusedText, world: Again, now: datetime) -> str:
    brand, named = _sent_by(refused.receipt, world)
    if brand is None:
        if now - refused.said_at < WRITTEN_WITHIN:
            raise TryAgain(f"the text message {refused.receipt} may not be written down yet")
        return "not ours"
    sending = world.sendings.sending(brand.id, named)
    person = brand.person(sending.person) if sending else None
    if sending is None or person is None:  # forgotten since
        return "gone"
    if sending.state is not SendingState.SENT or sending.receipt != refused.receipt:  # heard before, or sent again
        return "known"
    done = send_otherwise(brand, person, sending, world, now, why=refused.why, yours=refused.why)
    end(sending, SendingState.REFUSED, refused.why, world, now)
    return done


def _sent_by(receipt: str, world: Again) -> tuple[Brand | None, str]:
    """Give the brand that sent it, and the sending."""
    for brand in world.brands.every_brand():
        named = world.sendings.sending_of(brand.id, receipt)
        if named is not None:
            return brand, named
    return None, ""
