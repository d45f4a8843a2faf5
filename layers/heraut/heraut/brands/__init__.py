"""Brands, people, roles, accounts: who owns what and who hears of it."""

from heraut.brands.model import EVERYTHING, Account, Brand, NetworkName, Person, Role
from heraut.brands.store import Brands, Secrets

__all__ = ["EVERYTHING", "Account", "Brand", "Brands", "NetworkName", "Person", "Role", "Secrets"]
