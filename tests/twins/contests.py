"""Twin of the contests' store."""

from __future__ import annotations

import threading
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from heraut.contests.running import Contest, Head, KeptEntrant, Winner
from heraut.errors import Conflict, NotFound
from tests.twins.stored import kept

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

MOST_PART = 300_000  # bytes
MOST_ITEM = 400_000  # of the table


class ContestsTwin:
    """Contests, entrants and winners in memory; `commits` is every head that an operator's draws ever had."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._contests: dict[tuple[str, str], Contest] = {}
        self._heads: dict[str, Head] = {}
        self._entrants: dict[tuple[str, str], dict[str, KeptEntrant]] = {}
        self._winners: dict[tuple[str, str], dict[int, Winner]] = {}
        self._won: dict[tuple[str, str], dict[str, datetime]] = {}
        self.commits: dict[str, list[Head]] = {}
        self.parts: dict[tuple[str, str, str], bytes] = {}

    def contest(self, brand: str, name: str) -> Contest | None:
        return self._contests.get((brand, name))

    def every_contest(self, brand: str) -> Iterator[Contest]:
        yield from [one for key, one in sorted(self._contests.items()) if key[0] == brand]

    def add(self, contest: Contest) -> None:
        with self._lock:
            if (contest.brand, contest.name) in self._contests:
                raise Conflict(contest.name)
            self._contests[contest.brand, contest.name] = kept(contest)

    def change(self, before: Contest, after: Contest, heads: tuple[Head, Head] | None = None) -> None:
        with self._lock:
            held = self._contests.get((before.brand, before.name))
            if held is None or held.revision != before.revision:
                raise Conflict(before.name)
            if heads and self.head(before.brand) != heads[0]:
                raise Conflict(before.brand)
            if heads:
                self._heads[before.brand] = kept(heads[1])
                self.commits.setdefault(before.brand, []).append(heads[1])
            if len(after.model_dump_json()) > MOST_ITEM:
                raise ValueError("more than an item of the table holds")
            self._contests[before.brand, before.name] = kept(after)

    def head(self, brand: str) -> Head:
        return self._heads.get(brand, Head())

    def due(self, now: datetime) -> Iterator[tuple[str, str]]:
        found = [(one.due_at, key) for key, one in self._contests.items() if one.due_at and one.due_at <= now]
        yield from (key for _, key in sorted(found))

    def entrants(self, brand: str, name: str, ids: Sequence[str]) -> Mapping[str, KeptEntrant]:
        held = self._entrants.get((brand, name), {})
        return {one: held[one] for one in ids if one in held}

    def every_entrant(self, brand: str, name: str, after: str = "") -> Iterator[KeptEntrant]:
        yield from [one for who, one in sorted(self._entrants.get((brand, name), {}).items()) if who > after]

    def save_entrants(self, brand: str, name: str, entrants: Sequence[KeptEntrant], until: datetime) -> None:
        with self._lock:
            held = self._entrants.setdefault((brand, name), {})
            for one in entrants:
                there = held.get(one.id)
                if (there.revision if there else 0) != one.revision - 1:
                    raise Conflict(one.id)
            if any(len(one.model_dump_json()) > MOST_ITEM for one in entrants):
                raise ValueError("more than an item of the table holds")
            held.update({one.id: kept(one) for one in entrants})

    def keep_part(self, brand: str, name: str, part: bytes, until: datetime) -> str:
        if len(part) > MOST_PART:
            raise ValueError(f"{len(part)} bytes are no part of an item")
        digest = sha256(part).hexdigest()[:32]
        self.parts[brand, name, digest] = part
        return digest

    def part(self, brand: str, name: str, part: str) -> bytes:
        if (brand, name, part) not in self.parts:
            raise NotFound(part)
        return self.parts[brand, name, part]

    def forget_entrants(self, brand: str, name: str, ids: Sequence[str]) -> None:
        held = self._entrants.get((brand, name), {})
        for one in ids:
            held.pop(one, None)

    def winners(self, brand: str, name: str) -> Sequence[Winner]:
        return [one for _, one in sorted(self._winners.get((brand, name), {}).items())]

    def add_winners(self, brand: str, name: str, winners: Sequence[Winner], until: datetime) -> None:
        held = self._winners.setdefault((brand, name), {})
        for one in winners:
            held.setdefault(one.rank, kept(one))

    def change_winner(
        self, brand: str, name: str, after: Winner, contest: tuple[Contest, Contest] | None = None
    ) -> None:
        with self._lock:
            held = self._winners.get((brand, name), {})
            there = held.get(after.rank)
            if there is None or there.revision != after.revision - 1:
                raise Conflict(str(after.rank))
            if contest:
                self.change(*contest)
            held[after.rank] = kept(after)

    def remember_wins(self, brand: str, name: str, wins: Mapping[str, datetime], until: datetime) -> None:
        self._won[brand, name] = dict(wins)

    def forget_people(self, brand: str, name: str, most: int) -> bool:
        entrants, winners = self._entrants.get((brand, name), {}), self._winners.get((brand, name), {})
        every: list[tuple[dict[Any, Any], Any]] = [(entrants, key) for key in entrants]
        every += [(winners, key) for key in winners]
        every += [(self.parts, key) for key in self.parts if key[:2] == (brand, name)]
        for one, key in every[:most]:
            del one[key]
        return len(every) >= most

    def wins(self, brand: str, who: str) -> Mapping[str, datetime]:
        return {name: held[who] for (owner, name), held in self._won.items() if owner == brand and who in held}

    def forget_wins(self, brand: str, who: str) -> None:
        for (owner, _), held in self._won.items():
            if owner == brand:
                held.pop(who, None)

    def won(self, brand: str, before: datetime | None = None) -> Mapping[str, datetime]:
        found: dict[str, datetime] = {}
        for (owner, _), wins in self._won.items():
            for who, at in wins.items() if owner == brand else ():
                if before is None or at < before:
                    found[who] = max(at, found.get(who, at))
        return found
