"""A whole draw made in a test: entrants, commitment, two authorities that saw it, the round, the certificate."""

from __future__ import annotations

import base64
import copy
import io
import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from heraut.contests.beacon import Chain
from heraut.contests.certificate import Certificate
from heraut.contests.draw import FIRST_PREV, Commitment, frozen, handle_of, ranking, records_of, seed_of
from tests.twins.chain import OwnChain
from tests.twins.tsa import OwnAuthority

OWN = OwnChain()
AUTHORITIES = (OwnAuthority("Horodatage un"), OwnAuthority("Horodatage deux"))
RULES = "Règlement du jeu de Noël\n".encode()


class MadeDraw:
    """A draw of a chain's round; `certificate` and `entrants` are what is published, and may be tampered with."""

    def __init__(
        self,
        chain: Chain = OWN.chain,
        round_number: int = 1_000,
        signature: bytes | None = None,
        count: int = 20,
        seq: int = 1,
        prev: str = FIRST_PREV,
        stamped_ahead: int = 600,
        ids: list[str] | None = None,
    ) -> None:
        self.chain = chain
        self.signature = signature or OWN.signature(round_number)
        self.ids = ids or [f"mastodon:https://piaf.example/users/{i}" for i in range(count)]
        self.nonces = [sha256(b"nonce %d" % i).digest() for i in range(len(self.ids))]
        handles = [handle_of("noel", nonce, one) for nonce, one in zip(self.nonces, self.ids, strict=True)]
        self.weights = {handle: 1 + i % 3 for i, handle in enumerate(handles)}
        self.people = {handle.hex(): i for i, handle in enumerate(handles)}
        self.entrants = b"".join(records_of(self.weights.items()))
        found = frozen(io.BytesIO(self.entrants))
        at = chain.time_of(round_number)
        self.commitment = Commitment(
            draw_id="noel",
            operator="maison-martin",
            seq=seq,
            prev=prev,
            rules=sha256(RULES).hexdigest(),
            root=found.root,
            entrants=found.entrants,
            tickets=found.tickets,
            winners=2,
            alternates=3,
            chain=chain.hash,
            round=round_number,
            draw_time=at,
            frozen_at=at - 900,
        )
        self.stamped_at = datetime.fromtimestamp(at - stamped_ahead, UTC)
        self.certificate = self.certificate_of(self.commitment)

    def certificate_of(self, commitment: Commitment) -> dict[str, Any]:
        """Give the certificate of a commitment that both authorities saw, as the published JSON holds it."""
        commit = commitment.commit()
        seed = seed_of(commit, commitment.chain, commitment.round, self.signature)
        order = ranking(io.BytesIO(self.entrants), seed, commitment.winners + commitment.alternates)
        first = [self.people[one] for one in order[:1]]
        return {
            "commitment": asdict(commitment),
            "signature": self.signature.hex(),
            "ranking": [{"handle": handle, "rank": rank} for rank, handle in enumerate(order, 1)],
            "rejected": {"late": 2, "no_comment": 1},
            "witnesses": [self.stamp(authority, commit) for authority in AUTHORITIES],
            "announced": [{"id": self.ids[one], "nonce": self.nonces[one].hex(), "rank": 1} for one in first],
        }

    def stamp(self, authority: OwnAuthority, commit: str, at: datetime | None = None) -> dict[str, Any]:
        """Give an authority's witness."""
        instant = at or self.stamped_at
        evidence = base64.b64encode(authority.over(commit, instant)).decode()
        return {"kind": "rfc3161", "commit": commit, "at": int(instant.timestamp()), "evidence": evidence}

    def changed(self, **fields: Any) -> dict[str, Any]:
        """Give the certificate with another commitment and all else as it was: what a clumsy forger would publish."""
        forged = copy.deepcopy(self.certificate)
        forged["commitment"] |= fields
        return forged

    def committed_anew(self, **fields: Any) -> dict[str, Any]:
        """Give a certificate whose commitment was changed before anybody saw it: all else follows from it."""
        return self.certificate_of(replace(self.commitment, **fields))

    def turns(self) -> list[str]:
        """Give every handle in the order in which an audit's sample takes them, by the scheme's words alone."""
        signature = sha256(self.signature).digest()
        commit, chain = self.commitment.commit(), self.commitment.chain
        place = bytes.fromhex(commit + chain) + self.commitment.round.to_bytes(8, "big")
        seed = sha256(b"tirage/v1/seed\0" + place + signature).digest()
        return sorted(self.people, key=lambda one: sha256(b"heraut/v1/audit\0" + seed + bytes.fromhex(one)).digest())

    def opened(self, size: int = 30) -> dict[str, Any]:
        """Give what an honest organiser opens: those with a rank, and the first `size` of a sample."""
        ranked = [one["handle"] for one in self.certificate["ranking"]]
        asked = dict.fromkeys([*ranked, *self.turns()[:size]])
        counted = self.certificate["rejected"]
        rejected = [("late", f"mastodon:https://piaf.example/users/late{i}") for i in range(counted["late"])]
        rejected += [("no_comment", "mastodon:https://piaf.example/users/silent")]
        return {
            "format": "heraut/v1/opened",
            "draw_id": self.commitment.draw_id,
            "commit": self.commitment.commit(),
            "size": size,
            "auditor": "Me Dupont",
            "by": "lea",
            "at": self.commitment.draw_time + 3_600,
            "opened": [self.person(one) for one in asked],
            "unopened": [],
            "rejected": {
                "counted": counted,
                "unexplained": 0,
                "opened": [
                    {"id": who, "reason": reason, "told": "…", "name": "", "page": "", "evidence": []}
                    for reason, who in sorted(rejected, key=lambda one: self.turn_of_id(one[1]))
                ][:size],
            },
        }

    def turn_of_id(self, who: str) -> bytes:
        """Say when it is the turn of somebody who is not in the list."""
        seed = seed_of(self.commitment.commit(), self.commitment.chain, self.commitment.round, self.signature)
        return sha256(b"heraut/v1/audit\0" + seed + sha256(who.encode()).digest()).digest()

    def person(self, handle: str) -> dict[str, Any]:
        """Give an entrant as an honest organiser opens them."""
        number = self.people[handle]
        comment = {
            "kind": "comment",
            "account": "piaf",
            "post": "1",
            "remote": f"{number}",
            "text": "Je participe !",
            "at": self.commitment.frozen_at - 3_600,
            "seen_at": self.commitment.frozen_at - 3_500,
            "look": "found",
            "theirs": True,
            "same_text": True,
        }
        return {
            "handle": handle,
            "id": self.ids[number],
            "nonce": self.nonces[number].hex(),
            "chances": self.weights[bytes.fromhex(handle)],
            "evidence": [comment],
        }

    def text(self) -> bytes:
        """Give the certificate as a file."""
        return json.dumps(self.certificate).encode()

    def read(self) -> Certificate:
        """Give the certificate as the product reads it."""
        return Certificate.read(self.text())
