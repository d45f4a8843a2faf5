"""Ask the networks again for what somebody did: whether it is there still, whose it is, what it says now.

What a list does not show is asked for by itself where one can. A network that fails, an account that is not connected
any more or a list that is too long says nothing: neither that something is there nor that it is gone.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from heraut.brands import EntryKind
from heraut.contests.opened import Look
from heraut.contests.read_lists import page_of, still_there
from heraut.contests.running import List
from heraut.errors import NetworkError, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from heraut.brands import Brand
    from heraut.contests.read_lists import Asking
    from heraut.contests.running import Deed, KeptEntrant
    from heraut.networks.base import Entry

log = logging.getLogger(__name__)
MOST_PAGES = 200  # of one list

Key = tuple[str, str]  # a list, and the comment in it or whose like it is


@dataclass(frozen=True)
class Looked:
    """What came of asking; `entry` is what the list shows now, None where it was asked for by itself."""

    look: Look
    entry: Entry | None = None


def key_of(who: str, deed: Deed) -> Key:
    """Give by which name a deed of somebody (stable id) is looked for."""
    return deed.list_name, deed.remote or who


def looked_at(people: Iterable[KeptEntrant], brand: Brand, world: Asking, now: datetime) -> Mapping[Key, Looked]:
    """Ask for everything that these did; each list is read once, no further than to the last one sought."""
    sought: dict[str, set[str]] = defaultdict(set)
    lists: dict[str, List] = {}
    for one in people:
        for deed in one.deeds:
            name, what = key_of(one.id, deed)
            sought[name].add(what)
            lists[name] = List(account=deed.account, post=deed.post, kind=deed.kind)
    return {
        (name, what): found
        for name, wanted in sought.items()
        for what, found in _in_list(lists[name], wanted, brand, world, now).items()
    }


def _in_list(wanted: List, sought: set[str], brand: Brand, world: Asking, now: datetime) -> dict[str, Looked]:
    shown, whole = _read(wanted, sought, brand, world, now)
    found = {what: Looked(Look.FOUND, entry) for what, entry in shown.items()}
    missing = sorted(sought - shown.keys())
    if wanted.kind is not EntryKind.COMMENT:
        return found | dict.fromkeys(missing, Looked(Look.GONE if whole else Look.CANNOT_BE_ASKED))
    try:
        there = still_there(wanted.account, missing, brand, world, now) if missing else frozenset[str]()
    except (NetworkError, NotFound) as error:
        log.warning("comments of %s/%s could not be asked for: %s", brand.id, wanted.account, error)
        return found | dict.fromkeys(missing, Looked(Look.CANNOT_BE_ASKED))
    return found | {what: Looked(Look.FOUND if what in there else Look.GONE) for what in missing}


def _read(wanted: List, sought: set[str], brand: Brand, world: Asking, now: datetime) -> tuple[dict[str, Entry], bool]:
    """Give what a list shows of what is sought, and whether it was read to its end."""
    shown: dict[str, Entry] = {}
    if wanted.kind is EntryKind.FOLLOW:
        return shown, False
    cursor = None
    try:
        for _ in range(MOST_PAGES):
            page = page_of(wanted, cursor, brand, world, now)
            for one in page.entries:
                what = one.remote if wanted.kind is EntryKind.COMMENT else one.by
                if what in sought:
                    shown[what] = one
            cursor = page.cursor
            if cursor is None or shown.keys() >= sought:
                break
    except (NetworkError, NotFound) as error:
        log.warning("a list of %s/%s could not be read again: %s", brand.id, wanted.account, error)
        return shown, False
    return shown, cursor is None
