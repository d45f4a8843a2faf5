"""Who speaks to a brand: what is counted, and what somebody is because of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from heraut.brands import NetworkName
from heraut.conversations import Author, Label
from heraut.conversations.members import Group, Member, deeds, groups, most_first
from heraut.conversations.model import Decision, Edited, LabelName
from heraut.conversations.receive_interaction import note_edit, receive_interaction
from tests.contracts.samples import MINUTE, NOW
from tests.contracts.test_brands import BAKERY
from tests.contracts.test_conversations import ACCOUNT, BRAND, said
from tests.twins.conversations import ConversationsTwin
from tests.twins.quotes import QuotesTwin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heraut.conversations import Interaction

ZOE, MAX = Author(id="did:plc:zoe", handle="@zoe.test", name="Zoé"), Author(id="did:plc:max", handle="@max", name="Max")
TODAY = f"offence_{NOW:%Y%m%d}"


def member(name: str = "Zoé", **given: Any) -> Member:
    """Somebody who spoke."""
    known: dict[str, Any] = {"brand": BRAND, "network": NetworkName.BLUESKY, "id": name, "name": name, "last_at": NOW}
    return Member(**(known | given))


def labelled(*labels: LabelName, **more: Any) -> Interaction:
    """Something that bears labels."""
    return said("1", labels=tuple(Label(name=one, rule="word") for one in labels), **more)


def heard(kept: ConversationsTwin, *texts: str, author: Author = ZOE, **more: Any) -> Sequence[str]:
    """Let somebody say some things, a minute apart."""
    start = sum(one.times for one in kept.members(BRAND))
    brand = more.pop("brand", BAKERY)
    return [
        receive_interaction(
            said(f"{start + number}", text=text, author=author, at=NOW + (start + number) * MINUTE, **more),
            brand,
            kept,
            QuotesTwin(),
            NOW + (start + number) * MINUTE,
        )
        for number, text in enumerate(texts)
    ]


def test_each_interaction_adds_what_it_is() -> None:
    """Its labels, its month; an offence for an insult, for spam, for what was taken away for real."""
    month = f"month_{NOW:%Y%m}"
    trial, real = ({"removal": "hide", "for_real": one, "charter": "Respect"} for one in (False, True))

    assert deeds(labelled(LabelName.PRAISE), NOW, helped=True) == {"praise": 1, month: 1, "helped": 1}
    assert deeds(labelled(LabelName.INSULT), NOW, helped=False) == {"insult": 1, month: 1, TODAY: 1}
    assert deeds(labelled(decisions=(Decision(rule="a", did=real),)), NOW, helped=False) == {
        month: 1,
        "removed": 1,
        TODAY: 1,
    }
    assert deeds(labelled(decisions=(Decision(rule="a", did=trial),)), NOW, helped=False) == {month: 1}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ()),
        ({"counts": {"helped": 2}}, (Group.HELPFUL,)),
        ({"counts": {"month_202611": 2, "month_202609": 2}}, (Group.ACTIVE,)),
        ({"counts": {"month_202608": 9}}, ()),
        ({"times": 4, "last_at": NOW - timedelta(days=45)}, (Group.SILENT,)),
        ({"times": 3, "last_at": NOW - timedelta(days=45)}, ()),
        ({"times": 4, "last_at": NOW - timedelta(days=181)}, ()),
        ({"counts": {"praise": 3}}, (Group.AMBASSADOR,)),
        ({"counts": {"praise": 3, "complaint": 3}}, ()),
        ({"counts": {TODAY: 3}}, (Group.TROLL,)),
        ({"counts": {"offence_20260601": 30}}, ()),
    ],
)
def test_what_somebody_is(given: dict[str, Any], expected: tuple[Group, ...]) -> None:
    """By what they did lately; what is long ago is forgiven."""
    assert groups(member(**given), NOW) == expected


def test_those_who_are_it_most_come_first() -> None:
    """And nobody else."""
    people = [member("a", counts={"helped": 2}), member("b", counts={"helped": 5}), member("c")]
    assert [one.name for one in most_first(people, Group.HELPFUL, NOW)] == ["b", "a"]


def test_who_answers_somebody_elses_question_helps() -> None:
    """Not who answers their own, asks back, or answers what was no question."""
    kept = ConversationsTwin()
    heard(kept, "Vous êtes ouverts dimanche ?")
    to = said("0").id
    heard(kept, "Oui, jusqu'à midi", author=MAX, answers=to)
    heard(kept, "Ah merci", answers=to)
    heard(kept, "Et samedi ?", author=MAX, answers=to)

    assert {one.name: one.count("helped") for one in kept.members(BRAND)} == {"Zoé": 0, "Max": 1}


def test_who_praised_often_is_an_ambassador_when_they_praise_again() -> None:
    """The label says why; what comes again counts nothing, and an edit does not count as one more."""
    kept = ConversationsTwin()
    heard(kept, *["Votre pain est délicieux, bravo !"] * 3)
    receive_interaction(said("0", author=ZOE), BAKERY, kept, QuotesTwin(), NOW)
    before = kept.known(BRAND, "bluesky", ZOE.id).member
    heard(kept, "Encore bravo, délicieux !")

    held = kept.held(BRAND, ACCOUNT, said("3").id)
    assert held is not None
    assert (before.times, before.count("praise")) == (3, 3)
    assert [(one.name, one.words) for one in held[1].labels if one.rule == "praised_before"] == [("ambassador", "3")]

    third = kept.held(BRAND, ACCOUNT, said("2").id)
    assert third is not None
    assert {one.name for one in third[1].labels} == {"praise"}


def test_an_edit_does_not_make_its_author_praise_twice() -> None:
    """What a comment was before it was changed is not held for it."""
    kept = ConversationsTwin()
    heard(kept, *["Votre pain est délicieux, bravo !"] * 3)
    note_edit(
        Edited(id=said("2").id, text="Délicieux, bravo à tous !", at=NOW), BAKERY, ACCOUNT, kept, QuotesTwin(), NOW
    )

    held = kept.held(BRAND, ACCOUNT, said("2").id)
    assert held is not None
    assert {one.name for one in held[1].labels} == {"praise"}


def test_a_rule_knows_who_offends_again() -> None:
    """The third offence within the days is about the rule; another author's, or an older one, is not."""
    rule = {"name": "Récidive", "when": {"offences": {"times": 3, "within": 30 * 1440}}, "then": {"labels": ["encore"]}}
    brand = BAKERY.model_copy(update={"rules": (rule,)})
    kept = ConversationsTwin()
    heard(kept, "Bande de connards", "Connard", "Bonjour", author=ZOE, brand=brand)
    heard(kept, "Bande de connards", author=MAX, brand=brand)
    heard(kept, "Connards !", author=ZOE, brand=brand)
    later = said("9", author=ZOE, text="Connards", at=NOW + timedelta(days=40))
    receive_interaction(later, brand, kept, QuotesTwin(), NOW + timedelta(days=40))

    found = [kept.held(BRAND, ACCOUNT, said(str(number)).id) for number in (0, 1, 2, 3, 4, 9)]
    assert ["encore" in {label.name for label in one[1].labels} for one in found if one] == [
        *(False, False, False, False),
        *(True, False),
    ]
