"""The Contests table: contests as they run, the operator's head, who took part, who won.

`<brand>` / `contest#<name>` and `chain`; `<brand>#<contest>` / `e#<stable id>` (a long one is cut and hashed) and
`w#<rank>`; `p#<digest>` is a part of what is made of all of them. `<brand>#won` / `<contest>#<stable id>`: who won.
"""

from __future__ import annotations

import hashlib
from itertools import islice
from typing import TYPE_CHECKING, Any

from heraut import due
from heraut.aws.due_names import CONTEST, SHARDS, due_names
from heraut.aws.items import EXPIRES, PK, SCHEMA, SK, Values, document, from_document
from heraut.contests.running import Contest, Head, KeptEntrant, Winner
from heraut.errors import Conflict, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from heraut.aws.table import Key, Table

NEW = "attribute_not_exists(#pk)"
SAME = "#revision = :revision"
PART_NAME = 32  # hexadecimal digits of what a part holds
LONGEST_ID = 700  # characters; a sort key has 1024 bytes at most


class ContestsTable:
    """The port `contests.store.Contests`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def contest(self, brand: str, name: str) -> Contest | None:
        """Read a contest as it runs, None when it was never planned."""
        item = self._table.get(_contest(brand, name))
        return from_document(Contest, item["document"]) if item else None

    def every_contest(self, brand: str) -> Iterator[Contest]:
        """Give every contest that a brand ever planned, by name."""
        for item in self._table.query(
            "#pk = :pk AND begins_with(#sk, :prefix)", {"pk": brand, "prefix": f"{CONTEST}#"}
        ):
            yield from_document(Contest, item["document"])

    def add(self, contest: Contest) -> None:
        """Write a contest that is not there yet (Conflict when it is)."""
        self._table.transact([self._table.putting(_write(contest), NEW)])

    def change(self, before: Contest, after: Contest, heads: tuple[Head, Head] | None = None) -> None:
        """Replace `before` by `after`; with `heads`, also the operator's head (before, after) in one transaction."""
        writes = [self._table.putting(_write(after), SAME, revision=before.revision)]
        if heads:
            writes.append(self._advancing(before.brand, *heads))
        self._table.transact(writes)

    def head(self, brand: str) -> Head:
        """Read where the operator's draws have come to."""
        item = self._table.get((brand, "chain"))
        return from_document(Head, item["document"]) if item else Head()

    def due(self, now: datetime) -> Iterator[tuple[str, str]]:
        """Give brand and name of the contests to look at by now, soonest first (an index: it may lag)."""
        return due_names(self._table, CONTEST, now)

    def entrants(self, brand: str, name: str, ids: Sequence[str]) -> Mapping[str, KeptEntrant]:
        """Read those of these who took part."""
        items = self._table.get_many([_entrant(brand, name, one) for one in ids])
        found = [from_document(KeptEntrant, item["document"]) for item in items]
        return {one.id: one for one in found}

    def every_entrant(self, brand: str, name: str, after: str = "") -> Iterator[KeptEntrant]:
        """Give everybody who took part, page by page, in the order of their keys; those after this one, or all."""
        asked = {"pk": _of(brand, name), "prefix": "e#"}
        begin = _entrant(brand, name, after) if after else None
        for item in self._table.query("#pk = :pk AND begins_with(#sk, :prefix)", asked, after=begin):
            yield from_document(KeptEntrant, item["document"])

    def save_entrants(self, brand: str, name: str, entrants: Sequence[KeptEntrant], until: datetime) -> None:
        """Write entrants (100 at most) until they are forgotten, all or none; Conflict when one moved on."""
        writes = [self._kept(_entrant(brand, name, one.id), one, until) for one in entrants]
        if writes:
            self._table.transact(writes)

    def keep_part(self, brand: str, name: str, part: bytes, until: datetime) -> str:
        """Keep a part of something larger (300 kB at most) until it is forgotten; gives its name, its alone."""
        digest = hashlib.sha256(part).hexdigest()[:PART_NAME]
        self._table.put(_values(_part(brand, name, digest), part=part, **{EXPIRES: int(until.timestamp())}))
        return digest

    def part(self, brand: str, name: str, part: str) -> bytes:
        """Read a part by its name; NotFound when it is not there."""
        item = self._table.get(_part(brand, name, part))
        if item is None:
            raise NotFound(f"part {part} of {brand}/{name}")
        return bytes(item["part"])

    def forget_entrants(self, brand: str, name: str, ids: Sequence[str]) -> None:
        """Take entrants away; who is gone already is gone."""
        self._table.delete_many([_entrant(brand, name, one) for one in ids])

    def winners(self, brand: str, name: str) -> Sequence[Winner]:
        """Read everybody to whom the draw gave a rank, in the order of ranks."""
        asked = {"pk": _of(brand, name), "prefix": "w#"}
        found = self._table.query("#pk = :pk AND begins_with(#sk, :prefix)", asked)
        return [from_document(Winner, item["document"]) for item in found]

    def add_winners(self, brand: str, name: str, winners: Sequence[Winner], until: datetime) -> None:
        """Write those who are not there yet, until they are forgotten; the others stay as they are."""
        keys = {_winner(brand, name, one.rank): one for one in winners}
        there = {(item[PK], item[SK]) for item in self._table.get_many(list(keys))}
        writes = [self._kept(key, one, until) for key, one in keys.items() if key not in there]
        if writes:
            self._table.transact(writes)

    def change_winner(
        self, brand: str, name: str, after: Winner, contest: tuple[Contest, Contest] | None = None
    ) -> None:
        """Replace a winner of `revision - 1`; with `contest`, it too (before, after) in one transaction."""
        values = {"document": document(after), "after": after.revision, "revision": after.revision - 1}
        key = _winner(brand, name, after.rank)
        change = "SET #document = :document, #revision = :after"
        if contest:
            before, woken = contest
            going_on = self._table.putting(_write(woken), SAME, revision=before.revision)
            self._table.transact([self._table.updating(key, change, SAME, **values), going_on])
            return
        done = self._table.update(key, change, values, SAME)
        # The SDK's own retry of a write that arrived finds it done: ours, if it is what we wrote.
        if not done.done and (done.item is None or done.item["document"] != values["document"]):
            raise Conflict(f"rank {after.rank} of {brand}/{name} moved on")

    def remember_wins(self, brand: str, name: str, wins: Mapping[str, datetime], until: datetime) -> None:
        """Keep who kept a prize of a contest, and when they won, until then; whoever else did is gone."""
        held = {_won(brand, name, who): (who, at) for who, at in wins.items()}
        asked = {"pk": f"{brand}#won", "prefix": f"{name}#"}
        there = [(item[PK], item[SK]) for item in self._table.query("#pk = :pk AND begins_with(#sk, :prefix)", asked)]
        self._table.delete_many([key for key in there if key not in held])
        expires = int(until.timestamp())
        self._table.put_many([_values(key, id=who, at=at, expires=expires) for key, (who, at) in held.items()])

    def forget_people(self, brand: str, name: str, most: int) -> bool:
        """Take away so many of those who took part, of winners and of parts; gives whether there may be more."""
        found = islice(self._table.query("#pk = :pk", {"pk": _of(brand, name)}), most)
        keys = [(item[PK], item[SK]) for item in found]
        self._table.delete_many(keys)
        return len(keys) == most

    def wins(self, brand: str, who: str) -> Mapping[str, datetime]:
        """Say of which contests somebody is remembered to have kept a prize, and when they won."""
        return {name: due.instant(item["at"]) for name, item in self._wins(brand) if item["id"] == who}

    def forget_wins(self, brand: str, who: str) -> None:
        """Forget that somebody kept prizes of a brand's contests; what is gone already is gone."""
        self._table.delete_many([(item[PK], item[SK]) for _, item in self._wins(brand) if item["id"] == who])

    def won(self, brand: str, before: datetime | None = None) -> Mapping[str, datetime]:
        """Say when each who kept a prize of a brand's contest last won (before then), as far as that is remembered."""
        found: dict[str, datetime] = {}
        for _, item in self._wins(brand):
            at = due.instant(item["at"])
            if before is None or at < before:
                found[item["id"]] = max(at, found.get(item["id"], at))
        return found

    def _wins(self, brand: str) -> Iterator[tuple[str, Values]]:
        """Give who kept a prize, each with the contest's name."""
        for item in self._table.query("#pk = :pk", {"pk": f"{brand}#won"}):
            yield item[SK].partition("#")[0], item

    def _advancing(self, brand: str, before: Head, after: Head) -> TransactWriteItemTypeDef:
        values = _values((brand, "chain"), document=document(after), revision=after.seq)
        if before.seq == 0:
            return self._table.putting(values, NEW)
        return self._table.putting(values, SAME, revision=before.seq)

    def _kept(self, key: Key, kept: KeptEntrant | Winner, until: datetime) -> TransactWriteItemTypeDef:
        written = {"document": document(kept), "revision": kept.revision, EXPIRES: int(until.timestamp())}
        if kept.revision == 1:
            return self._table.putting(_values(key, **written), NEW)
        return self._table.putting(_values(key, **written), SAME, revision=kept.revision - 1)


def _write(contest: Contest) -> Values:
    values: dict[str, Any] = {"document": document(contest), "revision": contest.revision}
    if contest.due_at is not None:
        shard = due.shard_of(CONTEST, contest.draw_id, SHARDS)
        values |= {due.SHARD: shard, due.AT: contest.due_at}
    return _values(_contest(contest.brand, contest.name), **values)


def _values(key: Key, **values: Any) -> Values:
    return {PK: key[0], SK: key[1], "schema": SCHEMA, **values}


def _of(brand: str, name: str) -> str:
    return f"{brand}#{name}"


def _contest(brand: str, name: str) -> Key:
    return brand, f"{CONTEST}#{name}"


def _entrant(brand: str, name: str, who: str) -> Key:
    return _of(brand, name), f"e#{_short(who)}"


def _short(who: str) -> str:
    if len(who.encode()) <= LONGEST_ID:
        return who
    return f"#{hashlib.sha256(who.encode()).hexdigest()}"


def _won(brand: str, name: str, who: str) -> Key:
    return f"{brand}#won", f"{name}#{_short(who)}"


def _part(brand: str, name: str, digest: str) -> Key:
    return _of(brand, name), f"p#{digest}"


def _winner(brand: str, name: str, rank: int) -> Key:
    return _of(brand, name), f"w#{rank:06}"
