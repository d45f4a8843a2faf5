"""Who takes part, with how many chances, and for which one reason not."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heraut.brands import EntryKind, NetworkName, Terms
from heraut.brands.contests import terms_of
from heraut.contests.comment_texts import folded, holds_one, mark_of
from heraut.contests.eligibility import About, Judge, copied_comments, judge, listed_on, months_before, reason_told
from heraut.contests.eligibility import wording as reasons
from heraut.contests.model import Entrant, Evidence, Left, Reason

PARIS = ZoneInfo("Europe/Paris")
OPENS = datetime(2026, 12, 1, 9, tzinfo=PARIS)
CLOSES = datetime(2026, 12, 15, 23, 59, 59, tzinfo=PARIS)
IN_TIME = datetime(2026, 12, 5, 18, 30, 12, 345678, tzinfo=PARIS)
SECOND = timedelta(seconds=1)
ANA, OURS = "bluesky:did:plc:ana", "bluesky:did:plc:martin"
BLUESKY, INSTAGRAM = NetworkName.BLUESKY, NetworkName.INSTAGRAM
ABOUT = About(own=frozenset({OURS, "@martin.test"}))
EVERYTHING = {"comment": True, "like": True, "repost": True, "follow": True}


def terms(conditions: dict[str, Any] | None = None, **changes: Any) -> Terms:
    """Give terms that ask for a comment, unless told otherwise."""
    plain = {
        "title": "La galette",
        "opens": "2026-12-01 09:00",
        "closes": "2026-12-15 23:59:59",
        "draws": "2026-12-16 12:00",
        "posts": [{"accounts": "sky", "row": "galette"}],
        "conditions": conditions or {"comment": True},
        "exclude": {"families": False},
        **changes,
    }
    return terms_of("galette", plain, "Europe/Paris", "fr")


def did(kind: EntryKind, at: datetime | None = IN_TIME, **changes: Any) -> Evidence:
    """Give one deed of Ana's under the contest's post."""
    given: dict[str, Any] = {"by": ANA, "name": "Ana", "seen_at": at or IN_TIME, "post": "p1"} | changes
    return Evidence(kind=kind, at=at, **given)


def comment(text: str = "Je participe !", at: datetime | None = IN_TIME, **changes: Any) -> Evidence:
    """Give a comment of Ana's."""
    return did(EntryKind.COMMENT, at, text=text, **changes)


def entrant(*evidence: Evidence, **changes: Any) -> Entrant:
    """Give Ana with what she did."""
    return Entrant(**{"id": ANA, "network": BLUESKY, "handle": "Ana.test", "evidence": evidence, **changes})


def reason(asked: Terms, *evidence: Evidence, about: About = ABOUT, **changes: Any) -> Reason | None:
    """Give why Ana does not take part."""
    return judge(asked, entrant(*evidence, **changes), about).reason


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (OPENS - SECOND, Reason.EARLY),
        (OPENS - timedelta(microseconds=1), Reason.EARLY),
        (OPENS, None),
        (OPENS.astimezone(ZoneInfo("Pacific/Noumea")), None),
        (CLOSES, None),
        (CLOSES + timedelta(microseconds=999_999), None),
        (CLOSES + SECOND, Reason.LATE),
    ],
)
def test_both_seconds_of_opening_and_closing_count(at: datetime, expected: Reason | None) -> None:
    """The rules say it: fractions of a second do not count, the closing second still does."""
    assert reason(terms(), comment(at=at)) is expected
    assert reason(terms(), comment(at=None, seen_at=at)) is expected


def test_one_comment_in_time_is_enough() -> None:
    """Who wrote too early, or goes on writing after the closing, takes part by the comment between."""
    early, late = comment(at=OPENS - SECOND), comment(at=CLOSES + SECOND)

    assert reason(terms(), early, comment(), late) is None
    assert reason(terms(), early, late) is Reason.LATE
    assert reason(terms()) is Reason.NO_COMMENT
    assert reason(terms(), did(EntryKind.LIKE)) is Reason.NO_COMMENT


@pytest.mark.parametrize(
    ("deleted_at", "expected"),
    [(IN_TIME + SECOND, Reason.DELETED), (CLOSES, Reason.DELETED), (CLOSES + SECOND, None)],
)
def test_a_comment_deleted_by_the_closing_does_not_count(deleted_at: datetime, expected: Reason | None) -> None:
    """What is deleted afterwards changes nothing; another comment that stands is enough."""
    assert reason(terms(), comment(deleted_at=deleted_at)) is expected
    assert reason(terms(), comment(deleted_at=deleted_at), comment()) is None


def test_an_edited_comment_counts_as_it_was_at_the_closing() -> None:
    """Its last version before the closing says what it says; when it was written stays."""
    asked = terms({"words": "#galette"})

    assert reason(asked, comment("#galette", edited_at=IN_TIME + SECOND)) is None
    assert reason(asked, comment("#galette", at=OPENS - SECOND, edited_at=IN_TIME)) is Reason.EARLY


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (EntryKind.LIKE, Reason.NO_LIKE),
        (EntryKind.REPOST, Reason.NO_REPOST),
        (EntryKind.FOLLOW, Reason.NO_FOLLOW),
    ],
)
def test_likes_reposts_and_follows_are_states_at_the_closing(kind: EntryKind, code: Reason) -> None:
    """One from before the opening counts, one taken back does not, one dated after the closing is late."""
    asked = terms({"comment": True, kind.value: True})
    about = replace(ABOUT, listed={BLUESKY: frozenset(EntryKind)})

    def of(*deeds: Evidence) -> Reason | None:
        return reason(asked, comment(), *deeds, about=about)

    assert of() is code
    assert of(did(kind)) is None
    assert of(did(kind, at=OPENS - timedelta(days=400))) is None
    assert of(did(kind, at=None, seen_at=CLOSES + timedelta(minutes=2))) is None
    assert of(did(kind, deleted_at=CLOSES)) is code
    assert of(did(kind, at=CLOSES + SECOND)) is Reason.LATE
    assert of(did(kind, at=CLOSES + SECOND), did(kind)) is None


def test_what_a_network_does_not_list_is_left_for_the_winners() -> None:
    """Instagram lists no likers: whoever commented takes part, and the like is looked at should they win."""
    asked = terms(EVERYTHING, eligibility={"age": 18, "countries": "FR"}, exclude={})
    on_instagram = entrant(comment(), network=INSTAGRAM, id="instagram:1")
    on_bluesky = entrant(comment(), did(EntryKind.LIKE), did(EntryKind.REPOST))

    assert judge(asked, on_instagram, ABOUT).left == tuple(Left)
    assert judge(asked, on_bluesky, ABOUT).left == (Left.FOLLOW, Left.AGE, Left.COUNTRY, Left.FAMILY)
    assert reason(asked, comment(), did(EntryKind.LIKE)) is Reason.NO_REPOST
    followed = judge(asked, replace(on_instagram, evidence=(comment(), did(EntryKind.FOLLOW))), ABOUT)
    assert followed.left == (Left.LIKE, Left.REPOST, Left.AGE, Left.COUNTRY, Left.FAMILY)


def test_nothing_is_left_where_nothing_is_open() -> None:
    """A contest that asks for a comment alone, of anybody, has nothing to check on its winners."""
    assert judge(terms(), entrant(comment()), ABOUT).left == ()


def test_each_network_may_ask_for_something_else() -> None:
    """Facebook forbids what Bluesky allows: `conditions_on` replaces the conditions there."""
    asked = terms({"friends": 2}, conditions_on={"facebook": {"comment": True}})

    assert reason(asked, comment()) is Reason.FEW_FRIENDS
    assert reason(asked, comment(), network=NetworkName.FACEBOOK, id="facebook:1") is None


@pytest.mark.parametrize(
    ("mentions", "friends"),
    [
        ((), 0),
        (("bluesky:did:plc:bob",), 1),
        (("bluesky:did:plc:bob", "bluesky:did:plc:bob"), 1),
        (("@bob.test", "@BOB.test"), 1),
        (("bluesky:did:plc:bob", "bluesky:did:plc:eve"), 2),
        (("bluesky:did:plc:bob", ANA), 1),
        (("bluesky:did:plc:bob", "@ana.test"), 1),
        (("bluesky:did:plc:bob", OURS), 1),
        (("bluesky:did:plc:bob", "@Martin.test"), 1),
    ],
)
def test_friends_are_distinct_and_neither_oneself_nor_the_organiser(mentions: tuple[str, ...], friends: int) -> None:
    """Names count whatever their capitals."""
    for wanted in (1, 2):
        found = reason(terms({"friends": wanted}), comment(mentions=mentions))
        assert found is (None if friends >= wanted else Reason.FEW_FRIENDS)


def test_friends_may_be_mentioned_in_several_comments() -> None:
    """Only in those that count: not in one that was deleted or came too late."""
    one, other = comment(mentions=("@bob",)), comment(mentions=("@eve",))

    assert reason(terms({"friends": 2}), one, other) is None
    assert reason(terms({"friends": 2}), one, replace(other, deleted_at=CLOSES)) is Reason.FEW_FRIENDS
    assert reason(terms({"friends": 2}), one, replace(other, at=CLOSES + SECOND)) is Reason.FEW_FRIENDS


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Vive la #Galette2027 !", True),
        ("#GALETTE2027", True),
        ("#galette2027.", True),
        ("＃galette2027", True),
        ("#galette2027bis", False),
        ("galette2027", False),
        ("joyeux   Noël à tous", True),
        ("JOYEUX NOEL", True),
        ("joyeux\nnoe\u0308l", True),
        ("joyeux noëls", False),
        ("", False),
        ("🎄", True),
        ("🎄\ufe0f🎄", True),
    ],
)
def test_words_are_found_whole_whatever_their_capitals_and_accents(text: str, found: bool) -> None:
    """One of them is enough."""
    asked = terms({"words": ["#galette2027", "joyeux Noël", "🎄"]})

    assert reason(asked, comment(text)) is (None if found else Reason.NO_EXPRESSION)


@pytest.mark.parametrize(
    ("text", "right"),
    [("3", True), ("C'est 3 !", True), ("13", False), ("3,5", False), ("2.3", False), ("l’Été", True), ("étés", False)],
)
def test_an_answer_stands_by_itself(text: str, right: bool) -> None:
    """Neither in another number nor in another word; a curly apostrophe parts words like a straight one."""
    asked = terms({"answer": {"question": "Combien ?", "accepted": ["3", "été"]}})

    assert reason(asked, comment(text)) is (None if right else Reason.WRONG_ANSWER)


@pytest.mark.parametrize(
    ("exclude", "code"),
    [
        ({"staff": ["@ana.test"]}, Reason.STAFF),
        ({"staff": ["@ANA.test"]}, Reason.STAFF),
        ({"staff": ["bluesky:@ana.test"]}, Reason.STAFF),
        ({"staff": ["mastodon:@ana.test"]}, None),
        ({"staff": ["@ana"]}, None),
        ({"staff": [ANA]}, Reason.STAFF),
        ({"partners": [ANA]}, Reason.PARTNER),
        ({"partners": ["@ana.TEST"]}, Reason.PARTNER),
        ({"partners": ["bluesky:@ana.test"]}, Reason.PARTNER),
        ({"partners": ["instagram:@ana.test"]}, None),
        ({"accounts": [ANA]}, Reason.EXCLUDED),
        ({}, None),
    ],
)
def test_accounts_are_excluded_by_name_or_stable_id(exclude: dict[str, Any], code: Reason | None) -> None:
    """A name may be bound to one network, so that a namesake elsewhere takes part."""
    assert reason(terms(exclude=exclude), comment()) is code


def test_the_organiser_does_not_take_part() -> None:
    """Its own comments under its post are no entries; nor are those of people it blocks, unless the terms say so."""
    assert reason(terms(), comment(), id=OURS, handle="martin.test") is Reason.STAFF
    assert reason(terms(), comment(), blocked=True) is Reason.BLOCKED
    assert reason(terms(exclude={"blocked": False}), comment(), blocked=True) is None
    assert reason(terms(), comment(), excluded="triche constatée") is Reason.EXCLUDED


@pytest.mark.parametrize(
    ("won", "code"),
    [
        ("2026-06-16T12:00:00+02:00", Reason.PREVIOUS_WINNER),
        ("2026-06-16T11:59:59+02:00", None),
        ("2026-12-10T12:00:00+01:00", Reason.PREVIOUS_WINNER),
    ],
)
def test_who_won_lately_waits(won: str, code: Reason | None) -> None:
    """For so many months before the draw, by the calendar and the clock of the contest; else never."""
    about = replace(ABOUT, won={ANA: datetime.fromisoformat(won)})

    assert reason(terms(exclude={"previous_winners": 6}), comment(), about=about) is code
    assert reason(terms(), comment(), about=about) is None


@pytest.mark.parametrize(
    ("instant", "months", "expected"),
    [
        (datetime(2027, 3, 31, 12, tzinfo=PARIS), 1, datetime(2027, 2, 28, 12, tzinfo=PARIS)),
        (datetime(2028, 3, 31, 12, tzinfo=PARIS), 1, datetime(2028, 2, 29, 12, tzinfo=PARIS)),
        (datetime(2027, 1, 15, 12, tzinfo=PARIS), 1, datetime(2026, 12, 15, 12, tzinfo=PARIS)),
        (datetime(2027, 1, 15, 12, tzinfo=PARIS), 13, datetime(2025, 12, 15, 12, tzinfo=PARIS)),
        (datetime(2027, 12, 15, 12, tzinfo=PARIS), 12, datetime(2026, 12, 15, 12, tzinfo=PARIS)),
    ],
)
def test_months_are_those_of_the_calendar(instant: datetime, months: int, expected: datetime) -> None:
    """Where the month is too short, its last day."""
    assert months_before(instant, months) == expected


SUSPECTS = {"exclude": {"families": False, "suspects": {"account_age": "30j", "followers": 5, "copied": 2}}}


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({}, None),
        ({"account_since": CLOSES - timedelta(days=30)}, None),
        ({"account_since": CLOSES - timedelta(days=30) + SECOND}, Reason.SUSPECTED_BOT),
        ({"followers": 5}, None),
        ({"followers": 4}, Reason.SUSPECTED_BOT),
        ({"machine": True}, Reason.SUSPECTED_BOT),
        ({"machine": False}, None),
    ],
)
def test_programs_are_suspected_by_what_the_terms_say(facts: dict[str, Any], code: Reason | None) -> None:
    """What a network does not tell suspects nobody, and without `suspects` nobody is."""
    assert reason(terms(**SUSPECTS), comment(), **facts) is code
    assert reason(terms(), comment(), **facts) is None
    assert reason(terms(**SUSPECTS), comment(), vouched=True, **facts) is None


LONG = "Quelle merveilleuse idée, je tente ma chance pour toute la famille ! @bob 2026"
SAME = "@eve quelle MERVEILLEUSE idee je tente ma chance pour toute la famille 🎉 #galette https://spam.example 7"


@pytest.mark.parametrize(
    ("text", "other", "copied"),
    [
        (LONG, SAME, True),
        (LONG, LONG.replace("famille", "bande"), False),
        ("Je participe, merci !", "Je participe, merci !", False),
    ],
)
def test_long_comments_in_the_same_words_are_copies(text: str, other: str, copied: bool) -> None:
    """Whatever their capitals, signs, mentions and links; short ones are alike by chance."""
    asked = terms(**SUSPECTS)
    both = [entrant(comment(text)), entrant(comment(other), id="bluesky:did:plc:bob", handle="bob")]
    about = replace(ABOUT, copied=copied_comments(asked, both))

    assert [judge(asked, one, about).reason for one in both] == [Reason.SUSPECTED_BOT if copied else None] * 2


def test_one_person_who_repeats_a_comment_copies_nobody() -> None:
    """Accounts are counted, not comments; and a sentence that the contest asks for is copied by everybody."""
    asked = terms({"words": LONG}, **SUSPECTS)
    many = [entrant(comment(f"{LONG}"), id=f"bluesky:{n}") for n in range(5)]

    assert copied_comments(terms(**SUSPECTS), [entrant(comment(LONG), comment(LONG, post="p2"))]) == frozenset()
    assert copied_comments(asked, many) == frozenset()
    assert len(copied_comments(terms(**SUSPECTS), many)) == 1
    assert copied_comments(terms(), many) == frozenset()


@pytest.mark.parametrize(
    ("deeds", "friends", "weight"),
    [
        ((), 0, 1),
        ((comment(post="p2"), comment(post="p2")), 0, 2),
        ((did(EntryKind.LIKE), did(EntryKind.LIKE, post="p2")), 0, 3),
        ((did(EntryKind.REPOST),), 0, 4),
        ((did(EntryKind.FOLLOW, post=""),), 0, 3),
        ((did(EntryKind.REPOST, deleted_at=CLOSES),), 0, 1),
        ((did(EntryKind.LIKE, at=CLOSES + SECOND),), 0, 1),
        ((did(EntryKind.REPOST), did(EntryKind.FOLLOW, post=""), did(EntryKind.LIKE)), 0, 6),
        ((), 3, 2),
    ],
)
def test_chances_add_up_to_the_cap(deeds: tuple[Evidence, ...], friends: int, weight: int) -> None:
    """One for everybody, then for each post and each friend beyond those asked for, never more than the cap."""
    more = {"comment": 1, "like": 1, "repost": 3, "follow": 2, "friend": 1, "most": 6}
    asked = terms({"friends": 2} if friends else None, more_chances=more)
    first = comment(mentions=tuple(f"@f{n}" for n in range(friends)))

    assert judge(asked, entrant(first, *deeds), ABOUT).weight == weight


def test_no_cap_exceeds_what_a_list_of_the_draw_can_hold() -> None:
    """A record of the list holds 1000 chances, whatever the terms say."""
    asked = terms(more_chances={"like": 1000, "most": 5000})

    assert judge(asked, entrant(comment(), did(EntryKind.LIKE)), ABOUT).weight == 1000


def test_comments_are_known_everywhere() -> None:
    """Even where nothing is listed, comments come by a program of the team's own."""
    assert listed_on(NetworkName.BY_HAND) == {EntryKind.COMMENT}
    assert listed_on(INSTAGRAM) == {EntryKind.COMMENT}
    assert listed_on(BLUESKY) == {EntryKind.COMMENT, EntryKind.LIKE, EntryKind.REPOST}


MOMENTS = st.sampled_from([OPENS - SECOND, OPENS, IN_TIME, CLOSES, CLOSES + SECOND])
DEEDS = st.builds(
    Evidence,
    kind=st.sampled_from(EntryKind),
    by=st.just(ANA),
    name=st.just("Ana"),
    seen_at=MOMENTS,
    at=st.none() | MOMENTS,
    deleted_at=st.none() | MOMENTS,
    post=st.sampled_from(["p1", "p2"]),
    text=st.sampled_from(["", "#galette 3", "#galette", "3", LONG]),
    mentions=st.lists(st.sampled_from(["@bob", "@eve", "@ana.test", OURS])).map(tuple),
)
ENTRANTS = st.builds(
    Entrant,
    id=st.sampled_from([ANA, OURS, "instagram:1"]),
    network=st.sampled_from([BLUESKY, INSTAGRAM, NetworkName.BY_HAND]),
    handle=st.sampled_from(["ana.test", "lea", "moulin", ""]),
    evidence=st.lists(DEEDS, max_size=6).map(tuple),
    account_since=st.none() | MOMENTS,
    followers=st.none() | st.integers(0, 10),
    machine=st.none() | st.booleans(),
    excluded=st.sampled_from(["", "", "", "triche"]),
    blocked=st.booleans(),
)
STRICT = terms(
    {**EVERYTHING, "friends": 1, "words": "#galette", "answer": {"question": "?", "accepted": "3"}},
    exclude={"staff": "@lea", "partners": "@moulin", "previous_winners": 3, **SUSPECTS["exclude"]},
    more_chances={"comment": 1, "like": 1, "repost": 1, "follow": 1, "friend": 2, "most": 5},
)
LENIENT = terms({"like": True})
KNOWN = replace(ABOUT, won={"instagram:1": IN_TIME})


@settings(max_examples=120)
@given(ENTRANTS, st.sampled_from([STRICT, LENIENT]))
def test_everybody_gets_one_verdict_the_first_reason_of_the_list(someone: Entrant, asked: Terms) -> None:
    """Total: chances or a reason, never both; of several reasons the first in the order that is published."""
    court = Judge(asked, KNOWN)

    verdict = court.verdict(someone)

    possible = [one for one, _ in court.before[someone.network].checks]
    assert possible == [one for one in Reason if one in possible]
    assert (verdict.reason is None) == (1 <= verdict.weight <= 5)
    assert verdict.reason is None or verdict.left == ()
    assert verdict.reason in {None, *possible}


def test_the_strictest_terms_can_give_every_reason() -> None:
    """In the order that is published, where the network lists everything."""
    court = Judge(STRICT, replace(KNOWN, listed={BLUESKY: frozenset(EntryKind)}))

    assert [reason for reason, _ in court.before[BLUESKY].checks] == list(Reason)
    assert [reason for reason, _ in Judge(LENIENT, About()).before[BLUESKY].checks] == [
        *(Reason.EXCLUDED, Reason.BLOCKED, Reason.LATE, Reason.UNNAMED, Reason.NO_LIKE),
    ]


@settings(max_examples=50)
@given(st.lists(ENTRANTS, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_entrants_and_of_what_they_did_says_nothing(crowd: list[Entrant], dice: random.Random) -> None:
    """The same verdict for each, however the list and their deeds are shuffled."""

    def verdicts(people: list[Entrant]) -> dict[Entrant, Any]:
        about = replace(KNOWN, copied=copied_comments(STRICT, people))
        return {replace(one, evidence=()): judge(STRICT, one, about) for one in people}

    named = [
        replace(one, excluded=f"{number}" if one.excluded else "", id=f"{one.id}{number}")
        for number, one in enumerate(crowd)
    ]
    shuffled = [replace(one, evidence=tuple(dice.sample(one.evidence, len(one.evidence)))) for one in named]
    dice.shuffle(shuffled)

    assert verdicts(shuffled) == verdicts(named)


@pytest.mark.parametrize("code", Reason)
def test_each_reason_is_told_in_both_languages(code: Reason) -> None:
    """With the contest's name, and to the second where an instant is the reason."""
    asked = terms({"friends": 2, "words": ["#galette", "Noël"]}, exclude={"previous_winners": 6})

    said = {language: reason_told(code, asked, BLUESKY, language) for language in ("fr", "en")}

    assert "La galette" in said["fr"]
    assert "La galette" in said["en"]
    if code is Reason.LATE:
        assert "mardi 15 décembre 2026 à 23:59:59" in said["fr"]
        assert "Tuesday 15 December 2026 at 23:59:59" in said["en"]


def test_there_is_a_sentence_for_each_reason_and_no_other() -> None:
    """None is missing and none is left over."""
    assert set(reasons.sentences()) == set(Reason)


@given(st.text(), st.text(min_size=1).filter(str.split))
def test_any_text_can_be_looked_through(text: str, wanted: str) -> None:
    """Nothing that somebody writes makes the search fail, and a text is found in itself where it stands alone."""
    assert holds_one(folded(text), (wanted,)) in {True, False}
    assert mark_of(folded(text), (wanted,)) == mark_of(folded(text), (wanted,))
