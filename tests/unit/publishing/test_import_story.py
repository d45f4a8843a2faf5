"""A calendar that people keep changing while its posts leave: whatever the order of things, nothing is doubled.

Hypothesis writes the story: versions of one file, cut imports, dry runs, posts that leave, fail, are cancelled or held.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from heraut.errors import TryAgain
from heraut.publishing.model import State
from heraut.publishing.report import Outcome
from tests.unit.publishing.test_import_calendar import HEADER_ID, Desk

if TYPE_CHECKING:
    from heraut.publishing.model import Delivery
    from heraut.publishing.report import Report

TEXTS = ("Un", "Deux", "Trois")
HOURS = (9, 10, 11)
ACCOUNTS = ("site", "journal", "masto")
LIVE = frozenset({State.SCHEDULED, State.DRAFT, State.TO_APPROVE})
OUT = frozenset({State.PUBLISHED, State.SENDING, State.UNCONFIRMED, State.ASKING})

row = st.tuples(
    st.sampled_from(HOURS), st.sets(st.sampled_from(ACCOUNTS), min_size=1).map(sorted), st.sampled_from(TEXTS)
)


def one_per_time(rows: list[tuple[int, list[str], str]]) -> bool:
    """Whether no account has two rows at one time."""
    seen = Counter((hour, account) for hour, accounts, _ in rows for account in accounts)
    return max(seen.values(), default=0) <= 1


calendars = st.lists(row, max_size=4).filter(one_per_time)


class Story(RuleBasedStateMachine):
    """One brand, one file name, no ids: the hardest to follow."""

    @initialize()
    def begin(self) -> None:
        self.desk = Desk()
        self.rows: list[tuple[int, list[str], str]] = []

    def lines(self, rows: list[tuple[int, list[str], str]]) -> list[str]:
        return [f"martin;24/11/2026;{hour}h;{'+'.join(accounts)};{text}" for hour, accounts, text in rows]

    @rule(rows=calendars)
    def drop_another_version(self, rows: list[tuple[int, list[str], str]]) -> None:
        self.rows = rows
        before = self.out()
        self.check(self.desk.drop(*self.lines(rows)))
        assert self.out() == before  # an import publishes nothing and takes nothing back

    @rule(rows=calendars, after=st.integers(0, 12))
    def drop_and_be_cut(self, rows: list[tuple[int, list[str], str]], after: int) -> None:
        """The import dies at one of its writes; the same file is then imported again."""
        self.rows = rows
        names = ("add", "edit", "change", "save_file_posts")
        real = {name: getattr(self.desk.posts, name) for name in names}
        left = [after]

        def dying(name: str) -> Any:
            def write(*args: Any, **options: Any) -> Any:
                if not left[0]:
                    raise TryAgain("cut")
                left[0] -= 1
                return real[name](*args, **options)

            return write

        for name in names:
            setattr(self.desk.posts, name, dying(name))
        with contextlib.suppress(TryAgain):
            self.desk.drop(*self.lines(rows))
        for name in names:
            setattr(self.desk.posts, name, real[name])
        self.check(self.desk.drop(*self.lines(rows)))

    @rule()
    def drop_the_same_again(self) -> None:
        before = {one.id: one for one in self.desk.queued()}
        report = self.desk.drop(*self.lines(self.rows))
        assert not {Outcome.QUEUED, Outcome.REFUSED} & {one.outcome for one in report.entries}
        assert {one.id: one for one in self.desk.queued()} == before or self.edited(report)

    @rule(rows=calendars, replace=st.booleans())
    def try_another_version(self, rows: list[tuple[int, list[str], str]], replace: bool) -> None:
        before = {one.id: one for one in self.desk.queued()}
        self.desk.drop(*self.lines(rows), dry_run=True, replace_absent=replace)
        assert {one.id: one for one in self.desk.queued()} == before

    @rule(rows=calendars)
    def replace_by_another_version(self, rows: list[tuple[int, list[str], str]]) -> None:
        self.rows = rows
        self.check(self.desk.drop(*self.lines(rows), replace_absent=True))
        wanted = {(f"2026-11-24T{hour:02}:00", account) for hour, accounts, _ in rows for account in accounts}
        assert {(one.local, one.account) for one in self.desk.queued() if one.state in LIVE} <= wanted

    @rule(data=st.data(), state=st.sampled_from([State.PUBLISHED, State.ASKING, State.FAILED, State.CANCELLED]))
    def something_becomes_of_a_delivery(self, data: st.DataObject, state: State) -> None:
        waiting = [one for one in self.desk.queued() if one.state in LIVE]
        if waiting:
            one = data.draw(st.sampled_from(waiting))
            if state is State.PUBLISHED:
                self.desk.publish(one.post, one.account)
            else:
                self.desk.move(one.post, one.account, state=state, due_at=None)

    @invariant()
    def no_account_says_two_things_at_one_time(self) -> None:
        if hasattr(self, "desk"):
            there = [one for one in self.desk.queued() if one.state in LIVE | OUT]
            twice = Counter((one.local, one.account) for one in there)
            assert max(twice.values(), default=0) <= 1, self.shown()

    def check(self, report: Report) -> None:
        """Every row has an outcome; what is queued is what the file says, except where it is out or cancelled."""
        assert [one.row for one in report.entries if one.outcome is not Outcome.ABSENT] == [
            number for number, _ in enumerate(self.rows, start=2)
        ]
        queued = self.desk.queued()
        out = {one.row for one in report.entries if one.outcome is Outcome.ALREADY_OUT}
        for number, (hour, accounts, text) in enumerate(self.rows, start=2):
            local = f"2026-11-24T{hour:02}:00"
            for account in accounts:
                here = [one for one in queued if (one.local, one.account) == (local, account)]
                live = [one for one in here if one.state in LIVE]
                over = [one for one in queued if one.account == account and one.state not in LIVE]
                assert live or over or number in out, (hour, account, text, self.shown())
                for one in live if number not in out else []:
                    post = self.desk.posts.post("martin", one.post, one.version)
                    assert post is not None
                    assert post.content.parts[0].text == text, self.shown()

    def out(self) -> Counter[tuple[str, str]]:
        return Counter((one.id, one.state) for one in self.desk.queued() if one.state in OUT)

    @staticmethod
    def edited(report: Report) -> bool:
        return any(one.outcome is Outcome.EDITED for one in report.entries)

    def shown(self) -> list[tuple[str, str, str, State]]:
        return [(one.post, one.local, one.account, one.state) for one in self.desk.queued()]


class StoryWithIds(RuleBasedStateMachine):
    """Rows with ids: an id is one post, whatever happens to the row."""

    @initialize()
    def begin(self) -> None:
        self.desk = Desk()

    @rule(
        rows=st.dictionaries(st.sampled_from("ABC"), row, max_size=3),
        hours=st.integers(0, 2),
        status=st.sampled_from(["", "brouillon", "annulé"]),
    )
    def drop(self, rows: dict[str, tuple[int, list[str], str]], hours: int, status: str) -> None:
        header = f"{HEADER_ID};statut"
        lines = [
            f"{name};martin;24/11/2026;{hour}h;{'+'.join(accounts)};{text};{status}"
            for name, (hour, accounts, text) in rows.items()
        ]
        report = self.desk.drop(*lines, header=header)
        shown = [one.post for one in report.entries if one.id and one.post and one.outcome is not Outcome.ABSENT]
        assert len(shown) == len(set(shown))
        again = self.desk.drop(*lines, header=header)
        assert {one.outcome for one in again.entries} <= {Outcome.UNCHANGED, Outcome.ALREADY_OUT, Outcome.ABSENT}
        self.desk.clock.advance(timedelta(minutes=hours))
        posts = {one.post for one in self.desk.queued()}
        held = [self.desk.posts.post("martin", post) for post in posts]
        assert max(Counter(one.source.identity for one in held if one).values(), default=0) <= 1

    @rule(data=st.data())
    def one_leaves(self, data: st.DataObject) -> None:
        waiting = [one for one in self.desk.queued() if one.state is State.SCHEDULED]
        if waiting:
            one: Delivery = data.draw(st.sampled_from(waiting))
            self.desk.publish(one.post, one.account)


TestStory = Story.TestCase
TestStory.settings = settings(max_examples=60, stateful_step_count=12, deadline=None, derandomize=True)
TestStoryWithIds = StoryWithIds.TestCase
TestStoryWithIds.settings = settings(max_examples=40, stateful_step_count=10, deadline=None, derandomize=True)
