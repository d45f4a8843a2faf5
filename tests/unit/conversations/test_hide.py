"""What was said is hidden from the page behind an alert's message, by what may call networks, and shown again."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from heraut.brands import Account, NetworkName, Rule
from heraut.conversations import Author, Interaction, Kind
from heraut.conversations.alerts import erased, forgotten, joined, opened
from heraut.conversations.hiding import SCHEME, hidden
from heraut.conversations.model import Label, LabelName, What
from heraut.conversations.receive_interaction import receive_interaction
from heraut.conversations.route_interaction import Routing, route_interaction
from heraut.errors import Conflict, CredentialsExpired, RateLimited, Refused, Unreachable
from heraut.fetch import Guard
from heraut.networks import registry
from heraut.networks.base import ANSWERS, HIDES, Moderates, Replies
from heraut.networks.webhooks import SCHEMES
from heraut.problems import problem
from tests.twins.brands import BrandsTwin
from tests.twins.network import NetworkTwin
from tests.twins.quotes import QuotesTwin
from tests.twins.webhooks import WebhooksTwin
from tests.unit.conversations.test_alerts import BRAND, MINUTE, Shop

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heraut.conversations import Alert
    from heraut.conversations.webhook import StoredEvent
    from heraut.pages.visit import Answer

BUTTON = "Masquer"
GONE = problem("hides_nothing", network="Facebook")


@dataclass
class Hiding(NetworkTwin):
    """A network that hides and shows; `trouble` is raised instead."""

    name: NetworkName = NetworkName.FACEBOOK
    done: list[tuple[str, str]] = field(default_factory=list)
    trouble: Exception | None = None

    def hide(self, account: Account, secret: Mapping[str, str], interaction: str, now: datetime) -> None:
        self._do("hide", interaction, secret)

    def show(self, account: Account, secret: Mapping[str, str], interaction: str, now: datetime) -> None:
        self._do("show", interaction, secret)

    def delete(self, account: Account, secret: Mapping[str, str], interaction: str, now: datetime) -> None:
        self._do("delete", interaction, secret)

    def _do(self, what: str, interaction: str, secret: Mapping[str, str]) -> None:
        self._knows(secret)
        if self.trouble is not None:
            raise self.trouble
        self.done.append((what, interaction))


class Page(Shop):
    """A shop with a page on Facebook."""

    def __init__(self) -> None:
        super().__init__()
        self.facebook = Hiding()
        account = Account(name="fb", network=NetworkName.FACEBOOK)
        self.brands = BrandsTwin(BRAND.model_copy(update={"accounts": (*BRAND.accounts, account)}))
        self.rebuild()

    def comment(self, name: str, author: str = "Zoé", **more: Any) -> Interaction:
        """Somebody comments below a post of the page."""
        given: dict[str, Any] = {
            "brand": "martin",
            "account": "fb",
            "network": NetworkName.FACEBOOK,
            "id": name,
            "kind": Kind.COMMENT,
            "author": Author(id=author, name=author),
            "text": f"Bande de voleurs {name} !",
            "thread": "post-1",
            "at": self.now,
        }
        said = Interaction(**(given | more))
        before = self.kept.open_alert("martin", "fb", said.thread)
        after = joined(before, said) if before else opened(said, BRAND, self.now)
        self.kept.receive(said, before, after)
        return said

    def route(self) -> list[str]:
        """Read what waits in the queue; what raises stays."""
        networks: dict[NetworkName, Any] = {NetworkName.FACEBOOK: self.facebook, NetworkName.BLUESKY: self.network}
        world = Routing(self.brands, self.secrets, networks, self.kept, WebhooksTwin(), QuotesTwin())
        words: list[str] = []
        left: list[StoredEvent] = []
        for event in self.events.kept:
            try:
                words.append(route_interaction(event, world, self.now))
            except (Unreachable, RateLimited):
                left.append(event)
        self.events.kept = left
        return words

    def press(self, person: str = "lea", **form: str) -> Answer:
        """Press a button of the page."""
        label = BUTTON if person == "lea" else "Hide"
        return self.visit(self.told(person)[0], label, "POST", **form)

    def page(self) -> str:
        """The page as it is now."""
        return text_of(self.visit(self.told("lea")[0], BUTTON))

    @property
    def alert(self) -> Alert:
        """The one on Facebook."""
        (found,) = [one for one in self.kept.open_alerts("martin") if one.account == "fb"]
        return found

    def moments(self) -> list[What]:
        """What the alert's story says beside what was told."""
        return [one.what for one in self.kept.story("martin", self.alert.id) if one.what is not What.TOLD]


def text_of(answer: Answer) -> str:
    """Give a page as it is read."""
    return answer.body.replace("&#39;", "'").replace("\N{NO-BREAK SPACE}", " ")


def name_in(page: str, author: str = "Zoé") -> str:
    """The name by which a page's form calls what somebody said."""
    (found,) = re.findall(rf'value="([0-9a-f]{{8}})"[^>]*> {author}', page)
    return str(found)


def asked() -> Page:
    """A page on which somebody was rude; Léa heard."""
    shop = Page()
    shop.comment("c1")
    shop.run(2 * MINUTE)
    return shop


def test_a_message_offers_it_only_where_the_network_lets_it_be_done() -> None:
    """Not on Bluesky, nor for what stands on somebody else's page."""
    shop = asked()
    shop.comment("c2", thread="post-2", kind=Kind.MENTION)
    shop.say("c3")
    shop.run(6 * MINUTE)

    offers = [[one.label for one in message.buttons if one.label == BUTTON] for message in shop.told("lea")]
    assert offers == [[BUTTON], [], []]


def test_what_adapters_answer_and_hide_is_said_of_them() -> None:
    """A message is written without loading them."""
    objects: Any = None
    networks = registry(Guard(frozenset()), lambda: objects, "", lambda: datetime.now(UTC))
    assert {name for name, adapter in networks.items() if isinstance(adapter, Moderates)} == set(HIDES)
    assert {name for name, adapter in networks.items() if isinstance(adapter, Replies)} == ANSWERS
    assert {kind for kinds in HIDES.values() for kind in kinds} <= set(Kind)


def test_the_page_says_what_hiding_does_and_changes_nothing() -> None:
    """Whoever opens it, and whatever a scanner posts."""
    shop = asked()
    before = shop.alert
    page = shop.page()

    assert "n'est plus vu que de son auteur et de ses amis" in page
    assert "Bande de voleurs c1" in page
    for form in ({}, {"when": "hide"}, {"to": name_in(page)}, {"to": "nobody", "when": "hide"}, {"when": "show:"}):
        assert "Choisissez le message" in text_of(shop.press(**form))
    assert shop.alert == before
    assert shop.events.kept == []


def test_it_is_asked_for_on_the_page_and_done_by_who_may() -> None:
    """The page says that it is being done, then that it is; the alert stays open; the story says who and why."""
    shop = asked()
    answer = shop.press(to=name_in(shop.page()), when="hide", word="Insulte")
    assert (answer.status, len(answer.headers["Location"])) == (303, 22)
    assert shop.facebook.done == []
    assert "Léa l'a demandé" in shop.page()
    assert [event.scheme for event in shop.events.kept] == [SCHEME]

    assert shop.route() == ["asked"]
    assert shop.facebook.done == [("hide", "c1")]
    assert "C'est masqué : « Zoé : Bande de voleurs c1 ! »" in shop.page()
    assert shop.alert.waiting == ("c1",)
    moment = shop.kept.story("martin", shop.alert.id)[-1]
    assert (moment.what, moment.by, moment.removal, moment.word) == (What.REMOVED, "lea", "hide", "Insulte")
    assert list(shop.kept.moderated("martin", shop.now - MINUTE))[-1] == moment


def test_it_is_shown_again_from_the_page_that_follows() -> None:
    """As often as one likes; what is hidden is known from the story."""
    shop = asked()
    name = name_in(shop.page())
    shop.press(to=name, when="hide")
    shop.route()
    (undo,) = re.findall(r'value="(show:[0-9a-f]{8})"', shop.page())
    shop.press(when=undo)
    assert "de nouveau visible. Rechargez" in shop.page()
    shop.route()
    shop.press(to=name, when="hide")
    shop.route()

    assert shop.facebook.done == [("hide", "c1"), ("show", "c1"), ("hide", "c1")]
    assert shop.moments() == [What.REMOVED, What.SHOWN, What.REMOVED]
    assert hidden(shop.kept.story("martin", shop.alert.id)) == {"c1"}


def test_pressed_twice_and_by_two_it_is_hidden_once() -> None:
    """And an event that comes twice is done once."""
    shop = asked()
    name = name_in(shop.page())
    for person in ("lea", "lea", "max"):
        shop.press(person, to=name, when="hide")
    shop.route()
    shop.press("max", to=name, when="hide")

    assert shop.route() == []
    assert shop.facebook.done == [("hide", "c1")]
    assert shop.moments() == [What.REMOVED]


def test_of_several_one_is_chosen() -> None:
    """What waits first; the others stay as they are."""
    shop = asked()
    shop.comment("c2", "Paul")
    page = shop.page()
    assert [author for _, author in re.findall(r'value="([0-9a-f]{8})"[^>]*> (\w+)', page)] == ["Paul", "Zoé"]
    shop.press(to=name_in(page), when="hide")
    shop.route()

    assert shop.facebook.done == [("hide", "c1")]
    assert name_in(shop.page(), "Paul")


def test_a_password_given_meanwhile_is_used_at_once() -> None:
    """Rather than a message about one that is over."""
    shop = asked()
    shop.facebook.takes = "new"
    shop.secrets.save_secret("martin", "fb", {"token": "old"})
    shop.secrets.save_elsewhere("martin", "fb", {"token": "new"})
    shop.press(to=name_in(shop.page()), when="hide")
    assert shop.route() == ["asked"]
    assert shop.facebook.done == [("hide", "c1")]


@pytest.mark.parametrize("error", [Refused(GONE), CredentialsExpired(GONE)])
def test_what_the_network_refuses_is_told_to_who_asked(error: Exception) -> None:
    """On the page and by a message of its own; asked again, it is tried again."""
    shop = asked()
    shop.facebook.trouble = error
    shop.press(to=name_in(shop.page()), when="hide")
    assert shop.route() == ["asked"]

    assert "n'a pas pu être masqué : Facebook ne permet pas" in shop.page()
    shop.run(2 * MINUTE)
    message = shop.told("lea")[-1]
    assert message.happened == "Le message de Zoé n'a pas pu être masqué"
    assert message.lead.startswith("Facebook ne permet pas de masquer")
    assert (len(shop.told("lea")), len(shop.told("max"))) == (2, 1)
    assert (shop.moments(), shop.alert.hiding) == ([What.NOT_REMOVED], {})

    shop.facebook.trouble = None
    shop.press(to=name_in(shop.page()), when="hide")
    shop.route()
    assert "C'est masqué" in shop.page()


def test_a_network_that_does_not_answer_is_tried_again_then_given_up() -> None:
    """The page says that it takes long; after half an hour whoever asked hears."""
    shop = asked()
    shop.facebook.trouble = Unreachable(problem("hides_nothing", network="Facebook"))
    shop.press(to=name_in(shop.page()), when="hide")
    assert (shop.route(), len(shop.events.kept)) == ([], 1)
    shop.now += 12 * MINUTE
    assert "n'est pas encore masqué. Nous réessayons" in shop.page()
    assert (shop.route(), shop.moments()) == ([], [])
    shop.now += 24 * MINUTE
    assert (shop.route(), shop.moments()) == (["asked"], [What.NOT_REMOVED])


def test_what_could_not_be_queued_is_queued_when_it_is_pressed_again() -> None:
    """The page asks to come back."""
    shop = asked()
    name = name_in(shop.page())
    shop.events.busy = 1
    assert shop.press(to=name, when="hide").status == 503
    assert shop.press(to=name, when="hide").status == 303
    shop.route()

    assert shop.facebook.done == [("hide", "c1")]


def test_an_alert_that_moves_on_while_it_is_hidden_is_written_to_as_it_is() -> None:
    """What joined meanwhile stays."""
    shop = asked()
    shop.press(to=name_in(shop.page()), when="hide")
    change = shop.kept.change

    def disturbed(before: Alert, after: Alert) -> None:
        shop.kept.change = change  # type: ignore[method-assign]
        shop.comment("c2", "Paul")
        raise Conflict("moved on")

    shop.kept.change = disturbed  # type: ignore[method-assign]
    shop.route()

    assert shop.alert.waiting == ("c1", "c2")
    assert shop.moments() == [What.REMOVED]


def test_what_is_closed_can_still_be_hidden_and_shown() -> None:
    """Whoever found nothing to answer may still not want to see it."""
    shop = asked()
    alert = shop.alert
    shop.visit(shop.told("lea")[0], "Rien à faire", "POST")
    shop.press(to=name_in(shop.page()), when="hide")
    shop.route()

    assert hidden(shop.kept.story("martin", alert.id)) == {"c1"}


def test_a_reason_that_is_too_long_is_refused() -> None:
    """Nothing is cut behind anybody's back."""
    shop = asked()
    page = text_of(shop.press(to=name_in(shop.page()), when="hide", word="x" * 301))

    assert ("301 caractères" in page, shop.events.kept) == (True, [])


def test_what_is_gone_or_forgotten_is_not_hidden_any_more() -> None:
    """What was asked of it goes with it."""
    shop = asked()
    shop.press(to=name_in(shop.page()), when="hide")
    alert = shop.alert

    assert alert.hiding
    assert erased(alert, "c1", shop.now).hiding == {}
    assert forgotten(alert, "c1", shop.now).hiding == {}
    over = alert.model_copy(update={"closed_at": shop.now})
    assert forgotten(over, "c1", shop.now).hiding == {}


def test_no_network_sends_what_only_we_ask() -> None:
    """Its scheme is none of those by which events come; without anything asked for it does nothing."""
    shop = asked()
    assert SCHEME not in SCHEMES
    shop.press(to=name_in(shop.page()), when="hide")
    event = shop.events.kept[0]
    shop.route()
    shop.events.kept = [event]

    assert shop.route() == ["nothing new"]
    assert shop.facebook.done == [("hide", "c1")]
    assert event.at - shop.now < timedelta(minutes=1)


def test_a_comment_is_read_whole_before_it_is_hidden() -> None:
    """A short one as it stands; of a long one its beginning, and the rest behind one tap, without a script."""
    shop = asked()
    long = "\n\n".join(f"Paragraphe {number} : " + "on m'a mal servi. " * 12 for number in range(1, 9)) + " La fin."
    shop.comment("c2", "Paul", text=long)
    shop.comment("c3", "Inès", text="Court.\nEt sur deux lignes.")
    page = shop.page()

    (folded,) = re.findall(r"<details>(.*?)</details>", page, re.DOTALL)
    assert "<summary>Lire le message de Paul en entier</summary>" in folded
    assert (long in folded, page.count("La fin.")) == (True, 1)
    assert "Inès : Court.\nEt sur deux lignes." in page
    assert "data-" not in folded


def test_the_only_comment_of_an_alert_is_read_whole() -> None:
    """Its author and its hour above it; a long one is folded, and nothing of it is left out."""
    shop = Page()
    shop.comment("c1", text="Début. " + "Encore une phrase. " * 200 + "La fin.")
    shop.run(2 * MINUTE)
    page = shop.page()

    assert "<summary>Lire le message de Zoé en entier</summary>" in page
    assert page.count("La fin.") == 1
    other = asked()
    assert "<details>" not in other.page()
    assert "<summary>Read the whole message of" in text_of(shop.visit(shop.told("max")[0], "Hide"))


def test_what_is_hidden_is_read_whole_before_it_is_shown_again() -> None:
    """Who thinks it over needs the words, too."""
    shop = asked()
    long = "Quelle honte. " * 60 + "La fin."
    shop.comment("c2", "Paul", text=long)
    shop.press(to=name_in(shop.page(), "Paul"), when="hide")
    shop.route()

    (folded,) = re.findall(r"<details>(.*?)</details>", shop.page(), re.DOTALL)
    assert "La fin." in folded


def counted(shop: Page, author: str = "Zoé") -> tuple[int, int]:
    """How many removed comments and offences are counted of somebody."""
    member = shop.kept.known("martin", "facebook", author).member
    return member.count("removed"), member.offences((shop.now - timedelta(days=90)).date())


def test_what_a_person_hides_counts_once_and_showing_it_takes_that_back() -> None:
    """As what a rule hides: in the census, and for rules that ask for offences."""
    shop = asked()
    name = name_in(shop.page())
    for what, expected in (("hide", (1, 1)), (f"show:{name}", (0, 0)), ("hide", (1, 1)), ("hide", (1, 1))):
        shop.press(to=name, when=what)
        shop.route()
        assert counted(shop) == expected
    assert [one.counts for one in shop.kept.story("martin", shop.alert.id) if one.interaction] == [1, -1, 1]


def test_an_insult_is_one_offence_hidden_or_not() -> None:
    """Its words counted when it came."""
    shop = Page()
    insult = Label(name=LabelName.INSULT, rule="word")
    shop.comment("c1", labels=(insult,), offended=True)
    shop.run(2 * MINUTE)
    assert counted(shop) == (0, 1)
    name = name_in(shop.page())
    for what, expected in (("hide", (1, 1)), (f"show:{name}", (0, 1))):
        shop.press(to=name, when=what)
        shop.route()
        assert counted(shop) == expected


def test_what_a_rule_hid_and_a_person_shows_counts_no_more() -> None:
    """And hidden once more by a person it counts once."""
    shop = Page()
    author = Author(id="Zoé", name="Zoé")
    known: dict[str, Any] = {"brand": "martin", "account": "fb", "network": NetworkName.FACEBOOK, "kind": Kind.COMMENT}
    said = Interaction(**known, id="c1", author=author, text="Mon cousin fait mieux", thread="post-1", at=shop.now)
    rule = {
        "name": "Charte",
        "when": {"words": ["cousin"]},
        "then": {"hide": True, "charter": "Respect", "for_real": True},
    }
    brand = BRAND.model_copy(update={"rules": (Rule.model_validate(rule),), "revision": 2})
    receive_interaction(said, brand, shop.kept, QuotesTwin(), shop.now, lambda *_: None)
    shop.run(2 * MINUTE)
    assert counted(shop) == (1, 1)
    name = next(iter(re.findall(r'value="show:([0-9a-f]{8})"', shop.page())))
    for what, expected in ((f"show:{name}", (0, 0)), ("hide", (1, 1))):
        shop.press(to=name, when=what)
        shop.route()
        assert counted(shop) == expected


def test_of_who_was_forgotten_nothing_is_counted() -> None:
    """Hiding what is left of them writes no record of them down again."""
    shop = asked()
    shop.kept.forget_author("martin", "facebook", "Zoé")
    shop.press(to=name_in(shop.page()), when="hide")
    shop.route()

    assert shop.facebook.done == [("hide", "c1")]
    assert (shop.kept.known("martin", "facebook", "Zoé").member.times, shop.moments()) == (0, [What.REMOVED])
