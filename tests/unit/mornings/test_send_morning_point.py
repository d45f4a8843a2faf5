"""The morning point: what each person reads, once; and what keeps it from being read twice."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from heraut.brands import Person, Role, Urgency
from heraut.conversations import Author, Interaction, Kind, TalkRead, alerts
from heraut.conversations.model import Reply
from heraut.conversations.rules import Verdict
from heraut.conversations.webhook import Webhook
from heraut.errors import InvalidInput, TryAgain
from heraut.letters import NBSP
from heraut.links import Action, hash_of
from heraut.mornings.send_morning_point import Sending, Sent, send_morning_point
from heraut.notifications.email import as_html, as_text
from heraut.problems import problem
from heraut.publishing import PostsRead
from heraut.publishing.model import State
from heraut.publishing.upcoming import Horizon, Look
from tests.people import LINKS_URL, MARTIN, Bakery, a_delivery, a_post
from tests.twins.conversations import ConversationsTwin
from tests.twins.looks import LooksTwin
from tests.twins.webhooks import WebhooksTwin

if TYPE_CHECKING:
    from heraut.conversations import Alert
    from heraut.links import Link
    from heraut.notifications.base import Button, Item, Message

NOW = datetime(2026, 11, 24, 7, 0, 12, tzinfo=UTC)  # a Tuesday, eight o'clock in Paris
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOON = datetime(2026, 11, 24, 11, 30, tzinfo=UTC)  # half past twelve in Paris
LEA = Person(id="lea", name="Léa", email="lea@m.example", roles=(Role.PUBLISHING, Role.APPROVAL))
ZOE = Person(id="zoe", name="Zoé", email="zoe@m.example", roles=(Role.CONVERSATIONS,), language="en")
NADIA = Person(id="nadia", name="Nadia", email="nadia@m.example", roles=(Role.ON_CALL,))


def plain(said: Any) -> Any:
    """Give what was said with ordinary spaces, so that a test can be read."""
    if isinstance(said, str):
        return said.replace(NBSP, " ")
    if isinstance(said, tuple):
        return tuple(plain(one) for one in said)
    if is_dataclass(said) and not isinstance(said, type):
        return replace(said, **{one.name: plain(getattr(said, one.name)) for one in fields(said)})
    return said


@dataclass
class Morning(Bakery):
    """A bakery in the morning."""

    looks: LooksTwin = field(default_factory=LooksTwin)
    conversations: ConversationsTwin = field(default_factory=ConversationsTwin)
    webhooks: WebhooksTwin = field(default_factory=WebhooksTwin)

    @property
    def world(self) -> Sending:
        """What the use case is given."""
        return Sending(
            self.brands,
            PostsRead(self.posts, self.looks, self.links, LINKS_URL),
            TalkRead(self.conversations, self.webhooks, self.links, LINKS_URL),
            self.notifications,
        )

    def send(self, now: datetime = NOW) -> Sent:
        """Let an hour come."""
        return send_morning_point(self.world, now)

    def told(self, person: Person = LEA) -> Message:
        """The one message that a person got."""
        (message,) = self.notifications.to(person.id)
        said: Message = plain(message)
        return said

    def behind(self, button: Button) -> Link:
        """The link that a button of a message opens."""
        found = self.links.link("martin", hash_of(button.address.rpartition("/")[2]))
        assert found is not None
        return found

    def plan(
        self, post: str = "p1", *accounts: str, at: datetime = NOON, state: State = State.SCHEDULED, **more: Any
    ) -> None:
        """Put a post into the queue."""
        given: dict[str, Any] = {
            "accounts": accounts or ("bluesky",),
            "publish_at": at,
            "text": f"Le pain de {post} sort du four",
        }
        made = a_post(post, **given)
        self.add(made, *(a_delivery(made, account, state, **more) for account in made.accounts))

    def asked(self, name: str = "q1", text: str = "Ouvert dimanche ?", at: datetime = NOW - HOUR, **more: Any) -> Alert:
        """Let somebody ask something."""
        said = Interaction(
            brand="martin",
            account="bluesky",
            network=self.brand.accounts[0].network,
            id=name,
            kind=Kind.REPLY,
            author=Author(id="did:1", handle="@hugo", name="Hugo"),
            text=text,
            thread=name,
            at=at,
        )
        alert = alerts.opened(said, self.brand, at, more.pop("verdict", None)).model_copy(update=more)
        self.conversations.receive(said, None, alert)
        return alert


@pytest.fixture(name="bakery")
def _bakery() -> Morning:
    return Morning(brand=MARTIN.model_copy(update={"people": (LEA, ZOE, NADIA)}))


def item(message: Message, title: str) -> Item:
    """One list of a message."""
    return next(one for one in message.items if one.title == title)


class TestWhatIsSaid:
    def test_what_leaves_today(self, bakery: Morning) -> None:
        """With hour and account, soonest first; what leaves tomorrow is tomorrow's."""
        bakery.plan("seigle", "bluesky", "mastodon")
        bakery.plan("brioche", "insta", at=NOON - HOUR)
        bakery.plan("demain", at=NOON + DAY)
        bakery.plan("tenue", at=NOON + HOUR, holds=frozenset({"pause:martin"}))
        bakery.send()

        message = bakery.told()
        assert message.subject == "[Boulangerie Martin] Point du matin : 3 publications prévues"
        assert message.lead == "Rien à décider, personne n'attend : tout part comme prévu."
        assert [(row.mark, row.text, row.detail) for row in item(message, "Aujourd'hui").rows] == [
            ("11 h 30", "Instagram · à publier à la main", "« Le pain de brioche sort du four »"),
            ("12 h 30", "Bluesky et Mastodon", "« Le pain de seigle sort du four »"),
            ("13 h 30", "Bluesky · suspendue, ne partira pas", "« Le pain de tenue sort du four »"),
        ]

    def test_before_days_off_what_leaves_until_work_begins_again(self, bakery: Morning) -> None:
        """On Friday, what leaves on Saturday and Sunday too: nobody is told on those."""
        bakery.plan("samedi", at=NOON + 4 * DAY)
        bakery.send(NOW + 3 * DAY)

        (row,) = item(bakery.told(), "D'ici lundi 30 novembre").rows
        assert row.mark == "samedi 28 novembre, 12 h 30"

    def test_what_would_not_leave_and_why(self, bakery: Morning) -> None:
        """As the looks ahead found: an account once, with all its posts; each text for itself. No network is asked."""
        bakery.plan("seigle", "bluesky", "mastodon")
        bakery.plan("brioche", at=NOON + HOUR)
        gone = problem("media_gone", "media", name="four.png")
        for post, account, said, why in [
            ("seigle", "bluesky", ("account:bluesky_password",), {}),
            ("brioche", "bluesky", ("account:bluesky_password", "close:p9"), {}),
            ("seigle", "mastodon", ("media:media_gone",), {"media:media_gone": gone}),
        ]:
            look = Look(
                post=post, account=account, version=1, horizon=Horizon.DAY, publish_at=NOON, said=said, problems=why
            )
            bakery.looks.save_look("martin", look)
        bakery.send()

        message = bakery.told()
        assert message.happened.startswith("Point du matin : 3 publications ne partiraient pas")
        first, second = item(message, "Ne partirait pas").rows
        assert (first.text, first.detail.splitlines()[-1]) == ("Bluesky", "2 publications sont concernées.")
        assert "ne nous laisse plus publier" in first.detail
        assert second.text == "Mastodon"
        assert "four.png" in second.detail
        assert item(message, "Aujourd'hui").rows[0].text == "Bluesky et Mastodon · voir plus haut"

    @pytest.mark.parametrize("changes", [{"version": 2}, {"said": ("alike:p0",)}, {"said": ("approval",)}])
    def test_what_does_not_stop_it_is_no_risk(self, bakery: Morning, changes: dict[str, Any]) -> None:
        """A look at another version, mere advice, and what stands among the decisions."""
        bakery.plan("seigle")
        given: dict[str, Any] = {
            "post": "seigle",
            "account": "bluesky",
            "version": 1,
            "horizon": Horizon.DAY,
            "publish_at": NOON,
        }
        bakery.looks.save_look("martin", Look(**(given | {"said": ("account:x",)} | changes)))
        bakery.send()

        assert [one.title for one in bakery.told().items] == ["Aujourd'hui"]

    def test_what_waits_for_a_decision(self, bakery: Morning) -> None:
        """Each with its buttons, bound to the person, the version and the attempt; an approval once for a post."""
        bakery.plan("peut-etre", at=NOON - DAY, state=State.ASKING)
        bakery.plan("tard", at=NOON - 2 * DAY, state=State.EXPIRED)
        bakery.plan("accord", "bluesky", "mastodon", at=NOON + 5 * DAY, state=State.TO_APPROVE)
        bakery.plan("vieux", at=NOON - 9 * DAY, state=State.EXPIRED)
        bakery.send()

        rows = item(bakery.told(), "À décider").rows
        assert [row.text for row in rows] == [
            "Bluesky · trop tard, n'est pas partie",
            "Bluesky · à vérifier, peut-être en ligne",
            "Bluesky et Mastodon · à valider",
        ]
        assert [[one.label for one in row.buttons] for row in rows] == [
            ["Publier maintenant", "Prochain créneau", "Laisser tomber"],
            ["Elle est en ligne", "Elle n'y est pas, renvoyer"],
            ["Valider", "Refuser"],
        ]
        again, approve = bakery.behind(rows[1].buttons[1]), bakery.behind(rows[2].buttons[0])
        assert (again.action, again.account, again.attempt) == (Action.SEND_AGAIN, "bluesky", "attempt-bluesky")
        assert (approve.action, approve.account, approve.person) == (Action.APPROVE, None, "lea")

    def test_a_button_of_the_morning_decides(self, bakery: Morning) -> None:
        """As the message of the event would have."""
        bakery.plan("p1", "bluesky", at=NOON + DAY, state=State.TO_APPROVE)
        bakery.send()
        approve = item(bakery.told(), "À décider").rows[0].buttons[0]
        bakery.press(approve.address.removeprefix(LINKS_URL), now=NOW + HOUR)

        assert bakery.delivery().state is State.SCHEDULED

    def test_who_waits_for_an_answer(self, bakery: Morning) -> None:
        """Oldest first, with the deadline, what was asked, and the page to answer from; overdue stands out."""
        bakery.asked("q2", "Et à Noël ?")
        bakery.asked("q1", at=NOW - DAY)
        bakery.send()

        message = bakery.told(ZOE)
        assert message.happened == "Morning point: 2 answers awaited"
        old, new = item(message, "Waiting for an answer").rows
        assert (old.late, new.late) == (True, False)
        assert old.mark == "Overdue: was due on Monday 23 November at 13:00"
        assert (new.mark, new.text) == ("To be answered at 13:00 at the latest", "Hugo on Bluesky")
        assert "Et à Noël ?" in new.detail
        assert [one.label for one in new.buttons] == ["Answer"]
        answer = bakery.behind(new.buttons[0])
        assert (answer.action, answer.person) == (Action.REPLY, "zoe")
        assert bakery.notifications.to("lea") == []

    def test_an_alert_is_of_whom_it_was_told(self, bakery: Morning) -> None:
        """Whom a rule names, who took it, who was told after the deadline; none where an answer is on its way."""
        bakery.asked("q1", verdict=Verdict(tell=("lea",), urgency=Urgency.LOW))
        bakery.asked("q2", verdict=Verdict(tell=("lea",), urgency=Urgency.LOW), taken_by="zoe")
        bakery.asked("q3", at=NOW - DAY, escalated=1)
        left = bakery.asked("q4")
        reply = Reply(by="zoe", at=NOW, post="reponse-1")
        bakery.conversations.change(left, alerts.replied(left, "q4", reply))
        bakery.send()

        counts = {
            person.id: len(item(bakery.told(person), title).rows)
            for person, title in (
                (LEA, "Attendent une réponse"),
                (ZOE, "Waiting for an answer"),
                (NADIA, "Attendent une réponse"),
            )
        }
        assert counts == {"lea": 2, "zoe": 2, "nadia": 1}
        assert "Pris en charge par Zoé" in item(bakery.told(LEA), "Attendent une réponse").rows[1].detail

    def test_webhooks_that_fail(self, bakery: Morning) -> None:
        """Silent for longer than usual, or losing things: in the morning, and not in a message of its own."""
        silences = {(NOW - number * DAY).date(): 600 for number in range(1, 5)}
        webhook = Webhook(
            brand="martin",
            account="mastodon",
            scheme="mastodon_push",
            path_hash="aa",
            made_at=NOW - 30 * DAY,
            heard_at=NOW - DAY,
            silences=silences,
            lost={(NOW - DAY).date(): 4},
        )
        bakery.webhooks.save_webhook(webhook)
        bakery.send()

        rows = item(bakery.told(ZOE), "To check").rows
        assert [row.text for row in rows] == [
            "Nothing reaches us from mastodon any more",
            "The webhook of mastodon has lost 4 event(s)",
        ]
        assert "on Monday 23 November at 08:00" in rows[0].detail

    def test_yesterdays_answers(self, bakery: Morning) -> None:
        """How many, and how long they took in working time; those of this morning are tomorrow's."""
        for name, hours in (("q1", 1), ("q2", 3), ("q3", 20)):
            alert = bakery.asked(name, at=NOW - DAY + HOUR)
            at = NOW - DAY + HOUR + hours * HOUR
            answered = alerts.answered(alert, name, at, asked_at=NOW - DAY + HOUR, brand=bakery.brand)
            bakery.conversations.change(alert, answered)
        bakery.send()

        (row,) = item(bakery.told(ZOE), "Answers given yesterday").rows
        assert (row.mark, row.text) == ("2", "Bluesky: half of them within 2 h, all within 3 h")

    def test_long_lists_are_cut_and_say_so(self, bakery: Morning) -> None:
        """The count in the subject is of all."""
        for number in range(15):
            bakery.plan(f"p{number:02}", at=NOON + number * timedelta(minutes=10))
        bakery.send()

        listed = item(bakery.told(), "Aujourd'hui")
        assert len(listed.rows) == 12
        assert listed.why.startswith("… et 3 de plus")
        assert "15 publications prévues" in bakery.told().subject

    def test_what_is_urgent_comes_first(self, bakery: Morning) -> None:
        """And the subject names the three that count most."""
        everybody = LEA.model_copy(update={"roles": tuple(Role)})
        bakery.brands._brands["martin"] = bakery.brand = bakery.brand.model_copy(update={"people": (everybody,)})
        bakery.plan("seigle")
        bakery.plan("tard", at=NOON - DAY, state=State.EXPIRED)
        bakery.asked()
        look = Look(post="seigle", account="bluesky", version=1, horizon=Horizon.DAY, publish_at=NOON, said=("quota",))
        bakery.looks.save_look("martin", look)
        bakery.send()

        message = bakery.told()
        assert [one.title for one in message.items] == [
            "Ne partirait pas",
            "À décider",
            "Attendent une réponse",
            "Aujourd'hui",
        ]
        assert message.happened == (
            "Point du matin : 1 publication ne partirait pas, 1 décision à prendre et 1 réponse attendue"
        )


class TestOnce:
    def test_a_second_run_says_nothing(self, bakery: Morning) -> None:
        """Nor the next hours; the next day does."""
        bakery.plan("seigle")
        bakery.plan("demain", at=NOON + DAY)
        assert bakery.send().messages == 1
        for hours in range(5):
            assert bakery.send(NOW + hours * HOUR).messages == 0
        assert bakery.send(NOW + DAY).messages == 1

    def test_on_the_night_with_an_hour_twice(self, bakery: Morning) -> None:
        """25 October 2026, a brand that is told at two: once."""
        sunday = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)  # two o'clock, for the first time
        changes = {"people": (LEA,), "morning_hour": 2, "working_hours": {"sun": "00:00-12:00"}}
        bakery.brands._brands["martin"] = bakery.brand.model_copy(update=changes)
        bakery.plan("pain", at=sunday + 8 * HOUR)

        assert [bakery.send(sunday + hours * HOUR).messages for hours in range(6)] == [1, 0, 0, 0, 0, 0]

    def test_a_way_that_is_closed_is_tried_again(self, bakery: Morning) -> None:
        """By the next hour; whoever heard is not told twice."""
        bakery.plan("seigle")
        bakery.asked()
        bakery.notifications.failing["lea"] = TryAgain("later")
        assert bakery.send() == Sent(brands=1, messages=1, silent=1, later=1)
        bakery.notifications.failing.clear()
        assert bakery.send(NOW + HOUR).messages == 1
        assert [person.id for person, _ in bakery.notifications.told] == ["zoe", "lea"]

    def test_who_cannot_be_reached_stops_nobody(self, bakery: Morning) -> None:
        """And is not tried every hour."""
        bakery.plan("seigle")
        bakery.asked()
        bakery.notifications.failing["lea"] = InvalidInput([problem("address_unusable", "email", person="Léa")])
        assert bakery.send().messages == 1
        assert bakery.send(NOW + HOUR) == Sent(brands=1)

    def test_what_cannot_be_read_is_read_by_the_next_hour(
        self, bakery: Morning, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Of one brand alone: the others' people are told."""
        bakery.plan("seigle")
        with monkeypatch.context() as broken:
            broken.setattr(bakery.posts, "queue", lambda *_: (_ for _ in ()).throw(TryAgain("busy")))
            assert bakery.send() == Sent(brands=1, later=3)
        assert bakery.send(NOW + HOUR).messages == 1

    def test_at_other_hours_nothing_is_read(self, bakery: Morning, monkeypatch: pytest.MonkeyPatch) -> None:
        """A tick costs the list of brands."""
        monkeypatch.setattr(bakery.posts, "queue", None)
        monkeypatch.setattr(bakery.brands, "take_turn", None)
        assert bakery.send(NOW + 8 * HOUR) == Sent()


class TestNothingToSay:
    def test_silence_on_most_days(self, bakery: Morning) -> None:
        """An empty message teaches people not to open the next one."""
        assert bakery.send() == Sent(brands=1, silent=3)
        assert bakery.notifications.told == []

    def test_one_line_on_the_first_morning_of_a_week(self, bakery: Morning) -> None:
        """So that silence never means that nobody watches; who is only on call hears nothing."""
        assert bakery.send(NOW - DAY) == Sent(brands=1, messages=2, silent=1)
        message = bakery.told()
        assert message.happened == "Point du matin : rien de prévu, personne n'attend"
        assert "mardi 24 novembre" in message.lead
        assert message.items == ()


def test_it_reads_well_as_text_and_as_a_page(bakery: Morning) -> None:
    """Every row, every button's address, in both."""
    bakery.plan("seigle")
    bakery.plan("tard", at=NOON - DAY, state=State.EXPIRED)
    bakery.send()
    message = bakery.told()
    for said in (plain(as_text(LEA, message)), plain(as_html(LEA, message))):
        assert "12 h 30" in said
        assert "Le pain de seigle" in said
        assert all(one.address in said for row in item(message, "À décider").rows for one in row.buttons)
        assert "Les liens de ce message sont les vôtres" in said
