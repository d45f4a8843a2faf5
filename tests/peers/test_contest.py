"""A whole contest on real networks: people take part, take back and edit there; it is drawn, and anybody checks it.

The runner is the real one, over the real adapters of networks, relays and authorities; tables and buckets are in
memory. Its clock is the machine's until everybody took part, and then runs ahead of it.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate as Root
from typer.testing import CliRunner, Result

from heraut.brands import Brand, ContestConditions, ContestState, EntryKind, NetworkName, Person, Role
from heraut.cli.main import app
from heraut.contests.audit import Verdict, audited, verdict
from heraut.contests.certificate import Certificate
from heraut.contests.checks import Given, checks, is_verified
from heraut.contests.eligibility import About, judge
from heraut.contests.model import Reason
from heraut.contests.open_entrants import Files, Reader, open_entrants
from heraut.contests.opened import Look, Opened
from heraut.contests.run_contests import run_contests
from heraut.contests.running import Contest, Place, Told
from heraut.contests.world import Running
from heraut.fetch import Guard
from heraut.publishing import ContestPosts
from heraut.witnesses.drand import Drand
from heraut.witnesses.rfc3161 import Authority
from tests.loopback import answer, read_request, serving
from tests.peers.bluesky_network import BlueskyNetwork
from tests.peers.conftest import PEOPLE
from tests.peers.crowds import PATIENCE, BlueskyPeople, Crowd, crowd_on_bluesky, crowd_on_snac
from tests.peers.servers import until
from tests.peers.snac_server import SnacServer
from tests.twins.brands import BrandsTwin
from tests.twins.chain import OwnChain, Relays
from tests.twins.clock import ClockTwin
from tests.twins.contests import ContestsTwin
from tests.twins.conversations import ConversationsTwin
from tests.twins.desk import Desk
from tests.twins.notifications import NotificationsTwin
from tests.twins.secrets import SecretsTwin
from tests.twins.site_objects import SiteObjectsTwin
from tests.twins.tsa import OpensslAuthority

COMMENT, LIKE, REPOST = EntryKind.COMMENT, EntryKind.LIKE, EntryKind.REPOST
PARIS = ZoneInfo("Europe/Paris")
BRAND, NAME = "mairie", "panier"
FOLDER = f"contests/{BRAND}/{NAME}/"
OWN = OwnChain()
WORDS = "Je voudrais le panier garni"


class Fair:
    """A brand's contest under one post on each network, and everything that runs it."""

    def __init__(self, crowds: list[Crowd], folder: Path, servers: ExitStack) -> None:
        self.crowds = crowds
        self.posts = [one.post("Jeu : un panier garni à gagner !") for one in crowds]
        self.places = list(zip(crowds, self.posts, strict=True))
        self.folder = folder
        self.ahead = timedelta()
        self.desk = Desk()
        self.desk.clock = self.clock = ClockTwin(datetime.now(UTC))
        self.contests, self.objects = ContestsTwin(), SiteObjectsTwin()
        self.authorities = [self._authority(name, servers) for name in ("un", "deux")]
        relay = servers.enter_context(serving(Relays(OWN, self.clock.now).play))
        self.beacon = Drand(OWN.chain, Guard(frozenset({relay.host_port})), (relay.url,))

    def _authority(self, name: str, servers: ExitStack) -> Authority:
        folder = self.folder / name
        folder.mkdir()
        openssl = OpensslAuthority(folder)

        def stamp(connected: Any) -> None:
            connected.sendall(answer(body=openssl.answer(read_request(connected).partition(b"\r\n\r\n")[2])))

        server = servers.enter_context(serving(stamp))
        return Authority(server.url, Guard(frozenset({server.host_port})), [openssl.root])

    def open(self) -> None:
        """Let the contest open at the next second, and close in half an hour."""
        self.opens = (datetime.now(UTC) + timedelta(seconds=1)).replace(microsecond=0)
        self.closes, self.draws = self.opens + timedelta(minutes=30), self.opens + timedelta(minutes=60)
        instants = {name: f"{getattr(self, name).astimezone(PARIS):%Y-%m-%d %H:%M:%S}" for name in INSTANTS}
        self.brand = Brand(
            id=BRAND,
            name="Mairie",
            zone="Europe/Paris",
            accounts=tuple(one.account for one in self.crowds),
            people=(Person(id="lea", name="Léa", email="lea@example.com", roles=(Role.PUBLISHING,)),),
            contests={
                NAME: {
                    "title": "Le panier",
                    **instants,
                    "posts": [
                        {"accounts": one.account.name, "url": one.addresses(post)[0]} for one, post in self.places
                    ],
                    "conditions": {"like": True, "follow": True, "words": ["panier garni"]},
                    "conditions_on": {
                        "bluesky": {"like": True, "repost": True, "follow": True, "words": ["panier garni"]},
                    },
                    "more_chances": {"repost": 1, "most": 2},
                    "exclude": {"families": False},
                    "winners": 2,
                    "alternates": 2,
                    "rules": {"text": "Aimez, suivez-nous, et dites que vous voulez le panier garni."},
                }
            },
        )
        networks: dict[NetworkName, Any] = {one.account.network: one.adapter for one in self.crowds}
        secrets = SecretsTwin({(BRAND, one.account.name): one.secret for one in self.crowds})
        brands = BrandsTwin(self.brand)
        common: dict[str, Any] = {"brands": brands, "secrets": secrets, "networks": networks, "clock": self.clock}
        self.desk.world = replace(self.desk.world, **common)
        self.world = Running(
            contests=self.contests,
            heard=ConversationsTwin(),
            posts=ContestPosts(self.desk.posts, brands, secrets, networks),
            objects=self.objects,
            notifications=NotificationsTwin(),
            chain=OWN.chain,
            beacon=self.beacon,
            authorities=lambda: self.authorities,
            nonce=self._nonce(),
            public_url="https://public.example",
            **common,
        )
        while datetime.now(UTC) < self.opens:
            time.sleep(0.05)

    def _nonce(self) -> Callable[[], bytes]:
        made = iter(range(1_000))
        return lambda: sha256(b"nonce %d" % next(made)).digest()

    def go_to(self, instant: datetime) -> None:
        """Let the contest's clock show this instant, and run ahead of the machine's from there; then a tick."""
        self.ahead = max(timedelta(), instant - datetime.now(UTC))
        self.tick()

    def tick(self) -> None:
        """Play a minute: contests go on, what they queued leaves."""
        self.clock.advance_to(datetime.now(UTC) + self.ahead)
        run_contests(self.world.timed, self.clock.now(), plan=True)
        before = self.clock.now()
        self.desk.run(timedelta(minutes=2))
        self.ahead += self.clock.now() - before

    @property
    def contest(self) -> Contest:
        """The contest as it now is."""
        found = self.contests.contest(BRAND, NAME)
        assert found is not None
        return found

    def entrants(self) -> dict[str, str]:
        """Who is known, by what they are called."""
        return {one.id: one.nonce for one in self.contests.every_entrant(BRAND, NAME)}

    def public(self, name: str) -> bytes:
        """Read what is public of the contest."""
        return self.objects.objects[FOLDER + name]

    def online(self) -> list[str]:
        """What the contest said on its accounts, as their networks give it back."""
        crowds = {one.account.name: one for one in self.crowds}
        every = [one for name in self.desk.posts.names(BRAND) for one in self.desk.posts.deliveries(BRAND, name)]
        return [crowds[one.account].read(remote) for one in every for remote in one.remote_ids]

    @property
    def roots(self) -> list[Root]:
        """What the authorities are believed by."""
        return [root for one in self.authorities for root in one.roots]

    def verify(self) -> Result:
        """Let somebody download what is public and verify it."""
        (self.folder / "rules.md").write_bytes(self.public("rules.md"))
        return self._draw("verify", "--rules", str(self.folder / "rules.md"))

    def opened(self) -> Opened:
        """Open entrants for an auditor: the networks are asked again."""
        files = Files(self.contests, self.objects, self.world.secrets, self.world.networks)
        return open_entrants(self.contest, self.brand, Reader("Me Dupont", "lea", 30), files, self.clock.now())

    def audit(self, opened: Opened) -> Result:
        """Let the auditor check it with what is public."""
        (self.folder / "opened.json").write_bytes(opened.text())
        return self._draw("audit", "--opened", str(self.folder / "opened.json"))

    def _draw(self, command: str, *more: str) -> Result:
        for name in ("certificate.json", "entrants.bin"):
            (self.folder / name).write_bytes(self.public(name))
        options: list[str] = []
        for number, root in enumerate(self.roots):
            file = self.folder / f"root-{number}.pem"
            file.write_bytes(root.public_bytes(Encoding.PEM))
            options += ["--tsa-root", str(file)]
        asked = ["--entrants", str(self.folder / "entrants.bin"), *more, *options]
        return CliRunner().invoke(app, ["draw", command, str(self.folder / "certificate.json"), *asked])


INSTANTS = ("opens", "closes", "draws")


@pytest.fixture(name="on_bluesky")
def _on_bluesky(bluesky: BlueskyNetwork) -> Crowd:
    return crowd_on_bluesky(bluesky, BlueskyPeople(bluesky, "mairie"))


@pytest.fixture(name="fair")
def _fair(on_bluesky: Crowd, busy_snac: SnacServer, tmp_path: Path) -> Iterator[Fair]:
    with ExitStack() as servers:
        yield Fair([on_bluesky, crowd_on_snac(busy_snac)], tmp_path, servers)


@pytest.mark.timeout(300)
def test_a_contest_on_real_networks_is_drawn_and_checked(fair: Fair, monkeypatch: pytest.MonkeyPatch) -> None:
    """Comments, likes, reposts and follows; some take them back, one finds the right words late, some do not follow."""
    sky = fair.crowds[0]
    sky.comment(fair.posts[0], "max", WORDS)  # before the opening
    fair.open()
    fair.tick()
    said = [_take_part(*one) for one in fair.places]
    sky.comment(fair.posts[0], "nina", WORDS)
    sky.do(LIKE, fair.posts[0], "nina")
    sky.do(REPOST, fair.posts[0], "lea")
    for (crowd, post), (nina, lea) in zip(fair.places, ((["nina"], ["lea"]), ([], [])), strict=True):
        crowd.follow("lea")
        crowd.lists(COMMENT, post, *PEOPLE, *nina)
        crowd.lists(LIKE, post, *PEOPLE, *nina)
        crowd.lists(REPOST, post, "zoe", *lea)
    fair.go_to(fair.opens + timedelta(minutes=8))
    assert set(fair.entrants()) == {sky.called("nina"), *(one.called(who) for one in fair.crowds for who in PEOPLE)}
    assert _judged_to_the_second(fair) == len(PEOPLE) * 2 + 1

    for (crowd, post), remote in zip(fair.places, said, strict=True):
        crowd.remove("paul", remote["paul"])
        crowd.edit("lea", remote["lea"], WORDS)
        crowd.undo(LIKE, post, "max")
    for (crowd, post), nina in zip(fair.places, (["nina"], []), strict=True):
        until(partial(_say_the_words, crowd, post, ("zoe", "lea", "max", *nina)), seconds=PATIENCE)
        crowd.lists(LIKE, post, "zoe", "paul", "lea", *nina)
        until(partial(_lea_follows, fair, crowd), seconds=PATIENCE)
    for instant in (
        fair.closes - timedelta(seconds=100),  # the roll call
        fair.closes + timedelta(minutes=1),  # frozen, committed, stamped; the post leaves
        fair.draws + timedelta(seconds=4),
        *(fair.draws + timedelta(minutes=minute) for minute in range(1, 5)),  # winners are written to, under comments
    ):
        fair.go_to(instant)

    assert fair.contest.state is ContestState.ENDED
    certificate = Certificate.read(fair.public("certificate.json"))
    commitment = certificate.commitment
    weights = {crowd.called(who): n for crowd, left in zip(fair.crowds, LEFT, strict=True) for who, n in left.items()}
    assert certificate.rejected == {"deleted": 2, "early": 1, "no_like": 1, "no_repost": 1}
    assert [one.kind for one in certificate.witnesses] == ["rfc3161", "rfc3161", "post"]
    assert [one.handle for one in certificate.ranking] == _computed(weights, fair.entrants(), certificate)
    assert (commitment.entrants, commitment.tickets) == (4, 7)
    for crowd, post in fair.places:  # under the contest's own post, for whoever takes part
        until(partial(_say, crowd, post, commitment.commit()), seconds=PATIENCE)
    won = fair.contests.winners(BRAND, NAME)
    assert [one.handle for one in won] == [one.handle for one in certificate.ranking]
    assert [one.told for one in won if one.sent_at] == [Told.WRITTEN] * 2
    seated = [one.rank for one in won if one.place is Place.WON]
    assert {one.id for one in won if one.rank in seated} == {crowd.called("lea") for crowd in fair.crowds}
    for one in won:  # whoever stands before a winner was asked, in rank order; the last one's turn may never come
        if one.rank not in seated:
            asked = (Place.DISQUALIFIED, "no_follow") if one.rank < max(seated) else (Place.WAITING, "")
            assert (one.place, one.code) == asked
    assert sum("/tirage.html" in text for text in fair.online()) == len(fair.crowds) + 2

    every = checks(certificate, io.BytesIO(fair.public("entrants.bin")), OWN.chain, Given(roots=fair.roots))
    assert is_verified(every)
    monkeypatch.setenv("HERAUT_LANGUAGE", "en")
    verified = fair.verify()
    assert (verified.exit_code, verified.stdout.splitlines()[-1]) == (1, "NOT VERIFIED")
    outcomes = {line.split(" ")[1]: line.split(" ")[0] for line in verified.stdout.splitlines()[:-1]}
    assert [name for name, outcome in outcomes.items() if outcome == "FAIL"] == ["chain"]
    assert {name for name, outcome in outcomes.items() if outcome == "UNCHECKED"} == {
        *("round", "freeze", "signature", "ranking"),  # what the randomness of another chain would decide
        *("rejected", "witness-3"),
    }
    assert {"list", "root", "entrants", "tickets", "rules", "witness-1", "witness-2", "witnesses"} <= outcomes.keys()
    _audit(fair, certificate)


def _audit(fair: Fair, certificate: Certificate) -> None:
    """Let the organiser open the list: what real people did there is found again, and what they took back is gone."""
    opened = fair.opened()
    listed = io.BytesIO(fair.public("entrants.bin"))
    made = list(audited(certificate, listed, opened, OWN.chain, Given(roots=fair.roots), 30))
    assert verdict(made) is Verdict.AUDITED, [(one.name, one.reason("en")) for one in made]
    drawn = {crowd.called(who) for crowd, left in zip(fair.crowds, LEFT, strict=True) for who in left}
    assert {one.id for one in opened.opened} == drawn
    assert {one.judged_now for one in opened.opened} == {""}
    for person in opened.opened:
        said = [one for one in person.evidence if one.kind is COMMENT]
        assert {one.look for one in said} == {Look.FOUND}  # on snac an edited comment has a new id, and the old one
        assert [(one.text, one.same_text) for one in said if one.theirs] == [(WORDS, True)]
        assert [one.look for one in person.evidence if one.kind is LIKE] == [Look.FOUND]
    snac = fair.crowds[1]
    addresses = [one.address for person in opened.opened for one in person.evidence if one.address]
    assert len(addresses) == len(LEFT[1])  # a Bluesky of one's own has no readers' page
    assert all(address.startswith(str(snac.account.instance)) for address in addresses)
    left_out = {one.id: one for one in opened.rejected.opened}
    assert opened.rejected.counted == certificate.rejected
    for crowd in fair.crowds:
        assert [one.look for one in left_out[crowd.called("paul")].evidence if one.kind is COMMENT] == [Look.GONE]
        assert [one.look for one in left_out[crowd.called("max")].evidence if one.kind is LIKE] == [Look.GONE]
    told = fair.audit(opened)
    assert (told.exit_code, told.stdout.splitlines()[-1]) == (1, "NOT AUDITED")
    assert "FAIL chain " in told.stdout  # no command takes a test's randomness
    assert "UNCHECKED sample " in told.stdout


# Who is in the list on each network, and with how many chances: those who reposted have one more.
LEFT = ({"zoe": 2, "lea": 2}, {"zoe": 2, "lea": 1})


def _lea_follows(fair: Fair, crowd: Crowd) -> bool:
    who = crowd.called("lea")
    local = fair.contests.entrants(BRAND, NAME, [who])[who].deeds[0].local
    return crowd.followers([local]) == {local}


def _judged_to_the_second(fair: Fair) -> int:
    """See that each comment counts in the second that its network dates it from, and a second off does not.

    Gives how many comments there were.
    """
    asked = ContestConditions(comment=True)
    terms = fair.contest.agreed.model_copy(update={"conditions": asked, "conditions_on": {}, "more_chances": None})
    count = 0
    for one in fair.contests.every_entrant(BRAND, NAME):
        comments = [deed for deed in one.deeds if deed.kind is COMMENT]
        for deed in comments:
            alone = one.model_copy(update={"deeds": (deed,)}).judged(fair.contest)
            assert deed.at
            second, off = deed.at.replace(microsecond=0), timedelta(seconds=1)
            judged = [
                judge(terms.model_copy(update={"opens": opens, "closes": closes}), alone, About()).reason
                for opens, closes in ((second, second), (second + off, second + off), (second - off, second - off))
            ]
            assert judged == [None, Reason.EARLY, Reason.LATE]
        count += len(comments)
    return count


def _computed(weights: dict[str, int], nonces: dict[str, str], certificate: Certificate) -> list[str]:
    """Compute the ranking from who should be in the list, by the scheme's words alone (docs/draw.md)."""
    said = certificate.commitment

    def hashed(tag: str, *parts: bytes) -> bytes:
        return sha256(tag.encode() + b"\0" + b"".join(parts)).digest()

    def prefixed(text: str) -> bytes:
        return len(text.encode()).to_bytes(4, "big") + text.encode()

    commit = hashed("tirage/v1/commit", json.dumps(asdict(said), sort_keys=True, separators=(",", ":")).encode())
    decided = sha256(bytes.fromhex(certificate.signature)).digest()
    seed = hashed("tirage/v1/seed", commit, bytes.fromhex(said.chain), said.round.to_bytes(8, "big"), decided)
    scores = []
    for who, weight in weights.items():
        nonce = bytes.fromhex(nonces[who])
        handle = hashed("tirage/v1/entrant", prefixed(said.draw_id), nonce, prefixed(who))
        tickets = (hashed("tirage/v1/ticket", seed, handle, one.to_bytes(4, "big")) for one in range(weight))
        scores.append((min(tickets), handle.hex()))
    return [handle for _score, handle in sorted(scores)]


def _say(crowd: Crowd, post: str, words: str) -> bool:
    return any(words in one.text for one in crowd.walk(COMMENT, post))


def _say_the_words(crowd: Crowd, post: str, who: tuple[str, ...]) -> bool:
    found = crowd.walk(COMMENT, post)
    return sorted(one.by or "" for one in found) == sorted(map(crowd.called, who)) and {WORDS} == {
        one.text for one in found
    }


def _take_part(crowd: Crowd, post: str) -> dict[str, str]:
    """Let people comment, all with the right words but Léa, and like; Zoé reposts."""
    who = ("zoe", "paul", "lea", "max") if crowd.account.network is NetworkName.MASTODON else ("zoe", "paul", "lea")
    said = {one: crowd.comment(post, one, "Bonjour" if one == "lea" else WORDS) for one in who}
    for one in PEOPLE:
        crowd.do(LIKE, post, one)
    crowd.do(REPOST, post, "zoe")
    return said
