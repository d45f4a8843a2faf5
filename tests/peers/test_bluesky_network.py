"""The facts about Bluesky that publishing exactly once relies on, asked of the real servers."""

import itertools
import json
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.peers.bluesky_network import BlueskyAccount, BlueskyNetwork, node_program
from tests.peers.places import HERE, ROOT
from tests.peers.servers import listens, until

POSTS = "app.bsky.feed.post"
# The smallest PNG there is: one transparent pixel.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001"
    "e221bc330000000049454e44ae426082"
)
_clock = itertools.count(int(time.time() * 1_000_000))


def record_key() -> str:
    """A TID: 53 bits of microseconds and a clock id, thirteen characters that sort by time."""
    number = next(_clock) << 10
    return "".join("234567abcdefghijklmnopqrstuvwxyz"[number >> shift & 31] for shift in range(60, -1, -5))


def post(text: str, **more: Any) -> dict[str, Any]:
    """A post's record, dated now."""
    return {"$type": POSTS, "text": text, "createdAt": datetime.now(UTC).isoformat(), "langs": ["fr"], **more}


def call(url: str, method: str, token: str | None = None, **body: Any) -> requests.Response:
    """A procedure when there is a body, else a query."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if body:
        return requests.post(f"{url}/xrpc/{method}", json=body, headers=headers, timeout=20)
    return requests.get(f"{url}/xrpc/{method}", headers=headers, timeout=20)


def sign_in(network: BlueskyNetwork, account: BlueskyAccount) -> str:
    """An access token, from the app password."""
    answer = call(
        network.pds, "com.atproto.server.createSession", identifier=account.handle, password=account.app_password
    )
    answer.raise_for_status()
    return str(answer.json()["accessJwt"])


@pytest.fixture(scope="module")
def author(bluesky: BlueskyNetwork) -> BlueskyAccount:
    """The account that posts."""
    return bluesky.accounts["atelier.test"]


@pytest.fixture(scope="module")
def token(bluesky: BlueskyNetwork, author: BlueskyAccount) -> str:
    """The author's access token."""
    return sign_in(bluesky, author)


def listed(network: BlueskyNetwork, account: BlueskyAccount) -> list[dict[str, Any]]:
    """The posts in the account's own repository."""
    answer = call(network.pds, f"com.atproto.repo.listRecords?repo={account.did}&collection={POSTS}&limit=100")
    return list(answer.json()["records"])


def test_every_server_listens_on_loopback_only(bluesky: BlueskyNetwork) -> None:
    """No port of the network can be reached from another machine."""
    listening = {}
    for table in ("tcp", "tcp6"):
        path = Path("/proc/net") / table
        for line in path.read_text().splitlines()[1:] if path.exists() else []:
            address, state = line.split()[1], line.split()[3]
            if state == "0A":
                listening[int(address.rpartition(":")[2], 16)] = address.rpartition(":")[0]
    ports = [int(url.rpartition(":")[2]) for url in (bluesky.pds, bluesky.appview, bluesky.plc)]
    assert {listening[port] for port in ports} == {"0100007F"}


ASKS_OUTSIDE = """
import dns from 'node:dns'
import { askNobodyOutside } from '%s'
askNobodyOutside()
const outcome = (way) => way.then(() => 'found', (error) => error.message)
console.log(JSON.stringify([
  await outcome(new Promise((yes, no) => dns.lookup('elsewhere.example', {}, (e, a) => (e ? no(e) : yes(a))))),
  await outcome(dns.promises.resolveTxt('_atproto.elsewhere.example')),
  await outcome(new dns.promises.Resolver().resolveTxt('_atproto.elsewhere.example')),
  await outcome(fetch('https://elsewhere.example/').catch((error) => { throw error.cause })),
  await outcome(new Promise((yes, no) => dns.lookup('localhost', {}, (e, a) => (e ? no(e) : yes(a))))),
]))
"""


@pytest.mark.usefixtures("bluesky")
def test_nobody_outside_is_asked_for_a_name() -> None:
    """Inside the network every name but this machine's is unknown, without a question to a name server."""
    program = ASKS_OUTSIDE % (HERE / "bluesky" / "loopback.mjs").as_uri()
    told = subprocess.run(
        [node_program(), "--input-type=module", "-e", program], capture_output=True, text=True, check=True
    )
    unknown, record = (
        "elsewhere.example is outside this machine",
        "_atproto.elsewhere.example is outside this machine",
    )
    assert json.loads(told.stdout) == [unknown, record, record, unknown, "found"]


def test_a_handle_from_elsewhere_belongs_to_nobody(bluesky: BlueskyNetwork) -> None:
    """A handle outside the network cannot be resolved, which is a 400."""
    answer = call(bluesky.pds, "com.atproto.identity.resolveHandle?handle=quelquun.example.com")
    assert answer.status_code == 400


def test_the_same_post_put_twice_is_one_post(bluesky: BlueskyNetwork, author: BlueskyAccount, token: str) -> None:
    """A repeated putRecord with our record key and date answers the same uri and cid, and adds nothing."""
    before = len(listed(bluesky, author))
    asked = {"repo": author.did, "collection": POSTS, "rkey": record_key(), "record": post("Deux fois la même")}
    first = call(bluesky.pds, "com.atproto.repo.putRecord", token, **asked)
    second = call(bluesky.pds, "com.atproto.repo.putRecord", token, **asked)
    assert (first.status_code, second.status_code) == (200, 200)
    assert (second.json()["uri"], second.json()["cid"]) == (first.json()["uri"], first.json()["cid"])
    assert "commit" in first.json()
    assert "commit" not in second.json()
    assert len(listed(bluesky, author)) == before + 1


def test_another_date_makes_another_version(bluesky: BlueskyNetwork, author: BlueskyAccount, token: str) -> None:
    """A repeat dated anew rewrites the post under a new cid, which is why the date is kept with the delivery."""
    asked = {"repo": author.did, "collection": POSTS, "rkey": record_key()}
    first = call(bluesky.pds, "com.atproto.repo.putRecord", token, **asked, record=post("Datée une fois"))
    second = call(bluesky.pds, "com.atproto.repo.putRecord", token, **asked, record=post("Datée une fois"))
    assert second.json()["uri"] == first.json()["uri"]
    assert second.json()["cid"] != first.json()["cid"]


def test_another_post_under_a_used_key_is_refused(bluesky: BlueskyNetwork, author: BlueskyAccount, token: str) -> None:
    """With `swapRecord: null` the same record is still welcome (nothing changes); another one is 400 InvalidSwap."""
    asked = {"repo": author.did, "collection": POSTS, "rkey": record_key(), "swapRecord": None}
    record = post("Clé à moi")
    first = call(bluesky.pds, "com.atproto.repo.putRecord", token, **asked, record=record)
    again = call(bluesky.pds, "com.atproto.repo.putRecord", token, **asked, record=record)
    other = call(bluesky.pds, "com.atproto.repo.putRecord", token, **asked, record=post("Autre chose"))
    assert (again.status_code, again.json()["cid"]) == (200, first.json()["cid"])
    assert (other.status_code, other.json()["error"]) == (400, "InvalidSwap")


def test_create_with_a_used_key_looks_like_an_outage(
    bluesky: BlueskyNetwork, author: BlueskyAccount, token: str
) -> None:
    """A used key makes createRecord answer 500, which is why posts are put and never created."""
    asked = {"repo": author.did, "collection": POSTS, "rkey": record_key(), "record": post("Clé déjà prise")}
    call(bluesky.pds, "com.atproto.repo.putRecord", token, **asked).raise_for_status()
    create = call(bluesky.pds, "com.atproto.repo.createRecord", token, **asked)
    assert (create.status_code, create.json()["error"]) == (500, "InternalServerError")


def test_readers_see_a_post_and_its_picture_soon(bluesky: BlueskyNetwork, author: BlueskyAccount, token: str) -> None:
    """A post with a described picture shows in the author's feed on the AppView within ten seconds."""
    blob = requests.post(
        f"{bluesky.pds}/xrpc/com.atproto.repo.uploadBlob",
        data=PIXEL,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "image/png"},
        timeout=20,
    ).json()["blob"]
    embed = {"$type": "app.bsky.embed.images", "images": [{"image": blob, "alt": "un point"}]}
    record = post("Bonjour à tous 👋", embed=embed)
    uri = call(
        bluesky.pds, "com.atproto.repo.putRecord", token,
        repo=author.did, collection=POSTS, rkey=record_key(), record=record,
    ).json()["uri"]  # fmt: skip

    def shown() -> dict[str, Any] | None:
        feed = call(bluesky.appview, f"app.bsky.feed.getAuthorFeed?actor={author.handle}&limit=50").json()["feed"]
        return next((entry["post"] for entry in feed if entry["post"]["uri"] == uri), None)

    seen = until(shown, seconds=10)
    assert seen["record"]["text"] == "Bonjour à tous 👋"
    assert [image["alt"] for image in seen["embed"]["images"]] == ["un point"]


def test_a_signed_in_reader_goes_through_its_own_server(bluesky: BlueskyNetwork, token: str) -> None:
    """The PDS answers the AppView's reads for its own accounts."""
    answer = call(bluesky.pds, "app.bsky.actor.getProfile?actor=lecteur.test", token)
    assert answer.json()["did"] == bluesky.accounts["lecteur.test"].did


def test_a_bad_token_is_a_400(bluesky: BlueskyNetwork, author: BlueskyAccount) -> None:
    """A token that is not one answers 400 InvalidToken, and none at all 401."""
    asked = {"repo": author.did, "collection": POSTS, "record": post("Sans droit")}
    bad = call(bluesky.pds, "com.atproto.repo.createRecord", "no-token", **asked)
    none = call(bluesky.pds, "com.atproto.repo.createRecord", None, **asked)
    assert (bad.status_code, bad.json()["error"]) == (400, "InvalidToken")
    assert none.status_code == 401


def test_too_many_requests_say_when_to_come_back(bluesky_with_limits: BlueskyNetwork) -> None:
    """The thirty-first sign-in within five minutes is a 429 whose RateLimit-Reset is in seconds of the epoch."""
    account = bluesky_with_limits.accounts["presse.test"]
    who = {"identifier": account.handle, "password": account.app_password}
    method = "com.atproto.server.createSession"
    answers = [call(bluesky_with_limits.pds, method, None, **who) for _ in range(31)]
    assert [answer.status_code for answer in answers[:30]] == [200] * 30
    answer = answers[30]
    assert answer.status_code == 429
    assert answer.json()["error"] == "RateLimitExceeded"
    assert answer.headers["RateLimit-Remaining"] == "0"
    assert 0 < int(answer.headers["RateLimit-Reset"]) - time.time() <= 301
    assert "Retry-After" not in answer.headers


@pytest.mark.usefixtures("bluesky")
def test_a_killed_holder_leaves_nothing_behind() -> None:
    """The command prints one line of JSON, and its servers end and its folder goes even when it is killed."""
    holder = subprocess.Popen(
        [sys.executable, "-m", "tests.peers.bluesky_network", "--handles", "seul.test", "--password", "un-mot-choisi"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout
    told = json.loads(holder.stdout.readline())
    assert [(account["handle"], account["password"]) for account in told["accounts"]] == [
        ("seul.test", "un-mot-choisi")
    ]
    assert requests.get(f"{told['pds']}/xrpc/_health", timeout=5).ok
    assert Path(told["folder"]).is_dir()
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    port = int(told["pds"].rpartition(":")[2])
    until(lambda: not listens(port) and not Path(told["folder"]).exists(), seconds=15)
