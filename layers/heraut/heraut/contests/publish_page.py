"""Publish the page of a draw, in each language, beside the files that it verifies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.contests import published

if TYPE_CHECKING:
    from heraut.brands import Brand, Terms
    from heraut.contests.certificate import Certificate
    from heraut.contests.running import Contest
    from heraut.contests.world import Running


def publish_page(contest: Contest, brand: Brand, certificate: Certificate, world: Running) -> None:
    """Write the page of a certificate; written twice it is the same."""
    from heraut.contests.certificate_page import About, render  # brings the templates, which a draw needs once

    terms = contest.agreed
    about = About(
        brand=brand.name,
        contest=terms.title,
        zone=terms.zone,
        prizes=_prizes(terms),
        rules=_beside(contest, published.rules_key(contest)),
        previous=_previous(contest),
    )
    for language in published.PAGES:
        key = published.page_key(contest, language)
        published.put_latest(world.objects, key, render(certificate, about, language), published.HTML)


def _prizes(terms: Terms) -> list[str]:
    """Give what each rank wins, first to last."""
    return [prize.name for prize in terms.prizes for _ in range(prize.quantity)]


def _previous(contest: Contest) -> str:
    """Give where the commitment before the last one is, when it was this contest's own; "" otherwise."""
    seq = int(contest.last.commitment["seq"]) - 1
    known = {one.commitment["seq"] for one in contest.commitments}
    return _beside(contest, published.commitment_key(contest, seq)) if seq in known else ""


def _beside(contest: Contest, key: str) -> str:
    return key.removeprefix(contest.folder)
