"""A thread with a picture through the real use cases to real servers, disturbed at every call it makes."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from heraut.brands import Account, NetworkName
from heraut.networks.http import Answer, Http
from heraut.publishing import decisions
from heraut.publishing.model import Delivery, State
from heraut.publishing.pacing import APART
from tests.peers.losing_proxy import Fate, LosingProxy
from tests.peers.mastodon_jobs import adapter, picture
from tests.peers.mastodon_mock_server import MastodonMock
from tests.peers.snac_server import SnacServer
from tests.twins.brands import BrandsTwin
from tests.twins.clock import ClockTwin
from tests.twins.desk import BAKERY, Desk
from tests.twins.secrets import SecretsTwin

Losing = Callable[[str], LosingProxy]

LOSSES = [Fate.LOSE_REQUEST, Fate.LOSE_ANSWER, Fate.CUT_ANSWER, Fate.FAIL_AFTER]
_numbers = itertools.count()


class Killed(BaseException):
    """The worker's process ends here: nothing after it runs, nothing catches it."""


def desk_through(url: str, token: str, *texts: str, with_picture: bool = True) -> tuple[Desk, Delivery]:
    """A desk with a post or thread queued, whose calls all go through this address."""
    desk = Desk()
    account = Account(name="masto", network=NetworkName.MASTODON, instance=url)
    brand = BAKERY.model_copy(update={"accounts": (account,)})
    desk.clock = ClockTwin(datetime.now(UTC).replace(microsecond=0))
    photo, body = picture(alt="Un pain", color="brown")
    desk.media.save(photo.key, body, photo.content_type)
    desk.world = replace(
        desk.world,
        brands=BrandsTwin(brand),
        networks={NetworkName.MASTODON: adapter(url)},
        secrets=SecretsTwin({(brand.id, account.name): {"access_token": token}}),
        clock=desk.clock,
    )
    delivery = desk.queue(
        *texts,
        post=f"fil-{next(_numbers)}-{desk.clock.now():%H%M%S}",
        media=(photo,) if with_picture else (),
        prepare_at=desk.clock.now() if with_picture else None,
        due_at=desk.clock.now(),
        publish_at=desk.clock.now() + timedelta(seconds=30),
    )
    return desk, delivery


def posted(url: str, token: str, containing: str = "") -> list[dict[str, Any]]:
    """What the account has posted, oldest first."""
    headers = {"Authorization": f"Bearer {token}"}
    me = requests.get(f"{url}/api/v1/accounts/verify_credentials", headers=headers, timeout=10).json()
    path = f"{url}/api/v1/accounts/{me['id']}/statuses"
    found = requests.get(path, headers=headers, params={"limit": "40"}, timeout=10).json()
    return [one for one in reversed(found) if containing in one["content"]]


def assert_out_once(server: MastodonMock, desk: Desk, delivery: Delivery) -> None:
    """The whole thread is online, once, in order, with its picture, and the table knows it."""
    after = desk.read(delivery)
    online = posted(server.url, server.tokens["gazette"])
    assert after.state is State.PUBLISHED, desk.said
    assert [one["id"] for one in online] == list(after.remote_ids)
    assert [one["content"] for one in online] == ["<p>Ce matin au fournil</p>", "<p>Et demain</p>"]
    assert [one["in_reply_to_id"] for one in online] == [None, online[0]["id"]]
    assert [one["description"] for one in online[0]["media_attachments"]] == ["Un pain"]
    assert after.url is not None
    assert after.url.rpartition("/")[2] == online[0]["url"].rpartition("/")[2]


@pytest.mark.parametrize("fate", LOSSES)
@pytest.mark.parametrize(("path", "number"), [("/media", 1), ("/statuses", 1), ("/statuses", 2)])
def test_an_answer_lost_at_any_call(
    path: str, number: int, fate: Fate, mastodon_mock: MastodonMock, losing: Losing
) -> None:
    """Whichever call is lost and however, the thread is out once, whole, and nobody was asked."""
    proxy = losing(mastodon_mock.url)
    proxy.plan(*[Fate.PASS] * (number - 1), fate, path=path)
    desk, delivery = desk_through(proxy.url, mastodon_mock.tokens["gazette"], "Ce matin au fournil", "Et demain")

    desk.run()

    assert fate in [one for _path, one in proxy.seen]
    assert_out_once(mastodon_mock, desk, delivery)


@pytest.mark.parametrize("number", range(1, 5))
@pytest.mark.parametrize("when", ["before", "after"])
def test_the_worker_killed_at_any_call(
    when: str, number: int, mastodon_mock: MastodonMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before or after any of its calls (limits, upload, two posts), the worker's thread is out once, whole."""
    real, made = Http.call, itertools.count(1)

    def dying(http: Http, method: str, url: str, **body: Any) -> Answer:
        turn = next(made)
        if turn == number and when == "before":
            raise Killed
        answer = real(http, method, url, **body)
        if turn == number:
            raise Killed
        return answer

    token = mastodon_mock.tokens["gazette"]
    desk, delivery = desk_through(mastodon_mock.url, token, "Ce matin au fournil", "Et demain")
    monkeypatch.setattr(Http, "call", dying)
    with pytest.raises(Killed):
        desk.run()
    desk.run()

    assert next(made) > number
    assert_out_once(mastodon_mock, desk, delivery)


@pytest.mark.parametrize("fate", LOSSES)
def test_where_keys_are_ignored_nothing_is_doubled(fate: Fate, snac: SnacServer, losing: Losing) -> None:
    """A post whose answer was lost is found; one that never arrived is asked of a person, and not sent again."""
    proxy = losing(snac.url)
    proxy.plan(fate, path="/statuses")
    text = f"Une seule fois {fate} {datetime.now(UTC):%H%M%S%f}"
    desk, delivery = desk_through(proxy.url, snac.tokens["mairie"], text, with_picture=False)

    desk.run()

    lost = fate is Fate.LOSE_REQUEST
    assert desk.read(delivery).state is (State.ASKING if lost else State.PUBLISHED)
    assert len(posted(snac.url, snac.tokens["mairie"], text)) == (0 if lost else 1)


def test_where_keys_are_ignored_a_thread_is_not_doubled_either(snac: SnacServer, losing: Losing) -> None:
    """The last part's answer is lost: the thread is found whole, and each part is there once."""
    proxy = losing(snac.url)
    proxy.plan(Fate.PASS, Fate.LOSE_ANSWER, path="/statuses")
    mark = f"{datetime.now(UTC):%H%M%S%f}"
    desk, delivery = desk_through(proxy.url, snac.tokens["mairie"], f"Un {mark}", f"Deux {mark}", with_picture=False)

    desk.run()

    online = posted(snac.url, snac.tokens["mairie"], mark)
    assert desk.read(delivery).state is State.PUBLISHED
    assert desk.read(delivery).remote_ids == tuple(one["id"] for one in online)
    assert len(online) == 2


def test_where_keys_are_ignored_the_beginning_of_a_thread_is_not_sent_again(snac: SnacServer, losing: Losing) -> None:
    """The first part's answer is lost: a person is asked about the rest alone, and "send it" sends the rest alone."""
    proxy = losing(snac.url)
    proxy.plan(Fate.LOSE_ANSWER, path="/statuses")
    mark = f"{datetime.now(UTC):%H%M%S%f}"
    desk, delivery = desk_through(proxy.url, snac.tokens["mairie"], f"Un {mark}", f"Deux {mark}", with_picture=False)

    desk.run()
    asked = desk.read(delivery)
    (first,) = posted(snac.url, snac.tokens["mairie"], mark)
    desk.posts.change(asked, decisions.sent_again(asked, desk.clock.now()))
    desk.run()

    online = posted(snac.url, snac.tokens["mairie"], mark)
    assert (asked.state, asked.remote_ids) == (State.ASKING, (first["id"],))
    assert desk.read(delivery).state is State.PUBLISHED
    assert desk.read(delivery).remote_ids == tuple(one["id"] for one in online)
    assert [one["in_reply_to_id"] for one in online] == [None, first["id"]]


def test_a_server_that_refuses_for_now_holds_back_the_accounts_others(mastodon_mock: MastodonMock) -> None:
    """One refusal with Mastodon's own date: two posts leave after it, in order.

    The desk's clock ran ahead by the half minute it slept, as the server's `Date` shows: the wait is that much longer.
    """
    token = mastodon_mock.tokens["gazette"]
    desk, first = desk_through(mastodon_mock.url, token, "Un", with_picture=False)
    second = desk.queue("Deux", post=f"{first.post}-suite", at=timedelta(seconds=32))
    until = first.publish_at + timedelta(minutes=4)
    mastodon_mock.refuse_until(until)

    desk.run()

    after = [desk.read(one) for one in (first, second)]
    assert [(one.state, one.attempts) for one in after] == [(State.PUBLISHED, 1)] * 2
    left = [one.published_at for one in after if one.published_at]
    assert timedelta(0) <= left[0] - until <= timedelta(seconds=40)
    assert left[1] == left[0] + APART
    assert [one["content"] for one in posted(mastodon_mock.url, token)] == ["<p>Un</p>", "<p>Deux</p>"]
