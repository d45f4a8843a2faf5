"""Mastodon's adapter against a Mastodon in memory: what it sends, and what it makes of every answer."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from heraut.allowance import Allowance
from heraut.brands import Account, NetworkName
from heraut.errors import (
    CredentialsExpired,
    NetworkError,
    NotReady,
    OutcomeUnknown,
    PreparationLost,
    RateLimited,
    ReadBackUnavailable,
    Refused,
    Unreachable,
)
from heraut.networks.base import Begun, Job, Limits, Preparation, Published, Window
from heraut.networks.http import Answer
from heraut.networks.mastodon import Mastodon
from heraut.networks.mastodon_instance import DEFAULTS, instance_of
from heraut.networks.memory import Memory
from heraut.problems import problem
from heraut.publishing.model import Content, Media, Part, Poll, Prepared
from tests.unit.networks.mastodon_wire import BASE, INSTANCE, NOW, TOKEN, Asked, Server, Wire, a_minute_around, said

NOBODY = frozenset[str]()
AROUND = Window(*a_minute_around(NOW))


class Clock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(name="server")
def _server() -> Server:
    return Server()


@pytest.fixture(name="clock")
def _clock() -> Clock:
    return Clock()


@pytest.fixture(name="network")
def _network(server: Server, clock: Clock) -> Mastodon:
    return Mastodon(Wire(server=server), lambda: NOW, Memory(clock))


def media(kind: str = "image/png", name: str = "a.png", alt: str = "Un pain", body: bytes = b"") -> Media:
    """Describe a file."""
    digest = hashlib.sha256(body or name.encode()).hexdigest()
    return Media(key=digest, content_type=kind, size=len(body) or 100, sha256=digest, alt=alt, name=name)


def png(width: int = 8, height: int = 8) -> bytes:
    """Draw a picture."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(out, "PNG")
    return out.getvalue()


def content(*texts: str, files: tuple[Media, ...] = (), **more: Any) -> Content:
    """Say something; the files go with the first part."""
    parts = tuple(Part(text=text, media=() if number else files) for number, text in enumerate(texts))
    return Content(parts=parts, **more)


def job(*texts: str, files: tuple[Media, ...] = (), done: tuple[str, ...] = (), **more: Any) -> Job:
    """Make a job for the bakery."""
    return Job(
        brand="martin",
        brand_name="Boulangerie Martin",
        post="p1",
        version=1,
        key="martin/p1/mastodon/1",
        account=Account(name="mastodon", network=NetworkName.MASTODON, instance=BASE + "/"),
        secret={"access_token": f" {TOKEN}\n"},
        content=content(*texts, files=files, **more),
        created_at=NOW,
        done=done,
    )


def after(asked: Job, made: Preparation) -> Job:
    """Give the job as it is once its uploads are known."""
    return replace(asked, prepared=Prepared(version=1, remote=dict(made.remote), expires_at=made.expires_at))


def ignore(_: str) -> None:
    """Take note of nothing."""


def draw(_: Media) -> bytes:
    """Read a picture, whichever it is."""
    return png()


# What is sent


def test_a_part_is_sent_with_its_key_and_no_instant(network: Mastodon, server: Server) -> None:
    """The token, the key, every field; the instant is ours to keep."""
    network.publish(job("Bonjour", content_warning=" Gluten ", language="fr-CA"), ignore, NOW)

    (sent,) = server.calls("POST", "/api/v1/statuses")
    assert sent.headers["Authorization"] == f"Bearer {TOKEN}"
    assert len(sent.headers["Idempotency-Key"]) == 64
    assert sent.json == {
        "status": "Bonjour",
        "visibility": "public",
        "language": "fr",
        "lang": "fr",
        "spoiler_text": "Gluten",
        "sensitive": True,
    }


def test_without_a_warning_the_accounts_own_setting_stands(network: Mastodon, server: Server) -> None:
    """`sensitive` is not said when there is no warning."""
    network.publish(job("Bonjour"), ignore, NOW)
    assert "sensitive" not in server.calls("POST", "/api/v1/statuses")[0].json


@pytest.mark.parametrize(
    ("tag", "expected"), [("fr", "fr"), ("fr-CA", "fr"), ("EN-gb", "en"), ("zh-TW", "zh-TW"), ("br", "br")]
)
def test_languages_go_as_mastodon_knows_them(network: Mastodon, server: Server, tag: str, expected: str) -> None:
    """A country is dropped where Mastodon does not know the language by country."""
    network.publish(job("Bonjour", language=tag), ignore, NOW)
    assert server.calls("POST", "/api/v1/statuses")[0].json["language"] == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("Le menu",), "Le menu\n\nhttps://a.fr/menu"),
        (("Le menu : https://a.fr/menu !",), "Le menu : https://a.fr/menu !"),
        (("Le menu", "est sur https://a.fr/menu"), "Le menu"),
        (("",), "https://a.fr/menu"),
    ],
)
def test_the_link_is_in_the_text_once(network: Mastodon, server: Server, texts: tuple[str, ...], expected: str) -> None:
    """The server makes a card of the first link of the text: the link goes there, unless it is there already."""
    network.publish(job(*texts, link="https://a.fr/menu"), ignore, NOW)
    assert server.calls("POST", "/api/v1/statuses")[0].json["status"] == expected


def test_every_part_has_a_key_of_its_own_and_the_warning(network: Mastodon, server: Server) -> None:
    """Keys differ between parts and not between attempts; the poll goes with the first part only."""
    asked = job("Un", "Deux", content_warning="CW", poll=Poll(options=("a", "b"), minutes=60))
    network.publish(asked, ignore, NOW)
    network.publish(asked, ignore, NOW)

    sent = server.calls("POST", "/api/v1/statuses")
    keys = [one.headers["Idempotency-Key"] for one in sent]
    assert keys[:2] == keys[2:]
    assert keys[0] != keys[1]
    assert [one.json["spoiler_text"] for one in sent[:2]] == ["CW", "CW"]
    assert ["poll" in one.json for one in sent[:2]] == [True, False]
    assert sent[0].json["poll"] == {"options": ["a", "b"], "expires_in": 3600, "multiple": False}
    assert len(server.statuses) == 2


def test_the_first_comment_answers_the_last_part(network: Mastodon, server: Server) -> None:
    """It is one more message of the thread, sent and found with it, with the warning and without the pictures."""
    asked = job("Un", "Deux", first_comment=" Et aussi ", content_warning="CW")
    sent = network.publish(asked, ignore, NOW)

    third = server.calls("POST", "/api/v1/statuses")[2].json
    assert (third["status"], third["in_reply_to_id"]) == ("Et aussi", sent.remote_ids[1])
    assert third["spoiler_text"] == "CW"
    assert seen(network, asked) == sent.remote_ids
    server.statuses.pop(0)
    assert seen(network, asked) == sent.remote_ids[:2]


def test_only_missing_parts_are_sent(network: Mastodon, server: Server) -> None:
    """Going on with a thread: the next part answers the last accepted one, and the link is the first one's."""
    first = server.add("Un")
    accepted: list[str] = []

    result = network.publish(job("Un", "Deux", done=(first["id"],)), accepted.append, NOW)

    assert [one.json["in_reply_to_id"] for one in server.calls("POST", "/api/v1/statuses")] == [first["id"]]
    assert result.remote_ids == (first["id"], accepted[0])
    assert result.url == first["url"]


def test_a_link_that_cannot_be_read_makes_nothing_doubtful(network: Mastodon, server: Server) -> None:
    """The thread is whole; only the address of its first part is not known."""
    first = server.add("Un")
    server.answers("GET", f"/api/v1/statuses/{first['id']}", said({}, 503))

    result = network.publish(job("Un", "Deux", done=(first["id"],)), ignore, NOW)

    assert len(result.remote_ids) == 2
    assert result.url is None


def test_a_thread_that_stops_has_told_what_was_accepted(network: Mastodon, server: Server) -> None:
    """The second part waits; the first was told before."""
    accepted: list[str] = []
    original = server.answer
    server.answer = lambda asked: (  # type: ignore[method-assign]
        said({"error": "Throttled"}, 429) if asked.method == "POST" and accepted else original(asked)
    )
    with pytest.raises(RateLimited):
        network.publish(job("Un", "Deux"), accepted.append, NOW)

    assert accepted == [server.statuses[0]["id"]]


# What answers mean

SCHEDULED = {"id": "3", "scheduled_at": "2026-11-23T10:00:00.000Z", "params": {"text": "x"}, "media_attachments": []}


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        (said({"error": "The access token is invalid"}, 401), CredentialsExpired, "mastodon_token_refused"),
        (
            said({"error": "This action is outside the authorized scopes"}, 403),
            CredentialsExpired,
            "mastodon_rights_missing",
        ),
        (said({"error": "Your login is currently disabled"}, 403), CredentialsExpired, "mastodon_account_closed"),
        (said({"error": "This action is not allowed"}, 403), Refused, "mastodon_refused"),
        (said(b"<html>Blocked</html>", 403), Refused, "mastodon_refused_silently"),
        (said({"error": "Record not found"}, 404), Refused, "mastodon_refused"),
        (said({"error": "Validation failed: Text can't be blank"}, 422), Refused, "mastodon_refused"),
        (said({"error": None}, 422), Refused, "mastodon_refused_silently"),
        (said(b"", 301, Location="https://elsewhere.example/"), Refused, "mastodon_moved"),
        (said({"error": "Too many requests"}, 429), RateLimited, "mastodon_busy"),
        (said({}, 408), OutcomeUnknown, "mastodon_failed"),
        (said({"error": "x"}, 500), OutcomeUnknown, "mastodon_failed"),
        (said(b"<html>Bad gateway</html>", 502), OutcomeUnknown, "mastodon_failed"),
        (said({"error": "try again"}, 503), OutcomeUnknown, "mastodon_failed"),
        (said(b"<html>Hello</html>"), OutcomeUnknown, "mastodon_answer_unclear"),
        (said(b""), OutcomeUnknown, "mastodon_answer_unclear"),
        (said({}), OutcomeUnknown, "mastodon_answer_unclear"),
        (said([]), OutcomeUnknown, "mastodon_answer_unclear"),
        (said(SCHEDULED), OutcomeUnknown, "mastodon_answer_unclear"),
        (said({"id": "1", "account": {}, "created_at": "soon"}), OutcomeUnknown, "mastodon_answer_unclear"),
        (Unreachable(problem("server_unreachable", host="x")), Unreachable, "server_unreachable"),
        (OutcomeUnknown(problem("server_silent", host="x")), OutcomeUnknown, "server_silent"),
    ],
)
def test_each_answer_to_a_post_has_one_meaning(
    network: Mastodon, server: Server, answer: Any, error: type[NetworkError], code: str
) -> None:
    """Nothing was posted, or nobody knows; said in plain words, in both languages, without the token."""
    server.answers("POST", "/api/v1/statuses", answer)

    with pytest.raises(error) as raised:
        network.publish(job("Bonjour"), ignore, NOW)

    found = raised.value
    assert type(found) is error
    assert found.problem.code == code
    told = found.problem.message("fr") + found.problem.remedy("fr") + found.problem.message("en")
    assert TOKEN not in told + repr(found) + str(found.problem)


@pytest.mark.parametrize(
    ("said_by_server", "shown"),
    [
        ("Validation failed: Text can't be blank", "Text can't be blank"),
        ("La validation a échoué : le texte est trop long", "le texte est trop long"),
        ("バリデーションに失敗しました: Text上限は500文字です", "バリデーションに失敗しました: Text上限は500文字です"),
        ("<b>No</b>\n  way &amp; out", "No way & out"),
        ("x" * 500, "x" * 200),
    ],
)
def test_the_servers_sentence_is_cleaned(network: Mastodon, server: Server, said_by_server: str, shown: str) -> None:
    """Without its prefix, markup and line ends, and not endless."""
    server.answers("POST", "/api/v1/statuses", said({"error": said_by_server}, 422))
    with pytest.raises(Refused) as refused:
        network.publish(job("Bonjour"), ignore, NOW)
    assert refused.value.problem.fields["said"] == shown


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"X_RateLimit_Reset": "2026-11-23T09:34:00.123456Z"}, 240.123456),
        ({"X_RateLimit_Reset": "2026-11-23T10:34:00+01:00"}, 240),
        ({"Retry_After": "30"}, 30),
        ({}, 300),
        ({"X_RateLimit_Reset": "soon"}, 300),
    ],
)
def test_a_slow_down_says_until_when(
    network: Mastodon, server: Server, headers: dict[str, str], seconds: float
) -> None:
    """Mastodon's date; five minutes, its own window, when it says nothing that can be read."""
    server.answers("POST", "/api/v1/statuses", said({"error": "Throttled"}, 429, **headers))
    with pytest.raises(RateLimited) as limited:
        network.publish(job("Bonjour"), ignore, NOW)
    assert limited.value.until - NOW == timedelta(seconds=seconds)


def test_an_account_without_server_or_token_is_told(network: Mastodon) -> None:
    """The configuration's gaps are said before anything is called."""
    asked = job("Bonjour")
    with pytest.raises(CredentialsExpired, match="mastodon_without_token"):
        network.publish(replace(asked, secret={}), ignore, NOW)
    nowhere = asked.account.model_copy(update={"instance": None})
    with pytest.raises(Refused, match="mastodon_without_instance"):
        network.publish(replace(asked, account=nowhere), ignore, NOW)


# Uploading ahead


def test_a_post_refused_for_its_uploads_is_prepared_again(network: Mastodon, server: Server) -> None:
    """Gone: prepare again. Still worked on: wait a moment. Neither: the post itself is refused."""
    asked = job("Image", files=(media(),))
    ready = after(asked, network.prepare(asked, draw, NOW))
    (number,) = server.media

    server.media[number] = "attached"
    with pytest.raises(PreparationLost):
        network.publish(ready, ignore, NOW)
    server.media[number] = "pending"
    with pytest.raises(NotReady) as limited:
        network.publish(ready, ignore, NOW)
    assert timedelta(0) < limited.value.until - NOW < timedelta(minutes=1)
    server.media[number] = "ready"
    server.answers("POST", "/api/v1/statuses", said({"error": "Non"}, 422))
    with pytest.raises(Refused, match="mastodon_refused"):
        network.publish(ready, ignore, NOW)
    server.answers("POST", "/api/v1/statuses", said({"error": "Non"}, 422))
    server.answers("GET", "/api/v1/media", OutcomeUnknown(problem("server_silent", host="x")))
    with pytest.raises(Refused, match="mastodon_refused"):
        network.publish(ready, ignore, NOW)
    assert server.statuses == []


def test_a_film_is_waited_for_without_sleeping(network: Mastodon, server: Server) -> None:
    """Pending, still pending, ready: the second and third time nothing is read or sent again."""
    asked = job("Film", files=(media("video/mp4", "four.mp4"),))
    begun = network.prepare(asked, lambda _: b"film", NOW)
    still = network.prepare(after(asked, begun), draw, NOW + timedelta(seconds=5))
    server.media |= dict.fromkeys(server.media, "ready")
    done = network.prepare(after(asked, still), draw, NOW + timedelta(seconds=10))

    assert (begun.look_at, still.look_at, done.look_at) == (
        NOW + timedelta(seconds=5),
        NOW + timedelta(seconds=10),
        None,
    )
    assert begun.expires_at == still.expires_at == done.expires_at == NOW + timedelta(hours=23)
    assert len(server.calls("POST", "/api/v2/media")) == 1


def test_a_film_that_the_server_cannot_read_is_refused_by_name(network: Mastodon, server: Server) -> None:
    """422 while waiting, or at once: a person must give another file."""
    asked = job("Film", files=(media("video/mp4", "four.mp4"),))
    begun = network.prepare(asked, lambda _: b"film", NOW)
    server.media |= dict.fromkeys(server.media, "failed")
    with pytest.raises(Refused) as refused:
        network.prepare(after(asked, begun), draw, NOW)
    assert refused.value.problem.fields["name"] == "four.mp4"

    server.answers("POST", "/api/v2/media", said({"error": "File type could not be verified"}, 422))
    with pytest.raises(Refused, match="mastodon_upload_failed"):
        network.prepare(asked, lambda _: b"film", NOW)


def test_a_pending_upload_that_vanished_is_made_again(network: Mastodon, server: Server) -> None:
    """404 while waiting: upload once more."""
    asked = job("Film", files=(media("video/mp4", "four.mp4"),))
    begun = network.prepare(asked, lambda _: b"film", NOW)
    del server.media[next(iter(server.media))]

    again = network.prepare(after(asked, begun), lambda _: b"film", NOW)

    assert len(server.calls("POST", "/api/v2/media")) == 2
    assert again.look_at is not None


def test_uploads_too_old_or_of_another_picture_are_made_again(network: Mastodon, server: Server) -> None:
    """The server deletes unused uploads after a day; an upload is of one picture only."""
    asked = job("Image", files=(media(),))
    made = network.prepare(asked, draw, NOW)
    network.prepare(after(asked, made), draw, NOW + timedelta(hours=24))
    assert len(server.calls("POST", "/api/v2/media")) == 2
    other = after(job("Image", files=(media(name="b.png"),)), made)
    network.prepare(other, draw, NOW)
    assert len(server.calls("POST", "/api/v2/media")) == 3
    with pytest.raises(PreparationLost):
        network.publish(other, ignore, NOW)


def test_an_old_server_takes_uploads_the_old_way(network: Mastodon, server: Server) -> None:
    """Where v2 is absent, v1, with the description."""
    server.answers("POST", "/api/v2/media", said({"error": "Not Found"}, 404))
    made = network.prepare(job("Image", files=(media(alt="Un pain"),)), draw, NOW)

    assert made.look_at is None
    assert server.calls("POST", "/api/v1/media")[0].data == {"description": "Un pain"}


def test_what_was_uploaded_is_kept_when_the_server_stops_us(network: Mastodon, server: Server) -> None:
    """A slow-down after the first picture keeps it and says when to go on; before the first it is raised."""
    files = (media(name="a.png"), media(name="b.png"))
    slow = said({"error": "Throttled"}, 429, X_RateLimit_Reset="2026-11-23T09:50:00Z")
    asked = job("Deux", files=files)
    server.answers("POST", "/api/v2/media", slow)
    with pytest.raises(RateLimited):
        network.prepare(asked, draw, NOW)

    original = server.answer
    sent: list[Asked] = []

    def second_is_stopped(asked: Asked) -> Answer:
        sent.append(asked)
        return slow if len(sent) == 2 else original(asked)

    server.answer = second_is_stopped  # type: ignore[method-assign]
    part = network.prepare(asked, draw, NOW)
    server.answer = original  # type: ignore[method-assign]
    assert part.look_at == NOW + timedelta(minutes=20)
    assert part.allowance == Allowance(0, NOW + timedelta(minutes=20))
    whole = network.prepare(after(asked, part), draw, NOW)

    assert whole.look_at is None
    assert len(server.media) == 2


@pytest.mark.parametrize("status", [500, 503])
def test_an_upload_that_failed_may_be_tried_again(network: Mastodon, server: Server, status: int) -> None:
    """An upload whose outcome is unknown harms nobody, and is raised as unknown."""
    server.answers("POST", "/api/v2/media", said({}, status))
    with pytest.raises(OutcomeUnknown):
        network.prepare(job("Image", files=(media(),)), draw, NOW)


def test_a_picture_too_large_is_made_smaller(network: Mastodon, server: Server) -> None:
    """The instance's own limit of pixels is kept; a type it does not take is converted."""
    configuration = {**INSTANCE["configuration"]}  # type: ignore[dict-item]
    configuration["media_attachments"] = {"image_matrix_limit": 10_000, "supported_mime_types": ["image/jpeg"]}
    server.instance = {**INSTANCE, "configuration": configuration}
    network.prepare(job("Image", files=(media(),)), lambda _: png(400, 100), NOW)

    name, body, kind = server.calls("POST", "/api/v2/media")[0].files["file"]
    with Image.open(io.BytesIO(body)) as sent:
        assert sent.width * sent.height <= 10_000
        assert sent.format == "JPEG"
    assert (kind, name.rpartition(".")[2]) == ("image/jpeg", "jpg")


def test_an_animation_that_becomes_still_is_said(network: Mastodon, server: Server) -> None:
    """A server that takes no GIF gets the first picture, with a warning."""
    out = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "blue")]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    made = network.prepare(job("x", files=(media("image/gif", "a.gif"),)), lambda _: out.getvalue(), NOW)

    assert [(one.code, one.warning) for one in made.problems] == [("mastodon_still_picture", True)]


@pytest.mark.parametrize(
    ("kinds", "minutes"), [((), None), (("image/png",), 15), (("image/png", "video/mp4"), 60), (("audio/mpeg",), 60)]
)
def test_uploads_begin_ahead(network: Mastodon, kinds: tuple[str, ...], minutes: int | None) -> None:
    """Films take a server minutes, pictures seconds; a text nothing."""
    ahead = network.prepare_ahead(content("x", files=tuple(media(kind) for kind in kinds)))
    assert ahead == (timedelta(minutes=minutes) if minutes else None)


# Reading back


def seen(network: Mastodon, asked: Job, taken: frozenset[str] = NOBODY) -> tuple[str, ...] | None:
    """Look for a job, and give the ids found."""
    found = network.find(asked, AROUND, taken)
    return found.remote_ids if found else None


def test_what_agrees_in_everything_is_ours(network: Mastodon, server: Server) -> None:
    """Words, warning, poll, place and time; of two alike, the older one."""
    asked = job("Pain ou brioche ?", content_warning="Gluten", poll=Poll(options=("Pain", "Brioche")))
    poll = {"options": [{"title": "Pain"}, {"title": "Brioche"}]}
    ours = server.add("Pain ou brioche ?", spoiler_text="Gluten", poll=poll)
    server.add("Pain ou brioche ?", spoiler_text="Gluten", poll=poll)

    found = network.find(asked, AROUND, NOBODY)

    assert isinstance(found, Published)
    assert (found.remote_ids, found.url, found.at) == ((ours["id"],), ours["url"], NOW)


@pytest.mark.parametrize(
    "difference",
    [
        {"spoiler_text": "Autre chose"},
        {"poll": {"options": [{"title": "Oui"}, {"title": "Non"}]}},
        {"in_reply_to_id": "12"},
        {"reblog": {"id": "1"}},
        {"account": {"id": "8"}},
        {"media": [("9", "Un pain")]},
        {"at": NOW - timedelta(minutes=1, seconds=1)},
        {"at": NOW + timedelta(minutes=1, seconds=1)},
        {"content": "<p>Bonjours</p>"},
    ],
)
def test_what_differs_in_anything_is_not_ours(network: Mastodon, server: Server, difference: dict[str, Any]) -> None:
    """Text alone is never enough: a person's post, another delivery's or another account's is not ours."""
    server.add("Bonjour", **difference)
    assert seen(network, job("Bonjour")) is None
    same = server.add("Bonjour")
    assert seen(network, job("Bonjour")) == (same["id"],)
    assert seen(network, job("Bonjour"), frozenset({same["id"]})) is None


def test_a_warning_that_became_the_text_is_recognised(network: Mastodon, server: Server) -> None:
    """Mastodon turns the warning of a post without text into its text."""
    moved = server.add("Alerte")
    assert seen(network, job("", content_warning="Alerte")) == (moved["id"],)


def test_a_thread_found_after_its_beginning_has_the_firsts_link(network: Mastodon, server: Server) -> None:
    """The link people get is that of the first part, though it was accepted in an earlier attempt."""
    first = server.add("Un")
    server.add("Deux", in_reply_to_id=first["id"])
    found = network.find(job("Un", "Deux", done=(first["id"],)), AROUND, NOBODY)
    assert found is not None
    assert found.url == first["url"]


def test_an_upload_of_ours_is_a_mark(network: Mastodon, server: Server) -> None:
    """The post that carries our upload is ours though a person edited its words; same words over others are not."""
    asked = job("Regardez", files=(media(),))
    ready = after(asked, network.prepare(asked, draw, NOW))
    (number,) = server.media
    server.add("Regardez", media=[("77", "Un pain")])
    assert seen(network, ready) is None
    ours = server.add("Regardez-moi ça", media=[(number, "Un pain")])
    assert seen(network, ready) == (ours["id"],)


def test_pictures_without_words_are_known_by_their_descriptions(network: Mastodon, server: Server) -> None:
    """Where a server gives uploads other ids, a post without a text needs the same descriptions."""
    server.instance = {**INSTANCE, "version": "4.0.0 (not true; really snac/2.75)"}
    asked = job("", files=(media(alt="Un pain de seigle"),))
    ready = after(asked, network.prepare(asked, draw, NOW))
    server.add("", media=[("77", "Une brioche")])
    assert seen(network, ready) is None
    ours = server.add("", media=[("78", "Un pain de seigle")])
    assert seen(network, ready) == (ours["id"],)


def test_a_thread_is_found_as_far_as_it_came(network: Mastodon, server: Server) -> None:
    """Each part answers the one before; of a thread that lacks its end, the beginning is known."""
    first = server.add("Un")
    second = server.add("Deux", in_reply_to_id=first["id"])
    server.add("Trois", in_reply_to_id=first["id"])
    known = (first["id"], second["id"])
    assert network.find(job("Un", "Deux", "Trois"), AROUND, NOBODY) == Begun(known, first["url"])
    assert network.find(job("Un", "Deux", "Trois", done=known[:1]), AROUND, NOBODY) == Begun(known, first["url"])
    assert network.find(job("Un", "Deux", "Trois", done=known), AROUND, NOBODY) is None
    third = server.add("Trois", in_reply_to_id=second["id"])
    assert seen(network, job("Un", "Deux", "Trois")) == (first["id"], second["id"], third["id"])
    assert seen(network, job("Un", "Deux", "Trois", done=(first["id"], second["id"]))) == (
        first["id"],
        second["id"],
        third["id"],
    )


def test_reading_stops_at_the_windows_start(network: Mastodon, server: Server) -> None:
    """Posts older than the window are not paged through."""
    for number in range(200):
        server.add(f"Vieux {number}", at=NOW - timedelta(hours=3))
    ours = server.add("Bonjour")
    for number in range(45):
        server.add(f"Neuf {number}")

    assert seen(network, job("Bonjour")) == (ours["id"],)
    assert len(server.calls("GET", "/api/v1/accounts/7/statuses")) == 2


def test_more_than_can_be_read_proves_nothing(network: Mastodon, server: Server) -> None:
    """A window with hundreds of posts is not said to be empty."""
    for number in range(450):
        server.add(f"Neuf {number}")
    with pytest.raises(ReadBackUnavailable):
        network.find(job("Bonjour"), AROUND, NOBODY)


def test_pages_end_without_a_link_header_too(network: Mastodon, server: Server) -> None:
    """A server that says nothing of pages, and one that gives the same page again, are read to their end."""
    server.add("Autre")
    page = said(server.statuses)
    server.answers("GET", "/api/v1/accounts/7/statuses", page, page)
    assert seen(network, job("Bonjour")) is None
    assert server.calls("GET", "/api/v1/accounts/7/statuses")[1].params["max_id"] == server.statuses[0]["id"]


@pytest.mark.parametrize("path", ["/api/v1/accounts/verify_credentials", "/api/v1/accounts/7/statuses"])
@pytest.mark.parametrize(
    "answer",
    [
        said({}, 500),
        said({}, 401),
        said({}, 429),
        said(b"<html>"),
        said({"error": "x"}),
        said([{"id": "1"}]),
        OutcomeUnknown(problem("server_silent", host="x")),
        Unreachable(problem("server_unreachable", host="x")),
    ],
)
def test_what_cannot_be_read_proves_nothing(network: Mastodon, server: Server, path: str, answer: Any) -> None:
    """Any failure of a look says so, and never that the post is absent."""
    server.answers("GET", path, answer)
    with pytest.raises(ReadBackUnavailable):
        network.find(job("Bonjour"), AROUND, NOBODY)


# What the server is


@pytest.mark.parametrize(
    ("version", "is_mastodon"),
    [
        ("4.7.3", True),
        ("4.6.0-rc.1", True),
        ("4.7.0-nightly.2026-11-20", True),
        ("4.6.2+glitch", True),
        ("4.7.0-alpha.3+glitch.1120", True),
        ("4.2.10+hometown-1.1.1", True),
        ("2.7.2 (compatible; Pleroma 2.5.0)", False),
        ("4.0.0 (not true; really snac/2.75)", False),
        ("3.5.3 (compatible; Pixelfed 0.12.4)", False),
        ("4.2.1 (compatible; Iceshrimp 2023.12)", False),
        ("0.17.3 git-5543fd5", False),
        ("0.17.3", False),
        ("takahe/0.11.0", False),
        ("4.5.0+gotosocial", False),
        ("", False),
    ],
)
def test_a_repeat_is_safe_only_on_mastodon(network: Mastodon, server: Server, version: str, is_mastodon: bool) -> None:
    """Fifty-five minutes where the version is Mastodon's own or a close fork's; never on an imitation."""
    server.instance = {**INSTANCE, "version": version}
    assert network.repeat_is_safe(job("x")) == (timedelta(minutes=55) if is_mastodon else None)


def test_a_server_that_does_not_say_is_not_called_safe(network: Mastodon, server: Server) -> None:
    """Silent, or saying nothing of itself: no repeat."""
    server.instance = None
    assert network.repeat_is_safe(job("x")) is None
    assert network.limits(job("x").account, {}) == DEFAULTS


@pytest.mark.parametrize(
    "trouble",
    [
        Unreachable(problem("server_unreachable", host="x")),
        OutcomeUnknown(problem("server_silent", host="x")),
        said({}, 503),
        said({}, 429),
    ],
)
def test_a_server_that_cannot_be_asked_is_no_server_with_defaults(
    network: Mastodon, server: Server, trouble: Any
) -> None:
    """What it accepts is not known; the next time it is asked again; meanwhile no repeat is called safe."""
    for _ in range(2):
        server.answers("GET", "/api/v2/instance", trouble)
        server.answers("GET", "/api/v1/instance", trouble)
    with pytest.raises(NetworkError):
        network.limits(job("x").account, {})
    assert network.repeat_is_safe(job("x")) is None
    server.instead.clear()
    assert network.limits(job("x").account, {}).characters == 500


def test_limits_are_remembered_for_an_hour(network: Mastodon, server: Server, clock: Clock) -> None:
    """Asked once an hour; a server that is silent then keeps what it said, and is asked again a minute later."""
    account = job("x").account
    assert network.limits(account, {}).characters == 500
    server.instance = {**INSTANCE, "configuration": {"statuses": {"max_characters": 5000}}}
    clock.seconds += 3599
    assert network.limits(account, {}).characters == 500
    clock.seconds += 2
    server.answers("GET", "/api/v2/instance", Unreachable(problem("server_unreachable", host="x")))
    assert network.limits(account, {}).characters == 500
    assert len(server.calls("GET", "/api/v2/instance")) == 2
    clock.seconds += 61
    assert network.limits(account, {}).characters == 5000


POLLS = {"max_options": 4, "min_expiration": 90, "max_expiration": 86_430}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"version": "4.7.0"}, DEFAULTS),
        ({"version": "2.7.2 (compatible; Pleroma 2.5)", "max_toot_chars": 5000}, replace(DEFAULTS, characters=5000)),
        ({"version": "4.7.0", "configuration": {"statuses": {"max_characters": "many"}}}, DEFAULTS),
        ({"version": "4.7.0", "configuration": {"statuses": {"max_characters": -1}}}, DEFAULTS),
        ({"version": "4.7.0", "configuration": []}, DEFAULTS),
        ({"version": "4.7.0", "configuration": {"polls": {"max_options": 8}}}, replace(DEFAULTS, poll_options=8)),
        (
            {"version": "4.7.0", "configuration": {"polls": POLLS}},
            replace(DEFAULTS, poll_shortest=2, poll_longest=1440),
        ),
        (
            {"version": "2.7.2 (compatible; Pleroma 2.5)", "poll_limits": {**POLLS, "min_expiration": 0}},
            replace(DEFAULTS, poll_longest=1440),
        ),
    ],
)
def test_a_server_may_say_little_or_nonsense(body: dict[str, Any], expected: Limits) -> None:
    """What is missing or absurd is Mastodon's default, except polls: a server that tells all but polls has none."""
    found = instance_of(body)
    assert found is not None
    said_polls = not isinstance(body.get("configuration"), dict) or "polls" in body["configuration"]
    assert found.limits == (expected if said_polls else replace(expected, poll_options=0))


@pytest.mark.parametrize("body", [None, [], {}, {"version": 4}, "x"])
def test_what_is_no_description_is_none(body: Any) -> None:
    """Anything without a version is not an instance."""
    assert instance_of(body) is None


# Checking an account


def test_a_check_reads_only(network: Mastodon, server: Server) -> None:
    """Name, address, limits; nothing but GET."""
    identity = network.check(job("x").account, job("x").secret)

    assert (identity.name, identity.url) == ("@boulangerie@mastodon.example", f"{BASE}/@boulangerie")
    assert identity.problems == ()
    assert identity.limits.characters == 500
    assert {one.method for one in server.asked} == {"GET"}


@pytest.mark.parametrize(
    ("scopes", "missing"),
    [
        (["read", "write"], None),
        (["read:accounts", "read:statuses", "read:notifications", "write:statuses", "write:media"], None),
        (["read:accounts", "read:statuses", "write:statuses", "write:media"], "read:notifications"),
        (["read", "write:statuses"], "write:media"),
        (["profile"], "read:accounts, read:statuses, write:statuses, write:media"),
        (None, None),
    ],
)
def test_missing_rights_are_named(
    network: Mastodon, server: Server, scopes: list[str] | None, missing: str | None
) -> None:
    """Where the server tells the token's rights, those that lack are said; where it does not, nothing is guessed."""
    server.scopes = scopes
    problems = network.check(job("x").account, job("x").secret).problems
    assert [one.fields["rights"] for one in problems] == ([missing] if missing else [])
    assert [one.warning for one in problems] == ([missing == "read:notifications"] if missing else [])


def test_mentions_that_may_not_be_read_are_a_missing_right(network: Mastodon, server: Server) -> None:
    """The one that hearing needs is named, and none of those that the token has."""
    server.answers("GET", "/api/v1/notifications", said({"error": "This action is outside the authorized scopes"}, 403))

    with pytest.raises(CredentialsExpired) as missing:
        network.listen("martin", job("x").account, job("x").secret, None, NOW)

    assert missing.value.problem.fields["rights"] == "read:notifications"


def test_posts_that_may_not_be_read_are_a_missing_right(network: Mastodon, server: Server) -> None:
    """403 on the account's own posts: reading back would not work."""
    server.scopes = None
    server.answers(
        "GET", "/api/v1/accounts/7/statuses", said({"error": "This action is outside the authorized scopes"}, 403)
    )
    (found,) = network.check(job("x").account, job("x").secret).problems
    assert (found.code, found.fields["rights"]) == ("mastodon_rights_missing", "read:statuses")


@pytest.mark.parametrize(
    ("handle", "same"),
    [
        ("boulangerie", True),
        ("@Boulangerie", True),
        ("@boulangerie@mastodon.example", True),
        ("@boulangerie@elsewhere.example", False),
        ("@fromagerie", False),
        (None, True),
    ],
)
def test_the_tokens_account_is_the_configured_one(network: Mastodon, handle: str | None, same: bool) -> None:
    """Handles as people write them are compared with who the server says we are."""
    account = job("x").account.model_copy(update={"handle": handle})
    codes = [one.code for one in network.check(account, job("x").secret).problems]
    assert codes == ([] if same else ["mastodon_other_account"])


def test_a_servers_bare_name_is_an_address(network: Mastodon) -> None:
    """`mastodon.example` is what people write for `https://mastodon.example`."""
    account = job("x").account.model_copy(update={"instance": " mastodon.example/ "})
    assert network.check(account, job("x").secret).name == "@boulangerie@mastodon.example"


def test_a_moved_or_limited_account_is_told(network: Mastodon, server: Server) -> None:
    """What a person must know of the account itself."""
    server.who |= {"moved": {"acct": "pain@elsewhere.example"}, "limited": True}
    codes = [one.code for one in network.check(job("x").account, job("x").secret).problems]
    assert codes == ["mastodon_account_moved", "mastodon_account_limited"]


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        (said({"error": "The access token is invalid"}, 401), CredentialsExpired, "mastodon_token_refused"),
        (said({"error": "requires an authenticated user"}, 422), CredentialsExpired, "mastodon_token_refused"),
        (said(b"<html>A shop</html>"), Refused, "mastodon_no_server"),
        (said(b"<html>Not found</html>", 404), Refused, "mastodon_refused_silently"),
        (OutcomeUnknown(problem("server_silent", host="x")), OutcomeUnknown, "server_silent"),
    ],
)
def test_a_check_that_fails_says_why(
    network: Mastodon, server: Server, answer: Any, error: type[NetworkError], code: str
) -> None:
    """A false token, an address that is no Mastodon, a silent server."""
    server.answers("GET", "/api/v1/accounts/verify_credentials", answer)
    with pytest.raises(error, match=code):
        network.check(job("x").account, job("x").secret)


# Finding problems before the server does

FILM = media("video/mp4", "four.mp4")
TWO = Poll(options=("Oui", "Non"))
LIMITS = Limits(
    characters=20, url_characters=23, media=2, video_types=("video/mp4",), video_bytes=1000, alt_characters=10,
    poll_options=3, poll_option_characters=5, poll_shortest=5, poll_longest=43_829,
)  # fmt: skip


@pytest.mark.parametrize(
    ("said_here", "expected"),
    [
        (content("Bonjour"), []),
        (content("x" * 20), []),
        (content("x" * 21), [("mastodon_text_too_long", "texte")]),
        (content("x" * 15, content_warning="123456"), [("mastodon_text_too_long", "texte")]),
        (content("Bonjour", link="https://a.fr"), [("mastodon_text_too_long", "texte")]),
        (content("ok", "x" * 21), [("mastodon_part_too_long", "texte")]),
        (content(""), [("mastodon_nothing_to_say", "texte")]),
        (content("ok", "  "), [("mastodon_nothing_to_say", "texte")]),
        (content("", files=(media(),)), []),
        (content("", poll=TWO), [("mastodon_poll_without_text", "texte")]),
        (content("x", files=(media(), media(), media())), [("mastodon_too_many_media", "media")]),
        (content("x", files=(FILM,)), []),
        (content("x", files=(FILM, media())), [("mastodon_film_not_alone", "media")]),
        (content("x", files=(media("video/x-flv", "f.flv"),)), [("mastodon_media_kind", "media")]),
        (content("x", files=(media("video/mp4", "f.mp4", body=b"x" * 1001),)), [("mastodon_film_too_large", "media")]),
        (content("x", files=(media("image/x-any"),)), []),
        (content("x", files=(media(alt="12345678901"),)), [("mastodon_alt_too_long", "alt")]),
        (content("x", poll=TWO), []),
        (content("x", poll=TWO, files=(media(),)), [("mastodon_poll_with_media", "sondage")]),
        (content("x", poll=Poll(options=("Oui",))), [("mastodon_poll_options", "sondage")]),
        (content("x", poll=Poll(options=("a", "b", "c", "d"))), [("mastodon_poll_options", "sondage")]),
        (content("x", poll=Poll(options=("Oui", "Oui "))), [("mastodon_poll_options_alike", "sondage")]),
        (content("x", poll=Poll(options=("Oui", " "))), [("mastodon_poll_option_empty", "sondage")]),
        (content("x", poll=Poll(options=("Oui", "123456"))), [("mastodon_poll_option_too_long", "sondage")]),
        (content("x", poll=Poll(options=("a", "b"), minutes=4)), [("mastodon_poll_duration", "sondage")]),
        (content("x", poll=Poll(options=("a", "b"), minutes=50_000)), [("mastodon_poll_duration", "sondage")]),
        (content("x", format="story"), [("mastodon_format", "format")]),
        (content("x", format="post"), []),
        (content("x", format="Fil"), []),
        (content("x", first_comment="Et aussi"), []),
        (content("x", first_comment="x" * 21), [("mastodon_comment_too_long", "premier commentaire")]),
        (content("x", files=(media(alt=" "),)), [("mastodon_alt_missing", "alt")]),
    ],
)
def test_what_the_server_would_refuse_is_found_before(
    network: Mastodon, said_here: Content, expected: list[tuple[str, str]]
) -> None:
    """Each rule once, with its column, said in both languages."""
    found = network.validate(said_here, LIMITS)

    assert [(one.code, one.column) for one in found] == expected
    assert not any(one.warning for one in found)
    for one in found:
        assert all(one.message(language) and one.remedy(language) for language in ("fr", "en"))


@pytest.mark.parametrize(("minutes", "codes"), [(9, 1), (10, 0), (1440, 0), (1441, 1)])
def test_a_poll_lasts_as_long_as_its_server_lets_it(network: Mastodon, minutes: int, codes: int) -> None:
    """The server's own limits count, and are told in hours where they are short."""
    limits = replace(LIMITS, poll_shortest=10, poll_longest=1440)

    found = network.validate(content("x", poll=Poll(options=("a", "b"), minutes=minutes)), limits)

    assert [one.code for one in found] == ["mastodon_poll_duration_hours"] * codes
    assert all("de 10 minutes à 24 heures" in one.message("fr") for one in found)


def test_a_server_without_polls_refuses_one(network: Mastodon) -> None:
    """A poll where there are none."""
    found = network.validate(content("x", poll=TWO), replace(LIMITS, poll_options=0))
    assert [one.code for one in found] == ["mastodon_no_polls"]


def test_the_count_uses_the_servers_length_of_a_link(network: Mastodon) -> None:
    """A link counts as the limits say, 23 where they say nothing."""
    assert network.count("https://a.fr/x", replace(LIMITS, url_characters=32)) == 32
    assert network.count("https://a.fr/x", replace(LIMITS, url_characters=None)) == 23


def test_no_secret_shows(network: Mastodon) -> None:
    """Neither the job nor what the adapter builds from it shows the token."""
    asked = job("x")
    assert TOKEN not in repr(asked)
    assert TOKEN not in repr(network._server(asked.account, asked.secret))


def test_what_an_adapter_must_say_of_itself(network: Mastodon) -> None:
    """Its name, that it reads back, and the secret to ask for."""
    assert network.name is NetworkName.MASTODON
    assert network.reads_back
    assert network.secret_fields == ("access_token",)
