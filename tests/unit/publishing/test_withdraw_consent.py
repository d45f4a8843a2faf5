"""A post that quotes somebody who no longer agrees does not leave; a new yes lets it, a person hears either way."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from heraut.brands import NetworkName
from heraut.errors import TryAgain
from heraut.events import EventName
from heraut.links import Action
from heraut.publishing.cancel_post import cancel_post
from heraut.publishing.hold_post import hold_post, resume_post
from heraut.publishing.model import Delivery, State
from heraut.publishing.morning_posts import PostsRead
from heraut.publishing.publish_now import publish_now
from heraut.publishing.withdraw_consent import renew_consent, withdraw_consent
from tests.people import LEA, LINKS_URL, NOW, Bakery, a_delivery, a_post
from tests.twins.desk import Desk
from tests.twins.looks import LooksTwin
from tests.unit.publishing.test_steering import edit, on_the_way, paris

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heraut.notifications.base import Message

MARK = "consent:abc123"
MINUTE = timedelta(minutes=1)


def withdraw(desk: Desk, post: str = "p1") -> Sequence[Delivery]:
    """Let whom the post quotes take their yes back."""
    return withdraw_consent(desk.posts, "boulangerie", post, "abc123", "Héraut", desk.clock.now())


def renew(desk: Desk) -> Sequence[Delivery]:
    """Let them say yes again."""
    return renew_consent(desk.world, "boulangerie", "p1", "abc123", "lea", desk.clock.now())


def told(desk: Desk) -> list[str]:
    """What of it is in the post's story."""
    return [one.name.value for one in desk.posts.story("boulangerie", "p1") if "mark" in one.fields]


def test_what_is_scheduled_does_not_leave_until_they_say_yes_again() -> None:
    """Even when its message was in the queue already; the new yes lets it leave at once."""
    desk = Desk()
    delivery = desk.queue("Merci Zoé", at=MINUTE)
    withdraw(desk)
    desk.run(5 * MINUTE)
    assert desk.network.times_online("Merci Zoé") == 0
    assert desk.read(delivery).holds == {MARK}

    renew(desk)
    desk.run(MINUTE)
    assert desk.network.times_online("Merci Zoé") == 1
    assert told(desk) == ["ConsentWithdrawn", "DeliveryReleased"]


@pytest.mark.parametrize("state", [State.DRAFT, State.TO_APPROVE, State.SCHEDULED, State.FAILED, State.EXPIRED])
def test_whatever_has_not_gone_out_is_held(state: State) -> None:
    """In its own state, which a new yes gives back."""
    desk = Desk()
    delivery = desk.queue("Merci Zoé", at=60 * MINUTE, state=state)
    (held,) = withdraw(desk)
    assert (held.state, held.holds, held.due_at) == (state, frozenset({MARK}), None)

    (free,) = renew(desk)
    assert (free.state, free.holds) == (state, frozenset())
    assert (desk.read(delivery).due_at is None) is (state is not State.SCHEDULED)


def test_an_event_that_comes_twice_holds_and_tells_once() -> None:
    """And what a post that is gone holds is nothing."""
    desk = Desk()
    delivery = desk.queue("Merci Zoé", at=60 * MINUTE)
    withdraw(desk)
    once = desk.read(delivery)
    withdraw(desk)

    assert desk.read(delivery) == once
    assert told(desk) == ["ConsentWithdrawn"]
    assert withdraw(desk, "nowhere") == []


def test_what_is_online_stays_and_is_told_of_with_its_link() -> None:
    """Taking it down is a person's; it is told once."""
    desk = Desk()
    delivery = desk.queue("Merci Zoé", at=MINUTE)
    desk.run(2 * MINUTE)
    before = desk.read(delivery)
    withdraw(desk)
    withdraw(desk)

    after = desk.read(delivery)
    assert (after.state, after.url) == (before.state, before.url) == (State.PUBLISHED, before.url)
    assert told(desk) == ["OnlineWithoutConsent"]
    for steer in (resume_post, publish_now):
        ((_, why),) = steer(desk.world, "boulangerie", "p1", "lea").left
        assert why.code == "delivery_is_out"
    assert renew(desk) == []
    assert told(desk) == ["OnlineWithoutConsent"]


def test_what_is_leaving_is_decided_first_and_the_others_are_held_at_once() -> None:
    """The call that began is not disturbed; done again afterwards it is held, or told of as online."""
    desk = Desk()
    leaving = desk.queue("Merci Zoé", at=MINUTE)
    other = leaving.model_copy(update={"account": "journal", "network": NetworkName.SITE, "revision": 1})
    post = desk.posts.post("boulangerie", "p1")
    assert post is not None
    desk.posts.edit(post.model_copy(update={"version": 2}), [other], ())
    on_the_way(leaving, desk)
    with pytest.raises(TryAgain):
        withdraw(desk)
    assert (desk.read(leaving).holds, desk.read(other).holds) == (frozenset(), frozenset({MARK}))

    desk.run(10 * MINUTE)
    withdraw(desk)
    assert desk.read(leaving).holds == {MARK}


def test_nobody_else_takes_the_mark_off() -> None:
    """Neither who resumes, nor who sends it now; each cause removes only its own, and both are told why."""
    desk = Desk()
    desk.queue("Merci Zoé", at=60 * MINUTE)
    hold_post(desk.world, "boulangerie", "p1", "lea")
    withdraw(desk)
    (resumed,) = resume_post(desk.world, "boulangerie", "p1", "lea").changed
    assert (resumed.holds, resumed.due_at) == (frozenset({MARK}), None)

    for steer in (resume_post, publish_now):
        ((_, why),) = steer(desk.world, "boulangerie", "p1", "lea").left
        assert why.code == "delivery_without_consent"
        assert "abc123" in why.remedy("fr")
    desk.run(2 * 60 * MINUTE)
    assert desk.network.times_online("Merci Zoé") == 0
    assert [one.state for one in cancel_post(desk.world, "boulangerie", "p1", "lea").changed] == [State.CANCELLED]


def test_no_edit_lets_it_out() -> None:
    """A draft that is scheduled, a new time, an account added: held, and the editor is told."""
    desk = Desk()
    desk.queue("Merci Zoé", at=60 * MINUTE, state=State.DRAFT)
    withdraw(desk)
    written = edit(desk, when=paris(desk, 5 * MINUTE), accounts="masto, journal")

    assert {one.account: one.holds for one in written.deliveries} == {"masto": {MARK}, "journal": {MARK}}
    desk.run(20 * MINUTE)
    assert desk.network.times_online("Merci Zoé") == 0


def test_what_was_cancelled_does_not_come_back_either() -> None:
    """It is told to nobody: nothing was going to leave."""
    desk = Desk()
    desk.queue("Merci Zoé", at=60 * MINUTE)
    cancel_post(desk.world, "boulangerie", "p1", "lea")
    withdraw(desk)
    assert told(desk) == []
    edit(desk, when=paris(desk, 5 * MINUTE), accounts="masto")
    desk.run(20 * MINUTE)

    assert desk.network.times_online("Merci Zoé") == 0


def test_what_a_person_was_to_publish_by_hand_is_asked_for_no_more() -> None:
    """Held like anything else, and handed over again after a new yes."""
    desk = Desk()
    delivery = desk.queue("Merci Zoé", at=MINUTE, account="story", network=NetworkName.BY_HAND)
    desk.run(2 * MINUTE)
    assert desk.read(delivery).state is State.ASKING
    withdraw(desk)
    assert (desk.read(delivery).state, desk.read(delivery).holds) == (State.SCHEDULED, frozenset({MARK}))
    desk.run(40 * MINUTE)
    assert desk.read(delivery).state is State.SCHEDULED

    renew(desk)
    desk.run(2 * MINUTE)
    assert desk.read(delivery).state is State.ASKING


def test_what_may_be_online_is_not_sent_again_behind_their_back() -> None:
    """Who says that it is not there sends nothing."""
    bakery = held_bakery(State.ASKING)
    path = bakery.link(Action.SEND_AGAIN)
    assert "a retiré son accord" in bakery.press(path).body
    assert (bakery.delivery().state, bakery.delivery().due_at) == (State.SCHEDULED, None)


def held_bakery(state: State) -> Bakery:
    """A bakery whose post quotes somebody who took their yes back."""
    bakery = Bakery()
    post = a_post()
    bakery.add(post, a_delivery(post, state=state))
    withdraw_consent(bakery.posts, "martin", "p1", "abc123", "Héraut", NOW)
    return bakery


def message_of(bakery: Bakery) -> Message:
    """What Léa is told."""
    bakery.tell(*bakery.posts.story("martin", "p1"))
    return next(message for person, message in bakery.notifications.told if person.id == "lea")


def test_people_read_what_is_held_and_what_they_can_do() -> None:
    """In plain words, with a button that cancels."""
    bakery = held_bakery(State.SCHEDULED)
    message = message_of(bakery)

    assert message.happened.endswith("cite quelqu'un qui a retiré son accord")
    assert "Annulez-la. Ou, si cette personne dit oui de nouveau" in message.lead
    assert "heraut testimonials consented abc123" in message.lead
    (button,) = message.buttons
    assert button.label == "Annuler cet envoi"
    assert bakery.press(button.address.removeprefix(LINKS_URL.rstrip("/"))).status == 200
    assert bakery.delivery().state is State.CANCELLED


def test_people_get_the_link_of_what_is_online() -> None:
    """To take it down; nothing is decided there."""
    bakery = Bakery()
    post = a_post()
    online = a_delivery(post, state=State.PUBLISHED).model_copy(update={"url": "https://bsky.example/p1"})
    bakery.add(post, online)
    withdraw_consent(bakery.posts, "martin", "p1", "abc123", "Héraut", NOW)
    message = message_of(bakery)

    assert message.happened.startswith("À retirer")
    assert [(one.label, one.address) for one in message.buttons] == [("Voir la publication", "https://bsky.example/p1")]


def test_nothing_is_told_of_what_is_held_no_more() -> None:
    """A yes that came before the message."""
    bakery = held_bakery(State.SCHEDULED)
    before = bakery.delivery()
    bakery.posts.change(before, before.model_copy(update={"holds": frozenset()}))
    bakery.tell(*bakery.posts.story("martin", "p1"))

    assert bakery.notifications.told == []


def test_the_morning_says_why_it_will_not_leave() -> None:
    """Not only that something holds it."""
    bakery = held_bakery(State.SCHEDULED)
    delivery = bakery.delivery()
    read = PostsRead(bakery.posts, LooksTwin(), bakery.links, LINKS_URL)
    now = delivery.publish_at - 60 * MINUTE
    (row,) = read.of(bakery.brand, now, now + 120 * MINUTE).leaving(LEA).rows

    assert "la personne citée a retiré son accord" in row.text
    assert EventName.CONSENT_WITHDRAWN.value in bakery.names()
