"""Ports of the brands room: where configuration, people's confirmations and secrets are kept, and what is planned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from heraut.brands.model import Brand


class Brands(Protocol):
    """The configuration as applied, one revision per brand."""

    def brand(self, brand: str) -> Brand | None:
        """Read one brand (consistent), None when it does not exist."""

    def every_brand(self) -> Sequence[Brand]:
        """Read all brands of the stack, by id."""

    def save(self, brand: Brand, expected_revision: int) -> None:
        """Write `brand` (whose revision is expected + 1); Conflict if the stored one is not as expected (0: none)."""

    def confirm_person(self, brand: str, person: str, at: datetime) -> None:
        """Remember that this person read a test message of ours."""

    def confirmations(self, brand: str) -> Mapping[str, datetime]:
        """Give when each person (by id) confirmed; those who never did are absent."""

    def take_turn(self, brand: str, name: str, now: datetime, until: datetime) -> bool:
        """Take a turn that nobody else has until then (a lease); False while somebody has it."""

    def end_turn(self, brand: str, name: str, until: datetime, at: datetime) -> None:
        """Let the turn that was taken until `until` end at `at`; one that somebody else has by now stays theirs."""


class Secrets(Protocol):
    """Secrets of accounts: never in the file, the logs or a table."""

    def secret(self, brand: str, account: str) -> Mapping[str, str] | None:
        """Read an account's secret (names as its adapter says), None when it has none."""

    def anew(self, brand: str, account: str) -> Mapping[str, str] | None:
        """Read it again, for who was refused with what is remembered; at most once a minute, else as `secret`."""

    def save_secret(self, brand: str, account: str, secret: Mapping[str, str]) -> None:
        """Replace an account's secret."""


class Place(Protocol):
    """A place where something of every brand is kept: a table, files, secrets; `name` is what people see."""

    name: str

    def export(self, brand: str) -> Iterator[tuple[str, bytes]]:
        """Give what is there as files, each with its name."""

    def count(self, brand: str) -> int:
        """Say how many things there are."""

    def erase(self, brand: str) -> int:
        """Erase them; gives how many there were."""


@dataclass(frozen=True)
class Planned:
    """A post still to leave: when, and how it begins."""

    publish_at: datetime
    words: str


class PlannedPosts(Protocol):
    """What is planned on an account."""

    def __call__(self, brand: str, account: str, since: datetime, until: datetime) -> Sequence[Planned]:
        """Give the posts that are to leave, soonest first."""
