"""What a real Mastodon 4.7 answered, met again through requests."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import requests

from tests.peers.mastodon_recordings import RECORDINGS, Replay

Player = Callable[..., Replay]


@pytest.mark.parametrize("name", RECORDINGS)
def test_every_recording_named_can_be_replayed(mastodon_replay: Player, name: str) -> None:
    """Asked what was asked when it was recorded, the server gives each status and body, and is then through."""
    server = mastodon_replay(name)
    for exchange in server.recorded:
        answer = requests.request(exchange["method"], f"{server.url}{exchange['path']}?{exchange['query']}", timeout=10)
        assert answer.status_code == exchange["status"]
        assert answer.text.replace(server.url, "http://localhost:3000") == exchange["body"]
    assert (server.left(), server.unmatched) == ([], [])


@pytest.mark.parametrize(("name", "path"), [("instance", "/api/v2/instance"), ("instance_v1", "/api/v1/instance")])
def test_the_instance_tells_its_limits(mastodon_replay: Player, name: str, path: str) -> None:
    """Both descriptions come from Mastodon 4.7 and say 500 characters, four media, 23 for a link."""
    told = requests.get(f"{mastodon_replay(name).url}{path}", timeout=10).json()
    limits = told["configuration"]["statuses"]
    assert told["version"].startswith("4.7.")
    assert [limits[of] for of in ("max_characters", "max_media_attachments", "characters_reserved_per_url")] == [
        500,
        4,
        23,
    ]


def test_a_video_is_accepted_and_ready_later(mastodon_replay: Player) -> None:
    """The upload answers 202 without an address; the poll 200 with one; then the status carries it."""
    server = mastodon_replay("media_wait")
    upload = requests.post(f"{server.url}/api/v2/media", files={"file": b"video"}, timeout=10)
    assert (upload.status_code, upload.json()["url"]) == (202, None)
    ready = requests.get(f"{server.url}/api/v1/media/{upload.json()['id']}", timeout=10)
    assert (ready.status_code, ready.json()["url"].startswith(f"{server.url}/system/")) == (200, True)
    status = requests.post(f"{server.url}/api/v1/statuses", data={"status": "vidéo"}, timeout=10).json()
    assert [medium["id"] for medium in status["media_attachments"]] == [upload.json()["id"]]
    assert b"video" in server.asked[0].body


def test_a_medium_still_in_work_is_a_206(mastodon_replay: Player) -> None:
    """The real 206, recorded for a PUT, can be given to the GET that waits."""
    server = mastodon_replay("media_unfinished")
    unfinished = next(exchange for exchange in server.recorded if exchange["status"] == 206)
    server.answer_as("GET", unfinished)
    upload = requests.post(f"{server.url}/api/v2/media", files={"file": b"video"}, timeout=10)
    poll = requests.get(f"{server.url}/api/v1/media/{upload.json()['id']}", timeout=10)
    assert (poll.status_code, poll.json()["url"]) == (206, None)


def test_rate_limits_are_dated_in_iso_8601(mastodon_replay: Player) -> None:
    """A status counts against 300, an upload against 30; the reset is a date with a zone, within three hours."""
    status = requests.post(f"{mastodon_replay('post').url}/api/v1/statuses", timeout=10)
    upload = requests.post(f"{mastodon_replay('media_wait').url}/api/v2/media", timeout=10)
    assert (status.headers["X-RateLimit-Limit"], upload.headers["X-RateLimit-Limit"]) == ("300", "30")
    reset = datetime.fromisoformat(status.headers["X-RateLimit-Reset"])
    made = datetime.fromisoformat(status.json()["created_at"])
    assert timedelta(0) < reset - made <= timedelta(hours=3)


def test_pages_follow_the_link_header(mastodon_replay: Player) -> None:
    """The `next` link of an account's statuses leads, on the replaying server, to the older ones."""
    server = mastodon_replay("account_statuses")
    me = requests.get(f"{server.url}/api/v1/accounts/verify_credentials", timeout=10).json()
    first = requests.get(f"{server.url}/api/v1/accounts/{me['id']}/statuses?limit=5", timeout=10)
    second = requests.get(first.links["next"]["url"], timeout=10)
    newer, older = ([int(status["id"]) for status in page.json()] for page in (first, second))
    assert (len(newer), len(older)) == (5, 5)
    assert min(newer) > max(older)


def test_a_refusal_speaks_the_accounts_language(mastodon_replay: Player) -> None:
    """A 422 is told by its status: its sentence is in whatever language the account has."""
    refused = requests.post(f"{mastodon_replay('post_too_long').url}/api/v1/statuses", timeout=10)
    assert (refused.status_code, "Validation failed" in refused.text) == (422, False)


def test_what_was_not_recorded_is_not_invented(mastodon_replay: Player) -> None:
    """A request that nothing was recorded for answers 501 and is noted."""
    server = mastodon_replay("instance")
    answer = requests.get(f"{server.url}/api/v1/timelines/home", timeout=10)
    assert (answer.status_code, server.unmatched) == (501, ["GET /api/v1/timelines/home?"])
