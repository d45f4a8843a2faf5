"""No word of the machine room in anything a person reads: every message and every page, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from bs4 import BeautifulSoup

from heraut.brands import Person
from heraut.events import TOLD_TO_PEOPLE, EventName
from heraut.links import OF_ALERTS, Action
from heraut.notifications import email
from heraut.problems import problem
from heraut.publishing import link_pages
from heraut.publishing.model import State
from heraut.wording import NBSP
from tests.people import LEA, NOW, PAUL, PROMISE, Bakery, a_delivery, a_post, happened

# The glossary's list, and what would be as foreign to a community manager.
FORBIDDEN = re.compile(
    r"\b(lambda|dynamodb|sqs|s3|ssm|aws|amazon|cloudwatch|arn|stack|json|api|lease|claim|bucket|token|null|"
    r"utc|gmt|nan|undefined|datetime|boto\w*|http error|status code|réclamation\w*)\b"
    r"|\b\w+(Error|Exception|Conflict|Expired|Unknown)\b|traceback"
    r"|[{}]|\b[a-z]+_[a-z_]+\b",
    re.IGNORECASE,
)
CAPITALS = re.compile(r"\b(None|True|False|SES|SNS)\b|<[A-Z]\w+")
UTC_HOUR = re.compile(r"\b11(:| h )30\b|\b13(:| h )04\b|\d(Z|\+00:00)\b")  # 12 h 30 and 14 h 04 in Paris
STATE_OF = {
    EventName.FAILED: State.FAILED,
    EventName.EXPIRED: State.EXPIRED,
    EventName.ASKING: State.ASKING,
    EventName.APPROVAL_ASKED: State.TO_APPROVE,
    EventName.HANDOVER_AHEAD: State.SCHEDULED,
    EventName.HANDOVER_DUE: State.ASKING,
    EventName.HANDOVER_REMINDED: State.ASKING,
    EventName.CONSENT_WITHDRAWN: State.SCHEDULED,
    EventName.ONLINE_WITHOUT_CONSENT: State.PUBLISHED,
}
STATE_BEFORE = {
    Action.IS_ONLINE: State.SCHEDULED,
    Action.SEND_AGAIN: State.ASKING,
    Action.PUBLISH_NOW: State.EXPIRED,
    Action.NEXT_SLOT: State.EXPIRED,
    Action.DROP: State.TO_APPROVE,
    Action.APPROVE: State.TO_APPROVE,
    Action.CONFIRM_PERSON: State.DRAFT,
    Action.PAUSE: State.SCHEDULED,
}
BOTH = [LEA, PAUL.model_copy(update={"roles": LEA.roles})]


def visible(html: str) -> str:
    """Give the text of a page with its descriptions, without addresses."""
    page = BeautifulSoup(html, "html.parser")
    for hidden in page.find_all(["style", "script"]):
        hidden.decompose()
    said = [page.get_text(" ")]
    said += [str(tag[name]) for tag in page.find_all(True) for name in ("alt", "title", "aria-label") if tag.get(name)]
    return " ".join(said).replace(NBSP, " ")


def without_addresses(text: str) -> str:
    """Leave out the lines that are links."""
    kept = [line for line in text.splitlines() if not line.startswith("https://")]
    return "\n".join(kept).replace(NBSP, " ")


def messages() -> Iterator[tuple[str, str]]:
    """Render every message, alone and with others, as people get it."""
    tired = problem("too_many_attempts", attempts=5).model_dump()
    fields = {"problem": tired, "late_by_s": 94 * 60, "started_at": PROMISE.isoformat(), "version": 1}
    for name in sorted(TOLD_TO_PEOPLE):
        for reminders in (1, 3):
            for count, account in ((1, "insta"), (3, "insta"), (3, "bluesky"), (1, "page")):
                bakery = Bakery()
                bakery.brand = bakery.brand.model_copy(update={"people": tuple(BOTH), "revision": 1})
                bakery.brands.save(bakery.brand, 0)
                for number in range(count):
                    post = a_post(f"p{number}", accounts=(account,))
                    bakery.add(post, a_delivery(post, account, STATE_OF[name]))
                events = [
                    happened(name, f"p{number}", account, **fields, reminders=reminders) for number in range(count)
                ]
                bakery.tell(*events)
                assert bakery.notifications.told
                for person, message in bakery.notifications.told:
                    yield (
                        f"{name} {account} {count} {person.language} text",
                        without_addresses(email.as_text(person, message)),
                    )
                    yield f"{name} {account} {count} {person.language} html", visible(email.as_html(person, message))
                    yield f"{name} subject", message.subject.replace(NBSP, " ")


def pages() -> Iterator[tuple[str, str]]:
    """Render every page: each action from each state, opened, pressed, opened again, by both; and those for anybody."""
    for code in ("unknown", "wrong_way", "later"):
        for page in link_pages.for_anybody(code):
            yield code, f"{page.title} {page.lead}".replace(NBSP, " ")
    for action in set(Action) - OF_ALERTS:
        for state in State:
            for account in ("bluesky", "insta"):
                for person in BOTH:
                    yield from _visits(action, state, account, person, NOW)
        for moment in (PROMISE - timedelta(minutes=10), NOW + timedelta(days=8)):
            yield from _visits(action, STATE_BEFORE[action], "insta", LEA, moment)


def _visits(action: Action, state: State, account: str, person: Person, moment: datetime) -> Iterator[tuple[str, str]]:
    bakery = Bakery()
    post = a_post(accounts=(account,))
    bakery.add(post, a_delivery(post, account, state))
    of_the_brand = action in {Action.CONFIRM_PERSON, Action.PAUSE}
    about = {"post": None, "version": None} if of_the_brand else {}
    wide = of_the_brand or state is State.TO_APPROVE
    path = bakery.link(action, person, account=None if wide else account, **about)
    visits = [
        bakery.visit(path, now=moment),
        bakery.press(path, "address=x", now=moment),
        bakery.press(path, "when=now", now=moment),
        bakery.press(path, "when=pause", now=moment),
        bakery.visit(path, now=moment),
    ]
    for number, answer in enumerate(visits):
        yield f"{action} {state} {account} {person.language} {number}", visible(answer.body)


@pytest.mark.parametrize("rendered", [messages, pages], ids=["messages", "pages"])
def test_no_foreign_word(rendered: Callable[[], Iterator[tuple[str, str]]]) -> None:
    """No service, no exception, no code, no field left open, no UTC hour."""
    found = []
    count = 0
    for name, text in rendered():
        count += 1
        found += [(name, match[0]) for pattern in (FORBIDDEN, CAPITALS, UTC_HOUR) for match in pattern.finditer(text)]

    assert count > 100
    assert found == []


def test_the_search_would_find_them() -> None:
    """The patterns do catch what they are for."""
    foreign = ["une Lambda", "ConflictError", "à 11:30", "2026-11-23T11:30:00Z", "send_again", "{place}", "None"]
    patterns = (FORBIDDEN, CAPITALS, UTC_HOUR)

    assert [any(pattern.search(text) for pattern in patterns) for text in foreign] == [True] * len(foreign)
