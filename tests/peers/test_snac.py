"""What a fediverse server that is not Mastodon does with Mastodon's API."""

import socket
from typing import Any

import pytest
import requests

from tests.peers.snac_server import SnacServer, snac_server

# The smallest PNG there is: one transparent pixel.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001"
    "e221bc330000000049454e44ae426082"
)


def ask(server: SnacServer, method: str, path: str, *, user: str = "mairie", **more: Any) -> requests.Response:
    """Call the API as one of the users."""
    headers = {"Authorization": f"Bearer {server.tokens[user]}", **more.pop("headers", {})}
    return requests.request(method, f"{server.url}{path}", headers=headers, timeout=10, **more)


def posted(server: SnacServer) -> list[dict[str, Any]]:
    """What `mairie` has posted, newest first."""
    me = ask(server, "GET", "/api/v1/accounts/verify_credentials").json()
    return list(ask(server, "GET", f"/api/v1/accounts/{me['id']}/statuses").json())


def test_each_token_is_its_users(snac: SnacServer) -> None:
    """The tokens got through OAuth say who holds them."""
    names = {
        user: ask(snac, "GET", "/api/v1/accounts/verify_credentials", user=user).json()["username"]
        for user in snac.tokens
    }
    assert names == {"mairie": "mairie", "lectrice": "lectrice"}


def test_only_the_old_description_is_there(snac: SnacServer) -> None:
    """/api/v2/instance is a 404 that is not JSON; /api/v1/instance says snac, and its own limits."""
    assert requests.get(f"{snac.url}/api/v2/instance", timeout=10).status_code == 404
    told = requests.get(f"{snac.url}/api/v1/instance", timeout=10).json()
    assert "really snac/" in told["version"]
    assert told["configuration"]["statuses"]["max_characters"] >= 100_000
    assert told["configuration"]["statuses"]["characters_reserved_per_url"] != 23


def test_a_repeated_key_is_a_second_post(snac: SnacServer) -> None:
    """The same Idempotency-Key posts again: after a lost answer, one must read before repeating."""
    before = len(posted(snac))
    for _ in range(2):
        sent = ask(
            snac, "POST", "/api/v1/statuses", data={"status": "Réunion publique"}, headers={"Idempotency-Key": "key-1"}
        )
        assert sent.status_code == 200
    assert [status["text"] for status in posted(snac)[:2]] == ["Réunion publique", "Réunion publique"]
    assert len(posted(snac)) == before + 2


def test_a_long_post_is_welcome(snac: SnacServer) -> None:
    """Five thousand characters come back whole."""
    text = "Compte rendu " * 400
    ask(snac, "POST", "/api/v1/statuses", data={"status": text}).raise_for_status()
    assert posted(snac)[0]["text"].strip() == text.strip()


@pytest.mark.usefixtures("snac")
def test_whoever_a_post_mentions_is_looked_up_through_the_proxy_only() -> None:
    """A mention of an account elsewhere reaches the proxy, which for the shared server is one that nobody runs."""
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.settimeout(10)
        with snac_server("mairie", proxy=f"http://127.0.0.1:{proxy.getsockname()[1]}") as server:
            ask(server, "POST", "/api/v1/statuses", data={"status": "Bonjour @lea@ailleurs.example"}).raise_for_status()
            caller, _ = proxy.accept()
            with caller:
                asked = caller.recv(200)
    assert asked.startswith(b"GET http://ailleurs.example/.well-known/webfinger?")


def test_a_described_picture_and_a_warning_come_back(snac: SnacServer) -> None:
    """An upload is ready at once, and the post shows it with its description, behind its warning."""
    upload = ask(
        snac, "POST", "/api/v2/media", files={"file": ("a.png", PIXEL, "image/png")}, data={"description": "Un point"}
    )
    assert upload.status_code == 200
    ask(
        snac,
        "POST",
        "/api/v1/statuses",
        data={"status": "Image", "spoiler_text": "Travaux", "media_ids[]": upload.json()["id"]},
    ).raise_for_status()
    newest = posted(snac)[0]
    assert (newest["spoiler_text"], newest["sensitive"]) == ("Travaux", True)
    assert [medium["description"] for medium in newest["media_attachments"]] == ["Un point"]
    assert requests.get(newest["media_attachments"][0]["url"], timeout=10).content == PIXEL
