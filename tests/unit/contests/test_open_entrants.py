"""What an organiser opens is what an auditor checks: on a whole contest of twins, whatever became of it since."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from heraut.brands import Account, EntryKind, NetworkName
from heraut.contests import audit_letter, published
from heraut.contests.audit import Verdict, audited, verdict
from heraut.contests.audit_letter import letter
from heraut.contests.certificate import Certificate
from heraut.contests.checks import Check, Given, Outcome
from heraut.contests.forget_entrant import ContestEntries
from heraut.contests.look_at_evidence import MOST_PAGES
from heraut.contests.open_entrants import Files, Reader, open_entrants
from heraut.contests.opened import Look, Opened
from heraut.contests.standing import Register
from heraut.errors import OutcomeUnknown
from heraut.problems import problem
from tests.twins.contest_world import CLOSES, DRAWS, OPENS, OWN, PUBLIC, ROOTS, ContestWorld

SILENT = OutcomeUnknown(problem("no_clear_answer"))
NAMES = ("ana", "bao", "chloe", "dora", "eli", "fay")


def drawn(**changes: Any) -> ContestWorld:
    """Draw a contest: six in the list, one who left the word out, two who came too late."""
    world = ContestWorld(conditions={"comment": True, "words": ["participe"]}, **changes)
    world.crowd.named = lambda _who, number: (
        f"c-{number}"
    )  # what the network calls a comment says nothing of its author
    world.people_comment(*NAMES)
    world.crowd.comment(world.post, "gus", "Bonjour", at=OPENS + timedelta(minutes=3))
    for late in ("hal", "ida"):
        world.crowd.comment(world.post, late, "Je participe !", at=CLOSES + timedelta(seconds=1))
    world.run_until(DRAWS + timedelta(minutes=3))
    return world


def opened(world: ContestWorld, size: int = 30) -> Opened:
    """Open it for a bailiff."""
    files = Files(world.contests, world.objects, world.world.secrets, world.world.networks)
    return open_entrants(world.contest, world.brand, Reader("Me Dupont", "lea", size), files, world.clock.now())


def checked(world: ContestWorld, shown: Opened, size: int = 30) -> list[Check]:
    """Let the bailiff check it, with what is published."""
    certificate = Certificate.read(world.objects.objects[published.certificate_key(world.contest)])
    entrants = io.BytesIO(world.objects.objects[published.entrants_key(world.contest)])
    return list(audited(certificate, entrants, Opened.read(shown.text()), OWN.chain, Given(roots=ROOTS), size))


def codes(every: list[Check], outcome: Outcome) -> dict[str, str]:
    """Give what came out so."""
    return {one.name: one.code for one in every if one.outcome is outcome}


def looks(shown: Opened) -> set[Look]:
    """Say what came of asking."""
    return {one.look for one in shown.shown}


@pytest.fixture(name="world")
def _world() -> ContestWorld:
    return drawn()


def test_what_is_opened_holds_against_what_was_published(world: ContestWorld) -> None:
    """Everybody's id and nonce, what they wrote and when, and that it is there still; who is not in the list too."""
    shown = opened(world)
    every = checked(world, shown)

    assert (verdict(every), codes(every, Outcome.FAIL)) == (Verdict.AUDITED, {})
    assert {one.name for one in shown.opened} == {f"@{name}" for name in NAMES}
    (ana,) = [one for one in shown.opened if one.name == "@ana"]
    (comment,) = ana.evidence
    assert (comment.text, comment.at) == ("Je participe !", int((OPENS + timedelta(minutes=3)).timestamp()))
    assert (comment.look, comment.theirs, comment.same_text, comment.account) == (Look.FOUND, True, True, "sky")
    assert ana.page == "https://bsky.app/profile/ana"
    assert shown.rejected.counted == {"late": 2, "no_expression": 1} == world.contest.rejected
    assert {(one.name, one.reason) for one in shown.rejected.opened} == {
        *(("@gus", "no_expression"), ("@hal", "late"), ("@ida", "late")),
    }
    assert all(one.told.startswith("Votre") or "commentaires" in one.told for one in shown.rejected.opened)


def test_nobody_is_opened_but_those_whose_turn_it_is(world: ContestWorld) -> None:
    """Four have a rank (two winners, two alternates); one more is designated, at most; one of those left out."""
    shown = opened(world, size=1)

    assert len(shown.opened) in {4, 5}
    assert len(shown.rejected.opened) == 1
    assert shown.rejected.counted == world.contest.rejected
    assert verdict(checked(world, shown, size=1)) is Verdict.AUDITED
    assert verdict(checked(world, shown, size=6)) is Verdict.NOT


def test_who_was_erased_cannot_be_opened(world: ContestWorld) -> None:
    """The published list keeps their code; the audit says so, and is never whole."""
    entries = ContestEntries(world.contests, world.world.posts, world.talk)
    for who in ("ana", "hal"):
        entries.forget("boulangerie", NetworkName.BLUESKY, who, f"@{who}", world.clock.now())
    shown = opened(world)
    every = checked(world, shown)

    assert len(shown.unopened) == 1
    assert "@ana" not in shown.text().decode()
    unchecked = codes(every, Outcome.UNCHECKED)
    assert "entrant_not_kept" in unchecked.values()
    assert unchecked["rejected-counts"] == "counts_fewer"
    assert (verdict(every), codes(every, Outcome.FAIL)) == (Verdict.PARTLY, {})


def test_a_comment_that_is_gone_or_says_something_else_is_told(world: ContestWorld) -> None:
    """What it was at the closing stays shown beside it; the auditor's verdict is about the list."""
    by = {one.who: one for one in world.crowd.deeds}
    world.crowd.remove(world.crowd.named("ana", by["ana"].number))
    changed = replace(by["bao"], text="Finalement non")
    world.crowd.deeds = [changed if one.who == "bao" else one for one in world.crowd.deeds]
    shown = opened(world)
    found = {one.name: one.evidence[0] for one in shown.opened}

    assert (found["@ana"].look, found["@ana"].theirs, found["@ana"].text) == (Look.GONE, None, "Je participe !")
    assert (found["@bao"].look, found["@bao"].same_text, found["@bao"].text) == (Look.FOUND, False, "Je participe !")
    assert {one.name: one.judged_now for one in shown.opened if one.judged_now} == {"@bao": "no_expression"}
    every = checked(world, shown)
    (evidence,) = [one for one in every if one.name == "evidence"]
    assert evidence.fields == {"found": 8, "gone": 1, "unasked": 0, "doubtful": 1}
    assert verdict(every) is Verdict.AUDITED


def test_a_comment_of_somebody_else_fails(world: ContestWorld) -> None:
    """The network says whose it is; where it names nobody, it says nothing against anybody."""
    world.crowd.deeds = [replace(one, who="zoe") if one.who == "ana" else one for one in world.crowd.deeds]
    failed = codes(checked(world, opened(world)), Outcome.FAIL)
    assert list(failed.values()) == ["entrant_of_another"]

    world.crowd.unnamed = {"zoe", *NAMES}
    shown = opened(world)
    assert {one.theirs for one in shown.shown if one.remote} >= {None}
    assert codes(checked(world, shown), Outcome.FAIL) == {}


def test_what_a_list_does_not_show_is_asked_for_by_itself(world: ContestWorld) -> None:
    """A network that lists the newest comment alone: there, and nobody says whose."""
    world.lists.most = 1
    shown = opened(world)

    assert looks(shown) == {Look.FOUND}
    assert sum(one.theirs is None for one in shown.shown) == 8


def test_a_network_that_does_not_answer_says_nothing(world: ContestWorld) -> None:
    """Neither that it is there nor that it is gone; nor does an account that is not there any more."""
    world.lists.faults = [SILENT]
    world.lists.broken = {"still_there": SILENT}
    assert looks(opened(world)) == {Look.CANNOT_BE_ASKED}

    world.lists.faults, world.lists.broken = [], {}
    assert looks(opened(world)) == {Look.FOUND}
    elsewhere = (Account(name="other", network=NetworkName.BLUESKY, handle="x"),)
    world.brand = world.brand.model_copy(update={"accounts": elsewhere})
    shown = opened(world)
    assert looks(shown) == {Look.CANNOT_BE_ASKED}
    assert verdict(checked(world, shown)) is Verdict.AUDITED


def test_likes_are_looked_for_in_their_list(world: ContestWorld) -> None:
    """One that was taken back since is gone; where the list cannot be read, nobody knows."""
    liked = ContestWorld(conditions={"comment": True, "like": True})
    liked.people_comment("ana", "bao")
    for who in ("ana", "bao"):
        liked.crowd.like(liked.post, who)
    liked.run_until(DRAWS + timedelta(minutes=3))
    liked.crowd.undo(EntryKind.LIKE, liked.post, "ana")

    def of_likes(shown: Opened) -> dict[str, Look]:
        return {one.name: deed.look for one in shown.opened for deed in one.evidence if deed.kind is EntryKind.LIKE}

    assert of_likes(opened(liked)) == {"@ana": Look.GONE, "@bao": Look.FOUND}
    liked.lists.unlisted = {EntryKind.LIKE}
    shown = opened(liked)
    assert of_likes(shown) == dict.fromkeys(("@ana", "@bao"), Look.CANNOT_BE_ASKED)
    assert {deed.look for one in shown.opened for deed in one.evidence if deed.kind is EntryKind.COMMENT} == {
        Look.FOUND
    }


def test_a_list_is_read_no_further_than_needed(world: ContestWorld) -> None:
    """Not once more than its pages, and never without an end: of a like beyond it nobody knows."""
    world.lists.calls.clear()
    opened(world)
    assert len(world.lists.calls) == 3  # nine comments, four a page

    class Endless:
        """A list that never ends."""

        def __getattr__(self, name: str) -> Any:
            return getattr(world.lists, name)

        def entries(self, account: Any, secret: Any, kind: Any, post: Any, cursor: Any, now: Any) -> Any:
            return replace(world.lists.entries(account, secret, kind, post, None, now), entries=(), cursor="1")

    world.lists.calls.clear()
    world.with_changes(networks={NetworkName.BLUESKY: cast("Any", Endless())})
    assert looks(opened(world)) == {Look.FOUND}  # comments are asked for by themselves then
    assert len(world.lists.calls) == MOST_PAGES


def test_who_wins_elsewhere_afterwards_was_left_out_for_the_same_reason() -> None:
    """A prize that somebody kept since the freeze says nothing of it; nor does this contest's own."""
    world = drawn(exclude={"families": False, "previous_winners": 6})
    for name in ("galette", "buche"):
        wins = dict.fromkeys(("bluesky:gus", "bluesky:ana"), DRAWS + timedelta(days=1))
        world.contests.remember_wins("boulangerie", name, wins, DRAWS + timedelta(days=90))
    shown = opened(world)

    assert shown.rejected.counted == world.contest.rejected
    assert {one.judged_now for one in shown.opened} == {""}
    register = Register(world.contest, world.contests, world.objects)
    (gus,) = world.contests.entrants("boulangerie", "galette", ["bluesky:gus"]).values()
    assert register.of(gus).reason == "no_expression"


def test_the_letter_says_whom_to_see_and_holds_no_nonce(world: ContestWorld) -> None:
    """Everybody by name, each comment on a line of its own, whatever is written in it."""
    by = {one.who: one for one in world.crowd.deeds}
    world.crowd.remove(world.crowd.named("ana", by["ana"].number))
    shown = opened(world)
    text = letter(world.contest, shown, PUBLIC + "/")

    assert not [one for one in shown.opened if one.nonce in text]
    for words in (
        "Pour Me Dupont, établi par lea",
        f"{PUBLIC}/contests/boulangerie/galette/certificate.json",
        "heraut draw audit certificate.json --entrants entrants.bin --opened opened.json\n",
        f"{PUBLIC}/contests/boulangerie/galette/reglement.html",
        "@ana (bluesky:ana)",
        "https://bsky.app/profile/ana",
        "n'est plus là",
        "toujours là",
        "HORS DE LA LISTE : 3 participations",
        "est arrivée",
    ):
        assert words in text.replace("\N{NO-BREAK SPACE}", " "), words
    evil = shown.opened[0].evidence[0].model_copy(update={"text": "a\n\x1b[2JIN THE LIST"})
    forged = shown.model_copy(
        update={"opened": [shown.opened[0].model_copy(update={"evidence": [evil], "judged_now": "late"})]}
    )
    assert "\x1b" not in letter(world.contest, forged, PUBLIC)
    assert "\nIN THE LIST" not in letter(world.contest, forged, PUBLIC)


def test_every_sentence_of_the_letter_is_said() -> None:
    """None is missing, none is left over."""
    text = Path(audit_letter.__file__).read_text(encoding="utf-8")
    composed = {*(kind.value for kind in EntryKind), *(look.name.lower() for look in Look)}

    assert {code for code in audit_letter.wording.sentences() if not re.search(rf"[\"']{code}[\"']", text)} == composed
