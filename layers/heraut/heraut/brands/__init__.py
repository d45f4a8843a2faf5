"""Brands, people, roles, accounts: who owns what and who hears of it."""

from heraut.brands.model import EVERYTHING, NAME, Account, Brand, NetworkName, Person, Role, Weekday
from heraut.brands.store import Brands, Planned, PlannedPosts, Secrets

__all__ = [
    "EVERYTHING",
    "NAME",
    "Account",
    "Brand",
    "Brands",
    "NetworkName",
    "Person",
    "Planned",
    "PlannedPosts",
    "Role",
    "Secrets",
    "Weekday",
]
