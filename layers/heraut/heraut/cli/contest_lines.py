"""A contest, who takes part in it and who won, as the command shows them: lines for people, objects for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from heraut.brands.known_as import network_title
from heraut.cli.contest_outcome import commitment_lines, commitment_object, iso, then, winner_lines, winner_object
from heraut.cli.shown import excerpt
from heraut.cli.speech import language, say
from heraut.contests import published
from heraut.contests.certificate_page import rejected_in_words
from heraut.contests.eligibility import reason_told
from heraut.contests.known_contests import coming
from heraut.wording import at_moment, recorded, span, to_the_second

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from heraut.brands import ContestConditions, Terms
    from heraut.brands.contests import Place, Prize
    from heraut.cli.contest_outcome import Said
    from heraut.contests.known_contests import Known
    from heraut.contests.running import Contest, Winner
    from heraut.contests.standing import Standing


@dataclass(frozen=True)
class Count:
    """How many take part, or were seen so far; not `exact`: so many at least."""

    number: int = 0
    exact: bool = True


def head(known: Known, count: Count, winners: Sequence[Winner], now: datetime) -> str:
    """Say in a line which contest it is, how far it came, what comes next, and how many take part."""
    parts = [known.brand.name, f"{known.title} ({known.name})", _state(known)]
    found = coming(known, winners)
    if found is not None:
        what, at = found
        parts.append(say(f"contest_next_{what}", at=at_moment(at, _zone(known), language(), now)))
    if known.contest is not None and known.contest.terms:
        so_far = "contest_count_so_far" if count.exact else "contest_count_at_least"
        parts.append(say("contest_count" if known.is_frozen else so_far, count=count.number))
    return " · ".join(parts)


def head_object(known: Known, count: Count, winners: Sequence[Winner]) -> dict[str, Any]:
    """Give the same as a program reads it."""
    found = coming(known, winners)
    return {
        "brand": known.brand.id,
        "contest": known.name,
        "title": known.title,
        "state": known.state.value,
        "cancelled": _cancelled(known.contest),
        "next": {"what": found[0], "at": iso(found[1], _zone(known))} if found else None,
        "entrants": count.number,
        "entrants_exact": count.exact,
        "frozen": known.is_frozen,
    }


def details(
    known: Known, rejected: dict[str, int], winners: Sequence[Winner], said: Said, public: str, now: datetime
) -> Iterator[str]:
    """Say what comes next, the terms in short, who is left out, who saw the commitment, where what is, and who won."""
    yield then(known, winners, said, now)
    if known.terms is not None:
        yield from terms_lines(known.terms)
    contest = known.contest
    if contest is None or not contest.terms:
        return
    if rejected:
        yield say("contest_rejected" if known.is_frozen else "contest_rejected_so_far", count=sum(rejected.values()))
        for words, count in rejected_in_words(rejected, language()):
            yield f"  {words}{say('colon')} {count}"
    if contest.called_off is not None:
        off = contest.called_off
        at = recorded(off.at, contest.agreed.zone, language(), now)
        yield say("contest_called_off_because", at=at, by=off.by, why=off.why)
    for one in contest.commitments:
        yield from commitment_lines(one, contest, said, public, now)
    for what, address in addresses(contest, public).items():
        yield say(f"contest_address_{what}", address=address)
    for winner in winners:
        yield from winner_lines(winner, contest, known.brand, said, now)


def details_object(
    known: Known, rejected: dict[str, int], winners: Sequence[Winner], said: Said, public: str, now: datetime
) -> dict[str, Any]:
    """Give the same as a program reads it."""
    contest, terms = known.contest, known.terms
    there = contest if contest and contest.terms else None
    return {
        "then": then(known, winners, said, now),
        "terms": terms.model_dump(mode="json", by_alias=True, exclude_none=True) if terms else None,
        "rejected": rejected,
        "tickets": contest.tickets if contest else 0,
        "commitments": [commitment_object(one, there, said, public) for one in there.commitments] if there else [],
        "published": addresses(there, public) if there else {},
        "winners": [winner_object(one, there, known.brand, said) for one in winners] if there else [],
    }


def addresses(contest: Contest, public: str) -> dict[str, str]:
    """Give where what was published by now is read."""
    found = {"rules": published.rules_page_key(contest)}
    if contest.commitments:
        found["list"] = published.entrants_key(contest)
        found["commitment"] = published.commitment_key(contest, int(contest.last.commitment["seq"]))
        found["history"] = published.history_key(contest)
    if contest.certified:
        found["certificate"] = published.certificate_key(contest)
        found |= {"outcome": published.outcome_key(contest)} if contest.outcome else {}
        found["page"] = published.page_key(contest, contest.agreed.language)
    return {what: f"{public.rstrip('/')}/{key}" for what, key in found.items()}


def entrant_line(contest: Contest, standing: Standing) -> str:
    """Say whether somebody takes part, and if not the sentence for them when they ask."""
    kept = standing.kept
    who = f"{kept.handle or kept.id} ({network_title(kept.network, language())})"
    if standing.takes_part:
        line = say("contest_in" if standing.weight == 1 else "contest_in_chances", who=who, chances=standing.weight)
    elif standing.reason is None:
        line = say("contest_not_listed", who=who)
    else:
        told = reason_told(standing.reason, contest.agreed, kept.network, language())
        line = say("contest_out", who=who, reason=standing.reason.value, told=told)
    if kept.excluded:
        line += f" {say('contest_because', why=kept.excluded)}"
    return f"{line} {say('contest_vouched')}" if kept.vouched else line


def evidence_lines(contest: Contest, standing: Standing, now: datetime) -> Iterator[str]:
    """Say who it is for the network, by which code they stand in the list, and everything that is kept of them."""
    kept, zone = standing.kept, contest.agreed.zone
    yield say("contest_entrant_id", id=kept.id, handle=standing.handle)
    for note in kept.notes:
        code = f"contest_note_{note.what}" + ("_because" if note.because else "")
        yield say(code, at=recorded(note.at, zone, language(), now), by=note.by, why=note.because)
    for one in kept.deeds:
        at = recorded(one.at or one.seen_at, zone, language(), now)
        what = say(f"contest_kind_{one.kind}")
        yield f"{at} · {what} · {one.account}" + (f" · {excerpt(one.text)}" if one.text else "")


def entrant_object(contest: Contest, standing: Standing, *, evidence: bool) -> dict[str, Any]:
    """Give an entrant as a program reads it; the nonce is in their receipt alone."""
    kept, reason = standing.kept, standing.reason
    found: dict[str, Any] = {
        "id": kept.id,
        "name": kept.handle,
        "network": kept.network.value,
        "handle": standing.handle,
        "accepted": standing.takes_part,
        "chances": standing.weight,
        "reason": reason.value if reason else None,
        "told": reason_told(reason, contest.agreed, kept.network, language()) if reason else None,
        "checked_if_won": [one.value for one in standing.left],
        "excluded": kept.excluded or None,
        "vouched": kept.vouched,
    }
    if evidence:
        found["notes"] = [one.model_dump(mode="json") for one in kept.notes]
        found["evidence"] = [one.model_dump(mode="json", exclude_none=True) for one in kept.deeds]
    return found


def _state(known: Known) -> str:
    if known.contest is not None and known.contest.called_off is not None:
        return say("contest_state_called_off")
    return say(f"contest_state_{known.state}")


def _cancelled(contest: Contest | None) -> dict[str, str] | None:
    if contest is None or contest.called_off is None:
        return None
    off = contest.called_off
    return {"at": iso(off.at, contest.agreed.zone), "because": off.why, "by": off.by}


def terms_lines(terms: Terms) -> Iterator[str]:
    """Say the terms in short: when, where, what one does, what is won, who answers for it."""
    instants = {what: getattr(terms, what) for what in ("opens", "closes", "draws", "announces")}
    said = {what: to_the_second(at, terms.zone, language()) for what, at in instants.items() if at is not None}
    for what, at in said.items():
        yield say(f"contest_term_{what}", at=at)
    yield say("contest_term_accounts", accounts=", ".join(map(_place, terms.posts)))
    yield say("contest_term_asked", asked=_asked(terms.conditions))
    for network, conditions in terms.conditions_on.items():
        yield say("contest_term_asked_on", network=network_title(network, language()), asked=_asked(conditions))
    prizes = ", ".join(_prize(one, terms.currency) for one in terms.prizes)
    yield say("contest_term_places", winners=terms.winners, alternates=terms.alternates, prizes=prizes or "—")
    if terms.claim is not None:
        yield say("contest_term_claim", within=span(terms.claim, language()))
    if terms.organiser is not None:
        parts = (terms.organiser.name, terms.organiser.address, terms.organiser.registration, terms.organiser.email)
        yield say("contest_term_organiser", organiser=", ".join(part for part in parts if part))
    if terms.eligibility is not None:
        countries = ", ".join(terms.eligibility.countries or ()) or say("contest_anywhere")
        yield say("contest_term_who", age=terms.eligibility.age or "—", countries=countries)
    if terms.personal_data is not None:
        yield say("contest_term_contact", contact=terms.personal_data.contact)


def _place(place: Place) -> str:
    where = place.url or (say("contest_row", row=place.row) if place.row else place.post)
    return f"{', '.join(place.accounts)} ({where})"


def _asked(conditions: ContestConditions) -> str:
    """Say what one does: the deeds, then what a comment holds."""
    parts = [say(f"contest_kind_{kind}") for kind in conditions.asked]
    parts += [say("contest_asked_friends", count=conditions.friends)] if conditions.friends else []
    parts += [say("contest_asked_words", words=", ".join(conditions.words))] if conditions.words else []
    parts += [say("contest_asked_answer", question=conditions.answer.question)] if conditions.answer else []
    return ", ".join(parts) or "—"


def _prize(prize: Prize, currency: str) -> str:
    amount = str(prize.value).replace(".", ",") if language() == "fr" else str(prize.value)
    value = f" ({amount} {currency})" if prize.value is not None else ""
    return f"{prize.quantity} × {prize.name}{value}"


def _zone(known: Known) -> str:
    return known.terms.zone if known.terms else known.brand.zone
