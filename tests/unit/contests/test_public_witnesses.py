"""Going to look: a post counts from the instant its own place tells, about the very text that holds the commit."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest

from heraut.contests import public_witnesses
from heraut.contests.public_witnesses import looking
from heraut.errors import AddressRefused, InvalidInput
from heraut.fetch import Guard
from tests.loopback import answer, answering, serving
from tests.unit.contests.test_draw import code_of

pytestmark = pytest.mark.enable_socket

COMMIT = sha256(b"a commitment").hexdigest()
AT, LATER = "2026-11-23T11:30:00.000Z", "2026-11-23T12:30:00+01:00"
INSTANT = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
TEXT = f"<p>Tirage : {COMMIT}</p>"


def seen(body: bytes | str | Any, kind: str = "application/json", what: str = "post") -> datetime | None:
    """Look at a page with this body; give the instant it proves."""
    raw = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    with serving(answering(answer(body=raw, Content_Type=kind))) as server:
        found = looking(Guard(frozenset({server.host_port})))(what, f"{server.url}/1", COMMIT)

        assert found.place == server.host_port
    return found.at


def page(description: str, **metas: str) -> str:
    """Write a page with a description and other metas."""
    lines = [f'<meta property="{name.replace("__", ":")}" content="{value}">' for name, value in metas.items()]
    return f'<html><meta name="description" content="{description}">{"".join(lines)}<body>{COMMIT}</body></html>'


DATED: dict[str, tuple[Any, str]] = {
    "ActivityPub": ({"type": "Note", "content": TEXT, "published": AT}, "application/activity+json"),
    "Mastodon": (
        {"content": TEXT, "created_at": AT, "account": {"created_at": "2017-01-01T00:00:00Z"}},
        "application/json",
    ),
    "edited": ({"content": TEXT, "created_at": "2026-11-01T00:00:00Z", "edited_at": AT}, "application/json"),
    "Bluesky": (
        {"posts": [{"record": {"text": COMMIT, "createdAt": "2020-01-01T00:00:00Z"}, "indexedAt": AT}]},
        "application/json",
    ),
    "in a thread, twice": (
        [{"content": TEXT, "published": "2026-11-01T00:00:00Z"}, {"content": TEXT, "published": LATER}],
        "application/json",
    ),
    "a page": (page(f"Tirage {COMMIT}", article__published_time=AT), "text/html; charset=utf-8"),
    "Mastodon's page": (page(f"x {COMMIT}", og__published_time=AT), "text/html"),
}


@pytest.mark.parametrize("dated", DATED.values(), ids=DATED)
def test_a_place_that_says_since_when(dated: tuple[Any, str]) -> None:
    """Its own instant, that of the last edit, the later one of two."""
    assert seen(*dated) == INSTANT


UNDATED: dict[str, tuple[Any, str]] = {
    "an instant of its author's": ({"record": {"text": COMMIT, "createdAt": AT}}, "application/json"),
    "an account's": ({"note": COMMIT, "created_at": AT}, "application/json"),
    "an account's around a post": ({"created_at": AT, "last_status": {"content": TEXT}}, "application/json"),
    "without zone": ({"content": TEXT, "published": "2026-11-23T11:30:00"}, "application/json"),
    "no instant": ({"content": TEXT, "published": "yesterday"}, "application/json"),
    "a page about something else": (page("Our contest", article__published_time=AT), "text/html"),
    "a page without instant": (page(COMMIT), "text/html"),
    "text": (COMMIT, "text/plain"),
    "broken JSON": ("{" + COMMIT, "application/json"),
    "deep": ("[" * 100_000 + COMMIT, "application/json"),
}


@pytest.mark.parametrize("undated", UNDATED.values(), ids=UNDATED)
def test_a_place_that_does_not_say_since_when(undated: tuple[Any, str]) -> None:
    """The commit is there, and that is all."""
    assert seen(*undated) is None


def test_a_place_without_the_commit_is_no_witness() -> None:
    """Edited, deleted, or never there."""
    with pytest.raises(InvalidInput) as error:
        seen({"content": "hello", "published": AT})

    assert code_of(error) == "draw_witness_not_there"


def test_a_private_address_is_not_opened() -> None:
    """A certificate comes from anybody: its addresses go by the rules of what a person typed."""
    for address in ("http://169.254.169.254/latest", "https://127.0.0.1/", "file:///etc/passwd", "hello"):
        with pytest.raises(AddressRefused):
            looking(Guard())("post", address, COMMIT)


def test_a_file_pushed_with_git_is_dated_by_the_forges_own_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """GitHub's list of pushes, for the very commit of the address; a commit's own date is its author's."""
    sha, other = "ab" * 20, "cd" * 20
    pushes = [{"after": other, "timestamp": "2020-01-01T00:00:00Z"}, {"after": sha, "timestamp": AT}]
    with (
        serving(answering(answer(body=COMMIT.encode(), Content_Type="text/plain"))) as files,
        serving(answering(answer(body=json.dumps(pushes).encode(), Content_Type="application/json"))) as forge,
    ):
        raw = r"http://127\.0\.0\.1:\d+/(?P<repository>[\w.-]+/[\w.-]+)/(?P<sha>[0-9a-f]{40})/.+"
        monkeypatch.setattr(public_witnesses, "_RAW", re.compile(raw))
        monkeypatch.setattr(public_witnesses, "_ACTIVITY", forge.url + "/repos/{repository}/activity")
        look = looking(Guard(frozenset({files.host_port, forge.host_port})))

        assert look("git", f"{files.url}/martin/tirages/{sha}/noel.json", COMMIT).at == INSTANT
        assert look("git", f"{files.url}/martin/tirages/{'ef' * 20}/noel.json", COMMIT).at is None
        assert look("git", f"{files.url}/martin/tirages/main/noel.json", COMMIT).at is None


def test_githubs_addresses_are_known() -> None:
    """The file of one commit, never of a branch, which moves."""
    sha = "ab" * 20

    assert public_witnesses._RAW.fullmatch(f"https://raw.githubusercontent.com/martin/tirages/{sha}/noel.json")
    assert not public_witnesses._RAW.fullmatch("https://raw.githubusercontent.com/martin/tirages/main/noel.json")
    assert not public_witnesses._RAW.fullmatch(f"https://raw.example.org/martin/tirages/{sha}/noel.json")
