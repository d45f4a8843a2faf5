"""Brands, people, roles, accounts: who owns what and who hears of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heraut.brands.model import (
    EVERYTHING,
    NAME,
    Account,
    Brand,
    Channel,
    NetworkName,
    Person,
    Role,
    Team,
    Urgency,
    WayName,
    Weekday,
)
from heraut.brands.store import Brands, Planned, PlannedPosts, Secrets

if TYPE_CHECKING:
    from heraut.brands.rules import Actions, Conditions, Rule, Volume, rules_of

LATER = frozenset(
    {"Actions", "Conditions", "Rule", "Volume", "rules_of"}
)  # functions that route nothing never load them

__all__ = [
    "EVERYTHING",
    "NAME",
    "Account",
    "Actions",
    "Brand",
    "Brands",
    "Channel",
    "Conditions",
    "NetworkName",
    "Person",
    "Planned",
    "PlannedPosts",
    "Role",
    "Rule",
    "Secrets",
    "Team",
    "Urgency",
    "Volume",
    "WayName",
    "Weekday",
    "rules_of",
]


def __getattr__(name: str) -> Any:
    """Load the models of rules when they are first asked for."""
    if name not in LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from heraut.brands import rules

    return getattr(rules, name)
