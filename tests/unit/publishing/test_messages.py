"""What each message says, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from heraut.brands import Account, NetworkName
from heraut.events import EventName
from heraut.links import Action
from heraut.notifications.base import Message
from heraut.problems import problem
from heraut.publishing.messages import MOST_ITEMS
from heraut.publishing.model import Content, InReplyTo, Part, Poll, State
from heraut.wording import NBSP
from tests.people import FILM, MARTIN, PICTURE, PROMISE, Bakery, a_delivery, a_post, happened

TIRED = problem("too_many_attempts", attempts=5)


def plain(text: str) -> str:
    """Show hard spaces as spaces."""
    return text.replace(NBSP, " ")


def told(bakery: Bakery, person: str = "lea") -> Message:
    """Give the one message this person got."""
    (message,) = bakery.notifications.to(person)
    return message


def asked(name: EventName, state: State, account: str = "bluesky", **fields: Any) -> Bakery:
    """Let one thing happen to one delivery."""
    bakery = Bakery()
    post = a_post(accounts=(account,))
    bakery.add(post, a_delivery(post, account, state))
    bakery.tell(happened(name, account=account, **fields))
    return bakery


def test_failed() -> None:
    """What did not leave, what stopped it and what to do, nothing being online."""
    bakery = asked(EventName.FAILED, State.FAILED, problem=TIRED.model_dump())

    french, english = told(bakery), told(bakery, "paul")

    assert plain(french.subject) == "[Boulangerie Martin · Bluesky] La publication de 12 h 30 n'est pas partie"
    assert plain(french.lead).startswith("Rien n'est en ligne.")
    assert french.why == f"{TIRED.message('fr')} {TIRED.remedy('fr')}"
    assert [button.label for button in french.buttons] == [
        "Renvoyer maintenant",
        "Je publie moi-même",
        "Laisser tomber",
    ]
    assert plain(french.otherwise) == "Sans réponse : elle reste non publiée."
    assert english.subject == "[Boulangerie Martin · Bluesky] The post of 12:30 did not go out"
    assert english.why.startswith(TIRED.message("en"))


def test_failed_in_the_middle_of_a_thread() -> None:
    """It never says that nothing is online when the beginning is."""
    bakery = Bakery()
    post = a_post(content=Content(parts=(Part(text="un"), Part(text="deux"), Part(text="trois"))))
    bakery.add(post, a_delivery(post, state=State.FAILED, remote_ids=("r1",)))
    bakery.tell(happened(EventName.FAILED, problem=TIRED.model_dump()))

    message = told(bakery)

    assert "Le début du fil est en ligne (1 sur 3), la suite non." in message.lead
    assert message.quote == "Message 1 sur 3\n\nun\n\nMessage 2 sur 3\n\ndeux\n\nMessage 3 sur 3\n\ntrois"


def test_a_reason_nobody_knows_any_more() -> None:
    """A problem of another release is not shown as a code."""
    bakery = asked(EventName.FAILED, State.FAILED, problem={"code": "gone_since_release_9", "fields": {}})

    assert "gone_since" not in told(bakery).why
    assert told(bakery).why


def test_asking() -> None:
    """It may be online: see the page, then say; with the second at which it was sent, on the brand's clock."""
    started = (PROMISE + timedelta(seconds=4)).isoformat()
    bakery = asked(EventName.ASKING, State.ASKING, started_at=started)

    message = told(bakery)

    assert plain(message.happened) == "La publication de 12 h 30 est peut-être en ligne"
    assert "à 12:30:04 et Bluesky n'a pas répondu. Nous ne renverrons rien sans vous." in message.why
    assert [button.label for button in message.buttons] == [
        "Voir la page",
        "Elle est en ligne",
        "Elle n'y est pas, renvoyer",
    ]
    assert message.buttons[0].address == "https://bsky.app/profile/martin.bsky.social"
    assert plain(message.otherwise) == "Sans réponse : jamais renvoyée."


def test_asking_says_what_the_network_said_since() -> None:
    """It was sent once more and refused: the doubt is about the first time, and the refusal is to be mended."""
    started = (PROMISE + timedelta(seconds=4)).isoformat()
    gone = problem("account_removed", account="bluesky")
    bakery = asked(EventName.ASKING, State.ASKING, started_at=started, refused=gone.model_dump())

    why = plain(told(bakery).why)

    assert "à 12:30:04 et Bluesky n'a pas répondu." in why
    assert why.endswith(plain(f"Au nouvel essai, ce n'était plus possible : {gone.message('fr')}"))


def test_asking_about_the_rest_of_a_thread() -> None:
    """What was read back is said: the beginning is online, only the rest is in doubt (a first comment is of it)."""
    bakery = Bakery()
    post = a_post(content=Content(parts=(Part(text="un"), Part(text="deux")), first_comment="trois"))
    bakery.add(post, a_delivery(post, state=State.ASKING, remote_ids=("r1",)))
    bakery.tell(happened(EventName.ASKING))

    french, english = told(bakery), told(bakery, "paul")

    assert french.lead == (
        "Le début du fil est en ligne (1 sur 3), la suite peut-être."
        " Regardez la page, puis dites-nous si la suite y est."
    )
    assert english.lead.startswith("The beginning of the thread is online (1 of 3), the rest may be.")


def test_expired() -> None:
    """Too late: how late, and three ways on."""
    message = told(asked(EventName.EXPIRED, State.EXPIRED, late_by_s=94 * 60))

    assert plain(message.happened) == "La publication de 12 h 30 n'a pas pu partir à temps"
    assert "Elle devait partir à 12 h 30 et avait déjà 1 h 34 de retard." in plain(message.why)
    assert [button.label for button in message.buttons] == ["Publier maintenant", "Prochain créneau", "Laisser tomber"]


def test_expired_says_what_was_in_the_way() -> None:
    """When a network was down, the message says so before the lateness."""
    bakery = Bakery()
    post = a_post()
    bakery.add(post, a_delivery(post, state=State.EXPIRED, problem=problem("brake_not_read")))
    bakery.tell(happened(EventName.EXPIRED, late_by_s=4000))

    assert told(bakery).why.startswith(problem("brake_not_read").message("fr"))


def test_a_brand_without_slots_offers_none() -> None:
    """No button leads to a slot that does not exist."""
    bakery = Bakery(brand=MARTIN.model_copy(update={"slots": ()}))
    post = a_post()
    bakery.add(post, a_delivery(post, state=State.EXPIRED))
    bakery.tell(happened(EventName.EXPIRED))

    assert [button.label for button in told(bakery).buttons] == ["Publier maintenant", "Laisser tomber"]


def test_several_that_come_together_are_one_message() -> None:
    """« 3 publications n'ont pas pu partir à temps », each with its network, hour, text and buttons, oldest first."""
    bakery = Bakery()
    events = []
    for hours, account in enumerate(("bluesky", "mastodon", "insta")):
        post = a_post(f"p{account}", accounts=(account,), publish_at=PROMISE - timedelta(hours=hours))
        bakery.add(post, a_delivery(post, account, State.EXPIRED))
        events.append(happened(EventName.EXPIRED, post.id, account, late_by_s=4000))
    bakery.tell(*events)

    message = told(bakery)

    assert message.subject == "[Boulangerie Martin] 3 publications n'ont pas pu partir à temps"
    assert [plain(item.title) for item in message.items] == [
        "Instagram · 10 h 30",
        "Mastodon · 11 h 30",
        "Bluesky · 12 h 30",
    ]
    assert {len(item.buttons) for item in message.items} == {3}
    assert len({button.address for item in message.items for button in item.buttons}) == 9
    assert message.buttons == ()


def test_several_of_one_network_name_it_in_the_subject() -> None:
    """The subject says the network where there is one."""
    bakery = Bakery()
    for name in ("p1", "p2"):
        post = a_post(name)
        bakery.add(post, a_delivery(post, state=State.FAILED))
    bakery.tell(*(happened(EventName.FAILED, name, problem=TIRED.model_dump()) for name in ("p1", "p2")))

    assert told(bakery).subject == "[Boulangerie Martin · Bluesky] 2 publications ne sont pas parties"


def test_a_very_long_list_is_several_messages() -> None:
    """No message grows without end, and nothing is left out."""
    bakery = Bakery()
    names = [f"p{number}" for number in range(MOST_ITEMS + 3)]
    for name in names:
        post = a_post(name)
        bakery.add(post, a_delivery(post, state=State.EXPIRED))
    bakery.tell(*(happened(EventName.EXPIRED, name) for name in names))

    assert [len(message.items) for message in bakery.notifications.to("lea")] == [MOST_ITEMS, 3]


def test_a_yes_is_asked_for_all_that_will_be_said() -> None:
    """A text of its own for one network is shown beside the common one, and so is a poll."""
    bakery = Bakery()
    post = a_post(
        accounts=("bluesky", "mastodon", "page"),
        content=Content(parts=(Part(text="Pour tous"),), poll=Poll(options=("Seigle", "Épeautre"), minutes=60)),
        texts={"mastodon": ("Un", "Deux")},
    )
    bakery.add(post, *(a_delivery(post, account, State.TO_APPROVE) for account in post.accounts))
    bakery.tell(happened(EventName.APPROVAL_ASKED, account=None, version=1))

    assert plain(told(bakery).quote or "").split("\n\n") == [
        "Texte sur Bluesky et sur la page publique :",
        "Pour tous",
        "Texte sur Mastodon :",
        "Message 1 sur 2",
        "Un",
        "Message 2 sur 2",
        "Deux",
        "Sondage : Seigle · Épeautre",
    ]


def test_whoever_approves_an_answer_sees_what_it_answers() -> None:
    """In the message and on its page: nobody says yes to half a conversation."""
    bakery = Bakery()
    to = InReplyTo(interaction="33", author="Zoé", text="Faites-vous du <b>seigle</b> ?")
    post = a_post(content=Content(parts=(Part(text="Oui, le jeudi."),), in_reply_to=to))
    bakery.add(post, a_delivery(post, "bluesky", State.TO_APPROVE, answers="33"))
    bakery.tell(happened(EventName.APPROVAL_ASKED, account=None, version=1))

    said = plain(told(bakery).quote or "").split("\n\n")
    assert said == ["En réponse à Zoé : Faites-vous du <b>seigle</b> ?", "Oui, le jeudi."]
    page = bakery.visit(bakery.link(Action.APPROVE, account=None)).body
    assert "En réponse à Zoé" in page
    assert "&lt;b&gt;seigle" in page
    bakery.press(bakery.link(Action.APPROVE, account=None), "when=now")
    assert bakery.delivery().state is State.SCHEDULED
    assert bakery.delivery().answers == "33"


def test_approval() -> None:
    """What is to be said yes or no to, until when, where it goes."""
    bakery = Bakery()
    post = a_post(accounts=("bluesky", "page"), publish_at=PROMISE + timedelta(days=1))
    bakery.add(post, *(a_delivery(post, account, State.TO_APPROVE) for account in post.accounts))
    bakery.tell(happened(EventName.APPROVAL_ASKED, account=None, version=1))

    message = told(bakery)

    assert plain(message.happened) == "Une publication à valider avant mardi 24 novembre, 12 h 30"
    assert "sur Bluesky et sur la page publique" in message.why
    assert [button.label for button in message.buttons] == ["Valider", "Refuser"]
    assert bakery.notifications.to("paul") == []


@pytest.mark.parametrize(
    ("name", "state", "fields", "happening", "labels"),
    [
        (
            EventName.HANDOVER_AHEAD,
            State.SCHEDULED,
            {},
            "À publier à la main à 12 h 30",
            ["Texte et images, prêts à copier", "Ouvrir Instagram"],
        ),
        (
            EventName.HANDOVER_DUE,
            State.ASKING,
            {},
            "À publier à la main maintenant",
            ["Texte et images, prêts à copier", "Ouvrir Instagram", "C'est publié", "Laisser tomber"],
        ),
        (
            EventName.HANDOVER_REMINDED,
            State.ASKING,
            {"reminders": 1},
            "Rappel : la publication de 12 h 30 n'est pas encore faite",
            ["Texte et images, prêts à copier", "Ouvrir Instagram", "C'est publié", "Laisser tomber"],
        ),
    ],
)
def test_by_hand(name: EventName, state: State, fields: dict[str, Any], happening: str, labels: list[str]) -> None:
    """Ahead, at the minute and when silence lasts: text and pictures, a link that opens the network."""
    message = told(asked(name, state, "insta", **fields))

    assert plain(message.happened) == happening
    assert message.network == "Instagram"
    assert message.quote is not None
    assert message.quote.startswith("Le pain de seigle")
    assert len(message.pictures) == 1
    assert [button.label for button in message.buttons] == labels
    assert message.buttons[1].address == "https://www.instagram.com/boulangerie.martin/"
    assert message.thread == "martin/p1/insta"


def test_what_is_done_by_hand_is_never_grouped() -> None:
    """Two texts to copy are two messages."""
    bakery = Bakery()
    for name in ("p1", "p2"):
        post = a_post(name, accounts=("insta",))
        bakery.add(post, a_delivery(post, "insta", State.ASKING))
    bakery.tell(*(happened(EventName.HANDOVER_DUE, name, "insta") for name in ("p1", "p2")))

    assert len(bakery.notifications.to("lea")) == 2


def test_hours_are_those_of_the_brand() -> None:
    """A brand in Martinique reads its own clock."""
    bakery = Bakery(brand=MARTIN.model_copy(update={"zone": "America/Martinique"}))
    post = a_post(publish_at=datetime(2026, 11, 23, 13, 30, tzinfo=UTC))
    bakery.add(post, a_delivery(post, state=State.EXPIRED))
    bakery.tell(happened(EventName.EXPIRED))

    assert plain(told(bakery).happened).startswith("La publication de 9 h 30")


def test_the_text_is_the_one_of_that_network() -> None:
    """What is quoted is what that account says; a film is no picture; a link outside the text is told."""
    content = Content(parts=(Part(text="commun", media=(PICTURE, FILM)),), link="https://martin.example/seigle")
    bakery = Bakery()
    post = a_post(content=content, texts={"bluesky": ("pour Bluesky",)})
    bakery.add(post, a_delivery(post, state=State.EXPIRED))
    bakery.tell(happened(EventName.EXPIRED))

    message = told(bakery)

    assert plain(message.quote or "") == "pour Bluesky\n\nLien : https://martin.example/seigle"
    assert [picture.alt for picture in message.pictures] == [PICTURE.alt]


def test_two_accounts_on_one_network_are_told_apart() -> None:
    """The handle stands beside the network's name."""
    twice = (*MARTIN.accounts, Account(name="bsky2", network=NetworkName.BLUESKY, handle="fournil.bsky.social"))
    bakery = Bakery(brand=MARTIN.model_copy(update={"accounts": twice}))
    post = a_post()
    bakery.add(post, a_delivery(post, state=State.EXPIRED))
    bakery.tell(happened(EventName.EXPIRED))

    assert told(bakery).network == "Bluesky (martin.bsky.social)"
