"""The machine stood still for a day: nothing leaves late without a decision, and each person hears of it once."""

from __future__ import annotations

from datetime import timedelta

from heraut.events import EventName
from heraut.publishing.dispatch_posts import dispatch_posts
from heraut.publishing.model import State
from heraut.publishing.tell_people import tell_people
from heraut.wording import NBSP
from tests.twins.desk import BAKERY, Desk
from tests.twins.links import LinksTwin
from tests.twins.notifications import NotificationsTwin

POSTS = 30
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def a_day_later() -> Desk:
    """Queue thirty posts over an hour, stop the tick before the first one, and let a day pass."""
    desk = Desk()
    for number in range(POSTS):
        desk.queue(f"Texte {number}", at=timedelta(minutes=10 + 2 * number), post=f"p{number}")
    desk.run(DAY, ticks=False)
    return desk


def test_nothing_leaves_late_without_a_decision() -> None:
    """Thirty posts were due: the network received none when the tick came back."""
    desk = a_day_later()

    desk.run(timedelta(hours=1))

    assert desk.network.calls == []
    assert desk.network.books == []
    states = {desk.posts.delivery(BAKERY.id, f"p{number}", "masto").state for number in range(POSTS)}  # type: ignore[union-attr]
    assert states == {State.EXPIRED}


def test_the_alarm_knows_how_late_it_is() -> None:
    """The oldest promise, not the number of posts."""
    desk = a_day_later()

    tick = dispatch_posts(desk.posts, desk.outbox, desk.clock.now())

    assert tick.sent == POSTS
    assert tick.oldest_overdue == (DAY - 10 * MINUTE).total_seconds()


def test_each_person_hears_of_all_of_them_in_one_message() -> None:
    """Not thirty mails: one for each person, with publish now, next slot and drop for each post."""
    desk = a_day_later()
    desk.run(timedelta(hours=1))
    events = [
        event
        for number in range(POSTS)
        for event in desk.posts.story(BAKERY.id, f"p{number}")
        if event.name is EventName.EXPIRED
    ]
    notifications, links = NotificationsTwin(), LinksTwin()

    tell_people(
        events,
        posts=desk.posts,
        brands=desk.brands,
        links=links,
        notifications=notifications,
        links_url="https://links.example",
        now=desk.clock.now(),
    )

    assert len(events) == POSTS
    assert [person.id for person, _ in notifications.told] == ["lea"]
    (message,) = notifications.to("lea")
    assert message.happened.replace(NBSP, " ").startswith("30 publications")
    assert all(len(item.buttons) == 3 for item in message.items)
    assert len(message.items) == POSTS
