"""Answering an alert by answering its e-mail: what is published, what is not, and what the person hears of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from heraut.brands import Role
from heraut.conversations import Answered, Edited, Erased
from heraut.conversations.escalate_alerts import Escalating
from heraut.conversations.receive_mail import Mailing, receive_mail
from heraut.errors import TryAgain
from heraut.notifications.email import as_html, as_text, compose, marks
from heraut.publishing.answers import Answers
from heraut.publishing.model import State
from tests.ses import DOMAIN, written
from tests.twins.webhooks import WebhooksTwin
from tests.unit.conversations.test_alerts import LEA, MINUTE, MONDAY, Shop

if TYPE_CHECKING:
    from heraut.notifications.base import Message

LINKS = "https://liens.example"


class MailingShop(Shop):
    """The bakery, whose people answer alerts by e-mail."""

    def rebuild(self) -> None:
        super().rebuild()
        self.escalating = Escalating(self.kept, self.brands, self.links, self.notifications, LINKS, DOMAIN)
        self.came = WebhooksTwin()
        self.mailing = Mailing(
            brands=self.brands,
            links=self.links,
            conversations=self.kept,
            answers=Answers(self.publishing),
            came=self.came,
            notifications=self.notifications,
            links_url=LINKS,
            domain=DOMAIN,
            marks=marks(),
        )

    def alarm(self) -> Message:
        """Somebody asks; what Léa is told."""
        self.say("c1")
        self.run(6 * MINUTE)
        return self.told("lea")[0]

    def mail(self, message: Message, text: str | None = "Oui, lundi.", **more: Any) -> str:
        """Léa answers a message by e-mail; what became of it, in a word."""
        assert message.reply_to is not None
        return receive_mail(written(message.reply_to, text, **more), self.mailing, self.now).word

    def online(self) -> list[str]:
        """The answers that are online."""
        self.run(6 * MINUTE)
        return [entry.text for entry in self.network.books]

    def heard(self) -> Message:
        """The last thing that Léa was told."""
        return self.told("lea")[-1]


@pytest.fixture
def shop() -> MailingShop:
    """The bakery on a Monday morning."""
    return MailingShop()


def said_by(message: Message) -> str:
    """What a message says, as people read it."""
    return f"{message.happened} {message.lead}".replace("\N{NO-BREAK SPACE}", " ")


def test_an_answer_to_the_message_is_published_once_and_closes_the_alert(shop: MailingShop) -> None:
    """The person hears what was published; the same mail again, or by another rule, changes and says nothing."""
    message = shop.alarm()
    quoted = "\n".join(f"> {line}" for line in as_text(LEA, message).splitlines())
    text = f"Oui, lundi de 7 h à 19 h.\n\nLe lun. 23 nov. 2026 à 10:05, Héraut <h@x.example> a écrit :\n\n{quoted}"

    assert shop.mail(message, text) == "answered"
    assert shop.mail(message, text) == "known"
    assert shop.heard().quote == "Oui, lundi de 7 h à 19 h."
    assert "part à l'instant" in shop.heard().lead
    told = len(shop.told("lea"))
    assert shop.online() == ["Oui, lundi de 7 h à 19 h."]
    assert list(shop.kept.open_alerts("martin")) == []
    assert len(shop.told("lea")) == told
    assert shop.mail(message, text) == "known"


def test_an_answer_to_somebody_who_was_forgotten_is_refused(shop: MailingShop) -> None:
    """The address leads nowhere any more: the person hears that the comment is gone, and nothing is published."""
    message = shop.alarm()
    shop.links.forget_interactions("martin", {"c1"})

    assert shop.mail(message) == "gone"
    assert shop.online() == []


def test_the_mail_as_a_page_is_read_too(shop: MailingShop) -> None:
    """With its paragraphs; what it quotes is our own page."""
    message = shop.alarm()
    html = (
        '<div dir="ltr">Oui,<br>lundi.</div><br><div class="gmail_quote"><div>Le lun. 23 nov. 2026 à 10:05, H '
        f"&lt;<a href='mailto:h@x.example'>h@x.example</a>&gt; a écrit :<br></div><blockquote>{as_html(LEA, message)}"
        "</blockquote></div>"
    )

    assert shop.mail(message, None, html=html) == "answered"
    assert shop.online() == ["Oui,\nlundi."]


def test_a_message_says_that_it_may_be_answered_and_whom_that_reaches(shop: MailingShop) -> None:
    """Above everything stands the line above which one writes; Reply-To is the address, and machines stay silent."""
    message = shop.alarm()
    mail = compose(LEA, message, "heraut@x.example")

    assert mail["Reply-To"] == message.reply_to
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "sera publié sur Bluesky (martin.test), en réponse à Zoe" in message.reply_says
    assert as_text(LEA, message).startswith(marks()[0])
    assert as_html(LEA, message).index(marks()[0]) < as_html(LEA, message).index(message.lead)
    assert shop.told("lea")[0].reply_to != shop.told("max")[0].reply_to


def test_without_a_domain_a_message_has_no_address_of_ours() -> None:
    """As before."""
    shop = Shop()
    shop.say("c1")
    shop.run(6 * MINUTE)
    (message,) = shop.told("lea")

    assert (message.reply_to, message.reply_says) == (None, "")
    assert "Reply-To" not in compose(LEA, message, "heraut@x.example")
    assert marks()[0] not in as_text(LEA, message)


def test_an_answer_that_needs_a_yes_waits_for_it(shop: MailingShop) -> None:
    """As from the page."""
    shop.use(LEA.model_copy(update={"answers_approved": True, "roles": (Role.CONVERSATIONS,)}))
    assert shop.mail(shop.alarm()) == "answered"

    assert "attend qu'une autre personne la valide" in shop.heard().lead
    assert shop.online() == []
    (post,) = shop.posts.names("martin")
    delivery = shop.posts.delivery("martin", post, "sky")
    assert delivery is not None
    assert delivery.state is State.TO_APPROVE


@pytest.mark.parametrize(
    ("headers", "verdicts"),
    [
        ({"Auto-Submitted": "auto-replied"}, {}),
        ({"Auto-Submitted": "auto-generated (vacation)"}, {}),
        ({"X-Autoreply": "yes"}, {}),
        ({"Precedence": "bulk"}, {}),
        ({"Precedence": "auto_reply"}, {}),
        ({"List-Id": "<equipe.x.example>"}, {}),
        ({"Subject": "Réponse automatique : [Boulangerie Martin] Zoe attend"}, {}),
        ({"Subject": "=?utf-8?q?R=C3=A9ponse_automatique_?="}, {}),
        ({}, {"path": ""}),
        ({"Content-Type": "multipart/report; report-type=delivery-status"}, {}),
    ],
)
def test_machines_are_not_answered(shop: MailingShop, headers: dict[str, str], verdicts: dict[str, str]) -> None:
    """Holiday answers, bounces, lists: nothing is published and nobody is written to, so that nothing ever loops."""
    message = shop.alarm()
    told = len(shop.told("lea"))
    report = "Content-Type" in headers

    word = shop.mail(message, None if report else "Je suis absente jusqu'à lundi.", headers=headers, **verdicts)
    assert word == "automatic"
    assert (shop.online(), len(shop.told("lea"))) == ([], told)


def test_what_we_write_is_no_answer_to_ourselves(shop: MailingShop) -> None:
    """Each of our own messages, sent back to its own address as it is, ends there."""
    message = shop.alarm()
    shop.mail(message, "")
    for one in shop.told("lea"):
        raw = written(
            message.reply_to or "", headers={"Auto-Submitted": compose(LEA, one, "h@x.example")["Auto-Submitted"]}
        )
        assert receive_mail(raw, shop.mailing, shop.now).word == "automatic"


@pytest.mark.parametrize(
    ("word", "sentence", "mail"),
    [
        ("other_sender", "une autre adresse que la vôtre (max@x.example)", {"sender": "max@x.example"}),
        ("unproven", "n'avons pas pu vérifier", {"dmarc": "fail"}),
        ("unproven", "n'avons pas pu vérifier", {"dmarc": "none", "dkim": "fail"}),
        ("unproven", "n'avons pas pu vérifier", {"dmarc": "none", "spf": "softfail"}),
        ("unproven", "n'avons pas pu vérifier", {"dmarc": "none", "signer": "elsewhere.example"}),
        ("unproven", "n'avons pas pu vérifier", {"X-SES-Virus-Verdict": "FAIL"}),
        ("unproven", "n'avons pas pu vérifier", {"X-SES-Spam-Verdict": "FAIL"}),
        ("attached", "pièce jointe (four.jpg)", {"files": (("four.jpg", b"x" * 60_000),)}),
        ("empty", "rien trouvé", {"text": "\n\n"}),
        ("empty", "rien trouvé", {"text": "Envoyé de mon iPhone"}),
        ("doubtful", "pas su séparer", {"text": "Oui.\n\n> Zoe : Ouvrez-vous ?\n\nÀ lundi"}),
        ("refused", "refuserait", {"text": "a" * 3_001}),
    ],
)
def test_what_cannot_be_published_is_told(shop: MailingShop, word: str, sentence: str, mail: dict[str, Any]) -> None:
    """To the person whose address it is, with what to do and where; nothing is online, the address still works."""
    message = shop.alarm()

    assert shop.mail(message, **({"text": "Oui, lundi."} | mail)) == word
    assert sentence in said_by(shop.heard())
    assert shop.heard().happened == "Votre mail n'a pas été publié"
    assert "Répondre à Zoe" in shop.visit(shop.heard(), "Répondre").body
    assert shop.online() == []
    assert shop.mail(message, "Oui, lundi.", headers={"Message-ID": "<another@mail.example>"}) == "answered"


def test_a_domain_without_a_policy_is_believed_when_it_signs_itself(shop: MailingShop) -> None:
    """SPF passes, and its own signature holds."""
    assert shop.mail(shop.alarm(), dmarc="none") == "answered"


def test_headers_that_a_sender_wrote_prove_nothing(shop: MailingShop) -> None:
    """Those of SES stand above them; a mail that did not come through SES proves nothing at all."""
    message = shop.alarm()
    forged = {"Authentication-Results": "amazonses.com; spf=pass; dkim=pass header.i=@x.example; dmarc=pass"}
    assert shop.mail(message, headers=forged, dmarc="fail") == "unproven"

    bare = written(message.reply_to or "", headers=forged | {"Message-ID": "<2@x>"}).partition(b"\r\n\r\n")
    below = bare[0].partition(b"From:")
    raw = b"".join((b"From:", below[2], b"\r\n\r\n", bare[2]))
    assert receive_mail(raw, shop.mailing, shop.now).word == "unproven"


def test_with_several_waiting_the_person_chooses_on_the_page(shop: MailingShop) -> None:
    """The message says so, and a mail is not taken for an answer to one of them."""
    shop.say("c1")
    shop.say("c2", "Et mardi ?", author="paul")
    shop.run(6 * MINUTE)
    message = shop.told("lea")[0]

    assert "depuis la page" in message.reply_says
    assert shop.mail(message) == "several"
    assert shop.online() == []


def test_words_that_changed_are_not_answered_by_what_was_written_before(shop: MailingShop) -> None:
    """Yes may be the wrong answer to what it asks now."""
    message = shop.alarm()
    shop.network.said.append(Edited(id="c1", text="Êtes-vous des voleurs ?", at=shop.now))
    shop.run(6 * MINUTE)

    assert shop.mail(message) == "edited"
    assert "Êtes-vous des voleurs" in said_by(shop.heard())
    assert shop.online() == []


def test_what_is_gone_or_answered_is_not_answered(shop: MailingShop) -> None:
    """By somebody here, in the network's app, or not at all any more."""
    message, others = shop.alarm(), shop.told("max")[0]
    assert (
        receive_mail(written(others.reply_to or "", "Yes!", "max@x.example"), shop.mailing, shop.now).word == "answered"
    )
    assert shop.mail(message) == "already"
    assert "Max avait déjà répondu à Zoe : « Yes! »" in said_by(shop.heard())
    assert shop.online() == ["Yes!"]


@pytest.mark.parametrize(
    ("done", "word"),
    [
        (Answered(id="a", to="c1", at=MONDAY), "answered_elsewhere"),
        (Erased(id="c1", at=MONDAY), "gone"),
    ],
)
def test_what_the_network_ended_is_over(shop: MailingShop, done: Answered | Erased, word: str) -> None:
    """It says so."""
    message = shop.alarm()
    shop.network.said.append(done)
    shop.run(6 * MINUTE)

    assert shop.mail(message) == word
    assert shop.online() == []


def test_an_address_serves_once_and_for_a_week(shop: MailingShop) -> None:
    """Something else written to it later is not published."""
    message = shop.alarm()
    assert shop.mail(message) == "answered"
    assert shop.mail(message, "Et aussi mardi.") == "used"
    assert shop.online() == ["Oui, lundi."]

    shop.now += timedelta(days=8)
    assert shop.mail(message, "Et mercredi.") == "too_old"


def test_what_has_no_address_of_ours_is_left_alone(shop: MailingShop) -> None:
    """An unknown address, another action's link, no mail at all, and somebody who left."""
    message = shop.alarm()
    told = len(shop.told("lea"))
    for raw in (
        written(f"martin.{'a' * 26}@{DOMAIN}"),
        written(f"x@{DOMAIN}"),
        b"",
        b"\xff\x00 no mail",
        b"From: x\r\n\r\ny",
    ):
        assert receive_mail(raw, shop.mailing, shop.now).word == "no address of ours"
    shop.brands._brands["martin"] = shop.brands._brands["martin"].model_copy(update={"people": ()})
    assert shop.mail(message) == "nobody's any more"
    assert len(shop.told("lea")) == told


def test_a_storm_in_between_is_waited_out(shop: MailingShop) -> None:
    """When the person cannot be written to now, the mail comes again, and is one answer."""
    message = shop.alarm()
    raw = written(message.reply_to or "")
    shop.notifications.failing["lea"] = TryAgain("slow down")
    with pytest.raises(TryAgain):
        receive_mail(raw, shop.mailing, shop.now)
    shop.notifications.failing.clear()

    assert receive_mail(raw, shop.mailing, shop.now).word in {"answered", "used"}
    assert shop.online() == ["Oui, lundi."]
