"""The receipt of somebody who took part: what lets them find themselves in the published list, or why they are not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from heraut.contests.eligibility import reason_told
from heraut.contests.published import entrants_key, page_key
from heraut.letters import in_one_line
from heraut.wording import Wording, to_the_second

if TYPE_CHECKING:
    from collections.abc import Iterator

    from heraut.contests.running import Contest
    from heraut.contests.standing import Standing

wording = Wording("heraut.contests", "receipt.toml")


@dataclass(frozen=True)
class Receipt:
    """A standing of a contest that opened, as it is at `at`; `public_url` is where the public bucket is found."""

    contest: Contest
    standing: Standing
    public_url: str
    at: datetime

    @property
    def told(self) -> str:
        """Say to them why they do not take part, in the contest's language; "" for who does."""
        standing, terms = self.standing, self.contest.agreed
        if standing.takes_part:
            return ""
        if standing.reason is None:
            return wording.say("unknown", terms.language, contest=terms.title)
        return reason_told(standing.reason, terms, standing.kept.network, terms.language)

    def as_object(self) -> dict[str, Any]:
        """Give it as a program reads it; times are Unix seconds, as in the commitment."""
        contest, standing = self.contest, self.standing
        last = contest.commitments[-1].commitment if contest.commitments else None
        return {
            "schema": 1,
            "draw_id": contest.draw_id,
            "title": contest.agreed.title,
            "id": standing.kept.id,
            "nonce": standing.kept.nonce,
            "handle": standing.handle,
            "name": standing.kept.handle,
            "at": int(self.at.timestamp()),
            "final": contest.frozen_at is not None,
            "accepted": standing.takes_part,
            "chances": standing.weight,
            "reason": standing.reason.value if standing.reason else None,
            "told": self.told or None,
            "root": contest.root or None,
            "commitment": last,
            "commit": contest.last.said.commit() if last else None,
            "list": self._address(entrants_key(contest)) if last else None,
            "page": self._page() if contest.certified else None,
            "cancelled": int(contest.called_off.at.timestamp()) if contest.called_off else None,
        }

    def text(self) -> str:
        """Give it as a letter to whom it is of, in the contest's language."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        contest, standing = self.contest, self.standing
        terms, kept = contest.agreed, standing.kept

        def say(code: str, **fields: object) -> str:
            return wording.say(code, terms.language, **fields)

        yield say("title", contest=terms.title)
        yield say("at", at=to_the_second(self.at, terms.zone, terms.language))
        yield ""
        yield say("account", name=in_one_line(kept.handle or kept.id))
        yield say("id", id=in_one_line(kept.id))
        yield say("nonce", nonce=kept.nonce)
        yield say("handle", handle=standing.handle)
        yield say("draw", draw=contest.draw_id)
        yield ""
        frozen = contest.frozen_at is not None
        if standing.takes_part:
            code = "listed" if frozen else "accepted"
            code += "" if standing.weight == 1 else "_chances"
            yield say(code, chances=standing.weight, closes=to_the_second(terms.closes, terms.zone, terms.language))
        else:
            yield self.told
            if not frozen:
                yield say("not_yet", closes=to_the_second(terms.closes, terms.zone, terms.language))
        yield ""
        if contest.commitments:
            yield say("commit", commit=contest.last.said.commit())
            yield say("list", address=self._address(entrants_key(contest)))
        if contest.called_off is not None:
            yield say("cancelled", at=to_the_second(contest.called_off.at, terms.zone, terms.language))
        elif contest.certified:
            yield say("verify", address=self._page())
        else:
            yield say("later", draws=to_the_second(self._draws, terms.zone, terms.language))
        yield say("secret")

    @property
    def _draws(self) -> datetime:
        """When the draw is, as far as it is known: a commitment may have moved it."""
        if not self.contest.commitments:
            return self.contest.agreed.draws
        return datetime.fromtimestamp(int(self.contest.last.commitment["draw_time"]), UTC)

    def _page(self) -> str:
        """Give the page on which they find themselves: what follows # stays in their browser."""
        contest, kept = self.contest, self.standing.kept
        mine = urlencode({"id": kept.id, "nonce": kept.nonce})
        return f"{self._address(page_key(contest, contest.agreed.language))}#{mine}"

    def _address(self, key: str) -> str:
        return f"{self.public_url.rstrip('/')}/{key}"
