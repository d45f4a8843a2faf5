"""The links in messages: opening changes nothing, the button acts once, who comes second learns who was first."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from bs4 import BeautifulSoup

from heraut.brands import NetworkName
from heraut.due import stamp
from heraut.errors import Conflict, TryAgain
from heraut.events import EventName
from heraut.links import LIFETIME, Action
from heraut.pages.visit import Answer
from heraut.publishing.dispatch_posts import MARK
from heraut.publishing.model import MOST_ATTEMPTS, Attempt, Content, Delivery, Part, Poll, Prepared, State
from heraut.publishing.pacing import Bucket, Pace
from heraut.wording import NBSP
from tests.people import (
    FILM,
    LEA,
    MARTIN,
    NADIA,
    NOW,
    PAUL,
    PICTURE,
    PROMISE,
    TEXT,
    Bakery,
    a_delivery,
    a_post,
)
from tests.twins.links import LinksTwin
from tests.twins.outbox import OutboxTwin
from tests.twins.posts import PostsTwin

if TYPE_CHECKING:
    from collections.abc import Collection


def bakery_with(state: State, account: str = "bluesky", *, ahead: timedelta | None = None, **more: Any) -> Bakery:
    """Make a bakery with one delivery in a state."""
    bakery = Bakery(ahead=ahead)
    post = a_post(accounts=(account,))
    bakery.add(post, a_delivery(post, account, state, **more))
    return bakery


def read(answer: Answer) -> str:
    """Read a page as a person does."""
    page = BeautifulSoup(answer.body, "html.parser")
    for hidden in page.find_all(["style", "script"]):
        hidden.decompose()
    return " ".join(page.get_text(" ").replace(NBSP, " ").split())


def buttons(answer: Answer) -> list[str]:
    """Give the labels of the buttons that act."""
    page = BeautifulSoup(answer.body, "html.parser")
    return [button.get_text().replace(NBSP, " ") for button in page.select("form button")]


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (30, "elle partira d'elle-même, au plus tôt à 14 h 34"),
        (120, "Si c'est encore le cas à 15 h 04, elle ne partira pas et nous vous redemanderons"),
    ],
)
def test_a_network_that_takes_no_more_for_now_is_said_before_and_after_the_button(minutes: int, said: str) -> None:
    """Whoever presses "publish now" is not told that it leaves now: they would post it themselves, a second time."""
    bakery = bakery_with(State.EXPIRED)
    resets_at = NOW + timedelta(minutes=minutes)
    bakery.posts.save_pace("martin", "bluesky", Bucket.POSTS, Pace(remaining=0, resets_at=resets_at), NOW)
    path = bakery.link(Action.PUBLISH_NOW)

    assert said in read(bakery.visit(path))
    assert said in read(bakery.press(path))
    assert "Le réseau ne prend plus rien" not in read(bakery.visit(bakery.link(Action.DROP)))


QUESTIONS = [
    (Action.IS_ONLINE, State.ASKING, "bluesky", "Elle est en ligne"),
    (Action.IS_ONLINE, State.FAILED, "bluesky", "C'est publié"),
    (Action.IS_ONLINE, State.SCHEDULED, "insta", "C'est publié"),
    (Action.IS_ONLINE, State.ASKING, "insta", "C'est publié"),
    (Action.SEND_AGAIN, State.ASKING, "bluesky", "Elle n'y est pas, renvoyer"),
    (Action.PUBLISH_NOW, State.FAILED, "bluesky", "Publier maintenant"),
    (Action.PUBLISH_NOW, State.EXPIRED, "bluesky", "Publier maintenant"),
    (Action.NEXT_SLOT, State.EXPIRED, "bluesky", "Publier à 18 h"),
    (Action.DROP, State.FAILED, "bluesky", "Laisser tomber"),
    (Action.DROP, State.ASKING, "insta", "Laisser tomber"),
    (Action.DROP, State.TO_APPROVE, "bluesky", "Refuser"),
]


class TestPictures:
    """The pictures of a message, behind its link: they live as long as the link, and opening them does nothing."""

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_a_picture_leads_to_the_file_and_decides_nothing(self, method: str) -> None:
        """Each opening leads to an address signed there and then, kept by nobody."""
        bakery = bakery_with(State.ASKING)
        path = bakery.link(Action.IS_ONLINE)
        before = bakery.delivery()

        answer = bakery.visit(f"{path}/media/1", method)

        assert (answer.status, answer.body) == (302, "")
        assert answer.headers["Location"] == bakery.media.link(PICTURE.key)
        assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
        assert (bakery.delivery(), bakery.names()) == (before, [])
        assert bakery.press(path).status == 200

    def test_it_is_the_one_the_message_showed_whatever_was_edited_or_decided_since(self) -> None:
        """A later version has another picture, the button was pressed: the mail still shows what it showed."""
        bakery = Bakery()
        post = a_post(content=Content(parts=(Part(text="un", media=(FILM, PICTURE)),)))
        bakery.add(post, a_delivery(post))
        path = bakery.link(Action.SEND_AGAIN)
        assert bakery.press(path).status == 200
        edited = a_post(version=2, content=Content(parts=(Part(text="deux"),)))
        bakery.posts.edit(edited, [bakery.delivery().model_copy(update={"version": 2, "revision": 3})], [])

        answers = [bakery.visit(f"{path}/media/{number}") for number in (1, 2)]

        assert [one.headers["Location"] for one in answers] == [bakery.media.link(one.key) for one in (FILM, PICTURE)]

    def test_a_picture_ends_with_its_link(self) -> None:
        """Past its time it shows the page of any link past its time, also when its button was pressed."""
        bakery = bakery_with(State.ASKING)
        path = bakery.link(Action.IS_ONLINE, created_at=NOW - LIFETIME)

        answer = bakery.visit(f"{path}/media/1")

        assert (answer.status, answer.body) == (410, bakery.visit(path).body)
        pressed = bakery.link(Action.IS_ONLINE)
        bakery.press(pressed)
        assert bakery.visit(f"{pressed}/media/1", now=NOW + LIFETIME).status == 410

    @pytest.mark.parametrize("ending", ["/media/2", "/media/0", "/media/01", "/media/", "/media/x", "/media/1/2"])
    def test_a_picture_that_is_none_shows_the_page_of_a_dead_link(self, ending: str) -> None:
        """Nothing tells a wrong number from a wrong token."""
        bakery = bakery_with(State.ASKING)
        dead = bakery.visit(f"/martin/{'A' * 22}")

        for path in (f"{bakery.link(Action.IS_ONLINE)}{ending}", f"/martin/{'A' * 22}/media/1"):
            answer = bakery.visit(path)
            assert (answer.status, answer.body) == (404, dead.body)
            assert "Location" not in answer.headers

    def test_a_link_without_a_post_has_no_picture(self) -> None:
        """The link that confirms a person shows nothing of any post."""
        bakery = bakery_with(State.ASKING)
        path = bakery.link(Action.CONFIRM_PERSON, post=None, account=None, version=None)

        assert bakery.visit(f"{path}/media/1").status == 404

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
    def test_a_picture_is_only_looked_at(self, method: str) -> None:
        """No other method does anything."""
        bakery = bakery_with(State.ASKING)
        before = bakery.delivery()

        answer = bakery.visit(f"{bakery.link(Action.DROP)}/media/1", method)

        assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")
        assert bakery.delivery() == before


class TestShowing:
    """GET and HEAD: who, what will happen, the text and picture, one big button; nothing changes."""

    @pytest.mark.parametrize(("action", "state", "account", "button"), QUESTIONS)
    def test_the_page_says_what_its_button_does(self, action: Action, state: State, account: str, button: str) -> None:
        """Brand, person, text and picture are there, and one button that acts."""
        bakery = bakery_with(state, account)

        answer = bakery.visit(bakery.link(action, account=account))

        assert answer.status == 200
        assert buttons(answer) == [button]
        page = BeautifulSoup(answer.body, "html.parser")
        assert "Boulangerie Martin" in read(answer)
        assert "Léa" in read(answer)
        assert "Le pain de seigle" in read(answer)
        assert [image["alt"] for image in page.find_all("img")] == [PICTURE.alt]
        assert [form["method"] for form in page.find_all("form")] == ["post"]

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    @pytest.mark.parametrize(("action", "state", "account", "button"), QUESTIONS)
    def test_scanners_change_nothing(
        self, action: Action, state: State, account: str, button: str, method: str
    ) -> None:
        """Mail scanners and previews open links, again and again: nothing is written, sent or used up."""
        bakery = bakery_with(state, account)
        path = bakery.link(action, account=account)
        before = bakery.delivery(account)

        for _ in range(3):
            assert bakery.visit(path, method).status == 200

        assert bakery.delivery(account) == before
        assert bakery.names() == []
        assert bakery.outbox.queued == []
        assert bakery.press(path).status == 200
        assert bakery.delivery(account).state is not state

    @pytest.mark.parametrize("action", [Action.IS_ONLINE, Action.SEND_AGAIN])
    def test_the_page_of_a_thread_in_doubt_says_what_is_online(self, action: Action) -> None:
        """Whoever decides about the rest reads that the beginning is there and stays as it is."""
        bakery = Bakery()
        post = a_post(accounts=("bluesky",), content=Content(parts=(Part(text="un"), Part(text="deux"))))
        bakery.add(post, a_delivery(post, "bluesky", State.ASKING, remote_ids=("r1",)))

        page = read(bakery.visit(bakery.link(action)))

        assert "Le début du fil est en ligne (1 sur 2) :" in page
        assert ("seule la suite partira" in page) == (action is Action.SEND_AGAIN)
        assert "si elle y est déjà" not in page

    def test_a_link_about_one_that_waits_for_its_network_says_when_it_leaves(self) -> None:
        """Somebody sent it again already, and the network takes it later: the page gives that hour."""
        bakery = bakery_with(State.SCHEDULED, not_before=PROMISE + timedelta(minutes=7))

        page = read(bakery.visit(bakery.link(Action.SEND_AGAIN)))

        assert "elle part sur Bluesky à 12 h 37" in page

    def test_head_says_the_same_without_a_body(self) -> None:
        """HEAD has the status and headers of GET."""
        bakery = bakery_with(State.ASKING)
        path = bakery.link(Action.IS_ONLINE)

        get, head = bakery.visit(path), bakery.visit(path, "HEAD")

        assert (head.status, head.headers, head.body) == (get.status, get.headers, "")

    def test_a_person_reads_their_own_language(self) -> None:
        """Paul's page is English, and says so."""
        bakery = bakery_with(State.EXPIRED)

        answer = bakery.visit(bakery.link(Action.PUBLISH_NOW, PAUL))

        assert '<html lang="en">' in answer.body
        assert buttons(answer) == ["Publish now"]
        assert "It was planned at 12:30. It will leave at once on Bluesky." in read(answer)

    def test_what_people_wrote_stays_text(self) -> None:
        """Markup in a post, a name, a description or an address is shown, never obeyed."""
        nasty = "</textarea></blockquote><script>alert(1)</script>{{ 7*7 }}"
        picture = PICTURE.model_copy(update={"alt": '"><script>x</script>', "name": '"onclick="x'})
        post = a_post(
            accounts=("insta",),
            content=Content(
                parts=(Part(text=nasty, media=(picture, FILM)),), first_comment=nasty, link="https://x.example/?a=<b>"
            ),
        )
        sly = LEA.model_copy(update={"name": "<i>Léa</i>"})
        bakery = Bakery(brand=MARTIN.model_copy(update={"name": "<u>M</u>", "people": (sly,)}))
        bakery.add(post, a_delivery(post, "insta", State.ASKING))
        path = bakery.link(Action.IS_ONLINE, account="insta")

        for answer in (bakery.visit(path), bakery.press(path, "address=javascript%3Aalert(1)%22%3E%3Cscript%3E")):
            page = BeautifulSoup(answer.body, "html.parser")
            assert len(page.find_all("script")) == 1  # ours
            assert not page.find_all(["i", "u", "b"])
            assert not [tag for tag in page.find_all(True) if any(name.startswith("on") for name in tag.attrs)]
            assert not [tag for tag in page.find_all(href=True) if str(tag["href"]).startswith("javascript")]
            assert nasty in [area.get_text().removeprefix("\n") for area in page.find_all("textarea")]

    def test_by_hand_everything_is_ready_to_copy(self) -> None:
        """Each part of a thread, first comment, poll, pictures with descriptions, films, the network's own page."""
        content = Content(
            parts=(Part(text="un", media=(PICTURE,)), Part(text="deux", media=(FILM,))),
            first_comment="#pain",
            content_warning="gluten",
            poll=Poll(options=("seigle", "épeautre")),
        )
        post = a_post(accounts=("insta",), content=content)
        bakery = Bakery()
        bakery.add(post, a_delivery(post, "insta", State.ASKING))

        answer = bakery.visit(bakery.link(Action.IS_ONLINE, account="insta"))
        page = BeautifulSoup(answer.body, "html.parser")

        texts = [area.get_text().strip().replace(NBSP, " ") for area in page.find_all("textarea")]
        assert texts == ["gluten", "un", "deux", "#pain", "• seigle\n• épeautre"]
        assert [link["download"] for link in page.find_all("a", download=True)] == [PICTURE.name, FILM.name]
        assert page.find("a", href="https://www.instagram.com/boulangerie.martin/")
        assert PICTURE.alt in read(answer)

    def test_by_hand_before_its_minute_says_so(self) -> None:
        """Ten minutes ahead the page says that it is early."""
        bakery = bakery_with(State.SCHEDULED, "insta")

        answer = bakery.visit(bakery.link(Action.IS_ONLINE, account="insta"), now=PROMISE - timedelta(minutes=10))

        assert "Il est encore tôt" in read(answer)

    @pytest.mark.parametrize("action", [Action.PUBLISH_NOW, Action.NEXT_SLOT])
    def test_a_pause_is_said_before_the_button(self, action: Action) -> None:
        """Nobody presses « publier maintenant » without knowing that publishing is paused."""
        bakery = bakery_with(State.EXPIRED)
        bakery.posts.pauses = {"pause:martin"}

        assert "suspendues en ce moment" in read(bakery.visit(bakery.link(action)))

    def test_what_was_mended_since_is_what_is_shown_and_sent(self) -> None:
        """A failed post whose text was corrected leaves as corrected."""
        bakery = bakery_with(State.FAILED)
        bakery.posts.edit(a_post(version=2, text="Corrigé."), [], ())
        path = bakery.link(Action.PUBLISH_NOW)

        shown = read(bakery.visit(path))
        bakery.press(path)
        sent = bakery.posts.post("martin", "p1", bakery.delivery().version)

        assert "Corrigé." in shown
        assert sent is not None
        assert sent.content.parts[0].text == "Corrigé."


class TestHeaders:
    """What the browser is told about each page."""

    @pytest.mark.parametrize("path", ["/martin/forged", "", "/favicon.ico"])
    @pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
    def test_every_page_is_private(self, path: str, method: str) -> None:
        """Never kept, never indexed, no address given away, whatever the status."""
        answer = Bakery().visit(path, method)

        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"].startswith("noindex")
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"

    def test_only_our_own_style_script_and_pictures(self) -> None:
        """Nothing inline but what is hashed, pictures from where they are kept, forms to ourselves, no frames."""
        bakery = bakery_with(State.ASKING)

        policy = bakery.visit(bakery.link(Action.IS_ONLINE)).headers["Content-Security-Policy"]

        rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
        assert rules["img-src"] == "https://files.example"
        assert rules["form-action"] == "'self'"
        assert rules["frame-ancestors"] == "'none'"
        assert rules["style-src"].startswith("'sha256-")
        assert rules["script-src"].startswith("'sha256-")
        assert "unsafe" not in policy

    def test_no_third_party(self) -> None:
        """Nothing is loaded but the post's own pictures; the only outward links are the network's and the files."""
        bakery = bakery_with(State.ASKING, "insta")

        page = BeautifulSoup(bakery.visit(bakery.link(Action.IS_ONLINE, account="insta")).body, "html.parser")

        assert {str(tag["src"]).split("/")[2] for tag in page.find_all(src=True)} == {"files.example"}
        assert not page.find_all(["iframe", "object"])
        assert [tag["href"] for tag in page.find_all("link")] == ["data:,"]  # no icon: no browser asks for one


class TestWithoutALink:
    """Wrong, old and forged addresses get a kind plain page."""

    @pytest.mark.parametrize(
        "path",
        ["", "/", "/martin", "/martin/", "/favicon.ico", "/martin/short", f"/martin/{'a' * 22}", f"/durand/{'a' * 22}",
         f"/martin/{'a' * 22}/x", f"//{'a' * 22}", f"/Martin/{'a' * 22}", f"/martin/{'é' * 22}", f"/*/{'a' * 22}",
         f"/martin#x/{'a' * 22}"],
    )  # fmt: skip
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_unknown(self, path: str, method: str) -> None:
        """404, in both languages, and nothing was changed."""
        answer = bakery_with(State.ASKING).visit(path, method)

        assert answer.status == 404
        assert "Ce lien ne mène nulle part" in read(answer)
        assert "This link leads nowhere" in read(answer)

    def test_a_link_of_one_brand_opens_nothing_of_another(self) -> None:
        """The same token under another brand's name is unknown."""
        bakery = bakery_with(State.ASKING)
        bakery.brands.save(MARTIN.model_copy(update={"id": "durand", "revision": 1}), 0)
        path = bakery.link(Action.IS_ONLINE)

        assert bakery.press(path.replace("/martin/", "/durand/")).status == 404
        assert bakery.delivery().state is State.ASKING

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_too_old(self, method: str) -> None:
        """410 after seven days, saying since when, and nothing acts."""
        bakery = bakery_with(State.ASKING)
        path = bakery.link(Action.IS_ONLINE, created_at=NOW - LIFETIME)

        answer = bakery.visit(path, method)

        assert answer.status == 410
        assert "Il a cessé d'agir le lundi 23 novembre, 14 h 04." in read(answer)
        assert bakery.delivery().state is State.ASKING

    def test_somebody_who_left_decides_nothing(self) -> None:
        """The link of a person no longer in the configuration is void."""
        bakery = bakery_with(State.ASKING)
        path = bakery.link(Action.IS_ONLINE)
        bakery.brands.save(MARTIN.model_copy(update={"people": (PAUL,), "revision": 1}), 0)

        assert bakery.press(path).status == 404
        assert bakery.delivery().state is State.ASKING

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
    def test_other_methods_are_refused(self, method: str) -> None:
        """405, with what is allowed."""
        bakery = bakery_with(State.ASKING)

        answer = bakery.visit(bakery.link(Action.IS_ONLINE), method)

        assert answer.status == 405
        assert answer.headers["Allow"] == "GET, HEAD, POST"
        assert bakery.delivery().state is State.ASKING

    def test_when_our_tables_cannot_answer(self) -> None:
        """503 with a page that says to come back, not an error."""

        class Tired(LinksTwin):
            def link(self, brand: str, token_hash: str) -> None:
                raise TryAgain("throttled")

        answer = Bakery(links=Tired()).visit(f"/martin/{'a' * 22}")

        assert answer.status == 503
        assert answer.headers["Retry-After"] == "60"
        assert "Rechargez cette page" in read(answer)


class TestSayingItIsOnline:
    """A person's word ends the doubt."""

    def test_what_was_asked_is_published(self) -> None:
        """Published since the attempt began, because a person said so; nothing is due any more."""
        bakery = bakery_with(State.ASKING)

        answer = bakery.press(
            bakery.link(Action.IS_ONLINE), "address=https%3A%2F%2Fbsky.app%2Fprofile%2Fmartin%2Fpost%2F1"
        )

        delivery = bakery.delivery()
        assert answer.status == 200
        assert "Nous avons noté qu'elle est en ligne." in read(answer)
        assert delivery.state is State.PUBLISHED
        assert delivery.due_at is None
        assert delivery.published_at == PROMISE + timedelta(seconds=4)
        assert delivery.url == "https://bsky.app/profile/martin/post/1"
        told = {event.name: event.fields for event in bakery.posts.story("martin", "p1")}
        assert told[EventName.PUBLISHED] == {
            "attempt": 1,
            "url": "https://bsky.app/profile/martin/post/1",
            "lateness_ms": 4000,
            "how": "said",
        }
        assert told[EventName.DECIDED] == {"by": "lea", "action": "is_online"}

    @pytest.mark.parametrize("state", [State.SCHEDULED, State.ASKING])
    def test_by_hand_it_closes_the_question(self, state: State) -> None:
        """« C'est publié », ahead of its minute or after: published now, no reminder."""
        bakery = bakery_with(state, "insta", due_at=NOW + timedelta(minutes=5))

        bakery.press(bakery.link(Action.IS_ONLINE, account="insta"))

        delivery = bakery.delivery("insta")
        assert (delivery.state, delivery.published_at, delivery.due_at) == (State.PUBLISHED, NOW, None)

    def test_the_link_sent_ahead_still_closes_it_after_its_minute(self) -> None:
        """A by_hand link made before the question was asked knows no attempt, and acts."""
        bakery = bakery_with(State.SCHEDULED, "insta")
        path = bakery.link(Action.IS_ONLINE, account="insta")
        before = bakery.delivery("insta")
        attempt = Attempt(id="later", number=1, started_at=PROMISE)
        bakery.posts.change(before, before.model_copy(update={"state": State.ASKING, "attempt": attempt}))

        bakery.press(path)

        assert bakery.delivery("insta").state is State.PUBLISHED

    def test_a_failed_one_that_a_person_published(self) -> None:
        """« Je publie moi-même », then « C'est publié »."""
        bakery = bakery_with(State.FAILED)

        bakery.press(bakery.link(Action.IS_ONLINE))

        delivery = bakery.delivery()
        assert (delivery.state, delivery.published_at, delivery.problem) == (State.PUBLISHED, NOW, None)

    @pytest.mark.parametrize(
        "typed",
        ["pas une adresse", "javascript:alert(1)", "ftp://x.example/a", "https://", "https://[", "x.example/a",
         "https://x.example/a b", "https://x.example/\u202e", f"https://x.example/{'a' * 2000}"],
    )  # fmt: skip
    def test_what_is_no_address_is_asked_again(self, typed: str) -> None:
        """Nothing is decided; the page says what is wrong and keeps what was typed."""
        from urllib.parse import quote

        bakery = bakery_with(State.ASKING)
        path = bakery.link(Action.IS_ONLINE)

        answer = bakery.press(path, f"address={quote(typed)}")

        assert answer.status == 400
        assert "Cette adresse n'en est pas une" in read(answer)
        assert bakery.delivery().state is State.ASKING
        assert bakery.press(path).status == 200

    @pytest.mark.parametrize("body", ["", "&&&", "address=", "=&=", "a=1&" * 50, "%ff%fe", "address=%20%20"])
    def test_any_other_form_is_an_empty_one(self, body: str) -> None:
        """No form, however odd, is an error."""
        bakery = bakery_with(State.ASKING)

        assert bakery.press(bakery.link(Action.IS_ONLINE), body).status == 200
        assert bakery.delivery().url is None


class TestSendingAgain:
    """A person looked, and it is not there."""

    def test_it_leaves_at_once_as_the_same_version(self) -> None:
        """Due now, promised now, attempts kept, attempt cleared, and in the queue already."""
        bakery = bakery_with(State.ASKING, attempts=2)

        answer = bakery.press(bakery.link(Action.SEND_AGAIN))

        delivery = bakery.delivery()
        assert "Elle part maintenant sur Bluesky." in read(answer)
        assert (delivery.state, delivery.publish_at, delivery.version) == (State.SCHEDULED, NOW, 1)
        assert (delivery.attempts, delivery.attempt, delivery.not_before) == (2, None, None)
        assert delivery.local == "2026-11-23T14:04"
        assert [message.version for message, _ in bakery.outbox.queued] == [1]

    def test_after_five_attempts_one_more_is_possible(self) -> None:
        """A person decided: the gate opens once more."""
        bakery = bakery_with(State.ASKING, attempts=MOST_ATTEMPTS)

        bakery.press(bakery.link(Action.SEND_AGAIN))
        gate = bakery.posts.pass_gate(bakery.delivery(), Attempt(id="next", number=6, started_at=NOW), NOW)

        assert gate.passed

    def test_parts_that_are_online_stay(self) -> None:
        """Only what is missing of a thread leaves again."""
        bakery = bakery_with(State.ASKING, remote_ids=("r1",), doubt_since=PROMISE)

        bakery.press(bakery.link(Action.SEND_AGAIN))

        assert bakery.delivery().remote_ids == ("r1",)

    def test_not_by_hand(self) -> None:
        """Nothing was sent by us: there is nothing to send again."""
        bakery = bakery_with(State.ASKING, "insta")

        assert bakery.press(bakery.link(Action.SEND_AGAIN, account="insta")).status == 409
        assert bakery.delivery("insta").state is State.ASKING


class TestPublishingLater:
    """What failed or came too late leaves now or in the next slot, as a new version of its post."""

    @pytest.mark.parametrize("state", [State.FAILED, State.EXPIRED])
    def test_now(self, state: State) -> None:
        """A new version whose promise is now; dispatched at once; a message of the old version would do nothing."""
        bakery = bakery_with(state, attempts=MOST_ATTEMPTS)

        answer = bakery.press(bakery.link(Action.PUBLISH_NOW))

        delivery, post = bakery.delivery(), bakery.posts.post("martin", "p1")
        assert post is not None
        assert answer.status == 200
        assert (delivery.state, delivery.version, delivery.attempts) == (State.SCHEDULED, 2, 0)
        assert delivery.publish_at == post.publish_at == NOW
        assert delivery.due_at == NOW + MARK  # sent already; the tick looks again if it got lost
        assert (post.version, post.local, post.zone) == (2, "2026-11-23T14:04", "Europe/Paris")
        assert [(message.version, delay) for message, delay in bakery.outbox.queued] == [(2, 0)]
        assert set(bakery.names()) == {EventName.POST_EDITED, EventName.DECIDED}

    def test_other_deliveries_are_untouched(self) -> None:
        """What is online, waiting or failed elsewhere stays as it is."""
        bakery = Bakery()
        post = a_post(accounts=("bluesky", "mastodon", "page"))
        others = (
            a_delivery(post, "mastodon", State.PUBLISHED, published_at=PROMISE),
            a_delivery(post, "page", State.FAILED),
        )
        bakery.add(post, a_delivery(post, state=State.EXPIRED), *others)
        before = [bakery.delivery("mastodon"), bakery.delivery("page")]

        bakery.press(bakery.link(Action.PUBLISH_NOW))

        assert [bakery.delivery("mastodon"), bakery.delivery("page")] == before
        first = bakery.posts.post("martin", "p1", 1)
        assert first is not None
        assert first.publish_at == PROMISE

    def test_two_failed_accounts_of_one_post_each_go_their_way(self) -> None:
        """The second decision makes a version of its own and leaves the first alone."""
        bakery = Bakery()
        post = a_post(accounts=("bluesky", "mastodon"))
        bakery.add(post, a_delivery(post, state=State.FAILED), a_delivery(post, "mastodon", State.FAILED))
        later, now = bakery.link(Action.NEXT_SLOT), bakery.link(Action.PUBLISH_NOW, account="mastodon")

        statuses = [bakery.press(later).status, bakery.press(now).status]

        assert statuses == [200, 200]
        assert [bakery.delivery(account).version for account in ("bluesky", "mastodon")] == [2, 3]
        assert bakery.delivery("mastodon").publish_at == NOW < bakery.delivery("bluesky").publish_at

    def test_next_slot(self) -> None:
        """18 h in Paris, shown before and said after; nothing leaves now."""
        bakery = bakery_with(State.EXPIRED)
        path = bakery.link(Action.NEXT_SLOT)

        shown, done = bakery.visit(path), bakery.press(path)

        delivery = bakery.delivery()
        assert buttons(shown) == ["Publier à 18 h"]
        assert "Elle partira sur Bluesky à 18 h." in read(done)
        assert stamp(delivery.publish_at) == "2026-11-23T17:00:00.000Z"
        assert (delivery.local, delivery.zone) == ("2026-11-23T18:00", "Europe/Paris")
        assert bakery.outbox.queued == []

    def test_next_slot_avoids_the_neighbours(self) -> None:
        """A slot with another delivery of the account within half an hour is taken; other accounts' are not."""
        bakery = bakery_with(State.EXPIRED)
        near = PROMISE.replace(hour=17, minute=20)
        for name, account, state in (("p2", "bluesky", State.SCHEDULED), ("p3", "mastodon", State.SCHEDULED)):
            other = a_post(name, accounts=(account,), publish_at=near)
            bakery.add(other, a_delivery(other, account, state))

        answer = bakery.press(bakery.link(Action.NEXT_SLOT))

        assert "mardi 24 novembre à 9 h" in read(answer)

    def test_a_cancelled_neighbour_takes_no_slot(self) -> None:
        """What will not leave stands in nobody's way."""
        bakery = bakery_with(State.EXPIRED)
        other = a_post("p2", publish_at=PROMISE.replace(hour=17, minute=20))
        bakery.add(other, a_delivery(other, state=State.CANCELLED))

        assert "à 18 h" in read(bakery.press(bakery.link(Action.NEXT_SLOT)))

    def test_uploads_begin_ahead_of_the_new_instant(self) -> None:
        """What was uploaded for the old version is uploaded again, as long ahead as the network wants."""
        bakery = bakery_with(
            State.EXPIRED, ahead=timedelta(minutes=2), prepared=Prepared(version=1, remote={"blob": "x"})
        )

        bakery.press(bakery.link(Action.NEXT_SLOT))

        delivery = bakery.delivery()
        assert delivery.prepared is None
        assert delivery.due_at == delivery.prepare_at == delivery.publish_at - timedelta(minutes=2)

    def test_now_with_uploads_starts_them_at_once(self) -> None:
        """The upload is started together with the message."""
        bakery = bakery_with(State.FAILED, ahead=timedelta(minutes=2))

        bakery.press(bakery.link(Action.PUBLISH_NOW))

        assert len(bakery.outbox.preparing) == 1

    def test_a_held_one_waits_for_its_hold(self) -> None:
        """A mark on it stays: it is due again when the last one goes, and the page says so."""
        bakery = bakery_with(State.EXPIRED, holds=frozenset({"person:paul"}))

        answer = bakery.press(bakery.link(Action.PUBLISH_NOW))

        delivery = bakery.delivery()
        assert (delivery.holds, delivery.due_at) == (frozenset({"person:paul"}), None)
        assert "elle attendra que la pause soit levée" in read(answer)
        assert bakery.outbox.queued == []

    def test_by_hand_now_is_handed_over_now(self) -> None:
        """The page says that text and pictures are on their way."""
        bakery = bakery_with(State.EXPIRED, "insta")

        answer = bakery.press(bakery.link(Action.PUBLISH_NOW, account="insta"))

        assert "le texte et les images arrivent par message" in read(answer)

    @pytest.mark.parametrize("action", [Action.PUBLISH_NOW, Action.NEXT_SLOT])
    def test_an_account_that_was_removed(self, action: Action) -> None:
        """The page says why it cannot leave; dropping it still works."""
        bakery = bakery_with(State.EXPIRED)
        bakery.brands.save(MARTIN.model_copy(update={"accounts": (), "revision": 1}), 0)

        answer = bakery.press(bakery.link(action))

        assert answer.status == 409
        assert "Ce compte n'est plus dans Héraut" in read(answer)
        assert bakery.delivery().state is State.EXPIRED
        assert bakery.press(bakery.link(Action.DROP)).status == 200

    def test_when_the_queue_cannot_answer_the_decision_stands(self) -> None:
        """What was decided is written; the tick finds it."""

        class Full(OutboxTwin):
            def publish_later(self, messages: object) -> Any:
                raise TryAgain("throttled")

        bakery = Bakery(outbox=Full())
        post = a_post()
        bakery.add(post, a_delivery(post, state=State.EXPIRED))

        assert bakery.press(bakery.link(Action.PUBLISH_NOW)).status == 200
        assert bakery.delivery().due_at == NOW


class TestDropping:
    """What is dropped never leaves."""

    @pytest.mark.parametrize(
        ("state", "account"), [(State.FAILED, "bluesky"), (State.EXPIRED, "bluesky"), (State.ASKING, "insta")]
    )
    def test_dropped(self, state: State, account: str) -> None:
        """Cancelled, with who said so; nothing is due."""
        bakery = bakery_with(state, account, due_at=NOW)

        answer = bakery.press(bakery.link(Action.DROP, account=account))

        assert "elle ne sera pas publiée" in read(answer)
        assert (bakery.delivery(account).state, bakery.delivery(account).due_at) == (State.CANCELLED, None)
        assert set(bakery.names()) == {EventName.DELIVERY_CANCELLED, EventName.DECIDED}

    def test_what_may_be_online_is_not_dropped(self) -> None:
        """No drop touches a doubtful delivery of a network."""
        bakery = bakery_with(State.ASKING)

        assert bakery.press(bakery.link(Action.DROP)).status == 409
        assert bakery.delivery().state is State.ASKING


class TestApproving:
    """A yes or a no to a post, on all its networks at once."""

    def bakery(self, *accounts: str) -> Bakery:
        """Make a post that waits for a yes."""
        bakery = Bakery(ahead=timedelta(minutes=2))
        post = a_post(accounts=accounts or ("bluesky", "mastodon"))
        bakery.add(post, *(a_delivery(post, account, State.TO_APPROVE) for account in post.accounts))
        return bakery

    def states(self, bakery: Bakery) -> list[State]:
        """Give the states of both deliveries."""
        return [one.state for one in bakery.posts.deliveries("martin", "p1")]

    def test_yes_schedules_it_as_promised(self) -> None:
        """Every waiting delivery, at the promised instant, uploads ahead."""
        bakery = self.bakery()
        path = bakery.link(Action.APPROVE, account=None)
        early = PROMISE - timedelta(hours=3)

        shown, done = bakery.visit(path, now=early), bakery.press(path, now=early)

        assert buttons(shown) == ["Valider"]
        assert "Elle partira sur Bluesky et sur Mastodon à 12 h 30." in read(shown)
        assert "Elle est validée" in read(done)
        for delivery in bakery.posts.deliveries("martin", "p1"):
            assert (delivery.state, delivery.publish_at) == (State.SCHEDULED, PROMISE)
            assert delivery.due_at == PROMISE - timedelta(minutes=2)
        assert bakery.outbox.queued == []

    def test_the_page_shows_every_text_that_a_yes_lets_out(self) -> None:
        """What one network says otherwise stands beside what the others say."""
        bakery = Bakery()
        post = a_post(accounts=("bluesky", "mastodon", "page"), text="Pour tous", texts={"mastodon": ("Un", "Deux")})
        bakery.add(post, *(a_delivery(post, account, State.TO_APPROVE) for account in post.accounts))

        for action in (Action.APPROVE, Action.DROP):
            shown = read(bakery.visit(bakery.link(action, account=None), now=PROMISE - timedelta(hours=3)))

            assert "Texte sur Bluesky et sur la page publique Pour tous" in shown
            assert "Texte sur Mastodon · Message 1 sur 2 Un" in shown
            assert "Texte sur Mastodon · Message 2 sur 2 Deux" in shown

    def test_yes_just_before_its_instant_dispatches_at_once(self) -> None:
        """Less than three minutes ahead nothing waits for the tick."""
        bakery = self.bakery()

        bakery.press(bakery.link(Action.APPROVE, account=None), now=PROMISE - timedelta(minutes=2))

        assert len(bakery.outbox.queued) == 2

    def test_yes_a_little_late_leaves_at_once(self) -> None:
        """Within what the account allows, the promise stands and the page says that it leaves now."""
        bakery = self.bakery()
        path = bakery.link(Action.APPROVE, account=None)
        late = PROMISE + timedelta(minutes=20)

        assert "elle partira tout de suite" in read(bakery.visit(path, now=late))
        assert "part maintenant" in read(bakery.press(path, now=late))
        assert bakery.delivery().publish_at == PROMISE

    def test_yes_too_late_asks_when(self) -> None:
        """An approved post never becomes too late in the same breath: the person chooses now or the next slot."""
        bakery = self.bakery()
        path = bakery.link(Action.APPROVE, account=None)

        shown, unsaid = bakery.visit(path), bakery.press(path)

        assert buttons(shown) == buttons(unsaid) == ["Valider et publier maintenant", "Valider et publier à 18 h"]
        assert self.states(bakery) == [State.TO_APPROVE] * 2

    @pytest.mark.parametrize(
        ("when", "promise"), [("now", "2026-11-23T13:04:00.000Z"), ("slot", "2026-11-23T17:00:00.000Z")]
    )
    def test_yes_too_late_with_a_time(self, when: str, promise: str) -> None:
        """Both deliveries get the chosen promise."""
        bakery = self.bakery()

        assert bakery.press(bakery.link(Action.APPROVE, account=None), f"when={when}").status == 200
        assert {stamp(one.publish_at) for one in bakery.posts.deliveries("martin", "p1")} == {promise}
        assert self.states(bakery) == [State.SCHEDULED] * 2

    def test_no_cancels_it_everywhere(self) -> None:
        """A refused post leaves nowhere."""
        bakery = self.bakery()

        bakery.press(bakery.link(Action.DROP, account=None))

        assert self.states(bakery) == [State.CANCELLED] * 2

    def test_deliveries_that_need_no_yes_are_left_alone(self) -> None:
        """Only what waits for approval changes."""
        bakery = Bakery()
        post = a_post(accounts=("bluesky", "mastodon"))
        bakery.add(post, a_delivery(post, state=State.TO_APPROVE), a_delivery(post, "mastodon", State.PUBLISHED))
        before = bakery.delivery("mastodon")

        bakery.press(bakery.link(Action.APPROVE, account=None), "when=now")

        assert bakery.delivery("mastodon") == before
        assert bakery.delivery().state is State.SCHEDULED

    def test_an_edited_post_is_not_approved_by_an_old_link(self) -> None:
        """The text may have changed: the link was for another version."""
        bakery = self.bakery("bluesky")
        path = bakery.link(Action.APPROVE, account=None)
        edited = bakery.delivery().model_copy(update={"version": 2, "revision": 2})
        bakery.posts.edit(a_post(version=2, text="autre"), [edited], ())

        answer = bakery.press(path, now=PROMISE - timedelta(hours=1))

        assert answer.status == 409
        assert "Cette publication a changé depuis le message." in read(answer)
        assert bakery.delivery().state is State.TO_APPROVE


RACES = [
    (State.ASKING, (Action.IS_ONLINE, Action.SEND_AGAIN)),
    (State.EXPIRED, (Action.PUBLISH_NOW, Action.NEXT_SLOT, Action.DROP)),
    (State.FAILED, (Action.PUBLISH_NOW, Action.NEXT_SLOT, Action.DROP, Action.IS_ONLINE)),
    (State.TO_APPROVE, (Action.APPROVE, Action.DROP)),
]
PAIRS = [(state, one, other) for state, actions in RACES for one, other in itertools.product(actions, actions)]


class TestOnlyOnce:
    """Whoever presses first decides; everybody else learns who it was."""

    @pytest.mark.parametrize(("state", "first", "second"), PAIRS)
    def test_the_second_person_learns_who_decided(self, state: State, first: Action, second: Action) -> None:
        """« Déjà fait par Léa à 14:04 », and nothing changes any more, pressed or only opened."""
        bakery = bakery_with(state)
        scope: dict[str, Any] = {"account": None} if state is State.TO_APPROVE else {}
        lea, paul = bakery.link(first, **scope), bakery.link(second, NADIA, **scope)
        body = "when=now"

        won = bakery.press(lea, body)
        after, sent = bakery.delivery(), len(bakery.outbox.queued)
        lost, opened = bakery.press(paul, body), bakery.visit(paul)

        assert (won.status, lost.status, opened.status) == (200, 409, 200)
        assert "Déjà fait par Léa à 14:04 :" in read(lost)
        assert read(lost) == read(opened)
        assert bakery.delivery() == after
        assert len(bakery.outbox.queued) == sent

    @pytest.mark.parametrize("accounts", [("bluesky",), ("bluesky", "mastodon")])
    @pytest.mark.parametrize(("state", "first", "second"), PAIRS)
    def test_two_people_at_the_same_instant_cannot_both_win(
        self, state: State, first: Action, second: Action, accounts: tuple[str, ...]
    ) -> None:
        """Both have read the same state; one write wins whole, and the loser's page names the winner."""
        bakery = Bakery()
        post = a_post(accounts=accounts)
        bakery.add(post, *(a_delivery(post, account, state) for account in accounts))
        scope: dict[str, Any] = {"account": None} if state is State.TO_APPROVE else {}
        lea, nadia = bakery.link(first, **scope), bakery.link(second, NADIA, **scope)

        class Overtaken(PostsTwin):
            """Lets Nadia through just before Léa's write."""

            overtaken = False

            def change(self, *args: Any, **more: Any) -> None:
                self.overtake()
                super().change(*args, **more)

            def edit(self, *args: Any, **more: Any) -> None:
                self.overtake()
                super().edit(*args, **more)

            def overtake(self) -> None:
                if not self.overtaken:
                    self.overtaken = True
                    assert bakery.press(nadia, "when=now").status == 200

        posts = Overtaken()
        posts.__dict__.update(bakery.posts.__dict__)
        bakery.posts = posts

        lost = bakery.press(lea, "when=now")

        decided = [event for event in posts.story("martin", "p1") if event.name is EventName.DECIDED]
        assert lost.status == 409
        assert "Déjà fait par Nadia à 14:04 :" in read(lost)
        assert [event.fields["by"] for event in decided] == ["nadia"]
        if state is State.TO_APPROVE:
            assert len({one.state for one in posts.deliveries("martin", "p1")}) == 1

    def test_pressing_twice_acts_once(self) -> None:
        """A double tap, or a reload of the page, says what was decided and changes nothing."""
        bakery = bakery_with(State.ASKING)
        path = bakery.link(Action.SEND_AGAIN)

        bakery.press(path)
        after = bakery.delivery()
        again = bakery.press(path)

        assert again.status == 200
        assert "Déjà fait par Léa à 14:04 : la renvoyer." in read(again)
        assert bakery.delivery() == after
        assert len(bakery.outbox.queued) == 1

    def test_a_used_link_still_tells_after_its_time(self) -> None:
        """Who opens it weeks later reads what was decided, with the day."""
        bakery = bakery_with(State.EXPIRED)
        path = bakery.link(Action.DROP)
        bakery.press(path)

        answer = bakery.visit(path, now=NOW + timedelta(days=20))

        assert answer.status == 200
        assert "Déjà fait par Léa lundi 23 novembre à 14:04 : la laisser tomber." in read(answer)

    def test_what_the_machine_found_is_told_without_a_name(self) -> None:
        """When nobody decided, the page says how it is now and where to see it."""
        bakery = bakery_with(State.ASKING)
        path = bakery.link(Action.SEND_AGAIN)
        before = bakery.delivery()
        found = before.model_copy(update={"state": State.PUBLISHED, "url": "https://bsky.app/x", "published_at": NOW})
        bakery.posts.change(before, found)

        answer = bakery.visit(path)

        assert "Il n'y a plus rien à décider" in read(answer)
        assert "Elle est publiée sur Bluesky." in read(answer)
        assert 'href="https://bsky.app/x"' in answer.body

    def test_a_new_attempt_voids_the_old_question(self) -> None:
        """The link asked about another attempt."""
        bakery = bakery_with(State.ASKING)
        path = bakery.link(Action.SEND_AGAIN)
        before = bakery.delivery()
        another = Attempt(id="another", number=2, started_at=NOW)
        bakery.posts.change(before, before.model_copy(update={"attempt": another}))

        assert bakery.press(path).status == 409
        assert bakery.delivery().state is State.ASKING

    def test_a_hold_put_on_meanwhile_is_no_decision(self) -> None:
        """A change that decides nothing is read again, and the button acts."""

        class Held(PostsTwin):
            held = False

            def change(
                self, before: Delivery, after: Delivery, events: Any = (), while_paused: Collection[str] = ()
            ) -> None:
                if not self.held:
                    self.held = True
                    super().change(before, before.model_copy(update={"holds": frozenset({"pause:*"})}))
                super().change(before, after, events, while_paused)

        bakery = Bakery(posts=Held())
        post = a_post()
        bakery.add(post, a_delivery(post, state=State.EXPIRED))

        assert bakery.press(bakery.link(Action.DROP)).status == 200
        assert bakery.delivery().state is State.CANCELLED

    def test_endless_changes_end_in_a_kind_page(self) -> None:
        """If it changes at every try, the person is asked to come back."""

        class Restless(PostsTwin):
            def change(self, *args: Any, **more: Any) -> None:
                raise Conflict("again")

        bakery = Bakery(posts=Restless())
        post = a_post()
        bakery.add(post, a_delivery(post, state=State.EXPIRED))

        assert bakery.press(bakery.link(Action.DROP)).status == 503

    def test_a_link_that_cannot_be_marked_still_acted(self) -> None:
        """The delivery's own state refuses the second press."""

        class Tired(LinksTwin):
            def mark_used(self, link: object, at: object) -> bool:
                raise TryAgain("throttled")

        bakery = Bakery(links=Tired())
        post = a_post()
        bakery.add(post, a_delivery(post, state=State.EXPIRED))
        path = bakery.link(Action.DROP)

        assert [bakery.press(path).status, bakery.press(path).status] == [200, 409]
        assert bakery.names().count(EventName.DECIDED) == 1


class TestConfirming:
    """`heraut people check`."""

    def link(self, bakery: Bakery) -> str:
        """Make Léa's link."""
        return bakery.link(Action.CONFIRM_PERSON, post=None, account=None, version=None)

    def test_the_button_confirms_once(self) -> None:
        """Opening confirms nothing; pressing does, and remembers the first time."""
        bakery = Bakery()
        path = self.link(bakery)

        shown = bakery.visit(path)
        unconfirmed = dict(bakery.brands.confirmations("martin"))
        done = bakery.press(path)
        again = bakery.press(path, now=NOW + timedelta(hours=1))

        assert buttons(shown) == ["Oui, je les reçois"]
        assert unconfirmed == {}
        assert "Merci Léa." in read(done)
        assert "Vous l'avez déjà dit à 14:04." in read(again)
        assert bakery.brands.confirmations("martin") == {"lea": NOW}


def test_the_site_is_a_place_not_a_name() -> None:
    """« sur la page publique », never « sur Page publique »."""
    bakery = bakery_with(State.EXPIRED, "page")

    assert "tout de suite sur la page publique." in read(bakery.visit(bakery.link(Action.PUBLISH_NOW, account="page")))
    assert bakery.delivery("page").network is NetworkName.SITE


def test_the_text_is_shown_whole() -> None:
    """Line breaks and all."""
    bakery = bakery_with(State.EXPIRED)

    page = BeautifulSoup(bakery.visit(bakery.link(Action.PUBLISH_NOW)).body, "html.parser")

    assert [quote.get_text() for quote in page.find_all("blockquote")] == [TEXT]
