"""From what is said to an account until everybody has an answer: who hears of it, when, and when it stops."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from heraut import links as tokens
from heraut.brands import Account, Brand, NetworkName, Person, Role
from heraut.conversations import Answered, Author, Edited, Erased, Interaction, Kind
from heraut.conversations.act_on_alert import AlertWorld, act_on_alert
from heraut.conversations.alerts import opened
from heraut.conversations.escalate_alerts import Escalating, escalate_alerts
from heraut.conversations.messages import Said
from heraut.conversations.model import LabelName, What
from heraut.conversations.note_reply import Noting, note_reply
from heraut.conversations.poll_networks import Listening, poll_networks
from heraut.conversations.receive_interaction import receive_interaction
from heraut.errors import ConfigurationError, Conflict, CredentialsExpired, InvalidInput, TryAgain, Unreachable
from heraut.events import Event
from heraut.links import Action, Link
from heraut.networks.base import Heard, Job, Limits, Published
from heraut.notifications.base import Message
from heraut.pages.visit import Answer, Request
from heraut.problems import Problem, problem
from heraut.publishing.answers import Answers
from heraut.publishing.dispatch_posts import dispatch_posts
from heraut.publishing.model import Content
from heraut.publishing.publish_post import publish_post
from heraut.publishing.world import World
from tests.people import Bakery
from tests.twins.brands import BrandsTwin
from tests.twins.clock import ClockTwin
from tests.twins.conversations import ConversationsTwin
from tests.twins.links import LinksTwin
from tests.twins.network import NetworkTwin
from tests.twins.notifications import NotificationsTwin
from tests.twins.outbox import OutboxTwin
from tests.twins.posts import PostsTwin
from tests.twins.quotes import QuotesTwin
from tests.twins.secrets import SecretsTwin
from tests.twins.webhooks import EventsTwin, WebhooksTwin

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # 10 h in Paris
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LEA = Person(id="lea", name="Léa", email="lea@x.example", roles=(Role.CONVERSATIONS,))
MAX = Person(id="max", name="Max", email="max@x.example", roles=(Role.CONVERSATIONS,), language="en")
NADIA = Person(id="nadia", name="Nadia", email="nadia@x.example", roles=(Role.ON_CALL,))
BRAND = Brand(
    id="martin",
    name="Boulangerie Martin",
    accounts=(
        Account(name="sky", network=NetworkName.BLUESKY, handle="martin.test"),
        Account(name="sky2", network=NetworkName.BLUESKY, handle="@Fournil.test"),
        Account(name="page", network=NetworkName.SITE),
    ),
    people=(LEA, MAX, NADIA),
)

BUTTONS = ["Répondre", "Je prends", "Transférer", "Rien à faire"]


@dataclass
class Talking(NetworkTwin):
    """A network where people talk: what was said and answered, in order; the cursor is how much of it was heard."""

    said: list[Interaction | Answered | Edited | Erased] = field(default_factory=list)
    trouble: dict[str, Exception] = field(default_factory=dict)

    def listen(
        self, brand: str, account: Account, secret: Mapping[str, str], cursor: str | None, now: datetime
    ) -> Heard:
        if account.name in self.trouble:
            raise self.trouble[account.name]
        begun = json.loads(cursor) if cursor else len(self.said)
        new = self.said[begun:]
        return Heard(
            interactions=tuple(one for one in new if isinstance(one, Interaction) and one.account == account.name),
            answers=tuple(one for one in new if isinstance(one, Answered)),
            edits=tuple(one for one in new if isinstance(one, Edited)),
            erased=tuple(one for one in new if isinstance(one, Erased)),
            cursor=json.dumps(len(self.said)),
        )

    def validate(self, content: Content, limits: Limits) -> list[Problem]:
        found = super().validate(content, limits)
        return [problem("bluesky_text_too_long", None, **one.fields) for one in found]

    def publish(self, job: Job, accepted: Callable[[str], None], now: datetime) -> Published:
        done = super().publish(job, accepted, now)
        if job.content.in_reply_to:  # the account's own posts tell it too
            self.said.append(Answered(id=done.remote_ids[0], to=job.content.in_reply_to.interaction, at=now))
        return done


class Shop:
    """A bakery whose accounts are listened to every five minutes, and whose alerts are looked at every minute."""

    def __init__(self) -> None:
        self.now = MONDAY
        self.network = Talking(name=NetworkName.BLUESKY)
        self.brands, self.links, self.kept = BrandsTwin(BRAND), LinksTwin(), ConversationsTwin()
        self.notifications, self.secrets = NotificationsTwin(), SecretsTwin()
        self.posts, self.outbox, self.clock = PostsTwin(), OutboxTwin(), ClockTwin(MONDAY)
        self.events = EventsTwin()
        self.network.now = self.clock.now
        for account in ("sky", "sky2"):
            self.secrets.save_secret("martin", account, {"token": "x"})
        self.rebuild()
        self.poll()

    def rebuild(self) -> None:
        """Put the use cases together."""
        secrets = self.secrets
        networks: dict[NetworkName, Any] = {NetworkName.BLUESKY: self.network, NetworkName.SITE: NetworkTwin()}
        self.listening = Listening(self.brands, secrets, networks, self.kept, WebhooksTwin(), QuotesTwin(), map)
        self.escalating = Escalating(self.kept, self.brands, self.links, self.notifications, "https://liens.example")
        self.publishing = World(self.posts, self.brands, secrets, networks, self.outbox, self.clock)
        self.alerts = AlertWorld(self.kept, self.brands, self.links, Answers(self.publishing), self.events)
        self.noting = Noting(self.brands, self.kept)

    def use(self, person: Person) -> None:
        """Put another person in Léa's place."""
        self.brands = BrandsTwin(BRAND.model_copy(update={"people": (person, MAX, NADIA)}))
        self.rebuild()

    def story(self) -> list[Event]:
        """What happened to the posts."""
        return [event for post in self.posts.names("martin") for event in self.posts.story("martin", post)]

    def poll(self) -> Any:
        """Listen once."""
        return poll_networks(self.listening, self.now)

    def run(self, lasting: timedelta) -> None:
        """Let time pass, with its ticks."""
        end = self.now + lasting
        while self.now < end:
            self.now += MINUTE
            self.publish()
            if self.now.minute % 5 == 0:
                self.poll()
            escalate_alerts(self.escalating, self.now)

    def publish(self) -> None:
        """Send what leaves, and carry what was published to whoever wants to know."""
        self.clock.advance_to(self.now)
        dispatch_posts(self.posts, self.outbox, self.now)
        for message, _ in self.outbox.take():
            publish_post(message, self.publishing)
        note_reply(self.story(), self.noting)

    def say(self, name: str, text: str = "Ouvrez-vous lundi ?", author: str = "zoe", **more: Any) -> str:
        """A customer says something under a post."""
        given: dict[str, Any] = {
            "brand": "martin",
            "account": "sky",
            "network": NetworkName.BLUESKY,
            "id": name,
            "kind": Kind.REPLY,
            "author": Author(id=f"did:{author}", handle=f"@{author}.test", name=author.capitalize()),
            "text": text,
            "answers": "post-1",
            "thread": "post-1",
            "at": self.now,
            "url": f"https://bsky.app/{name}",
        }
        self.network.said.append(Interaction(**(given | more)))
        return name

    def answer(self, name: str) -> None:
        """Somebody answers with the account, in the network's own app."""
        self.network.said.append(Answered(id=f"answer-to-{name}", to=name, at=self.now))

    def told(self, person: str) -> list[Message]:
        """What a person was told."""
        return self.notifications.to(person)

    def visit(self, message: Message, label: str, method: str = "GET", **form: str) -> Answer:
        """Open a button of a message; `form` is what its page sends."""
        (button,) = [one for one in message.buttons if one.label == label]
        path = button.address.removeprefix("https://liens.example")
        return act_on_alert(Request(method, path, urlencode(form)), self.alerts, self.now)


def test_a_comment_reaches_who_answers_comments_within_minutes() -> None:
    """Who said what, under which post, until when, with a way to the network and the buttons."""
    shop = Shop()
    shop.say("c1", "Ouvrez-vous <b>lundi</b> ?")
    shop.run(6 * MINUTE)

    (message,) = shop.told("lea")
    assert message.subject == "[Boulangerie Martin · Bluesky (martin.test)] Zoe attend une réponse"
    assert message.lead == "À répondre à 14\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}05 au plus tard."
    assert message.quote == (
        "Zoe (@zoe.test), à 10\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}: Ouvrez-vous <b>lundi</b> ?\n"
        "Vu comme\N{NO-BREAK SPACE}: question (point d'interrogation)."
    )
    assert [one.label for one in message.buttons] == [*BUTTONS, "Voir sur Bluesky"]
    assert message.buttons[-1].address == "https://bsky.app/c1"
    assert [one.happened for one in shop.told("max")] == ["Zoe is waiting for an answer"]
    assert shop.told("nadia") == []


def test_an_account_of_another_network_is_called_as_people_call_it() -> None:
    """Where its link leads, or its own name: never by the word that the configuration has for it."""
    shop = Shop()
    shop.say("c1", "Ouvrez-vous lundi ?")
    shop.run(6 * MINUTE)
    (alert,) = shop.kept.open_alerts("martin")
    by_hand = alert.model_copy(update={"account": "insta", "network": NetworkName.BY_HAND})
    elsewhere = Account(name="insta", network=NetworkName.BY_HAND, url="https://www.instagram.com/martin")
    brand = BRAND.model_copy(update={"accounts": (*BRAND.accounts, elsewhere)})

    assert Said(by_hand, [], brand, "fr", shop.now).network == "Instagram"
    assert Said(by_hand, [], brand, "fr", shop.now).place == "Instagram"
    assert Said(alert, [], brand, "fr", shop.now).network == "Bluesky"
    assert Said(alert, [], brand, "fr", shop.now).place == "Bluesky (martin.test)"


@pytest.mark.parametrize("domain", ["", "reponses.example"])
def test_where_nothing_can_be_answered_from_here_nobody_is_led_to_write_an_answer(domain: str) -> None:
    """Neither by a button nor by mail: the message says where to answer, and how the alert is closed then."""
    shop = Shop()
    account = Account(name="insta", network=NetworkName.BY_HAND, url="https://www.instagram.com/martin")
    shop.brands = BrandsTwin(BRAND.model_copy(update={"accounts": (*BRAND.accounts, account)}))
    shop.rebuild()
    shop.escalating = replace(shop.escalating, answers_domain=domain)
    place = {"brand": "martin", "account": "insta", "network": NetworkName.BY_HAND, "thread": "post-1"}
    by_hand: dict[str, Any] = {**place, "kind": Kind.COMMENT}
    said = Interaction(**by_hand, id="i1", author=Author(id="z", name="Zoé"), text="Ouvrez-vous ?", at=shop.now)
    shop.kept.receive(said, None, opened(said, BRAND, shop.now))
    shop.run(2 * MINUTE)

    (message,) = shop.told("lea")
    assert [one.label for one in message.buttons] == ["Je prends", "Transférer", "Rien à faire"]
    assert message.reply_to is None
    assert "Répondez directement sur Instagram" in message.why
    assert "«\N{NO-BREAK SPACE}Rien à faire\N{NO-BREAK SPACE}» ferme l'alerte" in message.why
    taking = shop.visit(message, "Je prends")
    assert "Transférer" in taking.body
    assert "Répondre" not in taking.body


def test_two_hundred_comments_on_one_post_are_one_alert() -> None:
    """One message says so; the newest are quoted, the others counted."""
    shop = Shop()
    for number in range(200):
        shop.say(f"c{number}", f"Question {number}", author=f"client{number}")
    shop.run(6 * MINUTE)

    (message,) = shop.told("lea")
    assert message.happened == "200 personnes attendent une réponse"
    assert message.quote is not None
    assert "Question 199" in message.quote
    assert "… et 195 de plus" in message.quote
    (alert,) = shop.kept.open_alerts("martin")
    assert (alert.count, len(alert.waiting)) == (200, 200)


def test_one_answer_among_several_closes_none_and_the_last_one_closes() -> None:
    """Also where it was given in the network's own app; a closed alert says nothing more."""
    shop = Shop()
    first, second = shop.say("c1"), shop.say("c2", author="paul")
    shop.run(6 * MINUTE)
    shop.answer(first)
    shop.run(10 * MINUTE)
    (alert,) = shop.kept.open_alerts("martin")
    assert alert.waiting == (second,)

    shop.answer(second)
    shop.run(24 * HOUR)

    assert list(shop.kept.open_alerts("martin")) == []
    assert len(shop.told("lea")) == 1


def test_silence_reminds_before_the_deadline_and_tells_the_next_person_after_it() -> None:
    """Then nothing more is said, and the alert stays open."""
    shop = Shop()
    shop.say("c1")
    shop.run(48 * HOUR)

    assert [one.happened for one in shop.told("lea")] == [
        "Zoe attend une réponse",
        "Rappel\N{NO-BREAK SPACE}: Zoe attend une réponse",
        "En retard\N{NO-BREAK SPACE}: Zoe attend une réponse",
    ]
    assert [one.happened for one in shop.told("nadia")] == ["En retard\N{NO-BREAK SPACE}: Zoe attend une réponse"]
    assert len({one.id for one in shop.told("lea")}) == 3
    assert len({one.thread for one in shop.told("lea")}) == 1
    assert len(shop.kept.open_alerts("martin")) == 1


def test_what_comes_at_night_waits_for_the_morning() -> None:
    """Nobody is woken for a comment; the answer is owed in working time."""
    shop = Shop()
    shop.now = MONDAY + 12 * HOUR  # 22 h
    shop.say("c1")
    shop.run(10 * HOUR)
    assert shop.told("lea") == []

    shop.run(1 * HOUR + 2 * MINUTE)
    (message,) = shop.told("lea")
    assert "À répondre à 13\N{NO-BREAK SPACE}h au plus tard." in message.lead


def test_who_takes_it_is_reminded_alone() -> None:
    """The others learn it from the page and from what is overdue."""
    shop = Shop()
    shop.say("c1")
    shop.run(6 * MINUTE)
    page = shop.visit(shop.told("lea")[0], "Je prends")
    assert (page.status, "Vous chargez-vous de répondre" in page.body) == (200, True)
    assert shop.visit(shop.told("lea")[0], "Je prends", "POST").status == 200
    shop.run(3 * HOUR + 10 * MINUTE)

    assert (len(shop.told("lea")), len(shop.told("max"))) == (2, 1)
    assert "Léa has already taken it" in shop.visit(shop.told("max")[0], "I take it").body


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_opening_a_link_decides_nothing(method: str) -> None:
    """Mail scanners open links."""
    shop = Shop()
    shop.say("c1")
    shop.run(6 * MINUTE)
    before = shop.kept.open_alerts("martin")

    for label in ("Je prends", "Rien à faire"):
        assert shop.visit(shop.told("lea")[0], label, method).status == 200
    assert shop.kept.open_alerts("martin") == before


def test_nothing_to_do_closes_it_once_and_a_later_visit_says_who_did() -> None:
    """The next comment under the post opens another one."""
    shop = Shop()
    shop.say("c1", "Merci !")
    shop.run(6 * MINUTE)

    done = shop.visit(shop.told("lea")[0], "Rien à faire", "POST")
    again = shop.visit(shop.told("max")[0], "Nothing to do", "POST")

    assert "fermée" in done.body
    assert "Léa closed it" in again.body
    assert list(shop.kept.open_alerts("martin")) == []
    shop.say("c2", "Et samedi ?")
    shop.run(6 * MINUTE)
    assert len(shop.told("lea")) == 2


def test_what_the_brand_says_itself_opens_nothing() -> None:
    """Another of its accounts, however its handle is written."""
    shop = Shop()
    shop.say("c1", author="fournil")
    shop.run(6 * MINUTE)

    assert shop.notifications.told == []


def test_a_comment_that_its_author_changed_is_told_as_it_is_now() -> None:
    """The next message quotes the new words; one that never came, or says the same, changes nothing."""
    shop = Shop()
    first = shop.say("c1", "Ouvrez-vous lundy ?")
    shop.poll()
    shop.network.said += [
        Edited(id=first, text="Ouvrez-vous lundi ?", at=shop.now),
        Edited(id=first, text="Ouvrez-vous lundi ?", at=shop.now),
        Edited(id="never-came", text="?", at=shop.now),
    ]
    shop.run(6 * MINUTE)

    (alert,) = shop.kept.open_alerts("martin")
    assert [one.text for one in shop.kept.interactions("martin", alert.id)] == ["Ouvrez-vous lundi ?"]


def test_a_comment_that_is_gone_is_forgotten_and_waits_for_nobody() -> None:
    """Its words are held no more; the alert closes with the last one, and it does not open another."""
    shop = Shop()
    first, second = shop.say("c1"), shop.say("c2", author="paul")
    shop.run(6 * MINUTE)
    shop.network.said += [Erased(id=first, at=shop.now), Erased(id=first, at=shop.now), Erased(id="never", at=shop.now)]
    shop.run(6 * MINUTE)
    (alert,) = shop.kept.open_alerts("martin")
    assert alert.waiting == (second,)
    assert [one.id for one in shop.kept.interactions("martin", alert.id)] == [second]

    shop.answer(second)
    shop.network.said.append(Erased(id=second, at=shop.now))
    shop.say("c1")
    shop.run(6 * MINUTE)
    assert list(shop.kept.open_alerts("martin")) == []
    assert shop.kept.interactions("martin", alert.id) == []


def test_people_without_a_handle_are_named_and_are_not_taken_for_the_brand() -> None:
    """Facebook tells names alone, and an account may have no handle either."""
    shop = Shop()
    shop.say("c1", "Bonjour", author="zoe")
    shop.network.said[0] = shop.network.said[0].model_copy(update={"author": Author(id="1", name="Zoé Martin")})
    plain = BRAND.model_copy(update={"accounts": (Account(name="sky", network=NetworkName.BLUESKY),)})
    shop.brands.save(plain.model_copy(update={"revision": 1}), 0)
    shop.run(6 * MINUTE)

    assert (shop.told("lea")[0].quote or "").startswith("Zoé Martin, à 10")


def test_an_answer_below_a_comment_stands_under_its_thread() -> None:
    """Where the network only tells what it replies to."""
    shop = Shop()
    shop.say("c1")
    shop.run(6 * MINUTE)
    shop.say("c2", "Moi aussi", author="paul", answers="c1", thread="c1")
    shop.run(6 * MINUTE)

    (alert,) = shop.kept.open_alerts("martin")
    assert alert.count == 2


def test_what_was_heard_twice_is_taken_in_once() -> None:
    """Listening gives something again; an alert is not told again for it."""
    shop = Shop()
    shop.say("c1")
    shop.say("c1")
    shop.run(12 * MINUTE)
    shop.kept.save_cursor("martin", "sky", "0")
    shop.run(12 * MINUTE)

    (alert,) = shop.kept.open_alerts("martin")
    assert alert.count == 1
    assert len(shop.told("lea")) == 1


@pytest.mark.parametrize(
    "trouble", [Unreachable(problem("no_clear_answer")), CredentialsExpired(problem("no_clear_answer")), KeyError("x")]
)
def test_an_account_that_cannot_be_heard_holds_back_no_other_and_loses_nothing(trouble: Exception) -> None:
    """It is listened to again from where it was."""
    shop = Shop()
    shop.network.trouble["sky2"] = trouble
    shop.say("c1", account="sky2")
    shop.say("c2")
    assert (shop.poll().failed, len(shop.kept.open_alerts("martin"))) == (1, 1)

    shop.network.trouble.clear()
    shop.run(6 * MINUTE)
    assert len(shop.kept.open_alerts("martin")) == 2


def test_somebody_must_hear() -> None:
    """Where nobody of the first circle can be reached, the others are told; mail that fails is tried again."""
    shop = Shop()
    shop.notifications.failing = {"lea": InvalidInput([problem("no_clear_answer")]), "max": TryAgain("mail")}
    shop.say("c1")
    shop.run(6 * MINUTE)
    assert shop.notifications.told == []  # Max may be reached later

    shop.notifications.failing["max"] = InvalidInput([problem("no_clear_answer")])
    shop.run(2 * MINUTE)
    assert len(shop.told("nadia")) == 1


def test_who_heard_does_not_hear_again_while_somebody_else_cannot_be_reached() -> None:
    """One colleague's chat is down for some minutes: they hear when it is back, each of them once."""
    shop = Shop()
    shop.notifications.failing = {"max": TryAgain("chat")}
    shop.say("c1")
    shop.run(8 * MINUTE)
    assert (len(shop.told("lea")), shop.told("max")) == (1, [])

    shop.notifications.failing.clear()
    shop.run(20 * MINUTE)
    assert (len(shop.told("lea")), len(shop.told("max"))) == (1, 1)
    (alert,) = shop.kept.open_alerts("martin")
    told = [one for one in shop.kept.story("martin", alert.id) if one.what is What.TOLD]
    assert [one.people for one in told] == [("lea", "max")]


def test_an_alert_waits_for_nobodys_chat() -> None:
    """One that stays down holds back neither reminder nor escalation, and says nothing twice to the others."""
    shop = Shop()
    shop.notifications.failing = {"max": TryAgain("chat")}
    shop.say("c1")
    shop.run(48 * HOUR)

    assert [one.happened for one in shop.told("lea")] == [
        "Zoe attend une réponse",
        "Rappel\N{NO-BREAK SPACE}: Zoe attend une réponse",
        "En retard\N{NO-BREAK SPACE}: Zoe attend une réponse",
    ]
    assert len(shop.told("nadia")) == 1


def test_a_way_that_this_installation_does_not_allow_makes_nobody_hear_again() -> None:
    """It is mended by somebody else, perhaps never."""
    shop = Shop()
    shop.notifications.failing = {"max": ConfigurationError("sms")}
    shop.say("c1")
    shop.run(30 * MINUTE)

    assert len(shop.told("lea")) == 1


def test_where_nobody_is_reached_for_minutes_the_others_hear_once() -> None:
    """Two chats that are down, and one that comes back later: nobody hears one thing twice."""
    shop = Shop()
    shop.notifications.failing = {"lea": TryAgain("chat"), "max": TryAgain("chat")}
    shop.say("c1")
    shop.run(15 * MINUTE)
    assert [one.happened for one in shop.told("nadia")] == ["Zoe attend une réponse"]

    shop.notifications.failing.clear()
    shop.run(30 * MINUTE)
    assert [len(shop.told(name)) for name in ("lea", "max", "nadia")] == [0, 0, 1]


def test_where_nobody_at_all_is_reached_it_is_tried_until_somebody_is() -> None:
    """An alert is not told because it was tried."""
    shop = Shop()
    shop.notifications.failing = dict.fromkeys(("lea", "max", "nadia"), TryAgain("mail"))
    shop.say("c1")
    shop.run(40 * MINUTE)
    del shop.notifications.failing["max"]
    shop.run(2 * MINUTE)

    assert [one.happened for one in shop.told("max")] == ["Zoe is waiting for an answer"]
    (alert,) = shop.kept.open_alerts("martin")
    assert alert.told == 1


def test_what_becomes_more_urgent_is_told_to_who_heard_before() -> None:
    """Who heard of it as an ordinary comment hears that it is a crisis, also while somebody cannot be reached."""
    shop = Shop()
    rule = {"name": "Grave", "when": {"words": "malade"}, "then": {"urgency": "crisis"}}
    shop.brands = BrandsTwin(BRAND.model_copy(update={"rules": (rule,)}))
    shop.rebuild()
    shop.notifications.failing = {"max": TryAgain("chat")}
    shop.say("c1")
    shop.run(6 * MINUTE)
    shop.say("c2", "Ma fille est malade ?", author="paul")
    shop.run(5 * MINUTE)

    assert len(shop.told("lea")) == 2
    assert shop.told("lea")[1].happened.startswith("CRISE")


def test_an_alert_that_is_taken_while_it_is_told_is_told_again_rather_than_not() -> None:
    """Sent first and marked after."""
    shop = Shop()
    shop.say("c1")
    change, failures = shop.kept.change, [Conflict("somebody took it")]

    def disturbed(before: Any, after: Any) -> None:
        if failures:
            raise failures.pop()
        change(before, after)

    shop.kept.change = disturbed  # type: ignore[method-assign]
    shop.run(8 * MINUTE)

    assert [one.happened for one in shop.told("lea")] == ["Zoe attend une réponse"] * 2


@pytest.mark.parametrize(
    "path", ["/martin/alert/AAAAAAAAAAAAAAAAAAAAAA", "/martin/alert/", "/alert/x", "/martin/alert/../x"]
)
def test_a_link_that_leads_nowhere_says_so(path: str) -> None:
    """In both languages, and an odd method is refused."""
    shop = Shop()
    answer = act_on_alert(Request("GET", path), shop.alerts, shop.now)
    assert answer.status == 404
    assert "ne mène nulle part" in answer.body
    assert "leads nowhere" in answer.body
    assert act_on_alert(Request("DELETE", path), shop.alerts, shop.now).status == 405


def test_an_old_link_changes_nothing() -> None:
    """After a week its time is over."""
    shop = Shop()
    shop.say("c1")
    shop.run(6 * MINUTE)
    shop.now += timedelta(days=8)

    assert shop.visit(shop.told("lea")[0], "Rien à faire", "POST").status == 410
    assert len(shop.kept.open_alerts("martin")) == 1


def test_a_link_of_an_alert_opens_nothing_among_posts() -> None:
    """Its token, put where those about posts stand, leads nowhere."""
    bakery = Bakery()
    token = tokens.new_token()
    link = Link(
        hash=tokens.hash_of(token),
        brand="martin",
        person="lea",
        action=Action.CLOSE_ALERT,
        alert="a1",
        created_at=MONDAY,
        expires_at=MONDAY + timedelta(days=7),
    )
    bakery.links.save(link)

    assert bakery.press(f"/martin/{token}", now=MONDAY).status == 404


def test_praise_wakes_nobody() -> None:
    """Alone it opens no alert; among questions it waits for nobody, and the alert closes without it."""
    shop = Shop()
    shop.say("c1", "Magnifique, quel beau travail !")
    shop.run(30 * MINUTE)
    assert shop.told("lea") == []

    shop.say("c2", "Vous livrez à Metz ?")
    shop.say("c3", "Une tuerie vos éclairs")
    shop.run(6 * MINUTE)
    (message,) = shop.told("lea")
    assert "éclairs" not in (message.quote or "")

    shop.answer("c2")
    shop.run(6 * MINUTE)
    assert list(shop.kept.open_alerts("martin")) == []


def test_a_comment_that_its_author_changes_is_labelled_again() -> None:
    """What people read of it is what it says now."""
    shop = Shop()
    shop.say("c1", "Vous livrez à Metz ?")
    shop.run(6 * MINUTE)
    shop.network.said.append(Edited(id="c1", text="Toujours pas livré, une honte", at=shop.now))
    shop.run(6 * MINUTE)

    held = shop.kept.held("martin", "sky", "c1")
    assert held is not None
    assert [one.name for one in held[1].labels] == [LabelName.COMPLAINT]


def test_a_rule_that_wants_somebody_to_know_is_stronger_than_praise() -> None:
    """And rules see the labels that a comment bears; what they add stands beside them, with the rule's name."""
    rule = {"name": "fans", "when": {"labels": ["praise"]}, "then": {"tell": ["role:conversations"], "labels": ["fan"]}}
    kept = ConversationsTwin()
    brand = BRAND.model_copy(update={"rules": (rule,)})
    said = Interaction(
        brand="martin",
        account="sky",
        network=NetworkName.BLUESKY,
        id="c1",
        kind=Kind.REPLY,
        author=Author(id="1", handle="@zoe.test", name="Zoé"),
        text="Magnifique, quel beau travail !",
        thread="p",
        at=MONDAY,
    )

    assert receive_interaction(said, brand, kept, QuotesTwin(), MONDAY) == "opened"
    (alert,) = kept.open_alerts("martin")
    held = kept.held("martin", "sky", "c1")
    assert held is not None
    assert (alert.waiting, [(one.name, one.rule) for one in held[1].labels]) == (
        ("c1",),
        [("praise", "word"), ("fan", "brand_rule")],
    )
    assert (
        receive_interaction(said.model_copy(update={"id": "c2", "thread": "q"}), BRAND, kept, QuotesTwin(), MONDAY)
        == "noted"
    )


def test_praise_that_its_author_makes_a_complaint_is_waited_for() -> None:
    """In the open alert that it had joined in silence."""
    shop = Shop()
    shop.say("c1", "Vous livrez à Metz ?")
    shop.say("c2", "Une tuerie vos éclairs")
    shop.run(6 * MINUTE)
    shop.network.said.append(Edited(id="c2", text="Toujours pas livré, une honte", at=shop.now))
    shop.run(6 * MINUTE)

    (alert,) = shop.kept.open_alerts("martin")
    assert set(alert.waiting) == {"c1", "c2"}
