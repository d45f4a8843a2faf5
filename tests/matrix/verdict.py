"""What came of a run, read in the network's own books, and never in our table alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from heraut.events import EventName
from heraut.networks.site_posts import SitePost

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from tests.matrix.hall import Hall


class Verdict(StrEnum):
    """What a person finds on the network afterwards."""

    ONCE = "once"  # each part is there, once, in order, and our table knows its id
    ASKED = "asked"  # a person was asked whether it is online, and it is there at most once
    EXPIRED = "expired"  # too late to leave without a decision (design 3): a person was told, and nothing is there
    LOST = "lost"  # not (wholly) there, and nobody was told; or our table claims what the books do not hold
    DOUBLED = "doubled"


@dataclass(frozen=True)
class Outcome:
    """The verdict, what is wrong beside it (nothing, in a good run), and what was done (for a person who looks)."""

    verdict: Verdict
    wrong: tuple[str, ...]
    story: tuple[str, ...]
    decided_after: timedelta | None  # the longest doubt
    whole: bool  # everything is online


def judge(hall: Hall, network: str, versions: Sequence[Sequence[str]], answers: str | None = None) -> Outcome:
    """Read the books. `versions` are the texts of each version of the post, the first one first.

    `answers` is what the post must stand under, where it answers somebody.
    """
    delivery = hall.tables.delivery()
    said = list(versions[delivery["version"] - 1])
    books = _books(hall, network)
    ids, texts = [one for one, _ in books], [text for _, text in books]
    state, told = delivery["state"], {event.name for event in hall.tables.story()}
    wrong = [*_wrong_doubts(hall), *hall.raised]
    if answers is not None:
        places = {one.reply_to for one in _double(hall, network).ours()} - {answers}
        wrong += [f"answers {place}" for place in places]
        said_so = [event.fields.get("answers") for event in hall.tables.story() if event.name is EventName.PUBLISHED]
        wrong += [f"the story says that it answers {said}" for said in said_so if said != answers]
    if len(texts) > len(set(texts)) or set(texts) - set(said):
        verdict = Verdict.DOUBLED
    elif state == "published":
        whole = texts == said and delivery["remote_ids"] == ids and EventName.PUBLISHED in told
        verdict = Verdict.ONCE if whole and _is_shown(hall, network, delivery["post"]) else Verdict.LOST
    elif state == "asking" and EventName.ASKING in told:
        verdict = Verdict.ASKED
    elif state == "expired" and EventName.EXPIRED in told and not books:
        verdict = Verdict.EXPIRED
        late_by = next(event.fields["late_by_s"] for event in hall.tables.story() if event.name is EventName.EXPIRED)
        wrong += [f"expired after {late_by} s only"] if late_by < 3600 else []
    else:
        verdict = Verdict.LOST
    longest = max((doubt.lasted for doubt in hall.doubts if doubt.lasted is not None), default=None)
    facts = (f"state {state}, version {delivery['version']}, problem {delivery.get('problem')}", f"books {books}")
    return Outcome(verdict, tuple(wrong), (*hall.said, *facts), longest, texts == said)


def _double(hall: Hall, network: str) -> Any:
    return next(double for double in hall.doubles.values() if double.name == network)


def _books(hall: Hall, network: str) -> list[tuple[str, str]]:
    """Give id and text of all that the network accepted from us, in the order of acceptance."""
    if network != "site":
        return [(one.id, one.text) for one in _double(hall, network).ours()]
    found = []
    for name, body in hall.tables.site_objects().items():
        if "/posts/" in name:
            post = SitePost.from_bytes(body)
            assert post is not None, name
            found += [
                (post.post if place == 0 else f"{post.post}#{place + 1}", part.text)
                for place, part in enumerate(post.parts)
            ]
    return found


def _is_shown(hall: Hall, network: str, post: str) -> bool:
    """Whether the site shows the post wherever one looks, once in each."""
    if network != "site":
        return True
    pages = {name.rpartition("/")[2]: body for name, body in hall.tables.site_objects().items()}
    link = f"p/{post}.html".encode()
    return f"{post}.html" in pages and all(
        link in pages.get(page, b"") for page in ("index.html", "feed.atom", "feed.json")
    )


def _wrong_doubts(hall: Hall) -> list[str]:
    return [f"in doubt since {doubt.began:%H:%M:%S}, never decided" for doubt in hall.doubts if doubt.decided is None]
