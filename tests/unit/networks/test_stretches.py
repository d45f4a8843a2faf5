"""A list that comes newest first is read whole, however much came and however few pages a look reads."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from heraut.networks import stretches
from heraut.networks.stretches import Page, Reading, Rest

SIZE = 3


@dataclass
class Listed:
    """A list of numbers in pages of three, as a network gives it; `grow` adds some."""

    held: list[int] = field(default_factory=list)
    most: int = 2
    asked: int = 0

    def grow(self, count: int) -> None:
        """Let so many come."""
        self.held += [len(self.held) + 1 + number for number in range(count)]

    def page(self, after: str | None, _since: str) -> Page:
        """Give the page that begins behind a place."""
        self.asked += 1
        older = [one for one in reversed(self.held) if after is None or one < int(after)]
        return Page(older[:SIZE], str(older[SIZE - 1]) if len(older) > SIZE else None)

    @property
    def reading(self) -> Reading:
        """How it is read."""
        return Reading(self.page, lambda one, since: one <= int(since or 0), self.most)


@given(st.lists(st.integers(0, 20), min_size=1, max_size=8), st.integers(1, 4))
def test_nothing_is_left_out_and_nothing_is_read_twice(came: list[int], most: int) -> None:
    """Look after look: what came between them, then what they left; each look reads twice its pages at most."""
    listed, since = Listed(most=most), "0"
    rests: tuple[Rest, ...] = ()
    found: list[int] = []

    def look() -> None:
        nonlocal since, rests
        before = listed.asked
        seen = stretches.read(listed.reading, since, rests)
        since, rests = (
            str(seen.newest or since),
            stretches.from_json(json.loads(json.dumps(stretches.as_json(seen.rests)))),
        )
        found.extend(seen.items)
        assert listed.asked - before <= 2 * most

    for count in came:
        listed.grow(count)
        look()
    for _ in range(len(listed.held)):
        look()

    assert sorted(found) == listed.held
    assert rests == ()


def test_what_is_read_again_leaves_no_rest() -> None:
    """The hour before is read once more as far as a look goes; only what nobody knows is owed."""
    listed = Listed()
    listed.grow(30)

    seen = stretches.read(listed.reading, "28", (), again="2")

    assert seen.items == (30, 29, 28, 27, 26, 25)
    assert seen.rests == ()
    assert stretches.read(listed.reading, "20", (), again="2").rests == (Rest("25", "20"),)
