"""What a program did not take is sent again; one that stays silent is paused, and nothing of it is lost."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from heraut import links as tokens
from heraut.brands import Brand, Person, WayName
from heraut.errors import ConfigurationError, HerautError, InvalidInput, TryAgain
from heraut.links import Action, Link
from heraut.notifications.base import Button, Item, Message, Picture, Row
from heraut.notifications.sealing import seal, unseal
from heraut.notifications.send_again import Again, replay, resume, send_again
from heraut.notifications.sendings import LATER, Sending, SendingState
from heraut.notifications.ways import Ways
from tests.twins.brands import BrandsTwin
from tests.twins.clock import ClockTwin
from tests.twins.links import LinksTwin
from tests.twins.notifications import NotificationsTwin
from tests.twins.sendings import SendingsTwin

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
LEA = Person(id="lea", name="Léa", email="lea@x.example", ways=(WayName.WEBHOOK, WayName.EMAIL))
KARIM = Person(id="karim", name="Karim", email="karim@x.example")
BRAND = Brand(id="martin", name="Martin", people=(LEA, KARIM))
TOKEN = "A" * 22
BASE = "https://l.example/martin/alert/"
MESSAGE = Message(
    id="alert/1",
    language="fr",
    brand="Martin",
    brand_id="martin",
    network="Bluesky",
    happened="Zoé attend",
    lead="À répondre.",
    why="",
    otherwise="",
    buttons=(
        Button("Je prends", f"{BASE}{TOKEN}"),
        Button("Voir", "https://bsky.app/profile/x/post/3kabcdefghijklmnopqrst"),
    ),
)


@dataclass
class Desk:
    """A person with a program and a mailbox, and time that passes."""

    now: datetime = NOW
    program: NotificationsTwin = field(default_factory=NotificationsTwin)
    mail: NotificationsTwin = field(default_factory=NotificationsTwin)
    kept: SendingsTwin = field(default_factory=SendingsTwin)
    links: LinksTwin = field(default_factory=LinksTwin)
    clock: ClockTwin = field(default_factory=lambda: ClockTwin(NOW))

    def __post_init__(self) -> None:
        self.links.save(link(TOKEN))
        makers = {WayName.WEBHOOK: lambda: self.program, WayName.EMAIL: lambda: self.mail}
        self.ways = Ways(makers, self.kept, self.clock)
        self.world = Again(self.kept, BrandsTwin(BRAND), self.links, self.ways, self.clock)

    def fails(self, error: HerautError | None = None) -> None:
        """Let the program fail from now on."""
        self.program.failing = {"lea": error or TryAgain("busy")}

    def works(self) -> None:
        """Let it take everything."""
        self.program.failing = {}

    def run(self, lasting: timedelta, step: timedelta = timedelta(minutes=1)) -> None:
        """Let time pass, with its ticks."""
        end = self.clock.now() + lasting
        while self.clock.now() < end:
            self.clock.advance_to(self.clock.now() + step)
            send_again(self.world, self.clock.now())

    def all(self) -> list[Sending]:
        """Every sending so far, of one instant the program's first."""
        found = self.kept.sendings("martin", NOW - timedelta(days=1))
        return sorted(found, key=lambda one: (one.at, one.way is not WayName.WEBHOOK))


def link(token: str, **more: Any) -> Link:
    """A link of an alert's message."""
    lives = {"created_at": NOW, "expires_at": NOW + timedelta(days=7)}
    named = {"hash": tokens.hash_of(token), "brand": "martin", "person": "lea"}
    return Link.model_validate({**named, "action": Action.TAKE_ALERT, "alert": "1", **lives, **more})


def test_what_a_way_took_is_written_down_without_anything_that_opens() -> None:
    """Who, how, when; the links' tokens are hashes."""
    desk = Desk()
    desk.ways.tell(LEA, MESSAGE)

    (one,) = desk.all()
    assert (one.person, one.way, one.state, len(one.tries)) == ("lea", WayName.WEBHOOK, SendingState.SENT, 1)
    assert TOKEN not in one.model_dump_json()
    assert one.id == desk.program.told[0][1].sending


def test_what_a_program_did_not_take_goes_by_the_next_way_and_again_to_it() -> None:
    """People hear at once, the program in the end, each once."""
    desk = Desk()
    desk.fails()
    desk.ways.tell(LEA, MESSAGE)
    assert [one.why for one in desk.mail.to("lea")] == [
        "Ce message n'a pas pu vous parvenir par votre programme\N{NO-BREAK SPACE}: vérifiez ce moyen de vous joindre."
    ]
    desk.run(timedelta(minutes=3))
    desk.works()
    desk.run(timedelta(minutes=10))

    webhook, mail = desk.all()
    assert (webhook.state, [one.problem for one in webhook.tries]) == (SendingState.SENT, ["TryAgain", "TryAgain", ""])
    assert mail.state is SendingState.SENT
    assert len(desk.program.told) == len(desk.mail.told) == 1


def test_a_message_that_is_sent_again_has_links_that_work() -> None:
    """New ones, which decide the same for the same person; other addresses stay."""
    desk = Desk()
    desk.fails()
    desk.ways.tell(LEA, MESSAGE)
    desk.works()
    desk.run(timedelta(minutes=2))

    ((_, again),) = desk.program.told
    taken, seen = again.buttons
    new = taken.address.removeprefix(BASE)
    assert (len(new), new != TOKEN, seen) == (22, True, MESSAGE.buttons[1])
    made = desk.links.link("martin", tokens.hash_of(new))
    assert made is not None
    assert (made.person, made.action, made.alert) == ("lea", Action.TAKE_ALERT, "1")


def test_it_is_tried_over_a_day_and_a_half_and_then_kept() -> None:
    """Nothing is dropped: what never arrived can be sent again by hand."""
    desk = Desk()
    desk.fails()
    desk.ways.tell(LEA, MESSAGE)
    desk.run(timedelta(days=3), timedelta(minutes=10))

    webhook = desk.all()[0]
    assert webhook.state in {SendingState.FAILED, SendingState.PAUSED}
    assert 6 <= len(webhook.tries) <= len(LATER) + 1
    assert webhook.due_at is None


def test_a_program_that_stays_silent_for_a_day_is_paused_and_its_person_hears_by_the_next_way() -> None:
    """Once; what comes later is kept for it, and comes by the next way."""
    desk = Desk()
    desk.fails()
    desk.ways.tell(LEA, MESSAGE)
    desk.run(timedelta(days=2), timedelta(minutes=10))

    told = [one for one in desk.mail.to("lea") if "en pause" in one.happened]
    assert len(told) == 1
    assert "heraut ways resume lea webhook" in told[0].lead
    before = len(desk.mail.told)
    desk.ways.tell(LEA, MESSAGE)
    assert len(desk.mail.told) == before + 1
    assert desk.all()[-2].state is SendingState.PAUSED


def test_resumed_it_gets_everything_that_waited_or_never_arrived() -> None:
    """Oldest first; nothing is lost to a pause."""
    desk = Desk()
    desk.fails()
    desk.ways.tell(LEA, MESSAGE)
    desk.run(timedelta(days=2), timedelta(minutes=10))
    desk.ways.tell(LEA, MESSAGE)
    desk.works()

    assert resume("martin", "lea", WayName.WEBHOOK, desk.kept, desk.clock.now()) == 2
    desk.run(timedelta(minutes=2))
    assert len(desk.program.told) == 2
    assert desk.kept.health("martin", "lea", WayName.WEBHOOK).paused_at is None


def test_who_has_nothing_but_a_program_is_not_told_every_minute() -> None:
    """The message is kept and sent again: whoever called tells the others, and need not come back."""
    desk = Desk()
    desk.fails()
    with pytest.raises(InvalidInput) as waiting:
        desk.ways.tell(LEA.model_copy(update={"ways": (WayName.WEBHOOK,)}), MESSAGE)

    assert [one.code for one in waiting.value.problems] == ["way_waiting"]
    assert [one.state for one in desk.all()] == [SendingState.WAITING]


def test_any_message_can_be_sent_again_by_hand_but_not_to_a_paused_way() -> None:
    """By the way it went."""
    desk = Desk()
    desk.ways.tell(LEA, MESSAGE)
    (one,) = desk.all()
    replay(one, desk.kept, desk.clock.now())
    desk.run(timedelta(minutes=2))
    assert len(desk.program.told) == 2

    ill = desk.kept.health("martin", "lea", WayName.WEBHOOK)
    desk.kept.save_health(ill.model_copy(update={"paused_at": NOW}))
    with pytest.raises(InvalidInput) as refused:
        replay(desk.all()[0], desk.kept, desk.clock.now())
    assert [problem.code for problem in refused.value.problems] == ["way_paused"]


def test_a_log_that_cannot_be_written_stops_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message is worth more than its record."""
    desk = Desk()

    def broken(*_: object) -> None:
        raise ConfigurationError("no table")

    monkeypatch.setattr(desk.kept, "save_sending", broken)
    monkeypatch.setattr(desk.kept, "health", broken)
    desk.ways.tell(LEA, MESSAGE)
    assert len(desk.program.told) == 1


def test_whoever_is_gone_gets_nothing_any_more() -> None:
    """Taken out of the configuration while a message waited."""
    desk = Desk()
    desk.fails()
    desk.ways.tell(LEA, MESSAGE)
    desk.works()
    desk.world = Again(
        desk.kept, BrandsTwin(BRAND.model_copy(update={"people": (KARIM,)})), desk.links, desk.ways, desk.clock
    )
    desk.run(timedelta(minutes=2))

    assert desk.program.told == []
    assert desk.all()[0].state is SendingState.FAILED


def test_a_kept_message_is_the_same_again_but_for_its_links() -> None:
    """Items, pictures, quotes; what is over has no button; another person's links are theirs."""
    links = LinksTwin()
    links.save(link(TOKEN))
    links.save(link("B" * 22, expires_at=NOW))
    links.save(link("C" * 22, action=Action.CONFIRM_PERSON, alert=None))
    picture = Picture(f"https://l.example/martin/{TOKEN}/media/1", "Un four")
    row = Row("9 h", "Bonjour", buttons=(Button("Maintenant", f"https://l.example/martin/{TOKEN}"),))
    old = Button("Vieux", f"https://l.example/martin/{'B' * 22}")
    item = Item("Post", "Refusé.", "Bonjour", (picture,), (old,), (row,))
    told = Message(
        **{**MESSAGE.__dict__, "items": (item,), "buttons": (Button("Oui", f"https://l.example/martin/{'C' * 22}"),)}
    )

    mine, others = (unseal(seal(told), links, NOW, person) for person in (None, "karim"))
    assert (mine.happened, mine.items[0].quote, mine.items[0].pictures[0].alt) == ("Zoé attend", "Bonjour", "Un four")
    assert (len(mine.buttons), mine.items[0].buttons) == (1, ())
    assert mine.items[0].pictures[0].address.endswith("/media/1")
    assert (mine.items[0].rows[0].mark, len(mine.items[0].rows[0].buttons)) == ("9 h", 1)
    assert "reponse" not in str(seal(replace(told, reply_to="reponse+abc@x.example", reply_says="Léa")))
    assert others.buttons == ()
    token = others.items[0].pictures[0].address.split("/")[-3]
    made = links.link("martin", tokens.hash_of(token))
    assert made is not None
    assert made.person == "karim"
