"""Whatever a contest, its brand and its bucket are called, the commit and the address fit into every network's post."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heraut.contests.words import LONGEST_TITLE, commit_texts, drawn_texts
from heraut.networks import bluesky_checks
from heraut.networks.facebook import Facebook
from heraut.networks.instagram import Instagram
from heraut.networks.mastodon_instance import DEFAULTS
from heraut.networks.mastodon_post import problems_of as problems_on_mastodon
from heraut.publishing.model import Content, Part
from tests.twins.contest_world import ContestWorld
from tests.unit.contests.test_run_contests import PEOPLE, certificate_of, verified

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from heraut.problems import Problem

NAMES = st.from_regex(r"[a-z0-9][a-z0-9-]{0,39}", fullmatch=True)  # of brands and contests
BUCKETS = st.from_regex(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", fullmatch=True)  # as S3 has them, in its longest region
TITLES = st.one_of(st.text(min_size=1, max_size=300), st.text("👨‍👩‍👧‍👦🏴é", min_size=1, max_size=300))


def _content(text: str) -> Content:
    return Content(parts=(Part(text=text),))


TAKES: dict[str, Callable[[str], Sequence[Problem]]] = {
    "bluesky": lambda text: tuple(bluesky_checks.problems_of(_content(text), bluesky_checks.LIMITS)),
    "mastodon": lambda text: tuple(problems_on_mastodon(_content(text), DEFAULTS)),
}


def _fits(network: str, text: str) -> bool:
    return all(one.warning for one in TAKES[network](text))


@settings(max_examples=60, deadline=None)
@given(
    title=TITLES,
    brand=NAMES,
    name=NAMES,
    bucket=BUCKETS,
    entrants=st.integers(0, 10**7),
    language=st.sampled_from(["fr", "en"]),
    moved=st.booleans(),
)
def test_the_commit_and_the_address_fit_wherever_a_contest_speaks(
    title: str, brand: str, name: str, bucket: str, entrants: int, language: str, moved: bool
) -> None:
    """On Bluesky, which counts each letter of an address, and on Mastodon; Meta's answers may be longer than any."""
    terms = cast("Any", SimpleNamespace(title=title, language=language))
    page = f"https://{bucket}.s3.ap-southeast-1.amazonaws.com/contests/{brand}/{name}/reglement.html"
    commit = "ab" * 32
    texts = commit_texts(terms, entrants, commit, page, moved=moved)
    drawn = drawn_texts(terms, entrants, page)

    for network in TAKES:
        said = next(text for text in texts if _fits(network, text))
        assert commit in said
        assert page in said
        assert page in next(text for text in drawn if _fits(network, text))
    longest = max(len(text) for text in (*texts, *drawn))
    assert longest <= min(cast("int", one.answers.characters) for one in (Facebook, Instagram))


def test_a_usual_contest_says_all_of_it() -> None:
    """On Bluesky, where letters are counted: shorter words are for long names alone."""
    terms = cast("Any", SimpleNamespace(title="La galette géante de janvier", language="fr"))
    page = "https://d111111abcdef8.cloudfront.net/contests/martin/galette-2027/reglement.html"
    first, *_ = commit_texts(terms, 1_234, "ab" * 32, page)

    assert len(terms.title) <= LONGEST_TITLE
    assert _fits("bluesky", first)
    assert terms.title in first


@pytest.mark.parametrize(("most", "address"), [(230, True), (140, True), (70, False)])
def test_a_commit_that_must_be_short_is_said_in_fewer_words(most: int, address: bool) -> None:
    """Under the contest's post; the network shows it before the round, and it is a witness."""
    world = ContestWorld(title="Le très grand jeu-concours de la galette")
    world.network.most = most
    world.people_comment(*PEOPLE)
    world.run()

    post = world.posts.post("boulangerie", "contest-galette-commit-1-sky")
    assert post
    text = post.content.parts[0].text
    assert len(text) <= most
    assert certificate_of(world).commitment.commit() in text
    assert ("/contests/boulangerie/galette/reglement.html" in text) is address
    assert post.content.in_reply_to
    assert [one.kind for one in certificate_of(world).witnesses] == ["rfc3161", "rfc3161", "post"]
    assert verified(world)


def test_a_post_of_its_own_is_no_longer_than_its_network_takes() -> None:
    """Where nothing is said under the contest's post, and what tells that the draw was made."""
    world = ContestWorld(title="Le très grand jeu-concours de la galette")
    world.network.most = 140
    world.network.takes = "another"  # nothing can be said under the contest's post
    world.people_comment(*PEOPLE)
    world.run()

    posts = [world.posts.post("boulangerie", name) for name in world.posts.names("boulangerie")]
    texts = [post.content.parts[0].text for post in posts if post]
    assert len(texts) == 2
    assert max(len(text) for text in texts) <= world.network.most
    assert all("https://public.example/contests/boulangerie/galette/" in text for text in texts)
