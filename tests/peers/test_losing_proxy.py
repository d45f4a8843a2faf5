"""Every way the proxy loses an answer, and what the server behind it had already done."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.peers.losing_proxy import Fate, LosingProxy
from tests.peers.mastodon_mock_server import MastodonMock
from tests.peers.test_mastodon_mock import posted, send

Loser = Callable[[str], LosingProxy]


def through(server: MastodonMock, proxy: LosingProxy, text: str, key: str = "", **more: Any) -> requests.Response:
    """Post through the proxy."""
    return send(MastodonMock(url=proxy.url, tokens=server.tokens), text, key, **more)


def test_what_is_not_planned_passes(mastodon_mock: MastodonMock, losing: Loser) -> None:
    """The answer is the server's own, headers and all."""
    proxy = losing(mastodon_mock.url)
    answer = through(mastodon_mock, proxy, "Passe")
    assert (answer.status_code, answer.headers["Server"]) == (200, "Mastodon")
    assert proxy.seen == [("POST /api/v1/statuses", Fate.PASS)]


@pytest.mark.parametrize(
    ("fate", "done"),
    [(Fate.LOSE_REQUEST, []), (Fate.LOSE_ANSWER, ["<p>Perdu</p>"]), (Fate.CUT_ANSWER, ["<p>Perdu</p>"])],
)
def test_a_lost_answer_breaks_the_connection(
    mastodon_mock: MastodonMock, losing: Loser, fate: Fate, done: list[str]
) -> None:
    """The caller cannot tell whether the request was lost before the server or after it."""
    proxy = losing(mastodon_mock.url)
    proxy.plan(fate)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        through(mastodon_mock, proxy, "Perdu")
    assert posted(mastodon_mock) == done


def test_a_late_answer_is_a_timeout_and_the_post_is_there(mastodon_mock: MastodonMock, losing: Loser) -> None:
    """Whoever waits less than the delay gives up on a post that went out."""
    proxy = losing(mastodon_mock.url)
    proxy.plan(Fate.DELAY_ANSWER)
    with pytest.raises(requests.Timeout):
        through(mastodon_mock, proxy, "En retard", wait=0.3)
    assert posted(mastodon_mock) == ["<p>En retard</p>"]


def test_an_error_page_after_the_fact_hides_a_post(mastodon_mock: MastodonMock, losing: Loser) -> None:
    """A 502 from a front server says nothing of what was done; the same key then finds the same status."""
    proxy = losing(mastodon_mock.url)
    proxy.plan(Fate.FAIL_AFTER)
    assert through(mastodon_mock, proxy, "Caché", "key-1").status_code == 502
    assert through(mastodon_mock, proxy, "Caché", "key-1").status_code == 200
    assert posted(mastodon_mock) == ["<p>Caché</p>"]
