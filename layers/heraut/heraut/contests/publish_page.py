"""Publish what people read of a contest: its rules, and the page of its draw beside the files that it verifies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.contests import published
from heraut.contests.rules_text import rules_digest
from heraut.wording import to_the_second

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from heraut.brands import Brand, Terms
    from heraut.contests.certificate import Certificate
    from heraut.contests.running import Contest
    from heraut.contests.world import Running

COMMITTED = ("commitment", "entrants", "history")  # what the page of rules leads to once the list is bound
DRAWN = ("draw", "certificate", *COMMITTED)


def publish_rules(contest: Contest, brand: Brand, text: str, world: Running, links: Sequence[str] = ()) -> None:
    """Write the page of a contest's rules, in the contest's language; written twice it is the same.

    `links` are what else is public by now (`COMMITTED`, `DRAWN`).
    """
    from heraut.pages.rules_page import rules_page  # brings the templates, which an opening needs once

    language = contest.agreed.language
    keys = {"draw": published.page_key(contest, language), "certificate": published.certificate_key(contest)}
    keys |= {"entrants": published.entrants_key(contest), "history": published.history_key(contest)}
    if contest.commitments:
        keys["commitment"] = published.commitment_key(contest, int(contest.last.commitment["seq"]))
    page = rules_page(
        brand.name,
        language,
        text,
        rules_digest(text),
        _beside(contest, published.rules_key(contest)),
        [(what, _beside(contest, keys[what])) for what in links],
        _notice(contest),
    )
    published.put_latest(world.objects, published.rules_page_key(contest), page, published.HTML)


def _notice(contest: Contest) -> tuple[str, str] | None:
    """Give since when there is no contest any more, and why."""
    off, terms = contest.called_off, contest.agreed
    return (to_the_second(off.at, terms.zone, terms.language), off.why) if off else None


def publish_rules_again(contest: Contest, brand: Brand, world: Running, links: Sequence[str]) -> None:
    """Write that page with what became public since; the text is the one by which it opened."""
    text = published.held(world.objects, published.kept_rules_key(contest, contest.rules)).decode()
    publish_rules(contest, brand, text, world, links)


def publish_page(
    contest: Contest,
    brand: Brand,
    certificate: Certificate,
    world: Running,
    names: Mapping[str, str] | None = None,
    fates: Mapping[int, str] | None = None,
) -> None:
    """Write the page of a certificate; written twice it is the same.

    `names` are those of the announced, by id; `fates` what became of ranks (`publish_outcome.fates_of`).
    """
    from heraut.contests.certificate_page import About, render  # brings the templates, which a draw needs once

    terms = contest.agreed
    about = About(
        brand=brand.name,
        contest=terms.title,
        zone=terms.zone,
        prizes=_prizes(terms),
        names=names or {},
        fates=fates or {},
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
    """Give where the operator's commitment before the last one is; "" where there is none, or nobody noted where."""
    last = contest.last
    seq = int(last.commitment["seq"]) - 1
    if contest.name == last.after or seq in {one.commitment["seq"] for one in contest.commitments}:
        return _beside(contest, published.commitment_key(contest, seq))
    return f"../{last.after}/{published.commitment_name(seq)}" if last.after else ""


def _beside(contest: Contest, key: str) -> str:
    return key.removeprefix(contest.folder)
