"""The facts about Mastodon's API that publishing relies on, asked of a server that honours Idempotency-Key."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from tests.peers.mastodon_mock_server import VERSION, MastodonMock

STATUSES = "/api/v1/statuses"


def send(server: MastodonMock, text: str, key: str = "", *, wait: float = 10, **more: Any) -> requests.Response:
    """Post a status as `gazette`."""
    headers = {"Authorization": f"Bearer {server.tokens['gazette']}"} | ({"Idempotency-Key": key} if key else {})
    return requests.post(f"{server.url}{STATUSES}", data={"status": text, **more}, headers=headers, timeout=wait)


def posted(server: MastodonMock) -> list[str]:
    """The texts of what `gazette` has posted, newest first, as anyone reads them."""
    me = requests.get(
        f"{server.url}/api/v1/accounts/verify_credentials",
        headers={"Authorization": f"Bearer {server.tokens['gazette']}"},
        timeout=10,
    ).json()
    answer = requests.get(f"{server.url}/api/v1/accounts/{me['id']}/statuses", timeout=10)
    return [status["content"] for status in answer.json()]


def test_it_tells_its_version_and_limits(mastodon_mock: MastodonMock) -> None:
    """Both forms of the instance's description give the version and the same limits."""
    second = requests.get(f"{mastodon_mock.url}/api/v2/instance", timeout=10).json()
    first = requests.get(f"{mastodon_mock.url}/api/v1/instance", timeout=10).json()
    assert second["version"] == first["version"] == VERSION
    assert second["configuration"]["statuses"]["max_characters"] == 500
    assert second["configuration"]["statuses"] == first["configuration"]["statuses"]


def test_one_idempotency_key_is_one_status(mastodon_mock: MastodonMock) -> None:
    """The same key answers the same status, even with another text, and nothing is added."""
    first = send(mastodon_mock, "Une seule fois", "key-1")
    second = send(mastodon_mock, "Une autre fois", "key-1")
    assert (first.status_code, second.status_code) == (200, 200)
    assert second.json()["id"] == first.json()["id"]
    assert posted(mastodon_mock) == ["<p>Une seule fois</p>"]


def test_without_a_key_a_repeat_is_a_second_status(mastodon_mock: MastodonMock) -> None:
    """What protects from duplicates is the key, not the text."""
    send(mastodon_mock, "Encore")
    send(mastodon_mock, "Encore")
    assert posted(mastodon_mock) == ["<p>Encore</p>", "<p>Encore</p>"]


def test_a_medium_is_ready_at_once_and_shows_in_the_status(mastodon_mock: MastodonMock) -> None:
    """An upload answers 200 with its address, and its description is in the status that carries it."""
    headers = {"Authorization": f"Bearer {mastodon_mock.tokens['gazette']}"}
    upload = requests.post(
        f"{mastodon_mock.url}/api/v2/media",
        files={"file": ("affiche.png", b"not really a picture", "image/png")},
        data={"description": "L'affiche"},
        headers=headers,
        timeout=10,
    )
    assert upload.status_code == 200
    assert upload.json()["url"]
    status = send(mastodon_mock, "Avec image", **{"media_ids[]": upload.json()["id"]}).json()
    assert [medium["description"] for medium in status["media_attachments"]] == ["L'affiche"]
    stored = requests.get(status["media_attachments"][0]["url"], timeout=10)
    assert stored.content == b"not really a picture"


def test_a_refusal_until_a_moment_is_dated_as_mastodon_dates_it(mastodon_mock: MastodonMock) -> None:
    """The 429 carries an ISO 8601 date, nothing is posted, and the next request passes."""
    moment = datetime.now(UTC) + timedelta(minutes=5)
    mastodon_mock.refuse_until(moment)
    refused = send(mastodon_mock, "Trop vite")
    assert refused.status_code == 429
    assert datetime.fromisoformat(refused.headers["X-RateLimit-Reset"]) == moment
    assert posted(mastodon_mock) == []
    assert send(mastodon_mock, "À l'heure").status_code == 200


@pytest.mark.parametrize(
    ("effect", "answered"),
    [({"type": "status", "status": 503}, 503), ({"type": "malformed"}, 200)],
    ids=["unavailable", "broken JSON"],
)
def test_a_failure_asked_for_happens_once_and_before_the_api(
    mastodon_mock: MastodonMock, effect: dict[str, Any], answered: int
) -> None:
    """A failing request posts nothing; the one after it does."""
    mastodon_mock.fail(effect)
    failed = send(mastodon_mock, "Raté")
    assert failed.status_code == answered
    assert posted(mastodon_mock) == []
    assert send(mastodon_mock, "Réussi").json()["content"] == "<p>Réussi</p>"
