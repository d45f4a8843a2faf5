"""The letter that lies beside what an auditor is given, in the contest's language: for whom, what to do, whom to see.

No nonce is in it: those are in the file that `heraut draw audit` reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from heraut.contests import published
from heraut.letters import in_one_line
from heraut.wording import Wording, to_the_second

if TYPE_CHECKING:
    from collections.abc import Iterator

    from heraut.contests.opened import Opened, OpenedEntrant, OpenedRejected, Shown
    from heraut.contests.running import Contest

Line = tuple[int, str]
wording = Wording("heraut.contests", "audit_letter.toml")


def letter(contest: Contest, opened: Opened, public_url: str) -> str:
    """Write it; what people wrote stays on its own line."""
    lines = _Letter(contest, opened, public_url.rstrip("/")).lines()
    return "\n".join("  " * depth + in_one_line(line) for depth, line in lines) + "\n"


@dataclass(frozen=True)
class _Letter:
    """The letter's lines, each with how far it is set in."""

    contest: Contest
    opened: Opened
    public_url: str

    def lines(self) -> Iterator[Line]:
        opened = self.opened
        yield 0, self._say("title", contest=self.contest.agreed.title)
        yield 0, self._say("made", auditor=opened.auditor, by=opened.by, at=self._at(opened.at))
        yield 0, ""
        yield 0, self._say("secret", auditor=opened.auditor)
        yield 0, ""
        yield from self._steps()
        yield 0, ""
        yield 0, self._say("listed", count=len(opened.opened))
        for one in opened.opened:
            yield from self._person(one)
            yield 1, self._say("handle", handle=one.handle, count=one.chances)
            if one.judged_now:
                yield 1, self._say("judged_now", reason=one.judged_now)
            yield from map(self._deed, one.evidence)
        if opened.unopened:
            yield 0, ""
            yield 0, self._say("unopened", count=len(opened.unopened))
            yield from ((1, one.handle) for one in opened.unopened)
        yield 0, ""
        yield 0, self._say("rejected", count=len(opened.rejected.opened))
        for left_out in opened.rejected.opened:
            yield from self._person(left_out)
            yield 1, self._say("told", told=left_out.told)
            yield from map(self._deed, left_out.evidence)

    def _steps(self) -> Iterator[Line]:
        """Say what an auditor does, in its order."""
        yield 0, self._say("fetch")
        for key in (published.certificate_key(self.contest), published.entrants_key(self.contest)):
            yield 1, f"{self.public_url}/{key}"
        yield 0, self._say("run")
        files = "certificate.json --entrants entrants.bin"
        yield 1, f"heraut draw verify {files} --online"
        yield 1, f"heraut draw audit {files} --opened opened.json"  # the auditor says how many
        yield 0, self._say("look", rules=f"{self.public_url}/{published.rules_page_key(self.contest)}")
        yield 0, self._say("limits")

    def _person(self, one: OpenedEntrant | OpenedRejected) -> Iterator[Line]:
        yield 0, ""
        yield 0, self._say("person", name=one.name or "—", id=one.id)
        if one.page:
            yield 1, self._say("page", address=one.page)

    def _deed(self, one: Shown) -> Line:
        found = self._say(one.look.name.lower())
        if one.theirs is False:
            found += f" {self._say('not_theirs')}"
        if one.same_text is False:
            found += f" {self._say('other_text')}"
        when = self._at(one.seen_at if one.at is None else one.at)
        return 2, " · ".join(part for part in (when, self._say(one.kind), one.text, found, one.address) if part)

    def _say(self, code: str, **fields: object) -> str:
        return wording.say(code, self.contest.agreed.language, **fields)

    def _at(self, unix: int) -> str:
        terms = self.contest.agreed
        return to_the_second(datetime.fromtimestamp(unix, UTC), terms.zone, terms.language)
