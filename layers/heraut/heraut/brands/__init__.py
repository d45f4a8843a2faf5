"""Brands, people, roles, accounts: who owns what and who hears of it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from heraut.brands.model import (
    EVERYTHING,
    NAME,
    Account,
    Brand,
    Channel,
    EntryKind,
    NetworkName,
    Person,
    Role,
    Team,
    Urgency,
    WayName,
    Weekday,
)
from heraut.brands.store import Brands, Planned, PlannedPosts, Secrets
from heraut.brands.use_secret import newer_secret, use_secret

if TYPE_CHECKING:
    from heraut.brands.contests import (
        MOST_CHANCES,
        ContestConditions,
        ContestState,
        Place,
        Terms,
        changes_allowed,
        contests_of,
        terms_of,
    )
    from heraut.brands.gatherings import GatheringKind, GatheringTerms, gathering_of, gatherings_of
    from heraut.brands.rules import Actions, Conditions, Rule, Volume, rules_of

_RULES, _CONTESTS = "heraut.brands.rules", "heraut.brands.contests"
_GATHERINGS = "heraut.brands.gatherings"
LATER = {  # functions that route nothing and run no contest never load them
    **dict.fromkeys(("Actions", "Conditions", "Rule", "Volume", "rules_of"), _RULES),
    **dict.fromkeys(("MOST_CHANCES", "ContestConditions", "ContestState", "Place", "Terms"), _CONTESTS),
    **dict.fromkeys(("changes_allowed", "contests_of", "terms_of"), _CONTESTS),
    **dict.fromkeys(("GatheringKind", "GatheringTerms", "gathering_of", "gatherings_of"), _GATHERINGS),
}

__all__ = [
    "EVERYTHING",
    "MOST_CHANCES",
    "NAME",
    "Account",
    "Actions",
    "Brand",
    "Brands",
    "Channel",
    "Conditions",
    "ContestConditions",
    "ContestState",
    "EntryKind",
    "GatheringKind",
    "GatheringTerms",
    "NetworkName",
    "Person",
    "Place",
    "Planned",
    "PlannedPosts",
    "Role",
    "Rule",
    "Secrets",
    "Team",
    "Terms",
    "Urgency",
    "Volume",
    "WayName",
    "Weekday",
    "changes_allowed",
    "contests_of",
    "gathering_of",
    "gatherings_of",
    "newer_secret",
    "rules_of",
    "terms_of",
    "use_secret",
]


def __getattr__(name: str) -> Any:
    """Load the models of rules, contests and events when they are first asked for."""
    if name not in LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(LATER[name]), name)
