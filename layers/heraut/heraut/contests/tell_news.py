"""Tell people the oldest thing that they do not know yet of what runs by itself."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.brands import Role
from heraut.errors import InvalidInput, TryAgain

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from heraut.brands import Brand, Person
    from heraut.contests.running import News
    from heraut.notifications.base import Message, Notifications

log = logging.getLogger(__name__)

AGAIN = timedelta(minutes=1)  # after nobody could be told
PATIENCE = timedelta(minutes=5)  # with ways that do not answer; what runs by itself never waits for them


def told(
    news: News,
    brand: Brand,
    words: Callable[[News, Person], Message],
    notifications: Notifications,
    now: datetime,
) -> bool:
    """Tell whom publishing concerns; False where nothing reaches anybody now, and it is tried again in a minute."""
    reached, later = 0, False
    for person in brand.people_with(Role.PUBLISHING):
        try:
            notifications.tell(person, words(news, person))
            reached += 1
        except InvalidInput as error:
            log.warning("%s/%s cannot be reached: %s", brand.id, person.id, error)
        except TryAgain as error:
            log.warning("%s/%s could not be told now: %s", brand.id, person.id, error)
            later = True
    return not (later and not reached and now - news.at < PATIENCE)
