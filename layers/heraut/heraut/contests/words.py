"""What a contest says by itself: in its posts, and to the brand's people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from heraut.notifications.base import in_words
from heraut.wording import Wording, at_moment, to_the_second

if TYPE_CHECKING:
    from heraut.brands import Brand, Person, Terms
    from heraut.contests.running import Contest, News
    from heraut.notifications.base import Message

LONGEST_TITLE = 32  # characters, in a post that carries a commit
wording = Wording("heraut.contests", "words.toml")


def short_title(title: str) -> str:
    """Give a title that leaves room for the rest of a short post."""
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1].rstrip() + "…"


def commit_texts(terms: Terms, entrants: int, commit: str, page: str, *, moved: bool = False) -> list[str]:
    """Give what the post says that carries a commit, longest first: each has it whole, all but the last the address.

    `page` is where the rules are. The last one fits wherever anything does.
    """
    code = "moved_post" if moved else "commit_post"
    fields = {"title": short_title(terms.title), "entrants": entrants, "commit": commit, "page": page}
    said = [wording.say(each, terms.language, **fields) for each in (code, f"{code}_short")]
    return [*said, f"{commit} {page}", commit]


def drawn_texts(terms: Terms, entrants: int, page: str) -> list[str]:
    """Give what the post says that tells that the draw was made, longest first; each has the address of its page."""
    fields = {"title": short_title(terms.title), "entrants": entrants, "page": page}
    return [*(wording.say(code, terms.language, **fields) for code in ("drawn_post", "drawn_post_short")), page]


def message(contest: Contest, news: News, brand: Brand, reader: Person) -> Message:
    """Tell one person what happened to a contest."""
    terms, language = contest.agreed, reader.language
    fields = dict(news.fields)
    if "draw_time" in fields:
        at = datetime.fromtimestamp(fields["draw_time"], UTC)
        fields["draw_time"] = to_the_second(at, terms.zone, language)
    if "reason" in fields:
        fields["reason"] = wording.say(f"reason_{fields['reason']}", language)
    if "left" in fields:
        fields["left"] = ", ".join(wording.say(f"left_{one}", language) for one in fields["left"] or ["nothing"])
    if "kind" in fields:
        fields["what"] = wording.say(f"kind_{fields.pop('kind')}", language)
    if "winners" in fields:
        fields["winners"] = ", ".join(fields["winners"]) or "—"
    return in_words(
        wording,
        news.code,
        reader,
        brand,
        named=f"contest/{contest.brand}/{contest.name}/{news.code}/{news.at.timestamp():.0f}/{reader.id}",
        thread=f"contest/{contest.brand}/{contest.name}",
        title=terms.title,
        closes=at_moment(terms.closes, terms.zone, language, news.at),
        draws=at_moment(terms.draws, terms.zone, language, news.at),
        **fields,
    )
