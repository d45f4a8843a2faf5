"""Whoever takes part is listed once, on every network, however many they are and whatever happens meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from heraut.brands import EntryKind, NetworkName
from heraut.conversations import Author, Interaction, Kind
from heraut.errors import CredentialsExpired, NotReady, OutcomeUnknown, RateLimited, Refused, Unreachable
from heraut.networks.base import REACH, Blocks, Entry, Listed, Lists, Reach, ReceivesWebhooks
from tests.contracts.graph_rooms import PAUL, Clock
from tests.contracts.graph_rooms import Room as GraphRoom
from tests.contracts.list_rooms import NOW, ROOMS, SOON, GraphPeople, Room, on_bluesky, on_mastodon, on_meta, opened
from tests.matrix.wire import Said
from tests.twins.crowd import ME
from tests.twins.graph_double import RIGHTS, graph

pytestmark = pytest.mark.enable_socket

MANY = [f"p{number:03}" for number in range(230)]
COMMENT, LIKE, REPOST, FOLLOW = EntryKind


@pytest.fixture(name="room", params=ROOMS)
def _room(request: pytest.FixtureRequest) -> Iterator[Room]:
    with opened(request.param) as room:
        yield room


NETWORKS = {"in memory": NetworkName.BLUESKY, "imitator": NetworkName.MASTODON}
EACH = [
    pytest.param(name, kind, id=f"{name}-{kind}")
    for name in ROOMS
    for kind, how in REACH[NETWORKS.get(name) or NetworkName(name)].items()
    if how is Reach.LISTED
]
each_kind = pytest.mark.parametrize(("room", "kind"), EACH, indirect=["room"])


def test_each_is_found_by_its_protocol_and_declares_what_the_table_says(room: Room) -> None:
    """Whoever plans a contest reads `REACH`, whoever collects asks the adapter: both say the same."""
    assert isinstance(room.adapter, Lists)
    assert room.adapter.reach == REACH[room.network]


@each_kind
def test_everybody_is_listed_once_over_several_pages(room: Room, kind: EntryKind) -> None:
    """Under the right post, by the id that stays."""
    post, other = room.people.post(), room.people.post()
    for who in MANY:
        room.do(kind, post, who)
    room.do(kind, other, "somebody")

    found = room.walk(kind, post)

    assert sorted(one.by or "" for one in found) == sorted(room.called(who) for who in MANY)
    assert {one.kind for one in found} == {kind}
    assert {one.local for one in found} == {room.local(who) for who in MANY}
    assert [one.by for one in room.walk(kind, other)] == [room.called("somebody")]
    assert room.walk(kind, room.people.post()) == []


def test_a_comment_says_how_many_like_it(room: Room) -> None:
    """So that questions are ranked."""
    post = room.people.post()
    asked, other = (room.people.comment(post, who, "Et le levain ?") for who in ("zoe", "max"))
    for who in ("ana", "bao"):
        room.people.like(asked, who)

    found = {one.remote: one.likes for one in room.walk(COMMENT, post)}

    assert found == {asked: 2, other: 0}


def test_a_comment_that_the_account_hid_says_so(room: Room) -> None:
    """Where the network lists it still; so that no page of ours shows it."""
    post = room.people.post()
    rude, kind = (room.people.comment(post, "zoe", text) for text in ("!!!", "Et le levain ?"))
    if isinstance(room.people, GraphPeople):
        entries = room.people.double.entries
        entries[rude] = replace(entries[rude], hidden=True)

    found = {one.remote: one.hidden for one in room.walk(COMMENT, post)}

    assert found == {rude: isinstance(room.people, GraphPeople), kind: False}


@each_kind
def test_the_network_says_when_or_nobody_does(room: Room, kind: EntryKind) -> None:
    """An instant is the network's; where it tells none, none is made up."""
    post = room.people.post()
    room.do(kind, post, "zoe")

    (entry,) = room.walk(kind, post)

    assert (entry.at is not None) is (kind in room.dated)
    assert entry.at is None or entry.at.tzinfo is not None
    assert (entry.remote is not None) is (kind is COMMENT)
    assert entry.name.casefold() == "zoe"


@each_kind
def test_what_was_deleted_or_undone_is_not_listed(room: Room, kind: EntryKind) -> None:
    """A list is what there is now."""
    post = room.people.post()
    for who in ("zoe", "paul", "lea"):
        room.do(kind, post, who)
    assert len(room.walk(kind, post)) == 3

    room.undo(kind, post, "paul")

    assert {one.by for one in room.walk(kind, post)} == {room.called("zoe"), room.called("lea")}


@each_kind
def test_a_page_that_was_cut_is_asked_for_again(room: Room, kind: EntryKind) -> None:
    """By the same cursor: nobody is lost, nobody is given twice."""
    post = room.people.post()
    for who in MANY:
        room.do(kind, post, who)
    cut = 0

    def read(cursor: str | None) -> Listed:
        nonlocal cut
        room.cut()
        with pytest.raises(OutcomeUnknown):
            room.page(kind, post, cursor)
        cut += 1
        return room.page(kind, post, cursor)

    page = read(None)
    found = list(page.entries)
    while page.cursor is not None:
        page = read(page.cursor)
        found += page.entries

    assert sorted(one.by or "" for one in found) == sorted(room.called(who) for who in MANY)
    assert cut >= 1


@each_kind
def test_who_comes_or_leaves_meanwhile_moves_nobody_else(room: Room, kind: EntryKind) -> None:
    """Nothing is given twice, and nothing that was there all along is left out."""
    post = room.people.post()
    for who in MANY:
        room.do(kind, post, who)
    late = iter(f"late{number}" for number in range(99))
    leaving = iter(MANY[5:])

    def between() -> None:
        room.do(kind, post, next(late))
        room.undo(kind, post, next(leaving))

    found = [one.by for one in room.walk(kind, post, between)]

    stayed = {room.called(who) for who in MANY[:5]} | {room.called(who) for who in leaving}
    assert len(found) == len(set(found))
    assert stayed <= set(found)


def test_what_is_still_there_is_told_of_any_comment(room: Room) -> None:
    """However many are asked for, first comments and those below them; what was taken away is not."""
    post = room.people.post()
    first = room.people.comment(post, "zoe", "Je participe")
    said = [first, *(room.people.comment(post, who, "Moi aussi") for who in MANY[:60])]
    said.append(room.people.comment(post, "paul", "Et moi", below=first))
    gone = said[1:40:3]
    for one in gone:
        room.people.remove(one)

    found = room.adapter.still_there(room.account, room.secret, said, NOW)

    assert found == set(said) - set(gone)
    assert room.adapter.still_there(room.account, room.secret, (), NOW) == frozenset()


def test_who_cannot_be_asked_says_nothing_of_what_is_there(room: Room) -> None:
    """What failed is no answer."""
    post = room.people.post()
    comment = room.people.comment(post, "zoe", "Je participe")
    room.cut()

    with pytest.raises(OutcomeUnknown):
        room.adapter.still_there(room.account, room.secret, [comment], NOW)


@pytest.mark.parametrize("room", ["in memory", "bluesky", "mastodon", "imitator"], indirect=True)
def test_whom_the_account_blocks_is_told_page_by_page(room: Room) -> None:
    """Everybody, by the id that stays."""
    adapter: Any = room.adapter
    assert isinstance(adapter, Blocks)
    room.double.crowd.blocking += MANY
    found: set[str] = set()
    page = adapter.blocked(room.account, room.secret, None, NOW)
    for _ in range(50):
        found |= page.who
        if page.cursor is None:
            break
        page = adapter.blocked(room.account, room.secret, page.cursor, NOW)

    assert page.cursor is None
    assert found == {room.called(who) for who in MANY}


def test_metas_networks_tell_nobody_whom_they_block() -> None:
    """A brand names them in its configuration."""
    for network in (NetworkName.FACEBOOK, NetworkName.INSTAGRAM):
        with on_meta(network) as room:
            assert not isinstance(room.adapter, Blocks)


def test_a_comment_tells_its_words_its_place_and_whom_it_names(room: Room) -> None:
    """Friends are counted by what cannot be written twice; how a comment stands below another is told."""
    post = room.people.post()
    words = "Avec @paul et @lea, et encore @paul ! 🎄"
    first = room.people.comment(post, "zoe", words, naming=("paul", "lea", "paul"))
    below = room.people.comment(post, "max", "Bonne chance", below=first)

    found = {one.remote: one for one in room.walk(COMMENT, post)}

    assert set(found) == {first, below}
    assert (found[first].text, found[first].below) == (words, None)
    assert (found[below].text, found[below].below) == ("Bonne chance", first)
    assert found[first].mentions == (room.mentioned("paul"), room.mentioned("lea"))
    assert found[below].mentions == ()


def test_the_account_is_known_among_those_who_take_part(room: Room) -> None:
    """What the organiser writes below its own post is told apart."""
    post = room.people.post()
    room.people.comment(post, "zoe", "Je participe")

    (page,) = (room.walk(COMMENT, post), room.walked[0])[1:]

    assert room.called("zoe") not in page.own
    assert all(one.startswith((f"{room.network}:", "@")) for one in page.own)
    assert any(one.startswith(f"{room.network}:") for one in page.own)


def test_one_asks_who_follows(room: Room) -> None:
    """Many at once; nobody who was not asked about is told."""
    who = [*MANY[:50], "zoe", "zoe"]
    for one in MANY[:50:7]:
        room.follow(one)
    room.follow("somebody")
    asked = [room.local(one) for one in who]
    if FOLLOW not in room.adapter.reach:
        with pytest.raises(Refused) as refused:
            room.adapter.follows(room.account, room.secret, asked, NOW)
        assert refused.value.problem.code == "lists_followers_not_told"
        return

    found = room.adapter.follows(room.account, room.secret, asked, NOW)

    assert found == {room.local(one) for one in MANY[:50:7]}
    assert room.adapter.follows(room.account, room.secret, [], NOW) == frozenset()


def test_what_is_not_listed_here_is_refused_in_plain_words(room: Room) -> None:
    """With what to do instead; nothing is asked of the network for it."""
    post = room.people.post()
    for kind in EntryKind:
        how = room.adapter.reach.get(kind)
        if how is None:
            with pytest.raises(Refused) as refused:
                room.page(kind, post)
            assert refused.value.problem.code.startswith("lists_")
            assert refused.value.problem.remedy("fr")
        elif how is Reach.CHECKED:
            with pytest.raises(ValueError, match="checks a follow"):
                room.page(kind, post)


@each_kind
def test_a_busy_network_says_until_when(room: Room, kind: EntryKind) -> None:
    """The look goes on from the same cursor then."""
    post = room.people.post()
    room.do(kind, post, "zoe")
    room.walk(kind, post)
    room.busy()

    with pytest.raises(RateLimited) as busy:
        room.page(kind, post)

    assert abs((busy.value.until - NOW - SOON).total_seconds()) <= 1
    assert len(room.walk(kind, post)) == 1


@each_kind
def test_an_access_that_ended_is_said(room: Room, kind: EntryKind) -> None:
    """A person must connect the account anew."""
    post = room.people.post()
    room.signed_out()

    with pytest.raises(CredentialsExpired):
        room.page(kind, post)


def test_a_post_that_is_gone_is_refused(room: Room) -> None:
    """It is not taken for a post under which nobody spoke."""
    post = room.people.post()
    room.people.comment(post, "zoe", "Je participe")
    room.people.remove(post)

    with pytest.raises(Refused) as refused:
        room.walk(COMMENT, post)

    assert refused.value.problem.code in {"lists_post_gone", "meta_gone"}


def test_a_post_is_found_by_the_address_at_which_people_read_it(room: Room) -> None:
    """However they copied it; a contest is on a post that somebody may have published by hand."""
    posts = [room.people.post() for _ in range(3)]

    for address in room.addresses(posts[1]):
        assert room.adapter.post_at(room.account, room.secret, f" {address} ", NOW) == posts[1]


@pytest.mark.parametrize(
    "address", ["https://example.org/profile/zoe.example/post/3k", "…", "https://x.example/@zoe/9"]
)
def test_what_is_no_post_of_the_account_is_refused(room: Room, address: str) -> None:
    """Somebody else's, or nobody's: with what to do."""
    room.people.post()

    with pytest.raises(Refused) as refused:
        room.adapter.post_at(room.account, room.secret, address, NOW)

    assert refused.value.problem.code == "lists_not_our_post"
    assert address in refused.value.problem.message("en")


def test_a_post_that_was_taken_away_is_not_found(room: Room) -> None:
    """By no address."""
    post = room.people.post()
    room.people.post()
    (address, *_) = room.addresses(post)
    room.people.remove(post)

    with pytest.raises(Refused) as refused:
        room.adapter.post_at(room.account, room.secret, address, NOW)

    assert refused.value.problem.code in {"lists_not_our_post", "lists_post_gone"}


# ------------------------------------------------------------------ what one network does otherwise
def test_a_server_that_is_not_there_is_unreachable() -> None:
    """Nothing was asked."""
    with on_bluesky() as room:
        nowhere = room.account.model_copy(update={"service": "http://127.0.0.1:9"})
        with pytest.raises(Unreachable):
            room.adapter.entries(nowhere, {"password": "x"}, LIKE, "at://x/y/z", None, NOW)


def test_bluesky_counts_whom_it_does_not_show() -> None:
    """Somebody blocked stands in the count of the post, not in its thread."""
    with on_bluesky() as room:
        post = room.people.post()
        for who in ("zoe", "paul", "troll"):
            room.people.comment(post, who, "Je participe")
            room.people.like(post, who)
        room.double.crowd.blocked.add("troll")

        assert {one.by for one in room.walk(COMMENT, post)} == {room.called("zoe"), room.called("paul")}
        assert room.walked[0].unlisted == 1
        assert {one.by for one in room.walk(LIKE, post)} == {room.called("zoe"), room.called("paul")}


def test_a_page_of_whom_nobody_is_shown_is_not_the_last_on_bluesky() -> None:
    """Whoever comes behind a hundred who are blocked is found."""
    with on_bluesky() as room:
        post = room.people.post()
        for who in ("zoe", *MANY[:150]):
            room.people.like(post, who)
        room.double.crowd.blocked |= set(MANY)

        assert [one.by for one in room.walk(LIKE, post)] == [room.called("zoe")]


def test_bluesky_goes_by_its_own_clock() -> None:
    """A comment that its author dates back six years came when the network read it; accounts tell their age."""
    with on_bluesky() as room:
        post = room.people.post()
        room.people.comment(post, "zoe", "Je participe")

        (entry,) = room.walk(COMMENT, post)

        assert entry.at
        assert entry.at.date() == NOW.date()
        assert entry.account_since == datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
        assert entry.handle == "@zoe.example"


def test_mentions_that_nobody_can_read_do_not_count_on_bluesky() -> None:
    """A program may say that a text mentions people whom it does not name; an odd one harms nobody else."""
    from heraut.networks.bluesky_lists import mentions_in

    def facet(begin: object, end: object, did: str = "did:plc:zoe") -> dict[str, object]:
        features = [{"$type": "app.bsky.richtext.facet#mention", "did": did}]
        return {"index": {"byteStart": begin, "byteEnd": end}, "features": features}

    text = "é @zoe"

    assert mentions_in(text, [facet(3, 7)]) == ("bluesky:did:plc:zoe",)
    assert mentions_in(text, [facet(0, 2), facet(3, 99), facet(7, 3), facet(-4, 7), facet("3", 7), {}, 3]) == ()
    assert mentions_in(text, None) == ()


def test_a_post_that_readers_have_not_seen_yet_is_looked_at_again_on_bluesky() -> None:
    """It is there, in the account's own repository: a moment later it is read."""
    with on_bluesky() as room:
        post = room.people.post()
        room.double.late = True

        with pytest.raises(NotReady) as late:
            room.page(COMMENT, post)

        assert late.value.until > NOW
        room.double.late = False
        assert room.walk(COMMENT, post) == []


def test_deep_conversations_are_listed_on_bluesky() -> None:
    """To the ten levels that the network shows."""
    with on_bluesky() as room:
        post = room.people.post()
        below = room.people.comment(post, "p0", "0")
        for number in range(1, 12):
            below = room.people.comment(post, f"p{number}", str(number), below=below)

        found = room.walk(COMMENT, post)

        assert sorted(int(one.text) for one in found) == list(range(10))
        assert room.walked[0].unlisted == 0


def test_who_follows_is_asked_thirty_at_a_time_on_bluesky_and_forty_on_mastodon() -> None:
    """An imitator is asked for one person at a time: it looks at the first alone."""
    for opening, calls in ((on_bluesky, 2), (on_mastodon, 2), (lambda: on_mastodon(imitates=True), 50)):
        with opening() as room:
            room.adapter.follows(room.account, room.secret, [room.local(who) for who in MANY[:50]], NOW)
            asked = [name for name, _ in room.double.asked if name.endswith(("getRelationships", "relationships"))]
            assert len(asked) == calls


def test_what_may_tell_a_machine_is_told_by_mastodon_and_never_made_up() -> None:
    """An imitator says 1970 and nobody of those it knows nothing about."""
    told = []
    for imitates in (False, True):
        with on_mastodon(imitates=imitates) as room:
            post = room.people.post()
            room.people.comment(post, "zoe", "Je participe")
            (entry,) = room.walk(COMMENT, post)
            told.append((entry.account_since, entry.followers, entry.machine))

    assert told == [(datetime(2024, 5, 6, tzinfo=UTC), 12, False), (None, None, False)]


def test_what_is_said_to_the_account_alone_is_no_comment_on_mastodon() -> None:
    """Nobody else could check it."""
    with on_mastodon() as room:
        post = room.people.post()
        room.people.comment(post, "zoe", "Je participe")
        room.double.direct.add(room.people.comment(post, "paul", "Entre nous"))

        assert [one.by for one in room.walk(COMMENT, post)] == [room.called("zoe")]


def test_friends_who_speak_too_are_the_same_people_on_mastodon() -> None:
    """Naming oneself, the organiser or somebody who takes part is seen, by the id they have elsewhere in the list."""
    with on_mastodon() as room:
        post = room.people.post()
        first = room.people.comment(post, "zoe", "@zoe @paul", naming=("zoe", "paul", ME, "lea"))
        room.people.comment(post, "paul", "Moi aussi")

        found = {one.remote: one for one in room.walk(COMMENT, post)}

        zoe, paul, ours, lea = found[first].mentions
        assert (zoe, paul) == (room.called("zoe"), room.called("paul"))
        assert ours in room.walked[0].own
        assert lea == room.mentioned("lea")


def test_a_thread_at_its_limit_says_how_many_it_leaves_out_on_mastodon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mastodon gives 4 096 comments and no more."""
    monkeypatch.setattr("heraut.networks.mastodon_lists.MOST_COMMENTS", 3)
    with on_mastodon() as room:
        post = room.people.post()
        for who in ("zoe", "paul", "lea"):
            room.people.comment(post, who, "Je participe")
        room.double.counted = 5
        room.walk(COMMENT, post)

        assert room.walked[0].unlisted == 2


@pytest.mark.parametrize(
    ("opening", "body"),
    [
        (on_mastodon, {"ancestors": []}),
        (on_mastodon, {"descendants": [{"id": "1"}]}),
        (on_mastodon, {"descendants": "none"}),
        (on_mastodon, ["nothing"]),
        (on_bluesky, {"thread": {}}),
        (on_bluesky, {"thread": {"post": {}, "replies": [{"$type": "app.bsky.feed.defs#threadViewPost"}]}}),
        (on_bluesky, {}),
        (lambda: on_meta(NetworkName.FACEBOOK), {"data": [{"id": "1"}]}),
        (lambda: on_meta(NetworkName.INSTAGRAM), {"data": [{"id": "1", "replies": {"data": [3]}}]}),
        (lambda: on_meta(NetworkName.INSTAGRAM), {"data": "none"}),
    ],
)
def test_an_answer_that_makes_no_sense_is_no_empty_list(opening: Callable[[], Any], body: Any) -> None:
    """Nobody is taken for having said nothing because a server spoke nonsense; the look is tried again."""
    with opening() as room:
        post = room.people.post()
        room.walk(COMMENT, post)  # who the account is is known from here on
        room.answer(body)

        with pytest.raises(OutcomeUnknown):
            room.page(COMMENT, post)


def test_a_right_that_the_token_lacks_is_named_on_mastodon() -> None:
    """To look up who follows takes one that posting does not."""
    with on_mastodon(scopes="read:statuses") as room:
        with pytest.raises(CredentialsExpired) as missing:
            room.adapter.follows(room.account, room.secret, ["1"], NOW)

        assert missing.value.problem.fields["rights"] == "read:follows"


@pytest.mark.parametrize(("kind", "name"), [(LIKE, "favourited_by"), (REPOST, "reblogged_by")])
def test_a_list_that_an_imitator_does_not_have_is_not_a_post_that_is_gone(kind: EntryKind, name: str) -> None:
    """Both are 404; the post itself tells which."""
    with on_mastodon(imitates=True, lacks=frozenset({name})) as room:
        post = room.people.post()
        with pytest.raises(Refused) as refused:
            room.page(kind, post)
        assert refused.value.problem.code == f"lists_{kind}s_not_told"

        room.people.remove(post)
        with pytest.raises(Refused) as refused:
            room.page(kind, post)
        assert refused.value.problem.code == "lists_post_gone"


def test_a_comment_of_whom_nobody_tells_the_name_is_listed_without() -> None:
    """It is not lost, and nobody is taken for its author."""
    for network in (NetworkName.FACEBOOK, NetworkName.INSTAGRAM):
        with on_meta(network) as room:
            post = room.people.post()
            room.double.comment(room.double.entries[post], "Je participe", None)

            (entry,) = room.walk(COMMENT, post)

            assert (entry.by, entry.local, entry.name, entry.text) == (None, None, "", "Je participe")


@pytest.mark.parametrize("network", [NetworkName.FACEBOOK, NetworkName.INSTAGRAM])
def test_what_is_heard_is_what_is_listed_on_metas_networks(network: NetworkName) -> None:
    """By looking, and in a batch as Meta sends it: the same people, words and friends, so that each is one entry."""
    clock = Clock()
    with graph(now=clock.now) as double:
        room = GraphRoom(network, double, clock)
        room.listen()
        post, other = room.post(), room.post()
        first = room.say(post, "Avec @paul_petit", names=(PAUL,))
        said = [first, room.say(first, "Moi aussi", by=PAUL), room.say(post, "Anonyme", by=None)]
        elsewhere = room.say(other, "Joli")
        room.listen()
        tags: dict[str, Any] = {"message_tags": [{"id": PAUL.id, "name": PAUL.name, "type": "user"}]}
        told = [room.told(one, **(tags if one is first else {})) for one in (*said, elsewhere)]
        adapter, now = room.adapter, clock.now()
        assert isinstance(adapter, Lists)
        assert isinstance(adapter, ReceivesWebhooks)
        sent = adapter.parse_webhook("martin", room.account, room.secret, room.event(*told), now).interactions

        listed = adapter.entries(room.account, room.secret, COMMENT, post.id, None, now).entries

        wanted = {_same(one) for one in listed}
        assert {one.remote for one in listed} == {one.id for one in said}
        for heard in (list(room.heard.values()), sent):
            assert len(heard) == 4
            assert {_same(one) for one in (adapter.heard(said, post.id) for said in heard) if one} == wanted


def _same(entry: Entry) -> tuple[object, ...]:
    """What makes it one entry, and what it is judged by."""
    return (entry.kind, entry.by, entry.local, entry.remote, entry.text, entry.below, entry.mentions)


def test_what_is_no_comment_under_the_post_is_no_entry() -> None:
    """A mention elsewhere, a message, a review: heard, and not counted."""
    with on_mastodon() as room:
        said = Interaction(
            brand="martin",
            account="page",
            network=NetworkName.MASTODON,
            id="9",
            kind=Kind.REPLY,
            author=Author(id="7", name="Zoé", handle="@zoe", followers=3),
            text="Je participe",
            answers="1",
            thread="1",
            at=NOW,
            reference={"actor": "https://social.example/users/zoe"},
            mentions=("mastodon:https://social.example/@paul",),
        )

        entry = room.adapter.heard(said, "1")

        assert entry
        assert (entry.by, entry.local, entry.remote) == ("mastodon:https://social.example/users/zoe", "7", "9")
        assert (entry.at, entry.below, entry.followers) == (NOW, None, 3)
        assert entry.mentions == said.mentions
        assert room.adapter.heard(said, "2") is None
        for kind in (Kind.MESSAGE, Kind.MENTION, Kind.QUOTE, Kind.REVIEW):
            assert room.adapter.heard(said.model_copy(update={"kind": kind}), "1") is None
        nobody = room.adapter.heard(said.model_copy(update={"reference": {}}), "1")
        assert nobody
        assert nobody.by is None


def test_comments_in_any_order_are_all_listed_on_facebook() -> None:
    """Facebook may rank them whatever order was asked."""
    with on_meta(NetworkName.FACEBOOK, ranked=True) as room:
        post = room.people.post()
        for who in MANY:
            room.people.comment(post, who, "Je participe")

        found = [one.by for one in room.walk(COMMENT, post)]

        assert sorted(one or "" for one in found) == sorted(room.called(who) for who in MANY)


def test_a_reaction_without_a_name_is_counted_for_nobody_on_facebook() -> None:
    """An odd page is not taken for an empty one."""
    with on_meta(NetworkName.FACEBOOK) as room:
        post = room.people.post()
        room.double.plan(Said(200, {"data": [{"id": "7", "name": "Zoé"}, {}]}), "GET", "reactions")
        assert [one.by for one in room.page(LIKE, post).entries] == ["facebook:7", None]

        room.double.plan(Said(200, {"data": None}), "GET", "reactions")
        with pytest.raises(OutcomeUnknown):
            room.page(LIKE, post)


@pytest.mark.parametrize(
    ("network", "right"),
    [(NetworkName.FACEBOOK, "pages_read_user_content"), (NetworkName.INSTAGRAM, "instagram_manage_comments")],
)
def test_a_right_that_the_token_lacks_is_named_on_metas_networks(network: NetworkName, right: str) -> None:
    """For comments, and on Facebook for reactions."""
    with on_meta(network, rights=RIGHTS - {right}) as room:
        post = room.people.post()
        for kind in room.adapter.reach:
            with pytest.raises(CredentialsExpired) as missing:
                room.page(kind, post)
            assert missing.value.problem.fields["rights"] == right


def test_more_replies_than_fit_below_a_comment_are_read_on_instagram() -> None:
    """Each of several long conversations is read to its end, then the first comments go on."""
    with on_meta(NetworkName.INSTAGRAM) as room:
        post = room.people.post()
        firsts = [room.people.comment(post, who, "Je participe") for who in MANY[:70]]
        replies = [
            room.people.comment(post, f"r{number}", "Moi aussi", below=first)
            for first in (firsts[3], firsts[69])
            for number in range(120)
        ]

        found = room.walk(COMMENT, post)

        assert sorted(one.remote or "" for one in found) == sorted([*firsts, *replies])
        assert {one.below for one in found} == {None, firsts[3], firsts[69]}


def test_a_conversation_that_is_taken_away_meanwhile_stops_nothing_on_instagram() -> None:
    """Its other replies are gone with it; everybody else is listed."""
    with on_meta(NetworkName.INSTAGRAM) as room:
        post = room.people.post()
        stays, goes = (room.people.comment(post, who, "Je participe") for who in ("zoe", "paul"))
        for first in (stays, goes):
            for number in range(120):
                room.people.comment(post, f"r{number}", "Moi aussi", below=first)
        page = room.page(COMMENT, post)
        room.people.remove(goes)
        found = list(page.entries)
        while page.cursor is not None:
            page = room.page(COMMENT, post, page.cursor)
            found += page.entries

        assert sum(1 for one in found if one.below == stays) == 120
        assert sum(1 for one in found if one.below == goes) == 50
