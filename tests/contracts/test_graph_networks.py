"""What Facebook's and Instagram's rooms do alike: listen, answer exactly once, moderate, read events; and alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from heraut.brands import NetworkName
from heraut.conversations import Author, Kind
from heraut.errors import (
    CredentialsExpired,
    InvalidInput,
    OutcomeUnknown,
    RateLimited,
    ReadBackUnavailable,
    Refused,
    Unreachable,
    Unreadable,
)
from heraut.networks.base import (
    Listens,
    Moderates,
    Publishes,
    ReceivesWebhooks,
    Refreshes,
    Replies,
    ShowsAgain,
    Subscribes,
    WebhookEvent,
)
from heraut.publishing.model import Content, Part
from tests.contracts.graph_rooms import BEGAN, MINUTE, PAUL, ZOE, Clock, Room
from tests.matrix.wire import Said
from tests.twins.graph_double import RIGHTS, Lost, error, graph

pytestmark = pytest.mark.enable_socket

BOTH = [NetworkName.FACEBOOK, NetworkName.INSTAGRAM]


def opened(network: NetworkName, **more: Any) -> Iterator[Room]:
    """A room before a running double."""
    clock = Clock()
    with graph(now=clock.now, **more) as double:
        yield Room(network, double, clock)


@pytest.fixture(name="room", params=BOTH)
def _room(request: pytest.FixtureRequest) -> Iterator[Room]:
    yield from opened(request.param)


@pytest.fixture(name="facebook")
def _facebook() -> Iterator[Room]:
    yield from opened(NetworkName.FACEBOOK)


@pytest.fixture(name="instagram")
def _instagram() -> Iterator[Room]:
    yield from opened(NetworkName.INSTAGRAM)


@pytest.fixture(name="answered")
def _answered(room: Room) -> Any:
    """A comment that was heard, and the delivery of an answer to it."""
    room.listen()
    comment = room.say(room.post(), "Ouvrez-vous lundi ?")
    return room.answer(room.interaction(comment), "Oui, dès 7 h !"), comment


def test_each_is_everything_that_an_account_of_its_network_can_be(room: Room) -> None:
    """The Protocols by which the use cases find them."""
    publishes: Publishes = room.adapter

    assert publishes.name is room.network
    assert publishes.secret_fields == ("app_id", "app_secret", "access_token")
    for ability in (Listens, Replies, Moderates, ReceivesWebhooks, Subscribes):
        assert isinstance(room.adapter, ability)


# ---------------------------------------------------------------------- listening
def test_nothing_of_the_past_is_heard_the_first_time(room: Room) -> None:
    """An account that was just connected does not open an alert for each comment of last year."""
    old = room.say(room.post(), "C'était il y a longtemps")
    first = room.listen()
    room.clock.pass_by(5 * MINUTE)
    second = room.listen()

    assert (first.interactions, first.answers, second.interactions) == ((), (), ())
    assert old.id not in room.heard
    assert room.cursor


def test_each_comment_is_heard_once_and_our_answer_is_noticed(room: Room) -> None:
    """Who, what, under which post; nothing is left out between two looks; an answer of ours names what it answers."""
    room.listen()
    post = room.post()
    children = room.say(post, "Peut-on venir avec des enfants ?")
    room.listen()
    dog = room.say(post, "Et le chien ?", PAUL)
    room.listen()

    assert [one.text for one in room.heard.values()] == ["Peut-on venir avec des enfants ?", "Et le chien ?"]
    heard = room.heard[dog.id]
    assert (heard.kind, heard.answers, heard.thread, heard.at) == (Kind.COMMENT, post.id, post.id, dog.at)
    assert (heard.brand, heard.account, heard.network) == ("martin", "page", room.network)
    assert heard.url

    ours = room.say(children, "Oui, à partir de six ans !", room.me)
    room.listen()
    assert set(room.answers) == {(ours.id, children.id)}
    assert len(room.heard) == 2


def test_people_are_called_as_their_network_calls_them(room: Room) -> None:
    """Facebook tells names, Instagram handles."""
    room.listen()
    heard = room.interaction(room.say(room.post(), "Bonjour"))

    known = {
        NetworkName.FACEBOOK: Author(id="77", handle="", name="Zoé Martin"),
        NetworkName.INSTAGRAM: Author(id="77", handle="@zoe.martin", name="zoe.martin"),
    }
    assert heard.author == known[room.network]


def test_a_reply_stands_under_the_post_and_says_what_it_answers(room: Room) -> None:
    """Also below a comment that was heard long ago."""
    room.listen()
    post = room.post()
    first = room.say(post, "Peut-on venir avec des enfants ?")
    room.listen()
    room.clock.pass_by(timedelta(days=8))
    reply = room.say(first, "Moi aussi je me le demande", PAUL)

    heard = room.interaction(reply)
    assert (heard.kind, heard.answers, heard.thread) == (Kind.REPLY, first.id, post.id)


def test_an_answer_below_a_comment_answers_who_wrote_it(room: Room) -> None:
    """All that they said there; what somebody else asked stays open."""
    room.listen()
    first = room.say(room.post(), "Peut-on venir avec des enfants ?")
    more = room.say(first, "Ils ont six ans")
    room.say(first, "Et avec un chien ?", PAUL)
    ours = room.say(first, "Oui, à partir de six ans !", room.me)
    room.listen()

    assert set(room.answers) == {(ours.id, first.id), (ours.id, more.id)}


def test_an_answer_that_names_somebody_answers_them(room: Room) -> None:
    """And nobody else; as Héraut's own answers below a reply do."""
    room.listen()
    first = room.say(room.post(), "Peut-on venir avec des enfants ?", PAUL)
    theirs = room.say(first, "Et avec un chien ?", ZOE)
    room.say(first, "Merci !", PAUL)
    ours = room.say(first, "@zoe.martin Oui, tenu en laisse", room.me, names=(ZOE,))
    room.listen()
    assert set(room.answers) == {(ours.id, theirs.id)}

    room.adapter.publish(room.answer(room.heard[theirs.id], "À demain !"), lambda _: None, room.clock.now())
    (sent,) = room.double.ours()
    room.listen()
    assert {to for one, to in room.answers if one == sent.id} == {theirs.id}


def test_once_we_have_spoken_an_answer_is_to_who_spoke_last(room: Room) -> None:
    """A conversation goes on below the comment, long after it was heard."""
    room.listen()
    first = room.say(room.post(), "Peut-on venir avec des enfants ?")
    room.say(first, "Oui !", room.me)
    room.listen()
    room.clock.pass_by(timedelta(days=2))
    again = room.say(first, "Et avec un chien ?", PAUL)
    ours = room.say(first, "Aussi", room.me)
    room.listen()

    assert {to for one, to in room.answers if one == ours.id} == {again.id}


def test_two_hundred_comments_are_all_heard_in_pages(room: Room) -> None:
    """Whatever their order."""
    room.listen()
    post = room.post()
    room.double.ranked = room.network is NetworkName.FACEBOOK
    for number in range(230):
        room.double.comment(post, f"Question {number}", ZOE)
    room.listen()

    assert len(room.heard) == 230
    assert len(room.listen().interactions) <= 230


def test_a_comment_under_an_old_post_is_heard_within_the_hour(room: Room) -> None:
    """The newest hundred posts are looked at each time, the older ones once an hour."""
    old = room.post("Une très vieille publication")
    for number in range(120):
        room.post(f"Publication {number}")
    room.listen()
    late = room.say(old, "Je découvre : c'est encore possible ?")
    room.clock.pass_by(5 * MINUTE)
    room.listen()
    assert late.id not in room.heard

    room.clock.pass_by(timedelta(hours=1))
    room.listen()
    assert room.heard[late.id].thread == old.id


def test_an_idle_account_costs_few_calls_and_moves_no_cursor(room: Room) -> None:
    """Nobody spoke: two lists are read."""
    room.say(room.post(), "Bonjour")
    room.listen()
    room.clock.pass_by(20 * MINUTE)
    before, begun = len(room.double.asked), room.cursor
    room.listen()

    assert len(room.double.asked) - before == 2
    assert room.cursor == begun


def test_what_could_not_all_be_read_is_read_again(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cursor stays where it was: nothing is lost."""
    from heraut.networks import facebook_listen, instagram_listen

    monkeypatch.setattr(facebook_listen, "_MOST_COMMENTS", 1)
    monkeypatch.setattr(instagram_listen, "_MOST_COMMENTS", 1)
    room.listen()
    begun = room.cursor
    post = room.post()
    for number in range(130):
        room.double.comment(post, f"Question {number}", ZOE)
    room.listen()

    assert room.cursor == begun
    assert room.heard
    monkeypatch.undo()
    room.listen()
    assert len(room.heard) == 130
    assert room.cursor != begun


def test_a_post_that_names_the_account_is_heard(room: Room) -> None:
    """It begins a thread of its own; what we post ourselves elsewhere is not news."""
    room.listen()
    theirs = room.post("Merveilleuse boulangerie", by=ZOE, elsewhere=True)
    heard = room.interaction(theirs)

    assert (heard.kind, heard.answers, heard.thread, heard.text) == (
        Kind.MENTION,
        None,
        theirs.id,
        "Merveilleuse boulangerie",
    )


def test_a_visitors_post_on_the_page_is_heard(facebook: Room) -> None:
    """And what is said below it."""
    facebook.listen()
    theirs = facebook.post("Vous ouvrez lundi ?", by=ZOE)
    below = facebook.say(theirs, "Je me le demande aussi", PAUL)

    heard = facebook.interaction(theirs)
    assert (heard.kind, heard.author.name) == (Kind.MENTION, "Zoé Martin")
    assert facebook.heard[below.id].thread == theirs.id
    ours = facebook.say(theirs, "Oui !", facebook.me)
    facebook.listen()
    assert (ours.id, theirs.id) in facebook.answers


def test_a_comments_photo_is_heard_and_nothing_else_it_shows(facebook: Room) -> None:
    """Sent or read, it is the same; a sticker, a film or a link's preview is no picture of theirs."""
    facebook.listen()
    post = facebook.post()
    photo = facebook.say(post, "Le mien", picture="https://scontent.example/1.jpg")
    sticker = facebook.say(post, "", picture="https://scontent.example/2.png", shows="sticker")
    visitor = facebook.post("Regardez", by=ZOE, picture="https://scontent.example/3.jpg")
    linked = facebook.post("Lisez", by=ZOE, picture="https://scontent.example/4.jpg", shows="shared_story")
    named = facebook.post("Chez eux", by=ZOE, elsewhere=True, picture="https://scontent.example/5.jpg")
    brought = parsed(facebook, facebook.told(photo), facebook.told(sticker))
    facebook.listen()

    shown = [facebook.heard[one.id].pictures for one in (photo, sticker, visitor, linked, named)]
    assert shown == [
        ("https://scontent.example/1.jpg",),
        (),
        ("https://scontent.example/3.jpg",),
        (),
        ("https://scontent.example/5.jpg",),
    ]
    assert [one.pictures for one in brought.interactions] == shown[:2]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"item": "photo", "link": "https://scontent.example/1.jpg"}, ("https://scontent.example/1.jpg",)),
        (
            {"item": "status", "photos": ["https://scontent.example/1.jpg", "https://scontent.example/2.jpg"]},
            ("https://scontent.example/1.jpg", "https://scontent.example/2.jpg"),
        ),
        ({"item": "link", "link": "https://elsewhere.example/"}, ()),
        ({"item": "status", "photos": "none"}, ()),
    ],
)
def test_photos_of_a_visitors_post_are_sent_with_it(facebook: Room, told: dict[str, Any], expected: Any) -> None:
    """One, or several; the address of a link is no picture."""
    theirs = facebook.post("Regardez", by=ZOE)
    value = {"verb": "add", "post_id": theirs.id, "from": {"id": ZOE.id, "name": ZOE.name}} | told
    (heard,) = parsed(facebook, {"field": "feed", "value": value}).interactions

    assert heard.pictures == expected


def test_pictures_of_posts_that_name_us_on_instagram_are_heard(instagram: Room) -> None:
    """Those of an album one by one; no film, and none where the network keeps its address for itself."""
    instagram.listen()
    one = instagram.post("Miam @boulangerie_martin", by=ZOE, elsewhere=True, picture="https://cdn.example/1.jpg")
    film = instagram.post("Au four", by=ZOE, elsewhere=True, picture="https://cdn.example/2.mp4", shows="VIDEO")
    album = instagram.post("Le marché", by=ZOE, elsewhere=True, shows="CAROUSEL_ALBUM")
    kept = instagram.post("La nôtre", by=ZOE, elsewhere=True)
    for number, kind in ((3, None), (4, "VIDEO"), (5, None)):
        instagram.post("", by=ZOE, on=album.id, picture=f"https://cdn.example/{number}.jpg", shows=kind)
    mentions = [{"field": "mentions", "value": {"media_id": each.id}} for each in (one, album)]
    brought = parsed(instagram, *mentions)
    instagram.listen()

    shown = [instagram.heard[each.id].pictures for each in (one, film, album, kept)]
    both = ("https://cdn.example/3.jpg", "https://cdn.example/5.jpg")
    assert shown == [("https://cdn.example/1.jpg",), (), both, ()]
    assert [each.pictures for each in brought.interactions] == [("https://cdn.example/1.jpg",), both]


def again(room: Room, entry: Any) -> tuple[str, ...]:
    """Where the pictures of something heard are read, once the network serves them elsewhere."""
    served = replace(entry, picture="https://cdn.example/new.jpg" if entry.picture else None)
    room.double.entries[entry.id] = served
    assert isinstance(room.adapter, ShowsAgain)
    return room.adapter.pictures(room.account, room.secret, room.heard[entry.id], room.clock.now())


def test_pictures_are_read_again_when_their_address_changed(room: Room) -> None:
    """Of a post that names the account."""
    room.listen()
    named = room.post("Chez eux", by=ZOE, elsewhere=True, picture="https://cdn.example/old.jpg")
    words = room.post("Miam", by=ZOE, elsewhere=True)
    room.listen()

    assert room.heard[named.id].pictures == ("https://cdn.example/old.jpg",)
    assert again(room, named) == ("https://cdn.example/new.jpg",)
    assert again(room, words) == ()


def test_a_comments_photo_is_read_again(facebook: Room) -> None:
    """What is gone is refused: nothing is shown in its place."""
    facebook.listen()
    photo = facebook.say(facebook.post(), "Le mien", picture="https://cdn.example/old.jpg")
    facebook.listen()

    assert again(facebook, photo) == ("https://cdn.example/new.jpg",)
    facebook.double.remove(facebook.double.entries[photo.id])
    with pytest.raises(Refused):
        facebook.adapter.pictures(facebook.account, facebook.secret, facebook.heard[photo.id], BEGAN)  # type: ignore[attr-defined]


def test_pictures_of_a_mention_are_read_again_where_it_was_heard(instagram: Room) -> None:
    """A post that mentions the account without tagging it."""
    theirs = instagram.post("Miam @boulangerie_martin", by=ZOE, elsewhere=True, picture="https://cdn.example/old.jpg")
    (heard,) = parsed(instagram, {"field": "mentions", "value": {"media_id": theirs.id}}).interactions
    instagram.heard[heard.id] = heard

    assert again(instagram, theirs) == ("https://cdn.example/new.jpg",)


@pytest.mark.parametrize(("language", "name"), [(None, "Quelqu'un"), ("en", "Somebody")])
def test_who_is_not_told_is_somebody(facebook: Room, language: Any, name: str) -> None:
    """Facebook names nobody who did not let it; two of them are two."""
    facebook.language = language
    facebook.listen()
    post = facebook.post()
    first, second = facebook.say(post, "Bonjour", None), facebook.say(post, "Bonsoir", None)
    facebook.listen()

    assert facebook.heard[first.id].author.name == name
    assert facebook.heard[first.id].author.id != facebook.heard[second.id].author.id


def test_many_replies_below_one_comment_are_all_heard(instagram: Room) -> None:
    """More than come with the comment."""
    instagram.listen()
    first = instagram.say(instagram.post(), "Qui vient ?")
    for number in range(70):
        instagram.double.comment(first, f"Moi {number}", PAUL)
    instagram.listen()

    assert len(instagram.heard) == 71


# ---------------------------------------------------------------------- answering
def test_an_answer_goes_out_once_and_says_where_it_stands(room: Room, answered: Any) -> None:
    """Its id is told before anything else can fail; sent again with it, nothing is said twice."""
    job, comment = answered
    accepted: list[str] = []
    published = room.adapter.publish(job, accepted.append, room.clock.now())

    (ours,) = room.double.ours()
    assert (ours.text, ours.parent, ours.by) == ("Oui, dès 7 h !", comment.id, room.me)
    assert accepted == [ours.id]
    assert published.remote_ids == (ours.id,)
    assert room.adapter.publish(replace(job, done=(ours.id,)), accepted.append, room.clock.now()).remote_ids == (
        ours.id,
    )
    assert len(room.double.ours()) == 1


@pytest.mark.parametrize("fate", [Lost(done=True), Lost(done=True, said=Said(502, b"<html>"))])
def test_an_answer_whose_fate_is_unknown_is_found(room: Room, answered: Any, fate: Lost) -> None:
    """Author, words and time agree; another's same words do not, nor our own of another delivery."""
    job, comment = answered
    twin = room.say(comment, "Oui, dès 7 h !", room.me)
    room.say(comment, "Oui, dès 7 h !", PAUL)
    room.clock.pass_by()
    room.double.plan(fate)
    with pytest.raises(OutcomeUnknown):
        room.adapter.publish(job, lambda _: None, room.clock.now())

    (ours,) = room.double.ours()
    window = room.around()
    found = room.adapter.find(job, window, frozenset({twin.id}))
    assert found is not None
    assert (found.remote_ids, found.at) == ((ours.id,), ours.at)
    assert room.adapter.find(job, window, frozenset({twin.id, ours.id})) is None
    assert room.adapter.repeat_is_safe(job) is None


def test_an_answer_that_never_arrived_is_absent(room: Room, answered: Any) -> None:
    """So a person is asked, and decides."""
    job, _ = answered
    room.double.plan(Lost(done=False))
    with pytest.raises(OutcomeUnknown):
        room.adapter.publish(job, lambda _: None, room.clock.now())

    assert room.adapter.find(job, room.around(), frozenset()) is None
    assert room.double.ours() == []


def test_what_cannot_be_read_back_proves_nothing(room: Room, answered: Any) -> None:
    """An incident while looking is no absence."""
    job, _ = answered
    room.double.plan(error(2, "Service temporarily unavailable", status=500), "GET")
    with pytest.raises(ReadBackUnavailable):
        room.adapter.find(job, room.around(), frozenset())
    with pytest.raises(ReadBackUnavailable):
        room.adapter.find(room.job(Content(parts=(Part(text="x"),))), room.around(), frozenset())


def test_an_answer_to_a_reply_is_found_a_level_higher(room: Room) -> None:
    """There Meta puts it; so it names whom it answers, who would not know otherwise."""
    room.listen()
    first = room.say(room.post(), "Peut-on venir avec des enfants ?")
    reply = room.say(first, "Et avec un chien ?", PAUL)
    job = room.answer(room.interaction(reply), "Oui !")
    room.double.plan(Lost(done=True))
    with pytest.raises(OutcomeUnknown):
        room.adapter.publish(job, lambda _: None, room.clock.now())

    found = room.adapter.find(job, room.around(), frozenset())
    (ours,) = room.double.ours()
    assert found is not None
    assert found.remote_ids == (ours.id,)
    assert ours.text == ("Paul Petit Oui !" if room.network is NetworkName.FACEBOOK else "@paul_petit Oui !")


def test_nothing_but_answers_is_published_yet(room: Room) -> None:
    """The calendar says so when it is read, and what to do instead; nothing is ever called."""
    content = Content(parts=(Part(text="Nos bûches"),))
    limits = room.adapter.limits(room.account, room.secret)

    (found,) = room.adapter.validate(content, limits)
    assert not found.warning
    assert room.adapter.title in found.message("fr")
    assert "by_hand" in found.remedy("fr")
    with pytest.raises(Refused) as refused:
        room.adapter.publish(room.job(content), lambda _: None, BEGAN)
    assert refused.value.problem.code == "meta_not_published_yet"
    assert room.double.calls("POST") == []


def test_an_answer_is_one_text_of_a_length(room: Room, answered: Any) -> None:
    """What is too long is said before it is sent; an empty one is none."""
    job, comment = answered
    limits = room.adapter.limits(room.account, room.secret)
    assert room.adapter.validate(job.content, limits) == []
    long = room.answer(room.heard[comment.id], "x" * ((limits.characters or 0) + 1))
    assert [one.code for one in room.adapter.validate(long.content, limits)] == ["meta_answer_too_long"]
    thread = job.content.model_copy(update={"parts": job.content.parts * 2})
    assert [one.code for one in room.adapter.validate(thread, limits)] == ["meta_answer_is_text"]
    with pytest.raises(InvalidInput):
        room.answer(room.heard[comment.id], " \n ")


def test_what_tags_the_account_on_instagram_cannot_be_answered(instagram: Room) -> None:
    """The API has no way; the person is told before anything is queued."""
    instagram.listen()
    heard = instagram.interaction(instagram.post("Miam", by=ZOE, elsewhere=True))

    with pytest.raises(InvalidInput):
        instagram.answer(heard, "Merci !")


# ---------------------------------------------------------------------- errors
@pytest.mark.parametrize(
    ("said", "kind", "code"),
    [
        (error(190, "Malformed access token EAAsecret", status=401), CredentialsExpired, "meta_token_refused"),
        (error(190, "Expired", subcode=463), CredentialsExpired, "meta_token_expired"),
        (error(190, "Changed", subcode=460), CredentialsExpired, "meta_password_changed"),
        (error(190, "Gone", subcode=458), CredentialsExpired, "meta_app_removed"),
        (error(190, "Checkpoint", subcode=459), CredentialsExpired, "meta_login_needed"),
        (error(190, "Role", subcode=492), CredentialsExpired, "meta_role_lost"),
        (error(190, "must be called with a Page Access Token"), CredentialsExpired, "meta_page_token_needed"),
        (error(102, "Session expired"), CredentialsExpired, "meta_token_refused"),
        (error(10, "requires the 'pages_manage_engagement' permission"), CredentialsExpired, "meta_rights_missing"),
        (error(200, "Permissions error", status=403), CredentialsExpired, "meta_rights_missing"),
        (error(100, "Invalid appsecret_proof provided"), CredentialsExpired, "meta_app_secret_wrong"),
        (error(100, "gone", subcode=33), Refused, "meta_gone"),
        (error(100, "Invalid parameter"), Refused, "meta_refused"),
        (error(100, "x", error_user_msg="Ce commentaire est trop long."), Refused, "meta_refused"),
        (error(368, "Temporarily blocked"), Refused, "meta_blocked"),
        (error(506, "Duplicate status message"), Refused, "meta_said_already"),
        (error(1, "An unknown error occurred"), OutcomeUnknown, "meta_failed"),
        (error(2, "Service temporarily unavailable", status=503), OutcomeUnknown, "meta_failed"),
        (Said(500, b"<html>"), OutcomeUnknown, "meta_failed"),
        (Said(200, b"<html>"), OutcomeUnknown, "meta_answer_unclear"),
        (Said(200, {}), OutcomeUnknown, "meta_answer_unclear"),
        (Said(200, {"success": True}), OutcomeUnknown, "meta_answer_unclear"),
        (Said(400, b"<html>"), Refused, "meta_refused_silently"),
        (Said(302, b"", {"Location": "https://elsewhere.example"}), Refused, "meta_refused_silently"),
        (Said(429, b""), RateLimited, "meta_busy"),
        (Lost(done=False), OutcomeUnknown, "server_answer_broken"),
    ],
)
def test_an_error_is_what_publishing_knows_how_to_handle(
    room: Room, answered: Any, said: Said | Lost, kind: type[Exception], code: str
) -> None:
    """In a person's words, and without what the network quotes of the token."""
    job, _ = answered
    room.double.plan(said)
    with pytest.raises(kind) as raised:
        room.adapter.publish(job, lambda _: None, room.clock.now())

    found = raised.value.problem  # type: ignore[attr-defined]
    assert found.code == code
    for language in ("fr", "en"):
        assert "EAAsecret" not in found.message(language) + found.remedy(language)


def test_the_networks_own_words_for_people_are_shown(room: Room, answered: Any) -> None:
    """Before those for developers, and without their number."""
    job, _ = answered
    room.double.plan(error(100, "Invalid parameter", error_user_msg="Ce commentaire est trop long."))
    room.double.plan(error(100, "Invalid  parameter"))
    said = []
    for _ in range(2):
        with pytest.raises(Refused) as raised:
            room.adapter.publish(job, lambda _: None, room.clock.now())
        said.append(raised.value.problem.fields["said"])

    assert said == ["Ce commentaire est trop long.", "Invalid parameter"]


@pytest.mark.parametrize("code", [4, 17, 32, 613, 80001, 80002])
@pytest.mark.parametrize(("minutes", "wait"), [(23, 23), (-1, 15), (None, 15), (100_000, 24 * 60)])
def test_a_quota_that_is_used_up_waits_as_long_as_the_network_says(
    room: Room, code: int, minutes: int | None, wait: int
) -> None:
    """In minutes, in a header; a quarter of an hour where it says nothing, and never longer than a day."""
    room.listen()
    room.double.used_up = (code, minutes)
    with pytest.raises(RateLimited) as raised:
        room.listen()

    assert raised.value.problem.code == "meta_busy"
    assert raised.value.until == room.clock.now() + timedelta(minutes=wait)


def test_an_account_without_its_keys_is_not_called(room: Room) -> None:
    """Each that is missing is named."""
    for name in room.secret:
        if name == "app_id":  # only subscribing needs it
            continue
        with pytest.raises(CredentialsExpired) as raised:
            room.adapter.listen("martin", room.account, room.secret | {name: " "}, None, BEGAN)  # type: ignore[attr-defined]
        assert (raised.value.problem.code, raised.value.problem.column) == ("meta_without_secret", name)
    assert room.double.asked == []


def test_a_token_never_stands_in_an_address(room: Room, answered: Any) -> None:
    """It goes in a header; only its proof is a parameter."""
    job, _ = answered
    room.adapter.publish(job, lambda _: None, room.clock.now())

    assert room.double.asked
    assert all(room.double.token not in json.dumps(params) for _, _, params in room.double.asked)
    assert all(params["appsecret_proof"] for _, _, params in room.double.asked)


def test_a_server_that_is_not_there_is_unreachable(room: Room) -> None:
    """Nothing was sent."""
    nowhere = room.account.model_copy(update={"service": "http://127.0.0.1:1"})
    with pytest.raises(Unreachable):
        room.adapter.listen("martin", nowhere, room.secret, None, BEGAN)  # type: ignore[attr-defined]


# ---------------------------------------------------------------------- checking
def test_a_check_says_who_the_account_is(room: Room) -> None:
    """Reading only."""
    identity = room.adapter.check(room.account, room.secret)

    known = {
        NetworkName.FACEBOOK: ("Boulangerie Martin", "https://www.facebook.com/boulangerie.martin"),
        NetworkName.INSTAGRAM: ("Boulangerie Martin", "https://www.instagram.com/boulangerie_martin/"),
    }
    assert (identity.name, identity.url) == known[room.network]
    assert identity.problems == ()
    assert room.double.calls("POST") == []
    other = room.account.model_copy(update={"handle": "@fleuriste"})
    assert [one.code for one in room.adapter.check(other, room.secret).problems] == ["meta_other_account"]
    same = room.account.model_copy(update={"handle": f"@{room.me.username.upper()}"})
    assert room.adapter.check(same, room.secret).problems == ()


def test_a_check_names_the_rights_that_are_missing(room: Room) -> None:
    """One problem each."""
    missing = {"pages_manage_metadata"} | (
        {"pages_read_user_content"} if room.network is NetworkName.FACEBOOK else {"instagram_manage_comments"}
    )
    room.double.rights = RIGHTS - missing

    problems = room.adapter.check(room.account, room.secret).problems
    assert {one.fields["rights"] for one in problems} == missing


def test_a_token_that_died_is_noticed_within_the_hour(room: Room) -> None:
    """It is tried when tokens are renewed; nothing is renewed, and an incident of Meta's is no end."""
    refreshes = room.adapter
    assert isinstance(refreshes, Refreshes)
    assert refreshes.refresh(room.account, room.secret, BEGAN) is None
    room.double.plan(Said(502, b"<html>"), "GET")
    with pytest.raises(OutcomeUnknown):
        refreshes.refresh(room.account, room.secret, BEGAN)
    assert refreshes.signs_in_anew

    room.double.trouble = (190, 460)
    with pytest.raises(CredentialsExpired) as raised:
        refreshes.refresh(room.account, room.secret, BEGAN)
    assert raised.value.problem.code == "meta_password_changed"


def test_a_persons_token_is_not_a_pages(room: Room) -> None:
    """The commonest mistake."""
    text = "Tried accessing nonexistent field (link) on node type (User)"
    room.double.plan(error(100, text), "GET")
    with pytest.raises(CredentialsExpired) as raised:
        room.adapter.check(room.account, room.secret)

    assert raised.value.problem.code == "meta_page_token_needed"


def test_a_page_without_instagram_says_how_to_link_it(instagram: Room) -> None:
    """Before anything else is asked."""
    instagram.double.instagram = None
    with pytest.raises(Refused) as raised:
        instagram.adapter.check(instagram.account, instagram.secret)

    assert raised.value.problem.code == "instagram_not_linked"


# ---------------------------------------------------------------------- moderating
def test_a_comment_is_hidden_shown_again_and_deleted(room: Room) -> None:
    """Each may be asked twice; what we took away ourselves is gone."""
    room.listen()
    comment = room.say(room.post(), "Nul !")
    asked = (room.account, room.secret, comment.id, BEGAN)

    for moderate, hidden in ((room.adapter.hide, True), (room.adapter.hide, True), (room.adapter.show, False)):
        moderate(*asked)
        assert room.double.entries[comment.id].hidden is hidden
    room.adapter.delete(*asked)
    room.adapter.delete(*asked)
    assert comment.id not in room.double.entries


@pytest.mark.parametrize("what", ["hide", "show", "delete"])
@pytest.mark.parametrize("interaction", ["404", "../me", "", "1?x=y"])
def test_what_we_cannot_see_is_not_said_to_be_done(room: Room, what: str, interaction: str) -> None:
    """Meta says the same of what is gone and of what is not ours: a person is told. No id leads elsewhere."""
    with pytest.raises(Refused) as raised:
        getattr(room.adapter, what)(room.account, room.secret, interaction, BEGAN)

    assert raised.value.problem.code == "meta_gone"
    assert {path for _, path, _ in room.double.asked} <= {"404"}


def test_a_right_that_is_missing_to_moderate_is_said(room: Room) -> None:
    """And nothing is hidden."""
    room.listen()
    comment = room.say(room.post(), "Nul !")
    room.double.rights = frozenset()
    with pytest.raises(CredentialsExpired) as raised:
        room.adapter.hide(room.account, room.secret, comment.id, BEGAN)

    assert raised.value.problem.code == "meta_rights_missing"
    assert not room.double.entries[comment.id].hidden


# ---------------------------------------------------------------------- events
def parsed(room: Room, *changes: dict[str, Any], page: str | None = None) -> Any:
    """What an event brings."""
    event = room.event(*changes, page=page)
    return room.adapter.parse_webhook("martin", room.account, room.secret, event, room.clock.now())  # type: ignore[attr-defined]


def test_a_comment_that_is_sent_is_the_same_as_when_it_is_read(room: Room) -> None:
    """So it counts once, whichever way it comes first."""
    room.listen()
    post = room.post()
    first = room.say(post, "Peut-on venir avec des enfants ?")
    reply = room.say(first, "Et avec un chien ?", PAUL)
    brought = parsed(room, room.told(first), room.told(reply))
    room.listen()

    def known(one: Any) -> Any:
        return one.model_dump(exclude={"at", "url"})

    assert [known(one) for one in brought.interactions] == [known(room.heard[one.id]) for one in (first, reply)]
    assert all(one.url for one in brought.interactions)
    assert not brought.look


def test_what_the_account_answers_is_told_or_looked_at(room: Room) -> None:
    """Below a comment, what stands beside it says whom it answers."""
    post = room.post()
    comment = room.say(post, "Et le chien ?")
    ours, ours_on_top = room.say(comment, "Oui !", room.me), room.say(post, "Venez nombreux", room.me)
    below, on_top = parsed(room, room.told(ours)), parsed(room, room.told(ours_on_top))

    assert (below.interactions, below.answers, below.look) == ((), (), True)
    assert [(one.id, one.to) for one in on_top.answers] == [(ours_on_top.id, post.id)]
    assert not on_top.look


def test_an_event_of_another_account_brings_nothing(room: Room) -> None:
    """An application has one address for all of them."""
    comment = room.say(room.post(), "Bonjour")

    assert parsed(room, room.told(comment), page="2000").interactions == ()
    other = json.loads(room.event(room.told(comment)).body) | {"object": "whatsapp_business_account"}
    event = WebhookEvent(scheme="meta", body=json.dumps(other).encode(), at=BEGAN)
    calls = len(room.double.asked)
    brought = room.adapter.parse_webhook("martin", room.account, room.secret, event, BEGAN)  # type: ignore[attr-defined]
    assert brought.interactions == ()
    mine = room.event(room.told(comment))
    unconnected = room.adapter.parse_webhook("martin", room.account, {}, mine, BEGAN)  # type: ignore[attr-defined]
    assert unconnected.interactions == ()
    assert len(room.double.asked) == calls


def test_a_thousand_changes_come_together(room: Room) -> None:
    """In a few calls at most."""
    post = room.post()
    comments = [room.double.comment(post, f"Question {number}", ZOE) for number in range(1_000)]
    brought = parsed(room, *(room.told(one) for one in comments))

    assert [one.id for one in brought.interactions] == [one.id for one in comments]
    assert len(room.double.asked) <= 2


def test_a_change_that_is_not_understood_holds_back_no_other(room: Room) -> None:
    """It is left out, and the account is listened to."""
    comment = room.say(room.post(), "Bonjour")
    odd = [
        {"field": "feed", "value": {}},
        {"field": "comments", "value": {"id": "1"}},
        {"field": "feed", "value": []},
        {"field": "feed", "value": {"item": "comment", "verb": "add", "comment_id": "1", "created_time": "now"}},
        {"field": "comments", "value": {"id": 1, "media": []}},
        {"value": {"item": "reaction"}},
        "rubbish",
    ]
    brought = parsed(room, *odd, room.told(comment))  # type: ignore[arg-type]

    assert [one.id for one in brought.interactions] == [comment.id]
    assert brought.look


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b'{"object":"page"}', b"[" * 100_000, b"\xff"])
def test_a_body_that_is_no_event_is_said_to_be_none(room: Room, body: bytes) -> None:
    """Nothing of it is quoted."""
    event = WebhookEvent(scheme="meta", body=body, at=BEGAN)
    with pytest.raises(Unreadable):
        room.adapter.parse_webhook("martin", room.account, room.secret, event, BEGAN)  # type: ignore[attr-defined]


def test_edits_and_ends_are_told_on_facebook(facebook: Room) -> None:
    """Of comments and of visitors' posts; reactions, shares and hiding change nothing."""
    comment = facebook.say(facebook.post(), "Ouvert lundy ?")
    post = {"item": "status", "post_id": "1000_9", "created_time": 1, "from": {"id": "77", "name": "Zoé"}}
    brought = parsed(
        facebook,
        facebook.told(comment, "edited", message="Ouvert lundi ?"),
        facebook.told(comment, "remove"),
        facebook.told(comment, "hide"),
        {"field": "feed", "value": post | {"verb": "add", "message": "Bonjour"}},
        {"field": "feed", "value": post | {"verb": "edited", "message": "Bonsoir"}},
        {"field": "feed", "value": post | {"verb": "remove"}},
        {"field": "feed", "value": post | {"verb": "add", "from": {"id": facebook.home, "name": "Nous"}}},
        {"field": "feed", "value": {"item": "reaction", "verb": "add", "post_id": "1000_9"}},
        {"field": "feed", "value": {"item": "share", "verb": "add", "post_id": "1000_9"}},
    )

    assert [(one.id, one.text) for one in brought.edits] == [(comment.id, "Ouvert lundi ?"), ("1000_9", "Bonsoir")]
    assert [one.id for one in brought.erased] == [comment.id, "1000_9"]
    assert [(one.id, one.kind, one.text) for one in brought.interactions] == [("1000_9", Kind.MENTION, "Bonjour")]
    assert not brought.look


def test_a_mention_is_sent_by_facebook_with_its_words(facebook: Room) -> None:
    """Of a post or a comment elsewhere; it can be answered there."""
    theirs = facebook.post("Merci @Boulangerie", by=ZOE, elsewhere=True)
    value = {"item": "post", "verb": "add", "post_id": theirs.id, "message": theirs.text, "created_time": 1763888400}
    sender = {"sender_id": "77", "sender_name": "Zoé Martin"}
    brought = parsed(facebook, {"field": "mention", "value": value | sender})

    (heard,) = brought.interactions
    assert (heard.id, heard.kind, heard.author.name, heard.text) == (
        theirs.id,
        Kind.MENTION,
        "Zoé Martin",
        "Merci @Boulangerie",
    )
    facebook.adapter.publish(facebook.answer(heard, "Merci à vous !"), lambda _: None, facebook.clock.now())
    assert [(one.text, one.on) for one in facebook.double.ours()] == [("Merci à vous !", theirs.id)]


def test_a_mention_on_instagram_is_completed_and_answered_there(instagram: Room) -> None:
    """The event names only ids; an answer whose fate is unknown cannot be read back: a person is asked."""
    theirs = instagram.post("Au marché avec @boulangerie_martin", by=ZOE)
    comment = instagram.say(theirs, "@boulangerie_martin vous êtes là ?", PAUL)
    brought = parsed(
        instagram,
        {"field": "mentions", "value": {"media_id": theirs.id}},
        {"field": "mentions", "value": {"media_id": theirs.id, "comment_id": comment.id}},
        {"field": "mentions", "value": {"media_id": "1", "comment_id": "404"}},
        {"field": "mentions", "value": {"media_id": "../me"}},
    )

    caption, said = brought.interactions
    assert (caption.id, caption.author.handle, caption.text) == (theirs.id, "@zoe.martin", theirs.text)
    assert (said.id, said.author.handle, said.text, said.thread) == (comment.id, "@paul_petit", comment.text, theirs.id)
    for one in (caption, said):
        job = instagram.answer(one, "Merci !")
        instagram.adapter.publish(job, lambda _: None, instagram.clock.now())
        with pytest.raises(ReadBackUnavailable):
            instagram.adapter.find(job, instagram.around(), frozenset())
    assert [(one.on, one.parent) for one in instagram.double.ours()] == [(theirs.id, None), (theirs.id, comment.id)]


# ---------------------------------------------------------------------- subscribing
def test_events_are_subscribed_to_by_two_calls(room: Room) -> None:
    """The application is told the address, the Page is told the application; it may be done again."""
    webhook = {"address": "https://hooks.example/martin/page/x", "verify_token": "drawn", "app_secret": "x"}
    for _ in range(2):
        assert room.adapter.subscribe(room.account, room.secret, webhook, BEGAN) is None  # type: ignore[attr-defined]

    fields = {NetworkName.FACEBOOK: "feed,mention", NetworkName.INSTAGRAM: "comments,mentions"}[room.network]
    kind = {NetworkName.FACEBOOK: "page", NetworkName.INSTAGRAM: "instagram"}[room.network]
    wanted = {
        "object": kind,
        "callback_url": "https://hooks.example/martin/page/x",
        "verify_token": "drawn",
        "fields": fields,
    }
    assert room.double.app_subscriptions == [wanted] * 2
    assert room.double.subscribed == ("feed", "mention")
    with pytest.raises(CredentialsExpired):
        room.adapter.subscribe(room.account, room.secret | {"app_id": ""}, webhook, BEGAN)  # type: ignore[attr-defined]
