"""Keep what a person hid, or showed again, with what it counts for its author: an offence as when a rule hides.

An interaction counts once, whoever hides it and how often: what its words were counted for when it came stays so, and
showing it again takes back what hiding added. The story says what each of its moments counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.conversations.members import counted_hidden, moderating
from heraut.conversations.model import What

if TYPE_CHECKING:
    from heraut.conversations.model import Alert, Interaction, Moment
    from heraut.conversations.store import Conversations


def keep_hiding(before: Alert, after: Alert, kept: Conversations) -> None:
    """Replace an alert to whose story the last moment was added: `removed` or `shown` by a person.

    Conflict when it is no longer `before`, or its author was forgotten meanwhile.
    """
    moment = after.news[-1]
    held = kept.held(before.brand, before.account, moment.interaction or "")
    said = held[1] if held else None
    counted = counted_hidden(kept.story(before.brand, before.id), moment.interaction)
    step = int(moment.what is What.REMOVED) - counted
    if said is None or not step or not _is_known(said, kept):
        kept.change(before, after.model_copy(update={"news": (*after.news[:-1], _counting(after, 0))}))
        return
    written = after.model_copy(update={"news": (*after.news[:-1], _counting(after, step))})
    kept.moderate(said, before, written, moderating(said, step))


def _counting(after: Alert, step: int) -> Moment:
    return after.news[-1].model_copy(update={"counts": step})


def _is_known(said: Interaction, kept: Conversations) -> bool:
    """Whether there is a record of its author: who was forgotten is not written down again."""
    return kept.known(said.brand, said.network.value, said.author.id).member.times > 0
