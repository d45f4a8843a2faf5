"""Who hears, once each, whatever the stream repeats and whoever cannot be reached."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from heraut import links as tokens
from heraut.brands import Person, Role
from heraut.errors import InvalidInput, TryAgain
from heraut.events import EventName
from heraut.links import LIFETIME, Action
from heraut.problems import problem
from heraut.publishing.model import Content, Part, State
from tests.people import (
    FILM,
    LEA,
    LINKS_URL,
    MARTIN,
    NADIA,
    NOW,
    PAUL,
    PICTURE,
    Bakery,
    a_delivery,
    a_post,
    happened,
)
from tests.twins.posts import PostsTwin

UNREACHABLE = InvalidInput([problem("address_unusable", "email", person="Léa")])


def bakery_with(state: State = State.EXPIRED, account: str = "bluesky", people: tuple[Person, ...] = ()) -> Bakery:
    """Make a bakery with one delivery in a state."""
    bakery = Bakery(brand=MARTIN.model_copy(update={"people": people}) if people else MARTIN)
    post = a_post(accounts=(account,))
    bakery.add(post, a_delivery(post, account, state))
    return bakery


def who(bakery: Bakery) -> list[str]:
    """Give who was told, in order."""
    return [person.id for person, _ in bakery.notifications.told]


def test_the_same_event_is_told_once() -> None:
    """A record that comes back tells nobody twice."""
    bakery = bakery_with()
    event = happened(EventName.EXPIRED)

    bakery.tell(event)
    again = bakery.tell(event)

    assert who(bakery) == ["lea", "paul"]
    assert again.sent == 0


def test_one_persons_failure_stops_nobody_else() -> None:
    """Paul hears though Léa's message has to wait; the record comes back for Léa alone."""
    bakery = bakery_with()
    event = happened(EventName.EXPIRED)
    bakery.notifications.failing["lea"] = TryAgain("busy")

    told = bakery.tell(event)
    first = who(bakery)
    bakery.notifications.failing.clear()
    later = bakery.tell(event)

    assert (first, told.again) == (["paul"], {event.id})
    assert (who(bakery), later.again) == (["paul", "lea"], set())


def test_only_the_failed_record_comes_back() -> None:
    """Other events of the batch are done."""
    bakery = Bakery()
    for name, state in (("p1", State.EXPIRED), ("p2", State.FAILED)):
        post = a_post(name)
        bakery.add(post, a_delivery(post, state=state))
    failed, expired = happened(EventName.FAILED, "p2"), happened(EventName.EXPIRED, "p1")

    class Fussy:
        def __init__(self) -> None:
            self.told: list[str] = []

        def tell(self, person: Person, message: object) -> None:
            if "trop tard" in str(message) or "could not go out" in str(message) or "à temps" in str(message):
                raise TryAgain("busy")
            self.told.append(person.id)

    bakery.notifications = Fussy()  # type: ignore[assignment]

    assert bakery.tell(failed, expired).again == {expired.id}


def test_tables_that_cannot_answer_bring_the_record_back() -> None:
    """Reading who already heard may fail for a while."""

    class Tired(PostsTwin):
        def told(self, brand: str, event: str) -> frozenset[str]:
            raise TryAgain("throttled")

    bakery = Bakery(posts=Tired())
    event = happened(EventName.EXPIRED)

    assert bakery.tell(event).again == {event.id}
    assert who(bakery) == []


@pytest.mark.parametrize(
    ("name", "state", "fields", "expected"),
    [
        (EventName.FAILED, State.FAILED, {}, ["lea", "paul"]),
        (EventName.EXPIRED, State.EXPIRED, {}, ["lea", "paul"]),
        (EventName.ASKING, State.ASKING, {}, ["lea", "paul"]),
        (EventName.APPROVAL_ASKED, State.TO_APPROVE, {"version": 1}, ["lea"]),
        (EventName.HANDOVER_AHEAD, State.SCHEDULED, {}, ["lea", "paul"]),
        (EventName.HANDOVER_DUE, State.ASKING, {}, ["lea", "paul"]),
        (EventName.HANDOVER_REMINDED, State.ASKING, {"reminders": 2}, ["lea", "paul"]),
        (EventName.HANDOVER_REMINDED, State.ASKING, {"reminders": 3}, ["lea", "paul", "nadia"]),
        (EventName.PUBLISHED, State.PUBLISHED, {}, []),
    ],
)
def test_who_hears(name: EventName, state: State, fields: dict[str, Any], expected: list[str]) -> None:
    """Those who publish, those who approve; from the third reminder on, who is on call too."""
    bakery = bakery_with(state, "insta")

    bakery.tell(happened(name, account="insta", **fields))

    assert who(bakery) == expected


@pytest.mark.parametrize(
    ("name", "state"),
    [
        (EventName.FAILED, State.SCHEDULED),
        (EventName.EXPIRED, State.CANCELLED),
        (EventName.ASKING, State.PUBLISHED),
        (EventName.APPROVAL_ASKED, State.SCHEDULED),
        (EventName.HANDOVER_AHEAD, State.ASKING),
        (EventName.HANDOVER_REMINDED, State.PUBLISHED),
    ],
)
def test_what_is_no_longer_true_is_not_told(name: EventName, state: State) -> None:
    """A record that comes late does not ask for what was settled meanwhile."""
    bakery = bakery_with(state, "insta")

    told = bakery.tell(happened(name, account="insta"))

    assert (who(bakery), told.again) == ([], set())


def test_an_edited_post_is_not_asked_about_at_its_old_version() -> None:
    """Approval is asked for the version that would leave."""
    bakery = bakery_with(State.TO_APPROVE)

    bakery.tell(happened(EventName.APPROVAL_ASKED, version=2))

    assert who(bakery) == []


def test_somebody_hears_even_when_nobody_of_the_first_circle_can() -> None:
    """When no message reaches those who publish, who is on call hears; what cannot be reached is named."""
    bakery = bakery_with()
    bakery.notifications.failing |= {"lea": UNREACHABLE, "paul": UNREACHABLE}

    told = bakery.tell(happened(EventName.EXPIRED))

    assert who(bakery) == ["nadia"]
    assert told.unreachable.keys() == {"martin/lea", "martin/paul"}
    assert told.again == set()


def test_when_even_on_call_cannot_be_reached_everybody_hears() -> None:
    """The last circle is everybody."""
    other = Person(id="omar", name="Omar", email="omar@martin.example", roles=())
    bakery = bakery_with(people=(LEA, NADIA, other))
    bakery.notifications.failing |= {"lea": UNREACHABLE, "nadia": UNREACHABLE}

    bakery.tell(happened(EventName.EXPIRED))

    assert who(bakery) == ["omar"]


def test_a_failure_that_may_pass_calls_nobody_else() -> None:
    """While Léa's message may still leave, nobody is woken in her place."""
    bakery = bakery_with(people=(LEA, NADIA))
    bakery.notifications.failing["lea"] = TryAgain("busy")

    bakery.tell(happened(EventName.EXPIRED))

    assert who(bakery) == []


def test_links_are_bound_and_kept_hashed() -> None:
    """Each button has its own link, bound to person, brand, delivery, version and attempt; the token is not stored."""
    bakery = bakery_with(State.ASKING)
    bakery.tell(happened(EventName.ASKING))

    addresses = [button.address for button in bakery.notifications.to("lea")[0].buttons[1:]]
    links = [bakery.links.link("martin", tokens.hash_of(address.rpartition("/")[2])) for address in addresses]

    assert all(address.startswith(f"{LINKS_URL}/martin/") for address in addresses)
    assert [link.action for link in links if link] == [Action.IS_ONLINE, Action.SEND_AGAIN]
    link = links[0]
    assert link is not None
    assert (link.person, link.post, link.account, link.version, link.attempt) == (
        "lea",
        "p1",
        "bluesky",
        1,
        "attempt-bluesky",
    )
    assert link.expires_at - link.created_at == LIFETIME
    assert link.created_at == NOW
    assert addresses[0].rpartition("/")[2] not in str(bakery.links.__dict__)


def test_pictures_stand_behind_the_readers_own_link() -> None:
    """Each person's message shows each picture by an address of ours that their link opens; films are on the page."""
    bakery = Bakery()
    post = a_post(content=Content(parts=(Part(text="un", media=(FILM,)), Part(text="deux", media=(PICTURE,)))))
    bakery.add(post, a_delivery(post))

    bakery.tell(happened(EventName.ASKING))

    (lea,), (paul,) = (bakery.notifications.to(person) for person in ("lea", "paul"))
    assert [one.alt for one in lea.pictures] == [PICTURE.alt]
    assert lea.pictures[0].address == f"{lea.buttons[1].address}/media/2"  # the first button opens the network
    assert lea.pictures[0].address != paul.pictures[0].address
    answer = bakery.visit(lea.pictures[0].address.removeprefix(LINKS_URL))
    assert answer.headers["Location"] == bakery.media.link(PICTURE.key)


def test_pictures_of_a_message_about_several_are_each_ones_own() -> None:
    """Each item's picture stands behind a link of that item."""
    bakery = Bakery()
    for name in ("p1", "p2"):
        post = a_post(name)
        bakery.add(post, a_delivery(post, state=State.EXPIRED))

    bakery.tell(happened(EventName.EXPIRED, "p1"), happened(EventName.EXPIRED, "p2"))

    (message,) = bakery.notifications.to("lea")
    assert [one.pictures[0].address for one in message.items] == [
        f"{one.buttons[0].address}/media/1" for one in message.items
    ]


def test_a_message_keeps_its_name_when_it_is_sent_again() -> None:
    """The same event and person make the same message id; another person or event another."""
    names = []
    for _ in range(2):
        bakery = bakery_with()
        event = happened(EventName.EXPIRED).model_copy(update={"id": "e1"})
        bakery.tell(event)
        names.append([message.id for _, message in bakery.notifications.told])

    assert names[0] == names[1]
    assert len(set(names[0])) == 2


def test_brands_do_not_hear_of_each_other() -> None:
    """Events of two brands in one batch: each brand's people hear of their own."""
    other = MARTIN.model_copy(
        update={"id": "durand", "name": "Durand", "people": (PAUL.model_copy(update={"id": "zoe"}),)}
    )
    bakery = bakery_with()
    bakery.brands.save(other.model_copy(update={"revision": 1}), 0)
    theirs = a_post(brand="durand")
    bakery.posts.add(theirs, [a_delivery(theirs, state=State.EXPIRED)], ())
    event = happened(EventName.EXPIRED)

    bakery.tell(event, event.model_copy(update={"id": "e2", "brand": "durand"}))

    assert sorted((person.id, message.brand) for person, message in bakery.notifications.told) == [
        ("lea", "Boulangerie Martin"),
        ("paul", "Boulangerie Martin"),
        ("zoe", "Durand"),
    ]


def test_a_brand_that_was_removed_is_silent() -> None:
    """Nobody is left who could hear, and nothing comes back for ever."""
    bakery = bakery_with()

    told = bakery.tell(happened(EventName.EXPIRED).model_copy(update={"brand": "gone"}))

    assert (told.sent, told.again) == (0, set())


def test_everybody_hears_when_nobody_has_the_role() -> None:
    """A brand whose people have no publishing role still hears."""
    bakery = bakery_with(people=(NADIA, LEA.model_copy(update={"roles": (Role.APPROVAL,)})))

    bakery.tell(happened(EventName.EXPIRED))

    assert who(bakery) == ["nadia", "lea"]


def test_a_late_reminder_of_a_person_who_was_told_stays_silent() -> None:
    """What one person already heard is left out of a group; the rest is told."""
    bakery = Bakery()
    for name in ("p1", "p2"):
        post = a_post(name)
        bakery.add(post, a_delivery(post, state=State.EXPIRED))
    first, second = (happened(EventName.EXPIRED, name) for name in ("p1", "p2"))
    bakery.tell(first)

    bakery.tell(first, second, now=NOW + timedelta(minutes=1))

    assert [len(message.items) for message in bakery.notifications.to("lea")] == [0, 0]
    assert len(bakery.notifications.to("lea")) == 2
