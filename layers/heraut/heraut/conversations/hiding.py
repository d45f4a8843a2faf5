"""What of an alert may be hidden on its network, what is, and why something is not (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.conversations.model import What
from heraut.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from heraut.conversations.model import Interaction, Moment
    from heraut.problems import Language

HIDE = "hide"
SCHEME = "asked"  # of an event that no network sends: a person asked for something here
_TURNS = frozenset({What.REMOVED, What.SHOWN})
_FAILURES = frozenset({What.NOT_REMOVED, What.NOT_SHOWN})


def hidable(interaction: Interaction) -> bool:
    """Whether its network lets the account hide such a thing."""
    from heraut.networks.base import HIDES  # most ticks of alerts tell nobody

    return interaction.kind.value in HIDES.get(interaction.network, ())


def hidden(story: Iterable[Moment]) -> frozenset[str]:
    """Give the interactions that are hidden, by a rule or a person, in the order of an alert's story."""
    last: dict[str, Moment] = {
        moment.interaction: moment
        for moment in story
        if moment.interaction is not None and moment.what in _TURNS and moment.removal == HIDE
    }
    return frozenset(name for name, moment in last.items() if moment.what is What.REMOVED)


def failures(story: Iterable[Moment]) -> Mapping[str, Moment]:
    """Give what people asked for last and could not be done, by interaction."""
    asked = {one.interaction: one for one in story if one.interaction and one.by and one.what in _TURNS | _FAILURES}
    return {name: one for name, one in asked.items() if one.what in _FAILURES}


def why(moment: Moment, language: Language) -> str | None:
    """Say why something was not done; None where only a code was kept."""
    if moment.problem is None or moment.fields is None:
        return None
    return Problem(code=moment.problem, fields=dict(moment.fields)).message(language)
