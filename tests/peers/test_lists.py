"""Who takes part on real networks is listed once each, over several pages, and no more once it was taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from heraut.brands import Account, EntryKind, NetworkName
from heraut.errors import Refused
from heraut.networks.base import Entry
from tests.peers.bluesky_network import BlueskyNetwork
from tests.peers.conftest import PEOPLE
from tests.peers.crowds import PATIENCE, BlueskyPeople, Crowd, crowd_on_bluesky, crowd_on_snac
from tests.peers.mastodon_jobs import adapter
from tests.peers.mastodon_recordings import Replay
from tests.peers.servers import until
from tests.peers.snac_server import SnacServer

COMMENT, LIKE, REPOST = EntryKind.COMMENT, EntryKind.LIKE, EntryKind.REPOST


@pytest.fixture(name="people", scope="module")
def _people(bluesky: BlueskyNetwork) -> BlueskyPeople:
    return BlueskyPeople(bluesky)


@pytest.fixture(name="on_bluesky")
def _on_bluesky(bluesky: BlueskyNetwork, people: BlueskyPeople, monkeypatch: pytest.MonkeyPatch) -> Crowd:
    monkeypatch.setattr("heraut.networks.bluesky_lists.PAGE", "3")
    return crowd_on_bluesky(bluesky, people)


@pytest.fixture(name="on_snac")
def _on_snac(busy_snac: SnacServer) -> Crowd:
    return crowd_on_snac(busy_snac)


@pytest.fixture(name="crowd", params=["bluesky", "snac"])
def _crowd(request: pytest.FixtureRequest) -> Crowd:
    crowd: Crowd = request.getfixturevalue(f"on_{request.param}")
    return crowd


def test_comments_of_several_people_are_listed_until_they_are_deleted(crowd: Crowd) -> None:
    """Who, what, when, below what; nothing of another post."""
    post, other = crowd.post("Jeu : un panier à gagner !"), crowd.post("Autre chose")
    began = datetime.now(UTC)
    said = {who: crowd.comment(post, who, f"Je participe, {who} !") for who in PEOPLE}
    crowd.comment(other, "zoe", "Joli !")

    found = {one.by: one for one in crowd.lists(COMMENT, post, *PEOPLE)}

    for who, remote in said.items():
        entry = found[crowd.called(who)]
        assert (entry.remote, entry.text, entry.below) == (remote, f"Je participe, {who} !", None)
        assert entry.at
        assert abs((entry.at - began).total_seconds()) < PATIENCE
        assert entry.handle.removeprefix("@").startswith(who)
    assert crowd.pages[0].unlisted == 0

    crowd.remove("paul", said["paul"])
    crowd.lists(COMMENT, post, *(who for who in PEOPLE if who != "paul"))


@pytest.mark.parametrize("kind", [LIKE, REPOST])
def test_likes_and_reposts_are_listed_until_they_are_undone(crowd: Crowd, kind: EntryKind) -> None:
    """Several, on several posts."""
    post, other = crowd.post(f"Jeu : {kind}"), crowd.post("Autre chose")
    for who in PEOPLE:
        crowd.do(kind, post, who)
    crowd.do(kind, other, "zoe")
    crowd.lists(kind, post, *PEOPLE)
    crowd.lists(kind, other, "zoe")

    crowd.undo(kind, post, "paul")

    crowd.lists(kind, post, *(who for who in PEOPLE if who != "paul"))
    crowd.lists(kind, other, "zoe")


def test_who_follows_is_told_until_they_do_not_any_more(crowd: Crowd) -> None:
    """Asked by what the list calls them."""
    post = crowd.post("Jeu : suivez-nous !")
    for who in PEOPLE:
        crowd.do(LIKE, post, who)
    local = {one.by: one.local or "" for one in crowd.lists(LIKE, post, *PEOPLE)}
    assert crowd.followers(list(local.values())) == frozenset()

    crowd.follow("zoe")
    crowd.follow("lea")
    wanted = {local[crowd.called(who)] for who in ("zoe", "lea")}
    until(lambda: crowd.followers(list(local.values())) == wanted, seconds=PATIENCE)

    crowd.unfollow("zoe")
    until(lambda: crowd.followers(list(local.values())) == {local[crowd.called("lea")]}, seconds=PATIENCE)


def test_a_post_that_is_not_there_is_refused(crowd: Crowd) -> None:
    """Deleted by the account itself."""
    post = crowd.post("Jeu annulé")
    crowd.comment(post, "zoe", "Je participe")
    crowd.lists(COMMENT, post, "zoe")
    us = "atelier" if post.startswith("at://") else "mairie"
    crowd.remove(us, post)

    def refused() -> bool:
        try:
            crowd.walk(COMMENT, post)
        except Refused as refusal:
            return refusal.problem.code == "lists_post_gone"
        return False

    until(refused, seconds=PATIENCE)


def test_what_is_heard_is_what_is_listed(crowd: Crowd) -> None:
    """The same person, words and friends, whether a comment was heard as it came or listed later: it is one entry."""
    now = datetime.now(UTC)
    begun = crowd.adapter.listen("atelier", crowd.account, crowd.secret, None, now)
    post, other = crowd.post("Jeu : écoutez"), crowd.post("Autre chose")
    bluesky = post.startswith("at://")
    text, naming = ("Avec @paul.test", ("paul",)) if bluesky else ("@mairie Je participe", ())
    crowd.comment(post, "zoe", text, naming=naming)
    crowd.comment(other, "zoe", text)
    (listed,) = crowd.lists(COMMENT, post, "zoe")

    def heard() -> list[Entry]:
        came = crowd.adapter.listen("atelier", crowd.account, crowd.secret, begun.cursor, now).interactions
        found = [crowd.adapter.heard(one, post) for one in came]
        return [one for one in found if one] if len(came) >= 2 else []

    (entry,) = until(heard, seconds=PATIENCE)

    assert (entry.by, entry.local, entry.remote) == (listed.by, listed.local, listed.remote)
    assert (entry.text, entry.below, entry.mentions) == (listed.text, listed.below, listed.mentions)
    assert (entry.name, entry.handle, entry.at) == (listed.name, listed.handle, listed.at)


def test_a_post_is_found_by_its_address(crowd: Crowd) -> None:
    """The one that people read, and the one that programs know it by."""
    post = crowd.post("Jeu : où ?")
    crowd.post("Autre chose")

    for address in crowd.addresses(post):
        assert crowd.adapter.post_at(crowd.account, crowd.secret, address, datetime.now(UTC)) == post


def test_what_somebody_shared_stays_its_authors(crowd: Crowd) -> None:
    """A post is found and a comment is listed as before: snac tells either as the share, by whoever shared it."""
    post = crowd.post("Jeu : partagez")
    address = crowd.addresses(post)[0]
    said = crowd.comment(post, "zoe", "Je participe")
    crowd.lists(COMMENT, post, "zoe")
    for shared in (post, said):
        crowd.do(REPOST, shared, "paul")
        crowd.lists(REPOST, shared, "paul")

    assert crowd.adapter.post_at(crowd.account, crowd.secret, address, datetime.now(UTC)) == post
    (comment,) = crowd.lists(COMMENT, post, "zoe")
    assert (comment.text, comment.below) == ("Je participe", None)


def test_several_pages_are_read_on_bluesky(on_bluesky: Crowd) -> None:
    """Three a page here; whoever comes between two pages is given by the next walk, nobody twice by this one."""
    crowd, now = on_bluesky, datetime.now(UTC)
    post = crowd.post("Jeu : plusieurs pages")
    for who in PEOPLE:
        crowd.do(LIKE, post, who)
    crowd.lists(LIKE, post, *PEOPLE)
    assert [len(page.entries) for page in crowd.pages][:2] == [3, 1]

    first = crowd.adapter.entries(crowd.account, crowd.secret, LIKE, post, None, now)
    crowd.do(LIKE, post, "lecteur")
    second = crowd.adapter.entries(crowd.account, crowd.secret, LIKE, post, first.cursor, now)

    seen = [one.by for page in (first, second) for one in page.entries]
    assert sorted(one or "" for one in seen) == sorted(crowd.called(who) for who in PEOPLE)
    crowd.lists(LIKE, post, *PEOPLE, "lecteur")


def test_friends_named_and_conversations_are_told_on_bluesky(on_bluesky: Crowd) -> None:
    """Friends by the ids that they keep, once each; an answer below a comment is told from a comment."""
    crowd = on_bluesky
    post = crowd.post("Jeu : nommez deux amis")
    words = "Avec @paul.test et @lea.test, @paul.test !"
    first = crowd.comment(post, "zoe", words, naming=("paul", "lea", "paul"))
    second = crowd.comment(post, "max", "Bonne chance !", below=first)
    crowd.comment(post, "atelier", "Merci à tous")

    found = {one.remote: one for one in crowd.lists(COMMENT, post, "zoe", "max", "atelier")}

    assert found[first].mentions == (crowd.called("paul"), crowd.called("lea"))
    assert (found[second].below, found[second].mentions) == (first, ())
    assert crowd.pages[0].own == {crowd.called("atelier"), "@atelier.test"}


def test_a_like_can_be_dated_back_and_never_forward_on_bluesky(on_bluesky: Crowd, people: BlueskyPeople) -> None:
    """What the module says of instants: a late like is known by when it was first seen, an early one by its date."""
    crowd = on_bluesky
    post = crowd.post("Jeu : des dates")
    people.do(LIKE, post, "zoe", "2026-01-01T00:00:00.000Z")
    people.do(LIKE, post, "paul", "2040-01-01T00:00:00.000Z")

    at = {one.by: one.at for one in crowd.lists(LIKE, post, "zoe", "paul")}

    back, forward = at[crowd.called("zoe")], at[crowd.called("paul")]
    assert back == datetime(2026, 1, 1, tzinfo=UTC)
    assert forward
    assert abs((forward - datetime.now(UTC)).total_seconds()) < PATIENCE


def test_conversations_below_a_comment_are_not_listed_by_snac(on_snac: Crowd) -> None:
    """It shows what stands right under the post; the page of networks says so."""
    crowd = on_snac
    post = crowd.post("Jeu : répondez")
    first = crowd.comment(post, "zoe", "Je participe")
    crowd.comment(post, "paul", "Bonne chance", below=first)

    crowd.lists(COMMENT, post, "zoe")


@pytest.mark.parametrize(
    ("name", "kind", "post", "who"),
    [
        ("thread", COMMENT, "117440830896259821", None),
        ("favourited_by", LIKE, "117440831176894179", "117440810532227399"),
        ("reblogged_by", REPOST, "117440830910420291", "117440810673731823"),
        ("reblogged_by", REPOST, "117440831127500429", None),
    ],
)
def test_what_a_real_mastodon_answered_is_listed(
    mastodon_replay: Callable[..., Replay], name: str, kind: EntryKind, post: str, who: str | None
) -> None:
    """People by their actor's address, with since when they are there and how many follow them; then the list ends."""
    server = mastodon_replay("instance", "credentials", name)
    account = Account(name="mastodon", network=NetworkName.MASTODON, instance=server.url)
    page = adapter(server.url).entries(account, {"access_token": "t"}, kind, post, None, datetime.now(UTC))

    assert page.cursor is None
    assert [(one.by, one.local, one.followers, one.machine) for one in page.entries] == (
        [(f"mastodon:{server.url}/ap/users/{who}", who, 0, False)] if who else []
    )
    assert [one.account_since for one in page.entries] == ([datetime(2026, 10, 14, tzinfo=UTC)] if who else [])
    assert any(one.startswith(f"mastodon:{server.url}/ap/users/") for one in page.own)


def test_what_a_real_mastodon_answered_says_who_follows(mastodon_replay: Callable[..., Replay]) -> None:
    """The account does not follow itself."""
    server = mastodon_replay("instance", "relationships")
    account = Account(name="mastodon", network=NetworkName.MASTODON, instance=server.url)
    who = "117440810532227399"

    assert adapter(server.url).follows(account, {"access_token": "t"}, [who], datetime.now(UTC)) == frozenset()
    assert server.asked[-1].query == f"id%5B%5D={who}"
