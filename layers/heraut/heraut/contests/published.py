"""What a contest publishes in the public bucket, each by a name that says what it is."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

from heraut.errors import TryAgain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heraut.contests.running import Contest
    from heraut.contests.store import Objects
    from heraut.problems import Language

FOREVER = "public, max-age=31536000, immutable"
# What may change, as when a name is taken back: a cache that cannot ask anew does not serve it (CloudFront would).
SOON = "public, max-age=60, must-revalidate, stale-if-error=0"
BINARY, JSON, TEXT = "application/octet-stream", "application/json", "text/markdown; charset=utf-8"
HTML = "text/html; charset=utf-8"
PAGES: Mapping[Language, str] = {"fr": "tirage.html", "en": "draw.html"}  # of the draw's page, in the contest's folder
RULES_PAGES: Mapping[Language, str] = {"fr": "reglement.html", "en": "rules.html"}
TRIES = 3


def rules_key(contest: Contest) -> str:
    """Where the rules are that people agreed to."""
    return f"{contest.folder}rules.md"


def kept_rules_key(contest: Contest, digest: str) -> str:
    """Where rules are kept by what they say (SHA-256, hexadecimal), before anybody is shown them."""
    return f"{contest.folder}rules-{digest}.md"


def rules_page_key(contest: Contest) -> str:
    """Where the page is on which people read the rules, and find what is public of the contest."""
    return f"{contest.folder}{RULES_PAGES[contest.agreed.language]}"


def list_key(contest: Contest, root: str) -> str:
    """Where a list is kept while nothing binds anybody to it: named by what it holds, so that nothing replaces it."""
    return f"{contest.folder}lists/{root}.bin"


def entrants_key(contest: Contest) -> str:
    """Where the frozen list is that the commitment speaks of."""
    return f"{contest.folder}entrants.bin"


def commitment_name(seq: int) -> str:
    """What a commitment is called in its contest's folder."""
    return f"commitment-{seq}.json"


def commitment_key(contest: Contest, seq: int) -> str:
    """Where a commitment is, in its canonical form."""
    return f"{contest.folder}{commitment_name(seq)}"


def token_key(contest: Contest, seq: int, key: str, token: bytes) -> str:
    """Where an authority's token over a commitment is: by what it holds, so that no other one ever takes its place."""
    return f"{contest.folder}witness-{seq}-{key[:16]}-{sha256(token).hexdigest()[:16]}.tsr"


def history_key(contest: Contest) -> str:
    """Where it is said which commitments there were, and why one replaced another."""
    return f"{contest.folder}history.json"


def outcome_key(contest: Contest) -> str:
    """Where it is said what became of each rank since."""
    return f"{contest.folder}outcome.json"


def certificate_key(contest: Contest) -> str:
    """Where the certificate is."""
    return f"{contest.folder}certificate.json"


def page_key(contest: Contest, language: Language) -> str:
    """Where the page is on which anybody verifies the draw."""
    return f"{contest.folder}{PAGES[language]}"


def put_once(objects: Objects, key: str, body: bytes, kind: str, cache: str = FOREVER) -> None:
    """Publish what never changes; done twice it is done once. Raises TryAgain when something else stands there."""
    if objects.create(key, body, kind, cache):
        return
    there = objects.read(key)
    if there is None or there.body != body:
        raise TryAgain(f"{key} is not what was to be published there")


def put_latest(objects: Objects, key: str, body: bytes, kind: str) -> None:
    """Publish what may be said anew later."""
    for _ in range(TRIES):
        if objects.create(key, body, kind, SOON):
            return
        there = objects.read(key)
        if there and (there.body == body or objects.replace(key, body, there.etag, kind, SOON)):
            return
    raise TryAgain(f"{key} changed {TRIES} times while it was being written")


def held(objects: Objects, key: str) -> bytes:
    """Read what was published; TryAgain when it is not there."""
    there = objects.read(key)
    if there is None:
        raise TryAgain(f"{key} is not there")
    return there.body


def history(contest: Contest) -> bytes:
    """Say which commitments there were, each with why it replaced the one before; and why no draw follows."""
    every = [
        {
            "seq": one.commitment["seq"],
            "commit": one.said.commit(),
            "round": one.commitment["round"],
            "draw_time": one.commitment["draw_time"],
            "moved": one.moved,
        }
        for one in contest.commitments
    ]
    told: dict[str, object] = {"draw_id": contest.draw_id, "commitments": every}
    if contest.called_off is not None:
        told["cancelled"] = {"at": int(contest.called_off.at.timestamp()), "why": contest.called_off.why}
    return json.dumps(told, sort_keys=True).encode("ascii")
