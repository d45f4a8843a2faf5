"""A live session on real networks: people ask and like there, edit and delete, and the recap ranks what is left.

The runner is the real one, over the real adapters; tables and buckets are in memory. Its clock is the machine's until
everybody has asked, and then runs ahead of it.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup

from heraut.brands import Brand, EntryKind, NetworkName, Person, Role
from heraut.gatherings.run_gatherings import run_gatherings
from heraut.gatherings.running import Stage
from heraut.gatherings.world import Holding
from heraut.publishing import ContestPosts
from tests.peers.bluesky_network import BlueskyNetwork
from tests.peers.crowds import PATIENCE, BlueskyPeople, Crowd, crowd_on_bluesky, crowd_on_snac
from tests.peers.servers import until
from tests.peers.snac_server import SnacServer
from tests.twins.brands import BrandsTwin
from tests.twins.clock import ClockTwin
from tests.twins.desk import Desk
from tests.twins.gatherings import GatheringsTwin
from tests.twins.notifications import NotificationsTwin
from tests.twins.secrets import SecretsTwin
from tests.twins.site_objects import SiteObjectsTwin

BRAND, NAME = "mairie", "direct"
PARIS = ZoneInfo("Europe/Paris")
PUBLIC = "https://public.example"
COMMENT, LIKE = EntryKind.COMMENT, EntryKind.LIKE


class Session:
    """A brand's session on each network, and everything that holds it."""

    def __init__(self, crowds: list[Crowd]) -> None:
        self.crowds = crowds
        self.ahead = timedelta()
        self.desk = Desk()
        self.desk.clock = self.clock = ClockTwin(datetime.now(UTC))
        self.gatherings, self.objects = GatheringsTwin(), SiteObjectsTwin()
        self.opens = (datetime.now(UTC) + timedelta(seconds=1)).replace(microsecond=0)
        self.closes = self.opens + timedelta(minutes=30)
        hours = {name: f"{getattr(self, name).astimezone(PARIS):%Y-%m-%d %H:%M:%S}" for name in ("opens", "closes")}
        accounts = [one.account for one in crowds]
        event = {"kind": "live_qa", "title": "La mairie répond", "accounts": [one.name for one in accounts], **hours}
        brand = Brand(
            id=BRAND,
            name="Mairie",
            zone="Europe/Paris",
            accounts=tuple(accounts),
            people=(Person(id="lea", name="Léa", email="lea@example.com", roles=(Role.PUBLISHING,)),),
            events={NAME: event},
        )
        networks: dict[NetworkName, Any] = {one.account.network: one.adapter for one in crowds}
        secrets = SecretsTwin({(BRAND, one.account.name): one.secret for one in crowds})
        brands = BrandsTwin(brand)
        common: dict[str, Any] = {"brands": brands, "secrets": secrets, "networks": networks, "clock": self.clock}
        self.desk.world = replace(self.desk.world, **common)
        self.world = Holding(
            gatherings=self.gatherings,
            posts=ContestPosts(self.desk.posts, brands, secrets, networks, "event"),
            objects=self.objects,
            notifications=NotificationsTwin(),
            public_url=PUBLIC,
            **common,
        )

    def go_to(self, instant: datetime) -> None:
        """Let the session's clock show this instant, and run ahead of the machine's from there; then a minute."""
        self.ahead = max(self.ahead, instant - datetime.now(UTC))
        self.clock.advance_to(datetime.now(UTC) + self.ahead)
        assert run_gatherings(self.world.timed, self.clock.now(), plan=True).failed == 0
        before = self.clock.now()
        self.desk.run(timedelta(minutes=2))
        self.ahead += self.clock.now() - before

    def online(self, step: str) -> dict[str, str]:
        """Give the remote id of a step's post, by its account."""
        found = self.desk.posts.deliveries(BRAND, f"event-{NAME}-{step}")
        return {one.account: one.remote_ids[0] for one in found if one.remote_ids}

    def asked(self) -> list[tuple[str, str, int | None, bool]]:
        """What is kept: on which account, what, liked how often, answered."""
        kept = self.gatherings.questions(BRAND, NAME).kept
        return [(one.account, one.text, one.likes, one.answered) for one in kept]

    def page(self) -> list[str]:
        """The questions that the recap shows, in their order."""
        html = BeautifulSoup(self.objects.objects[f"events/{BRAND}/{NAME}/event.html"], "html.parser")
        return [one.select("p")[0].text for one in html.select("main article")[1:]]


def shown(crowd: Crowd, post: str, wanted: dict[str, int]) -> bool:
    """Whether the network lists these comments right under the post, liked so often."""
    found = crowd.walk(COMMENT, post)
    return {one.text: one.likes for one in found if one.below is None} == wanted


def see(crowd: Crowd, post: str, wanted: dict[str, int]) -> None:
    """Wait until it does."""
    until(partial(shown, crowd, post, wanted), seconds=PATIENCE)


@pytest.mark.timeout(300)
def test_a_session_on_real_networks_ranks_what_people_like(bluesky: BlueskyNetwork, busy_snac: SnacServer) -> None:
    """Likes that people gave, on both; what is edited counts as it reads last, what is deleted or disliked no more."""
    people = BlueskyPeople(bluesky, "mairie")
    sky, snac = crowds = [crowd_on_bluesky(bluesky, people), crowd_on_snac(busy_snac)]
    session = Session(crowds)
    session.go_to(session.opens - timedelta(seconds=2))
    while len(session.online("opening")) < len(crowds):
        time.sleep(0.1)
        session.go_to(session.opens)
    posts = [session.online("opening")[one.account.name] for one in crowds]
    people.see(posts[0])

    said = [
        {who: crowd.comment(post, who, f"{crowd.account.name} {who} ?") for who in ("zoe", "paul", "lea")}
        for crowd, post in zip(crowds, posts, strict=True)
    ]
    for crowd, remote in zip(crowds, said, strict=True):
        crowd.do(LIKE, remote["lea"], "zoe")
        crowd.do(LIKE, remote["lea"], "paul")
    sky.do(LIKE, said[0]["zoe"], "paul")
    for who in ("lea", "paul", "max"):
        snac.do(LIKE, said[1]["zoe"], who)
    sky.comment(posts[0], "mairie", "Oui.", said[0]["lea"])
    see(sky, posts[0], {"bluesky zoe ?": 1, "bluesky paul ?": 0, "bluesky lea ?": 2})
    see(snac, posts[1], {"mastodon zoe ?": 3, "mastodon paul ?": 0, "mastodon lea ?": 2})
    session.go_to(session.opens + timedelta(minutes=8))
    ranked = session.asked()
    assert ranked[0] == ("mastodon", "mastodon zoe ?", 3, False)
    assert sorted(ranked[1:3]) == [("bluesky", "bluesky lea ?", 2, True), ("mastodon", "mastodon lea ?", 2, False)]
    assert ranked[3] == ("bluesky", "bluesky zoe ?", 1, False)
    assert [likes for _, _, likes, _ in ranked[4:]] == [0, 0]

    snac.remove("zoe", said[1]["zoe"])
    snac.undo(LIKE, said[1]["lea"], "paul")
    sky.remove("paul", said[0]["paul"])
    for crowd, remote in zip(crowds, said, strict=True):
        crowd.edit("lea", remote["lea"], f"{crowd.account.name} lea, corrigée ?")
    see(sky, posts[0], {"bluesky zoe ?": 1, "bluesky lea, corrigée ?": 2})
    see(snac, posts[1], {"mastodon paul ?": 0, "mastodon lea, corrigée ?": 1})
    for minutes in (1, 2, 3):
        session.go_to(session.closes + timedelta(minutes=minutes))

    event = session.gatherings.gathering(BRAND, NAME)
    assert event is not None
    assert event.stage is Stage.OVER
    page = session.page()
    assert (page[0], page[-1]) == ("bluesky lea, corrigée ?", "mastodon paul ?")
    assert sorted(page[1:3]) == ["bluesky zoe ?", "mastodon lea, corrigée ?"]
    for step, words in (("opening", "Posez vos questions"), ("closing", "est terminé"), ("recap", f"{PUBLIC}/events/")):
        online = session.online(step)
        assert [words in one.read(online[one.account.name]) for one in crowds] == [True, True]
