"""What the brand's people hear of the winners: each of them once, several in one message where they come together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heraut.contests.profiles import profile_of
from heraut.contests.running import Place, Told

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from heraut.contests.running import Contest, News, Winner

MOST_NAMED = 20  # in one message


def news_of(contest: Contest, every: Sequence[Winner], now: datetime) -> dict[str, Any]:
    """Give the changes that tell people what they do not know yet; nothing where they know all."""
    after = contest
    for one in every:
        if one.place is Place.LAPSED:
            after = _with(after, "lapsed", f"lapsed {one.rank}", now, winner=_called(one), rank=one.rank)
        if one.place is Place.DISQUALIFIED and one.code and one.id:
            after = _with(
                after, "passed", f"passed {one.rank}", now, winner=_called(one), rank=one.rank, reason=one.code
            )
        if one.place is Place.WON and one.answer:
            fields = {"winner": _called(one), "rank": one.rank, "answer": one.answer}
            after = _with(after, "answered", f"answered {one.rank}", now, **fields)
    seated = [one for one in every if one.place is Place.WON and one.told is not Told.NOT_YET]
    for how, code in ((Told.WRITTEN, "written"), (Told.PEOPLE, "contact")):
        new = [one for one in seated if one.told is how and f"{code} {one.rank}" not in contest.said]
        if new:
            after = after.model_copy(
                update={
                    "news": after.telling(code, now, winners=[_told(one) for one in new[:MOST_NAMED]], left=_left(new)),
                    "said": after.said | {f"{code} {one.rank}" for one in new},
                }
            )
    return {} if after is contest else {"news": after.news, "said": after.said}


def _with(contest: Contest, code: str, once: str, now: datetime, **fields: Any) -> Contest:
    changes = contest.telling_once(code, now, once, **fields)
    return contest.model_copy(update=changes) if changes else contest


def _left(winners: Sequence[Winner]) -> list[str]:
    """Give what people check of these, in a fixed order."""
    return sorted({each for one in winners for each in one.left})


def without_winner(contest: Contest, one: Winner) -> tuple[News, ...]:
    """Give what people are still to hear, without a winner: what is of them alone goes, from lists their line does."""
    names = {_called(one), one.called, one.name, _told(one)}
    kept = []
    for news in contest.news:
        fields = dict(news.fields)
        if fields.get("winner") == _called(one) and fields.get("rank") == one.rank:
            continue
        if "winners" in fields:
            fields["winners"] = [line for line in fields["winners"] if line not in names]
        if fields.get("winners") or news.code not in {"written", "contact"}:
            kept.append(news.model_copy(update={"fields": fields}))
    return tuple(kept)


def naming(contest: Contest, one: Winner) -> tuple[News, ...]:
    """Give what people are still to hear that names a winner."""
    left = without_winner(contest, one)
    return tuple(news for news in contest.news if news not in left)


def _called(one: Winner) -> str:
    return one.called or one.name or one.id


def _told(one: Winner) -> str:
    """Name a winner for people: rank, what they are called, and where they are found."""
    address = profile_of(one.id, one.called)
    return f"{one.rank}. {_called(one)}{f' ({address})' if address else ''}"
