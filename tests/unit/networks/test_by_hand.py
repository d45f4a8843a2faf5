"""`by_hand`: nothing is refused, nothing is called, a person is warned ten minutes ahead."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from heraut.brands import Account, NetworkName
from heraut.errors import ReadBackUnavailable, Refused
from heraut.networks.base import Job, Window
from heraut.networks.by_hand import ByHand
from heraut.publishing.model import Content, Part
from tests.people import FILM, NOW, PICTURE

if TYPE_CHECKING:
    from heraut.networks.base import Publishes

STORY = Account(name="story", network=NetworkName.BY_HAND, url="https://www.instagram.com/martin/", handle="@martin")
NETWORK: Publishes = ByHand()
LONG = Content(parts=(Part(text="a" * 100_000, media=(PICTURE, FILM) * 50),) * 20)
JOB = Job(
    brand="martin",
    brand_name="Boulangerie Martin",
    post="p1",
    version=1,
    key="k",
    account=STORY,
    secret={},
    content=LONG,
    created_at=NOW,
)


def test_nothing_is_refused() -> None:
    """Whatever the length, the pictures or the parts: a person knows what the network takes."""
    limits = NETWORK.limits(STORY, {})

    assert NETWORK.validate(LONG, limits) == ()
    assert (limits.characters, limits.text_bytes, limits.image_bytes) == (None, None, None)
    assert limits.media >= len(LONG.media) // 20
    assert NETWORK.count("é👩‍🍳", limits) == 4


def test_a_person_is_warned_ten_minutes_ahead_even_without_pictures() -> None:
    """A text alone has its warning too."""
    assert NETWORK.prepare_ahead(Content(parts=(Part(text="bonjour"),))) == timedelta(minutes=10)


def test_publishing_is_never_a_call() -> None:
    """Nothing is uploaded, read or sent."""
    assert NETWORK.prepare(JOB, lambda _: pytest.fail("read"), NOW).remote == {}
    with pytest.raises(Refused):
        NETWORK.publish(JOB, lambda _: pytest.fail("accepted"), NOW)
    with pytest.raises(ReadBackUnavailable):
        NETWORK.find(JOB, Window(NOW, NOW), frozenset())
    assert NETWORK.repeat_is_safe(JOB) is None
    assert not NETWORK.reads_back


def test_it_needs_no_secret() -> None:
    """Usable on the first day: nothing is asked for."""
    assert NETWORK.secret_fields == ()
    assert NETWORK.check(STORY, {}).problems == ()


def test_an_account_without_address_is_told() -> None:
    """Without an address no link can open the network: a warning, not a refusal."""
    (told,) = NETWORK.check(STORY.model_copy(update={"url": None}), {}).problems

    assert told.warning
    assert "story" in told.message("fr")
