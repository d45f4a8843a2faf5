"""Mastodon's adapter on a server that honours Idempotency-Key, on one that does not, and on real Mastodon's answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from heraut.allowance import Allowance
from heraut.errors import (
    CredentialsExpired,
    OutcomeUnknown,
    PreparationLost,
    RateLimited,
    ReadBackUnavailable,
    Refused,
    Unreachable,
)
from heraut.networks.base import Begun, Job, Window
from heraut.networks.mastodon import REPEAT_IS_SAFE
from heraut.publishing.model import Poll, Visibility
from tests.peers.losing_proxy import Fate, LosingProxy
from tests.peers.mastodon_jobs import adapter, around_now, carrying, film, job, picture, prepared, reading
from tests.peers.mastodon_mock_server import MastodonMock
from tests.peers.mastodon_recordings import Replay
from tests.peers.snac_server import SnacServer

Player = Callable[..., Replay]
Losing = Callable[[str], LosingProxy]

NOBODY = frozenset[str]()
TEXT = "Le pain est cuit & chaud, voir https://boulangerie-martin.example/menu/de/la/semaine?jour=lundi #pain @lea"


@pytest.fixture(name="server", params=["mastodon_mock", "snac"])
def _server(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Give the address and a token of each real server."""
    running: MastodonMock | SnacServer = request.getfixturevalue(request.param)
    return running.url, next(iter(running.tokens.values()))


def posted(url: str, token: str) -> list[dict[str, Any]]:
    """Read what the account has posted, newest first, without the adapter."""
    headers = {"Authorization": f"Bearer {token}"}
    me = requests.get(f"{url}/api/v1/accounts/verify_credentials", headers=headers, timeout=10).json()
    path = f"{url}/api/v1/accounts/{me['id']}/statuses"
    found: list[dict[str, Any]] = requests.get(path, headers=headers, params={"limit": "40"}, timeout=10).json()
    return found


def write_by_hand(url: str, token: str, text: str) -> str:
    """Post as a person would, without the adapter, and give the id."""
    headers = {"Authorization": f"Bearer {token}"}
    sent = requests.post(f"{url}/api/v1/statuses", data={"status": text}, headers=headers, timeout=10)
    return str(sent.json()["id"])


def ignore(_: str) -> None:
    """Take note of nothing."""


def now() -> datetime:
    """Give this instant."""
    return datetime.now(UTC)


# What a server does with what we send


def test_a_post_is_online_with_all_that_was_asked(server: tuple[str, str]) -> None:
    """Text, content warning and visibility are on the server; the link and the id are the server's own."""
    url, token = server
    asked = job(url, token, TEXT, content_warning="Gluten", visibility=Visibility.UNLISTED, language="fr-CA")
    accepted: list[str] = []

    result = adapter(url).publish(asked, accepted.append, now())

    newest = posted(url, token)[0]
    assert result.remote_ids == (newest["id"],) == tuple(accepted)
    assert result.url in {newest["url"], newest["uri"]}
    assert result.at is not None
    assert abs(result.at - now()) < timedelta(seconds=5)
    assert (newest["spoiler_text"], newest["sensitive"]) == ("Gluten", True)
    assert "Le pain est cuit" in newest["content"]


def test_mastodon_is_told_language_and_visibility(mastodon_mock: MastodonMock) -> None:
    """The language goes as Mastodon knows it, each visibility under its own name."""
    url, token = mastodon_mock.url, mastodon_mock.tokens["gazette"]
    for number, visibility in enumerate(Visibility):
        asked = job(url, token, f"Texte {number}", key=f"k{number}", visibility=visibility, language="fr-CA")
        adapter(url).publish(asked, ignore, now())

    assert [(one["visibility"], one["language"]) for one in posted(url, token)] == [
        ("private", "fr"),
        ("unlisted", "fr"),
        ("public", "fr"),
    ]


def test_pictures_are_uploaded_ahead_with_their_descriptions(server: tuple[str, str]) -> None:
    """Each picture is uploaded once, and the post shows them in order with their descriptions."""
    url, token = server
    red, blue = picture(alt="Un carré rouge"), picture(alt="Un carré bleu", color="blue")
    asked = carrying(job(url, token, "Deux carrés"), red[0], blue[0])
    network = adapter(url)

    preparation = network.prepare(asked, reading(red, blue), now())
    ready = prepared(asked, preparation)
    network.publish(ready, ignore, now())

    assert preparation.look_at is None
    assert preparation.expires_at is not None
    assert preparation.expires_at > now() + timedelta(hours=20)
    shown = posted(url, token)[0]["media_attachments"]
    assert [one["description"] for one in shown] == ["Un carré rouge", "Un carré bleu"]
    assert network.prepare(ready, reading(), now()).remote == preparation.remote  # nothing is read or sent again


def test_a_post_may_be_a_picture_alone(server: tuple[str, str]) -> None:
    """Without a text, the picture's description is what it is recognised by."""
    url, token = server
    red = picture(alt="La devanture un matin d'hiver")
    asked = carrying(job(url, token, ""), red[0])
    network = adapter(url)
    ready = prepared(asked, network.prepare(asked, reading(red), now()))

    assert network.find(ready, around_now(), NOBODY) is None
    sent = network.publish(ready, ignore, now())

    assert network.find(ready, around_now(), NOBODY) == sent


def test_a_thread_is_a_chain_of_replies(server: tuple[str, str]) -> None:
    """Each part answers the one before, each is told as soon as it is accepted, the link is the first part's."""
    url, token = server
    accepted: list[str] = []

    result = adapter(url).publish(job(url, token, "Un", "Deux", "Trois"), accepted.append, now())

    newest = {one["id"]: one for one in posted(url, token)}
    chain = [newest[one] for one in result.remote_ids]
    assert accepted == list(result.remote_ids)
    assert [one["in_reply_to_id"] for one in chain] == [None, *result.remote_ids[:2]]
    assert result.url in {chain[0]["url"], chain[0]["uri"]}


def test_a_thread_goes_on_where_it_stopped(server: tuple[str, str]) -> None:
    """Parts that were accepted are not sent again; the link is still that of the first."""
    url, token = server
    whole = job(url, token, "Premier", "Deuxième", "Troisième")
    begun = adapter(url).publish(replace(whole, content=job(url, token, "Premier").content), ignore, now())
    before = len(posted(url, token))

    result = adapter(url).publish(replace(whole, done=begun.remote_ids), ignore, now())

    assert result.remote_ids[0] == begun.remote_ids[0]
    assert result.url == begun.url
    assert len(posted(url, token)) == before + 2


def test_a_poll_is_open_for_as_long_as_asked(mastodon_mock: MastodonMock) -> None:
    """Answers, duration and several choices are on the server."""
    url, token = mastodon_mock.url, mastodon_mock.tokens["gazette"]
    asked = job(url, token, "Pain ou brioche ?", poll=Poll(options=("Pain", " Brioche "), minutes=90, multiple=True))

    adapter(url).publish(asked, ignore, now())

    poll = posted(url, token)[0]["poll"]
    assert [one["title"] for one in poll["options"]] == ["Pain", "Brioche"]
    assert poll["multiple"] is True
    ends = datetime.fromisoformat(poll["expires_at"])
    assert abs(ends - now() - timedelta(minutes=90)) < timedelta(seconds=10)


# Repeating, and reading back


def test_a_repeat_is_one_post_where_the_key_is_honoured(mastodon_mock: MastodonMock) -> None:
    """Every part of a thread sent twice is there once, under the same ids."""
    url, token = mastodon_mock.url, mastodon_mock.tokens["gazette"]
    asked = job(url, token, "Une fois", "puis une autre")
    first = adapter(url).publish(asked, ignore, now())
    second = adapter(url).publish(asked, ignore, now())

    assert first == second
    assert len(posted(url, token)) == 2
    assert adapter(url).repeat_is_safe(asked) == REPEAT_IS_SAFE


def test_another_version_is_another_post(mastodon_mock: MastodonMock) -> None:
    """The key belongs to one version: what was edited is not taken for a repeat."""
    url, token = mastodon_mock.url, mastodon_mock.tokens["gazette"]
    adapter(url).publish(job(url, token, "Bonjour", key="martin/p1/mastodon/1"), ignore, now())
    adapter(url).publish(job(url, token, "Bonjour !", key="martin/p1/mastodon/2"), ignore, now())

    assert len(posted(url, token)) == 2


def test_a_server_that_only_imitates_the_api_is_never_called_safe(snac: SnacServer) -> None:
    """The server says another software's name, and posts a repeat twice."""
    url, token = snac.url, snac.tokens["mairie"]
    asked = job(url, token, "Deux fois la même")
    before = len(posted(url, token))
    for _ in range(2):
        adapter(url).publish(asked, ignore, now())

    assert len(posted(url, token)) == before + 2
    assert adapter(url).repeat_is_safe(asked) is None


@pytest.mark.parametrize(
    ("texts", "content"),
    [
        ((TEXT,), {}),
        (("*Promo* du `jour` : café :coffee: à 2 €, 50 % < hier\n\n> venez\n\n- un\n- deux",), {}),
        (("https://boulangerie.example/été/à la carte",), {}),
        (("Derrière un avertissement",), {"content_warning": "Gluten, lactose"}),
        (("Avec un lien",), {"link": "https://boulangerie.example/menu?x=1&y=2"}),
        (("Un", "deux", "trois ?"), {}),
        (("🎉🎉",), {}),
        (("  des   espaces \r\n et des lignes  ",), {}),
        (("Merci @lectrice et @lea", "#un #deux #trois"), {"content_warning": "CW"}),
    ],
    ids=["all", "marks", "address", "warning", "link", "thread", "emoji", "spaces", "mentions"],
)
def test_what_is_online_is_found_and_only_then(
    server: tuple[str, str], texts: tuple[str, ...], content: dict[str, Any]
) -> None:
    """Before it is sent it is absent; after, it is found under the ids and link that the server gave."""
    url, token = server
    asked = job(url, token, *texts, **content)
    network = adapter(url)
    earlier = frozenset(one["id"] for one in posted(url, token))

    assert network.find(asked, around_now(), earlier) is None
    sent = network.publish(asked, ignore, now())

    assert network.find(asked, around_now(), earlier) == sent


def test_a_post_with_pictures_is_found_by_them(server: tuple[str, str]) -> None:
    """The same words over another picture, or over none, are not it."""
    url, token = server
    red, blue = picture(), picture(color="blue", alt="Un carré bleu")
    network = adapter(url)
    ours = carrying(job(url, token, "Regardez"), red[0])
    ready = prepared(ours, network.prepare(ours, reading(red), now()))
    earlier = frozenset(one["id"] for one in posted(url, token))
    write_by_hand(url, token, "Regardez")
    other = carrying(job(url, token, "Regardez bien", key="other"), blue[0], red[0])
    network.publish(prepared(other, network.prepare(other, reading(red, blue), now())), ignore, now())

    assert network.find(ready, around_now(), earlier) is None
    sent = network.publish(ready, ignore, now())

    assert network.find(ready, around_now(), earlier) == sent


def test_a_poll_is_found_by_its_answers(mastodon_mock: MastodonMock) -> None:
    """The same question with other answers, or with none, is not it."""
    url, token = mastodon_mock.url, mastodon_mock.tokens["gazette"]
    network = adapter(url)
    asked = job(url, token, "Pain ou brioche ?", poll=Poll(options=("Pain", "Brioche")))
    write_by_hand(url, token, "Pain ou brioche ?")
    other = job(url, token, "Pain ou brioche ?", key="other", poll=Poll(options=("Pain", "Rien")))
    network.publish(other, ignore, now())

    assert network.find(asked, around_now(), NOBODY) is None
    sent = network.publish(asked, ignore, now())

    assert network.find(asked, around_now(), NOBODY) == sent


def test_the_same_words_outside_the_window_are_not_ours(server: tuple[str, str]) -> None:
    """What a person wrote before the attempt, or after it could be accepted, is a person's."""
    url, token = server
    text = f"Le même texte {datetime.now(UTC).isoformat()}"
    write_by_hand(url, token, text)
    asked = job(url, token, text)
    instant = now()
    later = Window(instant + timedelta(seconds=2), instant + timedelta(minutes=2))
    sooner = Window(instant - timedelta(minutes=4), instant - timedelta(minutes=2))

    assert adapter(url).find(asked, later, NOBODY) is None
    assert adapter(url).find(asked, sooner, NOBODY) is None
    assert adapter(url).find(asked, around_now(), NOBODY) is not None


def test_another_deliverys_post_is_not_ours(server: tuple[str, str]) -> None:
    """Two deliveries may say the same: a remote id belongs to one of them."""
    url, token = server
    text = f"Deux envois {datetime.now(UTC).isoformat()}"
    theirs = write_by_hand(url, token, text)
    asked = job(url, token, text)

    assert adapter(url).find(asked, around_now(), frozenset({theirs})) is None
    ours = write_by_hand(url, token, text)
    found = adapter(url).find(asked, around_now(), frozenset({theirs}))
    assert found is not None
    assert found.remote_ids == (ours,)


def test_the_same_words_as_an_answer_are_not_ours(server: tuple[str, str]) -> None:
    """A post that answers another one is not the first part of anything."""
    url, token = server
    text = f"Oui {datetime.now(UTC).isoformat()}"
    question = write_by_hand(url, token, "Vous êtes ouverts ?")
    headers = {"Authorization": f"Bearer {token}"}
    answer = {"status": text, "in_reply_to_id": question}
    requests.post(f"{url}/api/v1/statuses", data=answer, headers=headers, timeout=10).raise_for_status()

    assert adapter(url).find(job(url, token, text), around_now(), NOBODY) is None


def test_a_long_list_is_read_to_the_start_of_the_window(mastodon_mock: MastodonMock) -> None:
    """What was posted fifty posts ago is found on the second page."""
    url, token = mastodon_mock.url, mastodon_mock.tokens["gazette"]
    asked = job(url, token, "Il y a cinquante publications")
    sent = adapter(url).publish(asked, ignore, now())
    for number in range(50):
        write_by_hand(url, token, f"Autre chose {number}")

    assert adapter(url).find(asked, around_now(), NOBODY) == sent


# Lost answers


@pytest.mark.parametrize("fate", [Fate.LOSE_ANSWER, Fate.CUT_ANSWER, Fate.FAIL_AFTER])
def test_an_accepted_post_whose_answer_is_lost_is_found(server: tuple[str, str], losing: Losing, fate: Fate) -> None:
    """The call says that it does not know; reading back finds the post."""
    url, token = server
    proxy = losing(url)
    text = f"Perdue en chemin ({fate}) {datetime.now(UTC).isoformat()}"
    asked = job(proxy.url, token, text)
    proxy.plan(fate, path="/api/v1/statuses")

    with pytest.raises(OutcomeUnknown):
        adapter(proxy.url).publish(asked, ignore, now())

    found = adapter(proxy.url).find(asked, around_now(), NOBODY)
    assert found is not None
    assert found.remote_ids == (posted(url, token)[0]["id"],)


def test_a_request_that_was_lost_is_absent(server: tuple[str, str], losing: Losing) -> None:
    """The call does not know either; reading back says that it is not there."""
    url, token = server
    proxy = losing(url)
    asked = job(proxy.url, token, f"Jamais arrivée {datetime.now(UTC).isoformat()}")
    proxy.plan(Fate.LOSE_REQUEST, path="/api/v1/statuses")

    with pytest.raises(OutcomeUnknown):
        adapter(proxy.url).publish(asked, ignore, now())

    assert adapter(proxy.url).find(asked, around_now(), NOBODY) is None


def test_a_thread_whose_second_answer_is_lost_is_finished_by_a_repeat(
    mastodon_mock: MastodonMock, losing: Losing
) -> None:
    """One part is known, one online unknown to us, one never left: a repeat adds only the last."""
    url, token = mastodon_mock.url, mastodon_mock.tokens["gazette"]
    proxy = losing(url)
    asked = job(proxy.url, token, "Un", "Deux", "Trois")
    proxy.plan(Fate.PASS, Fate.LOSE_ANSWER, path="/api/v1/statuses")
    accepted: list[str] = []

    with pytest.raises(OutcomeUnknown):
        adapter(proxy.url).publish(asked, accepted.append, now())
    resumed = adapter(proxy.url).publish(replace(asked, done=tuple(accepted)), accepted.append, now())

    assert len(accepted) == 3
    assert resumed.remote_ids == tuple(accepted)
    assert len(posted(url, token)) == 3


def test_a_thread_is_finished_without_doubling_where_keys_are_ignored(snac: SnacServer, losing: Losing) -> None:
    """Going on with a thread whose second answer was lost: the second part is seen online, only the third is sent."""
    url, token = snac.url, snac.tokens["mairie"]
    proxy = losing(url)
    asked = replace(job(proxy.url, token, "Premier mot", "Deuxième mot", "Dernier mot"), created_at=now())
    before = len(posted(url, token))
    proxy.plan(Fate.PASS, Fate.LOSE_ANSWER, path="/api/v1/statuses")
    accepted: list[str] = []
    with pytest.raises(OutcomeUnknown):
        adapter(proxy.url).publish(asked, accepted.append, now())

    going_on = replace(asked, done=tuple(accepted))
    found = adapter(proxy.url).find(going_on, around_now(), NOBODY)
    assert isinstance(found, Begun)
    assert (found.remote_ids[:1], len(found.remote_ids)) == (going_on.done, 2)
    resumed = adapter(proxy.url).publish(going_on, accepted.append, now() + timedelta(seconds=60))

    assert resumed.remote_ids == tuple(accepted)
    assert resumed.remote_ids[:2] == found.remote_ids
    assert len(posted(url, token)) == before + 3


def test_a_read_back_that_fails_proves_nothing(server: tuple[str, str], losing: Losing) -> None:
    """A page that does not come whole is not an empty page."""
    url, token = server
    for fate in (Fate.LOSE_ANSWER, Fate.CUT_ANSWER, Fate.FAIL_AFTER):
        proxy = losing(url)
        proxy.plan(fate, method="GET", path="/statuses")
        with pytest.raises(ReadBackUnavailable):
            adapter(proxy.url).find(job(proxy.url, token, "Rien"), around_now(), NOBODY)


# Refusals


def test_a_server_that_is_not_there_got_nothing() -> None:
    """No connection: nothing was posted."""
    with pytest.raises(Unreachable):
        adapter("http://127.0.0.1:9").publish(job("http://127.0.0.1:9", "t", "Bonjour"), ignore, now())


def test_a_full_hour_is_waited_for(mastodon_mock: MastodonMock) -> None:
    """429 with Mastodon's date: the adapter gives that instant, and nothing is posted."""
    url, token = mastodon_mock.url, mastodon_mock.tokens["gazette"]
    until = now() + timedelta(minutes=4)
    mastodon_mock.refuse_until(until)

    with pytest.raises(RateLimited) as limited:
        adapter(url).publish(job(url, token, "Trop vite"), ignore, now())

    assert limited.value.until == until
    assert limited.value.allowance == Allowance(0, until, 300)
    assert posted(url, token) == []


def test_a_token_that_is_none_must_be_given_again(server: tuple[str, str]) -> None:
    """401: a person must reconnect, for publishing and for a check."""
    url, _ = server
    asked = job(url, "not-a-token", "Bonjour")
    with pytest.raises(CredentialsExpired):
        adapter(url).publish(asked, ignore, now())
    with pytest.raises(CredentialsExpired):
        adapter(url).check(asked.account, asked.secret)


def test_a_refusal_gives_the_servers_own_words(mastodon_mock: MastodonMock) -> None:
    """422: what the server says is shown, without its machinery."""
    url, token = mastodon_mock.url, mastodon_mock.tokens["gazette"]
    with pytest.raises(Refused) as refused:
        adapter(url).publish(job(url, token, "x" * 501), ignore, now())

    said = str(refused.value.problem.fields["said"])
    assert said
    assert "alidation" not in said
    assert "{" not in said


def test_nothing_is_sent_before_its_uploads(mastodon_mock: MastodonMock) -> None:
    """A job whose uploads were never made is not posted without them."""
    url, token = mastodon_mock.url, mastodon_mock.tokens["gazette"]
    with pytest.raises(PreparationLost):
        adapter(url).publish(carrying(job(url, token, "Avec image"), picture()[0]), ignore, now())
    assert posted(url, token) == []


# Who we are, and what is accepted


def test_the_check_says_who_we_are(server: tuple[str, str]) -> None:
    """The name, the address and the server's limits, and nothing to do."""
    url, token = server
    asked = job(url, token, "")
    identity = adapter(url).check(asked.account, asked.secret)

    assert identity.name.startswith(("@gazette@", "@mairie@"))
    assert identity.problems == ()
    assert identity.limits.characters in {500, 100_000}
    assert identity.url is not None
    assert identity.url.startswith("http")


def test_a_token_of_another_account_is_noticed(mastodon_mock: MastodonMock) -> None:
    """The configuration says one account, the token is another's."""
    url, token = mastodon_mock.url, mastodon_mock.tokens["lectrice"]
    account = job(url, token, "").account.model_copy(update={"handle": "@gazette"})
    identity = adapter(url).check(account, {"access_token": token})

    assert [one.code for one in identity.problems] == ["mastodon_other_account"]


def test_limits_are_the_servers_own(mastodon_mock: MastodonMock, snac: SnacServer) -> None:
    """From v2 on one, from v1 on the other; where nobody answers, that is said."""
    network = adapter(mastodon_mock.url, snac.url)
    first = network.limits(job(mastodon_mock.url, "t", "").account, {})
    second = network.limits(job(snac.url, "t", "").account, {})
    with pytest.raises(Unreachable):
        network.limits(job("http://127.0.0.1:9", "t", "").account, {})

    assert (first.characters, first.url_characters) == (500, 23)
    assert (second.characters, second.url_characters) == (100_000, 32)


# Real Mastodon's answers


def test_real_mastodon_says_what_it_accepts(mastodon_replay: Player) -> None:
    """4.7's own description, under v2, and under v1 where v2 is not there."""
    for name in ("instance", "instance_v1"):
        replay = mastodon_replay(name)
        asked = job(replay.url, "t", "")
        network = adapter(replay.url)
        limits = network.limits(asked.account, asked.secret)
        assert (limits.characters, limits.media, limits.url_characters) == (500, 4, 23)
        assert (limits.image_bytes, limits.image_pixels) == (16_777_216, 33_177_600)
        assert (limits.video_bytes, limits.poll_options, limits.poll_option_characters) == (103_809_024, 4, 50)
        assert "video/mp4" in limits.video_types
        assert "image/webp" in limits.image_types
        assert network.repeat_is_safe(asked) == REPEAT_IS_SAFE


def recorded_post(replay: Replay, **content: Any) -> Job:
    """Give the job of the recorded post."""
    return job(replay.url, "t", "Toot!", **content)


def test_real_mastodons_answer_is_a_published_post(mastodon_replay: Player) -> None:
    """The id, the address and the instant are read from the recorded status, and the key goes with the request."""
    replay = mastodon_replay("post")
    result = adapter(replay.url).publish(recorded_post(replay), ignore, now())

    recorded = json.loads(replay.recorded[0]["body"])
    assert result.remote_ids == (recorded["id"],)
    assert result.url == recorded["url"].replace("http://localhost:3000", replay.url)
    assert result.at == datetime.fromisoformat(recorded["created_at"])
    sent = replay.asked[0]
    body = json.loads(sent.body)
    assert len(sent.headers["Idempotency-Key"]) == 64
    assert "scheduled_at" not in body
    assert (body["status"], body["visibility"], body["language"]) == ("Toot!", "public", "fr")


def test_real_mastodons_wait_for_a_film(mastodon_replay: Player) -> None:
    """202, then 206: look again in a moment; then 200: ready, and the post carries it."""
    replay = mastodon_replay("media_wait", "instance")
    movie = film()
    network = adapter(replay.url)
    asked = carrying(job(replay.url, "t", "LOL check this out"), movie[0])

    begun = network.prepare(asked, reading(movie), now())
    assert begun.look_at is not None
    assert timedelta(0) < begun.look_at - now() < timedelta(minutes=1)
    with pytest.raises(PreparationLost):
        network.publish(prepared(asked, begun), ignore, now())
    done = network.prepare(prepared(asked, begun), reading(), now())
    assert done.look_at is None
    assert done.expires_at == begun.expires_at
    result = network.publish(prepared(asked, done), ignore, now())

    uploaded = json.loads(replay.recorded[0]["body"])["id"]
    assert json.loads(replay.asked[-1].body)["media_ids"] == [uploaded]
    assert len(result.remote_ids) == 1


def test_real_mastodons_limits_are_told(mastodon_replay: Player) -> None:
    """A post counts among 300 in three hours, an upload among 30 in half an hour, until the instant of its header."""
    replay = mastodon_replay("media_wait", "instance")
    at = datetime.fromisoformat(json.loads(replay.recorded[2]["body"])["created_at"])
    movie = film()
    network = adapter(replay.url)
    asked = carrying(job(replay.url, "t", "LOL check this out"), movie[0])

    begun = network.prepare(asked, reading(movie), at)
    done = network.prepare(prepared(asked, begun), reading(), at)
    sent = network.publish(prepared(asked, done), ignore, at)

    uploads_until = datetime(2026, 10, 14, 19, 30, 0, 135663, tzinfo=UTC)
    posts_until = datetime(2026, 10, 14, 21, 0, 0, 736916, tzinfo=UTC)
    assert begun.allowance == Allowance(29, uploads_until, 30, timedelta(minutes=30))
    assert done.allowance is None
    assert sent.allowance == Allowance(284, posts_until, 300, timedelta(hours=3))


def test_real_mastodons_206_is_waited_for(mastodon_replay: Player) -> None:
    """The recorded 206 means: not ready, look again."""
    replay = mastodon_replay("media_unfinished", "instance")
    unfinished = next(one for one in replay.recorded if one["status"] == 206)
    replay.answer_as("GET", unfinished)
    movie = film()
    network = adapter(replay.url)
    asked = carrying(job(replay.url, "t", "Un film"), movie[0])

    begun = network.prepare(asked, reading(movie), now())
    still = network.prepare(prepared(asked, begun), reading(), now())

    assert still.look_at is not None
    assert still.remote == begun.remote


def test_real_mastodons_refusal_is_shown_in_its_own_words(mastodon_replay: Player) -> None:
    """A 422 in the account's language is a refusal with that sentence."""
    replay = mastodon_replay("post_too_long")
    network = adapter(replay.url)
    said = []
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            network.publish(job(replay.url, "t", "Trop long"), ignore, now())
        said.append(refused.value.problem.fields["said"])

    assert "500文字" in str(said[0])
    assert "500 Zeichen" in str(said[1])


def test_real_mastodons_pages_are_followed(mastodon_replay: Player) -> None:
    """The Link header's `max_id` leads to the older page, until the window's start."""
    replay = mastodon_replay("account_statuses", "instance")
    pages = [one for one in replay.recorded if one["path"].endswith("/statuses") and one["method"] == "GET"]
    oldest = json.loads(pages[1]["body"])[-1]
    created = datetime.fromisoformat(oldest["created_at"])
    text = oldest["content"].removeprefix("<p>").removesuffix("</p>")
    window = Window(created - timedelta(seconds=1), created + timedelta(minutes=5))

    found = adapter(replay.url).find(job(replay.url, "t", text), window, NOBODY)

    assert found is not None
    assert found.remote_ids == (oldest["id"],)
