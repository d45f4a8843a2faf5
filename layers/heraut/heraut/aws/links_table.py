"""Links in messages, kept in the Brands table by the hash of their token."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from heraut.aws.items import EXPIRES, PK, SCHEMA, SK, Values, document, from_document
from heraut.due import instant
from heraut.links import Link
from heraut.retention import LINK

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from heraut.aws.table import Key, Table

_LINK = "link#"


class LinksTable:
    """The port `links.Links` over the Brands table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def save(self, link: Link) -> None:
        """Keep a new link."""
        self._table.put(_values(link))

    def save_only(self, link: Link) -> None:
        """Keep a new link, and forget the one this person had for the same action; Conflict: another came first."""
        pk, sk = link.brand, f"only#{link.action.value}#{link.person}"
        held = self._table.get((pk, sk))
        mine = {PK: pk, SK: sk, "schema": SCHEMA, "hash": link.hash, EXPIRES: _expires(link)}
        writes = [self._table.putting(_values(link))]
        if held is None:
            writes.append(self._table.putting(mine, "attribute_not_exists(#pk)"))
        else:
            writes.append(self._table.putting(mine, "#hash = :held", held=held["hash"]))
            writes.append(self._table.deleting(_key(pk, held["hash"])))
        self._table.transact(writes)

    def link(self, brand: str, token_hash: str) -> Link | None:
        """Read a link by the hash of its token, consistently; None when there is none (or it was forgotten)."""
        item = self._table.get(_key(brand, token_hash))
        if item is None:
            return None
        link = from_document(Link, item["document"])
        return link.model_copy(update={"used_at": instant(item["used_at"])}) if "used_at" in item else link

    def forget_interactions(self, brand: str, interactions: Collection[str]) -> None:
        """Take out of a brand's links which of these an e-mail would answer, and the digest of its words."""
        asked = {"pk": brand, "prefix": _LINK}
        for item in self._table.query("#pk = :pk AND begins_with(#sk, :prefix)", asked):
            link = from_document(Link, item["document"])
            if link.interaction in interactions:
                nameless = document(link.model_copy(update={"interaction": "", "said": None}))
                there = "attribute_exists(#pk)"
                self._table.update((brand, item[SK]), "SET #document = :document", {"document": nameless}, there)

    def mark_used(self, link: Link, at: datetime) -> bool:
        """Mark it used; False when it already was (our own write, retried by the SDK, is told by its mark)."""
        mark = uuid.uuid4().hex
        answer = self._table.update(
            _key(link.brand, link.hash),
            "SET #used_at = :at, #used_mark = :mark",
            {"at": at, "mark": mark},
            "attribute_exists(#pk) AND attribute_not_exists(#used_at)",
        )
        return answer.done or (answer.item is not None and answer.item.get("used_mark") == mark)


def _values(link: Link) -> Values:
    pk, sk = _key(link.brand, link.hash)
    used = {"used_at": link.used_at} if link.used_at else {}
    return {PK: pk, SK: sk, "schema": SCHEMA, "document": document(link), EXPIRES: _expires(link), **used}


def _expires(link: Link) -> int:
    return LINK.forgotten(link.expires_at)


def _key(brand: str, token_hash: str) -> Key:
    return brand, f"{_LINK}{token_hash}"
