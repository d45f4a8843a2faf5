"""Nothing lost, nothing doubled, and nobody asked where the network could be read, whatever call breaks and however."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.matrix.calls import Fault
from tests.matrix.points import NETWORKS, PLAYED, Script, wrong_of
from tests.matrix.theatre import theatre
from tests.matrix.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.matrix.theatre import Theatre

FEWEST = 1000


@pytest.fixture
def opened(caplog: pytest.LogCaptureFixture) -> Iterator[Theatre]:
    """The theatre, where the code's own complaints about each death are not kept."""
    caplog.set_level("CRITICAL")
    with theatre() as made:
        yield made


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("network", "variant"), [(network, one) for network in NETWORKS for one in PLAYED[network]])
def test_every_point_ends_as_it_may(
    network: str, variant: str, opened: Theatre, record_property: Callable[[str, object], None]
) -> None:
    """Each recorded call, struck by each fault: the network's books say once (or what the point allows), in time."""
    script = Script(opened, network, variant)
    assert script.clean.verdict is Verdict.ONCE, script.clean
    wrong, rows = [], Counter[tuple[str, str]]()
    for point in script.chosen():
        outcome = script.play(point)
        rows[str(point.fault), outcome.verdict.value] += 1
        wrong += [f"{point}: {found}\n  " + "\n  ".join(outcome.story) for found in wrong_of(point, outcome)]
    counted = [(network, variant, fault, verdict, count) for (fault, verdict), count in rows.items()]
    record_property("matrix", json.dumps(counted))
    assert not wrong, f"{len(wrong)} of {rows.total()} points are wrong\n" + "\n".join(wrong[:10])


def test_there_are_enough_points_and_no_two_are_the_same(opened: Theatre) -> None:
    """The suite plays over a thousand distinct points."""
    points = [
        str(point)
        for network in NETWORKS
        for variant in PLAYED[network]
        for point in Script(opened, network, variant).chosen()
    ]
    assert len(points) == len(set(points))
    assert len(points) > FEWEST


def test_a_fault_says_its_measure() -> None:
    """The table tells +90 s from +1 day."""
    from tests.matrix.calls import Fate

    said = [str(Fault(Fate.CLOCK, by)) for by in (1.0, -90.0, 3600.0, 86400.0)]
    assert said == ["clock moved by +1 s", "clock moved by -90 s", "clock moved by +1 h", "clock moved by +1 d"]
