"""Open entrants of a drawn contest for an auditor: those whom the draw's own seed designates, and no others.

Beside them some of those who are not in the list, in an order that nobody chose either; of these the list proves
nothing, so that they are counted again by reason. Of whom nothing is kept any more, nothing can be opened.
"""

from __future__ import annotations

import heapq
import io
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from heraut.contests import published
from heraut.contests.audit_sample import to_open, turn_of_id
from heraut.contests.draw import seed_of
from heraut.contests.look_at_evidence import key_of, looked_at
from heraut.contests.nameless import uncounted
from heraut.contests.opened import Opened, OpenedEntrant, OpenedRejected, Rejected, Shown, Unopened
from heraut.contests.profiles import profile_of
from heraut.contests.receipt import Receipt
from heraut.contests.standing import Register

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from heraut.brands import Brand, NetworkName, Secrets
    from heraut.contests.audit_sample import ToOpen
    from heraut.contests.look_at_evidence import Key, Looked
    from heraut.contests.running import Contest, Deed, KeptEntrant
    from heraut.contests.standing import Standing
    from heraut.contests.store import Contests, Objects
    from heraut.networks.base import Publishes


@dataclass(frozen=True)
class Files:
    """What opening entrants needs of the world: where contests are kept and published, and how networks are asked."""

    contests: Contests
    objects: Objects
    secrets: Secrets
    networks: Mapping[NetworkName, Publishes]


@dataclass(frozen=True)
class Reader:
    """For whom entrants are opened (`auditor`), by whom of the team (`by`), and how many are designated at random."""

    auditor: str
    by: str
    size: int


def open_entrants(contest: Contest, brand: Brand, reader: Reader, files: Files, now: datetime) -> Opened:
    """Find, in one reading of everybody, who stands behind the designated codes, and ask their networks again.

    The contest has a certificate. Raises TryAgain where what was published is not there.
    """
    said, size = contest.last.said, reader.size
    seed = seed_of(said.commit(), said.chain, said.round, bytes.fromhex(contest.signature))
    body = published.held(files.objects, published.entrants_key(contest))
    asked = to_open(said, io.BytesIO(body), seed, size)
    register = Register(contest, files.contests, files.objects)
    listed, left_out, counted = _parted(asked, register, seed, size)
    looks = looked_at([one.kept for one in (*listed.values(), *left_out)], brand, files, now)
    unexplained = counted.pop("", 0)
    return Opened(
        draw_id=contest.draw_id,
        commit=said.commit(),
        size=size,
        auditor=reader.auditor,
        by=reader.by,
        at=int(now.timestamp()),
        opened=[_entrant(listed[one.handle], register, looks) for one in asked if one.handle in listed],
        unopened=[Unopened(handle=one.handle) for one in asked if one.handle not in listed],
        rejected=Rejected(
            counted=dict(sorted((counted + uncounted(contest, contest.agreed)).items())),
            unexplained=unexplained,
            opened=[_rejected(contest, one, looks, now) for one in left_out],
        ),
    )


def _parted(
    asked: Sequence[ToOpen], register: Register, seed: bytes, size: int
) -> tuple[dict[str, Standing], list[Standing], Counter[str]]:
    """Give who of the list is opened, by handle; who is not in it and is shown; and how many are not, by reason."""
    wanted = {one.handle for one in asked}
    listed: dict[str, Standing] = {}
    counted: Counter[str] = Counter()

    def turns() -> Iterator[tuple[bytes, str, Standing]]:
        for one in register.every():
            if one.handle in wanted:
                listed[one.handle] = one
            elif not one.takes_part:
                counted[one.reason.value if one.reason else ""] += 1
                yield turn_of_id(seed, one.kept.id), one.kept.id, one

    left_out = [one for _, _, one in heapq.nsmallest(size, turns())]
    return listed, left_out, counted


def _entrant(standing: Standing, register: Register, looks: Mapping[Key, Looked]) -> OpenedEntrant:
    kept = standing.kept
    reason = register.verdict(_as_online(kept, looks)).reason
    return OpenedEntrant(
        handle=standing.handle,
        id=kept.id,
        nonce=kept.nonce,
        chances=standing.weight,
        name=_name(kept),
        page=profile_of(kept.id, kept.handle),
        judged_now=reason.value if reason else "",
        evidence=_shown(kept, looks),
    )


def _rejected(contest: Contest, standing: Standing, looks: Mapping[Key, Looked], now: datetime) -> OpenedRejected:
    kept = standing.kept
    return OpenedRejected(
        id=kept.id,
        reason=standing.reason.value if standing.reason else None,
        told=Receipt(contest, standing, "", now).told,
        name=_name(kept),
        page=profile_of(kept.id, kept.handle),
        evidence=_shown(kept, looks),
    )


def _name(kept: KeptEntrant) -> str:
    return kept.handle or next((one.name for one in reversed(kept.deeds) if one.name), "")


def _as_online(kept: KeptEntrant, looks: Mapping[Key, Looked]) -> KeptEntrant:
    """Give an entrant with the words that their comments have now; what was not shown says what it said."""

    def online(deed: Deed) -> Deed:
        entry = looks[key_of(kept.id, deed)].entry
        return deed.model_copy(update={"text": entry.text, "mentions": entry.mentions}) if entry else deed

    return kept.model_copy(update={"deeds": tuple(map(online, kept.deeds))})


def _shown(kept: KeptEntrant, looks: Mapping[Key, Looked]) -> list[Shown]:
    return [_deed(kept, deed, looks[key_of(kept.id, deed)]) for deed in kept.deeds]


def _deed(kept: KeptEntrant, deed: Deed, looked: Looked) -> Shown:
    entry = looked.entry
    return Shown(
        kind=deed.kind,
        account=deed.account,
        post=deed.post,
        remote=deed.remote,
        text=deed.text,
        at=_unix(deed.at),
        seen_at=int(deed.seen_at.timestamp()),
        edited_at=_unix(deed.edited_at),
        gone_at=_unix(deed.gone_at),
        look=looked.look,
        address=entry.url if entry else "",
        theirs=entry.by == kept.id if entry and entry.by else None,
        same_text=entry.text == deed.text if entry and deed.remote else None,
    )


def _unix(instant: datetime | None) -> int | None:
    return int(instant.timestamp()) if instant else None
